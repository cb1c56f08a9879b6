"""A person takes part only by own consent: staff invite, approve and stop, the person accepts.

The first link is made in the Change that activates the enrolment; whatever ends or pauses it pauses
the person's links of that programme in the same Change, and coming back turns them on again. A
paused link leads to the programme's fallback page; it never fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.advocates.links import LinkWish, add_link, links_of, turn
from goodword.advocates.model import (
    MOVES,
    Advocate,
    Enrolment,
    EnrolmentState,
    enrolment_key,
)
from goodword.advocates.people import People, SignIn, acting_as, read_advocate
from goodword.errors import Conflict, NotAllowed, NotFound
from goodword.events import Plain
from goodword.limits import LINKS_PER_ADVOCATE_MAX
from goodword.ports import Change, Desk, until_settled
from goodword.privacy.consents import note_consent
from goodword.privacy.model import PersonalFields
from goodword.programs.effective import active_program, version_in_force
from goodword.programs.model import Terms
from goodword.receipts import Receipt, no_receipt, settle

StaffMove = Literal["active", "paused", "declined"]

# What staff may do. Nobody is made active who did not accept the terms, or who left. A ban is made
# in one way only, with a reason, a day, a notice and an appeal: `trust.banning`.
STAFF_MOVES: dict[EnrolmentState, tuple[EnrolmentState, ...]] = {
    "invited": ("declined",),
    "pending": ("active", "declined"),
    "active": ("paused",),
    "paused": ("active",),
    "declined": (),
    "banned": (),
    "left": (),
}


@dataclass(frozen=True)
class Enrolments:
    """The use cases of taking part."""

    desk: Desk
    people: People

    def invite(
        self,
        program_id: str,
        fields: PersonalFields,
        receipt: Receipt[Enrolment] = no_receipt,
    ) -> Enrolment:
        """Staff invite an address. A known person keeps their own fields; Conflict if enrolled."""

        def attempt() -> Enrolment:
            active_program(self.desk.store, program_id)
            advocate_id = self.people.known_by_email(fields.email)
            change, before = Change(), None
            if advocate_id is None:
                advocate = self.people.add(change, fields)
                change.create(advocate)
                advocate_id = advocate.advocate_id
            else:
                before = self._found(advocate_id, program_id)
                _check_invitable(before)
            enrolment = self._step(before, advocate_id, program_id, "invited")
            change.save(enrolment)
            change.create(
                self.desk.event("advocate.invited", advocate_id, "", **_said(enrolment, before))
            )
            return settle(self.desk.store, change, enrolment, receipt)

        return until_settled(attempt)

    def enrol(
        self,
        sign_in: SignIn,
        program_id: str,
        *,
        accept_version: int,
        name: str = "",
        locale: str = "en",
        receipt: Receipt[Enrolment] = no_receipt,
    ) -> Enrolment:
        """The signed-in person joins, or accepts an invitation, on the terms in force now."""

        def attempt() -> Enrolment:
            store = self.desk.store
            active_program(store, program_id)
            version = version_in_force(store, program_id, self.desk.clock.now_ms())
            if accept_version != version.number:
                raise Conflict("terms_changed", f"version {version.number} is in force now")
            advocate_id = self.people.find_whole(sign_in)
            before = self._found(advocate_id, program_id) if advocate_id else None
            state = _joins_as(before, version.terms.enrolment)
            change = Change()
            if advocate_id is None:
                email = sign_in.email if sign_in.email and sign_in.email_verified else ""
                fields = PersonalFields(email=email, name=name, locale=locale)
                advocate = self.people.add(change, fields, sign_in.subject)
            else:
                advocate = read_advocate(store, advocate_id)
            enrolment = self._step(
                before, advocate.advocate_id, program_id, state, accepted=version.number
            )
            desk = acting_as(self.desk, advocate.advocate_id)
            _follow(desk, change, advocate, enrolment, before, version.terms)
            return settle(store, change, enrolment, receipt)

        return until_settled(attempt)

    def set_state(
        self,
        advocate_id: str,
        program_id: str,
        state: StaffMove,
        reason: str,
        receipt: Receipt[Enrolment] = no_receipt,
    ) -> Enrolment:
        """Staff approve, decline, pause or reactivate. The present state changes nothing."""
        allowed = STAFF_MOVES
        return self._turn(self.desk, advocate_id, program_id, state, allowed, reason, receipt)

    def leave(
        self, advocate_id: str, program_id: str, receipt: Receipt[Enrolment] = no_receipt
    ) -> Enrolment:
        """The advocate leaves; what was earned stays due. Leaving twice changes nothing."""
        desk = acting_as(self.desk, advocate_id)
        return self._turn(desk, advocate_id, program_id, "left", MOVES, "own_wish", receipt)

    def _turn(
        self,
        desk: Desk,
        advocate_id: str,
        program_id: str,
        state: EnrolmentState,
        allowed: Mapping[EnrolmentState, Sequence[EnrolmentState]],
        reason: str,
        receipt: Receipt[Enrolment],
    ) -> Enrolment:
        """Move an existing enrolment, with its links, if `allowed` has the move."""

        def attempt() -> Enrolment:
            before = self._found(advocate_id, program_id)
            if before is None:
                raise NotFound("not_enrolled", "this advocate is not in this programme")
            if before.state == state:
                return before
            if state not in allowed[before.state]:
                raise Conflict("enrolment_cannot_move", f"{before.state} does not become {state}")
            enrolment = self._step(before, advocate_id, program_id, state, reason=reason)
            terms = version_in_force(desk.store, program_id, desk.clock.now_ms()).terms
            change, advocate = Change(), read_advocate(desk.store, advocate_id)
            _follow(desk, change, advocate, enrolment, before, terms)
            return settle(desk.store, change, enrolment, receipt)

        return until_settled(attempt)

    def _found(self, advocate_id: str, program_id: str) -> Enrolment | None:
        return self.desk.store.get(Enrolment, enrolment_key(advocate_id, program_id))

    def _step(
        self,
        before: Enrolment | None,
        advocate_id: str,
        program_id: str,
        state: EnrolmentState,
        *,
        accepted: int | None = None,
        reason: str = "",
    ) -> Enrolment:
        """The enrolment in its next state. ValueError for a move that MOVES does not have."""
        now_ms = self.desk.clock.now_ms()
        if before is None:
            return Enrolment(
                advocate_id=advocate_id,
                program_id=program_id,
                state=state,
                terms_accepted=accepted or 0,
                created_ms=now_ms,
                changed_ms=now_ms,
                reason=reason,
            )
        if state not in MOVES[before.state]:
            raise ValueError(f"an enrolment does not move from {before.state} to {state}")
        return before.turned(state, now_ms).but(
            terms_accepted=before.terms_accepted if accepted is None else accepted,
            reason=reason,
        )


def _check_invitable(before: Enrolment | None) -> None:
    if before is not None and "invited" not in MOVES[before.state]:
        code = "enrolment_banned" if before.state == "banned" else "already_enrolled"
        raise Conflict(code, f"the person is in this programme already: {before.state}")


def _joins_as(before: Enrolment | None, mode: str) -> EnrolmentState:
    """The state that a person who asks to join gets. An invitation is stronger than the mode."""
    state = before.state if before else None
    if state == "invited":
        return "active"
    if state == "banned":
        raise NotAllowed("enrolment_banned", "this programme does not take you back")
    if state in ("pending", "active", "paused"):
        raise Conflict("already_enrolled", f"you are in this programme already: {state}")
    if mode == "invite_only":
        raise NotAllowed("invitation_needed", "this programme takes invited people only")
    if mode == "approval" or state == "declined":
        return "pending"
    return "active"


def _follow(
    desk: Desk,
    change: Change,
    advocate: Advocate,
    enrolment: Enrolment,
    before: Enrolment | None,
    terms: Terms,
) -> None:
    """Put the enrolment, what it means for links and the event that tells of it into the change.

    The head is written in any case: a link that is being made at this moment must lose the race.
    """
    active = enrolment.state == "active"
    links = [
        link
        for link in links_of(desk.store, advocate.advocate_id)
        if link.program_id == enrolment.program_id
    ]
    turn(change, links, active=active)
    if active and not links and advocate.links < LINKS_PER_ADVOCATE_MAX:
        links = [add_link(desk, change, advocate, enrolment.program_id, terms, LinkWish())]
    else:
        change.save(advocate)
    change.save(enrolment)
    _note_consent(desk, change, enrolment)
    shown: dict[str, Plain] = {}
    if active and links:
        shown = {"link_id": links[0].link_id, "code": links[0].code}
    what = {"active": "activated", "pending": "requested"}.get(enrolment.state, enrolment.state)
    said = _said(enrolment, before) | shown
    change.create(desk.event(f"enrolment.{what}", enrolment.advocate_id, enrolment.reason, **said))


def _note_consent(desk: Desk, change: Change, after: Enrolment) -> None:
    """Who joins has accepted the terms; who leaves accepts them no longer."""
    joined = desk.actor.kind == "advocate" and after.state in ("active", "pending")
    if joined or after.state == "left":
        note_consent(
            desk,
            change,
            after.advocate_id,
            "terms",
            given=joined,
            program_id=after.program_id,
            version_number=after.terms_accepted,
        )


def _said(enrolment: Enrolment, before: Enrolment | None) -> dict[str, Plain]:
    """What every event of an enrolment tells: who, where, from which state, on which terms."""
    return {
        "advocate_id": enrolment.advocate_id,
        "program_id": enrolment.program_id,
        "before": before.state if before else None,
        "terms_accepted": enrolment.terms_accepted,
    }
