"""A refund is booked once per order and refund id; one that comes before its order waits for it.

So are reinstatements (a dispute that was won) and inquiries. What advocates lose follows from the
sum of all claims that stand, so refunds, chargebacks and their reinstatements may come in any
order: `disputes` has the arithmetic.

Waiting refunds stand under every order id they name (`ParkedRefunds`). Parking requires that none
of those ids is known at the commit, and booking an order looks for them after its own commit: one
of the two always sees the other.
"""

from collections.abc import Sequence

from goodword.conversions.aliases import OrderAlias, ParkedRefunds, alias_key, parked_key
from goodword.conversions.disputes import (
    Inquiry,
    Reinstatement,
    claimed,
    growth,
    inquiry_key,
    rebuilt,
    reinstatement_key,
    with_claim,
)
from goodword.conversions.model import (
    Conversion,
    InquiryFact,
    Refund,
    ReinstatementFact,
    ReversalFact,
    conversion_key,
    refund_key,
)
from goodword.conversions.order import Claims, Space
from goodword.conversions.reasons import NO_MONEY
from goodword.conversions.rewarded import rewards_of, share_of, standing_share
from goodword.events import Event, Plain
from goodword.limits import REFUNDS_PARKED_MAX
from goodword.money import is_money
from goodword.paging import pages
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.rewards.added import said
from goodword.rewards.books import RewardBooks
from goodword.rewards.reversal import to_give
from goodword.rewards.tally import placed

Later = ReversalFact | ReinstatementFact | InquiryFact
DIFFERS = "refund_differs"  # one id, two amounts
MAY_BE_DUE = frozenset({"pending", "on_hold", "approved", "rejected", "void"})  # one day


def book_refund(desk: Desk, space: Space, fact: Later) -> str:
    """One attempt: book it or park it. Answers a reason if it cannot be booked at all."""
    keys: dict[Key, type[Record]] = {alias_key(space, name): OrderAlias for name in fact.orders}
    known = [one for one in desk.store.get_mixed(keys).values() if isinstance(one, OrderAlias)]
    if not known:
        return _park(desk, space, fact)
    first = min(known, key=lambda alias: fact.orders.index(alias.alias))
    return book_on(desk, first.conversion_id, fact)


def book_on(desk: Desk, conversion_id: str, fact: Later) -> str:
    """Book it on a known conversion; the second time does nothing.

    The conversion is written in any case, so that of two workers one reads what the other put.
    """
    conversion = desk.store.get(Conversion, conversion_key(conversion_id))
    if conversion is None:
        return "unknown_order"
    if conversion.duplicate_of is not None:
        return book_on(desk, conversion.duplicate_of, fact)
    if fact.currency != conversion.currency and not _names_no_money(fact):
        return "currency_mismatch"
    if isinstance(fact, ReversalFact):
        net = fact.without_tax() if conversion.prices_include_tax else fact
        return _reverse(desk, conversion, net)
    if isinstance(fact, ReinstatementFact):
        return _reinstate(desk, conversion, fact)
    return _inquire(desk, conversion, fact)


def _names_no_money(fact: Later) -> bool:
    """Whether it is about a sign-up or a subscription, and of no amount in any currency."""
    return fact.reason in NO_MONEY if not isinstance(fact, InquiryFact) else False


def _reverse(desk: Desk, conversion: Conversion, fact: ReversalFact) -> str:
    """Add the claim and take it back from the rewards, unless it was reinstated before it came."""
    conversion_id = conversion.conversion_id
    known = desk.store.get(Refund, refund_key(conversion_id, fact.refund_id))
    if known is not None:
        return _told_again(known.fact, fact)
    won = reinstatement_key(conversion_id, fact.refund_id)
    after = conversion
    if desk.store.get(Reinstatement, won) is None:
        amount = growth(fact, _series(desk, conversion_id, fact))
        after = claimed(conversion, with_claim(_claims(desk, conversion), fact, amount, 1))
    change = Change()
    change.replace(after)
    taken = _take_back(desk, change, conversion, after, fact)
    change.create(
        Refund(
            conversion_id=conversion_id,
            fact=fact,
            booked_ms=desk.clock.now_ms(),
            taken_minor=taken,
        ),
        _event(desk, after, "conversion.reversed", fact, taken_minor=taken, **said(after)),
    )
    desk.store.commit(change)
    return ""


def _told_again(known: Later, told: Later) -> str:
    """Nothing if both say the same; the first one counts, and a person is told of another one."""
    if not (isinstance(known, ReversalFact) and isinstance(told, ReversalFact)):
        return ""
    one, other = ((each.amount_minor, each.of, each.reason) for each in (known, told))
    return "" if one == other else DIFFERS


