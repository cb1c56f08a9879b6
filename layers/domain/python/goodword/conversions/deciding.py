"""The decision of one conversion, with everything that follows from it, gathered into one Change.

A conversion may be decided anew when later touches change the winner, or the version pinned at the
winning touch, as long as none of its rewards has passed its hold: the old rewards become
void(reattributed), the new decision is a further record.
"""

from collections.abc import Mapping, Sequence

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.conversions.decided import DecidedOn
from goodword.conversions.evidence import remembered, sticky_advocate
from goodword.conversions.listing import to_list
from goodword.conversions.model import Conversion, ConversionState, Identity
from goodword.limits import CLOCK_SKEW_SECONDS
from goodword.ports import Change, Desk
from goodword.programs.model import Program, ProgramVersion, version_at
from goodword.rewards.books import RewardBooks
from goodword.rewards.caps import whole_room
from goodword.rewards.decision import Basis, Decision, Verdict, decision_key, judge
from goodword.rewards.model import Reward, reward_key
from goodword.rewards.reversal import refunded_share, to_take
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
    refused = _refused(desk, conversion, buyer_advocate_id)
    rules = version_at(versions, conversion.occurred_ms).terms.attribution
    attribution = attribute(
        conversion.touches,
        rules=rules,
        conversion_ms=conversion.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS,
        received_ms=_newest(conversion),
        sticky_advocate=sticky_advocate(identities, conversion),
        refused=refused,
    )
    before = _rewards(desk, conversion)
    if not _changes(desk, conversion, before, attribution, program, versions):
        _remember(change, conversion, identities, stored)
        return
    books = RewardBooks(desk, change)
    _undo(books, conversion, before)
    verdict = _verdict(desk, books, conversion, attribution, program, versions)
    counted = {"unknown_codes": unknown_codes, "bad_click_ids": bad_click_ids}
    _write(desk, change, books, conversion, attribution, verdict, versions, identities, counted)
    change.create(_noted(desk, conversion))
    books.close()


def basis_of(conversion: Conversion) -> Basis:
    """The facts that rules look at."""
    return Basis(
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        order_id=conversion.order_id,
        action=conversion.action,
        occurred_ms=conversion.occurred_ms,
        currency=conversion.currency,
        net_minor=conversion.net_minor,
        decision=conversion.decisions + 1,
    )


def share_of(reward: Reward, conversion: Conversion) -> int:
    """What the refunds of the conversion so far have still to take from this reward."""
    return to_take(reward, standing_share(reward, conversion))


def standing_share(reward: Reward, conversion: Conversion) -> int:
    """How much of the reward is to be back in all, as the conversion's refunds stand."""
    if conversion.claims is not None and conversion.claims.wholes:
        return reward.earned_minor
    return refunded_share(
        reward.earned_minor,
        (conversion.refunded_net_minor, conversion.refunded_gross_minor),
        (conversion.net_minor, conversion.gross_minor),
    )


def _newest(conversion: Conversion) -> int:
    """No touch is later than this. Clicks carry our own clock, so none needs to be held back."""
    times = [touch.at_ms for touch in conversion.touches]
    return max([conversion.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS, *times])


def _refused(desk: Desk, conversion: Conversion, buyer: str | None) -> dict[str, str]:
    """Whose touches cannot win, and why: the customer's own, and those who may not earn now.

    Whoever has been given this conversion keeps it when the enrolment pauses afterwards.
    """
    advocates = sorted({touch.advocate_id for touch in conversion.touches})
    keys = {one: enrolment_key(one, conversion.program_id) for one in advocates}
    found = desk.store.get_many(Enrolment, list(keys.values())) if keys else {}
    refused = {}
    for advocate_id, key in keys.items():
        enrolment = found.get(key)
        if advocate_id == buyer:
            refused[advocate_id] = "self_referral"
        elif advocate_id == conversion.advocate_id:
            continue
        elif enrolment is None or enrolment.state != "active":
            refused[advocate_id] = f"enrolment_{enrolment.state if enrolment else 'missing'}"
    return refused


def _rewards(desk: Desk, conversion: Conversion) -> list[Reward]:
    if not conversion.reward_ids or conversion.advocate_id is None:
        return []
    keys = [reward_key(conversion.advocate_id, one) for one in conversion.reward_ids]
    return list(desk.store.get_many(Reward, keys).values())


def _changes(
    desk: Desk,
    conversion: Conversion,
    rewards: list[Reward],
    attribution: Attribution,
    program: Program,
    versions: Sequence[ProgramVersion],
) -> bool:
    """Whether this decision would differ and still may: another winner, or another version pinned.

    What a person has refused is not decided anew because the same advocate brings another touch.
    """
    if conversion.decisions == 0:
        return True
    winner = attribution.winner
    if program.state != "active" or any(reward.state not in UNLOCKED for reward in rewards):
        return False
    if (winner.advocate_id if winner else None) != conversion.advocate_id:
        return True
    if winner is None or any(reward.state == "rejected" for reward in rewards):
        return False
    return _version_of(versions, winner).number != _pinned(desk, conversion, versions)


