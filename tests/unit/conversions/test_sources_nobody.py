"""An id that stands for nobody makes one person of no strangers, whichever source sends it."""

from typing import Any

import pytest
from goodword.conversions.model import ConversionFact
from goodword.errors import InvalidInput
from goodword_aws.sources.generic import admit
from goodword_aws.sources.nobody import names_nobody, whose_id

from infra.local.payloads_signals import segment_track, typeform_response
from tests.support.signal_sources import EMAIL, read, source_of

NOBODIES = [
    *("{{customer_id}}", "{{hidden:customer_id}}", "*|CUSTOMER_ID|*", "%%CustomerKey%%"),
    *("<%customer.id%>", "${customerId}", "#{id}", "[[customer.id]]", "{!Contact.Id}"),
    *("%7B%7Bcustomer_id%7D%7D", "{customer_id}", "[object%20Object]", "<null>", "%id%"),
    *("N/A", "n.a.", "NA", "Unknown", "test", "ANONYMOUS", "guest", "undefined", "Null"),
    *("None", "nil", "(none)", '"null"', "nan", "customer_id", "#N/A", "not_set", "-1"),
    *("", "-", "--", "?", "0", "000", "xxxxx", "00000000-0000-0000-0000-000000000000"),
    *("$customer_id", "@customer_id", "%s", "user.id", "null,null", "{customer_id", "visitor"),
    *("000000000000000", "000000000000000AAA", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
]
SOMEBODY = [
    *("u-4711", "4711", "10", "nathan", "guest-7", "test_account_9", "unknown-soldier", "x1"),
    *("003Qy00000AbCdEIAV", "100000000000000AAA", "{8f14e45f-ceea-467e-9b1c-0d2f4e6a7b8c}"),
    *("null-island", "a%b", "50%", "f00d", "id-1", "@maya", "$7"),
]


@pytest.mark.parametrize("text", NOBODIES)
def test_a_place_that_nobody_filled_in_is_no_id(text: str) -> None:
    assert names_nobody(text)
    assert whose_id(text) is None


@pytest.mark.parametrize("text", SOMEBODY)
def test_an_id_that_only_looks_like_one_stays(text: str) -> None:
    assert whose_id(text) == text
    assert whose_id(None) is None


def said(**more: Any) -> dict[str, Any]:
    return {
        "signal_id": "n",
        "kind": "nps",
        "value": 9,
        "occurred_at": "2025-11-22T08:00:00Z",
    } | more


def test_the_generic_body_has_no_ids_of_nobody() -> None:
    whole = said(customer_id="undefined", customer_email=EMAIL, account_id="null")
    (one,) = read("generic", whole, "signal").signals
    assert (one.customer_id, one.email, one.account_id) == (None, EMAIL, None)
    (one,) = read("generic", said(customer_id="N/A", account_id="acme-7"), "signal").signals
    assert (one.customer_id, one.account_id) == (None, "acme-7")


@pytest.mark.parametrize("more", [{}, {"kind": "consent", "value": 1, "account_id": "acme-7"}])
def test_a_signal_of_nobody_is_kept_and_explained(more: dict[str, Any]) -> None:
    found = read("generic", said(customer_id="{{customer_id}}", **more), "signal")
    assert (found.signals, found.ignored) == ((), "anonymous")


def test_every_other_source_takes_the_same_for_nobody() -> None:
    left = {"customer_id": "{{customer_id}}", "account_id": "N/A"}
    assert read("typeform", typeform_response("t", 9, hidden=left)).ignored == "anonymous"
    call = segment_track("m-1", "Seats") | {"userId": "${id}", "context": {"groupId": "guest"}}
    assert read("segment", call).ignored == "anonymous"
    ticket = {"ticket_id": "1", "status": "open", "requester_external_id": "{{external_id}}"}
    assert read("zendesk", ticket).ignored == "anonymous"
    deal = {"event_id": "e", "deal_id": "d", "customer_id": "n/a", "account_id": "unknown"}
    (one,) = read("generic", deal, "deal").deals
    assert (one.contact_ids, one.account_id) == ((), None)


def test_a_companys_empty_key_in_a_crm_is_no_company() -> None:
    head = {
        "entityName": "Contact",
        "recordIds": ["003A"],
        "changeType": "UPDATE",
        "transactionKey": "t",
        "sequenceNumber": 1,
        "commitTimestamp": 1,
    }
    payload = {"ChangeEventHeader": head, "AccountId": "000000000000000AAA", "Email": EMAIL}
    event = {"source": "aws.partner/salesforce.com/o/c", "detail": {"payload": payload}}
    (one,) = read("salesforce", event).contacts
    assert (one.email, one.account_id) == (EMAIL, None)
    linked = {
        "subscriptionType": "contact.associationChange",
        "associationType": "CONTACT_TO_COMPANY",
        "occurredAt": 1,
        "fromObjectId": 6,
        "toObjectId": 0,
    }
    assert read("hubspot", [linked]).contacts == ()


def test_an_order_of_nobody_has_no_customer_and_a_sign_up_of_nobody_is_refused() -> None:
    order = {"order_id": "o-1", "amount": 900, "currency": "EUR", "customer_id": "{{customer.id}}"}
    (fact,) = read("generic", order, "sale").facts
    assert isinstance(fact, ConversionFact)
    assert fact.customer.customer_id is None
    for topic, body in (
        ("lead", b'{"customer_id": "guest"}'),
        ("void", b'{"void_id": "v-1", "customer_id": "guest"}'),
    ):
        with pytest.raises(InvalidInput) as refused:
            admit(topic, body, source_of("generic"))
        assert refused.value.code == "invalid_body"
