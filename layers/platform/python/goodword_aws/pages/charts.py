"""A chart is drawn on the server: marks in SVG, words in HTML, and all its figures in a table.

The marks stretch with the page while the words keep their size, so a chart reads the same on a
phone. Nothing depends on colour alone: series differ in stroke, and every figure is in the table
below. Without figures a chart says so, and what to do about it.

    Chart(id="earned", title=..., unit="EUR", labels=("Oct", "Nov"), empty=...,
          series=(Series(name, (1200, 3400)),))

`unit` is a currency (values are minor units then) or "" for a count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from goodword.money import exponent
from markupsafe import Markup

from goodword_aws.pages.reader import Reader
from goodword_aws.pages.tables import rows_of

TICKS = 4  # spaces between the lines of a scale
LABELS_MAX = 6  # words under an axis; more of them do not fit a phone
DAYS_MAX = 4  # the same where each stands at its own point, and is not broken: a week apart in 28
WORD_MAX = 5  # letters of a word under a bar that is not broken on a phone, such as `Sept.`
GAP = 0.3  # of a bar's place that stays empty
CARDS = 4  # columns from which the figures are a list of cards on a phone
BARS_MAX = 20  # percent of the width for the bars of one place: a single bar is no wall


@dataclass(frozen=True)
class Series:
    """One row of figures, as many as the chart has labels."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """What is drawn. `id` is unique on the page; `empty` is said when there is no figure."""

    id: str
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    empty: str
    unit: str = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """No figure but zeros."""
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True)
class Scale:
    """A scale with round ends: `low` is 0 unless something is negative."""

    low: int
    high: int
    step: int

    def up(self, value: int) -> float:
        """Percent of the height, measured from the top."""
        return round(100 - (value - self.low) * 100 / (self.high - self.low), 3)

    @property
    def ticks(self) -> Sequence[int]:
        """From the top down."""
        return range(self.high, self.low - 1, -self.step)


def scale_of(values: Sequence[int], unit: str) -> Scale:
    """The smallest round scale that holds the values; whole units of money, whole counts."""
    least = 10 ** exponent(unit) if unit else 1
    top, bottom = max(0, *values), min(0, *values)
    step = _round_up(max(-((bottom - top) // TICKS), 1), least)
    low, high = (bottom // step) * step, -(-top // step) * step
    return Scale(low=low, high=high if high > low else low + step, step=step)


def _round_up(wanted: int, least: int) -> int:
    """1, 2, 2.5 or 5 times a power of ten that is a multiple of the smallest step."""
    size = 1
    while True:
        for factor in (size, 2 * size, 5 * size // 2, 5 * size):
            if factor >= wanted and factor % least == 0:
                return factor
        size *= 10


def lines(chart: Chart, reader: Reader) -> Markup:
    """Figures over time."""
    if chart.is_empty:
        return _figure(chart, reader, _nothing(chart))
    scale = scale_of([value for one in chart.series for value in one.values], chart.unit)
    count = max(len(chart.labels) - 1, 1)
    marks = []
    for number, one in enumerate(chart.series):
        places = [
            f"{index * 100 / count:.2f},{scale.up(value):.2f}"
            for index, value in enumerate(one.values)
        ]
        if number == 0:
            area = f"0,{scale.up(0):.2f} {' '.join(places)} 100,{scale.up(0):.2f}"
            marks.append(f'<polygon class="chart-area" points="{area}"/>')
        marks.append(f'<polyline class="chart-line s{number}" points="{" ".join(places)}"/>')
    return _figure(chart, reader, _plot(chart, reader, scale, marks, wide=True))


def bars(chart: Chart, reader: Reader) -> Markup:
    """Figures by period or by category, side by side."""
    if chart.is_empty:
        return _figure(chart, reader, _nothing(chart))
    scale = scale_of([value for one in chart.series for value in one.values], chart.unit)
    place = 100 / len(chart.labels)
    width = min(place * (1 - GAP), BARS_MAX) / len(chart.series)
    marks = []
    for number, one in enumerate(chart.series):
        for index, value in enumerate(one.values):
            left = index * place + (place - width * len(chart.series)) / 2 + number * width
            top, bottom = sorted((scale.up(value), scale.up(0)))
            marks.append(
                f'<rect class="chart-bar s{number}" x="{left:.2f}" y="{top:.2f}" '
                f'width="{width:.2f}" height="{max(bottom - top, 0.4 if value else 0):.2f}"/>'
            )
    return _figure(chart, reader, _plot(chart, reader, scale, marks, wide=False))


def steps(chart: Chart, reader: Reader) -> Markup:
    """A funnel: each figure with its share of the one before."""
    return _rows(chart, reader, of_previous=True)


def shares(chart: Chart, reader: Reader) -> Markup:
    """Categories beside each other, each with its share of the whole."""
    return _rows(chart, reader, of_previous=False)


def _rows(chart: Chart, reader: Reader, *, of_previous: bool) -> Markup:
    if chart.is_empty:
        return _figure(chart, reader, _nothing(chart))
    values = chart.series[0].values
    most, total = max(*map(abs, values), 1), sum(values)
    rows = []
    for index, (label, value) in enumerate(zip(chart.labels, values, strict=True)):
        whole = (values[index - 1] if index else 0) if of_previous else total
        share = reader.percent(_share(value, whole)) if whole > 0 and value > 0 else ""
        rows.append(
            Markup(
                '<li><span class="chart-label">{}</span><span class="chart-value">{}'
                '<small>{}</small></span><svg class="chart-row" viewBox="0 0 100 10" '
                'preserveAspectRatio="none" aria-hidden="true">'
                '<rect class="chart-rail" width="100" height="10"/>'
                '<rect class="chart-bar s0" width="{}" height="10"/></svg></li>'
            ).format(
                label, _said(value, chart.unit, reader), share, f"{abs(value) * 100 / most:.2f}"
            )
        )
    return _figure(chart, reader, Markup('<ol class="chart-rows">{}</ol>').format(_join(rows)))


def _share(value: int, whole: int) -> int:
    """In basis points, to whole percents above one."""
    exact = value * 10_000 // whole
    return round(exact, -2) if exact >= 100 else exact


def _plot(
    chart: Chart, reader: Reader, scale: Scale, marks: Sequence[str], *, wide: bool
) -> Markup:
    """The scale at the left, the marks, the labels below. `wide` spreads them from end to end.

    Every point has a place below it, so a label stands where its figure is; only some are written.
    """
    grid = "".join(
        f'<line class="chart-grid{" zero" if tick == 0 else ""}" x1="0" x2="100" '
        f'y1="{scale.up(tick):.2f}" y2="{scale.up(tick):.2f}"/>'
        for tick in scale.ticks
    )
    ticks = _join(
        Markup("<span>{}</span>").format(_short(tick, chart.unit, reader)) for tick in scale.ticks
    )
    every = -(-len(chart.labels) // (DAYS_MAX if wide else LABELS_MAX))
    under = _join(
        Markup("<span>{}</span>").format(label if index % every == 0 else "")
        for index, label in enumerate(chart.labels)
    )
    longest = max(len(word) for label in chart.labels for word in label.split())
    whole = "" if wide or longest > WORD_MAX else " whole"
    # Numbers and class names only: nothing in the marks was written by a person.
    drawn = Markup(grid + "".join(marks))  # noqa: S704
    return Markup(
        '<div class="chart-plot"><div class="chart-scale">{}</div><svg viewBox="0 0 100 100" '
        'preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
        '<div class="chart-under {}">{}</div></div>{}'
    ).format(ticks, drawn, "ends" if wide else f"even{whole}", under, _legend(chart))


def _legend(chart: Chart) -> Markup:
    if len(chart.series) < 2:
        return Markup("")
    keys = _join(
        Markup('<li><span class="chart-key s{}"></span>{}</li>').format(number, one.name)
        for number, one in enumerate(chart.series)
    )
    return Markup('<ul class="chart-legend">{}</ul>').format(keys)


def _figure(chart: Chart, reader: Reader, drawn: Markup) -> Markup:
    note = Markup('<p class="chart-note">{}</p>').format(chart.note) if chart.note else Markup("")
    unit = f" ({reader.unit(chart.unit)})" if chart.unit else ""
    return Markup(
        '<figure class="chart" id="chart-{}"><figcaption>{}<small>{}</small></figcaption>'
        "{}{}{}</figure>"
    ).format(chart.id, chart.title, unit, drawn, note, _table(chart, reader))


def _nothing(chart: Chart) -> Markup:
    return Markup('<p class="chart-empty">{}</p>').format(chart.empty)


def _table(chart: Chart, reader: Reader) -> Markup:
    """All figures, for whoever would rather read."""
    if chart.is_empty:
        return Markup("")
    heads = _join(
        Markup('<th scope="col" class="figure">{}</th>').format(one.name) for one in chart.series
    )
    rows = _join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            label,
            _join(
                Markup('<td class="figure">{}</td>').format(
                    _said(one.values[index], chart.unit, reader)
                )
                for one in chart.series
            ),
        )
        for index, label in enumerate(chart.labels)
    )
    shown = rows_of(
        Markup("<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody>").format(heads, rows), CARDS
    )
    return Markup(
        '<details><summary>{}</summary><div class="scroll{}" tabindex="0" role="region" '
        'aria-label="{}"><table{}>{}</table></div></details>'
    ).format(
        reader.text("ui.chart.table"),
        Markup(" table table--cards") if shown.as_cards else "",
        chart.title,
        Markup(' role="table"') if shown.as_cards else "",
        shown.html,
    )


def _said(value: int, unit: str, reader: Reader) -> str:
    return reader.minor(value, unit) if unit else reader.number(value)


def _short(value: int, unit: str, reader: Reader) -> str:
    return reader.compact(value // 10 ** exponent(unit)) if unit else reader.compact(value)


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
