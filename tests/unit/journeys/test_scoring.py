"""A score adds up, fades, has limits, and what forbids asking forbids it whatever the score."""

from itertools import pairwise

import pytest
from goodword.journeys.gating import UNHAPPY
from goodword.journeys.scoring import (
    BARS,
    FRESH_DAYS,
    GONE_DAYS,
    LIMITS,
    SENTIMENT,
    WEIGHTS,
    Standing,
    Verdict,
    standing,
)
from goodword.journeys.signal import VALUES, Signal
from goodword.times import DAY_MS

from tests.support.journeys import CONSENT, FAN, NOW, signal


def now(*signals: Signal) -> Standing:
    return standing(signals, NOW)


def motion(found: Standing, name: str) -> Verdict:
    return next(one for one in found.motions if one.motion == name)


def codes(found: Standing) -> list[str]:
    return [one.code for one in found.suppressors]


def test_nobody_is_known_well_enough_without_signals() -> None:
    found = now()
    assert (found.score, found.contributions, codes(found)) == (0, (), ["no_consent"])
    assert not any(one.qualifies for one in found.motions)


def test_the_score_is_the_sum_of_what_each_signal_gives() -> None:
    found = now(*FAN)
    given = {one.kind: one.points for one in found.contributions}
    assert given == {"nps": 30, "csat": 15, "renewal": 20, "result": 20, "milestone": 10}
    assert (found.score, found.delight, found.results, found.risk) == (95, 45, 50, 0)
    assert all(one.qualifies for one in found.motions)


@pytest.mark.parametrize(
    ("days", "points"),
    [(0, 30), (30, 30), (30.9, 30), (31, 29), (197, 15), (364, 0), (365, 0), (9_000, 0)],
)
def test_a_signal_counts_fully_and_then_fades_evenly_to_nothing(days: float, points: int) -> None:
    assert now(signal("nps", days, 10)).score == points


def test_what_speaks_against_somebody_fades_as_evenly() -> None:
    assert now(signal("nps", 197, 0)).score == -20
    assert now(signal("nps", 197, 0)).risk == 20


def test_only_the_newest_answer_of_a_survey_counts() -> None:
    assert now(signal("nps", 60, 10), signal("nps", 2, 7)).score == 5
    assert now(signal("nps", 60, 2), signal("nps", 2, 9)).risk == 0


def test_a_kind_gives_no_more_than_its_limit() -> None:
    loud = [signal("usage", days, 50) for days in range(20)]
    found = now(*loud)
    assert (found.score, len(found.contributions)) == (20, 2)
    sad = [signal("review", days, 1, about=f"site{days}") for days in range(9)]
    assert now(*sad).score == -40


def test_the_future_is_not_known_yet() -> None:
    assert now(signal("nps", -1, 10)).score == 0


@pytest.mark.parametrize("kind", sorted({one.kind for one in WEIGHTS}))
def test_every_weight_lies_within_the_values_of_its_kind(kind: str) -> None:
    rows = [one for one in WEIGHTS if one.kind == kind]
    low, high = VALUES.get(rows[0].kind, (0, 0))
    assert all(low <= row.low <= row.high <= high for row in rows)
    spans = sorted((row.low, row.high) for row in rows)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    assert all((row.points < 0) == (row.side == "risk") for row in rows)
    assert rows[0].kind in LIMITS


def test_an_urgent_case_forbids_until_it_is_resolved() -> None:
    opened = signal("case_opened", 5, 1, about="c1")
    assert codes(now(*FAN, opened)) == ["open_urgent_case"]
    assert not any(one.qualifies for one in now(*FAN, opened).motions)
    assert codes(now(*FAN, opened, signal("case_resolved", 4, about="c1"))) == []
    dropped = now(*FAN, opened, signal("case_dropped", 4, about="c1"))
    assert (codes(dropped), dropped.score) == ([], now(*FAN, opened).score)
    assert codes(now(*FAN, opened, signal("case_dropped", 6, about="c1"))) == ["open_urgent_case"]
    assert codes(now(*FAN, opened, signal("case_resolved", 4, about="c2"))) == ["open_urgent_case"]
    assert codes(now(*FAN, opened, signal("case_resolved", 6, about="c1"))) == ["open_urgent_case"]
    assert codes(now(*FAN, opened, signal("case_resolved", 5, about="c1"))) == []
    assert codes(now(*FAN, signal("case_opened", 5, 2, about="c1"))) == []
    lowered = signal("case_opened", 4, 3, about="c1")
    assert codes(now(*FAN, opened, lowered)) == []


def test_an_unpaid_invoice_forbids_and_a_paid_one_does_not() -> None:
    overdue = signal("invoice_overdue", 5, about="i1")
    found = now(*FAN, overdue)
    assert [(one.code, one.about) for one in found.suppressors] == [("invoice_overdue", "i1")]
    assert codes(now(*FAN, overdue, signal("invoice_paid", 1, about="i1"))) == []


def test_a_churn_risk_forbids_until_it_is_cleared_or_old() -> None:
    assert codes(now(*FAN, signal("churn_risk", 179))) == ["churn_risk"]
    assert codes(now(*FAN, signal("churn_risk", 180))) == []
    assert codes(now(*FAN, signal("churn_risk", 9), signal("churn_cleared", 9))) == []
    assert codes(now(*FAN, signal("churn_cleared", 9), signal("churn_risk", 8))) == ["churn_risk"]


