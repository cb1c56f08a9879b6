"""A programme that owes in two currencies has a run for each; no number of one meets the other."""

import pytest
from goodword.errors import InvalidInput
from goodword.payouts.findings import RunFinding
from goodword.payouts.model import Payout, PayoutRun
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion
from goodword.programs.payment import Payment
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.payday import ANNA, CUTOFF_MS, PERIOD, Payday
from tests.support.scene import BEN, MAYA, PROGRAM, terms

RUN = f"run_{PROGRAM}_{PERIOD}"
DOLLARS = f"{RUN}_USD"
PAYMENT = {"minimum_minor": 100, "minimum_in": {"USD": 500, "JPY": 300}}
TERMS: dict[str, object] = {
    "currencies": "accept",
    "accepted": ("USD", "JPY"),
    "review": {
        "auto_approve_limit_minor": 2_000,
        "auto_approve_limit_in": {"USD": 3_000, "JPY": 4_000},
    },
    "rules": (
        {"rule_id": "sale", "action": "sale", "reward": {"kind": "percentage", "basis_points": 1}},
    ),
}


def payday(**payment: object) -> Payday:
    return Payday(TERMS, **(PAYMENT | payment))


def test_each_currency_that_is_owed_has_a_run() -> None:
    world = payday()
    assert world.payouts_clock.tick().started == (RUN,)
    world.due(500, currency="USD")
    assert world.payouts_clock.tick().started == (RUN, DOLLARS)
    assert world.starts.named[DOLLARS]["currency"] == "USD"
    assert world.starts.named[RUN]["currency"] == "EUR"


def test_a_run_that_exists_is_not_started_again() -> None:
    world = payday()
    world.due(500, currency="USD")
    world.listed(currency="USD")
    assert world.payouts_clock.tick().started == (RUN,)


def test_a_paused_programme_pays_the_currency_that_it_owes() -> None:
    world = payday()
    world.due(500, currency="JPY")
    change = Change()
    change.replace(world.one(Program).but(state="paused"))
    world.store.commit(change)
    assert world.payouts_clock.tick().started == (f"{RUN}_JPY",)


def test_a_run_takes_in_its_own_currency_alone() -> None:
    world = payday()
    euros, dollars = world.due(700), world.due(900, currency="USD")
    own, other = world.listed(), world.listed(currency="USD")
    assert (own.run_id, own.currency, own.count, own.total_minor) == (RUN, "EUR", 1, 700)
    assert (other.run_id, other.currency, other.count, other.total_minor) == (
        DOLLARS,
        "USD",
        1,
        900,
    )
    frozen = {one.currency: one.rewards[0].reward_id for one in world.all(Payout)}
    assert frozen == {"EUR": euros.reward_id, "USD": dollars.reward_id}
    assert world.ledger_differences() == []


def test_both_are_released_by_their_own_totals_and_paid() -> None:
    world = payday()
    world.due(700)
    world.due(900, currency="USD")
    world.sent()
    world.sent(currency="USD")
    assert sorted(world.rail.paid_in) == [("EUR", 700), ("USD", 900)]
    assert {one.state for one in world.all(Payout)} == {"paid"}
    assert {one.state for one in world.all(Reward)} == {"paid"}
    assert world.ledger_differences() == []


def test_a_debt_in_one_currency_takes_nothing_from_another() -> None:
    world = payday()
    paid = world.due(700)
    world.sent()
    world.take_back(paid, 700)
    world.due(900, currency="USD")
    run = world.sent(currency="USD")
    assert (run.total_minor, world.purse().payable_minor) == (900, -700)
    assert world.rail.paid_in[-1] == ("USD", 900)


@pytest.mark.parametrize(("currency", "amount"), [("EUR", 99), ("USD", 499), ("JPY", 299)])
def test_each_currency_has_its_own_minimum(currency: str, amount: int) -> None:
    for more, count in ((0, 0), (1, 1)):
        world = payday()
        world.due(amount + more, currency=currency)
        assert world.listed(currency=currency).count == count


def test_the_run_before_is_of_the_same_currency() -> None:
    world = payday(cadence="daily")
    world.due(700)
    world.due(900, currency="USD")
    before = world.sent("2025-10-31", CUTOFF_MS, currency="USD")
    world.sent("2025-10-31", CUTOFF_MS)
    world.due(600, currency="USD", hold_until_ms=CUTOFF_MS + 1)
    run = world.listed("2025-11-01", CUTOFF_MS + 86_400_000, currency="USD")
    assert run.previous_run_id == before.run_id


