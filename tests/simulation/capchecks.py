"""I11: what counts against a cap is what lives of it, and is never more than the cap.

Periods are computed here a second time, from the order alone: in which month an order was is no
question for the product that counts it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY, size_in
from tests.simulation.limits import Limited
from tests.simulation.story import Order

GONE = ("rejected", "void")
COUNT_ONLY = "rewards"  # what a use counts where its money is counted elsewhere


def lasting(period: str, order: Order, zone: str) -> str:
    """What two orders of the same period have in common."""
    at = datetime.fromtimestamp(order.at_ms // 1000, ZoneInfo(zone))
    year, week, _ = at.isocalendar()
    return {
        "order": order.name,
        "day": f"{at:%Y %j}",
        "week": f"{year} {week}",
        "month": f"{at:%Y %m}",
        "quarter": f"{at.year} {(at.month - 1) // 3}",
        "year": f"{at.year}",
        "lifetime": "",
    }[period]


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
        if sum_held > size_in(limit, money or "EUR") and (limit, who, when, money) not in again:
            yield f"{who} has {sum_held} of {limit} in {when}"


def _uses(books: Books) -> Iterator[str]:
    """What is recorded as used is what lives, to the cent: everything was given back."""
    story = books.town.story
    used: Counter[tuple[str, ...]] = Counter()
    number: Counter[tuple[str, ...]] = Counter()
    for reward in books["reward"]:
        for one in reward.get("counted", ()) if reward["state"] not in GONE else ():
            of = one.get("of", "")
            place = one["scope"], one["subject"], one["period"], of.replace(COUNT_ONLY, "")
            used[place] += 0 if of == COUNT_ONLY else _money(reward)
            number[place] += min(1, reward["remaining_minor"])
    for use in books["cap_use"]:
        of = use["counted"].get("of", "").replace(COUNT_ONLY, "")
        place = *(use["counted"][name] for name in ("scope", "subject", "period")), of
        said = use.get("used_minor", 0), use.get("rewards", 0)
        if said != (used[place], number[place]):
            yield f"{place} says {said}, rewards hold {used[place]} in {number[place]}"
        limits = {one.of: one for one in story.caps if _names(one, use["counted"])}
        for name, kept in (("amount_minor", "limit_minor"), ("rewards", "limit_rewards")):
            wanted = size_in(limits[name], of or "EUR") if name in limits else None
            if use.get(kept) not in (wanted, *[None] * story.accepts):
                yield f"{place} says that {kept} is {use.get(kept)}, not {wanted}"


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
        if pool.get("over", 0) and (left or (place["scope"] != "budget" and not again)):
            yield f"{place} is exceeded by {pool['over']}"  # a budget is where it was lowered
        if pool.get("spent") and left:
            yield f"{place} is spent, but {left} are left"


CAPS = (_caps, _uses, _pools)
