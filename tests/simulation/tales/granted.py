"""An order that nobody has reported is granted, and its shop reports it afterwards.

It is found by its id or by the number that the shopper reads, within its shop's names; then it is
the same order. An order of the same number that comes later is another one, and so is one of
another shop. Of whoever bought it, nothing is known by the grant.
"""

from goodword.trust.dispute import GrantedOrder
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.shops import FIRST, SECOND
from tests.simulation.story import HOUR_MS
from tests.simulation.tales.teller import Tale, Teller


def grants(teller: Teller, number: str, order: GrantedOrder | None) -> str:
    """Maya misses an order; finance grants it. The code of the refusal."""
    complaints = teller.complaints
    running = [one.dispute_id for one in complaints.running()]
    if not running:
        ordered_ms = teller.now_ms - HOUR_MS
        complaints.ask("missing_conversion", "adv_maya", order_number=number, ordered_ms=ordered_ms)
        teller.settle()
    (dispute,) = complaints.running()
    said = Ruling("granted", "other", "nothing", order=order)
    return teller.tries(
        "usr_fatima", lambda: _resolving(teller).resolve(dispute.dispute_id, said, None)
    )


def _resolving(teller: Teller) -> Resolving:
    disputes = teller.complaints.disputes(teller.town.person("usr_fatima"))
    return Resolving(disputes.desk, disputes, StepFunctions(teller.town))


def _granted(teller: Teller) -> None:
    """Of two shops one is named, or there is no telling."""
    draw = teller.draw
    space = draw.choice(("", FIRST))  # the second shop's ids are its own, or the first one's
    teller.opens(SECOND, namespace=space)
    shop = draw.choice((FIRST, SECOND))
    net, number = draw.randrange(100, 90_000, 10), str(draw.randrange(1000, 9999))
    at_ms = teller.now_ms - draw.choice((1, HOUR_MS, 30 * HOUR_MS))
    name = draw.choice((number, f"#{number}"))
    order = GrantedOrder(order_id=name, net_minor=net, occurred_ms=at_ms)
    teller.knows(order.order_id, net)
    named = order.but(source_id=shop)
    if draw.random() < 0.5:
        unnamed = grants(teller, number, order)
        teller.wants("a grant without a shop", unnamed, "" if space else "source_not_named")
    if not teller.rewards():
        teller.wants("a grant", grants(teller, number, named), "")
    teller.owns(maya=net // 10)
    _reported(teller, net, number, shop, space)


def _reported(teller: Teller, net: int, number: str, shop: str, space: str) -> None:
    """The shop tells of it, with another's click; then of others."""
    draw = teller.draw
    teller.days(draw.choice((0, 0.5)))
    name = draw.choice(("x1", number))
    told = teller.sold(name, net, "adv_ben", number=f"# {number}")
    teller.tells(told, shop=shop)
    teller.owns(maya=net // 10)
    other = SECOND if shop == FIRST else FIRST
    teller.tells(teller.sold("x2", 5_000, "adv_ben", number=number), shop=shop)
    teller.owns(maya=net // 10, ben=500)
    teller.tells(teller.sold("x3", 7_000, "adv_third", friend="c7", number=number), shop=other)
    teller.owns(maya=net // 10, ben=500, third=700)
    teller.tells(teller.back("r1", name, net // 2), shop=shop)
    left = net // 10 - round(net // 10 * (net // 2) / net)
    teller.owns(maya=left, ben=500, third=700)
    teller.pays()
    teller.paid(maya=left, ben=500, third=700)


GRANTED = (Tale("granted before it is told", _granted),)
