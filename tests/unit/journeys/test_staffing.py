"""A hand-over names a colleague who may work on it, or the journey is not published."""

from collections.abc import Mapping

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.definition import StaffRole
from goodword.journeys.publishing import Journeys
from goodword.journeys.staffing import NO_DIRECTORY

from tests.support.journeys import REFERENCE, House, terms

CARE = {"step": "hand_over", "name": "care", "to": "support", "assignee": "milo"}
MONEY = CARE | {"name": "money", "role": "finance"}
NOBODYS = {"step": "hand_over", "name": "any", "to": "support"}


class Directory:
    """Who works as what; None of who cannot be looked up."""

    def __init__(self, known: Mapping[str, frozenset[str] | None]) -> None:
        self.known = known

    def working_as(self, role: StaffRole) -> frozenset[str] | None:
        return self.known[role]


KNOWN = Directory({"marketer": frozenset({"milo", "ada"}), "finance": frozenset({"ada"})})
AWAY = Directory({"marketer": None, "finance": None})


@pytest.fixture
def house() -> House:
    return House()


def test_whoever_does_not_have_the_role_is_refused_with_the_place(house: House) -> None:
    marta = Journeys(house.marta.desk, staff=KNOWN)
    what = terms(NOBODYS, REFERENCE, CARE, MONEY, goal={"motion": "reference"})
    (found,) = marta.broken("prg_1", what)
    assert (found.field, found.kind, dict(found.bounds)) == (
        "steps.3.assignee",
        "unknown_assignee",
        {"role": "finance"},
    )
    assert marta.warned(what) == []
    draft = house.drafted(what)
    with pytest.raises(InvalidInput) as refused:
        Journeys(house.milo.desk, staff=KNOWN).publish(draft.journey_id, draft.digest, "finish")
    assert [one.kind for one in refused.value.fields] == ["unknown_assignee"]


@pytest.mark.parametrize("staff", [AWAY, NO_DIRECTORY])
def test_where_nobody_can_tell_it_is_published_and_said(house: House, staff: Directory) -> None:
    what = terms(REFERENCE, CARE)
    draft = house.drafted(what)
    milo = Journeys(house.milo.desk, staff=staff)
    assert milo.broken("prg_1", what) == []
    assert [(one.field, one.kind) for one in milo.warned(what)] == [
        ("steps.1.assignee", "assignee_unchecked")
    ]
    assert milo.publish(draft.journey_id, draft.digest, "finish").number == 1
