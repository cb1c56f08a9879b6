"""A version is published by somebody who did not write it, on a replay of exactly what it says.

Everything is a condition of one transaction: the draft is still the one that was replayed, whoever
publishes is neither its author nor its last editor, the replay is done and of this digest, and the
programme has moved on by exactly this version. Advocates are given notice: by the version in force,
`notice_days` before; less only if the change can but be in their favour, or as an exception that an
admin states. Nothing that was promised changes: a version holds for touches of its own time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import Conflict, FieldError, InvalidInput, NotAllowed
from goodword.events import Event
from goodword.limits import (
    EFFECTIVE_DAYS_MAX,
    READ_KEYS_MAX,
    REPLAY_BACK_DAYS,
    REPLAY_END_DAYS,
    REPLAY_FRESH_DAYS,
)
from goodword.persons import Person
from goodword.ports import Change, Desk, Guard, Store, until_settled
from goodword.programs.announcement import Announcement, What
from goodword.programs.changes import differences, programme_wide
from goodword.programs.draft import Draft, terms_hash
from goodword.programs.drafts import check_successor, read_open
from goodword.programs.effective import read_program, read_version, read_versions
from goodword.programs.favour import solely_in_favour
from goodword.programs.life import open_pilot, scheduled, state_of
from goodword.programs.model import Program, ProgramVersion, Terms, version_at
from goodword.programs.pilot import Pilot
from goodword.programs.piloted import with_members
from goodword.programs.replay import Replay, replay_key
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS, rfc3339


@dataclass(frozen=True)
class Wish:
    """From when, and with less notice for which reason (admins alone); None: as soon as allowed."""

    effective_ms: int | None = None
    exception: str = ""
    admin: bool = False


@dataclass(frozen=True)
class Publishing:
    """The use cases of making a version count; marketers and admins, which the API checks.

    `mark` is the mailbox of whoever acts, as a keyed hash.
    """

    desk: Desk
    mark: str = ""

    def publish(
        self,
        program_id: str,
        draft_id: str,
        digest: str,
        wish: Wish = Wish(),
        *,
        pilot: Pilot | None = None,
        receipt: Receipt[ProgramVersion] = no_receipt,
    ) -> ProgramVersion:
        """The draft becomes the next version. `digest` is of what the publisher has looked at."""

        def attempt() -> ProgramVersion:
            store, now_ms = self.desk.store, self.desk.clock.now_ms()
            draft = read_open(self.desk, program_id, draft_id)
            if draft.digest != digest:
                raise Conflict("draft_moved_on", "the draft has changed since you looked at it")
            self._check_second(draft.editors, draft.marks)
            program, versions = read_program(store, program_id), read_versions(store, program_id)
            check_successor(program, draft.terms, draft.based_on)
            replay = self._fresh_replay(draft, now_ms, program.created_ms)
            if open_pilot(versions, now_ms) is not None:
                raise Conflict("pilot_is_open", "promote or withdraw the pilot first")
            tried = with_members(store, program_id, pilot)
            if tried is not None:
                _check_pilot(store, program_id, tried, versions, draft.terms, now_ms)
            budget = bool(program.budget)
            effective_ms, early = _notice(versions, draft.terms, wish, now_ms, budget)
            version = self._version(draft, program.latest + 1, effective_ms).but(
                replay=replay.summary,
                early=early,
                pilot=tried,
                marks=draft.marks if tried else (),
            )
            change = self._published(program, draft, version, replay)
            return settle(store, change, version, receipt)

        return until_settled(attempt)

    def promote(
        self,
        program_id: str,
        number: int,
        wish: Wish = Wish(),
        receipt: Receipt[ProgramVersion] = no_receipt,
    ) -> ProgramVersion:
        """A pilot becomes everybody's, after notice; by somebody who did not write it."""

        def attempt() -> ProgramVersion:
            version, versions, now_ms = self._pilot(program_id, number)
            self._check_second(version.editors, version.marks)
            others = [one for one in versions if one.number != number]
            budget = bool(read_program(self.desk.store, program_id).budget)
            at_ms, early = _notice(others, version.terms, wish, now_ms, budget)
            at_ms = max(at_ms, version.effective_ms)
            promoted = version.but(promoted_ms=at_ms, early=early or version.early)
            return self._ended(version, promoted, "promoted", at_ms, early, receipt)

        return until_settled(attempt)

    def withdraw(
        self,
        program_id: str,
        number: int,
        reason: str,
        wish: Wish = Wish(),
        receipt: Receipt[ProgramVersion] = no_receipt,
    ) -> ProgramVersion:
        """A pilot ends for its people after notice; what does not hold yet never will."""

        def attempt() -> ProgramVersion:
            now_ms = self.desk.clock.now_ms()
            version = read_version(self.desk.store, program_id, number)
            versions = read_versions(self.desk.store, program_id)
            state = state_of(version, versions, now_ms)
            if state not in ("scheduled", "pilot") or version.withdrawn_ms is not None:
                raise Conflict("version_stays", f"the version is {state}: publish another instead")
            at_ms, early = now_ms, ""
            if state == "pilot":
                general = version_at(versions, now_ms)
                budget = bool(read_program(self.desk.store, program_id).budget)
                at_ms, early = _notice([version], general.terms, wish, now_ms, budget)
            withdrawn = version.but(withdrawn_ms=at_ms)
            return self._ended(version, withdrawn, "withdrawn", at_ms, early or reason, receipt)

        return until_settled(attempt)

    def _check_second(self, editors: Sequence[str], marks: Sequence[str]) -> None:
        if Person(self.desk.actor.id, None, self.mark).wrote(editors, marks):
            raise NotAllowed("same_person", "whoever wrote it does not publish it")

    def _fresh_replay(self, draft: Draft, now_ms: int, created_ms: int) -> Replay:
        """The replay of exactly this draft. Conflict `replay_needed` without a fresh one.

        Conflict `replay_too_short` if it is of a period that says too little.
        """
        place = replay_key(draft.replay_id) if draft.replay_id else None
        replay = self.desk.store.get(Replay, place) if place else None
        if replay is None or replay.digest != draft.digest:
            raise Conflict("replay_needed", "this revision of the draft has not been replayed")
        if replay.state != "done":
            raise Conflict("replay_needed", f"the replay is {replay.state}")
        if now_ms - replay.changed_ms > REPLAY_FRESH_DAYS * DAY_MS:
            raise Conflict("replay_needed", f"the replay is older than {REPLAY_FRESH_DAYS} days")
        if not replay.reaches(created_ms):
            detail = (
                f"it goes back {REPLAY_BACK_DAYS} days, or to the beginning of the programme,"
                f" and ends within the last {REPLAY_END_DAYS} days before it is asked for"
            )
            raise Conflict("replay_too_short", detail)
        return replay

    def _version(self, draft: Draft, number: int, effective_ms: int) -> ProgramVersion:
        return ProgramVersion(
            program_id=draft.program_id,
            number=number,
            terms=draft.terms,
            author=draft.author,
            editors=draft.editors,
            publisher=self.desk.actor.id,
            rationale=draft.rationale,
            created_ms=self.desk.clock.now_ms(),
            effective_ms=effective_ms,
            terms_hash=terms_hash(draft.terms),
        )

    def _published(
        self, program: Program, draft: Draft, version: ProgramVersion, replay: Replay
    ) -> Change:
        me, now_ms = self.desk.actor.id, self.desk.clock.now_ms()
        written = draft.but(state="published", published_as=version.number, changed_ms=now_ms)
        change = Change()
        change.replace(
            written,
            Guard(
                equals={"digest": draft.digest, "state": "open"},
                differs={"author": me, "last_editor": me},
            ),
        )
        change.require(replay.key, Guard(equals={"digest": draft.digest, "state": "done"}))
        in_force = version.number if version.holds(now_ms) else program.in_force
        name = version.terms.name if version.holds(now_ms) else program.name
        head = program.but(latest=version.number, in_force=in_force, name=name)
        change.replace(head.with_currencies(version.terms.accepted))
        change.create(
            version, *self._told(version, "published", version.effective_ms, version.early)
        )
        return change

    def _ended(
        self,
        before: ProgramVersion,
        after: ProgramVersion,
        what: What,
        at_ms: int,
        reason: str,
        receipt: Receipt[ProgramVersion],
    ) -> ProgramVersion:
        change = Change()
        change.replace(read_program(self.desk.store, before.program_id))  # see `Editions`
        differs = {"author": self.desk.actor.id} if what == "promoted" else {}
        change.replace(after, Guard(equals={"terms_hash": before.terms_hash}, differs=differs))
        change.create(*self._told(after, what, at_ms, reason))
        return settle(self.desk.store, change, after, receipt)

    def _told(
        self, version: ProgramVersion, what: What, at_ms: int, reason: str
    ) -> tuple[Announcement, Event]:
        """The work of telling advocates, and the event that starts it."""
        announcement = Announcement(
            program_id=version.program_id,
            number=version.number,
            what=what,
            at_ms=at_ms,
            changed_ms=self.desk.clock.now_ms(),
        )
        event = self.desk.event(
            f"program.version_{what}",
            version.program_id,
            reason,
            number=version.number,
            at_ms=at_ms,
            terms_hash=version.terms_hash,
            author=version.author,
            pilot=version.pilot is not None,
        )
        return announcement, event

    def _pilot(
        self, program_id: str, number: int
    ) -> tuple[ProgramVersion, Sequence[ProgramVersion], int]:
        """An open pilot with all versions. Conflict `no_open_pilot` if it is none."""
        now_ms = self.desk.clock.now_ms()
        versions = read_versions(self.desk.store, program_id)
        version = read_version(self.desk.store, program_id, number)
        running = open_pilot(versions, now_ms)
        if running is None or running.number != number:
            raise Conflict("no_open_pilot", "this version is not an open pilot")
        return version, versions, now_ms


