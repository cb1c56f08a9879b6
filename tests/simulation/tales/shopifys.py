"""What Shopify tells: orders, and what comes back of them.

Ten per cent of the goods are earned, after discounts and without tax, in the shop's own money.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from goodword.conversions.model import Conversion

from infra.local.payloads import Json
from tests.simulation.offers import Offer
from tests.simulation.story import Story
from tests.simulation.tales.senders import Shopify, order_of
from tests.simulation.tales.shopify_orders import ORDER, Cart, Goods, at, text
from tests.simulation.tales.stripes import left_of, tenth
from tests.simulation.tales.teller import Tale, Teller, plain

NAME = str(ORDER)
BACK = "refunds/create"


def brought(teller: Teller) -> Json:
    """One of the ways in which an order says that Maya's link or code brought it."""
    click = teller.click("adv_maya")
    note = {"name": teller.draw.choice(("gw_click", "click_id")), "value": click}
    return teller.draw.choice(
        (
            {"note_attributes": [note]},
            {"note_attributes": [{"name": "via", "value": "MAYA7"}]},
            {"discount_codes": [{"code": "maya7", "amount": "1.00", "type": "fixed_amount"}]},
            {"discount_applications": [{"code": "MAYA7"}]},
            {"landing_site": f"/shop?gw_click={click}&x=1"},
            {"landing_site": "/?ref=MAYA7"},
            {"landing_site": "https://shop.example/?a=b&via=maya7#top"},
        )
    )


class Ordered:
    """One order of Maya's friend, and what comes back of it."""

    def __init__(self, teller: Teller, *brands: str) -> None:
        self.teller, self.shop = teller, Shopify(teller)
        self.cart = Cart.of(teller.draw, brands or ("Acme", "Bolt", "Acme"))
        self.earned = tenth(self.cart.net)
        self.net_back = self.gross_back = 0
        teller.knows(NAME, self.cart.net, gross=self.cart.gross, taxed=self.cart.inside)

    def says(self, topic: str, body: Json, wanted: str = "booked") -> None:
        """One webhook."""
        self.shop.tells(body, wanted, topic)

    def ordered(self, **more: Any) -> None:
        """It is paid for."""
        self.says("orders/paid", self.cart.body(self.teller.now_ms, **brought(self.teller) | more))
        self.teller.owns(maya=self.earned)

    def ordered_after(self, net: int, gross: int) -> None:
        """It is paid for, and what waited for it is taken."""
        self.says("orders/paid", self.cart.body(self.teller.now_ms, **brought(self.teller)))
        self.back(net=net, gross=gross)

    def back(self, *, net: int = 0, gross: int = 0) -> None:
        """So much more of it went back."""
        self.net_back, self.gross_back = self.net_back + net, self.gross_back + gross
        cart = self.cart
        net, gross = min(self.net_back, cart.net), min(self.gross_back, cart.gross)
        left = left_of(self.earned, Fraction(net, cart.net), Fraction(gross, cart.gross))
        order = order_of(self.teller, NAME)
        said = (order.refunded_net_minor, order.refunded_gross_minor)
        self.teller.wants("is back", said, (net, gross))
        self.teller.owns(maya=left)


