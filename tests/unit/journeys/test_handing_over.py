"""What a journey hands over is kept for staff, taken by one, and closed with an outcome."""

from collections.abc import Callable
from typing import Any

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.errors import Conflict, GoodwordError, InvalidInput, NotAllowed, NotFound
from goodword.events import Actor
from goodword.journeys.handing_over import HandOvers, role_of, seen_by, which_of
from goodword.journeys.handover import HandedOver
from goodword.journeys.listening import Subjects
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import Walk
from goodword.workflow import TaskToken

from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.people import ANNA, MACS
from tests.support.walks import BYE, Path

SUPPORT = {"step": "hand_over", "name": "care", "to": "support", "why": "Call within a day."}
WAITED = SUPPORT | {"until_closed": True, "due_days": 3}
FELL = {"step": "branch", "name": "fell", "of_hand_over": "care", "outcome": "done", "then": "call"}
WAIT = {"step": "wait", "name": "settle", "hours": 1}
LATE = FELL | {"name": "late", "outcome": "late"}


@pytest.fixture
def path() -> Path:
    return Path()


def office(path: Path, who: str = "marta", *groups: str) -> HandOvers:
    desk = path.desk(Actor(kind="staff", id=who))
    return HandOvers(desk, path.workflow, frozenset(groups or ("marketer",)))


def handed(path: Path, *steps: dict[str, Any], **changes: Any) -> tuple[Walk, HandedOver]:
    """Anna's walk has come to a hand-over."""
    path.publish(*steps, **{"goal": {"motion": "reference"}, **changes})
    path.delight()
    walk = path.entered()
    path.step(walk)
    (one,) = path.all(HandedOver)
    return path.now(walk), one


def test_it_is_kept_with_who_where_why_since_when_and_until_when(path: Path) -> None:
    walk, one = handed(path, SUPPORT, REFERENCE)
    assert (one.journey_id, one.walk_id, one.number) == (walk.journey_id, walk.walk_id, 1)
    assert (one.subject_id, one.advocate_id) == (walk.subject_id, path.anna)
    assert (one.step, one.to, one.role) == ("care", "support", "marketer")
    assert (one.state, one.why) == ("open", "Call within a day.")
    assert one.due_ms - one.made_ms == 7 * 86_400_000
    (told,) = path.events("journey.handed_over")
    assert told.subject == one.hand_over_id
    assert told.data["to"] == "support"
    assert "why" not in told.data
    assert walk.step == "call"  # nothing waits for it


def test_it_says_what_the_person_was_asked_before(path: Path) -> None:
    walk, ask = path.asked(SUPPORT)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    (one,) = path.all(HandedOver)
    assert (one.ask_id, one.motion) == (ask.ask_id, "reference")


def test_it_is_made_once_however_often_the_walk_moves(path: Path) -> None:
    walk, _ = handed(path, WAITED, REFERENCE)
    for _ in range(3):
        path.step(walk)
        path.later(hours=1)
    assert len(path.all(HandedOver)) == 1


def test_of_many_the_oldest_come_first_and_closed_ones_newest_first(path: Path) -> None:
    handed(path, SUPPORT, REFERENCE)
    for number in range(2):
        path.later(hours=1)
        path.step(path.entered(email=f"p{number}@mail.example"))
    marta = office(path)
    first, second, third = marta.page(path.program_id, "marketer", "open", 10, None).rows
    assert first.made_ms < second.made_ms < third.made_ms
    for one in (first, third):
        path.later(hours=1)
        marta.close(one.hand_over_id, "done", "", None)
    closed = marta.page(path.program_id, "marketer", "closed", 10, None).rows
    assert [one.hand_over_id for one in closed] == [third.hand_over_id, first.hand_over_id]
    (left,) = marta.page(path.program_id, "marketer", "open", 10, None).rows
    assert left.hand_over_id == second.hand_over_id


