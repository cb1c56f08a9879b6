"""Banks that ask about one order more than once, and what stands still until all of them know.

Judged as it is written: of which questions of an order none has ended is known at that moment
alone. Nothing of it may be on its way while one is open, and nothing waits for banks afterwards.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.books import Item

if TYPE_CHECKING:
    from tests.simulation.story import Story
    from tests.simulation.town import Town

TWICE, MORE = 0.4, 0.03  # of the orders that a bank asks about, of the others
ON_ITS_WAY = ("pending", "approved")


def ask_twice(story: "Story") -> None:
    """Two banks ask about one order, or one asks twice; each has its answer at some time."""
    chance = Random(f"questions {story.seed}")
    for order in story.orders:
        if order.action == "sale" and chance.random() < (TWICE if order.inquiry else MORE):
            order.inquiry = 2


def asked(town: "Town", question: Item, written: list[tuple[Item | None, Item]]) -> Iterator[str]:
    """What is wrong with the rewards of an order whose bank has just asked, or has its answer.

    `written` is what is put with it, as it was and as it is. A person may let go what is held.
    """
    order = question["conversion_id"]
    rewards = [one.plain for one in town.dynamo.of_kind("reward")]
    rewards = [one for one in rewards if one["conversion_id"] == order]
    questions = (one.plain for one in town.dynamo.of_kind("inquiry"))
    is_open = any(one["conversion_id"] == order and one["state"] == "open" for one in questions)
    for old, new in written if is_open else ():
        if new["kind"] != "reward" or old is None or old["state"] != "on_hold":
            continue
        if new != old | {"version": new["version"]}:  # what stays is written, too
            yield f"{new['order_id']} goes on while a bank asks"
    for reward in rewards:
        waits = (reward["state"], reward.get("reason")) == ("on_hold", "inquiry")
        moves = reward["state"] in ON_ITS_WAY and not answered(town, reward)
        if question["state"] == "open" and moves:
            yield f"{reward['order_id']} is {reward['state']} while a bank asks"
        if not is_open and waits:
            yield f"{reward['order_id']} waits for banks that know"


def answered(town: "Town", reward: Item) -> bool:
    """Whether a person may have let it go just now, as they may after the question as well."""
    return bool(reward.get("decided_by")) and len(town.baton.tasks) > 1
