"""What we know about a conversion that somebody misses: the order, the touches, the deliveries.

The same search serves both sides. The advocate sees the own touches and whether the order was given
to nobody, to them or to somebody else; staff see everything. Nothing is stored: it is looked up
anew each time, so that a delivery that arrives meanwhile is found.
"""

from collections.abc import Iterable
from typing import Literal

from goodword.conversions.granting import find_orders
from goodword.conversions.intake import list_kept
from goodword.conversions.listing import ConversionOfAdvocate, unrewarded_page
from goodword.conversions.model import Conversion
from goodword.ids import time_of
from goodword.limits import SEARCH_DAYS, SEARCH_KEPT_MAX
from goodword.ports import Store
from goodword.records import Value
from goodword.rewards.decision import Decision, decision_key
from goodword.rewards.model import Reward, reward_listing
from goodword.times import DAY_MS, as_datetime
from goodword.tracking.model import ClickCount, Considered, click_count_key
from goodword.trust.dispute import Dispute

Credited = Literal["nobody", "you", "somebody_else"]


class FoundOrder(Value):
    """The order that was named, and the touches that were considered for it."""

    conversion_id: str
    order_id: str
    occurred_ms: int
    state: str
    reason: str
    credited: Credited
    touches: tuple[Considered, ...]


class NearBy(Value):
    """A conversion of the advocate from the days around."""

    conversion_id: str
    occurred_ms: int
    reward_id: str | None = None


class KeptDelivery(Value):
    """A delivery of those days that could not be booked: perhaps it was this order."""

    delivery_id: str
    source_id: str
    topic: str
    reason: str
    received_ms: int


class Searched(Value):
    """Everything that was found for a missing conversion.

    `order` is the one nearest to the date; `same_number` are conversions of other shops.
    """

    order: FoundOrder | None
    same_number: tuple[str, ...] = ()
    clicks_by_day: dict[str, int]
    near_by: tuple[NearBy, ...]
    kept: tuple[KeptDelivery, ...]


def search(store: Store, dispute: Dispute) -> Searched:
    """Look for what the dispute describes, in the days around its date."""
    at_ms = dispute.ordered_ms if dispute.ordered_ms is not None else dispute.opened_ms
    named = find_orders(store, dispute.program_id, dispute.order_number)
    orders = sorted(named, key=lambda one: abs(one.occurred_ms - at_ms))
    return Searched(
        order=_order(store, dispute, orders[0]) if orders else None,
        same_number=tuple(one.conversion_id for one in orders[1:]),
        clicks_by_day=_clicks(store, dispute, at_ms),
        near_by=tuple(_near_by(store, dispute, at_ms)),
        kept=tuple(_kept(store, dispute.program_id, at_ms)),
    )


def for_advocate(found: Searched, advocate_id: str) -> Searched:
    """The same without anything of others: own touches only, and no deliveries of the shop."""
    if found.order is None:
        return found.but(kept=(), same_number=())
    own = tuple(one for one in found.order.touches if one.touch.advocate_id == advocate_id)
    return found.but(order=found.order.but(touches=own), kept=(), same_number=())


def _order(store: Store, dispute: Dispute, found: Conversion) -> FoundOrder:
    decision = store.get(Decision, decision_key(found.conversion_id, max(1, found.decisions)))
    return FoundOrder(
        conversion_id=found.conversion_id,
        order_id=found.order_id,
        occurred_ms=found.occurred_ms,
        state=found.state,
        reason=found.reason,
        credited=_credited(found, dispute.advocate_id),
        touches=decision.attribution.considered if decision else (),
    )


def _credited(conversion: Conversion, advocate_id: str) -> Credited:
    if conversion.advocate_id is None:
        return "nobody"
    return "you" if conversion.advocate_id == advocate_id else "somebody_else"


def _clicks(store: Store, dispute: Dispute, at_ms: int) -> dict[str, int]:
    """The clicks on the advocate's links on those days, as far as they are kept day by day."""
    count = store.get(ClickCount, click_count_key(dispute.advocate_id, dispute.program_id))
    days = (f"{as_datetime(at_ms + n * DAY_MS):%Y-%m-%d}" for n in range(-SEARCH_DAYS, 2))
    return {day: count.by_day[day] for day in days if day in count.by_day} if count else {}


def _near_by(store: Store, dispute: Dispute, at_ms: int) -> Iterable[NearBy]:
    rewards = reward_listing(store, dispute.advocate_id, 100, None).rows
    entries = unrewarded_page(store, dispute.advocate_id, 100, None).rows
    found: list[Reward | ConversionOfAdvocate] = [*rewards, *entries]
    for one in found:
        occurred_ms = time_of(one.conversion_id)
        if one.program_id == dispute.program_id and abs(occurred_ms - at_ms) <= (
            SEARCH_DAYS * DAY_MS
        ):
            yield NearBy(
                conversion_id=one.conversion_id,
                occurred_ms=occurred_ms,
                reward_id=one.reward_id if isinstance(one, Reward) else None,
            )


def _kept(store: Store, program_id: str, at_ms: int) -> Iterable[KeptDelivery]:
    for one in list_kept(store, program_id, limit=SEARCH_KEPT_MAX).rows:
        if abs(one.received_ms - at_ms) <= SEARCH_DAYS * DAY_MS:
            yield KeptDelivery(
                delivery_id=one.delivery_id,
                source_id=one.source_id,
                topic=one.topic,
                reason=one.reason,
                received_ms=one.received_ms,
            )
