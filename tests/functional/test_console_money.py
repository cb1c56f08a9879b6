"""Budgets and exchange rates from the console: seen by staff, set by finance, named when wrong."""

import re
from collections.abc import Iterator

import pytest
from goodword.conversions.model import Conversion
from goodword.ports import Change
from goodword.programs.caps import Cap
from goodword.programs.model import Program, Review
from goodword.programs.payment import Payment
from goodword.programs.rates import Rate
from goodword.times import parse_rfc3339, rfc3339
from goodword_aws.pages.console.rates import rows_of

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER
from tests.support.pages import Browser, Pages, Shown, pages
from tests.support.scene import terms

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'
RATES, ROWS = "/console/rates", "/console/rates/rows"
ECB = {"day": "2025-11-20", "base": "EUR", "quote": "USD", "rate": "1.0834", "source": "ECB"}


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program(here: Pages) -> Program:
    return here.town.program(caps=(Cap(scope="programme", period="month", rewards=500),))


def budget(program: Program) -> str:
    return f"/console/rules/{program.program_id}/budget"


def sent(browser: Browser, path: str, action: str = "", /, **fields: str) -> Shown:
    return browser.send(browser.get(path), action or path, **fields)


def stated(browser: Browser, **fields: str) -> Shown:
    """One rate; the form above it, which only looks, has the same address."""
    return browser.ask("POST", RATES, form=browser.get(RATES).fields(ROWS) | fields)


def kept(here: Pages) -> dict[str, int]:
    (found,) = here.town.all(Program)
    return {one.period: one.amount_minor for one in found.budget}


def test_a_budget_is_set_seen_and_taken_away(here: Pages, program: Program) -> None:
    fay, place = here.browser(FINANCE), budget(program)
    shown = fay.get(place)
    assert "0 of 500 rewards" in shown.words
    done = sent(fay, place, month_EUR="1.234,50", lifetime_EUR="20,000", reason="season")
    assert (done.status, done.location) == (303, place)
    assert kept(here) == {"month": 123_450, "lifetime": 2_000_000}
    shown = fay.get(place)
    assert "€1,234.50" in shown.words
    assert "Nov 2025" in shown.words
    assert "2025-11" not in shown.words
    assert shown.fields(place)["month_EUR"] == "1234.50"  # and goes back as what it is
    assert sent(fay, place, reason="season").status == 303
    assert kept(here) == {"month": 123_450, "lifetime": 2_000_000}
    assert sent(fay, place, month_EUR="", lifetime_EUR="", reason="season_over").status == 303
    assert kept(here) == {}
    told = here.town.events("program.budget_set")
    assert [(one.actor.id, one.reason) for one in told] == [
        ("sub-fay", "season"),
        ("sub-fay", "season_over"),
    ]


def test_a_form_that_is_older_than_the_budget_wipes_nothing(here: Pages, program: Program) -> None:
    fay, ada, place = here.browser(FINANCE), here.browser(ADMIN), budget(program)
    stale = ada.get(place)
    raised = sent(fay, place, month_EUR="5000", reason="Raised for Q2")
    assert raised.status == 303
    late = ada.send(stale, place, year_EUR="90,000", reason="A limit for the year")
    assert late.status == 409
    assert "Somebody has set another budget" in late.words
    assert "€5,000.00" in late.words
    assert late.fields(place)["year_EUR"] == "90,000"
    assert kept(here) == {"month": 500_000}
    assert ada.send(late, place, month_EUR="5000").status == 303
    assert kept(here) == {"month": 500_000, "year": 9_000_000}
    reasons = [one.reason for one in here.town.events("program.budget_set")]
    assert reasons == ["Raised for Q2", "A limit for the year"]
    assert "Raised for Q2" in ada.get("/console/audit", subject=program.program_id).words
    named = sent(fay, place, month_EUR="1", reason="as eve@mail.example said")
    assert named.status == 422


@pytest.mark.parametrize("currency", ["KWD", "EUR", "JPY"])
def test_a_budget_goes_back_as_it_is_in_german_too(here: Pages, currency: str) -> None:
    abroad = here.town.program(currency=currency, caps=())
    fay, place = here.browser(FINANCE), budget(abroad)
    fay.language = "de"
    assert sent(fay, place, **{f"month_{currency}": "1500"}, reason="Saison").status == 303
    before = kept(here)
    assert sent(fay, place, reason="Saison").status == 303
    assert kept(here) == before


