"""Our own bodies are strict: each mistake is answered with its field, none is guessed away."""

import json
from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import ConversionFact, Facts, ReversalFact, Source
from goodword.errors import InvalidInput, Malformed
from goodword_aws.sources import ADAPTERS, Adapter, read_delivery
from goodword_aws.sources.generic import admit, key_of, verify

from infra.local.payloads import Json

SOURCE = Source(
    source_id="src_1",
    kind="generic",
    program_id="prg_1",
    currency="EUR",
    label="shop",
    sealed_secrets=(),
    created_ms=0,
)
AT_MS = 1_763_800_000_000
SALE: Json = {"order_id": "1001", "amount": 4900, "currency": "EUR"}
LEAD: Json = {"customer_id": "u-1"}
REFUND: Json = {"type": "refund", "refund_id": "r-1", "order_id": "1001", "currency": "EUR"}


def sale(**changes: Any) -> ConversionFact:
    raw = json.dumps(SALE | changes).encode()
    assert admit("sale", raw, SOURCE) == "sale"
    (fact,) = read_delivery("generic", "sale", raw, SOURCE, AT_MS).facts
    assert isinstance(fact, ConversionFact)
    return fact


def lead(**changes: Any) -> ConversionFact:
    raw = json.dumps(LEAD | changes).encode()
    assert admit("lead", raw, SOURCE) == "lead"
    (fact,) = read_delivery("generic", "lead", raw, SOURCE, AT_MS).facts
    assert isinstance(fact, ConversionFact)
    return fact


def refund(**changes: Any) -> ReversalFact:
    raw = json.dumps(REFUND | changes).encode()
    assert admit("", raw, SOURCE) == "refund"
    (fact,) = read_delivery("generic", "refund", raw, SOURCE, AT_MS).facts
    assert isinstance(fact, ReversalFact)
    return fact


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("inquiry", ["inquiry:d-1:open"]),
        ("closed", ["inquiry:d-1:closed"]),
        ("lost", ["inquiry:d-1:closed"]),
        ("won", ["won:d-1", "inquiry:d-1:closed"]),
        ("withdrawn", ["d-1", "inquiry:d-1:closed"]),
    ],
)
def test_a_dispute_is_what_its_status_says(status: str, names: list[str]) -> None:
    body = {"type": "dispute", "dispute_id": "d-1", "order_id": "1001", "currency": "EUR"}
    raw = json.dumps(body | {"status": status, "gross_amount": 900}).encode()
    assert admit("", raw, SOURCE) == "dispute"
    found = read_delivery("generic", "dispute", raw, SOURCE, AT_MS).facts
    assert [fact.name for fact in found if not isinstance(fact, ConversionFact)] == names
    taken = [fact for fact in found if isinstance(fact, ReversalFact)]
    assert [(fact.amount_minor, fact.of) for fact in taken] == [(900, "gross")] * len(taken)
    assert refusal("", body) == ("invalid_body", ["status"])


def refusal(topic: str, body: Json | bytes) -> tuple[str, list[str]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidInput) as refused:
        admit(topic, raw, SOURCE)
    return refused.value.code, [one.field for one in refused.value.fields]


def test_a_sale_says_what_it_was_worth() -> None:
    fact = sale()
    assert (fact.order_id, fact.net_minor, fact.gross_minor) == ("1001", 4900, 4900)
    assert (fact.action, fact.currency, fact.occurred_ms) == ("sale", "EUR", AT_MS)
    assert sale(gross_amount=5831).gross_minor == 5831
    assert sale(amount=0).net_minor == 0
    assert sale(currency="eur").currency == "EUR"


def test_referrals_may_come_singly_or_in_lists() -> None:
    fact = sale(click_id="c1", click_ids=["c2", "c1"], code="MAYA7", codes=["BEN77"])
    assert (fact.click_ids, fact.codes) == (("c1", "c2"), ("MAYA7", "BEN77"))
    assert sale(click_ids=["c2"]).click_ids == ("c2",)
    assert sale().codes == ()


