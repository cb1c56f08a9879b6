"""One programme hears of two shops, and a customer of one is somebody else in the other.

A friend of the second shop is `c1@2`: customer `c1` there, as another person is in the first.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.conversions.model import Facts, Source

from infra.local.signing import sign_generic
from tests.fakes.privacy import PlainSealer
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

FIRST, SECOND = "src_shop", "src_second"
TWO = 0.15  # of the stories
SHOP_SECRET = "whsec_c2hvcCBzZWNyZXQgb2YgdGhlIHNpbXVsYXRpb24="
THERE = "@2"  # ends the name of a friend of the second shop


def open_second(story: "Story") -> None:
    """Some orders are of the second shop."""
    chance = Random(f"shops {story.seed}")
    if chance.random() < TWO:
        for order in story.orders:
            named = order.friend and order.email is None  # an address is the same everywhere
            if named and order.twin is None and chance.random() < 0.5:
                order.friend += THERE


def customer_of(order: "Order") -> str:
    """What the shop calls its friend."""
    return order.friend.removesuffix(THERE)


def shop_of(story: "Story", delivery_id: str) -> str:
    """Who sends a delivery."""
    return _shop(story.order(delivery_id.partition("-")[0]))


def _shop(order: "Order") -> str:
    return SECOND if order.friend.endswith(THERE) else FIRST


def shops(story: "Story") -> Iterator[Source]:
    """The sources that there are."""
    for number, name in enumerate(sorted({FIRST, *map(_shop, story.orders)}, reverse=True)):
        yield Source(
            source_id=name,
            kind="generic",
            program_id=PROGRAM,
            currency="EUR",
            label="shop" if number == 0 else "second shop",
            sealed_secrets=(PlainSealer().seal_bytes(SHOP_SECRET.encode(), name),),
            created_ms=0,
        )


def sale(delivery_id: str, at_ms: int, facts: Facts, source: str) -> dict[str, Any]:
    """What API Gateway brings of a signed report of a shop."""
    body = json.dumps({"facts": facts.model_dump_json()}).encode()
    signed = sign_generic(SHOP_SECRET, delivery_id, at_ms // 1_000, body)
    return {
        "version": "2.0",
        "routeKey": "POST /v1/track/sale",
        "rawPath": "/v1/track/sale",
        "headers": signed | {"goodword-source": source, "content-type": "application/json"},
        "requestContext": {"http": {"method": "POST", "path": "/v1/track/sale"}},
        "body": body.decode(),
        "isBase64Encoded": False,
    }
