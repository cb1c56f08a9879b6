"""Nobody is asked for more than trust has grown to, and what comes first is said."""

from typing import Any

import pytest
from goodword.journeys.asked import Asked, AskState
from goodword.journeys.ladder import AHEAD, RUNGS, Trust, ahead, lighter, trust_of, trusted
from goodword.journeys.scoring import BARS, Motion, standing
from goodword.times import DAY_MS

from tests.support.journeys import FAN, NOW, signal

LIGHT: tuple[Motion, ...] = ("review", "referral", "community", "beta")
TAKEN: tuple[AskState, ...] = ("accepted", "submitted", "accepted_work", "rewarded")
NOTHING: tuple[AskState, ...] = ("planned", "sent", "declined", "expired", "rejected_work")


def asked(motion: Motion, state: AskState = "rewarded", days_ago: float = 30, **more: Any) -> Asked:
    at_ms = NOW - round(days_ago * DAY_MS)
    return Asked(
        ask_id=f"ask_{motion}_{days_ago}",
        journey_id="jrn_1",
        motion=motion,
        at_ms=at_ms,
        state=state,
        moved_ms=at_ms + DAY_MS,
        **more,
    )


def opened(*asks: Asked, orders: int = 0, reviewed: bool = False) -> set[Motion]:
    """The motions of the ladder that nothing has to come before."""
    signals = [signal("review", 5, 1)] if reviewed else []
    trust = trust_of(asks, signals, orders, NOW)
    return {motion for motion in RUNGS if not ahead(motion, trust)}


def test_every_motion_but_feedback_has_a_rung() -> None:
    assert set(BARS) - set(RUNGS) == {"feedback"}


def test_a_deep_ask_is_never_the_first() -> None:
    assert opened() == set(LIGHT)
    assert ahead("reference", Trust()) == ("light_first",)
    assert ahead("speaking", Trust()) == ("deeper_first",)
    assert lighter("story") == LIGHT
    assert lighter("advisory_board") == ("reference", "story")
    assert lighter("review") == lighter("feedback") == ()


@pytest.mark.parametrize("motion", LIGHT)
@pytest.mark.parametrize("state", TAKEN)
def test_something_light_that_was_taken_up_opens_the_next_rung(
    motion: Motion, state: AskState
) -> None:
    assert opened(asked(motion, state)) == {*LIGHT, "reference", "story"}


@pytest.mark.parametrize("state", NOTHING)
def test_what_came_to_nothing_opens_nothing(state: AskState) -> None:
    assert opened(asked("referral", state)) == set(LIGHT)
    assert opened(asked("referral"), asked("reference", state)) == {*LIGHT, "reference", "story"}


@pytest.mark.parametrize("state", ["accepted", "submitted"])
def test_the_deepest_rung_takes_something_deeper_that_was_done(state: AskState) -> None:
    both = {*LIGHT, "reference", "story"}
    assert opened(asked("reference", state)) == both
    assert opened(asked("reference")) == set(RUNGS)
    assert opened(asked("speaking")) == set(RUNGS)
    assert opened(asked("feedback")) == set(LIGHT)


def test_what_somebody_did_unasked_counts() -> None:
    assert opened(orders=1) == opened(reviewed=True) == {*LIGHT, "reference", "story"}
    assert opened(orders=-1) == set(LIGHT)
    later = trust_of((), [signal("review", -1, 5)], 0, NOW)
    assert later.unasked == ()
    assert trust_of((), [signal("review", 1, 5)], 2, NOW).unasked == ("review", "order")


def test_whoever_found_it_bad_is_asked_for_nothing_deep_for_a_while() -> None:
    known = [asked("review"), asked("story"), asked("feedback", days_ago=20, rating=2)]
    assert opened(*known) == set(LIGHT)
    trust = trust_of(known, (), 0, NOW)
    assert (trust.rating, trust.rated_ms) == (2, NOW - 19 * DAY_MS)
    assert trust.unhappy_until_ms == NOW + 161 * DAY_MS
    assert ahead("story", trust) == ("unhappy_with_asks",)
    assert ahead("story", trust_of(known[2:], (), 0, NOW)) == ("light_first", "unhappy_with_asks")
    better = asked("feedback", days_ago=10, rating=3)
    assert opened(*known, better) == set(RUNGS)
    assert opened(*known[:2], asked("feedback", days_ago=181, rating=1)) == set(RUNGS)


def test_feedback_is_asked_of_what_was_done_and_once() -> None:
    assert ahead("feedback", Trust()) == ("nothing_done",)
    done = asked("story")
    assert trust_of([done], (), 0, NOW).unrated == done.ask_id
    assert ahead("feedback", trust_of([done], (), 0, NOW)) == ()
    question = asked("feedback", "sent", 10).but(about=done.ask_id)
    assert trust_of([done, question], (), 0, NOW).unrated == done.ask_id  # may be reminded of
    for state in ("declined", "expired", "accepted_work"):
        over = question.but(state=state)
        assert trust_of([done, over], (), 0, NOW).unrated is None
    later = asked("review", days_ago=1)
    assert trust_of([done, question.but(state="declined"), later], (), 0, NOW).unrated is not None


def test_the_verdicts_say_it_beside_what_signals_say() -> None:
    plain = standing(FAN, NOW)
    found = {one.motion: one for one in trusted(plain, Trust()).motions}
    assert found["reference"].reasons == ("light_first",)
    assert not found["reference"].qualifies
    assert found["referral"].qualifies
    unfit = {one.motion: one for one in trusted(standing((), NOW), Trust()).motions}
    assert unfit["story"].reasons[-1] == "light_first"
    assert "no_consent" in unfit["story"].reasons
    assert set(AHEAD) >= {code for motion in BARS for code in ahead(motion, Trust())}
