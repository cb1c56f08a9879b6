"""Whoever turns out to be one person is asked and paid by a journey once, by whatever name.

Nobody enters a journey again within its `again_days`. Two names that are joined later may both have
entered it before that was known. Of such walks one goes on asking: the one that has asked; of
several that have, or of none, the earliest. The others ask nothing: they end before their first
ask, and later keep no more than what was promised in them. What one of them was rewarded for no
other is rewarded for again.
"""

from collections.abc import Sequence
from typing import Final

from goodword.journeys.crediting import read_many
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.listening import head
from goodword.journeys.previewing import entries
from goodword.journeys.signal import Subject
from goodword.journeys.walk import Walk, WalkAsk, walk_key
from goodword.ports import Change, Desk, Guard
from goodword.times import DAY_MS

GAVE_WAY: Final = "entered_already"


def doubles(desk: Desk, walk: Walk, person: Subject) -> Sequence[Walk]:
    """The person's walks by other names that would not have begun beside this one."""
    if not person.parts:
        return ()
    known = entries(desk, person, walk.journey_id)
    others = [one for one in known if one.subject_id != walk.subject_id]
    keys = [walk_key(walk.journey_id, name) for one in others for name in one.walks]
    found = read_many(desk.store, Walk, keys).values()
    return [one for one in found if not _gave_way(one) and _too_near(desk, walk, one)]


def gives_way(walk: Walk, others: Sequence[Walk]) -> bool:
    """Whether another of the person's walks is the one that asks."""
    return any(_rank(one) < _rank(walk) for one in others)


def rewarded_by_another(desk: Desk, change: Change, walk: Walk, line: WalkAsk) -> bool:
    """Whether one of them was rewarded for the same step; of another version the same motion,
    whatever its step is called.

    If none was, none of them moves before `change` is committed.
    """
    others = doubles(desk, walk, head(desk, walk.subject_id))
    if any(_same(ask, line, one.number == walk.number) for one in others for ask in one.asks):
        return True
    for one in others:
        change.require(one.key, Guard({"version": one.version}))
    return False


def _same(ask: WalkAsk, line: WalkAsk, same_version: bool) -> bool:
    same = ask.motion == line.motion and (ask.step == line.step or not same_version)
    return same and ask.state == "rewarded"


def _gave_way(walk: Walk) -> bool:
    return walk.reason == GAVE_WAY and not walk.asks


def _too_near(desk: Desk, one: Walk, other: Walk) -> bool:
    """Whether the later of them began within the days that its version had for that."""
    first, later = sorted((one, other), key=lambda walk: (walk.entered_ms, walk.walk_id))
    version = desk.store.get(JourneyVersion, version_key(later.journey_id, later.entered_by))
    assert version is not None  # versions are never deleted
    return later.entered_ms < first.entered_ms + version.terms.again_days * DAY_MS


def _rank(walk: Walk) -> tuple[bool, int, str]:
    return not walk.asks, walk.entered_ms, walk.walk_id
