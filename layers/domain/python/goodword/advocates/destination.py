"""A payout destination is checked, written one way only, and shown masked.

`accept` turns what a person typed into the fields that a rail takes, `canonical` is the one text
whose keyed MAC is `PayoutMethod.destination_hash`, `account_of` the one of `account_hash` there,
and `masked` is all that any answer shows.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping

from goodword.errors import FieldError, InvalidInput
from goodword.languages import is_written
from goodword.privacy.model import fold_email
from goodword.programs.payment import RailName

_RECEIVER = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,4}"
)
_COUNTRY = re.compile(r"[A-Z]{2}")
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{6,60}")
_CUSTOMER = re.compile(r"[0-9]{1,20}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")

# Characters of an IBAN by country (the registry of ISO 13616); other countries have none.
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def accept(rail: RailName, fields: Mapping[str, str]) -> dict[str, str]:
    """The destination in the form in which it is kept. InvalidInput `bad_destination` with fields.

    No message repeats what was typed.
    """
    checks = FIELDS[rail]
    needed = [name for name in checks if name != "country" or rail != "simulator"]
    wrong = [
        FieldError(f"destination.{name}", "is missing", "missing")
        for name in needed
        if not fields.get(name)
    ]
    wrong += [
        FieldError(f"destination.{name[:40]}", "is not a field of this rail", "extra_forbidden")
        for name in sorted(set(fields) - set(checks))
    ]
    if wrong:
        raise InvalidInput("bad_destination", "the destination does not fit the rail", wrong)
    return {name: check(fields[name]) for name, check in checks.items() if fields.get(name)}


def country_of(destination: Mapping[str, str]) -> str:
    """The two letters of the country where the money goes, "" if the destination has none."""
    return destination.get("country", "") or destination.get("iban", "")[:2]


def canonical(rail: str, destination: Mapping[str, str]) -> str:
    """The one text of a destination: equal exactly when rail and all fields are equal."""
    return json.dumps(
        {"rail": rail, "to": dict(destination)}, sort_keys=True, separators=(",", ":")
    )


def account_of(destination: Mapping[str, str]) -> str:
    """The one text of the account that the money ends on, of an accepted destination.

    Equal for one account however it is given: under any holder's name, country or rail, and for
    a mailbox in every spelling that `fold_email` takes for one. InvalidInput `bad_email`.
    """
    if mailbox := destination.get("receiver") or destination.get("email", ""):
        return f"mailbox {fold_email(mailbox)}"
    if customer := destination.get("customer", ""):
        return f"customer {int(customer)}"
    return destination.get("iban", "") or destination["account"]


def masked(destination: Mapping[str, str]) -> dict[str, str]:
    """What an answer may show: enough to recognise one's own, too little to use or to guess.

    `DE89370400440532013000` -> `DE** **** 3000`; `anna@mail.example` -> `a***@m***.example`.
    """
    masks = {
        "iban": _mask_iban,
        "receiver": mask_email,
        "email": mask_email,
        "country": _shown,
    }
    return {name: masks.get(name, _mask_word)(value) for name, value in destination.items()}


def mask_email(email: str) -> str:
    """`anna@mail.example` -> `a***@m***.example`: a domain can be a person's name too."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"


def _mask_word(word: str) -> str:
    return f"{word[:1]}***"


def _shown(word: str) -> str:
    return word


def _mask_iban(iban: str) -> str:
    return f"{iban[:2]}** **** {iban[-4:]}"


def _refuse(field: str, message: str, kind: str) -> InvalidInput:
    wrong = FieldError(f"destination.{field}", message, kind)
    return InvalidInput("bad_destination", f"the {field} {message}", [wrong])


def _receiver(text: str) -> str:
    receiver = text.strip()
    if not _RECEIVER.fullmatch(receiver):
        raise _refuse("receiver", "must look like an e-mail address", "no_email")
    return receiver


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= 70 or not all(map(is_written, f" {name}", name, f"{name[1:]} ")):
        raise _refuse(
            "name", "must be the 2 to 70 characters of the account holder's name", "holder_name"
        )
    return name


def _iban(text: str) -> str:
    """Without spaces, in capitals. Country, length and the ISO 7064 check digits must be right."""
    iban = re.sub(r"\s", "", text).upper()
    if not _IBAN.fullmatch(iban) or IBAN_LENGTHS.get(iban[:2]) != len(iban):
        raise _refuse(
            "iban", "does not have the form of its country's account numbers", "iban_form"
        )
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise _refuse("iban", "has a wrong digit: its check sum does not fit", "iban_digit")
    return iban


def _email(text: str) -> str:
    email = text.strip()
    if not _RECEIVER.fullmatch(email) or "." not in email.rpartition("@")[2]:
        raise _refuse("email", "must be an e-mail address", "no_email")
    return email


def _country(text: str) -> str:
    country = text.strip().upper()
    if not _COUNTRY.fullmatch(country):
        raise _refuse("country", "must be the two letters of a country, as DE", "country_letters")
    return country


def _account(text: str) -> str:
    account = text.strip()
    if not _ACCOUNT.fullmatch(account):
        raise _refuse(
            "account", "must be a connected account of Stripe, acct_...", "stripe_account"
        )
    return account


def _customer(text: str) -> str:
    customer = text.strip().removeprefix("gid://shopify/Customer/")
    if not _CUSTOMER.fullmatch(customer):
        raise _refuse("customer", "must be the number of a customer of the shop", "shop_customer")
    return customer


Check = Callable[[str], str]
FIELDS: Mapping[str, Mapping[str, Check]] = {
    "csv": {"name": _name, "iban": _iban},
    "simulator": {"receiver": _receiver, "country": _country},
    "paypal": {"email": _email, "country": _country},
    "stripe": {"account": _account, "country": _country},
    "tremendous": {"name": _name, "email": _email, "country": _country},
    "store_credit": {"customer": _customer, "country": _country},
    "discount_code": {"customer": _customer, "country": _country},
}
