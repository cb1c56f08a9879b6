"""A CRM that is busy, two workers at once, one that died: what is so is written all the same."""

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.errors import Stale
from goodword.journeys import copying
from goodword.journeys.copied import (
    CrmAnswer,
    CrmCopy,
    ReferralFacts,
)
from goodword.journeys.copying import Copying
from goodword.journeys.opportunity import ContactFact
from goodword.journeys.signal import Subject

from tests.support.copies import WRITTEN, Office, copies, deal_says, events
from tests.support.crm import AT, PROGRAM, step
from tests.support.people import MACS


@pytest.fixture
def office() -> Office:
    found = Office()
    found.tell(step("1", 0, opened=True, contact_ids=("c-1",), amount="10"))
    return found


# --- what does not work at once -----------------------------------------------------------------


def test_what_failed_is_written_later_and_not_before(office: Office) -> None:
    office.recommend()
    office.outside.answers = [CrmAnswer(outcome="refused", reason="invalid_field")] * 4
    office.work()
    assert (copies(office).problem, copies(office).tries) == ("invalid_field", 1)
    office.work()
    assert (office.outside.writes, office.copies.sweep()) == (2, 0)
    office.later(61)
    assert office.copies.sweep() == 2
    assert copies(office).tries == 2
    office.later(61)
    assert office.copies.sweep() == 0
    office.later(61)
    assert office.copies.sweep() == 2
    assert (copies(office).problem, copies(office).next_ms) == ("", None)
    assert set(office.outside.said) == {"deal 77", "contact c-1"}
    assert events(office).count("journey.crm_refused") == 2
    assert office.copies.sweep() == 0


def test_a_crm_that_asks_for_rest_gets_it(office: Office) -> None:
    office.recommend()
    office.outside.answers = [CrmAnswer(outcome="later", reason="rate_limited", wait_seconds=7_200)]
    office.work()
    assert office.outside.writes == 1
    assert sorted(one.problem for one in office.all(CrmCopy)) == ["rate_limited", "resting"]
    office.later(3_600)
    assert (office.copies.sweep(), office.outside.writes) == (0, 1)
    office.later(3_601)
    assert (office.copies.sweep(), office.outside.writes) == (2, 3)


def test_what_is_gone_is_not_asked_for_again(office: Office) -> None:
    office.recommend()
    office.outside.answers = [CrmAnswer(outcome="gone", reason="not_there")] * 2
    office.work()
    office.work()
    office.later(90_000)
    assert (office.copies.sweep(), office.outside.writes) == (0, 2)
    assert copies(office).problem == "not_there"


def test_the_wait_doubles_up_to_a_day() -> None:
    waits = [copying._wait(tries, 0) for tries in (0, 1, 5, 11, 40)]
    assert waits == [60, 120, 1_920, 86_400, 86_400]
    assert copying._wait(0, 500) == 500


def test_without_keys_what_waits_goes_on_waiting(office: Office) -> None:
    office.recommend()
    office.outside.answers = [CrmAnswer(outcome="later", reason="busy")] * 2
    office.work()
    office.later(61)
    alone = Copying(office.desk("crm"), {}, {})
    assert alone.sweep() == 2
    assert copies(office).problem == "not_connected"


# --- several at once ----------------------------------------------------------------------------


def test_news_during_a_write_is_written_by_the_same_worker(office: Office) -> None:
    office.recommend()
    opportunity_id = office.deal.opportunity_id

    def news() -> None:
        office.edit("cnv_1", state="disqualified")
        office.copies.deal(opportunity_id)  # another worker, which must not write

    office.outside.meanwhile = [news]
    office.copies.deal(opportunity_id)
    said = deal_says(office)
    assert said is not None
    assert (said.state, office.outside.writes) == ("disqualified", 2)
    assert (copies(office).next_ms, copies(office).lease_ms) == (None, 0)


def test_news_without_end_is_left_to_the_sweep(office: Office) -> None:
    office.recommend()
    opportunity_id = office.deal.opportunity_id
    office.outside.meanwhile = [lambda: office.copies.deal(opportunity_id)] * 5
    office.copies.deal(opportunity_id)
    assert office.outside.writes == 5
    office.later(301)
    assert office.copies.sweep() == 1
    assert (office.outside.writes, copies(office).next_ms) == (6, None)


def test_a_worker_that_died_is_followed_by_another(office: Office) -> None:
    office.recommend()

    def dies() -> None:
        raise KeyboardInterrupt

    office.outside.meanwhile = [dies]
    with pytest.raises(KeyboardInterrupt):
        office.copies.deal(office.deal.opportunity_id)
    assert copies(office).written == ""
    office.later(301)
    assert office.copies.sweep() == 1
    assert copies(office).written != ""


def test_whoever_was_forgotten_during_a_write_stays_forgotten(office: Office) -> None:
    office.recommend()
    office.work()
    (person,) = [one for one in office.all(Subject) if one.what == "person"]
    office.edit("cnv_1", state="disqualified")

    def forget() -> None:
        Forgetting(office.desk("friend")).forget(PROGRAM, MACS.mac("customer", "crm:c-1"))

    office.outside.meanwhile = [forget]
    office.copies.person(person.subject_id)
    assert [one.what for one in office.all(CrmCopy)] == ["deal"]


def test_contacts_of_two_who_turn_out_to_be_one_stay_where_they_are() -> None:
    office = Office()
    office.tell(
        ContactFact(customer_id="c-1", occurred_ms=AT),
        ContactFact(customer_id="c-2", occurred_ms=AT),
        ContactFact(customer_id="c-1", occurred_ms=AT, email="robin@mail.example"),
        ContactFact(customer_id="c-2", occurred_ms=AT, email="robin@mail.example"),
    )
    office.recommend("c-2")
    office.copies.conversion("cnv_1")
    assert set(office.outside.said) == {"contact c-1", "contact c-2"}
    assert len(office.all(CrmCopy)) == 2


def test_a_lost_race_is_seen(office: Office) -> None:
    office.recommend()
    office.work()
    with pytest.raises(Stale):
        office.copies._settle(copies(office).but(version=1), ReferralFacts(), WRITTEN)
