"""Whether a letter about an ask may leave at this moment; the ask may be hours old by now.

Between the ask and its letter lie a queue and perhaps a night. In between the person may have
complained, unsubscribed, been banned or been forgotten, and the programme been paused: so
everything that was asked before the ask was written is asked again. What is only too early, or
paused, is held, for everything else the letter is over. `hold` has the claim of the letter fail if
the programme stopped meanwhile: a pause that commits first wins.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from goodword.journeys.definition import Ask, JourneyTerms
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.walk import AskMade, Walk, walk_key
from goodword.messages.model import MessageChannel, Unfit
from goodword.ports import Change, Desk, Guard
from goodword.programs.model import program_key

ZoneOf = Callable[[str], str]


def hold(change: Change, program_id: str, *, thanks: bool) -> None:
    """Let the commit fail unless the programme goes on; or, for thanks, while it is paused."""
    runs = Guard(differs={"state": "paused"}) if thanks else Guard({"state": "active"})
    change.require(program_key(program_id), runs)


def _not_said(_advocate_id: str) -> str:
    return ""


@dataclass(frozen=True)
class Leaving:
    """Looks at letters before they leave.

    `zone_of` is where an advocate's clock stands by what they said of themselves; empty if they
    have not. It holds unless they named another for requests.
    """

    desk: Desk
    gate: Gate
    zone_of: ZoneOf = _not_said

    def unfit(
        self, ask: AskMade, *, thanks: bool = False, by: MessageChannel = "email"
    ) -> Unfit | None:
        """Why the letter, or the message `by` another channel, does not leave now; None: it may."""
        if not thanks and (ask.state != "sent" or self.desk.clock.now_ms() >= ask.expires_ms):
            return Unfit("ask_over")
        seen, terms = self._seen(ask), self._terms(ask)
        if why := seen.whole.against(ask.motion, ask.channels, by):
            return Unfit(why)
        if seen.unreached(terms) is None and seen.advocate_id != ask.advocate_id:
            return Unfit("not_taking_part")  # the one who was asked is not whom we know by now
        if thanks:
            verdict = seen.may_thank(terms)
        else:
            step = terms.steps[terms.step(ask.step)]
            assert isinstance(step, Ask)  # it made the ask, and a version that lacks it is not used
            verdict = seen.may_remind(step, terms)
        return None if verdict.allowed else Unfit(verdict.reason, verdict.from_ms)

    def _seen(self, ask: AskMade) -> Seen:
        """The person now, by their own clock."""
        seen = self.gate.look(ask.subject_id)
        zone = self.zone_of(ask.advocate_id) if ask.advocate_id else ""
        return replace(seen, zone=zone)

    def _terms(self, ask: AskMade) -> JourneyTerms:
        walk = self.desk.store.get(Walk, walk_key(ask.journey_id, ask.walk_id))
        assert walk is not None  # it made the ask
        version = self.desk.store.get(JourneyVersion, version_key(ask.journey_id, walk.number))
        assert version is not None  # versions are never deleted
        return version.terms
