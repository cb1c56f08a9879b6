"""Who was introduced is at the CRM once, with the words of the form, whatever its server does."""

from typing import Any

import pytest
from goodword.journeys.copied import CrmAnswer, LeadFacts, LeadWords

from tests.support.crms.servers import (
    OURS,
    Connected,
    HubSpot,
    Salesforce,
    hubspot,
    salesforce,
)

FACTS = LeadFacts(
    referral="cnv_1",
    advocate="adv_1",
    program="prg_1",
    state="qualified",
    introduction="int_1",
    said=True,
)
GONE = LeadFacts(introduction="int_1", state="objected")
WORDS = LeadWords(
    name="Robin van Dale",
    email="robin@acme.example",
    company="Acme",
    role="Buyer",
    context="Need: Fewer returns\nTiming: now",
)


def leads(crm: Connected) -> list[dict[str, Any]]:
    """The records that carry the introduction, with names that both CRMs share."""
    found = []
    for one in crm.server.records.values():
        plain = {name.lower().removesuffix("__c"): value for name, value in one.items()}
        if plain.get("goodword_introduction_id") == "int_1":
            found.append(plain)
    return found


def give(crm: Connected, words: LeadWords | None = WORDS, record_id: str = "") -> CrmAnswer:
    facts = FACTS if words is not None or record_id else GONE
    return crm.adapter.introduce(record_id, facts, words)


def test_a_lead_says_who_it_is_what_was_said_and_whose_it_is(crm: Connected) -> None:
    answer = give(crm)
    assert (answer.outcome, answer.reason) == ("written", "")
    assert any(place.endswith(f"/{answer.record_id}") for place in crm.server.records)
    (lead,) = leads(crm)
    assert (lead["email"], lead["company"]) == ("robin@acme.example", "Acme")
    assert (lead["firstname"], lead["lastname"]) == ("Robin van", "Dale")
    assert lead["goodword_context"] == "Need: Fewer returns\nTiming: now"
    assert (lead["goodword_referral_id"], lead["goodword_advocate_id"]) == ("cnv_1", "adv_1")
    assert lead["goodword_state"] == "qualified"


def test_the_same_again_makes_no_second_one(crm: Connected) -> None:
    first, before = give(crm), len(crm.server.records)
    again = give(crm)
    assert again.outcome == "written"
    assert again.record_id == first.record_id
    assert len(crm.server.records) == before


@pytest.mark.parametrize(
    "trouble", ["before", "after", "error", "error_after", "garbage", "cut_off"]
)
def test_whatever_gets_lost_there_is_one_lead_in_the_end(crm: Connected, trouble: str) -> None:
    crm.server.troubles = [trouble]
    assert give(crm).outcome in ("later", "written")
    assert give(crm).outcome == "written"
    assert len(leads(crm)) == 1


def test_later_only_our_own_fields_are_written(crm: Connected) -> None:
    record_id = give(crm).record_id
    (place,) = (one for one in crm.server.records if one.endswith(f"/{record_id}"))
    for name, value in crm.server.records[place].items():
        if "goodword" not in name.lower():
            crm.server.records[place][name] = f"{value}, as sales wrote it"
    kept = dict(crm.server.records[place])
    after = crm.adapter.introduce(record_id, FACTS.but(state="disqualified"), None)
    assert after.outcome == "written"
    changed = {name for name, value in crm.server.records[place].items() if kept[name] != value}
    assert {name.lower().removesuffix("__c") for name in changed} == {"goodword_state"}


@pytest.mark.parametrize("by", ["their_id", "our_id"])
def test_when_the_person_objects_the_words_are_taken_out(crm: Connected, by: str) -> None:
    record_id = give(crm).record_id
    answer = crm.adapter.introduce(record_id if by == "their_id" else "", GONE, None)
    assert answer.outcome == "written"
    (lead,) = leads(crm)
    assert not lead["goodword_context"]
    assert not lead["goodword_referral_id"]
    assert lead["goodword_state"] == "objected"


def test_what_was_never_there_is_gone_and_nothing_is_made(crm: Connected) -> None:
    before = len(crm.server.records)
    assert crm.adapter.introduce("", GONE, None).outcome == "gone"
    assert len(crm.server.records) == before


def test_fields_that_nobody_has_made_refuse_it_whole(crm: Connected) -> None:
    crm.server.known -= {"goodword_context", "Goodword_Context__c"}
    assert give(crm).outcome == "refused"
    assert not leads(crm)


def test_somebody_without_a_name_or_a_company_is_a_lead_too(crm: Connected) -> None:
    bare = LeadWords(email="kim@acme.example")
    assert give(crm, bare).outcome == "written"
    (lead,) = leads(crm)
    assert lead["email"] == "kim@acme.example"
    assert "" not in {value for name, value in lead.items() if "goodword" not in name}


def test_a_contact_that_sales_has_already_keeps_what_they_wrote() -> None:
    server = HubSpot()
    with server.serve() as wire:
        crm = hubspot(server, wire)
        theirs = {"email": WORDS.email, "firstname": "Robin", "company": "Acme Holding"}
        server.records["contacts/501"] = dict(theirs)
        answer = give(crm)
        assert (answer.outcome, answer.record_id) == ("written", "501")
    assert {name: server.records["contacts/501"][name] for name in theirs} == theirs
    assert server.records["contacts/501"]["goodword_context"] == WORDS.context


def test_a_conflict_that_names_nobody_is_refused() -> None:
    class Odd(HubSpot):
        def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> object:  # type: ignore[override]  # odd on purpose
            return 409, {"category": "CONFLICT", "message": "a unique value is taken"}

    server = Odd()
    with server.serve() as wire:
        answer = give(hubspot(server, wire))
    assert (answer.outcome, answer.reason) == ("refused", "conflict")


def test_an_id_that_is_none_gets_into_no_address() -> None:
    server = Salesforce()
    with server.serve() as wire:
        odd = salesforce(server, wire).adapter.introduce("../Lead/1", FACTS, None)
    assert (odd.outcome, odd.reason, server.writes) == ("gone", "not_a_record", 0)
    assert OURS == "Goodword_Introduction_Id__c"
