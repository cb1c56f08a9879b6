"""Deals that a CRM made one of are counted once, with the people and the referral of them all."""

import pytest
from goodword.journeys.crediting import Crediting
from goodword.journeys.listening import Customers
from goodword.journeys.opportunity import ContactFact, DealFact, Opportunity
from goodword.journeys.signal import Signal, Subject

from tests.support.crm import AT, Crm, step

DAY = 86_400_000
FIRST, SECOND = "cnv_01hf7yat000123456789abcdef", "cnv_01hf7yat000123456789abcdeg"


@pytest.fixture
def crm() -> Crm:
    """77 and 78 are the same sale, told twice."""
    crm = Crm()
    crm.tell(
        step("1", 0, opened=True, stage="demo", contact_ids=("c-1",)),
        step("2", 1, amount="5000", currency="USD"),
        step("3", 1, deal_id="78", opened=True, amount="4000", contact_ids=("c-2",)),
        step("4", 2, deal_id="78", account_id="a-1", referral=SECOND),
    )
    return crm


def named(crm: Crm) -> dict[str, Opportunity]:
    return {one.deal_id: one for one in crm.all(Opportunity)}


def merge(crm: Crm, survivor: str, *, new: bool = False, day: float = 5) -> None:
    crm.tell(*merged_into(survivor, new=new, day=day))


def merged_into(survivor: str, *, new: bool = False, day: float = 5) -> list[DealFact]:
    gone = [one for one in ("77", "78") if one != survivor]
    return [
        step("m", day, deal_id=survivor, opened=new, merged=("77", "78")),
        *(step(f"m-{one}", day, deal_id=one, removed=True, into=survivor) for one in gone),
    ]


def test_a_new_deal_takes_everything_over_and_the_merged_ones_are_open_no_more(crm: Crm) -> None:
    merge(crm, "90", new=True)
    deals = named(crm)
    assert [deals[one].state for one in ("77", "78", "90")] == ["removed", "removed", "open"]
    left = deals["90"]
    assert (left.stage, left.amount_minor, left.currency) == ("demo", 500_000, "USD")
    assert set(left.contacts) == {*deals["77"].contacts, *deals["78"].contacts}
    assert (left.account, left.referral) == (deals["78"].account, SECOND)
    assert left.opened_ms == AT
    again = len(crm.all(Opportunity))
    merge(crm, "90", new=True)
    assert (named(crm), len(crm.all(Opportunity))) == (deals, again)


def test_the_primary_stays_as_it_is_and_takes_what_it_lacks(crm: Crm) -> None:
    crm.tell(step("5", 3, referral=FIRST))
    before = named(crm)
    merge(crm, "77")
    after = named(crm)
    assert (after["77"].state, after["78"].state) == ("open", "removed")
    assert after["77"].amount_minor == before["77"].amount_minor == 500_000
    assert (after["77"].referral, after["77"].account) == (FIRST, before["78"].account)
    assert set(after["77"].contacts) == {*before["77"].contacts, *before["78"].contacts}


def test_a_sale_that_was_won_is_won_once_when_it_was(crm: Crm) -> None:
    crm.tell(step("5", 3, stage="98765", won=True, closed=True, account_id="a-1"))
    merge(crm, "90", new=True)
    left = named(crm)["90"]
    assert (left.state, left.closed_ms) == ("won", AT + 3 * DAY)
    stands = [one for one in crm.all(Signal) if not one.withdrawn]
    assert [(one.kind, one.occurred_ms) for one in stands] == [("deal_won", AT + 3 * DAY)]


def test_what_the_primary_never_said_comes_from_the_other() -> None:
    crm = Crm()
    crm.tell(step("1", 0, opened=True), step("2", 1, deal_id="78", amount="70"))
    merge(crm, "90", new=True)
    assert named(crm)["90"].amount_minor == 7_000


