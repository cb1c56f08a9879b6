"""Segments: who is in one at which moment, who puts them there, and what a rule makes of it."""

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.people import read_advocate
from goodword.advocates.segmenting import Segmenting
from goodword.advocates.segments import (
    Membership,
    SegmentCount,
    SegmentMember,
    SegmentName,
    Segments,
    current,
    moved,
    segments_at,
)
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.limits import SEGMENT_TIMES_MAX, SEGMENTS_OF_ADVOCATE_MAX, SEGMENTS_OF_PROGRAM_MAX
from goodword.ports import Change
from goodword.privacy.ports import Forgotten
from goodword.records import Value
from goodword.times import DAY_MS
from pydantic import ValidationError

from tests.support.people import BEN, STAFF, Town


class Named(Value):
    """A name as it comes in."""

    name: SegmentName


class Group(Town):
    """A town with Anna in its programme, and staff who put her into segments."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.anna = self.joined(self.program_id).advocate_id
        self.segmenting = Segmenting(self.desk(STAFF))

    def move(self, *add: str, out: tuple[str, ...] = (), who: str = "") -> Enrolment:
        """Into these, out of those."""
        return self.segmenting.move(
            who or self.anna, self.program_id, add=add, remove=out, reason="volume"
        )

    def sizes(self) -> dict[str, int]:
        """The segments of the programme with their sizes, as listed; the lists must agree."""
        found = {
            one.segment: one.advocates for one in self.segmenting.of_program(self.program_id).counts
        }
        members = [one.segment for one in self.all(SegmentMember)]
        assert found == {name: members.count(name) for name in members}
        return found


@pytest.fixture
def group() -> Group:
    return Group()


class TestTimes:
    def test_a_time_has_its_beginning_and_not_its_end(self) -> None:
        one = Membership(segment="gold", from_ms=10, until_ms=20)
        assert [one.covers(at) for at in (9, 10, 19, 20)] == [False, True, True, False]
        assert one.but(until_ms=None).covers(10**15)

    def test_in_and_out_and_in_again_is_known_of_every_moment(self) -> None:
        times = moved((), ["gold", "cafe"], [], 10)
        times = moved(times, [], ["gold"], 20)
        times = moved(times, ["gold"], [], 30)
        assert [segments_at(times, at) for at in (9, 10, 20, 30)] == [
            (),
            ("cafe", "gold"),
            ("cafe",),
            ("cafe", "gold"),
        ]
        assert current(times) == {"cafe", "gold"}

    def test_what_is_so_already_changes_nothing(self) -> None:
        times = moved((), ["gold"], [], 10)
        assert moved(times, ["gold"], ["cafe"], 20) == times

    def test_in_and_out_in_one_moment_was_never_in(self) -> None:
        assert moved(moved((), ["gold"], [], 10), [], ["gold"], 10) == ()

    def test_a_clock_that_goes_back_makes_no_time_that_ends_before_it_began(self) -> None:
        assert moved(moved((), ["gold"], [], 10), [], ["gold"], 5) == ()

    def test_of_too_many_the_oldest_that_are_over_are_forgotten(self) -> None:
        times = moved((), ["stays"], [], 1)
        for number in range(SEGMENT_TIMES_MAX + 3):
            times = moved(times, ["gold"], [], 10 * number + 10)
            times = moved(times, [], ["gold"], 10 * number + 15)
        assert len(times) == SEGMENT_TIMES_MAX
        assert segments_at(times, 10) == ("stays",)
        assert segments_at(times, 10 * SEGMENT_TIMES_MAX + 30) == ("gold", "stays")


class TestNames:
    @pytest.mark.parametrize(
        ("said", "kept"), [("  Gold   Partners ", "gold partners"), ("CAFÉS", "cafés"), ("x", "x")]
    )
    def test_are_kept_in_small_letters_with_single_spaces(self, said: str, kept: str) -> None:
        assert Named(name=said).name == kept

    @pytest.mark.parametrize("wrong", ["", "   ", "a@b.example", "<b>", "x" * 61, "a\nb"])
    def test_hold_no_address_and_nothing_that_no_one_can_read(self, wrong: str) -> None:
        with pytest.raises(ValidationError):
            Named(name=wrong)


class TestMoving:
    def test_is_kept_listed_counted_and_told_with_who_and_why(self, group: Group) -> None:
        assert group.move("gold", "cafe").segments_at(group.clock.at_ms) == ("cafe", "gold")
        assert group.sizes() == {"cafe": 1, "gold": 1}
        ben = group.joined(group.program_id, BEN).advocate_id
        group.move("gold", who=ben)
        group.clock.advance(DAY_MS)
        after = group.move(out=("gold",))
        assert after.segments_at(group.clock.at_ms) == ("cafe",)
        assert after.segments_at(group.clock.at_ms - 1) == ("cafe", "gold")
        assert group.sizes() == {"cafe": 1, "gold": 1}
        joined = group.events("enrolment.segment_joined")
        assert [one.data["segment"] for one in joined] == ["cafe", "gold", "gold"]
        (left,) = group.events("enrolment.segment_left")
        assert (left.subject, left.reason, left.actor.id) == (group.anna, "volume", STAFF.id)
        assert left.data == {
            "advocate_id": group.anna,
            "program_id": group.program_id,
            "segment": "gold",
        }

    def test_a_segment_without_anybody_is_none(self, group: Group) -> None:
        group.move("gold")
        group.clock.advance(1)
        group.move(out=("gold",))
        assert group.sizes() == {}

    def test_what_is_so_already_is_no_change(self, group: Group) -> None:
        before = group.move("gold")
        assert group.move("gold", out=("cafe",)).segments == before.segments
        assert len(group.events("enrolment.segment_joined")) == 1

    def test_members_are_found_page_by_page(self, group: Group) -> None:
        ben = group.joined(group.program_id, BEN).advocate_id
        group.move("gold")
        group.move("gold", who=ben)
        page = group.segmenting.members(group.program_id, "gold", 1)
        more = group.segmenting.members(group.program_id, "gold", 1, page.cursor)
        found = {one.advocate_id for one in (*page.rows, *more.rows)}
        assert found == {group.anna, ben}
        assert group.segmenting.members(group.program_id, "none", 9).rows == []

    def test_into_and_out_of_the_same_is_refused(self, group: Group) -> None:
        with pytest.raises(InvalidInput, match="segment_added_and_removed"):
            group.move("gold", out=("gold",))

    def test_nobody_who_does_not_take_part(self, group: Group) -> None:
        with pytest.raises(NotFound, match="unknown_advocate"):
            group.move("gold", who="adv_none")
        other = group.program().program_id
        with pytest.raises(NotFound, match="not_enrolled"):
            group.segmenting.move(group.anna, other, add=["gold"], remove=(), reason="x")

    def test_an_advocate_is_in_few_and_may_change_them(self, group: Group) -> None:
        group.move(*(f"s{number}" for number in range(SEGMENTS_OF_ADVOCATE_MAX)))
        with pytest.raises(Conflict, match="too_many_segments"):
            group.move("more")
        group.clock.advance(1)
        assert "more" in current(group.move("more", out=("s0",)).segments)

    def test_a_programme_has_not_too_many(self, group: Group) -> None:
        counts = tuple(
            SegmentCount(segment=f"s{number}", advocates=1)
            for number in range(SEGMENTS_OF_PROGRAM_MAX)
        )
        change = Change()
        change.create(Segments(program_id=group.program_id, counts=counts))
        group.store.commit(change)
        with pytest.raises(Conflict, match="too_many_segments"):
            group.move("more")
        assert group.move("s1").segments

    def test_two_at_once_both_count(self, group: Group) -> None:
        ben = group.joined(group.program_id, BEN).advocate_id
        group.before_next_commit(lambda: group.move("gold", who=ben))
        group.move("gold")
        assert group.sizes() == {"gold": 2}

    def test_whoever_is_being_erased_is_put_into_nothing(self, group: Group) -> None:
        def erased() -> None:
            change = Change()
            change.replace(read_advocate(group.store, group.anna).but(erased_ms=1))
            group.store.commit(change)

        group.before_next_commit(erased)
        with pytest.raises(Forgotten):
            group.move("gold")
        assert group.sizes() == {}
