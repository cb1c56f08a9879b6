"""What a person could do next, from where they stand: a few tips, the most pressing first.

A tip is shown where it helps and only while it does: it is made of figures each time, is never
sent, and goes by itself once it was followed.

    pay_where    there is money, and no payout method    share_first  few have followed a link
    say_why      many looked, nobody signed up           ease_order   signed up, not bought
    share_again  it has worked: it may once more
"""

from typing import Literal, NamedTuple

from goodword.limits import TIP_CLICKS_LEAST

Tip = Literal["pay_where", "share_first", "say_why", "ease_order", "share_again"]


class Stand(NamedTuple):
    """Where somebody stands in a programme in which they are active.

    `unpaid_minor` is what they have earned and not been paid, in the currency with most of it.
    """

    clicks: int
    leads: int
    sales: int
    unpaid_minor: int
    has_method: bool


def tips_of(stand: Stand) -> tuple[Tip, ...]:
    """One or two: of those about sharing only one fits at a time."""
    found: list[Tip] = []
    if stand.unpaid_minor > 0 and not stand.has_method:
        found.append("pay_where")
    found.append(_sharing(stand))
    return tuple(found)


def _sharing(stand: Stand) -> Tip:
    if stand.sales:
        return "share_again"
    if stand.leads:
        return "ease_order"
    return "say_why" if stand.clicks >= TIP_CLICKS_LEAST else "share_first"
