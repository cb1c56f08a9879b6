"""Staff have a letter sent once more: rarely, once for each press, never against its person."""

import pytest
from goodword.errors import Conflict, NotFound
from goodword.events import Actor
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.leaving import Leaving
from goodword.journeys.listening import Customers
from goodword.journeys.resending import RESENT, Resending, waits

from tests.support.walks import BYE, Path


@pytest.fixture
def path() -> Path:
    found = Path()
    found.asked(BYE)
    return found


def resend(path: Path, ask_id: str = "") -> None:
    desk = path.desk(Actor(kind="staff", id="marta"))
    leaving = Leaving(desk, Gate(desk, Customers(desk)))
    Resending(desk, leaving).resend(ask_id or path.made[0].ask_id)


def test_each_press_is_one_event_with_its_author(path: Path) -> None:
    path.later(days=1)
    resend(path)
    (event,) = path.events(RESENT)
    assert (event.actor.id, event.subject) == ("marta", path.made[0].ask_id)
    assert (event.data["advocate_id"], event.data["motion"]) == (path.anna, "reference")
    assert path.made[0].resent_ms == (path.clock.at_ms,)
    assert path.made[0].state == "sent"


def test_a_day_lies_between_two_and_there_are_two_at_most(path: Path) -> None:
    with pytest.raises(Conflict, match="resent_lately"):
        resend(path)
    path.later(days=1)
    resend(path)
    with pytest.raises(Conflict, match="resent_lately"):
        resend(path)
    path.later(days=1)
    resend(path)
    path.later(days=1)
    with pytest.raises(Conflict, match="resent_often"):
        resend(path)
    assert len(path.events(RESENT)) == 2


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("consent", "no_consent"),
        ("complaint", "recent_complaint"),
        ("unsubscribed", "unsubscribed"),
        ("left", "not_taking_part"),
        ("answered", "ask_over"),
        ("night", "quiet_hours"),
    ],
)
def test_it_is_never_against_its_person(path: Path, kind: str, why: str) -> None:
    path.later(days=1, hours=14 if kind == "night" else 0)
    (ask,) = path.made
    if kind == "unsubscribed":
        Wishes(path.desk()).unsubscribe(ask)
    elif kind == "left":
        path.enrolments.leave(path.anna, path.program_id)
    elif kind == "answered":
        path.asks.answer(ask.ask_id, "accepted")
    elif kind != "night":
        path.hear(kind, 0 if kind == "consent" else None)
    with pytest.raises(Conflict, match="letter_not_allowed") as refused:
        resend(path)
    assert str(refused.value).endswith(why)
    assert path.events(RESENT) == []


def test_what_is_not_there_is_not_sent(path: Path) -> None:
    with pytest.raises(NotFound, match="unknown_ask"):
        resend(path, "ask_none")


@pytest.mark.parametrize("answer", ["", "accepted", "declined"])
def test_only_what_can_still_be_answered_waits_for_a_letter(path: Path, answer: str) -> None:
    (ask,) = path.made
    assert waits(ask, path.clock.at_ms)
    assert not waits(ask, ask.expires_ms)
    assert not waits(ask.but(resent_ms=(1, 2)), path.clock.at_ms)
    if answer:
        path.asks.answer(ask.ask_id, answer)  # type: ignore[arg-type]  # one of its states
    assert waits(path.made[0], path.clock.at_ms) == (not answer)
