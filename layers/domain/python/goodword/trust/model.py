"""An assessment says what each check saw, in figures and points that add up, and what follows.

    points of a check   < hold_points     pass
                        >= hold_points    hold: a person looks, by a date
                        >= refuse_points  refuse, only where the terms name it; with its reason
    sum of all active   >= total_hold     hold, though no check alone would; a mark counts once
Shadow checks are recorded and change nothing. A figure names a category and counts; it never holds
a value of a person, and a MAC only by its first digits, to tell equal from different.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from goodword.advocates.model import Enrolment
from goodword.conversions.model import Conversion, Settled
from goodword.limits import LESSON_DAYS
from goodword.records import Key, Record, Value
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, SECOND_MS, as_datetime
from goodword.tracking.model import ClickCount, Touch
from goodword.trust.signals import Trace
from goodword.trust.terms import CheckLimits, CheckName, Mode, TrustTerms
from goodword.trust.trails import Own, Pace, Trail

Outcome = Literal["pass", "hold", "refuse"]
Phase = Literal["first", "before_due"]
TOTAL = "total"  # held by the points of all checks together, by none alone
MAC_SHOWN = 8  # hex digits of a MAC in a figure: equal ones are recognised, none is looked up

# What an advocate is told: a category of its own for each check, and never a threshold.
REASONS: Mapping[CheckName | Literal["total"], str] = {
    "self_referral": "looks_like_own_order",
    "addresses": "customer_details_checked",
    "velocity": "many_at_once",
    "click_time": "timing_checked",
    "stuffing": "clicks_checked",
    "coupon": "coupon_page_checked",
    "returning": "customer_known_before",
    "ring": "details_shared",
    "geography": "places_checked",
    "total": "several_signs",
}


class Figure(Value):
    """One thing a check looked at: what was counted, what it weighs, and for staff which mark."""

    name: str
    count: int = 1
    points: int
    mark: str = ""


class Finding(Value):
    """What one check made of the conversion."""

    check: CheckName
    mode: Mode
    points: int
    hold_points: int
    outcome: Outcome
    figures: tuple[Figure, ...] = ()


class Assessment(Record):
    """All findings about one reward at one moment, under a named version of the set of checks."""

    KIND: ClassVar[str] = "assessment"

    reward_id: str
    number: int
    phase: Phase
    at_ms: int
    check_set: str
    findings: tuple[Finding, ...]
    points: int
    outcome: Outcome
    reason: str = ""
    exempt: bool = False

    @property
    def key(self) -> Key:
        return Key("core", assessments_of(self.reward_id), f"S#{self.number:04d}")


def assessments_of(reward_id: str) -> str:
    """The partition of a reward's assessments, oldest first under `S#`."""
    return f"RWD#{reward_id}"


class Held(Record):
    """One assessment that held by `held`; `recorded` are those that only would have."""

    KIND: ClassVar[str] = "lesson_held"

    program_id: str
    at_ms: int
    reward_id: str
    advocate_id: str
    number: int
    check_set: str
    held: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        name = f"H#{self.at_ms:015d}#{self.reward_id}#{self.number:04d}"
        return Key("core", lessons_of(self.program_id, month_of(self.at_ms)), name)

    @property
    def expires_s(self) -> int:
        return (self.at_ms + LESSON_DAYS * DAY_MS) // SECOND_MS


def month_of(at_ms: int) -> str:
    """The UTC month of an instant: `2026-11`."""
    return f"{as_datetime(at_ms):%Y-%m}"


def lessons_of(program_id: str, month: str) -> str:
    """The partition of a programme's month."""
    return f"LESSONS#{program_id}#{month}"


def held_row(made: Assessment, reward: Reward) -> Held | None:
    """The row of an assessment; None when no check held, or would have."""
    held, recorded = caught_by(made)
    if not held and not recorded:
        return None
    return Held(
        program_id=reward.program_id,
        at_ms=made.at_ms,
        reward_id=reward.reward_id,
        advocate_id=reward.advocate_id,
        number=made.number,
        check_set=made.check_set,
        held=held,
        recorded=recorded,
    )


