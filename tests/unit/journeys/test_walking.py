"""A person walks a journey step by step; every ask not made says why; nothing is done twice."""

from typing import Any

import pytest
from goodword.conversions.model import Conversion
from goodword.errors import NotFound, Stale
from goodword.journeys import walking
from goodword.journeys.asking import AskBook, AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import Frequency
from goodword.journeys.publishing import Journeys
from goodword.journeys.walk import Entered, Walk
from goodword.limits import WORK_DAYS_MAX
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword.workflow import TaskToken

from tests.support.journeys import REFERENCE, REVIEW
from tests.support.people import ANNA, BEN
from tests.support.walks import BYE, THANKS, Path

WAIT = {"step": "wait", "name": "settle", "hours": 48}
REMIND = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
NO = {"step": "branch", "name": "no", "of_ask": "call", "answered": "declined", "then": "bye"}
SALES = {"step": "hand_over", "name": "sales", "to": "references"}
STORY = {"step": "ask", "name": "story", "motion": "story", "template": "story"}


@pytest.fixture
def path() -> Path:
    return Path()


def test_a_walk_waits_asks_and_is_over_when_the_answer_is_no(path: Path) -> None:
    path.publish(WAIT, REFERENCE, NO, SALES, BYE, goal={"motion": "reference"})
    path.delight()
    walk = path.entered()
    assert path.step(walk).model_dump() == {
        "journey_id": walk.journey_id,
        "walk_id": walk.walk_id,
        "route": "wait",
        "seconds": 48 * 3_600,
    }
    path.later(hours=48)
    step = path.step(walk)
    assert (step.route, step.seconds) == ("answer", 14 * 86_400)
    (ask,) = path.made
    assert (ask.advocate_id, ask.motion, ask.state) == (path.anna, "reference", "sent")
    path.asks.answer(ask.ask_id, "declined")
    assert path.step(walk).route == "done"
    after = path.now(walk)
    assert (after.state, after.reason) == ("ended", "finished")
    assert not path.events("journey.handed_over")


def test_what_is_accepted_and_done_is_handed_over_thanked_and_rewarded(path: Path) -> None:
    walk, ask = path.asked(NO, SALES, THANKS, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    step = path.step(walk)
    assert (step.route, step.seconds) == ("answer", WORK_DAYS_MAX * 86_400)
    assert [one.data["to"] for one in path.events("journey.handed_over")] == ["references"]
    assert not path.all(Reward)
    path.later(days=2)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    assert path.step(walk).route == "done"
    (reward,) = path.all(Reward)
    assert (reward.advocate_id, reward.earned_minor, reward.state) == (path.anna, 5_000, "pending")
    (after,) = path.made
    assert (after.state, after.reward_ids) == ("rewarded", (reward.reward_id,))
    types = [one.type for one in path.events() if one.subject == ask.ask_id]
    assert types == [
        "journey.asked",
        "journey.ask_accepted",
        "journey.ask_accepted_work",
        "journey.rewarded",
    ]
    path.step(walk)
    assert len(path.all(Reward)) == 1
    assert path.ledger_differences() == []
    path.approval.assess(reward.reward_id)
    (held,) = path.all(Reward)
    assert held.state == "on_hold"  # 50.00 is above what is approved by itself


def test_what_the_programme_does_not_reward_is_said(path: Path) -> None:
    path.publish(STORY, THANKS | {"of_ask": "story"}, goal={"motion": "story"})
    path.delight()
    walk = path.entered()
    path.hear("renewal", account_id="acme")
    path.hear("milestone")
    path.step(walk)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "submitted")
    path.asks.work(ask.ask_id, done=True, code="story_approved", own_advocate_id=None)
    path.step(walk)
    assert path.why("journey.reward_not_given") == ["condition_not_met"]
    assert path.made[0].state == "accepted_work"
    assert path.now(walk).state == "ended"


