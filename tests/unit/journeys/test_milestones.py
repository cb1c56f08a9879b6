"""A milestone of the programme becomes a signal of its person, once, and of nobody else."""

import pytest
from goodword.advocates.model import Advocate, Known, advocate_key
from goodword.journeys.milestones import note_milestone
from goodword.journeys.signal import Signal, Subject
from goodword.ports import Change

from tests.support.walks import Path


@pytest.fixture
def path() -> Path:
    return Path()


def noted(path: Path, name: str = "first", who: str = "") -> bool:
    at_ms = path.clock.at_ms
    return note_milestone(path.listening, path.program_id, who or path.anna, name, at_ms)


def milestones(path: Path) -> list[Signal]:
    return [one for one in path.all(Signal) if one.kind == "milestone"]


def test_it_is_noted_once_however_often_it_is_told(path: Path) -> None:
    assert noted(path)
    assert noted(path)
    (signal,) = milestones(path)
    assert (signal.word, signal.value, signal.program_id) == ("first", None, path.program_id)
    assert noted(path, "second")
    assert len(milestones(path)) == 2


def test_it_is_of_the_person_whom_signals_of_the_address_are_about(path: Path) -> None:
    noted(path)
    path.hear(kind="nps", value=9)
    (person,) = [one for one in path.all(Subject) if one.what == "person" and not one.merged_into]
    assert milestones(path)[0].subject_id in {person.subject_id, *person.parts}


def test_of_who_is_not_known_or_gone_nobody_hears(path: Path) -> None:
    assert not noted(path, who="adv_none")
    advocate = path.store.get(Advocate, advocate_key(path.anna))
    assert advocate is not None
    for changes in ({"known": ()}, {"erased_ms": 1}):
        change = Change()
        stored = path.store.get(Advocate, advocate_key(path.anna))
        assert stored is not None
        change.replace(stored.but(**changes))
        path.store.commit(change)
        assert not noted(path)
    assert milestones(path) == []


def test_who_is_known_by_a_sign_in_alone_has_no_person(path: Path) -> None:
    change = Change()
    change.create(
        Advocate(advocate_id="adv_sub", created_ms=1, known=("m1",)),
        Known(mac="m1", of="subject", advocate_id="adv_sub"),
    )
    path.store.commit(change)
    assert not noted(path, who="adv_sub")
