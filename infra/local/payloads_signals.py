"""What systems that notice customers send, in their own shapes: Typeform, Zendesk, Segment."""

from infra.local.payloads import Json

WHOSE: Json = {"customer_id": "u-4711", "email": "robin.friend@example.com", "account_id": "acme-7"}


def typeform_response(token: str, score: int, *, stars: int = 5, hidden: Json = WHOSE) -> Json:
    """A form response with an NPS and a rating of five stars, whose length no delivery says."""
    return {
        "event_id": f"evt-{token}",
        "event_type": "form_response",
        "form_response": {
            "form_id": "lT4Z3j",
            "token": token,
            "landed_at": "2025-11-22T08:20:00Z",
            "submitted_at": "2025-11-22T08:21:00Z",
            "hidden": hidden,
            "definition": {
                "id": "lT4Z3j",
                "title": "How are we doing?",
                "fields": [
                    {"id": "nps1", "type": "nps", "ref": "a", "title": "Recommend?"},
                    {
                        "id": "rate1",
                        "type": "rating",
                        "ref": "b",
                        "title": "Support?",
                        "properties": {},
                    },
                    {"id": "why1", "type": "long_text", "ref": "c", "title": "Why?"},
                ],
            },
            "answers": [
                {
                    "type": "number",
                    "number": score,
                    "field": {"id": "nps1", "type": "nps", "ref": "a"},
                },
                {
                    "type": "number",
                    "number": stars,
                    "field": {"id": "rate1", "type": "rating", "ref": "b"},
                },
                {
                    "type": "text",
                    "text": "Robin here, it is great",
                    "field": {"id": "why1", "type": "long_text"},
                },
            ],
        },
    }


def zendesk_trigger(case: str, status: str, *, priority: str = "urgent", **more: str) -> Json:
    """The body of a trigger, as docs/journeys.md has it written."""
    return {
        "ticket_id": case,
        "status": status,
        "priority": priority,
        "requester_external_id": "u-4711",
        "requester_email": "robin.friend@example.com",
        "organization_external_id": "acme-7",
        "updated_at": "2025-11-22T08:22:00Z",
        **more,
    }


def zendesk_event(case: str, status: str, *, priority: str = "URGENT") -> Json:
    """Zendesk's own event of a ticket whose status changed."""
    return {
        "account_id": 12514403,
        "detail": {
            "actor_id": "8447388090494",
            "created_at": "2025-11-22T08:10:00Z",
            "id": case,
            "organization_id": "8447346621310",
            "priority": priority,
            "requester_id": "8447388090494",
            "status": status,
            "subject": "It does not work",
            "updated_at": "2025-11-22T08:22:00Z",
        },
        "event": {"current": status, "previous": "OPEN"},
        "id": "2b24ef10-19fe-4f2e-9f4d-8c1a5dfd3b12",
        "subject": f"zen:ticket:{case}",
        "time": "2025-11-22T08:22:01Z",
        "type": "zen:event-type:ticket.status_changed",
        "zendesk_event_version": "2022-11-06",
    }


def segment_track(message_id: str, event: str, **properties: object) -> Json:
    """A track call."""
    return {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "userId": "u-4711",
        "anonymousId": "a-1",
        "timestamp": "2025-11-22T08:23:00.000Z",
        "context": {"groupId": "acme-7", "library": {"name": "analytics.js"}},
        "properties": properties,
    }
