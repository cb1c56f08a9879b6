"""A CRM is told what became of a referral: what is so now, once, by one worker, until it is."""

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Identity
from goodword.events import Event
from goodword.journeys.copied import (
    CrmCopy,
    DealLink,
    ReferralFacts,
)
from goodword.journeys.copying import Copying
from goodword.journeys.opportunity import ContactFact
from goodword.journeys.walk import AskMade, AskOfAdvocate
from goodword.ports import Change
from goodword.rewards.model import Reward

from tests.support.copies import DAY, Office, copies, deal_says, events
from tests.support.crm import AT, PROGRAM, step
from tests.support.people import MACS


@pytest.fixture
def office() -> Office:
    found = Office()
    found.tell(step("1", 0, opened=True, contact_ids=("c-1",), amount="10"))
    return found


def test_a_deal_and_its_contact_say_whose_they_are(office: Office) -> None:
    office.recommend()
    office.work()
    facts = ReferralFacts(
        referral="cnv_1", advocate="adv_1", program=PROGRAM, owed="sourced", state="qualified"
    )
    assert office.outside.said == {"deal 77": facts, "contact c-1": facts.but(owed="")}
    assert events(office) == ["journey.crm_written"] * 2
    assert "c-1" not in str([one.data for one in office.all(Event)])


def test_what_has_no_referral_is_left_alone(office: Office) -> None:
    office.work()
    office.copies.deal("opp_none")
    office.copies.conversion("cnv_none")
    assert office.outside.writes == 0


@pytest.mark.parametrize("first", ["lead", "deal"])
def test_the_order_of_lead_and_deal_makes_no_difference(first: str) -> None:
    office = Office()
    told = step("1", 0, opened=True, contact_ids=("c-1",))
    if first == "lead":
        office.recommend()
        office.tell(told)
        office.work()
    else:
        office.tell(told)
        office.work()
        office.recommend()
        office.copies.conversion("cnv_1")
    assert set(office.outside.said) == {"deal 77", "contact c-1"}


def test_the_same_again_is_not_written_again_and_a_change_is(office: Office) -> None:
    office.recommend()
    office.work()
    office.work()
    assert office.outside.writes == 2
    office.edit("cnv_1", state="disqualified")
    office.work()
    assert office.outside.writes == 4
    said = deal_says(office)
    assert said is not None
    assert said.state == "disqualified"


def test_what_is_no_longer_owed_is_emptied(office: Office) -> None:
    office.recommend()
    office.work()
    office.tell(step("2", 1, dropped_ids=("c-1",)))
    office.work()
    assert deal_says(office) == ReferralFacts()
    assert office.outside.said["contact c-1"].advocate == "adv_1"


def test_a_referral_that_is_written_on_the_deal_is_followed_too(office: Office) -> None:
    office.lead(name := f"cnv_{'0' * 26}", -1, "adv_2")
    office.tell(step("2", 1, referral=name))
    office.copies.conversion(name)
    said = deal_says(office)
    assert said is not None
    assert (said.referral, said.advocate) == (name, "adv_2")
    office.tell(step("3", 2, referral=name, stage="demo"))
    assert len([one for one in office.all(DealLink) if one.owner.startswith("CNV#")]) == 1


def test_the_newest_reward_is_told(office: Office) -> None:
    office.recommend()
    office.edit("cnv_1", reward_ids=("rwd_1", "rwd_2"))
    change = Change()
    change.create(
        Reward(
            reward_id="rwd_2",
            advocate_id="adv_1",
            program_id=PROGRAM,
            version_number=1,
            rule_id="r",
            conversion_id="cnv_1",
            order_id="o",
            action="lead",
            currency="EUR",
            earned_minor=100,
            remaining_minor=100,
            state="paid",
            created_ms=AT,
            changed_ms=AT,
            start_by_ms=AT,
            hold_until_ms=AT,
        )
    )
    office.store.commit(change)
    office.work()
    said = deal_says(office)
    assert said is not None
    assert said.reward == "paid"
    office.edit("cnv_1", reward_ids=("rwd_1",))
    office.work()
    said = deal_says(office)
    assert said is not None
    assert said.reward == ""


def test_the_ask_that_led_to_it_is_told_with_its_journey(office: Office) -> None:
    change = Change()
    asked = AskMade.model_validate(
        {
            "ask_id": "ask_1",
            "program_id": PROGRAM,
            "journey_id": "jrn_1",
            "walk_id": "wlk_1",
            "subject_id": "sbj_1",
            "advocate_id": "adv_1",
            "step": "ask",
            "motion": "referral",
            "words": "refer",
            "channels": ("email",),
            "state": "sent",
            "made_ms": AT - 2 * DAY,
            "expires_ms": AT,
            "changed_ms": AT,
        }
    )
    change.create(asked, AskOfAdvocate(advocate_id="adv_1", ask_id="ask_1"))
    office.store.commit(change)
    office.recommend()
    office.work()
    said = deal_says(office)
    assert said is not None
    assert (said.journey, said.ask) == ("jrn_1", "ask_1")


def test_an_address_that_is_told_later_finds_the_contact() -> None:
    office = Office()
    office.tell(step("1", 0, opened=True, contact_ids=("c-1",)))
    mac = MACS.mac("email", "robin@mail.example")
    office.refer(email="robin@mail.example", day=-1)
    office.lead("cnv_1", -1, "adv_1")
    office.edit("cnv_1", identities=(mac,))
    office.work()
    assert office.outside.writes == 0
    office.tell(ContactFact(customer_id="c-1", occurred_ms=AT, email="robin@mail.example"))
    office.work()
    assert set(office.outside.said) == {"deal 77", "contact c-1"}
    (copy,) = [one for one in office.all(CrmCopy) if one.what == "contact"]
    assert copy.marks == 2
    office.tell(ContactFact(customer_id="c-1", occurred_ms=AT, email="robin@mail.example"))
    known = [one for one in office.all(Event) if one.type == "journey.contact_known"]
    assert len(known) == 2


def test_whoever_objects_is_not_written_about(office: Office) -> None:
    office.recommend()
    (identity,) = office.all(Identity)
    change = Change()
    change.replace(identity.but(closed_ms=AT))
    office.store.commit(change)
    office.work()
    assert set(office.outside.said) == {"deal 77"}


def test_a_friend_whom_nobody_recommended_is_not_written_about(office: Office) -> None:
    office.refer("c-1", -1, advocate=None)
    office.work()
    assert office.outside.writes == 0


def test_whoever_is_forgotten_takes_the_id_along(office: Office) -> None:
    office.recommend()
    office.work()
    known = copies(office, "contact")
    Forgetting(office.desk("friend")).forget(PROGRAM, MACS.mac("customer", "crm:c-1"))
    assert [one.what for one in office.all(CrmCopy)] == ["deal"]
    office.copies._bring(known)
    assert [one.what for one in office.all(CrmCopy)] == ["deal"]
    assert "c-1" not in str(office.store.items)


def test_other_sources_and_deals_that_were_removed_are_left_alone(office: Office) -> None:
    office.recommend()
    office.tell(step("2", 1, removed=True))
    office.work()
    assert set(office.outside.said) == {"contact c-1"}
    alone = Copying(office.desk("crm"), {}, {})
    alone.deal(office.deal.opportunity_id)
    alone.conversion("cnv_1")
    assert set(office.outside.said) == {"contact c-1"}
