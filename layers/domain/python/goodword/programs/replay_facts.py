"""The facts on which a replay judges, and what the records of then do not say about them.

A decision keeps its facts. Which order of the friend it is may have become known better since: an
earlier one came late, and the version of then did not ask. The draft may ask, so it is told what is
known by now, as long as the version of then would still say what it said.
"""

from collections.abc import Iterator, Sequence

from goodword.conversions.friends import friend_order, friend_since
from goodword.conversions.model import Conversion, Identity
from goodword.programs.model import ProgramVersion
from goodword.programs.replay import NEW_FRIEND, Standing
from goodword.programs.rules import facts_asked, promised_months
from goodword.rewards.basis import Basis
from goodword.rewards.decision import Decision
from goodword.rewards.ruling import gives, said_by
from goodword.tracking.model import AttributionRules

OTHER, LEVEL, FIRST = "facts_of_another_advocate", "level_not_known", "first_advocate_not_known"
DROPPED, ABROAD = "touches_not_kept", "changed_at_another_rate"
MONTHS = "months_not_told"
_OF_THE_ADVOCATE = frozenset({"level", "advocate_conversion", "advocate_segment"})


def facts_of(
    conversion: Conversion,
    decision: Decision,
    identities: Sequence[Identity],
    pinned: ProgramVersion,
) -> Basis:
    """The facts of the decision, with the friend as known by now where that changes nothing."""
    basis, asked = decision.basis, decision.advocate_id is not None
    pinned = pinned.in_currency(basis.currency)
    if basis.friend_id is None and conversion.identities:
        had_sides = asked and any(rule.friend for rule in pinned.terms.rules)
        known = [conversion.friend_id, *(one.friend_id for one in identities)]
        if not had_sides:
            basis = basis.but(friend_id=next((one for one in known if one), NEW_FRIEND))
    if decision.number != conversion.decisions:
        return basis
    nth, counted_by = friend_order(identities, conversion)
    now = basis.but(
        friend_order=nth,
        counted_by=counted_by,
        friend_since_ms=friend_since(identities, conversion),
    )
    stands = not asked or gives(now, pinned) == said_by(decision.lines)
    return now if stands else basis


def doubts_of(
    standing: Standing,
    winner: str,
    draft: ProgramVersion,
    pinned: ProgramVersion,
    before: AttributionRules,
) -> Iterator[str]:
    """What the draft would ask that no record tells."""
    decision, basis, rules = standing.decision, standing.basis, draft.terms.attribution
    if rules != before:
        earlier = (basis.friend_order or 1) > 1
        if rules.sticky and not before.sticky and earlier:
            yield FIRST
        if decision.attribution.dropped:
            yield DROPPED
    if _is_old(decision) and _months_differ(draft, pinned, rules != before):
        yield MONTHS
    if not winner:
        return
    asked = facts_asked(draft.terms.rules)
    if winner != decision.advocate_id and asked & _OF_THE_ADVOCATE:
        yield OTHER
    elif draft.terms.tiers != pinned.terms.tiers and "level" in asked:
        yield LEVEL
    exchanges = [(one.terms.currencies, one.terms.exchange) for one in (draft, pinned)]
    if exchanges[0] != exchanges[1] and standing.conversion.currency != draft.terms.currency:
        yield ABROAD


def _is_old(decision: Decision) -> bool:
    """Whether it turned on how old a touch was."""
    considered = decision.attribution.considered
    return decision.basis.beyond_window or any(one.reason == "outside_window" for one in considered)


def _months_differ(draft: ProgramVersion, pinned: ProgramVersion, anew: bool) -> bool:
    """Whether the draft promises old touches something else, or has them chosen anew."""
    now, then = (promised_months(one.terms.rules) for one in (draft, pinned))
    return now != then or (anew and now > 0)
