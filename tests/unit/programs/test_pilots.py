"""Who is in a pilot follows from ids alone, and what was promised to them stays promised."""

import pytest
from goodword.programs.model import ProgramVersion, version_at
from goodword.programs.pilot import Pilot
from pydantic import ValidationError

from tests.support.desk import NOW_MS
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


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent": 0},
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
