"""A deal is what its events come to, in any order; what ends is a signal, and owed to somebody."""

from itertools import permutations
from typing import Any

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Facts
from goodword.errors import InvalidInput
from goodword.journeys import deal_book, prompting
from goodword.journeys import pipeline as pipelines
from goodword.journeys.crediting import Credit
from goodword.journeys.opportunity import ContactFact, DealStep, Opportunity
from goodword.journeys.pipeline import Period, advocates_of, pipeline
from goodword.journeys.prompting import prompts_of
from goodword.journeys.signal import Signal, SignalFact, Subject
from goodword.journeys.walk import AskMade, AskOfAdvocate
from goodword.ports import Change

from tests.support.crm import AT, PROGRAM, Crm, delivery, step
from tests.support.people import MACS

DAY = 86_400_000
EMAIL = "robin@mail.example"
WHOLE = (
    step("1", 0, opened=True),
    step("2", 1, amount="12500.505", contact_ids=("c-1",), account_id="a-1"),
    step("3", 2, stage="Closed Won", currency="USD", renewal=False),
)


@pytest.fixture
def crm() -> Crm:
    return Crm()


def stands(crm: Crm) -> list[Signal]:
    return [one for one in crm.all(Signal) if not one.withdrawn]


def credit(crm: Crm) -> Credit | None:
    (one,) = crm.deals.page(PROGRAM, 10, None).rows
    found = crm.deals.read(one.deal.opportunity_id)
    assert found == one
    return one.credit


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_deal_is_the_same_in_every_order(order: tuple[int, ...]) -> None:
    crm = Crm()
    for place in order:
        assert crm.tell(WHOLE[place]) == ""
    deal = crm.deal
    assert (deal.state, deal.amount_minor, deal.currency) == ("won", 1_250_050, "USD")
    assert (deal.opened_ms, deal.closed_ms, deal.steps) == (AT, AT + 2 * DAY, 3)
    assert (len(deal.contacts), deal.said) == (1, "deal_won")
    (won,) = crm.all(Signal)
    assert (won.kind, won.occurred_ms, won.subject_id) == ("deal_won", AT + 2 * DAY, deal.account)


def test_a_repeat_changes_nothing(crm: Crm) -> None:
    crm.tell(*WHOLE)
    before = dict(crm.store.items)
    assert crm.tell(*WHOLE) == ""
    assert crm.store.items == before


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"stage": "closedwon"}, "won"),
        ({"stage": "Closed Lost"}, "lost"),
        ({"stage": "98765"}, "open"),
        ({"stage": "98765", "won": True, "closed": True}, "won"),
        ({"stage": "98765", "won": False, "closed": True}, "lost"),
        ({"stage": "closedwon", "removed": True}, "removed"),
        ({"amount": ""}, "open"),
    ],
)
def test_a_stage_or_the_flags_say_how_it_stands(crm: Crm, said: dict[str, Any], state: str) -> None:
    crm.tell(step("1", 0, **said))
    assert crm.deal.state == state
    assert (crm.deal.closed_ms is None) == (state == "open")
    (event,) = crm.events(f"opportunity.{'opened' if state == 'open' else state}")
    assert (event.subject, event.data["state"]) == (crm.deal.opportunity_id, state)


def test_a_deal_that_opens_again_is_open_and_may_end_otherwise(crm: Crm) -> None:
    crm.tell(step("1", 0, stage="closedlost", renewal=True, contact_ids=("c-1",)))
    assert [one.kind for one in crm.all(Signal)] == ["churn_risk"]
    crm.tell(step("2", 1, stage="qualifiedtobuy"))
    assert (crm.deal.state, crm.deal.closed_ms, crm.deal.said) == ("open", None, "")
    assert stands(crm) == []
    crm.tell(step("3", 2, stage="closedwon"), step("4", 3, amount="1"))
    assert [one.kind for one in stands(crm)] == ["renewal"]
    assert [one.type for one in crm.events() if one.type.startswith("opp")] == [
        "opportunity.lost",
        "opportunity.opened",
        "opportunity.won",
        "opportunity.changed",
    ]


