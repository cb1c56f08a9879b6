"""What is promised for months of a customer's orders is not ended by the window.

The window says how old a touch may be when it brings somebody. The touch that won the customer's
first referred order gets what its rules give until their months are over, under the version that it
pinned. No other touch is promised anything: it did not bring the customer. Example: a window of 30
days, a renewal earns for 12 months: a click of 1 March and a subscription of 10 March; the renewals
up to 10 March of the next year earn, though the click is older than 30 days by then. Rules without
months do not.

What a later version says of the window and of whose a customer is does not end it either: a
customer who was to stay with the first advocate when the first order happened does so for these
months.
"""

from collections.abc import Callable, Sequence

from goodword.conversions.founding import first_order
from goodword.conversions.friends import friend_conversions, sticky_advocate
from goodword.conversions.model import Conversion, Identity
from goodword.limits import CLOCK_SKEW_SECONDS
from goodword.programs.model import ProgramVersion, version_at
from goodword.programs.rules import promised_months
from goodword.times import DAY_MS, SECOND_MS, months_later
from goodword.tracking.model import AttributionRules, Touch

VersionOf = Callable[[Touch], ProgramVersion]


def promised(
    conversion: Conversion,
    identities: Sequence[Identity],
    versions: Sequence[ProgramVersion],
    version_of: VersionOf,
) -> tuple[AttributionRules, frozenset[str]]:
    """The rules of attribution for it, and the touch that is outside of their window by now and is
    still promised something, if there is one.
    """
    rules = version_at(versions, conversion.occurred_ms).terms.attribution
    touch = _running(conversion, identities, versions, version_of)
    if touch is None:
        return rules, frozenset()
    # as attribution has it: a shop's clock may be behind ours
    age_ms = conversion.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS - touch.at_ms
    old = age_ms > rules.window_days * DAY_MS
    return rules.but(sticky=True), frozenset({touch.touch_id} if old else ())


def _running(
    conversion: Conversion,
    identities: Sequence[Identity],
    versions: Sequence[ProgramVersion],
    version_of: VersionOf,
) -> Touch | None:
    """The touch that brought the customer, while its months are not over."""
    own = sticky_advocate(identities, conversion)
    first = first_order(identities, (conversion.occurred_ms, conversion.conversion_id))
    if own is None or first is None or conversion.action != "sale":
        return None
    if not version_at(versions, first.occurred_ms).terms.attribution.sticky:
        return None
    touches = (one for one in conversion.touches if one.advocate_id == own)
    touch = next((one for one in touches if one.touch_id == first.won), None)
    if touch is None:
        return None
    months = promised_months(version_of(touch).terms.rules)
    return touch if conversion.occurred_ms < months_later(first.occurred_ms, months) else None


def still_won(
    conversion: Conversion,
    winner: Touch | None,
    identities: Sequence[Identity],
    version_of: VersionOf,
) -> str:
    """The touch that a conversion stands by which is not decided anew, although `winner` would win.

    Another touch of the same advocate and version is as good, and is the one that a later decision
    would name; one that pins another version did not win it.
    """
    won = {one.conversion_id: one.won for one in friend_conversions(identities)}
    known = won.get(conversion.conversion_id, "")
    if winner is None or winner.advocate_id != conversion.advocate_id:
        return known
    before = next((one for one in conversion.touches if one.touch_id == known), winner)
    return winner.touch_id if version_of(before).number == version_of(winner).number else known
