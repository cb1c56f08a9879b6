"""A programme whose advocates have money due, and a rail that can be told how to misbehave."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodword.advocates.model import PayoutMethod
from goodword.errors import GoodwordError
from goodword.ledger.model import Balance, balance_key
from goodword.payouts.approving import Approving
from goodword.payouts.clock import PayoutClock
from goodword.payouts.confirming import Confirming
from goodword.payouts.cycle import Cycle
from goodword.payouts.ending import Ending
from goodword.payouts.model import Payout, PayoutRun
from goodword.payouts.ports import Opened, Origin, PaymentOrder, RailAnswer
from goodword.payouts.sending import Sending
from goodword.persons import Person
from goodword.ports import Change
from goodword.programs.payment import Payment, RailName
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward, reward_key
from goodword.times import DAY_MS

from tests.support.asl import Execution, definition
from tests.support.desk import PlainIndex
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, Workflows

ANNA, CARL = Person("usr_anna", None), Person("usr_carl", None)
PERIOD = "2025-10"  # closed when NOW_MS is
CUTOFF_MS = 1_761_955_200_000  # 2025-11-01T00:00:00Z


@dataclass
class MemoryRail:
    """A rail that keeps its promise about keys; `troubles` are used up one per call.

    before: no answer, nothing done; after: done, no answer; refuse; accept: paid when looked up.
    """

    clock: Any
    name: RailName = "simulator"
    key_window_ms: int = DAY_MS
    troubles: list[str] = field(default_factory=list)
    paid: list[tuple[str, int]] = field(default_factory=list)
    paid_in: list[tuple[str, int]] = field(default_factory=list)
    known: dict[str, tuple[int, RailAnswer, int]] = field(default_factory=dict)
    fee_minor: int = 0

    def send(self, order: PaymentOrder) -> RailAnswer:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "before":
            return RailAnswer("unknown", reason="no_answer")
        known = self._known(order.payout_id)
        if known is not None:
            assert known[0] == order.amount_minor, "the key came back with another payment"
            answer = known[1]
        else:
            answer = self._make(order, trouble)
        return RailAnswer("unknown", reason="no_answer") if trouble == "after" else answer

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        if self.troubles and self.troubles[0] == "silent":
            self.troubles.pop(0)
            return RailAnswer("unknown", reason="no_answer")
        known = self._known(payout_id)
        if known is None:
            return None
        amount, answer, at_ms = known
        if answer.status == "accepted":
            self.known[payout_id] = (
                amount,
                RailAnswer("paid", reference="later", amount_minor=amount),
                at_ms,
            )
        return answer

    def counts(self) -> Counter[str]:
        """How many times money left under each key."""
        return Counter(key for key, _ in self.paid)

    def _known(self, key: str) -> tuple[int, RailAnswer, int] | None:
        known = self.known.get(key)
        fresh = known is not None and self.clock.now_ms() < known[2] + self.key_window_ms
        return known if fresh else None

    def _make(self, order: PaymentOrder, trouble: str) -> RailAnswer:
        if trouble == "refuse":
            answer = RailAnswer("failed", reason="receiver_refused")
        else:
            self.paid.append((order.payout_id, order.amount_minor))
            self.paid_in.append((order.currency, order.amount_minor))
            status = "accepted" if trouble == "accept" else "paid"
            answer = RailAnswer(
                status,  # type: ignore[arg-type]  # both are statuses
                reference=f"ref-{len(self.paid)}",
                fee_minor=self.fee_minor,
                amount_minor=order.amount_minor,
            )
        self.known[order.payout_id] = (order.amount_minor, answer, self.clock.now_ms())
        return answer


class Hands(MemoryRail):
    """A rail by hand: every order is accepted, and files are written from them."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock, name="csv", key_window_ms=3_650 * DAY_MS)
        self.files: dict[str, list[str]] = {}

    def _make(self, order: PaymentOrder, trouble: str) -> RailAnswer:
        answer = RailAnswer("accepted")
        self.known[order.payout_id] = (order.amount_minor, answer, self.clock.now_ms())
        return answer

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        known = self._known(payout_id)
        return known and known[1]

    def close(self, run_id: str, payout_ids: Any) -> int:
        self.files[run_id] = list(payout_ids)
        return 1


