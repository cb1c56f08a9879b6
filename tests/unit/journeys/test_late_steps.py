"""What deals had said when they became one counts for what is left, whenever it is told."""

from itertools import pairwise

import pytest
from goodword.journeys import deal_book
from goodword.journeys.opportunity import DealFact, DealStep, Opportunity
from goodword.journeys.signal import Signal
from goodword.ports import Change

from tests.support.crm import AT, Crm, step
from tests.unit.journeys.test_merged_deals import FIRST, SECOND, merged_into

DAY = 86_400_000
TOLD = (
    step("1", 0, opened=True, stage="demo", contact_ids=("c-1",)),
    step("2", 1, amount="5000", currency="USD"),
    step("3", 1, deal_id="78", opened=True, amount="4000", contact_ids=("c-2",)),
    step("4", 2, deal_id="78", account_id="a-1", referral=SECOND),
    step("5", 3, stage="closedwon"),
    step("6", 3, referral=FIRST),
    step("7", 4, account_id="a-2"),
    step("8", 6, deal_id="78", amount="9999", contact_ids=("c-3",)),  # after the merge
)


def left(crm: Crm, survivor: str) -> dict[str, object]:
    """What the survivor is, with the outside names of whom it knows."""
    (deal,) = [one for one in crm.all(Opportunity) if one.deal_id == survivor]
    stands = sorted((one.kind, one.occurred_ms) for one in crm.all(Signal) if not one.withdrawn)
    names = {"state", "stage", "amount_minor", "currency", "opened_ms", "closed_ms", "referral"}
    contacts = len(deal.contacts)
    return {**deal.model_dump(include=names), "contacts": contacts, "signals": stands}


@pytest.mark.parametrize(("survivor", "new"), [("90", True), ("77", False), ("78", False)])
def test_every_order_of_arrival_leaves_the_same_deal(survivor: str, new: bool) -> None:
    merge = merged_into(survivor, new=new)
    whole = Crm()
    whole.tell(*TOLD, *merge)
    expected = left(whole, survivor)
    assert expected["contacts"] == (3 if survivor == "78" else 2)
    orders: list[list[DealFact]] = [
        [*merge, *TOLD],
        [*merge, *reversed(TOLD)],
        *([*TOLD[:at], *merge, *TOLD[at:]] for at in range(1, len(TOLD))),
        *([*TOLD[at:], *merge, *TOLD[:at]] for at in range(1, len(TOLD))),
        [*TOLD[:3], merge[0], *TOLD[3:], *merge[1:]],
        [*TOLD, *reversed(merge)],
    ]
    for order in orders:
        crm = Crm()
        for one in order:
            crm.tell(one)
        assert left(crm, survivor) == expected


def test_a_late_step_reaches_what_the_survivor_became_itself() -> None:
    crm = Crm()
    crm.tell(step("1", 0), step("2", 0, deal_id="78"), step("3", 0, deal_id="79"))
    crm.tell(*merged_into("90", new=True))
    both = ("90", "79")
    crm.tell(
        step("n", 6, deal_id="91", opened=True, merged=both),
        *(step(f"n-{one}", 6, deal_id=one, removed=True, into="91") for one in both),
    )
    crm.tell(step("late", 1, deal_id="78", contact_ids=("c-9",), referral=FIRST))
    for one in ("90", "91"):
        deal = left(crm, one)
        assert (deal["contacts"], deal["referral"]) == (1, FIRST)


def test_a_repeat_changes_nothing_and_mends_what_was_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crm = Crm()
    crm.tell(*TOLD[:4], *merged_into("90", new=True))
    before = crm.all(Opportunity), crm.all(DealStep)
    crm.tell(*TOLD[:4], *merged_into("90", new=True))
    assert (crm.all(Opportunity), crm.all(DealStep)) == before
    late, commit = step("9", 1, contact_ids=("c-9",)), crm.store.commit

    def cut_off(change: Change) -> None:
        if any(isinstance(one, Opportunity) and one.deal_id == "90" for one, _ in change.replaced):
            raise InterruptedError
        commit(change)

    monkeypatch.setattr(crm.store, "commit", cut_off)
    with pytest.raises(InterruptedError):
        crm.tell(late)
    assert left(crm, "90")["contacts"] == 2
    monkeypatch.undo()
    crm.tell(late)
    assert left(crm, "90")["contacts"] == 3


def test_of_a_deal_with_too_many_steps_nothing_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crm = Crm()
    crm.tell(*merged_into("90", new=True))
    monkeypatch.setattr(deal_book, "DEAL_STEPS_MAX", 1)
    assert crm.tell(step("1", 1, deal_id="77")) == "too_many_steps"
    assert left(crm, "90")["contacts"] == 0


def test_the_steps_of_a_merge_stay_two_however_often_they_are_made_again() -> None:
    crm = Crm()
    crm.tell(*merged_into("90", new=True))
    for earlier, later in pairwise(TOLD):
        crm.tell(later, earlier)
    deal = next(one for one in crm.all(Opportunity) if one.deal_id == "90")
    names = [one.fact_id for one in crm.all(DealStep) if one.opportunity_id == deal.opportunity_id]
    assert sorted(names) == ["m", "m:began"]
    assert deal.opened_ms == AT
