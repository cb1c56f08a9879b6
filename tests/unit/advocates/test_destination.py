"""What people type becomes one form, wrong digits are found, and masks give nothing away."""

import pytest
from goodword.advocates.destination import (
    IBAN_LENGTHS,
    accept,
    account_of,
    canonical,
    country_of,
    mask_email,
    masked,
)
from goodword.errors import InvalidInput
from goodword.programs.payment import RailName

GERMAN = "DE89370400440532013000"


def refused(rail: RailName, **fields: str) -> list[str]:
    with pytest.raises(InvalidInput) as found:
        accept(rail, fields)
    assert found.value.code == "bad_destination"
    for typed in fields.values():
        assert not typed or typed not in str(found.value)
    return [f"{each.field} {each.message}" for each in found.value.fields]


@pytest.mark.parametrize(
    "iban",
    [
        GERMAN,
        "de89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "FR14 2004 1010 0505 0001 3M02 606",
    ],
)
def test_an_account_number_is_kept_in_capitals_without_spaces(iban: str) -> None:
    kept = accept("csv", {"name": "  Anna   Maria ", "iban": iban})
    assert kept == {"name": "Anna Maria", "iban": iban.replace(" ", "").upper()}


@pytest.mark.parametrize(
    ("iban", "why"),
    [
        ("DE88370400440532013000", "check sum"),
        ("DE8937040044053201300", "form"),
        ("XX89370400440532013000", "form"),
        ("DE8937040044053201300O", "check sum"),
        ("1234", "form"),
        ("DE89-3704-0044-0532-0130-00", "form"),
    ],
)
def test_a_wrong_account_number_is_refused(iban: str, why: str) -> None:
    (said,) = refused("csv", name="Anna", iban=iban)
    assert said.startswith("destination.iban")
    assert why in said


@pytest.mark.parametrize(
    "name",
    [
        *("ශ්\u200dරීමති පෙරේරා", "سیمین نوری\u200cپور", "क्\u200dषेत्र सिंह", "李小龍", "Nguyễn Văn Á"),
        *("אברהם כהן", "O'Neill-Smith", "Þór Ñúñez", "Ng"),
    ],
)
def test_names_are_taken_in_every_script(name: str) -> None:
    assert accept("csv", {"name": name, "iban": GERMAN})["name"] == name


def test_a_mailbox_may_have_an_apostrophe() -> None:
    given = {"email": "siobhan.o'neill@x.example", "country": "IE"}
    assert accept("paypal", given) == given
    assert account_of(given) == "mailbox siobhan.o'neill@x.example"


@pytest.mark.parametrize(
    "name",
    ["A", "x" * 71, "Anna\u200bMaria", "\u200dAnna", "Anna\u200c", "A\u200d\u200dB", "1\u200d2"],
)
def test_a_name_that_no_bank_takes_is_refused(name: str) -> None:
    (said,) = refused("csv", name=name, iban=GERMAN)
    assert said.startswith("destination.name")


def test_a_receiver_looks_like_an_address() -> None:
    assert accept("simulator", {"receiver": " anna@mail.example "}) == {
        "receiver": "anna@mail.example"
    }
    for text in ("anna", "anna@", "a b@mail.example", "=cmd()@x.example"):
        (said,) = refused("simulator", receiver=text)
        assert said.startswith("destination.receiver")


def test_fields_that_are_missing_or_foreign_are_named() -> None:
    said = refused("csv", name="Anna", bic="COBADEFF", iban="")
    assert said == ["destination.iban is missing", "destination.bic is not a field of this rail"]


def test_equal_destinations_have_one_text_and_rails_keep_them_apart() -> None:
    one = canonical("csv", {"name": "Anna", "iban": GERMAN})
    assert one == canonical("csv", {"iban": GERMAN, "name": "Anna"})
    assert one != canonical("csv", {"name": "Anne", "iban": GERMAN})
    assert one != canonical("simulator", {"name": "Anna", "iban": GERMAN})


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert masked({"name": "Anna", "iban": GERMAN}) == {"name": "A***", "iban": "DE** **** 3000"}
    assert masked({"receiver": "anna@mail.example"}) == {"receiver": "a***@m***.example"}
    assert masked({"phone": "0123456"}) == {"phone": "0***"}
    assert mask_email("x@y.example") == "x***@y***.example"


def test_lengths_are_those_that_an_account_number_can_have() -> None:
    assert all(len(country) == 2 and 15 <= n <= 34 for country, n in IBAN_LENGTHS.items())
    assert IBAN_LENGTHS["DE"] == 22


@pytest.mark.parametrize(
    ("rail", "typed", "kept"),
    [
        ("paypal", {"email": " a@x.example ", "country": "de"}, {"email": "a@x.example"}),
        ("stripe", {"account": "acct_1AbcDEF", "country": "DE"}, {"account": "acct_1AbcDEF"}),
        (
            "tremendous",
            {"name": "Anna M", "email": "a@x.example", "country": "DE"},
            {"name": "Anna M", "email": "a@x.example"},
        ),
        (
            "store_credit",
            {"customer": "gid://shopify/Customer/123", "country": "DE"},
            {"customer": "123"},
        ),
        ("discount_code", {"customer": "123", "country": "DE"}, {"customer": "123"}),
        ("simulator", {"receiver": "a@x.example", "country": "DE"}, {"receiver": "a@x.example"}),
    ],
)
def test_each_rail_takes_its_own_fields(
    rail: RailName, typed: dict[str, str], kept: dict[str, str]
) -> None:
    found = accept(rail, typed)
    assert found == kept | {"country": "DE"}
    assert country_of(found) == "DE"
    assert set(masked(found)) == set(found)


@pytest.mark.parametrize(
    ("rail", "typed", "field"),
    [
        ("paypal", {"email": "a@local", "country": "DE"}, "email"),
        ("paypal", {"email": "a@x.example", "country": "Germany"}, "country"),
        ("paypal", {"email": "a@x.example"}, "country"),
        ("stripe", {"account": "ba_123456", "country": "DE"}, "account"),
        ("stripe", {"account": "acct_x", "country": "DE"}, "account"),
        ("store_credit", {"customer": "anna", "country": "DE"}, "customer"),
        ("discount_code", {"customer": "12/../3", "country": "DE"}, "customer"),
    ],
)
def test_what_a_rail_cannot_pay_is_refused(
    rail: RailName, typed: dict[str, str], field: str
) -> None:
    (said,) = refused(rail, **typed)
    assert said.startswith(f"destination.{field} ")


def test_the_country_of_an_account_number_is_its_own() -> None:
    assert country_of({"name": "Anna", "iban": GERMAN}) == "DE"
    assert country_of({"receiver": "a@x.example"}) == ""
