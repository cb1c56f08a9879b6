"""What of an event counts, and the figures where nothing, or nearly nothing, has happened."""

from typing import Any

import pytest
from goodword.errors import InvalidInput
from goodword.events import Event, system
from goodword.journeys import measuring
from goodword.journeys.crediting import Credit, Credited
from goodword.journeys.forecast import forecast
from goodword.journeys.happened import Happened, happened
from goodword.journeys.kpis import DEFINITIONS, History, KpiFigure, figures
from goodword.journeys.measuring import Measuring, keep, parts_of
from goodword.journeys.opportunity import Opportunity
from goodword.journeys.pipeline import Period
from goodword.journeys.signal import Subject
from goodword.ports import Change
from goodword.times import parse_rfc3339

from tests.support.crm import AT, PROGRAM, Crm, step
from tests.support.functions import ROOT
from tests.support.journeys import Ear
from tests.support.kpi_town import Town, by_hand, order
from tests.support.kpi_town import deal as deal_of
from tests.support.walks import BYE, Path
from tests.support.walks import THANKS as FOR_CALL

DAY = 86_400_000
MONTH = Period(AT - 15 * DAY, AT + 15 * DAY)


def event(type: str, subject: str = "sbj_1", day: float = 0, **data: Any) -> Event:
    return Event(
        event_id=f"evt_{type}_{subject}_{day}",
        type=type,
        subject=subject,
        at_ms=AT + round(day * DAY),
        actor=system("test"),
        data={"program_id": PROGRAM, **data},
    )


def row(type: str, subject: str = "sbj_1", day: float = 0, **data: Any) -> Happened:
    found = happened(event(type, subject, day, **data))
    assert found is not None
    return found


def of(*rows: Happened, deals: tuple[Credited, ...] = ()) -> dict[str, tuple[KpiFigure, ...]]:
    return {str(one): each for one, each in figures(History(rows, deals), MONTH).items()}


def deal(name: str, amount: int | None, state: str, currency: str = "EUR") -> Credited:
    made = Opportunity.model_validate(
        {
            "opportunity_id": name,
            "program_id": PROGRAM,
            "namespace": "crm",
            "source_id": "src_1",
            "deal_id": name,
            "state": state,
            "amount_minor": amount,
            "currency": currency,
            "opened_ms": AT,
            "steps": 1,
        }
    )
    owed = Credit(owed="sourced", conversion_id="cnv", advocate_id="adv", referred_ms=AT)
    return Credited(deal=made, credit=owed)


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("journey.signal_noted", {"kind": "csat", "value": 90}),
        ("journey.ended", {}),
        ("payout.paid", {}),
    ],
)
def test_most_events_count_nothing(type: str, data: dict[str, Any]) -> None:
    assert happened(event(type, **data)) is None
    crm = Crm()
    assert not keep(crm.store, event(type, **data))
    assert crm.all(Happened) == []


def test_a_row_is_of_the_time_of_the_thing_itself() -> None:
    late = row("journey.signal_noted", day=40, kind="nps", value=9, occurred_ms=AT)
    assert (late.at_ms, late.value, late.who, late.of) == (AT, 9, "sbj_1", "")
    odd = row("journey.signal_noted", day=1, kind="nps", value=True, occurred_ms=None)
    assert (odd.at_ms, odd.value) == (AT + DAY, 0)
    nobody = row("conversion.decided", "cnv_1", action="lead", advocate_id=None, decision=1)
    assert (nobody.what, nobody.who, nobody.of, nobody.turn) == ("lead", "", "cnv_1", 1)


def test_the_signals_that_are_noted_tell_what_figures_need() -> None:
    ear = Ear()
    ear.hear("nps", customer_id="u-1", value=10)
    (told,) = ear.events("journey.signal_noted")
    found = happened(told)
    assert found is not None
    assert (found.what, found.value) == ("nps", 10)


