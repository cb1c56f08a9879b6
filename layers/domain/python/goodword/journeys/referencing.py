"""Staff look for a reference, book a call and say what came of it, each in one Change.

A booking is decided on the profile that was read and written under its version: two who want the
same person at one moment do not both get them. Wishes, consent and what forbids asking hold here as
they do for every request.
"""

from dataclasses import dataclass

from goodword.errors import Conflict, NotFound
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.listening import Subjects
from goodword.journeys.reference import (
    CallState,
    Fit,
    FollowUp,
    Need,
    Outcome,
    ReferenceCall,
    ReferenceProfile,
    Traits,
    fit,
    free_from,
    reference_key,
)
from goodword.journeys.signal import Subject
from goodword.journeys.wear import unhappy_until
from goodword.limits import REFERENCE_CALLS_KEPT, REFERENCES_LOOKED, REFERENCES_READ
from goodword.ports import Change, Desk, Page, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Value


class Candidate(Value):
    """A profile that fits, and why nobody may call now; `from_ms` only where time is the reason."""

    profile: ReferenceProfile
    fit: Fit
    reason: str = ""
    from_ms: int | None = None


@dataclass(frozen=True)
class References:
    """The use cases of staff."""

    desk: Desk
    subjects: Subjects

    def put(
        self, subject_id: str, traits: Traits, receipt: Receipt[ReferenceProfile] = no_receipt
    ) -> ReferenceProfile:
        """Set what a person can speak about; their calls stay. Conflict `not_a_person`."""

        def attempt() -> ReferenceProfile:
            person = self._person(subject_id)
            before = self._of(person)
            fresh = ReferenceProfile(
                subject_id=person.subject_id, program_id=person.program_id, traits=traits
            )
            after = fresh if before is None else before.but(traits=traits)
            return self._keep(after, "journey.reference_changed", "", receipt)

        return until_settled(attempt)

    def read(self, subject_id: str) -> ReferenceProfile:
        """A person's profile. Raises NotFound `unknown_reference`."""
        found = self._of(self._person(subject_id))
        if found is None:
            raise NotFound("unknown_reference", "this person is no reference")
        return found

    def look(self, subject_id: str) -> Candidate | None:
        """A person's profile with what stands against a call now; None for no reference."""
        found = self._of(self._person(subject_id))
        return self._candidate(found, Fit(points=0, parts=())) if found else None

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[ReferenceProfile]:
        """Everybody who is a reference of a programme, by id; may lag behind a moment."""
        return self.desk.store.query_index(
            ReferenceProfile, "core", f"REFERENCES#{program_id}", limit=limit, cursor=cursor
        )

    def find(self, program_id: str, need: Need) -> list[Candidate]:
        """Those that have anything in common with the need, best first, who is free before others.

        Looks at REFERENCES_READ profiles and answers REFERENCES_LOOKED.
        """
        page = self.desk.store.query_index(
            ReferenceProfile, "core", f"REFERENCES#{program_id}", limit=REFERENCES_READ
        )
        fits = [(fit(one.traits, need), one) for one in page.rows]
        ranked = sorted(
            ((found, one) for found, one in fits if found.points),
            key=lambda each: (-each[0].points, len(each[1].calls), each[1].subject_id),
        )
        seen = [self._candidate(one, found) for found, one in ranked[:REFERENCES_LOOKED]]
        return sorted(seen, key=lambda one: one.reason != "")

    def book(
        self,
        subject_id: str,
        opportunity_id: str | None = None,
        receipt: Receipt[ReferenceProfile] = no_receipt,
    ) -> ReferenceProfile:
        """One call, counted from now on. Conflict `reference_not_free` with the reason."""
        call_id = self.desk.ids.new("rcl")

        def attempt() -> ReferenceProfile:
            profile = self.read(subject_id)
            why = self._candidate(profile, Fit(points=0, parts=())).reason
            if why or not profile.traits.active:
                raise Conflict("reference_not_free", f"nobody may call now: {why or 'not_active'}")
            now_ms = self.desk.clock.now_ms()
            call = ReferenceCall(call_id=call_id, booked_ms=now_ms, opportunity_id=opportunity_id)
            calls = (*profile.calls, call)[-REFERENCE_CALLS_KEPT:]
            after = profile.but(calls=calls)
            return self._keep(after, "journey.reference_booked", call_id, receipt)

        return until_settled(attempt)

    def record(
        self,
        subject_id: str,
        call_id: str,
        *,
        state: CallState,
        outcome: Outcome,
        follow_up: FollowUp,
        followed: bool,
        receipt: Receipt[ReferenceProfile] = no_receipt,
    ) -> ReferenceProfile:
        """What came of a call, and what is to follow. The newest word stands; a repeat is nothing.

        Raises NotFound `unknown_call`, Conflict `call_not_held` for an outcome of no call.
        """

        def attempt() -> ReferenceProfile:
            profile = self.read(subject_id)
            known = next((one for one in profile.calls if one.call_id == call_id), None)
            if known is None:
                raise NotFound("unknown_call", "there is no such call")
            if outcome and state != "held":
                raise Conflict("call_not_held", "only a call that was held has an outcome")
            told = known.but(state=state, outcome=outcome, follow_up=follow_up, followed=followed)
            if told == known:
                return profile
            calls = tuple(told if one.call_id == call_id else one for one in profile.calls)
            after = profile.but(calls=calls)
            return self._keep(after, f"journey.reference_{state}", call_id, receipt, outcome)

        return until_settled(attempt)

    def _person(self, subject_id: str) -> Subject:
        person = self.subjects.read(subject_id)
        if person.what != "person" or person.forgotten:
            raise Conflict("not_a_person", "only somebody who is known can be a reference")
        return person

    def _of(self, person: Subject) -> ReferenceProfile | None:
        """The profile of a person, also if it was made before two turned out to be one."""
        keys = [reference_key(one) for one in (person.subject_id, *person.parts)]
        found = self.desk.store.get_many(ReferenceProfile, keys)
        return next((found[key] for key in keys if key in found), None)

    def _candidate(self, profile: ReferenceProfile, found: Fit) -> Candidate:
        """The profile with whatever stands against a call: the person's word first, then time."""
        person = self.subjects.read(profile.subject_id)
        book = self.desk.store.get(AskBook, book_key(person.subject_id))
        wishes = book.unsubscribed if book else ()
        standing = self.subjects.standing(person)
        if "all" in wishes or "reference" in wishes:
            return Candidate(profile=profile, fit=found, reason="unsubscribed")
        if standing.suppressors:
            return Candidate(profile=profile, fit=found, reason=standing.suppressors[0].code)
        now_ms = self.desk.clock.now_ms()
        reason, from_ms = free_from(profile, now_ms)
        until_ms = unhappy_until(book.asks, now_ms) if book else None
        if until_ms is not None:
            reason, from_ms = "unhappy_with_asks", until_ms
        if not reason:
            return Candidate(profile=profile, fit=found)
        return Candidate(profile=profile, fit=found, reason=reason, from_ms=from_ms)

    def _keep(
        self,
        profile: ReferenceProfile,
        what: str,
        call_id: str,
        receipt: Receipt[ReferenceProfile],
        outcome: str = "",
    ) -> ReferenceProfile:
        change = Change()
        change.save(profile)
        change.create(
            self.desk.event(
                what,
                profile.subject_id,
                outcome,
                program_id=profile.program_id,
                call_id=call_id or None,
            )
        )
        return settle(self.desk.store, change, profile, receipt)
