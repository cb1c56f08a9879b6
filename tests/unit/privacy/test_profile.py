"""Somebody changes what they said of themselves; the journal learns which fields, never what."""

import pytest
from goodword.events import Event
from goodword.messages.service import OPTIONAL
from goodword.privacy.consents import consents_of
from goodword.privacy.erasing import Erasing
from goodword.privacy.model import vault_key
from goodword.privacy.ports import Forgotten
from goodword.privacy.profile import SORTS, Profiles
from goodword.times import DAY_MS
from goodword.trust.trails import Own

from tests.support.people import MACS, Town


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def own(town: Town) -> str:
    return town.joined(town.program().program_id).advocate_id


def profiles(town: Town) -> Profiles:
    return Profiles(town.desk(), MACS, town.vault)


def test_everything_can_be_changed_and_the_rest_stays(town: Town, own: str) -> None:
    town.methods.put(own, "csv", {"name": "Anna", "iban": "DE89370400440532013000"})
    after = profiles(town).change(
        own, name="Anna Canary", locale="de", zone="Europe/Berlin", letters=["payouts"]
    )
    assert profiles(town).read(own) == after
    assert (after.name, after.locale, after.zone) == ("Anna Canary", "de", "Europe/Berlin")
    assert (after.muted, after.email) == (("rewards",), "anna@mail.example")
    assert after.payout["iban"] == "DE89370400440532013000"
    (event,) = town.events("advocate.profile_changed")
    assert event.data == {"fields": "name locale zone muted"}
    assert "Canary" not in event.model_dump_json()
    assert event.actor.kind == "advocate"


def test_the_same_again_changes_nothing(town: Town, own: str) -> None:
    before = profiles(town).read(own)
    profiles(town).change(own, name="", locale="en", zone="", letters=SORTS)
    assert profiles(town).read(own) == before
    assert town.events("advocate.profile_changed") == []


def test_a_new_name_is_known_to_the_checks_and_an_empty_one_is_not(town: Town, own: str) -> None:
    (before,) = town.all(Own)
    profiles(town).change(own, name="Anna Canary", locale="en", zone="", letters=SORTS)
    (after,) = town.all(Own)
    assert len(after.marks.get("name", ())) == len(before.marks.get("name", ())) + 1
    profiles(town).change(own, name="", locale="en", zone="", letters=SORTS)
    assert town.all(Own) == [after]


def test_marks_that_nobody_sees_are_no_part_of_a_name(town: Town, own: str) -> None:
    def named(name: str) -> str:
        profile = profiles(town).change(own, name=name, locale="en", zone="", letters=SORTS)
        return profile.name

    assert named("\u202eAnna\u200b Canary") == named("Anna  Canary") == "Anna Canary"
    assert len(town.events("advocate.profile_changed")) == 1


def test_letters_are_a_consent_given_and_taken_back(town: Town, own: str) -> None:
    change = profiles(town).change
    change(own, name="", locale="en", zone="", letters=[])
    town.clock.advance(DAY_MS)
    change(own, name="", locale="en", zone="", letters=["rewards"])
    found = [one for one in consents_of(town.store, own) if one.what != "terms"]
    assert [(one.what, one.withdrawn_ms) for one in found] == [("rewards", None)]
    assert set(OPTIONAL.values()) == set(SORTS)


def test_nobody_without_fields_has_a_profile(town: Town, own: str) -> None:
    with pytest.raises(Forgotten):
        profiles(town).read("adv_nobody")


def test_who_is_being_erased_gives_nothing_more(town: Town, own: str) -> None:
    erasing = Erasing(town.desk(), town.vault)

    class Pool:
        def close(self, subject: str) -> None:
            """Fine."""

    def erase() -> None:
        erasing.ask(own, at_once=True)
        town.clock.advance(8 * DAY_MS)
        assert erasing.carry_out(own, Pool()) is True

    town.before_next_commit(erase)
    with pytest.raises(Forgotten):
        profiles(town).change(own, name="Late", locale="en", zone="", letters=SORTS)
    assert vault_key(own) not in town.store.items
    assert all("Late" not in one.model_dump_json() for one in town.all(Event))
