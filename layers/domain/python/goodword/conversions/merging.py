"""One order that was booked as two, because nothing said that they were one, becomes one again.

Stripe may tell of a payment as a checkout and as an invoice, and only later that both are the same.
The order that happened first is kept. The other one's rewards are taken back whole, wherever they
stand, as a refund would; its touches, names and friends are given to the one that is kept, which is
then decided anew, and what refunds had claimed of it is booked there. Nothing is deleted: the
duplicate says what became of it in a further decision.

Three steps, each safe to repeat: `merge` in one Change, the decision of the worker, `carry`.
"""

from collections.abc import Sequence
from itertools import combinations

from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.amounts import DIFFERS, amounts_of, retold
from goodword.conversions.counting import retold_event, uncount
from goodword.conversions.deciding import basis_of, unlocked
from goodword.conversions.disputes import Inquiry, Reinstatement
from goodword.conversions.founding import merged
from goodword.conversions.model import (
    Conversion,
    Identity,
    InquiryFact,
    Refund,
    ReinstatementFact,
    ReversalFact,
    conversion_key,
    identity_key,
)
from goodword.conversions.order import Space, merged_facts
from goodword.conversions.rewarded import rewards_of
from goodword.money import is_money
from goodword.ports import Change, Desk
from goodword.programs.model import Program, program_key
from goodword.records import Record
from goodword.rewards.added import added, said
from goodword.rewards.books import RewardBooks
from goodword.rewards.decision import Decision, decision_key
from goodword.rewards.tally import placed
from goodword.tracking.model import Attribution

DUPLICATE = "duplicate_order"
GONE = frozenset({"rejected", "void", "reversed"})


def standing(desk: Desk, conversion_id: str) -> Conversion | None:
    """The conversion, or the one that it is a duplicate of."""
    found = desk.store.get(Conversion, conversion_key(conversion_id))
    while found is not None and found.duplicate_of is not None:
        found = desk.store.get(Conversion, conversion_key(found.duplicate_of))
    return found


def known_as(desk: Desk, space: Space, names: Sequence[str]) -> tuple[Conversion, ...]:
    """The conversions that have these names, each once, the one that happened first before."""
    aliases = desk.store.get_many(OrderAlias, [alias_key(space, name) for name in names])
    found: dict[str, Conversion] = {}
    for conversion_id in dict.fromkeys(alias.conversion_id for alias in aliases.values()):
        one = standing(desk, conversion_id)
        if one is not None:
            found[one.conversion_id] = one
    return tuple(sorted(found.values(), key=lambda one: (one.occurred_ms, one.conversion_id)))


def merge(desk: Desk, space: Space, names: Sequence[str]) -> bool | str:
    """One attempt to make the first two of these orders one; whether there were two.

    Amounts that cannot be brought together stay as they were: see `amounts.retold`. Orders in
    different currencies cannot be the same one: they stay two, which is DIFFERS.
    """
    found = known_as(desk, space, names)
    pairs = (two for two in combinations(found, 2) if two[0].currency == two[1].currency)
    if (first := next(pairs, None)) is None:
        return DIFFERS if len(found) > 1 else False
    kept, duplicate = first
    change, after = Change(), _amounts(desk, kept, duplicate)
    taken_minor = _take_back(desk, change, duplicate, kept, after)
    change.create(_decided(desk, duplicate))
    gone = duplicate.but(
        state="disqualified",
        reason=DUPLICATE,
        duplicate_of=kept.conversion_id,
        decisions=duplicate.decisions + 1,
    )
    change.replace(gone)
    for identity in _friends(desk, duplicate):
        rest = [one for one in identity.conversions if one.conversion_id != duplicate.conversion_id]
        if len(rest) < len(identity.conversions):
            change.replace(identity.but(conversions=tuple(rest)))
    change.replace(_with(kept, duplicate, after))
    change.create(
        desk.event(
            "conversion.merged",
            duplicate.conversion_id,
            DUPLICATE,
            program_id=duplicate.program_id,
            advocate_id=duplicate.advocate_id,
            into=kept.conversion_id,
            occurred_ms=duplicate.occurred_ms,
            taken_minor=taken_minor,
            **said(gone),
        )
    )
    if not added(after).same_but_revision(added(kept)):
        change.create(retold_event(desk, after))
    desk.store.commit(change)
    return True


