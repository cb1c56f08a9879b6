"""I11: what lies in the pots of a limit, at each commit; what is told of limits, and when.

A limit of all is what rewards hold of it, what is free and what is in pots, to the cent and at any
moment. Above it is only what is owed again, and then nothing is left. It is told once that most of
a limit is used, and once that all is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from goodword.errors import GoodwordError
from goodword.events import system
from goodword.ports import Change, Desk
from goodword.programs.model import Program, program_key
from goodword.rewards.budget import Budgets, budget_digest

from tests.simulation.books import Books, Item
from tests.simulation.capchecks import GONE, SHARED
from tests.simulation.limits import Limited
from tests.simulation.story import DAY_MS
from tests.simulation.terms import budget_of
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

Pair = tuple[Item | None, Item]
LOW, ALL = 80, 100  # percent of a limit whose use is told
WATCHED_DAYS = 60  # after its end in which a period is looked at
EVERY = 5  # of the seeds with a budget end with another


def poured(town: "Town", pairs: Sequence[Pair]) -> Iterator[str]:
    """What is wrong with the limits of all that one commit has moved."""
    moved = [new for _, new in pairs if new["kind"] in ("pool", "pot")]
    if any(new["kind"] == "event" and new["type"] == "program.budget_set" for _, new in pairs):
        moved += [one.plain for one in town.dynamo.of_kind("pool")]
    if not moved:
        return
    told = [new for _, new in pairs if new["kind"] == "event"]
    for place in _once(one["counted"] for one in moved):
        pools = (one.plain for one in town.dynamo.of_kind("pool"))
        pool = next((one for one in pools if one["counted"] == place), None)
        if pool is None:
            yield f"{place} has pots and no pool"
            continue
        before = next((old for old, new in pairs if new == pool), pool)
        used, left = _used(town, place), _left(town, pool)
        for what in (*_level(town, pool, used, left), *_said(pool, before, used, told)):
            yield f"{place['subject']} of {place['period']}: {what}"


def _level(town: "Town", pool: Item, used: int, left: int) -> Iterator[str]:
    over = pool.get("over", 0)
    if used + left != pool["limit"] + over:
        yield f"{used} are used and {left} left of {pool['limit']}, {over} above it"
    if left and (over or pool.get("spent")):
        yield f"{left} are left, {over} are above it, and it is spent: {pool.get('spent')}"
    alone = len(town.baton.tasks) == 1  # of two who empty a pot each, none knows of the other
    if not left and not pool.get("spent") and alone:
        yield "nothing is left, and it is not spent"
    if pool["counted"]["scope"] == "budget" and pool["counted"]["period"] == "lifetime":
        (program,) = (one.plain for one in town.dynamo.of_kind("program"))
        abroad = pool["counted"]["subject"].endswith("-USD")
        sizes = {
            one.get("amount_in", {}).get("USD") if abroad else one["amount_minor"]
            for one in program["budget"]
            if one["period"] == "lifetime"
        }
        if sizes != {pool["limit"]}:
            yield f"it is {pool['limit']}, and the budget {sizes}"


def _said(pool: Item, before: Item | None, used: int, events: Sequence[Item]) -> Iterator[str]:
    """It is told as often as it is true, and only then."""
    mine = [one for one in events if _is_about(one, pool["counted"])]
    was, now = (one.get("told_percent", 0) for one in (before or {}, pool))
    for event in mine:
        data, level = event["data"], _share(used, pool["limit"])
        said = event["type"].removeprefix("program.budget_")
        if said != {LOW: "running_low", ALL: "used_up"}.get(level):
            yield f"it is told to be {said} at {used} of {pool['limit']}"
        if (data["used"], data["size"]) != (used, pool["limit"]) or now != level or was >= level:
            yield f"{data} is told after {was}, and {now} is noted, at {used}"
    if now > was and not mine:
        yield f"{now} is noted, and nobody is told"


def _is_about(event: Item, place: Item) -> bool:
    data = event["data"]
    told = event["type"].startswith("program.budget_") and "limit" in data
    return told and (data["limit"], data["period"]) == (place["subject"], place["period"])


def _share(used: int, limit: int) -> int:
    """Which share of it is to be told: nothing, most of it, all."""
    if used >= limit:
        return ALL
    return LOW if 100 * used >= LOW * limit else 0


def _used(town: "Town", place: Item) -> int:
    """What rewards hold of it."""
    counts = place["subject"].endswith("-rewards")
    left = [
        int(one.plain["remaining_minor"])
        for one in town.dynamo.of_kind("reward")
        if one.plain["state"] not in GONE and place in (one.plain.get("counted") or ())
    ]
    return sum(min(1, one) if counts else one for one in left)


def _left(town: "Town", pool: Item) -> int:
    pots = (one.plain for one in town.dynamo.of_kind("pot"))
    mine = sum(int(one.get("left", 0)) for one in pots if one["counted"] == pool["counted"])
    return mine + int(pool.get("free", 0))


def _once(places: Iterator[Any]) -> list[Any]:
    found: list[Any] = []
    for one in places:
        if one not in found:
            found.append(one)
    return found


# --- at the end ---------------------------------------------------------------------------------


def _watched(books: Books) -> Iterator[str]:
    """Whoever looks once more tells what is true by now; what is long past nobody looks at."""
    town = books.town
    if not books["pool"]:
        return
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("budget_watch"))
    Budgets(desk).watch()
    for one in town.dynamo.of_kind("pool"):
        pool = one.plain
        place, ends_ms = pool["counted"], _end_ms(pool["counted"]["period"], town.story.zone)
        if pool.get("ends_ms") != ends_ms:
            yield f"{place} ends at {pool.get('ends_ms')}, not at {ends_ms}"
        past = ends_ms is not None and town.clock.at_ms > ends_ms + WATCHED_DAYS * DAY_MS
        level = _share(_used(town, place), pool["limit"])
        told = pool.get("told_percent", 0)
        if told != level and not past and told != ALL:  # what was used up, nobody looks at
            yield f"{place} has {level} percent, and {told} is told"
        if past == pool.get("watched", True) and told != ALL:
            yield f"{place} is long past: {past}; looked at: {not past}"


def _end_ms(period: str, zone: str) -> int | None:
    """The first moment after a period, by how it is written."""
    if period == "lifetime":
        return None
    if len(period) == len("2025-11-22"):
        day = datetime.strptime(period, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    elif "-W" in period:
        day = datetime.strptime(f"{period}-1", "%G-W%V-%u").replace(tzinfo=UTC) + timedelta(days=7)
    else:
        year, _, rest = period.partition("-")
        last = int(rest[1:]) * 3 if rest.startswith("Q") else int(rest or 12)
        day = datetime(int(year) + last // 12, last % 12 + 1, 1, tzinfo=UTC)
    return int(day.replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000


def _stated(books: Books) -> Iterator[str]:
    """What finance is told of each limit that runs is what rewards hold, and what is left."""
    town, story = books.town, books.town.story
    limits = [one for one in (*story.caps, *story.budget) if one.scope in SHARED]
    if not limits:
        return
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("budgets"))
    state = Budgets(desk).read(PROGRAM)
    said = {(one.name, one.currency): one for one in state.limits}
    wanted = {
        (f"{one.scope}-{one.period}-{'rewards' if one.of == 'rewards' else 'money'}", money)
        for one in limits
        if one.period != "order"
        for money in ("EUR", *["USD"] * (story.accepts and one.of != "rewards"))
    }
    if set(said) != wanted:
        yield f"finance is told of {sorted(said)}, not of {sorted(wanted)}"
    pools = {(one["counted"]["subject"], one["counted"]["period"]): one for one in books["pool"]}
    for (name, money), one in said.items():
        subject = f"{name}-USD" if money == "USD" and one.measure == "money" else name
        pool = pools.get((subject, one.period))
        used = _used(town, pool["counted"]) if pool else 0
        left = _left(town, pool) if pool else one.limit
        over, limit = (pool.get("over", 0), pool["limit"]) if pool else (0, one.limit)
        if (one.used, one.left, one.over, one.limit) != (used, left, over, limit):
            yield f"{name} is {one}, and {used} used, {left} left, {over} over of {limit}"


def _set(books: Books) -> Iterator[str]:
    """Who sets a budget has seen the one that stands; none is set where all is over, or in part."""
    town, story = books.town, books.town.story
    if not story.budget or story.seed % EVERY:
        return
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("budgets"))
    budgets = Budgets(desk)
    (program,) = (one.plain for one in town.dynamo.of_kind("program"))
    same = budget_of(replace(story, budget=[_as_set(one, program) for one in story.budget]))
    more = budget_of(replace(story, budget=[replace(one, size=77_777) for one in story.budget]))
    in_gold = [one.but(amount_in={"XAU": 1}) for one in more]
    yield from _refused("budget_moved_on", lambda: budgets.put(PROGRAM, more, "", seen="0" * 64))
    yield from _refused("bad_budget", lambda: budgets.put(PROGRAM, in_gold, ""))
    before = len(list(town.dynamo.of_kind("event")))
    budgets.put(PROGRAM, same, "same", seen=budget_digest(same))
    if len(list(town.dynamo.of_kind("event"))) != before:
        yield "a budget that stands is set again"
    budgets.put(PROGRAM, more, "more", seen=budget_digest(same))
    told = [one.plain for one in town.dynamo.of_kind("event")]
    said = [one["data"] for one in told if one["type"] == "program.budget_set"]
    wanted = {f"{one.period}_minor": 77_777 for one in story.budget}
    if not any(wanted.items() <= one.items() for one in said):
        yield f"a budget of {wanted} is told as {said}"
    change, head = Change(), town.memory.get(Program, program_key(PROGRAM))
    assert head is not None
    change.replace(head.but(state="closed"))
    town.memory.commit(change)
    yield from _refused("program_closed", lambda: budgets.put(PROGRAM, same, ""))


def _as_set(limit: Limited, program: Item) -> Limited:
    sizes = {one["period"]: one["amount_minor"] for one in program["budget"]}
    return replace(limit, size=sizes[limit.period])


def _refused(code: str, act: Callable[[], object]) -> Iterator[str]:
    try:
        act()
    except GoodwordError as refused:
        if refused.code != code:
            yield f"a budget is refused by {refused.code}, not by {code}"
    else:
        yield f"a budget is taken in spite of {code}"


POTS = (_stated, _watched)  # the second writes
SET = (_set,)  # and this one ends the programme
