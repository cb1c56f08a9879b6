"""A Call is one signed-in request that has been parsed; what it may do is decided from it alone.

Who is calling comes from the claims that the gateway's authorizer verified, never from the path,
the query or the body.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

from goodword.claims import CLAIM_SECONDS, Claim, key_hash, request_hash
from goodword.errors import (
    FieldError,
    InvalidInput,
    Malformed,
    NotAllowed,
    NotAuthentic,
    TooLarge,
)
from goodword.events import Actor
from goodword.limits import BODY_BYTES_MAX, CLAIM_ANSWER_BYTES_MAX, PAGE_ITEMS_MAX
from goodword.ports import Desk
from pydantic import BaseModel

Role = Literal["advocate", "marketer", "analyst", "finance", "admin"]
STAFF: frozenset[Role] = frozenset({"marketer", "analyst", "finance", "admin"})
BY_PERSON: frozenset[Role] = STAFF - {"analyst"}  # analysts see sums, not single people
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PAGE_ITEMS_DEFAULT = 25
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Principal:
    """Who is signed in. The address is for look-ups only; `repr` hides it."""

    subject: str
    email: str = field(repr=False)
    email_verified: bool
    groups: frozenset[str]
    advocate_of: Callable[["Principal"], str | None] = field(repr=False, compare=False)

    @property
    def kind(self) -> Literal["staff", "advocate"]:
        """Staff is whoever is in a staff group; everyone else who is signed in is an advocate."""
        return "staff" if self.groups & STAFF else "advocate"

    @cached_property
    def advocate_id(self) -> str | None:
        """The advocate that this person is, looked up once; None if they are none."""
        return self.advocate_of(self)

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether one of the roles is theirs; every signed-in person has the role `advocate`."""
        return "advocate" in roles or bool(self.groups & roles & STAFF)


@dataclass(frozen=True)
class PageAsked:
    """Which part of a list is wanted; `starting_after` is the `next_cursor` of the page before."""

    limit: int
    starting_after: str | None


@dataclass
class Call:
    """What a route's function gets. `body` is an instance of the route's model, or None."""

    principal: Principal
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    page: PageAsked
    idempotency_key: str
    request_id: str
    desk: Desk
    request_hash: str = field(repr=False)
    status: int
    claim_taken: bool = False

    @property
    def advocate_id(self) -> str:
        """The caller's own advocate id. Raises NotAllowed `not_an_advocate`."""
        if (own := self.principal.advocate_id) is None:
            raise NotAllowed("not_an_advocate", "you are not enrolled as an advocate")
        return own

    def claim(self, answer: BaseModel | Mapping[str, Any] | None) -> Claim:
        """The record to `create` in the use case's Change, so that answer and change are one.

        `answer` must be what the route's function returns, and holds no personal data. For a use
        case that takes a receipt: `lambda done: call.claim(shown(done))`. If the claim is not taken
        it is stored after the change; a crash in between repeats the change, which must stand it.
        """
        self.claim_taken = True
        text = "" if answer is None else answer_text(answer)
        if len(text.encode()) > CLAIM_ANSWER_BYTES_MAX:
            raise ValueError("an answer that is remembered must be short")
        return Claim(
            principal=self.principal.subject,
            key_hash=key_hash(self.idempotency_key),
            request_hash=self.request_hash,
            status=self.status,
            answer=text,
            keep_s=self.desk.clock.now_ms() // 1_000 + CLAIM_SECONDS,
        )


@dataclass(frozen=True)
class Raw:
    """An answer that is not JSON: an image, a statement. `filename` makes it a download."""

    content: bytes = field(repr=False)
    content_type: str
    filename: str = ""