def test_what_ended_is_told_of_the_company_of_the_contact_else_of_the_contact(crm: Crm) -> None:
    crm.tell(step("1", 0, "1", stage="closedwon", contact_ids=("c-1",)))
    crm.tell(ContactFact(customer_id="c-2", account_id="a-2", occurred_ms=AT))
    crm.tell(step("2", 0, "2", stage="closedwon", contact_ids=("c-2",)))
    crm.tell(step("3", 0, "3", stage="closedwon"))
    what = {one.subject_id: one.what for one in crm.all(Subject)}
    assert sorted(what[one.subject_id] for one in crm.all(Signal)) == ["account", "person"]


def test_a_contact_that_is_taken_off_is_none_any_more(crm: Crm) -> None:
    crm.tell(step("1", 0, contact_ids=("c-1", "c-2")), step("2", 1, dropped_ids=("c-1",)))
    assert len(crm.deal.contacts) == 1


def test_signals_are_heard_beside_deals(crm: Crm) -> None:
    said = SignalFact(signal_id="s-1", kind="milestone", occurred_ms=AT, customer_id="c-1")
    facts = Facts(signals=(said,), problem="gap")
    assert crm.hearing.hear(delivery(), facts) == "gap"
    assert [one.kind for one in crm.all(Signal)] == ["milestone"]
    assert facts.are_heard
    assert not Facts(ignored="x").are_heard


def test_too_many_steps_are_for_a_person(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal_book, "DEAL_STEPS_MAX", 2)
    problem = crm.tell(*(step(str(n), n) for n in range(4)))
    assert (problem, len(crm.all(DealStep))) == ("too_many_steps", 2)
    assert crm.tell(step("0", 0)) == ""


def test_more_steps_than_a_page_are_all_folded(crm: Crm) -> None:
    crm.tell(*(step(str(n), n, amount=str(n)) for n in range(120)))
    assert (crm.deal.steps, crm.deal.amount_minor) == (120, 11_900)


# --- to whom it is owed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "owed"), [(-30, "sourced"), (3.9, "sourced"), (4.1, "influenced"), (9.9, "influenced")]
)
def test_when_the_recommendation_came_decides(crm: Crm, day: float, owed: str) -> None:
    crm.refer("c-1", day)
    crm.tell(step("1", 3, opened=True, contact_ids=("c-1",)), step("2", 10, stage="closedwon"))
    found = credit(crm)
    assert found is not None
    assert (found.owed, found.advocate_id, found.conversion_id) == (owed, "adv_1", "cnv_1")


def test_one_that_came_after_the_end_counts_nothing(crm: Crm) -> None:
    crm.refer("c-1", 10.5)
    crm.refer("c-1", 1, advocate=None, name="cnv_0")
    crm.tell(step("1", 0, contact_ids=("c-1",)), step("2", 10, stage="closedwon"))
    assert credit(crm) is None


def test_the_earliest_of_several_contacts_counts(crm: Crm) -> None:
    crm.refer("c-1", 2, advocate="adv_late", name="cnv_late")
    crm.refer("c-2", 1, advocate="adv_early", name="cnv_early")
    crm.tell(step("1", 5, contact_ids=("c-1", "c-2", "c-3")))
    found = credit(crm)
    assert found is not None
    assert (found.advocate_id, found.referred_ms) == ("adv_early", AT + DAY)


def test_a_contact_is_found_by_the_address_that_the_crm_tells_even_later(crm: Crm) -> None:
    crm.refer(email=EMAIL)
    crm.tell(step("1", 5, contact_ids=("c-1",)))
    assert credit(crm) is None
    crm.tell(ContactFact(customer_id="c-1", email=EMAIL, occurred_ms=AT))
    assert credit(crm) is not None


def test_contacts_that_turned_out_to_be_one_are_found_by_any_of_their_names(crm: Crm) -> None:
    crm.refer(email=EMAIL)
    crm.tell(ContactFact(customer_id="c-1", email=EMAIL, occurred_ms=AT))
    crm.tell(step("1", 5, contact_ids=("c-2",)))
    crm.tell(ContactFact(customer_id="c-2", email=EMAIL, occurred_ms=AT))
    assert credit(crm) is not None


