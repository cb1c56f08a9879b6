"""What is written to a CRM over HTTPS is what it then says, whatever its server does meanwhile."""

import pytest
from goodword.journeys.copied import ReferralFacts
from goodword_aws.crm.answers import read_body

from tests.support.crms.servers import (
    LEAD,
    Connected,
    HubSpot,
    Salesforce,
    hubspot,
    salesforce,
)

FACTS = ReferralFacts(
    referral="cnv_1",
    advocate="adv_1",
    program="prg_1",
    journey="jrn_1",
    owed="sourced",
    state="qualified",
    reward="due",
)


def write(crm: Connected, facts: ReferralFacts = FACTS) -> tuple[str, str, int]:
    said = crm.adapter.write("deal", crm.ids["deal"], facts)
    return said.outcome, said.reason, said.wait_seconds


def test_a_deal_and_a_contact_say_what_was_written(crm: Connected) -> None:
    assert write(crm) == ("written", "", 0)
    assert crm.adapter.write("contact", crm.ids["contact"], FACTS).outcome == "written"
    assert crm.said("deal") == crm.said("contact")
    told = {name.lower().removesuffix("__c"): value for name, value in crm.said("deal").items()}
    assert {name: value for name, value in told.items() if value} == {
        "goodword_referral_id": "cnv_1",
        "goodword_advocate_id": "adv_1",
        "goodword_program_id": "prg_1",
        "goodword_journey_id": "jrn_1",
        "goodword_owed": "sourced",
        "goodword_state": "qualified",
        "goodword_reward": "due",
    }


def test_what_is_no_longer_so_is_emptied_and_a_repeat_changes_nothing(crm: Connected) -> None:
    write(crm)
    before = dict(crm.said("deal"))
    write(crm)
    assert crm.said("deal") == before
    assert write(crm, ReferralFacts())[0] == "written"
    assert not any(crm.said("deal").values())


@pytest.mark.parametrize(
    "trouble", ["before", "after", "error", "error_after", "garbage", "cut_off"]
)
def test_an_unclear_answer_is_tried_again_later(crm: Connected, trouble: str) -> None:
    crm.server.troubles = [trouble]
    assert write(crm)[0] in ("later", "written")
    if crm.server.troubles == [] and trouble in ("before", "error"):
        assert crm.server.writes == 0
    assert write(crm)[0] == "written"


def test_a_busy_crm_is_asked_again_at_once_or_when_it_says(crm: Connected) -> None:
    crm.server.troubles = ["busy", "busy"]
    assert write(crm)[0] == "written"
    crm.server.troubles = ["flooded"]
    assert write(crm) == ("later", "rate_limited", 3600)
    assert crm.server.writes == 1


def test_what_is_not_there_is_gone_and_what_is_not_set_up_is_refused(crm: Connected) -> None:
    crm.server.records.clear()
    assert write(crm)[:2] == ("gone", "not_there")
    crm.server.records[crm.places["deal"]] = {}
    crm.server.known.clear()
    assert write(crm)[:2] in (
        ("refused", "property_doesnt_exist"),
        ("refused", "invalid_field"),
    )


def test_wrong_keys_are_refused() -> None:
    odd = HubSpot()
    with odd.serve() as wire:
        assert write(hubspot(odd, wire, "wrong"))[:2] == ("refused", "invalid_authentication")
    other = Salesforce()
    with other.serve() as wire:
        assert write(salesforce(other, wire, "wrong"))[:2] == ("refused", "not_authorised")


def test_a_crm_that_cannot_be_reached_is_asked_later(crm: Connected) -> None:
    crm.adapter._wire.base = "http://127.0.0.1:9"
    crm.adapter._wire.__post_init__()
    assert write(crm)[:2] == ("later", "no_answer")


def test_salesforce_gets_a_new_token_when_the_old_one_has_ended() -> None:
    server = Salesforce(uses=1)
    with server.serve() as wire:
        crm = salesforce(server, wire)
        assert [write(crm)[0] for _ in range(3)] == ["written"] * 3
    assert server.tokens == 3


def test_salesforce_is_left_alone_when_the_calls_of_the_day_are_used_up() -> None:
    server = Salesforce(day_is_over=True)
    with server.serve() as wire:
        assert write(salesforce(server, wire)) == ("later", "rate_limited", 3600)


def test_a_lead_of_salesforce_is_told_by_its_id_and_nothing_else_gets_into_an_address() -> None:
    server = Salesforce()
    with server.serve() as wire:
        crm = salesforce(server, wire)
        assert crm.adapter.write("contact", LEAD, FACTS).outcome == "written"
        assert server.records[f"Lead/{LEAD}"]["Goodword_Advocate_Id__c"] == "adv_1"
        for odd in ("../query", "006", "006Hs00001AbCdE/x"):
            assert crm.adapter.write("deal", odd, FACTS).reason == "not_a_record"
        assert server.writes == 1


def test_an_id_of_hubspot_stays_one_part_of_the_address() -> None:
    server = HubSpot()
    with server.serve() as wire:
        crm = hubspot(server, wire)
        assert crm.adapter.write("deal", "77/../../contacts/501", FACTS).outcome == "gone"
    assert server.writes == 0


@pytest.mark.parametrize(
    ("status", "told", "outcome"),
    [
        (400, [{"errorCode": "UNABLE_TO_LOCK_ROW"}], "later"),
        (400, [{"errorCode": "CANNOT_UPDATE_CONVERTED_LEAD"}], "gone"),
        (404, [{"errorCode": "ENTITY_IS_DELETED"}], "gone"),
        (403, [{"errorCode": "Robin <robin@mail.example>"}], "refused"),
        (503, None, "later"),
        (302, {}, "refused"),
    ],
)
def test_salesforce_says_what_to_do_by_its_code(status: int, told: object, outcome: str) -> None:
    class Odd(Salesforce):
        def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> object:  # type: ignore[override]  # odd on purpose
            said = super().answer(method, path, headers, body)
            return said if path.endswith("token") else (status, told)

    server = Odd()
    with server.serve() as wire:
        said = salesforce(server, wire).adapter.write("deal", "006Hs00001AbCdEAAV", FACTS)
    assert said.outcome == outcome
    assert "robin" not in said.reason


@pytest.mark.parametrize(("status", "reason"), [(423, "busy"), (477, "busy"), (503, "rail_error")])
def test_hubspot_is_asked_later_while_it_is_busy(status: int, reason: str) -> None:
    class Odd(HubSpot):
        def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> object:  # type: ignore[override]  # odd on purpose
            return status, {}

    server = Odd()
    with server.serve() as wire:
        assert write(hubspot(server, wire))[:2] == ("later", reason)


@pytest.mark.parametrize("status", [429, 500])
def test_a_token_that_cannot_be_had_now_is_asked_for_later(status: int) -> None:
    class Odd(Salesforce):
        def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> object:  # type: ignore[override]  # odd on purpose
            return status, {}

    server = Odd()
    with server.serve() as wire:
        assert write(salesforce(server, wire))[0] == "later"


def test_an_answer_is_an_object_a_list_or_nothing() -> None:
    assert read_body(b"", 204) == {}
    assert read_body(b"[1]", 400) == {"listed": [1]}
    assert read_body(b"<html>", 502) == {}
    with pytest.raises(ValueError, match="Expecting"):
        read_body(b"<html>", 200)
    with pytest.raises(ValueError, match="too long"):
        read_body(b" " * 300_000, 200)
