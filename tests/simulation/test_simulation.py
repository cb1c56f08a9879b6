"""What every `make test` plays; longer runs are `make soak`, and `make proof` writes it down."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.simulation.campaign import campaign
from tests.simulation.duels import DUELS, meet_all
from tests.simulation.exhausting import exhaust, singles, some_pairs
from tests.simulation.golden import FLOWS
from tests.simulation.killing import kill_all
from tests.simulation.outside import KINDS
from tests.simulation.planted import MISTAKES
from tests.simulation.playing import RARE, play
from tests.simulation.scale import BRIEF, FAST, WIRE, WORKERS
from tests.simulation.shrinking import shrink
from tests.simulation.tales.told import TALES, tell_all

SEEDS_MIN, FAULTS_MIN = 20_000, 250_000  # of the first two together
SINGLES_MIN, PAIRS = 4_000, 400
REACHED = {
    *("reward paid", "reward rejected", "reward void", "reward due", "reward reversed"),
    *("payout paid", "payout failed", "payout cancelled", "payout returned"),
    *("payout_run settled", "payout_run cancelled", "payout_run expired"),
    *("conversion qualified", "conversion disqualified", "conversion unattributed"),
    *("pool spent", "pool with room", "conversion with a rate"),
    *("refused same_person", "refused payee_may_not_decide", "refused payee_may_not_release"),
    *("refused run_changed", "refused total_mismatch"),
    *("dispute resolved", "dispute withdrawn", *RARE),
}


def test_a_seed_is_the_same_run_every_time() -> None:
    for seed in range(1, 7):
        first, second = play(seed), play(seed)
        assert first == second
        assert first.calls > 100
        assert play(seed, plan=first.struck).digest == first.digest
    assert play(5, lane="wire") == play(5, lane="wire")
    assert play(5, lane="brief") == play(5, lane="brief")


def test_no_seed_breaks_an_invariant() -> None:
    totals, brief = campaign(seeds=FAST), campaign(seeds=BRIEF, lane="brief")
    lines = "\n".join([*totals.lines(), *brief.lines()])
    print(lines)
    assert not totals.found | brief.found, lines
    assert totals.seeds + brief.seeds >= SEEDS_MIN
    assert sum((totals.faults + brief.faults).values()) >= FAULTS_MIN
    assert {name for name in REACHED if not totals.reached[name]} == set()
    assert {name for name in KINDS if not totals.faults[name]} == set()


def test_no_seed_breaks_one_through_botocore() -> None:
    totals = campaign(seeds=WIRE, lane="wire")
    print("\n".join(totals.lines()))
    assert not totals.found, "\n".join(totals.lines())
    assert totals.seeds == WIRE
    assert sum(totals.faults.values()) >= 8 * WIRE


def test_no_single_fault_breaks_a_flow() -> None:
    played = exhaust(singles(), WORKERS)
    print(f"{played.runs:,} runs with every single fault of {len(FLOWS)} flows")
    assert played.runs >= SINGLES_MIN
    assert played.struck == played.runs, "a planned fault was not reached"
    assert played.found == {}


def test_no_pair_of_a_sample_breaks_a_flow() -> None:
    """Another sample in `make proof`; all of them in `python -m tests.simulation --pairs`."""
    played = exhaust(some_pairs(PAIRS, 1), WORKERS)
    print(f"{played.runs:,} runs with two faults, of the same flows")
    assert played.runs >= PAIRS // 2
    assert played.found == {}


def test_nobody_is_surprised_by_another() -> None:
    """Every invocation of a duel is interrupted at every call, and the other one runs meanwhile."""
    found: dict[str, list[str]] = {}
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(meet_all, range(len(DUELS))))
    for _, part in parts:
        found |= part
    print(f"{sum(count for count, _ in parts):,} meetings of {len(DUELS)} pairs of invocations")
    assert all(count >= 8 for count, _ in parts)
    assert found == {}


def test_every_tale_ends_as_it_says() -> None:
    found: dict[str, list[str]] = {}
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(tell_all, range(len(TALES))))
    for _, part in parts:
        found |= part
    print(f"{sum(count for count, _ in parts):,} tellings of {len(TALES)} tales")
    assert len(parts) == len(TALES) >= 100
    assert found == {}


def test_every_planted_mistake_dies() -> None:
    """By the seeds that are remembered, or by others if the product has moved on."""
    deaths = list(kill_all())
    print(f"{sum(bool(one.by) for one in deaths)} of {len(MISTAKES)} planted mistakes killed")
    assert [one.name for one in deaths if not one.by] == []
    assert len(deaths) == len(MISTAKES) >= 40
    beyond = {seed for one in deaths for seed in one.seeds if seed >= FAST}
    assert [seed for seed in beyond if play(seed).found] == [], "it fails without a mistake, too"


def test_a_finding_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    for target, name, new in MISTAKES[0].swaps():
        monkeypatch.setattr(target, name, new)
    brief = next(seed for seed in range(100) if play(seed, lane="brief").found)
    assert shrink(brief, print, "brief") is not None
    seed = next(seed for seed in range(100) if play(seed).found)
    smallest = shrink(seed, print)
    assert smallest is not None
    assert len(smallest.story.orders) == 1
    assert len(smallest.plan) <= 2
