"""What every `make test` plays; longer runs are `make soak`, and `make proof` writes it down."""

from itertools import islice

import pytest

from tests.simulation.campaign import WORKERS, campaign
from tests.simulation.exhausting import exhaust, singles
from tests.simulation.killing import kill
from tests.simulation.outside import KINDS
from tests.simulation.planted import MISTAKES
from tests.simulation.playing import play
from tests.simulation.shrinking import shrink

FAST_SEEDS, WIRE_SEEDS = 1_500, 24
SAMPLED = 25  # of so many single faults one is played here
QUICK = (  # planted mistakes that few seeds are needed for
    "no alias of the order is kept",
    "the entry is not written",
    "the balance does not move",
    "an early refund is not parked",
    "no event tells",
    "balances: the last writer wins",
    "the delivery is closed before it is booked",
    "parked refunds are never replayed",
    "nobody's own purchase is refused",
    "amounts are cut off",
    "a leg has the wrong sign",
    "the hold is ignored",
    "a lapse pays",
    "nothing is reviewed",
    "lost approvals are not swept",
    "sent before the release",
    "the rail's key has the try in it",
    "rewards stay in a payout that failed",
)
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


def test_no_single_fault_of_a_sample_breaks_a_flow() -> None:
    """Every 25th of them; `make proof` plays all, and pairs, and every planted mistake."""
    played = exhaust(islice(singles(), 0, None, SAMPLED), WORKERS)
    assert played.runs >= 200
    assert played.struck == played.runs, "a planned fault was not reached"
    assert played.found == {}


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_mistake_dies(name: str) -> None:
    killed, seed, _ = kill(name, 60)
    assert (killed, seed is not None) == (name, True)


def test_a_finding_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    for target, name, new in MISTAKES[0].swaps():
        monkeypatch.setattr(target, name, new)
    seed = next(seed for seed in range(100) if play(seed).found)
    smallest = shrink(seed, print)
    assert smallest is not None
    assert len(smallest.story.orders) == 1
    assert len(smallest.plan) <= 2
