"""Every advocate whom a change concerns is told once, in bounded steps that go on where they were.

A step takes one page of enrolments and commits one event per advocate together with its own
progress, so that an event is made once however often the step runs; the mail about it is sent once
per event (`messages`). Whoever joins later sees both versions when joining. A change that changes
nothing for advocates (who reviews, for instance) is told to nobody.
"""

from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import Conflict, NotFound, Stale
from goodword.events import Event
from goodword.limits import (
    ANNOUNCE_PAGE,
    ANNOUNCE_STEPS,
    REPLAY_IDLE_MINUTES,
    REPLAY_SECONDS,
    REPLAYS_PER_SWEEP,
)
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.announcement import (
    WAITING,
    Acknowledgement,
    Announcement,
    What,
    acknowledged_partition,
    acknowledgement_key,
    announcement_key,
    concerns,
)
from goodword.programs.changes import differences
from goodword.programs.effective import read_version, read_versions
from goodword.programs.life import coming
from goodword.programs.model import ProgramVersion, version_at
from goodword.programs.parts import is_told
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import MINUTE_MS, SECOND_MS

CONTINUES = "program.announcement_continues"
TAKES_PART = frozenset({"active", "paused"})


@dataclass(frozen=True)
class Announcing:
    """Telling advocates, and hearing back."""

    desk: Desk

    def run(self, program_id: str, number: int, what: What) -> Announcement | None:
        """Go on telling for REPLAY_SECONDS or ANNOUNCE_STEPS; None if there is nothing to tell."""
        start_ms, place = self.desk.clock.now_ms(), announcement_key(program_id, number, what)
        steps, last = 0, False
        while (found := self.desk.store.get(Announcement, place)) is not None:
            if last or found.state == "done":
                break
            steps += 1
            late_ms = self.desk.clock.now_ms() - start_ms
            last = steps == ANNOUNCE_STEPS or late_ms > REPLAY_SECONDS * SECOND_MS
            try:
                self._step(found, ask_on=last)
            except Stale:
                last = True
        return found

    def sweep(self) -> int:
        """Go on with announcements that nobody works on; how many there were."""
        idle_ms = self.desk.clock.now_ms() - REPLAY_IDLE_MINUTES * MINUTE_MS
        page = self.desk.store.query_index(
            Announcement, "core", WAITING, until=f"{idle_ms:015d}", limit=REPLAYS_PER_SWEEP
        )
        for one in page.rows:
            self.run(one.program_id, one.number, one.what)
        return len(page.rows)

    def acknowledge(
        self,
        advocate_id: str,
        program_id: str,
        number: int,
        receipt: Receipt[Acknowledgement] = no_receipt,
    ) -> Acknowledgement:
        """The advocate has read a version that holds, or will hold, for them. Once is enough."""

        def attempt() -> Acknowledgement:
            store, now_ms = self.desk.store, self.desk.clock.now_ms()
            place = acknowledgement_key(program_id, number, advocate_id)
            found = store.get(Acknowledgement, place)
            if found is not None:
                return found
            if store.get(Enrolment, enrolment_key(advocate_id, program_id)) is None:
                raise NotFound("not_enrolled", "you are not in this programme")
            versions = read_versions(store, program_id)
            after = (one.version for one in coming(versions, now_ms, advocate_id))
            shown = {version_at(versions, now_ms, advocate_id).number, *(v.number for v in after)}
            if number not in shown:
                read_version(store, program_id, number)
                raise Conflict("not_your_terms", "this version does not hold for you, nor will it")
            said = Acknowledgement(
                program_id=program_id, number=number, advocate_id=advocate_id, at_ms=now_ms
            )
            change = Change()
            event = self.desk.event(
                "program.terms_acknowledged",
                advocate_id,
                advocate_id=advocate_id,
                program_id=program_id,
                number=number,
            )
            change.create(said, event)
            return settle(store, change, said, receipt)

        return until_settled(attempt)

    def acknowledged(
        self, program_id: str, number: int, limit: int, cursor: str | None
    ) -> Page[Acknowledgement]:
        """Who has read a version. Raises NotFound `unknown_version`."""
        read_version(self.desk.store, program_id, number)
        return self.desk.store.query(
            Acknowledgement,
            "core",
            acknowledged_partition(program_id, number),
            limit=limit,
            cursor=cursor,
        )

    def _step(self, announcement: Announcement, *, ask_on: bool) -> None:
        program_id, store = announcement.program_id, self.desk.store
        versions = read_versions(store, program_id)
        version = next(one for one in versions if one.number == announcement.number)
        change, told = Change(), 0
        if changes_nothing(announcement, versions):
            change.replace(self._after(announcement, None, 0).but(reason="changes_nothing"))
            return store.commit(change)
        page = store.query_index(
            Enrolment,
            "core",
            f"ENR#{program_id}",
            limit=ANNOUNCE_PAGE,
            cursor=announcement.cursor,
        )
        for one in page.rows:
            if one.state in TAKES_PART and concerns(announcement.what, version, one.advocate_id):
                change.create(self._news(announcement, one.advocate_id, versions))
                told += 1
        after = self._after(announcement, page.cursor, told)
        change.replace(after)
        if ask_on and after.state == "telling":
            change.create(self._event(announcement))
        return store.commit(change)

    def _after(self, before: Announcement, cursor: str | None, told: int) -> Announcement:
        return before.but(
            cursor=cursor,
            told=before.told + told,
            state="done" if cursor is None else "telling",
            changed_ms=self.desk.clock.now_ms(),
        )

    def _news(
        self, announcement: Announcement, advocate_id: str, versions: tuple[ProgramVersion, ...]
    ) -> Event:
        """What one advocate is told: from which version to which, and when."""
        before, after = turn_of(announcement, versions, advocate_id)
        what = "withdrawn" if announcement.what == "withdrawn" else "announced"
        if what == "withdrawn" and before.effective_ms >= announcement.at_ms:
            what = "cancelled"
        return self.desk.event(
            f"program.change_{what}",
            advocate_id,
            advocate_id=advocate_id,
            program_id=announcement.program_id,
            before=before.number,
            after=after.number,
            effective_ms=announcement.at_ms,
        )

    def _event(self, announcement: Announcement) -> Event:
        return self.desk.event(
            CONTINUES,
            announcement.program_id,
            number=announcement.number,
            what=announcement.what,
            told=announcement.told,
        )


def turn_of(
    announcement: Announcement, versions: tuple[ProgramVersion, ...], advocate_id: str | None
) -> tuple[ProgramVersion, ProgramVersion]:
    """From which version to which the change leads.

    A version that is withdrawn before it held leads from itself to what holds without it.
    """
    version = next(one for one in versions if one.number == announcement.number)
    if announcement.what == "withdrawn":
        return version, version_at(versions, announcement.at_ms, advocate_id)
    return version_at(versions, announcement.at_ms - 1, advocate_id), version


def changes_nothing(announcement: Announcement, versions: tuple[ProgramVersion, ...]) -> bool:
    """Whether no advocate would see a difference in what they are promised."""
    before, after = turn_of(announcement, versions, None)
    found = differences(before.terms, after.terms)
    return not any(is_told(one, before.terms, after.terms) for one in found)
