"""Mistakes that somebody could make in one line, switched on one at a time: each must be caught.

Most are the naive designs of the invariants; the others are slips of the kind that reviews miss. A
mistake is a list of replacements in the product, or in what the store does with a change. Those of
the money that leaves are in `planted_money`.
"""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import deciding, rewarded, service
from goodword.conversions.friends import friend_conversions
from goodword.conversions.model import Facts, ReversalFact
from goodword.ledger import model as ledger
from goodword.ports import Change
from goodword.rewards import arithmetic, books
from goodword.rewards import service as rewards
from goodword.rewards.model import Reward
from goodword.tracking import model as tracking

from tests.simulation.planted_ages import AGES
from tests.simulation.planted_demands import DEMANDS
from tests.simulation.planted_keeping import KEEPING
from tests.simulation.planted_leaving import LEAVING
from tests.simulation.planted_letters import LETTERS
from tests.simulation.planted_money import MONEY
from tests.simulation.planted_months import MONTHS
from tests.simulation.planted_orders import ORDERS
from tests.simulation.planted_paydays import PAYDAYS
from tests.simulation.planted_promises import PROMISES
from tests.simulation.planted_rails import RAILS
from tests.simulation.planted_retelling import RETELLING
from tests.simulation.planted_sharing import SHARING
from tests.simulation.planted_steps import STEPS
from tests.simulation.planted_tales import TALES
from tests.simulation.planted_telling import TELLING
from tests.simulation.planted_trail import TRAIL
from tests.simulation.planted_twins import TWINS
from tests.simulation.planted_world import WORLD
from tests.simulation.planting import Mistake, Swap, blind, dropped, nothing, swap, unguarded


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
    Mistake("parked refunds are never replayed", swap(service.Worker, "replay_parked", nothing)),
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
    Mistake("a review ends at once", swap(rewards, "DAY_MS", -1)),
    Mistake("nothing is reviewed", nothing_to_review),
    Mistake("the payee may decide", payee_decides),
    Mistake("lost approvals are not swept", swap(rewards.Approval, "sweep", lambda _: {})),
    *MONEY,
    *WORLD,
    *LEAVING,
    *KEEPING,
    *PAYDAYS,
    *RAILS,
    *TWINS,
    *TRAIL,
    *PROMISES,
    *RETELLING,
    *ORDERS,
    *STEPS,
    *DEMANDS,
    *TELLING,
    *SHARING,
    *LETTERS,
    *MONTHS,
    *AGES,
    *TALES,
)
