"""What may not come early: the end of a hold, a review that nobody answered, a bank's inquiry.

The days are those of the terms that are played, written down here a second time.
"""

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.books import Books, Item
from tests.simulation.story import DAY_MS

REVIEW_DAYS, ESCALATION_DAYS, INQUIRY_DAYS = 7, 3, 120
LAPSED = "review_lapsed_"
SLACK_MS = 15 * 60_000  # a function may run so long between reading the clock and telling of it


def _lapses(books: Books) -> Iterator[str]:
    """Nobody is passed over: a review has its days, and is escalated before it ends by itself."""
    for name, events in _by_reward(books).items():
        since_ms, days, escalated = 0, 0, False
        for event in events:
            ends = str(event["reason"]).startswith(LAPSED)
            if event["type"] == "reward.escalated" or ends:
                if event["at_ms"] < since_ms + days * DAY_MS - SLACK_MS:
                    yield f"{name}: {event['type']} came before its {days} days were over"
                if ends and not escalated:
                    yield f"{name} ended by itself before anybody was reminded"
                since_ms, days, escalated = event["at_ms"], ESCALATION_DAYS, True
            elif event["type"] == "reward.on_hold":
                days = INQUIRY_DAYS if event["reason"] == "inquiry" else REVIEW_DAYS
                since_ms, escalated = event["at_ms"], False


def _hold_days(books: Books) -> Iterator[str]:
    """A reward is due when the terms' days are over, counted from the order, and never before."""
    days = books.town.story.hold_days
    orders = {one["conversion_id"]: one for one in books["conversion"]}
    for reward in books["reward"]:
        if (order := orders.get(reward["conversion_id"])) is None:
            continue
        least_ms = order["occurred_ms"] + days * DAY_MS
        if reward["hold_until_ms"] < least_ms:
            yield f"{reward['order_id']} is held for less than {days} days"


def _by_reward(books: Books) -> dict[str, list[Item]]:
    """The events of each reward, in their order."""
    found: dict[str, list[Item]] = defaultdict(list)
    for event in sorted(books["event"], key=lambda one: (one["at_ms"], one["event_id"])):
        if event["type"].startswith("reward."):
            found[event["subject"]].append(event)
    return found


DEADLINES = (_lapses, _hold_days)
