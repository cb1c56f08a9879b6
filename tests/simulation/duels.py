"""Two invocations that meet: each is interrupted at every one of its calls, and the other runs.

A duel has a story, a way to the moment at which the two meet, and the two of them. One goes on for
some calls, then the other from beginning to end, then the first to its own end: whatever one of
them has read is old by then. This is played for every call of either. Then all heals and is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from goodword.payouts.model import Payout

from tests.simulation.arena import Arena, Duel, Side
from tests.simulation.baton import Task
from tests.simulation.happenings import Touched
from tests.simulation.limits import Limited
from tests.simulation.playing import Outcome, judged, many
from tests.simulation.sharing import SHARING
from tests.simulation.sparring import order, part, settling, story
from tests.simulation.story import Story
from tests.simulation.town import Town


def saying(who: str, what: str) -> Side:
    """A person acts on the run."""
    return lambda arena: arena.says(who, what)


def confirming(arena: Arena) -> Task:
    """A person says what became of the payment that is unclear."""
    return arena.begun(arena.word_of_a_person)


def hastening(arena: Arena) -> Task:
    """A person says what became of a payment before anybody could know."""
    (payout,) = (one for one in arena.town.all(Payout) if one.state == "unknown")
    return arena.begun(lambda: arena.say(payout))


def cutting(arena: Arena) -> Task:
    """Finance cuts the budget below what is given."""
    return arena.begun(arena.office.change_budget)


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


def _cut() -> Story:
    returned = part("r0", None)
    budget = [Limited("budget", "lifetime", "amount_minor", 1_400)]
    return story(order(0, "adv_maya", refunds=[returned]), budget=budget)


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
    Duel("looked up and said", _two, Arena.unclear, Arena.machine, confirming),
    Duel(
        "a refund, and the budget is cut below what is given",
        _cut,
        Arena.booked,
        settling("o0-r0"),
        cutting,
    ),
    Duel(
        "looked up and said too early",
        _two,
        Arena.just_sent,
        lambda arena: arena.scheduled("payouts_schedule"),
        hastening,
    ),
    Duel("looked up when the key is forgotten", _two, Arena.forgotten, Arena.machine, hastening),
    *SHARING,
    Duel(
        "looked up and said half an hour too early",
        _two,
        Arena.nearly_due,
        lambda arena: arena.scheduled("payouts_schedule"),
        hastening,
    ),
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
