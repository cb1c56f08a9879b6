"""A call is booked for a deal by the id that the CRM shows, in the programme alone."""

import pytest
from goodword.conversions.model import Source
from goodword.errors import Conflict, NotFound
from goodword.journeys.deal_names import deal_known_as
from goodword.journeys.opportunity import Opportunity
from goodword.ports import Change

from tests.support.crm import PROGRAM, Crm, step


def source(crm: Crm, name: str, namespace: str = "", program_id: str = PROGRAM) -> None:
    change = Change()
    change.create(
        Source(
            source_id=name,
            kind="hubspot",
            program_id=program_id,
            currency="EUR",
            label="x",
            sealed_secrets=(),
            namespace=namespace,
            created_ms=0,
        )
    )
    crm.store.commit(change)


def merged_twice(crm: Crm) -> None:
    """77 becomes 90, and that 91."""
    crm.tell(
        step("2", 1, deal_id="90", opened=True, merged=("77",)),
        step("3", 1, removed=True, into="90"),
        step("4", 2, deal_id="91", opened=True, merged=("90",)),
        step("5", 2, deal_id="90", removed=True, into="91"),
    )


@pytest.fixture
def crm() -> Crm:
    crm = Crm()
    crm.tell(step("1"))
    return crm


def test_the_id_of_the_crm_names_the_deal(crm: Crm) -> None:
    source(crm, "src_crm", "crm")
    source(crm, "src_shop")
    assert deal_known_as(crm.store, PROGRAM, "77") == crm.deal.opportunity_id


@pytest.mark.parametrize("program_id", [PROGRAM, "prg_2"])
def test_a_deal_of_another_programme_or_of_none_is_not_known(crm: Crm, program_id: str) -> None:
    source(crm, "src_crm", "crm", "prg_2" if program_id == PROGRAM else PROGRAM)
    with pytest.raises(NotFound) as unknown:
        deal_known_as(crm.store, program_id, "77")
    assert unknown.value.code == "unknown_opportunity"


def test_what_two_crms_call_so_is_neither(crm: Crm) -> None:
    source(crm, "src_crm", "crm")
    source(crm, "src_other", "other")
    crm.tell_from("other", step("1"))
    with pytest.raises(Conflict) as several:
        deal_known_as(crm.store, PROGRAM, "77")
    assert several.value.code == "deal_ambiguous"


def test_the_id_of_a_deal_that_was_merged_names_what_it_became(crm: Crm) -> None:
    source(crm, "src_crm", "crm")
    merged_twice(crm)
    (left,) = (one for one in crm.all(Opportunity) if one.deal_id == "91")
    assert {deal_known_as(crm.store, PROGRAM, one) for one in ("77", "90", "91")} == {
        left.opportunity_id
    }


@pytest.mark.parametrize("into", [None, "92"])
def test_a_deal_that_was_deleted_or_became_one_that_nobody_told_of_names_itself(
    crm: Crm, into: str | None
) -> None:
    source(crm, "src_crm", "crm")
    crm.tell(step("2", 1, removed=True, into=into))
    (deal,) = (one for one in crm.all(Opportunity) if one.deal_id == "77")
    assert deal_known_as(crm.store, PROGRAM, "77") == deal.opportunity_id


def test_a_chain_that_is_too_long_is_followed_as_far_as_may_be(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.journeys.deal_names.DEAL_MERGES_MAX", 1)
    source(crm, "src_crm", "crm")
    merged_twice(crm)
    (one,) = (one for one in crm.all(Opportunity) if one.deal_id == "90")
    assert deal_known_as(crm.store, PROGRAM, "77") == one.opportunity_id
