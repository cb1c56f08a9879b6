"""What HubSpot and Salesforce send of deals and contacts, in their own shapes."""

from infra.local.payloads import Json

AT_MS = 1_763_799_000_000  # 2025-11-22T08:10:00Z
ORG = "aws.partner/salesforce.com/00D2w00000RsCeSEAV/0YLa5000000CaaPGAS"


def hubspot_event(kind: str, object_id: int, number: int, **more: object) -> Json:
    """One event of a list; `kind` is `deal.creation`, `contact.propertyChange` ..."""
    return {
        "eventId": number,
        "subscriptionId": 3816279,
        "portalId": 62515,
        "appId": 54321,
        "occurredAt": AT_MS + number,
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": object_id,
        "changeSource": "CRM_UI",
        **more,
    }


def hubspot_merge(
    thing: str, number: int, primary: int, merged: list[int], new: int | None = None
) -> Json:
    """Objects of a kind that became one: a new one, or the primary where nothing says so."""
    more: dict[str, object] = {} if new is None else {"newObjectId": new}
    return hubspot_event(
        f"{thing}.merge",
        new or primary,
        number,
        primaryObjectId=primary,
        mergedObjectIds=merged,
        numberOfPropertiesMoved=3,
        **more,
    )


def hubspot_property(thing: str, object_id: int, number: int, name: str, value: str) -> Json:
    """One property that was changed."""
    return hubspot_event(
        f"{thing}.propertyChange", object_id, number, propertyName=name, propertyValue=value
    )


def hubspot_association(kind: str, from_id: int, to_id: int, number: int, **more: object) -> Json:
    """Two objects that were put together: `DEAL_TO_CONTACT`, `CONTACT_TO_COMPANY` ..."""
    event = hubspot_event(f"{kind.partition('_')[0].lower()}.associationChange", 0, number)
    del event["objectId"]
    return event | {
        "associationType": kind,
        "fromObjectId": from_id,
        "toObjectId": to_id,
        "associationRemoved": False,
        "isPrimaryAssociation": False,
        **more,
    }


def hubspot_deal(
    deal_id: int,
    *,
    stage: str = "closedwon",
    email: str = "robin.friend@example.com",
    contact_id: int = 901,
    number: int = 100,
    amount: str = "12500.5",
) -> list[Json]:
    """A deal from its opening to a stage, with its contact and company."""
    return [
        hubspot_event("deal.creation", deal_id, number, changeFlag="NEW"),
        hubspot_property("contact", contact_id, number + 1, "email", email),
        hubspot_association("DEAL_TO_CONTACT", deal_id, contact_id, number + 2),
        hubspot_association("DEAL_TO_COMPANY", deal_id, 7001, number + 3),
        hubspot_property("deal", deal_id, number + 4, "amount", amount),
        hubspot_property("deal", deal_id, number + 5, "deal_currency_code", "EUR"),
        hubspot_property("deal", deal_id, number + 6, "dealstage", stage),
    ]


def salesforce_change(
    entity: str,
    record_id: str,
    number: int,
    *,
    change: str = "UPDATE",
    nulled: tuple[str, ...] = (),
    **fields: object,
) -> Json:
    """A change event as EventBridge delivers it."""
    return {
        "version": "0",
        "id": f"10b9e2a3-0000-4000-8000-{number:012d}",
        "detail-type": f"{entity}ChangeEvent",
        "source": ORG,
        "account": "123456789012",
        "time": "2025-11-22T08:10:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {
            "payload": {
                "ChangeEventHeader": {
                    "entityName": entity,
                    "recordIds": [record_id],
                    "changeType": change,
                    "changeOrigin": "com/salesforce/api/soap/61.0;client=SfdcInternalAPI/",
                    "transactionKey": f"0002343d-9d90-e395-ed20-cf416ba6{number:04d}",
                    "sequenceNumber": 1,
                    "commitTimestamp": AT_MS + number,
                    "commitNumber": 10_585_193_272_713 + number,
                    "commitUser": "0052w00000AbCdEAAV",
                    "nulledFields": list(nulled),
                    "diffFields": [],
                    "changedFields": [*fields, "LastModifiedDate"],
                },
                "LastModifiedDate": "2025-11-22T08:10:00.000Z",
                **fields,
            },
            "schemaId": "uLZdFNjqSVjUhqB4lCwRHw",
            "id": f"{number}",
            "event": {"replayId": 16_750 + number},
        },
    }
