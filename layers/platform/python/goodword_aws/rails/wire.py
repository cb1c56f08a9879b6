"""What all rails over HTTPS share: one call with one clear answer, or status 0.

A connection that breaks, an answer that is late, cut off, too long or no JSON object says nothing
about the money: status 0. A 429 was not carried out, so it is repeated after the time that the rail
names, a few times, unless that is too long for one call; redirects are never followed. Nothing of
an answer but its codes is kept.
"""

import http.client
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from goodword.errors import InvalidInput
from goodword.limits import RAIL_ANSWER_BYTES_MAX, RAIL_BUSY_TRIES, RAIL_PAUSE_SECONDS_MAX
from goodword.money import exponent, parse_decimal
from goodword.payouts.ports import RailAnswer

from goodword_aws.retry_after import seconds_named

SECONDS = 10.0  # seconds to connect, and to wait for each part of an answer
_LOCAL = frozenset({"127.0.0.1", "localhost"})
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_ .-]{0,59}")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Reply:
    """A status with a JSON object; status 0 stands for every way of not getting an answer.

    `wait_seconds` is what a busy server names, or a second.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    wait_seconds: float = 0.0

    @property
    def unclear(self) -> str:
        """Why nothing can be concluded from it: `no_answer`, `rate_limited`, `rail_error` ..."""
        if self.status == 0:
            return "no_answer"
        if self.status == 429:
            return "rate_limited"
        if self.status in (401, 403):
            return "not_authorised"
        return "rail_error" if self.status >= 500 else "unclear_answer"


def no_word(reply: Reply, told: str = "") -> RailAnswer:
    """What an answer means from which nothing can be concluded: it was busy, or it is unclear.

    `told` is the rail's own id of the payment, if there is one.
    """
    rest = math.ceil(reply.wait_seconds) if reply.status == 429 else 0
    return RailAnswer("unknown", reference=told, reason=reply.unclear, rest_seconds=rest)


@dataclass
class Wire:
    """Calls to one base address. `pause` waits between tries after a 429.

    `read` makes an object of an answer's bytes and status; ValueError is no answer.
    """

    base: str
    seconds: float = SECONDS
    pause: Callable[[float], None] = time.sleep
    read: Callable[[bytes, int], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        local = parts.hostname in _LOCAL
        if not parts.hostname or parts.scheme not in (("http", "https") if local else ("https",)):
            raise ValueError("the rail's address must be https://host, or http on this machine")
        self._secure = parts.scheme == "https"
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")

    def call(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call; repeated only after a 429, which means that it was not carried out."""
        for turn in range(RAIL_BUSY_TRIES):
            reply = self._once(method, path, content, headers or {})
            wait = reply.wait_seconds
            last = turn + 1 == RAIL_BUSY_TRIES or wait > RAIL_PAUSE_SECONDS_MAX
            if reply.status != 429 or last:
                break
            self.pause(wait)
        return reply

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self.seconds)
        try:
            connection.request(method, f"{self._path}{path}", content, dict(headers))
            response = connection.getresponse()
            raw = response.read(RAIL_ANSWER_BYTES_MAX + 1)
            named = seconds_named(response.getheader("Retry-After"))
            wait = 1.0 if named is None else float(named)
            return Reply(response.status, (self.read or _object)(raw, response.status), wait)
        except (OSError, http.client.HTTPException, ValueError):
            return Reply(0)
        finally:
            connection.close()


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """The body as JSON; a Decimal is written as the number that it is."""
    numbers: dict[str, str] = {}

    def mark(value: object) -> str:
        if not isinstance(value, Decimal):
            raise TypeError(f"a {type(value).__name__} is no part of a body")
        name = f"\x00{len(numbers)}\x00"
        numbers[json.dumps(name)] = format(value, "f")
        return name

    text = json.dumps(body, default=mark)
    for name, number in numbers.items():
        text = text.replace(name, number)
    return text.encode()


def minor(value: object, currency: str) -> int | None:
    """A decimal of the rail in minor units, or None if it is not an amount of the currency."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        return parse_decimal(str(value), currency)
    except InvalidInput:
        return None


def decimal(amount_minor: int, currency: str) -> Decimal:
    """1999, EUR -> Decimal("19.99")."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def code(told: object, otherwise: str) -> str:
    """A reason in snake case, only if it looks like a code: a rail's text may name a person."""
    if not isinstance(told, str) or not _CODE.fullmatch(told):
        return otherwise
    return re.sub(r"[^a-z0-9]+", "_", told.lower()).strip("_")[:40] or otherwise


def reference(told: object) -> str:
    """The rail's own id if it looks like one."""
    return told if isinstance(told, str) and _REFERENCE.fullmatch(told) else ""


def part(body: object, *path: str | int) -> Any:
    """What stands at the path of nested objects and lists; None where it breaks off."""
    for step in path:
        if isinstance(step, int):
            body = body[step] if isinstance(body, list) and -len(body) <= step < len(body) else None
        else:
            body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _object(raw: bytes, status: int) -> Mapping[str, Any]:
    """The JSON object of an answer; ValueError when it is not one. An error may be without."""
    if len(raw) > RAIL_ANSWER_BYTES_MAX:
        raise ValueError("the answer is too long")
    try:
        body = json.loads(raw, parse_float=Decimal)
    except ValueError:
        if status >= 400:
            return {}
        raise
    if not isinstance(body, dict):
        raise ValueError("the answer is no object")
    return body
