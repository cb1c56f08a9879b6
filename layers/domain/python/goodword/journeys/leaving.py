"""Whether a letter about an ask may leave at this moment; the ask may be hours old by now.

Between the ask and its letter lie a queue and perhaps a night. In between the person may have
complained, unsubscribed, been banned or been forgotten, and the programme or the journey been
paused: so everything that was asked before the ask was written is asked again. What is only too
early, or paused, is held, for everything else the letter is over. `hold` has the claim of the
letter fail if the programme or the journey stopped since, or has another version: what commits
first wins. So it comes before the look.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from goodword.journeys.asked import OWED
from goodword.journeys.definition import Ask, JourneyTerms
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.journey import Journey, JourneyVersion, journey_key, version_key
from goodword.journeys.walk import AskMade, Walk, stopped_by_version, walk_key
from goodword.limits import PAUSE_LOOK_HOURS
from goodword.messages.model import MessageChannel, Unfit
from goodword.ports import Change, Desk, Guard, Store
from goodword.programs.model import program_key
from goodword.records import Key, Record
from goodword.times import HOUR_MS

ZoneOf = Callable[[str], str]


def hold(
    store: Store, change: Change, program_id: str, journey_id: str | None, *, thanks: bool
) -> None:
    """Let the commit fail unless the programme and the journey go on by the same version; or, for
    thanks, while the programme is paused. What was done is thanked for whatever became of its
    journey. News that pleases is of no journey (None)."""
    runs = Guard(differs={"state": "paused"}) if thanks else Guard({"state": "active"})
    change.require(program_key(program_id), runs)
    if not thanks and journey_id is not None:
        key = journey_key(journey_id)
        journey = store.get(Journey, key)
        version = {"in_force": journey.in_force} if journey is not None else {}
        change.require(key, Guard({"state": "active", **version}))


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
        walk, journey = self._walk(ask)
        if not thanks and (stopped := self._stopped(walk, journey)) is not None:
            return stopped
        seen, terms = self._seen(ask), self._terms(walk)
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

    def _walk(self, ask: AskMade) -> tuple[Walk, Journey]:
        wanted: dict[Key, type[Record]] = {
            walk_key(ask.journey_id, ask.walk_id): Walk,
            journey_key(ask.journey_id): Journey,
        }
        found = self.desk.store.get_mixed(wanted)
        walk, journey = (found.get(key) for key in wanted)
        assert isinstance(walk, Walk)  # it made the ask
        assert isinstance(journey, Journey)  # a journey is never deleted
        return walk, journey

    def _stopped(self, walk: Walk, journey: Journey) -> Unfit | None:
        """Why the journey asks for nothing any more, or for now; as its walk would find."""
        if journey.state == "paused":
            again_ms = self.desk.clock.now_ms() + PAUSE_LOOK_HOURS * HOUR_MS
            return Unfit("journey_paused", again_ms)
        if journey.state == "ended":
            return Unfit("journey_ended")
        keeps = any(one.state in OWED for one in walk.asks)  # whoever promised something goes on
        if not keeps and stopped_by_version(self.desk.store, walk, journey):
            return Unfit("version_stopped")
        return None

    def _terms(self, walk: Walk) -> JourneyTerms:
        version = self.desk.store.get(JourneyVersion, version_key(walk.journey_id, walk.number))
        assert version is not None  # versions are never deleted
        return version.terms
