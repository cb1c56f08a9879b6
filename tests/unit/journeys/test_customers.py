"""Customers who do not take part are asked by the company's own system, within all limits."""

from typing import Any

import pytest
from goodword.advocates.model import Enrolment, Known, known_key
from goodword.conversions.forgetting import Forgetting
from goodword.errors import InvalidInput
from goodword.events import Event
from goodword.journeys.asks import Asks, Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.happened import happened
from goodword.journeys.listening import Customers
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import AskMade, AskOfAdvocate, Walk
from goodword.ports import Change

from tests.support.hooks import LINKS, Company
from tests.support.journeys import REFERENCE, terms
from tests.support.people import BEN, MACS
from tests.support.walks import BYE, THANKS, Path

REVIEW = {"step": "ask", "name": "stars", "motion": "review", "template": "r"}
STORY = {"step": "ask", "name": "story", "motion": "story", "template": "s"}
KIM: dict[str, Any] = {"email": "kim@mail.example"}
OPEN: dict[str, Any] = {"reach": "customers", "channels": ["webhook"]}


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def company(path: Path) -> Company:
    return Company(path)


def asked(path: Path, **changes: object) -> tuple[Walk, AskMade]:
    """Kim, who is known by signals alone, is asked for a reference."""
    path.publish(REFERENCE, BYE, **(OPEN | changes))
    path.delight(**KIM)
    walk = path.entered(**KIM)
    path.step(walk)
    (ask,) = path.made
    return path.now(walk), ask


def told(path: Path, company: Company) -> Event:
    (event,) = path.events("journey.asked")
    company.hooks.tell(event)
    return event


def test_a_customer_is_asked_by_id_with_links_and_nothing_personal(
    path: Path, company: Company
) -> None:
    walk, ask = asked(path)
    assert (ask.advocate_id, ask.subject_id) == ("", walk.subject_id)
    assert not path.all(AskOfAdvocate)
    told(path, company)
    data = company.receiver.got[0][2]["data"]
    assert (data["advocate_id"], data["person"]) == (None, None)
    assert data["subject_id"] == walk.subject_id
    assert (data["page"], data["answer"], data["unsubscribe"]) == (
        LINKS.join,
        LINKS.answer,
        LINKS.stop,
    )
    assert "kim" not in str(company.receiver.got).lower()


def test_the_answer_and_the_work_go_their_way(path: Path, company: Company) -> None:
    walk, ask = asked(path)
    asks = Asks(path.desk(), path.workflow)
    asks.answer(ask.ask_id, "accepted")
    asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    (event,) = path.events("journey.ask_accepted_work")
    assert happened(event) is None  # no activity of an advocate
    company.hooks.tell(event)
    assert [one[2]["type"] for one in company.receiver.got] == ["journey.ask_accepted_work"]


def test_a_journey_for_advocates_asks_no_customer(path: Path, company: Company) -> None:
    path.publish(REFERENCE, BYE, channels=["webhook"])
    path.delight(**KIM)
    path.step(path.entered(**KIM))
    assert not path.made
    assert path.why("journey.ask_held") == ["not_known_here"]


@pytest.mark.parametrize("state", ["left", "banned", "declined", "paused", "invited"])
def test_whoever_has_been_here_and_does_not_take_part_is_not_asked_that_way(
    path: Path, company: Company, state: str
) -> None:
    path.joined(path.program_id, BEN)
    one = next(one for one in path.all(Enrolment) if one.advocate_id != path.anna)
    change = Change()
    change.replace(one.but(state=state))
    path.store.commit(change)
    path.publish(REFERENCE, BYE, **OPEN)
    path.delight(email=BEN.email)
    path.step(path.entered(email=BEN.email))
    assert not path.made
    assert path.why("journey.ask_held") == ["not_taking_part"]


def test_what_forbids_asking_forbids_it_here_too(path: Path, company: Company) -> None:
    path.publish(REFERENCE, BYE, **OPEN)
    path.delight(**KIM)
    path.later(hours=1)
    path.hear("consent", 0, **KIM)
    path.step(path.entered(**KIM))
    assert path.why("journey.ask_held") == ["no_consent"]
    path.later(hours=1)
    path.hear("consent", 1, **KIM)
    path.hear("complaint", **KIM)
    path.later(days=1)
    path.walking.sweep()
    assert not path.made


def forget(path: Path) -> None:
    Forgetting(path.desk("friend")).forget(path.program_id, MACS.mac("email", KIM["email"]))