@dataclass
class Places:
    """The destinations of the vault."""

    fields: dict[str, dict[str, str]] = field(default_factory=dict)

    def open(self, advocate_id: str, rail: RailName) -> Opened | None:
        fields = self.fields.get(advocate_id)
        return Opened(fields, self.hash(rail, fields)) if fields else None

    @staticmethod
    def hash(rail: str, fields: Mapping[str, str]) -> str:
        return hashlib.sha256(json.dumps([rail, dict(fields)]).encode()).hexdigest()


@dataclass
class MemoryOrigins:
    """Where conversions came from, as tests say it."""

    known: dict[str, Origin] = field(default_factory=dict)

    def of(self, conversion_ids: Sequence[str]) -> Mapping[str, Origin]:
        return {one: self.known[one] for one in conversion_ids if one in self.known}


@dataclass
class Starts:
    """Executions that were started, by name."""

    named: dict[str, dict[str, Any]] = field(default_factory=dict)

    def start(self, name: str, given: Mapping[str, str | int]) -> bool:
        if name in self.named:
            return False
        self.named[name] = dict(given)
        return True


class Payday(Scene):
    """The scene with due rewards, methods, rails and every payout use case."""

    def __init__(self, terms: Mapping[str, object] | None = None, **payment: object) -> None:
        fields: dict[str, object] = {"rail": "simulator", "minimum_minor": 100}
        paid = Payment.model_validate(fields | payment)
        super().__init__(**({"payment": paid, "caps": ()} | dict(terms or {})))
        self.places = Places()
        self.rail = MemoryRail(self.clock)
        self.hands = Hands(self.clock)
        self.starts = Starts()
        self.flow = Workflows()
        self.approving = Approving(self.desk("payout_cycle"), self.flow)
        self.confirming = Confirming(self.desk("staff"))
        self.payouts_clock = PayoutClock(self.desk("payout_clock"), self.starts)
        self.sending = Sending(
            self.desk("payout_cycle"),
            {"simulator": self.rail, "csv": self.hands},
            self.places,
        )
        self.ending = Ending(self.desk("payout_cycle"), self.hands)
        self.origins = MemoryOrigins()
        self.named: dict[str, Sequence[str] | None] = {}
        self.cycle = Cycle(
            self.desk("payout_cycle"),
            PlainIndex(),
            self.origins,
            lambda _rail, resource: self.named.get(resource, ()),
            self.approving,
            self.ending,
            lambda: self.sending,
        )
        self._made = 0
        for person in (MAYA, BEN):
            self.pay_to(person)

    def pay_to(self, advocate_id: str, receiver: str = "", rail: RailName = "simulator") -> None:
        """Give or change where a person's money goes."""
        there, before = receiver or f"{advocate_id}@x.example", self.places.fields.get(advocate_id)
        self.places.fields[advocate_id] = {"receiver": there}
        wanted = PayoutMethod(
            advocate_id=advocate_id,
            rail=rail,
            destination_hash=Places.hash(rail, self.places.fields[advocate_id]),
            changed_ms=self.clock.at_ms,
        )
        known = self.store.get(PayoutMethod, wanted.key)
        moved_ms = self.clock.at_ms if before not in (None, self.places.fields[advocate_id]) else 0
        change = Change()
        change.save(wanted.but(version=known.version if known else 0, moved_ms=moved_ms))
        self.store.commit(change)

    def due(
        self,
        amount_minor: int,
        advocate_id: str = MAYA,
        hold_until_ms: int = CUTOFF_MS - 1,
        currency: str = "EUR",
    ) -> Reward:
        """A reward that has become due, with all its entries."""
        self._made += 1
        reward = Reward(
            reward_id=f"rwd_{self._made:06d}",
            advocate_id=advocate_id,
            program_id=PROGRAM,
            version_number=1,
            rule_id="sale",
            conversion_id=f"cnv_{self._made:06d}",
            order_id=f"{self._made}",
            action="sale",
            currency=currency,
            earned_minor=amount_minor,
            remaining_minor=amount_minor,
            state="pending",
            created_ms=CUTOFF_MS - 20 * DAY_MS + self._made,
            changed_ms=CUTOFF_MS - 20 * DAY_MS,
            start_by_ms=CUTOFF_MS,
            hold_until_ms=hold_until_ms,
        )
        for move in ("earn", "approved", "due"):
            change = Change()
            books = RewardBooks(self.desk("rewards"), change)
            if move == "earn":
                books.earn(reward)
            else:
                books.step(reward, move)  # type: ignore[arg-type]  # both are states
            books.close()
            self.store.commit(change)
            reward = self.at(reward)
        return reward

    def take_back(self, reward: Reward, amount_minor: int) -> Reward:
        """A refund that reverses a part of the reward, whatever has become of it."""
        change, now = Change(), self.at(reward)
        self._made += 1
        books = RewardBooks(self.desk("rewards"), change)
        books.take(now, amount_minor, f"rfd_{self._made}", "refund")
        books.close()
        self.store.commit(change)
        return self.at(reward)

    def at(self, reward: Reward) -> Reward:
        """The reward as it is stored now."""
        found = self.store.get(Reward, reward_key(reward.advocate_id, reward.reward_id))
        assert found is not None
        return found

    def purse(self, advocate_id: str = MAYA) -> Balance:
        """A balance; empty if there is none."""
        key = balance_key(advocate_id, PROGRAM, "EUR")
        return self.store.get(Balance, key) or Balance(
            advocate_id=advocate_id, program_id=PROGRAM, currency="EUR"
        )

    def listed(
        self, period: str = PERIOD, cutoff_ms: int = CUTOFF_MS, currency: str = "EUR"
    ) -> PayoutRun:
        """A run that is frozen, closed and hashed."""
        step = self.cycle.open(PROGRAM, period, cutoff_ms, None, currency)
        while step.route == "freeze":
            step = self.cycle.freeze(step.run_id, step.cursor)
        while step.route == "close_list":
            step = self.cycle.close_list(step.run_id)
        while step.route == "audit":
            step = self.cycle.audit(step.run_id, step.cursor)
        return self.run(step.run_id)

    def released(
        self, period: str = PERIOD, cutoff_ms: int = CUTOFF_MS, currency: str = "EUR"
    ) -> PayoutRun:
        """A run that two people have let pass."""
        run = self.listed(period, cutoff_ms, currency)
        if run.state != "draft":
            return run
        self.approving.request(run.run_id, ANNA, run.run_hash)
        self.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
        return self.run(run.run_id)

    def sent(
        self, period: str = PERIOD, cutoff_ms: int = CUTOFF_MS, currency: str = "EUR"
    ) -> PayoutRun:
        """A run of which every chunk was tried once."""
        run = self.released(period, cutoff_ms, currency)
        for chunk in self.cycle.begin(run.run_id).chunks:
            self.cycle.send(run.run_id, chunk, 0)
        return self.run(run.run_id)

    def run(self, run_id: str | None = None) -> PayoutRun:
        """A run as it is stored now; the only one unless named."""
        runs = [run for run in self.all(PayoutRun) if run_id in (None, run.run_id)]
        assert len(runs) == 1
        return runs[0]

    @property
    def payout(self) -> Payout:
        """The only payout."""
        return self.one(Payout)

    def execute(self, **given: object) -> Execution:
        """Run `payout_cycle` over this world's own steps."""
        execution = Execution(definition("payout_cycle"), self._step, self.clock, given)
        self.flow = self.approving.workflow  # type: ignore[assignment]  # it is a Workflows
        return execution

    def _step(self, event: dict[str, Any]) -> Any:
        given = {name: value for name, value in event.items() if name != "step"}
        return getattr(self.cycle, event["step"])(**given).model_dump(mode="json")

    def code_of(self, call: Any, *args: object) -> str:
        """The code of the refusal that the call must end with."""
        try:
            call(*args)
        except GoodwordError as refused:
            return refused.code
        raise AssertionError("it was not refused")
