"""On crowds of random seeds at least 99 % of the planted are held, at most 1 % of the honest."""

import os
import random

import pytest
from goodword.trust.checks import CHECKS

from tests.bench.trust_rates import Rates, good, measure, seed_of, table

# A fresh seed at every run, and printed: whoever sees it fail can play it again.
SEEDS = [int(os.environ.get("TRUST_SEED", random.SystemRandom().randint(1, 10**9))), 20_261_125]
ORDERS = 1_200


@pytest.fixture(scope="module")
def rates() -> Rates:
    whole = Rates()
    for seed in SEEDS:
        whole.add(measure(seed, ORDERS))
    return whole


def test_the_planted_are_held_and_the_honest_are_not(rates: Rates) -> None:
    assert good(rates), f"TRUST_SEED={SEEDS[0]}\n{table(rates)}"


def test_the_crowd_has_both_kinds_and_cases_that_are_hard(rates: Rates) -> None:
    assert rates.total["honest"] >= 2 * ORDERS
    assert rates.total["self_referral"] >= 60
    assert rates.total["ring"] >= 60
    assert rates.held["honest"] > 0, "a crowd without a single false hold is too easy"
    assert set(rates.by_check) == set(CHECKS), "each check has its measured rate, also of none"
    # What leaves nothing but what a family leaves is not found, and nobody says it is.
    assert rates.share("out_of_reach") < 0.5


def test_a_seed_may_be_any_text() -> None:
    assert [seed_of(one) for one in ("7", "-7", "0")] == [7, -7, 0]
    words = [seed_of(one) for one in ("tangerine", "Tangerine", "٣", "7 8", "")]
    assert len(set(words)) == 5
    assert seed_of("tangerine") == words[0] >= 0
