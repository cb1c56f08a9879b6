"""All spellings that reach one person fold to one; nothing personal is ever printed."""

import pytest
from goodword.errors import InvalidInput
from goodword.privacy.model import (
    PersonalFields,
    VaultItem,
    clean_email,
    fold_email,
    vault_key,
)
from goodword.privacy.ports import Forgotten
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann@Example.COM ", "ann@example.com"),
        ("ann+shop@example.com", "ann@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
        ("A.Nn+x@GoogleMail.com", "ann@gmail.com"),
        ("a.n.n@gmail.com", "ann@gmail.com"),
        ("+tag@example.com", "+tag@example.com"),
        ("\uff41nn@example.com", "ann@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("straße@example.com", "strasse@example.com"),
        (".@gmail.com", ".@gmail.com"),
    ],
)
def test_an_address_has_one_spelling(written: str, folded: str) -> None:
    assert fold_email(written) == folded
    assert fold_email(folded) == folded


@pytest.mark.parametrize(
    "written",
    [
        *("", "ann", "@example.com", "ann@", "ann@localhost", "a@b@example.com", "ann@.com"),
        *("ann@example..com", "a nn@example.com", "ann@exam\nple.com", "ann@example.com\u2028x"),
        *("<ann@example.com>", "a,b@example.com"),
        *("a" * 65 + "@example.com", "ann@" + "a" * 250 + ".com"),
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fold_email(written)
    assert caught.value.code == "bad_email"
    assert not written or written not in str(caught.value)


def test_mail_goes_to_the_address_as_written() -> None:
    assert clean_email(" A.Nn+x@GoogleMail.com ") == "A.Nn+x@GoogleMail.com"


def test_a_name_is_one_line_of_what_can_be_seen_whenever_it_was_stored() -> None:
    stored = '{"name": "A\\u202enn\\u200b\\n Canary", "email": "a@mail.example"}'
    assert PersonalFields.model_validate_json(stored).name == "Ann Canary"
    assert PersonalFields(name="\u200b\u2066").name == ""


def test_personal_fields_never_print() -> None:
    person = PersonalFields(name="Canary", email="canary@example.com", payout={"iban": "canary"})
    item = VaultItem(person_id="adv_1", sealed="canary")
    assert "canary" not in f"{person!r}{person}{item!r}{item}".lower()
    assert item.key == vault_key("adv_1")


def test_a_locale_is_a_language_and_perhaps_a_country() -> None:
    assert PersonalFields(locale="de-CH").locale == "de-CH"
    with pytest.raises(ValidationError):
        PersonalFields(locale="german")


def test_forgotten_is_not_found() -> None:
    assert Forgotten().code == "forgotten"