def test_a_deal_of_our_own_form_may_name_an_address(crm: Crm) -> None:
    crm.refer(email=EMAIL)
    crm.tell(step("1", 1, email=EMAIL))
    assert credit(crm) is not None


def test_what_is_written_on_the_deal_goes_before_contacts(crm: Crm) -> None:
    written = "cnv_01hf7yat000123456789abcdef"
    crm.refer("c-1", 0)
    crm.tell(step("1", 5, contact_ids=("c-1",), referral=written))
    first = credit(crm)
    assert first is not None
    assert first.advocate_id == "adv_1"  # such a referral is not known
    crm.lead(written, 2, "adv_2")
    found = credit(crm)
    assert found is not None
    assert (found.advocate_id, found.conversion_id) == ("adv_2", written)


@pytest.mark.parametrize(("advocate", "program"), [(None, PROGRAM), ("adv_2", "prg_2")])
def test_a_referral_of_nobody_or_of_another_programme_is_none(
    crm: Crm, advocate: str | None, program: str
) -> None:
    written = "cnv_01hf7yat000123456789abcdef"
    crm.lead(written, 2, advocate, program)
    crm.tell(step("1", 5, referral=written))
    assert credit(crm) is None


@pytest.mark.parametrize(
    ("day", "won", "owed"),
    [(6.1, 7, "influenced"), (7, 7, None), (40, 7, None), (5.5, 5.2, "sourced"), (6.5, 5.2, None)],
)
def test_what_is_written_on_a_deal_that_was_over_is_no_cause_of_it(
    crm: Crm, day: float, won: float, owed: str | None
) -> None:
    written = "cnv_01hf7yat000123456789abcdef"
    crm.lead(written, day, "adv_2")
    crm.tell(step("1", 5, referral=written), step("2", won, stage="closedwon"))
    found = credit(crm)
    assert (found.owed if found is not None else None) == owed


def test_whoever_is_forgotten_is_no_deals_contact_any_more(crm: Crm) -> None:
    crm.refer(email=EMAIL)
    crm.tell(step("1", 1, contact_ids=("c-1",), email=EMAIL))
    assert credit(crm) is not None
    Forgetting(crm.desk()).forget(PROGRAM, MACS.mac("email", EMAIL))
    assert credit(crm) is None
    assert all(one.marks == () for one in crm.all(Subject) if one.what == "person")


# --- what deals come to -----------------------------------------------------------------------


def test_pipeline_and_bookings_of_a_period(crm: Crm) -> None:
    crm.refer("c-1", 0, advocate="adv_1")
    crm.refer("c-2", 7, advocate="adv_2")
    one, two = {"contact_ids": ("c-1",)}, {"contact_ids": ("c-2",)}
    crm.tell(
        step("1", 1, "1", amount="100", **one),
        step("2", 20, "1", stage="closedwon"),
        step("3", 2, "2", amount="50", **one),
        step("4", 9, "2", stage="closedlost"),
        step("5", 2, "3", amount="70", currency="USD", **two),
        step("6", 3, "4"),
        step("7", 3, "5", amount="9", **one),
        step("8", 4, "5", removed=True),
        step("9", 40, "6", amount="1"),
    )
    found = pipeline(crm.deals.since(PROGRAM, AT), Period(AT, AT + 10 * DAY), {})
    by = {(line.share, line.currency): line for line in found.totals}
    sourced = by["sourced", "EUR"]
    assert (sourced.opened, sourced.opened_minor, sourced.won, sourced.lost) == (2, 15_000, 0, 1)
    influenced = by["influenced", "USD"]
    assert (influenced.opened_minor, by["neither", "EUR"].opened, len(by)) == (7_000, 1, 5)
    assert (by["all", "EUR"].opened, by["all", "USD"].opened) == (3, 1)
    assert {line.advocate_id: line.opened_minor for line in found.advocates} == {
        "adv_1": 15_000,
        "adv_2": 7_000,
    }
    later = pipeline(
        crm.deals.since(PROGRAM, AT + 10 * DAY), Period(AT + 10 * DAY, AT + 30 * DAY), {}
    )
    line, every = sorted(later.totals, key=lambda one: one.share, reverse=True)
    assert every == line.but(share="all")
    assert (line.won, line.won_minor, line.opened) == (1, 10_000, 0)


