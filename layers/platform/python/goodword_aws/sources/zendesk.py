"""Zendesk's tickets as signals: opened with a priority, resolved, and how satisfied somebody was.

Two bodies: Zendesk's own ticket events (`zen:event-type:ticket...`), and the body of a trigger,
which the installation writes itself (docs/journeys.md has it) with constant words: placeholders may
be written in the language of the requester. Only a trigger can tell an address.

Only a ticket that becomes solved is resolved. One that is closed, archived, merged, deleted,
scrubbed or spam is worked on no more, which is no success: a solved ticket is closed by itself
weeks later.
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
from goodword_aws.sources.nobody import whose_id
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
    "onhold": "case_opened",
    "solved": "case_resolved",
    "closed": "case_dropped",
    "archived": "case_dropped",  # a closed ticket, some months later
    "deleted": "case_dropped",
    "scrubbed": "case_dropped",  # a deleted one whose text was removed
}
CONTENT = {"good": 100, "bad": 0}  # "good", "Good, I'm satisfied", "bad_with_comment"
UNRATED = ("", "-", "unoffered", "offered")
GONE = ("soft_deleted", "permanently_deleted", "marked_as_spam", "merged")  # nobody works on it
MERGED = "closed_by_merge"  # the tag that Zendesk gives a ticket when it is merged into another
TURNS = ("created", "status_changed", "undeleted", *GONE)  # after which it may have ended
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
        "customer_id": _first(ticket, "requester_external_id", "requester_id"),
        "account_id": _first(ticket, "organization_external_id", "organization_id"),
        "email": address(ticket.text("requester_email")),
    }
    if not any(whose.values()):
        return Facts(ignored="anonymous")
    case = ticket.id_at("ticket_id") or ticket.need_id("id")
    told_ms = said.time("time") or ticket.time("updated_at") or received_ms
    common = whose | {"about": case, "occurred_ms": min(told_ms, received_ms)}
    what = kind.removeprefix(OWN_EVENT)
    gone = what in GONE or MERGED in _tags(ticket)
    status = "deleted" if gone else _plain(ticket.text("status"))
    found, problem = [], ""
    try:
        content = _content(ticket)
    except NotUnderstood as bad:
        content, problem = None, bad.code
    if status or content is None:
        found.append(_case(ticket, status, case, common))
        if kind and what not in TURNS and found[0].kind != "case_opened":
            return Facts(ignored="other_topic")
    if content is not None:
        name = f"{case}:csat:{common['occurred_ms']}"
        found.append(signal(signal_id=name, kind="csat", value=content, **common))
    return Facts(signals=tuple(found), problem=problem)


def _first(ticket: Document, *names: str) -> str | None:
    """The first of the ids that is one: of a ticket without an organization it may be 0."""
    return next(filter(None, (whose_id(ticket.id_at(one)) for one in names)), None)


def _plain(word: str) -> str:
    """The same for `On-hold`, `on_hold` and `On hold`; nothing of a lone dash."""
    return re.sub(r"[\s_-]", "", word.lower())


def _tags(ticket: Document) -> Sequence[Any]:
    """The tags of an event (a list) or of a trigger (words)."""
    found = ticket.at("tags")
    if isinstance(found, str):
        return found.split()
    return found if isinstance(found, list) else ()


def _content(ticket: Document) -> int | None:
    """How content somebody was, in percent; None if nobody has said so yet."""
    said = ticket.text("satisfaction").strip().lower()
    if said in UNRATED:
        return None
    content = CONTENT.get(_FIRST_WORD.split(said)[0])
    if content is None:
        raise NotUnderstood("unknown_rating", "the ticket has a rating that is not known")
    return content


def _case(ticket: Document, status: str, case: str, common: dict[str, Any]) -> SignalFact:
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
    return signal(signal_id=name, kind=kind, **more, **common)
