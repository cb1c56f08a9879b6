"""Who earns, and what every other touch is told."""

import pytest
from goodword.limits import TOUCHES_MAX
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.model import Attribution, AttributionRules, Touch, attribute
from pydantic import ValidationError

SOLD_MS = 1_795_341_600_000
MAYA, BEN = "adv_maya", "adv_ben"
RULES = AttributionRules()


def touch(advocate: str = MAYA, days_ago: float = 1, kind: str = "click", name: str = "") -> Touch:
    return Touch.model_validate(
        {
            "touch_id": name or f"tch_{advocate}_{kind}_{days_ago}",
            "kind": kind,
            "at_ms": SOLD_MS - int(days_ago * DAY_MS),
            "advocate_id": advocate,
            "program_id": "prg_1",
            "link_id": f"lnk_{advocate}",
            "code": advocate.upper(),
        }
    )


def decide(
    *touches: Touch,
    rules: AttributionRules = RULES,
    received_ms: int = SOLD_MS + HOUR_MS,
    sticky: str | None = None,
    refused: dict[str, str] | None = None,
    conversion_ms: int = SOLD_MS,
) -> Attribution:
    return attribute(
        touches,
        rules=rules,
        conversion_ms=conversion_ms,
        received_ms=received_ms,
        sticky_advocate=sticky,
        refused=refused or {},
    )


def told(outcome: Attribution) -> list[tuple[str, str, str]]:
    """Advocate, verdict and reason of every touch, oldest first."""
    return [(one.touch.advocate_id, one.verdict, one.reason) for one in outcome.considered]


def test_nobody_was_there() -> None:
    outcome = decide(sticky=MAYA, refused={MAYA: "enrolment_banned"})
    assert (outcome.winner, outcome.reason, outcome.considered) == (None, "no_touch", ())


def test_the_last_touch_wins_by_default() -> None:
    outcome = decide(touch(BEN, 1), touch(MAYA, 3))
    assert outcome.winner == touch(BEN, 1)
    assert outcome.reason == "last_touch"
    assert told(outcome) == [(MAYA, "lost", "later_touch"), (BEN, "won", "last_touch")]


def test_the_first_touch_wins_where_the_programme_says_so() -> None:
    outcome = decide(touch(BEN, 1), touch(MAYA, 3), rules=AttributionRules(model="first"))
    assert told(outcome) == [(MAYA, "won", "first_touch"), (BEN, "lost", "earlier_touch")]


def test_of_two_touches_at_one_instant_the_id_decides() -> None:
    outcome = decide(touch(BEN, 1, name="tch_b"), touch(MAYA, 1, name="tch_a"))
    assert outcome.winner is not None
    assert outcome.winner.advocate_id == BEN


@pytest.mark.parametrize(
    ("days_ago", "reason"),
    [
        (30, "last_touch"),
        (30 + 1 / DAY_MS, "outside_window"),
        (0, "last_touch"),
        (-1 / DAY_MS, "after_conversion"),
    ],
)
def test_the_window_ends_to_the_millisecond(days_ago: float, reason: str) -> None:
    outcome = decide(touch(days_ago=days_ago))
    assert outcome.reason == reason
    assert (outcome.winner is not None) == (reason == "last_touch")


def test_one_reason_stands_for_touches_outside_of_time() -> None:
    assert decide(touch(days_ago=40), touch(days_ago=-0.01)).reason == "outside_window"


def test_a_clock_outside_that_runs_ahead_moves_nothing() -> None:
    ahead = decide(touch(days_ago=-2), received_ms=SOLD_MS)
    assert ahead.reason == "last_touch"
    late = decide(touch(days_ago=29), received_ms=SOLD_MS, conversion_ms=SOLD_MS + 9 * DAY_MS)
    assert late.reason == "last_touch"


@pytest.mark.parametrize(
    ("precedence", "winner", "loser_reason", "why"),
    [
        ("latest", "click", "later_touch", "last_touch"),
        ("code", "code", "code_before_link", "code_before_link"),
        ("link", "click", "link_before_code", "last_touch"),
    ],
)
def test_a_code_against_a_later_click(
    precedence: str, winner: str, loser_reason: str, why: str
) -> None:
    rules = AttributionRules.model_validate({"precedence": precedence})
    outcome = decide(touch(MAYA, 3, "code"), touch(BEN, 1, "click"), rules=rules)
    assert outcome.winner is not None
    assert (outcome.winner.kind, outcome.reason) == (winner, why)
    (lost,) = [one for one in outcome.considered if one.verdict == "lost"]
    assert lost.reason == loser_reason


