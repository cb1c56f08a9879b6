"""The decision of one conversion, with everything that follows from it, gathered into one Change.

A conversion may be decided anew when later touches change the winner, or the version pinned at the
winning touch, as long as none of its rewards has passed its hold: the old rewards become
void(reattributed), the new decision is a further record.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from goodword.conversions.amounts import amounts_of
from goodword.conversions.counting import count, retell, uncount
from goodword.conversions.decided import noted
from goodword.conversions.exchange import WAITING, Exchange, exchange, exchanged
from goodword.conversions.friends import friend_order, friend_since, remembered, sticky_advocate
from goodword.conversions.listing import to_list
from goodword.conversions.model import Conversion, ConversionState, Identity
from goodword.conversions.months import promised, still_won
from goodword.conversions.occasions import AdvocatePlace
from goodword.conversions.permitted import enrolments_of, of_winner, refusals, same_until
from goodword.conversions.refused import REFUSED_BEFORE, is_refused, was_refused
from goodword.conversions.rewarded import rewards_of, share_of, why_taken
from goodword.events import Event
from goodword.limits import CLOCK_SKEW_SECONDS
from goodword.ports import Change, Desk
from goodword.programs.model import Program, ProgramVersion, version_at
from goodword.programs.rules import facts_asked
from goodword.rewards.added import said
from goodword.rewards.basis import Basis
from goodword.rewards.books import RewardBooks
from goodword.rewards.caps import whole_room
from goodword.rewards.decision import Decision, Verdict, decision_key, judge
from goodword.rewards.model import Reward
from goodword.rewards.ruling import gives, said_by
from goodword.rewards.tally import placed
from goodword.times import SECOND_MS
from goodword.tracking.model import Attribution, Touch, attribute

UNLOCKED = frozenset({"pending", "on_hold", "approved", "void", "rejected"})


def decide(
    desk: Desk,
    change: Change,
    conversion: Conversion,
    *,
    stored: Conversion | None,
    program: Program,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
    buyer_advocate_id: str | None,
    unknown_codes: int = 0,
    bad_click_ids: int = 0,
) -> None:
    """Add to `change`: the conversion, its decision, rewards, money, identities and events.

    `stored` is the conversion as it was read (None: it is new); what did not change is not written.
    """
    versions = [one.in_currency(conversion.currency) for one in versions]
    enrolments = enrolments_of(desk, conversion)
    version_of = partial(_version_of, versions)
    rules, months = promised(conversion, identities, versions, version_of)
    attribution = attribute(
        conversion.touches,
        rules=rules,
        conversion_ms=conversion.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS,
        received_ms=_newest(conversion),
        sticky_advocate=sticky_advocate(identities, conversion),
        refused=refusals(conversion, enrolments, buyer_advocate_id),
        promised=months,
    )
    before = rewards_of(desk, conversion)
    version = _version_of(versions, attribution.winner or conversion)
    met = exchange(desk.store, conversion, version)
    earner = enrolments[attribution.winner.advocate_id] if attribution.winner else None
    own = of_winner(attribution.winner, earner, conversion, months)
    basis = exchanged(basis_of(conversion, identities).but(**own), met, version.terms.currency)
    retold = stored is not None and amounts_of(stored) != amounts_of(conversion)
    if not _changes(desk, basis, conversion, before, attribution, program, versions, retold, met):
        won = still_won(conversion, attribution.winner, identities, version_of)
        _remember(change, conversion, identities, stored, won)
        if stored is not None and retold:
            retell(desk, change, stored, conversion)
        return
    books = RewardBooks(desk, change)
    _undo(books, stored or conversion, before, attribution)
    conversion = _placed(desk, books, conversion, attribution, program, versions, identities).but(
        rate=met.rate or conversion.rate
    )
    basis = exchanged(basis_of(conversion, identities).but(**own), met, version.terms.currency)
    verdict = _verdict(desk, books, basis, conversion, attribution, program, versions, met)
    counted = {"unknown_codes": unknown_codes, "bad_click_ids": bad_click_ids}
    _write(
        desk, change, books, conversion, basis, attribution, verdict, versions, identities, counted
    )
    change.create(noted(desk, conversion))
    if earner and (verdict.rewards or "advocate_segment" in facts_asked(version.terms.rules)):
        same_until(change, earner)
    books.close()


def basis_of(conversion: Conversion, identities: Sequence[Identity]) -> Basis:
    """The facts that rules look at, as they are known now, but for those of the winner."""
    nth, counted_by = friend_order(identities, conversion)
    return Basis(
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        namespace=conversion.namespace,
        order_id=conversion.order_id,
        action=conversion.action,
        occurred_ms=conversion.occurred_ms,
        received_ms=conversion.received_ms,
        currency=conversion.currency,
        net_minor=conversion.net_minor,
        decision=conversion.decisions + 1,
        event_name=conversion.event_name,
        order=conversion.order,
        occasion=conversion.occasion,
        friend_order=nth,
        friend_since_ms=friend_since(identities, conversion),
        counted_by=counted_by,
        advocate_conversion=conversion.place.number if conversion.place else None,
        level=conversion.place.level if conversion.place else None,
        friend_id=conversion.friend_id,
    )


def _placed(
    desk: Desk,
    books: RewardBooks,
    conversion: Conversion,
    attribution: Attribution,
    program: Program,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
) -> Conversion:
    """Which lead or sale of the advocate this is, and at which level: as it first was theirs.

    Where the version has something for the friend, the friend gets an account: the one that is
    known already, or a new one under a random id.
    """
    winner = attribution.winner
    if winner is None:
        return conversion
    terms = _version_of(versions, winner).terms
    if conversion.identities and any(rule.friend for rule in terms.rules):
        known = [conversion.friend_id, *(one.friend_id for one in identities)]
        friend_id = next((one for one in known if one), None)
        if friend_id is None:
            friend_id = desk.ids.new("frd")
            books.opens(friend_id)
        conversion = conversion.but(friend_id=friend_id)
    if conversion.action == "lead" and conversion.occasion != "plain":
        return conversion  # neither a sign-up nor an order: not counted
    place, advocate_id = conversion.place, winner.advocate_id
    if place is None or place.advocate_id != advocate_id:
        home = program.currency
        balance = books.balance(advocate_id, conversion.program_id, home)
        number = (balance.leads if conversion.action == "lead" else balance.sales) + 1
        place = AdvocatePlace(advocate_id=advocate_id, number=max(1, number), counted_in=home)
    levels = {level.name for level in terms.tiers.levels} if terms.tiers else set()
    if terms.tiers and place.level not in levels:
        tally = books.tallied(advocate_id, conversion.program_id)
        total = tally.total(terms.tiers, conversion.occurred_ms)
        place = place.but(level=terms.tiers.level(total))
    return conversion.but(place=place)


def _newest(conversion: Conversion) -> int:
    """No touch is later than this. Clicks carry our own clock, so none needs to be held back."""
    times = [touch.at_ms for touch in conversion.touches]
    return max([conversion.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS, *times])


def _changes(
    desk: Desk,
    basis: Basis,
    conversion: Conversion,
    rewards: list[Reward],
    attribution: Attribution,
    program: Program,
    versions: Sequence[ProgramVersion],
    retold: bool,
    met: Exchange,
) -> bool:
    """Whether this decision would differ and still may: another winner, or other amounts.

    The amounts may differ because another version is pinned, or because more is known of the order
    and its customer (an earlier order that came late makes this one the second), or because it has
    other amounts by now (`retold`). Of a conversion that nobody won it is the reason that may. What
    a person has refused, or a ban has taken, is not decided anew because the same advocate brings
    another touch or the order is told again; where it was another's meanwhile, it is decided that
    the same advocate earns nothing (`refused_before`).
    """
    if conversion.decisions == 0:
        return True
    winner = attribution.winner
    if conversion.state == "waiting" and (winner is None or not met.problem):
        return True  # also while the programme is paused; nobody's order needs no rate
    locked = program.state != "active" or any(one.state not in UNLOCKED for one in rewards)
    if locked or (winner.advocate_id if winner else None) != conversion.advocate_id:
        return not locked
    if winner is None:
        return attribution.reason != conversion.reason
    if any(is_refused(one) for one in rewards):
        return False
    last = desk.store.get(Decision, decision_key(conversion.conversion_id, conversion.decisions))
    assert last is not None  # it was written with the conversion
    retold = retold or last.basis.net_minor != basis.net_minor
    return retold or _differs(last, basis, _version_of(versions, winner))


def unlocked(desk: Desk, conversion: Conversion, program: Program) -> bool:
    """Whether it may be decided anew: the programme is active, no reward has passed its hold."""
    rewards = rewards_of(desk, conversion)
    return program.state == "active" and all(reward.state in UNLOCKED for reward in rewards)


def _version_of(
    versions: Sequence[ProgramVersion], pinned_by: Touch | Conversion
) -> ProgramVersion:
    """The version pinned at the winning touch: by its time, and by whose it is.

    A conversion that nobody won is told under the one that held for everybody when it happened.
    """
    if isinstance(pinned_by, Conversion):
        return version_at(versions, pinned_by.occurred_ms)
    return version_at(versions, pinned_by.at_ms, pinned_by.advocate_id)


def _differs(last: Decision, basis: Basis, version: ProgramVersion) -> bool:
    """Whether the rules would say something else than they said in this decision.

    One that asked no rules (the programme was paused) stands while its version does.
    """
    if last.version_number != version.number:
        return True
    if last.reason == REFUSED_BEFORE:
        return False
    if last.reason.startswith("programme_") or version.terms.currency != basis.currency:
        return False
    return gives(basis, version) != said_by(last.lines)


def _undo(books: RewardBooks, old: Conversion, rewards: list[Reward], now: Attribution) -> None:
    stays = now.winner is not None and now.winner.advocate_id == old.advocate_id
    for reward in rewards if old.advocate_id is not None else ():
        if reward.state in ("pending", "on_hold", "approved"):
            books.step(reward, "void", "decided_anew" if stays else "reattributed")
    uncount(books, old)


def _verdict(
    desk: Desk,
    books: RewardBooks,
    basis: Basis,
    conversion: Conversion,
    attribution: Attribution,
    program: Program,
    versions: Sequence[ProgramVersion],
    met: Exchange,
) -> Verdict:
    winner = attribution.winner
    nothing = Verdict(lines=(), rewards=(), reason=attribution.reason)
    if winner is None:
        return nothing
    if program.state != "active" and conversion.state != "waiting":
        return nothing.but(reason=f"programme_{program.state}")
    if met.problem:
        return nothing.but(reason=met.problem)
    if was_refused(desk, conversion, winner.advocate_id):
        return nothing.but(reason=REFUSED_BEFORE)
    version = _version_of(versions, winner)
    friends, at_ms = conversion.identities, basis.occurred_ms
    abroad = program.abroad(basis.currency)
    whole = whole_room(version, program, winner.advocate_id, friends, at_ms, abroad)

    def judged(wide: bool) -> Verdict:
        room = books.room(program, whole, basis.conversion_id, wide=wide)
        return judge(basis, version, winner.advocate_id, room, desk.clock.now_ms())

    verdict = judged(wide=False)
    return judged(wide=True) if verdict.is_unsure else verdict


def _settled(conversion: Conversion, attribution: Attribution, verdict: Verdict) -> Conversion:
    """The conversion as the decision leaves it."""
    winner = attribution.winner
    return conversion.but(
        state=_state(attribution, verdict),
        reason=verdict.reason,
        advocate_id=winner.advocate_id if winner else None,
        reward_ids=tuple(reward.reward_id for reward in verdict.rewards),
        friend_reward_ids=tuple(reward.reward_id for reward in verdict.friend.rewards),
        decisions=conversion.decisions + 1,
    )


def _write(
    desk: Desk,
    change: Change,
    books: RewardBooks,
    conversion: Conversion,
    basis: Basis,
    attribution: Attribution,
    verdict: Verdict,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
    counted: Mapping[str, int],
) -> None:
    winner = attribution.winner
    advocate_id = winner.advocate_id if winner else None
    settled = _settled(conversion, attribution, verdict)
    _remember(change, settled, identities, None, winner.touch_id if winner else "")
    pinned = _version_of(versions, winner or conversion)
    outcome = _outcome(attribution, verdict)
    change.create(
        Decision.model_validate(
            {
                "conversion_id": conversion.conversion_id,
                "number": settled.decisions,
                "program_id": conversion.program_id,
                "version_number": pinned.number,
                "at_ms": desk.clock.now_ms(),
                "outcome": outcome,
                "reason": verdict.reason,
                "attribution": attribution,
                "advocate_id": advocate_id,
                "basis": basis,
                "lines": verdict.lines,
                "friend_lines": verdict.friend.lines,
                **counted,
            }
        ),
        _decided_event(desk, settled, advocate_id, outcome, verdict.reason),
    )
    if advocate_id is not None:
        count(books, settled, 1)
        books.tally(conversion.occurred_ms, None, placed(settled), conversion.program_id)
    for reward in (*verdict.rewards, *verdict.friend.rewards):
        taken_minor = share_of(reward, conversion)
        inquiry, why = bool(conversion.inquiries), why_taken(conversion)
        books.earn(reward, taken_minor, inquiry=inquiry, reason=why)
    if not verdict.rewards:
        change.create(*to_list(desk.store, conversion, attribution, desk.clock.now_ms()))


def _decided_event(
    desk: Desk, settled: Conversion, advocate_id: str | None, outcome: str, reason: str
) -> Event:
    return desk.event(
        "conversion.decided",
        settled.conversion_id,
        reason,
        program_id=settled.program_id,
        advocate_id=advocate_id,
        action=settled.action,
        occasion=settled.occasion,
        namespace=settled.namespace,
        outcome=outcome,
        decision=settled.decisions,
        occurred_ms=settled.occurred_ms,
        net_minor=settled.net_minor,
        currency=settled.currency,
        **said(settled),
    )


def _outcome(attribution: Attribution, verdict: Verdict) -> str:
    state = _state(attribution, verdict)
    return {"qualified": "rewarded", "disqualified": "refused"}.get(state, state)


def _state(attribution: Attribution, verdict: Verdict) -> ConversionState:
    if verdict.rewards:
        return "qualified"
    if verdict.reason == WAITING:
        return "waiting"
    return "disqualified" if attribution.winner else "unattributed"


def _remember(
    change: Change,
    conversion: Conversion,
    identities: Sequence[Identity],
    stored: Conversion | None,
    won: str,
) -> None:
    if conversion != stored:
        change.save(conversion)
    for identity in remembered(conversion, identities, won):
        change.save(identity)
