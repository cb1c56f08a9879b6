"""A decision on an order from abroad says with which rate, so that anybody can redo it."""

from collections.abc import Iterator

from tests.simulation.abroad import day_of, later
from tests.simulation.books import Books
from tests.simulation.oracle import as_decided

UNASKED = ("waiting_for_rate", "currency_mismatch")


def _rates(books: Books) -> Iterator[str]:
    """The one that counts on the order's day, as it was stated, and the amount before."""
    story = books.town.story
    if not story.rates:
        return
    orders = {one["conversion_id"]: story.order(one["order_id"]) for one in books["conversion"]}
    for decision in books["decision"]:
        order, basis = orders.get(decision["conversion_id"]), decision["basis"]
        changed = order is not None and order.currency != "EUR" and basis["currency"] == "EUR"
        if order is None or not changed or decision["reason"] in UNASKED:
            continue
        told, day = as_decided(story, order, decision), day_of(order.at_ms, story.zone)
        wanted = {
            "of": order.currency,
            "into": "EUR",
            "day": later(day, -story.abroad.back),
            "rate": story.rates[day],
            "inverse": not story.abroad.inverse,
        }
        said = basis.get("rate") or {}
        if {name: said.get(name, False) for name in wanted} != wanted:
            yield f"{order.name} was changed with {said}"
        if basis.get("before_minor") != told.net:
            yield f"{order.name} was {basis.get('before_minor')} before, not {told.net}"


RATES = (_rates,)