def test_one_takes_it_and_only_they_give_it_back_or_close_it(path: Path) -> None:
    _, one = handed(path, SUPPORT, REFERENCE)
    marta, milo, ada = office(path), office(path, "milo"), office(path, "ada", "admin")
    assert marta.take(one.hand_over_id).assignee == "marta"
    marta.take(one.hand_over_id)
    acts: tuple[Callable[[], HandedOver], ...] = (
        lambda: milo.take(one.hand_over_id),
        lambda: milo.give_back(one.hand_over_id),
        lambda: milo.close(one.hand_over_id, "done", "", None),
    )
    for act in acts:
        with pytest.raises(Conflict) as lost:
            act()
        assert lost.value.code == "hand_over_taken"
    assert marta.give_back(one.hand_over_id).state == "open"
    assert marta.give_back(one.hand_over_id).assignee == ""
    milo.take(one.hand_over_id)
    closed = ada.close(one.hand_over_id, "not_needed", "Solved itself.", None)
    assert (closed.closed_by, closed.assignee, closed.note) == ("ada", "milo", "Solved itself.")
    for type, many in (("taken", 2), ("given_back", 1), ("closed", 1)):
        assert len(path.events(f"journey.hand_over_{type}")) == many
    told = path.events("journey.hand_over_closed")[0]
    assert (told.reason, told.actor.id, told.subject) == ("not_needed", "ada", one.hand_over_id)
    assert "Solved" not in str(path.events())


@pytest.mark.parametrize("act", ["take", "give_back", "close"])
def test_what_was_closed_stays_so(path: Path, act: str) -> None:
    _, one = handed(path, SUPPORT, REFERENCE)
    marta = office(path)
    marta.close(one.hand_over_id, "done", "", None)
    more = ("done", "again", None) if act == "close" else ()
    with pytest.raises(Conflict) as kept:
        getattr(marta, act)(one.hand_over_id, *more)
    assert kept.value.code == "hand_over_closed"


def test_one_that_names_somebody_is_theirs_from_the_start(path: Path) -> None:
    _, one = handed(path, SUPPORT | {"assignee": "milo"}, REFERENCE)
    assert (one.state, one.assignee) == ("taken", "milo")


def test_the_walk_knows_the_outcome_and_wakes_when_it_waits_for_it(path: Path) -> None:
    walk, one = handed(path, WAITED, FELL, BYE, REFERENCE)
    assert (walk.held, walk.step) == ("handed_over", "care")
    step = path.step(walk)
    assert (step.route, step.seconds) == ("answer", 3 * 86_400)
    path.walking.listen(walk.journey_id, walk.walk_id, "token-1")
    assert path.all(TaskToken)
    office(path).close(one.hand_over_id, "done", "Reached by phone.", None)
    assert path.workflow.resumed == ["token-1"]
    after = path.now(walk)
    assert (after.handed[0].outcome, after.held) == ("done", "")
    path.step(walk)
    assert path.made[0].motion == "reference"  # by the branch, past the exit


def test_by_another_outcome_it_goes_the_other_way(path: Path) -> None:
    walk, one = handed(path, WAITED, FELL, BYE, REFERENCE)
    office(path).close(one.hand_over_id, "declined", "", None)
    assert path.step(walk).route == "done"
    assert not path.made


def test_nobody_closes_it_and_the_journey_goes_on_as_late(path: Path) -> None:
    walk, one = handed(path, WAITED, LATE, BYE, REFERENCE)
    path.later(days=3)
    path.step(walk)
    assert path.made[0].motion == "reference"
    office(path).close(one.hand_over_id, "done", "", None)  # a fact all the same
    assert path.now(walk).handed[0].outcome == "done"
    assert path.now(walk).held != ""  # what it waits for now is the answer, not this


def test_nobody_closes_what_is_about_themselves(path: Path) -> None:
    _, one = handed(path, SUPPORT, REFERENCE)
    with pytest.raises(NotAllowed) as own:
        office(path).close(one.hand_over_id, "done", "", path.anna)
    assert own.value.code == "own_work"


