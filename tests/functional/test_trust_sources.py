"""What sources really say of a buyer becomes signals; what is odd is left out, never refused."""

import json
from typing import Any

import pytest
from goodword.conversions.model import ConversionFact, Source, SourceKind
from goodword.errors import InvalidInput
from goodword.tracking.click import Click
from goodword.trust.signals import Signals
from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.hot.row import click_item
from goodword_aws.sources import ADAPTERS, read_delivery
from goodword_aws.sources.buyer import email_kind
from goodword_aws.trust import StoredVisits

from infra.local.payloads import shopify_order
from infra.local.samples import AT_S
from tests.support.intake import Installation, installation

SHOPIFY = {
    "browser_ip": "91.4.5.6",
    "client_details": {
        "user_agent": "Mozilla/5.0 (iPhone)",
        "accept_language": "de",
        "browser_width": 390,
        "browser_height": 844,
    },
    "payment_details": {
        "credit_card_bin": "411111",
        "credit_card_number": "•••• •••• •••• 4242",
        "credit_card_company": "Visa",
    },
    "shipping_address": {
        "name": "Robin Gift",
        "address1": "Mill Road 12",
        "address2": None,
        "zip": "10115",
        "country_code": "DE",
    },
    "billing_address": {"name": "Anna Payer", "address1": "Elsewhere 1", "zip": "1"},
    "note_attributes": [{"name": "gw_device", "value": "dev-1"}],
    "email": "robin@mailinator.com",
}
STRIPE = {
    "customer_details": {
        "name": "Anna Payer",
        "email": "anna@x.example",
        "address": {"line1": "Mill Road 12", "postal_code": "10115", "country": "DE"},
    },
    "metadata": {"gw_device": "dev-1"},
    "payment_intent": {
        "id": "pi_1",
        "latest_charge": {"payment_method_details": {"card": {"fingerprint": "Xt5EWLLDS7FJjR1c"}}},
    },
}


def read(kind: SourceKind, topic: str, thing: dict[str, Any]) -> Signals:
    source = Source(
        source_id="src_1",
        kind=kind,
        program_id="prg_1",
        currency="EUR",
        label="shop",
        sealed_secrets=(),
        created_ms=0,
    )
    (fact,) = read_delivery(
        kind, topic, json.dumps(thing).encode(), source, AT_S * 1000 + 60_000
    ).facts
    assert isinstance(fact, ConversionFact)
    return fact.signals


def shopify(**changes: Any) -> Signals:
    order = shopify_order(450_789_001, "49.00", "63.21", "9.31") | SHOPIFY | changes
    return read("shopify", "orders/paid", order)


def test_a_shopify_order_tells_browser_card_payer_and_address() -> None:
    assert shopify(customer={"id": 7, "orders_count": 3}) == Signals(
        ip="91.4.5.6",
        agent="Mozilla/5.0 (iPhone) de 390 844",
        card="Visa 411111 4242",
        device="dev-1",
        name="Anna Payer",
        address=("Mill Road 12",),
        postcode="10115",
        country="DE",
        email_kind="disposable",
        orders_before=2,
    )


def test_a_shopify_order_without_them_is_an_order_all_the_same() -> None:
    bare = shopify(
        browser_ip=None,
        client_details=None,
        payment_details={"credit_card_number": "4242"},
        shipping_address=None,
        billing_address={"first_name": "Anna", "last_name": "Payer", "address1": "X 1", "zip": "2"},
        note_attributes=[],
        email="robin@x.example",
        customer={"id": 7, "orders_count": True},
    )
    assert bare == Signals(name="Anna Payer", address=("X 1",), postcode="2")
    odd = shopify(browser_ip="x" * 99, shipping_address={"country_code": "Germany"})
    assert (odd.ip, odd.country) == ("", "")