def test_a_customer_is_known_by_number_and_folded_address() -> None:
    fact = sale(customer_id="u-1", customer_email="Robin.F+x@gmail.com", event_name="Purchase")
    assert (fact.customer.customer_id, fact.customer.email) == ("u-1", "robinf@gmail.com")
    assert fact.event_name == "Purchase"


def test_a_time_may_be_past_but_not_future() -> None:
    assert sale(occurred_at="2025-11-22T09:20:00+01:00").occurred_ms == 1_763_799_600_000
    assert sale(occurred_at="2030-01-01T00:00:00Z").occurred_ms == AT_MS


def test_a_lead_is_one_per_customer_unless_it_has_a_name() -> None:
    one = lead()
    assert one.order_id == lead(event_name="again").order_id
    assert one.order_id != lead(customer_id="u-2").order_id
    assert "u-1" not in one.order_id
    assert lead(order_id="signup-7").order_id == "signup-7"
    assert (one.action, one.net_minor, one.gross_minor) == ("lead", 0, 0)


def test_a_refund_takes_net_gross_or_all_that_is_left() -> None:
    assert (refund().amount_minor, refund().of) == (None, "net")
    assert (refund(amount=100).amount_minor, refund(amount=100).of) == (100, "net")
    assert (refund(gross_amount=119).amount_minor, refund(gross_amount=119).of) == (119, "gross")
    assert refund(reason="chargeback").reason == "chargeback"
    assert (refund().refund_id, refund().orders) == ("r-1", ("1001",))


def test_leads_and_sales_may_come_by_the_sources_path() -> None:
    raw = json.dumps(SALE | {"type": "sale"}).encode()
    assert admit("", raw, SOURCE) == "sale"
    assert read_delivery("generic", "sale", raw, SOURCE, AT_MS).facts == (sale(),)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        json.dumps(SALE).encode("utf-16"),
        b'{"order_id":"1","order_id":"2","amount":1,"currency":"EUR"}',
        b'{"order_id":"1","amount":NaN,"currency":"EUR"}',
        b'{"a":' * 60_000 + b"1" + b"}" * 60_000,
    ],
)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        admit("sale", raw, SOURCE)
    assert refused.value.code == "malformed_json"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "4900"}, "amount"),
        ({"amount": 49.0}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**12 + 1}, "amount"),
        ({"gross_amount": 4899}, "gross_amount"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": None}, "currency"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "a b"}, "order_id"),
        ({"order_id": "1\n"}, "order_id"),
        ({"order_id": "x" * 201}, "order_id"),
        ({"order_id": "robin@example.com"}, "order_id"),
        ({"customer_id": "robin@example.com"}, "customer_id"),
        ({"customer_id": 4711}, "customer_id"),
        ({"customer_email": "robin"}, "customer_email"),
        ({"customer_email": "r" * 330 + "@example.com"}, "customer_email"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2025-02-30T00:00:00Z"}, "occurred_at"),
        ({"event_name": "x" * 81}, "event_name"),
        ({"event_name": "for robin@x.example"}, "event_name"),
        ({"channel": "robin%40x.example"}, "channel"),
        ({"customer_segments": ["vip", "robin@x.example"]}, "customer_segments.1"),
        ({"coupons": ["robin@x.example"]}, "coupons.0"),
        ({"click_id": ""}, "click_id"),
        ({"click_ids": ["x"] * 20}, "click_ids"),
        ({"click_ids": "x"}, "click_ids"),
        ({"codes": [1]}, "codes.0"),
        ({"codes": ["\ud800"]}, "codes.0"),
        ({"metadata": {str(n): "x" for n in range(21)}}, "metadata"),
        ({"metadata": {"n": 1}}, "metadata.n"),
        ({"metadata": {"n": 1.5}}, "metadata.n"),
        ({"metadata": {"n": "x" * 501}}, "metadata.n"),
        ({"type": "sale"}, "type"),
        ({"total": 1}, "total"),
    ],
)
def test_a_wrong_field_is_named(changes: Json, field: str) -> None:
    assert refusal("sale", SALE | changes) == ("invalid_body", [field])


