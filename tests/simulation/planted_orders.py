"""Mistakes with banks that ask, orders from abroad, and orders that another click takes over."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from goodword.conversions import deciding, exchange, reversing
from goodword.programs.rates import AppliedRate, fraction_of, usable
from goodword.tracking import model

from tests.simulation.abroad import DECIMALS
from tests.simulation.planting import Mistake, Swap, swap


def one_answer_is_enough() -> Iterable[Swap]:
    real = reversing._inquire

    def inquire(desk: Any, conversion: Any, fact: Any) -> Any:
        only = tuple(one for one in conversion.inquiries if one == fact.inquiry_id)
        return real(desk, conversion.but(inquiries=only), fact)

    yield reversing, "_inquire", inquire


def decimals_the_wrong_way() -> Iterable[Swap]:
    def exact(self: Any) -> Fraction:
        stated = fraction_of(self.rate)
        places = DECIMALS[self.of] - DECIMALS[self.into]
        return (1 / stated if self.inverse else stated) * Fraction(10) ** places

    yield AppliedRate, "exact", property(exact)


def older_by_a_day() -> Iterable[Swap]:
    def older(store: Any, of: str, into: str, day: Any, days: int, rounding: Any) -> Any:
        return usable(store, of, into, day, days + 1, rounding)

    yield exchange, "usable", older


def paused_gives() -> Iterable[Swap]:
    real = deciding._verdict

    def verdict(desk: Any, books: Any, basis: Any, conversion: Any, *rest: Any) -> Any:
        attribution, program, *more = rest
        active = program.but(state="active")
        return real(desk, books, basis, conversion, attribution, active, *more)

    yield deciding, "_verdict", verdict


def younger_than_its_link() -> Iterable[Swap]:
    real = model._untimely

    def untimely(touch: Any, *rest: Any) -> str:
        return real(touch.but(link_ms=touch.link_ms + 1), *rest)

    yield model, "_untimely", untimely


def any_currency() -> Iterable[Swap]:
    real = exchange.exchange

    def met(store: Any, conversion: Any, version: Any) -> Any:
        terms = version.terms
        shy = terms.currencies == "refuse"
        terms = terms.but(currencies="convert") if shy else terms
        return real(store, conversion, version.but(terms=terms))

    yield deciding, "exchange", met


ORDERS = (
    Mistake("terms that take no other currency are given rates", any_currency),
    Mistake("a programme that is paused gives", paused_gives),
    Mistake("a link must be older than its click by a millisecond", younger_than_its_link),
    Mistake("the answer of one bank lets go what another asks about", one_answer_is_enough),
    Mistake("decimals of two currencies are exchanged", decimals_the_wrong_way),
    Mistake("a rate may be a day too old", older_by_a_day),
    Mistake(
        "what was refused earns when the order comes back",
        swap(deciding, "was_refused", lambda *_: False),
    ),
)
