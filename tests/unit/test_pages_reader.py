"""Money in its own currency and the reader's signs; times in the reader's zone, which is named."""

from decimal import Decimal

import pytest
from goodword.money import Money
from goodword_aws.pages.charts import Chart, Series, bars, lines, scale_of, shares, steps
from goodword_aws.pages.reader import Reader

AT = 1_763_800_000_000  # 2025-11-22T08:26:40Z
EN, DE = Reader("en-GB", "Europe/London"), Reader("de-DE", "Europe/Berlin")


@pytest.mark.parametrize(
    ("reader", "amount", "currency", "shown"),
    [
        (EN, 123_456, "EUR", "€1,234.56"),
        (EN, -123_456, "EUR", "-€1,234.56"),
        (DE, 123_456, "EUR", "1.234,56 €"),
        (DE, 500, "JPY", "500 ¥"),
        (EN, 1_500, "KWD", "KWD 1.500"),
        (DE, 1_999, "USD", "19,99 $"),
        (EN, 0, "CHF", "CHF 0.00"),
        (EN, 1, "POINTS", "1 point"),
        (DE, 1_200, "POINTS", "1.200 Punkte"),
        (EN, 500, "EUR.CREDIT", "€5.00 credit"),
        (DE, 2, "GIFTS", "2 Geschenke"),
    ],
)
def test_money(reader: Reader, amount: int, currency: str, shown: str) -> None:
    said = reader.money(Money(amount_minor=amount, currency=currency))
    assert said.replace("\xa0", " ").replace("\u202f", " ") == shown
    assert reader.minor(amount, currency) == said


