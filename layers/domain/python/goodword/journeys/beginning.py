"""Nobody is asked because of something that is no longer so.

Between what began a walk and its first ask lie days. By then the CRM may have taken a renewal back,
or the person may have changed their company, whose renewal it was: the walk ends, unless something
else of that time says the same, as of a deal that two became. And the case that was resolved may be
open again, however urgent it is: the walk waits until it is closed.
"""

from collections.abc import Sequence

from goodword.journeys.asking import Verdict
from goodword.journeys.definition import Trigger
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.scoring import CASE_ENDS, moment
from goodword.journeys.signal import CASES, Signal
from goodword.journeys.walk import Walk
from goodword.limits import SIGNAL_DAYS, TRIGGER_DAYS
from goodword.ports import Store
from goodword.times import DAY_MS


def against_first_ask(
    store: Store, walk: Walk, signals: Sequence[Signal], now_ms: int
) -> Verdict | None:
    """Why what began the walk does not stand now; None if it does, or somebody was asked by then.

    `signals` are all that count for the person. What has expired since then is not taken back.
    """
    if walk.asks:
        return None
    began = next((one for one in signals if one.signal_id == walk.signal_id), None)
    if began is None and now_ms >= walk.entered_ms + SIGNAL_DAYS * DAY_MS // 2:
        return None
    began = began or _instead(store, walk, signals)
    if began is None:
        return Verdict(allowed=False, reason="trigger_withdrawn")
    return against_beginning(began, signals)


def began_by(trigger: Trigger, signals: Sequence[Signal]) -> Signal:
    """What lets somebody in whom the trigger fits: the newest signal of its kind, by the order in
    which `enters` has found it."""
    return max(_fit(trigger, signals), key=moment)


def against_beginning(began: Signal, signals: Sequence[Signal]) -> Verdict | None:
    """Why nobody is asked because of this signal now: its case is open again; None if it stands."""
    if began.kind not in CASES:
        return None
    told = [one for one in signals if one.kind in CASES and one.about == began.about]
    newest = max(told, key=lambda one: (one.occurred_ms, one.kind in CASE_ENDS))
    if newest.kind == "case_opened":
        return Verdict(allowed=False, reason="case_open")
    return None


def _instead(store: Store, walk: Walk, signals: Sequence[Signal]) -> Signal | None:
    """The newest that could have begun the walk about when it began; None if nothing could."""
    version = store.get(JourneyVersion, version_key(walk.journey_id, walk.entered_by))
    assert version is not None  # versions are never deleted
    around_ms = TRIGGER_DAYS * DAY_MS
    near = [one for one in signals if abs(one.occurred_ms - walk.entered_ms) < around_ms]
    return max(_fit(version.terms.trigger, near), key=moment, default=None)


def _fit(trigger: Trigger, signals: Sequence[Signal]) -> Sequence[Signal]:
    of_kind = [one for one in signals if one.kind == trigger.kind]
    return [one for one in of_kind if trigger.word in (None, one.word)]
