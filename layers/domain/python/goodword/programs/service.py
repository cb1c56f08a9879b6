"""A programme changes only by a new version or by its own state; both leave who and why behind.

A later version is in force from its effective time on, which is never in the past: nothing that was
promised changes after the fact. Pausing a programme stops earning (the decision reads
`Program.state`); its links lead on, because a redirect reads one link item and nothing else, and
the hosts that a link may lead to were frozen when it was made.
"""

from dataclasses import dataclass

from goodword.errors import Conflict, FieldError, InvalidInput
from goodword.limits import PROGRAM_VERSIONS_MAX
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.effective import read_program, read_version, read_versions
from goodword.programs.model import (
    STATE_MOVES,
    Program,
    ProgramState,
    ProgramVersion,
    Terms,
    version_at,
)
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Programs:
    """The use cases of programmes; staff only, which the API checks."""

    desk: Desk

    def create(
        self, terms: Terms, rationale: str, receipt: Receipt[Program] = no_receipt
    ) -> Program:
        """A programme and its first version, in force at once."""
        now_ms, program_id = self.desk.clock.now_ms(), self.desk.ids.new("prg")
        program = Program(
            program_id=program_id,
            latest=1,
            in_force=1,
            name=terms.name,
            currency=terms.currency,
            created_ms=now_ms,
        )
        change = Change()
        change.create(
            program,
            self._version(program, 1, terms, rationale, now_ms),
            self.desk.event("program.created", program_id, number=1, currency=terms.currency),
        )
        return settle(self.desk.store, change, program, receipt)

    def add_version(
        self,
        program_id: str,
        terms: Terms,
        rationale: str,
        *,
        effective_ms: int | None = None,
        based_on: int | None = None,
        receipt: Receipt[ProgramVersion] = no_receipt,
    ) -> ProgramVersion:
        """The next version. `based_on` is the number its author started from; Conflict if old."""

        def attempt() -> ProgramVersion:
            now_ms = self.desk.clock.now_ms()
            program = read_program(self.desk.store, program_id)
            _check_successor(program, terms, based_on)
            from_ms = now_ms if effective_ms is None else effective_ms
            if from_ms < now_ms:
                raise InvalidInput(
                    "effective_in_the_past",
                    "a version cannot change what was promised before now",
                    [FieldError("effective_at", "must not be in the past")],
                )
            number = program.latest + 1
            version = self._version(program, number, terms, rationale, from_ms)
            in_force = number if from_ms <= now_ms else self._number_at(program_id, now_ms)
            name = terms.name if in_force == number else program.name
            change = Change()
            change.replace(program.but(latest=number, in_force=in_force, name=name))
            change.create(
                version,
                self.desk.event(
                    "program.version_added", program_id, number=number, effective_ms=from_ms
                ),
            )
            return settle(self.desk.store, change, version, receipt)

        return until_settled(attempt)

    def set_state(
        self,
        program_id: str,
        state: ProgramState,
        reason: str,
        receipt: Receipt[Program] = no_receipt,
    ) -> Program:
        """Pause, resume or close (for ever). Asking for the present state changes nothing."""

        def attempt() -> Program:
            program = read_program(self.desk.store, program_id)
            if program.state == state:
                return program
            if state not in STATE_MOVES[program.state]:
                raise Conflict("program_closed", "a closed programme stays closed")
            moved = program.but(state=state)
            change = Change()
            change.replace(moved)
            change.create(
                self.desk.event(
                    "program.state_changed", program_id, reason, before=program.state, after=state
                )
            )
            return settle(self.desk.store, change, moved, receipt)

        return until_settled(attempt)

    def read(self, program_id: str) -> tuple[Program, ProgramVersion]:
        """The head, brought up to now, and the version in force now."""
        program = read_program(self.desk.store, program_id)
        version = version_at(read_versions(self.desk.store, program_id), self.desk.clock.now_ms())
        return program.but(in_force=version.number, name=version.terms.name), version

    def version(self, program_id: str, number: int) -> ProgramVersion:
        """One version. Raises NotFound `unknown_version`."""
        return read_version(self.desk.store, program_id, number)

    def versions(self, program_id: str) -> tuple[ProgramVersion, ...]:
        """All versions, newest first; there are at most PROGRAM_VERSIONS_MAX."""
        return read_versions(self.desk.store, program_id)[::-1]

    def list(self, limit: int, cursor: str | None) -> Page[Program]:
        """Heads in the order in which they were made; may lag behind a moment."""
        return self.desk.store.query_index(Program, "core", "PROGRAMS", limit=limit, cursor=cursor)

    def _version(
        self, program: Program, number: int, terms: Terms, rationale: str, effective_ms: int
    ) -> ProgramVersion:
        return ProgramVersion(
            program_id=program.program_id,
            number=number,
            terms=terms,
            author=self.desk.actor.id,
            rationale=rationale,
            created_ms=self.desk.clock.now_ms(),
            effective_ms=effective_ms,
        )

    def _number_at(self, program_id: str, now_ms: int) -> int:
        return version_at(read_versions(self.desk.store, program_id), now_ms).number


def _check_successor(program: Program, terms: Terms, based_on: int | None) -> None:
    """Raise unless `terms` may follow on what the programme has promised so far."""
    if program.state == "closed":
        raise Conflict("program_closed", "a closed programme takes no new version")
    if based_on is not None and based_on != program.latest:
        raise Conflict("version_moved_on", f"version {program.latest} is the latest by now")
    if program.latest >= PROGRAM_VERSIONS_MAX:
        raise Conflict("too_many_versions", f"a programme has at most {PROGRAM_VERSIONS_MAX}")
    if terms.currency != program.currency:
        raise InvalidInput(
            "currency_is_fixed",
            "balances and caps are kept in the programme's currency",
            [FieldError("terms.currency", f"must stay {program.currency}")],
        )
