"""The page of the twelve figures: what each means, what it is now, by month, or why it is empty."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.conversions.model import Conversion, Facts
from goodword.events import Event, system
from goodword.journeys import measuring
from goodword.journeys.journey import Journey
from goodword.journeys.kpis import DEFINITIONS
from goodword.journeys.measuring import keep
from goodword.journeys.pipeline import Deals
from goodword.journeys.reference import DealCalls
from goodword.journeys.selling import Hearing
from goodword.journeys.walk import AskMade
from goodword.limits import REFERENCE_DAYS
from goodword.ports import Change
from goodword.times import DAY_MS, parse_rfc3339
from goodword_aws.pages.reader import phrases
from goodword_aws.pipeline import day_text

from tests.fakes.store import MemoryStore
from tests.support.api import ANALYST, FINANCE, MARKETER
from tests.support.crm import delivery, step
from tests.support.pages import Pages, pages
from tests.support.people import MACS

PATH = "/console/kpis"


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def happen(here: Pages, program_id: str, type: str, name: str, days: float, **data: object) -> None:
    event = Event.model_validate(
        {
            "event_id": f"evt_{type}_{name}",
            "type": type,
            "subject": name,
            "at_ms": here.town.clock.at_ms - round(days * DAY_MS),
            "actor": system("test"),
            "data": {"program_id": program_id, **data},
        }
    )
    assert keep(here.town.store, event)


def busy(here: Pages, program_id: str, people: int) -> None:
    """People who joined, an answer, a lead, deals in two currencies of which one is open."""
    for number in range(people):
        who = f"adv_{number}"
        happen(here, program_id, "enrolment.activated", who, 50, advocate_id=who)
    happen(here, program_id, "journey.signal_noted", "sbj_1", 2, kind="nps", value=10)
    happen(
        here,
        program_id,
        "conversion.decided",
        "cnv_1",
        3,
        action="sale",
        advocate_id="adv_0",
        decision=1,
        net_minor=4_200,
        currency="USD",
    )
    happen(here, program_id, "journey.asked", "ask_1", 4, subject_id="sbj_1")
    now = here.town.clock.at_ms
    told = delivery(program_id)
    facts = tuple(
        step(
            f"{name}-{number}",
            0,
            name,
            **{"occurred_ms": now - days * DAY_MS, "account_id": "a-1", **said},
        )
        for name, steps in {
            "old": ((600, {"amount": "100"}), (500, {"stage": "closedwon"})),
            "new": ((90, {"amount": "120"}), (80, {"stage": "closedwon"})),
        }.items()
        for number, (days, said) in enumerate(steps)
    )
    assert Hearing(here.town.desk(), MACS).hear(told, Facts(deals=facts)) == ""


def test_before_there_is_a_programme_the_page_says_what_to_do(here: Pages) -> None:
    assert "No programme yet" in here.browser(FINANCE).get(PATH).words


def test_every_figure_says_what_it_means_also_where_it_is_empty(here: Pages) -> None:
    here.town.program()
    page = here.browser(FINANCE).get(PATH)
    assert page.status == 200
    for one in DEFINITIONS:
        assert str(phrases("en")[f"kpis.title.{one.code}"]) in page.words
        assert str(phrases("en")[f"kpis.empty.{one.code}"]) in page.words
        assert phrases("en")[f"kpis.means.{one.code}"] == one.text
    assert "No sourced deal is open" in page.words


def test_figures_are_shown_with_their_parts_charts_and_tables(here: Pages) -> None:
    program = here.town.program()
    busy(here, program.program_id, 3)
    page = here.browser(FINANCE).get(PATH)
    assert "100% (1 of 1)" in page.words
    assert "120% (EUR)" in page.words
    assert "$42.00" in page.words
    assert page.html.count("<table") >= 4
    assert "0 of 3" in page.words


def test_pipeline_and_bookings_are_shown_by_what_they_are_owed_to(here: Pages) -> None:
    program = here.town.program()
    busy(here, program.program_id, 5)
    journey = Journey(journey_id="jrn_1", program_id=program.program_id, name="Calls", created_ms=0)
    ask = AskMade.model_validate(
        {
            "ask_id": "ask_1",
            "program_id": program.program_id,
            "journey_id": "jrn_1",
            "walk_id": "wlk_1",
            "subject_id": "sbj_1",
            "advocate_id": "",
            "step": "ask",
            "motion": "reference",
            "words": "talk",
            "channels": ("email",),
            "state": "accepted_work",
            **dict.fromkeys(("made_ms", "expires_ms", "changed_ms"), 0),
        }
    )
    (won, _) = Deals(here.town.store).page(program.program_id, 9, None).rows
    call = {"call_id": "rcl_1", "program_id": program.program_id, "ask_id": "ask_1"}
    assert won.deal.closed_ms is not None
    calls = DealCalls.model_validate(
        {
            "opportunity_id": won.deal.opportunity_id,
            "calls": ({"booked_ms": won.deal.closed_ms - DAY_MS, **call},),
        }
    )
    change = Change()
    change.create(journey, ask, calls)
    here.town.store.commit(change)
    page = here.browser(MARKETER).get(PATH, **days(here, 100))
    assert "Pipeline and bookings" in page.words
    assert f"at most {REFERENCE_DAYS} days before" in page.words
    assert '<a href="/console/journeys/jrn_1" class="written">Calls</a>' in page.html
    assert page.words.count("Influenced EUR €120.00 (1) €120.00 (1) 0") == 2
    assert "Calls" in here.browser(FINANCE).get(PATH, **days(here, 100)).words
    assert "All deals EUR €120.00 (1) €120.00 (1) 0" in page.words
    assert "No deal was opened" in here.browser(FINANCE).get(PATH, **days(here, 1)).words
    assert "Pipeline and bookings" not in here.browser(ANALYST).get(PATH).words


def test_deals_are_read_once_for_the_whole_page(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = here.town.program()
    busy(here, program.program_id, 5)
    read: list[str] = []
    query = MemoryStore.query_index

    def counting(self: MemoryStore, kind: Any, table: Any, pk: str, **more: Any) -> Any:
        read.append(pk)
        return query(self, kind, table, pk, **more)

    monkeypatch.setattr(MemoryStore, "query_index", counting)
    page = here.browser(MARKETER).get(PATH, **days(here, 100))
    assert "All deals EUR €120.00 (1) €120.00 (1) 0" in page.words
    assert read.count(f"DEALS#{program.program_id}") == 1


def days(here: Pages, count: int) -> dict[str, str]:
    now = here.town.clock.at_ms
    return {"from": day_text(now - count * DAY_MS), "to": day_text(now + DAY_MS)}


def test_a_forecast_is_shown_as_a_range(here: Pages) -> None:
    program = here.town.program()
    written = "cnv_01hf7yat000123456789abcdef"
    crm_lead(here, program.program_id, written)
    facts = (step("o-1", 0, "o", occurred_ms=here.town.clock.at_ms, amount="1000"),)
    facts = (facts[0].but(referral=written),)
    Hearing(here.town.desk(), MACS).hear(delivery(program.program_id), Facts(deals=facts))
    page = here.browser(FINANCE).get(PATH)
    assert "€500.00" in page.words
    assert "€0.00" in page.words
    assert "€1,000.00" in page.words
    assert "50%" in page.words


def crm_lead(here: Pages, program_id: str, name: str) -> None:
    at_ms, change = here.town.clock.at_ms - DAY_MS, Change()
    change.create(
        Conversion.model_validate(
            {
                "conversion_id": name,
                "program_id": program_id,
                "action": "lead",
                "order_id": name,
                "occurred_ms": at_ms,
                "received_ms": at_ms,
                "currency": "EUR",
                "net_minor": 0,
                "gross_minor": 0,
                "state": "qualified",
                "reason": "",
                "advocate_id": "adv_1",
            }
        )
    )
    here.town.store.commit(change)


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
def test_an_analyst_sees_no_figures_of_fewer_than_five(
    here: Pages, people: int, shown: bool
) -> None:
    busy(here, here.town.program().program_id, people)
    page = here.browser(ANALYST).get(PATH)
    assert ("Promoter rate" in page.words) == shown
    assert ("Too few people" in page.words) != shown
    assert "Promoter rate" in here.browser(FINANCE).get(PATH).words


def crowd(here: Pages, program_id: str, answers: int, sellers: int) -> None:
    """Answers and orders of October 2025, each of somebody else; everybody is a promoter."""
    days = (here.town.clock.at_ms - parse_rfc3339("2025-10-10T00:00:00Z")) / DAY_MS
    for number in range(answers):
        name = f"sbj_many_{number}"
        happen(here, program_id, "journey.signal_noted", name, days, kind="nps", value=10)
    for number in range(sellers):
        happen(
            here,
            program_id,
            "conversion.decided",
            f"cnv_many_{number}",
            days,
            action="sale",
            advocate_id=f"adv_{number}",
            decision=1,
            net_minor=1_000,
            currency="USD",
        )


def test_an_analyst_reads_no_figure_that_fewer_than_five_made(here: Pages) -> None:
    program = here.town.program()
    busy(here, program.program_id, 5)
    at = here.town.clock.at_ms
    days = {"from": day_text(at - 3 * DAY_MS), "to": day_text(at - 2 * DAY_MS)}
    assert "$42.00" in here.browser(FINANCE).get(PATH, **days).words
    page = here.browser(ANALYST).get(PATH, **days)
    assert "$42.00" not in page.words
    assert "1 of 1" not in page.words
    assert "whole months that are over" in page.words


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
def test_an_analyst_reads_the_figures_of_a_month_that_five_made(
    here: Pages, people: int, shown: bool
) -> None:
    program = here.town.program()
    busy(here, program.program_id, 6)
    crowd(here, program.program_id, people, people)
    october = {"from": "2025-10-07", "to": "2025-10-08"}
    page = here.browser(ANALYST).get(PATH, **october)
    assert 'value="2025-10-01"' in page.html
    assert 'value="2025-11-01"' in page.html
    assert (f"100% ({people} of {people})" in page.words) == shown
    assert (f"${people * 10}.00" in page.words) == shown
    assert "Left out: fewer than five" in page.words or shown
    assert re.findall(r"<p[^>]*>\s*</p>", page.html) == []
    assert "No month of these is of five people or more" in page.words or shown


def test_a_period_and_a_programme_are_chosen_and_nonsense_is_told(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.town.program(name="First")
    second = here.town.program(name="Second <b>")
    fay = here.browser(FINANCE)
    page = fay.get(PATH, **{"program": second.program_id, "from": "2025-10-05", "to": "2025-11-20"})
    assert f'value="{second.program_id}" selected' in page.html
    assert 'value="2025-10-05"' in page.html
    backwards = {"to": "2001-01-01", "from": "2025-01-01"}
    for days in ({"from": "2025-02-30"}, {"from": "x" * 300}, backwards):
        wrong = fay.get(PATH, **days)
        assert wrong.status == 200
        assert "Choose a first day before the last" in wrong.words
    busy(here, second.program_id, 2)
    monkeypatch.setattr(measuring, "KPI_ROWS_MAX", 1)
    assert "Choose a shorter one" in fay.get(PATH, program=second.program_id).words
