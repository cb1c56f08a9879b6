"""Rules that give for months: a friend's orders over a quarter, told late and in any order.

Each version says for itself how old a touch may be, whether friends stay, and for how many months
its rules give. The first order lies some weeks back and the others follow, at times to the very
millisecond at which the months of a rule end, with clicks of the same person, of others, or none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.brinks import kind_of
from tests.simulation.happenings import Touched
from tests.simulation.offers import Basket, Offer, Seen, Worth

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story, Terms

LASTING, BRIEF = 0.07, 0.035  # of the stories that are plain enough; of those that are brief
BRIEF_FROM = 10_000_000  # as `story` has it
HOLD_DAYS = 30  # counted from a week before the first report: nothing passes it while all is told
SKEW_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
BEGINS = (22, 22, 34, 36, 45, 60, 66)  # days back; 22 days ago was a 31st
LAST_DAYS = 8  # until when something is sold
LINKS_DAYS = 200  # so old are all links
PASSES = 1_000_000  # what is smaller passes by itself
MANY = 17  # clicks of one order; with those of two others more than are kept of a friend
CODES = {"adv_maya": "MAYA7", "adv_ben": "BEN77", "adv_third": "THIRD7"}


@dataclass(frozen=True)
class Tie:
    """How a version chooses among touches, and whether a friend stays with the first."""

    model: str
    precedence: str
    window_days: int
    sticky: bool


def tie_of(story: "Story", promised: "Terms") -> dict[str, Any]:
    """The same of any version; most stories say it of all of them."""
    return vars(promised.tie or Tie(story.model, story.precedence, story.window_days, story.sticky))


def later(at_ms: int, months: int) -> int:
    """The same moment so many months on; the last of a shorter month instead of the 31st."""
    at = datetime.fromtimestamp(at_ms // 1_000, UTC)
    year, month = at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1
    for day in (at.day, 30, 29, 28):
        try:
            there = at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
        return int(there.timestamp()) * 1_000 + at_ms % 1_000
    raise AssertionError


def last(chance: Random, story: "Story", start_ms: int) -> None:
    """Make it such a story."""
    rate = BRIEF if story.seed >= BRIEF_FROM else LASTING
    if story.leaning != "wide" or chance.random() > rate or kind_of(story):
        return
    if story.orders[0].stale or story.orders[0].halved:
        return
    _plain(story)
    days = chance.choice(BEGINS)
    first_ms = start_ms - days * DAY_MS + chance.randrange(8 * HOUR_MS)
    tie = Tie("last", "latest", chance.choice((3, 10, 30)), chance.random() < 0.75)
    months = chance.choice((1, 1, 1, 2, 2, 3, 12))
    first = _first(chance, story, first_ms, tie)
    touched_ms = first.clicks[0].at_ms if first.clicks else first_ms
    version = story.versions[0]
    story.versions = [replace(version, offers=_offers(chance, months), tie=tie, flat=200)]
    if chance.random() < 0.7:
        at_ms = chance.choice((touched_ms, first_ms, first_ms + 9 * DAY_MS, start_ms - DAY_MS))
        at_ms += chance.choice((-1, 0, 1))
        other = _other(chance, tie)
        offers = _offers(chance, chance.choice((1, 1, 2, 3)))
        story.versions.append(replace(version, from_ms=at_ms, offers=offers, tie=other, flat=500))
    offs = (-1, 0, 0, 1)
    ends = [later(first_ms, months) + off for off in offs]
    last_tie = story.versions[-1].tie or tie
    days = chance.choice((tie, last_tie)).window_days
    window_ms = touched_ms + days * DAY_MS - SKEW_MS + chance.choice(offs)
    story.orders = [first, *_following(chance, first, ends, window_ms, start_ms)]
    if chance.random() < 0.3:
        _sign_up(chance, story, first)
    if chance.random() < 0.12:
        _flood(chance, story)
    rest = story.orders[1:]
    chance.shuffle(rest)  # of which few are told in a brief story
    story.orders = [first, *rest]


def told(story: "Story") -> int:
    """How many orders are left of it where few are told: of many clicks all, since few are not."""
    many = any(len(order.clicks) == MANY for order in story.orders)
    return len(story.orders) if many else 3


def _plain(story: "Story") -> None:
    """All is told before anything is due, and passes by itself: what comes of it is known."""
    story.calm, story.hold_days, story.lasts = True, HOLD_DAYS, True
    story.caps, story.budget, story.rates, story.gives, story.turns = [], [], {}, {}, []
    story.accepts, story.extra, story.ladder, story.gift, story.ending = False, 0, None, None, None
    story.minimum_order, story.limit, story.second_look = 0, PASSES, None
    story.watched = story.leaves = story.sharp = story.conduct = story.burst = False
    story.holds = story.disputed = story.fickle = False
    for person, kind in story.receivers.items():  # no bank ever ends what would wait to be claimed
        story.receivers[person] = "plain" if kind == "unclaimed" else kind
    story.paying = replace(story.paying, cadence="monthly", minimum=0)
    story.link_ms = {person: 0 for person in story.receivers}


def _offers(chance: Random, months: int) -> tuple[Offer, ...]:
    """What renewals earn for months, and beside it what others do; some of it without an end."""
    share = chance.choice((500, 1_000, 2_000))
    found = [Offer("renew", chance.choice(("renewal", "sale")), size=share, months=months)]
    if chance.random() < 0.6:
        found.append(Offer("plain", size=chance.choice((100, 300))))
    if chance.random() < 0.4:
        more = chance.choice((1, 2, 3))
        found.append(Offer("again", "repeat_purchase", size=700, months=more))
    chance.shuffle(found)
    return tuple(found)


def _other(chance: Random, tie: Tie) -> Tie:
    """What a later version makes of it."""
    return Tie(
        chance.choice(("last", "first")),
        chance.choice(("latest", "latest", "code", "link")),
        chance.choice((3, 10, 30)),
        not tie.sticky if chance.random() < 0.6 else tie.sticky,
    )


def _order(chance: Random, one: "Order", number: int, at_ms: int) -> "Order":
    return one.bare(
        number,
        "c1",
        chance.choice((4_990, 12_345, 30_000)),
        at_ms=at_ms,
        clicks=[],
        basket=Basket(renewal=number > 0 and chance.random() < 0.7),
        shy=False,
        lasted=(),
        returns=False,
    )


def _click(order: "Order", person: str, age_ms: int, number: int) -> Touched:
    at = int(order.name[1:])
    at_ms = order.at_ms - age_ms + at * 13  # no two of one moment
    return Touched(person, at_ms, bytes([8, at, number, *[0] * 5]))


def _first(chance: Random, story: "Story", at_ms: int, tie: Tie) -> "Order":
    """Mostly somebody has brought it: at the edge of the window, or two have."""
    order = _order(chance, story.orders[0], 0, at_ms)
    edge_ms = tie.window_days * DAY_MS - SKEW_MS + chance.choice((-1, 0, 1))
    people = chance.sample(sorted(story.receivers), chance.choice((0, 1, 1, 1, 1, 2, 2)))
    for number, person in enumerate(people):
        age_ms = chance.choice((HOUR_MS, 2 * DAY_MS, edge_ms)) + number * 7
        order.clicks.append(_click(order, person, age_ms, number))
    order.told_apart = chance.random() < 0.3
    return order


def _following(
    chance: Random, first: "Order", ends: list[int], window_ms: int, start_ms: int
) -> Iterator["Order"]:
    """The orders after it, some at an edge, some with other clicks."""
    until_ms = start_ms + LAST_DAYS * DAY_MS
    ages = (DAY_MS, 12 * DAY_MS, 20 * DAY_MS, 33 * DAY_MS)
    times = [*ends, *ends[1:3] * 2, *(first.at_ms + one + 11 for one in ages)]
    times += [window_ms] * (first.at_ms < window_ms)
    able = [one for one in times if one <= until_ms]
    for number, at_ms in enumerate(sorted({chance.choice(able) for _ in range(4)})[-3:], 1):
        order = _order(chance, first, number, at_ms)
        if chance.random() < 0.5:
            age_ms = chance.choice((-HOUR_MS, HOUR_MS, DAY_MS, 5 * DAY_MS, 15 * DAY_MS))
            person = chance.choice(sorted(CODES))
            order.clicks.append(_click(order, person, age_ms, 5))
        if chance.random() < 0.15:
            order.code = chance.choice(sorted(CODES.values()))
        yield order


def _sign_up(chance: Random, story: "Story", first: "Order") -> None:
    """Before all orders, and somebody brought it; or after them all."""
    before_ms = first.at_ms - chance.choice((1, 9, 11)) * DAY_MS
    at_ms = before_ms if chance.random() < 0.7 else story.orders[-1].at_ms + HOUR_MS
    lead = replace(_order(chance, first, len(story.orders), at_ms), action="lead", net=0, gross=0)
    lead.basket = Basket()
    lead.clicks.append(_click(lead, chance.choice(sorted(CODES)), HOUR_MS, 6))
    story.orders.append(lead)


def _flood(chance: Random, story: "Story") -> None:
    """So many newer clicks that no more is kept of a friend than these, and what brought it."""
    for order in [one for one in story.orders if one.at_ms > story.orders[0].at_ms]:
        person, order.code = chance.choice(sorted(CODES)), None
        ages = (2 * HOUR_MS + number * 1_000 for number in range(MANY))
        order.clicks = [_click(order, person, age_ms, n) for n, age_ms in enumerate(ages)]
    for version in story.versions:
        if version.tie is not None:  # by the oldest it would be a matter of what is still kept
            version.tie = replace(version.tie, model="last", precedence="latest")


# --- what comes of it -----------------------------------------------------------------------


def tie_at(story: "Story", at_ms: int) -> Tie:
    """What held for everybody then."""
    held = [one for one in story.versions if one.from_ms <= at_ms][-1]
    assert held.tie is not None
    return held.tie


def too_old(story: "Story", order: "Order", touch_ms: int) -> bool:
    """Whether a touch is outside of the window of the day of the order."""
    tie = tie_at(story, order.at_ms)
    return order.at_ms + SKEW_MS - touch_ms > tie.window_days * DAY_MS


def in_time(
    story: "Story", order: "Order", touch_ms: int, offer: Offer, found: Worth | None, seen: Seen
) -> Worth | None:
    """What an offer gives, or that the months or the window of it are over."""
    if found is None or not story.lasts or found.reason.startswith("not_"):
        return found
    if not offer.months:
        return Worth(reason="outside_window") if too_old(story, order, touch_ms) else found
    over = seen.since is None or order.at_ms >= later(seen.since, offer.months)
    return Worth(reason="months_over") if over else found
