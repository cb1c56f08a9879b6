"""The door: what is genuine is kept once, what is not leaves nothing, and each has its answer."""

import json
from collections.abc import Callable
from functools import partial
from zlib import crc32

from goodword.conversions.intake import read_again
from goodword.conversions.model import Source
from goodword.ports import Change
from goodword.records import Key

from infra.local.payloads import Json, stripe_checkout, stripe_event
from infra.local.signing import sign_generic, sign_hubspot, sign_shopify, sign_stripe
from tests.fakes.privacy import PlainSealer
from tests.simulation.shops import SHOP_SECRET
from tests.simulation.tales.senders import (
    PUBLIC,
    HubSpot,
    Salesforce,
    Sender,
    Shopify,
    Stripe,
    ended,
)
from tests.simulation.tales.stripes import EVENT, tenth
from tests.simulation.tales.teller import Tale, Teller

OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2Ygc29tZWJvZHkgZWxzZQ=="
THIRD = "YSBwbGFpbiB0ZXh0IG9m"  # a text as it is, though it might be base64
AGE_S = 300
MOST = 2 * 1024 * 1024


def sale_of(teller: Teller, order_id: str, net: int) -> bytes:
    """A sale that Maya's code has brought, in our own form."""
    teller.knows(order_id, net)
    said = {"type": "sale", "order_id": order_id, "amount": net, "currency": "EUR"}
    return json.dumps(said | {"customer_id": f"c-{order_id}", "code": "MAYA7"}).encode()


def states(sender: Sender) -> list[str]:
    """What has become of all that is kept."""
    return [ended(one) for one in sender.kept()]


def refused(teller: Teller, sender: Sender, what: str, wanted: str, act: Callable[[], str]) -> None:
    """It is refused like that, and nothing was written."""
    kept = states(sender)
    teller.wants(what, act(), wanted)
    teller.wants(f"kept after {what}", states(sender), kept)
    teller.wants(f"commits of {what}", sender.wrote, 0)


def _twice(teller: Teller) -> None:
    """The same again is a repeat, also later and differently packed; another body is set aside."""
    draw, shop = teller.draw, Sender(teller)
    net = draw.randrange(100, 90_000)
    raw, name = sale_of(teller, "o1", net), draw.choice(("dlv-1", "A", "a.b:c_d-9", "x" * 128))

    def sends(body: bytes) -> str:
        headers = shop.signed(body, name, "", shop.now_s)
        path = draw.choice(("", ""))
        return shop.knocks(body, headers, coded=draw.random() < 0.5, path=path)

    teller.wants("the first", sends(raw), "202 accepted")
    teller.owns(maya=tenth(net))
    for days in draw.sample((0, 0.01, 1), 2):
        teller.days(days)
        refused(teller, shop, "the same", "200 duplicate", lambda: sends(raw))
    other = sale_of(teller, "o2", net + 10)
    teller.wants("another", sends(other), "409 delivery_id_reused")
    aside = ["booked", "quarantined delivery_id_reused"]
    teller.wants("is kept", sorted(states(shop)), aside)
    refused(teller, shop, "the other again", "409 delivery_id_reused", lambda: sends(other))
    refused(teller, shop, "the first again", "200 duplicate", lambda: sends(raw))
    teller.days(1)
    teller.wants("is kept", sorted(states(shop)), aside)
    told = [one for one in teller.town.dynamo.of_kind("event")]
    named = [one for one in told if one.plain["type"] == "conversion.quarantined"]
    teller.wants("quarantined", len(named), 1)
    teller.owns(maya=tenth(net))
    _is_not_read(teller, shop)
    teller.owns(maya=tenth(net))
    third = sale_of(teller, "o3", 1_000)
    said = shop.knocks(third, shop.signed(third, "dlv-3", "", shop.now_s), path="/v1/track/sale")
    wrong = "422 invalid_body"  # a body has no `type` there
    teller.wants("a sale with a type", said, wrong)
    third = json.dumps({k: v for k, v in json.loads(third).items() if k != "type"}).encode()
    headers = shop.signed(third, "dlv-3", "", shop.now_s)
    teller.wants("a track call", shop.knocks(third, headers, path="/v1/track/sale"), "202 accepted")
    teller.owns(maya=tenth(net) + 100)


