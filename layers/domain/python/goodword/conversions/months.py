"""What is promised for months of a customer's orders is not ended by the window.

The window says how old a touch may be when it brings somebody. Whoever brought a customer in time,
under rules that give for some months, gets what those rules give until the months are over, from
the same touch and so under the version that it pinned. Example: a window of 30 days, a renewal
earns for 12 months: a click of 1 March and a subscription of 10 March; the renewals up to 10 March
of the next year earn, though the click is older than 30 days by then. Rules without months do not.
"""

from collections.abc import Callable, Sequence

from goodword.conversions.evidence import friend_since, sticky_advocate
from goodword.conversions.model import Conversion, Identity
from goodword.limits import CLOCK_SKEW_SECONDS
from goodword.programs.model import ProgramVersion
from goodword.programs.rules import promised_months
from goodword.times import DAY_MS, SECOND_MS, months_later
from goodword.tracking.model import AttributionRules, Touch


def promised(
    conversion: Conversion,
    identities: Sequence[Identity],
    rules: AttributionRules,
    version_of: Callable[[Touch], ProgramVersion],
) -> frozenset[str]:
    """The touches that are outside of the window by now, and are still promised something."""
    own, since_ms = sticky_advocate(identities, conversion), friend_since(identities, conversion)
    if not rules.sticky or own is None or since_ms is None or conversion.action != "sale":
        return frozenset()
    # as attribution has it: a shop's clock may be behind ours
    window_ms, skew_ms = rules.window_days * DAY_MS, CLOCK_SKEW_SECONDS * SECOND_MS
    at_ms = conversion.occurred_ms
    return frozenset(
        touch.touch_id
        for touch in conversion.touches
        if touch.advocate_id == own
        and touch.kind != "grant"
        and at_ms + skew_ms - touch.at_ms > window_ms
        and 0 <= since_ms + skew_ms - touch.at_ms <= window_ms
        and at_ms < months_later(since_ms, promised_months(version_of(touch).terms.rules))
    )
