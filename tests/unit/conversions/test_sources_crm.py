"""What HubSpot, Salesforce and other CRMs send becomes steps of deals, and who contacts are."""

import json
from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import Facts, Source, SourceKind
from goodword.errors import InvalidInput, NotAuthentic
from goodword.journeys.opportunity import DealFact
from goodword.limits import DEAL_MERGED_MAX
from goodword.times import parse_rfc3339
from goodword_aws.sources import ADAPTERS, generic, read_delivery

from infra.local.payloads_crm import (
    AT_MS,
    hubspot_association,
    hubspot_deal,
    hubspot_event,
    hubspot_merge,
    hubspot_property,
    salesforce_change,
)
from infra.local.signing import sign_hubspot

LATER = parse_rfc3339("2025-11-22T09:00:00Z")
REFERRAL = "cnv_01hf7yat000123456789abcdef"
DEAL = "0065I00000A1b2cQAB"
URL = "https://go.example/v1/sources/src_1"


def source(kind: SourceKind) -> Source:
    return Source(
        source_id="src_1",
        kind=kind,
        program_id="prg_1",
        currency="EUR",
        label="x",
        sealed_secrets=(),
        created_ms=0,
    )


def read(kind: SourceKind, thing: Any) -> Facts:
    return read_delivery(kind, "", json.dumps(thing).encode(), source(kind), LATER)


def step(kind: SourceKind, thing: Any) -> DealFact:
    (one,) = read(kind, thing).deals
    return one


# --- HubSpot ----------------------------------------------------------------------------------


def test_a_list_of_events_is_steps_of_a_deal_and_a_contact() -> None:
    facts = read("hubspot", hubspot_deal(501))
    opened, contact, company, amount, currency, stage = facts.deals
    assert (opened.deal_id, opened.opened, opened.occurred_ms) == ("501", True, AT_MS + 100)
    assert opened.fact_id == "62515:3816279:100:501"
    assert (contact.contact_ids, company.account_id) == (("901",), "7001")
    assert (amount.amount, currency.currency, stage.stage) == ("12500.5", "EUR", "closedwon")
    (person,) = facts.contacts
    assert (person.customer_id, person.email) == ("901", "robin.friend@example.com")


@pytest.mark.parametrize(
    ("name", "value", "field", "said"),
    [
        ("hs_is_closed_won", "true", "won", True),
        ("hs_is_closed", "false", "closed", False),
        ("dealtype", "existingbusiness", "renewal", True),
        ("dealtype", "newbusiness", "renewal", False),
        ("goodword_referral", f" {REFERRAL} ", "referral", REFERRAL),
        ("amount", "", "amount", ""),
        ("amount", "1E3", "amount", "1000"),
        ("dealstage", "98765", "stage", "98765"),
    ],
)
def test_a_property_is_one_field(name: str, value: str, field: str, said: object) -> None:
    found = step("hubspot", [hubspot_property("deal", 1, 1, name, value)])
    assert getattr(found, field) == said


def test_generic_objects_are_understood_as_the_classic_ones() -> None:
    event = hubspot_property("object", 501, 1, "dealstage", "closedlost")
    assert step("hubspot", [event | {"objectTypeId": "0-3"}]).stage == "closedlost"
    both = hubspot_event("object.associationChange", 0, 2) | {
        "fromObjectTypeId": "0-1",
        "toObjectTypeId": "0-3",
        "fromObjectId": 901,
        "toObjectId": 501,
        "associationRemoved": True,
    }
    found = step("hubspot", [both])
    assert (found.deal_id, found.dropped_ids) == ("501", ("901",))


def test_a_deal_is_deleted_and_restored() -> None:
    gone = read("hubspot", [hubspot_event(f"deal.{w}", 5, 1) for w in ("deletion", "restore")])
    assert [one.removed for one in gone.deals] == [True, False]


