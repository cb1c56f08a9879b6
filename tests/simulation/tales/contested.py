"""What banks and shops say of a payment that is believed to be two orders, in any order.

A chargeback is given back once, a question stays closed, and both hold for the order that is kept,
under whatever name they came. Orders in two currencies are never one.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from goodword.conversions.model import OtherNames

from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.payment import Payment
from tests.simulation.tales.teller import Tale, Teller, plain


def _two(teller: Teller) -> Payment:
    """One payment, told as `a`, and as `b` a little later; or `b` before it."""
    draw, payment = teller.draw, Payment(teller, "adv_maya")
    net, at_ms = draw.randrange(2_003, 50_000), teller.now_ms - 2 * HOUR_MS
    for name in draw.sample(("a", "b"), 2):
        payment.told(name, at_ms + draw.randrange(1, HOUR_MS), net, "c1")
        payment.holds()
    return payment


def _disputed(teller: Teller) -> None:
    """Chargebacks and partial refunds of either, won again before or after; one becomes due."""
    draw, payment = teller.draw, _two(teller)
    net = payment.ones[0].net
    late = draw.choice((0, 1, 1.5))
    taken = draw.choice((("a",), ("b",), ("a", "b")))
    acts: list[Callable[[], None]] = [
        *(partial(payment.comes_back, name, None, "cb", reason="chargeback") for name in taken),
        lambda: payment.comes_back(draw.choice("ab"), draw.choice((net // 3, None)), "r1"),
        lambda: payment.is_won(draw.choice("ab"), "cb"),
        lambda: payment.is_won(draw.choice("ab"), draw.choice(("r1", "never"))),
    ]
    draw.shuffle(acts)
    acts.insert(draw.randrange(len(acts) + 1), lambda: payment.joins(*draw.sample("ab", 2)))
    acts.insert(draw.randrange(len(acts) + 1), lambda: _wait(payment, late))
    for act in acts:
        act()
    payment.is_won(draw.choice("ab"), "cb")
    payment.settles()


def _wait(payment: Payment, days: float) -> None:
    payment.teller.days(days)
    payment.holds()


def _asked(teller: Teller) -> None:
    """Banks ask about either; the last answer lets go what is kept."""
    draw, payment = teller.draw, _two(teller)
    due = draw.random() < 0.3
    if due:
        _wait(payment, 1)
    asked = draw.sample([(name, what) for name in "ab" for what in ("q1", "q2")], 2)
    for name, what in asked:
        payment.is_asked(name, what, "open")
    closed = [asked[0]] if draw.random() < 0.4 else []
    for name, what in closed:
        payment.is_asked(name, what, "closed")
    payment.joins(*draw.sample("ab", 2))
    for _, what in closed:
        payment.is_asked(draw.choice("ab"), what, "open")  # it was closed for good
    if draw.random() < 0.5:
        payment.is_asked(draw.choice("ab"), "q3", "closed")  # before it is opened
        payment.is_asked(draw.choice("ab"), "q3", "open")
    draw.shuffle(asked)
    for _, what in asked:
        payment.is_asked(draw.choice("ab"), what, "closed")
    payment.comes_back("b", 100)
    payment.settles()
    payment.is_asked("a", "q4", "open")
    payment.holds()


def _abroad(_: Random) -> Story:
    """Dollars are accepted, and paid as dollars."""
    return replace(plain(_), accepts=True)


def _unlike(teller: Teller) -> None:
    """Of three, one is in dollars: it is never one with the others, which are made one."""
    draw, base_ms = teller.draw, teller.now_ms - HOUR_MS
    euros, dollars = draw.randrange(100, 90_000, 10), draw.randrange(100, 90_000, 10)
    names = ["e1", "e2", "d1"]
    times = dict(zip(names, draw.sample(range(1, HOUR_MS), 3), strict=True))
    for name in draw.sample(names, 3):
        unit, net = ("USD", dollars) if name == "d1" else ("EUR", euros)
        at_ms = base_ms + times[name]
        teller.tells(teller.sold(name, net, "adv_ben", currency=unit, occurred_ms=at_ms))
    teller.owns(ben=2 * euros // 10 + dollars // 10)
    order = draw.sample(names, 3)
    if draw.random() < 0.5:
        teller.tells(names=(OtherNames(order_id=order[0], aliases=tuple(order[1:])),))
        teller.ends("order_differs")
    else:
        one = draw.choice(("e1", "e2"))
        teller.tells(names=(OtherNames(order_id=one, aliases=("d1",)),))
        teller.ends("order_differs")
        teller.owns(ben=2 * euros // 10 + dollars // 10)
        teller.orders(e1=["qualified"], e2=["qualified"], d1=["qualified"])
        teller.tells(names=(OtherNames(order_id="e1", aliases=("e2",)),))
        teller.ends()
    kept, gone = sorted(("e1", "e2"), key=times.__getitem__)
    teller.owns(ben=euros // 10 + dollars // 10)
    teller.orders(**{kept: ["qualified"], gone: ["disqualified"], "d1": ["qualified"]})
    for name, unit in ((gone, "USD"), ("d1", "EUR")):
        teller.tells(teller.back("r1", name, 90, currency=unit))
        teller.ends("currency_mismatch")
    teller.tells(teller.sold("d1", dollars, currency="EUR"))
    teller.ends("currency_mismatch")
    teller.owns(ben=euros // 10 + dollars // 10)
    teller.wants("refunds", len(teller.town.dynamo.of_kind("refund")), 0)
    teller.tells(teller.back("r1", gone, euros // 2), teller.back("r1", "d1", None, currency="USD"))
    left = euros // 10 - round(euros // 10 * (euros // 2) / euros)
    teller.owns(ben=left)
    teller.pays()
    teller.paid(ben=left)


CONTESTED = (
    Tale("one payment disputed as two", _disputed),
    Tale("one payment asked about as two", _asked),
    Tale("one payment in two currencies", _unlike, _abroad),
)
