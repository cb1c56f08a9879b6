"""Mistakes with money that comes back, of two currencies, and with what is no money."""

from collections.abc import Iterable
from typing import Any

from goodword.payouts import clock, due, ending, freezing, hearing, movements, sending
from goodword.payouts.ports import PaymentOrder
from goodword.rewards import caps, handing

from tests.simulation.planted_money import order_with
from tests.simulation.planting import Mistake, Swap, nothing, swap


def again_and_again() -> Iterable[Swap]:
    real = movements.part_entry
    yield (
        ending,
        "part_entry",
        lambda payout, back, at_ms: real(payout.but(returned_minor=0), back, at_ms),
    )


def whole_after_part() -> Iterable[Swap]:
    real = movements._legs
    yield movements, "_legs", lambda payout, what: real(payout.but(returned_minor=0), what)


def paid_is_over() -> Iterable[Swap]:
    real = sending.Sending.ask_again

    def ask_again(self: Any, payout: Any) -> bool:
        return payout.state == "paid" or real(self, payout)

    yield sending.Sending, "ask_again", ask_again


def heard_at_once() -> Iterable[Swap]:
    real = hearing.Hearing._heard

    def heard(self: Any, payout_id: str, rail: Any) -> bool:
        real(self, payout_id, rail)
        return True

    yield hearing.Hearing, "_heard", heard


def any_amount() -> Iterable[Swap]:
    real = handing.HandOuts._check

    def check(self: Any, why: str, rewards: Any, amount: int, _: int) -> None:
        real(self, why, rewards, amount, amount)

    yield handing.HandOuts, "_check", check


def one_gives_all() -> Iterable[Swap]:
    real = handing.HandOuts._check
    nobody = {"decided_by": None, "decided_mark": "", "first_look_by": None, "first_look_mark": ""}

    def check(self: Any, why: str, rewards: Any, *amounts: int) -> None:
        real(self, why, [one.but(**nobody) for one in rewards], *amounts)

    yield handing.HandOuts, "_check", check


def own_is_given() -> Iterable[Swap]:
    real = handing.HandOuts.hand_over

    def hand_over(self: Any, *given: Any, **more: Any) -> Any:
        return real(self, *given, **(more | {"own_id": None}))

    yield handing.HandOuts, "hand_over", hand_over


def in_euros(_self: Any, _payout: Any, made: PaymentOrder) -> PaymentOrder:
    return PaymentOrder(made.payout_id, made.run_id, made.amount_minor, "EUR", made.destination)


def all_in_one() -> Iterable[Swap]:
    real = due.due_rewards

    def every(store: Any, balance: Any, **more: Any) -> Any:
        found = list(real(store, balance, **more))
        for other in ("EUR", "USD"):
            if other != balance.currency:
                found += real(store, balance.but(currency=other), **more)
        return found

    for target in (freezing, handing):
        yield target, "due_rewards", every


WORLD = (
    Mistake("whatever a person types is handed over", any_amount),
    Mistake("who approved hands over, too", one_gives_all),
    Mistake("people hand things over to themselves", own_is_given),
    Mistake("what is owed back is handed over again", swap(handing, "carry", lambda *_: 0)),
    Mistake("holds keep nothing but money", swap(handing._Standing, "bar", "")),
    Mistake("what was handed over stays due", swap(handing, "moved", lambda one, *_: one)),
    Mistake("points are counted as money", swap(caps, "is_money", lambda _: True)),
    Mistake("dollars are sent as euros", lambda: order_with(in_euros)),
    Mistake("all currencies are frozen as one", all_in_one),
    Mistake("only the programme's own currency is paid", swap(clock.PayoutClock, "_owes", nothing)),
    Mistake("a part that came back is not seen", swap(sending, "short_of", lambda *_: 0)),
    Mistake("what came back before comes back again", again_and_again),
    Mistake("after a part the whole comes back", whole_after_part),
    Mistake("what was paid is not asked about", paid_is_over),
    Mistake("a notice is done with, whatever the rail says", heard_at_once),
)
