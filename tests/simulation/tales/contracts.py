"""What Shopify tells of an order later: a contract that is over, and what a bank asks or takes."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

from infra.local.payloads import Json, shopify_contract
from tests.simulation.endings import Ending
from tests.simulation.story import Story
from tests.simulation.tales.shopify_orders import ORDER, text
from tests.simulation.tales.shopifys import Ordered
from tests.simulation.tales.stripes import left_of
from tests.simulation.tales.teller import Tale, Teller, plain


def _ending(draw: Random) -> Story:
    return replace(plain(draw), ending=Ending(draw.choice((3, 10)), "pro_rata"))


def _ended(teller: Teller) -> None:
    """A contract that is over, and disputes of each kind."""
    it, draw = Ordered(teller), teller.draw
    ending = teller.town.story.ending
    assert ending is not None
    it.ordered()
    began_ms = teller.now_ms // 1_000 * 1_000
    teller.days(draw.choice((0, 1, 2)))
    steps: dict[str, Callable[[], int]] = {
        "dispute": lambda: _disputed(teller, it),
        "question": lambda: _asked(teller, it),
    }
    back = steps[draw.choice(list(steps))]()
    lasted = teller.now_ms - began_ms
    goes_on = shopify_contract(1, ORDER, status="active")
    it.says("subscription_contracts/update", goes_on, "ignored goes_on")
    nobody = shopify_contract(
        1, ORDER, origin_order_id=None, admin_graphql_api_origin_order_id=None
    )
    it.says("subscription_contracts/cancel", nobody, "ignored no_order")
    none = shopify_contract(1, ORDER, status=None)
    it.says("subscription_contracts/cancel", none, "not_understood no_status")
    it.back()
    topic = draw.choice(("cancel", "expire", "update"))
    named = draw.choice(
        ({}, {"origin_order_id": None}, {"admin_graphql_api_origin_order_id": None})
    )
    status = draw.choice(("cancelled", "CANCELLED", "expired"))
    it.says(f"subscription_contracts/{topic}", shopify_contract(1, ORDER, **named, status=status))
    taken = ending.share(it.earned, (lasted,))
    gone = it.earned - left_of(it.earned, Fraction(back, it.cart.gross))
    teller.owns(maya=it.earned - max(taken, gone))


def _dispute(kind: str, status: str, cents: int) -> Json:
    told = {"type": kind, "status": status, "amount": text(cents), "currency": "EUR"}
    return told | {"id": 61, "order_id": ORDER}


def _asked(teller: Teller, it: Ordered) -> int:
    """A question holds what is not due, and takes nothing."""
    held = len(teller.rewards("pending", "approved"))
    status = teller.draw.choice(("needs_response", "under_review"))
    it.says("disputes/create", _dispute("inquiry", status, it.cart.gross))
    teller.wants("held", len(teller.rewards("on_hold")), held)
    it.back()
    over = teller.draw.choice(("won", "lost", "accepted"))
    it.says("disputes/update", _dispute("inquiry", over, it.cart.gross))
    teller.wants("held", len(teller.rewards("on_hold")), 0)
    it.back()
    return 0


def _disputed(teller: Teller, it: Ordered) -> int:
    """A chargeback takes, and gives back if it is won; what went back in the end."""
    draw, cents = teller.draw, teller.draw.randrange(1, it.cart.gross + 1)
    it.says("disputes/create", _dispute("chargeback", "needs_response", cents))
    it.back(gross=cents)
    it.says("disputes/update", _dispute("chargeback", "under_review", cents))
    it.back()
    it.says("disputes/update", _dispute("", "won", cents), "not_understood wrong_topic")
    nobody = _dispute("chargeback", "won", cents) | {"order_id": None}
    it.says("disputes/update", nobody, "ignored no_order")
    it.back()
    if draw.random() < 0.5:
        it.says("disputes/update", _dispute("chargeback", "won", cents))
        it.back(gross=-cents)
        return 0
    it.says("disputes/update", _dispute("chargeback", "lost", cents))
    it.back()
    return cents


CONTRACTS = (Tale("Shopify: disputes and contracts", _ended, _ending),)
