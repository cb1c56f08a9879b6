"""Duels about what several share: a limit and its last cents, a balance, a reward that one ends.

Whoever takes from a limit meets whoever gives back to it, or makes it larger or smaller; and what
a person, a bank, a ban or the clock says of a reward meets what another says of it.
"""

from collections.abc import Callable
from dataclasses import replace

from goodword.payouts.model import Payout
from goodword.rewards.model import Reward
from goodword.trust.dispute import About, Dispute, Outcome
from goodword.trust.resolving import Ruling

from tests.simulation.arena import Arena, Duel, Side, Way
from tests.simulation.bans import Verdict
from tests.simulation.baton import Task
from tests.simulation.complaints import part_of
from tests.simulation.limits import Limited
from tests.simulation.rarities import MAYAS
from tests.simulation.sparring import order, part, settling, story
from tests.simulation.story import START_MS, Order, Story, Terms

QUIET = 2  # a seed in which nobody is banned but by the duel
GROWS = 11  # a seed whose second version has larger limits


# --- stories ------------------------------------------------------------------------------------


def _of_all(size: int, *orders: Order, **changes: object) -> Story:
    """A budget of so much."""
    return story(*orders, budget=[Limited("budget", "lifetime", "amount_minor", size)], **changes)


def _ebb() -> Story:
    first = order(0, "adv_maya", refunds=[part("r0", 5_000)])
    second = order(1, "adv_ben", "c2", refunds=[part("r0", 3_000)])
    others = order(2, "adv_third", "c3"), order(3, "adv_maya", "c4")
    return _of_all(2_600, first, second, *others)


def _two(size: int) -> Callable[[], Story]:
    first = order(0, "adv_maya", refunds=[part("r0", 5_000)])
    second = order(1, "adv_ben", "c2", refunds=[part("r0", 5_000)])
    return lambda: _of_all(size, first, second)


def _won(**changes: object) -> Story:
    back = replace(part("r0", None), won=True)
    return story(order(0, "adv_maya", refunds=[back]), order(1, "adv_maya", "c2"), **changes)


def _versions() -> Story:
    caps = [Limited("programme", "month", "amount_minor", 1_500)]
    versions = [Terms(0, 1_000, 200), Terms(START_MS + 6, 1_000, 200)]
    orders = order(0, "adv_maya"), order(1, "adv_ben", "c2")
    return story(*orders, caps=caps, versions=versions, seed=GROWS)


def _names() -> Story:
    known = replace(order(1, "adv_third", "c3"), email=MAYAS)
    caps = [Limited("friend", "month", "amount_minor", 1_500)]
    return story(order(0, "adv_ben", "c3"), known, caps=caps)


def _one(**changes: object) -> Story:
    return story(order(0, "adv_maya", refunds=[part("r0")]), **changes)


def _asked() -> Story:
    return story(order(0, "adv_maya", inquiry=1), limit=0)


def _banned(**changes: object) -> Callable[[], Story]:
    return lambda: _one(conduct=True, seed=QUIET, **changes)


# --- ways ---------------------------------------------------------------------------------------


def after(*sides: Side) -> Way:
    """Everything is told, and these act one after the other."""

    def way(arena: Arena) -> None:
        arena.deliver_all()
        for side in sides:
            arena.through(side)

    return way


def booked(*sides: Side) -> Way:
    """Orders are booked, and these act one after the other."""

    def way(arena: Arena) -> None:
        arena.booked()
        for side in sides:
            arena.through(side)

    return way


def due(*sides: Side) -> Way:
    """Rewards are due, and these act one after the other."""

    def way(arena: Arena) -> None:
        arena.due()
        for side in sides:
            arena.through(side)

    return way


def paid(*sides: Side) -> Way:
    """The payment has left, and these act one after the other."""

    def way(arena: Arena) -> None:
        arena.released()
        arena.through(Arena.machine)
        arena.settle()
        for side in sides:
            arena.through(side)

    return way


def _unanswered(reminded: int) -> Way:
    """Nobody answers until the time is over, and some are reminded before."""

    def way(arena: Arena) -> None:
        arena.booked()
        for number in range(reminded + 1):
            (reward,) = arena.town.all(Reward)
            arena.to(reward.lapse_ms or 0)
            if number < reminded:
                arena.settle()

    return way


def _held(arena: Arena) -> None:
    """The hold period is over at this moment, and nobody has looked."""
    arena.booked()
    arena.to(max(one.hold_until_ms for one in arena.town.all(Reward)))


# --- who meets ----------------------------------------------------------------------------------


def resizing(arena: Arena) -> Task:
    """Finance cuts the budget below what is given; the next time it allows more."""
    return arena.begun(arena.office.change_budget)


def banning(arena: Arena) -> Task:
    """Maya is banned since her first order."""
    since_ms = arena.town.story.orders[0].at_ms
    return arena.begun(lambda: arena.conduct.rule(Verdict(0, "adv_maya", since_ms)))


def deciding(who: str, what: str) -> Side:
    """Somebody decides about the reward that waits."""
    return lambda arena: arena.decides(who, what)


