"""Refunds that are told before their order wait for it, under every name that they say.

They are booked with whatever delivery makes one of the names known, once. What cannot be booked on
the order stays where it is, and whoever looks after deliveries is told, each time.
"""

from typing import Any

from goodword.conversions.model import Fact, InquiryFact, OtherNames, ReinstatementFact

from tests.simulation.story import HOUR_MS
from tests.simulation.tales.teller import Tale, Teller


def _waiting(teller: Teller) -> dict[str, list[str]]:
    """What waits, by name of the order."""
    found = (one.plain for one in teller.town.dynamo.of_kind("parked_refunds"))
    return {one["alias"]: sorted(_name(each) for each in one["facts"]) for one in found}


def _name(fact: dict[str, Any]) -> str:
    return str(fact.get("refund_id") or fact["inquiry_id"])


def _parked(teller: Teller) -> None:
    """Some refunds of an order with three names, then the order, then its other names."""
    draw = teller.draw
    net = draw.randrange(100, 90_000, 10)
    sizes = {"r1": net // 3, "r2": draw.choice((net // 4, 1, net)), "odd": 55}
    places = {name: draw.sample("abc", draw.choice((1, 2, 3))) for name in sizes}
    wanted: dict[str, list[str]] = {}
    for name in draw.sample(list(sizes), 3):
        unit = "USD" if name == "odd" else "EUR"
        orders = tuple(places[name])
        teller.tells(teller.back(name, "a", sizes[name], orders=orders, currency=unit))
        teller.ends()
        for place in orders:
            wanted[place] = sorted([*wanted.get(place, ()), name])
        teller.wants("what waits", _waiting(teller), wanted)
    _says_it_again(teller, places["r1"], sizes["r1"])
    teller.wants("what waits", _waiting(teller), wanted)
    known, booked = "", set[str]()
    for step in draw.choice((["a", "b", "c"], ["a", "c", "b"], ["ab", "c"], ["cba"], ["ca", "b"])):
        known += step
        if len(known) == len(step):
            names = tuple(name for name in step if name != "a")
            teller.tells(teller.sold("a", net, "adv_maya", aliases=names))
        else:
            teller.tells(names=(OtherNames(order_id="a", aliases=tuple(step)),))
        seen = {name for name in sizes if set(places[name]) & set(step)}
        stays = any("odd" in wanted.get(place, ()) for place in step)
        teller.ends("currency_mismatch" if stays else "")
        booked |= seen - {"odd"}
        wanted = {place: [n for n in each if n not in booked] for place, each in wanted.items()}
        wanted = {place: each for place, each in wanted.items() if each}
        teller.wants("what waits", _waiting(teller), wanted)
        teller.owns(maya=_left(net, [sizes[name] for name in booked]))
    teller.tells(teller.back("r2", draw.choice("abc"), sizes["r2"]))
    teller.ends()
    left = _left(net, [sizes["r1"], sizes["r2"]])
    teller.owns(maya=left)
    teller.pays()
    teller.paid(maya=left)


def _says_it_again(teller: Teller, places: list[str], size: int) -> None:
    """The same refund is the same, and of another sum it is one too many."""
    for more, reason in ((0, ""), (1, "refund_differs")):
        teller.tells(teller.back("r1", "a", size + more, orders=tuple(places)))
        teller.ends(reason)


def _left(net: int, back: list[int]) -> int:
    """What is left of a tenth of it."""
    above = net // 10 * min(sum(back), net)
    whole, rest = divmod(above, net)
    return net // 10 - whole - (2 * rest > net or (2 * rest == net and whole % 2))


def _foretold(teller: Teller) -> None:
    """Banks have asked and shops have won before anybody knows the order; two orders are named."""
    draw = teller.draw
    net, other = draw.randrange(100, 90_000, 10), draw.randrange(100, 90_000, 10)
    fields: dict[str, Any] = {"occurred_ms": teller.now_ms, "currency": "EUR"}
    asks = InquiryFact.model_validate(
        fields | {"inquiry_id": "q", "orders": ("a",), "state": "open"}
    )
    answered = draw.random() < 0.5
    told: list[Fact] = [asks, *([asks.but(state="closed")] if answered else [])]
    wins = ReinstatementFact.model_validate(fields | {"refund_id": "cb", "orders": ("a",)})
    taken = teller.back("cb", "a", draw.choice((None, net // 2)), reason="chargeback")
    won = draw.random() < 0.5
    told += [taken, wins] if won else [taken]
    draw.shuffle(told)
    for fact in told:
        teller.tells(fact)
        teller.ends()
    teller.tells(teller.sold("z", other, "adv_ben", friend="c9"))
    teller.owns(ben=other // 10)
    teller.tells(teller.sold("a", net, "adv_maya"))
    teller.ends()
    left = net // 10 if won else (0 if taken.amount_minor is None else _left(net, [net // 2]))
    teller.owns(maya=left, ben=other // 10)
    teller.wants("what waits", _waiting(teller), {})
    if left:
        state = "approved" if answered else "on_hold"
        if state == "on_hold" or not won:
            teller.wants("held", [one.state for one in teller.of_order("a")], [state])
    teller.tells(teller.back("r", "a", 10, orders=("none", "z", "a")))
    teller.owns(maya=left, ben=_left(other, [10]))
    teller.tells(asks.but(state="closed", orders=("a",)))
    teller.days(HOUR_MS / 86_400_000)
    teller.pays()
    teller.owns(maya=left, ben=_left(other, [10]))
    teller.paid(maya=left, ben=_left(other, [10]))


PARKED = (
    Tale("refunds before their order", _parked),
    Tale("banks before the order", _foretold),
)
