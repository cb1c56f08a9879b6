"""HubSpot's webhooks: a list of small events, each a step of a deal or of who a contact is.

An event says one property only, so nothing is fetched: a deal is what all its events come to
(`goodword.journeys.opportunity`). `eventId` alone is not unique, so a step is named by portal,
subscription, object and event. A retry counts its attempts in the body: they are left out of what
tells one body from another. Classic names (`deal.propertyChange`) and those of generic objects
(`object.propertyChange` with `objectTypeId`) are both understood.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of
from goodword.conversions.model import Facts, Source
from goodword.errors import NotAuthentic
from goodword.journeys.opportunity import ContactFact, DealFact
from goodword.limits import DEAL_MERGED_MAX

from goodword_aws.sources.deals import REFERRAL, amount, contacts, deal, referral, stage
from goodword_aws.sources.document import Document, load
from goodword_aws.sources.nobody import whose_id
from goodword_aws.sources.signals import address
from goodword_aws.sources.signatures import (
    base64_mac,
    digest_of,
    header,
    require_fresh,
    require_match,
)

EVENTS_MAX = 100  # events of one delivery; HubSpot's own limit
OBJECTS = {"0-1": "contact", "0-2": "company", "0-3": "deal"}
TIME_DIGITS_MAX = 15
TRUE = {"true", "1"}
RENEWALS = {"existingbusiness", "renewal"}


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `X-HubSpot-Signature-v3` over method, address, body and time (in ms)."""
    sent = header(headers, "x-hubspot-request-timestamp")
    offered = header(headers, "x-hubspot-signature-v3")
    method, targets = header(headers, ":method"), header(headers, ":targets").split()
    expected = [
        base64_mac(one.encode(), _bytes(method + target) + raw + _bytes(sent))
        for one in secrets
        for target in targets
    ]
    require_match(expected, [offered])
    if not (sent.isascii() and sent.isdigit() and len(sent) <= TIME_DIGITS_MAX):
        raise NotAuthentic("bad_signature", "the signature carries no time")
    require_fresh(str(int(sent) // 1_000), now_s)
    digest = _fingerprint(raw)
    return DeliveryHead(delivery_id=delivery_id_of("", digest), topic="crm", fingerprint=digest)


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The steps of deals and contacts; what cannot be read of one event stops no other."""
    del topic
    found: list[ContactFact | DealFact] = []
    problem = ""
    for one in _events(raw):
        try:
            found += _facts(one, source, received_ms)
        except NotUnderstood as bad:
            problem = problem or bad.code
    deals = tuple(one for one in found if isinstance(one, DealFact))
    people = tuple(one for one in found if isinstance(one, ContactFact))
    ignored = "" if found or problem else "other_topic"
    return Facts(deals=deals, contacts=people, problem=problem, ignored=ignored)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _events(raw: bytes) -> list[Document]:
    try:
        found = load(raw)
    except ValueError as bad:
        raise NotUnderstood("malformed_json", "the body is not JSON") from bad
    listed = found if isinstance(found, list) else [found]
    if len(listed) > EVENTS_MAX or not all(isinstance(one, Mapping) for one in listed):
        raise NotUnderstood("malformed_json", "the body is not a list of events")
    return [Document(one) for one in listed]


def _facts(said: Document, source: Source, received_ms: int) -> Sequence[ContactFact | DealFact]:
    """What one event says; most often one thing, of what is not kept nothing."""
    thing, _, what = said.text("subscriptionType").partition(".")
    if thing == "object":
        thing = OBJECTS.get(said.text("objectTypeId"), "")
    at_ms = min(received_ms, said.need_natural("occurredAt"))
    if what == "merge":
        return _merge(said, thing, source, at_ms) if thing in OBJECTS.values() else ()
    found = _fact(said, thing, what, source, at_ms)
    return () if found is None else (found,)


def _fact(
    said: Document, thing: str, what: str, source: Source, at_ms: int
) -> ContactFact | DealFact | None:
    if what == "associationChange":
        return _association(said, source, at_ms)
    if thing == "contact":
        return _contact(said, what, at_ms)
    if thing == "deal" and (change := _change(said, what)) is not None:
        return deal(**_step(said, source, at_ms, said.need_id("objectId")), **change)
    return None


def _merge(
    said: Document, thing: str, source: Source, at_ms: int
) -> Sequence[ContactFact | DealFact]:
    """Two objects or more that became one: a new one where HubSpot says so, else the primary.

    The survivor is told first, while the others still stand.
    """
    first = said.need_id("primaryObjectId")
    survivor = said.id_at("newObjectId") or first
    listed = said.at("mergedObjectIds")
    others = listed if isinstance(listed, list) else [listed]
    each = (Document({"id": one}).need_id("id") for one in others)
    ids = tuple(dict.fromkeys((first, *each)))
    gone = tuple(one for one in ids if one != survivor)
    if len(gone) > DEAL_MERGED_MAX:
        raise NotUnderstood("bad_field", "more objects were merged than are looked at")
    if not gone:
        return ()
    if thing == "contact":
        return (ContactFact(customer_id=survivor, occurred_ms=at_ms, also=gone),)
    if thing == "company":
        return (ContactFact(account_id=survivor, occurred_ms=at_ms, also=gone),)
    is_new = survivor not in ids
    taken = deal(**_step(said, source, at_ms, survivor), opened=is_new, merged=ids)
    return (taken, *(_gone(_step(said, source, at_ms, one), survivor) for one in gone))


def _gone(step: dict[str, Any], survivor: str) -> DealFact:
    return deal(**step, removed=True, into=survivor)


def _step(said: Document, source: Source, at_ms: int, deal_id: str) -> dict[str, Any]:
    parts = ("portalId", "subscriptionId", "eventId")
    name = ":".join([*(said.id_at(part) or "0" for part in parts), deal_id])
    return {
        "home": source.currency,
        "fact_id": name,
        "deal_id": deal_id,
        "occurred_ms": at_ms,
    }


def _change(said: Document, what: str) -> dict[str, Any] | None:
    """What a deal's event changes; None for what is not kept."""
    told: dict[str, dict[str, Any]] = {
        "creation": {"opened": True},
        "deletion": {"removed": True},
        "restore": {"removed": False},
    }
    if what != "propertyChange":
        return told.get(what)
    kept = PROPERTIES.get(said.text("propertyName"))
    if kept is None:
        return None
    field, reader = kept
    value = reader(said)
    return None if value is None else {field: value}


def _text(said: Document) -> str:
    """The property's value; a flag may come as one."""
    value = said.at("propertyValue")
    return str(value).strip() if isinstance(value, str | bool) else ""


def _flag(said: Document) -> bool:
    return _text(said).lower() in TRUE


PROPERTIES: dict[str, tuple[str, Callable[[Document], Any]]] = {
    "dealstage": ("stage", lambda said: stage(_text(said))),
    "amount": ("amount", lambda said: amount(said.at("propertyValue"))),
    "deal_currency_code": (
        "currency",
        lambda said: said.currency("propertyValue") if _text(said) else None,
    ),
    "hs_is_closed_won": ("won", _flag),
    "hs_is_closed": ("closed", _flag),
    "dealtype": ("renewal", lambda said: _text(said).lower() in RENEWALS),
    REFERRAL: ("referral", lambda said: referral(_text(said))),
}


def _contact(said: Document, what: str, at_ms: int) -> ContactFact | None:
    """The address of a contact. A wish to be forgotten is for a person."""
    if what == "privacyDeletion":
        raise NotUnderstood("privacy_request", "a contact is to be forgotten")
    email = address(said.text("propertyValue"))
    if what != "propertyChange" or said.text("propertyName") != "email" or email is None:
        return None
    return ContactFact(customer_id=said.need_id("objectId"), occurred_ms=at_ms, email=email)


def _association(said: Document, source: Source, at_ms: int) -> ContactFact | DealFact | None:
    """Who belongs to a deal, or to a company. Either end may be named first."""
    ends = _ends(said)
    removed = said.at("associationRemoved") is True
    if set(ends) == {"contact", "company"} and not removed:
        contact_id, account_id = ends["contact"], ends["company"]
        return ContactFact(customer_id=contact_id, account_id=account_id, occurred_ms=at_ms)
    if "deal" not in ends or len(ends) != 2:
        return None
    step = _step(said, source, at_ms, ends["deal"])
    if "contact" in ends:
        step["dropped_ids" if removed else "contact_ids"] = contacts(ends["contact"])
    elif "company" in ends and not removed:
        step["account_id"] = ends["company"]
    else:
        return None
    step["fact_id"] = f"{step['fact_id']}:{next(v for k, v in ends.items() if k != 'deal')}"
    return deal(**step)


def _ends(said: Document) -> dict[str, str]:
    names = said.text("associationType").lower().split("_to_")
    if len(names) != 2:
        kinds = said.text("fromObjectTypeId"), said.text("toObjectTypeId")
        names = [OBJECTS.get(kind, "") for kind in kinds]
    ids = said.id_at("fromObjectId"), said.id_at("toObjectId")
    return {name: one for name, one in zip(names, ids, strict=True) if name and whose_id(one)}


def _fingerprint(raw: bytes) -> str:
    """The same for every attempt of one delivery."""
    try:
        found = json.loads(raw)
    except ValueError:
        return digest_of(raw)
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in listed):
        return digest_of(raw)
    bare = [{name: one[name] for name in one if name != "attemptNumber"} for one in listed]
    return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()
