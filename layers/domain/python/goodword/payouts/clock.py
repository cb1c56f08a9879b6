"""The payout clock starts what is to be done and does nothing itself; ticking twice starts it once.

Names of executions are the guard: a run's execution is named after the run, a repair after the run
and the hour. Whatever an execution left behind is found by the sparse indexes and taken up again,
so that a lost execution never strands money (I13).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from goodword.errors import Conflict, FieldError, GoodwordError, InvalidInput
from goodword.ledger.model import Balance, due_index, small_index
from goodword.limits import (
    DUE_SHARDS,
    RUN_IDLE_MINUTES,
    RUN_LATE_HOURS,
)
from goodword.paging import pages
from goodword.payouts.approving import overdue
from goodword.payouts.calendar import Period, closed_period
from goodword.payouts.model import OpenRun, Payout, PayoutRun, run_id_of, run_key
from goodword.payouts.notices import WAITING, RailNotice
from goodword.payouts.ports import Machine
from goodword.payouts.recomparing import COMPARISONS, OpenComparison, is_late
from goodword.ports import Desk
from goodword.programs.effective import read_program, version_in_force
from goodword.programs.model import Program
from goodword.records import Value
from goodword.times import HOUR_MS, MINUTE_MS


class Tick(Value):
    """What one tick did; `failed` are programmes that could not be looked at.

    `compared` are runs that are compared again, `overdue` those of them that staff has to look at.
    """

    started: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    looked: bool = False
    compared: tuple[str, ...] = ()
    overdue: int = 0
    failed: tuple[str, ...] = ()


class Started(Value):
    """A run that was started by hand."""

    run_id: str
    period: str


@dataclass(frozen=True)
class PayoutClock:
    """What the schedule calls, and "run now"."""

    desk: Desk
    machine: Machine

    def tick(self) -> Tick:
        """Start the runs of closed periods, take up lost ones, have unknown payments looked up."""
        started, failed = [], []
        for program in self._programs():
            try:
                started += self._start(program)
            except GoodwordError as trouble:
                failed.append(f"{program.program_id}: {trouble.code}")
        again = [one for one in self._unclear() if self._compare(one)]
        now_ms = self.desk.clock.now_ms()
        return Tick(
            started=tuple(started),
            mended=tuple(self._mend()),
            looked=self._look_up(),
            compared=tuple(one.run_id for one in again),
            overdue=sum(is_late(one, now_ms) for one in again),
            failed=tuple(failed),
        )

    def run_now(self, program_id: str, currency: str | None = None) -> Started:
        """Start the run of the last closed period, in the programme's own currency or another.

        Conflict `period_already_run` names the run; InvalidInput `currency_mismatch` for one that
        no version ever accepted.
        """
        program = read_program(self.desk.store, program_id)
        currency = currency or program.currency
        if currency not in (program.currency, *program.currencies):
            raise InvalidInput(
                "currency_mismatch",
                f"the programme owes nothing in {currency}",
                [
                    FieldError(
                        "currency",
                        "is none of the programme's",
                        "owes_none",
                        (("currency", currency),),
                    )
                ],
            )
        period = self._period(program)
        if period is None:
            raise Conflict("no_period_closed", "no period has ended since the programme began")
        run_id = run_id_of(program_id, period.name, program.abroad(currency))
        if self._run(run_id) is not None or not self._go(run_id, program_id, period, currency):
            raise Conflict("period_already_run", f"this period has the run {run_id}")
        return Started(run_id=run_id, period=period.name)

    def _start(self, program: Program) -> list[str]:
        """The ids of the runs that were started: one for each currency in which one was to be."""
        period = self._period(program)
        if period is None:
            return []
        currencies = (program.currency, *program.currencies)
        return [one for each in currencies if (one := self._start_in(program, period, each))]

    def _start_in(self, program: Program, period: Period, currency: str) -> str | None:
        """The run of one currency; of one that is not the programme's own only if it is owed."""
        abroad = program.abroad(currency)
        run_id = run_id_of(program.program_id, period.name, abroad)
        if self._run(run_id) is not None:
            return None
        if (abroad or program.state != "active") and not self._owes(program, currency):
            return None
        if self._go(run_id, program.program_id, period, currency):
            return run_id
        now_ms = self.desk.clock.now_ms()
        late = now_ms >= period.cutoff_ms + RUN_LATE_HOURS * HOUR_MS
        again = f"{run_id}-again-{now_ms // HOUR_MS}"
        # The first execution ended before it made the run, and its name cannot be used again.
        return run_id if late and self._go(again, program.program_id, period, currency) else None

    def _period(self, program: Program) -> Period | None:
        now_ms = self.desk.clock.now_ms()
        terms = version_in_force(self.desk.store, program.program_id, now_ms).terms
        period = closed_period(terms.payment, now_ms)
        return period if period.ended_ms > program.created_ms else None

    def _go(self, name: str, program_id: str, period: Period, currency: str) -> bool:
        return self.machine.start(
            name,
            {
                "task": "run",
                "program_id": program_id,
                "period": period.name,
                "cutoff_ms": period.cutoff_ms,
                "ended_ms": period.ended_ms,
                "currency": currency,
            },
        )

    def _mend(self) -> Iterator[str]:
        now_ms = self.desk.clock.now_ms()
        store = self.desk.store
        for rows in pages(lambda at: store.query_index(OpenRun, "core", "OPEN_RUNS", cursor=at)):
            for opened in rows:
                run = self._run(opened.run_id)
                if run is not None and stuck(run, now_ms):
                    name = f"{run.run_id}-mend-{now_ms // HOUR_MS}"
                    if self.machine.start(name, {"task": "mend", "run_id": run.run_id}):
                        yield run.run_id

    def _look_up(self) -> bool:
        now_ms = self.desk.clock.now_ms()
        store = self.desk.store
        due = store.query_index(Payout, "core", "UNKNOWN", until=f"{now_ms:015d}$", limit=1).rows
        told = due or store.query_index(RailNotice, "arrivals", WAITING, limit=1).rows
        name = f"look_up-{now_ms // MINUTE_MS}"
        return bool(told) and self.machine.start(name, {"task": "look_up"})

    def _unclear(self) -> Iterator[OpenComparison]:
        until, store = f"{self.desk.clock.now_ms():015d}$", self.desk.store
        for rows in pages(
            lambda at: store.query_index(
                OpenComparison, "core", COMPARISONS, until=until, cursor=at
            )
        ):
            yield from rows

    def _compare(self, compares: OpenComparison) -> bool:
        """Have a run compared again; True if that was started."""
        name = f"{compares.run_id}-recompare-{self.desk.clock.now_ms() // HOUR_MS}"
        return self.machine.start(name, {"task": "recompare", "run_id": compares.run_id})

    def _owes(self, program: Program, currency: str) -> bool:
        return any(
            self.desk.store.query_index(
                Balance, "core", index(program.program_id, currency, shard), limit=1
            ).rows
            for index in (due_index, small_index)
            for shard in range(DUE_SHARDS)
        )

    def _run(self, run_id: str) -> PayoutRun | None:
        return self.desk.store.get(PayoutRun, run_key(run_id))

    def _programs(self) -> Iterator[Program]:
        store = self.desk.store
        for rows in pages(lambda at: store.query_index(Program, "core", "PROGRAMS", cursor=at)):
            yield from rows


def stuck(run: PayoutRun, now_ms: int) -> bool:
    """Whether a run waits too long for a person, or works without any sign of progress."""
    waits = run.state == "requested" or (run.state == "draft" and run.listing == "hashed")
    if waits:
        return overdue(run, now_ms)
    return now_ms >= run.changed_ms + RUN_IDLE_MINUTES * MINUTE_MS
