"""Nobody is asked because of what is no longer so when their turn comes."""

from typing import Any

import pytest
from goodword.conversions.model import Facts
from goodword.journeys.opportunity import DealFact
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.journeys.selling import Hearing
from goodword.journeys.signal import Signal
from goodword.journeys.walk import Walk
from goodword.limits import SIGNAL_DAYS
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.crm import delivery, step
from tests.support.journeys import REFERENCE
from tests.support.people import ANNA, MACS
from tests.support.walks import BYE, THANKS, Path

SETTLE = {"step": "wait", "name": "settle", "hours": 48}
GOAL: dict[str, Any] = {"goal": {"motion": "reference", "within_days": 30}}


@pytest.fixture
def path() -> Path:
    return Path()


def begun(path: Path, kind: str, *steps: dict[str, Any], **more: Any) -> Walk:
    """Anna waits for two days, because of this."""
    path.publish(SETTLE, REFERENCE, *steps, BYE, trigger={"kind": kind}, **GOAL)
    path.delight()
    (walk,) = path.entering.consider(path.hear(kind, **more))
    path.step(walk)
    return walk


def withdrawn(path: Path, kind: str) -> None:
    """The CRM takes back what it said first."""
    signal = min(
        (one for one in path.all(Signal) if one.kind == kind), key=lambda one: one.noted_ms
    )
    change = Change()
    change.replace(signal.but(withdrawn=True))
    path.store.commit(change)


def test_a_renewal_that_was_taken_back_asks_nobody(path: Path) -> None:
    walk = begun(path, "renewal")
    path.later(hours=2)
    withdrawn(path, "renewal")
    path.later(hours=80)
    path.step(walk)
    after = path.now(walk)
    assert (path.made, after.state, after.reason) == ([], "ended", "trigger_withdrawn")
    assert path.why("journey.ask_not_made") == ["trigger_withdrawn"]


@pytest.mark.parametrize("kind", ["renewal", "deal_won"])
def test_what_another_signal_of_that_time_says_too_has_not_been_taken_back(
    path: Path, kind: str
) -> None:
    """Two deals became one: what was won is told of the one that is left, as of when it was."""
    won_ms = path.clock.at_ms
    walk = begun(path, kind)
    path.later(hours=2)
    path.hear(kind, occurred_ms=won_ms)
    withdrawn(path, kind)
    path.later(hours=80)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference"]


@pytest.mark.parametrize("at_once", [True, False])
def test_whoever_waits_because_of_a_deal_that_two_became_is_asked(
    path: Path, at_once: bool
) -> None:
    path.publish(SETTLE, REFERENCE, BYE, trigger={"kind": "deal_won"}, **GOAL)
    person, zero_ms = path.delight(), path.clock.at_ms

    def crm(*steps: DealFact) -> None:
        assert Hearing(path.desk(), MACS).hear(delivery(path.program_id), Facts(deals=steps)) == ""

    crm(step("1", occurred_ms=zero_ms, email=ANNA.email, stage="closedwon", closed=True))
    crm(step("2", occurred_ms=zero_ms, deal_id="78", email=ANNA.email, opened=True))
    (walk,) = path.entering.consider(person)
    path.later(days=1)
    day: dict[str, Any] = {"occurred_ms": path.clock.at_ms}
    merged = step("m", deal_id="90", opened=True, merged=("77", "78"), **day)
    gone = [step(f"m-{one}", deal_id=one, removed=True, into="90", **day) for one in ("77", "78")]
    for part in [[merged, *gone]] if at_once else [[one] for one in (*gone, merged)]:
        crm(*part)
    path.later(days=2)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference"]
    assert path.now(walk).reason != "trigger_withdrawn"


@pytest.mark.parametrize(("days", "kind"), [(-8, "renewal"), (8, "renewal"), (0, "deal_won")])
def test_what_was_said_at_another_time_or_is_something_else_begins_nothing(
    path: Path, days: int, kind: str
) -> None:
    other_ms = path.clock.at_ms + days * DAY_MS
    walk = begun(path, "renewal")
    path.later(days=9)
    path.hear(kind, occurred_ms=other_ms)
    withdrawn(path, "renewal")
    path.step(walk)
    assert (path.made, path.now(walk).reason) == ([], "trigger_withdrawn")


