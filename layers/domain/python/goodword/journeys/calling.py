"""A reference call and the request it rests on move together, in one Change.

The request has its call, so that its person reads that one was booked and what became of it. The
first call that is said to be held is what was promised: the request's work is accepted by it, and
thanks and whatever its journey gives follow as of all accepted work. It is done once: a later call
that rests on the same yes earns nothing more, and the one that it was done by stays held. A yes
that is taken back calls off what is booked on it. A call that was held for a deal is known with the
deal too (`crediting`), for as long as it is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.errors import Conflict, NotAllowed
from goodword.journeys.asked import DONE
from goodword.journeys.asks import Asks
from goodword.journeys.listening import head
from goodword.journeys.reference import (
    DealCall,
    DealCalls,
    ReferenceCall,
    ReferenceProfile,
    deal_calls_key,
    reference_key,
)
from goodword.journeys.walk import AskCall, AskMade, ask_key
from goodword.ports import Change, Desk

OPEN = frozenset({"accepted", "submitted"})  # states in which something is still promised


@dataclass(frozen=True)
class Calling:
    """What calls come to for requests."""

    asks: Asks

    def note(
        self, change: Change, call: ReferenceCall, own_advocate_id: str | None = None
    ) -> AskMade | None:
        """Put into the change the request with its call; it, or None if it has nothing new.

        Raises NotAllowed `own_work` for one's own call, and Conflict `call_counts` for the one by
        which the request was done: who was thanked for a call has had it.
        """
        ask = self._of(call)
        if ask is None:
            return None
        if own_advocate_id == ask.advocate_id:
            raise NotAllowed("own_work", "somebody else says what came of your own call")
        line = AskCall(call_id=call.call_id, state=call.state, booked_ms=call.booked_ms)
        known = ask.call
        if known == line:
            return None
        if ask.state in OPEN and line.state == "held":
            return self.asks.become(change, ask.but(call=line), "accepted_work", "call_held")
        if known is None or known.call_id != call.call_id:
            shows = ask.state in OPEN and (known is None or line.state == "booked")
            return self._kept(change, ask, line) if shows else None
        if known.state == "held" and ask.state in DONE:
            raise Conflict("call_counts", "the request was done by this call; it stays held")
        return self._kept(change, ask, line)

    def influence(self, change: Change, call: ReferenceCall, program_id: str) -> None:
        """Put into the change that the call was held for its deal, or is so no more."""
        if call.opportunity_id is None:
            return
        desk = self.asks.desk
        known = desk.store.get(DealCalls, deal_calls_key(call.opportunity_id))
        before = known or DealCalls(opportunity_id=call.opportunity_id)
        held = None
        if call.state == "held":
            held = DealCall(
                call_id=call.call_id,
                program_id=program_id,
                booked_ms=call.booked_ms,
                ask_id=call.ask_id,
            )
        after = before.with_call(held, call.call_id)
        if after.calls == before.calls:
            return
        change.save(after)
        change.create(
            desk.event(
                "opportunity.influenced",
                call.opportunity_id,
                program_id=program_id,
                call_id=call.call_id,
                held=held is not None,
            )
        )

    def _kept(self, change: Change, ask: AskMade, line: AskCall) -> AskMade:
        after = ask.but(call=line)
        change.replace(after)
        return after

    def _of(self, call: ReferenceCall) -> AskMade | None:
        """The request; calls of before that was looked at name none."""
        if not call.ask_id:
            return None
        return self.asks.desk.store.get(AskMade, ask_key(call.ask_id))


def called_off(desk: Desk, change: Change, ask: AskMade) -> AskMade:
    """Put into the change that calls which are booked on the ask are cancelled; the ask with that.

    Its person took the yes back: nobody is called who does not want to be.
    """
    for profile, booked in booked_calls(desk, ask.subject_id):
        off = [one for one in booked if one.ask_id == ask.ask_id]
        if off:
            cancel(desk, change, profile, off, "taken_back")
    if ask.call is None or ask.call.state != "booked":
        return ask
    return ask.but(call=ask.call.but(state="cancelled"))


def booked_calls(
    desk: Desk, subject_id: str
) -> Sequence[tuple[ReferenceProfile, Sequence[ReferenceCall]]]:
    """The calls of a person that are booked, under whatever name, with the profile of each."""
    person = head(desk, subject_id)
    keys = [reference_key(one) for one in (person.subject_id, *person.parts)]
    each = desk.store.get_many(ReferenceProfile, keys).values()
    found = ((one, [call for call in one.calls if call.state == "booked"]) for one in each)
    return [(profile, booked) for profile, booked in found if booked]


def cancel(
    desk: Desk,
    change: Change,
    profile: ReferenceProfile,
    off: Sequence[ReferenceCall],
    reason: str,
) -> None:
    """Put into the change that these calls of a profile are cancelled, and why."""
    calls = [one.but(state="cancelled") if one in off else one for one in profile.calls]
    change.replace(profile.but(calls=tuple(calls)))
    for one in off:
        told = {
            "program_id": profile.program_id,
            "call_id": one.call_id,
            "ask_id": one.ask_id or None,
        }
        change.create(desk.event("journey.reference_cancelled", profile.subject_id, reason, **told))
