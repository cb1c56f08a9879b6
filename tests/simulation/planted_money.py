"""Mistakes in how money leaves: who lets it, what the rail is asked, what is frozen, what ends."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from goodword.payouts import choice, cycle, ending, freezing, sending, standing
from goodword.payouts import model as runs
from goodword.payouts.approving import Approving
from goodword.payouts.freezing import read_run
from goodword.payouts.model import RUN_MOVES, run_moved
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.ports import Change, Guard
from goodword.rewards.model import Reward, reward_key

from tests.simulation.planting import Mistake, Swap, nothing, swap


def one_person() -> Iterable[Swap]:
    def release(self: Any, run_id: str, person: Any, run_hash: str, total: int, *_: Any) -> Any:
        run = read_run(self.desk.store, run_id)
        after = run_moved(run, "released", self.desk.clock.now_ms()).but(
            released_by=person.subject, released_ms=self.desk.clock.now_ms()
        )
        return self._told(self._move(after, Guard(), lambda _: None), "release")

    yield Approving, "release", release


def send_early() -> Iterable[Swap]:
    real = cycle.Cycle._route

    def route(self: Any, run: Any) -> Any:
        return "begin" if run.state == "requested" else real(self, run)

    def begin(self: Any, run_id: str) -> Any:
        run = read_run(self.desk.store, run_id)
        if run.state not in ("requested", "released"):
            return run
        change = Change()
        change.replace(run_moved(run, "sending", self.desk.clock.now_ms()))
        change.create(self.desk.event("payout_run.sending", run_id))
        self.desk.store.commit(change)
        return read_run(self.desk.store, run_id)

    yield cycle.Cycle, "_route", route
    yield sending.Sending, "begin", begin
    yield runs, "RUN_MOVES", {**RUN_MOVES, "requested": ("released", "sending", "cancelled")}


def order_with(change: Callable[[Any, Any, PaymentOrder], PaymentOrder]) -> Iterable[Swap]:
    real = sending.Sending._order

    def order(self: Any, payout: Any, standing: Any) -> Any:
        why, made = real(self, payout, standing)
        return why, made and change(self, payout, made)

    yield sending.Sending, "_order", order


def as_they_are_now(self: Any, payout: Any, made: PaymentOrder) -> PaymentOrder:
    keys = [reward_key(payout.advocate_id, one.reward_id) for one in payout.rewards]
    left = sum(one.remaining_minor for one in self.desk.store.get_many(Reward, keys).values())
    return PaymentOrder(made.payout_id, made.run_id, max(1, left), made.currency, made.destination)


def with_try(self: Any, payout: Any, made: PaymentOrder) -> PaymentOrder:
    key = f"{made.payout_id[:-1]}{payout.looks % 10}"
    return PaymentOrder(key, made.run_id, made.amount_minor, made.currency, made.destination)


def unknown_is_failed() -> Iterable[Swap]:
    real = sending.Sending._record

    def record(self: Any, payout: Any, answer: RailAnswer) -> Any:
        if answer.status == "unknown":
            answer = RailAnswer("failed", reason="no_answer")
        return real(self, payout, answer)

    yield sending.Sending, "_record", record


def any_cutoff() -> Iterable[Swap]:
    real = choice.choose
    yield freezing, "choose", lambda run, *rest: real(run.but(cutoff_ms=10**14), *rest)


def no_minimum() -> Iterable[Swap]:
    real = choice.choose
    yield freezing, "choose", lambda run, *rest: real(run.but(minimum_minor=0), *rest)


def never_asked() -> Iterable[Swap]:
    def look_up(self: Any, payout: Any) -> Any:
        _, order = self._order(payout, standing.standing_of(self.desk.store, payout))
        return self._record(payout, self.rails[payout.rail].send(order))

    yield sending.Sending, "_look_up", look_up


def any_destination() -> Iterable[Swap]:
    real = sending.Sending._order

    def order(self: Any, payout: Any, standing: Any) -> Any:
        opened = self.destinations.open(payout.advocate_id, payout.rail)
        same = opened and SimpleNamespace(hash=payout.destination_hash, fields=opened.fields)
        blindly = SimpleNamespace(open=lambda *_: same)
        return real(replace(self, destinations=blindly), payout, standing)

    yield sending.Sending, "_order", order


MONEY = (
    Mistake("one person is enough", one_person),
    Mistake("sent before the release", send_early),
    Mistake("the payee may let the run pass", swap(Approving, "_not_a_payee", nothing)),
    Mistake("what the rail is asked is computed anew", lambda: order_with(as_they_are_now)),
    Mistake("the rail's key has the try in it", lambda: order_with(with_try)),
    Mistake("no answer is a failure", unknown_is_failed),
    Mistake("sent again without asking", never_asked),
    Mistake("sent again after the key's window", swap(sending, "RESEND_MARGIN_HOURS", -100_000)),
    Mistake("destinations are not compared", any_destination),
    Mistake("the cut-off is ignored", any_cutoff),
    Mistake("the minimum is ignored", no_minimum),
    Mistake("debts are forgotten", swap(choice, "carry", lambda *_: 0)),
    Mistake("rewards stay in a payout that failed", swap(ending, "released", nothing)),
)
