"""Nothing that was not signed gets in, whatever was changed; nothing that is read blows up."""

import base64
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from goodword.conversions.intake import DeliveryHead, NotUnderstood
from goodword.conversions.model import Facts, Source, SourceKind
from goodword.errors import NotAuthentic, TooLarge
from goodword.limits import DELIVERY_BYTES_MAX
from goodword_aws.arrivals import raw_body
from goodword_aws.sources import ADAPTERS, read_delivery
from goodword_aws.sources.signatures import lowered
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.payloads import (
    Json,
    shopify_order,
    shopify_refund,
    stripe_charge,
    stripe_checkout,
    stripe_dispute,
    stripe_event,
    stripe_invoice,
)
from infra.local.samples import AT_S, SALE, compact
from infra.local.signing import sign_generic, sign_hubspot, sign_shopify, sign_stripe

OLD = "whsec_" + base64.b64encode(b"the old key of thirty-two bytes!").decode()
NEW = "whsec_" + base64.b64encode(b"the new key of thirty-two bytes!").decode()
AT_URL = "https://go.example/v1/sources/src_1"
HOST = {":method": "POST", ":targets": AT_URL}
SIGN: dict[SourceKind, Callable[[str, bytes], dict[str, str]]] = {
    "generic": lambda secret, body: sign_generic(secret, "msg_1", AT_S, body),
    "stripe": lambda secret, body: sign_stripe(secret, AT_S, body),
    "shopify": lambda secret, body: sign_shopify(secret, "orders/paid", "id-1", body),
    "hubspot": lambda secret, body: HOST | sign_hubspot(secret, AT_URL, AT_S, body),
}
SIGNED_HEADERS: dict[SourceKind, tuple[str, ...]] = {
    "generic": ("webhook-id", "webhook-timestamp", "webhook-signature"),
    "stripe": ("stripe-signature",),
    "shopify": ("x-shopify-hmac-sha256",),
    "hubspot": ("x-hubspot-signature-v3", "x-hubspot-request-timestamp", ":method", ":targets"),
}
BODY = compact(SALE)
kinds = st.sampled_from(sorted(SIGN))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["EUR", "1.00", "-1", "paid", "cs_1", "2025-01-01T00:00:00Z", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def verify(kind: SourceKind, headers: dict[str, str], body: bytes, *secrets: str) -> DeliveryHead:
    return ADAPTERS[kind].verify(lowered(headers), body, secrets or (OLD,), AT_S)


def source(kind: SourceKind) -> Source:
    return Source(
        source_id="src_1",
        kind=kind,
        program_id="prg_1",
        currency="EUR",
        label="shop",
        sealed_secrets=(),
        created_ms=0,
    )


@pytest.mark.parametrize("kind", sorted(SIGN))
def test_every_single_byte_of_the_body_counts(kind: SourceKind) -> None:
    headers = SIGN[kind](OLD, BODY)
    assert verify(kind, headers, BODY).fingerprint
    for place in range(len(BODY)):
        for flip in (1, 0x20, 0x80):
            changed = bytearray(BODY)
            changed[place] ^= flip
            with pytest.raises(NotAuthentic):
                verify(kind, headers, bytes(changed))
    for changed_length in (BODY[:-1], BODY + b" ", b"", b" " + BODY):
        with pytest.raises(NotAuthentic):
            verify(kind, headers, changed_length)


@pytest.mark.parametrize("kind", sorted(SIGN))
def test_every_single_character_of_the_signed_headers_counts(kind: SourceKind) -> None:
    headers = SIGN[kind](OLD, BODY)
    for name in SIGNED_HEADERS[kind]:
        text = headers[name]
        for place in range(len(text)):
            for other in {chr(ord(text[place]) ^ 1), "0", "A", "é", "\ud800"} - {text[place]}:
                changed = {**headers, name: text[:place] + other + text[place + 1 :]}
                with pytest.raises(NotAuthentic):
                    verify(kind, changed, BODY)
            cut = {**headers, name: text[:place]}
            with pytest.raises(NotAuthentic):
                verify(kind, cut, BODY)


@given(kinds, st.binary(max_size=200), st.text(string.ascii_letters, min_size=1))
def test_no_secret_but_a_live_one_is_good(kind: SourceKind, body: bytes, secret: str) -> None:
    with pytest.raises(NotAuthentic) as refused:
        verify(kind, SIGN[kind](secret, body), body, OLD, NEW)
    assert refused.value.code == "bad_signature"


@given(kinds, st.binary(max_size=200))
def test_either_of_two_live_secrets_is_good(kind: SourceKind, body: bytes) -> None:
    old, new = SIGN[kind](OLD, body), SIGN[kind](NEW, body)
    heads = [verify(kind, old, body, OLD, NEW), verify(kind, new, body, NEW, OLD)]
    assert heads[0] == heads[1]
    with pytest.raises(NotAuthentic):
        verify(kind, old, body, NEW)


@given(st.sampled_from(["generic", "stripe"]), st.integers(-(10**6), 10**6))
def test_a_signed_time_is_good_for_five_minutes_either_way(kind: SourceKind, off: int) -> None:
    headers = {
        "generic": sign_generic(OLD, "msg_1", AT_S + off, BODY),
        "stripe": sign_stripe(OLD, AT_S + off, BODY),
    }[kind]
    if abs(off) <= 300:
        assert verify(kind, headers, BODY)
    else:
        with pytest.raises(NotAuthentic) as refused:
            verify(kind, headers, BODY)
        assert refused.value.code == "stale_signature"


def test_several_signatures_in_one_header_are_each_looked_at() -> None:
    old, new = (sign_generic(one, "msg_1", AT_S, BODY) for one in (OLD, NEW))
    both = f"v1,bm8= {old['webhook-signature']} v1a,other {new['webhook-signature']}"
    assert verify("generic", {**old, "webhook-signature": both}, BODY, NEW)
    stripe_old = sign_stripe(OLD, AT_S, BODY)["stripe-signature"]
    several = f"t={AT_S},v1={'0' * 64},{stripe_old.split(',')[1]},v0=other"
    assert verify("stripe", {"stripe-signature": several}, BODY, OLD)
    with pytest.raises(NotAuthentic):
        verify("stripe", {"stripe-signature": f"{stripe_old},t={AT_S}"}, BODY, OLD)
    many = " ".join(["v1,bm8="] * 50 + [old["webhook-signature"]])
    with pytest.raises(NotAuthentic):
        verify("generic", {**old, "webhook-signature": many}, BODY, OLD)


def test_a_signature_of_another_scheme_is_no_good() -> None:
    as_hex = sign_stripe(OLD, AT_S, BODY)["stripe-signature"].split("v1=")[1]
    with pytest.raises(NotAuthentic):
        verify("stripe", {"stripe-signature": f"t={AT_S},v0={as_hex}"}, BODY)
    with pytest.raises(NotAuthentic):
        verify("stripe", {"stripe-signature": f"t={AT_S},v1={as_hex.upper()}"}, BODY)
    generic = sign_generic(OLD, "msg_1", AT_S, BODY)
    asymmetric = generic["webhook-signature"].replace("v1,", "v1a,")
    with pytest.raises(NotAuthentic):
        verify("generic", {**generic, "webhook-signature": asymmetric}, BODY)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_body_is_the_same_plain_and_base64(text: str) -> None:
    encoded = base64.b64encode(text.encode()).decode()
    plain = raw_body({"body": text, "isBase64Encoded": False})
    assert plain == raw_body({"body": encoded, "isBase64Encoded": True}) == text.encode()


@given(st.integers(-5, 5))
def test_the_limit_is_on_bytes_not_on_their_form(off: int) -> None:
    raw = b"x" * (DELIVERY_BYTES_MAX + off)
    for event in (
        {"body": raw.decode(), "isBase64Encoded": False},
        {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True},
    ):
        if off <= 0:
            assert raw_body(event) == raw
        else:
            with pytest.raises(TooLarge):
                raw_body(event)


def read(kind: SourceKind, topic: str, raw: bytes) -> Facts | None:
    try:
        return read_delivery(kind, topic, raw, source(kind), AT_S * 1000)
    except NotUnderstood:
        return None


TOPICS: dict[SourceKind, list[tuple[str, Json]]] = {
    "generic": [
        ("sale", SALE),
        ("lead", {"customer_id": "u"}),
        ("refund", {"type": "refund", "refund_id": "r", "order_id": "1", "currency": "EUR"}),
    ],
    "stripe": [
        (topic, stripe_event("evt_1", topic, thing, AT_S))
        for topic, thing in (
            ("checkout.session.completed", stripe_checkout("1", 4900)),
            ("invoice.paid", stripe_invoice("1", 4900)),
            ("charge.refunded", stripe_charge("1", 4900, 100)),
            ("charge.dispute.funds_withdrawn", stripe_dispute("1", 4900)),
        )
    ],
    "shopify": [
        ("orders/paid", shopify_order(1, "49.00", "49.00", "0.00")),
        ("orders/cancelled", shopify_order(1, "49.00", "49.00", "0.00")),
        ("refunds/create", shopify_refund(1, 2, "12.00", "2.00", "14.00")),
    ],
}
CASES = [(kind, topic, thing) for kind, cases in TOPICS.items() for topic, thing in cases]


@given(st.sampled_from(CASES), st.binary(max_size=300))
def test_any_bytes_are_read_or_kept(case: tuple[SourceKind, str, Json], raw: bytes) -> None:
    read(case[0], case[1], raw)


@settings(max_examples=400)
@given(st.data(), st.sampled_from(CASES))
def test_any_change_of_a_real_body_is_read_or_kept(
    data: st.DataObject, case: tuple[SourceKind, str, Json]
) -> None:
    kind, topic, thing = case
    changed: Any = json.loads(json.dumps(thing))
    spots = _spots(changed)
    for parent, name in data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=3)):
        parent[name] = data.draw(values)
    facts = read(kind, topic, json.dumps(changed).encode())
    for fact in facts.facts if facts else ():
        assert fact.currency == "EUR"
        assert fact.occurred_ms <= AT_S * 1000
        assert Facts.model_validate_json(facts.model_dump_json()) == facts  # type: ignore[union-attr]  # there is a fact, so there are facts


def test_the_real_bodies_themselves_are_read() -> None:
    read_ones = {topic: read(kind, topic, compact(thing)) for kind, topic, thing in CASES}
    assert [topic for topic, facts in read_ones.items() if facts is None] == ["orders/cancelled"]


def _spots(thing: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value whose content can be exchanged."""
    if isinstance(thing, dict):
        pairs: list[tuple[Any, Any]] = list(thing.items())
    else:
        pairs = list(enumerate(thing)) if isinstance(thing, list) else []
    found = [(thing, name) for name, _ in pairs]
    for _, value in pairs:
        found += _spots(value)
    return found
