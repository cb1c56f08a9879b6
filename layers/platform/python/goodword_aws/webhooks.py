"""A programme's webhook as an admin sets it and staff see it; nobody reads a secret back."""

from typing import TYPE_CHECKING, Any, Literal

from goodword.messages.endpoint import Endpoint
from goodword.messages.endpoints import Endpoints
from goodword.messages.model import Message
from goodword.ports import Desk, Page
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.calls import Call, Role
from goodword_aws.forms import ReasonCode

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
KEEPERS: frozenset[Role] = frozenset({"admin"})  # whoever writes rules holds no secret
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


def add_webhooks(api: "Api") -> None:
    """Register the routes."""
    here = "/v1/programs/<program_id>/webhook"
    api.route("GET", here, roles=WRITERS, answer=WebhookAnswer)(read_webhook)
    api.route("PUT", here, roles=KEEPERS, body=PutWebhook, answer=WebhookSecretAnswer)(put_webhook)
    api.route("POST", f"{here}/rotate", roles=KEEPERS, answer=WebhookSecretAnswer)(rotate_webhook)
    api.route("POST", f"{here}/state", roles=KEEPERS, body=SetWebhookState, answer=WebhookAnswer)(
        set_webhook_state
    )
    api.route("GET", f"{here}/deliveries", roles=WRITERS, answer=HookDeliveryAnswer, paged=True)(
        list_hook_deliveries
    )
    api.route(
        "POST",
        f"{here}/deliveries/<event_id>/resend",
        roles=WRITERS,
        answer=HookDeliveryAnswer,
    )(resend_hook_delivery)


def read_webhook(call: Call) -> WebhookAnswer:
    """Where the programme's messages go, and how it stands; without secrets."""
    return webhook_answer(endpoints(call.desk).read(call.path["program_id"]))


def put_webhook(call: Call) -> WebhookSecretAnswer:
    """Name the address; the first answer has the secret, and no other."""
    endpoint, drawn = endpoints(call.desk).put(
        call.path["program_id"], call.body.url, lambda kept: call.claim(webhook_secret(kept))
    )
    return webhook_secret(endpoint, drawn)


def rotate_webhook(call: Call) -> WebhookSecretAnswer:
    """A new newest secret; the one before signs beside it for a week."""
    endpoint, drawn = endpoints(call.desk).rotate(
        call.path["program_id"], lambda rotated: call.claim(webhook_secret(rotated))
    )
    return webhook_secret(endpoint, drawn)


def set_webhook_state(call: Call) -> WebhookAnswer:
    """Switch it on or off; on is a fresh start."""
    body: SetWebhookState = call.body
    endpoint = endpoints(call.desk).set_state(
        call.path["program_id"],
        body.state,
        body.reason,
        lambda moved: call.claim(webhook_answer(moved)),
    )
    return webhook_answer(endpoint)


def list_hook_deliveries(call: Call) -> Page[HookDeliveryAnswer]:
    """What went to the webhook or is to go there, newest first."""
    page = endpoints(call.desk).deliveries(
        call.path["program_id"], call.page.limit, call.page.starting_after
    )
    return Page([hook_delivery(one) for one in page.rows], page.cursor)


def resend_hook_delivery(call: Call) -> HookDeliveryAnswer:
    """Try one that was given up again, under the same id; who may be asked is asked anew."""
    after = endpoints(call.desk).resend(
        call.path["program_id"],
        call.path["event_id"],
        lambda done: call.claim(hook_delivery(done)),
    )
    return hook_delivery(after)
