"""A score is a sum of points that anybody can add up again: one row per signal, with its reason.

Each signal counts fully for `FRESH_DAYS` and then fades evenly until it counts nothing after
`GONE_DAYS`: an NPS of 10 gives 30 points, and 15 when 197 of its 365 days are over. Of surveys only
the newest answer counts, of two at one moment (two questions of one form) the worse. A kind gives
at most its own limit, so that a busy product cannot shout down an unhappy person. What was opened
and not closed (a case, an invoice), a risk, a complaint and missing consent suppress asks whatever
the score. A case or an invoice counts once each way, however often its source tells of it.

The motion `review` asks for something public. There neither answers nor ratings nor complaints nor
a risk of leaving count, for or against: whoever asks only happy people for reviews deceives their
readers. What is open (an urgent case, an invoice) puts one off, for everybody alike, until it is
closed. Pure, and the same for every order in which the signals came.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from goodword.journeys.signal import PAIRED, CompanyKind, Signal, SignalKind
from goodword.records import Value
from goodword.times import DAY_MS

MODEL = 5  # the version of everything in this module that changes a score
FRESH_DAYS, GONE_DAYS = 30, 365
COMPLAINT_DAYS = 30  # days after a complaint in which nobody is asked for a favour
RISK_DAYS = 180  # days after which a churn risk that nobody repeated is forgotten

Side = Literal["delight", "results", "risk"]
Motion = Literal[
    "review",
    "reference",
    "story",
    "referral",
    "community",
    "speaking",
    "advisory_board",
    "beta",
    "feedback",
]

Fact = Literal["industry", "size", "known_days", "results"]


class Weight(NamedTuple):
    """Points of a signal whose value lies in `low..high`; a kind without values has one row."""

    kind: SignalKind
    low: int
    high: int
    points: int
    side: Side


class Limit(NamedTuple):
    """What one kind gives at most, either way, however many signals of it there are."""

    points: int
    newest_only: bool = False


WEIGHTS: tuple[Weight, ...] = (
    Weight("nps", 9, 10, 30, "delight"),
    Weight("nps", 7, 8, 5, "delight"),
    Weight("nps", 0, 6, -40, "risk"),
    Weight("csat", 80, 100, 15, "delight"),
    Weight("csat", 0, 49, -20, "risk"),
    Weight("review", 4, 5, 20, "delight"),
    Weight("review", 1, 2, -25, "risk"),
    Weight("mention", 1, 1, 10, "delight"),
    Weight("mention", -1, -1, -15, "risk"),
    Weight("complaint", 0, 0, -30, "risk"),
    Weight("case_opened", 1, 1, -10, "risk"),
    Weight("case_resolved", 0, 0, 8, "delight"),
    Weight("usage", 10, 1_000, 10, "results"),
    Weight("usage", -100, -20, -15, "risk"),
    Weight("milestone", 0, 0, 10, "results"),
    Weight("result", 10, 10_000, 20, "results"),
    Weight("renewal", 0, 0, 20, "results"),
    Weight("deal_won", 0, 0, 15, "results"),
    Weight("churn_risk", 0, 0, -30, "risk"),
    Weight("invoice_overdue", 0, 0, -5, "risk"),
)
LIMITS: dict[SignalKind, Limit] = {
    "nps": Limit(40, newest_only=True),
    "csat": Limit(20, newest_only=True),
    "review": Limit(40),
    "mention": Limit(30),
    "complaint": Limit(60),
    "case_opened": Limit(20),
    "case_resolved": Limit(16),
    "usage": Limit(20),
    "milestone": Limit(20),
    "result": Limit(40),
    "renewal": Limit(20),
    "deal_won": Limit(30),
    "churn_risk": Limit(30),
    "invoice_overdue": Limit(10),
}
CASE_ENDS: frozenset[SignalKind] = frozenset({"case_resolved", "case_dropped"})
OF_SENTIMENT = frozenset({"churn_risk", "recent_complaint"})  # what unhappy customers have
SENTIMENT: frozenset[SignalKind] = frozenset({"nps", "csat", "review", "mention", "complaint"})


class Bar(NamedTuple):
    """What a motion takes: a score and results of at least, and a risk of at most so many points.

    `blind` motions look at nothing that says how satisfied somebody is.
    """

    score: int
    results: int = 0
    risk: int = 30
    blind: bool = False


BARS: dict[Motion, Bar] = {
    "review": Bar(0, blind=True, risk=1_000),
    "referral": Bar(20),
    "community": Bar(20),
    "beta": Bar(20, results=10),
    "reference": Bar(40, results=10, risk=20),
    "story": Bar(50, results=20, risk=20),
    "speaking": Bar(60, results=20, risk=10),
    "advisory_board": Bar(70, results=30, risk=10),
    "feedback": Bar(-1_000, risk=1_000),  # how being asked was: of everybody who did something
}


class Contribution(Value):
    """What one signal gives at this time. `full_points` is what it gave when it was fresh."""

    signal_id: str
    kind: SignalKind
    occurred_ms: int
    value: int | None
    side: Side
    full_points: int
    points: int


class Suppressor(Value):
    """Why nobody may be asked, since when; `about` names the case or invoice.

    `too_many_signals`: more was heard than is read, and what forbids asking may be in the rest.
    """

    code: Literal[
        "open_urgent_case",
        "invoice_overdue",
        "churn_risk",
        "recent_complaint",
        "no_consent",
        "too_many_signals",
    ]
    since_ms: int
    about: str | None = None


class FitPart(Value):
    """One fact of a profile that the programme wants, and what it gives (`fitting`)."""

    fact: Fact
    met: bool
    points: int


class Verdict(Value):
    """Whether a person may be asked for this, and if not why, each reason a stable code.

    `fit` is what the person's profile gives towards this motion alone.
    """

    motion: Motion
    qualifies: bool
    reasons: tuple[str, ...]
    fit: tuple[FitPart, ...] = ()


class Standing(Value):
    """Everything that is made of one person's signals at one time."""

    model: int
    at_ms: int
    score: int
    delight: int
    results: int
    risk: int
    contributions: tuple[Contribution, ...]
    suppressors: tuple[Suppressor, ...]
    motions: tuple[Verdict, ...]


