"""Orders in another currency than their programme's, and what finance says one is worth on a day.

In some stories that currency has no cents, or three decimals; its rate may be told the other way
round, may be some days older than the order, is rounded as the terms say, and stands beside rates
of that day or near it which do not count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from goodword.programs.rates import Rate

from tests.simulation.offers import rounded

if TYPE_CHECKING:
    from tests.simulation.story import Order, Story

HOME_ONLY = 0.5  # of the stories with rates and two versions: the first one takes no other currency
OTHER = 0.55  # of the stories with rates are not in dollars of the very day
TOLD = {  # what one euro is, or, the other way round, what is one euro's part
    "USD": (("1.0834", "2", "0.9", "1.333333"), ("0.92", "0.5", "1.1")),
    "JPY": (("163.21", "160", "157.5"), ("0.0061", "0.00625", "0.005")),
    "KWD": (("0.3343", "0.25", "0.333333"), ("2.99", "3", "2.5")),
}
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "ISK": 0}


@dataclass(frozen=True)
class Abroad:
    """The other currency of a story. `inverse`: one of it is so many euros, not the other way
    round. A rate may be `days` older than its order, and each is `back` days older."""

    currency: str = "USD"
    inverse: bool = False
    both: bool = False  # the other direction is told as well, and comes second
    days: int = 0
    back: int = 0
    rounding: str = "half_even"
    odd: tuple[str, ...] = ()  # days with a rate that no order may take
    home_only: bool = False  # the first version takes no other currency, whatever rates there are

    def told(self, day: str, rate: str) -> list[dict[str, Any]]:
        """What finance states for the orders of a day."""
        base, quote = (self.currency, "EUR") if self.inverse else ("EUR", self.currency)
        said = {"day": later(day, -self.back), "source": "ECB"}
        twice = [said | {"base": quote, "quote": base, "rate": "7.7"}] * self.both
        return [said | {"base": base, "quote": quote, "rate": rate}, *twice]

    def useless(self) -> Iterator[Rate]:
        """Rates of days that are no order's, known from the beginning."""
        for day in self.odd:
            for pair in (("EUR", self.currency), (self.currency, "EUR")):
                yield Rate(
                    base=pair[0],
                    quote=pair[1],
                    day=day,
                    rate="7.7",
                    source="ECB",
                    set_ms=0,
                    set_by="usr_fatima",
                )

    def changed(self, net: int, rate: str) -> int:
        """So much of the other currency in euros, in the smallest units of each."""
        factor = Fraction(rate) if self.inverse else 1 / Fraction(rate)
        places = DECIMALS["EUR"] - DECIMALS[self.currency]
        return rounded(net * factor * Fraction(10) ** places, self.rounding)


def day_of(at_ms: int, zone: str) -> str:
    """The day of an instant in a time zone."""
    return f"{datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone)):%Y-%m-%d}"


def later(day: str, days: int) -> str:
    """So many days after it."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def go_abroad(chance: Random, orders: Sequence["Order"]) -> dict[str, str]:
    """Some orders are in dollars; of each of their days what one euro is, told at some time."""
    for order in orders:
        if order.action == "sale" and chance.random() < 0.6:
            order.currency = "USD"
    days = sorted({day_of(order.at_ms, "UTC") for order in orders if order.currency == "USD"})
    return {day: chance.choice(("1.0834", "2", "0.9", "1.333333")) for day in days}


def add_currencies(story: "Story") -> None:
    """Another currency than dollars, and rates that are not plainly those of the day."""
    chance = Random(f"currencies {story.seed}")
    if story.rates and not story.accepts and len(story.versions) > 1:
        story.abroad = replace(
            story.abroad, home_only=Random(f"home only {story.seed}").random() < HOME_ONLY
        )
    if not story.rates or story.accepts or chance.random() > OTHER:
        return
    currency = chance.choice(("USD", "JPY", "JPY", "KWD", "KWD"))
    inverse = chance.random() < 0.5
    days = chance.choice((0, 0, 1, 3, 10))
    found = replace(
        story.abroad,
        currency=currency,
        inverse=inverse,
        both=inverse and chance.random() < 0.3,
        days=days,
        back=chance.choice((0, 1, days, days)) if days else 0,
        rounding=chance.choice(("half_even", "half_up", "down")),
    )
    wanted = sorted(story.rates)
    if not _are_apart(wanted, found):
        found = replace(found, days=0, back=0)
    spans = [_span(day, found.days) for day in wanted]
    near = {one for day in wanted for one in (later(day, -found.days - 1), later(day, 1))}
    odd = tuple(sorted(day for day in near if not any(day in span for span in spans)))
    story.abroad = replace(found, odd=odd if chance.random() < 0.5 else ())
    story.rates = {day: chance.choice(TOLD[currency][inverse]) for day in wanted}
    for order in story.orders:
        order.currency = currency if order.currency == "USD" else order.currency


def _are_apart(wanted: list[str], found: Abroad) -> bool:
    """Whether no order could take the rate of another's day."""
    told = {day: later(day, -found.back) for day in wanted}
    return all(
        one is other or told[other] not in _span(one, found.days)
        for one in wanted
        for other in wanted
    )


def _span(day: str, days: int) -> set[str]:
    return {later(day, -back) for back in range(days + 1)}