@pytest.mark.parametrize("new", [None, 77])
def test_merged_deals_are_removed_and_the_one_that_is_left_is_not(new: int | None) -> None:
    """Before deals could be merged HubSpot made no new object, and the primary was left."""
    facts = read("hubspot", [hubspot_merge("deal", 1, 77, [78, 79], new)])
    said = [(one.deal_id, one.removed, one.opened, one.merged) for one in facts.deals]
    both = ("77", "78", "79")
    assert said == [
        ("77", None, False, both),
        ("78", True, False, ()),
        ("79", True, False, ()),
    ]


def test_a_merge_may_make_a_new_deal() -> None:
    classic = hubspot_merge("deal", 1, 77, [78], 90)
    generic = classic | {"subscriptionType": "object.merge", "objectTypeId": "0-3"}
    for event in (classic, generic):
        found = read("hubspot", [event]).deals
        said = [(one.deal_id, one.removed, one.opened) for one in found]
        assert said == [("90", None, True), ("77", True, False), ("78", True, False)]
        assert len({one.fact_id for one in found}) == 3


def test_merged_contacts_are_one() -> None:
    (one,) = read("hubspot", [hubspot_merge("contact", 1, 501, [502], 503)]).contacts
    assert (one.customer_id, one.also) == ("503", ("501", "502"))
    (one,) = read("hubspot", [hubspot_merge("contact", 1, 501, [502])]).contacts
    assert (one.customer_id, one.also) == ("501", ("502",))


def test_merged_companies_are_one() -> None:
    classic = hubspot_merge("company", 1, 601, [602], 603)
    generic = classic | {"subscriptionType": "object.merge", "objectTypeId": "0-2"}
    for event in (classic, generic):
        (one,) = read("hubspot", [event]).contacts
        assert (one.customer_id, one.account_id, one.also) == (None, "603", ("601", "602"))
    (one,) = read("hubspot", [hubspot_merge("company", 1, 601, [602])]).contacts
    assert (one.account_id, one.also) == ("601", ("602",))


def test_a_contact_of_a_company_is_said() -> None:
    (one,) = read("hubspot", [hubspot_association("CONTACT_TO_COMPANY", 901, 7001, 1)]).contacts
    assert (one.customer_id, one.account_id) == ("901", "7001")


@pytest.mark.parametrize(
    "event",
    [
        hubspot_event("ticket.creation", 1, 1),
        hubspot_merge("deal", 1, 1, [1]),
        hubspot_merge("company", 1, 1, [1]),
        hubspot_merge("ticket", 1, 1, [2], 3),
        hubspot_property("deal", 1, 1, "dealname", "Robin's deal"),
        hubspot_property("deal", 1, 1, "goodword_referral", "who knows"),
        hubspot_property("deal", 1, 1, "deal_currency_code", ""),
        hubspot_property("contact", 1, 1, "firstname", "Robin"),
        hubspot_property("contact", 1, 1, "email", "no address"),
        hubspot_association("CONTACT_TO_COMPANY", 1, 2, 1, associationRemoved=True),
        hubspot_association("DEAL_TO_COMPANY", 1, 2, 1, associationRemoved=True),
        hubspot_association("DEAL_TO_TICKET", 1, 2, 1),
        hubspot_association("TICKET_TO_CONTACT", 1, 2, 1),
    ],
)
def test_what_is_not_kept_says_nothing(event: dict[str, Any]) -> None:
    assert read("hubspot", event).ignored == "other_topic"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (hubspot_property("deal", 1, 1, "amount", "a lot"), "bad_amount"),
        (hubspot_property("deal", 1, 1, "amount", "-1"), "bad_amount"),
        (hubspot_property("deal", 1, 1, "amount", "1e400"), "bad_amount"),
        (hubspot_property("deal", 1, 1, "deal_currency_code", "QQQ"), "bad_currency"),
        (hubspot_event("deal.creation", 1, 1, occurredAt="now"), "bad_amount"),
        (hubspot_event("deal.creation", -1, 1), "missing_id"),
        (hubspot_event("contact.privacyDeletion", 1, 1), "privacy_request"),
        (hubspot_event("deal.merge", 1, 1), "missing_id"),
        (hubspot_merge("deal", 1, 1, [-2]), "missing_id"),
        (hubspot_merge("deal", 1, 1, list(range(2, DEAL_MERGED_MAX + 3))), "bad_field"),
    ],
)
def test_what_cannot_be_read_stops_no_other_event(event: dict[str, Any], code: str) -> None:
    facts = read("hubspot", [event, hubspot_event("deal.creation", 7, 2)])
    assert (facts.problem, len(facts.deals), facts.ignored) == (code, 1, "")


