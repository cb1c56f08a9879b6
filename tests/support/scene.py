"""A programme with advocates, links and a worker: where conversions and rewards play."""

from dataclasses import dataclass, field
from typing import ClassVar

from goodword.advocates.model import Enrolment, EnrolmentState, Known, Link
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Customer,
    Delivery,
    Fact,
    Facts,
    ReversalFact,
)
from goodword.conversions.service import Worker
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword.programs.caps import Cap
from goodword.programs.model import (
    Destination,
    FlatReward,
    PercentageReward,
    Program,
    ProgramVersion,
    Review,
    Rule,
    Terms,
)
from goodword.programs.payment import Payment
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.rewards.service import Approval
from goodword.times import DAY_MS
from goodword.tracking.click import sign_click
from goodword.tracking.model import AttributionRules

from tests.fakes.store import MemoryStore
from tests.support.desk import NOW_MS, PlainIndex, R, World

PROGRAM = "prg_test"
SECRET = b"click secret of the tests"
MAYA, BEN = "adv_maya", "adv_ben"
JOINED_MS = NOW_MS - 100 * DAY_MS


def terms(**changes: object) -> Terms:
    """Terms of 10 % (and 2.00 for a sign-up), 14 days hold, automatic up to 20.00 EUR."""
    fields: dict[str, object] = {
        "name": "Friends of Acme",
        "brand": "Acme Coffee",
        "currency": "EUR",
        "rules": (
            Rule(rule_id="sale", action="sale", reward=PercentageReward(basis_points=1_000)),
            Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=200)),
        ),
        "caps": (Cap(amount_minor=10_000),),
        "hold_days": 14,
        "destination": Destination(
            hosts=("shop.example",),
            default_url="https://shop.example/",
            fallback_url="https://shop.example/",
        ),
        "attribution": AttributionRules(),
        "review": Review(auto_approve_limit_minor=2_000),
        "payment": Payment(rail="simulator"),
    }
    return Terms.model_validate(fields | changes)


@dataclass
class Workflows:
    """Remembers what was resumed."""

    resumed: list[str] = field(default_factory=list)
    gone: bool = False

    def resume(self, token: str, answer: dict[str, str]) -> bool:
        self.resumed.append(token)
        return not self.gone


class Scene(World):
    """The world with the programme in it."""

    STORE: ClassVar[type[MemoryStore]] = MemoryStore

    def __init__(self, **changes: object) -> None:
        super().__init__(self.STORE())
        self.workflow = Workflows()
        self.worker = Worker(self.desk("conversions"), PlainIndex(), (SECRET,))
        self.approval = Approval(self.desk("reward_approval"), self.workflow)
        self._deliveries = 0
        first = ProgramVersion(
            program_id=PROGRAM,
            number=1,
            terms=terms(**changes),
            author="usr_1",
            rationale="first",
            created_ms=NOW_MS - 100 * DAY_MS,
            effective_ms=NOW_MS - 100 * DAY_MS,
        )
        change = Change()
        change.create(
            first,
            Program(
                program_id=PROGRAM,
                latest=1,
                in_force=1,
                name=first.terms.name,
                currency=first.terms.currency,
                currencies=first.terms.accepted,
                created_ms=first.created_ms,
            ),
        )
        self.store.commit(change)
        self.enrol(MAYA, "MAYA7")
        self.enrol(BEN, "BEN77")

    def enrol(
        self,
        advocate_id: str,
        code: str,
        state: EnrolmentState = "active",
        link_ms: int = NOW_MS - 100 * DAY_MS,
    ) -> None:
        """An advocate with one link."""
        change = Change()
        change.create(
            Enrolment(
                advocate_id=advocate_id,
                program_id=PROGRAM,
                state=state,
                created_ms=JOINED_MS,
                changed_ms=NOW_MS,
            ),
            Link(
                code=code,
                link_id=f"lnk_{code.lower()}",
                advocate_id=advocate_id,
                program_id=PROGRAM,
                destination="https://shop.example/",
                hosts=("shop.example",),
                fallback="https://shop.example/",
                created_ms=link_ms,
            ),
            Known(mac=f"mac-email-{code.lower()}@x.example", of="email", advocate_id=advocate_id),
        )
        self.store.commit(change)

    def set_enrolment(self, advocate_id: str, state: EnrolmentState) -> None:
        """Move an enrolment, as staff would."""
        one = next(e for e in self.all(Enrolment) if e.advocate_id == advocate_id)
        change = Change()
        change.replace(one.turned(state, self.clock.at_ms))
        self.store.commit(change)

    def click(self, code: str = "MAYA7", days_ago: float = 1) -> str:
        """A click id of that many days ago."""
        at_ms = self.clock.at_ms - int(days_ago * DAY_MS)
        return sign_click(at_ms, code, self.ids.entropy(8), SECRET)

    def deliver(self, *facts: Fact, ignored: str = "") -> Delivery:
        """A stored delivery; `book` walks it."""
        self._deliveries += 1
        delivery = Delivery(
            source_id="src_1",
            source_kind="generic",
            program_id=PROGRAM,
            delivery_id=f"dlv{self._deliveries}",
            topic="sale",
            received_ms=self.clock.at_ms,
            body_hash="0",
            sealed_body="",
            writer="w",
            keep_s=self.clock.at_ms // 1000 + 1,
        )
        change = Change()
        change.create(delivery)
        self.store.commit(change)
        self.worker.book(delivery, Facts(facts=facts, ignored=ignored))
        stored = self.store.get(Delivery, delivery.key)
        assert stored is not None
        return stored

    def sale(self, order_id: str = "1001", net_minor: int = 5_000, **fields: object) -> Delivery:
        """Deliver a sale."""
        return self.deliver(sale(order_id, net_minor, self.clock.at_ms, **fields))

    def refund(self, refund_id: str, amount_minor: int | None, **fields: object) -> Delivery:
        """Deliver a refund of order 1001 unless told otherwise."""
        fact = {
            "refund_id": refund_id,
            "orders": ("1001",),
            "occurred_ms": self.clock.at_ms,
            "currency": "EUR",
            "amount_minor": amount_minor,
            "of": "net",
        }
        return self.deliver(ReversalFact.model_validate(fact | fields))

    def one(self, kind: type[R]) -> R:
        """The only record of a kind."""
        found = self.all(kind)
        assert len(found) == 1, f"{len(found)} of {kind.KIND}"
        return found[0]

    @property
    def program(self) -> Program:
        """The head of the programme."""
        return self.one(Program)

    @property
    def reward(self) -> Reward:
        """The only reward."""
        return self.one(Reward)

    @property
    def conversion(self) -> Conversion:
        """The only conversion."""
        return self.one(Conversion)

    @property
    def decision(self) -> Decision:
        """The newest decision."""
        return self.all(Decision)[-1]

    def balances(self) -> list[Balance]:
        """Every balance."""
        return self.all(Balance)

    def balance(self, advocate_id: str = MAYA) -> Balance:
        """An advocate's balance."""
        return next(b for b in self.all(Balance) if b.advocate_id == advocate_id)


def sale(order_id: str, net_minor: int, at_ms: int, **fields: object) -> ConversionFact:
    """A sale of now, by customer c1 unless told otherwise."""
    base: dict[str, object] = {
        "action": "sale",
        "order_id": order_id,
        "occurred_ms": at_ms,
        "currency": "EUR",
        "net_minor": net_minor,
        "gross_minor": net_minor,
        "customer": Customer(customer_id="c1", email="friend@x.example"),
    }
    return ConversionFact.model_validate(base | fields)
