"""Seeds that are played in every `make test`; longer runs are `make soak`."""

from tests.simulation.campaign import campaign
from tests.simulation.playing import play

SECONDS = 40  # seconds of seeds; on 2 cores some hundred of them
REACHED = {
    *("reward paid", "reward rejected", "reward void", "reward due"),
    *("payout paid", "payout failed", "payout cancelled", "payout_run settled"),
    *("conversion qualified", "conversion disqualified", "conversion unattributed"),
    *("pool spent", "pool with room", "conversion with a rate"),
    *("refused same_person", "refused payee_may_not_decide"),
}
FAULTS = {"die_before", "die_after", "reply_lost", "throttled", "conflict", "index_lags"}


def test_a_seed_is_the_same_run_every_time() -> None:
    for seed in (1, 2, 3, 4):
        first, second = play(seed), play(seed)
        assert first == second
        assert first.calls > 100


def test_no_seed_breaks_an_invariant() -> None:
    totals = campaign(SECONDS)
    print("\n".join(totals.lines()))
    assert not totals.found, "\n".join(totals.lines())
    assert totals.seeds >= 50
    assert {name for name in REACHED if not totals.reached[name]} == set()
    assert {name for name in FAULTS if not totals.faults[name]} == set()
