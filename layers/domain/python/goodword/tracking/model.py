"""Who earns a conversion is a pure function of the set of its touches, whatever order they came in.

Touches are ordered by time, then by id, so there are no ties. No time is later than the receipt of
the conversion: a clock outside that runs ahead moves nothing. Every touch that is considered gets a
verdict with its reason; at most one wins.

    reason of a touch     it lost, or won, because
    after_conversion      it is later than the conversion
    before_link           it is older than its own link, and so than its advocate's enrolment
    outside_window        it is older than the window
    <refused>             its advocate cannot earn: self_referral, enrolment_paused ...
    sticky_advocate       lost: the friend is somebody else's; won: the friend is this advocate's
    code_before_link      the programme prefers a typed code (link_before_code: a click)
    later_touch           lost: a later one won (earlier_touch: an earlier one)
    granted               won by staff's word on a dispute, or lost to one that was
    last_touch            won: it is the last of those that may win (first_touch: the first)

Nobody wins: `no_touch`, or the reason shared by all touches inside the window, or `all_refused` if
they differ; `sticky_advocate` if the friend's advocate brought none that may win, `sticky_refused`
if that advocate cannot earn; with none inside the window `outside_window` or `after_conversion`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field

from goodword.limits import CLICK_AGE_DAYS_MAX, CLOCK_SKEW_SECONDS, TOUCHES_MAX
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS, rfc3339

DAYS_SHOWN = 30  # days of clicks kept one by one; what a dashboard draws
SPAN_MS = 10 * SECOND_MS  # ms of one `Counted`; keeps it small at hundreds of clicks a second
COUNTED_SECONDS = 2 * 86_400  # seconds a `Counted` is kept; a stream repeats nothing after 24 hours
_OUT_OF_TIME = frozenset({"after_conversion", "outside_window"})


class AttributionRules(Value):
    """How a programme chooses among touches.

    `precedence`: `code` lets a typed code beat all other kinds, `link` lets a click; `latest`
    treats all alike. `sticky`: a known friend stays with the first advocate.
    """

    model: Literal["last", "first"] = "last"
    window_days: int = Field(default=30, ge=1, le=CLICK_AGE_DAYS_MAX)
    precedence: Literal["latest", "code", "link"] = "latest"
    sticky: bool = True


class Visited(Value):
    """What was seen of the click behind a touch, in coarse words only.

    `opened` is what the browser said of a person's act (`visit.opened_of`); `referrer` a class of
    the page the click came from: `coupon`, `search`, `wrapper` (a service that wraps links),
    `other`, or nothing; `campaign` is `coupon` if the short link's own parameters speak of one.
    """

    opened: Literal["", "prompted", "unprompted"] = ""
    referrer: Literal["", "coupon", "search", "wrapper", "other"] = ""
    campaign: Literal["", "coupon"] = ""
    country: str = Field(default="", max_length=2)
    device: str = Field(default="", max_length=10)


class Touch(Value):
    """One recorded contact of a friend with an advocate: a link followed, a code or name given.

    A `grant` is staff's word that there was one; it wins before all others, whatever the window.
    `link_ms` is when its link was made.
    """

    touch_id: str
    kind: Literal["click", "code", "form", "grant"]
    at_ms: int
    advocate_id: str
    program_id: str
    link_id: str
    code: str
    source: str = ""
    link_ms: int = 0
    visited: Visited | None = None

    @property
    def of_work(self) -> bool:
        """Whether it is the advocate's own work (a request that was done), not a friend's order."""
        return self.kind == "grant" and self.source.startswith("ask_")


class Considered(Value):
    """One touch with its verdict."""

    touch: Touch
    verdict: Literal["won", "lost"]
    reason: str


class Attribution(Value):
    """The outcome: who won and why, or why nobody did.

    `considered` holds each touch once, oldest first; `dropped` counts those over TOUCHES_MAX.
    """

    winner: Touch | None
    reason: str
    considered: tuple[Considered, ...] = Field(default=(), max_length=TOUCHES_MAX)
    dropped: int = Field(default=0, ge=0)


class CountedClick(Value):
    """What counting needs of one click; the nonce is what makes two clicks two."""

    nonce_hex: str = Field(pattern=r"^[0-9a-f]{16}$")
    advocate_id: str = Field(min_length=1)
    program_id: str = Field(min_length=1)
    at_ms: int = Field(ge=0, lt=2**47)  # until the year 6429
    unprompted: bool = False


class ClickCount(Record):
    """How many clicks an advocate's links of one programme had.

    `unprompted` counts those that no act of a person opened, as far as browsers say. `by_day`
    counts by UTC day (`2026-11-22`) and keeps the DAYS_SHOWN days up to the newest.
    """

    KIND: ClassVar[str] = "click_count"

    advocate_id: str
    program_id: str
    clicks: int = Field(default=0, ge=0)
    unprompted: int = Field(default=0, ge=0)
    by_day: dict[str, int] = {}

    @property
    def key(self) -> Key:
        return click_count_key(self.advocate_id, self.program_id)

    def plus(self, clicks: Iterable[CountedClick]) -> Self:
        """With these clicks, each of them counted."""
        by_day, more, alone = dict(self.by_day), 0, self.unprompted
        for click in clicks:
            day, more = rfc3339(click.at_ms)[:10], more + 1
            alone += click.unprompted
            by_day[day] = by_day.get(day, 0) + 1
        newest = date.fromisoformat(max(by_day, default="1970-01-01"))
        shown = {
            day: count
            for day, count in sorted(by_day.items())
            if (newest - date.fromisoformat(day)).days < DAYS_SHOWN
        }
        return self.but(clicks=self.clicks + more, unprompted=alone, by_day=shown)


class Counted(Record):
    """Which clicks of SPAN_MS are in the count already, so that a repeated delivery adds nothing.

    Kept by when the clicks were, not by how they were delivered: a stream repeats a batch in other
    portions than the first time.
    """

    KIND: ClassVar[str] = "counted_clicks"

    advocate_id: str
    program_id: str
    span: int
    nonces: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return counted_key(self.advocate_id, self.program_id, self.span)

    @property
    def expires_s(self) -> int:
        return (self.span + 1) * SPAN_MS // SECOND_MS + COUNTED_SECONDS


def click_count_key(advocate_id: str, program_id: str) -> Key:
    """Where the count is: in the advocate's own partition, beside the summary."""
    return Key("core", f"ADV#{advocate_id}", f"A#CLK#{program_id}")


