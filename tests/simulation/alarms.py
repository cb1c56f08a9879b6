"""What alarms are made of is so: figures for CloudWatch, and what a stream brings again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from goodword.records import Key

from tests.simulation.books import Books

if TYPE_CHECKING:
    from tests.simulation.town import Town

FIGURES = {
    "BudgetsRunningLow": "program.budget_running_low",
    "BudgetsUsedUp": "program.budget_used_up",
    "DisputesEscalated": "dispute.escalated",
}  # each the number of events of a type
FAILING = ("PayoutStartsFailed", "BansFailed")  # nothing, where nothing fails


def unsettled(town: "Town", records: Sequence[dict[str, Any]]) -> list[str]:
    """What a stream will not bring again, although it still waits, and for no order of its."""
    found = []
    for record in records:
        image = record["dynamodb"]["NewImage"]
        if image["kind"]["S"] == "delivery":
            now = town.memory.items.get(Key("arrivals", image["pk"]["S"], image["sk"]["S"]))
            told = town.accepted.get(image["delivery_id"]["S"])
            for_order = told is None or bool(told.names)
            if now is not None and now["state"] == "waiting" and not for_order:
                found.append(f"{now['delivery_id']} waits, and its stream is told that it is done")
    return found


def _figures(books: Books) -> Iterator[str]:
    """As often as it happened, or less where something got lost on the way."""
    outside, told = books.town.outside, Counter(one["type"] for one in books["event"])
    for name, event in FIGURES.items():
        said = outside.metrics[name]
        if said > told[event] or (not outside.faults and said != told[event]):
            yield f"{name}: {said}, and {told[event]} times {event}"
    for name in FAILING:
        if outside.metrics[name] and not outside.faults:
            yield f"{name}: {outside.metrics[name]}, and nothing failed"


ALARMS = (_figures,)
