"""What was handed over, as its receiver is told."""

from goodword.money import Money
from goodword.records import Value
from goodword.rewards.handed import HandOut
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