def _is_not_read(teller: Teller, shop: Sender) -> None:
    """Neither what is booked nor what was set aside is read once more."""
    desk = teller.town.desk("staff")
    before = teller.town.commits
    for one in shop.kept():
        key = Key("arrivals", one["pk"], one["sk"])
        said = teller.tries("usr_fatima", partial(read_again, desk, key))
        teller.wants("to read it again", said, "delivery_not_kept")
    said = teller.tries("usr_fatima", lambda: read_again(desk, Key("arrivals", "DLV#x#y", "BODY")))
    teller.wants("to read nothing", said, "unknown_delivery")
    teller.wants("commits", teller.town.commits, before)


def _again_elsewhere(teller: Teller) -> None:
    """Stripe writes a retry anew, HubSpot counts its attempts, Shopify renames what it repeats."""
    draw, stripe = teller.draw, Stripe(teller)
    net = draw.randrange(100, 90_000)
    teller.knows("pi_1", net)
    thing = stripe_checkout("1", net, metadata={"via": "MAYA7"})
    event = stripe_event("evt_1", EVENT, thing, stripe.now_s)

    def sends(body: Json) -> str:
        raw = json.dumps(body, indent=draw.choice((None, 2))).encode()
        return stripe.knocks(raw, sign_stripe(SHOP_SECRET, stripe.now_s, raw))

    teller.wants("an event", sends(event), "200 accepted")
    retry = dict(reversed(event.items())) | {"pending_webhooks": 7}
    refused(teller, stripe, "its retry", "200 duplicate", lambda: sends(retry))
    changed = draw.choice(
        (
            event | {"data": {"object": thing | {"amount_total": net + 1}}},
            event | {"type": "checkout.session.async_payment_succeeded"},
        )
    )
    teller.wants("another body", sends(changed), "200 quarantined")
    teller.wants("kept", sorted(states(stripe)), ["booked", "quarantined delivery_id_reused"])
    teller.wants("renamed", sends(event | {"id": "evt_2"}), "200 accepted")
    teller.owns(maya=tenth(net))
    hub = HubSpot(teller)
    said = {"subscriptionType": "company.creation", "objectId": 7, "occurredAt": teller.now_ms}
    for attempt, wanted in ((0, "200 accepted"), (1, "200 duplicate")):
        raw = json.dumps([said | {"eventId": 1, "attemptNumber": attempt}]).encode()
        teller.wants("an attempt", hub.knocks(raw, hub.signed(raw, "", "", hub.now_s)), wanted)
    raw = json.dumps([said | {"eventId": 2, "attemptNumber": 0}]).encode()
    teller.wants("another", hub.knocks(raw, hub.signed(raw, "", "", hub.now_s)), "200 accepted")
    teller.owns(maya=tenth(net))


def _forged(teller: Teller) -> None:
    """What nobody signed, or long ago, or somebody else, or for another id; each leaves nothing."""
    draw, shop = teller.draw, Sender(teller)
    raw = sale_of(teller, "o1", 1_000)
    now_s, name = shop.now_s, "dlv-1"
    good = shop.signed(raw, name, "", now_s)
    mac = good["webhook-signature"]

    def signed(at_s: int, secret: str = SHOP_SECRET, body: bytes = raw) -> dict[str, str]:
        return sign_generic(secret, name, at_s, body)

    bad, stale = "401 bad_signature", "401 stale_signature"
    cases = {
        "another secret": (signed(now_s, OTHER), bad),
        "another body": (signed(now_s, body=raw + b" "), bad),
        "another id": (good | {"webhook-id": "dlv-2"}, bad),
        "another time": (good | {"webhook-timestamp": str(now_s + 1)}, bad),
        "no signature": ({k: v for k, v in good.items() if k != "webhook-signature"}, bad),
        "no time": (good | {"webhook-timestamp": ""}, bad),
        "a time in words": (good | {"webhook-timestamp": "now"}, bad),
        "no version": (good | {"webhook-signature": mac.removeprefix("v1,")}, bad),
        "another version": (good | {"webhook-signature": mac.replace("v1,", "v2,")}, bad),
        "a part of it": (good | {"webhook-signature": mac[:-1]}, bad),
        "no name": (sign_generic(SHOP_SECRET, "", now_s, raw), bad),
        "an address": (sign_generic(SHOP_SECRET, "a@b.example", now_s, raw), bad),
        "a long name": (sign_generic(SHOP_SECRET, "x" * 129, now_s, raw), bad),
        "too old": (signed(now_s - AGE_S - draw.choice((1, 9_999))), stale),
        "too new": (signed(now_s + AGE_S + draw.choice((1, 9_999))), stale),
    }
    for what in draw.sample(list(cases), 7):
        headers, wanted = cases[what]
        refused(teller, shop, what, wanted, partial(shop.knocks, raw, headers))
    _providers_forged(teller)
    many = {"webhook-signature": f"v2,x v1,{'A' * 44} {mac}"}
    late = signed(now_s + draw.choice((-AGE_S, AGE_S)))
    mixed = {key.title(): value for key, value in good.items()}
    headers = draw.choice((good, good | many, late, mixed))
    teller.wants("what is genuine", shop.knocks(raw, headers), "202 accepted")
    teller.owns(maya=100)