def test_what_stands_in_is_what_the_version_of_the_entry_waits_for(path: Path) -> None:
    walk = begun(path, "renewal")
    steps = (SETTLE, REFERENCE, BYE)
    other = {"trigger": {"kind": "deal_won"}, **GOAL}
    path.publish(*steps, of=walk.journey_id, in_flight="move", **other)
    path.later(hours=1)
    path.hear("deal_won")
    withdrawn(path, "renewal")
    path.later(days=3)
    path.step(walk)
    assert (path.now(walk).number, path.now(walk).reason) == (2, "trigger_withdrawn")


def test_what_was_taken_back_after_the_first_request_changes_nothing(path: Path) -> None:
    """What was promised is kept, and its thanks are owed."""
    second = {"step": "ask", "name": "more", "motion": "community", "template": "more"}
    walk = begun(path, "renewal", THANKS, second)
    path.later(days=3)
    path.step(walk)
    withdrawn(path, "renewal")
    path.asks.answer(path.made[0].ask_id, "declined")
    path.later(days=31)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference", "community"]


@pytest.mark.parametrize("priority", [1, 2, 4])
def test_while_the_case_is_open_again_nobody_is_asked(path: Path, priority: int) -> None:
    walk = begun(path, "case_resolved", about="c-1")
    path.later(hours=20)
    path.hear("case_opened", priority, about="c-1")
    path.later(hours=30)
    path.step(walk)
    assert (path.made, path.now(walk).held) == ([], "case_open")
    path.hear("case_resolved", about="c-1")
    path.later(days=1)
    path.step(walk)
    assert [one.motion for one in path.made] == ["reference"]


def test_what_is_no_more_kept_after_so_long_has_not_been_taken_back(path: Path) -> None:
    walk = begun(path, "case_resolved", about="c-1")
    path.later(days=SIGNAL_DAYS // 2)
    withdrawn(path, "case_resolved")
    path.delight()
    path.step(walk)
    assert "trigger_withdrawn" not in (path.now(walk).reason, path.now(walk).held)


def test_another_case_that_is_not_urgent_holds_nobody(path: Path) -> None:
    walk = begun(path, "case_resolved", about="c-1")
    path.hear("case_opened", 3, about="c-2")
    path.later(days=3)
    path.step(walk)
    assert len(path.made) == 1


def test_a_case_that_stays_open_ends_with_the_time_of_the_goal(path: Path) -> None:
    walk = begun(path, "case_resolved", about="c-1")
    path.later(hours=1)
    path.hear("case_opened", 3, about="c-1")
    for _ in range(40):
        path.later(days=1)
        path.step(walk)
    assert (path.made, path.now(walk).reason) == ([], "case_open")


@pytest.mark.parametrize("after", [1, 10])
def test_a_public_review_is_put_off_while_the_case_is_open_again_and_never_given_up(
    path: Path, after: int
) -> None:
    """As by an urgent case: whoever had trouble is asked when it is over, like everybody else."""
    review = {
        "step": "ask",
        "name": "say",
        "motion": "review",
        "template": "hello",
        "site": "g2",
        "profile": "acme",
    }
    goal = {"motion": "review", "within_days": 10}
    path.publish(review, trigger={"kind": "case_resolved"}, goal=goal)
    path.hear("consent", 1)
    (walk,) = path.entering.consider(path.hear("case_resolved", about="c-1"))
    path.later(hours=1)
    path.hear("case_opened", 3, about="c-1")
    for _ in range(60):
        path.step(walk)
        path.later(days=after)
    assert (path.made, path.now(walk).held) == ([], "case_open")
    path.hear("case_resolved", about="c-1")
    path.step(walk)
    assert [one.motion for one in path.made] == ["review"]
    assert path.why("journey.ask_held") == ["case_open"]


def test_the_dry_run_knows_that_the_case_is_open_again(path: Path) -> None:
    """It says of whoever would enter what then holds their request."""
    path.delight()
    path.hear("case_resolved", about="c-9")
    path.later(hours=1)
    journey = path.publish(REFERENCE, BYE, **GOAL)
    terms = Journeys(path.desk()).version(journey.journey_id, 1).terms
    dry = Previewing(path.desk(), path.subjects)
    assert dry.of(path.program_id, terms, None).would_ask == 1
    subject_id = path.hear("case_opened", 3, about="c-9")
    path.later(hours=1)
    found = dry.of(path.program_id, terms, None)
    assert (found.would_enter, found.would_ask, found.reasons) == (1, 0, {"case_open": 1})
    (walk,) = path.entering.consider(subject_id)
    path.step(walk)
    assert path.now(walk).held == "case_open"
