"""People enter by what is heard of them, once at a time."""

from typing import Any

import pytest
from goodword.errors import Conflict
from goodword.journeys import listening
from goodword.journeys.definition import SignalCondition
from goodword.journeys.publishing import Journeys
from goodword.journeys.refusing import refusals
from goodword.journeys.signal import Signal, folded
from goodword.journeys.walk import Entered, Walk
from goodword.limits import JOURNEYS_ACTIVE_MAX, JOURNEYS_READ_MAX
from goodword.ports import Change

from tests.support.journeys import REFERENCE, terms
from tests.support.people import BEN
from tests.support.walks import BYE, Path


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.mark.parametrize("number", range(6))
def test_of_two_answers_of_one_form_the_worse_decides(path: Path, number: int) -> None:
    path.publish(REFERENCE, trigger={"kind": "nps", "low": 9})
    rescue = path.publish(REFERENCE, trigger={"kind": "nps", "high": 6})
    path.delight()
    path.later(hours=1)
    at: dict[str, Any] = {"email": BEN.email, "occurred_ms": path.clock.at_ms + number}
    path.hear("nps", 10, **at)
    subject_id = path.hear("nps", 3, **at)
    path.later(hours=1)
    (walk,) = path.entering.consider(subject_id)
    began = next(one for one in path.all(Signal) if one.signal_id == walk.signal_id)
    assert (walk.journey_id, began.value) == (rescue.journey_id, 3)


def test_nobody_enters_twice_within_the_journeys_time(path: Path) -> None:
    path.publish(REFERENCE, again_days=30)
    path.delight()
    walk = path.entered()
    assert path.entering.consider(walk.subject_id) == []
    path.later(days=30)
    path.hear("case_resolved", about="c-7")
    (again,) = path.entering.consider(walk.subject_id)
    (noted,) = path.all(Entered)
    assert noted.walks == (walk.walk_id, again.walk_id)


def test_conditions_may_be_told_after_the_trigger(path: Path) -> None:
    path.publish(REFERENCE, entry=[{"of": "signal", "kind": "csat", "low": 80}])
    subject_id = path.hear("case_resolved", about="c-1")
    assert path.entering.consider(subject_id) == []
    path.hear("csat", 100)
    assert len(path.entering.consider(subject_id)) == 1


