"""What becomes of referrals is written to the CRM over HTTP, by the functions that do it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from goodword.conversions.model import Conversion, Source
from goodword.errors import NotFound
from goodword.journeys.copied import CrmCopy
from goodword.journeys.introduction import Introduction, SaidOfFriend
from goodword.journeys.pipeline import Deals
from goodword.journeys.signal import Subject
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword_aws import journeys_crm, wiring
from goodword_aws.crm.setup import crms_of
from goodword_aws.journeys_introductions import lead_copies
from goodword_aws.pipeline import read_opportunity

from tests.fakes.privacy import MemoryVault
from tests.support.crm import PROGRAM, Crm, step
from tests.support.crms.servers import TOKEN, HubSpot, hubspot
from tests.support.functions import CONTEXT, load, over, sample
from tests.support.people import MACS


@dataclass
class Town:
    """A programme, the HubSpot that it hears of, and its functions."""

    crm: Crm
    hubspot: HubSpot
    keys: dict[str, Any]

    def send(self, case: str, **names: str) -> Any:
        """A sample with these names put in, handled."""
        text = json.dumps(sample("journeys_queue_crm", case))
        for name, value in names.items():
            text = text.replace(f"{name}_sample", value)
        return load("journeys_queue_crm").handler(json.loads(text), CONTEXT)

    def sweep(self, case: str = "tick") -> Mapping[str, int]:
        """What the clock's function answers."""
        event = sample("journeys_schedule_crm", case)
        found: Mapping[str, int] = load("journeys_schedule_crm").handler(event, CONTEXT)
        return found

    @property
    def opportunity_id(self) -> str:
        """The only deal."""
        return self.crm.deal.opportunity_id

    def says(self, place: str = "deals/77") -> str:
        """Which advocate HubSpot's record names."""
        return str(self.hubspot.records[place].get("goodword_advocate_id", ""))


@pytest.fixture
def town() -> Iterator[Town]:
    crm, server = Crm(), HubSpot()
    crm.tell(step("1", 0, opened=True, contact_ids=("501",)))
    crm.refer("501", -1)
    crm.lead("cnv_1", -1, "adv_1")
    (lead,) = crm.all(Conversion)
    change = Change()
    change.replace(lead.but(identities=(MACS.mac("customer", "crm:501"),)))
    crm.store.commit(change)
    with server.serve() as wire, over(crm) as patch:
        hubspot(server, wire)
        own = {"kind": "hubspot", "access_token": TOKEN, "base_url": wire.base}
        found = Town(crm, server, {"src_crm": own})

        class Kept:
            def read(self, _arn: str) -> list[bytes]:
                return [json.dumps(found.keys).encode()]

        patch.setattr(wiring, "secrets", Kept)
        journeys_crm._resting().clear()
        yield found


def test_a_deal_that_was_opened_says_whose_it_is(town: Town) -> None:
    assert town.send("deal_opened", opp=town.opportunity_id) == {"batchItemFailures": []}
    assert town.says() == "adv_1"
    shown = read_opportunity(Deals(town.crm.store), town.opportunity_id)
    assert shown.crm is not None
    assert (shown.crm.problem, shown.crm.next_at) == ("", None)
    assert shown.crm.written_at is not None


@pytest.mark.parametrize("case", ["lead_decided", "reward_paid", "contact_known"])
def test_a_lead_a_reward_and_a_contact_are_told_of_both(town: Town, case: str) -> None:
    (person,) = [one for one in town.crm.all(Subject) if one.what == "person"]
    for _ in range(2):
        assert town.send(case, sbj=person.subject_id) == {"batchItemFailures": []}
    assert (town.says(), town.says("contacts/501"), town.hubspot.writes) == ("adv_1", "adv_1", 2)


def test_a_message_that_says_nothing_comes_again(town: Town) -> None:
    for case in ("refused_no_event", "refused_unknown_person"):
        assert town.send(case) == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert town.hubspot.writes == 0


def test_what_the_crm_did_not_take_is_written_by_the_clock(town: Town) -> None:
    town.hubspot.troubles = ["error"]
    assert town.send("deal_opened", opp=town.opportunity_id) == {"batchItemFailures": []}
    shown = read_opportunity(Deals(town.crm.store), town.opportunity_id)
    assert shown.crm is not None
    assert (shown.crm.problem, shown.crm.written_at) == ("rail_error", None)
    assert shown.crm.next_at is not None
    assert town.sweep() == {"records": 0}
    town.crm.clock.advance(61_000)
    assert town.sweep("refused_orders") == {"records": 1}
    assert town.says() == "adv_1"


