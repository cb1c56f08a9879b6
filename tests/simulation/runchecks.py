"""What a payout run says of itself, summed up a second time: its lines, totals, ends and leavings.

A run is what its payouts are. Whatever is kept on it, cut into chunks of it, told of it or booked
for it must come to the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.books import Books, Item
from tests.simulation.lambdas import TWICE

if TYPE_CHECKING:
    from tests.simulation.town import Town

HOLDS = ("draft", "sent", "unknown")
TOLD = ("frozen", "sent", "unknown", "paid", "failed", "returned", "cancelled")


def left_behind(town: "Town", payout: Item) -> Iterator[str]:
    """As it is frozen: whatever is due to its advocate and in time is in it, unless it is full."""
    is_full = len(payout["rewards"]) >= town.parts.rewards
    runs = [one.plain for one in town.dynamo.of_kind("payout_run")]
    run = next(one for one in runs if one["run_id"] == payout["run_id"])
    for one in town.dynamo.of_kind("reward"):
        reward = one.plain
        mine = reward["advocate_id"] == payout["advocate_id"]
        same = reward["currency"] == payout["currency"]
        due = reward["state"] == "due" and reward["remaining_minor"]
        if is_full or not (mine and same and due):
            continue
        ended_ms = run.get("ended_ms") or run["cutoff_ms"]
        if reward["hold_until_ms"] < run["cutoff_ms"] and reward["created_ms"] < ended_ms:
            yield f"{reward['order_id']} was in time for {payout['payout_id']} and is not in it"
    for each in payout["rewards"]:
        reward = next(
            one.plain
            for one in town.dynamo.of_kind("reward")
            if one.plain["reward_id"] == each["reward_id"]
        )
        if (reward["remaining_minor"], reward["state"]) != (each["amount_minor"], "batched"):
            yield f"{reward['order_id']} is frozen with {each['amount_minor']}"


def _people(books: Books) -> Iterator[str]:
    """Whoever requested, checked or released a run did no more than one of these, as whoever."""
    for run in books["payout_run"]:
        names = [run.get(one) for one in ("requested_by", "checked_by", "released_by")]
        people = [str(one).removesuffix(TWICE) for one in names if one]
        if len({*people}) != len(people):
            yield f"{run['run_id']} was let pass by {people}"


def _totals(books: Books) -> Iterator[str]:
    """A counted run is the sum of its payouts, but for those that a person holds back."""
    for run in books["payout_run"]:
        mine = [one for one in books["payout"] if one["run_id"] == run["run_id"]]
        lines = [one for one in books["run_line"] if one["run_id"] == run["run_id"]]
        if _rows(lines) != _rows(mine):
            yield f"{run['run_id']} has other lines than payouts"
        if run["listing"] not in ("counted", "hashed"):
            continue
        held = {
            one["subject"]
            for one in books["run_finding"]
            if (one["run_id"], one["state"]) == (run["run_id"], "held")
        }
        said = _sum(run.get("held")), (run["count"], run["total_minor"])
        want = (
            _of(one for one in mine if one["payout_id"] in held),
            _of(one for one in mine if one["payout_id"] not in held),
        )
        if said != want:
            yield f"{run['run_id']} says {said}, its payouts are {want}"
        yield from _chunks(books, run, lines)
        yield from _ended(books, run, mine)


def _chunks(books: Books, run: Item, lines: list[Item]) -> Iterator[str]:
    chunks = [one for one in books["run_chunk"] if one["run_id"] == run["run_id"]]
    rows = [
        row for one in sorted(chunks, key=lambda one: int(one["number"])) for row in one["rows"]
    ]
    sizes = [(int(one["number"]), len(one["rows"])) for one in chunks]
    last = len(chunks) - 1
    if run["chunks"] != len(chunks) or any(
        number > last or (number < last and size != books.town.parts.rows) for number, size in sizes
    ):
        yield f"{run['run_id']} has chunks of {sizes}, not of {books.town.parts.rows}"
    wanted = sorted(lines, key=lambda one: str(one["payout_id"]))
    names = ("payout_id", "advocate_id", "digest")
    if [[row[name] for name in names] for row in rows] != [
        [line[name] for name in names] for line in wanted
    ]:
        yield f"{run['run_id']} is cut into chunks that are not its lines"


def _ended(books: Books, run: Item, mine: list[Item]) -> Iterator[str]:
    out: Counter[str] = Counter()
    for one in books["run_exclusion"]:
        if one["run_id"] == run["run_id"]:
            out[one["reason"]] += one["amount_minor"]
    said = {why: each["amount_minor"] for why, each in run.get("excluded", {}).items()}
    if said != dict(out):
        yield f"{run['run_id']} leaves out {said}, not {dict(out)}"
    outcome = {state: _sum(each) for state, each in (run.get("outcome") or {}).items()}
    states = {one["state"] for one in mine}
    now = {state: _of(one for one in mine if one["state"] == state) for state in states}
    sent = run["state"] == "settled" and mine
    if sent and outcome != now:
        yield f"{run['run_id']} ended with {outcome}, its payouts are {now}"
    backs = [one["returned_minor"] for one in mine if _is_partly_back(one)]
    part = run.get("part_back") or {"count": 0, "amount_minor": 0}
    if sent and _sum(part) != (len(backs), sum(backs)):
        yield f"{run['run_id']} says that {part} came back in part, its payouts say {backs}"
    if {*outcome} & {"draft"}:
        yield f"{run['run_id']} ended with drafts"


def _is_partly_back(payout: Item) -> bool:
    return payout["state"] == "paid" and bool(payout.get("returned_minor"))


def _booked(books: Books) -> Iterator[str]:
    """I1, I3: what is in a payout, and what left, is what the entries of this payout say."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in books["entry"]:
        payout_id = entry["refs"].get("payout_id")
        for leg in entry["legs"] if payout_id else ():
            of, _, kind = leg["account"].split(":")
            sums[payout_id, f"rail {kind}" if of == "rail" else kind] += leg["amount_minor"]
    for payout in books["payout"]:
        name, amount = payout["payout_id"], payout["amount_minor"]
        inside = amount if payout["state"] in HOLDS else 0
        if sums[name, "in_payout"] != -inside:
            yield f"{name} is {payout['state']} and holds {-sums[name, 'in_payout']}"
        left = amount - payout.get("returned_minor", 0) if payout["state"] == "paid" else 0
        if sums[name, "rail paid"] != -left:
            yield f"{name} is {payout['state']}, and {-sums[name, 'rail']} left by its entries"


def _told(books: Books) -> Iterator[str]:
    """Events about a payout, or a run, tell its amount."""
    payouts = {one["payout_id"]: one for one in books["payout"]}
    for event in books["event"]:
        payout, (about, _, what) = payouts.get(event["subject"]), event["type"].partition(".")
        if payout is None or about != "payout" or what not in TOLD:
            continue
        data = event["data"]
        names = [name for name in ("advocate_id", "program_id", "currency") if name in data]
        back = payout.get("returned_minor", 0) if what == "returned" else 0
        amount = payout["amount_minor"] - back
        if data.get("amount_minor", amount) != amount or any(
            data[name] != payout[name] for name in names
        ):
            yield f"{event['type']} of {event['subject']} tells {data}"


def _rows(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    names = ("payout_id", "advocate_id", "amount_minor")
    return sorted(tuple(one[name] for name in names) for one in items)


def _of(payouts: Iterable[Item]) -> tuple[int, int]:
    amounts = [int(one["amount_minor"]) for one in payouts]
    return len(amounts), sum(amounts)


def _sum(said: Item | None) -> tuple[int, int]:
    return (int(said["count"]), int(said["amount_minor"])) if said else (0, 0)


RUNS = (_people, _totals, _booked, _told)
