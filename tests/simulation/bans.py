"""Bans in a town, through the API: what they take, what they leave, and who finishes them.

A ban has a day. What was earned before it stays; what was earned since is voided, whatever refunds
left of it, and no bank gives any of it back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from goodword.times import rfc3339

from tests.simulation.books import Books, Item
from tests.simulation.happenings import account_of
from tests.simulation.story import DAY_MS, HOUR_MS, PEOPLE, Story
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

REASONS = ("own_orders", "spam", "planted_clicks")
BACK_MS = (0, HOUR_MS, DAY_MS, 3 * DAY_MS, 9 * DAY_MS, 90 * DAY_MS)  # since when, from now
NEVER = 10**15
ALIVE = ("pending", "on_hold", "approved", "due")


RULED = 0.6  # of the stories in which people are banned: about one order, to the millisecond


@dataclass(frozen=True)
class Verdict:
    """Somebody is banned then, since an order, or since the moment before or after it."""

    at_ms: int
    person: str
    since_ms: int


def verdicts_of(story: Story) -> list[Verdict]:
    """Bans about single orders, mostly when what they gave is due and more is told of them."""
    chance = Random(f"verdicts {story.seed}")
    able = [one for one in story.orders if one.clicks]
    if not story.conduct or not able or chance.random() > RULED:
        return []
    won = [one for one in able if any(refund.won for refund in one.refunds)]
    order = chance.choice(won or able)
    days = story.hold_days + chance.choice((0, 1, 1, 2, 3))
    at_ms = order.at_ms + days * DAY_MS + chance.choice((1, HOUR_MS, 5 * HOUR_MS))
    since_ms = order.at_ms + chance.choice((-DAY_MS, -1, 0, 0, 1))
    return [Verdict(at_ms, order.clicks[-1].person, since_ms)]


class Conduct:
    """Who enforces the code of conduct."""

    def __init__(self, town: "Town", person: Callable[[str, str, object], None]) -> None:
        self.town, self._person = town, person

    def ban(self) -> None:
        """Somebody is banned, since now or since a while."""
        town = self.town
        body = {
            "advocate_id": town.chance.choice(PEOPLE),
            "program_id": PROGRAM,
            "reason_code": town.chance.choice(REASONS),
            "since": rfc3339(town.clock.at_ms - town.chance.choice(BACK_MS)),
        }
        who = town.chance.choice(("usr_fatima", "usr_fatima", "usr_maya"))
        self._person(who, "/v1/bans", body)

    def rule(self, verdict: Verdict) -> None:
        """A ban that the story has."""
        body = {
            "advocate_id": verdict.person,
            "program_id": PROGRAM,
            "reason_code": REASONS[0],
            "since": rfc3339(verdict.since_ms),
        }
        self._person("usr_fatima", "/v1/bans", body)

    def running(self) -> list[Item]:
        """Bans that are not carried out to their end."""
        found = [one.plain for one in self.town.dynamo.of_kind("ban")]
        return [one for one in found if one["voiding"]]


def forgotten(town: "Town", old: Item | None, new: Item) -> Iterator[str]:
    """What a ban that ends leaves: nothing that it covers is alive, or waits in a payout."""
    if new["voiding"] or old is None or not old["voiding"] or new["state"] != "banned":
        return
    happened = {
        one.plain["conversion_id"]: one.plain["occurred_ms"]
        for one in town.dynamo.of_kind("conversion")
    }
    for one in town.dynamo.of_kind("reward"):
        reward = one.plain
        covered = happened.get(reward["conversion_id"], 0) >= new["since_ms"]
        mine = reward["advocate_id"] == new["advocate_id"] and covered
        if mine and reward["state"] in (*ALIVE, "batched"):
            yield f"{reward['order_id']} is {reward['state']} when the ban about it ends"


def _bans(books: Books) -> Iterator[str]:
    """What a ban covers is gone, what it does not cover is not, and nobody banned themselves."""
    happened = {one["conversion_id"]: one["occurred_ms"] for one in books["conversion"]}
    yield from _taken(books, happened)
    for ban in books["ban"] if books.town.story.conduct else ():
        for reward in books["reward"]:
            covered = happened[reward["conversion_id"]] >= ban["since_ms"]
            mine = reward["advocate_id"] == ban["advocate_id"]
            if mine and covered and ban["state"] == "banned":
                yield from _left(reward)


def _taken(books: Books, happened: dict[str, int]) -> Iterator[str]:
    since: dict[str, int] = {}
    for event in books["event"]:
        if event["type"] == "enrolment.banned":
            who, from_ms = event["subject"], int(event["data"]["since_ms"])
            since[who] = min(from_ms, since.get(who, from_ms))
            if event["actor"]["id"] == account_of(who):
                yield f"{who} banned themselves"
    for reward in books["reward"] if books.town.story.conduct else ():
        from_ms = since.get(reward["advocate_id"], NEVER)
        if reward.get("reason") == "ban" and happened[reward["conversion_id"]] < from_ms:
            yield f"{reward['order_id']} was taken by a ban that does not cover it"


def _left(reward: Item) -> Iterator[str]:
    """Nothing of it is alive, and a bank gave nothing back."""
    if reward["state"] in ALIVE:
        yield f"{reward['order_id']} is {reward['state']} although a ban covers it"
    most = reward.get("ceiling_minor")
    barred = most is not None and reward["state"] in ("paid", "reversed", "batched")
    if barred and reward["remaining_minor"] > most:
        yield f"{reward['order_id']} got something back after a ban"


BANS = (_bans,)
