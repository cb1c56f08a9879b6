"""Whether a walk may ask is decided with everything else; every ask not made says why."""

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import Frequency
from goodword.journeys.journey import JourneyVersion
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS

from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.people import ANNA, BEN
from tests.support.walks import BYE, Path

WAIT = {"step": "wait", "name": "settle", "hours": 48}
REMIND = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
COMMUNITY = {"step": "ask", "name": "group", "motion": "community", "template": "group"}
STORY = {"step": "ask", "name": "story", "motion": "story", "template": "story"}


@pytest.fixture
def path() -> Path:
    return Path()


def test_without_an_answer_there_is_one_reminder_then_an_end(path: Path) -> None:
    walk, ask = path.asked(REMIND, BYE)
    assert path.step(walk).seconds == 7 * 86_400
    path.later(days=7)
    path.step(walk)
    (told,) = path.events("journey.reminded")
    assert (told.subject, told.data["words"], told.data["advocate_id"]) == (
        ask.ask_id,
        "again",
        path.anna,
    )
    path.step(walk)
    path.later(days=7)
    assert path.step(walk).route == "done"
    assert (path.made[0].state, path.made[0].reason) == ("expired", "no_answer")
    assert len(path.events("journey.reminded")) == 1


def test_an_ask_has_one_reminder(path: Path) -> None:
    hour = [{"step": "wait", "name": f"w{n}", "hours": 1} for n in range(8)]
    more = [REMIND | {"name": f"r{n}"} for n in range(8)]
    eight = [step for pair in zip(hour, more, strict=True) for step in pair]
    with pytest.raises(InvalidInput) as refused:
        path.publish(REFERENCE, *eight)
    places = [one.field for one in refused.value.fields]
    assert places == [f"steps.{2 * n + 2}.of_ask" for n in range(1, 8)]
    walk, _ = path.asked(*eight[:2])
    version = path.all(JourneyVersion)[-1]
    change = Change()
    before = terms(REFERENCE, *eight, quiet_hours=version.terms.quiet_hours.model_dump())
    change.replace(version.but(terms=before))  # as one that was published before
    path.store.commit(change)
    for _ in range(10):
        path.later(hours=1)
        path.step(walk)
    assert len(path.events("journey.reminded")) == 1
    assert path.now(walk).held == "unanswered"


