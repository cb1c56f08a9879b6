"""Samples of deals: what our own form, HubSpot and Salesforce say of them, and what is refused."""

from infra.local.payloads import Json
from infra.local.payloads_crm import (
    hubspot_deal,
    hubspot_event,
    hubspot_merge,
    salesforce_change,
)
from infra.local.payloads_signals import WHOSE
from infra.local.samples_frame import (
    API,
    AT_S,
    BY_SOURCE,
    SECRETS,
    SOURCES,
    forged,
    generic,
    noticed,
)
from infra.local.signing import sign_hubspot, sign_salesforce


def crm_samples() -> dict[str, Json]:
    """Deals by our own form, HubSpot and Salesforce."""
    deal: Json = {"type": "deal", "event_id": "d-1", "deal_id": "77", "status": "won"}
    said = deal | {"amount": 250_000, "currency": "USD", "customer_email": WHOSE["email"]}
    forgets = hubspot_event("contact.privacyDeletion", 901, 300)
    opened = salesforce_change(
        "Opportunity",
        "0065I00000A1b2cQAB",
        1,
        change="CREATE",
        StageName="Prospecting",
        Amount=48_000,
        AccountId="0015I00000Xyz12QAB",
        Type="Renewal",
        IsWon=False,
        IsClosed=False,
    )
    gap = salesforce_change("Opportunity", "0065I00000A1b2cQAB", 2, change="GAP_UPDATE")
    hubspot = noticed("hubspot", hubspot_deal(501))
    old = sign_hubspot(
        SECRETS["hubspot"], f"{API}{hubspot['rawPath']}", AT_S - 600, hubspot["body"].encode()
    )
    return {
        "generic_deal": generic(said, "msg_deal_1", route=BY_SOURCE, source_id=SOURCES["generic"]),
        "refused_generic_deal_amount": generic(
            said | {"amount": "2500.00"}, "msg_deal_2", route=BY_SOURCE
        ),
        "hubspot_deal": hubspot,
        "hubspot_merged": noticed("hubspot", [hubspot_merge("deal", 500, 501, [502], 503)]),
        "hubspot_privacy_request": noticed("hubspot", [*hubspot_deal(502), forgets]),
        "hubspot_other_objects": noticed("hubspot", [hubspot_event("ticket.creation", 1, 400)]),
        "refused_hubspot_forged": forged(noticed("hubspot", hubspot_deal(1001))),
        "refused_hubspot_stale": hubspot | {"headers": hubspot["headers"] | old},
        "salesforce_opportunity": noticed("salesforce", opened),
        "salesforce_gap": noticed("salesforce", gap),
        "refused_salesforce_key": noticed("salesforce", opened)
        | {"headers": sign_salesforce("another-key-of-thirty-two-letters")},
    }
