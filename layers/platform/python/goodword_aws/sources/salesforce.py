"""Salesforce's change events, as EventBridge hands them on: each says what changed of a record.

They come from a partner bus, whose rule sends them here through an API destination. Salesforce
signs nothing; what shows that it was our own bus is the key in the header `Goodword-Key`, which
only the destination's connection knows (docs/crm.md). An event names changed fields alone, so a
deal is what all of them come to. `GAP_...` says that Salesforce lost something: a person looks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of
from goodword.conversions.model import Facts, Source
from goodword.journeys.opportunity import ContactFact, DealFact

from goodword_aws.sources.deals import amount, contacts, deal, referral, stage
from goodword_aws.sources.document import Document
from goodword_aws.sources.nobody import whose_id
from goodword_aws.sources.signals import address
from goodword_aws.sources.signatures import digest_of, header, require_match

PARTNER = ("aws.partner/salesforce.com/", "sim.partner/salesforce.com/")
RECORDS_MAX = 100  # records of one event; Salesforce joins those that changed alike
CHANGES = {"CREATE", "UPDATE", "DELETE", "UNDELETE"}


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check the key of the API destination. Nothing else is signed: TLS carries the body."""
    del now_s
    require_match(secrets, [header(headers, "goodword-key")])
    digest = digest_of(raw)
    return DeliveryHead(delivery_id=delivery_id_of("", digest), topic="crm", fingerprint=digest)


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """The steps of deals and contacts in one event."""
    del topic
    said = Document.parse(raw)
    if not said.text("source").startswith(PARTNER):
        raise NotUnderstood("bad_field", "the event does not come from Salesforce")
    payload = said.document("detail.payload")
    head = payload.document("ChangeEventHeader")
    kind, change = head.text("entityName"), head.text("changeType")
    if change.startswith("GAP_"):
        raise NotUnderstood("gap", "Salesforce could not say what changed")
    if kind not in READERS or change not in CHANGES:
        return Facts(ignored="other_topic")
    names = _names(head)
    at_ms = min(received_ms, head.need_natural("commitTimestamp"))
    found = [
        one
        for record_id in names
        for one in READERS[kind](payload, _step(head, source, at_ms, record_id), change, record_id)
    ]
    deals = tuple(one for one in found if isinstance(one, DealFact))
    people = tuple(one for one in found if isinstance(one, ContactFact))
    return Facts(deals=deals, contacts=people, ignored="" if found else "nothing_kept")


def _names(head: Document) -> list[str]:
    listed = head.at("recordIds")
    names = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    if not 0 < len(names) <= RECORDS_MAX:
        raise NotUnderstood("missing_id", "the event names no records")
    return names


def _step(head: Document, source: Source, at_ms: int, record_id: str) -> dict[str, Any]:
    return {
        "home": source.currency,
        "fact_id": f"{head.need_id('transactionKey')}:{head.natural('sequenceNumber')}:{record_id}",
        "occurred_ms": at_ms,
    }


def _opportunity(
    payload: Document, step: dict[str, Any], change: str, record_id: str
) -> Iterator[ContactFact | DealFact]:
    fields = payload.fields
    emptied = payload.document("ChangeEventHeader").at("nulledFields")
    none = emptied if isinstance(emptied, list) else []
    said: dict[str, Any] = {
        "opened": change == "CREATE" or None,
        "removed": {"DELETE": True, "UNDELETE": False}.get(change),
        "stage": stage(fields.get("StageName")) or None,
        "won": _flag(fields, "IsWon"),
        "closed": _flag(fields, "IsClosed"),
        "renewal": "renewal" in payload.text("Type").lower() if payload.text("Type") else None,
        "referral": referral(fields.get("Goodword_Referral__c")),
        "account_id": whose_id(payload.id_at("AccountId")),
        "contact_ids": contacts(payload.id_at("ContactId")) or None,
    }
    if fields.get("Amount") is not None or "Amount" in none:
        said["amount"] = amount(fields.get("Amount"))
    if payload.text("CurrencyIsoCode"):
        said["currency"] = payload.currency("CurrencyIsoCode")
    kept = {name: value for name, value in said.items() if value is not None}
    if kept:
        yield deal(**step, deal_id=record_id, **kept)


def _flag(fields: Mapping[str, Any], name: str) -> bool | None:
    value = fields.get(name)
    return value if isinstance(value, bool) else None


def _role(
    payload: Document, step: dict[str, Any], change: str, record_id: str
) -> Iterator[ContactFact | DealFact]:
    """A contact of a deal. One that is taken off again names neither, and stays."""
    del change, record_id
    deal_id, contact_id = payload.id_at("OpportunityId"), payload.id_at("ContactId")
    if deal_id and contact_id:
        yield deal(**step, deal_id=deal_id, contact_ids=contacts(contact_id))


def _contact(
    payload: Document, step: dict[str, Any], change: str, record_id: str
) -> Iterator[ContactFact | DealFact]:
    del change
    email, account_id = address(payload.text("Email")), whose_id(payload.id_at("AccountId"))
    if email or account_id:
        yield ContactFact(
            customer_id=record_id,
            occurred_ms=step["occurred_ms"],
            email=email,
            account_id=account_id,
        )


def _lead(
    payload: Document, step: dict[str, Any], change: str, record_id: str
) -> Iterator[ContactFact | DealFact]:
    """A lead is a person; converted, it is also that contact, and belongs to that deal.

    A conversion does not repeat the address: the lead's own id, which knew it, goes on to the deal.
    """
    at_ms, account_id = step["occurred_ms"], whose_id(payload.id_at("ConvertedAccountId"))
    email = address(payload.text("Email"))
    if email or account_id:
        yield ContactFact(
            customer_id=record_id, occurred_ms=at_ms, email=email, account_id=account_id
        )
    del change
    if deal_id := payload.id_at("ConvertedOpportunityId"):
        named = contacts(record_id, payload.id_at("ConvertedContactId"))
        yield deal(**step, deal_id=deal_id, account_id=account_id, contact_ids=named)


READERS = {
    "Opportunity": _opportunity,
    "OpportunityContactRole": _role,
    "Contact": _contact,
    "Lead": _lead,
}
