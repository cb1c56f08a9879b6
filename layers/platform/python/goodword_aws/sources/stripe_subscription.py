"""What Stripe tells of a subscription: which sale or trial began it, and that it has ended.

The version of the API says where: an invoice names its subscription below `parent` since 2025, and
the running period stands in the subscription's items.
"""

from goodword.conversions.model import Fact, ReversalFact
from goodword.conversions.reasons import ENDED, subscription_name

from goodword_aws.sources.document import Document, ids


def subscription_of(invoice: Document) -> str:
    """The subscription that an invoice is of, where the API has had it."""
    return invoice.id_at("parent.subscription_details.subscription") or invoice.id_at(
        "subscription"
    )


def began(subscription_id: str) -> tuple[str, ...]:
    """The further name of what began a subscription."""
    return (subscription_name(subscription_id),) if subscription_id else ()


def ended(subscription: Document, occurred_ms: int) -> tuple[Fact, ...]:
    """A subscription is over. Of one that ends in its first paid period after a trial it is also
    the end of what that payment began.
    """
    name = subscription.need_id("id")
    ended_ms = subscription.natural("ended_at") * 1_000
    common = {
        "refund_id": f"ended:{name}"[:200],
        "occurred_ms": min(ended_ms or occurred_ms, occurred_ms),
        "currency": subscription.currency("currency"),
        "amount_minor": None,
        "of": "net",
        "reason": ENDED,
    }
    first = subscription_name(name)
    facts: list[dict[str, tuple[str, ...]]] = [{"orders": (first, f"lead:{first}")}]
    paid = ids(subscription.id_at("latest_invoice"))
    if paid and _in_first_paid_period(subscription):
        facts.append({"orders": paid})
    return tuple(ReversalFact.model_validate(common | one) for one in facts)


def _in_first_paid_period(subscription: Document) -> bool:
    """Whether the period that ran began when the trial was over."""
    trial_s = subscription.natural("trial_end")
    items = subscription.document("items").documents("data")
    starts = [one.natural("current_period_start") for one in items]
    return trial_s > 0 and trial_s in (subscription.natural("current_period_start"), *starts)
