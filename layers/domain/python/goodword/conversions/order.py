"""The facts of an order that rules look at, and how its lines are made to add up to its net.

Rewards are computed on the order's net, so the nets of its lines must sum to it. Where a source's
lines do not, nothing is dropped:

    lines sum to less   what is missing becomes a further line, `rest`, of which nothing is known
    lines sum to more   (a discount of the whole order) each line is lowered by the same share; the
                        last minor units come off the lines with the largest fractions
    too many lines      those beyond ORDER_LINES_MAX become part of `rest`

`None` means that the source does not say; an empty tuple that there is none.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from goodword.limits import AMOUNT_MINOR_MAX, ORDER_LINES_MAX, ORDER_WORDS_MAX
from goodword.money import NaturalMinor
from goodword.records import Value

REST = "rest"  # the line of what no line accounts for
LineId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
Term = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Terms = Annotated[tuple[Term, ...], Field(max_length=ORDER_WORDS_MAX)]


class Space(NamedTuple):
    """Within what an outside id means one thing: a programme, and a namespace of sources in it.

    Order 1001 of one shop is not order 1001 of another, and neither is customer 7. Sources that
    report the same orders by the same ids are given the same namespace.
    """

    program_id: str
    namespace: str


class OrderLine(Value):
    """One line: `net_minor` is of all its units, after discounts, without tax and shipping."""

    line_id: LineId
    net_minor: NaturalMinor
    quantity: int = Field(default=1, ge=0, le=AMOUNT_MINOR_MAX)
    product_id: Term | None = None
    sku: Term | None = None
    brand: Term | None = None
    collections: Terms | None = None


class ReturnedLine(Value):
    """What a refund takes off one line of its order, net."""

    line_id: LineId
    net_minor: NaturalMinor
    tax_minor: NaturalMinor = 0


class OrderFacts(Value):
    """What rules may ask of an order, as its source tells it.

    `nth` is the source's own count of the customer's orders, this one included. `said_minor` is
    what the lines summed to before they were reconciled; None if there were none.
    """

    lines: tuple[OrderLine, ...] = Field(default=(), max_length=ORDER_LINES_MAX + 1)
    said_minor: int | None = None
    coupons: Terms | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    channel: Term | None = None
    segments: Terms | None = None
    nth: int | None = Field(default=None, ge=1, le=AMOUNT_MINOR_MAX)

    @property
    def nets(self) -> Mapping[str, int]:
        """The net of each line by its id."""
        return {line.line_id: line.net_minor for line in self.lines}


class Claims(Value):
    """What refunds and chargebacks ask back of one order, all added up; it may exceed the order.

    `wholes` counts those that took all that was left, whatever that was. `lines` is the part of
    `net_minor` that names its line, `again` whether any of them was given up again. `ends` is when
    the subscription that the order began has ended, by the id of the report; what that takes is
    said by the terms of each reward.
    """

    net_minor: NaturalMinor = 0
    gross_minor: NaturalMinor = 0
    wholes: int = Field(default=0, ge=0)
    lines: dict[str, NaturalMinor] = {}
    again: bool = False
    ends: dict[str, int] = {}


def reconciled(lines: Sequence[OrderLine], net_minor: int) -> tuple[OrderLine, ...]:
    """The lines with nets that sum to `net_minor`, each id once; none if there were none."""
    if not lines:
        return ()
    kept = _distinct(lines)[:ORDER_LINES_MAX]
    beyond = sum(line.net_minor for line in lines) - sum(line.net_minor for line in kept)
    nets = [*(line.net_minor for line in kept), beyond]
    if sum(nets) > net_minor:
        nets = shared_out(nets, net_minor)
    else:
        nets[-1] += net_minor - sum(nets)
    found = [line.but(net_minor=net) for line, net in zip(kept, nets, strict=False)]
    if nets[-1]:
        found.append(OrderLine(line_id=REST, net_minor=nets[-1], quantity=0))
    return tuple(found)


def merged_facts(known: OrderFacts, told: OrderFacts) -> OrderFacts:
    """What two deliveries of one order say together; where both speak, the first one counts."""
    more = {} if known.lines else {"lines": told.lines, "said_minor": told.said_minor}
    for name in ("coupons", "country", "channel", "segments", "nth"):
        if getattr(known, name) is None:
            more[name] = getattr(told, name)
    return known.but(**more)


def _distinct(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Each id once: of a repeated one, or one called `rest`, the later lines belong to the rest."""
    found = {line.line_id: line for line in reversed(lines) if line.line_id != REST}
    return list(reversed(found.values()))


def shared_out(nets: Sequence[int], total: int) -> list[int]:
    """Shares of `total` in the ratio of `nets`, summing to it: largest remainders first.

    All of it nothing if all nets are.
    """
    whole = sum(nets) or 1
    shares = [divmod(net * total, whole) for net in nets]
    left = total - sum(floor for floor, _ in shares)
    order = sorted(range(len(nets)), key=lambda at: (-shares[at][1], at))
    raised = set(order[:left])
    return [floor + (at in raised) for at, (floor, _) in enumerate(shares)]
