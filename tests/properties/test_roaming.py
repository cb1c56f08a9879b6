"""However two people roam through journeys, who may turn out to be one: an umpire finds no fault.

Random journeys with every kind of step and several triggers are walked by the real services: what
is heard, also of a company and of a colleague, wished, answered, banned and booked comes at random
hours, letters leave when a mailer gets to them, and in mid-walk the two may become one person. Each
ask, reminder, letter and booked
call is then judged by `tests.support.umpire`, which shares no code with the product.
"""

from typing import Any

from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.journeys.definition import Branch, JourneyTerms
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import Walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.journeys import terms
from tests.support.roaming import Act, Roaming
from tests.support.umpire import COLLEAGUE, COMPANY, DAY

ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]
PRIVATE = ["reference", "reference", "referral", "community", "community", "story", "feedback"]
PRIVATE += ["speaking"]
TRIGGERS = ["case_resolved", "renewal", "milestone", "result"]
WHEN: list[dict[str, Any]] = [
    {"of": "signal", "kind": "nps", "low": 9},
    {"of": "score", "at_least": 60},
    {"of": "motion", "motion": "story"},
    {"of": "segment", "segment": "advisors"},
]
hours = st.integers(0, 23)
quiet = st.builds(
    lambda begins, lasts: {"from_hour": begins, "until_hour": (begins + lasts) % 24},
    hours,
    st.integers(0, 12),
)
often = st.fixed_dictionaries({"asks": st.integers(1, 3), "days": st.integers(1, 40)})
whose = st.integers(0, 1)
SIGNALS = [
    ("nps", 10, None),
    ("nps", 3, None),
    ("csat", 100, None),
    ("review", 2, None),
    ("result", 40, None),
    ("renewal", None, None),
    ("milestone", None, None),
    ("consent", 0, None),
    *[("consent", 1, None)] * 3,
    ("complaint", None, None),
    ("case_opened", 1, "c"),
    ("case_resolved", None, "c"),
    *[("case_resolved", None, "d")] * 4,
    ("invoice_overdue", None, "i"),
    *[("invoice_paid", None, "i")] * 2,
    ("churn_risk", None, None),
    *[("churn_cleared", None, None)] * 2,
]
MOVES = ["step", "step", "race", "amid", "sweep", "post", "post", "book", "step"]
SELDOM = ["stop", "banned", "left", "paused", *["active"] * 4]
AROUND = [
    ("case_opened", 1, "e", COLLEAGUE),
    *[("case_resolved", None, "e", COLLEAGUE)] * 2,
    ("invoice_overdue", None, "j", COMPANY),
    *[("invoice_paid", None, "j", COMPANY)] * 2,
    ("churn_risk", None, None, COMPANY),
    *[("churn_cleared", None, None, COMPANY)] * 2,
]
around = st.builds(
    lambda after, said: Act(after, *said),
    st.sampled_from([0, 0, 1, 5, 30]),
    st.sampled_from(AROUND),
)
heard = st.builds(
    lambda after, said, who: Act(after, said[0], said[1], said[2], who),
    st.sampled_from([0, 0, 1, 5, 30]),
    st.sampled_from(SIGNALS),
    whose,
)
moves = st.builds(Act, st.integers(0, 24 * 10), st.sampled_from(MOVES), st.none(), st.none(), whose)
replies = st.builds(Act, st.integers(0, 48), st.just("answer"), st.integers(0, 2))
works = st.builds(Act, st.integers(0, 48), st.just("work"), st.integers(1, 5))
turns = st.builds(Act, st.integers(0, 9), st.sampled_from(SELDOM), st.none(), st.none(), whose)
wishes = st.builds(
    Act, st.integers(0, 9), st.just("wish"), st.integers(0, 3), st.sampled_from(ZONES), whose
)
acts = st.one_of(heard, heard, heard, around, moves, moves, moves, moves, replies, works, wishes)
few = st.lists(turns, max_size=3)

