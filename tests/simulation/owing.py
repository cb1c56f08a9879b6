"""What the nightly check counts of a programme, from rewards, balances and enrolments."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.simulation.books import Books, Item
from tests.simulation.story import DAY_MS

AGES = (7, 30, 90)
BUCKETS = {
    "pending": ("pending", "approved"),
    "on_hold": ("on_hold",),
    "payable": ("due",),
    "in_payout": ("batched",),
}
OPEN = tuple(state for states in BUCKETS.values() for state in states)


def owed(books: Books, at_ms: int, told: list[Any]) -> Iterator[str]:
    """Of each unit what is in the accounts, whose, and the open rewards by state and age."""
    said = {unit.currency: unit for one in told for unit in one.units}
    held = [one for one in books["balance"] if any(one[f"{bucket}_minor"] for bucket in BUCKETS)]
    if missing := {one["currency"] for one in (*held, *_open(books))} - {*said}:
        yield f"what is owed is told in {sorted(said)}, and not in {sorted(missing)}"
    for unit, one in said.items():
        balances = [each for each in books["balance"] if each["currency"] == unit]
        for bucket in BUCKETS:
            amounts = [each[f"{bucket}_minor"] for each in balances]
            if one.accounts[bucket] != sum(amounts):
                yield f"{unit} {bucket}: {one.accounts[bucket]}, not {sum(amounts)}"
            if one.holders[bucket] != sum(map(bool, amounts)):
                yield f"{unit} {bucket} is of {one.holders[bucket]} people"
        people = [any(each[f"{bucket}_minor"] for bucket in BUCKETS) for each in balances]
        if one.people != sum(people):
            yield f"{unit} is of {one.people} people, not {sum(people)}"
        aged = {each.state: (each.rewards, list(each.by_age)) for each in one.aged}
        wanted = _aged(books, unit, at_ms)
        if aged != wanted:
            yield f"{unit} by age: {aged}, not {wanted}"


def _open(books: Books) -> list[Item]:
    return [one for one in books["reward"] if one["state"] in OPEN and one["remaining_minor"]]


def _aged(books: Books, unit: str, at_ms: int) -> dict[str, tuple[int, list[int]]]:
    found: dict[str, tuple[int, list[int]]] = {}
    for one in _open(books):
        if one["currency"] == unit:
            count, sums = found.get(one["state"], (0, [0] * (len(AGES) + 1)))
            days = (at_ms - one["created_ms"]) // DAY_MS
            sums[sum(days > end for end in AGES)] += one["remaining_minor"]
            found[one["state"]] = count + 1, sums
    return found


def turned_out(books: Books, told: list[Any]) -> Iterator[str]:
    """How many have joined, month by month, and what they have kept of what they earned."""
    (said,) = told
    people = books["enrolment"]
    if said.people != len(people):
        yield f"{said.people} people are told, not {len(people)}"
    months: dict[str, set[str]] = defaultdict(set)
    for one in people:
        joined = datetime.fromtimestamp(one["created_ms"] / 1_000, UTC)
        months[joined.strftime("%Y-%m")].add(one["advocate_id"])
    wanted = {at: (len(who), _earned(books, who)) for at, who in months.items()}
    come = {one.month: (one.people, _some(one.earned)) for one in said.months}
    if come != wanted:
        yield f"by month {come}, not {wanted}"
    for name in ("leads", "sales"):
        sums: dict[str, int] = defaultdict(int)
        for one in books["balance"]:
            if not one["advocate_id"].startswith("frd_"):
                sums[one["currency"]] += one[name]
        if _some(getattr(said, name)) != _some(sums):
            yield f"{name}: {getattr(said, name)}, not {dict(sums)}"


def _some(sums: dict[str, int]) -> dict[str, int]:
    return {unit: amount for unit, amount in sums.items() if amount}


def _earned(books: Books, people: set[str]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for one in books["reward"]:
        if one["advocate_id"] in people and one["state"] not in ("rejected", "void"):
            sums[one["currency"]] += one["remaining_minor"]
    return _some(sums)
