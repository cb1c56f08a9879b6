"""Bans in a town, through the API: what they take, what they leave, and who finishes them.

A ban has a day. What was earned before it stays; what was earned since is voided, whatever refunds
left of it, and no bank gives any of it back.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from goodword.times import rfc3339

from tests.simulation.books import Books, Item
from tests.simulation.story import DAY_MS, HOUR_MS, PEOPLE
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

REASONS = ("own_orders", "spam", "planted_clicks")
BACK_MS = (0, HOUR_MS, DAY_MS, 3 * DAY_MS, 9 * DAY_MS, 90 * DAY_MS)  # since when, from now
NEVER = 10**15
ALIVE = ("pending", "on_hold", "approved", "due")


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

    def running(self) -> list[Item]:
        """Bans that are not carried out to their end."""
        found = [one.plain for one in self.town.dynamo.of_kind("ban")]
        return [one for one in found if one["voiding"]]


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
            if event["actor"]["id"] == who.replace("adv_", "usr_", 1):
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
