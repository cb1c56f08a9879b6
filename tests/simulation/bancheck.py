"""What a ban is as it is written, and what is said of it before: days, sums, who is stopped.

A ban stands at once and stops all payouts until it is carried out; then it says how much it has
voided and how much had been paid before. What it would do is told beforehand, to the cent.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from goodword.errors import GoodwordError
from goodword.events import system
from goodword.ports import Desk
from goodword.trust.banning import Bans

from tests.simulation.books import Books, Item
from tests.simulation.letters import APPEAL_DAYS
from tests.simulation.story import DAY_MS
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

Pair = tuple[Item | None, Item]
OWED = ("pending", "on_hold", "approved", "due", "batched")
LOOK_MS = 30 * 60_000  # until a ban that waits is looked at again
JOINED_SLACK_MS = DAY_MS  # before the day of joining, whatever the time zone


def banned(town: "Town", pairs: Sequence[Pair]) -> Iterator[str]:
    """What is wrong with the bans of one commit."""
    for old, new in pairs:
        if new["kind"] != "ban":
            continue
        begins = old is None or (old["state"], new["state"]) == ("lifted", "banned")
        found = _begun(new, pairs) if begins else _moved(town, old or {}, new, pairs)
        for what in (*found, *_stops(town, new)):
            yield f"the ban of {new['advocate_id']}: {what}"


def _begun(new: Item, pairs: Sequence[Pair]) -> Iterator[str]:
    if new["appeal_until_ms"] != new["banned_ms"] + APPEAL_DAYS * DAY_MS:
        yield f"its appeal ends {new['appeal_until_ms'] - new['banned_ms']} ms after it"
    if new["since_ms"] > new["banned_ms"]:
        yield "it is of a day to come"
    if not new["voiding"] or new.get("voided") or new.get("cursor"):
        yield "it does not begin at the first reward"
    places = [one for _, one in pairs if one["kind"] == "enrolment"]
    said = [(one["state"], one.get("since_ms"), one.get("keeps_earned")) for one in places]
    if said != [("banned", new["since_ms"], True)]:
        yield f"its enrolment is {said}"
    for one in (each for _, each in pairs if each["kind"] == "link"):
        if one["state"] == "active":
            yield "a link earns still"


def _moved(town: "Town", old: Item, new: Item, pairs: Sequence[Pair]) -> Iterator[str]:
    names = ("since_ms", "banned_ms", "appeal_until_ms", "reason", "banned_by")
    if changed := [name for name in names if old.get(name) != new.get(name)]:
        yield f"its {changed} changed"
    if not old["voiding"] and new["voiding"] and not _came_back(pairs):
        yield "it goes on again"
    carried = old["voiding"] and not new["voiding"] and new["state"] == "banned"
    if carried and len(town.baton.tasks) == 1:
        found = Counter(_became(one) for one in covered(town, new))
        said = new.get("voided", 0), new.get("paid_before", 0)
        if said != (found["voided"], found["paid"]):
            yield f"it has voided {said[0]}, {said[1]} were paid; there are {dict(found)}"
    if new.get("waits") and new["voiding"] and not new.get("cursor"):
        late_ms = new["look_ms"] - town.clock.at_ms
        if not 0 < late_ms <= LOOK_MS:
            yield f"it is looked at again after {late_ms} ms"


def _came_back(pairs: Sequence[Pair]) -> bool:
    """Whether this commit returns a payment: what a ban covers of it is owed again, and taken."""
    payouts = [(old or {}, new) for old, new in pairs if new["kind"] == "payout"]
    return any((old.get("state"), new["state"]) == ("paid", "returned") for old, new in payouts)


def _stops(town: "Town", new: Item) -> Iterator[str]:
    """While it is carried out nothing is sent; then it stops nothing any more."""
    stops = (one.plain for one in town.dynamo.of_kind("payout_stop"))
    mine = [one for one in stops if one["advocate_id"] == new["advocate_id"]]
    stopped = any(PROGRAM in one.get("bans", {}) for one in mine)
    if stopped != (new["voiding"] and new["state"] == "banned"):
        yield f"it is {new['state']}, going on: {new['voiding']}, and stops payouts: {stopped}"


def covered(town: "Town", ban: Item) -> list[Item]:
    """The rewards of orders since then."""
    orders = {
        one.plain["conversion_id"]: one.plain["occurred_ms"]
        for one in town.dynamo.of_kind("conversion")
    }
    rewards = (one.plain for one in town.dynamo.of_kind("reward"))
    return [
        one
        for one in rewards
        if one["advocate_id"] == ban["advocate_id"]
        and orders[one["conversion_id"]] >= ban["since_ms"]
    ]


def _became(reward: Item) -> str:
    if reward.get("reason") == "ban":
        return "voided"
    return "paid" if reward["state"] == "paid" else ""


def _foreseen(books: Books) -> Iterator[str]:
    """What a ban since each order would do: how much is taken, how much has left already."""
    town = books.town
    if not town.story.conduct:
        return
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("bans"))
    order = town.story.orders[0]
    for place in books["enrolment"]:
        who, joined_ms = place["advocate_id"], place["created_ms"]
        if place["state"] == "banned":
            yield from _refused(desk, who, order.at_ms, "enrolment_cannot_move")
            continue
        for off in (-1, 0, 1) if order.at_ms < town.clock.at_ms else ():
            yield from _ahead(town, desk, who, order.at_ms + off)
        yield from _refused(desk, who, town.clock.at_ms + 1, "since_in_the_future")
        yield from _refused(desk, who, joined_ms - JOINED_SLACK_MS - 1, "since_before_joining")
        yield from _ahead(town, desk, who, joined_ms - JOINED_SLACK_MS)
        yield from _ahead(town, desk, who, town.clock.at_ms)


def _ahead(town: "Town", desk: Desk, who: str, since_ms: int) -> Iterator[str]:
    said: Any = Bans(desk).ahead(who, PROGRAM, since_ms)
    mine = covered(town, {"advocate_id": who, "since_ms": since_ms})
    owed = [one for one in mine if one["state"] in OWED]
    sums: Counter[str] = Counter()
    for one in owed:
        sums[one["currency"]] += one["remaining_minor"]
    paid = sum(one["state"] == "paid" for one in mine)
    if (said.voided, dict(said.sums), said.paid, said.more) != (len(owed), sums, paid, False):
        yield f"a ban of {who} would do {said}, not {dict(sums)} of {len(owed)}, {paid} paid"


def _refused(desk: Desk, who: str, since_ms: int, code: str) -> Iterator[str]:
    try:
        Bans(desk).ahead(who, PROGRAM, since_ms)
    except GoodwordError as refused:
        if refused.code != code:
            yield f"a ban of {who} is refused by {refused.code}, not by {code}"
    else:
        yield f"a ban of {who} is foreseen in spite of {code}"


FORESEEN = (_foreseen,)