def test_of_deals_that_were_never_heard_of_only_the_new_one_is_known() -> None:
    crm = Crm()
    merge(crm, "90", new=True)
    assert {one.deal_id: one.state for one in crm.all(Opportunity)} == {
        "77": "removed",
        "78": "removed",
        "90": "open",
    }
    assert named(crm)["90"].opened_ms == AT + 5 * DAY


def test_contacts_that_became_one_are_one_person(crm: Crm) -> None:
    before = crm.events("journey.subject_known")
    crm.tell(ContactFact(customer_id="c-3", occurred_ms=AT, also=("c-1", "c-2")))
    people = [one for one in crm.all(Subject) if one.what == "person"]
    (one,) = [one for one in people if one.merged_into is None]
    assert (len(people), len(one.marks)) == (2, 3)
    told = [event for event in crm.events("journey.subject_known") if event not in before]
    assert [event.subject for event in told] == [one.subject_id]


def test_companies_that_became_one_are_one_account_in_either_order() -> None:
    merged = ContactFact(account_id="a-1", occurred_ms=AT + DAY, also=("a-2",))
    told = (
        ContactFact(customer_id="c-1", occurred_ms=AT, account_id="a-1"),
        ContactFact(customer_id="c-2", occurred_ms=AT, account_id="a-2"),
        step("1", 2, deal_id="78", stage="closedwon", account_id="a-2"),
    )
    for facts in ((*told, merged), (merged, *told)):
        crm = Crm()
        crm.tell(*facts)
        accounts = [one for one in crm.all(Subject) if one.what == "account"]
        (left,) = [one for one in accounts if one.merged_into is None]
        customers = Customers(crm.desk())
        people = customers.people_of(left)
        assert len(people) == 2
        for one in people:  # what was won with either is told of everybody
            assert [signal.kind for signal in customers.signals(one)] == ["deal_won"]


def test_journeys_look_at_everybody_of_companies_that_became_one(crm: Crm) -> None:
    crm.tell(ContactFact(account_id="a-2", occurred_ms=AT))
    before = crm.events("journey.subject_known")
    again = ContactFact(account_id="a-2", occurred_ms=AT, also=("a-1",))
    crm.tell(again, again, ContactFact(account_id="a-2", occurred_ms=AT, also=("a-9",)))
    told = [event for event in crm.events("journey.subject_known") if event not in before]
    (left,) = [one for one in crm.all(Subject) if one.what == "account" and one.merged_into is None]
    assert [event.subject for event in told] == [left.subject_id]
    assert len(left.marks) == 3


def test_whoever_only_a_deal_made_a_colleague_leaves_with_it_after_a_merge_too() -> None:
    crm = Crm()
    crm.tell(ContactFact(account_id="a-1", occurred_ms=AT))
    crm.tell(step("0", 0, contact_ids=("c-1",)), step("1", 0, account_id="a-2"))
    (person,) = [one for one in crm.all(Subject) if one.what == "person"]
    crm.tell(ContactFact(account_id="a-1", occurred_ms=AT, also=("a-2",)))
    crm.tell(step("2", 1, dropped_ids=("c-1",)))
    (after,) = [one for one in crm.all(Subject) if one.what == "person"]
    assert (person.account_id is not None, after.account_id) == (True, None)


def test_what_companies_that_became_one_have_won_is_of_one_account() -> None:
    crm = Crm()
    for deal_id, account in (("1", "a-1"), ("2", "a-2")):
        crm.tell(step(deal_id, 1, deal_id=deal_id, stage="closedwon", account_id=account))
    before = {one.deal.account for one in Crediting(crm.store).of(crm.all(Opportunity))}
    crm.tell(ContactFact(account_id="a-2", occurred_ms=AT, also=("a-1",)))
    after = {one.deal.account for one in Crediting(crm.store).of(crm.all(Opportunity))}
    assert (len(before), len(after)) == (2, 1)
    assert after < before
