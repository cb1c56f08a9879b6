"""An extract is made in bounded steps, each one Change, and goes on wherever it was left.

A step reads some pages of one kind, keeps their rows as a part and commits the progress, on the
version that was read. So a step that is killed between the two writes the same part again, and of
two workers one loses and stops. What the bus lost, a clock finds (I13).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from goodword.errors import FieldError, InvalidInput, NotFound, Stale
from goodword.events import Event
from goodword.limits import (
    EXTRACT_DAYS_MAX,
    EXTRACT_HOURS_MAX,
    EXTRACT_IDLE_MINUTES,
    EXTRACT_PIECES,
    EXTRACT_ROWS,
    EXTRACT_STEPS,
    EXTRACTS_PER_SWEEP,
)
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.effective import read_program
from goodword.programs.extract import (
    PREFIX,
    WAITING,
    WHAT,
    Extract,
    What,
    extract_key,
    part_name,
)
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

ASKED, CONTINUES = "program.extract_asked", "program.extract_continues"
READY, FAILED, SAVED = "program.extract_ready", "program.extract_failed", "program.extract_saved"
Row = Sequence[str]  # finished cells


class Piece(NamedTuple):
    """Some rows of a kind, where the next ones begin, and how many percent are read with these."""

    rows: Sequence[Row]
    cursor: str | None
    share: int


# Reads a page of one kind; None while what is wanted cannot be read whole yet.
Sections = Mapping[What, Callable[[Extract, str | None], Piece | None]]


class Parts(Protocol):
    """Where rows are kept until they are saved."""

    def keep(self, name: str, rows: Sequence[Row]) -> None:
        """Keep them under this name; again is the same."""
        ...


@dataclass(frozen=True)
class Extracts:
    """The use cases of extracts: staff ask and save, the worker goes on, the clock looks after."""

    desk: Desk
    sections: Sections
    parts: Parts

    def ask(
        self,
        program_id: str,
        what: Sequence[What],
        from_ms: int,
        until_ms: int,
        zone: str = "UTC",
        receipt: Receipt[Extract] = no_receipt,
    ) -> Extract:
        """Begin one, of days that are over: later the same days would give other rows."""

        def attempt() -> Extract:
            now_ms = self.desk.clock.now_ms()
            _check_days(from_ms, until_ms, now_ms)
            read_program(self.desk.store, program_id)
            extract = Extract(
                program_id=program_id,
                extract_id=self.desk.ids.new("ext"),
                what=tuple(one for one in WHAT if one in what),
                from_ms=from_ms,
                until_ms=until_ms,
                zone=zone,
                asked_by=self.desk.actor.id,
                asked_ms=now_ms,
                changed_ms=now_ms,
            )
            change = Change()
            change.create(extract, self._event(ASKED, extract))
            return settle(self.desk.store, change, extract, receipt)

        return until_settled(attempt)

    def read(self, program_id: str, extract_id: str) -> Extract:
        """One that is still kept. Raises NotFound `no_export`."""
        found = self.desk.store.get(Extract, extract_key(program_id, extract_id))
        if found is None or found.kept_until_ms <= self.desk.clock.now_ms():
            raise NotFound("no_export", "there is no such export, or it is no longer kept")
        return found

    def made(self, program_id: str, limit: int, cursor: str | None) -> Page[Extract]:
        """Those of a programme that are still kept, newest first."""
        now_ms = self.desk.clock.now_ms()
        page = self.desk.store.query(
            Extract,
            "core",
            f"PROG#{program_id}",
            PREFIX,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )
        return Page([one for one in page.rows if one.kept_until_ms > now_ms], page.cursor)

    def save(self, program_id: str, extract_id: str, what: str, number: int) -> list[str]:
        """The parts of a file that somebody takes away; who did is noted before they get it."""
        extract = self.read(program_id, extract_id)
        kind = next((one for one in extract.what if one == what), None)
        if kind is None or extract.state != "ready" or not 1 <= number <= extract.files(kind):
            raise NotFound("no_export", "there is no such file to save")
        change = Change()
        change.create(self._event(SAVED, extract, file=f"{kind}-{number}"))
        self.desk.store.commit(change)
        return extract.parts_of(kind, number)

    # --- the worker -------------------------------------------------------------------------

    def run(self, program_id: str, extract_id: str) -> None:
        """Go on for EXTRACT_STEPS. Whoever finds another at work on it stops without a word."""
        for step in range(EXTRACT_STEPS):
            extract = self.read(program_id, extract_id)
            if extract.state != "gathering":
                return
            try:
                if not self._step(extract, last=step == EXTRACT_STEPS - 1):
                    return
            except Stale:
                return

    def sweep(self) -> int:
        """Go on with those that stand still; how many. One that takes too long has failed."""
        now_ms = self.desk.clock.now_ms()
        idle = f"{now_ms - EXTRACT_IDLE_MINUTES * MINUTE_MS:015d}"
        found = self.desk.store.query_index(
            Extract, "core", WAITING, until=idle, limit=EXTRACTS_PER_SWEEP
        ).rows
        for one in found:
            if now_ms - one.asked_ms > EXTRACT_HOURS_MAX * HOUR_MS:
                until_settled(partial(self._fail, one.program_id, one.extract_id))
            else:
                self.run(one.program_id, one.extract_id)
        return len(found)

    def _fail(self, program_id: str, extract_id: str) -> None:
        extract = self.read(program_id, extract_id)
        if extract.state == "gathering":
            self._commit(extract.but(state="failed"), FAILED)

    def _step(self, extract: Extract, *, last: bool) -> bool:
        """One Change further; whether there was something to read."""
        kind = extract.what[extract.at]
        rows: list[Row] = []
        cursor, share = extract.cursor, extract.share
        for _ in range(EXTRACT_PIECES):
            piece = self.sections[kind](extract, cursor)
            if piece is None:
                return False
            rows += piece.rows
            cursor, share = piece.cursor, piece.share
            if cursor is None or len(rows) >= EXTRACT_ROWS:
                break
        after = _after(extract, kind, len(rows), cursor, share)
        if rows:
            self.parts.keep(part_name(extract.extract_id, kind, after.parts[kind] - 1), rows)
        if after.state == "ready":
            self._commit(after, READY)
        else:
            self._commit(after, CONTINUES if last else "")
        return True

    def _commit(self, after: Extract, told: str) -> None:
        change = Change()
        after = after.but(changed_ms=self.desk.clock.now_ms())
        change.replace(after)
        if told:
            change.create(self._event(told, after))
        self.desk.store.commit(change)

    def _event(self, type: str, extract: Extract, **more: str) -> Event:
        return self.desk.event(
            type,
            extract.program_id,
            extract_id=extract.extract_id,
            what=" ".join(extract.what),
            from_ms=extract.from_ms,
            until_ms=extract.until_ms,
            rows=extract.total,
            **more,
        )


def _check_days(from_ms: int, until_ms: int, now_ms: int) -> None:
    said = f"days that are over, the first not after the last, at most {EXTRACT_DAYS_MAX}"
    # An hour more: a period may begin in winter and end in summer time.
    if until_ms > now_ms or not 0 < until_ms - from_ms <= EXTRACT_DAYS_MAX * DAY_MS + HOUR_MS:
        raise InvalidInput("bad_days", said, [FieldError("until", f"must give {said}", "bad_days")])


def _after(extract: Extract, kind: What, rows: int, cursor: str | None, share: int) -> Extract:
    """How far it is with these rows."""
    at = extract.at if cursor is not None else extract.at + 1
    return extract.but(
        at=at,
        cursor=cursor,
        share=share if cursor is not None else 0,
        state="ready" if at == len(extract.what) else "gathering",
        parts={**extract.parts, kind: extract.parts.get(kind, 0) + bool(rows)},
        rows={**extract.rows, kind: extract.rows.get(kind, 0) + rows},
    )
