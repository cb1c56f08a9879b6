"""A message goes to a company's own endpoint under its event's id, until it is taken or given up.

Unlike mail it may be sent again when nobody knows whether it arrived: the id is the same for ever,
so the receiver counts it once. Whether it may leave at all is asked before every try, as for a
letter: what waited a day for an endpoint that was down heeds a complaint of that day.

    5, 10, 20 minutes ... half a day between tries; given up after HOOK_TRIES_MAX, kept in the log
"""

import json
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass

from goodword.errors import Unavailable
from goodword.events import Event, Plain
from goodword.limits import (
    HOOK_OFF_HOURS,
    HOOK_REST_SECONDS,
    HOOK_TRIES_MAX,
    SENDING_SECONDS_MAX,
)
from goodword.messages.endpoint import (
    Endpoint,
    HookAnswer,
    HookLine,
    HookPost,
    endpoint_key,
    wait_ms,
)
from goodword.messages.endpoints import about
from goodword.messages.model import (
    ENDS,
    Message,
    MessageOfAdvocate,
    MessageState,
    Unfit,
    message_key,
)
from goodword.ports import Change, Collision, Desk, GuardFailed, until_settled
from goodword.privacy.ports import Sealer
from goodword.times import HOUR_MS, SECOND_MS, rfc3339

Body = Mapping[str, object]


