"""A person says how being asked was, and nothing else decides what that comes to.

The answer is a number from 1 to 5 and the end of its request: nobody promises it, staff do not
judge it, nothing is earned by it. The first one stands. What a bad one means for later asks is in
`wear` and `ladder`; staff find its person among those to look after.
"""

from dataclasses import dataclass

from goodword.errors import Conflict
from goodword.journeys.asked import Rating
from goodword.journeys.asks import Asks
from goodword.journeys.walk import AskMade
from goodword.ports import Change, until_settled
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Experience:
    """What people say of being asked."""

    asks: Asks

    def rate(self, ask_id: str, rating: Rating, receipt: Receipt[AskMade] = no_receipt) -> AskMade:
        """Answer a request for feedback. The same again changes nothing.

        Raises Conflict `not_feedback` for a request of another kind, `ask_over` once it has
        expired, was declined or has another answer.
        """
        store, clock = self.asks.desk.store, self.asks.desk.clock

        def attempt() -> AskMade:
            ask = self.asks.read(ask_id)
            if ask.motion != "feedback":
                raise Conflict("not_feedback", "this request does not ask how something was")
            if ask.rating == rating:
                return ask
            if ask.state != "sent" or clock.now_ms() >= ask.expires_ms:
                raise Conflict("ask_over", "this request is over or has its answer")
            change = Change()
            after = self.asks.become(change, ask.but(rating=rating), "accepted_work")
            return settle(store, change, after, receipt)

        return self.asks.wake(until_settled(attempt))
