"""Versions are added and never changed; which one is in force is asked of the clock."""

import pytest
from goodword.errors import Conflict, NotFound
from goodword.limits import PROGRAM_VERSIONS_MAX, TERMS_CACHE_SECONDS, TERMS_SHELF_PROGRAMS_MAX
from goodword.programs.effective import (
    TermsShelf,
    active_program,
    read_program,
    read_version,
    version_in_force,
)
from goodword.programs.model import STATE_MOVES
from goodword.times import DAY_MS, SECOND_MS

from tests.support.people import Town
from tests.support.scene import terms


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_programme_starts_with_its_first_version_in_force(town: Town) -> None:
    made = town.program()
    program, version = town.programs.read(made.program_id)
    assert (program.state, program.latest, program.in_force) == ("active", 1, 1)
    assert (version.number, version.author, version.rationale) == (1, "sub-mara", "a first try")
    assert town.events("program.created")[0].data["number"] == 1


def test_a_version_is_in_force_from_its_effective_time_on(town: Town) -> None:
    program_id, at_ms = town.program().program_id, town.clock.at_ms + 7 * DAY_MS
    later = terms(name="Better friends", hold_days=30)
    town.next_version(program_id, later, effective_ms=at_ms)
    assert town.programs.read(program_id)[0].name == "Friends of Acme"
    assert version_in_force(town.store, program_id, at_ms - 1).number == 1
    assert version_in_force(town.store, program_id, at_ms).number == 2
    town.clock.advance(7 * DAY_MS)
    program, version = town.programs.read(program_id)
    assert (program.in_force, program.name, version.terms.hold_days) == (2, "Better friends", 30)


def test_the_higher_number_wins_even_if_it_was_effective_before(town: Town) -> None:
    program_id, now_ms = town.program().program_id, town.clock.at_ms
    town.next_version(program_id, terms(hold_days=1), effective_ms=now_ms + DAY_MS)
    town.next_version(program_id, terms(hold_days=2))
    assert read_program(town.store, program_id).in_force == 3
    assert version_in_force(town.store, program_id, now_ms + 2 * DAY_MS).number == 3


def test_the_name_of_the_head_follows_the_version_in_force(town: Town) -> None:
    program_id = town.program().program_id
    town.next_version(program_id, terms(name="New name"))
    assert read_program(town.store, program_id).name == "New name"


def test_versions_are_listed_newest_first_and_read_by_number(town: Town) -> None:
    program_id = town.program().program_id
    town.next_version(program_id, terms(hold_days=1))
    assert [one.number for one in town.programs.versions(program_id)] == [2, 1]
    assert town.programs.version(program_id, 2).terms.hold_days == 1


def test_states_move_as_the_table_says_and_closed_is_for_ever(town: Town) -> None:
    program_id = town.program().program_id
    assert town.programs.set_state(program_id, "paused", "budget").state == "paused"
    with pytest.raises(Conflict, match="program_not_active"):
        active_program(town.store, program_id)
    assert town.programs.set_state(program_id, "active", "budget_back").state == "active"
    assert active_program(town.store, program_id).state == "active"
    assert town.programs.set_state(program_id, "closed", "over").state == "closed"
    for state in STATE_MOVES:
        if state != "closed":
            with pytest.raises(Conflict, match="program_closed"):
                town.programs.set_state(program_id, state, "again")
    assert [one.reason for one in town.events("program.state_changed")] == [
        "budget",
        "budget_back",
        "over",
    ]


def test_asking_for_the_present_state_changes_nothing(town: Town) -> None:
    program_id = town.program().program_id
    before = len(town.store.commits)
    assert town.programs.set_state(program_id, "active", "again").state == "active"
    assert len(town.store.commits) == before


def test_programmes_are_listed_in_the_order_in_which_they_were_made(town: Town) -> None:
    made = [town.program(name=name).program_id for name in ("A", "B", "C")]
    first = town.programs.list(2, None)
    rest = town.programs.list(2, first.cursor)
    assert [one.program_id for one in (*first.rows, *rest.rows)] == made
    assert rest.cursor is None


def test_what_is_not_there_is_not_found(town: Town) -> None:
    program_id = town.program().program_id
    with pytest.raises(NotFound, match="unknown_program"):
        town.programs.read("prg_none")
    with pytest.raises(NotFound, match="unknown_program"):
        version_in_force(town.store, "prg_none", 0)
    for number in (0, 2, PROGRAM_VERSIONS_MAX + 1):
        with pytest.raises(NotFound, match="unknown_version"):
            read_version(town.store, program_id, number)


class TestTheShelf:
    def test_remembers_versions_for_a_minute(self, town: Town) -> None:
        program_id, shelf = town.program().program_id, TermsShelf(town.store)
        now_ms = town.clock.at_ms
        assert shelf.version(program_id, now_ms).number == 1
        town.next_version(program_id, terms())
        assert shelf.version(program_id, now_ms + TERMS_CACHE_SECONDS * SECOND_MS - 1).number == 1
        assert shelf.version(program_id, now_ms + TERMS_CACHE_SECONDS * SECOND_MS).number == 2

    def test_asks_the_clock_which_remembered_version_is_in_force(self, town: Town) -> None:
        program_id, shelf = town.program().program_id, TermsShelf(town.store)
        now_ms = town.clock.at_ms
        town.next_version(program_id, terms(), effective_ms=now_ms + SECOND_MS)
        assert shelf.version(program_id, now_ms).number == 1
        assert shelf.version(program_id, now_ms + SECOND_MS).number == 2

    def test_reads_anew_when_the_clock_goes_back(self, town: Town) -> None:
        program_id, shelf = town.program().program_id, TermsShelf(town.store)
        shelf.version(program_id, town.clock.at_ms)
        town.next_version(program_id, terms())
        assert shelf.version(program_id, town.clock.at_ms - 1).number == 1
        assert shelf.version(program_id, town.clock.at_ms).number == 2

    def test_forgets_everything_rather_than_growing_without_end(self, town: Town) -> None:
        program_id, shelf = town.program().program_id, TermsShelf(town.store)
        versions = tuple(town.programs.versions(program_id))
        shelf._read.update({f"prg_{n}": (0, versions) for n in range(TERMS_SHELF_PROGRAMS_MAX)})
        assert shelf.version(program_id, town.clock.at_ms).number == 1
        assert len(shelf._read) == 1
