"""A draft is written by marketers and read by staff; nothing follows from it until two agree.

Whoever changes a draft says which revision was read, so that two authors never overwrite each
other, and on which version it is based, so that nobody publishes over what they have not seen.
"""

from dataclasses import dataclass

from goodword.errors import Conflict, FieldError, InvalidInput, NotFound
from goodword.events import Event
from goodword.limits import DRAFTS_OPEN_MAX, PROGRAM_VERSIONS_MAX
from goodword.persons import with_mark
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.draft import Draft, digest_of, draft_key
from goodword.programs.effective import read_program, read_version
from goodword.programs.model import Program, Terms
from goodword.programs.rails import check_rail
from goodword.receipts import Receipt, no_receipt, settle

PREFIX = "DRAFT#"


@dataclass(frozen=True)
class Drafts:
    """The use cases of drafts; staff only, which the API checks. `mark` is the actor's mailbox."""

    desk: Desk
    mark: str = ""

    def create(
        self,
        program_id: str,
        terms: Terms | None,
        rationale: str,
        *,
        based_on: int,
        copy_of: int | None = None,
        receipt: Receipt[Draft] = no_receipt,
    ) -> Draft:
        """A new draft of these terms, or of those of an earlier version (a rollback)."""

        def attempt() -> Draft:
            store, now_ms, who = self.desk.store, self.desk.clock.now_ms(), self.desk.actor.id
            program = read_program(store, program_id)
            new = _terms(terms, copy_of) or read_version(store, program_id, copy_of or 0).terms
            check_successor(program, new, based_on)
            self._check_room(program_id)
            draft = Draft(
                draft_id=self.desk.ids.new("drf"),
                program_id=program_id,
                based_on=based_on,
                copy_of=copy_of,
                terms=new,
                rationale=rationale,
                author=who,
                editors=(who,),
                marks=with_mark((), self.mark),
                last_editor=who,
                digest=digest_of(based_on, new, rationale),
                created_ms=now_ms,
                changed_ms=now_ms,
            )
            change = Change()
            change.create(draft, self._event("draft_created", draft))
            return settle(store, change, draft, receipt)

        return until_settled(attempt)

    def change(
        self,
        program_id: str,
        draft_id: str,
        terms: Terms,
        rationale: str,
        *,
        based_on: int,
        revision: int,
        receipt: Receipt[Draft] = no_receipt,
    ) -> Draft:
        """The draft in its next revision; what was replayed of the one before counts no more."""

        def attempt() -> Draft:
            draft, who = read_open(self.desk, program_id, draft_id), self.desk.actor.id
            if revision != draft.revision:
                raise Conflict("draft_moved_on", f"revision {draft.revision} is the newest by now")
            check_successor(read_program(self.desk.store, program_id), terms, based_on)
            after = draft.but(
                based_on=based_on,
                terms=terms,
                rationale=rationale,
                editors=tuple(dict.fromkeys((*draft.editors, who))),
                marks=with_mark(draft.marks, self.mark),
                last_editor=who,
                revision=draft.revision + 1,
                digest=digest_of(based_on, terms, rationale),
                replay_id=None,
                changed_ms=self.desk.clock.now_ms(),
            )
            change = Change()
            change.replace(after)
            change.create(self._event("draft_changed", after))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def discard(self, program_id: str, draft_id: str, receipt: Receipt[None] = no_receipt) -> None:
        """Give it up; it stays readable. Discarding twice changes nothing."""

        def attempt() -> None:
            draft = self.read(program_id, draft_id)
            if draft.state == "discarded":
                return
            if draft.state == "published":
                raise Conflict("draft_is_closed", "what was published stays")
            after = draft.but(state="discarded", changed_ms=self.desk.clock.now_ms())
            change = Change()
            change.replace(after)
            change.create(self._event("draft_discarded", after))
            settle(self.desk.store, change, None, receipt)

        until_settled(attempt)

    def read(self, program_id: str, draft_id: str) -> Draft:
        """One draft. Raises NotFound `unknown_draft`."""
        draft = self.desk.store.get(Draft, draft_key(program_id, draft_id))
        if draft is None:
            raise NotFound("unknown_draft", "the programme has no such draft")
        return draft

    def list(self, program_id: str, limit: int, cursor: str | None) -> Page[Draft]:
        """All drafts of a programme, newest first, closed ones too."""
        read_program(self.desk.store, program_id)
        return self.desk.store.query(
            Draft,
            "core",
            f"PROG#{program_id}",
            PREFIX,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def _check_room(self, program_id: str) -> None:
        rows = self.desk.store.query(
            Draft, "core", f"PROG#{program_id}", PREFIX, newest_first=True
        ).rows
        if sum(one.state == "open" for one in rows) >= DRAFTS_OPEN_MAX:
            raise Conflict("too_many_drafts", f"a programme has at most {DRAFTS_OPEN_MAX} open")

    def _event(self, what: str, draft: Draft) -> Event:
        return self.desk.event(
            f"program.{what}",
            draft.program_id,
            draft_id=draft.draft_id,
            revision=draft.revision,
            digest=draft.digest,
            based_on=draft.based_on,
        )


def read_open(desk: Desk, program_id: str, draft_id: str) -> Draft:
    """A draft that may still change. Conflict `draft_is_closed` once published or discarded."""
    draft = Drafts(desk).read(program_id, draft_id)
    if draft.state != "open":
        raise Conflict("draft_is_closed", f"the draft is {draft.state}")
    return draft


def check_successor(program: Program, terms: Terms, based_on: int) -> None:
    """Raise unless `terms` can be kept, and may follow on what has been promised so far."""
    check_rail(terms)
    if program.state == "closed":
        raise Conflict("program_closed", "a closed programme takes no new version")
    if based_on != program.latest:
        raise Conflict("version_moved_on", f"version {program.latest} is the latest by now")
    if program.latest >= PROGRAM_VERSIONS_MAX:
        raise Conflict("too_many_versions", f"a programme has at most {PROGRAM_VERSIONS_MAX}")
    if terms.currency != program.currency:
        raise InvalidInput(
            "currency_is_fixed",
            "balances and caps are kept in the programme's currency",
            [
                FieldError(
                    "terms.currency",
                    f"must stay {program.currency}",
                    "fixed_currency",
                    (("currency", program.currency),),
                )
            ],
        )


def _terms(terms: Terms | None, copy_of: int | None) -> Terms | None:
    """What was sent: terms, or the number of a version to copy; never both, never neither."""
    if (terms is None) == (copy_of is None):
        wrong = FieldError("terms", "give either terms or copy_of", "terms_or_copy")
        raise InvalidInput("terms_or_copy", "a draft has terms or copies a version", [wrong])
    return terms
