"""Customers who are heard of, signals and journeys, as short as tests like them."""

from typing import Any

from goodword.conversions.model import Delivery
from goodword.events import Actor
from goodword.journeys.definition import JourneyTerms
from goodword.journeys.journey import JourneyDraft, JourneyVersion
from goodword.journeys.listening import Listening, Subjects
from goodword.journeys.publishing import Journeys
from goodword.journeys.signal import Signal, SignalFact, Subject
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.times import DAY_MS

from tests.support.desk import World
from tests.support.people import MACS

AT = NOW = 1_763_800_000_000


def signal(kind: str, days_ago: float = 0, value: int | None = None, **more: object) -> Signal:
    """One of sbj_1, so many days before NOW."""
    at_ms = NOW - round(days_ago * DAY_MS)
    return Signal.model_validate(
        {
            "subject_id": "sbj_1",
            "signal_id": f"sig_{kind}_{at_ms}_{value}_{more.get('about', '')}",
            "program_id": "prg_1",
            "source_id": "src_1",
            "kind": kind,
            "occurred_ms": at_ms,
            "noted_ms": NOW,
            "value": value,
            "keep_s": 1,
            **more,
        }
    )


CONSENT = signal("consent", 400, 1)
FAN = (
    CONSENT,
    signal("nps", 3, 10),
    signal("csat", 2, 100),
    signal("renewal", 10),
    signal("result", 5, 30),
    signal("milestone", 1),
)


REVIEW = {
    "step": "ask",
    "name": "review",
    "motion": "review",
    "template": "review",
    "site": "g2",
    "profile": "acme",
}
REFERENCE = {"step": "ask", "name": "call", "motion": "reference", "template": "call"}
THANKS = {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 500}
HAPPY = {"of": "signal", "kind": "nps", "low": 9}


def terms(*steps: dict[str, Any], **changes: Any) -> JourneyTerms:
    """A journey of these steps after a resolved case; its goal is what the first asks for."""
    return JourneyTerms.model_validate(
        {
            "name": "Support rescue",
            "trigger": {"kind": "case_resolved"},
            "steps": list(steps),
            "goal": {"motion": steps[0].get("motion", "review") if steps else "review"},
            **changes,
        },
        strict=False,
    )


class Ear(World):
    """A programme whose deliveries are listened to."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = Listening(self.desk("conversions_stream"), MACS)
        self.subjects = Subjects(self.desk(), MACS)
        self.count = 0

    def hear(self, kind: str = "milestone", *, namespace: str = "src_1", **fields: object) -> str:
        """Note one signal; its name."""
        self.count += 1
        name = str(fields.pop("signal_id", f"s-{self.count}"))
        said = {"signal_id": name, "kind": kind, "occurred_ms": AT + self.count, **fields}
        delivery = Delivery(
            source_id="src_1",
            source_kind="generic",
            program_id="prg_1",
            namespace=namespace,
            delivery_id=f"d-{self.count}",
            topic="signal",
            received_ms=AT,
            body_hash="h",
            sealed_body="",
            writer="w",
            keep_s=1,
        )
        self.listening.note(delivery, SignalFact.model_validate(said))
        return name

    @property
    def people(self) -> list[Subject]:
        """Those that stand for themselves."""
        return [
            one for one in self.all(Subject) if one.merged_into is None and one.what == "person"
        ]


class House(Ear):
    """A programme, and two marketers."""

    def __init__(self) -> None:
        super().__init__()
        change = Change()
        change.create(
            Program(
                program_id="prg_1", latest=1, in_force=1, name="A", currency="EUR", created_ms=0
            )
        )
        self.store.commit(change)
        self.marta, self.milo = (
            Journeys(self.desk(Actor(kind="staff", id=name))) for name in ("marta", "milo")
        )

    def drafted(self, what: JourneyTerms | None = None) -> JourneyDraft:
        return self.marta.create("prg_1", what or terms(REFERENCE), "because")

    def published(self, what: JourneyTerms | None = None) -> JourneyVersion:
        draft = self.drafted(what)
        return self.milo.publish(draft.journey_id, draft.digest, "finish")
