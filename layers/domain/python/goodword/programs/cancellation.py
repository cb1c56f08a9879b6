"""What a programme takes back when the subscription that an order began ends soon after it.

Later payments of a subscription that has ended do not come, so nothing has to stop them. What was
earned for its beginning stays unless the programme names a window: a subscription that ends within
it takes all of it back, or the share of the window that was not used. Days that have begun are
used. Example: 90 days, a reward of 9.00, cancelled after 30 days and an hour: 31 are used, 59 of 90
come back, 5.90.
"""

from typing import Literal

from pydantic import Field

from goodword.limits import CANCELLATION_DAYS_MAX
from goodword.money import ratio
from goodword.records import Value
from goodword.times import DAY_MS


class Cancellation(Value):
    """Within how many days of its order the end of a subscription takes back, and how much."""

    within_days: int = Field(ge=1, le=CANCELLATION_DAYS_MAX)
    takes: Literal["all", "pro_rata"]

    def share_of(self, earned_minor: int, began_ms: int, ended_ms: int) -> int:
        """How much of a reward is to be back: 0..earned_minor, rounded once (half-even)."""
        lasted_ms = max(0, ended_ms - began_ms)
        if lasted_ms >= self.within_days * DAY_MS:
            return 0
        if self.takes == "all":
            return earned_minor
        used = -(-lasted_ms // DAY_MS)
        return ratio(earned_minor, self.within_days - used, self.within_days, "half_even")
