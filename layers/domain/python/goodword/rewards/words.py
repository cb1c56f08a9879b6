"""Every status is said as fact, reason, date and action; categories are named, thresholds never.

All sentences come from one `Catalogue` per language (`catalogue/<locale>.json`, which the platform
reads). A reason code without a sentence of its own falls back to its state's: a new internal check
never shows through.
"""

from typing import Literal

from pydantic import Field

from goodword.money import format_minor
from goodword.records import Value
from goodword.rewards.model import Reward, RewardState
from goodword.times import as_datetime

Bucket = Literal["pending", "on_hold", "ready", "paid", "none"]
BUCKETS: dict[RewardState, Bucket] = {
    "pending": "pending",
    "approved": "pending",
    "on_hold": "on_hold",
    "due": "ready",
    "batched": "ready",
    "paid": "paid",
    "rejected": "none",
    "void": "none",
    "reversed": "none",
}


class StateWords(Value):
    """The sentences of one state; `{created}`, `{changed}` and `{date}` are days."""

    fact: str
    reason: str
    action: str
    answer_by: str = ""


class Catalogue(Value):
    """All sentences of one language. `partly` takes `{left}` and `{earned}`, `date` a day."""

    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    date: str
    states: dict[RewardState, StateWords]
    reasons: dict[str, str]
    partly: str


class Status(Value):
    """What an advocate reads about one reward. `date_ms` is the instant that the words speak of."""

    bucket: Bucket
    fact: str
    reason: str
    date_ms: int | None
    action: str


def status_of(reward: Reward, words: Catalogue, next_payout_ms: int | None = None) -> Status:
    """The reward in plain words. `next_payout_ms` is when a ready one goes out, if known."""
    said = words.states[reward.state]
    date_ms = _date(reward, next_payout_ms)
    dates = {
        "created": _day(words, reward.created_ms),
        "changed": _day(words, reward.changed_ms),
        "date": "" if date_ms is None else _day(words, date_ms),
    }
    reasons = [words.reasons.get(reward.reason, said.reason)]
    if reward.state == "on_hold" and reward.lapse_ms is not None:
        reasons.append(said.answer_by.format(**dates))
    if 0 < reward.remaining_minor < reward.earned_minor:
        left, earned = (
            format_minor(minor, reward.currency)
            for minor in (reward.remaining_minor, reward.earned_minor)
        )
        reasons.append(words.partly.format(left=left, earned=earned))
    return Status(
        bucket=BUCKETS[reward.state],
        fact=said.fact.format(**dates),
        reason=" ".join(reasons),
        date_ms=date_ms,
        action=said.action,
    )


def _date(reward: Reward, next_payout_ms: int | None) -> int | None:
    """The instant that matters in this state: when it ends if it will, else when it came about."""
    if reward.state == "approved":
        return reward.hold_until_ms
    if reward.state == "on_hold" and reward.lapse_ms is not None:
        return reward.lapse_ms
    if reward.state == "due":
        return next_payout_ms
    return reward.created_ms if reward.state == "pending" else reward.changed_ms


def _day(words: Catalogue, at_ms: int) -> str:
    at = as_datetime(at_ms)
    return words.date.format(day=at.day, month=words.months[at.month - 1], year=at.year)
