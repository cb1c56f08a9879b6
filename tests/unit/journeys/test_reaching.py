"""What a journey is for is noted of whoever does it: of those only watched as of those asked."""

from typing import Any

import pytest
from goodword.events import Event, system
from goodword.journeys.funnel import Funnel, Funnels
from goodword.journeys.previewing import Previewing, held_out
from goodword.journeys.publishing import Journeys
from goodword.journeys.reaching import Reaching
from goodword.journeys.walk import Entered, Walk, entries_of
from goodword.limits import JOURNEYS_READ_MAX
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.journeys import REFERENCE, REVIEW
from tests.support.people import ANNA, BEN
from tests.support.walks import BYE, Path

RATE = {"step": "ask", "name": "rate", "motion": "feedback", "template": "how_was_it"}
REFER = {"step": "ask", "name": "refer", "motion": "referral", "template": "refer"}


class Study(Path):
    """Journeys of which half of those who enter are only watched."""

    def all_heard(self) -> None:
        """Every event so far reaches the worker, twice, the newest first."""
        for event in (*reversed(self.events()), *self.events()):
            Reaching(self.desk("journeys_queue")).heard(event)

    def person(self, journey_id: str, *, out: bool, number: int = 0) -> dict[str, Any]:
        """Somebody whom chance puts into this group, by a customer number."""
        for name in range(1 + number * 50, 50 + number * 50):
            whose = {"email": None, "customer_id": f"u-{name}"}
            if held_out(journey_id, self.hear("csat", 90, **whose), 50) is out:
                return whose
        raise AssertionError("chance is not that odd")

    def enters(self, whose: dict[str, Any]) -> Walk:
        """The trigger comes."""
        subject = self.hear("case_resolved", about=f"c-{len(self.all(Walk))}", **whose)
        return self.entering.consider(subject)[0]

    def funnel(self, journey_id: str) -> Funnel:
        return Funnels(self.desk()).of(journey_id)


@pytest.fixture
def study() -> Study:
    return Study()


def of(town: Study, type: str, subject: str = "ask_x", **data: Any) -> Event:
    """One event as it would be told now."""
    said = {"program_id": town.program_id, **data}
    return Event(
        event_id=f"evt_{type}_{town.clock.at_ms}",
        type=type,
        subject=subject,
        at_ms=town.clock.at_ms,
        actor=system("test"),
        data=said,
    )


@pytest.mark.parametrize("out", [True, False])
def test_a_review_of_whoever_was_watched_counts_as_one_of_whoever_was_asked(
    study: Study, out: bool
) -> None:
    journey = study.publish(
        REVIEW, goal={"motion": "review", "within_days": 30}, holdout_percent=50
    )
    whose = study.person(journey.journey_id, out=out)
    study.hear("review", 5, **whose)  # before the entry: the journey has nothing to do with it
    study.later(hours=1)
    walk = study.enters(whose)
    assert (walk.state == "held_out") is out
    study.all_heard()
    assert study.now(walk).reached_ms is None
    study.later(days=3)
    at_ms = study.clock.at_ms
    study.hear("review", 2, **whose)
    study.later(days=3)
    study.hear("review", 4, **whose)
    study.all_heard()
    assert study.now(walk).reached_ms == at_ms
    found = study.funnel(journey.journey_id)
    mine, others = (found.watched, found.let_in) if out else (found.let_in, found.watched)
    assert (mine.people, mine.reached, others.people) == (1, 1, 0)
    assert found.uplift is None


def test_what_comes_after_the_goals_days_is_too_late(study: Study) -> None:
    journey = study.publish(
        REVIEW, goal={"motion": "review", "within_days": 30}, holdout_percent=50
    )
    whose = study.person(journey.journey_id, out=True)
    walk = study.enters(whose)
    study.later(days=31)
    study.hear("review", 5, **whose)
    study.all_heard()
    assert study.now(walk).reached_ms is None