@dataclass(frozen=True)
class Hooks:
    """Tells companies' own systems. `body_of` is what a message says, its `program_id` at least;
    None if it is for no webhook.

    `unfit` says why it is not to leave now, or never any more; `hold` comes before that and adds to
    the claim what must not have changed since. `resting` is until when an endpoint that has just
    failed is left alone (ms, by programme): one that is slow holds up nothing else.
    """

    desk: Desk
    post: HookPost
    sealer: Sealer
    body_of: Callable[[Event], Body | None]
    unfit: Callable[[Event], Unfit | None]
    hold: Callable[[Event, Change], None]
    resting: MutableMapping[str, int]

    def tell(self, event: Event, *, woken: bool = False) -> Message | None:
        """Send the message about the event unless that has been done; None if it is for no webhook.

        `woken` is when its hour has come; until then one that waits goes on waiting. Raises
        Unavailable when the event must be brought again.
        """
        before = self.desk.store.get(Message, message_key(event.event_id, "webhook"))
        if before is not None and self._is_settled(before, woken=woken):
            return before
        body = self.body_of(event)
        if body is None:
            return None
        program_id = str(body["program_id"])
        claimed, endpoint = self._begun(event, before), self._endpoint(program_id)
        if endpoint is None:
            return self._not_now(claimed, program_id, Unfit("no_endpoint"))
        change = Change()
        self.hold(event, change)
        unfit = self.unfit(event) or self._unready(endpoint)
        if unfit is not None:
            return self._not_now(claimed, program_id, unfit)
        return self._send(claimed, endpoint, body, change)

    @property
    def _now_ms(self) -> int:
        return self.desk.clock.now_ms()

    def _unready(self, endpoint: Endpoint) -> Unfit | None:
        """Why nothing goes to the endpoint now."""
        if endpoint.state == "off":
            return Unfit("endpoint_off", self._now_ms + HOOK_OFF_HOURS * HOUR_MS)
        rests_ms = self.resting.get(endpoint.program_id, 0)
        return Unfit("endpoint_resting", rests_ms) if rests_ms > self._now_ms else None

    def _is_settled(self, before: Message, *, woken: bool) -> bool:
        """Whether nothing is to be done for it now; raises Unavailable while somebody sends it."""
        if before.state in ENDS:
            return True
        if before.state == "held":
            return not woken and before.next_ms is not None and before.next_ms > self._now_ms
        if self._now_ms - before.changed_ms < SENDING_SECONDS_MAX * SECOND_MS:
            raise Unavailable("message_in_flight", "another worker is sending this message")
        return False  # whoever sent it is gone; the receiver knows a repeat by its id

    def _endpoint(self, program_id: str) -> Endpoint | None:
        return self.desk.store.get(Endpoint, endpoint_key(program_id))

    def _begun(self, event: Event, before: Message | None) -> Message:
        now_ms = self._now_ms
        if before is not None:
            return before.but(state="sending", reason="", tries=before.tries + 1, next_ms=None)
        return Message(
            event_id=event.event_id,
            channel="webhook",
            type=event.type,
            subject=event.subject,
            advocate_id=str(event.data.get("advocate_id") or ""),
            state="sending",
            tries=1,
            begun_ms=now_ms,
            changed_ms=now_ms,
            told=event,
        )

    def _not_now(self, claimed: Message, program_id: str, unfit: Unfit) -> Message:
        """Nothing was tried, so it does not count as a try."""
        state: MessageState = "skipped" if unfit.until_ms is None else "held"
        told = {"state": state, "reason": unfit.reason, "next_ms": unfit.until_ms}
        return self._kept(claimed.but(**told, tries=claimed.tries - 1), program_id)

    def _send(self, claimed: Message, endpoint: Endpoint, body: Body, change: Change) -> Message:
        """Claim it together with what must not have changed, and send it."""
        assert claimed.told is not None  # every webhook keeps what it tells of
        claim = self._kept(claimed, endpoint.program_id, change)
        sealed = endpoint.signing(self._now_ms)
        secrets = [self.sealer.open_bytes(one, about(endpoint.program_id)) for one in sealed]
        said = envelope(claim.type, claimed.told.at_ms, body)
        raw = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self.post.send(endpoint.url, secrets, claim.event_id, raw)
        self._noted(endpoint.program_id, answer)
        if answer.outcome == "taken":
            return self._kept(claim.but(state="sent"), endpoint.program_id)
        self.resting[endpoint.program_id] = self._now_ms + HOOK_REST_SECONDS * SECOND_MS
        if claim.tries >= HOOK_TRIES_MAX:
            given_up = claim.but(state="failed", reason=answer.reason)
            return self._kept(given_up, endpoint.program_id)
        again_ms = self._now_ms + wait_ms(claim.tries, answer.wait_seconds)
        later = claim.but(state="held", reason=answer.reason, next_ms=again_ms)
        return self._kept(later, endpoint.program_id)

    def _noted(self, program_id: str, answer: HookAnswer) -> None:
        """What the answer means for the endpoint; staff are told when it is switched off."""

        def attempt() -> None:
            before = self._endpoint(program_id)
            assert before is not None  # endpoints are never taken away
            after = before.after(answer, self._now_ms)
            if after == before:
                return
            change = Change()
            change.replace(after)
            if after.state != before.state:
                many = {"failures": after.failures}
                told = self.desk.event("message.endpoint_off", program_id, after.reason, **many)
                change.create(told)
            self.desk.store.commit(change)

        until_settled(attempt)

    def _kept(self, message: Message, program_id: str, change: Change | None = None) -> Message:
        """Store this state; losing a race means that someone else is at work on it, or that what
        was looked at has changed: the event comes again."""
        change = change or Change()
        after = message.but(changed_ms=self._now_ms)
        change.save(after)
        if after.version == 0:
            change.create(*_lines(after, program_id))
        if after.state in ENDS:
            change.create(self._ended(after, program_id))
        try:
            self.desk.store.commit(change)
        except (Collision, GuardFailed) as lost:
            raise Unavailable("message_in_flight", "something else was quicker") from lost
        return after.but(version=after.version + 1)

    def _ended(self, message: Message, program_id: str) -> Event:
        about: dict[str, Plain] = {
            "about": message.type,
            "event_id": message.event_id,
            "program_id": program_id,
            "channel": "webhook",
        }
        subject = message.advocate_id or message.event_id
        return self.desk.event(f"message.{message.state}", subject, message.reason, **about)


def envelope(type: str, at_ms: int, body: Body) -> dict[str, object]:
    """The whole of what is sent; its bytes are JSON of it, and these are signed."""
    return {"type": type, "timestamp": rfc3339(at_ms), "data": dict(body)}


def _lines(message: Message, program_id: str) -> list[HookLine | MessageOfAdvocate]:
    """Where a message is found: with its programme's webhook, and with its person."""
    event_id, begun_ms = message.event_id, message.begun_ms
    found: list[HookLine | MessageOfAdvocate] = [
        HookLine(program_id=program_id, event_id=event_id, begun_ms=begun_ms)
    ]
    if message.advocate_id:
        found.append(
            MessageOfAdvocate(
                advocate_id=message.advocate_id,
                event_id=event_id,
                channel="webhook",
                begun_ms=begun_ms,
            )
        )
    return found