def test_a_click_wins_over_a_later_code_where_links_are_preferred() -> None:
    rules = AttributionRules(precedence="link")
    outcome = decide(touch(MAYA, 3), touch(BEN, 1, "code"), touch(BEN, 0.5, "form"), rules=rules)
    assert told(outcome) == [
        (MAYA, "won", "link_before_code"),
        (BEN, "lost", "link_before_code"),
        (BEN, "lost", "link_before_code"),
    ]


def test_among_codes_the_order_decides() -> None:
    rules = AttributionRules(precedence="code")
    outcome = decide(touch(MAYA, 3, "code"), touch(BEN, 1, "code"), rules=rules)
    assert told(outcome) == [(MAYA, "lost", "later_touch"), (BEN, "won", "last_touch")]


def test_a_preferred_touch_that_cannot_win_does_not_stand_in_the_way() -> None:
    rules = AttributionRules(precedence="code")
    outcome = decide(
        touch(MAYA, 1, "code"), touch(BEN, 2), rules=rules, refused={MAYA: "self_referral"}
    )
    assert told(outcome) == [(BEN, "won", "last_touch"), (MAYA, "lost", "self_referral")]


def test_a_known_friend_stays_with_the_first_advocate() -> None:
    outcome = decide(touch(BEN, 1), touch(MAYA, 3), sticky=MAYA)
    assert told(outcome) == [(MAYA, "won", "sticky_advocate"), (BEN, "lost", "sticky_advocate")]
    loose = decide(touch(BEN, 1), touch(MAYA, 3), sticky=MAYA, rules=AttributionRules(sticky=False))
    assert loose.reason == "last_touch"


@pytest.mark.parametrize(
    ("touches", "refused", "reason"),
    [
        ([touch(BEN)], {}, "sticky_advocate"),
        ([touch(BEN), touch(MAYA)], {MAYA: "enrolment_paused"}, "sticky_refused"),
        ([touch(BEN)], {MAYA: "enrolment_paused"}, "sticky_refused"),
        ([touch(MAYA)], {MAYA: "enrolment_paused"}, "enrolment_paused"),
        ([touch(BEN), touch("adv_3")], {BEN: "self_referral"}, "sticky_advocate"),
        ([touch(MAYA, 40), touch(BEN, 40)], {}, "outside_window"),
    ],
)
def test_nobody_takes_the_place_of_the_friends_advocate(
    touches: list[Touch], refused: dict[str, str], reason: str
) -> None:
    outcome = decide(*touches, sticky=MAYA, refused=refused)
    assert (outcome.winner, outcome.reason) == (None, reason)


def test_who_cannot_earn_loses_with_the_reason_and_the_next_one_wins() -> None:
    outcome = decide(touch(BEN, 1), touch(MAYA, 3), refused={BEN: "self_referral"})
    assert told(outcome) == [(MAYA, "won", "last_touch"), (BEN, "lost", "self_referral")]


def test_if_nobody_can_earn_the_reason_is_theirs() -> None:
    one = decide(touch(BEN, 1), touch(MAYA, 40), refused={BEN: "self_referral"})
    assert one.reason == "self_referral"
    both = decide(
        touch(BEN, 1), touch(MAYA, 3), refused={BEN: "self_referral", MAYA: "enrolment_banned"}
    )
    assert both.reason == "all_refused"


def test_the_same_touch_twice_is_one() -> None:
    outcome = decide(touch(BEN), touch(BEN), touch(BEN).but(source="x"))
    assert len(outcome.considered) == 1
    assert outcome.dropped == 0


def test_the_newest_are_considered_and_the_rest_counted() -> None:
    many = [touch(MAYA, 1 + number / 100, name=f"tch_{number:03d}") for number in range(70)]
    outcome = decide(*many)
    assert (len(outcome.considered), outcome.dropped) == (TOUCHES_MAX, 20)
    assert outcome.winner == many[0]
    assert outcome.considered[0].touch == many[TOUCHES_MAX - 1]


def test_a_flood_of_touches_that_cannot_win_pushes_nobody_out() -> None:
    flood = [touch(BEN, -number / 100, name=f"tch_{number:03d}") for number in range(1, 90)]
    flood += [touch(BEN, number / 100, name=f"tch_s{number:03d}") for number in range(1, 90)]
    outcome = decide(*flood, touch(MAYA, 20), refused={BEN: "self_referral"})
    assert outcome.winner == touch(MAYA, 20)
    assert (len(outcome.considered), outcome.dropped) == (TOUCHES_MAX, 129)


@pytest.mark.parametrize("days", [0, 401])
def test_a_window_has_its_bounds(days: int) -> None:
    with pytest.raises(ValidationError):
        AttributionRules(window_days=days)
