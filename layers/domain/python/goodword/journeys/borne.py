"""How being asked wears on somebody of several names is seen in all of their books together.

Each name has a book of its own, and a book lists itself by what is in it. Two noes under one name
and two under the other wear nobody out as each book sees it. So of a person with asks in several
books one is `joined`: it stands in the list of the worn out, which looks at the whole person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from goodword.events import Event
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.listening import head
from goodword.ports import Change, Desk, until_settled


def joins(book: AskBook, others: Sequence[AskBook]) -> bool:
    """Whether the book, in which there are asks, is to stand for all of the person's."""
    if book.joined or any(one.joined for one in others):
        return book.joined
    return any(one.asks for one in others)


@dataclass(frozen=True)
class Joining:
    """Hears of people. The worker of events calls it; safe to repeat."""

    desk: Desk

    def heard(self, event: Event) -> None:
        """Of whom anything is heard may have been joined just now."""
        if event.type in ("journey.signal_noted", "journey.subject_known"):
            until_settled(partial(self._join, event.subject))

    def _join(self, subject_id: str) -> None:
        person = head(self.desk, subject_id)
        if person.what != "person" or not person.parts:
            return
        keys = [book_key(one) for one in (person.subject_id, *person.parts)]
        found = self.desk.store.get_many(AskBook, keys)
        asked = [found[key] for key in keys if key in found and found[key].asks]
        if not asked or asked[0].joined or not joins(asked[0], asked[1:]):
            return
        change = Change()
        change.replace(asked[0].but(joined=True))
        self.desk.store.commit(change)
