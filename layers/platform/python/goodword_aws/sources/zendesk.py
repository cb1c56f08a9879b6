"""Zendesk's tickets as signals: opened with a priority, resolved, and how satisfied somebody was.

Two bodies: Zendesk's own ticket events (`zen:event-type:ticket...`), and the body of a trigger,
which the installation writes itself (docs/journeys.md has it). Only a trigger can tell an address.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of, topic_of
from goodword.conversions.model import Facts, Source
from goodword.errors import InvalidInput, NotAuthentic
from goodword.journeys.signal import SignalFact, SignalKind
from goodword.times import SECOND_MS, parse_rfc3339

from goodword_aws.sources.document import Document
from goodword_aws.sources.signals import address, signal
from goodword_aws.sources.signatures import (
    base64_mac,
    digest_of,
    header,
    require_fresh,
    require_match,
)

PRIORITIES = {"urgent": 1, "high": 2, "normal": 3, "low": 4, "": 3, "-": 3}
STATES: dict[str, SignalKind] = {
    "new": "case_opened",
    "open": "case_opened",
    "pending": "case_opened",
    "hold": "case_opened",
    "solved": "case_resolved",
    "closed": "case_resolved",
}
CONTENT = {"good": 100, "bad": 0}  # "good", "Good, I'm satisfied", "bad_with_comment"
GONE = ("soft_deleted", "permanently_deleted", "marked_as_spam", "merged")  # nobody works on it
_FIRST_WORD = re.compile(r"[^a-z]")
OWN_EVENT = "zen:event-type:ticket."


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check the base64 MAC over timestamp and body, written together without a separator."""
    sent = header(headers, "x-zendesk-webhook-signature-timestamp")
    offered = header(headers, "x-zendesk-webhook-signature")
    message = sent.encode("utf-8", "replace") + raw
    require_match((base64_mac(one.encode(), message) for one in secrets), [offered])
    try:
        sent_s = parse_rfc3339(sent) // SECOND_MS
    except InvalidInput as bad:
        raise NotAuthentic("bad_signature", "the signature carries no time") from bad
    require_fresh(str(sent_s), now_s)
    digest = digest_of(raw)
    named = header(headers, "x-zendesk-webhook-invocation-id")
    topic = topic_of("ticket")
    return DeliveryHead(delivery_id=delivery_id_of(named, digest), topic=topic, fingerprint=digest)


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The signals of a ticket; none of a requester that nobody names."""
    del topic, source
    said = Document.parse(raw)
    kind = said.text("type")
    if kind and not kind.startswith(OWN_EVENT):
        return Facts(ignored="other_topic")
    ticket = said.document("detail") if kind else said
    whose = {
        "customer_id": ticket.id_at("requester_external_id")
        or ticket.id_at("requester_id")
        or None,
        "account_id": ticket.id_at("organization_external_id")
        or ticket.id_at("organization_id")
        or None,
        "email": address(ticket.text("requester_email")),
    }
    if not any(whose.values()):
        return Facts(ignored="anonymous")
    case = ticket.id_at("ticket_id") or ticket.need_id("id")
    told_ms = said.time("time") or ticket.time("updated_at") or received_ms
    common = whose | {"about": case, "occurred_ms": min(told_ms, received_ms)}
    gone = kind.removeprefix(OWN_EVENT) in GONE
    status = "closed" if gone else ticket.text("status").lower()
    return Facts(signals=tuple(_signals(ticket, status, case, common)))


def _signals(ticket: Document, status: str, case: str, common: dict[str, Any]) -> list[SignalFact]:
    """Events of one second with another priority are signals of their own."""
    if status not in STATES:
        raise NotUnderstood("bad_field", "the ticket is in a state that is not known")
    kind, at_ms = STATES[status], common["occurred_ms"]
    more: dict[str, Any] = {}
    if kind == "case_opened":
        priority = ticket.text("priority").lower()
        if priority not in PRIORITIES:
            raise NotUnderstood("bad_field", "the ticket has a priority that is not known")
        more = {"value": PRIORITIES[priority]}
    name = ":".join(map(str, (case, kind, *more.values(), at_ms)))
    found = [signal(signal_id=name, kind=kind, **more, **common)]
    content = CONTENT.get(_FIRST_WORD.split(ticket.text("satisfaction").strip().lower())[0])
    if content is not None:
        name = f"{case}:csat:{at_ms}"
        found.append(signal(signal_id=name, kind="csat", value=content, **common))
    return found
