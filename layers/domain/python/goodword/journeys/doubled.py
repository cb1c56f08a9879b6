"""Whoever turns out to be one person is asked and paid by a journey once, by whatever name.

Nobody enters a journey again within its `again_days`. Two names that are joined later may both have
entered it before that was known. Of such walks one goes on asking: the one that has asked, else
has handed over; of several that have, or of none, the earliest; and whoever could enter again
beside all that ask may. The others ask nothing: they end before their first ask, or what they would
hand over before it, and later keep no more than what was promised in them. What one of them was
rewarded for no other is rewarded for again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from goodword.journeys.crediting import read_many
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.listening import head
from goodword.journeys.previewing import entries
from goodword.journeys.signal import Subject
from goodword.journeys.walk import Walk, WalkAsk, walk_key
from goodword.ports import Change, Desk, Guard
from goodword.records import Key
from goodword.times import DAY_MS

GAVE_WAY: Final = "entered_already"


def gives_way(desk: Desk, walk: Walk, person: Subject) -> bool:
    """Whether another of the person's walks, that gives way to none itself, is the one that asks.

    Which ones those are is the same whichever of them is looked at first.
    """
    if not person.parts:
        return False
    each = [walk, *(one for one in _known(desk, walk, person) if one.walk_id != walk.walk_id)]
    versions, asking = _versions(desk, each), list[Walk]()
    for one in sorted(each, key=_rank):
        if not any(_too_near(versions, one, other) for other in asking):
            asking.append(one)
    return walk not in asking


def rewarded_by_another(desk: Desk, change: Change, walk: Walk, line: WalkAsk) -> bool:
    """Whether one of them was rewarded for the same step; of another version the same motion,
    whatever its step is called.

    If none was, none of them moves before `change` is committed.
    """
    person = head(desk, walk.subject_id)
    if not person.parts:
        return False
    known = _known(desk, walk, person)
    versions = _versions(desk, (walk, *known))
    others = [
        one for one in known if one.subject_id != walk.subject_id and _too_near(versions, walk, one)
    ]
    if any(_same(ask, line, one.number == walk.number) for one in others for ask in one.asks):
        return True
    for one in others:
        change.require(one.key, Guard({"version": one.version}))
    return False


def _same(ask: WalkAsk, line: WalkAsk, same_version: bool) -> bool:
    same = ask.motion == line.motion and (ask.step == line.step or not same_version)
    return same and ask.state == "rewarded"


def _known(desk: Desk, walk: Walk, person: Subject) -> Sequence[Walk]:
    """The person's walks through the same journey, by whatever name, but for what gave way."""
    known = entries(desk, person, walk.journey_id)
    keys = [walk_key(walk.journey_id, name) for one in known for name in one.walks]
    found = read_many(desk.store, Walk, keys).values()
    return [one for one in found if one.reason != GAVE_WAY or one.asks]


def _versions(desk: Desk, walks: Sequence[Walk]) -> Mapping[Key, JourneyVersion]:
    return read_many(desk.store, JourneyVersion, [_entered_by(one) for one in walks])


def _entered_by(walk: Walk) -> Key:
    return version_key(walk.journey_id, walk.entered_by)


def _too_near(versions: Mapping[Key, JourneyVersion], one: Walk, other: Walk) -> bool:
    """Whether the later of them began within the days that its version had for that."""
    first, later = sorted((one, other), key=lambda walk: (walk.entered_ms, walk.walk_id))
    days = versions[_entered_by(later)].terms.again_days
    return later.entered_ms < first.entered_ms + days * DAY_MS


def _rank(walk: Walk) -> tuple[bool, bool, int, str]:
    return not walk.asks, not walk.handed, walk.entered_ms, walk.walk_id