def _notice(
    versions: Sequence[ProgramVersion], terms: Terms, wish: Wish, now_ms: int, budget: bool
) -> tuple[int, str]:
    """From when the terms may hold, and why earlier than by notice: `in_favour`, or an exception.

    In favour means: of everything that holds or has been announced.
    """
    now = version_at(versions, now_ms)
    known = [now, *scheduled(versions, now_ms)]
    favour = all(solely_in_favour(one.terms, terms, budget=budget) for one in known)
    earliest_ms = now_ms + now.terms.notice_days * DAY_MS
    at_ms = wish.effective_ms
    if at_ms is None:
        at_ms = now_ms if favour or wish.exception else earliest_ms
    if at_ms < now_ms:
        first = now_ms if favour or wish.exception else earliest_ms
        wrong = _unless_day("must not be in the past", "too_early", since=first)
        raise InvalidInput(
            "effective_in_the_past", "a version cannot change what was promised before", [wrong]
        )
    if at_ms > now_ms + EFFECTIVE_DAYS_MAX * DAY_MS:
        latest_ms = now_ms + EFFECTIVE_DAYS_MAX * DAY_MS
        wrong = _unless_day(f"must not be after {rfc3339(latest_ms)}", "too_late", until=latest_ms)
        raise InvalidInput("effective_too_late", "nobody is told terms so long before", [wrong])
    if at_ms >= earliest_ms:
        return at_ms, ""
    if favour:
        return at_ms, "in_favour"
    if not wish.exception:
        message = f"must not be before {rfc3339(earliest_ms)}"
        wrong = _unless_day(message, "too_early", since=earliest_ms)
        detail = f"advocates are given {now.terms.notice_days} days of notice"
        raise InvalidInput("notice_too_short", detail, [wrong])
    if not wish.admin:
        raise NotAllowed("exception_needs_admin", "only an admin makes an exception to the notice")
    return at_ms, wish.exception


