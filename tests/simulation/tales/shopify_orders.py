"""An order of Shopify's in figures of our own: lines, discounts, taxes, shipping, two currencies.

All money is in cents here; a body has decimal texts, in the shop's and in the buyer's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from infra.local.payloads import Json, shopify_order

ORDER = 7_001


def text(cents: int) -> str:
    """1999 -> `19.99`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def at(at_ms: int) -> str:
    """An instant as Shopify writes it, whole seconds."""
    return datetime.fromtimestamp(at_ms // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


@dataclass
class Goods:
    """A line: its pieces, the price of one, what is taken off all of them, and the tax of all."""

    name: str
    price: int
    pieces: int
    off: int
    tax: int
    brand: str

    @property
    def worth(self) -> int:
        """What is to pay for it, with its tax only where prices have it in them."""
        return self.price * self.pieces - self.off


@dataclass
class Cart:
    """What was ordered. `inside`: prices include tax. `abroad`: the buyer paid other money."""

    draw: Random
    inside: bool
    shipping: int
    shipping_tax: int
    abroad: bool
    goods: Sequence[Goods] = field(default_factory=list)

    @classmethod
    def of(cls, draw: Random, brands: Sequence[str] = ("Acme", "Bolt", "Acme")) -> "Cart":
        """Some cart."""
        goods = []
        for number in range(draw.choice((1, 2, 3))):
            price, pieces = draw.randrange(200, 9_000), draw.choice((1, 2, 3))
            off = draw.choice((0, draw.randrange(1, 200)))
            tax = (price * pieces - off) * draw.choice((0, 7, 19, 19)) // 119
            goods.append(Goods(str(9_001 + number), price, pieces, off, tax, brands[number]))
        shipping = draw.choice((0, draw.randrange(100, 900)))
        tax = draw.choice((0, shipping * 19 // 119))
        return cls(draw, draw.random() < 0.5, shipping, tax, draw.random() < 0.3, goods)

    @property
    def subtotal(self) -> int:
        """All goods, after what was taken off."""
        return sum(one.worth for one in self.goods)

    @property
    def goods_tax(self) -> int:
        """The tax of all goods."""
        return sum(one.tax for one in self.goods)

    @property
    def net(self) -> int:
        """All goods without tax."""
        return self.subtotal - self.goods_tax * self.inside

    @property
    def gross(self) -> int:
        """What was paid."""
        added = 0 if self.inside else self.goods_tax + self.shipping_tax
        return self.subtotal + self.shipping + added

    def net_of(self, one: Goods) -> int:
        """A line without its tax."""
        return one.worth - one.tax * self.inside

    def money(self, cents: int) -> Json:
        """In the shop's money, and in the buyer's, which is another one at times."""
        shop = {"amount": text(cents), "currency_code": "EUR"}
        other = {"amount": text(cents * 3), "currency_code": "USD"} if self.abroad else shop
        return {"shop_money": shop, "presentment_money": other}

    def said(self, name: str, cents: int) -> Json:
        """A field and its twin in two currencies; at times the twin is not there."""
        bare = {name: text(cents)}
        if not self.abroad and self.draw.random() < 0.4:
            return bare
        return {name: text(cents * 3 if self.abroad else cents)} | {
            f"{name}_set": self.money(cents)
        }

    def body(self, at_ms: int, **more: Any) -> Json:
        """The order as it is told."""
        made = shopify_order(ORDER, "0.00", "0.00", "0.00")
        for name in ("subtotal_price", "total_price", "total_tax"):
            del made[name], made[f"{name}_set"], made[f"current_{name}"]
            del made[f"current_{name}_set"]
        made |= self.said("subtotal_price", self.subtotal) | self.said("total_price", self.gross)
        made |= self.said("total_tax", self.goods_tax + self.shipping_tax)
        made |= self.said("current_subtotal_price", self.subtotal)
        tax = {"tax_lines": [self.said("price", self.shipping_tax)] * (self.shipping_tax > 0)}
        made |= {
            "taxes_included": self.inside,
            "processed_at": at(at_ms),
            "created_at": at(at_ms - 60_000),
            "shipping_lines": [self.said("price", self.shipping) | tax] * (self.shipping > 0),
            "line_items": [self._line(one) for one in self.goods],
            "presentment_currency": "USD" if self.abroad else "EUR",
        }
        return made | more

    def _line(self, one: Goods) -> Json:
        off = [self.said("amount", one.off)] if one.off else []
        if one.off > 1 and self.draw.random() < 0.5:
            off = [self.said("amount", 1), self.said("amount", one.off - 1)]
        return {
            "id": int(one.name),
            "product_id": 5_000 + int(one.name),
            "sku": f"S{one.name}",
            "vendor": one.brand,
            "quantity": one.pieces,
            "current_quantity": one.pieces,
            "discount_allocations": off,
            "tax_lines": [self.said("price", one.tax)] * (one.tax > 0),
        } | self.said("price", one.price)

    def refund(
        self,
        number: int,
        goods: Sequence[tuple[Goods, int, int]],
        paid: int | None,
        at_ms: int,
        **more: Any,
    ) -> Json:
        """Goods that come back, each with how much of its worth and tax; so much was paid back."""
        moves = []
        if paid is not None:
            move = self.said("amount", paid)
            known = "USD" if self.abroad else "EUR"
            moves = [move | {"id": 1, "kind": "refund", "status": "success", "currency": known}]
        return {
            "id": number,
            "order_id": ORDER,
            "processed_at": at(at_ms),
            "order_adjustments": [],
            "refund_line_items": [
                {"line_item_id": int(one.name), "quantity": one.pieces}
                | {"subtotal": text(worth), "subtotal_set": self.money(worth)}
                | self.said("total_tax", tax)
                for one, worth, tax in goods
            ],
            "transactions": moves,
        } | more
