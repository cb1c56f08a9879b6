"""Judges by hand what was asked of people who walked, from the records of what was done and heard.

Everything is of the path's own programme, but for how often and how lately: a mailbox is asked by
all of them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from goodword.events import Event
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import QuietHours
from goodword.journeys.signal import Signal
from goodword.journeys.walk import AskMade, Walk
from goodword.times import DAY_MS

from tests.support.hooks import Company
from tests.support.umpire import Heard, Umpire
from tests.support.walks import Path

KIM = "kim@mail.example"
LIGHT, DEEP = {"review", "referral", "community"}, {"reference", "story", "speaking"}


def made_by(path: Path) -> list[AskMade]:
    """The asks of the programme, oldest first."""
    return [one for one in path.made if one.program_id == path.program_id]


def heard_by(path: Path) -> list[Signal]:
    """What the programme heard, of whomever."""
    return [one for one in path.all(Signal) if one.program_id == path.program_id]


def told_by(path: Path, *types: str) -> list[Event]:
    """Events about asks of the programme, a type after the other."""
    own = {one.ask_id for one in made_by(path)}
    return [one for what in types for one in path.events(what) if one.subject in own]


def before(asks: Sequence[AskMade], ask: AskMade) -> list[AskMade]:
    """What was asked before, of all the asks in their order."""
    return list(asks[: [one.ask_id for one in asks].index(ask.ask_id)])


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
    asks = {one.ask_id: one for one in made_by(path)}
    for ask in asks.values():
        assert (ask.advocate_id == "") == (who == KIM)
        if who == KIM:
            assert terms_of[ask.walk_id].reach == "customers"
            assert all(ask.made_ms < at_ms for at_ms in known)
    for at_ms, _, said, _ in company.receiver.got:
        ask = asks[said["data"]["ask_id"]]
        willing(heard_by(path), at_ms, ask)
        awake((terms_of[ask.walk_id].quiet_hours,), zone, at_ms)
        unwanted = [what for since_ms, what in wished if since_ms <= at_ms][-1:]
        assert not {"all", ask.motion} & set(*unwanted)
        assert all(at_ms < since_ms for since_ms in known)
        assert said["data"]["person"] is None
        assert (said["data"]["answer"] is None) == (who != KIM)


def check(
    path: Path,
    subject_id: str,
    rules: AskRules,
    zone: str,
    wished: list[tuple[int, tuple[str, ...]]],
) -> None:
    """By hand, from the records of what was done and heard."""
    made, signals, every = made_by(path), heard_by(path), path.made
    terms_of = {one.walk_id: path.terms_at(one) for one in path.all(Walk)}
    for number, ask in enumerate(made):
        at_ms, own = ask.made_ms, terms_of[ask.walk_id]
        earlier = [one.made_ms for one in before(every, ask)]
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
    for event in told_by(path, "journey.reminded"):
        (ask,) = (one for one in made if one.ask_id == event.subject)
        willing(signals, event.at_ms, ask)
        own = terms_of[ask.walk_id]
        awake((own.quiet_hours, rules.quiet_hours), zone, event.at_ms)
    told = {one.subject for one in told_by(path, "journey.asked")}
    assert told == {one.ask_id for one in made}
    assert {one.ask_id for one in Wishes(path.desk()).read(subject_id).asks} == told
    for walk in path.all(Walk):  # whoever stands still says why, and until when
        assert walk.state != "walking" or walk.next_ms >= walk.entered_ms
        assert walk.state != "ended" or walk.reason


def climbed(path: Path, ask: AskMade) -> None:
    """By hand, from the events before the ask: nothing deep came first, nor after a bad word."""
    known = [one for one in path.events() if one.at_ms < ask.made_ms]
    motions = {one.ask_id: one.motion for one in made_by(path)}
    said = [one for one in known if one.subject in motions]
    done = {motions[one.subject] for one in said if one.type == "journey.ask_accepted_work"}
    yes = {"journey.ask_accepted", "journey.ask_submitted"}
    taken = {motions[one.subject] for one in said if one.type in yes} | done
    ratings = [one for one in said if one.type == "journey.feedback_given"]
    newest = max(ratings, key=lambda one: one.at_ms, default=None)
    bad = newest is not None and newest.data["rating"] == 2
    bad = bad and newest is not None and ask.made_ms < newest.at_ms + 180 * DAY_MS
    reviewed = [
        one for one in heard_by(path) if one.kind == "review" and one.noted_ms <= ask.made_ms
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
        earlier = [one.made_ms for one in made_by(path) if one.made_ms < ask.made_ms]
        assert ask.made_ms >= max(earlier) + 90 * DAY_MS


def awake(silent: tuple[QuietHours, ...], zone: str, at_ms: int) -> None:
    hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).hour
    for one in silent:
        span = (one.until_hour - one.from_hour) % 24
        assert (hour - one.from_hour) % 24 >= span


def willing(signals: list[Signal], at_ms: int, ask: AskMade) -> None:
    known = [one for one in signals if one.noted_ms <= at_ms]
    assert last_of(known, "consent") == 1
    for opened, about, closed in (
        *(("case_opened", about, "case_resolved") for about in "cef"),
        *(("invoice_overdue", about, "invoice_paid") for about in "ijk"),
    ):
        about_it = [one for one in known if one.about == about]
        newest = max(about_it, key=lambda one: (one.occurred_ms, one.kind == closed), default=None)
        assert newest is None or newest.kind != opened
    risks = [one for one in known if one.kind in ("churn_risk", "churn_cleared")]
    newest = max(
        risks, key=lambda one: (one.occurred_ms, one.kind == "churn_cleared"), default=None
    )
    if ask.motion != "review" and newest is not None and newest.kind == "churn_risk":
        assert at_ms - newest.occurred_ms >= 180 * DAY_MS
    if ask.motion != "review":
        complaints = [one.occurred_ms for one in known if one.kind == "complaint"]
        assert not complaints or at_ms - max(complaints) >= 30 * DAY_MS
    own = [one for one in known if one.about != "e"]  # of a colleague, who has the points
    told = [Heard(one.occurred_ms, 0, one.kind, one.value or 0, one.about) for one in own]
    Umpire({}, heard=told).fits(0, ask.motion, at_ms)


def last_of(signals: list[Signal], kind: str) -> int | None:
    """The value of the newest of a kind; of two at one moment the one with the greater id."""
    found = [one for one in signals if one.kind == kind]
    newest = max(found, key=lambda one: (one.occurred_ms, one.signal_id), default=None)
    return newest.value if newest else None
