"""A programme changes only by a new version or by its own state; both leave who and why behind.

Later versions are drafted and published (`drafts`, `publishing`). Pausing a programme stops earning
(the decision reads `Program.state`); its links lead on, because a redirect reads one link item and
nothing else, and the hosts that a link may lead to were frozen when it was made.
"""

from dataclasses import dataclass

from goodword.errors import Conflict
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.draft import terms_hash
from goodword.programs.effective import read_program, read_version, read_versions
from goodword.programs.model import (
    STATE_MOVES,
    Program,
    ProgramState,
    ProgramVersion,
    Terms,
    version_at,
)
from goodword.programs.rails import check_rail
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Programs:
    """The use cases of programmes; staff only, which the API checks."""

    desk: Desk

    def create(
        self, terms: Terms, rationale: str, receipt: Receipt[Program] = no_receipt
    ) -> Program:
        """A programme and its first version, in force at once: nobody has been promised anything.

        It is the only version that one person makes alone. InvalidInput `rail_without_currency`.
        """
        check_rail(terms)
        now_ms, program_id = self.desk.clock.now_ms(), self.desk.ids.new("prg")
        program = Program(
            program_id=program_id,
            latest=1,
            in_force=1,
            name=terms.name,
            currency=terms.currency,
            currencies=terms.accepted,
            created_ms=now_ms,
        )
        change = Change()
        change.create(
            program,
            ProgramVersion(
                program_id=program_id,
                number=1,
                terms=terms,
                author=self.desk.actor.id,
                rationale=rationale,
                created_ms=now_ms,
                effective_ms=now_ms,
                terms_hash=terms_hash(terms),
            ),
            self.desk.event("program.created", program_id, number=1, currency=terms.currency),
        )
        return settle(self.desk.store, change, program, receipt)

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
