"""A counter at each rail over HTTPS: the adapter, its server, and the worker's way of asking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from goodword.payouts.ports import PaymentOrder, Rail, RailAnswer
from goodword_aws.rails.paypal import PayPalRail
from goodword_aws.rails.shopify import DiscountCodeRail, StoreCreditRail
from goodword_aws.rails.stripe import StripeRail
from goodword_aws.rails.tremendous import TremendousRail
from goodword_aws.rails.wire import Wire

from tests.support.rails.door import Rail as Server
from tests.support.rails.door import running
from tests.support.rails.paypal import PayPal
from tests.support.rails.shopify import Shopify
from tests.support.rails.stripe import Stripe
from tests.support.rails.tremendous import Tremendous

CANARY = "Maya"
PLACES: dict[str, dict[str, str]] = {
    "paypal": {"email": "maya@x.example", "country": "DE"},
    "stripe": {"account": "acct_maya01", "country": "DE"},
    "tremendous": {"name": CANARY, "email": "maya@x.example", "country": "DE"},
    "store_credit": {"customer": "11", "country": "DE"},
    "discount_code": {"customer": "11", "country": "DE"},
}
MAKE: dict[str, tuple[Callable[[], Server], Callable[[Wire], Rail]]] = {
    "paypal": (PayPal, lambda wire: PayPalRail(wire, "client", "secret")),
    "stripe": (Stripe, lambda wire: StripeRail(wire, "sk_test_1")),
    "tremendous": (Tremendous, lambda wire: TremendousRail(wire, "TEST_key", "CAMPAIGN1")),
    "store_credit": (Shopify, lambda wire: StoreCreditRail(wire, "shpat_1")),
    "discount_code": (Shopify, lambda wire: DiscountCodeRail(wire, "shpat_1")),
}
SAFE_TO_REPEAT = ("paypal", "stripe", "tremendous", "discount_code")


@dataclass
class Counter:
    """A rail, its server, and what `Sending` does with them: look up first, then repeat."""

    rail: Rail
    server: Server
    name: str

    def order(self, key: str = "pay_1", amount: int = 1_234, **place: str) -> PaymentOrder:
        return PaymentOrder(
            payout_id=key,
            run_id="run_1",
            amount_minor=amount,
            currency="EUR",
            destination=PLACES[self.name] | place,
        )

    def settle(self, order: PaymentOrder, tries: int = 5) -> RailAnswer:
        """Ask until there is an answer that is no longer unclear, as the worker does."""
        said = self.rail.send(order)
        for _ in range(tries):
            if said.status not in ("unknown", "accepted"):
                return said
            found = self.rail.look_up(order.payout_id, said.reference)
            said = self.rail.send(order) if found is None else found
        return said

    @property
    def made(self) -> int:
        return len(self.server.paid)


@contextmanager
def counter(name: str, **server: Any) -> Iterator[Counter]:
    make_server, make_rail = MAKE[name]
    at = make_server(**server)
    with running(at) as wire:
        yield Counter(make_rail(wire), at, name)
