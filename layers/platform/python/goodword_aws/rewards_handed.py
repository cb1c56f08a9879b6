"""What was handed over, and what is still to come, as its receiver is told."""

from goodword.money import Money
from goodword.ports import Desk, Page, Store
from goodword.records import Value
from goodword.rewards.handed import HandOut, coming_to, hand_out_key, hand_outs_of, items_of
from goodword.times import rfc3339

from goodword_aws.earnings import StatusAnswer, shown_reward


class MyHandOut(Value):
    """What one got and when; `reference` is its code, or finds it again."""

    id: str
    program_id: str
    amount: Money
    set_against: Money
    reward_ids: tuple[str, ...]
    reference: str
    at: str


class MyComing(Value):
    """A reward that is no money and is not handed over yet; `item` says which gift or code.

    `due_from` is from when it can be handed over, if nobody has to look at it first.
    """

    reward_id: str
    program_id: str
    conversion_id: str
    amount: Money
    item: str
    state: str
    due_from: str
    status: StatusAnswer


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


def my_hand_outs(desk: Desk, own: str, limit: int, cursor: str | None) -> Page[MyHandOut]:
    """One page of what went to this person."""
    page = hand_outs_of(desk.store, own, limit, cursor)
    return Page([my_hand_out(one) for one in page.rows], page.cursor)


def my_coming(
    desk: Desk,
    own: str,
    limit: int,
    cursor: str | None,
    language: str = "en",
    zone: str = "UTC",
) -> Page[MyComing]:
    """One page of what will go to this person, in the words of a language, the days of a zone."""
    page = coming_to(desk.store, own, limit, cursor)
    items = items_of(desk.store, page.rows)
    rows = [
        MyComing(
            reward_id=one.reward_id,
            program_id=one.program_id,
            conversion_id=one.conversion_id,
            amount=Money(amount_minor=one.remaining_minor, currency=one.currency),
            item=items[one.reward_id],
            state=one.state,
            due_from=rfc3339(one.hold_until_ms),
            status=shown_reward(desk, one, language, zone).status,
        )
        for one in page.rows
    ]
    return Page(rows, page.cursor)
