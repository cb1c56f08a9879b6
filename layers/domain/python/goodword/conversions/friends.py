"""A friend as their identities remember them: which orders they had, and who brought the first.

Whoever is known under several identifiers is one friend, by all of them together. Of very many
conversions the first ones and the newest stay; the others are counted.
"""

from collections.abc import Sequence

from goodword.conversions.founding import merged
from goodword.conversions.model import Conversion, Identity, Settled
from goodword.limits import CLOCK_SKEW_SECONDS, FRIEND_CONVERSIONS_MAX
from goodword.rewards.basis import CountedBy
from goodword.times import SECOND_MS
from goodword.tracking.model import Touch


def friend_touches(identities: Sequence[Identity], before_ms: int) -> tuple[Touch, ...]:
    """What the friend's identities remember from before a conversion of this time.

    A later touch cannot win it, and none of the friend's later orders should have to tell it so.
    """
    if is_closed(identities) is not None:
        return ()
    latest_ms = before_ms + CLOCK_SKEW_SECONDS * SECOND_MS
    early = ([touch for touch in one.touches if touch.at_ms <= latest_ms] for one in identities)
    return merged(*early, of=identities)


def to_move(
    conversion: Conversion, before: Sequence[Identity], after: Sequence[Identity]
) -> list[str]:
    """Which of the friend's conversions a new one may move, in the order they happened.

    From the first that it may move itself, all of them: each may have had its advocate from the
    one before. It may move a later one, whose friend may have another first advocate by now, and
    an earlier one that lacks a touch from before it. `before` and `after` are the friend as the new
    one found and left them: a conversion has been decided on every touch that stood beside it.
    """
    this = (conversion.occurred_ms, conversion.conversion_id)
    settled = [(one.occurred_ms, one.conversion_id) for one in friend_conversions(after)]
    for place, (occurred_ms, name) in enumerate(settled):
        if name == conversion.conversion_id:
            continue
        known = _beside(name, before)
        told = friend_touches(after, occurred_ms)
        if (occurred_ms, name) > this or any(touch.touch_id not in known for touch in told):
            return list(dict.fromkeys(each for _, each in settled[place:]))
    return []


def _beside(conversion_id: str, identities: Sequence[Identity]) -> set[str]:
    """The touches under every identifier that the conversion is remembered under."""
    return {
        touch.touch_id
        for one in identities
        if any(settled.conversion_id == conversion_id for settled in one.conversions)
        for touch in one.touches
    }


def sticky_advocate(identities: Sequence[Identity], conversion: Conversion) -> str | None:
    """Whose friend this already was: the advocate of the friend's earliest attributed conversion.

    Earlier means by when it happened, not by when it was reported, so late reports change nothing.
    """
    if is_closed(identities) is not None:
        return None
    this = (conversion.occurred_ms, conversion.conversion_id)
    earlier = [
        settled
        for settled in friend_conversions(identities)
        if settled.advocate_id is not None and (settled.occurred_ms, settled.conversion_id) < this
    ]
    return earlier[0].advocate_id if earlier else None


def is_closed(identities: Sequence[Identity]) -> int | None:
    """Since when the friend objects to being remembered, under whichever identifier; or None."""
    return min((one.closed_ms for one in identities if one.closed_ms is not None), default=None)


def friend_conversions(identities: Sequence[Identity]) -> list[Settled]:
    """The friend's conversions over all identifiers, in the order in which they happened."""
    known = {settled for identity in identities for settled in identity.conversions}
    return sorted(known, key=_when)


def friend_order(
    identities: Sequence[Identity], conversion: Conversion
) -> tuple[int | None, CountedBy]:
    """Which order of this customer it is, and who says so; None for a customer nobody knows.

    Whoever knows of more orders is right: the shop has seen those that nobody referred, and we
    those of its sister shops. Orders count by when they happened.
    """
    this = (conversion.occurred_ms, conversion.conversion_id)
    known = friend_conversions(identities)
    before = {
        one.conversion_id
        for one in known
        if one.action == "sale" and (one.occurred_ms, one.conversion_id) < this
    }
    dropped = max((one.orders_dropped for one in identities), default=0)
    if dropped:  # they were before all that stay, but for the first ones
        firsts = _firsts(known)
        oldest = next((one for one in known if one not in firsts), None)
        if oldest is None or (oldest.occurred_ms, oldest.conversion_id) > this:
            dropped = 0
    ours = len(before) + dropped + 1 if conversion.identities else 0
    shops = conversion.order.nth or 0
    if shops > ours:
        return shops, "shop"
    return (ours, "identity") if ours else (None, "")


def friend_since(identities: Sequence[Identity], conversion: Conversion) -> int | None:
    """When the customer's first referred order was; this one's own time if it is the first.

    None for a customer nobody knows.
    """
    if not conversion.identities:
        return None
    referred = [
        one.occurred_ms
        for one in friend_conversions(identities)
        if one.action == "sale" and one.advocate_id is not None
    ]
    return min([conversion.occurred_ms, *referred])


def remembered(
    conversion: Conversion, identities: Sequence[Identity], won: str
) -> tuple[Identity, ...]:
    """The friend's identities after this conversion, which the touch `won` won; only those that
    changed or are new.
    """
    known = {identity.mac: identity for identity in identities}
    touches = tuple(one for one in conversion.touches if one.kind != "grant")  # of this order alone
    settled = Settled(
        conversion_id=conversion.conversion_id,
        occurred_ms=conversion.occurred_ms,
        advocate_id=conversion.advocate_id,
        action=conversion.action,
        won=won if any(one.touch_id == won for one in touches) else "",
    )
    after, closed_ms = [], is_closed(identities)
    for mac in conversion.identities:
        before = known.get(mac) or Identity(program_id=conversion.program_id, mac=mac)
        now = _with(before, settled)
        newest = merged(before.touches, touches, of=(now, *identities))
        identity = now.but(
            touches=() if closed_ms is not None else newest,
            closed_ms=closed_ms,
            friend_id=before.friend_id or conversion.friend_id,
        )
        if identity != before or before.version == 0:
            after.append(identity)
    return tuple(after)


def _with(before: Identity, settled: Settled) -> Identity:
    """Of too many the first attributed one and the first order stay, and the newest.

    An order that is dropped is counted; what is older than all that is kept stays out.
    """
    others = [one for one in before.conversions if one.conversion_id != settled.conversion_id]
    ordered = sorted([*others, settled], key=_when)
    over = len(ordered) - FRIEND_CONVERSIONS_MAX
    if over <= 0:
        return before.but(conversions=tuple(ordered))
    firsts = _firsts(ordered)
    dropped = [one for one in ordered if one not in firsts][:over]
    orders = sum(1 for one in dropped if one.action == "sale" and one in before.conversions)
    return before.but(
        conversions=tuple(one for one in ordered if one not in dropped),
        orders_dropped=before.orders_dropped + orders,
    )


def _firsts(ordered: Sequence[Settled]) -> list[Settled]:
    """Those that always stay, oldest first: the first attributed, the first order, that of both."""
    sales = [one for one in ordered if one.action == "sale"]
    attributed = [one for one in sales if one.advocate_id is not None]
    first = next((one for one in ordered if one.advocate_id is not None), ordered[0])
    return [first, *sales[:1], *attributed[:1]]


def _when(settled: Settled) -> tuple[int, str, str]:
    return settled.occurred_ms, settled.conversion_id, settled.advocate_id or ""
