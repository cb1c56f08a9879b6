"""The routes of what an advocate was and will be handed: gifts, codes, credit and points."""

from goodword.ports import Page

from goodword_aws.calls import Call
from goodword_aws.http import Api
from goodword_aws.rewards_handed import MyComing, MyHandOut, my_coming, my_hand_outs


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