def standing(signals: Iterable[Signal], at_ms: int, *, whole: bool = True) -> Standing:
    """What the signals up to `at_ms` say. `risk` is a positive number, taken off the score.

    Not `whole`: there are older ones that nobody has read, and so nothing may be asked.
    """
    known = {one.signal_id: one for one in signals if one.occurred_ms <= at_ms}
    ordered = sorted(known.values(), key=moment)
    given = contributions(ordered, at_ms)
    found = suppressors(ordered, at_ms)
    if not whole:
        found.append(Suppressor(code="too_many_signals", since_ms=0))
    sides = _sides(given)
    return Standing(
        model=MODEL,
        at_ms=at_ms,
        score=sum(one.points for one in given),
        delight=sides["delight"],
        results=sides["results"],
        risk=sides["risk"],
        contributions=tuple(given),
        suppressors=tuple(found),
        motions=tuple(_verdict(motion, bar, given, found) for motion, bar in BARS.items()),
    )


def contributions(ordered: Sequence[Signal], at_ms: int) -> list[Contribution]:
    """A row for each signal that counts, newest first; a kind's limit cuts the oldest rows."""
    rows: list[Contribution] = []
    spent: dict[SignalKind, int] = {}
    told: set[tuple[SignalKind, str | None]] = set()
    for signal in reversed(ordered):
        if signal.kind == "company_case":
            continue
        weight, limit = _weight(signal), LIMITS.get(signal.kind)
        if weight is None or limit is None or (signal.kind, signal.about) in told:
            continue
        if signal.kind in PAIRED:
            told.add((signal.kind, signal.about))
        if limit.newest_only and signal.kind in spent:
            continue
        left = limit.points - spent.get(signal.kind, 0)
        faded = _faded(weight.points, (at_ms - signal.occurred_ms) // DAY_MS)
        points = max(-left, min(left, faded))
        spent[signal.kind] = spent.get(signal.kind, 0) + abs(points)
        if points:
            rows.append(
                Contribution(
                    signal_id=signal.signal_id,
                    kind=signal.kind,
                    occurred_ms=signal.occurred_ms,
                    value=signal.value,
                    side=weight.side,
                    full_points=weight.points,
                    points=points,
                )
            )
    return rows


def suppressors(ordered: Sequence[Signal], at_ms: int) -> list[Suppressor]:
    """All that stands against asking at present."""
    found: list[Suppressor] = []
    urgent = _left_open(ordered, "case_opened", CASE_ENDS, lambda one: one.value == 1)
    found += [_suppressor("open_urgent_case", one) for one in urgent]
    own = {one.about for one in urgent}
    company = [one for one in ordered if one.kind == "company_case" and one.about not in own]
    found += [_suppressor("open_urgent_case", one) for one in company]
    overdue = _left_open(ordered, "invoice_overdue", {"invoice_paid"}, lambda _one: True)
    found += [_suppressor("invoice_overdue", one) for one in overdue]
    risk = _newest(ordered, "churn_risk", "churn_cleared")
    if risk and risk.kind == "churn_risk" and at_ms - risk.occurred_ms < RISK_DAYS * DAY_MS:
        found.append(_suppressor("churn_risk", risk))
    complaint = _newest(ordered, "complaint")
    if complaint and at_ms - complaint.occurred_ms < COMPLAINT_DAYS * DAY_MS:
        found.append(_suppressor("recent_complaint", complaint))
    consent = _newest(ordered, "consent")
    if consent is None or consent.value == 0:
        since_ms = consent.occurred_ms if consent else 0
        found.append(Suppressor(code="no_consent", since_ms=since_ms))
    return found


def moment(one: Signal) -> tuple[int, int, str]:
    """The order in which signals count; of one moment the worst last, whatever their ids are."""
    return one.occurred_ms, -(one.value or 0), one.signal_id


def _verdict(
    motion: Motion, bar: Bar, given: Sequence[Contribution], found: Sequence[Suppressor]
) -> Verdict:
    counted = [one for one in given if not (bar.blind and one.kind in SENTIMENT)]
    sides, score = _sides(counted), sum(one.points for one in counted)
    reasons = [one.code for one in found if not (bar.blind and one.code in OF_SENTIMENT)]
    short: list[str] = []
    if not bar.blind and score < bar.score:
        short.append("score_too_low")
    if sides["results"] < bar.results:
        short.append("few_results")
    if sides["risk"] > bar.risk:
        short.append("too_much_risk")
    every = tuple(dict.fromkeys((*reasons, *short)))
    return Verdict(motion=motion, qualifies=not every, reasons=every)


def _sides(given: Sequence[Contribution]) -> dict[Side, int]:
    sums: dict[Side, int] = {"delight": 0, "results": 0, "risk": 0}
    for one in given:
        sums[one.side] += abs(one.points)
    return sums


def _weight(signal: Signal) -> Weight | None:
    value = signal.value or 0
    rows = (one for one in WEIGHTS if one.kind == signal.kind and one.low <= value <= one.high)
    return next(rows, None)


def _faded(points: int, age_days: int) -> int:
    """Full, then evenly less, rounded towards nothing."""
    if age_days <= FRESH_DAYS:
        return points
    left = max(0, GONE_DAYS - age_days)
    sign = 1 if points > 0 else -1
    return sign * (abs(points) * left // (GONE_DAYS - FRESH_DAYS))


def _newest(ordered: Sequence[Signal], *kinds: SignalKind | CompanyKind) -> Signal | None:
    """The newest of these kinds. At one time the later kind counts: what was closed is closed."""
    found = [one for one in reversed(ordered) if one.kind in kinds]
    return max(found, key=lambda one: (one.occurred_ms, kinds.index(one.kind)), default=None)


def _left_open(
    ordered: Sequence[Signal],
    opened: SignalKind,
    closed: Collection[str],
    counts: Callable[[Signal], bool],
) -> list[Signal]:
    """The newest opening of each case that was not closed at or after it.

    Of several at one time the most urgent counts: help desks say a priority in the same second.
    """
    last: dict[str | None, Signal] = {}
    for one in sorted(
        (one for one in ordered if one.kind == opened or one.kind in closed),
        key=lambda one: (one.occurred_ms, one.kind in closed, -(one.value or 0), one.signal_id),
    ):
        last[one.about] = one
    return [one for one in last.values() if one.kind == opened and counts(one)]


def _suppressor(code: str, signal: Signal) -> Suppressor:
    return Suppressor.model_validate(
        {"code": code, "since_ms": signal.occurred_ms, "about": signal.about}
    )
