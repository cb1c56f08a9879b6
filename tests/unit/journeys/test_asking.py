"""Nobody is asked above the limits of all journeys together, unwillingly, or at night."""

from typing import Any

import pytest
from goodword.journeys.asked import Asked
from goodword.journeys.asking import AskBook, AskRules, Verdict, awake_ms, may_ask, may_remind
from goodword.journeys.definition import Ask, Frequency, QuietHours
from goodword.journeys.scoring import standing
from goodword.limits import ASKS_KEPT_MAX
from goodword.times import DAY_MS, HOUR_MS, parse_rfc3339

from tests.support.journeys import FAN, NOW, REFERENCE, REVIEW, signal, terms

NOON = parse_rfc3339("2025-11-22T12:00:00Z")
ASK = Ask.model_validate(REFERENCE)
RULES = AskRules(program_id="prg_1")
BOOK = AskBook(subject_id="sbj_1")


def asked(days_ago: float, motion: str = "story", state: str = "declined") -> Asked:
    return Asked.model_validate(
        {
            "ask_id": f"ask_{days_ago}",
            "journey_id": "jrn_other",
            "motion": motion,
            "at_ms": NOON - round(days_ago * DAY_MS),
            "state": state,
        }
    )


def verdict(
    book: AskBook = BOOK,
    at_ms: int = NOON,
    signals: tuple[Any, ...] = FAN,
    rules: AskRules = RULES,
    **changes: Any,
) -> Verdict:
    return may_ask(ASK, terms(REFERENCE, **changes), rules, standing(signals, NOW), book, at_ms)


def test_a_fan_who_was_never_asked_may_be_asked() -> None:
    assert verdict() == Verdict(allowed=True)


def test_what_forbids_asking_is_said_by_its_name() -> None:
    assert verdict(signals=FAN[1:]).reason == "no_consent"
    assert verdict(signals=(*FAN, signal("complaint", 1))).reason == "recent_complaint"
    assert verdict(signals=FAN[:1]).reason == "not_qualified"
    assert verdict(signals=FAN[:1]).from_ms is None


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [("case_opened", 1, "open_urgent_case"), ("invoice_overdue", None, "invoice_overdue")],
)
def test_what_is_open_puts_a_review_off_and_forbids_the_rest(
    kind: str, value: int | None, reason: str
) -> None:
    told = (*FAN, signal(kind, 1, value, about="x"))
    review, stands = Ask.model_validate(REVIEW), standing(told, NOW)
    for judge in (may_ask, may_remind):
        found = judge(review, terms(REVIEW), RULES, stands, BOOK, NOON)
        assert found == Verdict(allowed=False, reason=reason, from_ms=NOON + DAY_MS)  # type: ignore[arg-type]  # by name
    assert verdict(signals=told) == Verdict(allowed=False, reason=reason)  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize("what", ["all", "reference"])
def test_whoever_unsubscribed_is_not_asked(what: str) -> None:
    assert verdict(BOOK.but(unsubscribed=(what,))).reason == "unsubscribed"
    assert verdict(BOOK.but(unsubscribed=("story",))).allowed


def test_the_cool_down_is_of_the_last_ask_of_any_journey() -> None:
    often = {"asks": 5, "days": 30}
    found = verdict(BOOK.plus(asked(13)), frequency=often)
    assert found == Verdict(allowed=False, reason="cool_down", from_ms=NOON + DAY_MS)
    assert verdict(BOOK.plus(asked(14)), frequency=often).allowed


def test_a_journey_may_be_stricter_than_the_rules_and_never_looser() -> None:
    book, often = BOOK.plus(asked(20)), {"asks": 9, "days": 30}
    assert verdict(book, cool_down_days=30, frequency=often).reason == "cool_down"
    assert verdict(BOOK.plus(asked(5)), cool_down_days=0, frequency=often).reason == "cool_down"
    full = BOOK.plus(asked(29)).plus(asked(15))
    assert verdict(full, frequency=often).reason == "too_often"
    assert verdict(BOOK.plus(asked(29)), frequency={"asks": 1, "days": 30}).reason == "too_often"


