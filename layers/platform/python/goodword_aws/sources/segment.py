"""Segment's `track` calls as signals of product usage: a milestone, or usage that grew or shrank.

Which events come here is chosen in Segment; each is a milestone under its own name. One with a
whole `change_percent` among its properties says by how much something is used more or less.
`identify` and `group` calls say who somebody is: the address of an id, and the account. Calls come
alone or in batches, as a list or as `{"batch": [...]}`; one that cannot be read stops no other.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of
from goodword.conversions.model import Facts, Source
from goodword.journeys.opportunity import ContactFact
from goodword.journeys.signal import SignalFact, folded

from goodword_aws.sources.document import Document, load
from goodword_aws.sources.nobody import whose_id
from goodword_aws.sources.signals import address, signal
from goodword_aws.sources.signatures import digest_of, header, require_match

CALLS_MAX = 100  # calls of one delivery: each is a few writes, and the worker has its time


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
    """What the calls say; other calls, and those of nobody, are ignored."""
    del topic, source
    signals: list[SignalFact] = []
    contacts: list[ContactFact] = []
    problem, ignored = "", "other_topic"
    for said in _calls(raw):
        whose = _whose(said)
        if said.text("type") not in ("track", "identify", "group"):
            continue
        if not any(whose.values()):
            ignored = "anonymous"
            continue
        try:
            if said.text("type") == "track":
                signals.append(_signal(said, whose, received_ms))
            elif whose["customer_id"] and (whose["email"] or whose["account_id"]):
                contacts.append(ContactFact(occurred_ms=_at(said, received_ms), **whose))
        except NotUnderstood as bad:
            problem = problem or bad.code
    heard = bool(signals or contacts or problem)
    return Facts(
        signals=tuple(signals),
        contacts=tuple(contacts),
        problem=problem,
        ignored="" if heard else ignored,
    )


def _calls(raw: bytes) -> list[Document]:
    try:
        found = load(raw)
    except ValueError as bad:
        raise NotUnderstood("malformed_json", "the body is not JSON") from bad
    listed = found.get("batch", [found]) if isinstance(found, Mapping) else found
    whole = isinstance(listed, list) and all(isinstance(one, Mapping) for one in listed)
    if not whole or len(listed) > CALLS_MAX:
        raise NotUnderstood("malformed_json", f"the body is not a list of up to {CALLS_MAX} calls")
    return [Document(one) for one in listed]


def _whose(said: Document) -> dict[str, Any]:
    """Of whom a call is.

    Its properties say what it is about, often somebody else (`Teammate Invited`), and the traits of
    a `group` are the group's own. So an address is asked of the traits of the user alone.
    """
    emails = ["context.traits.email"]
    if said.text("type") == "identify":
        emails.insert(0, "traits.email")
    groups = ("groupId", "context.groupId", "properties.account_id")
    return {
        "customer_id": whose_id(said.id_at("userId")),
        "account_id": next(filter(None, (whose_id(said.id_at(one)) for one in groups)), None),
        "email": address(next(filter(None, map(said.text, emails)), "")),
    }


def _at(said: Document, received_ms: int) -> int:
    told_ms = said.time("timestamp")
    return min(received_ms, told_ms if told_ms is not None else received_ms)


def _signal(said: Document, whose: Mapping[str, Any], received_ms: int) -> SignalFact:
    kind: dict[str, Any] = {"kind": "milestone"}
    change = said.at("properties.change_percent")
    if change is not None:
        if isinstance(change, bool) or not isinstance(change, int):
            raise NotUnderstood("bad_field", "change_percent is not a whole number")
        kind = {"kind": "usage", "value": max(-100, min(1_000, change))}
    return signal(
        signal_id=said.need_id("messageId"),
        occurred_ms=_at(said, received_ms),
        word=folded(said.text("event")),  # of a name that people were put into, what is a word
        **kind,
        **whose,
    )
