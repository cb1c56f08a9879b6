"""Every status is said as fact, reason, date and action; categories are named, thresholds never.

All sentences come from one `Catalogue` per language (`catalogue/<locale>.json`, which the platform
reads). A reason code without a sentence of its own falls back to its state's: a new internal check
never shows through.
"""

import re
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from goodword.money import CREDIT, PIECES, decimal_text, is_money
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


# A code of letters neither sticks to nor breaks from its figure: `CHF 5`.
LETTERS_THEN_FIGURE = re.compile(r"([A-Za-z])(?=\d)")


class StateWords(Value):
    """The sentences of one state; `{created}`, `{changed}` and `{date}` are days."""

    fact: str
    reason: str
    action: str
    answer_by: str = ""


class Catalogue(Value):
    """All sentences of one language. `partly` takes `{left}` and `{earned}`, `date` a day.

    `decimal` and `group` are how its readers write figures: 1,234.50 or 1.234,50; `amount` is where
    a currency stands, by its sign if it has one.
    """

    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    date: str
    decimal: str = "."
    group: str = ","
    amount: str = "{sign}{amount}"
    signs: dict[str, str] = {}
    states: dict[RewardState, StateWords]
    granted: StateWords
    handed: StateWords
    set_against: str
    units: dict[str, str]
    reasons: dict[str, str]
    partly: str

    def money(self, amount_minor: int, currency: str) -> str:
        """123450, EUR -> `€1,234.50`, in German `1.234,50 €`; -5, CHF -> `-CHF 0.05`.

        What is no money has words of its own: 100, POINTS -> `100 points`.
        """
        whole, _, part = decimal_text(abs(amount_minor), currency).partition(".")
        grouped = f"{int(whole):,}".replace(",", self.group)
        amount = f"{grouped}{self.decimal + part if part else ''}"
        minus = "-" if amount_minor < 0 else ""
        if is_money(currency):
            said = self.amount.format(sign=self.signs.get(currency, currency), amount=amount)
            return minus + LETTERS_THEN_FIGURE.sub("\\1\xa0", said)
        name = currency if currency in PIECES else "CREDIT"
        plain = minus + amount
        if name == "CREDIT":
            plain = self.money(amount_minor, currency.removesuffix(CREDIT))
        one = self.units.get(f"ONE_{name}") if amount == "1" else None
        return (one or self.units[name]).format(amount=plain)

    def day(self, at_ms: int, zone: str = "UTC") -> str:
        """The calendar day of an instant, as a clock in that time zone shows it."""
        at = local_time(at_ms, zone)
        return self.date.format(day=at.day, month=self.months[at.month - 1], year=at.year)


def local_time(at_ms: int, zone: str) -> datetime:
    """The instant in a time zone; which zones there are was checked when the terms were."""
    return as_datetime(at_ms).astimezone(ZoneInfo(zone))


class Status(Value):
    """What an advocate reads about one reward. `date_ms` is the instant that the words speak of."""

    bucket: Bucket
    fact: str
    reason: str
    date_ms: int | None
    action: str


def status_of(
    reward: Reward, words: Catalogue, next_payout_ms: int | None = None, zone: str = "UTC"
) -> Status:
    """The reward in plain words. `next_payout_ms` is when a ready one goes out, if known.

    Days are those of the time zone `zone`.
    """
    said = _words_of(reward, words)
    date_ms = _date(reward, next_payout_ms)
    dates = {
        "created": words.day(reward.created_ms, zone),
        "changed": words.day(reward.changed_ms, zone),
        "date": "" if date_ms is None else words.day(date_ms, zone),
    }
    reasons = [words.reasons.get(reward.reason, said.reason)]
    if reward.state == "on_hold" and reward.lapse_ms is not None:
        reasons.append(said.answer_by.format(**dates))
    if 0 < reward.remaining_minor < reward.earned_minor:
        left, earned = (
            words.money(minor, reward.currency)
            for minor in (reward.remaining_minor, reward.earned_minor)
        )
        reasons.append(words.partly.format(left=left, earned=earned))
    if reward.hand_out_id is not None and reward.remaining_minor < reward.earned_minor:
        reasons.append(words.set_against)
    return Status(
        bucket=BUCKETS[reward.state],
        fact=said.fact.format(**dates),
        reason=" ".join(reasons),
        date_ms=date_ms,
        action=said.action,
    )


def _words_of(reward: Reward, words: Catalogue) -> StateWords:
    """The sentences of its state; what is no money is handed over, not paid."""
    said = words.states[reward.state]
    if is_money(reward.currency):
        return said
    if reward.state == "reversed":  # no payout is lower by it
        return said.but(action=words.states["void"].action)
    return {"due": words.granted, "paid": words.handed}.get(reward.state, said)


def _date(reward: Reward, next_payout_ms: int | None) -> int | None:
    """The instant that matters in this state: when it ends if it will, else when it came about."""
    if reward.state == "approved":
        return reward.hold_until_ms
    if reward.state == "on_hold" and reward.lapse_ms is not None:
        return reward.lapse_ms
    if reward.state == "due" and is_money(reward.currency):
        return next_payout_ms
    return reward.created_ms if reward.state == "pending" else reward.changed_ms
