"""Exchange rates: who waits for one, what was stated, and stating the next; none is ever changed.

Whoever works for the company reads them; finance and admins state them, one by one or as rows that
were pasted. A row that is wrong is named by its line.
"""

import re
from collections.abc import Sequence

from goodword.conversions.exchange import wanted_page
from goodword.conversions.model import Conversion
from goodword.errors import FieldError, InvalidInput
from goodword.limits import PAGE_ITEMS_MAX, RATES_PUT_MAX
from goodword.money import Currency, known_currency
from goodword.ports import Page
from goodword.programs.rates import Day, NewRate, Rate, Rates, RateText, SourceName
from goodword.programs.service import Programs
from pydantic import Field, ValidationError

from goodword_aws import wiring
from goodword_aws.calls import BY_PERSON, STAFF
from goodword_aws.pages.console import MONEY
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.rates import rate_answer, wanted_answer

RATES = "/console/rates"
ROWS_MAX = 8_000  # characters of pasted rows; each has about forty
CELLS = ("day", "base", "quote", "rate", "source")


class OneRate(Form):
    """`1 base = rate quote` of a day, and who says so."""

    day: Day
    base: Currency
    quote: Currency
    rate: RateText
    source: SourceName


class Rows(Form):
    """Several, one a line: day; base; quote; rate; source."""

    rows: str = Field(max_length=ROWS_MAX)


def add_rates(site: Site) -> None:
    """Register the page of rates."""
    site.page("GET", RATES, roles=STAFF)(_rates)
    site.page("POST", RATES, roles=MONEY, again=_rates)(_put)
    site.page("POST", f"{RATES}/rows", roles=MONEY, again=_rates)(_put_rows)


def _rates(view: View) -> Answer:
    asked = [view.query.get(name, "").strip()[:8] for name in ("base", "quote")]
    base, quote = (known_currency(one) if one else "" for one in asked)
    page: Page[Rate] = Page([], None)
    if base and quote:
        page = Rates(view.desk).list(base, quote, view.page.limit, view.page.starting_after)
    heads = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    waiting = wanted_page(view.desk.store, PAGE_ITEMS_MAX, None)
    own = {one.program_id: one.currency for one in heads}
    data = {
        "base": base,
        "quote": quote,
        "rows": [(rate_answer(one), _written(view, one.day)) for one in page.rows],
        "cursor": page.cursor,
        "waiting": [
            (wanted_answer(one), _into(one, own), *_order_day(view, one)) for one in waiting.rows
        ],
        "more_waiting": waiting.cursor is not None,
        "day_asked": view.query.get("day", "")[:10],
        "may_act": bool(view.person.groups & MONEY),
        "sees_people": bool(view.person.groups & BY_PERSON),
        "me": view.person.subject,
    }
    return Sheet("console/rates.html", data)


def _order_day(view: View, one: Conversion) -> tuple[str, str, str]:
    """The day whose rate it takes, as it is written and in figures; and in which zone it is one."""
    now_ms = view.desk.clock.now_ms()
    zone = wiring.shelf().version(one.program_id, now_ms).terms.payment.time_zone
    there = view.reader.within(zone)
    return there.day(one.occurred_ms), there.at(one.occurred_ms).date().isoformat(), zone


def _written(view: View, day: str) -> str:
    """A day of the calendar the reader's way; it is of no zone."""
    return view.reader.within("UTC").day(f"{day}T00:00:00Z")


def _into(one: Conversion, own: dict[str, str]) -> str:
    """The currency that the conversion is to be changed into; empty if nobody knows."""
    return own.get(one.program_id, "")


def _put(view: View) -> Answer:
    said = view.fields(OneRate)
    here = _of(said.base, said.quote)
    Rates(view.desk).put([NewRate(**dict(said))], lambda _: view.claim(here))
    return Go(here, "note.rates_stated")


def _put_rows(view: View) -> Answer:
    lines, rates = rows_of(view.fields(Rows).rows)
    here = _of(rates[0].base, rates[0].quote)
    try:
        Rates(view.desk).put(rates, lambda _: view.claim(here))
    except InvalidInput as refused:
        raise InvalidInput(refused.code, refused.detail, _named(refused, lines)) from refused
    return Go(here, "note.rates_stated")


def _of(base: str, quote: str) -> str:
    return f"{RATES}?base={base}&quote={quote}"


def _named(refused: InvalidInput, lines: Sequence[int]) -> list[FieldError]:
    """`rates.0.day` as the line of the text in which it stands."""
    found = []
    for one in refused.fields:
        _, number, name = one.field.split(".")
        found.append(one._replace(field=f"rows.{lines[int(number)]}.{name}"))
    return found


def rows_of(text: str) -> tuple[list[int], list[NewRate]]:
    """The rates with their lines. Raises InvalidInput `bad_rate` that names each wrong line."""
    lines: list[int] = []
    rates: list[NewRate] = []
    wrong: list[FieldError] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[;\t]", line)]
        if cells == [""]:
            continue
        lines.append(number)
        try:
            rates.append(NewRate.model_validate(dict(zip(CELLS, cells, strict=True))))
        except ValidationError as bad:
            name = str(bad.errors()[0]["loc"][0])
            wrong.append(FieldError(f"rows.{number}.{name}", "cannot be read", "parsing"))
        except ValueError:
            wrong.append(FieldError(f"rows.{number}", f"needs {', '.join(CELLS)}", "rate_cells"))
    if not wrong and not 1 <= len(rates) <= RATES_PUT_MAX:
        bounds = (("most", str(RATES_PUT_MAX)),)
        wrong = [FieldError("rows", f"has 1 to {RATES_PUT_MAX} rates", "rows_between", bounds)]
    if wrong:
        raise InvalidInput("bad_rate", "a row cannot be read", wrong)
    return lines, rates
