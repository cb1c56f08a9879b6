"""What bodies of the API share: times are checked where they stand, reasons are codes."""

from typing import Annotated

from goodword.errors import InvalidInput
from goodword.privacy.model import names_an_address
from goodword.times import parse_day, parse_rfc3339
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError


def _instant(text: str) -> str:
    try:
        parse_rfc3339(text)
    except InvalidInput as bad:
        raise ValueError(bad.detail) from None
    return text


def _day(text: str) -> str:
    try:
        parse_day(text)
    except InvalidInput as bad:
        raise PydanticCustomError("bad_time", "no such date between 1970 and 2199") from bad
    return text


def _nobody(text: str) -> str:
    if names_an_address(text):
        raise ValueError("must not contain an e-mail address: this is kept for ever")
    return text


Instant = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_instant),
    Field(json_schema_extra={"format": "date-time"}),
]
# As a form sends a day, `2026-11-22`; a year that nobody means is refused beside its field.
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_day)]
# A code, not a sentence: a reason goes into the journal for ever and may name nobody.
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
ProgramId = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[a-z0-9]{1,40}$")]
Rationale = Annotated[
    str,
    StringConstraints(min_length=3, max_length=500, strip_whitespace=True),
    AfterValidator(_nobody),
]
Label = Annotated[
    str, StringConstraints(max_length=60, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f<>@]*$")
]


def instant_ms(text: str | None) -> int | None:
    """The instant in ms; None stays None."""
    return None if text is None else parse_rfc3339(text)
