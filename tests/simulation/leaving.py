"""People who want to be erased while money of theirs is on its way, and friends who are forgotten.

They have some days, what is in a payout is waited for, and then nothing leads to them any more. The
books stay what they are: every other check is made of them as of anybody's.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Identity
from goodword.errors import GoodwordError
from goodword.events import Actor
from goodword.payouts.model import Payout
from goodword.privacy.erasing import Erasing, Erasure

from tests.simulation.books import Books, Item
from tests.simulation.story import HOUR_MS, PEOPLE
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

AT_ONCE, TAKEN_BACK = 0.6, 0.2  # chances: unpaid money is not waited for; the wish is taken back
LOOK_MS = 12 * HOUR_MS  # after so long an erasure that waits for money is looked at again
LIVE = ("draft", "sent", "unknown")  # it is sent to where the person wanted it


class Keys:
    """The vault's keys, as far as they open where money goes. What is forgotten stays forgotten."""

    def __init__(self, town: "Town") -> None:
        self._town = town

    def seal_text(self, _person: str, text: str, _about: str) -> str:
        return text

    def open_text(self, _person: str, sealed: str, _about: str) -> str:
        return sealed

    def forget(self, person_id: str) -> None:
        self._town.places.fields.pop(person_id, None)


class Accounts:
    """The sign-in's accounts, which have nobody in them."""

    def close(self, _subject: str) -> None: ...


class Leaving:
    """Who leaves a town for good."""

    def __init__(self, town: "Town", task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self._task = town, task

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        return [self.ask, *[self.sweep] * 3, self.forget] * self.town.story.leaves

    def ask(self) -> None:
        """Somebody asks to be erased, or has thought better of it."""
        chance = self.town.chance
        who, at_once = chance.choice(PEOPLE), chance.random() < AT_ONCE
        work = self._work(Actor(kind="advocate", id=who))
        if chance.random() < TAKEN_BACK:
            self._task(who, lambda: work.take_back(who))
        else:
            self._task(who, lambda: work.ask(who, at_once=at_once))

    def sweep(self) -> None:
        """The clock of privacy erases whose days are over."""

        def work() -> None:
            erasing = self._work(Actor(kind="system", id="privacy_schedule"))
            for one in erasing.due():
                try:
                    erasing.carry_out(one.advocate_id, Accounts())
                except GoodwordError as failed:  # the others are not kept waiting by one
                    self.town.noticed("an erasure was cut off", failed)

        self._task("privacy_schedule", work)

    def forget(self) -> None:
        """A friend is forgotten; the orders stay, and never learn whose they were."""
        known: list[Identity] = self.town.all(Identity)
        if known:
            desk = self.town.desk(Actor(kind="system", id="friend"))
            mac = self.town.chance.choice(known).mac
            self._task("friend", lambda: Forgetting(desk).forget(PROGRAM, mac))

    def stays(self, person: str) -> bool:
        """Whether somebody may still say where their money goes."""
        found = (one.plain for one in self.town.dynamo.of_kind("advocate"))
        return not any(one["advocate_id"] == person and one.get("erased_ms") for one in found)

    def open(self) -> list[str]:
        """Whom nothing keeps from being erased any more, and who is not.

        Money that is in a payout again at every look keeps somebody for as long as that goes on.
        """
        if not self.town.story.leaves:
            return []
        moved: dict[str, int] = {}
        for payout in self.town.all(Payout):
            who = payout.advocate_id
            moved[who] = max(payout.changed_ms, moved.get(who, 0))
        lately_ms = self.town.clock.at_ms - 2 * LOOK_MS
        return [
            f"erasure of {one.advocate_id}"
            for one in self.town.all(Erasure)
            if one.state == "erasing"
            or (one.state == "asked" and one.at_once and moved.get(one.advocate_id, 0) < lately_ms)
        ]

    def _work(self, who: Actor) -> Erasing:
        keys: Any = Keys(self.town)
        return Erasing(self.town.desk(who), keys)


def watch_erased(town: "Town", old: Item | None, new: Item) -> None:
    """At the moment when somebody begins to be gone: nothing of theirs is in a payout."""
    if new.get("erased_ms") and not (old or {}).get("erased_ms"):
        for one in town.dynamo.of_kind("payout"):
            if one.plain["advocate_id"] == new["advocate_id"] and one.plain["state"] in LIVE:
                town.fail(f"{new['advocate_id']} is erased while a payout is {one.plain['state']}")


def _gone(books: Books) -> Iterator[str]:
    """I8: nothing leads to somebody erased, nothing is sent to them, and they earn nothing more."""
    for erasure in books["erasure"]:
        who = erasure["advocate_id"]
        if erasure["state"] != "done":
            continue
        if who in books.town.places.fields:
            yield f"{who} is erased, and where their money goes is still known"
        if any(one["advocate_id"] == who for one in books["payout_method"]):
            yield f"{who} is erased and has a payout method"
        if any(one["label"] or one["state"] == "active" for one in _of(books, "link", who)):
            yield f"{who} is erased and has a link that earns"
        for one in _of(books, "payout", who):
            if (one.get("sent_ms") or 0) > erasure["done_ms"]:
                yield f"{one['payout_id']} was sent to somebody erased"
        for one in _of(books, "reward", who):
            if books.town.story.order(one["order_id"]).at_ms > erasure["done_ms"]:
                yield f"{one['order_id']} is earned by somebody erased"


def _of(books: Books, kind: str, who: str) -> list[Item]:
    return [one for one in books[kind] if one["advocate_id"] == who]


LEFT = (_gone,)
