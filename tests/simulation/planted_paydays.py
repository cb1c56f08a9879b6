"""Mistakes on the brink of a payday: a cent, a millisecond, a person or a day too many."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from goodword.payouts import (
    approving,
    auditing,
    calendar,
    choice,
    confirming,
    ending,
    freezing,
    movements,
    sending,
)
from goodword.payouts.confirming import Confirming
from goodword.payouts.deciding import Deciding
from goodword.payouts.listing import Listing

from tests.simulation.planting import Mistake, Swap, nothing, swap


def chosen_for(**more: int) -> Callable[[], Iterable[Swap]]:
    """A run that is a little more, or less, than it is."""

    def swaps() -> Iterable[Swap]:
        real = choice.choose

        def choose(run: Any, *rest: Any) -> Any:
            return real(
                run.but(**{name: getattr(run, name) + by for name, by in more.items()}), *rest
            )

        yield freezing, "choose", choose

    return swaps


def own_word() -> Iterable[Swap]:
    real = Confirming.one

    def one(self: Any, payout_id: str, person: Any, *rest: Any, **more: Any) -> Any:
        return real(self, payout_id, replace(person, advocate_id=None), *rest, **more)

    yield Confirming, "one", one


def own_word_of_all() -> Iterable[Swap]:
    real = Confirming.all

    def everything(self: Any, run_id: str, person: Any, *rest: Any) -> Any:
        return real(self, run_id, replace(person, advocate_id=None), *rest)

    yield Confirming, "all", everything


def anywhere(method: Any, _rail: Any, _barred: Any) -> Any:
    return None if method else "no_method"


def fee_twice(payout: Any, fee_minor: int, at_ms: int) -> Any:
    return REAL_FEE(payout, 2 * fee_minor, at_ms)


REAL_FEE = movements.fee_entry


def no_holidays(day: Any, weekend: Any, _holidays: Any) -> bool:
    return day.isoweekday() in weekend


def without(name: str) -> Callable[[], Iterable[Swap]]:
    """An audit that leaves out one of its checks."""
    left = {one: check for one, check in auditing.PAYMENT_CHECKS.items() if one != name}
    return swap(auditing, "PAYMENT_CHECKS", left)


def only_above(run: Any) -> bool:
    least = run.two_checkers_from_minor
    return least is not None and run.total_minor > least


def largest_first(run: Any, balance: Any, due: Any, step: int = 1) -> Any:
    """As though everything of an advocate had to be in time."""
    return REAL(run, balance, [one for one in due if one.hold_until_ms < run.cutoff_ms], step)


REAL = choice.choose

PAYDAYS = (
    Mistake("what is due just at the cut-off is paid", chosen_for(cutoff_ms=1)),
    Mistake("what is earned just at a period's end is of it", chosen_for(ended_ms=1)),
    Mistake("just the minimum is too little", chosen_for(minimum_minor=1)),
    Mistake("what is not in time is owed all the same", swap(freezing, "choose", largest_first)),
    Mistake("just the amount for two is checked by one", swap(approving, "takes_two", only_above)),
    Mistake("two check every run", swap(approving, "takes_two", lambda run: not run.checked_by)),
    Mistake("a run waits a day for its request", swap(approving, "RUN_REQUEST_DAYS", 1)),
    Mistake("a run waits an hour for its release", swap(approving, "RUN_RELEASE_DAYS", 1 / 24)),
    Mistake("what was edited since is released", swap(Listing, "check", nothing)),
    Mistake("payees decide about findings", swap(Deciding, "_not_for_oneself", nothing)),
    Mistake("payees say what they were paid", own_word),
    Mistake("payees say it of all that was paid", own_word_of_all),
    Mistake("money goes to any country", swap(choice, "wrong_method", anywhere)),
    Mistake("fees are booked twice as high", swap(ending, "fee_entry", fee_twice)),
    Mistake("what failed after it was paid stays paid", swap(sending, "since_paid", lambda it: it)),
    Mistake("holidays are days like others", swap(calendar, "is_closed", no_holidays)),
    Mistake("nobody can stop a run", swap(approving, "CANCEL_CODES", ())),
    Mistake("the audit overlooks who gets too much", without("own_spike")),
    Mistake("the audit overlooks new accounts", without("new_destination")),
    Mistake("the audit overlooks what came back", without("refund_share")),
    Mistake("the audit overlooks who shares an account", without("shared_payee")),
    Mistake("the audit overlooks one network", without("one_network")),
    Mistake("the audit compares with no run before", swap(auditing, "AUDIT_RUNS_BACK", 0)),
    Mistake("people need not wait to say", swap(confirming, "PERSON_AFTER_HOURS", 47), duel=51),
)