def answer_text(answer: BaseModel | Mapping[str, Any]) -> str:
    """An answer as JSON; models inside mappings and lists are dumped too."""

    def dumped(value: object) -> Any:
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        raise TypeError(f"a {type(value).__name__} is no part of an answer")

    return json.dumps(
        answer if isinstance(answer, Mapping) else dumped(answer),
        default=dumped,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def principal_of(
    event: Mapping[str, Any], advocate_of: Callable[[Principal], str | None]
) -> Principal:
    """The person of the verified claims. Raises NotAuthentic if there are none that will do."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    return principal_from((authorizer.get("jwt") or {}).get("claims") or {}, advocate_of)


def principal_from(
    claims: Mapping[str, Any], advocate_of: Callable[[Principal], str | None]
) -> Principal:
    """The person of claims that somebody has verified. Raises NotAuthentic if they will not do."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise NotAuthentic("not_signed_in", "this call needs a signed-in person")
    if claims.get("token_use", "id") != "id":
        raise NotAuthentic("id_token_needed", "send the ID token, not the access token")
    return Principal(
        subject=subject,
        email=str(claims.get("email", "")),
        email_verified=str(claims.get("email_verified", "")).lower() == "true",
        groups=groups_of(claims.get("cognito:groups")),
        advocate_of=advocate_of,
    )


def groups_of(claim: object) -> frozenset[str]:
    """The groups, however the gateway wrote the list: a list, `[a b]`, `a,b` or `["a","b"]`."""
    if isinstance(claim, list):
        return frozenset(str(each) for each in claim)
    words = re.split(r"[\s,]+", str(claim or "").strip().strip("[]"))
    return frozenset(word.strip("\"'") for word in words if word.strip("\"'"))


def actor_of(principal: Principal, roles: frozenset[Role]) -> Actor:
    """Who events will name: staff acts as staff, except on a route that is for advocates alone."""
    if principal.kind == "staff" and roles != frozenset({"advocate"}):
        return Actor(kind="staff", id=principal.subject)
    return Actor(kind="advocate", id=principal.advocate_id or principal.subject)


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were sent. Raises Malformed, or TooLarge over the limit."""
    text = event.get("body") or ""
    try:
        coded = bool(event.get("isBase64Encoded"))
        raw = base64.b64decode(text, validate=True) if coded else text.encode()
    except (binascii.Error, ValueError) as bad:
        raise Malformed("malformed_body", "the body could not be decoded") from bad
    if len(raw) > BODY_BYTES_MAX:
        raise TooLarge("body_too_large", f"a body has at most {BODY_BYTES_MAX} bytes")
    return raw


def header(event: Mapping[str, Any], name: str) -> str:
    """A header's value whatever the case of its name; empty if it is absent."""
    headers = cast(Mapping[str, str], event.get("headers") or {})
    return next((value for each, value in headers.items() if each.lower() == name), "")


def idempotency_key(event: Mapping[str, Any], method: str) -> str:
    """The key of a write; empty for a read. Raises Malformed `idempotency_key_missing`."""
    if method not in WRITES:
        return ""
    key = header(event, "idempotency-key")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Malformed(
            "idempotency_key_missing",
            "every write needs the header Idempotency-Key: 1 to 255 visible ASCII characters",
        )
    return key


def page_asked(query: Mapping[str, str]) -> PageAsked:
    """`limit` and `starting_after` of a list. Raises InvalidInput `invalid_query`."""
    limit = query.get("limit", str(PAGE_ITEMS_DEFAULT))
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= PAGE_ITEMS_MAX:
        message = f"must be a whole number from 1 to {PAGE_ITEMS_MAX}"
        bounds = (("least", "1"), ("most", str(PAGE_ITEMS_MAX)))
        wrong = FieldError("limit", message, "out_of_range", bounds)
        raise InvalidInput("invalid_query", "the query cannot be accepted; see errors", [wrong])
    return PageAsked(int(limit), query.get("starting_after") or None)


def hash_of(event: Mapping[str, Any], key: str, method: str, path: str, raw: bytes) -> str:
    """What a repeat of this write must equal: method, path with its query, and body."""
    asked = event.get("rawQueryString") or ""
    return request_hash(key, method, f"{path}?{asked}", raw)