def test_a_promise_that_is_not_kept_is_over_some_day(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    path.later(days=WORK_DAYS_MAX)
    assert path.step(walk).route == "done"
    assert (path.made[0].state, path.made[0].reason) == ("expired", "work_not_done")


def test_work_that_was_not_done_earns_nothing(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=False, code="no_show", own_advocate_id=None)
    assert path.step(walk).route == "done"
    assert not path.all(Reward)


def test_a_reward_waits_while_the_programme_is_paused(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.programs.set_state(path.program_id, "paused", "holidays")
    assert path.step(walk).seconds == 86_400
    assert path.now(walk).held == "programme_paused"
    path.programs.set_state(path.program_id, "active", "back_again")
    path.later(days=1)
    path.step(walk)
    assert len(path.all(Reward)) == 1


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
    path.publish(REVIEW, name="Second")
    walk = path.entered()
    step = path.step(walk)
    assert (step.route, step.seconds) == ("wait", 30 * 86_400)
    held = path.now(walk)
    assert held.held == "too_often"
    (event,) = path.events("journey.ask_held")
    assert (event.reason, event.data["motion"]) == ("too_often", "review")
    path.later(days=30)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference", "review"]


def test_an_ask_for_which_there_is_no_time_left_is_given_up(path: Path) -> None:
    path.asked(BYE, name="First")
    path.publish(REVIEW, goal={"motion": "review", "within_days": 10})
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


def test_a_branch_follows_what_is_known_now(path: Path) -> None:
    ready = {
        "step": "branch",
        "name": "ready",
        "when": {"of": "motion", "motion": "advisory_board"},
        "then": "sales",
    }
    out = {"step": "exit", "name": "out"}
    path.publish(REFERENCE, ready, out, SALES)
    path.delight()
    walk = path.entered()
    path.step(walk)
    path.later(days=14)
    path.step(walk)
    assert not path.events("journey.handed_over")
    assert path.now(walk).state == "ended"


def test_branches_that_look_at_answers_know_them_all(path: Path) -> None:
    late = NO | {"name": "late", "answered": "expired"}
    yes = NO | {"name": "yes", "answered": "accepted", "then": "sales"}
    walk, ask = path.asked(late, yes, BYE, SALES)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    assert len(path.events("journey.handed_over")) == 1


def test_a_paused_journey_moves_nobody(path: Path) -> None:
    journey = path.publish(REFERENCE)
    path.delight()
    walk = path.entered()
    Journeys(path.desk()).set_state(journey.journey_id, "paused", "holidays")
    assert path.step(walk).seconds == 86_400
    assert (path.now(walk).held, path.made) == ("journey_paused", [])
    path.hear("case_resolved", about="c-9")
    assert path.entering.consider(walk.subject_id) == []
    Journeys(path.desk()).set_state(journey.journey_id, "active", "back_again")
    path.later(days=1)
    path.step(walk)
    assert len(path.made) == 1


def test_an_ended_journey_lets_go_whoever_has_promised_nothing(path: Path) -> None:
    walk, _ = path.asked(THANKS)
    Journeys(path.desk()).set_state(walk.journey_id, "ended", "over_and_out")
    path.later(days=14)
    path.step(walk)
    assert path.now(walk).reason == "journey_ended"
    assert path.made[0].reason == "journey_ended"


def test_a_promise_is_kept_though_the_journey_has_ended(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    Journeys(path.desk()).set_state(walk.journey_id, "ended", "over_and_out")
    path.step(walk)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    assert len(path.all(Reward)) == 1


@pytest.mark.parametrize(
    ("in_flight", "steps", "number", "reason"),
    [
        ("finish", (WAIT, REFERENCE, BYE), 1, ""),
        ("move", (WAIT | {"hours": 96}, REFERENCE, BYE), 2, ""),
        ("move", (REFERENCE, BYE), 1, ""),  # the step is gone
        ("stop", (WAIT, REFERENCE, BYE), 1, "version_stopped"),
    ],
)
def test_a_new_version_says_what_becomes_of_those_on_their_way(
    path: Path, in_flight: Any, steps: Any, number: int, reason: str
) -> None:
    goal = {"motion": "reference"}
    journey = path.publish(WAIT, REFERENCE, BYE, goal=goal)
    path.delight()
    walk = path.entered()
    path.step(walk)
    path.publish(*steps, goal=goal, in_flight=in_flight, of=journey.journey_id)
    path.later(hours=48)
    path.step(walk)
    after = path.now(walk)
    assert (after.number, after.reason) == (number, reason)
    assert len(path.made) == (0 if reason or number == 2 else 1)


def test_an_execution_is_told_of_an_answer_and_asks_what_follows(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.walking.listen(walk.journey_id, walk.walk_id, "token-1")
    path.walking.listen(walk.journey_id, walk.walk_id, "token-2")
    assert [one.token for one in path.all(TaskToken)] == ["token-2"]
    path.asks.answer(ask.ask_id, "accepted")
    assert path.workflow.resumed == ["token-2"]
    path.walking.listen(walk.journey_id, walk.walk_id, "token-3")  # too late: it is answered
    assert path.workflow.resumed == ["token-2", "token-3"]


def test_the_sweep_moves_whoever_no_execution_moves(path: Path) -> None:
    path.publish(WAIT, REFERENCE, BYE, goal={"motion": "reference"})
    path.delight()
    walk = path.entered()
    assert path.walking.sweep() == 0  # the execution has its time
    path.later(hours=1)
    assert path.walking.sweep() == 1
    assert path.walking.sweep() == 0
    path.later(days=3)
    assert path.walking.sweep() == 1
    assert len(path.made) == 1
    assert path.now(walk).state == "walking"


def test_nobody_walks_whom_nobody_knows(path: Path) -> None:
    with pytest.raises(NotFound, match="unknown_walk"):
        path.walking.step("jrn_1", "wlk_1")


def test_a_journey_of_one_step_ends_with_its_answer(path: Path) -> None:
    walk, ask = path.asked()
    assert path.step(walk).route == "answer"
    path.asks.answer(ask.ask_id, "accepted")
    assert path.step(walk).route == "done"


def test_work_is_credited_once_whatever_rewards_the_journey_names(path: Path) -> None:
    walk, ask = path.asked(THANKS, THANKS | {"name": "more"}, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    assert len(path.all(Reward)) == 1


def test_what_earned_nothing_earns_nothing_the_second_time(path: Path) -> None:
    first = THANKS | {"of_ask": "join"}
    ask = {"step": "ask", "name": "join", "motion": "community", "template": "t"}
    path.publish(ask, first, first | {"name": "more"}, goal={"motion": "community"})
    path.delight()
    walk = path.entered()
    path.step(walk)
    path.asks.answer(path.made[0].ask_id, "submitted")
    path.asks.work(path.made[0].ask_id, done=True, code="other", own_advocate_id=None)
    path.step(walk)
    assert path.why("journey.reward_not_given") == ["condition_not_met"] * 2
    assert len(path.all(Conversion)) == 1


def test_two_who_move_one_walk_move_it_once(path: Path) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    walk = path.entered()
    path.before_next_commit(lambda: path.step(walk))
    assert path.step(walk).route == "answer"
    assert len(path.made) == 1


def test_a_long_way_is_walked_in_pieces(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "WALK_MOVES_MAX", 1)
    path.publish(SALES, REFERENCE, goal={"motion": "reference"})
    path.delight()
    walk = path.entered()
    step = path.step(walk)
    assert (step.route, step.seconds, path.made) == ("wait", 1, [])
    assert path.step(walk).route == "answer"


def test_nobody_answers_what_was_never_asked(path: Path) -> None:
    with pytest.raises(NotFound, match="unknown_ask"):
        path.asks.answer("ask_1", "accepted")


# --- entering ---------------------------------------------------------------------------------


def test_nobody_enters_twice_within_the_journeys_time(path: Path) -> None:
    path.publish(REFERENCE, again_days=30)
    path.delight()
    walk = path.entered()
    assert path.entering.consider(walk.subject_id) == []
    path.later(days=30)
    path.hear("case_resolved", about="c-7")
    (again,) = path.entering.consider(walk.subject_id)
    (noted,) = path.all(Entered)
    assert noted.walks == (walk.walk_id, again.walk_id)


def test_conditions_may_be_told_after_the_trigger(path: Path) -> None:
    path.publish(REFERENCE, entry=[{"of": "signal", "kind": "csat", "low": 80}])
    subject_id = path.hear("case_resolved", about="c-1")
    assert path.entering.consider(subject_id) == []
    path.hear("csat", 100)
    assert len(path.entering.consider(subject_id)) == 1


def test_an_old_trigger_starts_nothing(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    path.later(days=8)
    assert path.entering.consider(subject_id) == []


def test_two_who_let_somebody_in_let_them_in_once(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    path.before_next_commit(lambda: path.entering.consider(subject_id))
    assert path.entering.consider(subject_id) == []
    assert len(path.all(Walk)) == 1


def test_what_happens_to_an_account_happens_to_its_people(path: Path) -> None:
    path.publish(
        REFERENCE, trigger={"kind": "renewal"}, goal={"motion": "reference", "within_days": 60}
    )
    path.hear("milestone", account_id="acme")
    path.hear("milestone", account_id="acme", email="bo@mail.example")
    path.hear("milestone", account_id="other", email="bo@mail.example")  # Bo has moved on
    account = path.hear("renewal", email=None, account_id="acme")
    (walk,) = path.entering.consider(account)
    assert walk.subject_id == path.hear("milestone")


def test_a_pause_that_comes_in_between_keeps_people_out(path: Path) -> None:
    journey = path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    pause = Journeys(path.desk())
    path.before_next_commit(lambda: pause.set_state(journey.journey_id, "paused", "holidays"))
    assert path.entering.consider(subject_id) == []


def test_forgotten_people_of_an_account_enter_nothing(path: Path) -> None:
    path.publish(REFERENCE, trigger={"kind": "renewal"})
    subject_id = path.hear("milestone", account_id="acme")
    change = Change()
    change.replace(path.subjects.read(subject_id).but(forgotten=True, marks=()))
    path.store.commit(change)
    assert path.entering.consider(path.hear("renewal", email=None, account_id="acme")) == []


def test_the_holdout_is_only_watched_and_always_the_same(path: Path) -> None:
    journey = path.publish(REFERENCE, holdout_percent=50)
    for number in range(20):
        path.entered(email=f"p{number}@mail.example")
    walks = path.all(Walk)
    out = [one for one in walks if one.state == "held_out"]
    assert 3 < len(out) < 17
    assert path.step(out[0]).route == "done"
    assert journey.journey_id == out[0].journey_id
    assert not any(one.index_entry for one in out)


def test_the_forgotten_enter_nothing(path: Path) -> None:
    path.publish(REFERENCE)
    subject_id = path.hear("case_resolved", about="c-1")
    subject = path.subjects.read(subject_id)
    change = Change()
    change.replace(subject.but(forgotten=True, marks=()))
    path.store.commit(change)
    assert path.entering.consider(subject_id) == []


def test_limits_of_the_programme_hold_for_all_journeys(path: Path) -> None:
    change = Change()
    change.create(AskRules(program_id=path.program_id, frequency=Frequency(asks=1, days=90)))
    path.store.commit(change)
    path.asked(BYE, name="First")
    path.publish(REVIEW, name="Second", frequency={"asks": 9, "days": 1}, cool_down_days=0)
    walk = path.entered()
    assert path.step(walk).seconds == 90 * 86_400


def test_a_lost_race_is_run_again_and_not_for_ever(path: Path) -> None:
    path.publish(REFERENCE)
    path.delight()
    walk = path.entered()

    def stale(_change: Change) -> None:
        raise Stale("stale", "somebody was quicker")

    path.store.commit = stale  # type: ignore[assignment]  # nobody ever wins
    with pytest.raises(Stale):
        path.step(walk)


def test_the_book_keeps_every_ask(path: Path) -> None:
    _, ask = path.asked(BYE)
    (book,) = path.all(AskBook)
    (line,) = book.asks
    assert (line.ask_id, line.state, line.journey_id) == (ask.ask_id, "sent", ask.journey_id)
    path.asks.answer(ask.ask_id, "accepted")
    assert path.all(AskBook)[0].asks[0].state == "accepted"
