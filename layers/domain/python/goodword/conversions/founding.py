"""Which order brought a customer, and which touch: it is kept however many newer ones there are."""

from collections.abc import Iterable, Sequence

from goodword.conversions.model import Identity, Settled
from goodword.limits import TOUCHES_MAX
from goodword.tracking.model import Touch


def first_order(
    identities: Sequence[Identity], before: tuple[int, str] | None = None
) -> Settled | None:
    """The customer's first referred order, of those before a time and conversion id."""
    known = {settled for identity in identities for settled in identity.conversions}
    referred = [
        one
        for one in known
        if one.action == "sale"
        and one.advocate_id is not None
        and (before is None or (one.occurred_ms, one.conversion_id) < before)
    ]
    return min(referred, key=_when, default=None)


def _when(one: Settled) -> tuple[int, str, str, str]:
    return one.occurred_ms, one.conversion_id, one.advocate_id or "", one.won


def merged(*groups: Iterable[Touch], of: Sequence[Identity] = ()) -> tuple[Touch, ...]:
    """The set of all touches, oldest first; of too many the newest are kept.

    The touch that brought the customer whom the identities `of` describe is kept before them.
    """
    by_id = {touch.touch_id: touch for group in groups for touch in group}
    first = first_order(of)
    own = first.won if first is not None else ""
    newest = sorted(
        by_id.values(), key=lambda touch: (touch.touch_id == own, touch.at_ms, touch.touch_id)
    )
    return tuple(sorted(newest[-TOUCHES_MAX:], key=lambda touch: (touch.at_ms, touch.touch_id)))