def test_without_keys_nothing_is_done(town: Town) -> None:
    town.keys.clear()
    for case in ("deal_opened", "refused_unknown_person"):
        assert town.send(case, opp=town.opportunity_id) == {"batchItemFailures": []}
    assert town.sweep() == {"records": 0}
    assert [one.what for one in town.crm.all(CrmCopy)] == ["contact"]
    assert read_opportunity(Deals(town.crm.store), town.opportunity_id).crm is None
    with pytest.raises(NotFound):
        read_opportunity(Deals(town.crm.store), "opp_none")


def test_wrong_keys_keep_only_their_crm_away(town: Town) -> None:
    town.keys["src_other"] = {"kind": "moon"}
    town.send("deal_opened", opp=town.opportunity_id)
    assert town.says() == "adv_1"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        "pat",
        {"kind": "hubspot"},
        {"kind": "hubspot", "access_token": 7},
        {"kind": "hubspot", "access_token": "t", "leads": "yes"},
        {"kind": "hubspot", "access_token": "t", "base_url": "http://hubspot.example"},
        {"kind": "salesforce", "client_id": "c", "client_secret": "s"},
        {"kind": "salesforce", "base_url": "acme", "client_id": "c", "client_secret": "s"},
    ],
)
def test_keys_that_are_not_understood_are_told_by_their_source(wrong: object) -> None:
    told: list[str] = []
    good = {
        "kind": "salesforce",
        "base_url": "https://acme.my.salesforce.com",
        "client_id": "c",
        "client_secret": "s",
    }
    found = crms_of(json.dumps({"src_1": wrong, "src_2": good}), told.append)
    assert (set(found), told) == ({"src_2"}, ["src_1"])


def introduced(town: Town, patch: pytest.MonkeyPatch) -> Introduction:
    """Robin was introduced in the CRM's programme, which takes leads."""
    crm, vault = town.crm, MemoryVault()
    patch.setattr(wiring, "vault", lambda: vault)
    town.keys["src_crm"]["leads"] = True
    crm.lead("cnv_9", 0, "adv_1")
    source = {"source_id": "src_crm", "kind": "hubspot", "program_id": PROGRAM, "currency": "EUR"}
    said = SaidOfFriend(company="Umbrella", need="Fewer returns").model_dump_json()
    change = Change()
    made = Introduction(
        introduction_id="int_sample",
        program_id=PROGRAM,
        advocate_id="adv_1",
        friend_id="frn_1",
        conversion_id="cnv_9",
        timing="now",
        sealed=vault.seal_text("frn_1", said, "int_sample"),
        made_ms=crm.clock.at_ms,
    )
    change.create(
        made,
        Source.model_validate(
            source | {"label": "CRM", "sealed_secrets": ("s",), "created_ms": crm.clock.at_ms}
        ),
        vault.seal("frn_1", PersonalFields(name="Robin", email="robin@acme.example")),
    )
    crm.store.commit(change)
    return made


def test_who_was_introduced_is_a_contact_with_the_words_of_the_form(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = introduced(town, monkeypatch)
    for _ in range(2):
        assert town.send("introduction_made") == {"batchItemFailures": []}
    (place,) = (name for name in town.hubspot.records if name.startswith("contacts/9"))
    record = town.hubspot.records[place]
    assert (record["email"], record["company"]) == ("robin@acme.example", "Umbrella")
    assert record["goodword_context"] == "Need: Fewer returns\nTiming: now"
    assert record["goodword_introduction_id"] == "int_sample"
    assert town.hubspot.writes == 1
    (copy,) = lead_copies(town.crm.store, made)
    assert (f"contacts/{copy.record_id}", copy.source_id, copy.problem) == (place, "src_crm", "")
    assert copy.written_at is not None


def test_when_robin_objects_the_words_are_taken_out_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = introduced(town, monkeypatch)
    town.hubspot.troubles = ["error"]
    town.send("introduction_made")
    (copy,) = lead_copies(town.crm.store, made)
    assert (copy.record_id, copy.written_at, copy.problem) == (None, None, "rail_error")
    assert copy.next_at is not None
    town.crm.clock.advance(61_000)
    assert town.sweep() == {"records": 1}
    (now,) = town.crm.all(Introduction)
    change = Change()
    change.replace(now.but(sealed="", forgotten_ms=town.crm.clock.at_ms))
    town.crm.store.commit(change)
    assert town.send("introduction_taken_out") == {"batchItemFailures": []}
    (place,) = (name for name in town.hubspot.records if name.startswith("contacts/9"))
    assert town.hubspot.records[place]["goodword_context"] == ""
    assert town.hubspot.records[place]["goodword_state"] == "objected"


def test_whose_data_is_gone_is_not_told_of(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = introduced(town, monkeypatch)
    empty = MemoryVault()
    empty.forget("frn_1")
    monkeypatch.setattr(wiring, "vault", lambda: empty)
    town.send("introduction_made")
    (copy,) = lead_copies(town.crm.store, made)
    assert (copy.problem, town.hubspot.writes) == ("forgotten", 0)
