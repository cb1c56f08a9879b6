"""Whoever ends requests or withdraws consent after a call is booked is not called."""

from typing import Any, get_args

import pytest
from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.journeys.objecting import Objecting
from goodword.journeys.reference import ReferenceCall
from goodword.journeys.scoring import Motion
from goodword.ports import Change

from tests.support.people import ANNA
from tests.unit.journeys.test_calling import Office

OTHERS = sorted(set(get_args(Motion)) - {"reference"})
HELD: dict[str, Any] = {"state": "held", "outcome": "helped", "follow_up": "none"}


@pytest.fixture
def office() -> Office:
    return Office()


def call(office: Office, person: str) -> ReferenceCall:
    return office.references.read(person).calls[-1]


def booked(office: Office) -> str:
    person = office.willing()
    office.references.book(person)
    office.later(hours=1)
    return person


def bring(office: Office) -> int:
    """Every event is brought twice; the calls that are called off."""
    objecting = Objecting(office.desk("journeys_queue"), office.gate)
    return sum(objecting.heard(one) for one in office.all(Event) for _ in range(2))


@pytest.mark.parametrize("what", ["all", "reference"])
def test_whoever_ends_requests_is_not_called(office: Office, what: str) -> None:
    person = booked(office)
    Wishes(office.desk()).put(person, office.program_id, (what,), "")
    assert bring(office) == 1
    assert call(office, person).state == "cancelled"
    (ask,) = office.made
    assert ask.call is not None
    assert (ask.state, ask.call.state) == ("accepted", "cancelled")
    (told,) = office.events("journey.reference_cancelled")
    assert (told.reason, told.data["ask_id"]) == ("unsubscribed", ask.ask_id)


def test_whoever_withdraws_consent_is_not_called(office: Office) -> None:
    person = booked(office)
    office.hear("consent", 0)
    assert bring(office) == 1
    (told,) = office.events("journey.reference_cancelled")
    assert (call(office, person).state, told.reason) == ("cancelled", "no_consent")


def test_an_older_no_than_the_newest_yes_calls_nothing_off(office: Office) -> None:
    person = booked(office)
    office.hear("consent", 0)
    office.later(hours=1)
    office.hear("consent", 1)
    assert (bring(office), call(office, person).state) == (0, "booked")


@pytest.mark.parametrize("what", OTHERS)
def test_whoever_ends_requests_of_another_kind_is_called(office: Office, what: str) -> None:
    person = booked(office)
    Wishes(office.desk()).put(person, office.program_id, (what,), "")
    assert (bring(office), call(office, person).state) == (0, "booked")


def test_what_was_held_or_is_of_nobody_stays(office: Office) -> None:
    person = booked(office)
    office.references.record(person, call(office, person).call_id, followed=False, **HELD)
    Wishes(office.desk()).put(person, office.program_id, ("all",), "")
    Wishes(office.desk()).stop("sbj_gone", office.program_id)
    assert (bring(office), call(office, person).state) == (0, "held")


def test_a_call_of_before_that_rests_on_no_request_is_called_off_too(office: Office) -> None:
    person = booked(office)
    profile, change = office.references.read(person), Change()
    change.replace(profile.but(calls=(profile.calls[0].but(ask_id=""),)))
    office.store.commit(change)
    Wishes(office.desk()).stop(person, office.program_id)
    assert (bring(office), call(office, person).state) == (1, "cancelled")


def test_a_newer_call_that_a_request_shows_stays_with_it(office: Office) -> None:
    person = booked(office)
    (ask,) = office.made
    assert ask.call is not None
    other, change = ask.call.but(call_id="rcl_newer"), Change()
    change.replace(ask.but(call=other))
    office.store.commit(change)
    Wishes(office.desk()).stop(person, office.program_id)
    assert bring(office) == 1
    assert office.made[0].call == other


@pytest.mark.parametrize("first", ["booked", "objected"])
@pytest.mark.parametrize("by", ["signal", "merge"])
@pytest.mark.parametrize(("what", "why"), [("all", "unsubscribed"), ("consent", "no_consent")])
def test_whoever_said_no_by_a_name_that_is_joined_later_is_not_called(
    office: Office, first: str, by: str, what: str, why: str
) -> None:
    person = booked(office) if first == "booked" else ""
    other = office.hear("nps", 10, email="anna@work.example")
    office.later(hours=1)
    if what == "consent":
        office.hear("consent", 0, email="anna@work.example")
    else:
        Wishes(office.desk()).put(other, office.program_id, (what,), "")
    person = person or booked(office)
    if what == "consent":  # the newer of both is what she says
        office.hear("consent", 0, email="anna@work.example")
    assert (bring(office), call(office, person).state) == (0, "booked")
    before = office.all(Event)
    join(office)
    told = [one for one in office.all(Event) if one not in before]
    if by == "merge":
        told = [one.but(type="journey.subject_known", data={}) for one in told[-1:]]
    objecting = Objecting(office.desk("journeys_queue"), office.gate)
    assert sum(objecting.heard(one) for one in told for _ in range(2)) == 1
    (off,) = office.events("journey.reference_cancelled")
    assert (call(office, person).state, off.reason) == ("cancelled", why)


def test_whoever_is_known_by_several_names_and_says_nothing_against_it_is_called(
    office: Office,
) -> None:
    person = booked(office)
    office.hear("nps", 10, email="anna@work.example")
    join(office)
    assert (bring(office), call(office, person).state) == (0, "booked")


def join(office: Office) -> None:
    """A shop tells both addresses with one id."""
    for email in (ANNA.email, "anna@work.example"):
        office.hear("csat", 100, email=email, customer_id="c-1")
