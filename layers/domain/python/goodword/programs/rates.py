"""A rate is a dated fact that finance states once; what uses it says which it was, to be redone.

It is decimal text: `1 EUR = 1.0834 USD of 2025-11-21, ECB` has the base EUR and the quote USD. It
never changes; another one for the same day and pair is refused. An order takes the rate of its own
day in the programme's time zone, or the last one before it within the days that the terms name; the
same pair the other way round does as well. Amounts are computed in exact integers and rounded once:

    100.00 USD / 1.0834 = 92.3019... EUR -> 92.30 EUR (half_even)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from goodword.errors import Conflict, FieldError, InvalidInput
from goodword.money import CURRENCIES, Currency, Rounding, exponent, ratio
from goodword.ports import Change, Desk, Page, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, as_datetime, parse_day

RateText = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
# A name, not a sentence: it goes into decisions and the journal for ever.
SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}$")]


class Rate(Record):
    """`1 base = rate quote` on a day, as it was stated."""

    KIND: ClassVar[str] = "rate"

    base: Currency
    quote: Currency
    day: Day
    rate: RateText
    source: SourceName
    set_ms: int
    set_by: str

    @property
    def key(self) -> Key:
        return rate_key(self.base, self.quote, self.day)


def rate_key(base: str, quote: str, day: str) -> Key:
    """Where a rate is: the days of a pair in one partition."""
    return Key("core", f"RATE#{base}#{quote}", day)


class NewRate(Value):
    """A rate as it is stated."""

    day: Day
    base: Currency
    quote: Currency
    rate: RateText
    source: SourceName


class AppliedRate(Value):
    """The rate that an amount was changed with, as it stays on the decision.

    Amounts of `of` became amounts of `into`. The rate is of `day`, which may be before the order's;
    `inverse` says that it was stated as `1 into = rate of`, so that amounts were divided by it.
    """

    of: Currency
    into: Currency
    day: Day
    rate: RateText
    source: SourceName
    inverse: bool = False
    rounding: Rounding = "half_even"

    @property
    def exact(self) -> Fraction:
        """Minor units of `into` for one of `of`."""
        stated = fraction_of(self.rate)
        times = 1 / stated if self.inverse else stated
        places = exponent(self.into) - exponent(self.of)
        return times * Fraction(10) ** places

    def change(self, amount_minor: int) -> int:
        """A natural amount of `of` in `into`, rounded as named."""
        exact = self.exact
        return ratio(amount_minor, exact.numerator, exact.denominator, self.rounding)


def fraction_of(text: str) -> Fraction:
    """`1.0834` -> 10834/10000, exactly."""
    whole, _, part = text.partition(".")
    return Fraction(int(whole + part), 10 ** len(part))


def usable(
    store: Store, of: str, into: str, day: date, days: int, rounding: Rounding
) -> AppliedRate | None:
    """The rate of the day, or the last one of at most `days` days before; None if there is none.

    Of two that were stated for one day, that from `of` into `into` comes first.
    """
    wanted: list[tuple[Key, bool]] = []
    for back in range(days + 1):
        name = f"{day - timedelta(days=back):%Y-%m-%d}"
        wanted += [(rate_key(of, into, name), False), (rate_key(into, of, name), True)]
    found = store.get_many(Rate, [key for key, _ in wanted])
    for key, inverse in wanted:
        if (rate := found.get(key)) is not None:
            return AppliedRate(
                of=of,
                into=into,
                day=rate.day,
                rate=rate.rate,
                source=rate.source,
                inverse=inverse,
                rounding=rounding,
            )
    return None


@dataclass(frozen=True)
class Rates:
    """The use cases of rates; who may is checked by the API."""

    desk: Desk

    def put(
        self, stated: Sequence[NewRate], receipt: Receipt[tuple[Rate, ...]] = no_receipt
    ) -> tuple[Rate, ...]:
        """Add rates; what is there already stays. Conflict `rate_is_fixed` if one would change."""
        latest = f"{as_datetime(self.desk.clock.now_ms() + DAY_MS).date():%Y-%m-%d}"
        for number, one in enumerate(stated):
            _check(one, f"rates.{number}", latest)

        def attempt() -> tuple[Rate, ...]:
            rates = {rate.key: rate for rate in map(self._rate, stated)}
            known = self.desk.store.get_many(Rate, list(rates))
            change = Change()
            for key, rate in rates.items():
                there = known.get(key)
                if there is None:
                    change.create(rate, self._event(rate))
                elif (there.rate, there.source) != (rate.rate, rate.source):
                    raise Conflict(
                        "rate_is_fixed",
                        f"1 {rate.base} in {rate.quote} of {rate.day} was stated as {there.rate}",
                    )
            return settle(self.desk.store, change, tuple((rates | known).values()), receipt)

        return until_settled(attempt)

    def list(self, base: str, quote: str, limit: int, cursor: str | None) -> Page[Rate]:
        """The rates of a pair as they were stated, newest day first."""
        return self.desk.store.query(
            Rate,
            "core",
            rate_key(base, quote, "").pk,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def _rate(self, stated: NewRate) -> Rate:
        now_ms = self.desk.clock.now_ms()
        return Rate(**dict(stated), set_ms=now_ms, set_by=self.desk.actor.id)

    def _event(self, rate: Rate) -> Record:
        return self.desk.event(
            "program.rate_stated",
            f"rate_{rate.base}_{rate.quote}",
            day=rate.day,
            rate=rate.rate,
            source=rate.source,
        )


def _check(stated: NewRate, field: str, latest: str) -> None:
    for name, code in (("base", stated.base), ("quote", stated.quote)):
        if code not in CURRENCIES:
            raise _refused(f"{field}.{name}", "is not an ISO 4217 currency", "no_currency")
    if stated.base == stated.quote:
        raise _refused(f"{field}.quote", "must be another currency than base", "same_currency")
    if fraction_of(stated.rate) == 0:
        raise _refused(f"{field}.rate", "must be more than nothing", "more_than_nothing")
    try:
        parse_day(stated.day)
    except InvalidInput:
        raise _refused(f"{field}.day", "is not a day from 1970 on", "no_day") from None
    if stated.day > latest:
        raise _refused(f"{field}.day", "must not be later than tomorrow", "after_tomorrow")


def _refused(field: str, message: str, kind: str) -> InvalidInput:
    wrong = FieldError(field, message, kind)
    return InvalidInput("bad_rate", "a rate cannot be accepted", [wrong])
