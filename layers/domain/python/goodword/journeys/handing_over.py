"""Staff take what a journey hands over to them, and say what came of it: a fact of the walk.

Whoever has the role of a hand-over sees it, and an admin sees all. One of them takes it; only that
person (or an admin) gives it back or closes it, and nobody closes what is about themselves. Closing
tells the walk, and wakes it if the journey waits for that.
"""

from collections.abc import Collection
from dataclasses import dataclass

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.events import Event
from goodword.journeys.asks import ANSWER_NAME
from goodword.journeys.definition import HandOver, HandOverOutcome, StaffRole
from goodword.journeys.gate import Seen
from goodword.journeys.handover import (
    OUTCOMES,
    ROLES,
    WHICH,
    HandedOver,
    HandOverOfSubject,
    Which,
    hand_over_key,
    listed,
)
from goodword.journeys.signal import Subject, subject_key
from goodword.journeys.walk import Walk, WalkHandOver, walk_key
from goodword.ports import Change, Desk, Guard, Page, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS
from goodword.workflow import TaskToken, Workflow, token_key


def seen_by(groups: Collection[str]) -> tuple[StaffRole, ...]:
    """The roles whose hand-overs somebody of these groups works on, their own first."""
    return tuple(one for one in ROLES if one in groups or "admin" in groups)


@dataclass(frozen=True)
class HandOvers:
    """The use cases of staff. `groups` are those of whoever acts; `workflow` wakes walks."""

    desk: Desk
    workflow: Workflow
    groups: frozenset[str]

    def page(
        self, program_id: str, role: StaffRole, which: Which, limit: int, cursor: str | None
    ) -> Page[HandedOver]:
        """A page of a programme's: open ones oldest first, closed ones newest first. May lag.

        Raises NotAllowed `not_your_role`.
        """
        if role not in seen_by(self.groups):
            raise NotAllowed("not_your_role", "hand-overs are worked on by those of their role")
        place = listed(program_id, role, which)
        return self.desk.store.query_index(HandedOver, "core", place, limit=limit, cursor=cursor)

    def read(self, hand_over_id: str) -> HandedOver:
        """One of a role that I work for. Raises NotFound `unknown_hand_over`."""
        found = self.desk.store.get(HandedOver, hand_over_key(hand_over_id))
        if found is None or found.role not in seen_by(self.groups):
            raise NotFound("unknown_hand_over", "there is no such hand-over of your role")
        return found

    def take(self, hand_over_id: str, receipt: Receipt[HandedOver] = no_receipt) -> HandedOver:
        """It is mine from now on; twice is as once. Conflict `hand_over_taken`, `_closed`."""

        def attempt() -> HandedOver:
            found, me = self.read(hand_over_id), self.desk.actor.id
            _is_not_closed(found)
            if found.state == "taken":
                if found.assignee != me:
                    raise Conflict("hand_over_taken", "somebody else is at it")
                return found
            after = found.but(state="taken", assignee=me)
            return self._kept(after, "journey.hand_over_taken", receipt)

        return until_settled(attempt)

    def give_back(self, hand_over_id: str, receipt: Receipt[HandedOver] = no_receipt) -> HandedOver:
        """It is nobody's again. Raises Conflict `hand_over_taken` for whoever has not taken it."""

        def attempt() -> HandedOver:
            found = self.read(hand_over_id)
            _is_not_closed(found)
            if found.state == "open":
                return found
            self._is_mine(found)
            after = found.but(state="open", assignee="")
            return self._kept(after, "journey.hand_over_given_back", receipt)

        return until_settled(attempt)

    def close(
        self,
        hand_over_id: str,
        outcome: str,
        note: str,
        own_advocate_id: str | None,
        receipt: Receipt[HandedOver] = no_receipt,
    ) -> HandedOver:
        """What came of it, once and for good; the walk knows it, and goes on if it waits for it.

        Whoever closes one that nobody has taken has taken it. Raises InvalidInput
        `unknown_outcome`, NotAllowed `own_work`, Conflict `hand_over_taken`, `hand_over_closed`.
        """
        said = next((one for one in OUTCOMES if one == outcome), None)
        if said is None:
            raise InvalidInput("unknown_outcome", f"outcome is one of: {', '.join(OUTCOMES)}")

        def attempt() -> HandedOver:
            found = self.read(hand_over_id)
            if own_advocate_id and own_advocate_id == found.advocate_id:
                raise NotAllowed("own_work", "somebody else closes what is about yourself")
            _is_not_closed(found)
            if found.state == "taken":
                self._is_mine(found)
            me, change = self.desk.actor.id, Change()
            closed = {"state": "closed", "outcome": said, "closed_by": me}
            after = found.but(**closed, assignee=found.assignee or me)
            after = after.but(note=self._fit(change, found, note))
            change.replace(self._told(after, said))
            return self._kept(after, "journey.hand_over_closed", receipt, change)

        after = until_settled(attempt)
        token = self.desk.store.get(TaskToken, token_key(after.walk_id, ANSWER_NAME))
        if token is not None:
            self.workflow.resume(token.token, {"walk_id": after.walk_id})
        return after

    def _is_mine(self, found: HandedOver) -> None:
        if found.assignee != self.desk.actor.id and "admin" not in self.groups:
            raise Conflict("hand_over_taken", "somebody else is at it")

    def _fit(self, change: Change, found: HandedOver, note: str) -> str:
        """The note; none of somebody who is forgotten, and nobody is meanwhile."""
        subject = self.desk.store.get(Subject, subject_key(found.subject_id))
        assert subject is not None  # subjects are never deleted
        change.require(subject.key, Guard({"version": subject.version}))
        return "" if subject.forgotten else note

    def _told(self, after: HandedOver, outcome: HandOverOutcome) -> Walk:
        """The walk that knows the outcome; it looks again at once if that is what it waits for."""
        walk = self.desk.store.get(Walk, walk_key(after.journey_id, after.walk_id))
        assert walk is not None  # it made the hand-over
        now_ms = self.desk.clock.now_ms()
        handed = tuple(
            one.but(outcome=outcome) if one.hand_over_id == after.hand_over_id else one
            for one in walk.handed
        )
        waits = walk.state == "walking" and walk.held == "handed_over" and walk.step == after.step
        wakes = {"next_ms": now_ms, "held": ""} if waits else {}
        return walk.but(handed=handed, changed_ms=now_ms, **wakes)

    def _kept(
        self,
        after: HandedOver,
        type: str,
        receipt: Receipt[HandedOver],
        change: Change | None = None,
    ) -> HandedOver:
        after, change = after.but(changed_ms=self.desk.clock.now_ms()), change or Change()
        change.replace(after)
        change.create(hand_over_event(self.desk, type, after))
        return settle(self.desk.store, change, after, receipt)