def _providers_forged(teller: Teller) -> None:
    """The same of each provider's own way to sign."""
    stripe, shop, hub, sales = Stripe(teller), Shopify(teller), HubSpot(teller), Salesforce(teller)
    raw, now_s = b"{}", stripe.now_s
    here = f"{PUBLIC}/v1/sources/{hub.source_id}"
    bad, stale = "401 bad_signature", "401 stale_signature"
    sign = sign_stripe(SHOP_SECRET, now_s, raw)
    twice = {"stripe-signature": f"t={now_s},{sign['stripe-signature']}"}
    old = now_s - AGE_S - 1
    cases: list[tuple[Sender, dict[str, str], str]] = [
        (stripe, sign_stripe(OTHER, now_s, raw), bad),
        (stripe, sign_stripe(SHOP_SECRET, now_s, b"[]"), bad),
        (stripe, {}, bad),
        (stripe, twice, bad),
        (stripe, {"stripe-signature": sign["stripe-signature"].replace("v1=", "v0=")}, bad),
        (stripe, sign_stripe(SHOP_SECRET, old, raw), stale),
        (stripe, sign_stripe(SHOP_SECRET, now_s + AGE_S + 1, raw), stale),
        (shop, sign_shopify(OTHER, "orders/paid", "w1", raw), bad),
        (shop, sign_shopify(SHOP_SECRET, "orders/paid", "w1", b"[]"), bad),
        (shop, {"x-shopify-topic": "orders/paid"}, bad),
        (hub, sign_hubspot(OTHER, here, now_s, raw), bad),
        (hub, sign_hubspot(SHOP_SECRET, here + "x", now_s, raw), bad),
        (hub, sign_hubspot(SHOP_SECRET, here, now_s, b"[]"), bad),
        (hub, sign_hubspot(SHOP_SECRET, here, old, raw), stale),
        (hub, {}, bad),
        (sales, {"goodword-key": OTHER}, bad),
        (sales, {}, bad),
    ]
    for sender, headers, wanted in teller.draw.sample(cases, 6):
        knock = partial(sender.knocks, raw, headers)
        refused(teller, sender, f"a forged {sender.KIND}", wanted, knock)


