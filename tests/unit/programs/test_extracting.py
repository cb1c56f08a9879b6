"""An extract is made in steps that can be killed anywhere, of days that are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from goodword.errors import InvalidInput, NotFound
from goodword.events import Actor
from goodword.limits import (
    EXTRACT_DAYS,
    EXTRACT_DAYS_MAX,
    EXTRACT_FILE_PARTS,
    EXTRACT_HOURS_MAX,
    EXTRACT_IDLE_MINUTES,
    EXTRACT_PIECES,
    EXTRACT_ROWS,
    EXTRACT_STEPS,
)
from goodword.programs.extract import WHAT, Extract, What, part_name
from goodword.programs.extracting import Extracts, Piece, Row
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.scene import PROGRAM, Scene

FAY = Actor(kind="staff", id="sub-fay")


@dataclass
class Books:
    """So many pages of every kind, and where parts are kept."""

    scene: Scene = field(default_factory=Scene)
    pages: dict[str, int] = field(default_factory=lambda: {"rewards": 3, "entries": 1})
    rows: int = 2
    ready: bool = True
    kept: dict[str, list[Row]] = field(default_factory=dict)
    tries: int = 0

    @property
    def extracts(self) -> Extracts:
        """The use cases of the worker."""
        sections = {one: self._reader(one) for one in WHAT}
        return Extracts(self.scene.desk(FAY), sections, self)

    def keep(self, name: str, rows: Sequence[Row]) -> None:
        """The port."""
        self.kept[name] = list(rows)

    def _reader(self, what: What):  # type: ignore[no-untyped-def]  # a reader of Sections
        def read(_extract: Extract, cursor: str | None) -> Piece | None:
            self.tries += 1
            if what == "entries" and not self.ready:
                return None
            pages, at = self.pages.get(what, 0), int(cursor or 0)
            rows = [(what, f"{at}-{n}") for n in range(self.rows)] if pages else []
            following = str(at + 1) if at + 1 < pages else None
            return Piece(rows, following, (at + 1) * 100 // max(pages, 1))

        return read

    def ask(self, what: Sequence[What] = WHAT, days: int = 30) -> Extract:
        """Of so many days, the last of which ended yesterday."""
        until_ms = self.scene.clock.at_ms - DAY_MS
        return self.extracts.ask(PROGRAM, what, until_ms - days * DAY_MS, until_ms)

    def go_on(self, one: Extract) -> Extract:
        """What the worker does, and how it stands then."""
        self.extracts.run(one.program_id, one.extract_id)
        return self.extracts.read(one.program_id, one.extract_id)

    def told(self) -> list[str]:
        """The events so far."""
        return [one.type for one in self.scene.events() if one.type.startswith("program.extract")]

    def flat(self) -> Mapping[str, list[Row]]:
        """Every kept row by kind, in the order of the parts."""
        found: dict[str, list[Row]] = {}
        for name in sorted(self.kept):
            for row in self.kept[name]:
                found.setdefault(row[0], []).append(row)
        return found


@pytest.fixture
def books() -> Books:
    return Books()


def test_all_kinds_are_made_in_their_order_and_told_once(books: Books) -> None:
    asked = books.ask(("entries", "rewards"))
    assert (asked.what, asked.percent, asked.total) == (("rewards", "entries"), 0, 0)
    assert asked.asked_by == "sub-fay"
    done = books.go_on(asked)
    assert (done.state, done.percent, done.index_entry) == ("ready", 100, None)
    assert (done.rows, done.total) == ({"rewards": 6, "entries": 2}, 8)
    assert [row[1] for row in books.flat()["rewards"]] == ["0-0", "0-1", "1-0", "1-1", "2-0", "2-1"]
    again = books.go_on(done)  # the message comes again
    assert again == done
    assert books.told() == ["program.extract_asked", "program.extract_ready"]


def test_what_has_no_row_is_a_file_without_a_part(books: Books) -> None:
    done = books.go_on(books.ask(("conversions",)))
    assert (done.files("conversions"), done.rows["conversions"]) == (1, 0)
    assert books.kept == {}
    assert books.extracts.save(PROGRAM, done.extract_id, "conversions", 1) == []


def test_a_long_one_goes_on_by_the_bus_and_is_saved_in_several_files(books: Books) -> None:
    books.rows = EXTRACT_ROWS
    books.pages = {"rewards": EXTRACT_STEPS + 3}
    half = books.go_on(books.ask(("rewards",)))
    assert (half.state, half.parts) == ("gathering", {"rewards": EXTRACT_STEPS})
    assert half.percent == EXTRACT_STEPS * 100 // (EXTRACT_STEPS + 3)
    assert books.told()[-1] == "program.extract_continues"
    done = books.go_on(half)
    assert (done.state, done.files("rewards")) == ("ready", 2)
    first = done.parts_of("rewards", 1)
    assert len(first) == EXTRACT_FILE_PARTS
    assert [*first, *done.parts_of("rewards", 2)] == sorted(books.kept)
    assert len(books.flat()["rewards"]) == (EXTRACT_STEPS + 3) * EXTRACT_ROWS


def test_a_step_reads_a_bounded_number_of_pages(books: Books) -> None:
    books.pages = {"rewards": EXTRACT_PIECES + 1}
    done = books.go_on(books.ask(("rewards",)))
    assert len(books.kept[part_name(done.extract_id, "rewards", 0)]) == EXTRACT_PIECES * books.rows
    assert done.parts == {"rewards": 2}


def test_of_two_workers_one_stops_and_no_row_is_there_twice(books: Books) -> None:
    asked = books.ask(("rewards",))
    other = Books(scene=books.scene, pages=books.pages, kept=books.kept)
    once = iter([lambda: other.go_on(asked)])
    commit = books.scene.store.commit

    def raced(change):  # type: ignore[no-untyped-def]  # as Store
        books.scene.store.commit = commit  # type: ignore[method-assign]  # the one that was there
        next(once)()
        commit(change)

    books.scene.store.commit = raced  # type: ignore[method-assign]  # the same
    done = books.go_on(asked)
    assert done.rows == {"rewards": 6}
    assert len(books.flat()["rewards"]) == 6
    assert books.told().count("program.extract_ready") == 1


def test_what_cannot_be_read_whole_yet_waits_and_the_clock_finds_it(books: Books) -> None:
    books.ready = False
    asked = books.ask(("rewards", "entries"))
    waits = books.go_on(asked)
    assert (waits.state, waits.at) == ("gathering", 1)
    assert books.go_on(waits) == waits
    assert books.extracts.sweep() == 0
    books.scene.clock.advance((EXTRACT_IDLE_MINUTES + 1) * MINUTE_MS)
    books.ready = True
    assert books.extracts.sweep() == 1
    assert books.extracts.read(PROGRAM, asked.extract_id).state == "ready"
    assert books.extracts.sweep() == 0


def test_what_takes_too_long_has_failed(books: Books) -> None:
    books.ready = False
    asked = books.ask(("entries",))
    books.scene.clock.advance(EXTRACT_HOURS_MAX * HOUR_MS + MINUTE_MS)
    assert books.extracts.sweep() == 1
    failed = books.extracts.read(PROGRAM, asked.extract_id)
    assert (failed.state, failed.index_entry) == ("failed", None)
    assert books.told()[-1] == "program.extract_failed"
    with pytest.raises(NotFound, match="no_export"):
        books.extracts.save(PROGRAM, asked.extract_id, "entries", 1)
    books.extracts._fail(PROGRAM, asked.extract_id)  # somebody else was quicker
    assert books.told().count("program.extract_failed") == 1


def test_who_saves_a_file_is_noted_before(books: Books) -> None:
    done = books.go_on(books.ask(("rewards",)))
    books.extracts.save(PROGRAM, done.extract_id, "rewards", 1)
    (saved,) = books.scene.events("program.extract_saved")
    assert (saved.actor, saved.subject) == (FAY, PROGRAM)
    assert saved.data["extract_id"] == done.extract_id
    assert (saved.data["file"], saved.data["rows"]) == ("rewards-1", 6)
    for what, number in (("rewards", 0), ("rewards", 2), ("payouts", 1), ("../secret", 1)):
        with pytest.raises(NotFound, match="no_export"):
            books.extracts.save(PROGRAM, done.extract_id, what, number)
    assert len(books.scene.events("program.extract_saved")) == 1


def test_it_is_gone_after_its_days(books: Books) -> None:
    done = books.go_on(books.ask(("rewards",)))
    assert done.expires_s == done.kept_until_ms // 1_000
    assert books.extracts.made(PROGRAM, 10, None).rows == [done]
    books.scene.clock.advance(EXTRACT_DAYS * DAY_MS)
    assert books.extracts.made(PROGRAM, 10, None).rows == []
    with pytest.raises(NotFound, match="no_export"):
        books.extracts.read(PROGRAM, done.extract_id)


def test_the_newest_stands_first(books: Books) -> None:
    first = books.ask()
    books.scene.clock.advance(MINUTE_MS)
    second = books.ask()
    rows = books.extracts.made(PROGRAM, 10, None).rows
    assert [one.extract_id for one in rows] == [second.extract_id, first.extract_id]


@pytest.mark.parametrize(
    ("from_days", "until_days"), [(1, -1), (1, 1), (1, 2), (EXTRACT_DAYS_MAX + 3, 1)]
)
def test_days_that_are_not_over_or_none_or_too_many_are_refused(
    books: Books, from_days: int, until_days: int
) -> None:
    now_ms = books.scene.clock.at_ms
    with pytest.raises(InvalidInput, match="bad_days") as refused:
        books.extracts.ask(PROGRAM, WHAT, now_ms - from_days * DAY_MS, now_ms - until_days * DAY_MS)
    assert [one.field for one in refused.value.fields] == ["until"]
    with pytest.raises(NotFound, match="unknown_program"):
        books.extracts.ask("prg_none", WHAT, now_ms - 2 * DAY_MS, now_ms - DAY_MS)
    assert books.told() == []
