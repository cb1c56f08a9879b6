"""What we know about a conversion that somebody misses: the order, the touches, the deliveries.

The same search serves both sides. The advocate sees the own touches and whether the order was given
to nobody, to them or to somebody else; staff see everything. Nothing is stored: it is looked up
anew each time, so that a delivery that arrives meanwhile is found. Each list is read by its days
and within bounds; what the bounds left out is said, never passed over (`left_out`).

No order under the number: those of that day that it may have meant are looked up (`candidates`).
An advocate is shown only those that they had a part in and that nobody else was given.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, TypeVar

from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.granting import find_orders, named_by, spaces_of
from goodword.conversions.intake import list_kept
from goodword.conversions.listing import PREFIX, ConversionOfAdvocate
from goodword.conversions.model import Conversion, Delivery, conversion_key
from goodword.conversions.numbers import (
    SLIPS,
    OrderNumber,
    Slip,
    folded_number,
    meant,
    number_key,
)
from goodword.ids import beginnings, time_of
from goodword.limits import (
    PAGE_ITEMS_MAX,
    READ_KEYS_MAX,
    SEARCH_DAYS,
    SEARCH_PAGES_MAX,
    SEARCH_SHOWN_MAX,
    SEARCH_SLIPS_MAX,
)
from goodword.ports import Page, Store
from goodword.records import Key, Record, Value
from goodword.rewards.decision import Decision, decision_key
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, as_datetime, is_plausible
from goodword.tracking.model import ClickCount, Considered, click_count_key
from goodword.trust.dispute import Dispute

Credited = Literal["nobody", "you", "somebody_else"]
Listed = Literal["candidates", "near_by", "kept"]
Row = TypeVar("Row")
Own = TypeVar("Own", Reward, ConversionOfAdvocate)


class FoundOrder(Value):
    """The order that was named, and the touches that were considered for it."""

    conversion_id: str
    order_id: str
    occurred_ms: int
    state: str
    reason: str
    credited: Credited
    touches: tuple[Considered, ...]


class Candidate(Value):
    """An order of that day whose number is one slip away from the one that was typed."""

    order: FoundOrder
    slip: Slip


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
    `left_out` names the lists that have more than is shown.
    """

    order: FoundOrder | None
    same_number: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    clicks_by_day: dict[str, int]
    near_by: tuple[NearBy, ...]
    kept: tuple[KeptDelivery, ...]
    left_out: tuple[Listed, ...] = ()


def search(store: Store, dispute: Dispute) -> Searched:
    """Look for what the dispute describes, in the days around its date."""
    at_ms = dispute.ordered_ms
    if at_ms is None or not is_plausible(at_ms):
        at_ms = dispute.opened_ms
    named = find_orders(store, dispute.program_id, dispute.order_number)
    orders = sorted(named, key=lambda one: abs(one.occurred_ms - at_ms))
    candidates, more_candidates = ((), False) if orders else _candidates(store, dispute, at_ms)
    near_by, more_near_by = _near_by(store, dispute, at_ms)
    kept, more_kept = _kept(store, dispute.program_id, at_ms)
    more: dict[Listed, bool] = {
        "candidates": more_candidates,
        "near_by": more_near_by,
        "kept": more_kept,
    }
    return Searched(
        order=_order(store, dispute, orders[0]) if orders else None,
        same_number=tuple(one.conversion_id for one in orders[1:]),
        candidates=candidates,
        clicks_by_day=_clicks(store, dispute, at_ms),
        near_by=near_by,
        kept=kept,
        left_out=tuple(name for name, is_more in more.items() if is_more),
    )


def for_advocate(found: Searched, advocate_id: str) -> Searched:
    """The same without anything of others: own touches only, and no deliveries of the shop."""
    candidates = (
        one.but(order=_own(one.order, advocate_id))
        for one in found.candidates
        if one.order.credited != "somebody_else"
    )
    return found.but(
        order=None if found.order is None else _own(found.order, advocate_id),
        same_number=(),
        candidates=tuple(one for one in candidates if one.order.touches),
        kept=(),
        left_out=tuple(name for name in found.left_out if name == "near_by"),
    )


def _own(order: FoundOrder, advocate_id: str) -> FoundOrder:
    own = tuple(one for one in order.touches if one.touch.advocate_id == advocate_id)
    return order.but(touches=own)


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


def _candidates(store: Store, dispute: Dispute, at_ms: int) -> tuple[tuple[Candidate, ...], bool]:
    """Orders of the day that the number may mean, and whether there may be more.

    Those that the advocate had a part in come first, then the likelier slip.
    """
    names = _names(store, dispute.program_id, dispute.order_number)
    slips = _meant(store, names[:SEARCH_SLIPS_MAX])
    that_day = [one for one in slips if abs(time_of(one) - at_ms) <= DAY_MS]
    keys = [conversion_key(one) for one in that_day[:READ_KEYS_MAX]]
    orders = store.get_many(Conversion, keys).values() if keys else ()
    found = [
        Candidate(order=_order(store, dispute, one), slip=slips[one.conversion_id])
        for one in orders
    ]
    found.sort(
        key=lambda one: (
            not _own(one.order, dispute.advocate_id).touches,
            SLIPS.index(one.slip),
            one.order.order_id,
        )
    )
    more = max(len(names) - SEARCH_SLIPS_MAX, len(that_day) - SEARCH_SHOWN_MAX) > 0
    return tuple(found[:SEARCH_SHOWN_MAX]), more