def test_where_nothing_happened_every_base_is_nothing() -> None:
    found = of()
    assert {code: [(one.value, one.base) for one in each] for code, each in found.items()} == {
        one.code: []
        if one.unit == "money" or one.code == "net_revenue_retention"
        else [(0, None if one.unit == "count" else 0)]
        for one in DEFINITIONS
    }


def test_an_ask_is_one_activity_however_often_its_work_is_accepted() -> None:
    accepted = row("journey.ask_accepted_work", "ask_1", 1, advocate_id="adv_1")
    again = row("journey.ask_accepted_work", "ask_1", 2, advocate_id="adv_1")
    other = row("journey.ask_accepted_work", "ask_2", 3, advocate_id="adv_1")
    assert of(again, accepted)["activities_per_advocate"] == (KpiFigure(value=1, base=0),)
    assert of(accepted, other)["repeat_actions"] == (KpiFigure(value=1, base=1),)
    assert happened(event("journey.rewarded", "ask_1", advocate_id="adv_1")) is None


def test_the_last_word_of_each_thing_counts_in_whatever_order_it_came() -> None:
    def decided(turn: int, net: int, who: str | None, action: str = "sale") -> Happened:
        data = {"action": action, "advocate_id": who, "net_minor": net, "currency": "EUR"}
        return row("conversion.decided", "cnv_1", turn, decision=turn, occurred_ms=AT, **data)

    one, two = decided(1, 500, "adv_1"), decided(2, 700, "adv_1")
    back = row("conversion.reversed", "cnv_1", 3, occurred_ms=AT, refunded_net_minor=200)
    more = row("conversion.reversed", "cnv_1", 4, occurred_ms=AT, refunded_net_minor=300)
    for rows in ((one, two, back, more), (more, back, two, one)):
        assert of(*rows)["referral_revenue"] == (KpiFigure(value=400, currency="EUR"),)
    gone = row("conversion.merged", "cnv_1", 5, occurred_ms=AT)
    assert of(one, two, gone)["referral_revenue"] == ()
    assert of(one, decided(2, 700, None))["referral_revenue"] == ()
    assert of(decided(1, 0, "adv_1", "lead"))["referral_leads"] == (KpiFigure(value=1),)


def test_the_last_answer_and_the_last_state_count() -> None:
    happy = row("journey.signal_noted", day=1, kind="nps", value=9)
    sad = row("journey.signal_noted", day=2, kind="nps", value=2)
    before = row("journey.signal_noted", day=-40, kind="nps", value=9)
    for rows in ((before, happy, sad), (sad, happy, before)):
        assert of(*rows)["promoter_rate"] == (KpiFigure(value=0, base=1),)
    worse = row("journey.signal_noted", day=1.5, kind="nps", value=6, occurred_ms=happy.at_ms)
    for pair in ((happy, worse), (worse, happy)):
        assert of(*pair)["promoter_rate"] == (KpiFigure(value=0, base=1),)
    joined, left = (
        row(f"enrolment.{what}", "adv_1", day, advocate_id="adv_1")
        for day, what in enumerate(("activated", "left"))
    )
    assert of(joined, left)["advocate_pool"] == of(left, joined)["advocate_pool"]
    assert of(joined, left)["advocate_pool"] == (KpiFigure(value=0),)
    assert of(joined)["advocate_pool"] == (KpiFigure(value=1),)


def test_touches_are_counted_of_those_who_were_touched() -> None:
    asked = [row("journey.asked", f"ask_{n}", n, subject_id="sbj_1") for n in range(3)]
    late = row("journey.reminded", "ask_1", 40, subject_id="sbj_2")
    assert of(*asked, late)["touches_per_customer"] == (KpiFigure(value=3, base=1),)