def test_a_report_of_too_many_deals_is_refused(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "DEALS_READ_MAX", 2)
    monkeypatch.setattr(pipelines, "DEAL_PAGE_ITEMS", 1)
    crm.tell(*(step(str(n), n, str(n)) for n in range(3)))
    assert len(crm.deals.since(PROGRAM, AT + 2 * DAY)) == 1
    with pytest.raises(InvalidInput) as refused:
        crm.deals.since(PROGRAM, AT)
    assert refused.value.code == "period_too_large"


def test_an_unknown_deal_is_none(crm: Crm) -> None:
    assert crm.deals.read("opp_1") is None
    assert crm.all(Opportunity) == []


# --- which ask it followed ----------------------------------------------------------------------


def ask(crm: Crm, name: str, day: float, **more: Any) -> None:
    """An ask of adv_1, so many days after AT."""
    made_ms, change = AT + round(day * DAY), Change()
    made = AskMade.model_validate(
        {
            "ask_id": name,
            "program_id": PROGRAM,
            "journey_id": f"jrn_{name[-1]}",
            "walk_id": "wlk_1",
            "subject_id": "sbj_1",
            "advocate_id": "adv_1",
            "step": "ask",
            "motion": "referral",
            "words": "refer",
            "channels": ("email",),
            "state": "sent",
            "made_ms": made_ms,
            "expires_ms": made_ms,
            "changed_ms": made_ms,
            **more,
        }
    )
    change.create(made, AskOfAdvocate(advocate_id=made.advocate_id, ask_id=name))
    crm.store.commit(change)


def test_a_deal_is_of_the_newest_ask_before_the_recommendation(crm: Crm) -> None:
    ask(crm, "ask_1", -100)
    ask(crm, "ask_2", -50)
    ask(crm, "ask_3", -2)
    ask(crm, "ask_4", -1, motion="review")
    ask(crm, "ask_5", 0.5)
    ask(crm, "ask_6", -1, program_id="prg_2")
    crm.refer("c-1", 0)
    crm.refer("c-2", 0, advocate="adv_2", name="cnv_2")
    crm.tell(
        step("1", 1, "1", amount="5", contact_ids=("c-1",)),
        step("2", 1, "2", amount="7", contact_ids=("c-2",)),
        step("3", 1, "3", amount="9"),
    )
    period = Period(AT, AT + 9 * DAY)
    credited = crm.deals.since(PROGRAM, AT)
    whose = advocates_of(credited, period)
    assert whose == {"adv_1", "adv_2"}
    found = pipeline(credited, period, prompts_of(crm.store, PROGRAM, whose))
    assert [(one.journey_id, one.ask_id, one.opened_minor) for one in found.asks] == [
        ("jrn_3", "ask_3", 500)
    ]
    assert [(one.journey_id, one.ask_id) for one in found.journeys] == [("jrn_3", "")]
    assert sum(one.opened for one in found.totals if one.share != "all") == 3
    assert {one.advocate_id for one in found.advocates} == whose


def test_an_ask_of_more_than_ninety_days_before_prompted_nothing(crm: Crm) -> None:
    ask(crm, "ask_1", -90.5)
    crm.refer("c-1", 0)
    crm.tell(step("1", 1, amount="5", contact_ids=("c-1",)))
    period = Period(AT, AT + 9 * DAY)
    credited = crm.deals.since(PROGRAM, AT)
    assert pipeline(credited, period, prompts_of(crm.store, PROGRAM, ["adv_1"])).journeys == ()


def test_asks_of_too_many_advocates_are_not_looked_up(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompting, "PROMPTED_ADVOCATES_MAX", 1)
    with pytest.raises(InvalidInput) as refused:
        prompts_of(crm.store, PROGRAM, ["adv_1", "adv_2"])
    assert refused.value.code == "period_too_large"
