"""The twelve figures agree with whoever counts the raw events by hand, over random histories.

As they are computed, as the API answers them, and as they stand on the page.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from goodword.journeys.forecast import forecast
from goodword.journeys.kpis import DEFINITIONS, KpiFigure, figures
from goodword.journeys.measuring import Measuring, parts_of
from goodword.journeys.pipeline import Period
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.times import as_datetime
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.api import FINANCE
from tests.support.crm import AT, PROGRAM
from tests.support.kpi_town import DAY, Town, by_hand, owed, towns
from tests.support.pages import Pages, pages
from tests.support.people import http

Count = tuple[int, int | None, str]


def plain(found: tuple[KpiFigure, ...]) -> list[tuple[int, int | None, str]]:
    return [(one.value, one.base, one.currency) for one in found]


@settings(deadline=None, max_examples=150)
@given(towns(), st.integers(-120, 20), st.integers(1, 120))
def test_the_figures_are_what_a_count_by_hand_gives(town: Town, first: int, length: int) -> None:
    start = (AT + first * DAY) // DAY * DAY
    period = Period(start, start + length * DAY)
    history = Measuring(town.crm.store).history(PROGRAM, period)
    for part in (period, *parts_of(period)):
        found = {code: plain(each) for code, each in figures(history, part).items()}
        assert found == by_hand(town, part)
        assert list(found) == [one.code for one in DEFINITIONS]


@settings(deadline=None, max_examples=100)
@given(towns())
def test_a_forecast_lies_within_what_is_open_and_uses_the_stated_rate(town: Town) -> None:
    deals = Measuring(town.crm.store).history(PROGRAM, Period(AT, AT + DAY)).deals
    ended = Counter(
        one["state"]
        for one in town.deals
        if (got := owed(town, one))
        and got[0] == "sourced"
        and max(one["opened"], one["closed"] or 0) >= AT + DAY - 730 * DAY
    )
    for one in forecast(deals):
        assert 0 <= one.low_minor <= one.expected_minor <= one.high_minor <= one.open_minor
        rate = Fraction(ended["won"] + 1, ended["won"] + ended["lost"] + 2)
        assert (one.won, one.lost) == (ended["won"], ended["lost"])
        assert one.expected_minor == round(one.open_minor * rate)


@contextmanager
def open_to(town: Town) -> Iterator[Pages]:
    """API and pages over the store of such a town."""
    change = Change()
    change.create(
        Program(program_id=PROGRAM, latest=1, in_force=1, name="A", currency="EUR", created_ms=0)
    )
    town.crm.store.commit(change)
    with pages() as here:
        here.town.store = town.crm.store
        yield here


def shown(unit: str, counted: list[Count]) -> str:
    """The figure as the page says it, by hand."""
    said = []
    for value, base, currency in counted:
        if unit == "money":
            sign, whole = "-" if value < 0 else "", abs(value)
            mark = "€" if currency == "EUR" else "US$"
            said.append(f"{sign}{mark}{whole // 100:,}.{whole % 100:02}")
        elif base is None:
            said.append(f"{value:,}")
        elif base == 0:
            said.append("Nothing to measure yet")
        elif unit == "ratio":
            said.append(decimal(value * 100 // base, 100))
        else:
            share = f"{decimal(value * 1_000 // base, 10)}%"
            more = f" ({currency})" if currency else f" ({value:,} of {base:,})"
            said.append(share + more)
    return " · ".join(said) or "Nothing to measure yet"


def decimal(value: int, by: int) -> str:
    """`150` by 100 is 1.5."""
    whole, rest = divmod(value, by)
    digits = str(rest).zfill(len(str(by)) - 1).rstrip("0")
    return f"{whole:,}" + (f".{digits}" if digits else "")


@settings(deadline=None, max_examples=15)
@given(towns(), st.integers(-120, 20), st.integers(1, 120))
def test_the_api_and_the_page_say_what_a_count_by_hand_gives(
    town: Town, first: int, length: int
) -> None:
    start = (AT + first * DAY) // DAY * DAY
    period = Period(start, start + length * DAY)
    counted = by_hand(town, period)
    query = {"program_id": PROGRAM, "from": day_of(period.from_ms), "to": day_of(period.to_ms)}
    with open_to(town) as here:
        event = http("GET", "/v1/kpis", query=query, groups=FINANCE.groups)
        answer = here.send("journeys_api_kpis", event).body
        page = here.browser(FINANCE).get("/console/kpis", **query)
    assert (answer["from_day"], answer["to_day"]) == (query["from"], query["to"])
    for kpi in answer["kpis"]:
        assert rows(kpi["figures"]) == counted[kpi["code"]]
        months = [rows(part["figures"]) for part in kpi["months"]]
        assert months == [by_hand(town, part)[kpi["code"]] for part in parts_of(period)]
        said = re.search(
            rf'id="kpi-{kpi["code"]}".*?<p class="[^"]*figure">(.*?)</p>', page.html, re.S
        )
        assert said is not None
        assert said[1] == shown(kpi["unit"], counted[kpi["code"]])
    assert [one["code"] for one in answer["kpis"]] == list(counted)


def rows(found: list[dict[str, object]]) -> list[Count]:
    return [(one["value"], one["base"], one["currency"]) for one in found]  # type: ignore[misc]  # as JSON is


def day_of(at_ms: int) -> str:
    return f"{as_datetime(at_ms):%Y-%m-%d}"