def test_only_sourced_deals_that_are_there_are_pipeline_and_revenue() -> None:
    won = deal("1", 100, "won")
    won = won.but(deal=won.deal.but(closed_ms=AT))
    late = deal("2", 50, "won")
    late = late.but(deal=late.deal.but(closed_ms=AT + 90 * DAY, opened_ms=AT + 80 * DAY))
    bare = won.but(credit=None)
    found = of(deals=(won, late, bare, deal("3", 7, "removed"), deal("4", None, "open")))
    assert found["referral_pipeline"] == (KpiFigure(value=100, currency="EUR"),)
    assert found["referral_revenue"] == (KpiFigure(value=100, currency="EUR"),)


def test_retention_compares_accounts_with_the_year_before() -> None:
    def won(name: str, account: str | None, days: int, amount: int | None) -> Credited:
        one = deal(name, amount, "won")
        closed_ms = MONTH.to_ms - days * DAY
        return one.but(deal=one.deal.but(account=account, closed_ms=closed_ms))

    deals = (
        won("1", "a", 400, 100),
        won("2", "a", 30, 130),
        won("3", "b", 700, 100),
        won("4", "c", 10, 999),
        won("5", None, 400, 999),
        won("6", "b", 1_000, 999),
        won("7", "a", 20, None),
        deal("8", 5, "open"),
    )
    assert of(deals=deals)["net_revenue_retention"] == (
        KpiFigure(value=130, base=200, currency="EUR"),
    )


def test_the_page_of_the_figures_says_each_definition() -> None:
    page = (ROOT / "docs" / "kpis.md").read_text()
    for one in DEFINITIONS:
        assert f"| `{one.code}` | {one.unit} | {one.text} |" in page


def test_a_forecast_is_the_stated_beta_binomial() -> None:
    (one,) = forecast([deal("1", 10_000, "open"), deal("2", 20_000, "open")])
    assert (one.rate_bp, one.expected_minor, one.won, one.lost) == (5_000, 15_000, 0, 0)
    # nothing and everything are won 1/3 of the time each: 0 and 30,000 are no tails of 1/10
    assert (one.low_minor, one.high_minor) == (0, 30_000)
    past = [deal(f"w{n}", 1, "won") for n in range(60)]
    past += [deal(f"l{n}", 1, "lost") for n in range(38)]
    (sure,) = forecast([*past, *(deal(str(n), 1_000, "open") for n in range(100))])
    assert (sure.rate_bp, sure.expected_minor) == (6_100, 61_000)
    assert 50_000 < sure.low_minor < 55_000 < 67_000 < sure.high_minor < 72_000
    lost = [deal(f"l{n}", 1, "lost") for n in range(18)]
    (seldom,) = forecast([*lost, deal("1", 10_000, "open")])
    assert (seldom.low_minor, seldom.expected_minor, seldom.high_minor) == (0, 500, 500)


def test_currencies_are_forecast_apart_and_what_has_no_amount_brings_nothing() -> None:
    found = forecast([deal("1", None, "open"), deal("2", 500, "open", "USD"), deal("3", 1, "won")])
    assert [(one.currency, one.expected_minor) for one in found] == [("EUR", 0), ("USD", 333)]
    assert forecast([Credited(deal=deal("1", 1, "open").deal, credit=None)]) == ()


def test_a_period_is_cut_into_months_and_days() -> None:
    start, end = parse_rfc3339("2025-12-31T00:00:00Z"), parse_rfc3339("2026-02-02T00:00:00Z")
    parts = parts_of(Period(start, end))
    assert [round((one.to_ms - one.from_ms) / DAY) for one in parts] == [1, 31, 1]
    assert parts_of(Period(start, start + DAY)) == [Period(start, start + DAY)]


def test_a_report_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = Crm()
    for day in range(4):
        assert keep(crm.store, event("enrolment.activated", f"adv_{day}", day))
    monkeypatch.setattr(measuring, "KPI_PAGE_ITEMS", 2)
    assert len(Measuring(crm.store).history(PROGRAM, MONTH).rows) == 4
    monkeypatch.setattr(measuring, "KPI_ROWS_MAX", 3)
    with pytest.raises(InvalidInput) as refused:
        Measuring(crm.store).history(PROGRAM, MONTH)
    assert refused.value.code == "period_too_large"