@pytest.mark.parametrize("body", [b"<deal/>", b'["x"]', b"7", b"[" + b"{}," * 100 + b"{}]"])
def test_a_body_that_is_no_list_of_events_is_for_a_person(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_delivery("hubspot", "", body, source("hubspot"), LATER)


def test_an_attempt_more_is_the_same_delivery() -> None:
    def name(body: bytes) -> str:
        signed = sign_hubspot("s" * 16, URL, 1_763_800_000, body)
        headers = signed | {":method": "POST", ":targets": f"https://api.example/x {URL}"}
        return ADAPTERS["hubspot"].verify(headers, body, ["s" * 16], 1_763_800_000).delivery_id

    first, other = (
        json.dumps([hubspot_event("deal.creation", 1, 1) | {"attemptNumber": n}]).encode()
        for n in (0, 1)
    )
    assert name(first) == name(other)
    assert len({name(b"no json"), name(b"[1]"), name(b"{}"), name(first)}) == 4


def test_a_signature_is_for_one_address() -> None:
    signed = sign_hubspot("s" * 16, URL, 1_763_800_000, b"[]")
    with pytest.raises(NotAuthentic):
        ADAPTERS["hubspot"].verify(
            signed | {":method": "POST", ":targets": f"{URL}x"}, b"[]", ["s" * 16], 1_763_800_000
        )
    timeless = sign_hubspot("s" * 16, URL, 1, b"[]") | {"x-hubspot-request-timestamp": "soon"}
    with pytest.raises(NotAuthentic):
        ADAPTERS["hubspot"].verify(timeless, b"[]", ["s" * 16], 1)


# --- Salesforce -------------------------------------------------------------------------------


def test_a_change_event_says_only_what_changed() -> None:
    opened = step(
        "salesforce",
        salesforce_change(
            "Opportunity",
            DEAL,
            1,
            change="CREATE",
            StageName="Prospecting",
            Amount=48_000.25,
            CurrencyIsoCode="USD",
            Type="Existing Customer - Renewal",
            AccountId="0015I",
            ContactId="0035I",
            IsWon=False,
            IsClosed=False,
            Goodword_Referral__c=REFERRAL,
        ),
    )
    assert (opened.deal_id, opened.opened, opened.stage) == (DEAL, True, "Prospecting")
    assert (opened.amount, opened.currency, opened.renewal) == ("48000.25", "USD", True)
    assert (opened.account_id, opened.contact_ids, opened.referral) == (
        "0015I",
        ("0035I",),
        REFERRAL,
    )
    assert opened.fact_id.endswith(f":1:{DEAL}")
    moved = step(
        "salesforce", salesforce_change("Opportunity", DEAL, 2, StageName="Closed Won", IsWon=True)
    )
    assert (moved.stage, moved.won, moved.amount, moved.opened) == ("Closed Won", True, None, False)


def test_an_amount_that_was_emptied_is_none() -> None:
    emptied = salesforce_change("Opportunity", DEAL, 3, nulled=("Amount",), Amount=None)
    assert step("salesforce", emptied).amount == ""


def test_a_deal_is_deleted_and_comes_back() -> None:
    said = [
        step("salesforce", salesforce_change("Opportunity", DEAL, n, change=change)).removed
        for n, change in enumerate(("DELETE", "UNDELETE"))
    ]
    assert said == [True, False]


def test_roles_contacts_and_leads_say_who_it_is() -> None:
    role = salesforce_change(
        "OpportunityContactRole", "00K1", 1, change="CREATE", OpportunityId=DEAL, ContactId="0031"
    )
    assert (step("salesforce", role).deal_id, step("salesforce", role).contact_ids) == (
        DEAL,
        ("0031",),
    )
    contact = salesforce_change("Contact", "0031", 2, Email="Ann@mail.example", AccountId="001")
    (one,) = read("salesforce", contact).contacts
    assert (one.customer_id, one.email, one.account_id) == ("0031", "ann@mail.example", "001")
    lead = salesforce_change(
        "Lead",
        "00Q1",
        3,
        IsConverted=True,
        ConvertedContactId="0031",
        ConvertedAccountId="001",
        ConvertedOpportunityId=DEAL,
    )
    facts = read("salesforce", lead)
    assert facts.deals[0].contact_ids == ("00Q1", "0031")
    assert (facts.contacts[0].customer_id, facts.contacts[0].account_id) == ("00Q1", "001")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (salesforce_change("Case", "500", 1), "other_topic"),
        (salesforce_change("Opportunity", DEAL, 1, change="SNAPSHOT"), "other_topic"),
        (salesforce_change("Opportunity", DEAL, 1, Name="Robin's"), "nothing_kept"),
        (salesforce_change("OpportunityContactRole", "00K1", 1, change="DELETE"), "nothing_kept"),
        (salesforce_change("Contact", "0031", 1, LastName="Friend"), "nothing_kept"),
        (salesforce_change("Lead", "00Q1", 1, LastName="Friend"), "nothing_kept"),
    ],
)
def test_a_change_that_is_not_kept_says_nothing(event: dict[str, Any], reason: str) -> None:
    assert read("salesforce", event).ignored == reason


