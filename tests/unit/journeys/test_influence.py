"""A reference call for a deal has influenced it: once, whenever it is told of, while it is held."""

from itertools import permutations
from typing import Any

import pytest
from goodword.conversions.model import Facts
from goodword.journeys.copied import ReferralFacts
from goodword.journeys.copying import Copying
from goodword.journeys.crediting import Influence
from goodword.journeys.opportunity import opportunity_id_of
from goodword.journeys.pipeline import Deals, Line, Period, Pipeline, pipeline
from goodword.journeys.reference import DealCalls, ReferenceCall
from goodword.journeys.selling import Hearing
from goodword.journeys.walk import AskMade
from goodword.limits import DEAL_CALLS_MAX, REFERENCE_DAYS
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.copies import Outside
from tests.support.crm import Crm, delivery, step
from tests.support.people import MACS
from tests.unit.journeys.test_call_work import Called
from tests.unit.journeys.test_calling import TRAITS


class Sales(Called):
    """Anna's call is for a deal that the CRM tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.told = delivery(self.program_id)
        self.deal_id = opportunity_id_of(*self.told.space, "77")
        self.zero_ms = self.clock.at_ms

    def book_for(self, opportunity_id: str) -> ReferenceCall:
        """One more call, for that deal, which is known; she has had her rest."""
        if not Deals(self.store).read(opportunity_id):
            self.crm("known", -6, stage="qualified")
        return self.references.book(self.person, opportunity_id).calls[-1]

    def crm(self, name: str, day: float, **said: Any) -> None:
        """The CRM tells what happened so many days after the beginning."""
        fact = step(name, occurred_ms=self.zero_ms + round(day * DAY_MS), **said)
        assert Hearing(self.desk(), MACS).hear(self.told, Facts(deals=(fact,))) == ""

    @property
    def influence(self) -> Influence | None:
        """What influenced the only deal."""
        found = Deals(self.store).read(self.deal_id)
        return found.call if found is not None else None

    @property
    def sums(self) -> Pipeline:
        """All that ever was."""
        period = Period(1, self.zero_ms + 400 * DAY_MS)
        return pipeline(Deals(self.store).since(self.program_id, 1), period, {})

    @property
    def shares(self) -> dict[str, tuple[int, int, int]]:
        """How many deals of each kind were opened, won and lost."""
        return {one.share: (one.opened, one.won, one.lost) for one in self.sums.totals}


@pytest.fixture
def sales() -> Sales:
    return Sales()


def test_a_held_call_is_credited_with_its_journey_ask_and_advocate(sales: Sales) -> None:
    sales.crm("1", -5, opened=True, amount="100")
    call = sales.book_for(sales.deal_id)
    assert sales.influence is None
    assert sales.shares == {"all": (1, 0, 0), "neither": (1, 0, 0)}
    sales.tell(call, "held")
    ask = sales.ask
    assert sales.influence == Influence(
        call_id=call.call_id,
        booked_ms=call.booked_ms,
        advocate_id=sales.anna,
        journey_id=ask.journey_id,
        ask_id=ask.ask_id,
    )
    sums = sales.sums
    line = Line(share="influenced", currency="EUR", opened=1, opened_minor=10_000)
    whose = {"journey_id": ask.journey_id}
    assert sums.advocates == (line.but(advocate_id=sales.anna),)
    assert sums.journeys == (line.but(**whose),)
    assert sums.asks == (line.but(**whose, ask_id=ask.ask_id),)
    assert set(sums.totals) == {line, line.but(share="all")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize(
    ("end", "shares"),
    [
        ({"stage": "closedwon"}, {"all": (1, 1, 0), "influenced": (1, 1, 0)}),
        ({"stage": "closedlost"}, {"all": (1, 0, 1), "influenced": (1, 0, 1)}),
        ({"removed": True}, {}),
    ],
)
def test_a_call_that_is_reported_late_counts_as_one_in_time(
    sales: Sales, order: tuple[int, ...], end: dict[str, object], shares: object
) -> None:
    call = sales.book_for(sales.deal_id)
    happens = [
        lambda: sales.crm("1", -5, opened=True),
        lambda: sales.crm("2", 3, **end),
        lambda: sales.tell(call, "held"),
    ]
    for place in order:
        happens[place]()
        sales.clock.at_ms += DAY_MS
    for _ in range(2):
        sales.tell(call, "held")
    assert sales.shares == shares
    assert len(sales.events("opportunity.influenced")) == 1


def test_only_a_call_in_time_counts_and_the_earliest_of_several(sales: Sales) -> None:
    sales.references.put(sales.person, TRAITS.but(calls_max=9))
    first = sales.book_for(sales.deal_id)
    sales.clock.at_ms += DAY_MS
    second = sales.book_for(sales.deal_id)
    sales.tell(second, "held")
    sales.tell(first, "held")
    for day, call in (
        (0, None),
        (0.5, first),
        (1, first),
        (REFERENCE_DAYS, first),
        (REFERENCE_DAYS + 0.5, second),
        (REFERENCE_DAYS + 1.5, None),
    ):
        sales.crm(f"o{day}", day - 0.1, stage="demo")
        sales.crm(f"{day}", day, stage="closedlost")
        found = sales.influence
        assert (found.call_id if found else None) == (call.call_id if call else None), day
        assert len(sales.sums.asks) == (1 if call else 0)


def test_a_call_that_was_not_held_after_all_counts_no_more(sales: Sales) -> None:
    sales.crm("1", 0, opened=True)
    sales.tell(sales.booked, "held")  # by which the request was done; it stays held
    call = spoken(sales)
    sales.tell(call, "held")
    assert sales.influence is not None
    for state in ("missed", "cancelled"):
        sales.tell(call, state)
        assert sales.influence is None
        assert sales.shares == {"all": (1, 0, 0), "neither": (1, 0, 0)}
    told = [one.data["held"] for one in sales.events("opportunity.influenced")]
    assert told == [True, False]


def spoken(sales: Sales) -> ReferenceCall:
    """A call that rests on a yes that is kept already."""
    call = ReferenceCall(call_id="rcl_2", booked_ms=sales.zero_ms, opportunity_id=sales.deal_id)
    change = Change()
    change.replace(sales.references.read(sales.person).with_calls([call]))
    sales.store.commit(change)
    return call


def test_a_call_without_its_ask_is_nobodys_but_influences(sales: Sales) -> None:
    sales.crm("1", 0, opened=True)
    sales.tell(spoken(sales), "held")
    assert sales.influence == Influence(call_id="rcl_2", booked_ms=sales.zero_ms)
    sums = sales.sums
    assert {one.share for one in sums.totals} == {"all", "influenced"}
    assert (sums.advocates, sums.journeys, sums.asks) == ((), (), ())


def test_a_deal_of_another_programme_is_not_influenced(sales: Sales) -> None:
    other = delivery("prg_other")
    facts = Facts(deals=(step("1", occurred_ms=sales.zero_ms, opened=True),))
    Hearing(sales.desk(), MACS).hear(other, facts)
    sales.deal_id = opportunity_id_of(*other.space, "77")
    sales.tell(spoken(sales), "held")  # as it could be booked before deals were looked up
    assert len(sales.all(DealCalls)) == 1
    assert sales.influence is None


def test_the_crm_is_told_of_a_call_that_influenced_its_deal(sales: Sales) -> None:
    sales.crm("1", 0, opened=True)
    outside = Outside()
    copies = Copying(sales.desk("crm"), {"src_crm": outside}, {})
    call = sales.book_for(sales.deal_id)
    copies.deal(sales.deal_id)
    assert outside.said == {}
    sales.tell(call, "held")
    (event,) = sales.events("opportunity.influenced")
    copies.deal(event.subject)
    (ask,) = sales.all(AskMade)
    assert outside.said["deal 77"] == ReferralFacts(
        advocate=sales.anna,
        program=sales.program_id,
        journey=ask.journey_id,
        ask=ask.ask_id,
        owed="influenced",
    )


@pytest.mark.parametrize(
    ("referred", "lines"),
    [
        (-1, {"sourced": "adv_1", "influenced": "adv_2"}),
        (3, {"influenced": "adv_1"}),
        (5, {"influenced": "adv_2"}),
    ],
)
def test_a_deal_counts_once_of_each_kind(referred: float, lines: dict[str, str]) -> None:
    crm = Crm()
    crm.refer("c-1", referred)
    crm.tell(step("1", 0, opened=True, contact_ids=("c-1",)), step("2", 9, stage="closedwon"))
    (deal,) = crm.deals.page("prg_1", 2, None).rows
    ask = AskMade.model_validate(
        {
            "ask_id": "ask_1",
            "program_id": "prg_1",
            "journey_id": "jrn_1",
            "walk_id": "wlk_1",
            "subject_id": "sbj_1",
            "advocate_id": "adv_2",
            "step": "ask",
            "motion": "reference",
            "words": "talk",
            "channels": ("email",),
            "state": "accepted_work",
            "made_ms": 0,
            "expires_ms": 0,
            "changed_ms": 0,
        }
    )
    name, change = deal.deal.opportunity_id, Change()
    call = {"program_id": "prg_1", "booked_ms": deal.deal.opened_ms + 4 * DAY_MS}
    both = ({"call_id": "rcl_2", "ask_id": "ask_1", **call}, {"call_id": "rcl_3", **call})
    change.create(ask, DealCalls.model_validate({"opportunity_id": name, "calls": both}))
    crm.store.commit(change)
    period = Period(1, crm.clock.at_ms)
    found = pipeline(crm.deals.since("prg_1", 1), period, {})
    assert {one.share: one.advocate_id for one in found.advocates} == lines
    assert {one.share for one in found.totals} == {*lines, "all"}
    assert all((one.opened, one.won) == (1, 1) for one in (*found.totals, *found.advocates))


def test_only_the_newest_calls_of_a_deal_are_known(sales: Sales) -> None:
    for number in range(DEAL_CALLS_MAX + 1):
        call = ReferenceCall(
            call_id=f"rcl_{number:02}",
            booked_ms=sales.zero_ms + number,
            state="held",
            opportunity_id=sales.deal_id,
        )
        change = Change()
        sales.references.calling.influence(change, call, sales.program_id)
        sales.store.commit(change)
    (known,) = sales.all(DealCalls)
    assert (len(known.calls), known.calls[0].call_id) == (DEAL_CALLS_MAX, "rcl_01")
