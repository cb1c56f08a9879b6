"""What terms promise, each edge by itself: periods, rates, what ends, steps, pilots, currencies.

Everything is worked out here from the figures of the telling; one thing of it differs each time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from goodword.programs import payment
from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import CapPeriod, next_period, period_end_ms, period_name
from goodword.programs.model import ProgramVersion, version_at
from goodword.programs.payment import Payment, RailName
from goodword.programs.pilot import Pilot
from goodword.programs.tiers import Tiers
from pydantic import ValidationError

from tests.simulation.flaws import FLAWS, SOUND, accepted
from tests.simulation.story import DAY_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import terms

EDGES = (date(2024, 12, 30), date(2025, 1, 1), date(2026, 12, 31), date(2027, 1, 3))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
DATED: tuple[CapPeriod, ...] = ("day", "week", "month", "quarter", "year")
MS = timedelta(milliseconds=1)


def _named(period: CapPeriod, day: date) -> str:
    thursday = day + timedelta(days=3 - day.weekday())
    return {
        "day": day.isoformat(),
        "week": f"{thursday.year}-W{(thursday.timetuple().tm_yday - 1) // 7 + 1:02d}",
        "month": day.isoformat()[:7],
        "quarter": f"{day.year}-Q{1 + (day.month - 1) // 3}",
        "year": str(day.year),
    }[period]


def _periods(teller: Teller) -> None:
    """The first and the last millisecond of a day, near the ends of years, quarters and weeks."""
    draw = teller.draw
    zone, ends = draw.choice(ZONES), [date(2025, month, 1) for month in (4, 7, 10, 11, 12)]
    for edge in (*EDGES, *ends):
        day = edge + timedelta(days=draw.choice((-1, 0)))
        begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        after = day + timedelta(days=1)
        ends_at = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone))
        for moment in (begins, ends_at.astimezone(UTC) - MS):
            at_ms = round(moment.timestamp() * 1_000)
            for period in DATED:
                name, said = _named(period, day), period_name(period, at_ms, zone)
                teller.wants(f"{period} of {moment} in {zone}", said, name)
                last = day
                while _named(period, last) == name:
                    last += timedelta(days=1)
                teller.wants(f"after {name}", next_period(period, at_ms, zone), last)
                midnight = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone))
                ends_ms = round(midnight.timestamp() * 1_000)
                teller.wants(f"{name} ends", period_end_ms(period, at_ms, zone), ends_ms)
            for period in ("order", "lifetime"):
                said_of = period_name(period, at_ms, zone), period_end_ms(period, at_ms, zone)
                teller.wants(period, said_of, (period, None))


def _terms(teller: Teller) -> None:
    """Some of what makes no sense, and of its neighbours that do."""
    for change in teller.draw.sample(FLAWS, 45):
        teller.wants(f"terms with {change}", accepted(change), False)
    for change in teller.draw.sample(SOUND, 20):
        teller.wants(f"terms with {change}", accepted(change), True)


def _ended(teller: Teller) -> None:
    """A begun day counts as used; on the last day everything is."""
    draw = teller.draw
    for days in (1, draw.choice((2, 7)), draw.randrange(8, 731)):
        earned, began_ms = draw.choice((0, 1, days, draw.randrange(10**6))), draw.randrange(DAY_MS)
        used = draw.randrange(days)
        rows = [(-1, 0), (0, 0), (1, 1), (used * DAY_MS, used), (used * DAY_MS + 1, used + 1)]
        rows += [(days * DAY_MS - 1, days)]
        for lasted_ms, count in rows:
            each = Cancellation(within_days=days, takes="pro_rata")
            wanted = round(Fraction(earned * (days - count), days))
            said = each.share_of(earned, began_ms, began_ms + lasted_ms)
            teller.wants(f"of {earned} after {lasted_ms} of {days} days", said, wanted)
            whole = each.but(takes="all").share_of(earned, began_ms, began_ms + lasted_ms)
            teller.wants(f"of {earned}, all", whole, earned)
        for late in (0, 1, DAY_MS):
            ended_ms = began_ms + days * DAY_MS + late
            for takes in ("all", "pro_rata"):
                over = Cancellation.model_validate({"within_days": days, "takes": takes})
                teller.wants("after it", over.share_of(earned, began_ms, ended_ms), 0)


STEPS: tuple[tuple[RailName, str, int], ...] = (
    ("paypal", "HUF", 100),
    ("paypal", "TWD", 100),
    ("stripe", "KWD", 10),
    ("stripe", "MGA", 100),
    ("stripe", "HUF", 1),
    ("paypal", "KWD", 1),
    ("csv", "HUF", 1),
)


@contextmanager
def _stepped() -> Iterator[None]:
    """Rails pay in these steps, and the euro in none."""
    usual = vars(payment)["RAIL_STEPS"]
    vars(payment)["RAIL_STEPS"] = {
        rail: {currency: step for each, currency, step in STEPS if each == rail and step > 1}
        for rail, _, _ in STEPS
    }
    try:
        yield
    finally:
        vars(payment)["RAIL_STEPS"] = usual


def _steps(teller: Teller) -> None:
    """The least that is paid: of the programme's own currency, an accepted one, one of before."""
    with _stepped():
        for rail, currency, step in STEPS:
            _least(teller, rail, currency, step)