def test_a_stripe_session_tells_what_was_expanded() -> None:
    session = {
        "id": "cs_1",
        "mode": "payment",
        "payment_status": "paid",
        "amount_total": 5_000,
        "currency": "eur",
    } | STRIPE
    event = {"id": "evt_1", "livemode": True, "created": AT_S, "data": {"object": session}}
    assert read("stripe", "checkout.session.completed", event) == Signals(
        card="Xt5EWLLDS7FJjR1c",
        device="dev-1",
        name="Anna Payer",
        address=("Mill Road 12",),
        postcode="10115",
        country="DE",
    )
    session["shipping_details"] = {"name": "R", "address": {"line1": "Gift 9", "country": "AT"}}
    assert read("stripe", "checkout.session.completed", event).address == ("Gift 9",)
    del session["shipping_details"], session["customer_details"]
    session["customer_address"] = {"line1": "Home 3", "country": "fr"}
    assert read("stripe", "checkout.session.completed", event).country == "FR"


def generic(**buyer: Any) -> dict[str, Any]:
    return {"order_id": "1", "amount": 100, "currency": "EUR", "buyer": buyer}


def test_our_own_form_documents_every_field() -> None:
    said = generic(
        ip="91.4.5.6",
        user_agent="Browser",
        device_id="dev-1",
        card_fingerprint="card_1MvoiELkdIwHu7ix",
        name="Anna Payer",
        address_lines=["Mill Road 12"],
        postcode="10115",
        country="de",
        orders_before=0,
    )
    found = read("generic", "sale", said)
    assert (found.device, found.country, found.orders_before) == ("dev-1", "DE", 0)
    assert read("generic", "sale", generic()) == Signals()


@pytest.mark.parametrize(
    "buyer",
    [
        {"card_fingerprint": "4242 4242 4242 4242"},
        {"country": "Germany"},
        {"orders_before": -1},
        {"iban": "DE1"},
        {"ip": 7},
    ],
)
def test_a_wrong_field_of_our_own_form_is_refused_with_its_path(buyer: dict[str, Any]) -> None:
    admit = ADAPTERS["generic"].admit
    assert admit is not None
    source = Source(
        source_id="src_1",
        kind="generic",
        program_id="prg_1",
        currency="EUR",
        label="shop",
        sealed_secrets=(),
        created_ms=0,
    )
    with pytest.raises(InvalidInput) as refused:
        admit("sale", json.dumps(generic(**buyer)).encode(), source)
    assert refused.value.fields[0].field == f"buyer.{next(iter(buyer))}"
    assert "4242" not in str(refused.value.fields)


def test_addresses_that_are_given_away_are_known() -> None:
    assert email_kind("a@mailinator.com") == email_kind("a@sub.mailinator.com") == "disposable"
    assert email_kind("info@x.example") == "role"
    for real in ("anna@gmail.com", "anna@privaterelay.appleid.com", "", None):
        assert email_kind(real) == ""


@pytest.fixture(scope="module")
def here() -> Any:
    with installation() as made:
        yield made


def test_a_click_row_is_read_as_coarse_words(here: Installation) -> None:
    nonce = bytes(range(8))
    item = click_item(
        nonce=nonce,
        at_ms=1,
        link_id="lnk_1",
        advocate_id="adv_1",
        program_id="prg_1",
        visitor="v",
        device="phone",
        country="DE",
        source={"referrer": "t.co", "campaign": "voucher-week"},
        opened="unprompted",
    )
    from goodword_aws.settings import settings  # noqa: PLC0415 - set by the fixture

    table = settings().arrivals_table
    client("dynamodb").put_item(TableName=table, Item=item)
    here_, gone = Click(1, "MAYA7", nonce.hex()), Click(1, "MAYA7", "00" * 8)
    visits, clicks = StoredVisits(), [here_, gone, here_]
    seen = visits.of(clicks, wiring.store().get_mixed(visits.places(clicks)))
    assert set(seen) == {here_.touch_id}
    found = seen[here_.touch_id]
    assert found.model_dump() == {
        "opened": "unprompted",
        "referrer": "wrapper",
        "campaign": "coupon",
        "country": "DE",
        "device": "phone",
    }