def test_work_for_any_journey_counts_and_other_work_does_not(study: Study) -> None:
    watched = study.publish(REFERENCE, name="Watched", holdout_percent=50)
    whose = study.person(watched.journey_id, out=True)
    walk = study.enters(whose)
    subject, worker = walk.subject_id, Reaching(study.desk("journeys_queue"))
    study.later(days=1)
    said = {"subject_id": subject, "advocate_id": "adv_x"}
    assert worker.heard(of(study, "journey.ask_accepted", motion="reference", **said)) == 0
    assert worker.heard(of(study, "journey.ask_accepted_work", motion="story", **said)) == 0
    for times in (1, 0):
        event = of(study, "journey.ask_accepted_work", motion="reference", **said)
        assert worker.heard(event) == times
    assert study.now(walk).reached_ms == study.clock.at_ms
    nobody = said | {"subject_id": "sbj_nobody"}
    assert worker.heard(of(study, "journey.ask_accepted_work", motion="reference", **nobody)) == 0


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ({"action": "sale"}, 1),
        ({"action": "lead", "occasion": "plain"}, 1),
        ({"action": "lead", "occasion": "event"}, 0),
        ({"action": "event", "occasion": "event"}, 0),
        ({"action": "sale", "advocate_id": None}, 0),
        ({"action": "sale", "advocate_id": "adv_nobody"}, 0),
    ],
)
def test_whom_an_advocate_brings_is_a_referral_of_the_person_they_are(
    study: Study, said: dict[str, Any], times: int
) -> None:
    study.publish(REFER, BYE)
    study.delight()
    walk = study.entered()
    study.later(days=1)
    given = {"advocate_id": study.anna, "occurred_ms": study.clock.at_ms, **said}
    event = of(study, "conversion.decided", "cnv_1", **given)
    assert Reaching(study.desk("journeys_queue")).heard(event) == times
    assert (study.now(walk).reached_ms is not None) == bool(times)


def test_an_advocate_of_whom_nothing_was_heard_is_nobody_here(study: Study) -> None:
    ben = study.joined(study.program_id, BEN).advocate_id
    study.delight()
    event = of(study, "conversion.decided", "cnv_1", advocate_id=ben, action="sale")
    assert Reaching(study.desk("journeys_queue")).heard(event) == 0


def test_two_names_of_one_person_share_what_is_done(study: Study) -> None:
    study.publish(REFER, BYE)
    study.delight()
    walk = study.entered()
    study.later(hours=1)
    number = study.hear("milestone", email=None, customer_id="u-1")
    study.later(hours=1)
    study.hear("milestone", email=ANNA.email, customer_id="u-1")
    study.later(hours=1)
    said = {"subject_id": number, "motion": "referral"}
    assert Reaching(study.desk("x")).heard(of(study, "journey.ask_accepted_work", **said)) == 1
    assert study.now(walk).reached_ms == study.clock.at_ms


@pytest.mark.parametrize("out", [True, False])
def test_a_goal_of_feedback_is_reached_by_an_answer_of_either_group(
    study: Study, out: bool
) -> None:
    journey = study.publish(RATE, goal={"motion": "feedback"}, holdout_percent=50)
    whose = study.person(journey.journey_id, out=out)
    walk = study.enters(whose)
    study.later(days=1)
    said: dict[str, Any] = {
        "subject_id": walk.subject_id,
        "motion": "feedback",
        "rating": 2,
        "about": "ask_y",
    }
    event = of(study, "journey.feedback_given", **said)
    worker = Reaching(study.desk("journeys_queue"))
    assert (worker.heard(event), worker.heard(event)) == (1, 0)
    found = study.funnel(journey.journey_id)
    assert (found.watched if out else found.let_in).reached == 1


@pytest.mark.parametrize("first", [True, False])
def test_two_names_that_are_one_person_count_once_in_the_group_of_the_first(
    study: Study, first: bool
) -> None:
    journey = study.publish(REVIEW, holdout_percent=50)
    groups = (first, not first)
    names = [study.person(journey.journey_id, out=out, number=n) for n, out in enumerate(groups)]
    for whose in names:
        study.enters(whose)
        study.later(hours=1)
    before = study.funnel(journey.journey_id)
    assert (before.let_in.people, before.watched.people) == (1, 1)
    for whose in names:  # both turn out to be whoever has this address
        study.hear("milestone", email="one@mail.example", customer_id=whose["customer_id"])
    found = study.funnel(journey.journey_id)
    assert (found.let_in.people, found.watched.people) == ((0, 1) if first else (1, 0))
    assert (found.entered, found.held_out) == (1, 1)
    assert found.uplift is None


