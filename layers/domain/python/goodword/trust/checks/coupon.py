"""Who is found by a search for a coupon at the checkout has recommended nothing.

Weights: the winning click came from a coupon page 70, its campaign speaks of coupons 40, a click
from a search engine within three minutes before the order 30.
"""

from goodword.trust.model import Case, Figure

FROM_PAGE, BY_CAMPAIGN, LAST_MINUTE = 70, 40, 30
LAST_MINUTE_SECONDS = 180


def look(case: Case) -> tuple[Figure, ...]:
    """What speaks for a coupon page."""
    touch, gap = case.touch, case.gap_s
    if touch is None or touch.visited is None or gap is None:
        return ()
    found = []
    if touch.visited.referrer == "coupon":
        found.append(Figure(name="from_coupon_page", points=FROM_PAGE))
    if touch.visited.campaign == "coupon":
        found.append(Figure(name="coupon_campaign", points=BY_CAMPAIGN))
    if touch.visited.referrer == "search" and gap < LAST_MINUTE_SECONDS:
        found.append(Figure(name="search_at_checkout", count=gap, points=LAST_MINUTE))
    return tuple(found)
