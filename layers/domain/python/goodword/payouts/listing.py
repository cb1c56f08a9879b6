"""A closed list is counted and cut into chunks, and audited before it is hashed for the people.

First the list is closed, so that no freeze can commit any more; only then are the lines read. Lines
are read in the order of their keys, which is the order of the hash. Nothing but what the hash
covers is sent.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from goodword.errors import Conflict
from goodword.events import Event
from goodword.limits import LEFT_OUT_PAGES, PAGE_ITEMS_MAX, RUN_CHUNK_PAYOUTS, RUN_CHUNKS_MAX
from goodword.paging import pages
from goodword.payouts.findings import RunDecision
from goodword.payouts.freezing import read_run
from goodword.payouts.hashing import RunHash, payout_digest, run_hash_of
from goodword.payouts.model import (
    ChunkRow,
    Exclusion,
    OpenRun,
    Payout,
    PayoutRun,
    RunChunk,
    RunLine,
    Sum,
    Tally,
    add,
    open_run_key,
    payout_key,
    run_moved,
)
from goodword.ports import Change, Desk, Guard, Store, until_settled

_CHUNKS_PER_PAGE = PAGE_ITEMS_MAX // RUN_CHUNK_PAYOUTS


def line_pages(store: Store, run_id: str) -> Iterator[Sequence[RunLine]]:
    """All lines of a run, page by page; every page but the last fills whole chunks."""
    place = f"RUN#{run_id}"
    return pages(
        lambda at: store.query(RunLine, "core", place, "L#", limit=PAGE_ITEMS_MAX, cursor=at),
        RUN_CHUNKS_MAX // _CHUNKS_PER_PAGE,
    )


def listed_event(desk: Desk, run: PayoutRun) -> Event:
    """What is told when the list of a run is ready for the people."""
    return desk.event(
        "payout_run.listed",
        run.run_id,
        program_id=run.program_id,
        count=run.count,
        total_minor=run.total_minor,
        currency=run.currency,
        run_hash=run.run_hash,
        open_findings=run.open_findings,
    )


def close_run(store: Store, change: Change, run_id: str) -> None:
    """Add to the Change that nothing is left to do for the run; again it adds nothing."""
    opened = store.get(OpenRun, open_run_key(run_id))
    if opened is not None:
        change.delete(opened)


@dataclass(frozen=True)
class Listing:
    """From the last freeze to a list that two people can confirm."""

    desk: Desk

    def close(self, run_id: str) -> PayoutRun:
        """Close the list and count it; a run without a payout is settled at once.

        One call counts LEFT_OUT_PAGES pages of the people left out, keeps how far it came, and
        leaves the list closed if there are more: call again.
        """

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            if run.state != "draft" or run.listing in ("counted", "hashed"):
                return run
            if run.listing == "open":
                change = Change()
                change.replace(run.but(listing="closed", changed_ms=self.desk.clock.now_ms()))
                self.desk.store.commit(change)
                run = read_run(self.desk.store, run_id)
            if (run.state, run.listing) != ("draft", "closed"):
                return run  # somebody else was quicker to count it, or has cancelled it
            tally = self._tally(run)
            if tally.cursor:
                self._keep(run.but(left_out=tally, changed_ms=self.desk.clock.now_ms()))
            else:
                self._commit(self._counted(run, tally))
            return read_run(self.desk.store, run_id)

        return until_settled(attempt)

    def check(self, run: PayoutRun) -> None:
        """Raise Conflict `run_changed` unless everything stored still gives the confirmed hash.

        Lines, chunks, payouts and decisions are read; the totals are summed up anew.
        """
        number, decisions_hash, out = self._decided(run.run_id)
        hashed, chunks, held = RunHash(run), 0, Sum(count=0, amount_minor=0)
        for lines in line_pages(self.desk.store, run.run_id):
            hashed.add(lines)
            chunks = self._same_chunks(run.run_id, lines, chunks)
            self._same_payouts(lines, out)
            for line in lines:
                if line.payout_id in out:
                    held = add(held, line.amount_minor)
        again = run.but(
            lines_hash=hashed.text(),
            decisions=number,
            decisions_hash=decisions_hash,
            held=held if held.count else None,
            count=hashed.count - held.count,
            total_minor=hashed.total_minor - held.amount_minor,
            chunks=chunks,
        )
        if again != run or run_hash_of(again.lines_hash, decisions_hash) != run.run_hash:
            raise Conflict("run_changed", "the list is not what was confirmed")

    def _same_chunks(self, run_id: str, lines: Sequence[RunLine], first: int) -> int:
        """The number after the chunks of these lines. Conflict `run_changed` if one differs."""
        wanted = _chunks_of(run_id, lines, first)
        stored = self.desk.store.get_many(RunChunk, [chunk.key for chunk in wanted])
        for chunk in wanted:
            kept = stored.get(chunk.key)
            if kept is None or kept.rows != chunk.rows:
                raise Conflict("run_changed", "what would be sent is not what was confirmed")
        return first + len(wanted)

    def _same_payouts(self, lines: Sequence[RunLine], out: Collection[str]) -> None:
        """Raise Conflict `run_changed` unless each payout is what its line says."""
        keys = [payout_key(line.advocate_id, line.payout_id) for line in lines]
        stored = self.desk.store.get_many(Payout, keys)
        for line, key in zip(lines, keys, strict=True):
            payout = stored.get(key)
            state = "cancelled" if line.payout_id in out else "draft"
            wanted = (state, line.amount_minor, line.digest)
            if payout is None or _frozen(payout) != wanted:
                raise Conflict("run_changed", "a payout is not what was confirmed")

    def _counted(self, run: PayoutRun, tally: Tally) -> PayoutRun:
        hashed, chunks = RunHash(run), 0
        for lines in line_pages(self.desk.store, run.run_id):
            hashed.add(lines)
            chunks = self._cut(run.run_id, lines, chunks)
        return run.but(
            listing="counted",
            lines_hash=hashed.text(),
            count=hashed.count,
            total_minor=hashed.total_minor,
            chunks=chunks,
            left_out=None,
            excluded=tally.sums,
            changed_ms=self.desk.clock.now_ms(),
        )

    def _cut(self, run_id: str, lines: Sequence[RunLine], first: int) -> int:
        """Write the chunks of a page that are not there yet; the number of the next chunk."""
        wanted = _chunks_of(run_id, lines, first)
        there = self.desk.store.get_many(RunChunk, [chunk.key for chunk in wanted])
        change = Change()
        change.create(*(chunk for chunk in wanted if chunk.key not in there))
        if change.keys:
            self.desk.store.commit(change)
        return first + len(wanted)

    def _tally(self, run: PayoutRun) -> Tally:
        """The next pages of the people left out, added to those that the run has counted."""
        so_far = run.left_out or Tally(cursor="", sums={})
        sums, cursor = dict(so_far.sums), so_far.cursor or None
        for _ in range(LEFT_OUT_PAGES):
            page = self.desk.store.query(
                Exclusion, "core", f"RUN#{run.run_id}", "X#", limit=PAGE_ITEMS_MAX, cursor=cursor
            )
            for row in page.rows:
                sums[row.reason] = add(sums.get(row.reason), row.amount_minor)
            cursor = page.cursor
            if cursor is None:
                break
        return Tally(cursor=cursor or "", sums=sums)

    def _keep(self, run: PayoutRun) -> None:
        change = Change()
        change.replace(run, Guard(equals={"listing": "closed"}))
        self.desk.store.commit(change)

    def _commit(self, run: PayoutRun) -> None:
        if run.count != 0:
            self._keep(run)
        else:
            change = Change()
            change.create(listed_event(self.desk, run))
            now_ms = self.desk.clock.now_ms()
            empty = run.but(listing="hashed", run_hash=run.lines_hash)
            change.replace(run_moved(empty, "settled", now_ms, "nothing_due"))
            close_run(self.desk.store, change, run.run_id)
            self.desk.store.commit(change)

    def _decided(self, run_id: str) -> tuple[int, str, set[str]]:
        """Of the decisions as they are stored: the last number, the hash, the payouts taken out."""
        store, place, so_far, number = self.desk.store, f"RUN#{run_id}", "", 0
        out: set[str] = set()
        for rows in pages(lambda at: store.query(RunDecision, "core", place, "D#", cursor=at)):
            for row in rows:
                number, so_far = row.number, row.hash_after(so_far)
                if row.verdict == "hold":
                    out.add(row.subject)
        return number, so_far, out


def _chunks_of(run_id: str, lines: Sequence[RunLine], first: int) -> list[RunChunk]:
    """The chunks of a page of lines, numbered from `first`."""
    return [
        RunChunk(
            run_id=run_id,
            number=first + at // RUN_CHUNK_PAYOUTS,
            rows=tuple(_row(line) for line in lines[at : at + RUN_CHUNK_PAYOUTS]),
        )
        for at in range(0, len(lines), RUN_CHUNK_PAYOUTS)
    ]


def _frozen(payout: Payout) -> tuple[str, int, str]:
    return payout.state, payout.amount_minor, payout_digest(payout)


def _row(line: RunLine) -> ChunkRow:
    return ChunkRow(payout_id=line.payout_id, advocate_id=line.advocate_id, digest=line.digest)
