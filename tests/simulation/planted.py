"""Mistakes that somebody could make in one line, switched on one at a time: each must be caught.

Most are the naive designs of the invariants; the others are slips of the kind that reviews miss. A
mistake is a list of replacements in the product, or in what the store does with a change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from goodword.conversions import deciding, rewarded, service
from goodword.conversions.evidence import friend_conversions
from goodword.conversions.model import Facts, ReversalFact
from goodword.ledger import model as ledger
from goodword.payouts import choice, cycle, ending, freezing, sending, standing
from goodword.payouts import model as runs
from goodword.payouts.approving import Approving
from goodword.payouts.freezing import read_run
from goodword.payouts.model import RUN_MOVES, run_moved
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.ports import Change, Guard
from goodword.rewards import arithmetic, books
from goodword.rewards import service as rewards
from goodword.rewards.model import Reward, reward_key
from goodword.tracking import model as tracking
from goodword_aws import store, transaction

from tests.simulation.duels import meet_all
from tests.simulation.playing import play

Swap = tuple[object, str, object]


@dataclass(frozen=True)
class Mistake:
    """A name, and what it replaces. Some need two that meet: then `duel` says which meet first."""

    name: str
    swaps: Callable[[], Iterable[Swap]]
    duel: int | None = None


def kills(mistake: Mistake, seeds: Iterable[int], most: int) -> Iterator[tuple[str, str]]:
    """What finds something with the mistake in place, and what it is; nothing: it lives."""
    with ExitStack() as stack:
        for target, name, new in mistake.swaps():
            stack.enter_context(patch.object(target, name, new))
        if mistake.duel is not None:
            for name, found in meet_all(mistake.duel)[1].items():
                yield name, found[0]
                return
        for seed in seeds:
            found = play(seed).found
            if found:
                yield f"seed {seed}", found[0]
                most -= 1
            if not most:
                return


# --- in the store -----------------------------------------------------------------------------

Written = list[dict[str, Any]]


def sent(change: Callable[[Written], Written]) -> Callable[[], Iterable[Swap]]:
    """What the store sends in one transaction is changed."""
    real = transaction.transact_items
    return lambda: [(store, "transact_items", lambda *given: change(real(*given)) or [HARMLESS])]


HARMLESS = {
    "ConditionCheck": {
        "TableName": "core",
        "Key": {"pk": {"S": "NOTHING"}, "sk": {"S": "NOTHING"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
}


def _kind(item: Mapping[str, Any]) -> str:
    return str(item.get("Put", {}).get("Item", {}).get("kind", {}).get("S", ""))


def dropped(*kinds: str) -> Callable[[], Iterable[Swap]]:
    """Records of these kinds are forgotten in every change."""
    return sent(lambda items: [one for one in items if _kind(one) not in kinds])


def blind(*kinds: str) -> Callable[[], Iterable[Swap]]:
    """Records of these kinds are written whatever is stored: the last writer wins."""

    def unconditional(one: dict[str, Any]) -> dict[str, Any]:
        if _kind(one) not in kinds:
            return one
        put = {name: one["Put"][name] for name in ("TableName", "Item")}
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(nothing)"}}

    return sent(lambda items: [unconditional(one) for one in items])


def unguarded() -> Callable[[], Iterable[Swap]]:
    """That nothing stands at a place is not made a condition."""

    def kept(one: dict[str, Any]) -> bool:
        check = one.get("ConditionCheck", {}).get("ConditionExpression", "")
        return bool(check != "attribute_not_exists(pk)")

    return sent(lambda items: [one for one in items if kept(one)])


# --- in the product ---------------------------------------------------------------------------


def increments() -> Iterable[Swap]:
    real = service.Worker.book

    def book(self: Any, delivery: Any, facts: Facts) -> Any:
        told = tuple(
            one.but(cumulative=False) if isinstance(one, ReversalFact) else one
            for one in facts.facts
        )
        return real(self, delivery, facts.but(facts=told))

    yield service.Worker, "book", book


def close_first() -> Iterable[Swap]:
    def late(real: Any) -> Any:
        def book(self: Any, delivery: Any, *told: Any) -> Any:
            self.close(delivery, "booked", "")
            return real(self, delivery, *told)

        return book

    for name in ("book", "_order"):
        yield service.Worker, name, late(getattr(service.Worker, name))


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


def post_early() -> Iterable[Swap]:
    real = rewards.Approval.post

    def post(self: Any, reward_id: str) -> Any:
        reward = self.find(reward_id)
        if reward.state == "approved":
            change = Change()
            moving = books.RewardBooks(self.desk, change)
            moving.step(reward, "due", "hold_over")
            moving.close()
            self.desk.store.commit(change)
        return real(self, reward_id)

    def step(self: Any, reward: Any) -> Any:
        if reward.state == "approved":
            return rewards.Step(reward_id=reward.reward_id, route="post")
        return real_step(self, reward)

    real_step = rewards.Approval.next_step
    yield rewards.Approval, "post", post
    yield rewards.Approval, "next_step", step


def lapse_pays() -> Iterable[Swap]:
    real = rewards.Approval._version

    def version(self: Any, reward: Any) -> Any:
        found = real(self, reward)
        review = found.terms.review.but(on_lapse="release")
        return found.but(terms=found.terms.but(review=review))

    yield rewards.Approval, "_version", version
    yield rewards, "_needs_nobody", lambda *_: True


def nothing_to_review() -> Iterable[Swap]:
    real = rewards.Approval._version

    def version(self: Any, reward: Any) -> Any:
        found = real(self, reward)
        review = found.terms.review.but(auto_approve_limit_minor=10**9)
        return found.but(terms=found.terms.but(review=review))

    yield rewards.Approval, "_version", version


def payee_decides() -> Iterable[Swap]:
    real = rewards.Approval.decide

    def decide(self: Any, reward_id: str, **given: Any) -> Any:
        return real(self, reward_id, **(given | {"decider_advocate_id": None}))

    yield rewards.Approval, "decide", decide


def sticky_by_arrival() -> Iterable[Swap]:
    def first(identities: Any, conversion: Any) -> str | None:
        known = [one for one in friend_conversions(identities) if one.advocate_id]
        others = [one for one in known if one.conversion_id != conversion.conversion_id]
        return others[0].advocate_id if others else None

    yield deciding, "sticky_advocate", first


def never_less() -> Iterable[Swap]:
    real = books.RewardBooks._count

    def count(self: Any, before: Reward | None, after: Reward) -> int:
        less = before is not None and after.remaining_minor < before.remaining_minor
        return 0 if less else real(self, before, after)

    yield books.RewardBooks, "_count", count


def wrong_sign() -> Iterable[Swap]:
    yield books, "move", lambda amount, debit, credit: ledger.move(-amount, debit, credit)


def late_touches() -> Iterable[Swap]:
    real = tracking._excluded

    def excluded(touch: Any, age_ms: int, *rest: Any) -> str:
        return real(touch, abs(age_ms), *rest)

    yield tracking, "_excluded", excluded


def no_window() -> Iterable[Swap]:
    real = tracking._excluded

    def excluded(touch: Any, age_ms: int, *rest: Any) -> str:
        return real(touch, min(age_ms, 1), *rest)

    yield tracking, "_excluded", excluded


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


def all_of_the_share(reward: Reward, share: int) -> int:
    return min(share, reward.remaining_minor)


def any_destination() -> Iterable[Swap]:
    real = sending.Sending._order

    def order(self: Any, payout: Any, standing: Any) -> Any:
        opened = self.destinations.open(payout.advocate_id, payout.rail)
        same = opened and SimpleNamespace(hash=payout.destination_hash, fields=opened.fields)
        blindly = SimpleNamespace(open=lambda *_: same)
        return real(replace(self, destinations=blindly), payout, standing)

    yield sending.Sending, "_order", order


def _none(*_: object, **__: object) -> None: ...


def swap(target: object, name: str, new: object) -> Callable[[], Iterable[Swap]]:
    """One replacement."""
    return lambda: [(target, name, new)]


MISTAKES = (
    Mistake("no alias of the order is kept", dropped("order_alias")),
    Mistake("a booked refund is not remembered", dropped("refund")),
    Mistake("the entry is not written", dropped("entry")),
    Mistake("the balance does not move", dropped("balance")),
    Mistake("the cap is not used", dropped("cap_use")),
    Mistake("the friend is not remembered", dropped("identity")),
    Mistake("an early refund is not parked", dropped("parked_refunds")),
    Mistake("no event tells", dropped("event")),
    Mistake("the run's line is not written", dropped("run_line")),
    Mistake("nothing marks a run as open", dropped("open_run")),
    Mistake("balances: the last writer wins", blind("balance")),
    Mistake("rewards: the last writer wins", blind("reward")),
    Mistake("conversions: the last writer wins", blind("conversion")),
    Mistake("friends: the last writer wins", blind("identity")),
    Mistake("payouts: the last writer wins", blind("payout")),
    Mistake("parking does not see the order", unguarded(), duel=0),
    Mistake("running totals are added up", increments),
    Mistake("the delivery is closed before it is booked", close_first),
    Mistake("parked refunds are never replayed", swap(service.Worker, "replay_parked", _none)),
    Mistake(
        "what was taken is taken again",
        swap(rewarded, "to_take", lambda reward, share: min(share, reward.remaining_minor)),
    ),
    Mistake("the friend is whose report came first", sticky_by_arrival),
    Mistake("nobody's own purchase is refused", swap(deciding, "refusals", lambda *_: {})),
    Mistake("a later decision never changes", swap(service.Worker, "_others", lambda *_, **__: [])),
    Mistake(
        "the newest version decides",
        swap(deciding, "version_at", lambda versions, *_: versions[-1]),
    ),
    Mistake("amounts are cut off", swap(arithmetic, "ratio", lambda a, p, q, _: a * p // q)),
    Mistake("touches after the purchase win", late_touches),
    Mistake("windows never end", no_window),
    Mistake("the cap is not given back", never_less),
    Mistake("a leg has the wrong sign", wrong_sign),
    Mistake("the hold is ignored", post_early),
    Mistake("a lapse pays", lapse_pays),
    Mistake("nothing is reviewed", nothing_to_review),
    Mistake("the payee may decide", payee_decides),
    Mistake("lost approvals are not swept", swap(rewards.Approval, "sweep", lambda _: {})),
    Mistake("one person is enough", one_person),
    Mistake("sent before the release", send_early),
    Mistake("the payee may let the run pass", swap(Approving, "_not_a_payee", _none)),
    Mistake("what the rail is asked is computed anew", lambda: order_with(as_they_are_now)),
    Mistake("the rail's key has the try in it", lambda: order_with(with_try)),
    Mistake("no answer is a failure", unknown_is_failed),
    Mistake("sent again without asking", never_asked),
    Mistake("sent again after the key's window", swap(sending, "RESEND_MARGIN_HOURS", -100_000)),
    Mistake("destinations are not compared", any_destination),
    Mistake("the cut-off is ignored", any_cutoff),
    Mistake("the minimum is ignored", no_minimum),
    Mistake("debts are forgotten", swap(choice, "carry", lambda *_: 0)),
    Mistake("rewards stay in a payout that failed", swap(ending, "released", _none)),
)
