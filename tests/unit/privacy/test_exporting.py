"""An export is gathered in steps that can be killed anywhere, and opens for its person alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from goodword.errors import NotFound
from goodword.limits import EXPORT_DAYS, EXPORT_FILE_PARTS, EXPORT_IDLE_MINUTES, EXPORT_STEPS
from goodword.ports import Page
from goodword.privacy.erasing import Erasing
from goodword.privacy.exporting import Export, ExportPart, Exports
from goodword.privacy.ports import Forgotten
from goodword.times import DAY_MS, MINUTE_MS

from tests.support.people import Town


@dataclass
class Held:
    """Anna, and a section of so many pages between one that is empty and one of a single row."""

    town: Town = field(default_factory=Town)
    pages: int = 3
    own: str = ""
    program_id: str = ""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.program_id = self.town.program().program_id
        self.own = self.town.joined(self.program_id).advocate_id

    @property
    def exports(self) -> Exports:
        """The use cases over the sections."""
        sections = {"none": self._none, "many": self._many, "last": self._last}
        return Exports(self.town.desk(), self.town.vault, sections)

    def _none(self, own: str, cursor: str | None) -> Page[Mapping[str, Any]]:
        return Page([], None)

    def _many(self, own: str, cursor: str | None) -> Page[Mapping[str, Any]]:
        number = int(cursor or 0)
        rows = [{"n": number, "whose": own, "text": "Ümläut canary"}]
        return Page(rows, str(number + 1) if number + 1 < self.pages else None)

    def _last(self, own: str, cursor: str | None) -> Page[Mapping[str, Any]]:
        return Page([{"last": True}], None)

    def finish(self) -> Export:
        """Ask, and go on until it is done."""
        self.exports.ask(self.own)
        for _ in range(self.pages):
            self.exports.run(self.own)
        found = self.exports.of(self.own)
        assert found is not None
        assert found.state == "ready"
        return found


@pytest.fixture
def held() -> Held:
    return Held()


def test_everything_is_gathered_in_order_and_told_once(held: Held) -> None:
    asked = held.exports.ask(held.own)
    assert (asked.state, asked.percent, asked.program_id) == ("gathering", 0, held.program_id)
    assert held.exports.ask(held.own) == held.exports.of(held.own)  # no second one meanwhile
    held.exports.run(held.own)
    done = held.exports.of(held.own)
    assert done is not None
    assert (done.state, done.percent, done.rows, done.parts, done.files) == ("ready", 100, 4, 4, 1)
    found = held.exports.file(held.own, 1)
    assert [one["n"] for one in found["held"]["many"]] == [0, 1, 2]
    assert found["held"]["last"] == [{"last": True}]
    assert (found["file"], found["files"], found["advocate_id"]) == (1, 1, held.own)
    assert len(held.town.events("advocate.export_asked")) == 1
    (ready,) = held.town.events("advocate.export_ready")
    assert ready.data["until_ms"] == done.until_ms == done.asked_ms + EXPORT_DAYS * DAY_MS
    held.exports.run(held.own)  # the message comes again
    assert len(held.town.events("advocate.export_ready")) == 1


def test_nothing_in_a_part_can_be_read_without_the_key(held: Held) -> None:
    held.finish()
    parts = held.town.all(ExportPart)
    assert parts
    assert all("canary" not in one.model_dump_json() for one in parts)
    held.town.vault.forget(held.own)
    with pytest.raises(Forgotten):
        held.exports.file(held.own, 1)


def test_a_long_one_goes_on_by_the_bus_and_is_saved_in_several_files(held: Held) -> None:
    held.pages = EXPORT_STEPS + 3
    held.exports.ask(held.own)
    held.exports.run(held.own)
    half = held.exports.of(held.own)
    assert half is not None
    assert (half.state, half.percent) == ("gathering", 33)
    assert len(held.town.events("advocate.export_continues")) == 1
    with pytest.raises(NotFound, match="no_export"):
        held.exports.file(held.own, 1)
    held.exports.run(held.own)
    done = held.exports.of(held.own)
    assert done is not None
    assert done.files == -(-(held.pages + 1) // EXPORT_FILE_PARTS)
    every = [held.exports.file(held.own, n + 1)["held"] for n in range(done.files)]
    seen = [one["n"] for file in every for one in file.get("many", [])]
    assert seen == list(range(held.pages))
    for number in (0, done.files + 1):
        with pytest.raises(NotFound, match="no_export"):
            held.exports.file(held.own, number)


def test_of_two_workers_one_stops_and_no_row_is_there_twice(held: Held) -> None:
    held.exports.ask(held.own)
    held.town.before_next_commit(lambda: held.exports.run(held.own))
    held.exports.run(held.own)
    found = held.exports.file(held.own, 1)
    assert [one["n"] for one in found["held"]["many"]] == [0, 1, 2]
    assert len(held.town.events("advocate.export_ready")) == 1


def test_what_the_bus_lost_the_clock_finds(held: Held) -> None:
    held.exports.ask(held.own)
    assert held.exports.sweep() == 0
    held.town.clock.advance((EXPORT_IDLE_MINUTES + 1) * MINUTE_MS)
    assert held.exports.sweep() == 1
    assert held.exports.sweep() == 0
    assert held.exports.file(held.own, 1)["held"]


def test_it_expires_and_is_made_anew(held: Held) -> None:
    first = held.finish()
    assert {one.expires_s for one in held.town.all(ExportPart)} == {first.expires_s}
    again = held.exports.ask(held.own)
    assert again.export_id != first.export_id
    held.town.clock.advance(EXPORT_DAYS * DAY_MS)
    assert held.exports.of(held.own) is None
    held.exports.run(held.own)  # too late to go on
    assert held.exports.ask(held.own).export_id != again.export_id


def test_a_part_that_expired_first_is_no_half_file(held: Held) -> None:
    held.finish()
    for one in held.town.all(ExportPart)[-1:]:
        del held.town.store.items[one.key]
    with pytest.raises(NotFound, match="no_export"):
        held.exports.file(held.own, 1)


def test_nobody_without_an_account_has_one(held: Held) -> None:
    with pytest.raises(NotFound, match="unknown_advocate"):
        held.exports.ask("adv_nobody")
    held.exports.run("adv_nobody")
    lost = Exports(held.town.desk(), held.town.vault, {"last": held._last})
    assert lost.of("adv_nobody") is None


def test_being_erased_ends_it(held: Held) -> None:
    class Pool:
        def close(self, subject: str) -> None:
            """Fine."""

    held.exports.ask(held.own)
    erasing = Erasing(held.town.desk(), held.town.vault)
    erasing.ask(held.own, at_once=True)
    held.town.clock.advance(8 * DAY_MS - 1)
    assert erasing.carry_out(held.own, Pool()) is True
    assert held.town.all(Export) == []
    held.exports.run(held.own)
    with pytest.raises(Forgotten):
        held.exports.ask(held.own)
