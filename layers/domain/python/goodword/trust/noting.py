"""What a delivery shows of its buyer is noted in the Change that books it, as keyed marks only.

The trace belongs to the conversion; each mark's trail learns of the conversion; and if the buyer is
an advocate, the marks are that advocate's own from then on: the card and address somebody orders
with openly are recognised when they order over their own link under another name.
"""

from collections.abc import Sequence

from goodword.conversions.model import Conversion
from goodword.ports import Change, Desk
from goodword.privacy.ports import Macs
from goodword.records import Key, Record
from goodword.trust.signals import Mark, Signals, Trace, trace_key, trace_of
from goodword.trust.trails import Own, Sighting, Trail, customer_of, own_key, trail_key

SHARED = ("payee", "card", "device")
OWNED = ("card", "device", "name", "address", "browser", "network")


def note(
    desk: Desk,
    change: Change,
    macs: Macs,
    conversion: Conversion,
    signals: Signals,
    email: str | None,
    buyer_advocate_id: str | None,
) -> None:
    """Add to `change` what this delivery shows of the conversion's buyer. Twice is as once.

    `change` may hold the conversion as it was decided; then that one counts.
    """
    decided = _in_change(change).get(conversion.key)
    conversion = decided if isinstance(decided, Conversion) else conversion
    before = desk.store.get(Trace, trace_key(conversion.conversion_id))
    trace = trace_of(
        before,
        signals,
        email,
        macs,
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        now_ms=desk.clock.now_ms(),
    )
    if trace is None:
        return
    if trace != before:
        change.save(trace)
    known = () if before is None else before.marks
    _follow(desk, change, conversion, [one for one in trace.marks if one not in known])
    if buyer_advocate_id is not None:
        _learn(desk, change, buyer_advocate_id, trace)


def sighting_of(conversion: Conversion) -> Sighting:
    """The conversion as trails remember it."""
    return Sighting(
        conversion_id=conversion.conversion_id,
        at_ms=conversion.occurred_ms,
        customer=customer_of(conversion.identities, conversion.conversion_id),
        advocate_id=conversion.advocate_id,
    )


def own_marks(
    desk: Desk, change: Change, advocate_id: str, marks: Sequence[tuple[str, str]]
) -> None:
    """Add to `change` that these marks (kind, MAC) are the advocate's own.

    Only of accounts, cards and devices does it matter who else has them: those have trails.
    """
    before = desk.store.get(Own, own_key(advocate_id)) or Own(advocate_id=advocate_id)
    after = before.plus(marks)
    if after != before:
        change.save(after)
    pending = _in_change(change)
    for kind, mac in marks:
        if kind not in SHARED:
            continue
        trail = pending.get(trail_key(kind, mac)) or desk.store.get(Trail, trail_key(kind, mac))
        trail = trail if isinstance(trail, Trail) else Trail(kind=kind, mac=mac)
        owned = trail.owned(advocate_id, desk.clock.now_ms())
        if owned != trail:
            _put(change, owned)


def _follow(desk: Desk, change: Change, conversion: Conversion, marks: list[Mark]) -> None:
    now_ms, seen = desk.clock.now_ms(), sighting_of(conversion)
    keys = {trail_key(mark.kind, mark.mac): mark for mark in marks}
    found = desk.store.get_many(Trail, list(keys)) if keys else {}
    for key, mark in keys.items():
        trail = found.get(key) or Trail(kind=mark.kind, mac=mark.mac)
        change.save(trail.seen(seen, now_ms))


def _learn(desk: Desk, change: Change, advocate_id: str, trace: Trace) -> None:
    marks: list[tuple[str, str]] = [
        (mark.kind, mark.mac) for mark in trace.marks if mark.kind in OWNED
    ]
    marks += [("family", trace.family)] if trace.family else []
    marks += [("near", one) for one in trace.near]
    own_marks(desk, change, advocate_id, marks)


def _in_change(change: Change) -> dict[Key, Record]:
    return {one.key: one for one in (*change.created, *(each for each, _ in change.replaced))}


def _put(change: Change, trail: Trail) -> None:
    """The trail in place of the one that the Change holds already, if it does."""
    change.created = [one for one in change.created if one.key != trail.key]
    change.replaced = [(one, guard) for one, guard in change.replaced if one.key != trail.key]
    change.save(trail)
