"""Who earns a conversion is a pure function of the set of its touches, whatever order they came in.

Touches are ordered by time (never later than the receipt of the conversion), then by id, so there
are no ties. Every touch that is considered gets a verdict with its reason; at most one wins.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from goodword.limits import CLICK_AGE_DAYS_MAX, TOUCHES_MAX
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS


class AttributionRules(Value):
    """How a programme chooses among touches.

    `precedence`: `code` lets a typed code beat any click, `link` the other way round, `latest`
    treats them alike. `sticky`: a known friend stays with the first advocate.
    """

    model: Literal["last", "first"] = "last"
    window_days: int = Field(default=30, ge=1, le=CLICK_AGE_DAYS_MAX)
    precedence: Literal["latest", "code", "link"] = "latest"
    sticky: bool = True


class Touch(Value):
    """One recorded contact of a friend with an advocate's link or code."""

    touch_id: str
    kind: Literal["click", "code", "form"]
    at_ms: int
    advocate_id: str
    program_id: str
    link_id: str
    code: str
    source: str = ""


class Considered(Value):
    """One touch with its verdict."""

    touch: Touch
    verdict: Literal["won", "lost"]
    reason: str


class Attribution(Value):
    """The outcome: who won and why, or why nobody did; `dropped` counts touches over the limit."""

    winner: Touch | None
    reason: str
    considered: tuple[Considered, ...] = ()
    dropped: int = 0


class ClickCount(Record):
    """How many clicks an advocate's links of one programme had; `by_day` keeps the last 30 days."""

    KIND: ClassVar[str] = "click_count"

    advocate_id: str
    program_id: str
    clicks: int = 0
    by_day: dict[str, int] = {}

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"A#CLK#{self.program_id}")


def attribute(
    touches: Iterable[Touch],
    *,
    rules: AttributionRules,
    conversion_ms: int,
    received_ms: int,
    sticky_advocate: str | None,
    refused: Mapping[str, str],
) -> Attribution:
    """Choose the touch that earns. `refused` says who cannot win, with the reason code.

    Example: clicks of Maya (3 days ago) and Ben (yesterday), model `last`: Ben wins with
    `last_touch`, Maya loses with `later_touch`. If Ben is the buyer, he loses with `self_referral`
    and Maya wins.
    """
    ordered = _ordered(touches, received_ms)
    kept = ordered[-TOUCHES_MAX:]
    lost: dict[str, str] = {}
    for touch in kept:
        if reason := _excluded(touch, rules, conversion_ms, received_ms, sticky_advocate, refused):
            lost[touch.touch_id] = reason
    able = [touch for touch in kept if touch.touch_id not in lost]
    ranked = _ranked(able, rules)
    for touch in ranked[1:]:
        lost[touch.touch_id] = _outranked(touch, ranked[0], rules)
    winner = ranked[0] if ranked else None
    why = _why_won(rules, sticky_advocate) if winner else _why_nobody(kept, lost)
    considered = tuple(
        Considered(touch=touch, verdict="won", reason=why)
        if touch == winner
        else Considered(touch=touch, verdict="lost", reason=lost[touch.touch_id])
        for touch in kept
    )
    return Attribution(
        winner=winner, reason=why, considered=considered, dropped=len(ordered) - len(kept)
    )


def _ordered(touches: Iterable[Touch], received_ms: int) -> list[Touch]:
    """Each touch once, oldest first; of two versions under one id the same one is kept always."""
    by_id: dict[str, Touch] = {}
    for touch in touches:
        known = by_id.get(touch.touch_id)
        if known is None or touch.model_dump_json() < known.model_dump_json():
            by_id[touch.touch_id] = touch
    return sorted(by_id.values(), key=lambda one: (min(one.at_ms, received_ms), one.touch_id))


def _excluded(
    touch: Touch,
    rules: AttributionRules,
    conversion_ms: int,
    received_ms: int,
    sticky_advocate: str | None,
    refused: Mapping[str, str],
) -> str:
    """Why a touch cannot win at all; empty if it can."""
    at_ms = min(touch.at_ms, received_ms)
    if at_ms > conversion_ms:
        return "after_conversion"
    if conversion_ms - at_ms > rules.window_days * DAY_MS:
        return "outside_window"
    if touch.advocate_id in refused:
        return refused[touch.advocate_id]
    if rules.sticky and sticky_advocate is not None and touch.advocate_id != sticky_advocate:
        return "sticky_advocate"
    return ""


def _ranked(able: list[Touch], rules: AttributionRules) -> list[Touch]:
    """Best first. `able` is oldest first."""
    in_order = able if rules.model == "first" else able[::-1]
    if rules.precedence == "latest":
        return in_order
    preferred = "code" if rules.precedence == "code" else "click"
    return sorted(in_order, key=lambda touch: touch.kind != preferred)


def _outranked(touch: Touch, winner: Touch, rules: AttributionRules) -> str:
    if rules.precedence == "code" and winner.kind == "code" and touch.kind != "code":
        return "code_before_link"
    if rules.precedence == "link" and winner.kind == "click" and touch.kind != "click":
        return "link_before_code"
    return "earlier_touch" if rules.model == "first" else "later_touch"


def _why_won(rules: AttributionRules, sticky_advocate: str | None) -> str:
    if rules.sticky and sticky_advocate is not None:
        return "sticky_advocate"
    return f"{rules.model}_touch"


def _why_nobody(kept: list[Touch], lost: Mapping[str, str]) -> str:
    """One reason if all touches share it, else the newest touch's: it would have won."""
    return lost[kept[-1].touch_id] if kept else "no_touch"
