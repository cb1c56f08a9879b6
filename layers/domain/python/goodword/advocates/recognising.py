"""Levels and milestones are noted when an order has moved what they are made of, each thing once.

Whoever hears of an order, or of somebody who joined, has their advocate looked at; a sweep looks at
anniversaries. A look compares what is now with what was noted, so repeats and any order of events
do no harm. What changed and the event that tells of it are one Change. A milestone is reached in a
Change of its own, with the conversion that the programme's rules decide: there is no second way to
money, and none of it twice. What was reached stays, also if the order is returned later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.recognition import (
    ANNIVERSARIES,
    LevelChange,
    Reached,
    Recognition,
    due,
    looked,
    next_anniversary,
    recognition_key,
    told,
)
from goodword.ids import derived_id
from goodword.limits import ANNIVERSARIES_PER_SWEEP
from goodword.ports import Change, Desk, Store, in_turn, unheard, until_settled
from goodword.programs.effective import read_program
from goodword.programs.milestones import Milestone
from goodword.programs.model import ProgramVersion, Terms
from goodword.records import Key, Record
from goodword.rewards.tally import Tally, tally_key

VersionOf = Callable[[str, int, str], ProgramVersion]


class Known(NamedTuple):
    """What is stored of an advocate in a programme; what is not there yet is empty."""

    recognition: Recognition
    tally: Tally
    enrolment: Enrolment | None


@dataclass(frozen=True)
class Recognising:
    """Notes what advocates have reached. `version_of` gives an advocate's version in force."""

    desk: Desk
    version_of: VersionOf

    def look(self, advocate_id: str, program_id: str, conversion_id: str = "") -> None:
        """Note what has changed by now, by this order if one is named. Safe to repeat."""
        if not until_settled(partial(self._level, advocate_id, program_id, conversion_id)):
            return
        for milestone in self._terms(advocate_id, program_id).milestones:
            until_settled(partial(self._reach, advocate_id, program_id, milestone, conversion_id))

    def sweep(self, failed: Callable[[str, Exception], None] = unheard) -> int:
        """Look at those whose anniversary has come; how many there were.

        One who cannot be looked at holds back no other: `failed` hears of each, by their id, and
        the first error is raised when all had their turn.
        """
        now_ms = self.desk.clock.now_ms()
        index = partial(self.desk.store.query_index, Recognition, "core", ANNIVERSARIES)
        found = index(until=f"{now_ms:015d}$", limit=ANNIVERSARIES_PER_SWEEP).rows
        look = self.look
        in_turn(
            ((one.advocate_id, partial(look, one.advocate_id, one.program_id)) for one in found),
            failed,
        )
        return len(found)

    def _terms(self, advocate_id: str, program_id: str) -> Terms:
        return self.version_of(program_id, self.desk.clock.now_ms(), advocate_id).terms

    def _level(self, advocate_id: str, program_id: str, conversion_id: str) -> bool:
        """Note the level, and when to look next; whether the advocate takes part at all."""
        now_ms, change = self.desk.clock.now_ms(), Change()
        before, tally, enrolment = read_known(self.desk.store, advocate_id, program_id)
        if enrolment is None or enrolment.state != "active":
            if before.look_ms is not None and before.look_ms <= now_ms:
                change.replace(before.but(look_ms=None))
                self.desk.store.commit(change)
            return False
        terms = self._terms(advocate_id, program_id)
        after = looked(before, terms, tally, now_ms, conversion_id)
        for one in [each for each in after.changes if each not in before.changes]:
            way, after = _said(one, after)
            said = {"advocate_id": advocate_id, "program_id": program_id, "level": one.after}
            said |= {"before": one.before, "conversion_id": one.conversion_id}
            event = self.desk.event(f"enrolment.level_{way}", advocate_id, one.reason, **said)
            change.create(event)
        if before.look_ms is None or before.look_ms <= now_ms:
            after = after.but(look_ms=next_anniversary(enrolment.created_ms, now_ms))
        if after != before:
            change.save(after)
            self.desk.store.commit(change)
        return True

    def _reach(
        self, advocate_id: str, program_id: str, milestone: Milestone, conversion_id: str
    ) -> None:
        """Reach the milestone if it is due, with what it gives. A paused programme gives nothing:
        then it is reached at a later look.
        """
        store, now_ms = self.desk.store, self.desk.clock.now_ms()
        before, tally, enrolment = read_known(store, advocate_id, program_id)
        assert enrolment is not None  # it was there a moment ago, and is never deleted
        terms, name = self._terms(advocate_id, program_id), milestone.milestone_id
        if name not in due(before, terms, tally, enrolment.created_ms, now_ms):
            return
        if read_program(store, program_id).state != "active":
            return
        change = Change()
        by = "" if milestone.measure == "years" else conversion_id
        reached = Reached(milestone_id=name, at_ms=now_ms, conversion_id=by)
        change.replace(before.but(reached=(*before.reached, reached)))
        said = {"advocate_id": advocate_id, "program_id": program_id, "milestone": name}
        given = self._given(change, milestone, enrolment)
        change.create(
            self.desk.event(
                "enrolment.milestone_reached",
                advocate_id,
                given,
                **said,
                conversion_id=by,
                occurred_ms=now_ms,
            )
        )
        store.commit(change)

    def _given(self, change: Change, milestone: Milestone, enrolment: Enrolment) -> str:
        """Add what the rules give for it; why they gave nothing, if they did not."""
        if milestone.reward_minor is None:
            return ""
        from goodword.conversions.crediting import Work, credit  # noqa: PLC0415 - looks do without

        of = enrolment.program_id, enrolment.advocate_id, milestone.milestone_id
        conversion = credit(
            self.desk,
            change,
            Work(
                program_id=enrolment.program_id,
                advocate_id=enrolment.advocate_id,
                work_id=derived_id("mst", enrolment.created_ms, *of),
                name=milestone.event_name,
                amount_minor=milestone.reward_minor,
                done_ms=self.desk.clock.now_ms(),
            ),
        )
        return "rewarded" if conversion.reward_ids else conversion.reason


def _said(one: LevelChange, known: Recognition) -> tuple[str, Recognition]:
    """What the event about it is called: `reached` has a letter, once for a level and a period."""
    if one.reason != "order":
        return {"refund": "lost", "period_ended": "ended", "terms_changed": "changed"}[
            one.reason
        ], known
    first, after = told(known)
    return ("reached" if first else "regained"), after


def read_known(store: Store, advocate_id: str, program_id: str) -> Known:
    """All that is kept, in one request."""
    places = (
        recognition_key(advocate_id, program_id),
        tally_key(advocate_id, program_id),
        enrolment_key(advocate_id, program_id),
    )
    kinds: tuple[type[Record], ...] = (Recognition, Tally, Enrolment)
    wanted: dict[Key, type[Record]] = dict(zip(places, kinds, strict=True))
    found = store.get_mixed(wanted)
    recognition, tally, enrolment = (found.get(place) for place in places)
    assert enrolment is None or isinstance(enrolment, Enrolment)
    fresh = Recognition(advocate_id=advocate_id, program_id=program_id)
    none = Tally(advocate_id=advocate_id, program_id=program_id)
    return Known(
        recognition if isinstance(recognition, Recognition) else fresh,
        tally if isinstance(tally, Tally) else none,
        enrolment,
    )