def handed_over(desk: Desk, change: Change, walk: Walk, step: HandOver, seen: Seen) -> WalkHandOver:
    """Put into the change: the hand-over that a walk comes to; the walk's line of it."""
    newest = max(walk.asks, key=lambda one: (one.made_ms, one.ask_id), default=None)
    now_ms = desk.clock.now_ms()
    made = HandedOver(
        hand_over_id=desk.ids.new("hov"),
        program_id=walk.program_id,
        journey_id=walk.journey_id,
        number=walk.number,
        walk_id=walk.walk_id,
        subject_id=seen.subject.subject_id,
        advocate_id=seen.advocate_id,
        step=step.name,
        to=step.to,
        role=step.role,
        why=step.why,
        motion=newest.motion if newest else None,
        ask_id=newest.ask_id if newest else "",
        state="taken" if step.assignee else "open",
        assignee=step.assignee or "",
        made_ms=now_ms,
        due_ms=now_ms + step.due_days * DAY_MS,
        changed_ms=now_ms,
    )
    about = HandOverOfSubject(subject_id=made.subject_id, hand_over_id=made.hand_over_id)
    change.create(made, about, hand_over_event(desk, "journey.handed_over", made))
    return WalkHandOver(step=step.name, hand_over_id=made.hand_over_id, due_ms=made.due_ms)


def hand_over_event(desk: Desk, type: str, one: HandedOver) -> Event:
    """What happened to a hand-over: ids and codes, never what staff wrote."""
    return desk.event(
        type,
        one.hand_over_id,
        one.outcome or "",
        program_id=one.program_id,
        journey_id=one.journey_id,
        walk_id=one.walk_id,
        subject_id=one.subject_id,
        advocate_id=one.advocate_id or None,
        step=one.step,
        to=one.to,
        role=one.role,
        assignee=one.assignee or None,
        due_ms=one.due_ms,
    )


def _is_not_closed(found: HandedOver) -> None:
    if found.state == "closed":
        raise Conflict("hand_over_closed", "what was closed stays so")


def role_of(said: str, groups: Collection[str]) -> StaffRole:
    """The role that is meant; without a word one's own. Raises InvalidInput `unknown_role`."""
    found = next((one for one in ROLES if one == said), None)
    if said and found is None:
        raise InvalidInput("unknown_role", f"role is one of: {', '.join(ROLES)}")
    return found if found is not None else next(iter(seen_by(groups)), ROLES[0])


def which_of(said: str) -> Which:
    """The list that is meant; open ones without a word. Raises InvalidInput `unknown_list`."""
    found = next((one for one in WHICH if one == (said or "open")), None)
    if found is None:
        raise InvalidInput("unknown_list", f"of must be one of: {', '.join(WHICH)}")
    return found
