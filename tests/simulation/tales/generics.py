"""What a shop's own code tells in our own form: sales, sign-ups, what comes back, what is refused.

Ten per cent of a sale's net are earned, and two euros for a sign-up.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from hashlib import sha256
from random import Random

from goodword.conversions.model import Conversion, Source
from goodword.ports import Change
from goodword.programs.rates import Rate

from infra.local.payloads import Json
from tests.simulation.abroad import day_of
from tests.simulation.endings import Ending
from tests.simulation.offers import Offer
from tests.simulation.story import DAY_MS, Story
from tests.simulation.tales.doors import refused
from tests.simulation.tales.senders import Sender, ended, order_of
from tests.simulation.tales.shopify_orders import at
from tests.simulation.tales.stripes import left_of, tenth
from tests.simulation.tales.subscriptions import far
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.tales.wrongs import wrong_others, wrong_sales

SIGN_UP = 200
OCCASIONS: tuple[tuple[str, Json], ...] = (
    ("plain", {}),
    ("plain", {"action": "purchase"}),
    ("plain", {"event_name": "lead_qualified"}),
    ("renewal", {"action": "renewal"}),
    ("renewal", {"event_name": "renewal"}),
    ("level_up", {"action": "level_up"}),
    ("event", {"action": "event", "event_name": "party"}),
)


def brought(teller: Teller) -> Json:
    """One of the ways in which a body says that Maya brought it."""
    click = teller.click("adv_maya")
    return teller.draw.choice(
        (
            {"click_id": click},
            {"click_ids": ["x", click]},
            {"code": "maya7"},
            {"codes": ["NOBODY", "MAYA7"]},
            {"click_id": click, "click_ids": [click]},
        )
    )


class Shop(Sender):
    """A shop whose own code reports to us."""

    def sale(self, order_id: str, net: int, **more: object) -> Json:
        """A sale of so much."""
        gross = more.get("gross_amount")
        self.teller.knows(order_id, net, gross=gross if isinstance(gross, int) else net)
        body = {"type": "sale", "order_id": order_id, "amount": net, "currency": "EUR"}
        return body | {"customer_id": f"c-{order_id}"} | more

    def refund(self, name: str, **more: object) -> Json:
        """Something of the order `o1` comes back."""
        body = {"type": "refund", "refund_id": name, "order_id": "o1", "currency": "EUR"}
        return body | more


def _sales(teller: Teller) -> None:
    """Each field of a sale that money or a rule hangs on."""
    draw, shop = teller.draw, Shop(teller)
    net = draw.randrange(100, 90_000)
    gross = draw.choice((net, net + draw.randrange(1, 9_000)))
    at_ms = teller.now_ms - draw.choice((-60_000, 0, 60_000))
    orders: Json = draw.choice(({"customer_orders": 3}, {"buyer": {"orders_before": 2}}, {}))
    country = draw.choice(
        ({"country": "at"}, {"buyer": {"country": "at"} | orders.pop("buyer", {})})
    )
    words = {"coupons": ["A", "B", "A"], "channel": " web ", "customer_segments": ["vip", "vip"]}
    told = shop.sale("o1", net, gross_amount=gross, **words | orders | country | brought(teller))
    told |= {
        "occurred_at": at(at_ms),
        "order_number": "R-77",
        "currency": draw.choice(("EUR", "eur")),
    }
    occasion, said_so = draw.choice(OCCASIONS)
    told |= said_so
    shop.tells(told)
    teller.owns(maya=tenth(net))
    order = order_of(teller, "o1")
    said = (order.action, order.net_minor, order.gross_minor, order.currency)
    teller.wants("its money", said, ("sale", net, gross, "EUR"))
    teller.wants("its time", order.occurred_ms, min(at_ms // 1_000 * 1_000, teller.now_ms))
    teller.wants("its occasion", order.occasion, occasion)
    facts = order.order
    count = 3 if orders or "orders_before" in told.get("buyer", {}) else None
    words_of = (facts.coupons, facts.channel, facts.segments, facts.country, facts.nth)
    teller.wants("its words", words_of, (("A", "B"), "web", ("vip",), "AT", count))
    shop.tells(told)
    shop.tells(
        told | {"amount": net + 10, "gross_amount": gross + 10}, "not_understood order_differs"
    )
    teller.owns(maya=tenth(net))
    bare = {"type": "sale", "order_id": "o2", "amount": net, "currency": "EUR"}
    teller.knows("o2", net)
    shop.tells(bare | {"customer_id": "c-o1"})  # of somebody who is known to be Maya's friend
    teller.owns(maya=2 * tenth(net))
    teller.knows("o3", net)
    nobody = draw.choice(({}, {"customer_id": "null"}, {"customer_id": "c-o4"}))
    shop.tells(bare | {"order_id": "o3"} | nobody)
    teller.owns(maya=2 * tenth(net))
    teller.orders(o3=["unattributed"])


def _dollars(teller: Teller) -> None:
    """A source of several currencies names one with each amount."""
    draw, shop = teller.draw, Shop(teller, mixed=True)
    change = Change()
    told: Json = {"day": day_of(teller.now_ms, "UTC"), "source": "ECB", "set_ms": 0}
    change.create(Rate(base="EUR", quote="USD", rate="2", set_by="usr_1", **told))
    teller.town.memory.commit(change)
    net = draw.randrange(300, 90_000)
    sale = shop.sale("o1", net, currency="usd", **brought(teller))
    teller.knows("o1", net, currency="USD")
    shop.tells(sale)
    earned = tenth(round(Fraction(net, 2)))
    teller.owns(maya=earned)
    back = draw.randrange(1, net)
    shop.tells(shop.refund("r1", amount=back), "not_understood currency_mismatch")
    teller.owns(maya=earned)
    body = {"type": "dispute", "dispute_id": "d1", "order_id": "o1", "status": "withdrawn"}
    usd = shop.refund("r2", amount=back) | {"currency": "USD"}
    dispute = body | {"currency": "USD", "gross_amount": back}
    shop.tells(draw.choice((usd, dispute)))
    teller.owns(maya=left_of(earned, Fraction(back, net)))
    _becomes_plain(teller, shop, sale)
    teller.owns(maya=left_of(earned, Fraction(back, net)))


def _becomes_plain(teller: Teller, shop: Shop, sale: Json) -> None:
    """What was taken in of another currency is not booked once the source has but one."""
    raw, headers = _signed(shop, sale | {"order_id": "o2"})
    teller.knows("o2", sale["amount"], currency="USD")
    (source,) = (one for one in teller.town.all(Source) if one.source_id == shop.source_id)
    change, real = Change(), teller.town.function
    change.replace(source.but(mixed=False))

    def function(name: str, event: Json) -> object:
        answer = real(name, event)
        if name == "conversions_web":
            teller.town.memory.commit(change)
        return answer

    vars(teller.town)["function"] = function
    teller.wants("dollars", shop.knocks(raw, headers), "202 accepted")
    vars(teller.town)["function"] = real
    teller.town.sources.clear()
    teller.wants("became", ended(shop.kept()[-1]), "not_understood currency_mismatch")


def _by_mail(teller: Teller) -> None:
    """Somebody is the same by an address, in whatever letters."""
    shop, net = Shop(teller), teller.draw.randrange(100, 90_000)
    first = shop.sale("o1", net, customer_email="Robin@Example.com", **brought(teller))
    shop.tells(first)
    shop.tells(shop.sale("o2", 1_000, customer_email="robin@example.com"))
    teller.owns(maya=tenth(net) + 100)
    shop.tells(shop.sale("o3", 1_000, customer_email="robina@example.com"))
    teller.owns(maya=tenth(net) + 100)


def _leads(teller: Teller) -> None:
    """One sign-up of each customer, void and not; others by an id of their own."""
    draw, shop = teller.draw, Shop(teller)
    own = draw.choice(
        ({"customer_id": "c1"}, {"order_id": "u1"}, {"order_id": "u1", "customer_id": "c1"})
    )
    said = {"type": "lead"} | own | brought(teller)
    teller.knows(draw.choice(("u1",)), 0, action="lead")
    _lead_known(teller)
    shop.tells(said)
    teller.owns(maya=SIGN_UP)
    shop.tells(said | {"occurred_at": at(teller.now_ms)})
    teller.owns(maya=SIGN_UP)
    (lead,) = teller.town.all(Conversion)
    teller.wants("a lead", (lead.action, lead.net_minor, lead.occasion), ("lead", 0, "plain"))
    name = {"order_id": "u1"} if "order_id" in own else {"customer_id": "c1"}
    void = {"type": "void", "void_id": "v1"} | name
    shop.tells(
        void
        | {"action": draw.choice(("lead_qualified", "level_up")), "void_id": "v0"}
        | {"order_id": "u1"}
    )
    teller.owns(maya=SIGN_UP)
    shop.tells(void | draw.choice(({}, {"action": "sign_up"})))
    teller.owns()
    shop.tells(void)
    shop.tells(void | {"void_id": "v2", "undone": True})
    teller.owns()
    shop.tells(void | {"undone": True})
    teller.owns(maya=SIGN_UP)
    shop.tells(void | {"void_id": "v3"})
    teller.owns()


def _lead_known(teller: Teller) -> None:
    """What a sign-up without an id is called."""
    for customer in ("c1", "c9"):
        digest = sha256(f"prg_test\n{customer}".encode()).hexdigest()
        teller.knows(f"customer-{digest[:32]}", 0, action="lead")


def _by_brand(_: Random) -> Story:
    """Only the goods of one brand earn."""
    story = plain(Random(0))
    rule = Offer(name="acme", size=1_000, asks=(("in", "brand", "acme"),))
    return replace(story, versions=[replace(story.versions[0], offers=(rule,))])


def _lines(teller: Teller) -> None:
    """Lines of which some earn; those that come back take from what they earned alone."""
    draw, shop = teller.draw, Shop(teller)
    ours, others = draw.randrange(100, 9_000), draw.randrange(100, 9_000)
    named = draw.random() < 0.5
    names = ("l1", "l2") if named else ("#1", "#2")
    lines: list[Json] = [{"amount": ours, "brand": "acme"}, {"amount": others, "brand": "Bolt"}]
    if named:
        lines = [one | {"line_id": name} for one, name in zip(lines, names, strict=True)]
    rest = draw.choice((0, 17))  # which no line has
    net = ours + others + rest
    shop.tells(shop.sale("o1", net, lines=lines, **brought(teller)))
    earned = tenth(ours)
    teller.owns(maya=earned)
    said = [(one.line_id, one.net_minor) for one in order_of(teller, "o1").order.lines]
    teller.wants("its lines", said[:2], [(names[0], ours), (names[1], others)])
    back, other = draw.randrange(1, ours + 1), draw.randrange(1, others + 1)
    both = [{"line_id": names[0], "amount": back}, {"line_id": names[1], "amount": other}]
    shop.tells(shop.refund("r1", lines=both[1:]))
    teller.owns(maya=earned)
    whole = draw.choice(({}, {"amount": back}))
    shop.tells(shop.refund("r2", lines=both[:1], **whole))
    teller.owns(maya=left_of(earned, Fraction(back, ours)))
    shop.tells(shop.refund("r3"))
    teller.owns()


def _back(teller: Teller) -> None:
    """Net, gross, all that is left; disputes; each once."""
    draw, shop = teller.draw, Shop(teller)
    net = draw.randrange(300, 90_000)
    gross = net + draw.randrange(1, 9_000)
    sale = shop.sale("o1", net, gross_amount=gross, **brought(teller))
    early = draw.random() < 0.3
    if not early:
        shop.tells(sale)
    earned, shares = tenth(net), list[Fraction]()
    part, paid = draw.randrange(1, net // 3), draw.randrange(1, gross // 3)
    for body in draw.sample(
        (shop.refund("r1", amount=part), shop.refund("r2", gross_amount=paid)), 2
    ):
        shop.tells(body)
        shop.tells(body)
        of_net = "amount" in body
        shares.append(Fraction(part, net) if of_net else Fraction(paid, gross))
        if not early:
            teller.owns(maya=left_of(earned, *shares))
    if early:
        teller.owns()
        shop.tells(sale)
    teller.owns(maya=left_of(earned, *shares))
    shop.tells(shop.refund("r1", amount=part + 1), "not_understood refund_differs")
    usd = {"currency": "USD"}
    said = shop.knocks(*_signed(shop, shop.refund("r9", amount=1) | usd))
    teller.wants("dollars", said, "422 currency_mismatch")
    _disputed(teller, shop, gross, shares)
    teller.owns(maya=left_of(earned, *shares))
    why = draw.choice(({}, {"reason": "cancelled"}, {"reason": "chargeback"}))
    shop.tells(shop.refund("r3", **why))
    teller.owns()


def _disputed(teller: Teller, shop: Shop, gross: int, shares: Sequence[Fraction]) -> None:
    draw, earned = teller.draw, tenth(order_of(teller, "o1").net_minor)
    body = {"type": "dispute", "dispute_id": "d1", "order_id": "o1", "currency": "EUR"}
    held = len(teller.rewards("pending", "approved"))
    if draw.random() < 0.5:
        shop.tells(body | {"status": "inquiry"})
        teller.wants("held", len(teller.rewards("on_hold")), held)
        teller.owns(maya=left_of(earned, *shares))
    if draw.random() < 0.3:
        shop.tells(body | {"status": draw.choice(("closed", "lost"))})
        teller.wants("held", len(teller.rewards("on_hold")), 0)
        return
    cents = draw.choice((None, gross, draw.randrange(1, gross // 4)))
    amount = {} if cents is None else {"gross_amount": cents}
    shop.tells(body | {"status": "withdrawn"} | amount)
    teller.wants("held", len(teller.rewards("on_hold")), 0)
    teller.owns(maya=left_of(earned, *shares, Fraction(gross if cents is None else cents, gross)))
    shop.tells(body | {"status": "won"})
    shop.tells(body | {"status": "withdrawn"} | amount)


def _signed(shop: Shop, body: Json) -> tuple[bytes, dict[str, str]]:
    raw = json.dumps(body).encode()
    return raw, shop.signed(raw, shop.next_id(), "", shop.now_s)


def _ending(draw: Random) -> Story:
    return replace(
        plain(draw), ending=Ending(draw.choice((3, 10)), draw.choice(("all", "pro_rata")))
    )


def _cancelled(teller: Teller) -> None:
    """A subscription ends so long after what began it, and goes on after all."""
    draw, shop, ending = teller.draw, Shop(teller), teller.town.story.ending
    assert ending is not None
    signs_up = draw.random() < 0.4
    net = draw.randrange(100, 90_000)
    _lead_known(teller)
    if signs_up:
        shop.tells({"type": "lead", "customer_id": "c1"} | brought(teller))
    else:
        shop.tells(shop.sale("o1", net, **brought(teller)))
    earned, began_ms = SIGN_UP if signs_up else tenth(net), teller.now_ms
    name: Json = {"customer_id": "c1", "began": "sign_up"} if signs_up else {"order_id": "o1"}
    teller.days(draw.choice((1, 2, 4)))
    ended_ms = draw.choice((began_ms + DAY_MS, teller.now_ms)) // 1_000 * 1_000
    body = {"type": "cancellation", "cancellation_id": "e1", "occurred_at": at(ended_ms)} | name
    other = {"order_id": "o1"} if signs_up else {"order_id": "o1", "began": "sign_up"}
    wrong = {k: v for k, v in body.items() if k not in name} | other | {"cancellation_id": "e0"}
    shop.tells(wrong)
    teller.owns(maya=earned)
    shop.tells(body)
    lasted = ended_ms - (began_ms // 1_000 * 1_000 if began_ms % 1_000 else began_ms)
    teller.owns(maya=earned - ending.share(earned, (lasted,)))
    shop.tells(body | {"undone": True})
    teller.owns(maya=earned)


def _refusals(teller: Teller) -> None:
    """Each wrong body has its code, and nothing of it is kept."""
    draw, shop = teller.draw, Shop(teller)
    sale = shop.sale("o1", 1_000, **brought(teller))
    wrong = [*wrong_sales(sale), *wrong_others(shop.refund("r1", amount=5))]
    for body, why in draw.sample(wrong, 20):
        raw, headers = _signed(shop, body)
        refused(teller, shop, f"{body}", why, partial(shop.knocks, raw, headers))
    teller.wants("kept", shop.kept(), [])
    shop.tells(sale | {"program_id": "prg_test"})
    teller.owns(maya=100)


GENERICS = (
    Tale("our form: sales", _sales),
    Tale("our form: dollars", _dollars, far),
    Tale("our form: by mail", _by_mail),
    Tale("our form: leads", _leads),
    Tale("our form: lines", _lines, _by_brand),
    Tale("our form: back", _back),
    Tale("our form: cancelled", _cancelled, _ending),
    Tale("our form: refusals", _refusals),
)
