"""The version in force is the highest number that is already effective.

The terms of a version never change; which of them is in force is asked of the clock each time. Only
"is there a newer one" grows old: `TermsShelf` asks again after a minute, which is harmless, because
no version is in force before it is stored. Decisions take them from `Editions`, which is exact:
whoever writes a version writes the programme's head in the same Change.
"""

from dataclasses import dataclass, field

from goodword.errors import Conflict, NotFound
from goodword.limits import PROGRAM_VERSIONS_MAX, TERMS_CACHE_SECONDS, TERMS_SHELF_PROGRAMS_MAX
from goodword.ports import Store
from goodword.programs.life import Coming, coming
from goodword.programs.model import Program, ProgramVersion, program_key, version_at, version_key
from goodword.times import SECOND_MS


def read_program(store: Store, program_id: str) -> Program:
    """The head. Raises NotFound `unknown_program`."""
    program = store.get(Program, program_key(program_id))
    if program is None:
        raise NotFound("unknown_program", "there is no such programme")
    return program


def active_program(store: Store, program_id: str) -> Program:
    """The head of a programme that takes part. NotFound, or Conflict `program_not_active`."""
    program = read_program(store, program_id)
    if program.state != "active":
        raise Conflict("program_not_active", f"the programme is {program.state}")
    return program


def read_version(store: Store, program_id: str, number: int) -> ProgramVersion:
    """One version. Raises NotFound `unknown_version`."""
    found = None
    if 1 <= number <= PROGRAM_VERSIONS_MAX:
        found = store.get(ProgramVersion, version_key(program_id, number))
    if found is None:
        raise NotFound("unknown_version", "the programme has no such version")
    return found


def read_versions(store: Store, program_id: str) -> tuple[ProgramVersion, ...]:
    """All versions, oldest first. Raises NotFound `unknown_program` when there is none."""
    rows = _stored(store, program_id)
    if not rows:
        raise NotFound("unknown_program", "there is no such programme")
    return rows


def _stored(store: Store, program_id: str) -> tuple[ProgramVersion, ...]:
    limit = PROGRAM_VERSIONS_MAX
    return tuple(store.query(ProgramVersion, "core", f"PROG#{program_id}", "V#", limit=limit).rows)


def version_in_force(
    store: Store, program_id: str, at_ms: int, advocate_id: str | None = None
) -> ProgramVersion:
    """The version in force then, for everybody or for one. Raises NotFound `unknown_program`."""
    return version_at(read_versions(store, program_id), at_ms, advocate_id)


@dataclass
class TermsShelf:
    """Versions by programme, as read in the last minute; for answers, never for decisions."""

    store: Store
    _read: dict[str, tuple[int, tuple[ProgramVersion, ...]]] = field(default_factory=dict)

    def version(
        self, program_id: str, at_ms: int, advocate_id: str | None = None
    ) -> ProgramVersion:
        """The version in force at `at_ms`, from memory if it was read within a minute before."""
        return version_at(self._versions(program_id, at_ms), at_ms, advocate_id)

    def coming(
        self, program_id: str, at_ms: int, advocate_id: str | None = None
    ) -> tuple[Coming, ...]:
        """What will change after `at_ms`, from the same memory."""
        return coming(self._versions(program_id, at_ms), at_ms, advocate_id)

    def _versions(self, program_id: str, at_ms: int) -> tuple[ProgramVersion, ...]:
        read_ms, versions = self._read.get(program_id, (0, ()))
        if not versions or not 0 <= at_ms - read_ms < TERMS_CACHE_SECONDS * SECOND_MS:
            versions = read_versions(self.store, program_id)
            if len(self._read) >= TERMS_SHELF_PROGRAMS_MAX:
                self._read.clear()
            self._read[program_id] = (at_ms, versions)
        return versions


@dataclass
class Editions:
    """All versions of programmes, each with the state of the head that they were read under.

    A head that was read strongly and is still the same says that no version was added or ended.
    """

    _read: dict[str, tuple[int, tuple[ProgramVersion, ...]]] = field(default_factory=dict)

    def of(self, store: Store, head: Program) -> tuple[ProgramVersion, ...]:
        """All versions, oldest first, no older than the head."""
        state, versions = self._read.get(head.program_id, (0, ()))
        if state != head.version:
            versions = _stored(store, head.program_id)
            if len(self._read) >= TERMS_SHELF_PROGRAMS_MAX:
                self._read.clear()
            self._read[head.program_id] = (head.version, versions)
        return versions