def test_two_checkers_are_asked_for_by_the_amount_in_each() -> None:
    world = payday(two_checkers_from_minor=5_000, two_checkers_from_in={"USD": 600, "JPY": 9_000})
    world.due(700)
    world.due(700, currency="USD")
    assert world.listed().two_checkers_from_minor == 5_000
    assert world.listed(currency="USD").two_checkers_from_minor == 600


def test_what_is_owed_in_a_currency_that_is_taken_no_more_is_paid_and_looked_at() -> None:
    """A later version may accept less; what was earned before is still owed."""
    world = payday()
    world.due(7, currency="USD")
    first = world.one(ProgramVersion)
    change = Change()
    change.create(
        first.but(
            number=2,
            terms=terms(payment=Payment(rail="simulator", two_checkers_from_minor=5_000)),
            version=0,
        )
    )
    world.store.commit(change)
    run = world.listed(currency="USD")
    assert (run.count, run.total_minor, run.minimum_minor) == (1, 7, 1)
    assert run.two_checkers_from_minor == 1
    audit = world.all(ProgramVersion)[-1].terms.payment_in("USD").audit
    assert (audit.spike_floor_minor, audit.refund_floor_minor) == (0, 0)


def test_run_now_takes_a_currency() -> None:
    world = payday()
    assert world.payouts_clock.run_now(PROGRAM, "USD").run_id == DOLLARS
    assert world.payouts_clock.run_now(PROGRAM).run_id == RUN
    with pytest.raises(InvalidInput) as refused:
        world.payouts_clock.run_now(PROGRAM, "CHF")
    assert refused.value.code == "currency_mismatch"


def test_people_of_one_run_do_not_release_the_other() -> None:
    world = payday()
    world.due(700)
    world.due(700, BEN, currency="USD")
    own, other = world.listed(), world.listed(currency="USD")
    assert own.run_hash != other.run_hash
    assert world.code_of(world.approving.request, other.run_id, ANNA, own.run_hash)
    assert {one.state for one in world.all(PayoutRun)} == {"draft"}
    assert {one.advocate_id for one in world.all(Payout)} == {MAYA, BEN}


@pytest.mark.parametrize("gap", [False, True])
def test_a_gap_leaves_the_history_to_its_own_currency(gap: bool) -> None:
    """A period without dollars does not make euros the history of dollars."""
    world = payday()
    for period, dollars in (("2025-10", 1_000), ("2025-11", 0 if gap else 1_000)):
        last = paid_in_both(world, period, 900_000, dollars) or last_of(world, "USD")
    cutoff_ms = cutoff_of(world, "2025-12")
    world.due(200_000, BEN, hold_until_ms=cutoff_ms - 1, currency="USD")
    run = world.listed("2025-12", cutoff_ms, "USD")
    assert run.previous_run_id == last
    found = {one.check for one in world.all(RunFinding) if one.run_id == run.run_id}
    assert found == {"own_spike", "program_spike"}


def test_a_programme_whose_currency_changed_has_no_run_before() -> None:
    world = payday()
    world.due(700)
    world.sent()
    other = world.run(RUN)
    change = Change()
    change.replace(other.but(currency="JPY"))
    world.store.commit(change)
    cutoff_ms = cutoff_of(world, "2025-11")
    world.due(700, hold_until_ms=cutoff_ms - 1)
    assert world.listed("2025-11", cutoff_ms).previous_run_id is None


def cutoff_of(world: Payday, period: str) -> int:
    """The cut-off of a later period, which has come."""
    months = {"2025-10": 0, "2025-11": 30, "2025-12": 61}
    cutoff_ms = CUTOFF_MS + months[period] * DAY_MS
    world.clock.at_ms = cutoff_ms + DAY_MS
    return cutoff_ms


def paid_in_both(world: Payday, period: str, euros: int, dollars: int) -> str:
    """Pay Maya in both currencies; the run of the dollars, "" if there were none."""
    cutoff_ms = cutoff_of(world, period)
    world.due(euros, hold_until_ms=cutoff_ms - 1)
    world.cycle.settle(world.sent(period, cutoff_ms).run_id)
    if not dollars:
        return ""
    world.due(dollars, hold_until_ms=cutoff_ms - 1, currency="USD")
    run = world.sent(period, cutoff_ms, "USD")
    world.cycle.settle(run.run_id)
    return run.run_id


def last_of(world: Payday, currency: str) -> str:
    """The newest run of the currency."""
    runs = [one for one in world.all(PayoutRun) if one.currency == currency]
    return max(runs, key=lambda one: one.cutoff_ms).run_id
