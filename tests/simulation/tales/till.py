"""A rail of which a tale says each answer, and the payments of one person over it."""

from dataclasses import dataclass, field
from typing import Any

from goodword.ledger.model import Balance
from goodword.payouts.model import Payout, PayoutRun
from goodword.payouts.notices import RailNotice
from goodword.payouts.ports import PaymentOrder, RailAnswer

from tests.simulation.lambdas import noticed
from tests.simulation.story import DAY_MS
from tests.simulation.tales.teller import Teller

MINUTE_MS = 60_000
NOTHING = RailAnswer("unknown", reason="no_answer")
Answer = RailAnswer | None


@dataclass
class Spoken:
    """The town's rail, but what it answers is said by the tale; `None`: it knows no such key.

    `sends` are its answers to the next calls to pay, `looks` to the next questions; the last one
    stays. `made` is whether the real rail behind it makes the payment.
    """

    rail: Any
    sends: list[RailAnswer] = field(default_factory=list)
    looks: list[Answer] = field(default_factory=list)
    made: bool = True
    sent: list[PaymentOrder] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.rail.name)

    @property
    def key_window_ms(self) -> int:
        return int(self.rail.key_window_ms)

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Asked to pay."""
        self.sent.append(order)
        real: RailAnswer = self.rail.send(order) if self.made else NOTHING
        return _next(self.sends) or real

    def look_up(self, payout_id: str, reference: str = "") -> Answer:
        """Asked what became of it."""
        self.asked.append(reference)
        real: Answer = self.rail.look_up(payout_id, reference)
        return _next(self.looks) if self.looks else real


def _next(said: list[Any]) -> Any:
    return (said.pop(0) if len(said) > 1 else said[0]) if said else None


class _Even:
    """A rail that has money, takes its time from nobody, and loses no call."""

    doubts = False

    def is_empty(self) -> bool:
        return False

    def busy_seconds(self) -> int:
        return 0

    def late_ms(self, _: int) -> None:
        return None

    def doubt(self, _: str) -> str:
        return ""


class Till:
    """One programme's rail, and the payments of Maya over it."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.rail = teller, Spoken(teller.town.rail)
        teller.town.rail.moods = _Even()
        teller.town.rails[teller.town.story.rail] = self.rail

    def earns(self, name: str, friend: str = "c1") -> int:
        """Maya earns an odd amount, which is due before the midnight that follows tomorrow's."""
        net = self.teller.draw.randrange(3_000, 90_000, 7)
        self.teller.tells(self.teller.sold(name, net, "adv_maya", friend=friend))
        return round(net / 10) if net % 10 != 5 else net // 10 + net // 10 % 2

    def midnight(self) -> None:
        """The next payday, and people let its run pass."""
        self.teller.at((self.teller.now_ms // DAY_MS + 1) * DAY_MS)
        for _ in range(3):  # a finding, the first person, the second
            self.teller.press()
            self.teller.settle()
            self.teller.goes_on()

    def sends_first(self) -> Payout:
        """The first payout is asked for."""
        self.midnight()
        self.midnight()
        return self.payouts()[0]

    def payouts(self) -> list[Payout]:
        """Hers, the oldest first."""
        every: list[Payout] = self.teller.town.all(Payout)
        return sorted(every, key=lambda one: (one.created_ms, one.payout_id))

    def states(self, what: str, *wanted: tuple[str, int, int]) -> None:
        """State, amount, and what came back of it, of each payout."""
        said = [(one.state, one.amount_minor, one.returned_minor) for one in self.payouts()]
        self.teller.wants(f"payouts, {what}", said, list(wanted))

    def holds(self, what: str, payable: int, in_payout: int, paid: int) -> None:
        """Her balance."""
        (one,) = self.teller.town.all(Balance)
        said = one.payable_minor, one.in_payout_minor, one.paid_minor
        self.teller.wants(f"balance, {what}", said, (payable, in_payout, paid))

    def summed(self, what: str, payout: Payout, outcome: dict[str, int], back: int) -> None:
        """What the payout's run says of its payments."""
        (run,) = (one for one in self.runs() if one.run_id == payout.run_id)
        said = {state: one.amount_minor for state, one in run.outcome.items()}
        part = run.part_back.amount_minor if run.part_back else 0
        self.teller.wants(f"run, {what}", (run.state, said, part), ("settled", outcome, back))

    def runs(self) -> list[PayoutRun]:
        """All of them."""
        every: list[PayoutRun] = self.teller.town.all(PayoutRun)
        return every

    def tells(self, payout: Payout, rail: str = "", after_ms: int = MINUTE_MS) -> None:
        """The rail tells that something happened to a payment; then time passes."""
        town = self.teller.town
        notice = RailNotice(
            rail=rail or town.story.rail,  # type: ignore[arg-type]  # the name of one
            event_id=town.ids.new("evt"),
            payout_ids=(payout.payout_id,),
            received_ms=town.clock.at_ms,
        )
        self.teller.tries("payouts_web", lambda: noticed(town, notice))
        self.later(after_ms)

    def later(self, ms: int) -> None:
        """So much later."""
        self.teller.at(self.teller.now_ms + ms)

    def events(self, kind: str) -> list[int]:
        """The amounts of all events of a kind."""
        every = [one.plain for one in self.teller.town.dynamo.of_kind("event")]
        return [one["data"]["amount_minor"] for one in every if one["type"] == kind]
