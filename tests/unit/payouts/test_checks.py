"""Each check names what is unusual by its figures, and leaves the usual alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from goodword.advocates.model import PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.checks.facts import PaymentFacts, RunFacts, median
from goodword.payouts.checks.new_destination import new_destination
from goodword.payouts.checks.one_network import one_network
from goodword.payouts.checks.own_spike import own_spike
from goodword.payouts.checks.program_spike import program_spike
from goodword.payouts.checks.refund_share import refund_share
from goodword.payouts.checks.shared_payee import shared_payee
from goodword.payouts.findings import Found
from goodword.payouts.model import Payout, PayoutRun
from goodword.programs.payment import AuditTerms
from goodword.times import DAY_MS, HOUR_MS

HERE, THERE = "a" * 64, "b" * 64
CUTOFF_MS = 100 * DAY_MS
TERMS = AuditTerms()


def payout(
    amount_minor: int, name: str = "pay_now", there: str = HERE, run_id: str = "run_9"
) -> Payout:
    return Payout(
        payout_id=name,
        run_id=run_id,
        advocate_id="adv_1",
        program_id="prg_1",
        rewards=(),
        carry_minor=amount_minor,
        amount_minor=amount_minor,
        currency="EUR",
        rail="simulator",
        destination_hash=there,
        cutoff_ms=CUTOFF_MS,
        created_ms=0,
        changed_ms=0,
    )


def facts(
    amount_minor: int = 50_000,
    earlier: Sequence[tuple[int, str]] = (),
    *,
    moved_ms: int | None = 0,
    sharers: Sequence[str] = (),
    networks: Mapping[str, int] | None = None,
    places: Mapping[str, int] | None = None,
    earned: int = 0,
    reversed_minor: int = 0,
    usual: int | None = None,
    share: int | None = None,
    parts: int = 1,
) -> PaymentFacts:
    method = moved_ms is not None and PayoutMethod(
        advocate_id="adv_1",
        rail="simulator",
        destination_hash=HERE,
        changed_ms=CUTOFF_MS - 1,
        moved_ms=moved_ms,
    )
    return PaymentFacts(
        payout=payout(amount_minor),
        balance=Balance(
            advocate_id="adv_1",
            program_id="prg_1",
            currency="EUR",
            earned_minor=earned,
            reversed_minor=reversed_minor,
        ),
        method=method or None,
        share_minor=share or amount_minor,
        earlier=[
            payout(each, "pay_before", there, f"run_{at // parts}")
            for at, (each, there) in enumerate(earlier)
        ],
        usual_minor=usual,
        sharers=sharers,
        networks=networks or {},
        places=places or {},
    )


Check = Callable[[PaymentFacts, AuditTerms], Found | None]


@pytest.mark.parametrize(
    ("check", "given", "figures"),
    [
        (
            own_spike,
            facts(62_000, [(4_000, HERE), (5_500, HERE), (6_000, HERE)]),
            {"amount_minor": 62_000, "usual_minor": 5_500, "times": 11, "compared_with": 3},
        ),
        (own_spike, facts(27_499, [(4_000, HERE), (5_500, HERE), (6_000, HERE)]), None),
        (own_spike, facts(9_999, [(100, HERE)]), None),
        # What was split is as much as its sum, in this run and in the ones before.
        (
            own_spike,
            facts(9_000, [(4_000, HERE), (5_500, HERE)], share=45_000),
            {
                "amount_minor": 9_000,
                "usual_minor": 4_000,
                "times": 11,
                "compared_with": 2,
                "share_minor": 45_000,
            },
        ),
        (own_spike, facts(9_000, [(4_000, HERE)] * 9, share=45_000, parts=3), None),
        # A first payment is compared with what others usually get, if anybody was ever paid.
        (own_spike, facts(999_999), None),
        (
            own_spike,
            facts(20_000, usual=4_000),
            {"amount_minor": 20_000, "usual_minor": 4_000, "times": 5, "compared_with": 0},
        ),
        (own_spike, facts(19_999, usual=4_000), None),
        (own_spike, facts(9_999, usual=1), None),
        (own_spike, facts(20_000, usual=0), None),
        (own_spike, facts(20_000, [(4_001, HERE)], usual=1), None),
        (
            one_network,
            facts(networks={"n1": 9, "n2": 3}),
            {"from_one_network": 9, "known_networks": 12, "network_percent": 75},
        ),
        (
            one_network,
            facts(places={"p1": 5, "p2": 5}),
            {"from_one_place": 5, "known_places": 10, "place_percent": 50},
        ),
        (one_network, facts(networks={"n1": 4}), None),
        (one_network, facts(networks={"n1": 5, "n2": 3, "n3": 3}), None),
        (one_network, facts(), None),
        (
            new_destination,
            facts(1, [(1, THERE), (1, THERE)], moved_ms=CUTOFF_MS - 5 * HOUR_MS),
            {"hours_before_cut_off": 5, "paid_elsewhere_before": 2},
        ),
        (new_destination, facts(1, [(1, THERE)], moved_ms=CUTOFF_MS - 7 * DAY_MS), None),
        (new_destination, facts(1, [(1, HERE)], moved_ms=CUTOFF_MS - 1), None),
        (
            new_destination,
            facts(1, moved_ms=CUTOFF_MS - HOUR_MS),
            {"hours_before_cut_off": 1, "paid_elsewhere_before": 0},
        ),
        (new_destination, facts(1, [(1, HERE), (1, THERE)], moved_ms=CUTOFF_MS - 1), None),
        (new_destination, facts(1), None),
        (new_destination, facts(1, [(1, THERE)], moved_ms=None), None),
        (shared_payee, facts(sharers=("adv_2", "adv_3")), {"other_advocates": 2}),
        (shared_payee, facts(), None),
        (
            refund_share,
            facts(earned=20_000, reversed_minor=9_000),
            {"earned_minor": 20_000, "reversed_minor": 9_000, "percent": 45},
        ),
        (refund_share, facts(earned=20_000, reversed_minor=7_999), None),
        (refund_share, facts(earned=5_000, reversed_minor=4_999), None),
    ],
)
def test_a_payment_is_unusual_or_not(
    check: Check, given: PaymentFacts, figures: dict[str, int] | None
) -> None:
    found = check(given, TERMS)
    assert (found.figures if found else None) == figures
    if found:
        assert (found.check, found.subject) == (check.__name__, "pay_now")


def run(total_minor: int, **changes: Any) -> PayoutRun:
    fields = {
        "run_id": "run_1",
        "program_id": "prg_1",
        "period": "2025-10",
        "cutoff_ms": CUTOFF_MS,
        "rail": "simulator",
        "currency": "EUR",
        "minimum_minor": 0,
        "created_ms": 0,
        "changed_ms": 0,
        "total_minor": total_minor,
    }
    return PayoutRun.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("total", "before", "times"),
    [
        (300_000, (90_000, 100_000, 110_000), 3),
        (299_999, (90_000, 100_000, 110_000), None),
        (9_999, (1,), None),
        (300_000, (), None),
        (300_000, (0, 0), None),
    ],
)
def test_a_run_is_unusual_or_not(total: int, before: tuple[int, ...], times: int | None) -> None:
    found = program_spike(RunFacts(run(total), [run(each) for each in before]), TERMS)
    assert (found.figures["times"] if found else None) == times
    if found:
        assert (found.check, found.subject) == ("program_spike", "run")


def test_the_middle_of_an_even_number_is_the_lower_one() -> None:
    assert (median([4, 1, 3, 2]), median([7])) == (2, 7)


def test_an_account_under_another_name_is_no_new_destination() -> None:
    now = facts(1, [(1, THERE)], moved_ms=CUTOFF_MS - HOUR_MS)
    one = replace(
        now,
        payout=now.payout.but(account_hash="c" * 64),
        earlier=[before.but(account_hash="c" * 64) for before in now.earlier],
    )
    assert new_destination(now, TERMS)
    assert new_destination(one, TERMS) is None