def test_an_old_trigger_starts_nothing(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    path.later(days=8)
    assert path.entering.consider(subject_id) == []


def test_two_who_let_somebody_in_let_them_in_once(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    path.before_next_commit(lambda: path.entering.consider(subject_id))
    assert path.entering.consider(subject_id) == []
    assert len(path.all(Walk)) == 1


def test_drafts_and_what_has_ended_keep_nobody_out_however_many(path: Path) -> None:
    staff = Journeys(path.desk())
    for number in range(JOURNEYS_READ_MAX):
        staff.create(path.program_id, terms(REFERENCE, name=f"Try {number}"), "because")
    staff.set_state(path.publish(REFERENCE).journey_id, "ended", "over")
    staff.set_state(path.publish(REFERENCE).journey_id, "paused", "holidays")
    live = path.publish(REFERENCE)
    assert path.entered().journey_id == live.journey_id
    listed = staff.page(path.program_id, JOURNEYS_READ_MAX + 3, None).rows
    states = [one.state for one in listed]
    assert states == ["active", "paused", *["draft"] * JOURNEYS_READ_MAX, "ended"]


def test_as_many_are_active_as_a_signal_can_look_at(path: Path) -> None:
    journeys = [path.publish(REFERENCE) for _ in range(JOURNEYS_ACTIVE_MAX)]
    with pytest.raises(Conflict, match="too_many_journeys"):
        path.publish(REFERENCE)
    path.publish(REFERENCE, of=journeys[0].journey_id)  # its next version is no other journey
    staff = Journeys(path.desk())
    staff.set_state(journeys[1].journey_id, "paused", "holidays")
    path.publish(REFERENCE)
    with pytest.raises(Conflict, match="too_many_journeys"):
        staff.set_state(journeys[1].journey_id, "active", "back")
    subject = path.hear("case_resolved", about="c-1")
    assert len(path.entering.consider(subject)) == JOURNEYS_ACTIVE_MAX


@pytest.mark.parametrize(("pages", "people"), [(10, 3), (2, 2)])
def test_what_happens_to_a_large_account_happens_to_all_of_its_people(
    path: Path, monkeypatch: pytest.MonkeyPatch, pages: int, people: int
) -> None:
    monkeypatch.setattr(listening, "MEMBERS_READ_MAX", 1)
    monkeypatch.setattr(listening, "MEMBERS_PAGES_MAX", pages)
    path.publish(REFERENCE, trigger={"kind": "renewal"})
    for name in ("bo", "cy", "di"):
        path.hear("milestone", account_id="acme", email=f"{name}@mail.example")
    account = path.hear("renewal", email=None, account_id="acme")
    assert len(path.entering.consider(account)) == people


def test_what_happens_to_an_account_happens_to_its_people(path: Path) -> None:
    path.publish(
        REFERENCE, trigger={"kind": "renewal"}, goal={"motion": "reference", "within_days": 60}
    )
    path.hear("milestone", account_id="acme")
    path.hear("milestone", account_id="acme", email="bo@mail.example")
    path.hear("milestone", account_id="other", email="bo@mail.example")  # Bo has moved on
    account = path.hear("renewal", email=None, account_id="acme")
    (walk,) = path.entering.consider(account)
    assert walk.subject_id == path.hear("milestone")


def test_a_pause_that_comes_in_between_keeps_people_out(path: Path) -> None:
    journey = path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    pause = Journeys(path.desk())
    path.before_next_commit(lambda: pause.set_state(journey.journey_id, "paused", "holidays"))
    assert path.entering.consider(subject_id) == []


def test_forgotten_people_of_an_account_enter_nothing(path: Path) -> None:
    path.publish(REFERENCE, trigger={"kind": "renewal"})
    subject_id = path.hear("milestone", account_id="acme")
    change = Change()
    change.replace(path.subjects.read(subject_id).but(forgotten=True, marks=()))
    path.store.commit(change)
    assert path.entering.consider(path.hear("renewal", email=None, account_id="acme")) == []


def test_the_holdout_is_only_watched_and_always_the_same(path: Path) -> None:
    journey = path.publish(REFERENCE, holdout_percent=50)
    for number in range(20):
        path.entered(email=f"p{number}@mail.example")
    walks = path.all(Walk)
    out = [one for one in walks if one.state == "held_out"]
    assert 3 < len(out) < 17
    assert path.step(out[0]).route == "done"
    assert journey.journey_id == out[0].journey_id
    assert not any(one.index_entry for one in out)


def test_the_forgotten_enter_nothing(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    subject = path.subjects.read(subject_id)
    change = Change()
    change.replace(subject.but(forgotten=True, marks=()))
    path.store.commit(change)
    assert path.entering.consider(subject_id) == []


def test_a_name_copied_from_another_product_is_met_as_it_is_heard(path: Path) -> None:
    copied = "First Report Created"
    entry = [{"of": "signal", "kind": "usage", "word": "Seats & Rooms"}]
    path.publish(REFERENCE, BYE, trigger={"kind": "milestone", "word": copied}, entry=entry)
    path.delight()
    path.hear("usage", 20, word=folded("Seats & Rooms"))
    assert len(path.entering.consider(path.hear("milestone", word=folded(copied)))) == 1


@pytest.mark.parametrize("said", ["first report", "v1.", "a-b_c"])
def test_what_is_a_word_stays_as_it_is(said: str) -> None:
    assert SignalCondition(kind="milestone", word=said).word == said


def test_a_word_that_no_signal_can_have_is_refused() -> None:
    none = {"kind": "milestone", "word": "!?"}
    when = {"step": "branch", "name": "b", "when": {"of": "signal", **none}, "then": "bye"}
    found = refusals(terms(REFERENCE, when, BYE, trigger=none, entry=[{"of": "signal", **none}]))
    assert [one.field for one in found] == ["trigger.word", "entry.0.word", "steps.1.when.word"]
    assert {one.kind for one in found} == {"no_such_word"}
