"""What a decision says it was made of is what stands of the order, whatever rules ask of it.

Decisions are numbered from one; what an order is, and when it happened and was heard of, never
changes. What an event tells of an order is the same.
"""

from collections.abc import Iterator

from tests.simulation.books import Books, Item
from tests.simulation.twins import DUPLICATE

SAME = (
    *("conversion_id", "program_id", "namespace", "order_id", "action"),
    *("occurred_ms", "received_ms"),
)


def _bases(books: Books) -> Iterator[str]:
    """Each decision beside its conversion."""
    orders = {
        one["conversion_id"]: one for kind in ("conversion", "duplicate") for one in books[kind]
    }
    numbers: dict[str, list[int]] = {name: [] for name in orders}
    for decision in books["decision"]:
        order, basis = orders[decision["conversion_id"]], decision["basis"]
        numbers[decision["conversion_id"]].append(decision["number"])
        place = f"{order['order_id']}, decision {decision['number']}"
        for name in SAME:
            if basis.get(name, "") != order.get(name, ""):
                yield f"{place}: {name} is {basis.get(name)}, not {order.get(name)}"
        if decision["reason"] != DUPLICATE and basis.get("decision", 1) != decision["number"]:
            yield f"{place}: its facts are of decision {basis.get('decision', 1)}"
    for name, found in numbers.items():
        if sorted(found) != list(range(1, orders[name]["decisions"] + 1)):
            yield f"{orders[name]['order_id']} has the decisions {sorted(found)}"
    yield from _told(books, orders)


def _told(books: Books, orders: dict[str, Item]) -> Iterator[str]:
    """An order that is told with other amounts says which, and of whose it is."""
    for event in books["event"]:
        if event["type"] != "conversion.retold":
            continue
        order, data = orders[event["subject"]], event["data"]
        for name in ("program_id", "occurred_ms", "currency"):
            if data[name] != order[name]:
                yield f"{order['order_id']} is told with {name} {data[name]}"


BASES = (_bases,)
