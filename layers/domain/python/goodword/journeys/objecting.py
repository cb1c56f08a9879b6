"""Whoever wants no more of it, or takes consent back, is not called: what is booked is called off.

A call rests on a yes that was given to a request. Somebody who then ends all requests or those for
a reference, or withdraws consent, could not be booked any more; so a call that was booked before is
called off too, with the reason, and staff see it with the call. The yes itself stays: it is taken
back where it was given. Whatever name of theirs they say it by counts, also one that is joined
later.
"""

from dataclasses import dataclass
from functools import partial

from goodword.errors import NotFound
from goodword.events import Event
from goodword.journeys.calling import booked_calls, cancel
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.listening import head
from goodword.journeys.walk import AskMade, ask_key
from goodword.ports import Change, Desk, until_settled

ENDS = frozenset({"all", "reference"})


@dataclass(frozen=True)
class Objecting:
    """Hears of wishes and consent, and of whoever may have been joined just now. The worker of
    events calls it; safe to repeat."""

    desk: Desk
    gate: Gate

    def heard(self, event: Event) -> int:
        """What follows of an event; how many calls are called off by it."""
        said = event.data
        if event.type == "journey.wishes_changed":
            concerns = bool(ENDS.intersection(str(said["unsubscribed"]).split(",")))
        elif event.type == "journey.signal_noted":
            concerns = said["kind"] == "consent" or self._joined(event.subject)
        else:
            concerns = event.type == "journey.subject_known" and self._joined(event.subject)
        return until_settled(partial(self._call_off, event.subject)) if concerns else 0

    def _joined(self, subject_id: str) -> bool:
        """Whether it is somebody of several names, whose no may have been said by another one."""
        person = head(self.desk, subject_id)
        return person.what == "person" and bool(person.parts)

    def _call_off(self, subject_id: str) -> int:
        try:
            found = booked_calls(self.desk, subject_id)
        except NotFound:
            return 0
        why = _objection(self.gate.look(subject_id)) if found else ""
        if not why:
            return 0
        change = Change()
        off = [call for _, booked in found for call in booked]
        for profile, booked in found:
            cancel(self.desk, change, profile, booked, why)
        names = {one.call_id for one in off}
        keys = list(dict.fromkeys(ask_key(one.ask_id) for one in off if one.ask_id))
        for ask in self.desk.store.get_many(AskMade, keys).values() if keys else ():
            if ask.call is not None and ask.call.call_id in names:
                change.replace(ask.but(call=ask.call.but(state="cancelled")))
        self.desk.store.commit(change)
        return len(off)


def _objection(seen: Seen) -> str:
    """Why the person is not called; empty if they say nothing against it."""
    if ENDS.intersection(seen.whole.unsubscribed):
        return "unsubscribed"
    withdrawn = any(one.code == "no_consent" and one.since_ms for one in seen.standing.suppressors)
    return "no_consent" if withdrawn else ""
