"""Promises of walks that ended before a walk kept until when they hold are found, once for all.

A walk that ends keeps when the first thing that was promised in it is over, and the sweep of walks
looks at it then (`walking`). Those that ended before had no such day, so their yes stood in the
list of staff for ever. The requests that wait for staff are gone through once, programme by
programme, a page in each sweep, and each such walk is given its day; then nothing is left to do.
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from goodword.journeys.owing import owed_until
from goodword.journeys.walk import AskMade, Walk, walk_key
from goodword.limits import PROMISES_PER_SWEEP
from goodword.ports import Change, Desk, Page, in_turn, until_settled
from goodword.programs.model import Program
from goodword.records import Key, Record

PLACE = Key("core", "SWEEPS", "PROMISES")


class PromisesSought(Record):
    """How far they were gone through: all of the programmes up to `after`, and of the next one the
    requests before `cursor`. `done` when there is no further programme; `again` if some walk could
    not be written, so that all are gone through once more.
    """

    KIND: ClassVar[str] = "promises_sought"

    after: str = ""
    cursor: str | None = None
    again: bool = False
    done: bool = False

    @property
    def key(self) -> Key:
        return PLACE


@dataclass(frozen=True)
class Lapsing:
    """Gives old walks their day."""

    desk: Desk

    def sweep(self) -> int:
        """Look at one more page of requests; how many walks were given a day. Safe to repeat.

        One that cannot be written holds back no other; the first error is raised at the end.
        """
        store = self.desk.store
        sought = store.get(PromisesSought, PLACE) or PromisesSought()
        if sought.done:
            return 0
        rows = store.query_index(Program, "core", "PROGRAMS", since=sought.after, limit=2).rows
        program = next((one for one in rows if one.program_id > sought.after), None)
        if program is None:
            self._keep(PromisesSought(version=sought.version, done=not sought.again))
            return 0
        page = store.query_index(
            AskMade,
            "core",
            f"ASKS#{program.program_id}",
            limit=PROMISES_PER_SWEEP,
            cursor=sought.cursor,
        )
        after = sought.after if page.cursor else program.program_id
        sought = sought.but(after=after, cursor=page.cursor)
        try:
            found = self._given(page)
        except Exception:
            self._keep(sought.but(again=True))
            raise
        self._keep(sought)
        return found

    def _keep(self, sought: PromisesSought) -> None:
        change = Change()
        change.save(sought)
        self.desk.store.commit(change)

    def _given(self, page: Page[AskMade]) -> int:
        keys = {walk_key(one.journey_id, one.walk_id): None for one in page.rows}
        walks = self.desk.store.get_many(Walk, list(keys)).values() if keys else ()
        due = [one for one in walks if _waits(one)]
        in_turn((one.walk_id, partial(until_settled, partial(self._give, one.key))) for one in due)
        return len(due)

    def _give(self, place: Key) -> None:
        walk = self.desk.store.get(Walk, place)
        if walk is None or not _waits(walk):
            return
        change = Change()
        change.replace(walk.but(owed_ms=owed_until(walk)))
        self.desk.store.commit(change)


def _waits(walk: Walk) -> bool:
    """Whether it has ended with something promised and no day to look at it."""
    return walk.state == "ended" and walk.owed_ms is None and owed_until(walk) is not None
