"""A programme that pays for advocacy, people of whom things are heard, and journeys they walk."""

from collections.abc import Sequence
from typing import Any

from goodword.conversions.model import Delivery
from goodword.events import Actor
from goodword.journeys.asks import Asks
from goodword.journeys.definition import JourneyTerms
from goodword.journeys.entering import Entering
from goodword.journeys.gate import Gate
from goodword.journeys.journey import InFlight, Journey, JourneyVersion, version_key
from goodword.journeys.listening import Listening, Subjects
from goodword.journeys.moves import Moves
from goodword.journeys.publishing import Journeys
from goodword.journeys.signal import SignalFact, SignalName, signal_name_key
from goodword.journeys.storytelling import Stories
from goodword.journeys.walk import AskMade, Walk
from goodword.journeys.walking import Step, Walking
from goodword.programs.conditions import Equals
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.programs.payment import Payment
from goodword.rewards.service import Approval
from goodword.times import DAY_MS, HOUR_MS

from tests.support.journeys import REFERENCE, terms
from tests.support.people import ANNA, MACS, Town
from tests.support.scene import Workflows

EVENING = {"from_hour": 0, "until_hour": 0}  # no quiet time: most tests stand at night
RULES = (
    Rule(
        rule_id="reference",
        action="event",
        reward=PercentageReward(basis_points=10_000),
        when=Equals(of="event_name", value="advocacy_reference"),
    ),
    Rule(
        rule_id="review",
        action="event",
        reward=FlatReward(amount_minor=1_500),
        when=Equals(of="event_name", value="advocacy_review"),
    ),
)
THANKS = {"step": "reward", "name": "thanks", "of_ask": "call", "amount_minor": 5_000}
BYE = {"step": "exit", "name": "bye"}


class Path(Town):
    """Anna takes part; what is heard of her is delight, consent and results."""

    def __init__(self, rules: Sequence[Rule] = RULES, home: str = "") -> None:
        """`home` is the programme's own time zone."""
        super().__init__()
        self.workflow = Workflows()
        zoned = {"payment": Payment(rail="simulator", time_zone=home)} if home else {}
        self.program_id = self.program(rules=tuple(rules), **zoned).program_id
        self.anna = self.joined(self.program_id).advocate_id
        self.listening = Listening(self.desk("conversions_stream"), MACS)
        self.subjects = Subjects(self.desk(), MACS)
        desk = self.desk("journey")
        self.gate = Gate(desk, Subjects(desk, MACS))
        self.walking = Walking(desk, Moves(desk, self.gate), self.workflow)
        self.entering = Entering(self.desk("journeys_queue"), self.subjects)
        self.asks = Asks(self.desk(Actor(kind="advocate", id=self.anna)), self.workflow)
        self.stories = Stories(self.asks.desk, self.vault, self.asks)
        self.approval = Approval(self.desk("reward_approval"), self.workflow)
        self._heard = 0

    def publish(
        self, *steps: dict[str, Any], in_flight: InFlight = "finish", of: str = "", **changes: Any
    ) -> Journey:
        """A journey by two people, without quiet hours unless it names some."""
        changes.setdefault("quiet_hours", EVENING)
        return self.publish_terms(terms(*steps, **changes), in_flight, of)

    def publish_terms(self, what: JourneyTerms, in_flight: InFlight, of: str = "") -> Journey:
        """The same of terms; the next version of the journey `of`."""
        marta, milo = (Journeys(self.desk(Actor(kind="staff", id=n))) for n in ("marta", "milo"))
        if of:
            draft = marta.change(of, what, "because", None)
        else:
            draft = marta.create(self.program_id, what, "because")
        milo.publish(draft.journey_id, draft.digest, in_flight)
        return marta.read(draft.journey_id)

    def hear(self, kind: str, value: int | None = None, **more: Any) -> str:
        """One signal, of Anna unless it says of whom; the subject it is kept under."""
        self._heard += 1
        fields = {"email": ANNA.email, "occurred_ms": self.clock.at_ms, "value": value, **more}
        name_of = f"s-{self._heard}"
        fact = {"signal_id": name_of, "kind": kind, **fields}
        delivery = Delivery(
            source_id="src_1",
            source_kind="generic",
            program_id=self.program_id,
            namespace="shop",
            delivery_id=f"d-{self._heard}",
            topic="signal",
            received_ms=self.clock.at_ms,
            body_hash="h",
            sealed_body="",
            writer="w",
            keep_s=1,
        )
        self.listening.note(delivery, SignalFact.model_validate(fact))
        place = signal_name_key(self.program_id, "shop", name_of)
        name = self.store.get(SignalName, place)
        assert name is not None
        return name.subject_id

    def delight(self, *, light: bool = True, **whose: Any) -> str:
        """What makes somebody a fan; the subject. A review of three stars gives no points, but is
        the light thing that comes before deeper ones.
        """
        if light:
            self.hear("review", 3, **whose)
        for kind, value in (("consent", 1), ("nps", 10), ("csat", 100), ("result", 30)):
            subject_id = self.hear(kind, value, **whose)
        return subject_id

    def entered(self, **whose: Any) -> Walk:
        """The trigger comes; the walk that begins."""
        subject_id = self.hear("case_resolved", about=f"c-{self._heard}", **whose)
        (walk,) = self.entering.consider(subject_id)
        return walk

    def step(self, walk: Walk) -> Step:
        """As the machine does."""
        return self.walking.step(walk.journey_id, walk.walk_id)

    def now(self, walk: Walk) -> Walk:
        """The walk as it stands."""
        return next(one for one in self.all(Walk) if one.walk_id == walk.walk_id)

    def terms_at(self, walk: Walk) -> JourneyTerms:
        """What the walk goes by."""
        version = self.store.get(JourneyVersion, version_key(walk.journey_id, walk.number))
        assert version is not None
        return version.terms

    def later(self, *, days: float = 0, hours: float = 0) -> None:
        """Time passes."""
        self.clock.advance(round(days * DAY_MS + hours * HOUR_MS))

    @property
    def made(self) -> list[AskMade]:
        """Every ask, oldest first."""
        return sorted(self.all(AskMade), key=lambda one: one.made_ms)

    def asked(self, *steps: dict[str, Any], **changes: Any) -> tuple[Walk, AskMade]:
        """Anna is asked for a reference call by a journey of these further steps."""
        self.publish(REFERENCE, *steps, **changes)
        self.delight()
        walk = self.entered()
        self.step(walk)
        (ask,) = self.made
        return self.now(walk), ask

    def why(self, type: str) -> list[str]:
        """The reasons of events of a type."""
        return [one.reason for one in self.events(type)]
