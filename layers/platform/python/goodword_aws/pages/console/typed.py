"""What staff types into forms: amounts the reader's way, days in the reader's zone.

An amount is read by its last sign: `1.234,50`, `1,234.50` and `1234.5` are one amount. What is
typed about a payment is only ever compared, so a misread amount is refused, not paid; what is typed
about a limit or a rule is shown in the reader's own signs beside it.
"""

import re
from typing import Annotated

from goodword.errors import FieldError, GoodwordError, InvalidInput
from goodword.money import exponent
from pydantic import BeforeValidator, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
Typed = Annotated[str, StringConstraints(max_length=40)]

_AMOUNT = re.compile(r"[0-9][0-9.,'\s\u2019\u00a0\u202f]*")


def _whole(text: object) -> object:
    """A whole number as a form sends it."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else text


Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=999_999_999)]


def minor_of(text: str, currency: str, field: str) -> int:
    """Minor units of an amount as people write it. Raises InvalidInput `bad_amount`.

    `24`, `24.00` and `24,00` of EUR are 2400; `1.234` is 1,234 euro: two decimals or none.
    """
    said = re.sub(rf"(?i)^\s*{currency[:3]}|{currency[:3]}\s*$|[€$£¥]", "", text).strip()
    places = exponent(currency)
    if not _AMOUNT.fullmatch(said):
        wrong = FieldError(field, "is not an amount")
        raise InvalidInput("bad_amount", "an amount is digits, like 1234.50", [wrong])
    found = re.fullmatch(rf"(.*)[.,]([0-9]{{1,{places}}})", said) if places else None
    whole, part = found.groups() if found else (said, "")
    digits = re.sub(r"[^0-9]", "", whole) + part.ljust(places, "0")
    return int(digits)


def beside(refused: GoodwordError, field: str) -> GoodwordError:
    """The same refusal, told beside the field of a form that it is about."""
    return type(refused)(
        refused.code, refused.detail, [FieldError(field, refused.detail, refused.code)]
    )
