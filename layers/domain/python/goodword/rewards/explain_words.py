"""Sentences, amounts, shares and dates as a reader writes them; one catalogue per language.

`Speech` holds the words of explanations and examples (`catalogue/explain.<locale>.json`); `Voice`
adds the words of rewards, a currency and the time zone in which its days are days. Nothing here
decides what is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from goodword.languages import filled
from goodword.money import ratio
from goodword.programs.caps import Cap, CapPeriod, next_period
from goodword.programs.model import PercentageReward
from goodword.programs.rates import AppliedRate
from goodword.programs.rules import Action, Unit
from goodword.records import Value
from goodword.rewards.caps import CapLine
from goodword.rewards.words import Catalogue, local_time

TouchKind = Literal["click", "code", "form", "grant", "work"]


class Heading(Value):
    """What an example is called, and what it shows."""

    title: str
    text: str


class Speech(Value):
    """The words of one language; `{names}` are filled in by `Voice` and by whoever composes."""

    moment: str
    percent: str
    order: dict[str, str]
    touch: dict[TouchKind, str]
    won: dict[str, str]
    others: str
    terms: str
    line: dict[str, str]
    rule: dict[str, str]
    what: dict[Action, str]
    of: dict[str, str]
    gives: dict[str, str]
    units: dict[Unit, str]
    minimum: str
    facts: dict[str, str]
    groups: dict[str, str]
    values: dict[str, str]
    ask: dict[str, str]
    unmet: str
    unknown: str
    no_item: str
    sums: dict[str, str]
    arithmetic: str
    rounding: dict[str, str]
    exchange: dict[str, str]
    cap: dict[str, str]
    taken: dict[str, str]
    given: str
    left: str
    ending: dict[str, str]
    now: str
    zone: str
    nothing: dict[str, str]
    nothing_else: str
    do: dict[str, str]
    do_else: str
    examples: dict[str, Heading]
    step: dict[str, str]
    sum: dict[str, str]


@dataclass(frozen=True)
class Voice:
    """How one reader is spoken to about one programme's money."""

    words: Catalogue
    speech: Speech
    currency: str
    zone: str = "UTC"

    def money(self, amount_minor: int, currency: str = "") -> str:
        """The amount with its currency or unit, the programme's if none is given."""
        return self.words.money(amount_minor, currency or self.currency)

    def day(self, at_ms: int) -> str:
        """The day in the reader's time zone."""
        return self.words.day(at_ms, self.zone)

    def moment(self, at_ms: int) -> str:
        """Day and minute in the reader's time zone."""
        at = local_time(at_ms, self.zone)
        month = self.words.months[at.month - 1]
        return self.speech.moment.format(
            day=at.day, month=month, year=at.year, hour=at.hour, minute=at.minute
        )

    def percent(self, basis_points: int) -> str:
        """1250 -> `12.5 %`, in German `12,5 %`."""
        whole, part = divmod(basis_points, 100)
        digits = f"{self.words.decimal}{part:02d}".rstrip("0") if part else ""
        return self.speech.percent.format(value=f"{whole}{digits}")

    def times(self, base_minor: int, reward: PercentageReward, unit: str = "") -> str:
        """`49.90 EUR * 10 % = 4.99 EUR`, with the sign that the language has for it."""
        points = reward.basis_points
        result = ratio(base_minor, points, 10_000, reward.rounding)
        return self.speech.arithmetic.format(
            base=self.money(base_minor),
            percent=self.percent(points),
            result=self.money(result, unit),
        )

    def rounded(self, base_minor: int, reward: PercentageReward, unit: str = "") -> str:
        """The same as a sentence that says how it was rounded, if it was."""
        exact = base_minor * reward.basis_points % 10_000 == 0
        said = self.speech.rounding["exact" if exact else reward.rounding]
        return said.format(arithmetic=self.times(base_minor, reward, unit))

    def changed(self, rate: AppliedRate, amount_minor: int) -> str:
        """`100.00 USD / 1.0834 = 92.30 EUR` with the rate's day, its source and the rounding."""
        into = rate.change(amount_minor)
        day = date.fromisoformat(rate.day)
        said = self.speech.exchange["over" if rate.inverse else "times"].format(
            of=self.words.money(amount_minor, rate.of),
            rate=rate.rate.replace(".", self.words.decimal),
            into=self.words.money(into, rate.into),
            day=self._date(day),
            source=rate.source,
        )
        exact = amount_minor * rate.exact == into
        return self.speech.rounding["exact" if exact else rate.rounding].format(arithmetic=said)

    def _date(self, day: date) -> str:
        month = self.words.months[day.month - 1]
        return self.words.date.format(day=day.day, month=month, year=day.year)

    def caps(self, caps: Sequence[Cap]) -> list[str]:
        """Every limit that holds, a sentence each; one sentence if there is none."""
        return [self.cap(cap) for cap in caps] or [self.speech.cap["none"]]

    def cap(self, cap: Cap) -> str:
        """What one limit of the terms is."""
        return self._limit(cap.scope, cap.period, self.counted(cap.size, cap.measure))

    def limit(self, line: CapLine) -> str:
        """What the limit of a decision's line was; of a budget not how large it is."""
        scope, period, measure = line.cap.split("-")
        return self._limit(scope, period, self.counted(line.limit, measure))

    def _limit(self, scope: str, period: str, limit: str) -> str:
        within = self.speech.cap[f"in_{period}"].format(zone=self.zone)
        return self.speech.cap[scope].format(limit=limit, period=within)

    def counted(self, amount: int, measure: str) -> str:
        """An amount of money, or a number of rewards."""
        if measure == "money":
            return self.money(amount)
        return filled(self.speech.cap["rewards"], {"count": amount})

    def next_period(self, line: CapLine, at_ms: int) -> str:
        """The first day after the limit's period of that instant; empty if it ends with no day."""
        period = next(one for one in get_args(CapPeriod) if one == line.cap.split("-")[1])
        day = next_period(period, at_ms, self.zone)
        return "" if day is None else self._date(day)