def test_a_lead_whose_deal_was_won_is_converted() -> None:
    crm = Crm()
    crm.refer("c-1", 0, name="cnv_1")
    crm.tell(step("1", 1, contact_ids=("c-1",)), step("2", 5, stage="closedwon"))
    keep(
        crm.store,
        event(
            "conversion.decided",
            "cnv_1",
            action="lead",
            advocate_id="adv_1",
            decision=1,
            occurred_ms=AT,
        ),
    )
    found = figures(Measuring(crm.store).history(PROGRAM, MONTH), MONTH)
    assert found["referral_conversion_rate"] == (KpiFigure(value=1, base=1),)
    assert found["referral_leads"] == (KpiFigure(value=1),)


def test_every_lead_of_a_friend_before_a_won_deal_is_converted() -> None:
    town = Town()
    for day, who in ((0, "adv_a"), (2, "adv_a"), (3, "adv_b"), (9, "adv_a")):
        order(town, day, "lead", who, "f-1", 0)  # the last when all was over
    order(town, 1, "lead", "adv_a", "f-2", 0)
    deal_of(town, 4, "won", 3, 5, "f-1")
    deal_of(town, 4, "lost", 3, 5, "f-2")
    for told in town.events:
        keep(town.crm.store, told)
    found = figures(Measuring(town.crm.store).history(PROGRAM, MONTH), MONTH)
    assert found["referral_conversion_rate"] == (KpiFigure(value=3, base=5),)
    assert by_hand(town, MONTH)["referral_conversion_rate"] == [(3, 5, "")]


def test_an_answer_of_a_company_as_a_whole_is_no_person_s() -> None:
    crm, change = Crm(), Change()
    made = {"program_id": PROGRAM, "last_ms": AT, "created_ms": AT}
    firm = Subject.model_validate({"subject_id": "sbj_firm", "what": "account", **made})
    change.create(firm)
    crm.store.commit(change)
    for who in ("sbj_firm", "sbj_1"):
        keep(crm.store, event("journey.signal_noted", who, kind="nps", value=10))
    found = figures(Measuring(crm.store).history(PROGRAM, MONTH), MONTH)
    assert found["promoter_rate"] == (KpiFigure(value=1, base=1),)


def test_rewarded_work_is_one_activity_and_no_lead() -> None:
    """Its credit is a conversion like any other, and must not be counted beside it."""
    path = Path()
    walk, ask = path.asked(FOR_CALL, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    (credit,) = path.events("conversion.decided")
    assert (credit.data["outcome"], credit.data["action"]) == ("rewarded", "lead")
    rows = [one for event in path.events() if (one := happened(event)) is not None]
    now = Period(path.clock.at_ms - DAY, path.clock.at_ms + DAY)
    found = figures(History(rows), now)
    assert found["referral_leads"] == (KpiFigure(value=0),)
    assert found["activities_per_advocate"] == (KpiFigure(value=1, base=1),)
    assert found["repeat_actions"] == (KpiFigure(value=0, base=1),)


@pytest.mark.parametrize(
    ("occasion", "namespace", "counts"),
    [
        ("plain", "shop", True),
        ("event", "introductions", True),
        ("event", "journeys", False),
        ("event", "shop", False),
        ("qualified", "shop", False),
        ("level_up", "shop", False),
    ],
)
def test_sign_ups_and_introductions_are_leads(
    occasion: str, namespace: str, *, counts: bool
) -> None:
    said: dict[str, Any] = {"action": "lead", "advocate_id": "adv_1", "decision": 1}
    decided = event("conversion.decided", "cnv_1", **said, occasion=occasion, namespace=namespace)
    assert (happened(decided) is not None) is counts
    sold = event("conversion.decided", "cnv_2", **{**said, "action": "sale"}, occasion="renewal")
    assert happened(sold) is not None
