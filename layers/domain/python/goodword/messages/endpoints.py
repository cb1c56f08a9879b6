"""An admin names where a programme's webhooks go; the signing secret is drawn here and shown once.

Nothing that waits is lost while an endpoint is off: it is looked at again every few hours, until
what it asks for is over. Switching on forgets the failures.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.errors import Conflict, NotFound
from goodword.limits import READ_KEYS_MAX
from goodword.messages.endpoint import (
    ABOUT,
    Endpoint,
    HookLine,
    HookSecret,
    checked_url,
    endpoint_key,
)
from goodword.messages.model import Message, message_key
from goodword.messages.waking import DUE
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import Sealer
from goodword.programs.effective import read_program
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import HOUR_MS

SECRET_BYTES = 32


@dataclass(frozen=True)
class Endpoints:
    """The use cases of webhooks; staff only, which the API checks."""

    desk: Desk
    sealer: Sealer

    def put(
        self, program_id: str, url: str, receipt: Receipt[Endpoint] = no_receipt
    ) -> tuple[Endpoint, str | None]:
        """Name the address; the secret if it is the first (it cannot be had again).

        Another address keeps the secret, and is a fresh start: what failed before is forgotten.
        """
        read_program(self.desk.store, program_id)
        checked_url(url)
        secret, drawn = self._drawn(program_id)

        def attempt() -> tuple[Endpoint, str | None]:
            before = self.desk.store.get(Endpoint, endpoint_key(program_id))
            if before is not None and before.url == url:
                return before, None
            change = Change()
            if before is None:
                after = Endpoint(
                    program_id=program_id,
                    url=url,
                    secrets=(secret,),
                    created_ms=self.desk.clock.now_ms(),
                )
            else:
                after = _fresh(before).but(url=url)
            change.save(after)
            change.create(self.desk.event("message.endpoint_set", program_id))
            kept = settle(self.desk.store, change, after, receipt)
            return kept, (drawn if before is None else None)

        return until_settled(attempt)

    def rotate(
        self, program_id: str, receipt: Receipt[Endpoint] = no_receipt
    ) -> tuple[Endpoint, str]:
        """A new newest secret; the one before signs beside it for a week."""
        self.read(program_id)
        secret, drawn = self._drawn(program_id)

        def attempt() -> Endpoint:
            before = self.read(program_id)
            after = before.but(secrets=(secret, *before.secrets[:1]))
            change = Change()
            change.replace(after)
            change.create(self.desk.event("message.endpoint_secret_rotated", program_id))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt), drawn

    def set_state(
        self,
        program_id: str,
        state: Literal["on", "off"],
        reason: str,
        receipt: Receipt[Endpoint] = no_receipt,
    ) -> Endpoint:
        """Switch it; asking for the present state does nothing."""

        def attempt() -> Endpoint:
            before = self.read(program_id)
            if before.state == state:
                return before
            after = _fresh(before) if state == "on" else before.but(state="off", reason=reason)
            change = Change()
            change.replace(after)
            change.create(self.desk.event(f"message.endpoint_{state}", program_id, reason))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def read(self, program_id: str) -> Endpoint:
        """The endpoint. Raises NotFound `unknown_endpoint`."""
        found = self.desk.store.get(Endpoint, endpoint_key(program_id))
        if found is None:
            raise NotFound("unknown_endpoint", "this programme has no webhook")
        return found

    def deliveries(self, program_id: str, limit: int, cursor: str | None) -> Page[Message]:
        """What went there or is to go, newest first; kept for MESSAGE_DAYS."""
        page = self.desk.store.query(
            HookLine,
            "core",
            f"HOOK#{program_id}",
            limit=min(limit, READ_KEYS_MAX),
            cursor=cursor,
            newest_first=True,
        )
        return Page(self._messages(page.rows), page.cursor)

    def resend(
        self, program_id: str, event_id: str, receipt: Receipt[Message] = no_receipt
    ) -> Message:
        """Try one that was given up again, at once and under its id; all that forbids it may.

        Raises NotFound `unknown_delivery`, Conflict `delivery_not_failed`.
        """
        self.read(program_id)

        def attempt() -> Message:
            found = self.desk.store.get(Message, message_key(event_id, "webhook"))
            if found is None or self._line(program_id, found) is None:
                raise NotFound("unknown_delivery", "no such message went to this webhook")
            if found.state != "failed":
                raise Conflict("delivery_not_failed", f"the message is {found.state}")
            now_ms, change = self.desk.clock.now_ms(), Change()
            after = found.but(state="held", tries=0, next_ms=now_ms + HOUR_MS, changed_ms=now_ms)
            told = {"event_id": event_id, "channel": "webhook"}
            change.replace(after)
            change.create(self.desk.event(DUE, event_id, "resent", **told))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def _line(self, program_id: str, message: Message) -> HookLine | None:
        """That the message is of this programme's webhook."""
        line = HookLine(program_id=program_id, event_id=message.event_id, begun_ms=message.begun_ms)
        return self.desk.store.get(HookLine, line.key)

    def _messages(self, lines: Sequence[HookLine]) -> list[Message]:
        keys = [message_key(one.event_id, "webhook") for one in lines]
        found = self.desk.store.get_many(Message, keys) if keys else {}
        return [found[key] for key in keys if key in found]

    def _drawn(self, program_id: str) -> tuple[HookSecret, str]:
        """A new secret, sealed, and as the receiver needs it."""
        drawn = f"whsec_{base64.b64encode(self.desk.ids.entropy(SECRET_BYTES)).decode()}"
        sealed = self.sealer.seal_bytes(drawn.encode(), about(program_id))
        return HookSecret(sealed=sealed, made_ms=self.desk.clock.now_ms()), drawn


def about(program_id: str) -> str:
    """What a sealed secret is about: it opens as this programme's alone."""
    return f"{ABOUT}#{program_id}"


def _fresh(endpoint: Endpoint) -> Endpoint:
    return endpoint.but(state="on", reason="", failures=0, failing_ms=None)