def counted_key(advocate_id: str, program_id: str, span: int) -> Key:
    """Where it is written which clicks of a span are counted."""
    return Key("core", f"SEEN#{advocate_id}#{program_id}#{span}", "SEEN")


def attribute(
    touches: Iterable[Touch],
    *,
    rules: AttributionRules,
    conversion_ms: int,
    received_ms: int,
    sticky_advocate: str | None,
    refused: Mapping[str, str],
    promised: Collection[str] = (),
) -> Attribution:
    """Choose the touch that earns. `refused` says who cannot win, with the reason code; touches of
    `promised` count beyond the window, because their rules give for months (`conversions.months`),
    after every touch within it.

    Example: clicks of Maya (3 days ago) and Ben (yesterday), model `last`: Ben wins with
    `last_touch`, Maya loses with `later_touch`. If Ben is the buyer, he loses with `self_referral`
    and Maya wins.

    Of more than TOUCHES_MAX the newest are considered, those that may win before all others: who
    floods a friend with touches that cannot win pushes none out that can.
    """
    ordered = _ordered(touches, received_ms)
    converted_ms = min(conversion_ms, received_ms)
    sticky = sticky_advocate if rules.sticky else None
    lost: dict[str, str] = {}
    for at_ms, touch in ordered:
        old = touch.touch_id not in promised
        if reason := _excluded(touch, converted_ms - at_ms, rules, sticky, refused, old):
            lost[touch.touch_id] = reason
    able = [touch for _, touch in ordered if touch.touch_id not in lost][-TOUCHES_MAX:]
    room = TOUCHES_MAX - len(able)
    unable = [touch for _, touch in ordered if touch.touch_id in lost]
    kept = {touch.touch_id for touch in (*able, *unable[max(0, len(unable) - room) :])}
    ranked = _ranked(able, rules, promised)
    winner = ranked[0] if ranked else None
    for touch in ranked[1:]:
        lost[touch.touch_id] = _outranked(touch, ranked[0], rules, promised)
    if winner is None:
        why = _why_nobody(set(lost.values()), sticky, refused)
    else:
        why = _why_won(winner, able, rules, sticky)
    considered = tuple(
        Considered(touch=touch, verdict="won", reason=why)
        if touch is winner
        else Considered(touch=touch, verdict="lost", reason=lost[touch.touch_id])
        for _, touch in ordered
        if touch.touch_id in kept
    )
    return Attribution(
        winner=winner, reason=why, considered=considered, dropped=len(ordered) - len(kept)
    )


