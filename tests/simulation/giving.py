"""What is no money leaves a town by hand: finance says how much, records it, and hands it over.

Whoever is answered hands over what the record says; who is not answered looks for the record. So
what has left is what is recorded, and the record must be right at the moment when it is made.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from goodword.ledger.model import Balance

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY
from tests.simulation.happenings import account_of
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

STAFF = ("usr_carl", "usr_dora", "usr_fatima", "usr_fatima", "usr_maya")
PLACE = "/v1/rewards/hand-outs"


class Giving:
    """The people of finance who hand things over."""

    def __init__(self, town: "Town", task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self._task = town, task
        self._number = 0

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        story = self.town.story
        return [self.hand_over] * 3 * bool(story.gives or story.extra or story.gift)

    def hand_over(self) -> None:
        """Somebody hands over what somebody is owed; at times they have mistyped how much."""
        chance, owed = self.town.chance, self._owed()
        if owed:
            self._hand(chance.choice(owed), chance.choice(STAFF), chance.random() < 0.1)

    def hand_over_all(self) -> None:
        """Whatever is owed is handed over by somebody who may."""
        for balance in self._owed():
            self._hand(balance, "usr_zoe", wrong=False)  # who has approved nothing

    def _owed(self) -> list[Balance]:
        story = self.town.story
        if not (story.gives or story.extra or story.gift):
            return []
        every: list[Balance] = self.town.all(Balance)
        return [one for one in every if one.currency not in MONEY and one.payable_minor > 0]

    def _hand(self, balance: Balance, who: str, wrong: bool) -> None:
        self._number += 1
        name, town = f"H-{self._number}", self.town
        typed = balance.payable_minor + wrong
        town.typed[name] = typed
        body = {
            "advocate_id": balance.advocate_id,
            "program_id": PROGRAM,
            "unit": balance.currency,
            "amount_minor": typed,
            "reference": name,
        }
        right = town.outside.healed and not wrong

        def ask() -> None:
            status = town.asks(who, "POST", PLACE, body)
            now = town.memory.get(Balance, balance.key)
            same = now is not None and now.payable_minor == typed
            if right and status != 201 and same and not _barred(town, balance.advocate_id):
                town.fail(f"{typed} {balance.currency} are owed and cannot be handed over")

        self._task(who, ask)


def watch_hand_out(town: "Town", made: Item) -> None:
    """At the moment of its record: all that is owed leaves, and nothing keeps it back."""
    place = made["advocate_id"], made["currency"]
    for one in town.dynamo.of_kind("balance"):
        balance = one.plain
        if (balance["advocate_id"], balance["currency"]) == place and balance["payable_minor"]:
            town.fail(f"{made['hand_out_id']} leaves {balance['payable_minor']}")
    if why := _barred(town, made["advocate_id"]):
        town.fail(f"{made['hand_out_id']} went to somebody who is kept from it: {why}")
    if made["amount_minor"] != town.typed.get(made["reference"]):
        town.fail(f"{made['hand_out_id']} is another amount than a person has typed")


def _barred(town: "Town", person: str) -> str:
    """What keeps things from somebody at this moment."""
    for kind in ("enrolment", "payout_stop", "ban", "advocate"):
        for one in town.dynamo.of_kind(kind):
            if one.plain["advocate_id"] == person and (why := _bar(kind, one.plain)):
                return why
    return ""


def _bar(kind: str, item: dict[str, Any]) -> str:
    if kind == "enrolment":
        banned = item["state"] == "banned" and not item.get("keeps_earned")
        return item["state"] if item["state"] == "paused" or banned else ""
    if kind == "advocate":
        return "erased" if item.get("erased_ms") else ""
    if kind == "ban":
        return "ban" if item["voiding"] else ""
    return "stop" if item.get("causes") or item.get("bans") else ""


def _handed(books: Books) -> Iterator[str]:
    """Nothing is handed over twice, nor by its payee or who approved it, and no money ever is."""
    inside: Counter[str] = Counter()
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for made in books["hand_out"]:
        name = made["hand_out_id"]
        parts = sum(each["amount_minor"] for each in made["rewards"])
        if parts + made["carry_minor"] != made["amount_minor"] or made["amount_minor"] <= 0:
            yield f"{name} is not the sum of its parts"
        if made["currency"] in MONEY:
            yield f"{name} hands over money"
        if made["by"] == account_of(made["advocate_id"]):
            yield f"{name} was handed over by its payee"
        for each in made["rewards"]:
            inside[each["reward_id"]] += 1
            yield from _piece(made, rewards[each["reward_id"]])
    for reward_id, count in inside.items():
        if count > 1:
            yield f"{reward_id} was handed over {count} times"


def _piece(made: Item, reward: Item) -> Iterator[str]:
    name = made["hand_out_id"]
    if reward.get("decided_by") == made["by"]:
        yield f"{name} was handed over by who approved {reward['order_id']}"
    if reward["currency"] != made["currency"] or reward.get("payout_id"):
        yield f"{name} is of {reward['currency']} or in a payout, too"


def _uncounted(books: Books) -> Iterator[str]:
    """I11: what is no money counts in no cap of money; caps on a number of rewards count it."""
    numbers = {one.scope for one in books.town.story.caps if one.of == "rewards"}
    for reward in books["reward"]:
        counted = () if reward["currency"] in MONEY else reward.get("counted", ())
        if any(place["scope"] not in numbers for place in counted):
            yield f"{reward['order_id']}: {reward['currency']} count as money of a cap"


GIVING = (_handed, _uncounted)
