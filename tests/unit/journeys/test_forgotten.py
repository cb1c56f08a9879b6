"""Whoever is forgotten as a friend is forgotten as somebody of whom things were noticed."""

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.errors import NotFound
from goodword.journeys.signal import Signal, Subject, SubjectMark

from tests.support.journeys import Ear
from tests.support.people import MACS

EMAIL = "ann@mail.example"


def forget(ear: Ear, email: str = EMAIL) -> None:
    Forgetting(ear.desk("friend")).forget("prg_1", MACS.mac("email", email))


def test_nothing_leads_to_what_was_noticed_of_the_forgotten() -> None:
    ear = Ear()
    ear.hear("nps", customer_id="u-1", value=9)
    ear.hear("csat", email=EMAIL, value=90)
    ear.hear("milestone", customer_id="u-1", email=EMAIL, account_id="acme")
    ear.hear("renewal", customer_id="u-2", account_id="acme")
    forget(ear)
    left = {one.mac for one in ear.all(SubjectMark)}
    assert left == {MACS.mac("account", "src_1:acme"), MACS.mac("customer", "src_1:u-2")}
    assert [one.marks for one in ear.all(Subject) if one.forgotten] == [(), ()]
    with pytest.raises(NotFound):
        ear.subjects.find("prg_1", EMAIL)
    assert len(ear.subjects.page("prg_1", 10, None).rows) == 1
    assert len(ear.all(Signal)) == 4
    before = dict(ear.store.items)
    forget(ear)
    assert ear.store.items == before


def test_a_later_signal_begins_anew() -> None:
    ear = Ear()
    ear.hear("nps", email=EMAIL, value=0)
    forget(ear)
    ear.hear("nps", email=EMAIL, value=10)
    ear.clock.at_ms += 1_000
    assert ear.subjects.standing(ear.subjects.find("prg_1", EMAIL)).score == 30


def test_a_mark_without_its_subject_goes_too() -> None:
    ear = Ear()
    ear.hear("nps", email=EMAIL, value=9)
    (subject,) = ear.all(Subject)
    del ear.store.items[subject.key]
    forget(ear)
    assert ear.all(SubjectMark) == []


def test_names_that_joined_subjects_share_are_dropped_once() -> None:
    ear = Ear()
    ear.hear("nps", customer_id="u-1", email=EMAIL, value=9)
    ear.hear("nps", customer_id="u-2", email="ann@work.example", value=9)
    ear.hear("csat", customer_id="u-1", email="ann@work.example", value=90)
    forget(ear)
    assert ear.all(SubjectMark) == []
    assert {one.marks for one in ear.all(Subject)} == {()}
