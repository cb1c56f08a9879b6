"""Why something is taken back from what was earned, and under which names its order is known."""

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

# An outside id, with a word before it for what is no order (`lead:u-1`).
OutsideName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,220}$")]
ReversalReason = Literal["refund", "chargeback", "cancelled", "void", "subscription_ended"]
RestoredReason = Literal["dispute_won", "refund_failed", "void_undone"]
ENDED: Final = "subscription_ended"  # what it takes is said by the programme's terms
NO_MONEY = frozenset({"void", "void_undone", ENDED})  # reasons that are of no amount


def subscription_name(subscription_id: str) -> str:
    """The name that the order which began a subscription has beside its own."""
    return f"subscription:{subscription_id}"
