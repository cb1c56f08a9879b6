"""A person walks a journey step by step; nothing is done twice."""

from typing import Any

import pytest
from goodword.conversions.model import Conversion
from goodword.errors import NotFound, Stale
from goodword.journeys import walking
from goodword.journeys.asking import AGREED_DAYS, AskBook
from goodword.journeys.publishing import Journeys
from goodword.journeys.walk import AskMade, Walk
from goodword.journeys.walking import Step, Walking
from goodword.limits import WORK_DAYS_MAX, WORK_LOOK_DAYS
from goodword.ports import Change
from goodword.programs.conditions import Equals
from goodword.programs.model import FlatReward, Rule
from goodword.rewards.model import Reward
from goodword.workflow import TaskToken

from tests.support.journeys import REFERENCE
from tests.support.milestones import TIERS
from tests.support.scene import terms as programme
from tests.support.walks import BYE, RULES, THANKS, Path

WAIT = {"step": "wait", "name": "settle", "hours": 48}
NO = {"step": "branch", "name": "no", "of_ask": "call", "answered": "declined", "then": "bye"}
SALES = {"step": "hand_over", "name": "sales", "to": "references"}
GATHER = {"step": "ask", "name": "gather", "motion": "community", "template": "gather"}
GOLD_ONLY = Rule(
    rule_id="story",
    action="event",
    reward=FlatReward(amount_minor=1_500),
    when=Equals(of="level", value="gold"),
)
ANY_EVENT = Rule(rule_id="any", action="event", reward=FlatReward(amount_minor=1_500))


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
    assert (step.route, step.seconds) == ("answer", AGREED_DAYS * 86_400)
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
    path.next_version(path.program_id, programme(rules=(*RULES, GOLD_ONLY), tiers=TIERS))
    path.publish(GATHER, THANKS | {"of_ask": "gather"}, goal={"motion": "community"})
    path.delight()
    walk = path.entered()
    path.hear("renewal", account_id="acme")
    path.hear("milestone")
    path.step(walk)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "submitted")
    path.asks.work(ask.ask_id, done=True, code="other", own_advocate_id=None)
    path.step(walk)
    assert path.why("journey.reward_not_given") == ["condition_not_met"]
    assert path.made[0].state == "accepted_work"
    assert path.now(walk).state == "ended"


def test_a_promise_that_is_not_kept_is_over_some_day(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    path.later(days=AGREED_DAYS)
    assert path.step(walk).route == "done"
    assert (path.made[0].state, path.made[0].reason) == ("expired", "work_not_done")


def gathering(path: Path) -> tuple[Walk, AskMade]:
    """Anna is asked to come to something of the community, for thanks."""
    path.next_version(path.program_id, programme(rules=(*RULES, ANY_EVENT)))
    path.publish(GATHER, THANKS | {"of_ask": "gather"}, goal={"motion": "community"})
    path.delight()
    path.hear("milestone")
    walk = path.entered()
    path.step(walk)
    return walk, path.made[0]


def test_a_promise_of_what_one_does_alone_has_its_days(path: Path) -> None:
    walk, ask = gathering(path)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=WORK_DAYS_MAX)
    path.step(walk)
    assert path.made[0].state == "expired"


def test_what_is_said_to_be_done_in_time_waits_for_staff_and_earns(path: Path) -> None:
    walk, ask = gathering(path)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=WORK_DAYS_MAX - 1)
    path.step(walk)
    path.asks.answer(ask.ask_id, "submitted")
    for days, held in ((1, "not_seen_yet"), (WORK_LOOK_DAYS, "overdue"), (90, "overdue")):
        path.later(days=days)
        path.step(walk)
        assert (path.made[0].state, path.now(walk).held) == ("submitted", f"work_{held}")
        assert path.asks.waiting(path.program_id, 10, None).rows == [path.made[0]]
    path.asks.work(ask.ask_id, done=True, code="other", own_advocate_id=None)
    assert path.step(walk).route == "done"
    assert path.made[0].state == "rewarded"


def test_a_reference_whom_nobody_needed_for_long_is_paid_for_the_late_call(path: Path) -> None:
    walk, ask = path.asked(THANKS)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=AGREED_DAYS - 1)
    path.step(walk)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    assert path.made[0].state == "rewarded"


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


def test_a_walk_that_cannot_be_moved_holds_back_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.publish(REFERENCE)
    path.delight()
    path.delight(email="sam@mail.example")
    walks = [path.entered(), path.entered(email="sam@mail.example")]
    path.later(days=1)
    stepping, broken = Walking.step, walks[0].walk_id
    heard: list[str] = []

    def step(self: Walking, journey_id: str, walk_id: str) -> Step:
        if walk_id == broken:
            raise KeyError("gone")
        return stepping(self, journey_id, walk_id)

    monkeypatch.setattr(Walking, "step", step)
    with pytest.raises(KeyError, match="gone"):
        path.walking.sweep(lambda walk_id, _error: heard.append(walk_id))
    assert heard == [broken]
    with pytest.raises(KeyError, match="gone"):
        path.walking.sweep()
    assert [path.now(one).changed_ms == path.clock.at_ms for one in walks] == [False, True]


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
    path.next_version(path.program_id, programme(rules=(*RULES, GOLD_ONLY), tiers=TIERS))
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


def test_who_has_promised_is_rewarded_as_the_version_of_then_says(path: Path) -> None:
    walk, ask = path.asked(THANKS, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.step(walk)
    less = THANKS | {"amount_minor": 1}
    path.publish(REFERENCE, less, BYE, in_flight="move", of=walk.journey_id)
    path.step(walk)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    (credit,) = path.events("conversion.decided")
    assert credit.data["net_minor"] == 5_000
    assert path.now(walk).number == 1