def _unless_day(message: str, kind: str, **bound: int) -> FieldError:
    """What is wrong with the day from which a version shall hold; the bound is an instant."""
    bounds = tuple((name, rfc3339(at_ms)) for name, at_ms in bound.items())
    return FieldError("effective_at", message, kind, bounds)


def _check_pilot(
    store: Store,
    program_id: str,
    pilot: Pilot,
    versions: Sequence[ProgramVersion],
    terms: Terms,
    now_ms: int,
) -> None:
    """A pilot changes what single advocates are promised, and is for advocates there are."""
    wide = programme_wide(differences(version_at(versions, now_ms).terms, terms))
    if wide:
        said = [
            FieldError(f"terms.{path}", "holds for everybody", "holds_for_all") for path in wide
        ]
        raise InvalidInput("pilot_changes_everybody", "a pilot cannot change this", said)
    ids = pilot.advocate_ids
    keys = [enrolment_key(one, program_id) for one in ids]
    found = {
        key
        for start in range(0, len(keys), READ_KEYS_MAX)
        for key in store.get_many(Enrolment, keys[start : start + READ_KEYS_MAX])
    }
    missing = [place for place, key in enumerate(keys) if key not in found]
    if missing:
        said = [
            FieldError(
                f"pilot.advocate_ids.{place}",
                "does not take part",
                "takes_no_part",
                (("id", ids[place]),),
            )
            for place in missing
        ]
        raise InvalidInput("not_in_the_programme", "not all of them take part", said)
