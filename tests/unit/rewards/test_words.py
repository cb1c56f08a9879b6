"""Every state of a reward is said in full sentences, and no threshold or code shows through."""

import re
from pathlib import Path
from typing import get_args

import pytest
from goodword.rewards.model import LEFT, Reward, RewardState, stands_minor
from goodword.rewards.service import REFUSE_CODES
from goodword.rewards.words import BUCKETS, Catalogue, status_of
from goodword.times import DAY_MS

from tests.support.desk import NOW_MS

CATALOGUE = Path(__file__).parents[3] / "layers/domain/python/goodword/rewards/catalogue/en.json"
WORDS = Catalogue.model_validate_json(CATALOGUE.read_text())
STATES = get_args(RewardState)


def reward(state: RewardState, reason: str = "", **changes: object) -> Reward:
    fields: dict[str, object] = {
        "reward_id": "rwd_1",
        "advocate_id": "adv_1",
        "program_id": "prg_1",
        "version_number": 1,
        "rule_id": "sale",
        "conversion_id": "cnv_1",
        "order_id": "1001",
        "action": "sale",
        "currency": "EUR",
        "earned_minor": 500,
        "remaining_minor": 500,
        "state": state,
        "reason": reason,
        "created_ms": NOW_MS,
        "changed_ms": NOW_MS + DAY_MS,
        "start_by_ms": NOW_MS,
        "hold_until_ms": NOW_MS + 14 * DAY_MS,
    }
    return Reward.model_validate(fields | changes)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("reason", ["", "over_auto_approve_limit", "risk_score_87", "refund"])
def test_every_state_has_fact_reason_and_action_as_sentences(
    state: RewardState, reason: str
) -> None:
    said = status_of(reward(state, reason), WORDS, NOW_MS + 30 * DAY_MS)
    assert said.bucket == BUCKETS[state]
    for text in (said.fact, said.reason, said.action):
        assert text
        assert not re.search(r"[{}_]|limit|score|87", text)
    assert said.date_ms is not None


def test_on_hold_says_since_when_and_until_when() -> None:
    held = reward("on_hold", "over_auto_approve_limit", lapse_ms=NOW_MS + 8 * DAY_MS)
    said = status_of(held, WORDS)
    assert said.fact == "On hold since 23 Nov 2025"
    assert said.reason.endswith("We answer by 30 Nov 2025.")
    assert said.date_ms == held.lapse_ms
    assert "Tell us" in said.action


def test_a_review_without_an_end_promises_no_date() -> None:
    assert "answer by" not in status_of(reward("on_hold"), WORDS).reason


@pytest.mark.parametrize(
    ("state", "date_ms"),
    [
        ("pending", NOW_MS),
        ("approved", NOW_MS + 14 * DAY_MS),
        ("paid", NOW_MS + DAY_MS),
        ("void", NOW_MS + DAY_MS),
    ],
)
def test_the_date_is_the_instant_that_matters(state: RewardState, date_ms: int) -> None:
    assert status_of(reward(state), WORDS).date_ms == date_ms


def test_a_ready_reward_names_the_next_payout_if_it_is_known() -> None:
    assert status_of(reward("due"), WORDS, NOW_MS + 9).date_ms == NOW_MS + 9
    assert status_of(reward("due"), WORDS).date_ms is None


def test_a_part_that_was_taken_back_is_said() -> None:
    said = status_of(reward("due", remaining_minor=333), WORDS)
    assert said.reason.endswith("so €3.33 of €5.00 is left.")


@pytest.mark.parametrize("code", [code for code in REFUSE_CODES if code != "other"])
def test_every_reason_that_staff_can_refuse_with_has_its_own_words(code: str) -> None:
    assert code in WORDS.reasons


def test_the_catalogue_has_words_for_every_state() -> None:
    assert set(WORDS.states) == set(STATES) == set(BUCKETS)


@pytest.mark.parametrize(
    ("language", "amount", "said"),
    [("en", 1, "1 point"), ("en", -1, "-1 point"), ("en", 11, "11 points"), ("de", 1, "1 Punkt")],
)
def test_one_point_is_one(language: str, amount: int, said: str) -> None:
    spoken = Catalogue.model_validate_json(CATALOGUE.with_name(f"{language}.json").read_text())
    assert spoken.money(amount, "POINTS") == said


@pytest.mark.parametrize("state", STATES)
def test_what_was_refused_or_taken_back_stands_for_nothing(state: RewardState) -> None:
    assert {"rejected", "void", "reversed"} == LEFT
    assert stands_minor(reward(state, remaining_minor=200)) == (0 if state in LEFT else 200)