def sweeping(name: str) -> Side:
    """A schedule comes."""
    return lambda arena: arena.scheduled(name)


def disputing(arena: Arena) -> Task:
    """Maya disputes her one reward, as what it is."""
    (reward,) = arena.town.all(Reward)
    about: About = "hold" if reward.state == "on_hold" else "reward"
    ask = arena.complaints.ask
    return arena.begun(lambda: ask(about, reward.advocate_id, subject_id=reward.reward_id))


def missing(arena: Arena) -> Task:
    """Maya says that her payment never arrived, and so does the bank."""
    payout = next(one for one in arena.town.all(Payout) if one.state == "paid")
    arena.town.came_back.add(payout.payout_id)
    ask = arena.complaints.ask
    return arena.begun(lambda: ask("payout", payout.advocate_id, subject_id=payout.payout_id))


def ruling(outcome: Outcome) -> Side:
    """The dispute ends so."""

    def side(arena: Arena) -> Task:
        (dispute,) = arena.town.all(Dispute)
        (reward, *_) = arena.town.all(Reward)
        amount = part_of(reward.earned_minor) if outcome == "partly" else None
        said = Ruling(outcome, "other", "nothing", amount_minor=amount)
        return arena.begun(lambda: arena.complaints.rule(dispute, said, "usr_dora"))

    return side


def withdrawing(arena: Arena) -> Task:
    """The dispute is taken back."""
    return arena.begun(arena.complaints.withdraw)


REFUSED = booked(deciding("usr_carl", "refuse"), disputing)
APPROVED = deciding("usr_carl", "approve")
R0, O0, O1 = settling("o0-r0"), settling("o0-0"), settling("o1-0")
WON = settling("o0-r0-won")

SHARING = (
    Duel(
        "the last cents, from several pots",
        _ebb,
        after(O0, O1, R0, settling("o1-r0")),
        settling("o2-0"),
        settling("o3-0"),
    ),
    Duel("the first order, and the budget grows", _two(1_400), after(), O0, resizing),
    Duel("what comes back is given at once", _two(1_400), after(O0), O1, R0),
    Duel(
        "two refunds, above a budget that was cut",
        _two(2_600),
        after(O0, O1, resizing),
        R0,
        settling("o1-r0"),
    ),
    Duel("an order, and the budget is cut", _two(2_600), after(O0), O1, resizing),
    Duel("an order, and the budget grows", _two(1_234), after(O0, resizing), O1, resizing),
    Duel("two orders by two versions of a limit", _versions, after(), O0, O1),
    Duel("two names of a friend who has a limit", _names, after(), O0, O1),
    Duel(
        "won back, and given to another",
        lambda: _won(budget=[Limited("budget", "lifetime", "amount_minor", 1_400)]),
        after(O0, R0),
        O1,
        WON,
    ),
    Duel("frozen and won back", _won, due(R0), Arena.machine, WON),
    Duel("paid and won back", _won, Arena.released, R0, Arena.machine),
    Duel("won back, and its payment comes back", _won, paid(R0, missing), ruling("granted"), WON),
    Duel("a payment comes back, and a refund", _won, paid(missing), ruling("granted"), R0),
    Duel(
        "reminded and approved",
        lambda: _one(limit=0),
        _unanswered(0),
        sweeping("rewards_schedule"),
        APPROVED,
    ),
    Duel(
        "refused by time and approved",
        lambda: _one(limit=0),
        _unanswered(1),
        sweeping("rewards_schedule"),
        APPROVED,
    ),
    Duel(
        "a bank asks, and it is approved",
        _asked,
        Arena.booked,
        settling("o0-ri0-open"),
        APPROVED,
    ),
    Duel(
        "a bank asks no more, and it is approved",
        _asked,
        booked(settling("o0-ri0-open")),
        settling("o0-ri0-closed"),
        APPROVED,
    ),
    Duel(
        "due and asked about",
        _asked,
        booked(APPROVED),
        *(settling("o0-ri0-open"), sweeping("rewards_schedule")),
    ),
    Duel("granted and refunded", lambda: _one(limit=0), REFUSED, ruling("granted"), R0),
    Duel("granted in part, and refunded", lambda: _one(limit=0), REFUSED, ruling("partly"), R0),
    Duel("granted and withdrawn", lambda: _one(limit=0), REFUSED, ruling("granted"), withdrawing),
    Duel(
        "let go by a dispute, and refused",
        lambda: _one(limit=0),
        booked(disputing),
        ruling("granted"),
        deciding("usr_carl", "refuse"),
    ),
    Duel("banned and approved", _banned(limit=0), Arena.booked, banning, APPROVED),
    Duel("banned and due", _banned(), _held, banning, sweeping("rewards_schedule")),
    Duel("banned and refunded", _banned(), due(), banning, R0),
    Duel("banned and frozen", _banned(), due(), Arena.machine, banning),
    Duel("banned and sent", _banned(), Arena.released, Arena.machine, banning),
    Duel("banned and granted", _banned(limit=0), REFUSED, banning, ruling("granted")),
)
