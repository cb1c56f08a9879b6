"""Whom a change concerns is told once, however often the work is begun; what they say is kept."""

from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.people import SignIn
from goodword.errors import Conflict, NotFound, Stale
from goodword.limits import ANNOUNCE_PAGE
from goodword.ports import Change
from goodword.programs.announcement import Acknowledgement, Announcement
from goodword.programs.announcing import Announcing
from goodword.programs.effective import Editions, read_program
from goodword.programs.model import ProgramVersion
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Publishing, Wish
from goodword.times import DAY_MS, MINUTE_MS

from tests.support.people import ANNA, BEN, Town
from tests.support.publishing import ADA, published
from tests.support.scene import terms

ANNOUNCED, CANCELLED = "program.change_announced", "program.change_cancelled"


class Square(Town):
    """A programme with Anna and Ben, and whoever tells them."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.anna = self.joined(self.program_id, ANNA).advocate_id
        self.ben = self.joined(self.program_id, BEN).advocate_id
        self.announcing = Announcing(self.desk("programs_queue"))

    def publish(self, pilot: Pilot | None = None, **changes: object) -> ProgramVersion:
        """The next version in a day."""
        at_ms = self.clock.at_ms + DAY_MS
        new = terms(**changes)
        return published(self, self.program_id, new, effective_ms=at_ms, pilot=pilot)

    def tell(self, number: int = 2, what: str = "published") -> Announcement:
        """Run it to the end."""
        told = self.announcing.run(self.program_id, number, what)  # type: ignore[arg-type]
        assert told is not None
        return told

    def heard(self, type: str = ANNOUNCED) -> list[str]:
        """Who was told."""
        return [one.subject for one in self.events(type)]


@pytest.fixture
def square() -> Square:
    return Square()


def test_everybody_is_told_once(square: Square) -> None:
    made = square.publish(hold_days=30)
    for _ in range(3):
        told = square.tell()
    assert (told.state, told.told) == ("done", 2)
    assert sorted(square.heard()) == sorted([square.anna, square.ben])
    data = square.events(ANNOUNCED)[0].data
    assert (data["before"], data["after"], data["effective_ms"]) == (1, 2, made.effective_ms)


def test_who_has_left_is_not_told_and_who_is_paused_is(square: Square) -> None:
    square.enrolments.leave(square.anna, square.program_id)
    square.enrolments.set_state(square.ben, square.program_id, "paused", "holiday")
    square.publish(hold_days=30)
    square.tell()
    assert square.heard() == [square.ben]


def test_what_changes_nothing_for_advocates_is_told_to_nobody(square: Square) -> None:
    square.publish(review={"auto_approve_limit_minor": 1})
    assert square.tell().reason == "changes_nothing"
    assert square.heard() == []


def test_how_runs_are_checked_is_told_to_nobody(square: Square) -> None:
    payment = terms().payment
    square.publish(payment=payment.but(audit=payment.audit.but(own_spike_times=9)))
    assert square.tell().reason == "changes_nothing"


@pytest.mark.parametrize("change", [{"currencies": "convert"}, {"disclosure": "#ad I am paid."}])
def test_which_currencies_count_and_what_one_must_say_is_told(
    square: Square, change: dict[str, Any]
) -> None:
    square.publish(**change)
    square.tell()
    assert square.heard() == sorted([square.anna, square.ben])


def test_a_pilot_is_told_to_its_people_and_its_promotion_to_the_others(square: Square) -> None:
    square.publish(Pilot(advocate_ids=(square.anna,)), hold_days=7)
    square.tell()
    assert square.heard() == [square.anna]
    square.clock.advance(DAY_MS)
    Publishing(square.desk(ADA)).promote(square.program_id, 2)
    square.tell(what="promoted")
    assert square.heard() == [square.anna, square.ben]


def test_the_end_of_a_pilot_is_told_to_its_people(square: Square) -> None:
    square.publish(Pilot(advocate_ids=(square.anna,)), hold_days=7)
    square.clock.advance(DAY_MS)
    Publishing(square.desk(ADA)).withdraw(square.program_id, 2, "no_use")
    square.tell(what="withdrawn")
    (event,) = square.events("program.change_withdrawn")
    assert (event.subject, event.data["before"], event.data["after"]) == (square.anna, 2, 1)


def test_the_end_of_a_promotion_is_told_to_everybody(square: Square) -> None:
    square.publish(Pilot(advocate_ids=(square.anna,)), hold_days=30)
    square.clock.advance(DAY_MS + 1)
    publishing = Publishing(square.desk(ADA))
    publishing.promote(square.program_id, 2)
    publishing.withdraw(square.program_id, 2, "no_use", Wish(None, "mistake", admin=True))
    square.tell(what="withdrawn")
    assert len(square.heard("program.change_withdrawn")) == 2


def test_whoever_remembers_versions_sees_by_the_head_that_one_has_ended(square: Square) -> None:
    square.publish(Pilot(advocate_ids=(square.anna,)), hold_days=30)
    editions, publishing = Editions(), Publishing(square.desk(ADA))

    def remembered() -> ProgramVersion:
        return editions.of(square.store, read_program(square.store, square.program_id))[-1]

    assert (remembered().promoted_ms, remembered().withdrawn_ms) == (None, None)
    publishing.promote(square.program_id, 2)
    assert remembered().promoted_ms is not None
    publishing.withdraw(square.program_id, 2, "no_use", Wish(None, "mistake", admin=True))
    assert remembered().withdrawn_ms is not None


def test_what_does_not_come_is_taken_back(square: Square) -> None:
    square.publish(hold_days=30)
    Publishing(square.desk(ADA)).withdraw(square.program_id, 2, "mistake")
    square.tell(what="withdrawn")
    assert sorted(square.heard(CANCELLED)) == sorted([square.anna, square.ben])


class TestInSteps:
    @pytest.fixture
    def crowd(self, square: Square) -> Square:
        for number in range(2 * ANNOUNCE_PAGE):
            who = SignIn(f"sub-{number}", f"p{number}@mail.example", email_verified=True)
            square.joined(square.program_id, who)
        square.publish(hold_days=30)
        return square

    def test_a_step_that_is_killed_tells_nobody_twice(self, crowd: Square) -> None:
        commit, calls = crowd.store.commit, 0

        def dies(change: Change) -> None:
            nonlocal calls
            calls += 1
            if calls % 2:
                raise KeyboardInterrupt
            commit(change)

        crowd.store.commit = dies  # type: ignore[method-assign]  # dies at every other commit
        while crowd.all(Announcement)[0].state == "telling":
            try:
                crowd.tell()
            except KeyboardInterrupt:
                continue
        assert len(crowd.heard()) == len(set(crowd.heard())) == 2 * ANNOUNCE_PAGE + 2

    def test_of_two_workers_one_stops(self, crowd: Square) -> None:
        commit = crowd.store.commit

        def lost(change: Change) -> None:
            crowd.store.commit = commit  # type: ignore[method-assign]  # loses once
            raise Stale("stale", "somebody was quicker")

        crowd.store.commit = lost  # type: ignore[method-assign]  # as above
        assert crowd.tell().told == 0

    def test_a_run_asks_the_bus_to_go_on_when_its_time_is_over(self, crowd: Square) -> None:
        now_ms = crowd.clock.now_ms

        def slow() -> int:
            crowd.clock.advance(20_000)
            return now_ms()

        crowd.clock.now_ms = slow  # type: ignore[method-assign]  # each look takes 20 s
        assert crowd.tell().state == "telling"
        (event,) = crowd.events("program.announcement_continues")
        assert (event.data["number"], event.data["what"]) == (2, "published")

    def test_the_clock_goes_on(self, crowd: Square) -> None:
        assert crowd.announcing.sweep() == 0
        crowd.clock.advance(11 * MINUTE_MS)
        assert crowd.announcing.sweep() == 1
        assert crowd.all(Announcement)[0].told == 2 * ANNOUNCE_PAGE + 2
        assert crowd.announcing.sweep() == 0


class TestAcknowledging:
    def test_is_kept_once(self, square: Square) -> None:
        square.publish(hold_days=30)
        first = square.announcing.acknowledge(square.anna, square.program_id, 2)
        square.clock.advance(5)
        assert square.announcing.acknowledge(square.anna, square.program_id, 2) == first.but(
            version=1
        )
        (event,) = square.events("program.terms_acknowledged")
        assert (event.subject, event.data["number"]) == (square.anna, 2)
        page = square.announcing.acknowledged(square.program_id, 2, 10, None)
        assert [one.advocate_id for one in page.rows] == [square.anna]
        with pytest.raises(NotFound, match="unknown_version"):
            square.announcing.acknowledged(square.program_id, 3, 10, None)

    def test_is_of_what_holds_or_will_hold(self, square: Square) -> None:
        square.publish(Pilot(advocate_ids=(square.anna,)), hold_days=7)
        square.announcing.acknowledge(square.anna, square.program_id, 1)
        square.announcing.acknowledge(square.anna, square.program_id, 2)
        with pytest.raises(Conflict, match="not_your_terms"):
            square.announcing.acknowledge(square.ben, square.program_id, 2)
        with pytest.raises(NotFound, match="unknown_version"):
            square.announcing.acknowledge(square.ben, square.program_id, 9)
        with pytest.raises(NotFound, match="not_enrolled"):
            square.announcing.acknowledge("adv_nobody", square.program_id, 1)

    def test_changes_nothing_else(self, square: Square) -> None:
        before = square.all(Enrolment)
        square.announcing.acknowledge(square.anna, square.program_id, 1)
        assert square.all(Enrolment) == before
        assert len(square.all(Acknowledgement)) == 1


def test_there_may_be_nothing_to_tell(square: Square) -> None:
    assert square.announcing.run(square.program_id, 9, "published") is None
