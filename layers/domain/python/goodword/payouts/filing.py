"""The bank's file of a run by hand is kept for days only, and written anew while it is needed.

Whatever the bank said of a payment stays out of it then: the file holds, in the order of the list,
the payments whose answer is missing. So nobody is paid by a second file who was by the first, as
far as finance has said so, and a file that is written twice of the same answers is the same file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from goodword.errors import Conflict
from goodword.limits import BANK_FILE_DAYS, BANK_FILE_MINUTES, READ_KEYS_MAX
from goodword.payouts.confirming import has_file, is_kept
from goodword.payouts.ending import payouts_of
from goodword.payouts.freezing import read_run
from goodword.payouts.listing import line_pages
from goodword.payouts.model import PayoutRun
from goodword.payouts.ports import RunFiles
from goodword.ports import Change, Desk, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS, MINUTE_MS


def waits_for_bank(run: PayoutRun) -> bool:
    """Whether the bank's answer to some payment of its file is missing."""
    return has_file(run) and "sent" in run.outcome


def kept_until_ms(run: PayoutRun) -> int:
    """When the file goes."""
    return (run.file_made_ms or run.changed_ms) + BANK_FILE_DAYS * DAY_MS


def is_being_written(run: PayoutRun, now_ms: int) -> bool:
    """Whether somebody has asked for it a moment ago and it is not there yet."""
    return run.file_asked_ms is not None and now_ms < run.file_asked_ms + (
        BANK_FILE_MINUTES * MINUTE_MS
    )


@dataclass(frozen=True)
class Asking:
    """Finance asks for the file anew."""

    desk: Desk

    def ask(self, run_id: str, receipt: Receipt[PayoutRun] = no_receipt) -> PayoutRun:
        """Note who asked and when; once while it is being written. Conflict `no_file_needed`."""

        def attempt() -> PayoutRun:
            run, now_ms = read_run(self.desk.store, run_id), self.desk.clock.now_ms()
            if not waits_for_bank(run):
                raise Conflict("no_file_needed", "no payment of the run waits for the bank")
            if is_being_written(run, now_ms):
                return run
            change, after = Change(), run.but(file_asked_ms=now_ms)
            change.replace(after)
            change.create(
                self.desk.event("payout_run.file_asked", run_id, program_id=run.program_id)
            )
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)


@dataclass(frozen=True)
class Filing:
    """Writes it."""

    desk: Desk
    files: RunFiles

    def write(self, run_id: str) -> PayoutRun:
        """Write what waits for the bank. Whoever says what became of a payment meanwhile wins:
        the run has changed then, and the file is written once more."""

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            if run.file_asked_ms is None or not waits_for_bank(run):
                return run
            parts = self.files.close(run_id, list(self._unanswered(run_id)))
            now_ms, change = self.desk.clock.now_ms(), Change()
            after = run.but(file_asked_ms=None, file_made_ms=now_ms, file_parts=parts)
            change.replace(after)
            change.create(
                self.desk.event("payout_run.file_written", run_id, program_id=run.program_id)
            )
            self.desk.store.commit(change)
            return after

        return until_settled(attempt)

    def _unanswered(self, run_id: str) -> Iterator[str]:
        for lines in line_pages(self.desk.store, run_id):
            for at in range(0, len(lines), READ_KEYS_MAX):
                for payout in payouts_of(self.desk, lines[at : at + READ_KEYS_MAX]):
                    if is_kept(payout):
                        yield payout.payout_id
