"""Who tells a tale: orders, words of people, days that pass, and what must be there by then."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from goodword.conversions.model import (
    ConversionFact,
    Customer,
    Fact,
    Facts,
    OtherNames,
    ReversalFact,
    Source,
)
from goodword.errors import GoodwordError
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion
from goodword.programs.model import Terms as Promise
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.tracking.click import sign_click

from tests.fakes.privacy import PlainSealer
from tests.simulation.golden import Golden, golden_story
from tests.simulation.lambdas import asked
from tests.simulation.paydays import Paying
from tests.simulation.shops import FIRST, SECOND, SHOP_SECRET, sale
from tests.simulation.story import CODES, DAY_MS, HOUR_MS, PEOPLE, START_MS, Story, Terms
from tests.simulation.terms import version_of
from tests.simulation.town import Town
from tests.support.scene import PROGRAM, SECRET

GONE = ("rejected", "void")
PERCENT = 10
ROUNDS = 8  # after which whatever a tale began is at its end


def plain(_: Random) -> Story:
    """Ten per cent of a sale, at once due after a day, paid weekly; nothing is held or capped."""
    return replace(
        golden_story(0),
        orders=[],
        caps=[],
        sticky=False,
        versions=[Terms(0, 100 * PERCENT, 200)],
        limit=10_000_000,
        paying=Paying("weekly"),
    )


class Teller(Golden):
    """Moves one town as a script says. `draw` chooses the figures of this telling."""

    def __init__(self, town: Town, draw: Random) -> None:
        super().__init__(town)
        self.draw, self._deliveries = draw, 0
        town.baton.restless = 0.0
        self.to(START_MS + DAY_MS)

    # --- what shops tell ----------------------------------------------------------------------

    def opens(self, name: str = SECOND, **fields: Any) -> str:
        """Another source of the programme; its id."""
        change, secrets = Change(), fields.pop("secrets", (SHOP_SECRET,))
        change.create(
            Source(
                source_id=name,
                kind=fields.pop("kind", "generic"),
                program_id=fields.pop("program_id", PROGRAM),
                currency=fields.pop("currency", "EUR"),
                label=name,
                sealed_secrets=tuple(
                    PlainSealer().seal_bytes(one.encode(), name) for one in secrets
                ),
                created_ms=0,
                **fields,
            )
        )
        self.town.memory.commit(change)
        return name

    def publishes(self, terms: Story, at_ms: int) -> None:
        """From then on the programme goes by the only version of this story."""
        (head,) = (one for one in self.town.all(Program) if one.program_id == PROGRAM)
        told = replace(terms, versions=[replace(terms.versions[0], from_ms=at_ms)])
        change = Change()
        change.create(version_of(told, 0).but(number=head.latest + 1))
        change.replace(head.but(latest=head.latest + 1))
        self.town.memory.commit(change)

    def click(self, person: str, before_ms: int = HOUR_MS) -> str:
        """Somebody follows the link of a person, so long before now."""
        nonce = bytes([7, *self.draw.randbytes(7)])
        at_ms = self.now_ms - before_ms
        return str(sign_click(at_ms, CODES[person], nonce, SECRET))

    def sold(self, order_id: str, net: int, person: str = "", **fields: Any) -> ConversionFact:
        """A sale of now, to somebody who came by a person's link an hour before."""
        friend = fields.pop("friend", "c1")
        told: dict[str, Any] = {
            "action": "sale",
            "order_id": order_id,
            "occurred_ms": self.now_ms,
            "currency": "EUR",
            "net_minor": net,
            "gross_minor": net,
            "customer": Customer(customer_id=friend) if friend else Customer(),
            "click_ids": (self.click(person),) if person else (),
        }
        fact = ConversionFact.model_validate(told | fields)
        self.knows(fact.order_id, fact.net_minor, action=fact.action, currency=fact.currency)
        return fact

    def knows(self, order_id: str, net: int, **fields: Any) -> None:
        """There is such an order, for whoever asks the story; as it was known last."""
        (of_it, *_) = golden_story(0).orders
        named: dict[str, Any] = {
            "name": order_id,
            "at_ms": self.now_ms,
            "gross": net,
            "clicks": [],
        } | fields
        story = self.town.story
        story.orders[:] = [one for one in story.orders if one.name != order_id]
        story.orders.append(replace(of_it.bare(0, "c1", net), **named))

    def back(self, refund_id: str, order: str, amount: int | None, **fields: Any) -> ReversalFact:
        """So much of an order's net goes back; all that is left, if None."""
        told: dict[str, Any] = {
            "refund_id": refund_id,
            "orders": (order,),
            "occurred_ms": self.now_ms,
            "currency": "EUR",
            "amount_minor": amount,
            "of": "net",
        }
        return ReversalFact.model_validate(told | fields)

    def tells(self, *facts: Fact, names: Sequence[OtherNames] = (), shop: str = FIRST) -> None:
        """A shop reports this, and it is booked; `ends` knows what else became of it."""
        self.sends(*facts, names=names, shop=shop)
        self.goes_on()

    def sends(self, *facts: Fact, names: Sequence[OtherNames] = (), shop: str = FIRST) -> None:
        """A shop reports this, and it is accepted; nobody has looked at it yet."""
        self._deliveries += 1
        name = f"d{self._deliveries}"
        told = Facts(facts=facts, names=tuple(names))
        event = sale(name, self.now_ms, told, shop)

        def send() -> None:
            answer = self.town.function("conversions_web", event)
            if answer is None or answer["statusCode"] >= 300:
                self.town.fail(f"{name} of {shop} is not taken: {answer}")

        self.town.baton.spawn(name, send)
        self.settle()

    def terms(self) -> Promise:
        """What the programme promises."""
        return self._version().terms

    def promises(self, **changes: Any) -> None:
        """It has promised something else from the beginning; said before anything is told."""
        change, version = Change(), self._version()
        written = Promise.model_validate(version.terms.model_dump() | changes)
        change.replace(version.but(terms=written))
        self.town.memory.commit(change)

    def _version(self) -> ProgramVersion:
        every: list[ProgramVersion] = self.town.all(ProgramVersion)
        (version,) = [one for one in every if one.program_id == PROGRAM]
        return version

    # --- time and people ----------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """The clock."""
        return self.town.clock.at_ms

    def goes_on(self) -> None:
        """Everything that is on its way gets where it goes."""
        self._rounds()

    def at(self, at_ms: int) -> None:
        """It is then, and all schedules have rung."""
        self.to(at_ms)
        self.schedule("conversions_schedule")
        self.settle()
        self.goes_on()

    def days(self, count: float) -> None:
        """Time passes, and all schedules ring at its end."""
        self.at(self.now_ms + round(count * DAY_MS))

    def asks(self, who: str, path: str, group: str = "finance", **body: Any) -> str:
        """Somebody asks over the API; the code of the refusal, "" if it was taken."""

        def code() -> str:
            status, answer = asked(self.town, who, "POST", path, body, group)
            return "" if status < 300 else str(answer["code"])

        return self._alone(who, code)

    def tries(self, who: str, act: Callable[[], object]) -> str:
        """Somebody does something; the code of the refusal, "" if it was taken."""

        def code() -> str:
            try:
                act()
            except GoodwordError as refused:
                return refused.code
            return ""

        return self._alone(who, code)

    def _alone(self, who: str, act: Callable[[], str]) -> str:
        """The code of the refusal: nothing is written then."""
        said: list[str] = []
        before = self.town.commits
        self.task(who, lambda: said.append(act()))
        self.settle()
        (code,) = said
        if code and self.town.commits != before:
            self.town.fail(f"{who} was refused with {code}, and something is written")
        self.goes_on()
        return code

    def lets_pass(self) -> None:
        """Everybody does what is asked of them, once."""
        self._people(True)
        self.settle()
        self.goes_on()

    def pays(self) -> None:
        """Whatever is on its way comes to its end: holds end, people agree, paydays come."""
        for _ in range(ROUNDS):
            self.days(4)
            for _ in range(2):
                self.lets_pass()

    # --- what must be there -------------------------------------------------------------------

    def wants(self, what: str, said: object, wanted: object) -> None:
        """It is so."""
        if said != wanted:
            self.town.fail(f"{what}: {said}, not {wanted}")

    def owns(self, **wanted: int) -> None:
        """So much of all that they have earned is theirs; nobody else has any. By person, short."""
        self.wants("is owned", dict(self._sums("remaining_minor")), _named(wanted))

    def paid(self, **wanted: int) -> None:
        """So much has left for each of them, and stayed."""
        self.wants("is paid", self.has_paid("paid"), _named(wanted))

    def has_paid(self, *states: str) -> dict[str, int]:
        """The sums of payouts in these states, by person."""
        sums = Counter[str]()
        for one in self.town.dynamo.of_kind("payout"):
            if one.plain["state"] in states:
                sums[one.plain["advocate_id"]] += one.plain["amount_minor"]
        return dict(sums)

    def ends(self, reason: str = "", state: str = "") -> None:
        """So ended what was told last: it was booked, or for this reason a person must look."""
        found = [one.plain for one in self.town.dynamo.of_kind("delivery")]
        (told,) = (one for one in found if one["delivery_id"] == f"d{self._deliveries}")
        wanted = state or ("not_understood" if reason else "booked"), reason
        self.wants("what was told ends", (told["state"], told.get("reason", "")), wanted)

    def counts(self, **wanted: tuple[int, int, int]) -> None:
        """Sales, and of them those that are not wholly returned, with what is left of their net."""
        sums: dict[str, tuple[int, int, int]] = {}
        for person in PEOPLE:
            sales = sum(
                one.plain.get("sales", 0)
                for one in self.town.dynamo.of_kind("balance")
                if one.plain["advocate_id"] == person
            )
            tallies = [
                one.plain["in_all"]
                for one in self.town.dynamo.of_kind("tally")
                if one.plain["advocate_id"] == person
            ]
            orders = sum(one.get("orders", 0) for one in tallies)
            net = sum(one.get("net_minor", 0) for one in tallies)
            if sales or orders or net:
                sums[person] = sales, orders, net
        named = {f"adv_{name}": each for name, each in wanted.items() if any(each)}
        self.wants("is counted", sums, named)

    def orders(self, **wanted: Sequence[str]) -> None:
        """The states of the conversions with this order id, the oldest first; `o1="qualified"`."""
        for name, states in wanted.items():
            found = [
                one.plain
                for one in self.town.dynamo.of_kind("conversion")
                if one.plain["order_id"] == name
            ]
            found.sort(key=lambda one: (one["received_ms"], one["conversion_id"]))
            self.wants(f"the orders {name}", [one["state"] for one in found], list(states))

    def conversion(self, name: str) -> Any:
        """What is stored of the order with this id, as plain values."""
        found = (one.plain for one in self.town.dynamo.of_kind("conversion"))
        return next(one for one in found if one["order_id"] == name)

    def decided(self, order_id: str) -> Decision:
        """The last decision about an order."""
        every: list[Decision] = self.town.all(Decision)
        found = [one for one in every if one.basis.order_id == order_id]
        return max(found, key=lambda one: one.number)

    def rewards(self, *states: str) -> list[Reward]:
        """The rewards, of these states if any are named."""
        every: list[Reward] = self.town.all(Reward)
        return [one for one in every if not states or one.state in states]

    def of_order(self, name: str, *states: str) -> list[Reward]:
        """The rewards of an order, of these states if any are named."""
        return [one for one in self.rewards(*states) if one.order_id == name]

    def _sums(self, name: str) -> Counter[str]:
        sums = Counter[str]()
        for one in self.rewards():
            if one.state not in GONE and getattr(one, name):
                sums[one.advocate_id] += getattr(one, name)
        return sums


def _named(people: dict[str, int]) -> dict[str, int]:
    return {f"adv_{name}": amount for name, amount in people.items() if amount}


@dataclass(frozen=True)
class Tale:
    """A script, the terms under which it is told, and the judges of books that cannot know it.

    One that is not `judged` is about what neither they nor those of single commits know.
    """

    name: str
    tell: Callable[[Teller], None]
    story: Callable[[Random], Story] = plain
    unjudged: tuple[str, ...] = ()
    judged: bool = True