def carry(desk: Desk, kept: Conversion) -> list[ReversalFact | ReinstatementFact | InquiryFact]:
    """What refunds, disputes and inquiries said of the duplicates; booked again it does nothing."""
    facts = []
    for conversion_id in kept.duplicates:
        place = conversion_key(conversion_id)
        kinds = (Refund, Reinstatement, Inquiry)
        for one in desk.store.query_mixed(kinds, place.table, place.pk):
            facts.append(_fact_of(one, kept))
    return facts


def disagree(desk: Desk, kept: Conversion) -> bool:
    """Whether a duplicate was booked with other amounts, which a person has to look at."""
    keys = [conversion_key(one) for one in kept.duplicates]
    found = desk.store.get_many(Conversion, keys).values() if keys else ()
    told = (retold(kept, one) for one in found)
    return any(one is None or amounts_of(one) != amounts_of(kept) for one in told)


def _fact_of(one: Record, kept: Conversion) -> ReversalFact | ReinstatementFact | InquiryFact:
    if isinstance(one, Refund | Reinstatement):
        return one.fact
    assert isinstance(one, Inquiry)
    return InquiryFact(
        inquiry_id=one.inquiry_id,
        orders=(kept.order_id,),
        occurred_ms=one.changed_ms,
        currency=kept.currency,
        state=one.state,
    )


def _amounts(desk: Desk, kept: Conversion, duplicate: Conversion) -> Conversion:
    """The kept one with the amounts that count, as far as its rewards may still change."""
    after = retold(kept, duplicate)
    if after is None or after == kept:
        return kept
    program = desk.store.get(Program, program_key(kept.program_id))
    return after if program is not None and unlocked(desk, kept, program) else kept


def _with(kept: Conversion, duplicate: Conversion, amounts: Conversion) -> Conversion:
    """The one that is kept with all that was known of the other; neither's forgotten customer."""
    forgotten = kept.forgotten or duplicate.forgotten
    known = (*kept.identities, *duplicate.identities)
    return amounts.but(
        aliases=tuple(dict.fromkeys((*kept.aliases, *duplicate.aliases))),
        identities=() if forgotten else tuple(dict.fromkeys(known)),
        forgotten=forgotten,
        touches=merged(kept.touches, duplicate.touches),
        event_name=kept.event_name or duplicate.event_name,
        order=amounts.order
        if amounts.order.lines
        else merged_facts(amounts.order, duplicate.order.but(lines=())),
        duplicates=(*kept.duplicates, duplicate.conversion_id, *duplicate.duplicates),
    )


def _take_back(
    desk: Desk, change: Change, duplicate: Conversion, kept: Conversion, after: Conversion
) -> int:
    """Reverse what is left of its rewards, and count it no more; answers what money that was.

    `after` is the kept one with its new amounts.
    """
    books, taken = RewardBooks(desk, change), 0
    for reward in rewards_of(desk, duplicate):
        if reward.remaining_minor and reward.state not in GONE:
            taken += reward.remaining_minor if is_money(reward.currency) else 0
            name = f"duplicate:{duplicate.conversion_id}"
            books.take(reward, reward.remaining_minor, name, DUPLICATE)
    uncount(books, duplicate)
    books.tally(kept.occurred_ms, placed(kept), placed(after), kept.program_id)
    books.close()
    return taken


def _decided(desk: Desk, duplicate: Conversion) -> Decision:
    """The further decision that says why nothing is left."""
    last = desk.store.get(Decision, decision_key(duplicate.conversion_id, duplicate.decisions))
    assert last is not None  # it was written with the conversion
    return Decision(
        conversion_id=duplicate.conversion_id,
        number=duplicate.decisions + 1,
        program_id=duplicate.program_id,
        version_number=last.version_number,
        at_ms=desk.clock.now_ms(),
        outcome="refused",
        reason=DUPLICATE,
        attribution=Attribution(winner=None, reason=DUPLICATE),
        advocate_id=duplicate.advocate_id,
        basis=basis_of(duplicate, ()),
    )


def _friends(desk: Desk, duplicate: Conversion) -> Sequence[Identity]:
    keys = [identity_key(duplicate.program_id, mac) for mac in duplicate.identities]
    return list(desk.store.get_many(Identity, keys).values()) if keys else ()
