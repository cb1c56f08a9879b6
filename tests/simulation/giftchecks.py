"""What friends got is theirs alone: so much per order as was promised, in one account for each."""

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.books import Books, Item
from tests.simulation.gifts import UNITS
from tests.simulation.offers import Worth
from tests.simulation.oracle import as_decided, at_home, gives, touch_of
from tests.simulation.reasons import last_decision, seen_in
from tests.simulation.story import Order, Story

FITS = ("", "nothing_to_reward")


def gift_of(story: Story, order: Order, promised: Worth | None) -> int:
    """What the friend gets for an order for which the advocate was promised this, before caps."""
    gift = story.gift
    if gift is None or order.action != "sale" or promised is None or promised.reason not in FITS:
        return 0
    return gift.worth(at_home(story, order))


def _gifts(books: Books) -> Iterator[str]:
    """Every order that fits has one, of the right amount and unit, and no other has."""
    story = books.town.story
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for conversion in books["conversion"]:
        order = story.order(conversion["order_id"])
        last = last_decision(books, conversion)
        decided = as_decided(story, order, last)
        winner = last["attribution"].get("winner")
        due = (
            gives(story, decided, touch_of(winner), seen_in(last))
            if winner and last["lines"]
            else {}
        )
        wanted = gift_of(story, decided, due.get("sale"))
        mine = [rewards[one] for one in conversion.get("friend_reward_ids", ())]
        if [one["earned_minor"] for one in mine] != [wanted] * bool(wanted):
            yield f"{order.name} gave its friend {mine}, not {wanted}"
        for one in mine:
            yield from _is_the_friends(story, conversion, one)


def _is_the_friends(story: Story, conversion: Item, reward: Item) -> Iterator[str]:
    gift = story.gift
    if gift is None or reward["currency"] != UNITS[gift.unit]:
        yield f"{conversion['order_id']} gave its friend {reward['currency']}"
    elif reward.get("side") != "friend" or reward.get("kept", False) is not gift.kept:
        yield f"{conversion['order_id']} gave its friend what is an advocate's"
    if reward["advocate_id"] != conversion.get("friend_id") or reward.get("counted"):
        yield f"{conversion['order_id']} gave somebody else than its friend"


def _accounts(books: Books) -> Iterator[str]:
    """Each friend has one account, whatever they buy, and no two have the same."""
    story = books.town.story
    owners: dict[str, set[str]] = defaultdict(set)
    for conversion in books["conversion"]:
        if friend_id := conversion.get("friend_id"):
            owners[story.order(conversion["order_id"]).friend].add(friend_id)
    every = [one for found in owners.values() for one in found]
    if len(every) != len(set(every)):
        yield f"friends share an account: {dict(owners)}"
    if not story.leaves and len(every) > len(owners):
        yield f"a friend has two accounts: {dict(owners)}"


GIFTS = (_gifts, _accounts)
