"""Of two people alike but for what they feel, none is left out of a public review that is paid for.

Journeys are drawn that would like to gate: by answers, stars, words of a source, what staff close
and when, decoys that use up the caps, earlier versions. Those that cannot be published are gone.
The rest is walked by Anna, who is happy, and Bob, who is not: he says so in every survey and
review, declines what is private, staff let him wait, and a source tells of him nothing it need not.
"""

from collections import Counter
from typing import Any

from goodword.advocates.people import SignIn
from goodword.errors import InvalidInput
from goodword.events import Actor
from goodword.journeys.gating import pays
from goodword.journeys.handing_over import HandOvers
from goodword.journeys.handover import HandedOver
from goodword.journeys.milestones import note_milestone
from goodword.journeys.walk import Walk
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from tests.support.journeys import REVIEW
from tests.support.milestones import FIRST, LEVELLED
from tests.support.people import ANNA
from tests.support.scene import terms as scene_terms
from tests.support.walks import RULES, Path

Json = dict[str, Any]
BOB = SignIn(subject="sub-bob", email="bob@mail.example", email_verified=True)
MOODS = {  # what is heard of somebody who is happy, and of somebody who is not
    "happy": [("nps", 10), ("review", 5), ("csat", 100), ("mention", 1)],
    "sad": [("nps", 1), ("review", 1), ("csat", 0), ("mention", -1)],
}
THANKS = {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 1_500}
FLAG = {"step": "flag", "name": "seat", "of_ask": "review", "segment": "beta"}
WAITED = {"step": "hand_over", "name": "care", "to": "cs", "until_closed": True}
CHAT = {"step": "ask", "name": "chat", "motion": "community", "template": "chat"}
END = {"step": "exit", "name": "end"}
QUESTIONS: list[Json] = [
    {"kind": "renewal"},
    {"kind": "deal_won"},
    {"kind": "milestone"},
    {"kind": "milestone", "word": "first"},
    {"kind": "milestone", "word": "second"},
    {"kind": "nps", "low": 9},
    {"kind": "nps", "high": 6},
    {"kind": "review"},
    {"kind": "review", "low": 4},
    {"kind": "stage", "word": "adoption"},
    {"kind": "usage"},
]
PLAIN = QUESTIONS[:4]
asked = st.sampled_from([*QUESTIONS, *PLAIN * 4])


@st.composite
def branches(draw: st.DrawFn) -> Json:
    when = {"of": "signal", **draw(asked)}
    return {"step": "branch", "name": "b", "when": when, "then": draw(st.sampled_from(THEN))}


THEN = ["review", "end"]
before = st.lists(
    st.one_of(
        st.integers(1, 99).map(lambda hours: {"step": "wait", "name": "w", "hours": hours}),
        branches(),
        st.just({**END, "name": "out"}),
        st.just(WAITED),
        st.just(CHAT),
    ),
    max_size=2,
    unique_by=lambda one: one["name"],
)


@st.composite
def reviews(draw: st.DrawFn) -> Json:
    """A journey that asks for a public review, and pays for it or flags who did it."""
    given = draw(st.sampled_from([THANKS, FLAG]))
    between = draw(st.one_of(st.just([]), branches().map(lambda one: [one | {"then": "end"}])))
    first = draw(st.one_of(st.just([]), before))
    if any(one["name"] == "b" for one in first):
        between = []
    return {
        "steps": [*first, REVIEW, *between, given, END],
        "trigger": draw(asked),
        "entry": draw(st.one_of(st.just([]), asked.map(lambda one: [{"of": "signal", **one}]))),
        "goal": {"motion": "review", "within_days": draw(st.integers(1, 60))},
        **draw(limits),
    }


limits = st.fixed_dictionaries(
    {
        "cool_down_days": st.integers(0, 60),
        "frequency": st.fixed_dictionaries({"asks": st.integers(1, 2), "days": st.integers(1, 60)}),
    }
)
decoys = st.builds(
    lambda trigger, steps, more: {
        "steps": [*steps, END],
        "trigger": trigger,
        "goal": {"motion": "community", "within_days": 60},
        "again_days": 1,
        "cool_down_days": 0,
        "frequency": {"asks": 9, "days": 1},
    },
    asked,
    st.sampled_from([[CHAT], [WAITED, CHAT]]),
    st.none(),
)


