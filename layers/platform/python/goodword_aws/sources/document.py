"""A provider's JSON is read field by field, and whatever is not as promised is NotUnderstood.

Providers add fields, leave some out and change shapes between versions, so a document is not
validated as a whole: each field that a fact needs is asked for by its path and type. Numbers with a
point stay exact (`Decimal`); names of objects never repeat.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import Customer
from goodword.errors import InvalidInput
from goodword.limits import ALIASES_MAX, AMOUNT_MINOR_MAX
from goodword.money import known_currency
from goodword.privacy.model import fold_email
from goodword.times import parse_rfc3339

WORDS_MAX = 20  # click ids or codes taken from one delivery
WORD_LENGTH_MAX = 200  # characters of an outside id; a click id has about 50
QUERY_FIELDS_MAX = 100  # parameters read from the address of a landing page
_OUTSIDE_ID = re.compile(r"[\x21-\x7e]{1,200}")
_CLICK = re.compile(r"[A-Za-z0-9_-]{43,120}")
_LARGEST = 10**18


def load(raw: bytes) -> Any:
    """The value of JSON in UTF-8, numbers with a point as Decimal; ValueError on anything else.

    Anything else includes what other readers let pass: NaN, a name that comes twice in one object,
    other encodings, and nesting too deep to be anybody's order.
    """
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_float=_exact,
            parse_constant=_refuse,
            object_pairs_hook=_unique,
        )
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep


def looks_like_click(text: str) -> bool:
    """Whether a text has the form of a click id; whether it is one, its own signature says.

    A click id is at least 32 bytes in base64url, longer than any code or customer number in use.
    """
    return _CLICK.fullmatch(text) is not None


class Document:
    """One JSON object. Every reader raises NotUnderstood on a value of the wrong type."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    @classmethod
    def parse(cls, raw: bytes) -> "Document":
        """The object in the bytes; NotUnderstood `malformed_json` if there is none."""
        try:
            found = load(raw)
        except ValueError as bad:
            raise NotUnderstood("malformed_json", "the body is not JSON") from bad
        if not isinstance(found, dict):
            raise NotUnderstood("malformed_json", "the body is not a JSON object")
        return cls(found)

    def at(self, path: str) -> Any:
        """The value at a dotted path; None if any step of it is absent."""
        value: Any = self.fields
        for name in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    def document(self, path: str) -> "Document":
        """The object at the path; an empty one if there is none."""
        value = self.at(path)
        return Document(value if isinstance(value, Mapping) else {})

    def documents(self, path: str) -> Iterator["Document"]:
        """The objects of the list at the path; other things in it are passed over."""
        value = self.at(path)
        for each in value if isinstance(value, list) else ():
            if isinstance(each, Mapping):
                yield Document(each)

    def text(self, path: str) -> str:
        """The text there, or nothing."""
        value = self.at(path)
        return value if isinstance(value, str) else ""

    def id_at(self, path: str) -> str:
        """The id there: a text, a number, or the `id` of the object expanded in its place."""
        value = self.at(path)
        if isinstance(value, Mapping):
            value = value.get("id")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
            value = str(value)
        return value if isinstance(value, str) and _OUTSIDE_ID.fullmatch(value) else ""

    def need_id(self, path: str) -> str:
        """As `id_at`, which must find one."""
        found = self.id_at(path)
        if not found:
            raise NotUnderstood("missing_id", f"{path} is not an id")
        return found

    def need_natural(self, path: str) -> int:
        """The whole number >= 0 there."""
        value = self.at(path)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
            raise NotUnderstood("bad_amount", f"{path} is not a whole number")
        return value

    def natural(self, path: str) -> int:
        """As `need_natural`; 0 if there is nothing."""
        return 0 if self.at(path) is None else self.need_natural(path)

    def currency(self, path: str) -> str:
        """The ISO 4217 code there, in capitals."""
        try:
            return known_currency(self.text(path))
        except InvalidInput as bad:
            raise NotUnderstood("bad_currency", f"{path} is not a currency") from bad

    def time(self, path: str) -> int | None:
        """The RFC 3339 time there in ms, if there is one."""
        try:
            return parse_rfc3339(self.text(path))
        except InvalidInput:
            return None


def words(*values: object, longest: int = WORD_LENGTH_MAX) -> tuple[str, ...]:
    """The texts among the values, each once, in order; blanks around them and overlong ones go."""
    texts = (value.strip() for value in values if isinstance(value, str))
    kept = dict.fromkeys(text for text in texts if 0 < len(text) <= longest and text.isprintable())
    return tuple(kept)[:WORDS_MAX]


def ids(*values: str) -> tuple[str, ...]:
    """The ids among the values, each once, in order, as many as an order may have."""
    return tuple(dict.fromkeys(value for value in values if value))[:ALIASES_MAX]


def bounded(amount_minor: int) -> int:
    """The amount if it can be booked; NotUnderstood `bad_amount` otherwise."""
    if not 0 <= amount_minor <= AMOUNT_MINOR_MAX:
        raise NotUnderstood("bad_amount", "the amount is too large to be booked")
    return amount_minor


def customer(number: str, email: str) -> Customer:
    """Who it was: the shop's number and the address, folded; each left out if it cannot be used."""
    return Customer(customer_id=_storable(number), email=_folded(email))


def _storable(number: str) -> str | None:
    return number if 0 < len(number) <= WORD_LENGTH_MAX and number.isprintable() else None


def _folded(email: str) -> str | None:
    try:
        return fold_email(email)
    except InvalidInput:
        return None


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address, the last of each name; none if it cannot be read."""
    try:
        found = parse_qs(urlsplit(address).query, max_num_fields=QUERY_FIELDS_MAX)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in found.items()}


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError as bad:
        raise ValueError("not a number that can be held") from bad


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in one object")
    return found