def caught_by(made: Assessment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The checks that held, and those that only recorded that they would have."""
    caught = [one for one in made.findings if one.outcome != "pass" and one.mode != "off"]
    active: list[str] = [one.check for one in caught if one.mode == "active"]
    shadow = [one.check for one in caught if one.mode == "shadow"]
    if not active and (made.outcome != "pass" or made.exempt):
        active = [TOTAL]
    if made.exempt:
        return (), (*active, *shadow)
    return tuple(active), tuple(shadow)


class Exemption(Record):
    """A person says, with a reason and until a day, that this advocate's checks only record.

    It ends by itself; what a person takes back is ended at that moment and stays to be read.
    """

    KIND: ClassVar[str] = "exemption"

    advocate_id: str
    program_id: str
    reason: str
    given_by: str
    given_ms: int
    until_ms: int

    @property
    def key(self) -> Key:
        return exemption_key(self.advocate_id, self.program_id)


def exemption_key(advocate_id: str, program_id: str) -> Key:
    """Where an advocate's exemption is."""
    return Key("core", f"ADV#{advocate_id}", f"TRUST#{program_id}")


@dataclass(frozen=True)
class Case:
    """Everything that checks may look at, read at one moment. `trails` go by kind of mark.

    `advocate_id` is who recommended, also where the reward is the friend's.
    """

    reward: Reward
    advocate_id: str
    conversion: Conversion
    touch: Touch | None
    customer: str
    limits: CheckLimits = field(default_factory=CheckLimits)
    trace: Trace | None = None
    own: Own | None = None
    trails: Mapping[str, Trail] = field(default_factory=dict)
    own_trails: Mapping[tuple[str, str], Trail] = field(default_factory=dict)
    pace: Pace | None = None
    buyer_pace: Pace | None = None
    clicks: ClickCount | None = None
    earlier: tuple[Settled, ...] = ()
    enrolment: Enrolment | None = None

    @property
    def gap_s(self) -> int | None:
        """Seconds from the winning click to the conversion; None if no click won."""
        if self.touch is None or self.touch.kind != "click":
            return None
        return max(0, self.conversion.occurred_ms - self.touch.at_ms) // 1_000


def finding(check: CheckName, figures: tuple[Figure, ...], terms: TrustTerms) -> Finding:
    """The figures of a check as a finding under the programme's terms."""
    own = terms.of(check)
    points = sum(figure.points for figure in figures)
    outcome: Outcome = "pass"
    if own.refuse_points is not None and points >= own.refuse_points:
        outcome = "refuse"
    elif points >= own.hold_points:
        outcome = "hold"
    return Finding(
        check=check,
        mode=own.mode,
        points=points,
        hold_points=own.hold_points,
        outcome=outcome,
        figures=figures,
    )


def verdict(findings: tuple[Finding, ...], terms: TrustTerms) -> tuple[Outcome, str, int]:
    """What follows of all active findings: outcome, reason code for the advocate, points.

    The strongest finding gives the reason; of equal ones the first in the order of the set.
    """
    active = [one for one in findings if one.mode == "active"]
    points = _together(active)
    for outcome in ("refuse", "hold"):
        found = [one for one in active if one.outcome == outcome]
        if found:
            worst = max(found, key=lambda one: one.points - one.hold_points)
            return worst.outcome, REASONS[worst.check], points
    if points >= terms.total_hold_points:
        return "hold", REASONS["total"], points
    return "pass", "", points


def _together(findings: list[Finding]) -> int:
    """The points of several checks, in which a mark that several of them weigh counts once.

    One network on which a family buys is the own browser of one check and the browser of many
    customers of another: one fact, and not two signs. Its most points count.
    """
    marked: dict[str, int] = {}
    points = 0
    for figure in (figure for one in findings for figure in one.figures):
        if figure.mark:
            marked[figure.mark] = max(figure.points, marked.get(figure.mark, 0))
        else:
            points += figure.points
    return points + sum(marked.values())


def shown(mac: str) -> str:
    """A MAC as a figure may name it."""
    return mac[-MAC_SHOWN:]
