"""Which amounts an order has when its deliveries do not agree; pure.

The first ones count, except that provisional ones (a checkout says nothing of credit that is used
up before money is paid) give way to those of the delivery that knows better, whichever comes first.
Where two that both know disagree, nothing is changed and a person is asked: `order_differs`.
"""

from goodword.conversions.disputes import claimed
from goodword.conversions.model import Conversion, ConversionFact
from goodword.conversions.order import Claims, OrderFacts, merged_facts, reconciled

DIFFERS = "order_differs"


def amounts_of(order: Conversion | ConversionFact) -> tuple[int, int]:
    """Net, and gross, which is never less."""
    return order.net_minor, max(order.gross_minor, order.net_minor)


def retold(known: Conversion, told: Conversion | ConversionFact) -> Conversion | None:
    """The conversion with the amounts that count; None if the two cannot be brought together.

    The claims of refunds are weighed anew against new amounts.
    """
    if amounts_of(told) == amounts_of(known):
        return known.but(provisional=known.provisional and told.provisional)
    if told.provisional == known.provisional:
        return None
    if told.provisional:
        return known
    net, gross = amounts_of(told)
    after = known.but(
        net_minor=net,
        gross_minor=gross,
        prices_include_tax=told.prices_include_tax,
        provisional=False,
        order=_lines_of(merged_facts(told.order, known.order), net),
    )
    return claimed(after, known.claims or Claims())


def _lines_of(order: OrderFacts, net_minor: int) -> OrderFacts:
    return order.but(lines=reconciled(order.lines, net_minor))
