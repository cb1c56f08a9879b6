"""Staff look for a reference, book a call and say what came of it, each in one Change.

A call is with somebody who said yes to being a reference, and its booking is asked of the same gate
as every request (`asking.may_call`), for the person whole: also what is known by other names. What
was read is held to the commit, so that two who want the same person at one moment do not both get
them, and a complaint, a ban or a request in between is heeded. The request that a call rests on
moves with it (`calling`): a call that was held is its work, and influences the deal it was for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goodword.errors import Conflict, NotFound
from goodword.journeys.asking import agreed
from goodword.journeys.calling import Calling
from goodword.journeys.deal_names import deal_known_as
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.listening import Subjects
from goodword.journeys.opportunity import Opportunity, opportunity_key
from goodword.journeys.reference import (
    BUSY,
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
from goodword.journeys.signal import Subject, subject_key
from goodword.journeys.walk import AskMade
from goodword.limits import REFERENCES_FREE, REFERENCES_LOOKED, REFERENCES_READ
from goodword.ports import Change, Desk, Page, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Value

NO_FIT = Fit(points=0, parts=())


class Candidate(Value):
    """A profile that fits, and why nobody may call now; `from_ms` only where time is the reason."""

    profile: ReferenceProfile
    fit: Fit
    reason: str = ""
    from_ms: int | None = None


@dataclass(frozen=True)
class References:
    """The use cases of staff. `calling` moves the request that a call rests on."""

    desk: Desk
    subjects: Subjects
    gate: Gate
    calling: Calling

    def put(
        self, subject_id: str, traits: Traits, receipt: Receipt[ReferenceProfile] = no_receipt
    ) -> ReferenceProfile:
        """Set what a person can speak about; their calls stay. Conflict `not_a_person`."""

        def attempt() -> ReferenceProfile:
            person = self._person(subject_id)
            found = self._of(person)
            fresh = ReferenceProfile(
                subject_id=person.subject_id, program_id=person.program_id, traits=traits
            )
            after = fresh if found is None else found.profile.but(traits=traits)
            change = Change()
            return self._keep(change, found, after, "journey.reference_changed", "", receipt)

        return until_settled(attempt)

    def read(self, subject_id: str) -> ReferenceProfile:
        """A person's profile. Raises NotFound `unknown_reference`."""
        return self._read(subject_id).profile

    def look(self, subject_id: str) -> Candidate | None:
        """A person's profile with what stands against a call now; None for no reference."""
        seen = self.gate.look(self._person(subject_id).subject_id)
        found = self._of(seen.subject)
        return self._candidate(found.profile, NO_FIT, seen) if found else None

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[ReferenceProfile]:
        """Everybody who is a reference of a programme, each once, by id; may lag behind a moment.

        At most `limit`, fewer where names on the page turned out to be one person.
        """
        page = self.desk.store.query_index(
            ReferenceProfile, "core", f"REFERENCES#{program_id}", limit=limit, cursor=cursor
        )
        keys = [subject_key(one.subject_id) for one in page.rows]
        known = self.desk.store.get_many(Subject, keys) if keys else {}
        rows = (self._whole(one, known.get(subject_key(one.subject_id))) for one in page.rows)
        return Page([one for one in rows if one is not None], page.cursor)

    def find(self, program_id: str, need: Need) -> list[Candidate]:
        """Those that have anything in common with the need, best first, who is free before others.

        Looks at REFERENCES_READ profiles, and at the best REFERENCES_LOOKED of them one by one,
        until REFERENCES_FREE may be called; whoever may not is answered with the reason.
        """
        page = self.desk.store.query_index(
            ReferenceProfile, "core", f"REFERENCES#{program_id}", limit=REFERENCES_READ
        )
        fits = [(fit(one.traits, need), one) for one in page.rows]
        ranked = sorted(
            ((found, one) for found, one in fits if found.points),
            key=lambda each: (-each[0].points, len(each[1].calls), each[1].subject_id),
        )
        looked: dict[str, Candidate] = {}
        for _, one in ranked[:REFERENCES_LOOKED]:
            seen = self.gate.look(one.subject_id)
            found, name = self._of(seen.subject), seen.subject.subject_id
            if name in looked or found is None or not found.profile.traits.active:
                continue  # the profile of another name of somebody, or one that was taken back
            points = fit(found.profile.traits, need)
            looked[name] = self._candidate(found.profile, points, seen)
            if sum(not each.reason for each in looked.values()) == REFERENCES_FREE:
                break
        return sorted(looked.values(), key=lambda one: (one.reason != "", -one.fit.points))

    def book(
        self,
        subject_id: str,
        opportunity_id: str | None = None,
        receipt: Receipt[ReferenceProfile] = no_receipt,
        *,
        deal_id: str | None = None,
    ) -> ReferenceProfile:
        """One call, counted from now on, maybe for a deal of the programme, by its id here or that
        of its CRM.

        Raises Conflict `reference_not_free` with the reason, NotFound `unknown_opportunity`,
        Conflict `deal_ambiguous` of a CRM's id that is several deals'.
        """
        call_id = self.desk.ids.new("rcl")

        def attempt() -> ReferenceProfile:
            person = self._person(subject_id)
            deal = self._deal(opportunity_id, deal_id, person.program_id)
            seen = self.gate.look(person.subject_id)
            found = self._known(seen.subject)
            profile = found.profile
            why = self._candidate(profile, NO_FIT, seen).reason
            yes = agreed(seen.whole.asks, seen.at_ms)
            if why or yes is None or not profile.traits.active:
                raise Conflict("reference_not_free", f"nobody may call now: {why or 'not_active'}")
            call = ReferenceCall(
                call_id=call_id,
                booked_ms=seen.at_ms,
                ask_id=yes.ask_id,
                opportunity_id=deal,
            )
            after, change = profile.with_calls([call]), Change()
            seen.hold(change)
            seen.hold_book(change)
            self.calling.note(change, call)
            return self._keep(change, found, after, "journey.reference_booked", call_id, receipt)

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
        own_advocate_id: str | None = None,
        receipt: Receipt[ReferenceProfile] = no_receipt,
    ) -> ReferenceProfile:
        """What came of a call, and what is to follow. The newest word stands; a repeat is nothing.

        Raises NotFound `unknown_call`, NotAllowed `own_work` for one's own, Conflict
        `call_not_held` for an outcome of no call, `call_not_booked` for one that is over and would
        count again: it is booked anew, which asks whether it may be; and `call_counts` for a call
        that was held if the request was done by it.
        """

        def attempt() -> tuple[ReferenceProfile, AskMade | None]:
            found = self._read(subject_id)
            profile = found.profile
            known = next((one for one in profile.calls if one.call_id == call_id), None)
            if known is None:
                raise NotFound("unknown_call", "there is no such call")
            if outcome and state != "held":
                raise Conflict("call_not_held", "only a call that was held has an outcome")
            if state in BUSY and known.state not in ("booked", state):
                raise Conflict("call_not_booked", "this call is over; book a new one")
            told = known.but(state=state, outcome=outcome, follow_up=follow_up, followed=followed)
            change = Change()
            ask = self.calling.note(change, told, own_advocate_id)
            if told == known and ask is None:
                return profile, None
            calls = tuple(told if one.call_id == call_id else one for one in profile.calls)
            after, what = profile.but(calls=calls), f"journey.reference_{state}"
            self.calling.influence(change, told, profile.program_id)
            kept = self._keep(change, found, after, what, call_id, receipt, outcome)
            return kept, ask

        profile, ask = until_settled(attempt)
        if ask is not None:
            self.calling.asks.wake(ask)
        return profile

    def _whole(self, profile: ReferenceProfile, subject: Subject | None) -> ReferenceProfile | None:
        """The profile with every call of its person; None where another one stands for them."""
        if subject is None or not (subject.merged_into or subject.parts):
            return profile
        found = self._of(self.subjects.read(subject.subject_id))
        stands = found is not None and found.profile.subject_id == profile.subject_id
        return found.profile if found is not None and stands else None

    def _deal(self, opportunity_id: str | None, deal_id: str | None, program_id: str) -> str | None:
        """The id of the deal that is named in either way, if one is."""
        if opportunity_id is None:
            return deal_id and deal_known_as(self.desk.store, program_id, deal_id)
        deal = self.desk.store.get(Opportunity, opportunity_key(opportunity_id))
        if deal is None or deal.program_id != program_id:
            raise NotFound("unknown_opportunity", "there is no such deal")
        return opportunity_id

    def _person(self, subject_id: str) -> Subject:
        person = self.subjects.read(subject_id)
        if person.what != "person" or person.forgotten:
            raise Conflict("not_a_person", "only somebody who is known can be a reference")
        return person

    def _read(self, subject_id: str) -> "Found":
        return self._known(self._person(subject_id))

    def _known(self, person: Subject) -> "Found":
        found = self._of(person)
        if found is None:
            raise NotFound("unknown_reference", "this person is no reference")
        return found

    def _of(self, person: Subject) -> "Found | None":
        """The profile of a person, with the calls that were made to other names of them."""
        keys = [reference_key(one) for one in (person.subject_id, *person.parts)]
        known = self.desk.store.get_many(ReferenceProfile, keys)
        each = [known[key] for key in keys if key in known]
        if not each:
            return None
        calls = [call for one in reversed(each[1:]) for call in one.calls]
        return Found(each[0].with_calls(calls), each[1:])

    def _candidate(self, profile: ReferenceProfile, found: Fit, seen: Seen) -> Candidate:
        """The profile with whatever stands against a call; of what time ends the later end."""
        verdict = seen.may_call()
        why = "asked_lately" if verdict.reason == "cool_down" else verdict.reason
        if not verdict.allowed and verdict.from_ms is None:
            return Candidate(profile=profile, fit=found, reason=why)
        ends = [free_from(profile, seen.at_ms), (why, verdict.from_ms or seen.at_ms)]
        reason, from_ms = max(ends, key=lambda one: one[1])
        if not reason:
            return Candidate(profile=profile, fit=found)
        return Candidate(profile=profile, fit=found, reason=reason, from_ms=from_ms)

    def _keep(
        self,
        change: Change,
        before: "Found | None",
        profile: ReferenceProfile,
        what: str,
        call_id: str,
        receipt: Receipt[ReferenceProfile],
        outcome: str = "",
    ) -> ReferenceProfile:
        """Write the one profile; those of other names of the person are within it from now on."""
        change.save(profile)
        for one in before.others if before else ():
            change.delete(one)
        call = next((one for one in profile.calls if one.call_id == call_id), None)
        change.create(
            self.desk.event(
                what,
                profile.subject_id,
                outcome,
                program_id=profile.program_id,
                call_id=call_id or None,
                ask_id=(call.ask_id if call else "") or None,
            )
        )
        return settle(self.desk.store, change, profile, receipt)


class Found(NamedTuple):
    """A person's profile, and those by other names that it has taken the calls of."""

    profile: ReferenceProfile
    others: Sequence[ReferenceProfile]
