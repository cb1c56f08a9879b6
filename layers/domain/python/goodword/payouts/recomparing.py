"""A comparison is repeated until nothing is unclear, ever less often, and staff is told in between.

A run whose rail can be asked has an OpenComparison from its end on, made with it, so that also a
first comparison that died is repeated. It goes when a comparison leaves nothing unclear. Staff is
told after COMPARE_ESCALATE_DAYS; after COMPARE_DAYS, longer than any rail lets a payment wait for
its receiver, the rail is asked no more, and the record stays as the sign that a person has to.
"""

from typing import ClassVar

from goodword.limits import (
    COMPARE_CHUNKS_A_MINUTE,
    COMPARE_DAYS,
    COMPARE_ESCALATE_DAYS,
    COMPARE_HOURS_FIRST,
    COMPARE_HOURS_MAX,
    RUN_IDLE_MINUTES,
)
from goodword.payouts.model import RAILS_BY_HAND, PayoutRun
from goodword.ports import Change, Desk
from goodword.records import IndexEntry, Key, Record
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

COMPARISONS = "COMPARISONS"
ONLY_UNCLEAR = "unclear"  # what a repeated comparison hands on: the rest was clear already


class OpenComparison(Record):
    """Stands beside a settled run until nothing of it is unclear; `look_ms` is the next time."""

    KIND: ClassVar[str] = "open_comparison"

    run_id: str
    since_ms: int
    look_ms: int | None
    tries: int = 0
    escalated: bool = False

    @property
    def key(self) -> Key:
        return open_comparison_key(self.run_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.look_ms is None:
            return None
        return IndexEntry(COMPARISONS, f"{self.look_ms:015d}#{self.run_id}")


def open_comparison_key(run_id: str) -> Key:
    """Where the sign is that a run is to be compared again."""
    return Key("core", f"RUN#{run_id}", "COMPARING")


def reconcilable(run: PayoutRun) -> bool:
    """Whether the rail itself can be asked about the run: it is over, and not by hand."""
    return run.state == "settled" and run.chunks > 0 and run.rail not in RAILS_BY_HAND


def opened(run: PayoutRun, now_ms: int) -> OpenComparison:
    """The sign for a run that has just ended; the run's own execution compares it first."""
    minutes = RUN_IDLE_MINUTES + run.chunks // COMPARE_CHUNKS_A_MINUTE
    look_ms = now_ms + minutes * MINUTE_MS
    return OpenComparison(run_id=run.run_id, since_ms=now_ms, look_ms=look_ms)


def is_late(compares: OpenComparison, now_ms: int) -> bool:
    """Whether it has been unclear for so long that staff has to look."""
    return now_ms >= compares.since_ms + COMPARE_ESCALATE_DAYS * DAY_MS


def once_more(compares: OpenComparison, now_ms: int) -> OpenComparison:
    """The sign while it is compared another time; without a next time when it was the last one."""
    if now_ms >= compares.since_ms + COMPARE_DAYS * DAY_MS:
        return compares.but(look_ms=None, escalated=True)
    hours = min(COMPARE_HOURS_FIRST * 2**compares.tries, COMPARE_HOURS_MAX)
    return compares.but(
        look_ms=now_ms + hours * HOUR_MS,
        tries=compares.tries + 1,
        escalated=compares.escalated or is_late(compares, now_ms),
    )


def take_turn(desk: Desk, run: PayoutRun) -> bool:
    """Commit that a run is compared another time; False if that is not to be, or no more.

    One attempt: raises Stale when somebody else took the turn.
    """
    compares = desk.store.get(OpenComparison, open_comparison_key(run.run_id))
    now_ms = desk.clock.now_ms()
    if compares is None or compares.look_ms is None or now_ms < compares.look_ms:
        return False
    after, change = once_more(compares, now_ms), Change()
    change.replace(after)
    ended = after.look_ms is None
    if ended or after.escalated != compares.escalated:
        reason = "asked_no_more" if ended else "still_unclear"
        change.create(
            desk.event(
                "payout_run.comparison_escalated",
                run.run_id,
                reason,
                program_id=run.program_id,
                since_ms=compares.since_ms,
            )
        )
    desk.store.commit(change)
    return not ended


def close_if_clear(desk: Desk, change: Change, run_id: str, unclear: int) -> None:
    """Take the sign away in the change when nothing is unclear any more."""
    compares = desk.store.get(OpenComparison, open_comparison_key(run_id))
    if compares is not None and unclear == 0:
        change.delete(compares)