@pytest.mark.parametrize("broken", ["source", "gap", "no records", "no key", "amount", "many"])
def test_an_event_that_is_not_as_promised_is_for_a_person(broken: str) -> None:
    event = salesforce_change("Opportunity", DEAL, 1, Amount=[1] if broken == "amount" else 5)
    head = event["detail"]["payload"]["ChangeEventHeader"]
    if broken == "source":
        event["source"] = "aws.s3"
    if broken == "gap":
        head["changeType"] = "GAP_OVERFLOW"
    if broken == "no records":
        head["recordIds"] = "x"
    if broken == "many":
        head["recordIds"] = [str(n) for n in range(101)]
    if broken == "no key":
        del head["transactionKey"]
    with pytest.raises(NotUnderstood):
        read("salesforce", event)


# --- our own form -----------------------------------------------------------------------------


def test_our_own_form_of_a_deal() -> None:
    body = {
        "type": "deal",
        "event_id": "e-1",
        "deal_id": "77",
        "status": "won",
        "amount": 250_000,
        "currency": "USD",
        "customer_id": "u-1",
        "customer_email": "Ann@mail.example",
        "opened": True,
    }
    found = step("generic", body)
    assert (found.won, found.closed, found.removed) == (True, True, False)
    assert (found.amount, found.currency, found.home) == ("2500.00", "USD", "EUR")
    assert (found.contact_ids, found.email, found.opened) == (("u-1",), "ann@mail.example", True)
    bare = step("generic", {"type": "deal", "event_id": "e-2", "deal_id": "77"})
    assert (bare.won, bare.closed, bare.removed, bare.amount, bare.email) == (None,) * 5
    lost = step("generic", {"type": "deal", "event_id": "3", "deal_id": "7", "status": "removed"})
    assert (lost.won, lost.removed) == (None, True)
    assert step("generic", body | {"status": "lost"}).closed is True


def test_a_deal_may_be_in_any_currency_and_must_be_one() -> None:
    body = {"type": "deal", "event_id": "e-1", "deal_id": "77", "currency": "KWD", "amount": 1}
    assert generic.admit("", json.dumps(body).encode(), source("generic")) == "deal"
    with pytest.raises(NotUnderstood):
        read("generic", body | {"currency": "QQQ"})
    with pytest.raises(InvalidInput):
        generic.admit("", json.dumps(body | {"stage": "a@b"}).encode(), source("generic"))