class Pair(Path):
    """Anna and Bob, in a programme that has a milestone of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.bob = self.joined(self.program_id, BOB).advocate_id
        self.next_version(
            self.program_id, scene_terms(rules=(*RULES, LEVELLED[-1]), milestones=(FIRST,))
        )
        self.paid: set[str] = set()

    def tried(self, drawn: Json, of: str = "") -> str:
        """Its journey, or nothing if it is refused."""
        steps, changes = drawn["steps"], {key: drawn[key] for key in drawn if key != "steps"}
        try:
            journey = self.publish(*steps, of=of, **{"again_days": 730} | changes)
        except InvalidInput:
            return ""
        return journey.journey_id

    def moods(self) -> None:
        """What each of them says on a day."""
        for email, mood in ((ANNA.email, "happy"), (BOB.email, "sad")):
            for kind, value in MOODS[mood]:
                self.entering.consider(self.hear(kind, value, email=email))

    def told(self, *, reached: bool) -> None:
        """The same of both, the programme's own milestone among it if they have `reached` it; and
        of Anna alone what a source may tell of whom it likes."""
        for email, advocate_id in ((ANNA.email, self.anna), (BOB.email, self.bob)):
            for kind in ("renewal", "deal_won"):
                self.entering.consider(self.hear(kind, email=email))
            if reached:
                note_milestone(
                    self.listening, self.program_id, advocate_id, "first", self.clock.at_ms
                )
            self.entering.consider(self.hear("consent", 1, email=email))
        for kind, value, word in (("usage", 1, None), ("stage", None, "adoption")):
            self.entering.consider(self.hear(kind, value, word=word, email=ANNA.email))
        for word in ("first", "second"):
            self.entering.consider(self.hear("milestone", word=word, email=ANNA.email))

    def day(self, days: float) -> None:
        """Walks move, both do what they are publicly asked for, and staff close Anna's at once."""
        for walk in self.all(Walk):
            if walk.state == "walking":
                self.step(walk)
        for ask in self.made:
            if ask.state == "sent" and self.clock.at_ms < ask.expires_ms:
                willing = ask.motion == "review" or ask.advocate_id == self.anna
                self.asks.answer(ask.ask_id, "submitted" if willing else "declined")
            elif ask.state == "submitted":
                code = "review_seen" if ask.motion == "review" else "other"
                self.asks.work(ask.ask_id, done=True, code=code, own_advocate_id=None)
        office = HandOvers(
            self.desk(Actor(kind="staff", id="milo")), self.workflow, frozenset({"marketer"})
        )
        for one in self.all(HandedOver):
            if one.state == "open" and one.advocate_id == self.anna:
                office.take(one.hand_over_id)
                office.close(one.hand_over_id, "done", "", None)
        self.later(days=days)

    def asked_of(self, advocate_id: str) -> Counter[str]:
        """How often each journey that pays has asked somebody for a public review."""
        return Counter(
            one.journey_id
            for one in self.made
            if one.advocate_id == advocate_id
            and one.motion == "review"
            and pays(self.terms_at(self.walk_of(one.walk_id)))
        )

    def walk_of(self, walk_id: str) -> Walk:
        return next(one for one in self.all(Walk) if one.walk_id == walk_id)


NARROW: Json = {"cool_down_days": 60, "frequency": {"asks": 1, "days": 60}}
ALL: Json = {
    "steps": [REVIEW, THANKS, END],
    "trigger": {"kind": "deal_won"},
    "entry": [],
    "goal": {"motion": "review", "within_days": 1},
    **NARROW,
}
DECOY: Json = {
    "steps": [CHAT, END],
    "trigger": {"kind": "nps", "high": 6},
    "goal": {"motion": "community", "within_days": 60},
    "again_days": 1,
    "cool_down_days": 0,
    "frequency": {"asks": 9, "days": 1},
}
LIKED = DECOY | {"trigger": {"kind": "nps", "low": 9}}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(paying=[ALL], private=[LIKED], earlier=None, reached=False)
@example(paying=[ALL], private=[], earlier=DECOY, reached=False)
@example(
    paying=[ALL | {"steps": [WAITED, REVIEW, THANKS, END]}], private=[], earlier=None, reached=False
)
@example(paying=[ALL | {"trigger": {"kind": "milestone"}}], private=[], earlier=None, reached=False)
@given(
    paying=st.lists(reviews(), min_size=1, max_size=3),
    private=st.lists(decoys, max_size=2),
    earlier=st.one_of(st.none(), decoys),
    reached=st.booleans(),
)
def test_the_same_reviews_are_paid_for_whatever_somebody_feels(
    paying: list[Json], private: list[Json], earlier: Json | None, reached: bool
) -> None:
    pair = Pair()
    begun = pair.tried({**earlier, "again_days": 730}) if earlier else ""
    for one in private:
        pair.tried(one)
    published = []
    if begun:
        pair.hear("consent", 1)
        pair.hear("consent", 1, email=BOB.email)
        pair.moods()
        pair.day(1)
        published.append(pair.tried(paying[0], of=begun))
    published += [pair.tried(one) for one in paying]
    event(f"published {len([one for one in published if one])}")
    for _ in range(2):
        pair.moods()
        pair.day(1)
    pair.told(reached=reached)
    for number in range(30):
        if number in (1, 5, 9):
            pair.moods()
        pair.day(0.5 if number < 20 else 20)
    assert pair.asked_of(pair.anna) == pair.asked_of(pair.bob)
    if ALL in paying:
        assert pair.asked_of(pair.bob)