def _reinstate(desk: Desk, conversion: Conversion, fact: ReinstatementFact) -> str:
    """Take the claim back and give the rewards what no other claim takes; only once."""
    conversion_id = conversion.conversion_id
    won = reinstatement_key(conversion_id, fact.refund_id)
    if desk.store.get(Reinstatement, won) is not None:
        return ""
    refund = desk.store.get(Refund, refund_key(conversion_id, fact.refund_id))
    if refund is not None and refund.fact.cumulative:
        return "running_total"  # it says what was refunded in all, not what this one took
    after = conversion
    if refund is not None:
        claims, amount = _claims(desk, conversion), refund.fact.amount_minor
        after = claimed(conversion, with_claim(claims, refund.fact, amount, -1))
    change, given = Change(), 0
    change.replace(after)
    books = RewardBooks(desk, change)
    for reward in rewards_of(desk, after) if refund is not None else ():
        if amount := to_give(reward, standing_share(reward, after)):
            books.give(reward, amount, fact.refund_id, fact.reason)
            given += amount if is_money(reward.currency) else 0
    books.tally(after.occurred_ms, placed(conversion), placed(after), after.program_id)
    books.close()
    change.create(
        Reinstatement(
            conversion_id=conversion_id,
            fact=fact,
            booked_ms=desk.clock.now_ms(),
            given_minor=given,
        ),
        _event(desk, after, "conversion.reinstated", fact, given_minor=given, **said(after)),
    )
    desk.store.commit(change)
    return ""


def _inquire(desk: Desk, conversion: Conversion, fact: InquiryFact) -> str:
    """Hold what is not due while any inquiry is open; let it go when the last one is closed.

    One that is closed before it was opened is put down, so that it never opens. What may become due
    is written also where it stays: whoever is just moving it has read the order before this word.
    """
    place = inquiry_key(conversion.conversion_id, fact.inquiry_id)
    known = desk.store.get(Inquiry, place)
    if known is not None and (known.state == "closed" or fact.state == "open"):
        return ""
    others = tuple(one for one in conversion.inquiries if one != fact.inquiry_id)
    opened = fact.state == "open"
    after = conversion.but(inquiries=(*others, fact.inquiry_id) if opened else others)
    change = Change()
    change.replace(after)
    change.save(
        Inquiry(
            conversion_id=conversion.conversion_id,
            inquiry_id=fact.inquiry_id,
            state=fact.state,
            changed_ms=desk.clock.now_ms(),
            version=known.version if known else 0,
        )
    )
    books = RewardBooks(desk, change)
    for reward in rewards_of(desk, after) if opened or not others else ():
        told = books.hold(reward) if opened else books.let_go(reward)
        if told is reward and reward.state in MAY_BE_DUE:
            change.replace(reward)
    books.close()
    if opened or known is not None:
        change.create(_event(desk, after, f"conversion.inquiry_{fact.state}", fact))
    desk.store.commit(change)
    return ""


def _take_back(
    desk: Desk, change: Change, before: Conversion, after: Conversion, fact: ReversalFact
) -> int:
    """Reverse every reward of the conversion by its share; answers what money it took."""
    books, taken = RewardBooks(desk, change), 0
    for reward in rewards_of(desk, after):
        if amount := share_of(reward, after):
            books.take(reward, amount, fact.refund_id, fact.reason)
            taken += amount if is_money(reward.currency) else 0
    books.tally(after.occurred_ms, placed(before), placed(after), after.program_id)
    books.close()
    return taken


def _claims(desk: Desk, conversion: Conversion) -> Claims:
    """What is claimed so far, for old conversions from the refunds that were booked on them."""
    if conversion.claims is not None:
        return conversion.claims
    if not conversion.refunded_net_minor and not conversion.refunded_gross_minor:
        return Claims()
    return rebuilt(_booked(desk, conversion.conversion_id, ""))


def _series(desk: Desk, conversion_id: str, fact: ReversalFact) -> Sequence[Refund]:
    """What was booked of the same running total: as many as that charge had refunds."""
    return _booked(desk, conversion_id, f"{fact.series}:") if fact.cumulative else ()


def _booked(desk: Desk, conversion_id: str, prefix: str) -> list[Refund]:
    place = conversion_key(conversion_id)
    begins = f"F#{prefix}"
    listed = pages(lambda at: desk.store.query(Refund, place.table, place.pk, begins, cursor=at))
    return [refund for rows in listed for refund in rows]


def _event(desk: Desk, conversion: Conversion, type: str, fact: Later, **more: Plain) -> Event:
    """What happened to the conversion, with what it adds from now on if that may have moved."""
    of = fact.inquiry_id if isinstance(fact, InquiryFact) else fact.refund_id
    return desk.event(
        type,
        conversion.conversion_id,
        "" if isinstance(fact, InquiryFact) else fact.reason,
        program_id=conversion.program_id,
        advocate_id=conversion.advocate_id,
        refund_id=of,
        occurred_ms=conversion.occurred_ms,
        **more,
    )


def _park(desk: Desk, space: Space, fact: Later) -> str:
    """Under every id the refund names; a full place is a reason for a person to look."""
    change, parked = Change(), []
    for name in fact.orders:
        waiting = desk.store.get(ParkedRefunds, parked_key(space, name)) or ParkedRefunds(
            program_id=space.program_id,
            namespace=space.namespace,
            alias=name,
            facts=(),
            since_ms=desk.clock.now_ms(),
        )
        if known := next((one for one in waiting.facts if one.name == fact.name), None):
            if differs := _told_again(known, fact):
                return differs
            continue
        if len(waiting.facts) >= REFUNDS_PARKED_MAX:
            return "too_many_parked_refunds"
        parked.append(waiting.but(facts=(*waiting.facts, fact)))
    if not parked:
        return ""
    for one in parked:
        change.save(one)
    for name in fact.orders:
        change.require_absent(alias_key(space, name))
    desk.store.commit(change)
    return ""
