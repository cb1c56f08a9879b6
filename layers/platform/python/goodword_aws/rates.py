"""Exchange rates over the API: how finance states them, and what waits for one."""

from goodword.conversions.model import Conversion
from goodword.limits import RATES_PUT_MAX
from goodword.programs.rates import NewRate, Rate
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field


class PutRates(Value):
    """Rates of one or several days: `1 base = rate quote`, the rate as decimal text."""

    rates: tuple[NewRate, ...] = Field(min_length=1, max_length=RATES_PUT_MAX)


class RateAnswer(NewRate):
    """A rate with who stated it, and when."""

    set_at: str
    set_by: str


class RatesAnswer(Value):
    """The rates of the call as they stand."""

    rates: tuple[RateAnswer, ...]


class WantedAnswer(Value):
    """A conversion that waits for the rate of its day."""

    conversion_id: str
    program_id: str
    currency: str
    occurred_at: str


def rate_answer(rate: Rate) -> RateAnswer:
    """One rate."""
    said = {name: getattr(rate, name) for name in NewRate.model_fields}
    return RateAnswer(**said, set_at=rfc3339(rate.set_ms), set_by=rate.set_by)


def rates_answer(rates: tuple[Rate, ...]) -> RatesAnswer:
    """All of one call."""
    return RatesAnswer(rates=tuple(rate_answer(one) for one in rates))


def wanted_answer(conversion: Conversion) -> WantedAnswer:
    """One that waits."""
    return WantedAnswer(
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        currency=conversion.currency,
        occurred_at=rfc3339(conversion.occurred_ms),
    )