@pytest.mark.parametrize("said", ["0", "-5", "many", "1" + "0" * 14, "0.125", HOSTILE[:40]])
def test_a_wrong_budget_is_named_beside_its_field(here: Pages, program: Program, said: str) -> None:
    refused = sent(here.browser(FINANCE), budget(program), week_EUR=said, reason="season")
    assert refused.status == 422
    assert 'id="w-week_EUR"' in refused.html
    assert "<script>alert" not in refused.html
    assert kept(here) == {}


def test_a_budget_is_said_in_every_currency(here: Pages) -> None:
    abroad = here.town.program(
        currencies="accept",
        accepted=("JPY",),
        rules=terms().rules[:1],
        caps=(),
        review=Review(auto_approve_limit_minor=2_000, auto_approve_limit_in={"JPY": 3_000}),
        payment=terms().payment.but(minimum_in={"JPY": 1}),
    )
    fay, place = here.browser(FINANCE), budget(abroad)
    half = sent(fay, place, day_EUR="10", reason="season")
    assert half.status == 422
    assert 'id="w-day_JPY"' in half.html
    assert sent(fay, place, day_EUR="10", day_JPY="1600", reason="season").status == 303
    (found,) = here.town.all(Program)
    assert (found.budget[0].amount_minor, found.budget[0].amount_in) == (1_000, {"JPY": 1_600})


def test_who_sees_and_sets_a_budget(here: Pages, program: Program) -> None:
    place = budget(program)
    for who in (FINANCE, ADMIN, MARKETER):
        may = who is not MARKETER
        browser = here.browser(who)
        shown = browser.get(place)
        assert shown.status == 200, who.subject
        assert (f'action="{place}"' in shown.html) == may, who.subject
        if not may:
            form = shown.fields("/auth/sign-out") | {"reason": "season", "day_EUR": "1"}
            assert browser.ask("POST", place, form=form).status == 403
            assert "/console/audit" not in shown.html
    for who in (ANNA, ANALYST):
        assert here.browser(who).get(place).status == 403
    here.town.programs.set_state(program.program_id, "closed", "season_over")
    assert f'action="{place}"' not in here.browser(FINANCE).get(place).html
    assert here.browser(FINANCE).get("/console/rules/prg_none/budget").status == 404


def test_a_rate_is_stated_once(here: Pages, program: Program) -> None:
    fay = here.browser(FINANCE)
    done = stated(fay, **ECB)
    assert (done.status, done.location) == (303, f"{RATES}?base=EUR&quote=USD")
    shown = fay.get(RATES, base="eur", quote="USD")
    assert "1 EUR = 1.0834 USD" in shown.words
    assert "you" in shown.words
    other = stated(fay, **(ECB | {"rate": "1.09"}))
    assert other.status == 409
    assert "Another rate was stated" in other.words
    assert [one.rate for one in here.town.all(Rate)] == ["1.0834"]
    assert len(here.town.events("program.rate_stated")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": "1,08"}, "rate"),
        ({"rate": "0"}, "rate"),
        ({"quote": "EUR"}, "quote"),
        ({"base": "ZZZ"}, "base"),
        ({"day": "2031-01-01"}, "day"),
        ({"day": "yesterday"}, "day"),
        ({"source": HOSTILE}, "source"),
    ],
)
def test_a_wrong_rate_is_named_beside_its_field(
    here: Pages, program: Program, change: dict[str, str], field: str
) -> None:
    refused = stated(here.browser(FINANCE), **(ECB | change))
    assert refused.status == 422
    assert f'id="w-{field}"' in refused.html
    assert "<script>alert" not in refused.html
    assert here.town.all(Rate) == []


def test_several_rates_are_pasted_and_wrong_lines_named(here: Pages, program: Program) -> None:
    fay = here.browser(FINANCE)
    text = "2025-11-19; EUR; USD; 1.08; ECB\n\n2025-11-20;EUR;USD;1.09;ECB"
    assert sent(fay, RATES, ROWS, rows=text).status == 303
    assert sorted(one.day for one in here.town.all(Rate)) == ["2025-11-19", "2025-11-20"]
    for wrong, place in (
        ("2025-11-19; EUR; CHF; one; ECB", "rows.1.rate"),
        ("\n2025-11-19; EUR", "rows.2"),
        ("\n\n2031-11-19; EUR; CHF; 1; ECB", "rows.3.day"),
        (HOSTILE, "rows.1"),
        ("2025-11-19;EUR;CHF;1;ECB\n" * 41, "40 rows at most"),
        (";", "rows.1"),
    ):
        refused = sent(fay, RATES, ROWS, rows=wrong)
        assert refused.status == 422, wrong
        assert place in refused.words or place.rpartition(".")[2].title() in refused.words
        assert "<script>alert" not in refused.html
    assert len(here.town.all(Rate)) == 2


