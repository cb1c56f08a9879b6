"""What an advocate was and will be handed: gifts, codes, credit and points, own ones only."""

from goodword.money import Money
from goodword.ports import Desk, Page
from goodword.records import Value
from goodword.rewards.handed import coming_to, hand_outs_of, items_of
from goodword.times import rfc3339

from goodword_aws.calls import Call
from goodword_aws.earnings import StatusAnswer, shown_reward
from goodword_aws.http import Api
from goodword_aws.rewards_handed import MyHandOut, my_hand_out

COMING_SHOWN = 50  # on the page; the API has all of them


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


def add_hand_outs(api: Api) -> None:
    """Register both routes; whose they are comes from the token."""
    api.route(
        "GET", "/v1/me/hand-outs", roles=frozenset({"advocate"}), answer=MyHandOut, paged=True
    )(list_my_hand_outs)
    api.route(
        "GET", "/v1/me/hand-outs/coming", roles=frozenset({"advocate"}), answer=MyComing, paged=True
    )(list_my_coming)


def list_my_hand_outs(call: Call) -> Page[MyHandOut]:
    """What was handed over to one, newest first, with its code or reference."""
    return my_hand_outs(call.desk, call.advocate_id, call.page.limit, call.page.starting_after)


def list_my_coming(call: Call) -> Page[MyComing]:
    """Own rewards that are no money and wait to be handed over, newest first.

    A page may be short while `has_more` is true.
    """
    return my_coming(call.desk, call.advocate_id, call.page.limit, call.page.starting_after)


def my_hand_outs(desk: Desk, own: str, limit: int, cursor: str | None) -> Page[MyHandOut]:
    """One page of what went to this person."""
    page = hand_outs_of(desk.store, own, limit, cursor)
    return Page([my_hand_out(one) for one in page.rows], page.cursor)


def my_coming(
    desk: Desk, own: str, limit: int, cursor: str | None, language: str = "en"
) -> Page[MyComing]:
    """One page of what will go to this person, in the words of a language."""
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
            status=shown_reward(desk, one, language).status,
        )
        for one in page.rows
    ]
    return Page(rows, page.cursor)
