"""Whatever is asked and heard: nobody is asked too often, at night or unwillingly."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from goodword.journeys.asked import Asked
from goodword.journeys.asking import AskBook, AskRules, may_ask
from goodword.journeys.definition import Ask, Frequency, JourneyTerms, QuietHours
from goodword.journeys.scoring import BARS, standing
from goodword.journeys.signal import Signal
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.journeys import NOW, signal, terms

ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]
START = NOW - 200 * DAY_MS
hours = st.integers(0, 23)
frequencies = st.builds(Frequency, asks=st.integers(1, 4), days=st.integers(1, 60))
quiet = st.builds(QuietHours, from_hour=hours, until_hour=hours)
rules = st.builds(
    AskRules,
    program_id=st.just("prg_1"),
    frequency=frequencies,
    cool_down_days=st.integers(0, 40),
    quiet_hours=quiet,
)


@st.composite
def journeys(draw: st.DrawFn) -> JourneyTerms:
    ask = {
        "step": "ask",
        "name": "a",
        "motion": draw(st.sampled_from(sorted(BARS))),
        "template": "t",
    }
    return terms(
        ask,
        frequency=draw(frequencies).model_dump(),
        cool_down_days=draw(st.integers(0, 40)),
        quiet_hours=draw(quiet).model_dump(),
    )


@st.composite
def heard(draw: st.DrawFn) -> list[Signal]:
    """Consent that comes and goes, delight, and what forbids asking."""
    found = [signal("consent", 199, 1)]
    for number in range(draw(st.integers(0, 8))):
        kind, value, about = draw(
            st.sampled_from(
                [
                    ("consent", 0, None),
                    ("consent", 1, None),
                    ("nps", 10, None),
                    ("result", 90, None),
                    ("renewal", None, None),
                    ("complaint", None, None),
                    ("case_opened", 1, "c"),
                    ("case_resolved", None, "c"),
                    ("invoice_overdue", None, "i"),
                    ("invoice_paid", None, "i"),
                    ("churn_risk", None, None),
                ]
            )
        )
        days = draw(st.integers(0, 198)) + number / 100
        more: dict[str, Any] = {} if about is None else {"about": about}
        found.append(signal(kind, days, value, **more))
    return found


@settings(deadline=None)
@given(
    known=heard(),
    asked_by=st.lists(st.tuples(st.integers(0, 200 * 24), journeys()), min_size=1, max_size=25),
    of_all=rules,
    zone=st.sampled_from(ZONES),
)
def test_nobody_is_asked_above_the_limits_or_against_their_will(
    known: list[Signal],
    asked_by: list[tuple[int, JourneyTerms]],
    of_all: AskRules,
    zone: str,
) -> None:
    book, made = AskBook(subject_id="sbj_1", time_zone=zone), list[tuple[int, JourneyTerms]]()
    for hour, journey in sorted(asked_by, key=lambda one: one[0]):
        at_ms = START + hour * HOUR_MS
        (ask,) = (one for one in journey.steps if isinstance(one, Ask))
        found = may_ask(ask, journey, of_all, standing(known, at_ms), book, at_ms)
        assert found.allowed == (found.reason == "")
        assert found.from_ms is None or found.from_ms > at_ms
        if not found.allowed:
            continue
        made.append((at_ms, journey))
        book = book.plus(
            Asked(
                ask_id=f"ask_{len(made)}",
                journey_id="jrn_1",
                motion=ask.motion,
                at_ms=at_ms,
                state="declined",
            )
        )
    check(made, known, of_all, zone)


def check(
    made: list[tuple[int, JourneyTerms]], known: list[Signal], of_all: AskRules, zone: str
) -> None:
    """By hand, from what was done, and not by the code that allowed it."""
    times = [(at_ms, journey.goal.motion) for at_ms, journey in made]
    for number, (at_ms, journey) in enumerate(made):
        earlier = [one for one, _ in times[:number]]
        public = [one for one, motion in times[:number] if motion == "review"]
        ours = public if journey.goal.motion == "review" else earlier
        for limit, among in ((of_all.frequency, earlier), (journey.frequency, ours)):
            within = [one for one in among if at_ms - one < limit.days * DAY_MS]
            assert len(within) < limit.asks
        for days, among in ((of_all.cool_down_days, earlier), (journey.cool_down_days, ours)):
            assert not [one for one in among if at_ms - one < days * DAY_MS]
        hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).hour
        for silent in (of_all.quiet_hours, journey.quiet_hours):
            span = (silent.until_hour - silent.from_hour) % 24
            assert (hour - silent.from_hour) % 24 >= span
        before = [one for one in known if one.occurred_ms <= at_ms]
        assert last(before, "consent") == 1
        opened = [one for one in before if one.about == "c"]
        assert not opened or max(opened, key=lambda o: o.occurred_ms).kind == "case_resolved"
        owed = [one for one in before if one.about == "i"]
        assert not owed or max(owed, key=lambda o: o.occurred_ms).kind == "invoice_paid"
        risks = [one.occurred_ms for one in before if one.kind == "churn_risk"]
        (ask,) = (one for one in journey.steps if isinstance(one, Ask))
        assert ask.motion == "review" or not risks or at_ms - max(risks) >= 180 * DAY_MS


def last(signals: list[Signal], kind: str) -> int | None:
    """The value of the newest of a kind."""
    found = [one for one in signals if one.kind == kind]
    return max(found, key=lambda one: one.occurred_ms).value if found else None
