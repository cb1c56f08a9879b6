"""Whatever is done to a journey or its programme reaches those whom it concerns, page by page."""

from functools import partial

import pytest
from goodword.events import Actor, Event
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.journeys.turning import TURNED, Turning
from goodword.journeys.walk import Walk
from goodword.ports import Change
from goodword.times import HOUR_MS

from tests.support.journeys import REFERENCE, terms
from tests.support.walks import BYE, EVENING, THANKS, Path

NAMES = ["one@mail.example", "two@mail.example", "three@mail.example"]


class Bus(Path):
    """Brings every event to who listens, two people at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.turning = Turning(self.desk("journeys_queue"), self.entering, people=2)
        self.staff = Journeys(self.desk(Actor(kind="staff", id="milo")))
        self.told: set[str] = set()

    def bring(self, times: int = 1) -> list[str]:
        """What was not brought yet, each so often, and what comes of it; their types."""
        heard: list[str] = []
        while new := [one for one in self.all(Event) if one.event_id not in self.told]:
            for one in new:
                self.told.add(one.event_id)
                heard.append(one.type)
                for _ in range(times):
                    self.turning.heard(one)
        return heard


@pytest.fixture
def bus() -> Bus:
    return Bus()


def test_whoever_the_dry_run_promised_enters_when_it_is_published(bus: Bus) -> None:
    for email in NAMES:
        bus.delight(email=email)
        bus.hear("case_resolved", about="c", email=email)
    draft = terms(REFERENCE, BYE, quiet_hours=EVENING)
    dry = Previewing(bus.desk("x"), bus.subjects).of(bus.program_id, draft, None)
    bus.publish_terms(draft, "finish", "")
    heard = bus.bring(times=2)
    assert len(bus.all(Walk)) == dry.would_enter == 3
    assert heard.count(TURNED) == 1  # of the second page, once though all was brought twice


def test_a_trigger_that_came_during_a_pause_is_not_lost(bus: Bus) -> None:
    journey = bus.publish(REFERENCE, BYE)
    bus.delight()
    bus.bring()
    bus.staff.set_state(journey.journey_id, "paused", "x")
    assert bus.entering.consider(bus.hear("case_resolved", about="c")) == []
    bus.later(hours=1)
    bus.bring()
    assert bus.all(Walk) == []
    bus.staff.set_state(journey.journey_id, "active", "x")
    bus.bring()
    assert len(bus.all(Walk)) == 1


def test_nor_during_a_pause_of_the_programme(bus: Bus) -> None:
    bus.publish(REFERENCE, BYE)
    bus.delight()
    bus.programs.set_state(bus.program_id, "paused", "x")
    assert bus.entering.consider(bus.hear("case_resolved", about="c")) == []
    bus.bring()
    assert bus.all(Walk) == []
    bus.programs.set_state(bus.program_id, "active", "x")
    bus.bring()
    assert len(bus.all(Walk)) == 1


def test_what_a_company_was_heard_of_counts_for_its_people(bus: Bus) -> None:
    bus.delight(account_id="acme")
    bus.later(days=30)
    bus.hear("renewal", email=None, account_id="acme")
    bus.publish(REFERENCE, BYE, trigger={"kind": "renewal"})
    bus.bring()
    assert len(bus.all(Walk)) == 1


def test_nobody_is_looked_at_of_whom_nothing_was_heard_for_a_week(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.delight()
    bus.hear("case_resolved", about="c")
    bus.later(days=7)
    looked: list[str] = []
    monkeypatch.setattr(type(bus.entering), "consider", lambda _, name: looked.append(name))
    bus.publish(REFERENCE, BYE)
    bus.bring()
    assert looked == []


@pytest.mark.parametrize(("what", "why"), [("ended", "journey_ended"), ("stop", "version_stopped")])
def test_what_was_asked_is_over_soon_when_its_journey_is(bus: Bus, what: str, why: str) -> None:
    journey = bus.publish(REFERENCE, BYE)
    for email in NAMES:
        bus.delight(email=email)
        (walk,) = bus.entering.consider(bus.hear("case_resolved", about="c", email=email))
        bus.step(walk)
    bus.delight()
    bus.step(bus.entered())
    bus.bring()
    assert {one.next_ms > bus.clock.at_ms for one in bus.all(Walk)} == {True}
    if what == "stop":
        bus.publish(REFERENCE, BYE, of=journey.journey_id, in_flight="stop")
    else:
        bus.staff.set_state(journey.journey_id, "ended", "x")
    heard = bus.bring(times=2)
    assert heard.count(TURNED) == (1 if what == "ended" else 2)
    bus.later(hours=0.1)
    bus.walking.sweep()
    assert {(one.state, one.reason) for one in bus.all(Walk)} == {("ended", why)}
    assert [one.state for one in bus.made] == ["expired"]


def test_a_walk_that_moves_meanwhile_is_woken_all_the_same(bus: Bus) -> None:
    journey = bus.publish({"step": "wait", "name": "w", "hours": 90}, REFERENCE, BYE, goal=GOAL)
    bus.delight()
    walk = bus.entered()
    bus.step(walk)
    bus.bring()
    bus.staff.set_state(journey.journey_id, "ended", "x")
    bus.before_next_commit(partial(bus.step, walk))
    bus.bring()
    assert bus.now(walk).next_ms <= bus.clock.at_ms


GOAL = {"motion": "reference"}


def several(bus: Bus) -> list[Walk]:
    """Three journeys, each with somebody on their way: asked, or waiting for long."""
    bus.publish(REFERENCE, BYE)
    waits = {"step": "wait", "name": "w", "hours": 900}
    for kind in ("milestone", "renewal"):
        bus.publish(waits, REFERENCE, BYE, goal=GOAL, trigger={"kind": kind})
    bus.delight()
    for kind in ("case_resolved", "milestone", "renewal"):
        for walk in bus.entering.consider(bus.hear(kind, about="c" if "_" in kind else None)):
            bus.step(walk)
    bus.bring()
    return bus.all(Walk)


def test_closing_a_programme_ends_the_walks_of_all_its_journeys(bus: Bus) -> None:
    walks = several(bus)
    assert len(walks) == 3
    assert all(one.next_ms > bus.clock.at_ms for one in walks)
    bus.programs.set_state(bus.program_id, "closed", "over_and_out")
    assert bus.bring(times=2).count(TURNED) == 4  # one a journey, and the second page of them
    bus.later(hours=0.1)
    bus.walking.sweep()
    why = ("ended", "programme_closed")
    assert {(one.state, one.reason) for one in bus.all(Walk)} == {why}
    assert [(one.state, one.reason) for one in bus.made] == [("expired", "programme_closed")]


def test_a_paused_journey_of_a_closed_programme_ends_too(bus: Bus) -> None:
    walks = several(bus)
    marta = Journeys(bus.desk(Actor(kind="staff", id="marta")))
    for name in {one.journey_id for one in walks}:
        marta.set_state(name, "paused", "summer_break")
    bus.programs.set_state(bus.program_id, "closed", "over_and_out")
    bus.bring(times=3)
    bus.later(hours=0.1)
    bus.walking.sweep()
    assert {one.reason for one in bus.all(Walk)} == {"programme_closed"}


class KilledError(BaseException):
    """The function was over its time."""


def test_it_goes_on_where_it_was_killed(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    several(bus)
    bus.programs.set_state(bus.program_id, "closed", "over_and_out")
    (closed,) = [one for one in bus.all(Event) if one.type == "program.state_changed"]
    commit = bus.store.commit
    for times in range(3):
        left = [None] * times

        def dying(change: Change, left: list[None] = left) -> None:
            if not left:
                raise KilledError
            left.pop()
            commit(change)

        monkeypatch.setattr(bus.store, "commit", dying)
        with pytest.raises(KilledError):
            bus.turning.heard(closed)
    monkeypatch.undo()
    bus.bring()
    bus.later(hours=0.1)
    bus.walking.sweep()
    assert {one.state for one in bus.all(Walk)} == {"ended"}


def test_whoever_has_promised_something_keeps_it_when_the_programme_closes(bus: Bus) -> None:
    walk, ask = bus.asked(THANKS)
    bus.asks.answer(ask.ask_id, "accepted")
    bus.step(walk)
    bus.programs.set_state(bus.program_id, "closed", "over_and_out")
    bus.bring()
    bus.later(hours=0.1)
    bus.walking.sweep()
    assert (bus.now(walk).state, bus.made[0].state) == ("walking", "accepted")


def test_a_move_that_read_the_programme_before_it_closed_is_made_again(bus: Bus) -> None:
    bus.publish({"step": "wait", "name": "w", "hours": 900}, REFERENCE, BYE, goal=GOAL)
    bus.delight()
    walk = bus.entered()

    def close() -> None:
        bus.programs.set_state(bus.program_id, "closed", "over_and_out")
        bus.bring()

    bus.before_next_commit(close)
    bus.step(walk)
    assert (bus.now(walk).state, bus.now(walk).reason) == ("ended", "programme_closed")


def test_what_is_over_already_is_left_as_it_is(bus: Bus) -> None:
    ended = bus.publish(REFERENCE, BYE)
    bus.publish(BYE, REFERENCE, goal=GOAL, trigger={"kind": "milestone"})
    bus.delight()
    for kind in ("case_resolved", "milestone"):
        for walk in bus.entering.consider(bus.hear(kind, about="c" if "_" in kind else None)):
            bus.step(walk)
    bus.staff.set_state(ended.journey_id, "ended", "x")
    bus.bring()
    bus.later(hours=0.1)
    bus.walking.sweep()
    before = bus.all(Walk)
    assert {one.state for one in before} == {"ended"}
    bus.programs.set_state(bus.program_id, "closed", "over_and_out")
    assert bus.bring().count(TURNED) == 1  # of the journey that had not ended
    assert bus.all(Walk) == before


def waits(hours: int) -> dict[str, object]:
    return {"step": "wait", "name": "w", "hours": hours}


def test_whoever_is_moved_goes_by_the_new_version_at_once(bus: Bus) -> None:
    """Not when the wait of the old one is over."""
    journey = bus.publish(waits(60 * 24), REFERENCE, BYE, goal=GOAL)
    for email in NAMES:
        bus.delight(email=email)
        (walk,) = bus.entering.consider(bus.hear("case_resolved", about="c", email=email))
        bus.step(walk)
    bus.bring()
    bus.later(hours=2)
    bus.publish(waits(24), REFERENCE, BYE, goal=GOAL, in_flight="move", of=journey.journey_id)
    bus.bring(times=2)
    bus.later(hours=1)
    bus.walking.sweep()
    day_ms = 24 * HOUR_MS
    assert {(one.number, one.next_ms - one.since_ms) for one in bus.all(Walk)} == {(2, day_ms)}


def test_a_version_that_lets_them_finish_wakes_nobody(bus: Bus) -> None:
    journey = bus.publish(waits(900), REFERENCE, BYE, goal=GOAL)
    bus.delight()
    walk = bus.entered()
    bus.step(walk)
    before = bus.now(walk)
    bus.publish(waits(24), REFERENCE, BYE, goal=GOAL, of=journey.journey_id)
    bus.bring()
    assert bus.now(walk) == before


def test_nobody_is_told_twice_of_late_work_because_a_version_moves(bus: Bus) -> None:
    walk, ask = bus.asked(THANKS)
    bus.asks.answer(ask.ask_id, "submitted")
    bus.later(days=15)
    bus.step(walk)
    assert len(bus.events("journey.work_overdue")) == 1
    bus.publish(REFERENCE, THANKS, BYE, of=walk.journey_id, in_flight="move")
    bus.bring()
    bus.later(hours=1)
    bus.walking.sweep()
    assert len(bus.events("journey.work_overdue")) == 1
