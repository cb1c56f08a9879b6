"""What is no order can be taken back as well: a sign-up that is void, a subscription that ended.

A `void` takes all that a sign-up, a qualified lead, a level or an event earned, of both sides as
the programme says. A `cancellation` says that the subscription which an order or a sign-up began
has ended; what that takes back is in the programme's terms, and is nothing unless they name a
window. Both may come before what they are about, and are undone under their own id.
"""

import hashlib
from typing import Literal

from goodword.conversions.model import ReinstatementFact, ReversalFact, Source
from goodword.conversions.reasons import ENDED, ReversalReason
from pydantic import Field

from goodword_aws.sources.generic_bodies import Body, OwnId
from goodword_aws.sources.nobody import whose_id

KEPT_APART = {
    "sign_up": "lead",
    "lead_qualified": "qualified",
    "level_up": "level_up",
    "event": "event",
}


class Void(Body):
    """A step without an order is found to be none, once per `void_id`; with `undone` it is again.

    It is named as it was reported: by its `order_id`, or by its customer, and its `action`.
    """

    void_id: OwnId
    order_id: OwnId | None = None
    customer_id: OwnId | None = Field(default=None, repr=False)
    action: Literal["sign_up", "lead_qualified", "level_up", "event"] = "sign_up"
    undone: bool = False

    def name(self, source: Source) -> str:
        """What it is known by."""
        own = self.order_id or once_per_customer(source.program_id, self.customer_id)
        return f"{KEPT_APART[self.action]}:{own}"


class Cancellation(Body):
    """A subscription ended at `occurred_at`, once per `cancellation_id`; `undone` if it goes on.

    `began` says whether a sale or a sign-up began it: `order_id` is that one's, or of a sign-up
    `customer_id`.
    """

    cancellation_id: OwnId
    order_id: OwnId | None = None
    customer_id: OwnId | None = Field(default=None, repr=False)
    began: Literal["sale", "sign_up"] = "sale"
    undone: bool = False

    def name(self, source: Source) -> str:
        """What began it is known by."""
        own = self.order_id or once_per_customer(source.program_id, self.customer_id)
        return own if self.began == "sale" else f"lead:{own}"


def nameless(body: Void | Cancellation) -> tuple[str, str] | None:
    """The field that is missing, and why."""
    if body.order_id is not None:
        return None
    if isinstance(body, Cancellation) and body.began == "sale":
        return "order_id", "which order began the subscription?"
    if isinstance(body, Void) and body.action in ("level_up", "event"):
        return "order_id", "was reported with an id of its own: name it"
    return (
        None
        if whose_id(body.customer_id)
        else ("customer_id", "name it by customer_id or order_id")
    )


def voided(
    body: Void | Cancellation, source: Source, received_ms: int
) -> ReversalFact | ReinstatementFact:
    """The fact of it. It is of no amount; the currency is the source's and is not compared."""
    name = body.void_id if isinstance(body, Void) else body.cancellation_id
    reason: ReversalReason = "void" if isinstance(body, Void) else ENDED
    common = {
        "refund_id": name,
        "orders": (body.name(source),),
        "occurred_ms": body.at(received_ms),
        "currency": source.currency,
    }
    if body.undone:
        return ReinstatementFact.model_validate(common | {"reason": "void_undone"})
    taken = {"amount_minor": None, "of": "net", "reason": reason}
    return ReversalFact.model_validate(common | taken)


def once_per_customer(program_id: str, customer_id: str | None) -> str:
    """The name of a lead that has none: one per customer for ever, and not the customer's id."""
    digest = hashlib.sha256(f"{program_id}\n{customer_id}".encode()).hexdigest()
    return f"customer-{digest[:32]}"
