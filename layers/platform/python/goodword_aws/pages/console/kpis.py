"""The twelve figures of a programme: each with what it means, a chart by month, and its table.

Whoever sees sums but not single people (analysts) sees whole months, and no figure of fewer than
PEOPLE_LEAST people, as on the overview; the page says what is left out. Whoever sees people also
sees what deals are owed to, in all and by journey.
"""

from decimal import Decimal
from typing import Any

from goodword.errors import InvalidInput, NotAllowed
from goodword.journeys.journey import Journey, journey_key
from goodword.journeys.kpis import KpiFigure
from goodword.journeys.measuring import Measuring
from goodword.journeys.pipeline import Line, Period, Pipeline
from goodword.programs.model import Program

from goodword_aws.calls import BY_PERSON, STAFF
from goodword_aws.kpis import KpiAnswer, KpisAnswer, PartAnswer, measured
from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View
from goodword_aws.pipeline import day_text, period_of, summed

JOURNEY_LINES = 50  # lines of journeys on the page, the largest bookings first; the API has all


def add_kpis(site: Site) -> None:
    """Register the page of the figures."""
    site.page("GET", "/console/kpis", roles=STAFF)(_kpis)


def _kpis(view: View) -> Answer:
    programs, chosen = choice_of(view)
    now_ms = view.desk.clock.now_ms()
    days = {name: view.query.get(name, "") for name in ("from", "to")}
    try:
        period, wrong = period_of(days, now_ms), ""
    except InvalidInput:
        period, wrong = period_of({}, now_ms), view.text("kpis.wrong_period")
    owing: Pipeline | None = None
    found, few, by_person = None, False, bool(view.person.groups & BY_PERSON)
    if chosen is not None and not wrong:
        try:
            found, owing = _read(view, chosen.program_id, period, by_person=by_person)
        except NotAllowed:
            few = True
        except InvalidInput:  # the bound of a report, which the API states
            wrong = view.text("kpis.too_large")
    data = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "from_day": found.from_day if found else day_text(period.from_ms),
        "to_day": found.to_day if found else day_text(period.to_ms),
        "wrong": wrong,
        "few": few,
        "months_only": not by_person,
        "cards": [] if found is None else _cards(view, found, chosen),
        "forecast": [] if found is None else _forecast(view, found),
        "pipeline": None if owing is None else _pipeline(view, owing),
        "forecast_left_out": found is not None and found.forecast_left_out,
    }
    return Sheet("console/kpis.html", data)


def _read(
    view: View, program_id: str, period: Period, *, by_person: bool
) -> tuple[KpisAnswer, Pipeline | None]:
    """The figures, and to whoever sees people what deals are owed to; deals are read once."""
    store, now_ms = view.desk.store, view.desk.clock.now_ms()
    if not by_person:
        return measured(store, program_id, period, now_ms, by_person=False), None
    history = Measuring(store).history(program_id, period)
    found = measured(store, program_id, period, now_ms, by_person=True, known=history)
    return found, summed(store, program_id, history.deals, period)


def _cards(view: View, found: KpisAnswer, program: Program | None) -> list[dict[str, Any]]:
    home = program.currency if program else ""
    return [
        {
            "code": one.code,
            "title": view.text(f"kpis.title.{one.code}"),
            "means": view.text(f"kpis.means.{one.code}"),
            "now": [_said(view, one, figure) for figure in one.figures],
            "left_out": one.left_out,
            "chart": _chart(view, one, home),
        }
        for one in found.kpis
    ]


def _forecast(view: View, found: KpisAnswer) -> list[dict[str, str]]:
    reader = view.reader
    return [
        {
            "currency": one.currency,
            "open": f"{reader.minor(one.open_minor, one.currency)} ({one.open_deals})",
            "rate": reader.percent(one.rate_bp),
            "expected": reader.minor(one.expected_minor, one.currency),
            "low": reader.minor(one.low_minor, one.currency),
            "high": reader.minor(one.high_minor, one.currency),
        }
        for one in found.forecast
    ]


