"""The twelve figures for staff, with their definitions, by month, and the forecast."""

from collections.abc import Mapping

from goodword.errors import NotAllowed
from goodword.journeys.forecast import Forecast, forecast
from goodword.journeys.kpis import DEFINITIONS, Code, History, KpiFigure, Unit, figures
from goodword.journeys.kpis_crowds import Few, forecast_hidden, hidden, whole_months
from goodword.journeys.measuring import Measuring, parts_of
from goodword.journeys.pipeline import Period
from goodword.limits import PEOPLE_LEAST
from goodword.ports import Store
from goodword.records import Value

from goodword_aws.pipeline import day_text, period_of

FORECAST_MODEL = (
    "Each open sourced deal is won with the same unknown probability, learnt from the sourced "
    "deals that were won or lost since two years before the period: (won + 1) / (won + lost + 2). "
    "expected is the mean of what the open ones then bring; at most 10 in 100 of the sums that "
    "follow (beta-binomial) lie below low, and at most 10 in 100 above high."
)


class PartAnswer(Value):
    """A figure in one month of the period, cut off where the period begins and ends.

    `left_out`: of some currency, or at all, it is of too few people for whoever asked.
    """

    from_day: str
    to_day: str
    figures: tuple[KpiFigure, ...]
    left_out: bool = False


class KpiAnswer(Value):
    """One figure. `value` over `base`: nothing to measure where `base` is 0, a plain count or sum
    where it is null. Of unit `money` both are minor units, one figure per currency.
    """

    code: Code
    unit: Unit
    definition: str
    figures: tuple[KpiFigure, ...]
    months: tuple[PartAnswer, ...]
    left_out: bool = False


class KpisAnswer(Value):
    """The twelve figures of a programme in a period, and what its open deals may bring."""

    program_id: str
    from_day: str
    to_day: str
    kpis: tuple[KpiAnswer, ...]
    forecast_model: str
    forecast: tuple[Forecast, ...]

    forecast_left_out: bool = False


def kpis_answer(
    store: Store, query: Mapping[str, str], now_ms: int, *, by_person: bool
) -> KpisAnswer:
    """What `GET /v1/kpis` answers. Raises NotAllowed `too_few_people`."""
    period = period_of(query, now_ms)
    return measured(store, query.get("program_id", ""), period, now_ms, by_person=by_person)


def measured(
    store: Store,
    program_id: str,
    period: Period,
    now_ms: int,
    *,
    by_person: bool,
    known: History | None = None,
) -> KpisAnswer:
    """The figures of a period, of the history that is known of it or else read.

    Raises NotAllowed `too_few_people`. Whoever sees no single people (not `by_person`) has whole
    months that are over, and nothing in them that is of fewer than PEOPLE_LEAST people
    (`kpis_crowds`).
    """
    asked = period if by_person else whole_months(period, now_ms)
    history, parts = known or Measuring(store).history(program_id, asked), parts_of(asked)
    whole = figures(history, asked)
    if not by_person and whole["advocate_pool"][0].value < PEOPLE_LEAST:
        least = f"analysts see figures from {PEOPLE_LEAST} advocates on"
        raise NotAllowed("too_few_people", least)
    few = [Few()] * (1 + len(parts)) if by_person else hidden(history, asked, parts)
    months = [
        (part, figures(history, part), lacks) for part, lacks in zip(parts, few[1:], strict=True)
    ]
    open_few = frozenset[str]() if by_person else forecast_hidden(history.deals)
    bring = forecast(history.deals)
    return KpisAnswer(
        program_id=program_id,
        from_day=day_text(asked.from_ms),
        to_day=day_text(asked.to_ms),
        kpis=tuple(
            KpiAnswer(
                code=one.code,
                unit=one.unit,
                definition=one.text,
                figures=_told(one.code, whole[one.code], few[0]),
                left_out=_lacks(one.code, few[0]),
                months=tuple(_part(one.code, *month) for month in months),
            )
            for one in DEFINITIONS
        ),
        forecast_model=FORECAST_MODEL,
        forecast=tuple(one for one in bring if one.currency not in open_few),
        forecast_left_out=bool(open_few),
    )


def _part(
    code: Code, part: Period, found: Mapping[Code, tuple[KpiFigure, ...]], few: Few
) -> PartAnswer:
    return PartAnswer(
        from_day=day_text(part.from_ms),
        to_day=day_text(part.to_ms),
        figures=_told(code, found[code], few),
        left_out=_lacks(code, few),
    )


def _told(code: Code, found: tuple[KpiFigure, ...], few: Few) -> tuple[KpiFigure, ...]:
    return tuple(one for one in found if (code, one.currency) not in few)


def _lacks(code: Code, few: Few) -> bool:
    return any(name == code for name, _ in few)