def _nowhere(teller: Teller) -> None:
    """A source that there is not, or that is switched off; a body that is none."""
    draw, shop = teller.draw, Sender(teller)
    raw, off = sale_of(teller, "o1", 1_000), Sender(teller, "src_off", state="disabled")
    nobody = "404 unknown_source"
    refused(teller, off, "what is off", nobody, lambda: _sends(off, raw))
    stripe = Stripe(teller)
    for path in ("/v1/track/sale", "/v1/track/lead"):
        signed = stripe.signed(raw, "", "", stripe.now_s)
        knock = partial(stripe.knocks, raw, signed, path=path)
        refused(teller, stripe, "a path of others", nobody, knock)
    known = shop.source_id
    for name in ("src_none", "", "x" * 65, "src_\u00e4"):
        shop.source_id = name
        teller.wants("nowhere", _sends(shop, raw), nobody)
        teller.wants("commits", shop.wrote, 0)
    shop.source_id = known
    said = shop.knocks(raw, {}, path="/v1/track/none")
    teller.wants("no route", said, "404 unknown_route")
    for body in (b"no JSON", b"[]", b'"text"', b"\xff\xfe", b'{"type": "sale", "type": "sale"}'):
        refused(teller, shop, "no JSON", "400 malformed_json", partial(_sends, shop, body))
    event = {"routeKey": "POST /v1/sources/{source_id}", "pathParameters": {"source_id": known}}
    torn = event | {"headers": {}, "body": "@@@", "isBase64Encoded": True}
    teller.wants("not whole", shop.brings(torn), "400 malformed_body")
    if draw.random() < 0.15:
        large = b" " * (MOST + 1)
        refused(teller, shop, "too large", "413 body_too_large", lambda: _sends(shop, large))
        most = raw + b" " * (MOST - len(raw))
        teller.wants("as large as may be", _sends(shop, most), "202 accepted")
    else:
        teller.wants("what is right", _sends(shop, raw), "202 accepted")
    teller.owns(maya=100)


def _sends(sender: Sender, raw: bytes, secret: str = "") -> str:
    name = f"n{crc32(raw)}"
    headers = sign_generic(secret or sender.secret, name, sender.now_s, raw)
    return sender.knocks(raw, headers, coded=True)


def _rotated(teller: Teller) -> None:
    """Two secrets are live; a new one is known after seconds, and one that is gone dies in one
    minute at the latest."""
    draw = teller.draw
    shop = Sender(teller, secrets=(OTHER, SHOP_SECRET))
    bodies = iter(range(1, 99))

    def sends(secret: str) -> str:
        return _sends(shop, sale_of(teller, f"o{next(bodies)}", 1_000), secret)

    for secret in draw.sample((SHOP_SECRET, OTHER), 2):
        teller.wants("a live secret", sends(secret), "202 accepted")
    refused(teller, shop, "a third", "401 bad_signature", lambda: sends(THIRD))
    read_ms = teller.now_ms
    teller.owns(maya=200)
    _becomes(teller, shop, secrets=(THIRD, OTHER))
    if draw.random() < 0.5:
        teller.to(read_ms + 4_999)
        refused(teller, shop, "a new one at once", "401 bad_signature", lambda: sends(THIRD))
        teller.wants("the one before", sends(SHOP_SECRET), "202 accepted")
        teller.to(read_ms + 5_000)
        teller.wants("the new one", sends(THIRD), "202 accepted")
        refused(teller, shop, "the one before", "401 bad_signature", lambda: sends(SHOP_SECRET))
        teller.owns(maya=400)
        return
    teller.to(read_ms + 59_999)
    teller.wants("the one before", sends(SHOP_SECRET), "202 accepted")
    teller.owns(maya=300)
    _becomes(teller, shop, state=draw.choice(("disabled", "active")))
    teller.to(read_ms + 60_000)
    if _source(teller, shop).state == "disabled":
        refused(teller, shop, "what is off", "404 unknown_source", lambda: sends(OTHER))
        return
    refused(teller, shop, "the one before", "401 bad_signature", lambda: sends(SHOP_SECRET))
    teller.wants("the one that stays", sends(OTHER), "202 accepted")
    teller.owns(maya=400)


def _source(teller: Teller, shop: Sender) -> Source:
    every: list[Source] = teller.town.all(Source)
    return next(one for one in every if one.source_id == shop.source_id)


def _becomes(teller: Teller, shop: Sender, **fields: object) -> None:
    """Staff changes the source."""
    change, name = Change(), shop.source_id
    secrets = fields.pop("secrets", None)
    if isinstance(secrets, tuple):
        sealed = tuple(PlainSealer().seal_bytes(one.encode(), name) for one in secrets)
        fields["sealed_secrets"] = sealed
    change.replace(_source(teller, shop).but(**fields))
    teller.town.memory.commit(change)


DOORS = (
    Tale("door: twice", _twice),
    Tale("door: told again elsewhere", _again_elsewhere),
    Tale("door: forged", _forged),
    Tale("door: nowhere", _nowhere),
    Tale("door: secrets that change", _rotated),
)