def test_times_name_their_zone() -> None:
    assert EN.time(AT) == "22 Nov 2025, 08:26 GMT"
    assert DE.time(AT) == "22.11.2025, 09:26 CET"
    assert Reader("en-GB", "America/New_York").time("2025-07-01T03:30:00Z").endswith("EDT")
    assert Reader("en-GB", "America/New_York").day("2025-07-01T03:30:00Z") == "30 Jun 2025"
    for zone, name in (
        ("America/Sao_Paulo", "UTC-3"),
        ("Asia/Dubai", "UTC+4"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("Asia/Kolkata", "IST"),
    ):
        assert Reader("en-GB", zone).time(AT).endswith(f" {name}")
    assert DE.month(AT) == "Nov. 2025"


def test_a_time_that_nobody_means_is_said_to_be_unknown() -> None:
    for at in ("0025-11-21T12:00:00.000Z", -1, 10**18, "0001-01-01T00:00:00.000Z"):
        far = Reader("de-DE", "America/New_York")
        assert far.at(at)
        assert (far.day(at), far.time(at)) == ("kein bekannter Tag", "kein bekannter Tag")


def test_figures() -> None:
    assert DE.number(1_234_567) == "1.234.567"
    assert EN.number(Decimal("0.5")) == "0.5"
    assert EN.percent(1_250) == "12.5%"
    assert EN.compact(12_000) == "12K"


def test_plural_forms_follow_the_figure() -> None:
    assert EN.text("ui.pages") == "More of this list"
    with pytest.raises(KeyError):
        EN.text("ui.zone")


def chart(*values: int, unit: str = "", labels: tuple[str, ...] = ()) -> Chart:
    names = labels or tuple(f"m{number}" for number in range(len(values)))
    return Chart("c", "Title", names, (Series("one", values),), "Nothing yet", unit)


@pytest.mark.parametrize("values", [(5,), (1, 2, 3), (0, 999_999), (-700, 4_200), (-5, -1), (7, 0)])
@pytest.mark.parametrize("unit", ["", "EUR", "JPY", "KWD"])
def test_a_scale_holds_its_figures_in_round_steps(values: tuple[int, ...], unit: str) -> None:
    scale = scale_of(values, unit)
    assert scale.low <= min(values)
    assert scale.high >= max(values)
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 7
    assert scale.ticks[0] == scale.high
    assert scale.ticks[-1] == scale.low
    assert all(0 <= scale.up(value) <= 100 for value in values)


@pytest.mark.parametrize("draw", [lines, bars, steps, shares])
def test_every_chart_has_its_table_and_its_empty_state(draw: type) -> None:
    full = str(draw(chart(100, 250, 30, unit="EUR"), EN))
    assert "<table>" in full
    assert "€2.50" in full
    assert "(EUR)" in full
    empty = str(draw(chart(0, 0), EN))
    assert "Nothing yet" in empty
    assert "<table>" not in empty


@pytest.mark.parametrize("draw", [lines, bars, steps, shares])
def test_words_in_charts_are_escaped(draw: type) -> None:
    made = str(draw(chart(1, 2, labels=("<img src=x>", "&")), EN))
    assert "<img" not in made
    assert "&lt;img" in made


def test_a_legend_only_where_there_is_something_to_tell_apart() -> None:
    two = Chart("c", "T", ("a",), (Series("one", (1,)), Series("two", (2,))), "")
    assert "chart-legend" in str(bars(two, EN))
    assert "chart-legend" not in str(bars(chart(1), EN))


def test_a_payout_day_is_that_of_the_programme() -> None:
    midnight = "2027-01-31T23:00:00Z"  # the first of February in Berlin
    reader = Reader("en-GB", "America/New_York", zone_known=True)
    assert reader.day(midnight) == "31 Jan 2027"
    assert reader.within("Europe/Berlin").day(midnight) == "1 Feb 2027"


@pytest.mark.parametrize("top", [1_800, 2_500, 4_100, 23_000, 1_100_000])
def test_the_words_of_a_scale_are_its_steps_exactly(top: int) -> None:
    factors = {"": 1, "K": 1_000, "M": 1_000_000}
    for tick in scale_of((top,), "").ticks:
        said = EN.compact(tick)
        figure = said.rstrip("KM")
        assert Decimal(figure) * factors[said.removeprefix(figure)] == tick
    assert [EN.compact(tick) for tick in scale_of((1_800,), "").ticks] == [
        *("2K", "1.5K", "1K", "500", "0"),
    ]


@pytest.mark.parametrize("count", [1, 6, 28, 31])
def test_a_label_of_a_line_stands_under_its_own_point(count: int) -> None:
    labels = tuple(f"{number} Feb" for number in range(count))
    chart = Chart("c", "t", labels, (Series("s", (1,) * count),), "none")
    drawn = str(lines(chart, EN))
    under = drawn.partition('<div class="chart-under ends">')[2].partition("</div>")[0]
    places = [one.partition("</span>")[0] for one in under.split("<span>")[1:]]
    assert len(places) == count  # space-between puts place n where point n is
    written = [one for one in places if one]
    assert [labels.index(one) for one in written] == [places.index(one) for one in written]
    assert places[0] == labels[0]
    assert len(written) <= 4


def test_short_words_under_bars_are_broken_between_words_only() -> None:
    months, ages = ("Sept. 2026", "Okt. 2026"), ("0 bis 30 Tage", "Zurückgehalten")
    for labels, said in ((months, "even whole"), (ages, "even")):
        chart = Chart("c", "t", labels, (Series("s", (1, 2)),), "none")
        assert f'<div class="chart-under {said}">' in str(bars(chart, DE))


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        ("2026-12", "Dec 2026", "Dez. 2026"),
        ("2027-02", "Feb 2027", "Feb. 2027"),
        ("2026-Q4", "Q4 2026", "4. Quartal 2026"),
        ("2026-W07", "Week 7, 2026", "KW 7, 2026"),
        ("2026-11-21", "21 Nov 2026", "21.11.2026"),
        ("2026", "2026", "2026"),
        ("lifetime", "lifetime", "lifetime"),
    ],
)
def test_periods_are_called_as_readers_call_them(name: str, english: str, german: str) -> None:
    assert (EN.period(name), DE.period(name)) == (english, german)