def test_whoever_is_forgotten_on_the_way_is_never_asked(path: Path, company: Company) -> None:
    wait = {"step": "wait", "name": "settle", "hours": 48}
    path.publish(wait, REFERENCE, BYE, goal={"motion": "reference", "within_days": 90}, **OPEN)
    path.delight(**KIM)
    walk = path.entered(**KIM)
    path.step(walk)
    path.later(days=1)
    forget(path)
    path.later(days=1)
    assert path.step(walk).route == "done"
    assert not path.made
    assert path.why("journey.ask_not_made") == ["forgotten"]


@pytest.mark.parametrize("when", ["queued", "to remind", "to thank"])
def test_of_whoever_is_forgotten_nothing_more_is_sent(
    path: Path, company: Company, when: str
) -> None:
    remind = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
    path.publish(REFERENCE, remind, BYE, **OPEN)
    path.delight(**KIM)
    walk = path.entered(**KIM)
    path.step(walk)
    (ask,) = path.made
    asks, what = Asks(path.desk(), path.workflow), "asked"
    if when == "to thank":
        asks.answer(ask.ask_id, "accepted")
        asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
        what = "ask_accepted_work"
    if when == "to remind":
        path.later(days=7)
        forget(path)
        path.step(walk)
        assert not path.events("journey.reminded")
        assert path.why("journey.not_reminded") == ["forgotten"]
        return
    forget(path)
    (event,) = path.events(f"journey.{what}")
    company.hooks.tell(event)
    assert not company.receiver.got
    assert path.why("message.skipped") == ["forgotten"]


def test_two_journeys_hold_one_cool_down(path: Path, company: Company) -> None:
    path.publish(REFERENCE, BYE, **OPEN)
    path.publish(REVIEW, BYE, goal={"motion": "review", "within_days": 90}, **OPEN)
    subject_id = path.delight(**KIM)
    path.hear("case_resolved", about="c-1", **KIM)
    first, second = path.entering.consider(subject_id)
    path.step(first)
    path.step(second)
    assert len(path.made) == 1
    assert path.why("journey.ask_held") in (["cool_down"], ["too_often"])


def test_who_unsubscribes_by_the_link_hears_no_more(path: Path, company: Company) -> None:
    _, ask = asked(path)
    Wishes(path.desk()).unsubscribe(ask)
    told(path, company)
    assert not company.receiver.got


def test_whoever_joins_meanwhile_is_not_spoken_to_as_a_stranger(
    path: Path, company: Company
) -> None:
    asked(path)
    change = Change()
    change.create(Known(mac=MACS.mac("email", KIM["email"]), of="email", advocate_id=path.anna))
    path.store.commit(change)
    told(path, company)
    assert not company.receiver.got
    assert path.why("message.skipped") == ["not_taking_part"]


def test_whoever_comes_to_be_known_at_that_moment_is_looked_at_again(
    path: Path, company: Company
) -> None:
    path.publish(REFERENCE, BYE, **OPEN)
    path.delight(**KIM)
    walk = path.entered(**KIM)
    mac = MACS.mac("email", KIM["email"])

    def known() -> None:
        change = Change()
        change.create(Known(mac=mac, of="email", advocate_id="adv_banned"))
        path.store.commit(change)

    path.before_next_commit(known)
    path.step(walk)
    assert not path.made
    assert path.store.get(Known, known_key(mac)) is not None


def test_what_cannot_be_had_of_a_customer_is_not_published(path: Path) -> None:
    seat = {"step": "flag", "name": "seat", "of_ask": "call", "segment": "beta"}
    journey = terms(STORY, REFERENCE, THANKS, seat, reach="customers", channels=["email"])
    found = [(one.field, one.kind) for one in refusals(journey)]
    assert found == [
        ("reach", "customers_by_webhook"),
        ("steps.0.motion", "story_of_customers"),
        ("steps.2", "reward_of_customers"),
        ("steps.3", "flag_of_customers"),
    ]
    with pytest.raises(InvalidInput):
        path.publish(REFERENCE, BYE, reach="customers", channels=["email"])


def test_a_person_of_whom_nothing_is_known_can_be_looked_at(path: Path) -> None:
    subject_id = path.delight(**KIM)
    desk = path.desk()
    seen = Gate(desk, Customers(desk)).look(subject_id)
    assert (seen.reached, seen.advocate_id) == ("not_known_here", "")
    assert seen.unreached(terms(REFERENCE)) == "not_known_here"
    assert seen.unreached(terms(REFERENCE, reach="customers", channels=["webhook"])) is None
