"""Flags: what a journey comes to, and what it looks at; a segment with its reason and its times."""

from typing import Any

import pytest
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.segmenting import Segmenting, joining, read_segments
from goodword.advocates.segments import current
from goodword.journeys.asking import AGREED_DAYS
from goodword.journeys.previewing import Previewing
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import Walk
from goodword.limits import SEGMENTS_OF_ADVOCATE_MAX, SEGMENTS_OF_PROGRAM_MAX
from goodword.ports import Change

from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.walks import BYE, THANKS, Path

BOARD = {"step": "flag", "name": "seat", "of_ask": "call", "segment": "Advisory  Board"}
ON_BOARD = {"of": "segment", "segment": "advisory board"}


@pytest.fixture
def path() -> Path:
    return Path()


def segments(path: Path) -> frozenset[str]:
    enrolment = path.store.get(Enrolment, enrolment_key(path.anna, path.program_id))
    assert enrolment is not None
    return current(enrolment.segments)


def move(path: Path, *, on: bool) -> None:
    Segmenting(path.desk()).move(
        path.anna,
        path.program_id,
        add=("advisory board",) if on else (),
        remove=() if on else ("advisory board",),
        reason="chosen",
    )


@pytest.mark.parametrize("steps", [(BOARD, BYE), (THANKS, BOARD, BYE)])
def test_whoever_did_it_is_flagged(path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    walk, ask = path.asked(*steps)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    assert path.now(walk).held == "work_not_done_yet"
    assert segments(path) == set()
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    assert segments(path) == {"advisory board"}
    (event,) = path.events("enrolment.segment_joined")
    assert (event.reason, event.data["segment"]) == ("journey_reference", "advisory board")
    assert event.actor.kind == "system"
    counts = read_segments(path.store, path.program_id).counts
    assert [(one.segment, one.advocates) for one in counts] == [("advisory board", 1)]
    assert path.now(walk).reason == "finished"


def test_whoever_said_no_or_did_nothing_is_not(path: Path) -> None:
    walk, ask = path.asked(BOARD, BYE)
    path.asks.answer(ask.ask_id, "declined")
    path.step(walk)
    assert (segments(path), path.now(walk).reason) == (frozenset(), "finished")


def test_a_promise_has_its_time(path: Path) -> None:
    walk, ask = path.asked(BOARD, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=AGREED_DAYS)
    path.step(walk)
    assert (segments(path), path.made[0].reason) == (frozenset(), "work_not_done")


def test_whoever_takes_part_no_more_is_not_flagged(path: Path) -> None:
    walk, ask = path.asked(BOARD, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    enrolment = path.store.get(Enrolment, enrolment_key(path.anna, path.program_id))
    assert enrolment is not None
    change = Change()
    change.replace(enrolment.but(state="paused"))
    path.store.commit(change)
    path.step(walk)
    assert (segments(path), path.now(walk).reason) == (frozenset(), "finished")


def join(path: Path, name: str) -> int:
    enrolment = path.store.get(Enrolment, enrolment_key(path.anna, path.program_id))
    assert enrolment is not None
    change = Change()
    joining(path.desk(), change, enrolment, name, "because")
    if change.keys:
        path.store.commit(change)
    return len(change.keys)


def test_who_is_in_it_already_or_in_enough_stays_as_they_are(path: Path) -> None:
    assert join(path, "beta") > 0
    assert join(path, "beta") == 0
    for n in range(SEGMENTS_OF_ADVOCATE_MAX - 1):
        assert join(path, f"s{n}") > 0
    assert join(path, "one more") == 0
    assert len(segments(path)) == SEGMENTS_OF_ADVOCATE_MAX


def test_a_programme_that_has_no_room_gets_no_new_one(path: Path) -> None:
    listed = read_segments(path.store, path.program_id)
    many = {f"s{n:02d}" for n in range(SEGMENTS_OF_PROGRAM_MAX)}
    change = Change()
    change.save(listed.counted(many, ()))
    path.store.commit(change)
    assert join(path, "one more") == 0
    assert join(path, "s01") > 0


@pytest.mark.parametrize(("member", "flagged"), [(True, True), (False, False)])
def test_a_journey_lets_in_who_is_flagged_or_who_is_not(
    path: Path, member: bool, flagged: bool
) -> None:
    path.publish(REFERENCE, BYE, entry=[{**ON_BOARD, "member": member}])
    subject_id = path.delight()
    if flagged is not member:
        pytest.fail("the cases say who comes in")
    move(path, on=not flagged)
    path.hear("case_resolved", about="c-1")
    assert path.entering.consider(subject_id) == []
    move(path, on=flagged)
    assert len(path.entering.consider(subject_id)) == 1
    dry = Previewing(path.desk(), path.subjects)
    what = terms(REFERENCE, entry=[{**ON_BOARD, "member": member}])
    assert dry.of(path.program_id, what, None).would_enter == 1


def test_a_branch_looks_at_flags_and_nobody_unknown_has_one(path: Path) -> None:
    jump = {"step": "branch", "name": "on_board", "when": ON_BOARD, "then": "bye"}
    path.publish(jump, REFERENCE, BYE, goal={"motion": "reference"})
    path.delight()
    move(path, on=True)
    walk = path.entered()
    path.step(walk)
    assert (path.now(walk).state, path.made) == ("ended", [])
    assert path.gate.look(path.delight(email="new@mail.example")).segments == set()
    assert len(path.all(Walk)) == 1


def test_a_public_review_never_hangs_on_where_staff_put_somebody() -> None:
    gated = refusals(terms(REVIEW, entry=[ON_BOARD]))
    assert [one.field for one in gated] == ["steps.0"]
    jump = {"step": "branch", "name": "on_board", "when": ON_BOARD, "then": "bye"}
    behind = terms(jump, REVIEW, BYE, goal={"motion": "review"})
    assert ["review_gating" in one.message for one in refusals(behind)] == [True]
    lost = refusals(terms(BOARD, REFERENCE, goal={"motion": "reference"}))
    assert [one.field for one in lost] == ["steps.0.of_ask"]
