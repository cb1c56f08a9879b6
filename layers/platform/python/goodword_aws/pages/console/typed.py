"""What staff types into forms: amounts, as people of every language of ours write them.

`1.234,50`, `1,234.50` and `1234.5` are one amount. What can be two is none: three digits after a
lone sign (`1.234`) are thousands only for whoever writes thousands with that sign, and an amount
has no more decimals than its currency. So nothing is ever taken for a hundred times as much.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from goodword.errors import FieldError, GoodwordError, InvalidInput
from goodword.money import exponent
from goodword.times import as_datetime, ms_of, rfc3339, start_ms
from pydantic import BeforeValidator, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
Typed = Annotated[str, StringConstraints(max_length=40)]

_PLAIN = re.compile(r"(?P<whole>\d+)(?:[.,](?P<part>\d+))?", re.ASCII)
_GROUPED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<sign>[.,'\s\u2019\u00a0\u202f])\d{3})(?:(?P=sign)\d{3})*)"
    r"(?:(?!(?P=sign))[.,](?P<part>\d+))?",
    re.ASCII,
)
_LONE = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)  # `1.234`: thousands, or three decimals
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", re.ASCII)


def _whole(text: object) -> object:
    """A whole number as a form sends it."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else text


Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=999_999_999)]


def minor_of(text: str, currency: str, field: str, thousands: str) -> int:
    """Minor units of an amount as people write it. Raises InvalidInput `bad_amount`.

    `24`, `24.00` and `24,00` of EUR are 2400. `thousands` is the sign that the reader groups with:
    `1.234` is 1,234 euro for a German reader, and refused for an English one.
    """
    said = re.sub(rf"(?i)^\s*{currency[:3]}|{currency[:3]}\s*$|[€$£¥]", "", text).strip()
    places = exponent(currency)
    if (lone := _LONE.fullmatch(said)) is not None and lone[1] == thousands and places == 3:
        raise _refused(field, "can be read as two amounts", "unclear_amount", currency)
    grouped = None if lone is not None and lone[1] != thousands else _GROUPED.fullmatch(said)
    if (found := grouped or _PLAIN.fullmatch(said)) is None:
        raise _refused(field, "is not an amount", "no_amount", currency)
    whole, part = re.sub(r"\D", "", found["whole"]), found["part"] or ""
    if len(part) > places:
        wrong = f"has more than the {places} decimals of {currency}"
        raise _refused(field, wrong, "too_many_decimals", currency)
    return int(whole + part.ljust(places, "0"))


def basis_points_of(text: str, field: str) -> int:
    """`7.5`, `7,5` and `7.5 %` are 750. Raises InvalidInput `bad_amount`."""
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        wrong = FieldError(field, "is not a percentage of two decimals at most", "bad_percent")
        raise InvalidInput("bad_amount", "a percentage is like 7.5", [wrong])
    whole, part = found.groups()
    return int(whole) * 100 + int((part or "").ljust(2, "0"))


def _refused(field: str, said: str, kind: str, currency: str) -> InvalidInput:
    bounds = (("currency", currency), ("places", str(exponent(currency))))
    wrong = FieldError(field, said, kind, bounds)
    return InvalidInput("bad_amount", "an amount is digits, like 1234.50", [wrong])


def beside(refused: GoodwordError, field: str) -> GoodwordError:
    """The same refusal, told beside the field of a form that it is about."""
    return type(refused)(
        refused.code, refused.detail, [FieldError(field, refused.detail, refused.code)]
    )


@contextmanager
def named_as(names: Mapping[str, str], zone: str) -> Iterator[None]:
    """Tell a refusal by the names that the fields have in the form, and its instants as days.

    `names` are the form's by those of the use case (`pilot.advocate_ids` is that of each in it).
    """
    try:
        yield
    except InvalidInput as refused:
        fields = [_named(one, names, zone) for one in refused.fields]
        raise type(refused)(refused.code, refused.detail, fields) from refused


def _named(one: FieldError, names: Mapping[str, str], zone: str) -> FieldError:
    field = next((names[of] for of in names if f"{one.field}.".startswith(f"{of}.")), one.field)
    bounds = tuple((name, _day(name, said, zone)) for name, said in one.bounds)
    return one._replace(field=field, bounds=bounds)


def _day(name: str, said: str, zone: str) -> str:
    """The first day that begins `since` the instant, or the last that does `until` it."""
    if name not in ("since", "until"):
        return said
    day = as_datetime(ms_of(said)).astimezone(ZoneInfo(zone)).date()
    late = name == "since" and rfc3339(start_ms(day.isoformat(), zone)) < said
    return (day + timedelta(days=late)).isoformat()
