"""A refund is booked once per order and refund id; one that comes before its order waits for it.

Waiting refunds stand under every order id they name (`ParkedRefunds`). Parking requires that none
of those ids is known at the commit, and booking an order looks for them after its own commit: one
of the two always sees the other.
"""

from goodword.conversions.deciding import share_of
from goodword.conversions.model import (
    Conversion,
    OrderAlias,
    ParkedRefunds,
    Refund,
    ReversalFact,
    alias_key,
    conversion_key,
    parked_key,
    refund_key,
)
from goodword.limits import REFUNDS_PARKED_MAX
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward, reward_key


def book_refund(desk: Desk, program_id: str, fact: ReversalFact) -> str:
    """One attempt: book the refund or park it. Answers a reason if it cannot be booked at all."""
    keys: dict[Key, type[Record]] = {
        alias_key(program_id, name): OrderAlias for name in fact.orders
    }
    known = [one for one in desk.store.get_mixed(keys).values() if isinstance(one, OrderAlias)]
    if not known:
        return _park(desk, program_id, fact)
    first = min(known, key=lambda alias: fact.orders.index(alias.alias))
    return book_on(desk, first.conversion_id, fact)


def book_on(desk: Desk, conversion_id: str, fact: ReversalFact) -> str:
    """Book the refund on a known conversion; the second time does nothing."""
    conversion = desk.store.get(Conversion, conversion_key(conversion_id))
    if conversion is None:
        return "unknown_order"
    if fact.currency != conversion.currency:
        return "currency_mismatch"
    if desk.store.get(Refund, refund_key(conversion_id, fact.refund_id)) is not None:
        return ""
    after = refunded(conversion, fact)
    change = Change()
    change.replace(after)
    taken = _take_back(desk, change, after, fact)
    change.create(
        Refund(
            conversion_id=conversion_id,
            fact=fact,
            booked_ms=desk.clock.now_ms(),
            taken_minor=taken,
        ),
        desk.event(
            "conversion.reversed",
            conversion_id,
            fact.reason,
            program_id=conversion.program_id,
            advocate_id=conversion.advocate_id,
            refund_id=fact.refund_id,
            taken_minor=taken,
        ),
    )
    desk.store.commit(change)
    return ""


def refunded(conversion: Conversion, fact: ReversalFact) -> Conversion:
    """The conversion with the refund added to its running total, never above what was paid.

    A cumulative amount raises the total to itself; a lower one, delivered late, changes nothing.
    """
    name = f"refunded_{fact.of}_minor"
    total = conversion.net_minor if fact.of == "net" else conversion.gross_minor
    so_far: int = getattr(conversion, name)
    if fact.amount_minor is None:
        return conversion.but(
            refunded_net_minor=conversion.net_minor, refunded_gross_minor=conversion.gross_minor
        )
    wanted = max(so_far, fact.amount_minor) if fact.cumulative else so_far + fact.amount_minor
    return conversion.but(**{name: min(wanted, total)})


def _take_back(desk: Desk, change: Change, conversion: Conversion, fact: ReversalFact) -> int:
    """Reverse every reward of the conversion by its share; answers the sum in minor units."""
    if conversion.advocate_id is None or not conversion.reward_ids:
        return 0
    keys = [reward_key(conversion.advocate_id, one) for one in conversion.reward_ids]
    books, taken = RewardBooks(desk, change), 0
    for reward in desk.store.get_many(Reward, keys).values():
        if amount := share_of(reward, conversion):
            books.take(reward, amount, fact.refund_id, fact.reason)
            taken += amount
    books.close()
    return taken


def _park(desk: Desk, program_id: str, fact: ReversalFact) -> str:
    """Under every id the refund names; a full place is a reason for a person to look."""
    change, parked = Change(), []
    for name in fact.orders:
        waiting = desk.store.get(ParkedRefunds, parked_key(program_id, name)) or ParkedRefunds(
            program_id=program_id, alias=name, facts=()
        )
        if any(one.refund_id == fact.refund_id for one in waiting.facts):
            continue
        if len(waiting.facts) >= REFUNDS_PARKED_MAX:
            return "too_many_parked_refunds"
        parked.append(waiting.but(facts=(*waiting.facts, fact)))
    if not parked:
        return ""
    for one in parked:
        change.save(one)
    for name in fact.orders:
        change.require_absent(alias_key(program_id, name))
    desk.store.commit(change)
    return ""
