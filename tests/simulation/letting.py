"""Who let a run pass, how many it took, and when a run that nobody answered has ended.

No run is passed by anybody whom it pays, or would have paid; two must check what is large, and
nobody is asked to where it is not; and whoever is to answer has the days that they are promised.
"""

from collections.abc import Iterator

from tests.simulation.books import Books, Item
from tests.simulation.happenings import advocate_of
from tests.simulation.lambdas import TWICE
from tests.simulation.paydays import named
from tests.simulation.rails import in_unit
from tests.simulation.story import DAY_MS

SLACK_MS = 15 * 60_000  # a function may run so long between reading the clock and telling of it
DAYS = {"nobody_requested": 7, "nobody_released": 3}
PASSED = ("requested_by", "checked_by", "released_by")


def _payees(books: Books) -> Iterator[str]:
    """Nobody who is in a run has a word in it, not even about what was then taken out."""
    for run in books["payout_run"]:
        paid = {one["advocate_id"] for one in books["payout"] if one["run_id"] == run["run_id"]}
        for name in PASSED:
            who = str(run.get(name) or "").removesuffix(TWICE)
            if advocate_of(who) in paid:
                yield f"{run['run_id']} was {name} {who}, whom it pays"


def _enough(books: Books) -> Iterator[str]:
    """Two check a run from its amount on, one any other; each has a time of their own."""
    most = books.town.story.paying.checkers
    for run in books["payout_run"]:
        least = None if most is None else in_unit(most, run["currency"])
        large = least is not None and run["total_minor"] >= least
        if run.get("released_by") and large != bool(run.get("checked_by")):
            yield f"{run['run_id']} of {run['total_minor']} was checked by {run.get('checked_by')}"
        times = [run[name] for name in ("requested_ms", "checked_ms", "released_ms") if name in run]
        if times != sorted(times):
            yield f"{run['run_id']} was let pass at {times}"


def _expired(books: Books) -> Iterator[str]:
    """A run ends by itself when its days are over, counted from when it was ready, not before."""
    since: dict[str, int] = {}
    asked = set[str]()
    for event in sorted(books["event"], key=_when):
        about, _, what = event["type"].partition(".")
        if about != "payout_run":
            continue
        if what == "cancelled" and event["actor"]["kind"] != "staff":
            yield f"{event['subject']} was cancelled by nobody"
        elif what == "expired":
            wanted = "nobody_released" if event["subject"] in asked else "nobody_requested"
            if (event["reason"], event["actor"]["kind"]) != (wanted, "system"):
                yield f"{event['subject']} expired: {event['reason']}, not {wanted}"
            days = DAYS.get(event["reason"], 0)
            end_ms = since.get(event["subject"], 0) + days * DAY_MS - SLACK_MS
            if event["at_ms"] < end_ms:
                yield f"{event['subject']}: {event['reason']}, before {days} days were over"
        elif what in ("listed", "requested"):
            since[event["subject"]] = event["at_ms"]
            asked |= {event["subject"]} if what == "requested" else set()


def _periods(books: Books) -> Iterator[str]:
    """A run is named after the last day of its period, and is there once."""
    for run in books["payout_run"]:
        name = named(books.town.story.paying, run["ended_ms"])
        if run["period"] != name or not run["run_id"].startswith(f"run_{run['program_id']}_{name}"):
            yield f"{run['run_id']} of {run['period']} is of {name}"


def _fees(books: Books) -> Iterator[str]:
    """What a rail takes is booked once as the programme's cost, beside the whole payment."""
    taken = getattr(books.town.rail, "fee_minor", 0)
    fees: dict[str, list[dict[str, int]]] = {}
    for entry in books["entry"]:
        if entry["what"] == "payout_fee":
            legs = {leg["account"]: leg["amount_minor"] for leg in entry["legs"]}
            fees.setdefault(entry["refs"]["payout_id"], []).append(legs)
    told = {one["subject"] for one in books["event"] if _is_paid(one)}
    for payout in books["payout"]:
        name, own = payout["payout_id"], payout.get("fee_minor", 0)
        place = payout["program_id"], payout["rail"]
        wanted = [{f"program:{place[0]}:fees": own, f"rail:{place[1]}:fees": -own}] if own else []
        if fees.get(name, []) != wanted or own != (taken if name in told else 0):
            yield f"{name}: {own} of {taken} is its fee, booked as {fees.get(name)}"


def _is_paid(event: Item) -> bool:
    """Whether it tells what a rail has said, not a person."""
    return bool(event["type"] == "payout.paid" and event["actor"]["kind"] != "staff")


def _when(event: Item) -> tuple[int, str]:
    return event["at_ms"], event["event_id"]


LETTING = (_payees, _enough, _expired, _periods, _fees)