def _pipeline(view: View, owing: Pipeline) -> dict[str, list[dict[str, str]]]:
    """What deals are owed to: in all, and by the journeys that brought or influenced them."""
    names = [journey_key(one.journey_id) for one in owing.journeys[:JOURNEY_LINES]]
    known = view.desk.store.get_many(Journey, list(dict.fromkeys(names))) if names else {}
    journeys = zip(names, owing.journeys, strict=False)
    return {
        "all": [_line(view, one) for one in owing.totals],
        "journeys": [
            {"journey_id": one.journey_id, "name": known[key].name, **_line(view, one)}
            for key, one in journeys
            if key in known
        ],
    }


def _line(view: View, line: Line) -> dict[str, str]:
    reader, currency = view.reader, line.currency
    return {
        "share": view.text(f"kpis.pipeline.{line.share}"),
        "currency": currency,
        "opened": f"{reader.minor(line.opened_minor, currency)} ({reader.number(line.opened)})",
        "won": f"{reader.minor(line.won_minor, currency)} ({reader.number(line.won)})",
        "lost": reader.number(line.lost),
    }


def _said(view: View, kpi: KpiAnswer, figure: KpiFigure) -> str:
    """The figure as it is read; what it is a part of goes with it."""
    reader = view.reader
    if kpi.unit == "money":
        return reader.minor(figure.value, figure.currency)
    if figure.base is None:
        return reader.number(figure.value)
    if figure.base == 0:
        return view.text("kpis.nothing_yet")
    if kpi.unit == "ratio":
        return reader.number(Decimal(figure.value * 100 // figure.base) / 100)
    share = reader.percent(figure.value * 1_000 // figure.base * 10)
    if figure.currency:
        return f"{share} ({figure.currency})"
    return view.text(
        "kpis.of", share=share, value=reader.number(figure.value), base=reader.number(figure.base)
    )


def _chart(view: View, kpi: KpiAnswer, home: str) -> Chart:
    """By month. Percents are drawn as whole ones, ratios per hundred, money in one currency."""
    currencies = sorted({one.currency for part in kpi.months for one in part.figures})
    currency = home if home in currencies or not currencies else currencies[0]
    others = [one for one in currencies if one not in ("", currency)]
    drawn = [(part, _drawn(part, currency)) for part in kpi.months]
    told = [(part, value) for part, value in drawn if value is not None]
    notes = [view.text("kpis.only", currency=currency)] if others else []
    notes += [view.text("kpis.months_left_out")] if 0 < len(told) < len(drawn) else []
    name = view.text(f"kpis.title.{kpi.code}")
    return Chart(
        id=kpi.code,
        title=view.text(f"kpis.chart.{kpi.unit}", name=name),
        labels=tuple(_label(view, part) for part, _ in told),
        series=(Series(name, tuple(value for _, value in told)),),
        empty=view.text(_empty(kpi.code, len(told), len(drawn))),
        unit=currency if kpi.unit == "money" else "",
        note=" ".join(notes),
    )


def _empty(code: str, told: int, months: int) -> str:
    """What stands where nothing is drawn: nothing happened, or what did is of too few people."""
    if told == months:
        return f"kpis.empty.{code}"
    return "kpis.empty_shown" if told else "kpis.empty_left_out"


def _label(view: View, part: PartAnswer) -> str:
    year, month, _ = part.from_day.split("-")
    return view.reader.month_name(int(year), int(month))


def _drawn(part: PartAnswer, currency: str) -> int | None:
    """None where it is left out."""
    figure = next((one for one in part.figures if one.currency in ("", currency)), None)
    if figure is None and part.left_out:
        return None
    if figure is None or figure.base == 0:
        return 0
    if figure.base is None:
        return figure.value
    return (figure.value * 200 + figure.base) // (2 * figure.base)