def test_a_missing_field_is_named() -> None:
    assert refusal("sale", {}) == ("invalid_body", ["currency", "order_id", "amount"])
    assert refusal("lead", {}) == ("invalid_body", ["customer_id"])
    assert refusal("", REFUND | {"refund_id": None})[1] == ["refund_id"]
    assert refusal("lead", LEAD | {"amount": 0}) == ("invalid_body", ["amount"])


def test_the_sources_path_needs_a_known_type() -> None:
    assert refusal("", SALE) == ("invalid_body", ["type"])
    assert refusal("", SALE | {"type": "gift"}) == ("invalid_body", ["type"])
    assert refusal("", SALE | {"type": ["sale"]}) == ("invalid_body", ["type"])


def test_a_refund_has_one_amount_at_most() -> None:
    wrong = REFUND | {"amount": 0, "gross_amount": 0}
    assert refusal("", wrong) == ("invalid_body", ["gross_amount"])


def test_programme_and_currency_must_be_the_sources() -> None:
    assert refusal("sale", SALE | {"program_id": "prg_2"})[0] == "unknown_program"
    assert refusal("sale", SALE | {"currency": "USD"})[0] == "currency_mismatch"
    assert refusal("lead", LEAD | {"currency": "USD"})[0] == "currency_mismatch"
    assert sale(program_id="prg_1") == sale()
    assert lead(currency="EUR") == lead()


def test_what_was_let_in_but_can_no_longer_be_booked_is_kept() -> None:
    raw = json.dumps(SALE).encode()
    with pytest.raises(NotUnderstood) as refused:
        read_delivery("generic", "sale", raw, SOURCE.but(currency="USD"), AT_MS)
    assert refused.value.code == "currency_mismatch"
    with pytest.raises(NotUnderstood) as refused:
        read_delivery("generic", "sale", b"{}", SOURCE, AT_MS)
    assert refused.value.code == "invalid_body"


def test_a_secret_is_base64_after_its_mark_and_else_taken_as_it_is() -> None:
    assert key_of("whsec_c2VjcmV0") == b"secret"
    assert key_of("whsec_not base64") == b"whsec_not base64"
    assert key_of("plain") == b"plain"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("bad_time", "no such time"), "bad_time"),
        (NotUnderstood("bad_amount", "no amount"), "bad_amount"),
    ],
)
def test_whatever_an_adapter_notices_is_not_understood(
    monkeypatch: pytest.MonkeyPatch, error: InvalidInput, code: str
) -> None:
    def fail(*_: object) -> Facts:
        raise error

    monkeypatch.setitem(ADAPTERS, "generic", Adapter(verify, fail))
    with pytest.raises(NotUnderstood) as refused:
        read_delivery("generic", "sale", b"{}", SOURCE, AT_MS)
    assert refused.value.code == code


def test_a_fact_that_cannot_be_made_is_kept_without_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(*_: object) -> Facts:
        return Facts.model_validate({"ignored": 7, "facts": "robin@example.com"})

    monkeypatch.setitem(ADAPTERS, "generic", Adapter(verify, make))
    with pytest.raises(NotUnderstood) as refused:
        read_delivery("generic", "sale", b"{}", SOURCE, AT_MS)
    assert (refused.value.code, refused.value.detail) == (
        "bad_field",
        "cannot be booked: facts, ignored",
    )


def test_no_refusal_repeats_what_was_sent() -> None:
    raw = json.dumps(SALE | {"customer_email": "robin", "order_id": "robin@example.com"}).encode()
    with pytest.raises(InvalidInput) as refused:
        admit("sale", raw, SOURCE)
    told = str(refused.value) + "".join(one.message for one in refused.value.fields)
    assert "robin" not in told
