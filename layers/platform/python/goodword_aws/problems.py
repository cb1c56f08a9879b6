"""Every refusal has one HTTP status, chosen by its class in one table, and one form: RFC 9457.

`code` is what clients test. The detail of a lost race is replaced, because it names keys; the text
of an unexpected error never leaves the process.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from goodword.errors import (
    Conflict,
    FieldError,
    GoodwordError,
    InvalidInput,
    Malformed,
    NotAllowed,
    NotAuthentic,
    NotFound,
    Stale,
    TooLarge,
    Unavailable,
)
from goodword.ports import Collision, GuardFailed
from pydantic import ValidationError

STATUS: Mapping[type[GoodwordError], int] = {
    Malformed: 400,
    InvalidInput: 422,
    NotAuthentic: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
}
DOCUMENTATION = "docs/errors.md"
PROBLEM_TYPE = "application/problem+json"
BOUNDS = ("min_length", "max_length", "ge", "gt", "le", "lt")
FIELDS_MAX = 50  # wrong fields named in one answer
_RACE = "something else changed at the same moment; read it again and try again"


def status_of(error: GoodwordError) -> int:
    """The status of the nearest class in the table; 500 for a class that is not in it."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def problem_of(error: GoodwordError, request_id: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a refusal."""
    lost_race = isinstance(error, Collision | GuardFailed | Stale)
    detail = _RACE if lost_race else error.detail
    status = status_of(error)
    return status, problem(status, error.code, detail, request_id, error.fields)


def problem(
    status: int, code: str, detail: str, request_id: str, fields: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """The body of a refusal."""
    return {
        "type": f"urn:goodword:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": field.field, "message": field.message} for field in fields],
        "doc_url": f"{DOCUMENTATION}#{code}",
        "request_id": request_id,
    }


def refused_body(error: ValidationError, raw: bytes = b"") -> InvalidInput:
    """What pydantic found, as our own refusal: paths and messages, never the values.

    With the body that was sent, paths are those of the document: where a value may be one of
    several kinds, pydantic names the kind as well (`reward.percentage.basis_points`).
    """
    found = error.errors(include_url=False, include_input=False)
    if any(each["type"] == "json_invalid" for each in found):
        return Malformed("malformed_json", "the body is not valid JSON")
    body = json.loads(raw) if raw else None
    found = [each for each in found if not _follows(each, found)]
    fields = [
        FieldError(
            _path(each["loc"], body),
            each["msg"].removeprefix("Value error, "),
            str(each["type"]),
            _bounds(each.get("ctx") or {}),
        )
        for each in found[:FIELDS_MAX]
    ]
    return InvalidInput("invalid_body", "the body cannot be accepted; see errors", fields)


def _bounds(context: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The limits that were passed over, which are ours; never what was sent."""
    return tuple((name, str(context[name])) for name in BOUNDS if name in context)


def _follows(one: Any, found: Sequence[Any]) -> bool:
    """Whether a list is only too short because of something wrong inside it."""
    place = one["loc"]
    inner = (each["loc"] for each in found if each is not one)
    return one["type"] == "too_short" and any(at[: len(place)] == place for at in inner)


def _path(place: Sequence[str | int], body: Any) -> str:
    """The place without the names of kinds: steps that are in the body, and the last one."""
    kept: list[str] = []
    for at, step in enumerate(place):
        inside = isinstance(body, dict) and step in body
        listed = isinstance(body, list) and isinstance(step, int) and step < len(body)
        if inside or listed:
            body = body[step]
        elif isinstance(body, str | int | float) or (at < len(place) - 1 and body is not None):
            continue
        kept.append(str(step))
    return ".".join(kept)


def as_json(body: Mapping[str, Any]) -> str:
    """Compact JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