BEGIN = [Act(0, "case_resolved", None, "d", 0), Act(1, "case_resolved", None, "d", 1)]
ENDING = [  # whatever was drawn, those who may be asked are, at all hours of some weeks
    Act(0, "case_resolved", None, "e", COLLEAGUE),
    Act(0, "invoice_paid", None, "j", COMPANY),
    Act(0, "churn_cleared", None, None, COMPANY),
    *BEGIN,
    Act(5, "amid"),
    *[
        act
        for number, after in enumerate((7, 29, 90, 100, 17, 90, 250, 170, 400, 100, 300))
        for act in (
            Act(after, "step"),
            Act(0, "book", None, None, number % 2),
            Act(3, "post"),
            Act(2, "answer" if number % 3 else "book", 0),
            Act(1, "book", None, None, 1 - number % 2),
            Act(1, "work", 5 if number % 2 else 2),
            Act(1, "case_resolved", None, "d", number % 2),
        )
    ],
]
JOINS = [Act(1, "number", None, None, 0), Act(1, "number", None, None, 1)]


@st.composite
def journeys(draw: st.DrawFn) -> JourneyTerms:
    own: list[dict[str, Any]] = []
    count = draw(st.integers(1, 3))
    for number in range(count):
        name, onward = f"a{number}", f"a{number + 1}" if number + 1 < count else "bye"
        if draw(st.booleans()):
            own.append({"step": "wait", "name": f"w{number}", "hours": draw(st.integers(1, 99))})
        if draw(st.integers(0, 3)) == 0:
            question = {"when": draw(st.sampled_from(WHEN))}
            own.append({"step": "branch", "name": f"b{number}", "then": onward, **question})
        first = [*PRIVATE, "review"] if number == 0 and len(own) < 2 else PRIVATE
        motion = draw(st.sampled_from(first))
        ask = {"step": "ask", "name": name, "motion": motion, "template": "t"}
        own.append(ask | {"expires_days": draw(st.integers(1, 20))})
        for again in draw(st.sampled_from(["", "", "x", "xy", "xyz"])):
            if draw(st.booleans()):
                own.append({"step": "wait", "name": f"v{number}{again}", "hours": 1})
            reminder = {"step": "remind", "name": f"r{number}{again}", "of_ask": name}
            own.append(reminder | {"template": "t"})
        if draw(st.booleans()):
            said = draw(st.sampled_from(["accepted", "declined", "expired"]))
            question = {"of_ask": name, "answered": said, "then": onward}
            own.append({"step": "branch", "name": f"c{number}", **question})
        if motion == "reference" and draw(st.booleans()):
            paid = {"of_ask": name, "amount_minor": 500}
            own.append({"step": "reward", "name": f"p{number}", **paid})
        if draw(st.integers(0, 2)) == 0:
            flag = {"of_ask": name, "segment": "advisors"}
            own.append({"step": "flag", "name": f"f{number}", **flag})
        if draw(st.integers(0, 2)) == 0:
            own.append({"step": "hand_over", "name": f"h{number}", "to": "sales"})
    goal = next(one["motion"] for one in own if one["step"] == "ask")
    return terms(
        *own,
        {"step": "exit", "name": "bye"},
        trigger={"kind": draw(st.sampled_from(TRIGGERS))},
        goal={"motion": goal, "within_days": draw(st.integers(20, 200))},
        frequency=draw(often),
        cool_down_days=draw(st.integers(0, 20)),
        quiet_hours=draw(quiet),
        again_days=draw(st.integers(1, 40)),
    )


def publishable(one: JourneyTerms) -> bool:
    """Now, or before more than one reminder was refused."""
    return {found.kind for found in refusals(one)} <= {"reminded_twice"}


