"""However people walk, whatever is heard meanwhile: nobody is asked too often or unwillingly.

The walks are the real ones: two to four journeys are published, signals come at random hours, the
machine and the sweep step at random hours, people answer or do not. Anna takes part; Kim is known
by signals alone, and at some moment as somebody who may not take part. What was asked, and what
the company's own system was told, is then checked by hand against what had been told by that time.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from goodword.advocates.model import Known
from goodword.conversions.forgetting import Forgetting
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import Frequency, JourneyTerms, QuietHours
from goodword.journeys.experience import Experience
from goodword.journeys.signal import Signal
from goodword.journeys.walk import AskMade, Walk
from goodword.ports import Change
from goodword.times import DAY_MS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hooks import Company
from tests.support.journeys import terms
from tests.support.people import ANNA, MACS
from tests.support.umpire import Heard, Umpire
from tests.support.walks import Path

KIM = "kim@mail.example"
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]
MOTIONS = ["review", "reference", "referral", "community", "story", "speaking", "feedback"]
STRANGERS = [one for one in MOTIONS if one != "story"]
LIGHT, DEEP = {"review", "referral", "community"}, {"reference", "story", "speaking"}
ANSWERS = ["accepted", "declined", "submitted"]
hours = st.integers(0, 23)
frequencies = st.builds(Frequency, asks=st.integers(1, 3), days=st.integers(1, 40))
quiet = st.builds(
    lambda begins, lasts: QuietHours(from_hour=begins, until_hour=(begins + lasts) % 24),
    hours,
    st.integers(0, 12),
)


class Act(NamedTuple):
    """Something that happens, so many hours after what was before."""

    hours: int
    what: str
    value: int | None = None
    about: str | None = None


SIGNALS = [
    ("nps", 10, None),
    ("nps", 9, None),
    ("csat", 100, None),
    ("review", 2, None),
    ("result", 40, None),
    ("consent", 0, None),
    *[("consent", 1, None)] * 3,
    ("complaint", None, None),
    ("case_opened", 1, "c"),
    ("case_resolved", None, "c"),
    *[("case_resolved", None, "d")] * 6,
    ("invoice_overdue", None, "i"),
    ("invoice_paid", None, "i"),
    ("churn_risk", None, None),
    ("churn_cleared", None, None),
]
said = st.builds(
    lambda after, one: Act(after, *one),
    st.sampled_from([0, 0, 1, 5, 30]),
    st.sampled_from(SIGNALS),
)
steps = st.builds(
    Act, st.integers(0, 24 * 12), st.sampled_from(["step", "sweep", "race"]), st.none(), st.none()
)
answers = st.builds(Act, st.integers(0, 48), st.just("answer"), st.integers(0, 2), st.none())
works = st.builds(Act, st.integers(0, 48), st.just("work"), st.integers(1, 5), st.none())
wishes = st.builds(
    Act,
    st.integers(0, 9),
    st.sampled_from(["unsubscribe", "return", "return", "bring", "bring", "known", "forget"]),
    st.none(),
    st.none(),
)
acts = st.one_of(said, said, steps, steps, steps, answers, works, wishes)


ENDING = [  # whatever was drawn, those who may be asked are, at all hours of some weeks
    Act(0, "case_resolved", None, "d"),
    *[
        act
        for hours in (7, 29, 17, 90, 250, 400)
        for act in (Act(hours, "step"), Act(1, "bring"), Act(2, "answer", 0), Act(1, "work", 5))
    ],
]


@st.composite
def journeys(draw: st.DrawFn) -> JourneyTerms:
    own: list[dict[str, Any]] = []
    reach = draw(st.sampled_from(["advocates", "customers"]))
    for number in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            own.append({"step": "wait", "name": f"w{number}", "hours": draw(st.integers(1, 99))})
        name = f"a{number}"
        might = MOTIONS if reach == "advocates" else STRANGERS
        if any(one.get("motion") not in (None, "review") for one in own):
            might = [one for one in might if one != "review"]  # behind a private one it is gated
        motion = draw(st.sampled_from(might))
        own.append(
            {
                "step": "ask",
                "name": name,
                "motion": motion,
                "template": "t",
                "expires_days": draw(st.integers(1, 20)),
            }
        )
        if draw(st.booleans()):
            own.append({"step": "remind", "name": f"r{number}", "of_ask": name, "template": "t"})
    goal = next(one["motion"] for one in own if one["step"] == "ask")
    return terms(
        *own,
        goal={"motion": goal, "within_days": draw(st.integers(20, 200))},
        frequency=draw(frequencies).model_dump(),
        cool_down_days=draw(st.integers(0, 20)),
        quiet_hours=draw(quiet).model_dump(),
        again_days=draw(st.integers(1, 40)),
        reach=reach,
        channels=["webhook"] if reach == "customers" else ["email"],
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    published=st.lists(journeys(), min_size=1, max_size=3),
    played=st.lists(acts, min_size=10, max_size=50),
    limit=frequencies,
    cool_down_days=st.integers(0, 20),
    night=quiet,
    zone=st.sampled_from(ZONES),
    light=st.booleans(),
    who=st.sampled_from([ANNA.email, KIM, KIM]),
)
def test_nobody_who_walks_is_asked_too_often_unwillingly_or_at_night(
    published: list[JourneyTerms],
    played: list[Act],
    limit: Frequency,
    cool_down_days: int,
    night: QuietHours,
    zone: str,
    light: bool,
    who: str,
) -> None:
    path = Path()
    company = Company(path)
    rules = AskRules(
        program_id=path.program_id,
        frequency=limit,
        cool_down_days=cool_down_days,
        quiet_hours=night,
    )
    change = Change()
    change.create(rules)
    path.store.commit(change)
    for one in published:
        path.publish_terms(one, "finish")
    subject_id = path.delight(light=light, email=who)
    Wishes(path.desk()).put(subject_id, path.program_id, (), zone)
    wished: list[tuple[int, tuple[str, ...]]] = []
    known: list[int] = []
    gone: list[int] = []
    for kind, value in (("result", 90), ("renewal", None), ("deal_won", None), ("usage", 60)):
        path.hear(kind, value, email=who)  # enough for what asks much
    play(path, Act(0, "case_resolved", None, "d"), subject_id, who, wished)
    for act in (*played, *ENDING):
        path.later(hours=act.hours)
        path.clock.advance(1)  # no two at one moment: what came first is then known
        if act.what == "bring":
            bring(path, company)
        elif act.what == "known":
            come_to_be_known(path, who, known)
        elif act.what == "forget":
            Forgetting(path.desk("friend")).forget(path.program_id, MACS.mac("email", who))
            gone.append(path.clock.at_ms)
        else:
            play(path, act, subject_id, who, wished)
    check(path, subject_id, rules, zone, wished)
    check_stranger(path, company, who, zone, wished, known)
    told = [*path.events("journey.asked"), *path.events("journey.reminded")]
    for at_ms in (*[one.at_ms for one in told], *[one[0] for one in company.receiver.got]):
        assert all(at_ms < since_ms for since_ms in gone)


def bring(path: Path, company: Company) -> None:
    """The queue brings every request, again and again; the clock wakes what waits."""
    for event in (*path.events("journey.asked"), *path.events("journey.reminded")):
        company.hooks.tell(event)
    company.wake()


def come_to_be_known(path: Path, who: str, known: list[int]) -> None:
    """Kim turns out to be somebody who does not take part here."""
    if who == KIM and not known:
        change = Change()
        mac = MACS.mac("email", KIM)
        change.create(Known(mac=mac, of="email", advocate_id="adv_elsewhere"))
        path.store.commit(change)
        known.append(path.clock.at_ms)


def check_stranger(
    path: Path,
    company: Company,
    who: str,
    zone: str,
    wished: list[tuple[int, tuple[str, ...]]],
    known: list[int],
) -> None:
    """What holds of somebody who does not take part, and of what the company was told."""
    terms_of = {one.walk_id: path.terms_at(one) for one in path.all(Walk)}
    asks = {one.ask_id: one for one in path.made}
    for ask in asks.values():
        assert (ask.advocate_id == "") == (who == KIM)
        if who == KIM:
            assert terms_of[ask.walk_id].reach == "customers"
            assert all(ask.made_ms < at_ms for at_ms in known)
    for at_ms, _, said, _ in company.receiver.got:
        ask = asks[said["data"]["ask_id"]]
        willing(path.all(Signal), at_ms, ask)
        awake((terms_of[ask.walk_id].quiet_hours,), zone, at_ms)
        unwanted = [what for since_ms, what in wished if since_ms <= at_ms][-1:]
        assert not {"all", ask.motion} & set(*unwanted)
        assert all(at_ms < since_ms for since_ms in known)
        assert said["data"]["person"] is None
        assert (said["data"]["answer"] is None) == (who != KIM)


def play(
    path: Path, act: Act, subject_id: str, who: str, wished: list[tuple[int, tuple[str, ...]]]
) -> None:
    """One act, as the functions would have it."""
    if act.what == "step":
        for walk in path.all(Walk):
            path.step(walk)
    elif act.what == "race":  # two executions at one moment, and a signal between
        going, commit = [one for one in path.all(Walk) if one.state == "walking"], path.store.commit
        if len(going) > 1:
            path.before_next_commit(lambda: path.step(going[1]))
        for walk in going[:1]:
            path.step(walk)
        path.store.commit = commit  # type: ignore[method-assign]  # if there was nothing to commit
    elif act.what == "sweep":
        path.walking.sweep()
    elif act.what == "answer":
        answer(path, ANSWERS[act.value or 0])
    elif act.what == "work":
        work(path, act.value or 0)
    elif act.what in ("unsubscribe", "return"):
        what = () if act.what == "return" else ("referral",) if act.hours % 2 else ("all",)
        own = Wishes(path.desk())
        zone = own.read(subject_id).time_zone
        own.put(subject_id, path.program_id, what, zone)
        wished.append((path.clock.at_ms, what))
    else:
        more = {} if act.about is None else {"about": act.about}
        path.hear(act.what, act.value, email=who, **more)
        path.entering.consider(subject_id)


def answer(path: Path, said: str) -> None:
    """To the first open ask; a story is done by sending it."""
    asked = [one for one in path.made if one.state == "sent"]
    if not asked or path.clock.at_ms >= asked[0].expires_ms:
        return
    if asked[0].motion == "feedback" and said != "declined":
        Experience(path.asks).rate(asked[0].ask_id, 2 if said == "accepted" else 4)
    elif asked[0].motion == "story" and said == "submitted":
        path.stories.save(asked[0], {"result": "Six hours a week."})
        path.stories.send(asked[0])
    else:
        path.asks.answer(asked[0].ask_id, said)  # type: ignore[arg-type]  # one of them


def work(path: Path, number: int) -> None:
    """Staff say what came of the oldest promise: mostly that it was kept."""
    promised = [one for one in path.made if one.state in ("accepted", "submitted")]
    if promised:
        done = number > 1 and promised[0].motion != "story"
        seen = "review_seen" if promised[0].motion == "review" else "other"
        code = seen if done else "withdrawn"
        path.asks.work(promised[0].ask_id, done=done, code=code, own_advocate_id=None)


def check(
    path: Path,
    subject_id: str,
    rules: AskRules,
    zone: str,
    wished: list[tuple[int, tuple[str, ...]]],
) -> None:
    """By hand, from the records of what was done and heard."""
    made, signals = path.made, path.all(Signal)
    terms_of = {one.walk_id: path.terms_at(one) for one in path.all(Walk)}
    for number, ask in enumerate(made):
        at_ms, own = ask.made_ms, terms_of[ask.walk_id]
        earlier = [one.made_ms for one in made[:number]]
        public = [one.made_ms for one in made[:number] if one.motion == "review"]
        ours = public if ask.motion == "review" else earlier
        for limit, among in ((rules.frequency, earlier), (own.frequency, ours)):
            within = [one for one in among if at_ms - one < limit.days * DAY_MS]
            assert len(within) < limit.asks
        for days, among in ((rules.cool_down_days, earlier), (own.cool_down_days, ours)):
            assert not [one for one in among if at_ms - one < days * DAY_MS]
        willing(signals, at_ms, ask)
        climbed(path, ask)
        awake((own.quiet_hours, rules.quiet_hours), zone, at_ms)
        unwanted = [what for since_ms, what in wished if since_ms <= at_ms][-1:]
        assert not {"all", ask.motion} & set(*unwanted)
    for event in path.events("journey.reminded"):
        (ask,) = (one for one in made if one.ask_id == event.subject)
        willing(signals, event.at_ms, ask)
        own = terms_of[ask.walk_id]
        awake((own.quiet_hours, rules.quiet_hours), zone, event.at_ms)
    told = {one.subject for one in path.events("journey.asked")}
    assert told == {one.ask_id for one in made}
    assert {one.ask_id for one in Wishes(path.desk()).read(subject_id).asks} == told
    for walk in path.all(Walk):  # whoever stands still says why, and until when
        assert walk.state != "walking" or walk.next_ms >= walk.entered_ms
        assert walk.state != "ended" or walk.reason


def climbed(path: Path, ask: AskMade) -> None:
    """By hand, from the events before the ask: nothing deep came first, nor after a bad word."""
    before = [one for one in path.events() if one.at_ms < ask.made_ms]
    motions = {one.ask_id: one.motion for one in path.made}
    said = [one for one in before if one.subject in motions]
    done = {motions[one.subject] for one in said if one.type == "journey.ask_accepted_work"}
    yes = {"journey.ask_accepted", "journey.ask_submitted"}
    taken = {motions[one.subject] for one in said if one.type in yes} | done
    ratings = [one for one in said if one.type == "journey.feedback_given"]
    newest = max(ratings, key=lambda one: one.at_ms, default=None)
    bad = newest is not None and newest.data["rating"] == 2
    bad = bad and newest is not None and ask.made_ms < newest.at_ms + 180 * DAY_MS
    reviewed = [
        one for one in path.all(Signal) if one.kind == "review" and one.noted_ms <= ask.made_ms
    ]
    if ask.motion in DEEP:
        assert not bad
    if ask.motion in ("reference", "story"):
        assert reviewed or taken & (LIGHT | DEEP)
    if ask.motion == "speaking":
        assert done & DEEP
    if ask.motion == "feedback":
        assert done - {"feedback"}
    if bad and ask.motion != "review":
        earlier = [one.made_ms for one in path.made if one.made_ms < ask.made_ms]
        assert ask.made_ms >= max(earlier) + 90 * DAY_MS


def awake(silent: tuple[QuietHours, ...], zone: str, at_ms: int) -> None:
    hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).hour
    for one in silent:
        span = (one.until_hour - one.from_hour) % 24
        assert (hour - one.from_hour) % 24 >= span


def willing(signals: list[Signal], at_ms: int, ask: AskMade) -> None:
    before = [one for one in signals if one.noted_ms <= at_ms]
    assert last_of(before, "consent") == 1
    for opened, about, closed in (
        ("case_opened", "c", "case_resolved"),
        ("invoice_overdue", "i", "invoice_paid"),
    ):
        about_it = [one for one in before if one.about == about]
        newest = max(about_it, key=lambda one: (one.occurred_ms, one.kind == closed), default=None)
        assert newest is None or newest.kind != opened
    risks = [one for one in before if one.kind in ("churn_risk", "churn_cleared")]
    newest = max(
        risks, key=lambda one: (one.occurred_ms, one.kind == "churn_cleared"), default=None
    )
    if ask.motion != "review" and newest is not None and newest.kind == "churn_risk":
        assert at_ms - newest.occurred_ms >= 180 * DAY_MS
    if ask.motion != "review":
        complaints = [one.occurred_ms for one in before if one.kind == "complaint"]
        assert not complaints or at_ms - max(complaints) >= 30 * DAY_MS
    told = [Heard(one.occurred_ms, 0, one.kind, one.value or 0, one.about) for one in before]
    Umpire({}, heard=told).fits(0, ask.motion, at_ms)


def last_of(signals: list[Signal], kind: str) -> int | None:
    """The value of the newest of a kind; of two at one moment the one with the greater id."""
    found = [one for one in signals if one.kind == kind]
    newest = max(found, key=lambda one: (one.occurred_ms, one.signal_id), default=None)
    return newest.value if newest else None