def _version_of(
    versions: Sequence[ProgramVersion], pinned_by: Touch | Conversion
) -> ProgramVersion:
    """The version pinned at the winning touch: by its time, and by whose it is.

    A conversion that nobody won is told under the one that held for everybody when it happened.
    """
    if isinstance(pinned_by, Conversion):
        return version_at(versions, pinned_by.occurred_ms)
    return version_at(versions, pinned_by.at_ms, pinned_by.advocate_id)


def _noted(desk: Desk, conversion: Conversion) -> DecidedOn:
    """Where a replay finds the decision that is being made."""
    return DecidedOn(
        program_id=conversion.program_id,
        at_ms=desk.clock.now_ms(),
        conversion_id=conversion.conversion_id,
        decision=conversion.decisions + 1,
    )


def _pinned(desk: Desk, conversion: Conversion, versions: Sequence[ProgramVersion]) -> int:
    """The number of the version that the standing decision was made under."""
    if len(versions) == 1:
        return versions[0].number
    last = desk.store.get(Decision, decision_key(conversion.conversion_id, conversion.decisions))
    assert last is not None  # it was written with the conversion
    return last.version_number


def _undo(books: RewardBooks, conversion: Conversion, rewards: list[Reward]) -> None:
    if conversion.advocate_id is None:
        return
    for reward in rewards:
        if reward.state in ("pending", "on_hold", "approved"):
            books.step(reward, "void", "reattributed")
    books.count(
        conversion.advocate_id, conversion.program_id, conversion.currency, conversion.action, -1
    )


def _verdict(
    desk: Desk,
    books: RewardBooks,
    conversion: Conversion,
    attribution: Attribution,
    program: Program,
    versions: Sequence[ProgramVersion],
) -> Verdict:
    winner = attribution.winner
    nothing = Verdict(lines=(), rewards=(), reason=attribution.reason)
    if winner is None:
        return nothing
    if program.state != "active":
        return nothing.but(reason=f"programme_{program.state}")
    version = _version_of(versions, winner)
    if version.terms.currency != conversion.currency:
        return nothing.but(reason="currency_mismatch")
    friends, at_ms = conversion.identities, conversion.occurred_ms
    whole = whole_room(version, program, winner.advocate_id, friends, at_ms)

    def judged(wide: bool) -> Verdict:
        room = books.room(program, whole, conversion.conversion_id, wide=wide)
        return judge(basis_of(conversion), version, winner.advocate_id, room, desk.clock.now_ms())

    verdict = judged(wide=False)
    return judged(wide=True) if verdict.is_unsure else verdict


def _write(
    desk: Desk,
    change: Change,
    books: RewardBooks,
    conversion: Conversion,
    attribution: Attribution,
    verdict: Verdict,
    versions: Sequence[ProgramVersion],
    identities: Sequence[Identity],
    counted: Mapping[str, int],
) -> None:
    winner = attribution.winner
    advocate_id = winner.advocate_id if winner else None
    settled = conversion.but(
        state=_state(attribution, verdict),
        reason=verdict.reason,
        advocate_id=advocate_id,
        reward_ids=tuple(reward.reward_id for reward in verdict.rewards),
        decisions=conversion.decisions + 1,
    )
    _remember(change, settled, identities, None)
    pinned = _version_of(versions, winner or conversion)
    outcome = "rewarded" if verdict.rewards else ("refused" if winner else "unattributed")
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
                "basis": basis_of(conversion),
                "lines": verdict.lines,
                **counted,
            }
        ),
        desk.event(
            "conversion.decided",
            conversion.conversion_id,
            verdict.reason,
            program_id=conversion.program_id,
            advocate_id=advocate_id,
            action=conversion.action,
            outcome=outcome,
            decision=settled.decisions,
        ),
    )
    if advocate_id is not None:
        books.count(advocate_id, conversion.program_id, conversion.currency, conversion.action, 1)
    for reward in verdict.rewards:
        taken_minor = share_of(reward, conversion)
        books.earn(reward, taken_minor, inquiry=bool(conversion.inquiries))
    if not verdict.rewards:
        change.create(*to_list(desk.store, conversion, attribution, desk.clock.now_ms()))


def _state(attribution: Attribution, verdict: Verdict) -> ConversionState:
    if verdict.rewards:
        return "qualified"
    return "disqualified" if attribution.winner else "unattributed"


def _remember(
    change: Change,
    conversion: Conversion,
    identities: Sequence[Identity],
    stored: Conversion | None,
) -> None:
    if conversion != stored:
        change.save(conversion)
    for identity in remembered(conversion, identities):
        change.save(identity)
