"""What is said to be done, or promised, stands with staff until somebody looks, or it is over."""

import pytest
from goodword.journeys.walk import AskMade, Walk
from goodword.limits import WORK_LOOK_DAYS
from goodword.privacy.erasing import Erasing

from tests.support.leaving import Pool
from tests.support.walks import BYE, THANKS, Path
from tests.unit.journeys.test_walking import gathering


@pytest.fixture
def path() -> Path:
    return Path()


def erase(path: Path) -> None:
    erasing = Erasing(path.desk(), path.vault)
    erasing.ask(path.anna, at_once=True)
    path.later(days=40)
    for _ in range(2):
        erasing.carry_out(path.anna, Pool())


def promised(path: Path) -> tuple[Walk, AskMade]:
    walk, ask = path.asked(THANKS, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    return walk, ask


def test_staff_who_do_not_look_are_told_so_again_and_again(path: Path) -> None:
    """Their silence gives nothing, which would pay whoever waits, and keeps nothing secret."""
    walk, ask = gathering(path)
    path.asks.answer(ask.ask_id, "submitted")
    for _ in range(12):
        path.step(walk)
        path.later(days=WORK_LOOK_DAYS / 2)
    path.step(walk)
    told = path.events("journey.work_overdue")
    assert {one.subject for one in told} == {ask.ask_id}
    assert (len(told), path.made[0].state) == (6, "submitted")
    path.asks.work(ask.ask_id, done=True, code="other", own_advocate_id=None)
    path.step(walk)
    assert path.made[0].state == "rewarded"


@pytest.mark.parametrize("state", ["sent", "accepted"])
def test_nothing_is_expected_of_whoever_is_erased(path: Path, state: str) -> None:
    walk, _ = promised(path) if state == "accepted" else path.asked(THANKS, BYE)
    erase(path)
    assert (path.made[0].state, path.made[0].reason) == ("expired", "erased")
    assert path.asks.waiting(path.program_id, 10, None).rows == []
    assert len(path.events("journey.ask_expired")) == 1
    path.later(days=60)
    path.walking.sweep()
    assert path.now(walk).state == "ended"


def test_what_was_done_before_an_erasure_stays_done(path: Path) -> None:
    _, ask = promised(path)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    erase(path)
    assert path.made[0].state == "accepted_work"
