"""However people walk, whatever is heard meanwhile: nobody is asked too often or unwillingly.

The walks are the real ones: two to four journeys are published, signals come at random hours, the
machine and the sweep step at random hours, people answer or do not. Anna takes part; Kim is known
by signals alone, and at some moment as somebody who may not take part. Their company owes, a
colleague of theirs has an urgent case, another programme asks the same mailbox. What was asked, and
what the company's own system was told, is then checked by hand (`tests.support.walked`) against
what had been told by that time.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from goodword.advocates.model import Known
from goodword.conversions.forgetting import Forgetting
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import Frequency, JourneyTerms, QuietHours
from goodword.journeys.experience import Experience
from goodword.journeys.walk import Walk
from goodword.ports import Change
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.beside import ACME, Beside
from tests.support.hooks import Company
from tests.support.journeys import terms
from tests.support.people import ANNA, MACS
from tests.support.walked import KIM, check, check_stranger, made_by, told_by
from tests.support.walks import Path

ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]
MOTIONS = ["review", "reference", "referral", "community", "story", "speaking", "feedback"]
STRANGERS = [one for one in MOTIONS if one != "story"]
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
    of: str = "person"


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
OF_COMPANY = [
    ("case_opened", 1, "f", "company"),
    *[("case_resolved", None, "f", "company")] * 2,
    ("case_opened", 1, "e", "colleague"),
    *[("case_resolved", None, "e", "colleague")] * 2,
    ("invoice_overdue", None, "j", "company"),
    *[("invoice_paid", None, "j", "company")] * 2,
    ("churn_risk", None, None, "company"),
    *[("churn_cleared", None, None, "company")] * 2,
]
later = st.sampled_from([0, 0, 1, 5, 30])
said = st.builds(lambda hours, one: Act(hours, *one), later, st.sampled_from(SIGNALS))
around = st.builds(lambda hours, one: Act(hours, *one), later, st.sampled_from(OF_COMPANY))


def within(hours: int, what: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    """One of these, so many hours later at most."""
    drawn = st.tuples(st.integers(0, hours), st.sampled_from(what), values)
    return drawn.map(lambda one: Act(*one))


steps = within(24 * 12, ["step", "step", "sweep", "race", "amid", "other"], st.none())
answers = within(48, ["answer"], st.integers(0, 2))
works = within(48, ["work"], st.integers(1, 5))
WISHES = ["unsubscribe", "return", "return", "bring", "bring", "known", "forget"]
wishes = within(9, WISHES, st.none())
acts = st.one_of(said, said, around, steps, steps, steps, answers, works, wishes)


CLEARED = [
    ("case_resolved", "f", "company"),
    ("case_resolved", "e", "colleague"),
    ("invoice_paid", "j", "company"),
    ("churn_cleared", None, "company"),
]
ENDING = [  # whatever was drawn, those who may be asked are, at all hours of some weeks
    *[Act(0, kind, None, about, of) for kind, about, of in CLEARED],
    Act(0, "case_resolved", None, "d"),
    Act(5, "amid"),
    *[
        act
        for hours in (7, 29, 17, 90, 250, 400)
        for act in (
            *([Act(3, "other")] if hours == 90 else []),
            Act(hours, "step"),
            Act(1, "bring"),
            Act(2, "answer", 0),
            Act(1, "work", 5),
        )
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
    zone=st.sampled_from(["", "", "", *ZONES]),
    home=st.sampled_from(ZONES[1:]),
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
    home: str,
    light: bool,
    who: str,
) -> None:
    path = Path(home=home)
    beside = Beside(path, who)
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
    if zone:
        Wishes(path.desk()).put(subject_id, path.program_id, (), zone)
    wished: list[tuple[int, tuple[str, ...]]] = []
    known: list[int] = []
    gone: list[int] = []
    for kind, value in (("result", 90), ("renewal", None), ("deal_won", None), ("usage", 60)):
        path.hear(kind, value, email=who, account_id=ACME)  # enough for what asks much
    play(path, Act(0, "case_resolved", None, "d"), subject_id, who, wished)
    others: dict[str, Callable[[], None]] = {
        "bring": lambda: bring(path, company),
        "known": lambda: come_to_be_known(path, who, known),
        "forget": lambda: forget(path, who, gone),
        "other": beside.other_asks,
        "amid": beside.owes_amid_a_step,
    }
    for act in (*played, *ENDING):
        path.later(hours=act.hours)
        path.clock.advance(1)  # no two at one moment: what came first is then known
        if act.of != "person":
            beside.hear(act.of, act.what, act.value, act.about)
            path.entering.consider(subject_id)
        elif act.what in others:
            others[act.what]()
        else:
            play(path, act, subject_id, who, wished)
    check(path, subject_id, rules, zone or home, wished)
    check_stranger(path, company, who, zone or home, wished, known)
    told = [one.at_ms for one in told_by(path, "journey.asked", "journey.reminded")]
    silent_ms = min(gone, default=path.clock.at_ms + 1)
    assert all(at_ms < silent_ms for at_ms in (*told, *(one[0] for one in company.receiver.got)))
    beside.check(silent_ms)


def bring(path: Path, company: Company) -> None:
    """The queue brings every request, again and again; the clock wakes what waits."""
    for event in told_by(path, "journey.asked", "journey.reminded"):
        company.hooks.tell(event)
    company.wake()


def forget(path: Path, who: str, gone: list[int]) -> None:
    """Whoever it is wants to be forgotten."""
    Forgetting(path.desk("friend")).forget(path.program_id, MACS.mac("email", who))
    gone.append(path.clock.at_ms)


def come_to_be_known(path: Path, who: str, known: list[int]) -> None:
    """Kim turns out to be somebody who does not take part here."""
    if who == KIM and not known:
        change = Change()
        mac = MACS.mac("email", KIM)
        change.create(Known(mac=mac, of="email", advocate_id="adv_elsewhere"))
        path.store.commit(change)
        known.append(path.clock.at_ms)


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
    asked = [one for one in made_by(path) if one.state == "sent"]
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
    promised = [one for one in made_by(path) if one.state in ("accepted", "submitted")]
    if promised:
        done = number > 1 and promised[0].motion != "story"
        seen = "review_seen" if promised[0].motion == "review" else "other"
        code = seen if done else "withdrawn"
        path.asks.work(promised[0].ask_id, done=done, code=code, own_advocate_id=None)
