"""What was handed over, as its receiver is told."""

from goodword.money import Money
from goodword.ports import Store
from goodword.records import Value
from goodword.rewards.handed import HandOut, hand_out_key
from goodword.times import rfc3339


class MyHandOut(Value):
    """What one got and when; `reference` is its code, or finds it again."""

    id: str
    program_id: str
    amount: Money
    set_against: Money
    reward_ids: tuple[str, ...]
    reference: str
    at: str


def my_hand_out(done: HandOut) -> MyHandOut:
    """The hand-out as its receiver sees it: not who of the staff made it."""
    return MyHandOut(
        id=done.hand_out_id,
        program_id=done.program_id,
        amount=Money(amount_minor=done.amount_minor, currency=done.currency),
        set_against=Money(amount_minor=done.carry_minor, currency=done.currency),
        reward_ids=tuple(one.reward_id for one in done.rewards),
        reference=done.reference,
        at=rfc3339(done.at_ms),
    )


def handed_to(store: Store, advocate_id: str, hand_out_id: str | None) -> MyHandOut | None:
    """What a reward of theirs was handed over by; None if it was not."""
    found = hand_out_id and store.get(HandOut, hand_out_key(advocate_id, hand_out_id))
    return my_hand_out(found) if found else None
