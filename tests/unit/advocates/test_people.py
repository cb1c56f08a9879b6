"""A person is known by subject or by a verified address, and is never two people."""

import pytest
from goodword.advocates.model import Advocate, Known
from goodword.advocates.people import SignIn
from goodword.errors import InvalidInput, NotAllowed
from goodword.limits import PEOPLE_CACHE_MAX
from goodword.privacy.model import PersonalFields

from tests.support.people import ANNA, BEN, Town


@pytest.fixture
def town() -> Town:
    return Town()


def test_nobody_is_known_at_first(town: Town) -> None:
    assert town.people.find(ANNA) is None
    assert not town.people.remembered


def test_an_invited_person_is_found_by_verified_address_and_by_subject_from_then_on(
    town: Town,
) -> None:
    advocate_id = town.invited(town.program().program_id).advocate_id
    assert town.people.find(ANNA) == advocate_id
    town.people.remembered.clear()
    assert town.people.find(SignIn("sub-anna", "other@mail.example", True)) == advocate_id
    assert [one.subject for one in town.events("advocate.signed_in")] == [advocate_id]
    assert town.events("advocate.signed_in")[0].actor.id == advocate_id


@pytest.mark.parametrize(
    "who",
    [
        SignIn("sub-x", "anna@mail.example", email_verified=False),
        SignIn("sub-x", None, email_verified=True),
        SignIn("sub-x", "somebody@mail.example", email_verified=True),
    ],
)
def test_an_address_that_is_not_verified_or_not_theirs_finds_nobody(
    town: Town, who: SignIn
) -> None:
    town.invited(town.program().program_id)
    assert town.people.find(who) is None


@pytest.mark.parametrize("written", ["ANNA@mail.example", " anna+news@MAIL.example"])
def test_other_spellings_of_the_address_are_the_same_person(town: Town, written: str) -> None:
    advocate_id = town.invited(town.program().program_id).advocate_id
    assert town.people.find(SignIn("sub-y", written, email_verified=True)) == advocate_id


def test_a_warm_look_up_reads_nothing(town: Town) -> None:
    town.joined(town.program().program_id)
    found = town.people.find(ANNA)
    town.store.items.clear()
    assert town.people.find(ANNA) == found


def test_what_is_remembered_is_bounded(town: Town) -> None:
    town.joined(town.program().program_id)
    town.people.remembered.update({f"sub-{n}": "adv_x" for n in range(PEOPLE_CACHE_MAX)})
    town.people.remembered.pop("sub-anna", None)
    found = town.people.find(ANNA)
    assert town.people.remembered == {"sub-anna": found}


def test_two_first_calls_of_one_person_at_once_agree(town: Town) -> None:
    """Both read that the subject is unknown; the second one's entry collides and reads again."""
    advocate_id = town.invited(town.program().program_id).advocate_id
    town.before_next_commit(lambda: town.people.find(ANNA))
    assert town.people.find(ANNA) == advocate_id
    assert len([one for one in town.all(Known) if one.of == "subject"]) == 1


def test_a_new_person_needs_a_verified_address(town: Town) -> None:
    program_id = town.program().program_id
    with pytest.raises(NotAllowed, match="email_not_verified"):
        town.joined(program_id, SignIn("sub-z", "z@mail.example", email_verified=False))
    with pytest.raises(NotAllowed, match="email_not_verified"):
        town.joined(program_id, SignIn("sub-z", None, email_verified=True))
    with pytest.raises(InvalidInput, match="bad_email"):
        town.joined(program_id, SignIn("sub-z", "not an address", email_verified=True))
    assert not town.all(Advocate)


def test_a_new_person_has_one_record_each_and_no_personal_field_in_them(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    assert [one.advocate_id for one in town.all(Advocate)] == [advocate_id]
    assert sorted(one.of for one in town.all(Known)) == ["email", "subject"]
    assert town.methods.fields(advocate_id) == PersonalFields(email="anna@mail.example")
    assert town.people.known_by_email(BEN.email or "") is None


def test_a_sign_in_does_not_print_the_address() -> None:
    assert "anna" not in repr(ANNA).replace("sub-anna", "")