limits = st.fixed_dictionaries(
    {"frequency": often, "cool_down_days": st.integers(0, 20), "quiet_hours": quiet}
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    published=st.lists(journeys().filter(publishable), min_size=1, max_size=3),
    played=st.lists(acts, min_size=10, max_size=50),
    rules=limits,
    zones=st.tuples(st.sampled_from(["", *ZONES]), st.sampled_from(["", *ZONES])),
    home=st.sampled_from(ZONES),
    joins=st.sampled_from([None, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    seldom=few,
    words=st.lists(wishes, max_size=2),
)
def test_the_umpire_finds_no_fault(
    published: list[JourneyTerms],
    played: list[Act],
    rules: dict[str, Any],
    zones: tuple[str, str],
    home: str,
    joins: float | None,
    seldom: list[Act],
    words: list[Act],
) -> None:
    town = Roaming(rules, zones, home)
    for one in published:
        town.publish_plain(one)
    whole = [*BEGIN, *played, *ENDING]
    for number, act in enumerate(seldom):
        whole.insert(7 + 11 * number, act)
    if joins is not None:
        place = round(joins * len(whole))
        whole[place:place] = [*words, *JOINS]  # said by one name, just before
    for act in whole:
        town.play(act)
    judge(town)


def judge(town: Roaming) -> None:
    """Everything that was done to people, against what was known by then."""
    umpire, events = town.umpire, town.events()
    umpire.read(events)
    asks = {one.ask_id: one for one in umpire.asks}
    for ask in umpire.asks:
        umpire.may_be_asked(ask)
    for event in events:
        at = umpire.moment(event.at_ms)
        if event.type == "journey.reminded":
            ask = asks[event.subject]
            assert umpire.state(ask, at) == "sent"
            umpire.may_be_told(ask.who, ask.motion, at, ask.journey)
    for at_ms, letter in town.letters:
        ask, at = asks[letter.ask_id], umpire.moment(at_ms)
        assert umpire.state(ask, at) == "sent"
        assert at_ms < letter.expires_ms
        umpire.may_be_told(ask.who, ask.motion, at, ask.journey)
    reminded = [one.subject for one in events if one.type == "journey.reminded"]
    assert len(set(reminded)) == len(reminded)
    calls = [one for one in events if one.type == "journey.reference_booked"]
    for number, event in enumerate(calls):
        who, at = umpire.names[event.subject], umpire.moment(event.at_ms)
        umpire.may_be_called(who, str(event.data["ask_id"]), at)
        rested(town, calls[:number], event)
    given_only_for_what_was_done(town, events)
    by_the_branches(town)


def rested(town: Roaming, earlier: list[Event], event: Event) -> None:
    """Two calls in 30 days at most, five days between them, whoever was called."""
    names, mine = town.umpire.names, town.umpire.same(town.umpire.names[event.subject], event.at_ms)
    ages = [event.at_ms - one.at_ms for one in earlier if names[one.subject] in mine]
    assert not [age for age in ages if age < 5 * DAY]
    assert len([age for age in ages if age < 30 * DAY]) < 2


def given_only_for_what_was_done(town: Roaming, events: list[Event]) -> None:
    """Rewards and flags follow work that staff saw, each once."""
    done = {one.subject: one for one in events if one.type == "journey.ask_accepted_work"}
    rewarded = [one.subject for one in events if one.type == "journey.rewarded"]
    assert len(set(rewarded)) == len(rewarded)
    assert set(rewarded) <= set(done)
    credits = [one.order_id for one in town.all(Conversion)]
    assert len(set(credits)) == len(credits)
    assert set(credits) <= set(done)
    flagged = [one for one in events if one.type == "enrolment.segment_joined"]
    kept = {one.data["advocate_id"] for one in done.values()}
    assert {one.subject for one in flagged} <= kept


def by_the_branches(town: Roaming) -> None:
    """Of a walk nothing is asked behind a branch that led past it by the answer."""
    for walk in town.all(Walk):
        own = JourneyTerms.model_validate(town.umpire.terms[walk.journey_id])
        made = {one.step: one for one in walk.asks}
        assert len(made) == len(walk.asks)
        places = [own.step(one.step) for one in walk.asks]
        assert len(set(places)) == len(places)
        for branch in own.steps:
            if isinstance(branch, Branch) and branch.of_ask and branch.answered == "declined":
                asked = made.get(branch.of_ask)
                if asked is not None and asked.state == "declined":
                    passed = own.steps[own.step(branch.name) + 1 : own.step(branch.then)]
                    assert not {one.name for one in passed} & set(made)