def test_persons_are_counted_once_by_what_chance_first_made_of_them(study: Study) -> None:
    journey = study.publish(REVIEW, again_days=1, holdout_percent=50)
    people = [
        *(study.person(journey.journey_id, out=True, number=n) for n in range(3)),
        *(study.person(journey.journey_id, out=False, number=n) for n in range(4)),
    ]
    for whose in people:
        study.enters(whose)
    study.later(days=2)
    for whose in people:
        study.enters(whose)
    study.later(days=1)
    for whose in (people[0], people[3], people[4]):
        study.hear("review", 4, **whose)
    study.all_heard()
    found = study.funnel(journey.journey_id)
    assert (found.entered, found.held_out) == (4, 3)
    assert (found.let_in.people, found.let_in.reached) == (4, 2)
    assert (found.watched.people, found.watched.reached) == (3, 1)
    uplift = found.uplift
    assert uplift is not None
    assert uplift.basis_points == round(10_000 * (2 / 4 - 1 / 3))
    assert uplift.low < 0 < uplift.high
    assert found.blurred.watched.people == found.blurred.let_in.people == 0


def test_a_dry_run_knows_who_was_in_the_journey_and_who_is_only_watched(study: Study) -> None:
    journey = study.publish(
        REFERENCE, holdout_percent=50, again_days=30, trigger={"kind": "milestone"}
    )
    name = journey.journey_id
    terms = Journeys(study.desk()).version(name, 1).terms
    dry = Previewing(study.desk(), study.subjects)
    for out in (True, False):
        study.hear("milestone", **study.person(name, out=out))
    without = dry.of(study.program_id, terms, None)
    assert without.would_enter == 2
    assert "held_out" not in without.reasons
    found = dry.of(study.program_id, terms, None, name)
    assert (found.would_enter, found.reasons["held_out"]) == (2, 1)
    (watched,) = [one for one in found.people if one.reason == "held_out"]
    assert (watched.enters, watched.asks) == (True, False)
    for one in found.people:
        study.entering.consider(one.subject_id)
    again_ms = study.clock.at_ms + 30 * DAY_MS
    study.later(days=3)
    inside = dry.of(study.program_id, terms, None, name)
    entered = [one for one in inside.people if one.reason == "entered_already"]
    assert [(one.enters, one.asks, one.from_ms) for one in entered] == [
        (False, False, again_ms)
    ] * 2
    assert inside.would_enter == 0
    study.later(days=27)
    assert "entered_already" not in dry.of(study.program_id, terms, None, name).reasons


def test_somebody_of_more_journeys_than_one_read_holds_is_noted_in_the_last_one(
    study: Study,
) -> None:
    """The entries of one person are read in the order of their journeys' ids."""
    journey = study.publish(REVIEW, goal={"motion": "review", "within_days": 30})
    walk = study.entering.consider(study.hear("case_resolved", about="c-1"))[0]
    change = Change()
    for number in range(JOURNEYS_READ_MAX - 1):
        early = {"journey_id": f"jrn_0{number:03d}", "walks": (f"wlk_{number}",), "entered_ms": 0}
        change.create(Entered.model_validate({"subject_id": walk.subject_id, **early}))
    study.store.commit(change)
    change = Change()
    change.create(
        Entered(subject_id=walk.subject_id, journey_id="jrn_01", walks=("wlk_x",), entered_ms=0)
    )
    study.store.commit(change)
    known = list(entries_of(study.store, (walk.subject_id,)))
    assert (len(known), known[-1].journey_id) == (JOURNEYS_READ_MAX + 1, journey.journey_id)
    study.later(hours=1)
    study.hear("review", 5)
    study.all_heard()
    assert study.now(walk).reached_ms is not None
