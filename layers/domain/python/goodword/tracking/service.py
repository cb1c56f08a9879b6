"""A click is counted once, however often and in whatever portions the stream delivers it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.ports import Change, Store, until_settled
from goodword.tracking.model import (
    SPAN_MS,
    ClickCount,
    Counted,
    CountedClick,
    click_count_key,
    counted_key,
)

Owner = tuple[str, str]  # advocate id, programme id
_SPANS_MAX = TRANSACTION_ITEMS_MAX - 1  # spans in one Change; the count itself is the last item


def by_owner(clicks: Iterable[CountedClick]) -> dict[Owner, list[CountedClick]]:
    """The clicks of each advocate in each programme; each of these groups is counted by itself."""
    groups: defaultdict[Owner, list[CountedClick]] = defaultdict(list)
    for click in clicks:
        groups[click.advocate_id, click.program_id].append(click)
    return dict(groups)


def count_clicks(store: Store, owner: Owner, clicks: Sequence[CountedClick]) -> int:
    """Count the clicks of one owner; how many were new. Raises Stale when it keeps losing races.

    One Change (more only for clicks of over 99 spans): the count, and which clicks are in it.
    """
    spans: defaultdict[int, list[CountedClick]] = defaultdict(list)
    for click in clicks:
        spans[click.at_ms // SPAN_MS].append(click)
    ordered, new = sorted(spans), 0
    for start in range(0, len(ordered), _SPANS_MAX):
        portion = {span: spans[span] for span in ordered[start : start + _SPANS_MAX]}
        new += until_settled(partial(_count, store, owner, portion))
    return new


def _count(store: Store, owner: Owner, spans: dict[int, list[CountedClick]]) -> int:
    keys = {span: counted_key(*owner, span) for span in spans}
    known = store.get_many(Counted, list(keys.values()))
    change, fresh = Change(), list[CountedClick]()
    for span, clicks in spans.items():
        counted = known.get(keys[span]) or _nothing_of(owner, span)
        new = {one.nonce_hex: one for one in clicks if one.nonce_hex not in set(counted.nonces)}
        if new:
            change.save(counted.but(nonces=(*counted.nonces, *new)))
            fresh += new.values()
    if fresh:
        count = store.get(ClickCount, click_count_key(*owner)) or _no_clicks_of(owner)
        change.save(count.plus(fresh))
        store.commit(change)
    return len(fresh)


def _nothing_of(owner: Owner, span: int) -> Counted:
    advocate_id, program_id = owner
    return Counted(advocate_id=advocate_id, program_id=program_id, span=span)


def _no_clicks_of(owner: Owner) -> ClickCount:
    advocate_id, program_id = owner
    return ClickCount(advocate_id=advocate_id, program_id=program_id)
