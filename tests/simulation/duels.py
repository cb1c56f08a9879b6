"""Two invocations that meet: each is interrupted at every one of its calls, and the other runs.

A duel has a story, a way to the moment at which the two meet, and the two of them. One goes on for
some calls, then the other from beginning to end, then the first to its own end: whatever one of
them has read is old by then. This is played for every call of either. Then all heals and is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from goodword.payouts.model import Payout, PayoutRun
from goodword.rewards.model import Reward

from tests.simulation.baton import Task
from tests.simulation.golden import Golden, golden_story
from tests.simulation.paydays import Paying
from tests.simulation.playing import Outcome, judged, many
from tests.simulation.story import (
    DAY_MS,
    HOUR_MS,
    START_MS,
    Limited,
    Order,
    Returned,
    Story,
    Touched,
)
from tests.simulation.town import Town

TURNS_MAX = 2_000  # turns of one side that surely ends before


def order(number: int, person: str, friend: str = "c1", **changes: object) -> Order:
    """A sale of 123.45 with one click."""
    at_ms = START_MS + HOUR_MS + 1 + number * 10
    return Order(
        name=f"o{number}",
        action="sale",
        friend=friend,
        at_ms=at_ms,
        net=12_345,
        gross=14_690,
        clicks=[Touched(person, at_ms - HOUR_MS, bytes([1, number, 0, 0, 0, 0, 0, 0]))],
        code=None,
        email=None,
        alias=None,
        told_apart=False,
        **changes,  # type: ignore[arg-type]  # fields of an order
    )


def part(name: str, amount: int | None = 2_000) -> Returned:
    """A part of an order comes back."""
    return Returned(name, amount, "net", total=False, by_alias=False)


def story(*orders: Order, **changes: object) -> Story:
    """Simple terms, and these orders."""
    simple: dict[str, object] = {"orders": list(orders), "caps": [], "sticky": False}
    fields = simple | {"paying": Paying("weekly")} | changes
    return replace(golden_story(0), **fields)  # type: ignore[arg-type]  # of a story


class Arena(Golden):
    """Plays one meeting."""

    def __init__(self, town: Town, duel: "Duel", *, swapped: bool, after: int) -> None:
        super().__init__(town)
        self._duel, self._swapped, self._after = duel, swapped, after
        self.turns = 0

    def play(self) -> None:
        """To the meeting, through it, and to the end."""
        baton = self.town.baton
        baton.restless, self.limit_ms = 0.0, START_MS + 60 * DAY_MS
        self._duel.before(self)
        baton.restless = 1.0
        first, second = self._duel.one(self), self._duel.other(self)
        if self._swapped:
            first, second = second, first
        self.turns = self._turn(first, self._after)
        self._turn(second, TURNS_MAX)
        self.turns += self._turn(first, TURNS_MAX)
        baton.restless = 0.2
        self.settle()
        for _ in range(2):
            self._tell_all()
            self.heal()
            self.to(self.town.clock.at_ms + 8 * DAY_MS)  # the next payday
            self._rounds()

    def _turn(self, task: Task, most: int) -> int:
        for done in range(most):
            if task not in self.town.baton.ready():
                return done
            self.town.baton.give(task)
        return most

    # --- ways to a meeting ------------------------------------------------------------------

    def deliver_all(self) -> None:
        """Everything is told and waits in the stream."""
        self.to(START_MS + 2 * HOUR_MS)
        self.outgoing = [one for one in self.outgoing if "again" not in one[1]]
        while self.outgoing:
            self.outgoing = [(0, name, facts) for _, name, facts in self.outgoing]
            self.deliver()
            self.settle()

    def booked(self) -> None:
        """Orders are booked, their refunds are told."""
        self.deliver_all()
        later = [one for one in self.town.streamed if "-r" in str(one)]
        self.town.streamed[:] = [one for one in self.town.streamed if one not in later]
        self._rounds()
        self.town.streamed += later

    def due(self) -> None:
        """Rewards are due, and the payday is near."""
        self.booked()
        later, self.town.streamed[:] = list(self.town.streamed), []
        self.to(self.town.clock.at_ms + DAY_MS + HOUR_MS)
        self._people(True)
        self._rounds()
        self.to(self.town.clock.at_ms + 7 * DAY_MS)
        self.town.streamed += later

    def listed(self) -> None:
        """The run is listed and waits for its first person."""
        self.due()
        later, self.town.streamed[:] = list(self.town.streamed), []
        self._rounds()
        while self.run_now().open_findings:
            self._people(True)
            self.settle()
        self.town.streamed += later

    def requested(self) -> None:
        """The first person has requested it."""
        self.listed()
        self._people(True)
        self.settle()

    def released(self) -> None:
        """The second has let it go, and the machine is about to send."""
        self.requested()
        held = self.town.baton.restless
        self.town.baton.restless = 1.0
        self._turn(self.says("usr_carl", "release"), TURNS_MAX)
        self.town.baton.restless = held

    def unclear(self) -> None:
        """Sent, but the rail has not said a word for two days."""
        self.released()
        self.town.outside.plan, silent = None, self.town.outside.rates
        self.town.outside.rates = dict.fromkeys(silent, 0.0) | {"rail_lost_after": 1.0}
        for hours in (0, 1, 24, 24):
            self.to(self.town.clock.at_ms + hours * HOUR_MS)
            self.schedule("payouts_schedule")
            self.settle()
        self.to(max(one.look_ms or 0 for one in self.town.all(Payout)))
        self.town.outside.plan = {}

    # --- who meets --------------------------------------------------------------------------

    def run_now(self) -> PayoutRun:
        """The newest run that has a payment."""
        runs: list[PayoutRun] = [
            one for one in self.town.all(PayoutRun) if one.count or one.state == "draft"
        ]
        return max(runs, key=lambda one: one.cutoff_ms)

    def settles(self, delivery_id: str) -> Task:
        """The stream brings this delivery."""
        held = self.town.streamed
        record = next(one for one in held if _delivery(one) == delivery_id)
        held.remove(record)
        return self.town.baton.spawn(
            delivery_id,
            lambda: held.extend(self.town.settle_batch("conversions_stream", [record])),
        )

    def scheduled(self, name: str) -> Task:
        """A schedule comes."""
        return self.town.baton.spawn(name, lambda: self.town.function(name, {}))

    def machine(self) -> Task:
        """What the payout clock starts now, or goes on with."""
        baton = self.town.baton
        known = set(map(id, baton.tasks))
        if not baton.ready():
            self._turn(self.scheduled("payouts_schedule"), TURNS_MAX)
            return next(one for one in baton.tasks if id(one) not in known)
        return baton.ready()[0]

    def says(self, who: str, what: str) -> Task:
        """Somebody acts on the run."""
        run = self.run_now()
        place = f"/v1/payout-runs/{run.run_id}/{what}"
        body: dict[str, object] = {"run_hash": run.run_hash}
        if what == "release":
            body["total_minor"] = run.total_minor
        elif what == "cancel":
            body = {"reason_code": "other"}
        return self.town.baton.spawn(who, lambda: self.town.asks(who, "POST", place, body))

    def decides(self, who: str, what: str) -> Task:
        """Somebody decides about the reward that waits."""
        reward = next(one for one in self.town.all(Reward) if one.state == "on_hold")
        path = f"/v1/rewards/{reward.reward_id}/{what}"
        body = {"reason_code": "checked_order" if what == "approve" else "fraud"}
        return self.town.baton.spawn(who, lambda: self.town.asks(who, "POST", path, body))

    def confirms(self) -> Task:
        """A person says what became of the payment that is unclear."""
        baton = self.town.baton
        known = set(map(id, baton.tasks))
        self.word_of_a_person()
        return next(one for one in baton.tasks if id(one) not in known)

    def moves_house(self) -> Task:
        """The payee gives another destination."""
        return self.town.baton.spawn("adv_maya", lambda: self.town.pay_to("adv_maya", "plain", 7))


def _delivery(record: dict[str, object]) -> str:
    image = record["dynamodb"]["NewImage"]  # type: ignore[index]  # a stream's record
    return str(image["delivery_id"]["S"])


Way = Callable[[Arena], None]
Side = Callable[[Arena], Task]


@dataclass(frozen=True)
class Duel:
    """Two sides, and how they come to meet."""

    name: str
    story: Callable[[], Story]
    before: Way
    one: Side
    other: Side


def settling(name: str) -> Side:
    """A delivery is settled."""
    return lambda arena: arena.settles(name)


def saying(who: str, what: str) -> Side:
    """A person acts on the run."""
    return lambda arena: arena.says(who, what)


def _refunded(**changes: object) -> Story:
    return story(order(0, "adv_maya", refunds=[part("r0"), part("r1", 5_000)]), **changes)


def _two(**changes: object) -> Story:
    return story(order(0, "adv_maya"), order(1, "adv_maya", "c2"), **changes)


def _friend() -> Story:
    return story(order(0, "adv_maya"), order(1, "adv_ben"), sticky=True)


def _apart() -> Story:
    one = replace(order(0, "adv_maya"), told_apart=True, alias="pi_0")
    one.clicks.append(Touched("adv_ben", one.at_ms - 30_000, bytes([1, 0, 1, 0, 0, 0, 0, 0])))
    return story(one)


def _capped() -> Story:
    return _two(caps=[Limited("advocate", "month", "amount_minor", 1_500)])


def _shared() -> Story:
    return story(
        order(0, "adv_maya"),
        order(1, "adv_ben", "c2"),
        caps=[Limited("programme", "month", "amount_minor", 1_500)],
        budget=[Limited("budget", "lifetime", "amount_minor", 1_400)],
    )


DUELS = (
    Duel("an order, its refund", _refunded, Arena.deliver_all, settling("o0-0"), settling("o0-r0")),
    Duel("two refunds", _refunded, Arena.booked, settling("o0-r0"), settling("o0-r1")),
    Duel("two orders of a friend", _friend, Arena.deliver_all, settling("o0-0"), settling("o1-0")),
    Duel("touches of one order", _apart, Arena.deliver_all, settling("o0-0"), settling("o0-1")),
    Duel("two orders, one cap", _capped, Arena.deliver_all, settling("o0-0"), settling("o1-0")),
    Duel("two orders, one budget", _shared, Arena.deliver_all, settling("o0-0"), settling("o1-0")),
    Duel(
        "approved and refunded",
        lambda: _refunded(limit=0),
        Arena.booked,
        lambda arena: arena.decides("usr_fatima", "approve"),
        settling("o0-r0"),
    ),
    Duel(
        "approved and refused",
        lambda: _refunded(limit=0),
        Arena.booked,
        lambda arena: arena.decides("usr_fatima", "approve"),
        lambda arena: arena.decides("usr_carl", "refuse"),
    ),
    Duel("frozen and refunded", _refunded, Arena.due, Arena.machine, settling("o0-r0")),
    Duel(
        "frozen and refunded whole",
        lambda: story(order(0, "adv_maya", refunds=[part("r0", None)]), order(1, "adv_maya")),
        Arena.due,
        Arena.machine,
        settling("o0-r0"),
    ),
    Duel(
        "frozen twice",
        _two,
        Arena.due,
        Arena.machine,
        lambda arena: arena.scheduled("payouts_schedule"),
    ),
    Duel(
        "requested and cancelled",
        _two,
        Arena.listed,
        saying("usr_anna", "request"),
        saying("usr_carl", "cancel"),
    ),
    Duel(
        "released by two",
        _two,
        Arena.requested,
        saying("usr_carl", "release"),
        saying("usr_dora", "release"),
    ),
    Duel(
        "released and cancelled",
        _two,
        Arena.requested,
        saying("usr_carl", "release"),
        saying("usr_anna", "cancel"),
    ),
    Duel(
        "released by two persons at once, one of them asked for it",
        _two,
        Arena.requested,
        saying("usr_carl", "release"),
        saying("usr_anna", "release"),
    ),
    Duel("sent and refunded", _refunded, Arena.released, Arena.machine, settling("o0-r0")),
    Duel("sent and cancelled", _two, Arena.released, Arena.machine, saying("usr_anna", "cancel")),
    Duel("sent and moved", _two, Arena.released, Arena.machine, Arena.moves_house),
    Duel(
        "sent and looked up",
        _two,
        Arena.released,
        Arena.machine,
        lambda arena: arena.scheduled("payouts_schedule"),
    ),
    Duel("looked up and said", _two, Arena.unclear, Arena.machine, Arena.confirms),
)


@dataclass(frozen=True)
class Meeting:
    """One run of a duel: which side is interrupted, after how many of its calls."""

    duel: int
    swapped: bool
    after: int

    @property
    def name(self) -> str:
        """As `python -m tests.simulation --duel` takes it."""
        return f"{self.duel} {int(self.swapped)} {self.after}"


def meet(meeting: Meeting, trace: Callable[[str], None] | None = None) -> tuple[Outcome, int]:
    """Play a meeting; what came of it, and how many turns the interrupted side took in all."""
    duel = DUELS[meeting.duel]
    town = Town(duel.story(), trace=trace)
    town.outside.plan = {}
    arena = Arena(town, duel, swapped=meeting.swapped, after=meeting.after)
    return judged(town, arena, meeting.duel), arena.turns


def meet_all(number: int) -> tuple[int, dict[str, list[str]]]:
    """Every meeting of one duel: how many there were, and what was found."""
    count, found = 0, {}
    with many():
        for swapped in (False, True):
            after = turns = 0
            while after <= turns:
                meeting = Meeting(number, swapped, after)
                outcome, turns = meet(meeting)
                if outcome.found:
                    found[f"{DUELS[number].name}: --duel {meeting.name}"] = outcome.found
                count, after = count + 1, after + 1
    return count, found