def _least(teller: Teller, rail: RailName, currency: str, step: int) -> None:
    draw = teller.draw
    least = draw.choice((0, 1, step - 1, step, step + 1, draw.randrange(10**5)))
    up = least if step == 1 else max(step, (least + step - 1) // step * step)
    two, low = draw.choice((None, 7_000)), draw.randrange(2, 9_000)
    floors: dict[str, Any] = {"spike_floor_minor": 50, "refund_floor_minor": 60}
    fields: dict[str, Any] = {"rail": rail, "minimum_minor": least, "audit": floors}
    fields |= {"two_checkers_from_minor": two}
    own = terms(currency=currency, payment=Payment.model_validate(fields)).payment_in(currency)
    teller.wants(f"{least} {currency} by {rail}", own.minimum_minor, up)
    _is_watched(teller, own, (two, 50, 60))
    gone = terms(payment=Payment.model_validate(fields)).payment_in(currency)
    teller.wants(f"{currency} of before by {rail}", gone.minimum_minor, step)
    _is_watched(teller, gone, (two and 1, 0, 0))
    more: dict[str, Any] = {
        "minimum_minor": low,
        "minimum_in": {currency: least},
        "two_checkers_from_in": {currency: 3},
        "audit": floors | draw.choice(({}, {"spike_floor_in": {currency: 9}})),
    }
    stated = Payment.model_validate(fields | {"two_checkers_from_minor": 7_000} | more)
    sold = terms(currencies="accept", accepted=(currency,), caps=(), payment=stated, **_free())
    theirs = sold.payment_in(currency)
    teller.wants(f"{currency}, accepted, by {rail}", theirs.minimum_minor, up)
    spike = 9 if "spike_floor_in" in more["audit"] else 0
    _is_watched(teller, theirs, (3, spike, 0))
    euros = sold.payment_in("EUR")
    teller.wants("and of euros", euros.minimum_minor, low)
    _is_watched(teller, euros, (7_000, 50, 60))
    for unit, looks in (("EUR", (7_000, 50, 60)), (currency, (3, spike, 0))):
        alone = sold.alone(unit)
        teller.wants("alone", (alone.currency, alone.currencies), (unit, "refuse"))
        teller.wants("its minimum", alone.payment.minimum_minor, low if unit == "EUR" else least)
        _is_watched(teller, alone.payment, looks)


def _free() -> dict[str, Any]:
    share = {"rule_id": "r1", "action": "sale", "reward": {"kind": "percentage", "basis_points": 9}}
    return {"rules": (share,), "review": {"auto_approve_limit_minor": 0}}


def _is_watched(teller: Teller, said: Payment, wanted: tuple[int | None, int, int]) -> None:
    audit = said.audit
    found = said.two_checkers_from_minor, audit.spike_floor_minor, audit.refund_floor_minor
    teller.wants("what is looked at", found, wanted)


def _version(number: int, effective_ms: int, **fields: Any) -> ProgramVersion:
    said: dict[str, Any] = {"author": "usr_1", "rationale": "r", "created_ms": 0, "terms": terms()}
    return ProgramVersion(
        program_id="prg_1", number=number, effective_ms=effective_ms, **said | fields
    )


def _pilots(teller: Teller) -> None:
    """A version holds from its millisecond on; a pilot for its people until it is ended."""
    draw = teller.draw
    begins, ends = 1_000, 1_000 + draw.choice((0, 1, 500))
    people = Pilot(advocate_ids=("adv_maya", "adv_ben"))
    first, second = _version(1, 500), _version(2, begins)
    pilot = _version(3, begins, pilot=people)
    rows: list[tuple[ProgramVersion, int, str | None, bool]] = [
        (second, begins - 1, None, False),
        (second, begins, None, True),
        (pilot, begins - 1, "adv_maya", False),
        (pilot, begins, draw.choice(("adv_maya", "adv_ben")), True),
        (pilot, begins, "adv_zoe", False),
        (pilot, begins, None, False),
    ]
    promoted, withdrawn = pilot.but(promoted_ms=ends), pilot.but(withdrawn_ms=ends)
    for who, is_in in (("adv_maya", True), ("adv_zoe", False), (None, False)):
        rows += [(promoted, ends, who, True), (withdrawn, ends, who, False)]
        rows += [(promoted, ends - 1, who, is_in and ends > begins)]
        rows += [(withdrawn, ends - 1, who, is_in and ends > begins)]
    for version, at_ms, who, wanted in rows:
        said = version.holds(at_ms, who)
        teller.wants(f"{version.number} for {who} at {at_ms}, {begins} to {ends}", said, wanted)
    every = draw.sample((first, second, pilot), 3)
    for at_ms, who, number in (
        (draw.choice((0, 499, 500, begins - 1)), draw.choice((None, "adv_maya")), 1),
        (begins, None, 2),
        (begins, "adv_zoe", 2),
        (begins, "adv_ben", 3),
    ):
        teller.wants(f"for {who} at {at_ms}", version_at(every, at_ms, who).number, number)
    _shares(teller)
    _levels(teller)


def _shares(teller: Teller) -> None:
    """A share of people; another version draws others; who is said twice, or nobody, is refused."""
    ids = [f"adv_{number}" for number in range(300)]
    percent = teller.draw.choice((1, 10, 50, 99))
    pilot = Pilot(percent=percent)
    drawn = [[one for one in ids if pilot.includes("prg_1", number, one)] for number in (1, 2)]
    for each in drawn:
        near = abs(len(each) - 3 * percent) <= 40
        teller.wants(f"{percent} per cent are {len(each)} of 300", near, True)
    teller.wants("the same are drawn", drawn[0] == drawn[1] != [], False)
    wrong: Sequence[dict[str, Any]] = (
        {},
        {"percent": 0},
        {"percent": 100},
        {"percent": 5, "segment": "vip"},
        {"percent": 5, "advocate_ids": ("adv_a",)},
        {"advocate_ids": ("adv_a", "adv_a")},
        {"advocate_ids": ("usr_a",)},
    )
    for said in wrong:
        teller.wants(f"a pilot of {said}", _is_pilot(said), False)
    listed = {"segment": "vip", "advocate_ids": ("adv_a", "adv_b")}
    for said in ({"segment": "vip"}, {"percent": 99}, {"advocate_ids": ("adv_a",)}, listed):
        teller.wants(f"a pilot of {said}", _is_pilot(said), True)


def _is_pilot(said: dict[str, Any]) -> bool:
    try:
        Pilot.model_validate(said)
    except ValidationError:
        return False
    return True


def _levels(teller: Teller) -> None:
    ends = sorted(teller.draw.sample(range(1, 50), 2))
    levels = [{"name": name, "at_least": end} for name, end in zip("abc", [0, *ends], strict=True)]
    tiers = Tiers.model_validate({"measure": "orders", "levels": tuple(levels)})
    for total in {0, *ends, ends[0] - 1, ends[1] - 1, ends[1] + 9}:
        wanted = "c" if total >= ends[1] else "b" if total >= ends[0] else "a"
        teller.wants(f"the level at {total} of {ends}", tiers.level(total), wanted)


PROMISED = (
    Tale("promised: a period's edge", _periods),
    Tale("promised: what makes sense", _terms),
    Tale("promised: what an end takes", _ended),
    Tale("promised: the least that is paid", _steps),
    Tale("promised: to whom and since when", _pilots),
)
