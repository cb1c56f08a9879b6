"""Whom staff should look after: those whom being asked has worn out, and those who fell away.

Both are found in an index of the programme that the book of asks keeps itself in, so a page costs
one query and a few reads for each of its people, however many there are. What is shown is decided
anew from the asks as they stand, since days pass without a write: who has recovered, does not take
part any more, or brought an order lately is passed over.

Whoever was never asked has no book. Of them those fell away who joined so long ago and of whom
nothing was heard since; they follow behind the others, from the index of all who were heard of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.advocates.model import Enrolment, Known, enrolment_key, known_key
from goodword.errors import InvalidInput
from goodword.journeys.asked import Asked, Rating, rated
from goodword.journeys.asking import AskBook, asked_place, book_key, worn_place
from goodword.journeys.crediting import read_many
from goodword.journeys.listening import head
from goodword.journeys.signal import Subject, subject_key
from goodword.journeys.wear import Strain, last_ms, strains, worn_out
from goodword.journeys.wished import all_asks
from goodword.limits import LAPSED_DAYS, WEAR_PAGE, WORN_DAYS
from goodword.ports import Desk, Page
from goodword.records import Key, Record, Value
from goodword.rewards.tally import Tally, month_of, tally_key
from goodword.times import DAY_MS

Which = Literal["worn_out", "lapsed"]
WHICH: tuple[Which, ...] = ("worn_out", "lapsed")
NEVER_ASKED = "never."  # before the cursor of those who were never asked


class Strained(Value):
    """A person to look after, and every reason; `asked` counts the asks of the last WORN_DAYS."""

    subject_id: str
    advocate_id: str
    strains: tuple[Strain, ...]
    asked: int
    rating: Rating | None
    last_ms: int


@dataclass(frozen=True)
class Caring:
    """Looks for them."""

    desk: Desk

    def page(self, program_id: str, which: Which, cursor: str | None = None) -> Page[Strained]:
        """A page of them, those who were silent longest first; it may lag behind a moment."""
        now_ms = self.desk.clock.now_ms()
        silent_ms = now_ms - LAPSED_DAYS * DAY_MS
        if which == "lapsed" and cursor is not None and cursor.startswith(NEVER_ASKED):
            return self._never_asked(program_id, silent_ms, cursor.removeprefix(NEVER_ASKED))
        place = worn_place(program_id) if which == "worn_out" else asked_place(program_id)
        page = self.desk.store.query_index(
            AskBook,
            "core",
            place,
            until=f"{silent_ms:015d}#~" if which == "lapsed" else None,
            limit=WEAR_PAGE,
            cursor=cursor,
        )
        known = self._known(page.rows)
        found: dict[str, Strained] = {}
        for book in page.rows:
            one = self._strained(book, known, now_ms)
            if one is not None and _belongs(book, one, which):
                found[one.subject_id] = one
        if which == "worn_out" or page.cursor is not None:
            return Page(list(found.values()), page.cursor)
        others = self._never_asked(program_id, silent_ms, "")
        return Page([*found.values(), *others.rows], others.cursor)

    def _never_asked(self, program_id: str, silent_ms: int, cursor: str) -> Page[Strained]:
        """People who take part, were never asked, and have been silent since before that time."""
        store = self.desk.store
        page = store.query_index(
            Subject,
            "core",
            f"SUBJECTS#{program_id}",
            until=f"{silent_ms:015d}#~",
            limit=WEAR_PAGE,
            cursor=cursor or None,
        )
        quiet = self._unasked(page.rows)
        joined = self._taking_part(program_id, quiet)
        keys = [tally_key(one.advocate_id, program_id) for one in joined.values()]
        tallies = read_many(store, Tally, keys)
        found = []
        for one in quiet:
            enrolment = joined.get(one.subject_id)
            if enrolment is None or enrolment.created_ms > silent_ms:
                continue
            tally = tallies.get(tally_key(enrolment.advocate_id, program_id))
            if tally is None or not _brought(tally, self.desk.clock.now_ms()):
                found.append(_silent(one, enrolment.advocate_id))
        return Page(found, NEVER_ASKED + page.cursor if page.cursor is not None else None)

    def _unasked(self, people: Sequence[Subject]) -> list[Subject]:
        """Those of whom no name was ever asked for anything."""
        keys = [book_key(name) for one in people for name in (one.subject_id, *one.parts)]
        books = read_many(self.desk.store, AskBook, keys)
        asked = {one.subject_id for one in books.values() if one.asks}
        return [one for one in people if not asked.intersection((one.subject_id, *one.parts))]

    def _taking_part(self, program_id: str, people: Sequence[Subject]) -> dict[str, Enrolment]:
        """Who of them takes part, by subject."""
        store = self.desk.store
        known = read_many(store, Known, [known_key(mac) for one in people for mac in one.marks])
        names = {
            one.subject_id: enrolment_key(known[known_key(mac)].advocate_id, program_id)
            for one in people
            for mac in one.marks
            if known_key(mac) in known
        }
        found = read_many(store, Enrolment, list(names.values()))
        return {
            name: found[key]
            for name, key in names.items()
            if key in found and found[key].state == "active"
        }

    def _known(self, books: Sequence[AskBook]) -> Mapping[Key, Record]:
        """Who they are, whether they take part, and what they brought, in one request."""
        wanted: dict[Key, type[Record]] = {}
        for book in books:
            wanted[subject_key(book.subject_id)] = Subject
            if book.advocate_id:
                wanted[enrolment_key(book.advocate_id, book.program_id)] = Enrolment
                wanted[tally_key(book.advocate_id, book.program_id)] = Tally
        return self.desk.store.get_mixed(wanted) if wanted else {}

    def _strained(self, book: AskBook, known: Mapping[Key, Record], now_ms: int) -> Strained | None:
        if book.advocate_id:
            enrolment = known.get(enrolment_key(book.advocate_id, book.program_id))
            if not isinstance(enrolment, Enrolment) or enrolment.state != "active":
                return None
        subject = known.get(subject_key(book.subject_id))
        if not isinstance(subject, Subject) or subject.forgotten:
            return None
        name, asks = self._whole(book, subject)
        reasons = strains(asks, now_ms)
        tally = known.get(tally_key(book.advocate_id, book.program_id))
        if isinstance(tally, Tally) and _brought(tally, now_ms):
            reasons = tuple(one for one in reasons if one != "lapsed")
        if not reasons:
            return None
        newest = rated(asks)
        lately = [one for one in asks if one.at_ms > now_ms - WORN_DAYS * DAY_MS]
        return Strained(
            subject_id=name,
            advocate_id=book.advocate_id,
            strains=reasons,
            asked=len(lately),
            rating=newest.rating if newest else None,
            last_ms=last_ms(asks),
        )

    def _whole(self, book: AskBook, subject: Subject) -> tuple[str, tuple[Asked, ...]]:
        """The person, and the asks of everybody who turned out to be the same."""
        if subject.merged_into is not None:
            subject = head(self.desk, subject.subject_id)
        names = (subject.subject_id, *subject.parts)
        if names == (book.subject_id,):
            return book.subject_id, book.asks
        books = self.desk.store.get_many(AskBook, [book_key(one) for one in names])
        return subject.subject_id, all_asks(list(books.values()))


def _belongs(book: AskBook, one: Strained, which: Which) -> bool:
    """Whether a book that stands for others, too, is of somebody whom the list is about."""
    worn = any(why != "lapsed" for why in one.strains)
    return which == "lapsed" or worn or worn_out(book.asks)


def _silent(subject: Subject, advocate_id: str) -> Strained:
    return Strained(
        subject_id=subject.subject_id,
        advocate_id=advocate_id,
        strains=("lapsed",),
        asked=0,
        rating=None,
        last_ms=subject.last_ms,
    )


def which_of(said: str) -> Which:
    """The list that is meant. Raises InvalidInput `unknown_list`."""
    found = next((one for one in WHICH if one == said), None)
    if found is None:
        raise InvalidInput("unknown_list", f"of must be one of: {', '.join(WHICH)}")
    return found


def _brought(tally: Tally, now_ms: int) -> bool:
    """Whether orders came through the person's links since they would have fallen away."""
    since = month_of(now_ms - LAPSED_DAYS * DAY_MS)
    return any(one.orders > 0 for month, one in tally.by_month.items() if month >= since)
