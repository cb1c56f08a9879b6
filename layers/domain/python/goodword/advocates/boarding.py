"""People put themselves on the leaderboard, and take themselves off it at once.

A board is read from an index of those who are on it, so it costs the same however many there are:
one query, one batch read for what is true now (the wish, the enrolment, the orders) and a name for
each row that is shown. Numbers are moved when an order is heard of; they are made anew from the
totals of orders each time, so repeats and any order of events do no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.advocates.board import (
    BoardRules,
    Listing,
    Place,
    Standing,
    board_place,
    board_rules_key,
    counts,
    is_period,
    listing_key,
    ranked,
)
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.people import read_advocate
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.languages import written
from goodword.limits import BOARD_NAME_MAX, BOARD_READ, BOARD_SHOWN
from goodword.ports import Change, Desk, Guard, until_settled
from goodword.privacy.consents import note_consent
from goodword.privacy.ports import Forgotten, TextSealer
from goodword.programs.effective import read_program
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record, Value
from goodword.rewards.tally import Tally, tally_key


class Row(Value):
    """One line of a board."""

    standing: Standing
    name: str


class Board(Value):
    """The first of a period; nobody while the board is not open. `more` says that others have as
    many as the last one shown.
    """

    program_id: str
    period: str
    is_open: bool
    rows: tuple[Row, ...]
    more: bool


@dataclass(frozen=True)
class Counting:
    """What moves numbers, and takes people off; it reads no name."""

    desk: Desk

    def look(self, advocate_id: str, program_id: str) -> None:
        """Bring the numbers of somebody on the board up to date. Safe to repeat."""

        def attempt() -> None:
            listing = self._listing(advocate_id, program_id)
            if listing is None:
                return
            change = Change()
            self.move(change, advocate_id, program_id)
            if change.keys:
                change.require(listing.key, Guard({"version": listing.version}))
                self.desk.store.commit(change)

        until_settled(attempt)

    def move(self, change: Change, advocate_id: str, program_id: str) -> None:
        """Put into the change whatever number is another than what is stored."""
        tally = self.desk.store.get(Tally, tally_key(advocate_id, program_id))
        wanted = counts(tally) if tally else {}
        for place in self._places(advocate_id, program_id):
            orders = wanted.pop(place.period, 0)
            if orders != place.orders:
                change.replace(place.but(orders=orders))
        change.create(
            *(
                Place(advocate_id=advocate_id, program_id=program_id, period=one, orders=orders)
                for one, orders in wanted.items()
            )
        )

    def hide(self, advocate_id: str, program_id: str, receipt: Receipt[bool] = no_receipt) -> bool:
        """Take somebody off, name and numbers, from now on; whether they were on."""

        def attempt() -> bool:
            listing, change = self._listing(advocate_id, program_id), Change()
            if listing is None:
                return settle(self.desk.store, change, False, receipt)
            change.delete(listing)
            for place in self._places(advocate_id, program_id):
                change.delete(place)
            note_consent(
                self.desk, change, advocate_id, "leaderboard", given=False, program_id=program_id
            )
            said = {"advocate_id": advocate_id, "program_id": program_id}
            change.create(self.desk.event("enrolment.board_left", advocate_id, "own_wish", **said))
            return settle(self.desk.store, change, True, receipt)

        return until_settled(attempt)

    def _listing(self, advocate_id: str, program_id: str) -> Listing | None:
        return self.desk.store.get(Listing, listing_key(advocate_id, program_id))

    def _places(self, advocate_id: str, program_id: str) -> Sequence[Place]:
        place = f"B#{program_id}#"
        return self.desk.store.query(Place, "core", f"ADV#{advocate_id}", place).rows


@dataclass(frozen=True)
class Boards:
    """The use cases that open names."""

    desk: Desk
    sealer: TextSealer

    def show(
        self,
        advocate_id: str,
        program_id: str,
        name: str,
        receipt: Receipt[Listing] = no_receipt,
    ) -> Listing:
        """Put oneself on the board by this name, or change the name.

        Raises InvalidInput `no_board_name` or `unseen_characters`, NotFound `not_enrolled`,
        Conflict `enrolment_not_active`, `board_closed` in a programme without one.
        """
        chosen = chosen_name(name)

        def attempt() -> Listing:
            store, change = self.desk.store, Change()
            enrolment = self._enrolled(advocate_id, program_id)
            rules = self.rules(program_id)
            if not rules.is_open:
                raise Conflict("board_closed", "this programme has no leaderboard")
            before = store.get(Listing, listing_key(advocate_id, program_id))
            if before is not None and self.name_of(before) == chosen:
                return settle(store, change, before, receipt)
            after = self._named(advocate_id, program_id, before)
            sealed = self.sealer.seal_text(advocate_id, chosen, after.about)
            after = after.but(sealed=sealed)
            change.save(after)
            if before is None:
                Counting(self.desk).move(change, advocate_id, program_id)
                note_consent(
                    self.desk, change, advocate_id, "leaderboard", given=True, program_id=program_id
                )
            what = "joined" if before is None else "renamed"
            said = {"advocate_id": advocate_id, "program_id": program_id}
            change.create(self.desk.event(f"enrolment.board_{what}", advocate_id, **said))
            change.require(enrolment.key, Guard({"version": enrolment.version}))
            change.replace(read_advocate(store, advocate_id))  # nobody erased
            return settle(store, change, after, receipt)

        return until_settled(attempt)

    def rules(self, program_id: str) -> BoardRules:
        """Whether the programme has a board."""
        found = self.desk.store.get(BoardRules, board_rules_key(program_id))
        return found or BoardRules(program_id=program_id)

    def open(
        self, program_id: str, is_open: bool, receipt: Receipt[BoardRules] = no_receipt
    ) -> BoardRules:
        """Staff open or close it for everybody; the same again changes nothing."""

        def attempt() -> BoardRules:
            read_program(self.desk.store, program_id)
            before, change = self.rules(program_id), Change()
            after = before.but(is_open=is_open)
            if after != before:
                change.save(after)
                change.create(self.desk.event("program.board_set", program_id, is_open=is_open))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def own(self, advocate_id: str, program_id: str) -> str:
        """The name by which somebody is on the board; empty if they are not."""
        found = self.desk.store.get(Listing, listing_key(advocate_id, program_id))
        return self.name_of(found) if found else ""

    def name_of(self, listing: Listing) -> str:
        """The chosen name; empty once its person is erased."""
        try:
            return self.sealer.open_text(listing.advocate_id, listing.sealed, listing.about)
        except Forgotten:
            return ""

    def top(self, program_id: str, period: str) -> Board:
        """The first of a period, by what is true now. InvalidInput `no_such_period`."""
        if not is_period(period):
            raise InvalidInput("no_such_period", "say a month (2026-11), a year (2026) or all")
        if not self.rules(program_id).is_open:
            return Board(program_id=program_id, period=period, is_open=False, rows=(), more=False)
        page = self.desk.store.query_index(
            Place, "core", board_place(program_id, period), limit=BOARD_READ
        )
        names = [one.advocate_id for one in page.rows]
        known = self._known(names, program_id)
        numbers: list[tuple[str, int]] = []
        for one in names:
            enrolment = known.get(enrolment_key(one, program_id))
            tally = known.get(tally_key(one, program_id))
            here = isinstance(enrolment, Enrolment) and enrolment.state == "active"
            if here and isinstance(tally, Tally) and listing_key(one, program_id) in known:
                numbers.append((one, counts(tally).get(period, 0)))
        standings = [one for one in ranked(numbers) if one.orders > 0]
        shown = standings[:BOARD_SHOWN]
        more = standings[BOARD_SHOWN:]
        return Board(
            program_id=program_id,
            period=period,
            is_open=True,
            rows=tuple(row for one in shown if (row := self._row(one, program_id, known))),
            more=bool(more) and more[0].orders == shown[-1].orders,
        )

    def _row(self, one: Standing, program_id: str, known: dict[Key, Record]) -> Row | None:
        listing = known[listing_key(one.advocate_id, program_id)]
        assert isinstance(listing, Listing)  # that is what lies there
        name = self.name_of(listing)
        return Row(standing=one, name=name) if name else None

    def _known(self, names: Sequence[str], program_id: str) -> dict[Key, Record]:
        wanted: dict[Key, type[Record]] = {}
        for one in names:
            wanted[listing_key(one, program_id)] = Listing
            wanted[enrolment_key(one, program_id)] = Enrolment
            wanted[tally_key(one, program_id)] = Tally
        return self.desk.store.get_mixed(wanted) if wanted else {}

    def _enrolled(self, advocate_id: str, program_id: str) -> Enrolment:
        found = self.desk.store.get(Enrolment, enrolment_key(advocate_id, program_id))
        if found is None:
            raise NotFound("not_enrolled", "this advocate is not in this programme")
        if found.state != "active":
            raise Conflict("enrolment_not_active", "only who takes part can be on the board")
        return found

    def _named(self, advocate_id: str, program_id: str, before: Listing | None) -> Listing:
        """The listing without its name yet."""
        if before is not None:
            return before.but(edition=before.edition + 1)
        return Listing(
            advocate_id=advocate_id,
            program_id=program_id,
            sealed="",
            since_ms=self.desk.clock.now_ms(),
        )


def chosen_name(text: str) -> str:
    """The name as it is shown: one line, no blanks around it, nothing that nobody can see."""
    name = " ".join(text.split())
    if not name or len(name) > BOARD_NAME_MAX:
        raise InvalidInput("no_board_name", f"say a name of up to {BOARD_NAME_MAX} characters")
    if written(name) != name:
        raise InvalidInput("unseen_characters", "the name has characters that nobody can see")
    return name