def _orders(teller: Teller) -> None:
    """What is booked of an order, and what is none."""
    it, draw = Ordered(teller), teller.draw
    cart, came = it.cart, brought(teller)
    at_ms = teller.now_ms - draw.choice((-60_000, 0, 60_000)) // 1_000 * 1_000
    count = draw.choice((None, 1, 4))
    more: Json = {
        "customer": {"id": 88, "tags": "vip, wholesale ,vip", "orders_count": count},
        "shipping_address": {"country_code": draw.choice(("at", "AT"))},
        "billing_address": {"country_code": "DE"},
        "source_name": draw.choice(("web", "subscription_contract")),
        "tags": draw.choice(("", "a, Subscription Recurring Order")),
    }
    told = cart.body(at_ms, **came | more)
    _is_none(teller, it, told)
    if draw.random() < 0.3:
        del told["processed_at"]
        at_ms -= 60_000
    it.says("orders/paid", told)
    teller.owns(maya=it.earned)
    order = order_of(teller, NAME)
    said = (order.net_minor, order.gross_minor, order.currency, order.prices_include_tax)
    teller.wants("its money", said, (cart.net, cart.gross, "EUR", cart.inside))
    when_ms = min(at_ms // 1_000 * 1_000, teller.now_ms)
    teller.wants("its time", order.occurred_ms, when_ms)
    graphql = f"gid://shopify/Order/{ORDER}"
    teller.wants("its names", order.aliases, (NAME, graphql, f"chk{ORDER}"))
    again = more["source_name"] != "web" or bool(more["tags"])
    teller.wants("is a renewal", order.occasion, "renewal" if again else "plain")
    facts = order.order
    words = (facts.country, facts.channel, facts.segments, facts.nth)
    wanted = ("AT", more["source_name"], ("vip", "wholesale"), count)
    teller.wants("its words", words, wanted)
    codes = tuple(one["code"] for one in told["discount_codes"])
    teller.wants("its coupons", facts.coupons, codes)
    _lines_are(teller, cart, order)
    it.says("orders/paid", told)
    it.says("orders/paid", told | {"discount_codes": [], "email": None})
    teller.owns(maya=it.earned)
    teller.wants("orders", len(teller.town.all(Conversion)), 1)


def _lines_are(teller: Teller, cart: Cart, order: Conversion) -> None:
    lines = [(one.line_id, one.net_minor, one.quantity, one.brand) for one in order.order.lines]
    goods = [(one.name, cart.net_of(one), one.pieces, one.brand) for one in cart.goods]
    teller.wants("its lines", lines, goods)
    teller.wants("said", order.order.said_minor, cart.net)


def _is_none(teller: Teller, it: Ordered, told: Json) -> None:
    odd = told | {"total_price": "12.3456", "total_price_set": None}
    other = it.cart.money(100) | {"shop_money": {"amount": "9.00", "currency_code": "USD"}}
    changes: tuple[tuple[Json, str], ...] = (
        ({"test": True}, "ignored test_order"),
        ({"transactions": [{"test": True}]}, "ignored test_order"),
        ({"financial_status": "pending"}, "ignored unpaid"),
        ({"financial_status": "partially_paid"}, "ignored unpaid"),
        ({"financial_status": None}, "not_understood wrong_topic"),
        ({"currency": "USD", "total_price_set": None}, "not_understood currency_mismatch"),
        ({"currency": "XX"}, "not_understood bad_currency"),
        ({"total_price": "-1.00", "total_price_set": None}, "not_understood bad_amount"),
        ({"total_price": True, "total_price_set": None}, "not_understood bad_amount"),
        ({"total_price_set": other}, "not_understood currency_mismatch"),
        ({"total_price": "0.00", "total_price_set": None}, "ignored nothing_paid"),
        ({"id": "a b"}, "not_understood missing_id"),
        (odd, "not_understood bad_amount"),
    )
    for change, why in teller.draw.sample(changes, 5):
        it.says("orders/paid", told | change, why)
    it.says("orders/updated", told, "ignored other_topic")
    it.says("orders/cancelled", told, "not_understood wrong_topic")
    it.says("customers/redact", told, "not_understood privacy_request")
    it.says("app/uninstalled", told, "not_understood app_uninstalled")
    it.says("", told, "not_understood no_topic")
    it.says(BACK, told, "not_understood wrong_topic")
    teller.owns()
    teller.wants("orders", teller.town.all(Conversion), [])


def _some(draw: Random, cart: Cart) -> list[tuple[Goods, int, int]]:
    """Some of the goods, whole or in part, with their part of the tax."""
    found = []
    for one in draw.sample(list(cart.goods), draw.randrange(1, len(cart.goods) + 1)):
        worth = draw.choice((one.worth, draw.randrange(1, one.worth + 1)))
        found.append((one, worth, one.tax * worth // one.worth))
    return found


def _fee(it: Ordered, goods: int, tax: int, shipping: int) -> tuple[int, int, int]:
    """What is paid back, what is taken of the net, and of what was paid."""
    draw, inside = it.teller.draw, it.cart.inside
    full = goods + shipping + (0 if inside else tax)
    net = goods - tax * inside
    how = draw.choice(("full", "fee", "more"))
    if how == "fee":  # goods come back whole, although the shop keeps a part
        return max(0, goods - draw.randrange(1, goods + 1)) + shipping, net, 0
    if how == "more":
        paid = goods + tax + shipping + draw.randrange(1, 300)
        return paid, 0, paid - shipping
    return full, net, 0


def _refunds(teller: Teller) -> None:
    """Goods, a fee kept, more than the goods, money alone, shipping alone, what failed."""
    it, draw = Ordered(teller), teller.draw
    cart = it.cart
    early = draw.random() < 0.3
    if not early:
        it.ordered()
    goods = _some(draw, cart)
    worth, tax = sum(one for _, one, _ in goods), sum(one for *_, one in goods)
    shipping = draw.choice((0, cart.shipping))
    paid, net, gross = _fee(it, worth, tax, shipping)
    shipped = _shipping(it, shipping)
    if draw.random() < 0.2:  # nothing moves: it is put back on the shelf
        told = cart.refund(31, goods, None, teller.now_ms)
        net, gross = worth - tax * cart.inside, 0
    else:
        told = cart.refund(31, goods, paid, teller.now_ms, **shipped)
        told["transactions"][0]["status"] = draw.choice(("success", "pending"))
    if cart.abroad and draw.random() < 0.4:  # only what the buyer got back is told
        told["transactions"] = [_dollars(told["transactions"], worth)]
        net, gross = worth - tax * cart.inside, 0
    it.says(BACK, told)
    if early:
        teller.owns()
        it.ordered_after(net, gross)
    else:
        it.back(net=net, gross=gross)
    it.says(BACK, told)
    it.back()
    _money_alone(teller, it)
    if draw.random() < 0.5:
        teller.pays()
        left = left_of(
            it.earned,
            Fraction(min(it.net_back, cart.net), cart.net),
            Fraction(min(it.gross_back, cart.gross), cart.gross),
        )
        teller.paid(maya=left)
        return
    _cancelled(teller, it)


def _dollars(moves: list[Json], cents: int) -> Json:
    told = {"id": 1, "kind": "refund", "status": "success", "amount": text(cents * 3)}
    return (moves[0] if moves else told) | told | {"amount_set": None, "currency": "USD"}


def _shipping(it: Ordered, shipping: int) -> Json:
    """Shipping that goes back, as the two versions of the API tell it; its tax is in it."""
    if not shipping:
        return {}
    cart = it.cart
    if cart.draw.random() < 0.5:
        part = cart.draw.randrange(shipping)
        told = {"amount": text(part - shipping), "tax_amount": text(-part)}
        return {"order_adjustments": [told | {"kind": "shipping_refund"}]}
    return {"refund_shipping_lines": [cart.said("subtotal_amount", shipping)]}


def _money_alone(teller: Teller, it: Ordered) -> None:
    draw, cart = teller.draw, it.cart
    money = draw.choice((1, draw.randrange(1, 400)))
    shipping = draw.choice((0, cart.shipping))
    it.says(BACK, cart.refund(32, [], money + shipping, teller.now_ms, **_shipping(it, shipping)))
    it.back(gross=money)
    if cart.shipping:
        shipped = _shipping(it, cart.shipping)
        alone = cart.refund(33, [], cart.shipping, teller.now_ms, **shipped)
        it.says(BACK, alone, "ignored nothing_refunded")
    if cart.abroad:
        nothing = draw.choice(([], [(cart.goods[0], 0, 0)]))
        odd = cart.refund(38, nothing, 10, teller.now_ms)
        odd["transactions"] = [_dollars([], 10)]
        it.says(BACK, odd, "not_understood currency_mismatch")
    failed = cart.refund(34, [(cart.goods[0], 10, 0)], 10, teller.now_ms)
    failed["transactions"][0]["status"] = draw.choice(("failure", "error"))
    it.says(BACK, failed, "ignored refund_failed")
    it.says(BACK, cart.refund(35, [], None, teller.now_ms), "ignored nothing_refunded")
    test = cart.refund(36, [], 100, teller.now_ms)
    test["transactions"][0]["test"] = True
    it.says(BACK, test, "ignored test_order")
    sale = cart.refund(37, [], 100, teller.now_ms)
    sale["transactions"][0]["kind"] = "sale"
    it.says(BACK, sale, "ignored nothing_refunded")
    it.back()


def _cancelled(teller: Teller, it: Ordered) -> None:
    told = it.cart.body(teller.now_ms, cancelled_at=at(teller.now_ms))
    unpaid = told | {"financial_status": "voided"}
    it.says("orders/cancelled", unpaid, "ignored never_paid")
    it.back()
    paid = teller.draw.choice(("paid", "refunded", "partially_paid"))
    it.says("orders/cancelled", told | {"financial_status": paid})
    teller.owns()


def _by_brand(_: Random) -> Story:
    """Only the goods of one brand earn."""
    story = plain(Random(0))
    rule = Offer(name="acme", size=1_000, asks=(("in", "brand", "acme"),))
    return replace(story, versions=[replace(story.versions[0], offers=(rule,))])


def _lines(teller: Teller) -> None:
    """Goods that come back take from what they have earned, and from no other line."""
    it, draw = Ordered(teller), teller.draw
    cart = it.cart
    ours = [one for one in cart.goods if one.brand == "Acme"]
    sum_of = sum(cart.net_of(one) for one in ours)
    it.earned = tenth(sum_of)
    it.ordered()
    back = {one.name: (0, 0) for one in cart.goods}
    for number in range(draw.choice((1, 2, 3))):
        goods = [_part(draw, one, back) for one in draw.sample(list(cart.goods), len(back))]
        goods = [one for one in goods if one[1]]
        worth, tax = sum(one for _, one, _ in goods), sum(one for *_, one in goods)
        full = worth + (0 if cart.inside else tax)
        if goods:
            paid = draw.choice((None, full, full, worth // 2))
            it.says(BACK, cart.refund(41 + number, goods, paid, teller.now_ms))
        teller.owns(maya=it.earned - round(it.earned * _returned(cart, back, 0)))
    paid = draw.randrange(1, cart.gross)
    (one, *_) = cart.goods
    more = cart.refund(49, [(one, 1, 0)], paid + 1, teller.now_ms)  # money for more than goods
    it.says(BACK, more)
    teller.owns(maya=it.earned - round(it.earned * _returned(cart, back, paid + 1)))


def _part(draw: Random, one: Goods, back: dict[str, tuple[int, int]]) -> tuple[Goods, int, int]:
    """A part of what is left of a line, and of its tax."""
    worth, tax = back[one.name]
    left, left_tax = one.worth - worth, one.tax - tax
    part = draw.choice((left, draw.randrange(left + 1), draw.randrange(left + 1)))
    its_tax = left_tax * part // left if left else 0
    back[one.name] = worth + part, tax + its_tax
    return one, part, its_tax


def _returned(cart: Cart, back: dict[str, tuple[int, int]], paid: int) -> Fraction:
    """Which share of our lines is back: of each its own, and of what is left of all what was paid
    back beside it."""
    nets = {one.name: cart.net_of(one) for one in cart.goods}
    gone = {name: worth - tax * cart.inside for name, (worth, tax) in back.items()}
    left = cart.net - sum(gone.values())
    rest = min(Fraction(1), Fraction(cart.net * paid, cart.gross) / left) if left else Fraction(1)
    ours = [one.name for one in cart.goods if one.brand == "Acme"]
    share = sum((gone[name] + (nets[name] - gone[name]) * rest for name in ours), Fraction(0))
    return share / sum(nets[name] for name in ours)


def _now(cart: Cart, cents: int) -> Json:
    name = "current_subtotal_price"
    return {name: text(cents), f"{name}_set": cart.money(cents)}


def _edited(teller: Teller) -> None:
    """What was edited out of an order before it was paid is no goods; listed refunds are booked."""
    it, draw = Ordered(teller), teller.draw
    cart = it.cart
    if draw.random() < 0.5:
        gone = draw.randrange(1, cart.subtotal)
        left = cart.subtotal - gone
        net, gross = cart.net * left // cart.subtotal, cart.gross * left // cart.subtotal
        told = cart.body(teller.now_ms, **brought(teller) | _now(cart, left))
        teller.knows(NAME, net, gross=gross, taxed=cart.inside)
        if draw.random() < 0.3:
            told |= {"refunds": None}
            net, gross = cart.net, cart.gross
            teller.knows(NAME, net, gross=gross, taxed=cart.inside)
        it.says("orders/paid", told)
        order = order_of(teller, NAME)
        teller.wants("its money", (order.net_minor, order.gross_minor), (net, gross))
        teller.owns(maya=tenth(net))
        return
    goods = _some(draw, cart)
    worth, tax = sum(one for _, one, _ in goods), sum(one for *_, one in goods)
    paid = worth + (0 if cart.inside else tax)
    refund = cart.refund(51, goods, paid, teller.now_ms)
    now = _now(cart, cart.subtotal - worth)
    odd = {"id": 52, "refund_line_items": []}
    more: Json = {"refunds": [refund, odd], "financial_status": "partially_refunded"}
    if draw.random() < 0.3:  # a source of tests takes them, and what is none
        it.shop = Shopify(teller, "src_tests", livemode=False)
        more["test"] = draw.random() < 0.5
    if draw.random() < 0.5:
        it.ordered()
    it.says("orders/paid", cart.body(teller.now_ms, **brought(teller) | more | now))
    it.back(net=worth - tax * cart.inside)
    it.says(BACK, refund)
    it.back()


SHOPIFYS = (
    Tale("Shopify: orders", _orders),
    Tale("Shopify: refunds", _refunds),
    Tale("Shopify: lines that come back", _lines, _by_brand),
    Tale("Shopify: edited and listed", _edited),
)
