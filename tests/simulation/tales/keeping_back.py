"""What was kept and could not be booked: with its reason, for a person, and booked once it can be.

A delivery that always fails is given up, and holds up no other; one that names an order that is not
there waits an hour for it. What is merely unavailable is tried for ever.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from goodword.conversions.intake import list_kept, read_again
from goodword.conversions.model import Facts, Source
from goodword.errors import Conflict, GoodwordError, Unavailable
from goodword.ports import Change
from goodword.programs.rates import Rate
from goodword.records import Key
from goodword_aws import conversions as worker

from infra.local.payloads import Json, stripe_charge, stripe_checkout, stripe_payment
from tests.simulation.abroad import day_of
from tests.simulation.tales.doors import sale_of
from tests.simulation.tales.senders import Sender, Stripe, ended
from tests.simulation.tales.stripes import EVENT, tenth
from tests.simulation.tales.subscriptions import far
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import PROGRAM

TRIES, ORDER_TRIES = 20, 12
SWEEP_MS = 121_000


def swept(teller: Teller, ms: int = SWEEP_MS) -> None:
    """The clock looks at what has waited."""
    teller.to(teller.now_ms + ms)
    teller.schedule("conversions_schedule")
    teller.settle()
    teller.goes_on()


def again(teller: Teller, sender: Sender, name: str) -> str:
    """A person has it read once more; the code of the refusal."""
    (key,) = (
        Key("arrivals", one["pk"], one["sk"]) for one in sender.kept() if one["delivery_id"] == name
    )
    return teller.tries("usr_fatima", lambda: read_again(teller.town.desk("staff"), key))


def _mended(teller: Teller) -> None:
    """A source in another currency than it was said to be: known at last, and booked by its day."""
    draw, stripe = teller.draw, Stripe(teller)
    change = Change()
    told: dict[str, Any] = {"day": day_of(teller.now_ms, "UTC"), "source": "ECB", "set_ms": 0}
    change.create(Rate(base="EUR", quote="USD", rate="2", set_by="usr_1", **told))
    teller.town.memory.commit(change)
    net = draw.randrange(100, 90_000)
    teller.knows("pi_1", net, currency="USD")
    thing = stripe_checkout("1", net, currency="usd", metadata={"via": "MAYA7"})
    stripe.event(EVENT, thing, "not_understood currency_mismatch")
    stripe.event("customer.created", {}, "ignored other_topic")
    (kept, ignored) = (one["delivery_id"] for one in stripe.kept())
    teller.wants("is listed", _listed(teller), [kept])
    teller.wants("what is ignored", again(teller, stripe, ignored), "delivery_not_kept")
    teller.wants("too early", again(teller, stripe, kept), "")
    teller.wants("is listed", _listed(teller), [])
    swept(teller)
    teller.wants("is kept again", ended(stripe.kept()[0]), "not_understood currency_mismatch")
    teller.owns()
    source = next(one for one in _sources(teller) if one.source_id == stripe.source_id)
    change = Change()
    change.replace(source.but(mixed=True))
    teller.town.memory.commit(change)
    received_ms = stripe.kept()[0]["received_ms"]
    teller.days(draw.choice((0, 2)))
    teller.wants("is kept", ended(stripe.kept()[0]), "not_understood currency_mismatch")
    teller.wants("in time", again(teller, stripe, kept), "")
    teller.wants("a second time", again(teller, stripe, kept), "delivery_not_kept")
    teller.wants(
        "waits", (ended(stripe.kept()[0]), stripe.kept()[0].get("attempts", 0)), ("waiting", 0)
    )
    swept(teller)
    teller.wants("is booked", ended(stripe.kept()[0]), "booked")
    teller.wants("came", stripe.kept()[0]["received_ms"], received_ms)
    teller.wants("is listed", _listed(teller), [])
    euros = round(net / 2)
    teller.owns(maya=tenth(euros))
    types = [one.plain["type"] for one in teller.town.dynamo.of_kind("event")]
    teller.wants("set aside", types.count("conversion.quarantined"), 0)
    teller.wants("read again", types.count("conversion.read_again"), 2)


def _sources(teller: Teller) -> list[Source]:
    found: list[Source] = teller.town.all(Source)
    return found


def _listed(teller: Teller) -> list[str]:
    page = list_kept(teller.town.memory, PROGRAM, limit=100)
    return [one.delivery_id for one in page.rows]


@contextmanager
def _failing(mark: bytes, error: Callable[[], GoodwordError]) -> Iterator[None]:
    """Whatever has this in it fails."""
    real = vars(worker)["read_delivery"]

    def read(kind: Any, topic: str, raw: bytes, source: Source, at_ms: int) -> Facts:
        if mark in raw:
            raise error()
        said: Facts = real(kind, topic, raw, source, at_ms)
        return said

    vars(worker)["read_delivery"] = read
    try:
        yield
    finally:
        vars(worker)["read_delivery"] = real


def _poison(teller: Teller) -> None:
    """It fails each time, is counted, and given up; the others are booked meanwhile."""
    draw, shop = teller.draw, Sender(teller)
    net, owned = draw.randrange(100, 90_000), 0
    poison = sale_of(teller, "poison", net)
    gone = draw.random() < 0.4

    def error() -> GoodwordError:
        return Unavailable("seal_unavailable", "x") if gone else Conflict("broken", "x")

    with _failing(b'"poison"', error):
        shop.knocks(poison, shop.signed(poison, "p1", "", shop.now_s))
        for number in range(1, TRIES + 2):
            _is(teller, shop, "waiting", 0 if gone else number - 1)
            if number in (2, TRIES):
                body = sale_of(teller, f"o{number}", 1_000)
                shop.knocks(body, shop.signed(body, f"n{number}", "", shop.now_s))
                owned += 100
            swept(teller)
            teller.owns(maya=owned)
        if gone:
            _is(teller, shop, "waiting", 0)
        else:
            _is(teller, shop, "not_understood poison", TRIES)
            swept(teller)
            _is(teller, shop, "not_understood poison", TRIES)
    if not gone:
        swept(teller)
        teller.owns(maya=owned)
        teller.wants("read again", again(teller, shop, "p1"), "")
    swept(teller)
    _is(teller, shop, "booked", 0 if not gone else 1, either=True)
    teller.owns(maya=owned + tenth(net))


def _is(teller: Teller, shop: Sender, wanted: str, tries: int, *, either: bool = False) -> None:
    first: dict[str, Any] = next(one for one in shop.kept() if one["delivery_id"] == "p1")
    said = ended(first), first.get("attempts", 0)
    teller.wants("the first", said, (wanted, said[1] if either else tries))


def _waiting(teller: Teller) -> None:
    """A payment of an order that is not told yet; after an hour a person has to look."""
    draw, stripe = teller.draw, Stripe(teller)
    shows_card = draw.random() < 0.4
    topic = "charge.succeeded" if shows_card else "invoice_payment.paid"
    thing = stripe_charge("1", 900, 0) if shows_card else stripe_payment("1", 900)
    stripe.event(topic, thing, "waiting")
    sweeps = draw.choice((0, 3, ORDER_TRIES - 1, ORDER_TRIES))
    for number in range(1, sweeps + 1):
        swept(teller)
        end = "ignored unknown_order" if shows_card else "not_understood unknown_order"
        wanted = (end if number == ORDER_TRIES else "waiting", number)
        first = stripe.kept()[0]
        teller.wants("the payment", (ended(first), first["attempts"]), wanted)
    net = draw.randrange(100, 90_000)
    for name in ("in_1", "pi_1", "cs_live_1"):
        teller.knows(name, net)
    named: Json = {} if shows_card else {"invoice": "in_1", "payment_intent": None}
    order = stripe_checkout("1", net, metadata={"via": "MAYA7"}, **named)
    stripe.event(EVENT, order)
    teller.owns(maya=tenth(net))
    if sweeps == ORDER_TRIES and not shows_card:
        teller.wants("again", again(teller, stripe, stripe.kept()[0]["delivery_id"]), "")
    swept(teller)
    late = "ignored unknown_order" if sweeps == ORDER_TRIES and shows_card else "booked"
    teller.wants("the payment", ended(stripe.kept()[0]), late)
    stripe.event("charge.refunded", stripe_charge("1", net, net))
    teller.owns()


def _unread(teller: Teller) -> None:
    """What is JSON at none of these sources is kept for a person, and stops nothing."""
    stripe, shop = Stripe(teller), Sender(teller)
    for raw in (b"no JSON", b"[]", b'{"a": 1, "a": 2}'):
        teller.wants(
            "taken", stripe.knocks(raw, stripe.signed(raw, "", "", stripe.now_s)), "200 accepted"
        )
    said = [ended(one) for one in stripe.kept()]
    teller.wants("kept", set(said), {"not_understood no_topic"})
    raw = b'{"id": "evt_1", "type": "charge.refunded", "data": 7, "livemode": true, "created": 1}'
    teller.wants(
        "taken", stripe.knocks(raw, stripe.signed(raw, "", "", stripe.now_s)), "200 accepted"
    )
    teller.wants("kept", ended(stripe.kept()[-1]), "not_understood bad_amount")
    body = json.dumps({"no": "type"}).encode()
    teller.wants(
        "ours", shop.knocks(body, shop.signed(body, "d1", "", shop.now_s)), "422 invalid_body"
    )
    teller.wants("kept", shop.kept(), [])
    teller.owns()


KEPT_BACK = (
    Tale("kept back: mended", _mended, far),
    Tale("kept back: poison", _poison),
    Tale("kept back: waiting for an order", _waiting),
    Tale("kept back: unread", _unread),
)