def _ordered(touches: Iterable[Touch], received_ms: int) -> list[tuple[int, Touch]]:
    """Each touch once with its time, oldest first.

    If two differ under one id, which of them is kept depends on what they say, not on which came
    first.
    """
    by_id: dict[str, Touch] = {}
    for touch in touches:
        known = by_id.get(touch.touch_id)
        if known is None or touch.model_dump_json() < known.model_dump_json():
            by_id[touch.touch_id] = touch
    timed = [(min(touch.at_ms, received_ms), touch) for touch in by_id.values()]
    return sorted(timed, key=lambda one: (one[0], one[1].touch_id))


def _excluded(
    touch: Touch,
    age_ms: int,
    rules: AttributionRules,
    sticky: str | None,
    refused: Mapping[str, str],
    ages: bool,
) -> str:
    """Why a touch that is so much older than the conversion cannot win; empty if it can."""
    if touch.kind == "grant":
        return refused.get(touch.advocate_id, "")
    if reason := _untimely(touch, age_ms, rules, ages):
        return reason
    if touch.advocate_id in refused:
        return refused[touch.advocate_id]
    if sticky is not None and touch.advocate_id != sticky:
        return "sticky_advocate"
    return ""


def _untimely(touch: Touch, age_ms: int, rules: AttributionRules, ages: bool) -> str:
    """Why its time does not count: later than the conversion, too old, or before its link."""
    if age_ms < 0:
        return "after_conversion"
    if ages and age_ms > rules.window_days * DAY_MS:
        return "outside_window"
    before = touch.at_ms + CLOCK_SKEW_SECONDS * SECOND_MS < touch.link_ms
    return "before_link" if before else ""


def _preferred(touch: Touch, rules: AttributionRules) -> bool:
    """Whether the programme lets this kind of touch beat all other kinds."""
    return (rules.precedence, touch.kind) in {("code", "code"), ("link", "click")}


def _ranked(able: list[Touch], rules: AttributionRules, promised: Collection[str]) -> list[Touch]:
    """Best first: what is within the window before what is only promised. `able`: oldest first."""
    in_order = able if rules.model == "first" else able[::-1]

    def rank(one: Touch) -> tuple[bool, bool, bool]:
        return one.kind != "grant", one.touch_id in promised, not _preferred(one, rules)

    return sorted(in_order, key=rank)


def _by_kind(rules: AttributionRules) -> str:
    return "code_before_link" if rules.precedence == "code" else "link_before_code"


def _outranked(
    touch: Touch, winner: Touch, rules: AttributionRules, promised: Collection[str]
) -> str:
    if winner.kind == "grant":
        return "granted"
    if touch.touch_id in promised and winner.touch_id not in promised:
        return "outside_window"
    if _preferred(winner, rules) and not _preferred(touch, rules):
        return _by_kind(rules)
    return "earlier_touch" if rules.model == "first" else "later_touch"


def _why_won(winner: Touch, able: list[Touch], rules: AttributionRules, sticky: str | None) -> str:
    if winner.kind == "grant":
        return "granted"
    if sticky is not None:
        return "sticky_advocate"
    by_time = able[0] if rules.model == "first" else able[-1]
    return f"{rules.model}_touch" if winner is by_time else _by_kind(rules)


def _why_nobody(reasons: set[str], sticky: str | None, refused: Mapping[str, str]) -> str:
    if not reasons:
        return "no_touch"
    in_time = reasons - _OUT_OF_TIME
    if not in_time:
        return "outside_window" if "outside_window" in reasons else "after_conversion"
    if len(in_time) == 1 and not (sticky in refused and "sticky_advocate" in in_time):
        return in_time.pop()
    if sticky is None:
        return "all_refused"
    return "sticky_refused" if sticky in refused else "sticky_advocate"