def test_what_is_used_is_shown_to_who_sees_single_people(here: Pages, program: Program) -> None:
    assert here.browser(MARKETER).get(budget(program)).status == 200
    assert here.browser(ANALYST).get(budget(program)).status == 403
    head = f"/console/rules/{program.program_id}"
    assert f'href="{budget(program)}"' not in here.browser(ANALYST).get(head).html
    assert f'href="{budget(program)}"' in here.browser(FINANCE).get(head).html


def test_rows_keep_the_lines_that_they_stand_on() -> None:
    lines, rates = rows_of("\n2025-11-19\tEUR\tUSD\t1.08\tECB\n")
    assert (lines, rates[0].rate) == ([2], "1.08")


def test_who_sees_and_states_rates(here: Pages, program: Program) -> None:
    for who in (MARKETER, ANALYST):
        browser = here.browser(who)
        shown = browser.get(RATES, base="EUR", quote="USD")
        assert shown.status == 200
        assert "No rate of EUR in USD" in shown.words
        form = shown.fields("/auth/sign-out") | ECB
        assert browser.ask("POST", RATES, form=form).status == 403
        assert browser.ask("POST", ROWS, form=form).status == 403
    assert here.browser(ANNA).get(RATES).status == 403
    assert here.browser(FINANCE).get(RATES, base="ZZZ", quote=HOSTILE).status == 422


# --- days and moments ---------------------------------------------------------------------------

LATE = parse_rfc3339("2025-11-20T23:30:00Z")  # in Berlin it is the 21st
RAW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d|\b1[67]\d{11}\b")


def waiting(here: Pages, program_id: str) -> None:
    change = Change()
    change.create(
        Conversion(
            conversion_id="cnv_1",
            program_id=program_id,
            action="sale",
            order_id="4711",
            occurred_ms=LATE,
            received_ms=LATE,
            currency="USD",
            net_minor=100,
            gross_minor=100,
            state="waiting",
            reason="no_rate",
        )
    )
    here.town.store.commit(change)


def test_the_day_of_an_order_that_waits_is_the_one_whose_rate_it_takes(here: Pages) -> None:
    program = here.town.program(payment=Payment(time_zone="Europe/Berlin"))
    waiting(here, program.program_id)
    fay = here.browser(FINANCE)
    assert stated(fay, **ECB).status == 303
    shown = fay.get(RATES, base="EUR", quote="USD")
    assert "21 Nov 2025 (Europe/Berlin)" in shown.words
    assert "&amp;day=2025-11-21#state" in shown.html
    assert "20 Nov 2025 1 EUR = 1.0834 USD" in shown.words
    assert not RAW.search(shown.words)
    assert "2025-11-20" not in shown.words


def test_moments_and_days_of_the_journal_are_the_readers(here: Pages) -> None:
    change, desk = Change(), here.town.desk()
    said: dict[str, str | int | bool | None] = {
        "from_ms": LATE,
        "seen_at": rfc3339(LATE),
        "day": "2025-11-20",
        "took_ms": 1_500,
    }
    change.create(desk.event("program.reviewed", "prg_1", "checked", **said))
    here.town.store.commit(change)
    fay = here.browser(FINANCE)
    fay.cookies["gw_zone"] = "Europe/Berlin"
    shown = fay.get("/console/audit", subject="prg_1")
    for words in (
        "from=21 Nov 2025, 00:30 CET",
        "seen_at=21 Nov 2025, 00:30 CET",
        "day=20 Nov 2025",
        "took_ms=1500",
    ):
        assert words in shown.words
    assert not RAW.search(shown.words)


def test_a_budget_of_too_many_limits_is_named_and_nothing_typed_is_lost(
    here: Pages, program: Program
) -> None:
    many = {f"{one}_EUR": "50" for one in ("day", "week", "month", "year")}
    refused = sent(here.browser(FINANCE), budget(program), **many, reason="season")
    assert refused.status == 422
    assert "This is one too many: a budget has three at most." in refused.words
    assert refused.fields(budget(program))["year_EUR"] == "50"
    assert 'aria-invalid="true"' in refused.html
