"""The facts that a decision is made on, as they were known then; kept with the decision."""

from typing import Literal

from pydantic import Field

from goodword.conversions.occasions import Occasion
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.money import Currency, NaturalMinor
from goodword.programs.conditions import LineNumber, LineText, NumberFact, TextFact
from goodword.programs.rates import AppliedRate
from goodword.programs.rules import Action
from goodword.records import Value

# Who says which order of this customer it is: the shop's own count, or the orders that we know of.
CountedBy = Literal["shop", "identity", ""]


class Basis(Value):
    """The facts of a conversion that rules look at; `decision` counts how often it was decided.

    `friend_order` is which order of this customer it is, from 1, `friend_since_ms` when the first
    referred one was; None when nobody knows the customer. `advocate_conversion` is which lead or
    sale of the advocate it is, `level` the advocate's level before it,
    `advocate_segments` the segments they were in then (None: nobody won it).
    `friend_id` is the friend's account, if one may be needed. Amounts of an order in another
    currency are here as `rate` changed them; `before_minor` is the net as it was.
    `beyond_window`: the touch counts only for rules that give for months.
    """

    conversion_id: str
    program_id: str
    namespace: str = ""
    order_id: str
    action: Literal["lead", "sale"]
    occurred_ms: int
    received_ms: int = 0
    currency: Currency
    net_minor: NaturalMinor
    decision: int = 1
    event_name: str = ""
    order: OrderFacts = OrderFacts()
    occasion: Occasion = "plain"
    friend_order: int | None = Field(default=None, ge=1)
    friend_since_ms: int | None = None
    counted_by: CountedBy = ""
    advocate_conversion: int | None = Field(default=None, ge=1)
    advocate_segments: tuple[str, ...] | None = None
    level: str | None = None
    beyond_window: bool = False
    friend_id: str | None = None
    rate: AppliedRate | None = None
    before_minor: NaturalMinor | None = None

    @property
    def actions(self) -> frozenset[Action]:
        """Every action that this is: an order is a sale, and the first, a further one, a renewal.

        An order of a customer nobody knows is neither the first nor a further one.
        """
        if self.action == "lead":
            return frozenset({_OF_LEADS[self.occasion]})
        if self.occasion != "plain":
            return frozenset({"sale", _OF_LEADS[self.occasion]})
        if self.friend_order is None:
            return frozenset({"sale"})
        return frozenset(
            {"sale", "first_purchase" if self.friend_order == 1 else "repeat_purchase"}
        )

    def texts(self, of: TextFact, line: OrderLine | None) -> tuple[str, ...] | None:
        """The fact as one or several texts; None if it is not known."""
        if of in _LINE_TEXTS:
            return None if line is None else _texts(getattr(line, _LINE_TEXTS[of]))
        if of == "customer":
            nth = self.friend_order
            return None if nth is None else (("new",) if nth == 1 else ("returning",))
        if of == "advocate_segment":
            return self.advocate_segments
        if of in ("event_name", "level"):
            return _texts(getattr(self, of) or None)
        return _texts(getattr(self.order, _ORDER_TEXTS[of]))

    def number(self, of: NumberFact, line: OrderLine | None) -> int | None:
        """The fact as a number; None if it is not known."""
        if of in _LINE_NUMBERS:
            value = None if line is None else getattr(line, _LINE_NUMBERS[of])
        elif of == "order_net":
            value = self.net_minor if self.action == "sale" else None
        elif of == "coupons":
            value = None if self.order.coupons is None else len(self.order.coupons)
        else:
            value = getattr(self, of)
        return None if value is None else int(value)


_OF_LEADS: dict[Occasion, Action] = {
    "plain": "lead",
    "qualified": "lead_qualified",
    "renewal": "renewal",
    "level_up": "level_up",
    "event": "event",
}
_LINE_TEXTS: dict[TextFact | LineText, str] = {
    "product": "product_id",
    "sku": "sku",
    "collection": "collections",
    "brand": "brand",
}
_LINE_NUMBERS: dict[NumberFact | LineNumber, str] = {
    "line_net": "net_minor",
    "quantity": "quantity",
}
_ORDER_TEXTS: dict[TextFact, str] = {
    "country": "country",
    "channel": "channel",
    "customer_segment": "segments",
    "coupon": "coupons",
}


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    if value is None or isinstance(value, tuple):
        return value
    return (value,)
