"""A webhook leads to one address that a company's admin has named, and is signed for it.

The address is `https://<a public name>/<path>` and nothing else: no user, port, query or bare
number, so that what is stored can be shown and leads to one host. What the name stands for is
looked at again whenever something is sent (`goodword_aws.channels.webhook`). Two secrets sign for a
while after a rotation, newest first, so that the receiver changes over without losing a message.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from goodword.errors import FieldError, InvalidInput
from goodword.limits import (
    HOOK_FAILING_HOURS,
    HOOK_FAILURES_MAX,
    HOOK_OLD_SECRET_HOURS,
    HOOK_URL_LENGTH_MAX,
    HOOK_WAIT_MINUTES_LEAST,
    HOOK_WAIT_MINUTES_MAX,
    MESSAGE_DAYS,
)
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

ABOUT = "endpoint"  # what a sealed secret is about, before the programme's id
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_INNER = ("localhost", "local", "internal", "home", "lan", "corp", "intranet", "invalid", "onion")


class HookSecret(Value):
    """One signing secret, sealed; `made_ms` is since when it signs."""

    sealed: str = Field(repr=False)
    made_ms: int


class Endpoint(Record):
    """Where a programme's webhooks go. `off` sends nothing; `reason` says why it is.

    `failures` counts those in a row, `failing_ms` is since when.
    """

    KIND: ClassVar[str] = "webhook_endpoint"

    program_id: str
    url: str
    secrets: tuple[HookSecret, ...] = Field(min_length=1, max_length=2)
    state: Literal["on", "off"] = "on"
    reason: str = ""
    failures: int = Field(default=0, ge=0)
    failing_ms: int | None = None
    created_ms: int

    @property
    def key(self) -> Key:
        return endpoint_key(self.program_id)

    def signing(self, now_ms: int) -> list[str]:
        """The sealed secrets that sign now, newest first; an old one for a week longer."""
        until_ms = self.secrets[0].made_ms + HOOK_OLD_SECRET_HOURS * HOUR_MS
        return [one.sealed for one in (self.secrets if now_ms < until_ms else self.secrets[:1])]

    def after(self, answer: "HookAnswer", now_ms: int) -> "Endpoint":
        """The endpoint after one more answer; switched off by too many failures in a row.

        `gone` (the receiver's 410) is meant to end it at once. A refusal of one message and of
        every message look alike, so that it has to go on for a day as well.
        """
        if answer.outcome == "taken":
            return self.but(failures=0, failing_ms=None)
        since_ms = self.failing_ms if self.failing_ms is not None else now_ms
        failures = self.failures + 1
        told = self.but(failures=failures, failing_ms=since_ms)
        if self.state == "off":
            return told
        lasts = now_ms - since_ms >= HOOK_FAILING_HOURS * HOUR_MS
        if answer.outcome == "gone" or (failures >= HOOK_FAILURES_MAX and lasts):
            return told.but(state="off", reason=answer.reason)
        return told


def endpoint_key(program_id: str) -> Key:
    """Where a programme's endpoint is."""
    return Key("core", f"PROG#{program_id}", "WEBHOOK")


class HookLine(Record):
    """That a message went, or is to go, to a programme's endpoint; for the log of deliveries."""

    KIND: ClassVar[str] = "webhook_line"

    program_id: str
    event_id: str
    begun_ms: int

    @property
    def key(self) -> Key:
        return Key("core", f"HOOK#{self.program_id}", f"{self.begun_ms:015d}#{self.event_id}")

    @property
    def expires_s(self) -> int:
        return (self.begun_ms + MESSAGE_DAYS * DAY_MS) // SECOND_MS


class HookAnswer(Value):
    """What came of one try: `taken`; `gone`, and nothing more is wanted; else `refused`.

    `reason` is a code of ours; nothing that the receiver writes is kept.
    """

    outcome: Literal["taken", "refused", "gone"]
    reason: str = ""
    wait_seconds: int = 0


class HookPost(Protocol):
    """Sends one signed message. A repeat has the same id, by which the receiver knows it."""

    def send(
        self, url: str, secrets: Sequence[bytes], message_id: str, body: bytes
    ) -> HookAnswer: ...


def checked_url(text: str) -> str:
    """The address as it is stored. Raises InvalidInput `bad_webhook_url` with what is wrong."""
    wrong = _wrong(text)
    if wrong:
        message = f"the address {wrong}"
        told = FieldError("url", message, "bad_webhook_url")
        raise InvalidInput("bad_webhook_url", message, [told])
    return text


def _wrong(text: str) -> str:
    """What is wrong with an address; empty if nothing is."""
    if len(text) > HOOK_URL_LENGTH_MAX or not text.isascii() or not text.isprintable():
        return f"must be printable ASCII of at most {HOOK_URL_LENGTH_MAX} letters"
    try:
        parts = urlsplit(text)
        plain = parts.port is None and "@" not in parts.netloc and ":" not in parts.netloc
    except ValueError:
        return "cannot be read"
    if parts.scheme != "https" or not text.startswith("https://"):
        return "must begin with https://"
    if not plain or "?" in text or "#" in text:
        return "must have no user, port, query or fragment"
    if not _HOST.fullmatch(parts.netloc) or parts.netloc.rpartition(".")[2] in _INNER:
        return "must name a public host, in small letters and not by its number"
    return "" if _PATH.fullmatch(parts.path) else "must have a plain path"


def wait_ms(tries: int, named_seconds: int) -> int:
    """How long until the next try: twice as long each time, never before the receiver named."""
    doubled = HOOK_WAIT_MINUTES_LEAST << min(tries - 1, 16)
    least = min(doubled, HOOK_WAIT_MINUTES_MAX) * MINUTE_MS
    return max(least, min(named_seconds * SECOND_MS, HOOK_WAIT_MINUTES_MAX * MINUTE_MS))
