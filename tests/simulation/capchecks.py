"""I11: what counts against a cap is what lives of it, and is never more than the cap.

Periods are computed here a second time, from the order alone: in which month an order was is no
question for the product that counts it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY, size_in, sized, sizes
from tests.simulation.limits import Limited
from tests.simulation.story import Order

GONE = ("rejected", "void")
SHARED = ("programme", "budget")
COUNT_ONLY = "rewards"  # what a use counts where its money is counted elsewhere


def lasting(period: str, order: Order, zone: str) -> str:
    """What two orders of the same period have in common."""
    return order.name if period == "order" else written(period, order, zone)


def subjects(limit: Limited, reward: Item, order: Order) -> list[str]:
    """Whom a reward counts for: its advocate, or each identifier of the friend."""
    if limit.scope == "advocate":
        return [reward["advocate_id"]]
    if limit.scope in ("programme", "budget"):
        return ["all"]
    return [name for name in (order.friend, order.email) if name]


def _money(reward: Item) -> int:
    """What of it a cap of money counts: points and credit are none, and count as rewards alone."""
    return int(reward["remaining_minor"]) if reward["currency"] in MONEY else 0


def _caps(books: Books) -> Iterator[str]:
    """No cap is exceeded by what lives, but for what was taken and is owed again."""
    story = books.town.story
    held: Counter[tuple[Limited, str, str, str]] = Counter()
    again: set[tuple[Limited, str, str, str]] = set()
    for reward in books["reward"]:
        gone = reward["state"] in GONE or not reward["remaining_minor"]
        if gone or reward.get("side") == "friend":  # what friends get counts nowhere
            continue
        order = story.order(reward["order_id"])
        amount = {"rewards": 1, "amount_minor": _money(reward)}
        for limit in (*story.caps, *story.budget):
            for one in subjects(limit, reward, order):
                money = "" if limit.of == "rewards" else reward["currency"]
                place = limit, one, lasting(limit.period, order, story.zone), money
                held[place] += amount[limit.of]
                again |= {place} if reward.get("again") else set()
    for (limit, who, when, money), sum_held in held.items():
        most = max(sizes(story, limit, money or "EUR"))
        if sum_held > most and (limit, who, when, money) not in again:
            yield f"{who} has {sum_held} of {limit} in {when}"


def _uses(books: Books) -> Iterator[str]:
    """What is recorded as used is what lives, to the cent: everything was given back."""
    story = books.town.story
    used: Counter[tuple[str, ...]] = Counter()
    number: Counter[tuple[str, ...]] = Counter()
    for reward in books["reward"]:
        counted = reward.get("counted", ()) if reward["state"] not in GONE else ()
        places = {_record(one): 0 for one in counted}
        for one in counted:
            if one.get("of") != COUNT_ONLY:
                places[_record(one)] = _money(reward)
        for place, money in places.items():
            used[place] += money
            number[place] += min(1, reward["remaining_minor"])
    for use in books["cap_use"]:
        place = _record(use["counted"])
        of = place[-1]
        said = use.get("used_minor", 0), use.get("rewards", 0)
        if said != (used[place], number[place]):
            yield f"{place} says {said}, rewards hold {used[place]} in {number[place]}"
        limits = {one.of: one for one in story.caps if _names(one, use["counted"])}
        for name, kept in (("amount_minor", "limit_minor"), ("rewards", "limit_rewards")):
            wanted = sizes(story, limits[name], of or "EUR") if name in limits else {None}
            if use.get(kept) not in (*wanted, *[None] * story.accepts):
                yield f"{place} says that {kept} is {use.get(kept)}, not one of {wanted}"


def _record(counted: Item) -> tuple[str, ...]:
    """Which record it is counted in: money of another currency has one of its own."""
    names = ("scope", "subject", "period")
    return *(counted[name] for name in names), counted.get("of", "").replace(COUNT_ONLY, "")


def _counted(books: Books) -> Iterator[str]:
    """A reward counts in every limit that concerns it, in the period of its order; in no other."""
    story = books.town.story
    for reward in books["reward"]:
        friend = reward.get("side") == "friend"
        limits = () if friend else (*story.caps, *story.budget)
        order = story.order(reward["order_id"])
        said = {
            (one["scope"], one["period"], one["subject"] if one["scope"] in SHARED else "")
            for one in reward.get("counted", ())
        }
        wanted = {
            _place(one, reward, written(one.period, order, story.zone))
            for one in limits
            if one.period != "order" and (one.of == "rewards" or reward["currency"] in MONEY)
        }
        unknown = order.twin is not None or (order.friend, order.email) == ("", None)
        if said != wanted and not unknown:
            yield f"{order.name} counts in {sorted(said)}, not in {sorted(wanted)}"


def _place(limit: Limited, reward: Item, period: str) -> tuple[str, str, str]:
    measure = "rewards" if limit.of == "rewards" else "money"
    name = f"{limit.scope}-{limit.period}-{measure}"
    abroad = reward["currency"] == "USD" and measure == "money"
    subject = f"{name}-USD" if abroad else name
    return limit.scope, period, subject if limit.scope in SHARED else ""


def written(period: str, order: Order, zone: str) -> str:
    """How the period of an order is written."""
    at = datetime.fromtimestamp(order.at_ms // 1000, ZoneInfo(zone))
    year, week, _ = at.isocalendar()
    return {
        "day": f"{at:%Y-%m-%d}",
        "week": f"{year}-W{week:02d}",
        "month": f"{at:%Y-%m}",
        "quarter": f"{at.year}-Q{-(-at.month // 3)}",
        "year": f"{at.year}",
    }.get(period, period)


def _names(limit: Limited, counted: Item) -> bool:
    """Whether a use is of the scope and of a period of this kind; by how the period is written."""
    said = counted["period"]
    shapes = {"week": "-W", "quarter": "-Q"}
    by_length = {4: "year", 7: "month", 8: "lifetime", 10: "day"}
    kind = next((name for name, mark in shapes.items() if mark in said), by_length.get(len(said)))
    return (limit.scope, limit.period) == (counted["scope"], kind)


def _pools(books: Books) -> Iterator[str]:
    """Of a limit of all, what is used, free and in pots is the limit, to the cent.

    Of a budget that was lowered below what was given nothing is left while that is so.
    """
    for pool in books["pool"]:
        place = pool["counted"]
        used, again = 0, False
        for reward in books["reward"]:
            if reward["state"] not in GONE and place in reward.get("counted", ()):
                money = not place["subject"].endswith("-rewards")
                again |= bool(reward.get("again"))
                used += reward["remaining_minor"] if money else min(1, reward["remaining_minor"])
        pots = sum(pot.get("left", 0) for pot in books["pot"] if pot["counted"] == place)
        left = pool.get("free", 0) + pots
        if used + left != pool["limit"] + pool.get("over", 0):
            yield f"{place}: {used} used and {left} left of {pool['limit']}"
        yield from _resized(books, pool)
        lower = pool.get("version_number", 0) > 1 or place["scope"] == "budget"
        if pool.get("over", 0) and (left or not (lower or again)):
            yield f"{place} is exceeded by {pool['over']}"  # a budget is where it was lowered
        if pool.get("spent") and left:
            yield f"{place} is spent, but {left} are left"


def _resized(books: Books, pool: Item) -> Iterator[str]:
    """A cap of all is as large as the newest version says that has counted in it."""
    place, number = pool["counted"], pool.get("version_number", 0)
    money = "USD" if place["subject"].endswith("-USD") else "EUR"
    story = books.town.story
    name = place["subject"].removesuffix("-USD")
    for limit in story.caps:
        measure = "rewards" if limit.of == "rewards" else "money"
        if name != f"{limit.scope}-{limit.period}-{measure}":
            continue
        size = size_in(sized(story, limit, number), money)
        if pool["limit"] != size:
            yield f"{place} is {pool['limit']}, and {size} by version {number}"
        newest = [
            one["version_number"] for one in books["reward"] if place in one.get("counted", ())
        ]
        if max(newest, default=0) > number:
            yield f"{place} is of version {number}, and counts what {max(newest)} has promised"


CAPS = (_caps, _uses, _counted, _pools)
