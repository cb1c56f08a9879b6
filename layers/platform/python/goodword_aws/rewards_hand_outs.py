"""Hand-outs as the API says them: what is owed of a unit person by person, and what went out."""

from typing import Annotated, Literal

from goodword.money import Money, PositiveMinor
from goodword.records import Value
from goodword.rewards.handed import HandOut, Reference
from goodword.rewards.handing import Owed
from goodword.times import rfc3339
from pydantic import Field, StringConstraints

from goodword_aws.forms import ProgramId

UNIT = r"^([A-Z]{3}\.CREDIT|POINTS|GIFTS|CODES)$"


class HandingOver(Value):
    """This much of the unit goes out now; `reference` finds it again (a code, a parcel, a ticket).

    Record it first, then hand it over: what is refused must not go out.
    """

    advocate_id: Annotated[str, StringConstraints(pattern=r"^(adv|frd)_[a-z0-9_]{1,40}$")]
    program_id: ProgramId
    unit: Annotated[str, Field(pattern=UNIT)]
    amount_minor: PositiveMinor
    reference: Reference


class OwedPiece(Value):
    """One reward of it; `item` says which gift or code."""

    reward_id: str
    order_id: str
    amount: Money
    item: str
    due_at: str


class OwedAnswer(Value):
    """What can be handed over to one person now; `set_against` is owed back (negative).

    `bar` says why nothing can go out at present; empty if it can.
    """

    advocate_id: str
    side: Literal["advocate", "friend"]
    program_id: str
    amount: Money
    set_against: Money
    pieces: tuple[OwedPiece, ...]
    bar: str


class HandOutAnswer(Value):
    """What was handed over."""

    id: str
    advocate_id: str
    program_id: str
    amount: Money
    set_against: Money
    reward_ids: tuple[str, ...]
    reference: str
    at: str
    by: str


def owed_answer(owed: Owed) -> OwedAnswer:
    """What is owed as an answer."""
    unit = owed.currency
    return OwedAnswer(
        advocate_id=owed.advocate_id,
        side="friend" if owed.is_friends else "advocate",
        program_id=owed.program_id,
        amount=Money(amount_minor=owed.amount_minor, currency=unit),
        set_against=Money(amount_minor=owed.carry_minor, currency=unit),
        pieces=tuple(
            OwedPiece(
                reward_id=one.reward_id,
                order_id=one.order_id,
                amount=Money(amount_minor=one.amount_minor, currency=unit),
                item=one.item,
                due_at=rfc3339(one.due_ms),
            )
            for one in owed.pieces
        ),
        bar=owed.bar,
    )


def hand_out_answer(done: HandOut) -> HandOutAnswer:
    """The hand-out as an answer."""
    return HandOutAnswer(
        id=done.hand_out_id,
        advocate_id=done.advocate_id,
        program_id=done.program_id,
        amount=Money(amount_minor=done.amount_minor, currency=done.currency),
        set_against=Money(amount_minor=done.carry_minor, currency=done.currency),
        reward_ids=tuple(one.reward_id for one in done.rewards),
        reference=done.reference,
        at=rfc3339(done.at_ms),
        by=done.by,
    )
