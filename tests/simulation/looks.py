"""Whom a person must look at, how many must, and who may not: from what events say of it.

Small rewards pass by themselves, large ones take one person, and the largest take two. Nobody says
of their own payment what became of it.
"""

from collections.abc import Iterator

from tests.simulation.books import Books
from tests.simulation.happenings import account_of
from tests.simulation.lambdas import TWICE

TOO_LARGE = "over_auto_approve_limit"
LOOKED = ("checked_order", "dispute_granted")


def _small(books: Books) -> Iterator[str]:
    """Nobody is asked about what may pass by itself."""
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for event in books["event"]:
        if (event["type"], event["reason"]) == ("reward.on_hold", TOO_LARGE):
            reward = rewards[event["subject"]]
            if reward["earned_minor"] <= books.town.story.limit:
                yield f"{reward['order_id']} was held as too large with {reward['earned_minor']}"


def _two(books: Books) -> Iterator[str]:
    """More than the second look's limit takes two people, no less does."""
    second = books.town.story.second_look
    rewards = {one["reward_id"]: one for one in books["reward"]}
    looked: dict[str, str] = {}
    for event in sorted(books["event"], key=lambda one: (one["at_ms"], one["event_id"])):
        name, who = event["subject"], event["actor"]["id"].removesuffix(TWICE)
        if event["type"] == "reward.first_look":
            looked[name] = who
            beside = rewards[name].get("side") == "friend"  # it may be looked at with the other's
            if second is None or (rewards[name]["earned_minor"] <= second and not beside):
                yield f"{rewards[name]['order_id']} takes two people"
        if event["type"] != "reward.approved" or event["reason"] not in LOOKED or second is None:
            continue
        if event["data"]["amount_minor"] > second and looked.get(name, who) == who:
            yield f"{rewards[name]['order_id']} was approved by one person alone"


def _own(books: Books) -> Iterator[str]:
    """Whoever is paid does not say what became of it."""
    payouts = {one["payout_id"]: one for one in books["payout"]}
    for event in books["event"]:
        payout = payouts.get(event["subject"])
        if payout is None or event["actor"]["kind"] != "staff":
            continue
        if event["actor"]["id"] == account_of(payout["advocate_id"]):
            yield f"{event['type']} of {event['subject']} is the word of its payee"


LOOKS = (_small, _two, _own)
