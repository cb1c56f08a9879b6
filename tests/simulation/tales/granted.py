"""An order that nobody has reported is granted, and its shop reports it afterwards.

It is found by its id or by the number that the shopper reads, within its shop's names; then it is
the same order, also where its shop says no number beside the id. An order of the same number that
comes later is another one, and so is one of another shop. Of whoever bought it, nothing is known by
the grant.
"""

from dataclasses import replace
from random import Random

from goodword.conversions.model import Conversion, Customer
from goodword.trust.dispute import GrantedOrder
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.rarities import MAYAS
from tests.simulation.shops import FIRST, SECOND
from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain


def grants(
    teller: Teller,
    number: str,
    order: GrantedOrder | None = None,
    who: str = "maya",
    name: str = "",
) -> str:
    """Somebody misses an order; finance grants it, by its own id (`name`) if it is told. The code
    of the refusal."""
    person = f"adv_{who}"

    def running() -> list[str]:
        about = ((one.advocate_id, one.order_number, one) for one in teller.complaints.running())
        return [one.dispute_id for *whose, one in about if whose == [person, number]]

    if not running():
        ordered_ms = teller.now_ms - HOUR_MS
        fields = {"order_number": number, "ordered_ms": ordered_ms}
        teller.complaints.ask("missing_conversion", person, **fields)
        teller.settle()
    (mine,) = running()
    said = Ruling("granted", "other", "nothing", order=order, conversion_id=name)
    return teller.tries("usr_fatima", lambda: resolving(teller).resolve(mine, said, None))


def resolving(teller: Teller) -> Resolving:
    """What Fatima of finance ends disputes with."""
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
    said = draw.choice(("", f"# {number}")) if name == number else f"# {number}"
    told = teller.sold(name, net, "adv_ben", number=said)
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


def _least(draw: Random) -> Story:
    return replace(plain(draw), minimum_order=1_000)


def _refused(teller: Teller) -> None:
    """Who may not earn is not granted; what is somebody else's for good is not taken away."""
    draw = teller.draw
    teller.opens(SECOND)
    teller.tells(teller.sold("small", 999))
    teller.wants("too small", grants(teller, "small"), "grant_earns_nothing")
    own = Customer(customer_id="c4", email=MAYAS)
    teller.tells(teller.sold("own", 5_000, customer=own))
    teller.wants("her own", grants(teller, "own"), "grant_earns_nothing")
    teller.wants("a stranger's", grants(teller, "none"), "unknown_order")
    net = draw.randrange(1_000, 90_000, 10)
    for name, shop in (("same", FIRST), ("same", SECOND)):
        teller.tells(teller.sold(name, net, friend=f"{shop}x"), shop=shop)
    teller.wants("one of two", grants(teller, "same"), "order_ambiguous")
    every: list[Conversion] = teller.town.all(Conversion)
    mine = draw.choice([one.conversion_id for one in every if one.order_id == "same"])
    teller.wants("this one", grants(teller, "same", name=mine), "")
    teller.owns(maya=net // 10)
    other = grants(teller, "same", who="third", name=mine)
    teller.wants("it is Maya's", other, "conversion_locked")
    _taken(teller, net)


def _taken(teller: Teller, net: int) -> None:
    """Of what is Ben's so far: not due yet, it becomes Maya's; due, it stays."""
    teller.tells(teller.sold("bens", net, "adv_ben", friend="c9"))
    teller.owns(maya=net // 10, ben=net // 10)
    is_due = teller.draw.random() < 0.5
    if is_due:
        teller.days(1.1)
    said = grants(teller, "bens")
    teller.wants("of Ben's", said, "conversion_locked" if is_due else "")
    mine = net // 10 if is_due else net // 10 * 2
    teller.owns(maya=mine, ben=net // 10 if is_due else 0)
    teller.days(0.1)
    later = teller.sold("later", net, "adv_third", friend="c9")
    teller.tells(later)
    teller.owns(maya=mine, ben=net // 10 if is_due else 0, third=net // 10)


GRANTED = (
    Tale("granted before it is told", _granted),
    Tale("what cannot be granted", _refused, _least),
)
