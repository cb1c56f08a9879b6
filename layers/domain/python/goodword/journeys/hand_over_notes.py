"""What staff wrote of somebody in a hand-over goes when the person is forgotten."""

from collections.abc import Callable
from functools import partial

from goodword.journeys.handover import HandedOver, HandOverOfSubject, hand_over_key
from goodword.limits import HAND_OVERS_READ
from goodword.paging import pages
from goodword.ports import Change, Page, Store, until_settled


def hand_overs_of(
    store: Store, subject_id: str, limit: int, cursor: str | None
) -> Page[HandOverOfSubject]:
    """Those about somebody, oldest first."""
    place = f"SBJ#{subject_id}"
    return store.query(HandOverOfSubject, "core", place, "H#", limit=limit, cursor=cursor)


def forget_notes(store: Store, subject_id: str) -> None:
    """Take away what staff wrote about somebody. Twice is as once."""
    of: Callable[[str | None], Page[HandOverOfSubject]]
    of = partial(hand_overs_of, store, subject_id, HAND_OVERS_READ)
    for rows in pages(of):
        for one in rows:
            until_settled(partial(_unwrite, store, one.hand_over_id))


def _unwrite(store: Store, hand_over_id: str) -> None:
    found, change = store.get(HandedOver, hand_over_key(hand_over_id)), Change()
    if found is not None and found.note:
        change.replace(found.but(note=""))
        store.commit(change)
