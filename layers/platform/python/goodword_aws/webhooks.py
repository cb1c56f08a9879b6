"""A programme's webhook as an admin sets it and staff see it; nobody reads a secret back."""

from typing import Any, Literal

from goodword.messages.endpoint import Endpoint
from goodword.messages.endpoints import Endpoints
from goodword.messages.model import Message
from goodword.ports import Desk
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.forms import ReasonCode

PURPOSE = "webhook"  # of the key that seals signing secrets


class PutWebhook(Value):
    """Where the programme's webhooks go: https, a public host by its name, a plain path."""

    url: str = Field(min_length=1, max_length=500)


class SetWebhookState(Value):
    """`off` sends nothing; what waits is kept until what it asks for is over."""

    state: Literal["on", "off"]
    reason: ReasonCode


class WebhookAnswer(Value):
    """The webhook; never its secrets, only how many sign now. `failures` counts those in a row."""

    program_id: str
    url: str
    state: Literal["on", "off"]
    reason: str
    signing_secrets: int
    failures: int
    failing_since: str | None
    created_at: str


class WebhookSecretAnswer(WebhookAnswer):
    """`signing_secret` is there once, when it was drawn; a repeated call does not show it."""

    signing_secret: str | None = Field(repr=False)


class HookDeliveryAnswer(Value):
    """One message to the webhook: ids and states. `about` is the id that its event is about."""

    id: str
    type: str
    about: str
    state: str
    reason: str
    tries: int
    begun_at: str
    changed_at: str
    next_at: str | None


def endpoints(desk: Desk) -> Endpoints:
    """The use cases of staff; secrets are sealed for the sender's eyes."""
    return Endpoints(desk, wiring.envelope(PURPOSE))


def webhook_answer(endpoint: Endpoint) -> WebhookAnswer:
    """As staff see it."""
    return WebhookAnswer(**_shown(endpoint))


def webhook_secret(endpoint: Endpoint, drawn: str | None = None) -> WebhookSecretAnswer:
    """The same with the secret that was just drawn, if any."""
    return WebhookSecretAnswer(**_shown(endpoint), signing_secret=drawn)


def hook_delivery(message: Message) -> HookDeliveryAnswer:
    """As staff see it."""
    return HookDeliveryAnswer(
        id=message.event_id,
        type=message.type,
        about=message.subject,
        state=message.state,
        reason=message.reason,
        tries=message.tries,
        begun_at=rfc3339(message.begun_ms),
        changed_at=rfc3339(message.changed_ms),
        next_at=rfc3339(message.next_ms) if message.next_ms is not None else None,
    )


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    since_ms = endpoint.failing_ms
    return {
        "program_id": endpoint.program_id,
        "url": endpoint.url,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "signing_secrets": len(endpoint.signing(wiring.clock().now_ms())),
        "failures": endpoint.failures,
        "failing_since": None if since_ms is None else rfc3339(since_ms),
        "created_at": rfc3339(endpoint.created_ms),
    }