def test_a_public_review_is_held_back_by_public_ones_and_by_what_holds_for_all() -> None:
    """Whoever was asked for something private was chosen for it by what they answered."""
    ask, narrow = Ask.model_validate(REVIEW), {"cool_down_days": 60}

    def reason(of: Asked, **changes: Any) -> str:
        what = terms(REVIEW, **narrow | changes)
        found = may_ask(ask, what, RULES, standing(FAN, NOW), BOOK.plus(of), NOON)
        return found.reason

    assert reason(asked(20)) == ""
    assert reason(asked(20, "review")) == "cool_down"
    assert reason(asked(40, "story"), cool_down_days=0, frequency={"asks": 1, "days": 60}) == ""
    assert reason(asked(40, "review"), frequency={"asks": 1, "days": 90}) == "too_often"
    assert reason(asked(13)) == "cool_down"  # the programme's, of all asks


def test_too_often_says_when_the_oldest_that_counts_goes() -> None:
    rules = RULES.but(cool_down_days=0, frequency=Frequency(asks=2, days=30))
    book = BOOK.plus(asked(29)).plus(asked(10)).plus(asked(4))
    found = verdict(book, rules=rules, cool_down_days=0, frequency={"asks": 9, "days": 30})
    assert found == Verdict(allowed=False, reason="too_often", from_ms=NOON + 20 * DAY_MS)
    late = NOON + 20 * DAY_MS
    often = {"asks": 9, "days": 30}
    assert verdict(book, late, rules=rules, cool_down_days=0, frequency=often).allowed


def test_nobody_is_asked_twice_at_a_time_for_one_thing() -> None:
    book = BOOK.plus(asked(60, "reference", "sent"))
    assert verdict(book).reason == "asked_already"
    assert verdict(BOOK.plus(asked(60, "reference", "rewarded"))).allowed
    assert verdict(BOOK.plus(asked(60, "story", "sent"))).allowed


def test_the_longest_wait_is_the_one_that_is_told() -> None:
    found = verdict(BOOK.plus(asked(1)), cool_down_days=20)
    assert (found.reason, found.from_ms) == ("too_often", NOON + 29 * DAY_MS)


def test_nothing_is_sent_at_night_where_the_person_is() -> None:
    night = parse_rfc3339("2025-11-22T22:30:00Z")
    assert verdict(at_ms=night).from_ms == parse_rfc3339("2025-11-23T08:00:00Z")
    assert verdict(BOOK.but(time_zone="America/New_York"), at_ms=night).allowed
    tokyo = verdict(BOOK.but(time_zone="Asia/Tokyo"), at_ms=NOON)
    assert tokyo.reason == "quiet_hours"
    assert tokyo.from_ms == parse_rfc3339("2025-11-22T23:00:00Z")


def test_half_hours_and_jumping_clocks_are_no_surprise() -> None:
    quiet = (QuietHours(from_hour=21, until_hour=8),)
    india = awake_ms(quiet, "Asia/Kolkata", parse_rfc3339("2025-11-22T20:00:00Z"))
    assert india == parse_rfc3339("2025-11-23T02:30:00Z")
    spring = awake_ms(quiet, "Europe/Berlin", parse_rfc3339("2026-03-28T23:00:00Z"))
    assert spring == parse_rfc3339("2026-03-29T06:00:00Z")
    always = (QuietHours(from_hour=0, until_hour=12), QuietHours(from_hour=12, until_hour=0))
    assert awake_ms(always, "UTC", NOON) == NOON + DAY_MS
    assert awake_ms(quiet, "UTC", NOON + HOUR_MS) == NOON + HOUR_MS


def test_the_book_has_an_end() -> None:
    book = BOOK
    for number in range(ASKS_KEPT_MAX + 5):
        book = book.plus(asked(number))
    assert len(book.asks) == ASKS_KEPT_MAX
    assert book.asks[-1].ask_id == f"ask_{ASKS_KEPT_MAX + 4}"
