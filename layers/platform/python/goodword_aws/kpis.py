"""The twelve figures for staff, with their definitions, by month, and the forecast."""

from collections.abc import Mapping

from goodword.errors import NotAllowed
from goodword.journeys.forecast import Forecast, forecast
from goodword.journeys.kpis import DEFINITIONS, Code, KpiFigure, Unit, figures
from goodword.journeys.measuring import Measuring, parts_of
from goodword.journeys.pipeline import Period
from goodword.limits import PEOPLE_LEAST
from goodword.ports import Store
from goodword.records import Value

from goodword_aws.pipeline import day_text, period_of

FORECAST_MODEL = (
    "Each open sourced deal is won with the same unknown probability, learnt from the sourced "
    "deals that were won or lost since two years before the period: (won + 1) / (won + lost + 2). "
    "expected is the mean of what the open ones then bring; low and high are 1.2816 standard "
    "deviations of the beta-binomial either way (80 in 100)."
)


class PartAnswer(Value):
    """A figure in one month of the period, cut off where the period begins and ends."""

    from_day: str
    to_day: str
    figures: tuple[KpiFigure, ...]


class KpiAnswer(Value):
    """One figure. `value` over `base`: nothing to measure where `base` is 0, a plain count or sum
    where it is null. Of unit `money` both are minor units, one figure per currency.
    """

    code: Code
    unit: Unit
    definition: str
    figures: tuple[KpiFigure, ...]
    months: tuple[PartAnswer, ...]


class KpisAnswer(Value):
    """The twelve figures of a programme in a period, and what its open deals may bring."""

    program_id: str
    from_day: str
    to_day: str
    kpis: tuple[KpiAnswer, ...]
    forecast_model: str
    forecast: tuple[Forecast, ...]

    @property
    def few(self) -> bool:
        """Whether a sum could be read back to one of the programme's advocates."""
        pool = next(one for one in self.kpis if one.code == "advocate_pool")
        return pool.figures[0].value < PEOPLE_LEAST


def kpis_answer(
    store: Store, query: Mapping[str, str], now_ms: int, *, by_person: bool
) -> KpisAnswer:
    """What `GET /v1/kpis` answers. Raises NotAllowed `too_few_people`.

    Whoever sees no single people gets no sums of fewer than PEOPLE_LEAST of them either.
    """
    found = measured(store, query.get("program_id", ""), period_of(query, now_ms))
    if found.few and not by_person:
        least = f"analysts see figures from {PEOPLE_LEAST} advocates on"
        raise NotAllowed("too_few_people", least)
    return found


def measured(store: Store, program_id: str, period: Period) -> KpisAnswer:
    """The figures of a period."""
    history = Measuring(store).history(program_id, period)
    parts = [(part, figures(history, part)) for part in parts_of(period)]
    whole = figures(history, period)
    return KpisAnswer(
        program_id=program_id,
        from_day=day_text(period.from_ms),
        to_day=day_text(period.to_ms),
        kpis=tuple(
            KpiAnswer(
                code=one.code,
                unit=one.unit,
                definition=one.text,
                figures=whole[one.code],
                months=tuple(_part(part, found[one.code]) for part, found in parts),
            )
            for one in DEFINITIONS
        ),
        forecast_model=FORECAST_MODEL,
        forecast=forecast(history.deals),
    )


def _part(period: Period, found: tuple[KpiFigure, ...]) -> PartAnswer:
    return PartAnswer(
        from_day=day_text(period.from_ms), to_day=day_text(period.to_ms), figures=found
    )
