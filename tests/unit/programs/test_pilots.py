"""Who is in a pilot follows from ids alone, and what was promised to them stays promised."""

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.segmenting import Segmenting
from goodword.advocates.segments import SegmentMember
from goodword.errors import InvalidInput
from goodword.limits import PILOT_ADVOCATES_MAX
from goodword.ports import Change
from goodword.programs.drafts import Drafts
from goodword.programs.model import ProgramVersion, version_at
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Publishing
from goodword.times import DAY_MS
from pydantic import ValidationError

from tests.support.desk import NOW_MS
from tests.support.people import BEN, STAFF, Town
from tests.support.publishing import drafted, replayed
from tests.support.scene import MAYA, PROGRAM, terms

PEOPLE = [f"adv_{number:04d}" for number in range(2_000)]


def version(number: int, from_ms: int, **fields: object) -> ProgramVersion:
    base = {"program_id": PROGRAM, "author": "a", "rationale": "r", "created_ms": 0}
    return ProgramVersion.model_validate(
        base | {"number": number, "effective_ms": from_ms, "terms": terms()} | fields
    )


def number(versions: list[ProgramVersion], at_ms: int, who: str | None = None) -> int:
    return version_at(versions, at_ms, who).number


def test_a_share_is_about_as_large_as_it_says_and_never_moves() -> None:
    chosen = [one for one in PEOPLE if Pilot(percent=30).includes(PROGRAM, 2, one)]
    assert 520 < len(chosen) < 680
    assert chosen == [one for one in PEOPLE if Pilot(percent=30).includes(PROGRAM, 2, one)]
    wider = [one for one in PEOPLE if Pilot(percent=60).includes(PROGRAM, 2, one)]
    assert set(chosen) < set(wider)
    assert chosen != [one for one in PEOPLE if Pilot(percent=30).includes(PROGRAM, 3, one)]


def test_a_segment_is_the_list_that_was_given() -> None:
    pilot = Pilot(segment="cafés", advocate_ids=(MAYA,))
    assert pilot.includes(PROGRAM, 2, MAYA)
    assert not pilot.includes(PROGRAM, 2, "adv_ben")
    assert not Pilot(segment="cafés").includes(PROGRAM, 2, MAYA)  # a wish, until it is published


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent": 0},
        {"percent": 5, "segment": "gold"},
        {"percent": 100},
        {"percent": 5, "advocate_ids": (MAYA,)},
        {"advocate_ids": (MAYA, MAYA)},
        {"advocate_ids": ("maya@mail.example",)},
    ],
)
def test_a_pilot_is_one_of_the_two(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Pilot.model_validate(wrong)


def test_a_pilot_holds_for_its_people_from_its_time_on() -> None:
    tried = version(2, NOW_MS, pilot=Pilot(advocate_ids=(MAYA,)))
    versions = [version(1, 0), tried]
    assert number(versions, NOW_MS) == 1
    assert number(versions, NOW_MS, "adv_ben") == 1
    assert number(versions, NOW_MS, MAYA) == 2
    assert number(versions, NOW_MS - 1, MAYA) == 1


def test_a_promoted_pilot_holds_for_everybody_from_then_on() -> None:
    pilot = Pilot(advocate_ids=(MAYA,))
    versions = [version(1, 0), version(2, NOW_MS, pilot=pilot, promoted_ms=NOW_MS + 10)]
    assert [number(versions, NOW_MS + at, "adv_ben") for at in (0, 9, 10)] == [1, 1, 2]
    assert [number(versions, NOW_MS + at, MAYA) for at in (0, 9, 10)] == [2, 2, 2]


def test_a_withdrawn_pilot_leaves_what_it_promised() -> None:
    pilot = Pilot(advocate_ids=(MAYA,))
    versions = [version(1, 0), version(2, NOW_MS, pilot=pilot, withdrawn_ms=NOW_MS + 10)]
    assert [number(versions, NOW_MS + at, MAYA) for at in (0, 9, 10)] == [2, 2, 1]


def test_a_version_withdrawn_before_its_time_never_holds() -> None:
    versions = [version(1, 0), version(2, NOW_MS, withdrawn_ms=NOW_MS - 10)]
    assert number(versions, NOW_MS + 10**9) == 1


class Trial(Town):
    """A programme with Anna in it, and a draft of Otto's that was replayed."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.anna = self.joined(self.program_id).advocate_id
        self.segments = Segmenting(self.desk(STAFF))
        draft = drafted(self, self.program_id, terms(hold_days=7))
        replayed(self, draft)
        self.draft = Drafts(self.desk()).read(self.program_id, draft.draft_id)

    def move(self, who: str, *add: str, out: tuple[str, ...] = ()) -> None:
        """Into these, out of those."""
        self.segments.move(who, self.program_id, add=add, remove=out, reason="volume")

    def publish(self, pilot: Pilot) -> ProgramVersion:
        """The draft, as a pilot."""
        by, draft = Publishing(self.desk(STAFF)), self.draft
        return by.publish(self.program_id, draft.draft_id, draft.digest, pilot=pilot)


def test_a_pilot_of_a_segment_is_for_those_who_are_in_it_when_it_is_published() -> None:
    trial, wish = Trial(), Pilot(segment="  Gold ")
    with pytest.raises(InvalidInput, match="segment_empty") as refused:
        trial.publish(wish)
    assert [one.field for one in refused.value.fields] == ["pilot.segment"]
    trial.move(trial.anna, "gold")
    made = trial.publish(wish)
    assert made.pilot == Pilot(segment="  Gold ", advocate_ids=(trial.anna,))
    ben = trial.joined(trial.program_id, BEN).advocate_id
    trial.move(ben, "gold")
    trial.clock.advance(1)
    trial.move(trial.anna, out=("gold",))
    versions, later_ms = trial.all(ProgramVersion), trial.clock.at_ms + 14 * DAY_MS
    assert number(versions, later_ms, trial.anna) == made.number
    assert number(versions, later_ms, ben) == 1


@pytest.mark.parametrize("more", [0, 1])
def test_a_pilot_of_a_segment_is_for_few(more: int) -> None:
    trial = Trial()
    own = {"program_id": trial.program_id, "state": "active", "created_ms": 1, "changed_ms": 1}
    names = [f"adv_{number:04d}" for number in range(PILOT_ADVOCATES_MAX + more)]
    for name in names:
        change = Change()
        change.create(
            Enrolment.model_validate(own | {"advocate_id": name}),
            SegmentMember(program_id=trial.program_id, segment="gold", advocate_id=name),
        )
        trial.store.commit(change)
    if more:
        with pytest.raises(InvalidInput, match="segment_too_large"):
            trial.publish(Pilot(segment="gold"))
        return
    made = trial.publish(Pilot(segment="gold")).pilot
    assert made is not None
    assert sorted(made.advocate_ids) == names