def _names(store: Store, program_id: str, typed: str) -> list[tuple[Key, type[Record], Slip]]:
    """Where orders would be that were meant, by number or by id, in every namespace."""
    bare = typed.removeprefix("#")
    numbers, ids = meant(folded_number(typed)), meant(bare)
    places: list[tuple[Key, type[Record], Slip]] = []
    for space in spaces_of(store, program_id):
        places += [(number_key(space, text), OrderNumber, slip) for text, slip in numbers.items()]
        places += [(alias_key(space, text), OrderAlias, slip) for text, slip in ids.items()]
    return sorted(places, key=lambda one: SLIPS.index(one[2]))


def _meant(store: Store, names: Sequence[tuple[Key, type[Record], Slip]]) -> dict[str, Slip]:
    """The conversions that are there, each with the likeliest slip that leads to it."""
    found: dict[str, Slip] = {}
    for start in range(0, len(names), READ_KEYS_MAX):
        part = names[start : start + READ_KEYS_MAX]
        there = store.get_mixed({key: kind for key, kind, _ in part})
        for key, _, slip in part:
            for conversion_id in named_by(there[key]) if key in there else ():
                found.setdefault(conversion_id, slip)
    return found


def _clicks(store: Store, dispute: Dispute, at_ms: int) -> dict[str, int]:
    """The clicks on the advocate's links on those days, as far as they are kept day by day."""
    count = store.get(ClickCount, click_count_key(dispute.advocate_id, dispute.program_id))
    days = (f"{as_datetime(at_ms + n * DAY_MS):%Y-%m-%d}" for n in range(-SEARCH_DAYS, 2))
    return {day: count.by_day[day] for day in days if day in count.by_day} if count else {}


def _near_by(store: Store, dispute: Dispute, at_ms: int) -> tuple[tuple[NearBy, ...], bool]:
    """The advocate's own of those days, the nearest first, and whether there may be more."""
    rewards, more_rewards = _of_days(store, Reward, dispute.advocate_id, "R#", "rwd", at_ms)
    entries, more_entries = _of_days(
        store, ConversionOfAdvocate, dispute.advocate_id, PREFIX, "cnv", at_ms
    )
    found: list[Reward | ConversionOfAdvocate] = [*rewards, *entries]
    near = [
        NearBy(
            conversion_id=one.conversion_id,
            occurred_ms=time_of(one.conversion_id),
            reward_id=one.reward_id if isinstance(one, Reward) else None,
        )
        for one in found
        if one.program_id == dispute.program_id
    ]
    near = [one for one in near if abs(one.occurred_ms - at_ms) <= SEARCH_DAYS * DAY_MS]
    near.sort(key=lambda one: abs(one.occurred_ms - at_ms))
    more = more_rewards or more_entries or len(near) > SEARCH_SHOWN_MAX
    return tuple(near[:SEARCH_SHOWN_MAX]), more


def _of_days(
    store: Store, kind: type[Own], advocate_id: str, prefix: str, of: str, at_ms: int
) -> tuple[list[Own], bool]:
    """What an advocate's partition lists of the days around; the ids there sort by time.

    Ids of the days have one beginning or two: of the earlier the newest are read first, of the
    later the oldest.
    """
    around_ms = SEARCH_DAYS * DAY_MS
    starts = beginnings(of, at_ms - around_ms, at_ms + around_ms)
    rows: list[Own] = []
    more = False
    for start in starts:
        ask = partial(
            store.query,
            kind,
            "core",
            f"ADV#{advocate_id}",
            f"{prefix}{start}",
            limit=PAGE_ITEMS_MAX,
            newest_first=start == starts[0],
        )
        read, is_more = _bounded(ask)
        rows += read
        more = more or is_more
    return rows, more


def _kept(store: Store, program_id: str, at_ms: int) -> tuple[tuple[KeptDelivery, ...], bool]:
    """The deliveries of those days, nearest first, and whether there may be more.

    A shop tells of an order on its day or later, so these are read before the days ahead of it.
    """
    around_ms = SEARCH_DAYS * DAY_MS
    eve_ms = at_ms - DAY_MS
    found: list[Delivery] = []
    more = False
    for since_ms, until_ms in ((eve_ms, at_ms + around_ms + 1), (at_ms - around_ms, eve_ms)):
        ask = partial(
            list_kept,
            store,
            program_id,
            limit=PAGE_ITEMS_MAX,
            since_ms=since_ms,
            until_ms=until_ms,
        )
        read, is_more = _bounded(ask)
        found += read
        more = more or is_more
    found.sort(key=lambda one: abs(one.received_ms - at_ms))
    return tuple(map(_kept_one, found[:SEARCH_SHOWN_MAX])), more or len(found) > SEARCH_SHOWN_MAX


def _kept_one(one: Delivery) -> KeptDelivery:
    return KeptDelivery(
        delivery_id=one.delivery_id,
        source_id=one.source_id,
        topic=one.topic,
        reason=one.reason,
        received_ms=one.received_ms,
    )


def _bounded(ask: Callable[..., Page[Row]]) -> tuple[list[Row], bool]:
    """The rows of the first SEARCH_PAGES_MAX pages, and whether there are more."""
    rows: list[Row] = []
    cursor: str | None = None
    for _ in range(SEARCH_PAGES_MAX):
        page = ask(cursor=cursor)
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            return rows, False
    return rows, True