def test_whoever_complained_is_left_alone_for_a_month() -> None:
    assert codes(now(*FAN, signal("complaint", 29))) == ["recent_complaint"]
    assert codes(now(*FAN, signal("complaint", 30))) == []


def test_consent_is_the_last_word_on_it() -> None:
    assert codes(now(*FAN, signal("consent", 1, 0))) == ["no_consent"]
    assert codes(now(*FAN, signal("consent", 500, 0))) == []
    assert now(*FAN, signal("consent", 1, 0)).suppressors[0].since_ms == NOW - DAY_MS


def test_a_public_review_is_asked_for_whatever_somebody_thinks_of_us() -> None:
    bad = (signal("nps", 1, 0), signal("complaint", 1), signal("review", 2, 1))
    sad = (CONSENT, *bad, signal("churn_risk", 1))
    found = now(*sad)
    assert motion(found, "review").qualifies
    assert motion(found, "referral").reasons == (
        "churn_risk",
        "recent_complaint",
        "score_too_low",
        "too_much_risk",
    )
    assert not motion(now(*sad, signal("invoice_overdue", 1, about="i")), "review").qualifies


@pytest.mark.parametrize("kind", sorted(UNHAPPY - {"case_opened"}))
def test_no_word_of_a_risk_moves_the_review_motion(kind: str) -> None:
    found = motion(now(CONSENT, signal(kind, 1)), "review")
    assert found == motion(now(CONSENT), "review")


@pytest.mark.parametrize("kind", sorted(SENTIMENT))
def test_no_answer_of_any_kind_moves_the_review_motion(kind: str) -> None:
    low, high = VALUES.get(kind, (None, None))  # type: ignore[call-overload]
    verdicts = {motion(now(CONSENT, signal(kind, 1, value)), "review") for value in (low, high)}
    assert verdicts == {motion(now(CONSENT), "review")}


@pytest.mark.parametrize("value", [0, 6])
def test_a_detractor_is_asked_for_nothing_that_speaks_for_us_however_well_it_goes(
    value: int,
) -> None:
    """A bad answer alone is enough, without a complaint, until it has faded by a quarter."""
    well = [one for one in FAN if one.kind != "nps"]
    found = now(*well, signal("result", 6, 50), signal("nps", 1, value))
    assert codes(found) == []
    told = {one.motion for one in found.motions if one.qualifies}
    assert told == {"review", "feedback"}  # neither looks at what somebody thinks of us
    assert "too_much_risk" in motion(found, "referral").reasons
    later = now(*well, signal("result", 6, 50), signal("nps", 150, value))
    assert motion(later, "referral").qualifies


def test_deeper_motions_take_more() -> None:
    found = now(CONSENT, signal("nps", 1, 9))
    ready = [one.motion for one in found.motions if one.qualifies]
    assert ready == ["review", "referral", "community", "feedback"]
    assert motion(found, "beta").reasons == ("few_results",)
    assert motion(found, "story").reasons == ("score_too_low", "few_results")
    assert BARS["advisory_board"].score > BARS["reference"].score > BARS["referral"].score
    assert FRESH_DAYS < GONE_DAYS


# --- what help desks say again and again ---------------------------------------------------------


def test_a_case_counts_once_each_way_however_often_it_is_told() -> None:
    steps = [
        signal("case_opened", days, 1, about="c")
        for days in (5, 4, 3)  # open, pending, on hold
    ]
    ends = [signal("case_resolved", days, about="c") for days in (2, 1)]  # solved, closed by itself
    found = standing([CONSENT, *steps, *ends], NOW)
    assert sorted(one.points for one in found.contributions) == [-10, 8]
    other = standing([CONSENT, *steps, *ends, signal("case_resolved", 1, about="d")], NOW)
    assert sorted(one.points for one in other.contributions) == [-10, 8, 8]


@pytest.mark.parametrize("first", [1, 3])
def test_of_two_priorities_in_one_second_the_urgent_one_counts(first: int) -> None:
    both = [signal("case_opened", 2, value, about="c") for value in (first, 4 - first)]
    for ordered in (both, both[::-1]):
        codes = [one.code for one in standing([CONSENT, *ordered], NOW).suppressors]
        assert codes == ["open_urgent_case"]
    closed = signal("case_resolved", 2, about="c")
    assert standing([CONSENT, *both, closed], NOW).suppressors == ()


@pytest.mark.parametrize("kind", ["nps", "csat"])
def test_of_two_answers_of_one_moment_the_worse_counts_whatever_they_are_called(kind: str) -> None:
    for good, bad in (("sig_a", "sig_b"), ("sig_b", "sig_a")):
        best = signal(kind, 3, VALUES["nps" if kind == "nps" else "csat"][1], signal_id=good)
        worst = signal(kind, 3, 0, signal_id=bad)
        for order in ((best, worst), (worst, best)):
            (row,) = now(CONSENT, *order).contributions
            assert (row.signal_id, row.side) == (bad, "risk")
    later = signal(kind, 1, 100 if kind == "csat" else 9)
    assert [one.side for one in now(CONSENT, worst, best, later).contributions] == ["delight"]


def test_of_two_words_about_consent_of_one_moment_no_counts() -> None:
    for yes, no in (("sig_a", "sig_b"), ("sig_b", "sig_a")):
        said = [signal("consent", 3, 1, signal_id=yes), signal("consent", 3, 0, signal_id=no)]
        for order in (said, said[::-1]):
            assert codes(now(*order)) == ["no_consent"]
