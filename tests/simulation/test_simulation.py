"""What every `make test` plays; longer runs are `make soak`, and `make proof` writes it down."""

import pytest

from tests.simulation.campaign import WORKERS, campaign
from tests.simulation.exhausting import exhaust, singles, some_pairs
from tests.simulation.killing import ELUSIVE, kill_all
from tests.simulation.outside import KINDS
from tests.simulation.planted import MISTAKES
from tests.simulation.playing import play
from tests.simulation.proof import FAST_SEEDS, PAIRS, WIRE_SEEDS
from tests.simulation.shrinking import shrink

REACHED = {
    *("reward paid", "reward rejected", "reward void", "reward due"),
    *("payout paid", "payout failed", "payout cancelled", "payout_run settled"),
    *("conversion qualified", "conversion disqualified", "conversion unattributed"),
    *("pool spent", "pool with room", "conversion with a rate"),
    *("refused same_person", "refused payee_may_not_decide"),
}


def test_a_seed_is_the_same_run_every_time() -> None:
    for seed in (1, 2, 3, 4):
        first, second = play(seed), play(seed)
        assert first == second
        assert first.calls > 100
        assert play(seed, plan=first.struck).digest == first.digest
    assert play(5, lane="wire") == play(5, lane="wire")


def test_no_seed_breaks_an_invariant() -> None:
    totals = campaign(seeds=FAST_SEEDS)
    print("\n".join(totals.lines()))
    assert not totals.found, "\n".join(totals.lines())
    assert sum(totals.faults.values()) >= 12 * FAST_SEEDS
    assert {name for name in REACHED if not totals.reached[name]} == set()
    assert {name for name in KINDS if not totals.faults[name]} == set()


def test_no_seed_breaks_one_through_botocore() -> None:
    totals = campaign(seeds=WIRE_SEEDS, lane="wire")
    print("\n".join(totals.lines()))
    assert not totals.found, "\n".join(totals.lines())
    assert sum(totals.faults.values()) >= WIRE_SEEDS


def test_no_single_fault_breaks_a_flow() -> None:
    played = exhaust(singles(), WORKERS)
    assert played.runs >= 3_000
    assert played.struck == played.runs, "a planned fault was not reached"
    assert played.found == {}


def test_no_pair_of_faults_breaks_a_flow() -> None:
    played = exhaust(some_pairs(PAIRS, seed=FAST_SEEDS), WORKERS)
    assert played.runs >= PAIRS * 0.9
    assert played.found == {}


def test_every_planted_mistake_dies() -> None:
    assert len(MISTAKES) - len(ELUSIVE) >= 40
    survivors = [name for name, seed, _ in kill_all() if seed is None]
    assert survivors == []


def test_a_finding_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    for target, name, new in MISTAKES[0].swaps():
        monkeypatch.setattr(target, name, new)
    seed = next(seed for seed in range(100) if play(seed).found)
    smallest = shrink(seed, print)
    assert smallest is not None
    assert len(smallest.story.orders) == 1
    assert len(smallest.plan) <= 2