def test_whoever_has_answered_is_not_reminded(path: Path) -> None:
    walk, ask = path.asked(WAIT, REMIND, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    assert path.step(walk).route == "done"
    assert not path.events("journey.reminded")


def test_a_reminder_may_come_after_a_wait(path: Path) -> None:
    walk, _ = path.asked(WAIT, REMIND)
    assert path.step(walk).seconds == 48 * 3_600
    path.later(hours=48)
    path.step(walk)
    assert len(path.events("journey.reminded")) == 1
    assert path.now(walk).held == "unanswered"  # nothing follows, but the answer may still come
    path.later(days=12)
    assert path.step(walk).route == "done"


def test_an_ask_that_is_over_is_not_reminded_of(path: Path) -> None:
    walk, _ = path.asked(WAIT | {"hours": 15 * 24}, REMIND, BYE)
    path.later(days=15)
    path.step(walk)
    assert path.made[0].state == "expired"
    assert not path.events("journey.reminded")


@pytest.mark.parametrize("kind", ["complaint", "unsubscribed", "left"])
def test_nobody_is_reminded_who_may_not_be(path: Path, kind: str) -> None:
    walk, ask = path.asked(REMIND)
    if kind == "complaint":
        path.hear("complaint")
    elif kind == "left":
        path.enrolments.leave(path.anna, path.program_id)
    else:
        Wishes(path.desk()).unsubscribe(ask)
    path.later(days=7)
    path.step(walk)
    why = {"complaint": "recent_complaint", "left": "not_taking_part"}.get(kind, kind)
    assert path.why("journey.not_reminded") == [why]
    assert not path.events("journey.reminded")


def test_nobody_is_reminded_at_night(path: Path) -> None:
    rules = AskRules(program_id=path.program_id, quiet_hours={"from_hour": 6, "until_hour": 7})  # type: ignore[arg-type]  # strict only at the edge
    change = Change()
    change.create(rules)
    path.store.commit(change)
    walk, _ = path.asked(REMIND)
    path.later(days=7, hours=-2)
    path.later(hours=0)
    night = path.clock.at_ms % DAY_MS // HOUR_MS
    path.later(hours=(6 - night) % 24 + (24 if (6 - night) % 24 < 2 else 0))
    path.step(walk)
    assert not path.events("journey.reminded")
    assert path.now(walk).held == "quiet_hours"
    path.later(hours=1)
    path.step(walk)
    assert len(path.events("journey.reminded")) == 1


def test_a_second_journeys_ask_is_held_and_says_until_when(path: Path) -> None:
    path.asked(BYE, name="First")
    path.publish(COMMUNITY, name="Second")
    walk = path.entered()
    step = path.step(walk)
    assert (step.route, step.seconds) == ("wait", 30 * 86_400)
    held = path.now(walk)
    assert held.held == "too_often"
    (event,) = path.events("journey.ask_held")
    assert (event.reason, event.data["motion"]) == ("too_often", "community")
    path.later(days=30)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference", "community"]


def test_an_ask_for_which_there_is_no_time_left_is_given_up(path: Path) -> None:
    path.asked(BYE, name="First")
    path.publish(COMMUNITY, goal={"motion": "community", "within_days": 10})
    walk = path.entered()
    assert path.step(walk).route == "done"
    assert path.why("journey.ask_not_made") == ["too_often"]
    assert path.now(walk).reason == "too_often"


def test_what_forbids_asking_is_looked_at_again_every_day(path: Path) -> None:
    path.publish(REFERENCE, goal={"motion": "reference", "within_days": 3})
    path.delight()
    path.hear("case_opened", 1, about="urgent")
    walk = path.entered()
    assert path.step(walk).seconds == 86_400
    assert path.now(walk).held == "open_urgent_case"
    path.later(days=1)
    path.step(walk)
    assert path.why("journey.ask_held") == ["open_urgent_case"]  # said once
    path.hear("case_resolved", about="urgent")
    path.later(days=1)
    path.step(walk)
    assert len(path.made) == 1


def test_whoever_unsubscribed_leaves(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.delight()
    wishes = Wishes(path.desk())
    wishes.put(subject_id, path.program_id, ("reference",), "Europe/Berlin")
    walk = path.entered()
    assert path.step(walk).route == "done"
    assert path.why("journey.ask_not_made") == ["unsubscribed"]


@pytest.mark.parametrize("who", ["stranger", "gone"])
def test_only_who_takes_part_can_be_asked(path: Path, who: str) -> None:
    email = "sam@mail.example" if who == "stranger" else ANNA.email
    path.publish(REFERENCE, goal={"motion": "reference", "within_days": 1})
    path.delight(email=email)
    walk = path.entered(email=email)
    if who == "gone":
        path.enrolments.leave(path.anna, path.program_id)
    path.step(walk)
    why = "not_known_here" if who == "stranger" else "not_taking_part"
    assert path.now(walk).held == why
    path.later(days=2)
    path.step(walk)
    assert path.now(walk).reason == why


def test_somebody_known_only_by_a_customer_number_is_not_reached(path: Path) -> None:
    path.publish(REFERENCE)
    path.delight(email=None, customer_id="u-9")
    walk = path.entered(email=None, customer_id="u-9")
    path.step(walk)
    assert path.now(walk).held == "not_known_here"


def test_two_journeys_that_race_ask_once(path: Path) -> None:
    for name in ("One", "Two"):
        path.publish(REFERENCE, name=name)
    subject_id = path.delight()
    path.hear("case_resolved", about="c-1")
    one, two = path.entering.consider(subject_id)
    path.before_next_commit(lambda: path.step(two))
    path.step(one)
    assert len(path.made) == 1
    assert path.now(two).unanswered is not None
    assert path.now(one).held == "too_often"


def test_a_complaint_that_comes_in_between_is_heeded(path: Path) -> None:
    path.publish(REFERENCE)
    path.delight()
    walk = path.entered()
    path.before_next_commit(lambda: path.hear("complaint", occurred_ms=path.clock.at_ms - 1))
    path.step(walk)
    assert path.made == []
    assert path.now(walk).held == "recent_complaint"


def test_rules_that_are_set_in_between_are_heeded(path: Path) -> None:
    path.publish(REFERENCE)
    path.delight()
    walk = path.entered()
    hour = path.clock.at_ms % DAY_MS // HOUR_MS
    quiet = {"from_hour": hour, "until_hour": (hour + 1) % 24}

    def set_rules() -> None:
        change = Change()
        rules = {"program_id": path.program_id, "quiet_hours": quiet}
        change.create(AskRules.model_validate(rules, strict=False))
        path.store.commit(change)

    path.before_next_commit(set_rules)
    path.step(walk)
    assert path.made == []
    assert path.now(walk).held == "quiet_hours"


def test_asks_of_whoever_turned_out_to_be_the_same_count(path: Path) -> None:
    """Two sign-ins are heard of apart, both are asked, then one customer number joins them."""
    path.publish(REFERENCE, BYE)
    path.joined(path.program_id, BEN)
    path.delight()
    path.delight(email=BEN.email)
    path.step(path.entered())
    path.step(path.entered(email=BEN.email))
    assert len(path.made) == 2
    path.hear("milestone", customer_id="u-1")
    path.hear("milestone", email=BEN.email, customer_id="u-1")
    path.publish(STORY | {"motion": "referral"}, name="Next", frequency={"asks": 2, "days": 60})
    path.later(days=40)
    path.hear("csat", 100)
    walk = next(one for one in path.entering.consider(path.hear("case_resolved", about="z")) if one)
    path.step(walk)
    assert path.now(walk).held == "too_often"


def test_limits_of_the_programme_hold_for_all_journeys(path: Path) -> None:
    change = Change()
    change.create(AskRules(program_id=path.program_id, frequency=Frequency(asks=1, days=90)))
    path.store.commit(change)
    path.asked(BYE, name="First")
    path.publish(REVIEW, name="Second", frequency={"asks": 9, "days": 1}, cool_down_days=0)
    walk = path.entered()
    assert path.step(walk).seconds == 90 * 86_400
