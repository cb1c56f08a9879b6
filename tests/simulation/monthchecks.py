"""Who has what a friend orders over months, worked out anew from all that really happened.

Everything of such a story is told before anything passes its hold. So its last decisions follow
from the story alone: who won each order, under which version, what each rule gives, and of which
touch it is written down that it won; in whatever order all was told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.simulation.books import Books, Item
from tests.simulation.months import SKEW_MS, later, tie_at, too_old
from tests.simulation.offers import Seen
from tests.simulation.oracle import Contact, contacts_of, gives, in_force
from tests.simulation.reasons import last_decision
from tests.simulation.story import Order, Story

LIKED = {"code": "code", "link": "click"}


@dataclass(frozen=True)
class Stands:
    """Who must have an order, and when the first one was that somebody brought."""

    contact: Contact | None
    seen: Seen
    owner: str | None  # with whom the friend stays for it
    runs: Contact | None  # to whom its months are promised


@dataclass
class Friend:
    """What is known of one by then: whose they are, and what brought the first order, when."""

    owner: str | None = None
    founder: Contact | None = None
    since_ms: int = 0
    bought: int = 0


def standing(story: Story) -> dict[str, Stands]:
    """Of each order, in the order in which they happened."""
    friend, found = Friend(), {}
    for order in sorted(story.orders, key=lambda one: one.at_ms):
        runs = friend.founder if _runs(story, order, friend) else None
        owner = friend.owner if tie_at(story, order.at_ms).sticky or runs else None
        winner = _winner(story, order, owner) or runs
        sale = order.action == "sale"
        friend.bought += sale
        if winner is not None:
            friend.owner = friend.owner or winner.person
            if sale and friend.founder is None:
                friend.founder, friend.since_ms = winner, order.at_ms
        since_ms = friend.since_ms if friend.founder else order.at_ms
        seen = Seen(nth=friend.bought, since=since_ms)
        found[order.name] = Stands(winner, seen, owner, runs)
    return found


def _winner(story: Story, order: Order, owner: str | None) -> Contact | None:
    """Of those that are in time."""
    tie = tie_at(story, order.at_ms)
    able = [
        one
        for one in contacts_of(story, order.friend)
        if one.at_ms <= order.at_ms + SKEW_MS and owner in (None, one.person)
    ]
    near = [one for one in able if not too_old(story, order, one.at_ms)]
    near.sort(key=lambda one: (one.at_ms, one.tie))
    best = [one for one in near if one.kind == LIKED.get(tie.precedence)] or near
    if not best:
        return None
    return best[0] if tie.model == "first" else best[-1]


def _runs(story: Story, order: Order, friend: Friend) -> bool:
    """Whether anything is still promised for what brought the friend."""
    one = friend.founder
    if one is None or order.action != "sale":
        return False
    months = max(offer.months for offer in in_force(story, one.at_ms, one.person).offers)
    stays = tie_at(story, friend.since_ms).sticky
    return stays and order.at_ms < later(friend.since_ms, months)


def _months(books: Books) -> Iterator[str]:
    """I9: whatever was told when, the orders of a friend are whose they must be, for as long."""
    story = books.town.story
    if not story.lasts:
        return
    due = standing(story)
    for conversion in books["conversion"]:
        order = story.order(conversion["order_id"])
        for what in _stands(books, conversion, order, due[order.name]):
            yield f"{order.name}: {what}"


def _stands(books: Books, conversion: Item, order: Order, due: Stands) -> Iterator[str]:
    story, one = books.town.story, due.contact
    person = one.person if one else None
    if conversion.get("advocate_id") != person:
        yield f"it is {conversion.get('advocate_id')}'s, not {person}'s"
        return
    rewards = {each["reward_id"]: each for each in books["reward"]}
    mine = [rewards[name] for name in conversion.get("reward_ids", ())]
    got = {each["rule_id"]: each["earned_minor"] for each in mine}
    touch = (one.at_ms, one.person) if one else (0, "")
    wanted = gives(story, order, touch, due.seen) if one else {}
    amounts = {name: worth.amount for name, worth in wanted.items() if worth.amount}
    if got != amounts:
        yield f"it earned {got}, not {amounts}"
    last = last_decision(books, conversion)
    number = 1 + story.versions.index(in_force(story, *touch)) if one else last["version_number"]
    if last["version_number"] != number:
        yield f"it is decided by version {last['version_number']}, not {number}"
    for identity in books["identity"]:
        yield from _won(identity, conversion, one)
    if _knew_all(books, conversion, last):
        yield from _told(story, order, due, last["attribution"])


def _won(identity: Item, conversion: Item, due: Contact | None) -> Iterator[str]:
    """What is kept of a friend names the touch that won."""
    (name,) = (
        one.get("won", "")
        for one in identity["conversions"]
        if one["conversion_id"] == conversion["conversion_id"]
    )
    touches = {one["touch_id"]: one for one in conversion["touches"]}
    won = touches.get(name)
    said = (won["at_ms"], won["advocate_id"]) if won else None
    if said != ((due.at_ms, due.person) if due else None):
        yield f"it is kept that {said} won it, not {due}"


def _knew_all(books: Books, conversion: Item, last: Item) -> bool:
    """Whether all earlier orders were what they are by now when this one was decided."""
    others = [one for one in books["conversion"] if one["occurred_ms"] < conversion["occurred_ms"]]
    return all(last_decision(books, one)["at_ms"] < last["at_ms"] for one in others)


def _told(story: Story, order: Order, due: Stands, said: Item) -> Iterator[str]:
    """Each touch that was looked at has its reason."""
    tie, one = tie_at(story, order.at_ms), due.contact
    winner: Item = said.get("winner") or {}
    if one is None or (winner.get("at_ms"), winner.get("advocate_id")) != (one.at_ms, one.person):
        return  # another touch of the same person and version, which is as good
    for row in said["considered"]:
        touch = row["touch"]
        if touch["touch_id"] == winner["touch_id"]:
            continue
        wanted = _lost(story, order, due, touch)
        if not wanted:
            liked = LIKED.get(tie.precedence)
            kinds = one.kind == liked != touch["kind"]
            by_kind = "code_before_link" if liked == "code" else "link_before_code"
            by_time = "earlier_touch" if tie.model == "first" else "later_touch"
            wanted = by_kind if kinds else by_time
        if (row["verdict"], row["reason"]) != ("lost", wanted):
            yield f"a touch is told {row['verdict']}, {row['reason']}, not {wanted}"


def _lost(story: Story, order: Order, due: Stands, touch: Item) -> str:
    if touch["at_ms"] > order.at_ms + SKEW_MS:
        return "after_conversion"
    if too_old(story, order, touch["at_ms"]):
        return "outside_window"
    return "sticky_advocate" if due.owner not in (None, touch["advocate_id"]) else ""


MONTHS = (_months,)