def test_each_role_works_on_its_own_and_an_admin_on_all(path: Path) -> None:
    _, one = handed(path, SUPPORT | {"role": "finance"}, REFERENCE)
    marta, fay = office(path), office(path, "fay", "finance")
    with pytest.raises(NotFound):
        marta.take(one.hand_over_id)
    with pytest.raises(NotAllowed) as not_mine:
        marta.page(path.program_id, "finance", "open", 10, None)
    assert not_mine.value.code == "not_your_role"
    assert fay.page(path.program_id, "finance", "open", 10, None).rows
    assert office(path, "ada", "admin").read(one.hand_over_id) == one
    assert (seen_by({"analyst"}), seen_by({"finance"})) == ((), ("finance",))
    assert (role_of("", {"finance"}), role_of("admin", ())) == ("finance", "admin")
    assert which_of("") == "open"
    refused: list[tuple[Any, str]] = [
        (lambda: role_of("boss", ()), "unknown_role"),
        (lambda: which_of("lost"), "unknown_list"),
        (lambda: fay.close(one.hand_over_id, "fine", "", None), "unknown_outcome"),
        (lambda: fay.read("hov_none"), "unknown_hand_over"),
    ]
    for act, code in refused:
        with pytest.raises((InvalidInput, NotFound)) as wrong:
            act()
        assert isinstance(wrong.value, GoodwordError)
        assert wrong.value.code == code


def test_what_staff_wrote_goes_with_the_person_and_none_comes_after(path: Path) -> None:
    _, one = handed(path, SUPPORT, REFERENCE)
    marta = office(path)
    marta.close(one.hand_over_id, "done", "Was upset about the invoice.", None)
    subject = Subjects(path.desk(), MACS).find(path.program_id, str(ANNA.email))
    path.later(days=400)
    path.step(path.entered())
    for _ in range(2):
        Forgetting(path.desk()).forget(path.program_id, subject.marks[0])
    kept, later = sorted(path.all(HandedOver), key=lambda each: each.made_ms)
    assert (kept.note, kept.outcome) == ("", "done")
    closed = marta.close(later.hand_over_id, "done", "Was upset again.", None)
    assert closed.note == ""


def test_of_somebody_who_is_forgotten_meanwhile_nothing_is_handed_over(path: Path) -> None:
    path.publish(WAIT, SUPPORT, REFERENCE, goal={"motion": "reference"})
    path.delight()
    walk = path.entered()
    path.step(walk)
    subject = Subjects(path.desk(), MACS).find(path.program_id, str(ANNA.email))
    Forgetting(path.desk()).forget(path.program_id, subject.marks[0])
    path.later(hours=2)
    path.step(walk)
    assert not path.all(HandedOver)
    assert path.now(walk).step != "care"


def test_a_branch_asks_a_hand_over_that_is_waited_for(path: Path) -> None:
    def wrong(*steps: dict[str, Any]) -> list[str]:
        return [one.field for one in refusals(terms(*steps, goal={"motion": "reference"}))]

    assert wrong(WAITED, FELL, BYE, REFERENCE) == []
    assert wrong(SUPPORT, FELL, BYE, REFERENCE) == ["steps.1.of_hand_over"]
    assert wrong(FELL | {"of_hand_over": "call"}, BYE, REFERENCE) == ["steps.0.of_hand_over"]
    for odd in ({"outcome": None}, {"of_ask": "call", "answered": "declined"}):
        with pytest.raises(ValueError, match=r"outcome goes with|asks about one"):
            terms(WAITED, FELL | odd, REFERENCE)


def test_a_public_review_never_hangs_on_how_a_hand_over_went(path: Path) -> None:
    ask = FELL | {"then": "review"}
    found = refusals(terms(WAITED, ask, BYE, REVIEW, goal={"motion": "review"}))
    assert ["review_gating" in one.message for one in found] == [True]
    found = refusals(terms(WAITED, ask, REVIEW, goal={"motion": "review"}))
    assert "steps.0.until_closed" in found[0].message  # both ways lead on, each on its day
