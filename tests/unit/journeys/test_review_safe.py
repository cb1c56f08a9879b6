"""Nobody is kept from a public review by what they think of us; trouble only puts it off."""

import pytest
from goodword.journeys.gate import Gate
from goodword.journeys.leaving import Leaving
from goodword.journeys.listening import Customers
from goodword.messages.model import Unfit
from goodword.times import DAY_MS

from tests.support.journeys import REFERENCE, REVIEW
from tests.support.walks import BYE, Path

GOAL = {"motion": "review", "within_days": 30}
REMIND = {"step": "remind", "name": "again", "of_ask": "review", "template": "again"}
REWARD = {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 1_500}
TROUBLES = (
    ("case_opened", 1, "c", "case_resolved"),
    ("case_opened", 1, "c", "case_dropped"),
    ("invoice_overdue", None, "c", "invoice_paid"),
)


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("churn_risk", None), ("complaint", None), ("nps", 0), ("csat", 0), ("mention", -1)],
)
def test_whoever_is_unhappy_is_asked_for_the_same_rewarded_review(
    path: Path, kind: str, value: int | None
) -> None:
    path.publish(REVIEW, REWARD, BYE, goal=GOAL, trigger={"kind": "renewal"})
    path.hear("consent", 1)
    path.hear(kind, value)
    (walk,) = path.entering.consider(path.hear("renewal"))
    path.step(walk)
    assert [(one.motion, one.state) for one in path.made] == [("review", "sent")]


@pytest.mark.parametrize(("opened", "value", "about", "closed"), TROUBLES)
def test_a_review_that_trouble_puts_off_comes_when_it_is_over_however_late(
    path: Path, opened: str, value: int | None, about: str, closed: str
) -> None:
    path.publish(REVIEW, BYE, goal=GOAL, trigger={"kind": "renewal"})
    path.hear("consent", 1)
    path.hear(opened, value, about=about)
    (walk,) = path.entering.consider(path.hear("renewal"))
    for _ in range(5):  # far beyond the days of the goal
        assert path.step(walk).seconds == 86_400
        path.later(days=20)
        assert (path.now(walk).state, path.made) == ("walking", [])
    path.hear(closed, about=about)
    path.step(walk)
    assert len(path.made) == 1


def test_a_private_ask_is_given_up_as_ever(path: Path) -> None:
    path.publish(REFERENCE, BYE, goal={"motion": "reference", "within_days": 30})
    path.delight()
    path.hear("case_opened", 1, about="c")
    walk = path.entered()
    path.later(days=31)
    path.step(walk)
    assert path.now(walk).reason == "open_urgent_case"


def test_a_reminder_and_a_letter_of_a_review_wait_for_the_end_of_trouble(path: Path) -> None:
    path.publish(REVIEW, REMIND, BYE, goal=GOAL, trigger={"kind": "renewal"})
    path.hear("consent", 1)
    (walk,) = path.entering.consider(path.hear("renewal"))
    path.step(walk)
    (ask,) = path.made
    path.hear("case_opened", 1, about="c")
    desk = path.desk("messages")
    looks = Leaving(desk, Gate(desk, Customers(desk)))
    assert looks.unfit(ask) == Unfit("open_urgent_case", path.clock.at_ms + DAY_MS)
    path.later(days=7)
    path.step(walk)
    assert not path.events("journey.reminded")
    assert path.now(walk).held == "open_urgent_case"
    path.hear("case_resolved", about="c")
    assert looks.unfit(ask) is None
    path.later(days=1)
    path.step(walk)
    assert len(path.events("journey.reminded")) == 1
    assert not path.events("journey.not_reminded")
