"""Whose profile suits a motion adds to its score in the open, as the programme says."""

from typing import Any

import pytest
from goodword.journeys.asking import AskRules
from goodword.journeys.fitting import Facts, FitWish, fit_parts, fitted
from goodword.journeys.reference import Traits
from goodword.journeys.scoring import BARS, Verdict, standing
from goodword.ports import Change
from goodword.times import DAY_MS
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.journeys import CONSENT, NOW, REFERENCE, signal
from tests.support.references import referring
from tests.support.walks import BYE, Path

RETAIL = Facts(industry="retail", size="medium", since_ms=NOW - 200 * DAY_MS)
UNKNOWN = Facts(industry=None, size=None, since_ms=NOW)
MODEST = (CONSENT, signal("nps", 3, 10), signal("milestone", 1))  # 40 points, 10 of results


def wish(motion: str = "reference", **said: Any) -> FitWish:
    return FitWish.model_validate({"motion": motion, **said}, strict=False)


def verdict(wishes: list[FitWish], facts: Facts, motion: str, *signals: Any) -> Verdict:
    found = fitted(standing(signals or MODEST, NOW), wishes, facts)
    return next(one for one in found.motions if one.motion == motion)


def test_each_fact_that_is_met_gives_its_points_and_is_shown() -> None:
    wanted = wish(industries=["retail", "steel"], sizes=["large"], known_days=180, results=20)
    found = fit_parts(wanted, standing(MODEST, NOW), RETAIL)
    assert [(one.fact, one.met, one.points) for one in found] == [
        ("industry", True, 10),
        ("size", False, 0),
        ("known_days", True, 10),
        ("results", False, 0),
    ]
    assert not any(one.met for one in fit_parts(wanted, standing((CONSENT,), NOW), UNKNOWN))
    assert fit_parts(wish(), standing(MODEST, NOW), RETAIL) == ()


def test_the_sum_reaches_the_bar_or_does_not() -> None:
    few = (CONSENT, signal("nps", 3, 10))  # 30 of 40, and no results
    plain = verdict([], RETAIL, "reference", *few)
    assert plain.reasons == ("score_too_low", "few_results")
    for points, short in ((9, True), (10, False)):
        found = verdict([wish(industries=["retail"], points=points)], RETAIL, "reference", *few)
        assert ("score_too_low" in found.reasons) is short
        assert "few_results" in found.reasons  # what was achieved is asked all the same
        assert [one.points for one in found.fit] == [points]


def test_what_is_needed_is_needed() -> None:
    case_study = wish(known_days=180, results=10, needed=True)
    assert verdict([case_study], RETAIL, "reference").qualifies
    late = RETAIL._replace(since_ms=NOW - 179 * DAY_MS)
    assert verdict([case_study], late, "reference").reasons == ("does_not_fit",)
    assert verdict([case_study], late, "referral").qualifies


@pytest.mark.parametrize("motion", ["review", "feedback"])
def test_nobody_is_chosen_for_a_public_review_by_a_profile(motion: str) -> None:
    with pytest.raises(ValueError, match="nobody is chosen"):
        wish(motion, industries=["retail"])


@given(
    motion=st.sampled_from([one for one in BARS if one not in ("review", "feedback")]),
    points=st.integers(0, 30),
    nps=st.integers(0, 10),
    industry=st.sampled_from(["retail", "steel"]),
    complains=st.booleans(),
)
def test_a_profile_moves_its_motion_alone_and_outweighs_no_risk(
    motion: str, points: int, nps: int, industry: str, complains: bool
) -> None:
    said = [CONSENT, signal("nps", 3, nps), signal("result", 1, 20)]
    said += [signal("complaint", 2)] if complains else []
    before = standing(said, NOW)
    after = fitted(before, [wish(motion, industries=[industry], points=points)], RETAIL)
    for old, new in zip(before.motions, after.motions, strict=True):
        assert new.qualifies == (not new.reasons)
        if old.motion != motion:
            assert old == new
            continue
        counts = industry == "retail" and before.score >= 0
        assert sum(one.points for one in new.fit) == (points if counts else 0)
        gone = set(old.reasons) - set(new.reasons)
        assert gone <= {"score_too_low"}
        assert set(new.reasons) <= set(old.reasons)
    assert (after.score, after.risk) == (before.score, before.risk)


@given(
    motion=st.sampled_from([one for one in BARS if one not in ("review", "feedback")]),
    points=st.integers(0, 30),
    nps=st.integers(0, 10) | st.none(),
    csat=st.integers(0, 100) | st.none(),
    stars=st.integers(1, 5) | st.none(),
    results=st.integers(0, 2),
)
@example(motion="referral", points=30, nps=None, csat=0, stars=None, results=0)
def test_whoever_is_unhappy_is_never_qualified_by_a_profile(
    motion: str, points: int, nps: int | None, csat: int | None, stars: int | None, results: int
) -> None:
    answers = (("nps", nps), ("csat", csat), ("review", stars))
    said = [CONSENT, *(signal(kind, 3, value) for kind, value in answers if value is not None)]
    said += [signal("milestone", day) for day in range(1, results + 1)]
    wanted = [wish(motion, industries=["retail"], sizes=["medium"], known_days=1, points=points)]
    before = standing(said, NOW)
    after = fitted(before, wanted, RETAIL)
    (found,) = [one for one in after.motions if one.motion == motion]
    assert all(one.met for one in found.fit)
    assert not (found.qualifies and before.score < 0)


def test_a_walk_and_a_call_heed_whom_the_programme_wants() -> None:
    path = Path()
    staff = path.desk("staff")
    references = referring(staff, path.subjects, path.gate)
    change = Change()
    wanted = wish(industries=["retail"], needed=True)
    change.create(AskRules(program_id=path.program_id, fit=(wanted,)))
    path.store.commit(change)
    path.publish(REFERENCE, BYE)
    person = path.delight()
    walk = path.entered()
    path.step(walk)
    assert path.now(walk).held == "not_qualified"
    references.put(person, Traits(industry="steel", size="small"))
    path.later(days=1)
    path.step(walk)
    assert path.made == []
    references.put(person, Traits(industry="retail", size="small"))
    path.later(days=1)
    path.step(walk)
    (ask,) = path.made
    path.asks.answer(ask.ask_id, "accepted")
    assert references.book(person).calls
    references.put(person, Traits(industry="steel", size="small", cool_down_days=0))
    seen = references.look(person)
    assert seen is not None
    assert seen.reason == "not_qualified"


def test_since_when_somebody_is_known_is_read_without_a_profile() -> None:
    path = Path()
    change = Change()
    change.create(AskRules(program_id=path.program_id, fit=(wish("story", known_days=100),)))
    path.store.commit(change)
    person = path.delight(occurred_ms=path.clock.at_ms - 120 * DAY_MS)
    (story,) = (x for x in path.gate.look(person).standing.motions if x.motion == "story")
    assert [(one.fact, one.met) for one in story.fit] == [("known_days", True)]
