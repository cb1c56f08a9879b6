"""Segment's `track` calls as signals of product usage: a milestone, or usage that grew or shrank.

Which events come here is chosen in Segment; each is a milestone under its own name. One with a
whole `change_percent` among its properties says by how much something is used more or less.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of
from goodword.conversions.model import Facts, Source

from goodword_aws.sources.document import Document
from goodword_aws.sources.signals import address, signal
from goodword_aws.sources.signatures import digest_of, header, require_match

WORD_LENGTH_MAX = 80
_NOT_OF_WORDS = re.compile(r"[^a-z0-9._-]+")


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `X-Signature: <hex HMAC-SHA1>` over the body, which is Segment's own choice."""
    del now_s
    macs = (hmac.new(one.encode(), raw, hashlib.sha1).hexdigest() for one in secrets)
    require_match(macs, [header(headers, "x-signature")])
    digest = digest_of(raw)
    return DeliveryHead(delivery_id=delivery_id_of("", digest), topic="track", fingerprint=digest)


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The signal of a track call; other calls, and those of nobody, are ignored."""
    del topic, source
    said = Document.parse(raw)
    if said.text("type") != "track":
        return Facts(ignored="other_topic")
    whose = {
        "customer_id": said.id_at("userId") or None,
        "account_id": said.id_at("context.groupId") or said.id_at("properties.account_id") or None,
        "email": address(said.text("properties.email") or said.text("context.traits.email")),
    }
    if not any(whose.values()):
        return Facts(ignored="anonymous")
    told_ms = said.time("timestamp")
    kind: dict[str, Any] = {"kind": "milestone"}
    change = said.at("properties.change_percent")
    if change is not None:
        if isinstance(change, bool) or not isinstance(change, int):
            raise NotUnderstood("bad_field", "change_percent is not a whole number")
        kind = {"kind": "usage", "value": max(-100, min(1_000, change))}
    fact = signal(
        signal_id=said.need_id("messageId"),
        occurred_ms=min(received_ms, told_ms if told_ms is not None else received_ms),
        word=_word(said.text("event")),
        **kind,
        **whose,
    )
    return Facts(signals=(fact,))


def _word(name: str) -> str | None:
    """The event's name as a plain word. Names that people were put into lose what is no word."""
    found = _NOT_OF_WORDS.sub(" ", name.lower()).strip(" ._-")[:WORD_LENGTH_MAX].rstrip()
    return found or None
