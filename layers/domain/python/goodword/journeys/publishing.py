"""Journeys are drafted by one person and published by another, who names what was looked at."""

from dataclasses import dataclass

from goodword.errors import Conflict, FieldError, InvalidInput, NotAllowed, NotFound
from goodword.events import Event
from goodword.journeys.definition import JourneyTerms, Reward
from goodword.journeys.gating import gated_entrants, gated_movers, named_milestones
from goodword.journeys.journey import (
    InFlight,
    Journey,
    JourneyDraft,
    JourneyVersion,
    active_journeys,
    digest_of,
    draft_key,
    journey_key,
    version_key,
)
from goodword.journeys.refusing import refusals, warnings, worded_movers
from goodword.journeys.staffing import NO_DIRECTORY, Staff, strangers, unchecked
from goodword.limits import JOURNEY_BYTES_MAX, JOURNEY_VERSIONS_MAX, JOURNEYS_ACTIVE_MAX
from goodword.messages.endpoint import Endpoint, endpoint_key
from goodword.persons import Person, with_mark
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.effective import version_in_force
from goodword.programs.model import Program, program_key
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Journeys:
    """The use cases of journeys; staff only, which the API checks.

    `mark` is the mailbox of whoever acts, as a keyed hash: two sign-ins of it are one person.
    `staff` is looked at for whom a hand-over names.
    """

    desk: Desk
    mark: str = ""
    staff: Staff = NO_DIRECTORY

    def create(
        self,
        program_id: str,
        terms: JourneyTerms,
        rationale: str,
        receipt: Receipt[JourneyDraft] = no_receipt,
    ) -> JourneyDraft:
        """A new journey with the draft of its first version."""
        if self.desk.store.get(Program, program_key(program_id)) is None:
            raise NotFound("unknown_program", "there is no such programme")
        now_ms, journey_id = self.desk.clock.now_ms(), self.desk.ids.new("jrn")
        journey = Journey(
            journey_id=journey_id, program_id=program_id, name=terms.name, created_ms=now_ms
        )
        draft = self._draft(journey, terms, rationale, None)
        change = Change()
        change.create(journey, draft, self._event("journey.created", journey))
        return settle(self.desk.store, change, draft, receipt)

    def change(
        self,
        journey_id: str,
        terms: JourneyTerms,
        rationale: str,
        digest: str | None,
        receipt: Receipt[JourneyDraft] = no_receipt,
    ) -> JourneyDraft:
        """The draft in its next form; `digest` is of the one that was read, None without one."""

        def attempt() -> JourneyDraft:
            journey = self.read(journey_id)
            before = self.desk.store.get(JourneyDraft, draft_key(journey_id))
            if (before.digest if before else None) != digest:
                raise Conflict("draft_moved_on", "the draft is another one by now: read it again")
            after = self._draft(journey, terms, rationale, before)
            after = after.but(version=before.version) if before else after
            change = Change()
            change.save(after)
            change.create(self._event("journey.draft_changed", journey))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def publish(
        self,
        journey_id: str,
        digest: str,
        in_flight: InFlight,
        receipt: Receipt[JourneyVersion] = no_receipt,
    ) -> JourneyVersion:
        """The next version, from the draft of this digest.

        Raises NotAllowed `same_person` for whoever wrote any of it, and InvalidInput
        `journey_refused` with every rule that it breaks (review gating among them, and a reward
        that no rule of the programme can give), Conflict `too_many_journeys` beyond
        JOURNEYS_ACTIVE_MAX that are active at once.
        """

        def attempt() -> JourneyVersion:
            journey, draft = self.read(journey_id), self.draft(journey_id)
            if draft.digest != digest:
                raise Conflict("draft_moved_on", "the draft is another one by now: read it again")
            me = Person(self.desk.actor.id, None, self.mark)
            if me.wrote(draft.editors, draft.marks):
                raise NotAllowed("same_person", "whoever wrote a draft does not publish it")
            if journey.state == "ended":
                raise Conflict("journey_ended", "a journey that has ended begins no more")
            if journey.in_force >= JOURNEY_VERSIONS_MAX:
                raise Conflict("too_many_versions", "this journey has all the versions it may have")
            self._check_room(journey)
            found = self.broken(journey.program_id, draft.terms)
            found = found or self._chosen_before(journey, draft.terms, in_flight)
            if found:
                raise InvalidInput("journey_refused", "the journey breaks a rule", found)
            version = JourneyVersion(
                journey_id=journey_id,
                number=journey.in_force + 1,
                terms=draft.terms,
                rationale=draft.rationale,
                editors=draft.editors,
                publisher=self.desk.actor.id,
                in_flight=in_flight,
                published_ms=self.desk.clock.now_ms(),
            )
            after = journey.but(in_force=version.number, state="active", name=draft.terms.name)
            change = Change()
            change.replace(after)
            change.delete(draft)
            change.create(version, self._event("journey.published", after, number=version.number))
            return settle(self.desk.store, change, version, receipt)

        return until_settled(attempt)

    def broken(self, program_id: str, terms: JourneyTerms) -> list[FieldError]:
        """Everything for which these terms could not be published in the programme at present."""
        found = refusals(terms, self._milestones(program_id, terms))
        found += strangers(terms, self.staff)
        if not found and "webhook" in terms.channels:
            found = self._no_webhook(program_id, terms)
        if found or not any(isinstance(one, Reward) for one in terms.steps):
            return found
        from goodword.journeys.promising import unkept  # noqa: PLC0415 - pages publish nothing

        now_ms = self.desk.clock.now_ms()
        return [*unkept(terms, version_in_force(self.desk.store, program_id, now_ms).terms.rules)]

    def warned(self, terms: JourneyTerms) -> list[FieldError]:
        """What may be published, and does less than it could or was not looked up."""
        return [*warnings(terms), *unchecked(terms, self.staff)]

    def _check_room(self, journey: Journey) -> None:
        """Refuse one more that is active where there are as many as may be."""
        active = active_journeys(self.desk.store, journey.program_id)
        others = [one for one in active if one.journey_id != journey.journey_id]
        if len(others) >= JOURNEYS_ACTIVE_MAX:
            raise Conflict("too_many_journeys", "pause or end another journey first")

    def _versions(self, journey: Journey) -> list[JourneyVersion]:
        numbers = range(1, journey.in_force + 1)
        return [self.version(journey.journey_id, number) for number in numbers]

    def _chosen_before(
        self, journey: Journey, terms: JourneyTerms, in_flight: InFlight
    ) -> list[FieldError]:
        """What is wrong with these terms because of whom earlier versions have let in: those would
        be moved to a review, or kept from it until they may enter again."""
        earlier = self._versions(journey)
        own = self._milestones(journey.program_id, terms, *(one.terms for one in earlier))
        found = [*gated_entrants(earlier, terms, own)]
        if in_flight == "move":
            found += gated_movers(earlier, terms, own)
            found += worded_movers([one.terms for one in earlier], terms)
        return found

    def _milestones(self, program_id: str, *said: JourneyTerms) -> frozenset[str]:
        """The milestones of the programme's terms in force; not looked for if none is named."""
        if not any(named_milestones(one) for one in said):
            return frozenset()
        now_ms = self.desk.clock.now_ms()
        terms = version_in_force(self.desk.store, program_id, now_ms).terms
        return frozenset(one.milestone_id for one in terms.milestones)

    def _no_webhook(self, program_id: str, terms: JourneyTerms) -> list[FieldError]:
        """A channel that leads nowhere: nobody has named the programme's webhook, or it is off."""
        endpoint = self.desk.store.get(Endpoint, endpoint_key(program_id))
        if endpoint is not None and endpoint.state == "on":
            return []
        place = terms.channels.index("webhook")
        return [
            FieldError(
                f"channels.{place}",
                "no_webhook: the programme has no webhook that is on",
                "no_webhook",
            )
        ]

    def set_state(
        self, journey_id: str, state: str, reason: str, receipt: Receipt[Journey] = no_receipt
    ) -> Journey:
        """Pause it, let it go on, or end it for good. Asking for the present state does nothing."""

        def attempt() -> Journey:
            journey = self.read(journey_id)
            if journey.state == state:
                return journey
            if journey.state == "draft":
                raise Conflict("journey_not_published", "a journey begins when it is published")
            if journey.state == "ended":
                raise Conflict("journey_ended", "a journey that has ended stays so")
            if state == "active":
                self._check_room(journey)
            after = journey.but(state=state)
            change = Change()
            change.replace(after)
            change.create(self._event("journey.state_changed", after, reason=reason, after=state))
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def read(self, journey_id: str) -> Journey:
        """One journey. Raises NotFound `unknown_journey`."""
        journey = self.desk.store.get(Journey, journey_key(journey_id))
        if journey is None:
            raise NotFound("unknown_journey", "there is no such journey")
        return journey

    def draft(self, journey_id: str) -> JourneyDraft:
        """Its draft. Raises NotFound `unknown_draft`."""
        draft = self.desk.store.get(JourneyDraft, draft_key(journey_id))
        if draft is None:
            raise NotFound("unknown_draft", "this journey has no draft")
        return draft

    def version(self, journey_id: str, number: int) -> JourneyVersion:
        """One version. Raises NotFound `unknown_version`."""
        version = self.desk.store.get(JourneyVersion, version_key(journey_id, number))
        if version is None:
            raise NotFound("unknown_version", "this journey has no such version")
        return version

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[Journey]:
        """The journeys of a programme: active, paused, drafts, ended; oldest first of each.

        It may lag behind a moment.
        """
        index = f"JOURNEYS#{program_id}"
        return self.desk.store.query_index(Journey, "core", index, limit=limit, cursor=cursor)

    def _draft(
        self, journey: Journey, terms: JourneyTerms, rationale: str, before: JourneyDraft | None
    ) -> JourneyDraft:
        size = len(terms.model_dump_json().encode())
        if size > JOURNEY_BYTES_MAX:
            message = f"the journey has {size} bytes, at most {JOURNEY_BYTES_MAX} may be"
            raise InvalidInput("journey_too_long", message)
        editors = dict.fromkeys((*(before.editors if before else ()), self.desk.actor.id))
        return JourneyDraft(
            journey_id=journey.journey_id,
            terms=terms,
            rationale=rationale,
            editors=tuple(editors),
            marks=with_mark(before.marks if before else (), self.mark),
            digest=digest_of(terms, rationale, journey.in_force),
            changed_ms=self.desk.clock.now_ms(),
        )

    def _event(self, type: str, journey: Journey, reason: str = "", **data: str | int) -> Event:
        return self.desk.event(
            type, journey.journey_id, reason, program_id=journey.program_id, **data
        )
