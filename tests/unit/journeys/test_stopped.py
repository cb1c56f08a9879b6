"""A programme that is paused or closed books no call and sends nobody a letter that waited."""

from functools import partial
from typing import Any

import pytest
from goodword.errors import Conflict, Unavailable
from goodword.events import Actor, Event
from goodword.journeys.asking import AskRules
from goodword.journeys.gate import Gate
from goodword.journeys.journey import Journey
from goodword.journeys.leaving import Leaving, hold
from goodword.journeys.listening import Customers
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.limits import PAUSE_LOOK_HOURS
from goodword.messages.model import Letter, Message, Unfit
from goodword.messages.service import Messenger
from goodword.ports import Change, GuardFailed
from goodword.programs.model import ProgramState
from goodword.times import HOUR_MS
from goodword_aws.messages import money_of

from tests.support.hooks import Company
from tests.support.journeys import REFERENCE, terms
from tests.support.walks import BYE, EVENING, THANKS, Path
from tests.unit.journeys.test_calling import Office
from tests.unit.journeys.test_leaving import night, unfit
from tests.unit.messages.test_telling import ENGLISH, MORE

LOOK_MS = PAUSE_LOOK_HOURS * HOUR_MS


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def office() -> Office:
    return Office()


def turn(path: Path, state: ProgramState) -> None:
    """Somebody pauses the programme, closes it, or lets it go on."""
    path.programs.set_state(path.program_id, state, "because_of_it")


def turn_journey(path: Path, what: str) -> None:
    """Somebody pauses the journey, ends it, lets it go on, or publishes a version that stops."""
    (journey,) = path.all(Journey)
    if what == "stop":
        path.publish(REFERENCE, BYE, of=journey.journey_id, in_flight="stop")
    else:
        staff = Actor(kind="staff", id="milo")
        Journeys(path.desk(staff)).set_state(journey.journey_id, what, "because_of_it")


class Mail:
    """A mail service, and the messenger over it with its real checks."""

    def __init__(self, path: Path) -> None:
        self.sent: list[str] = []
        desk = path.desk("messages")
        leaving = Leaving(desk, Gate(desk, Customers(desk)))
        self.messenger = Messenger(
            desk=desk,
            vault=path.vault,
            post=self,
            catalogue_of=lambda _: ENGLISH,
            portal="https://go.example",
            money_of=money_of,
            more_of=lambda _event, _locale: MORE,
            unfit=lambda _: leaving.unfit(path.made[0]),
            hold=lambda event, change: hold(
                path.store, change, path.program_id, str(event.data["journey_id"]), thanks=False
            ),
        )

    def send(self, to: str, letter: Letter, type: str) -> str:
        self.sent.append(f"{type} {to}")
        return f"mail-{letter.subject}"


def asked(path: Path, *steps: dict[str, Any], **changes: Any) -> Event:
    """Anna is asked; the event that her letter is about."""
    path.asked(*(steps or (BYE,)), **changes)
    (event,) = path.events("journey.asked")
    return event


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_no_call_is_booked(office: Office, state: ProgramState) -> None:
    person = office.willing()
    turn(office, state)
    assert office.stands(person) == f"programme_{state}"
    if state == "paused":
        turn(office, "active")
        assert office.stands(person) == ""


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_stop_that_commits_before_the_booking_wins(office: Office, state: ProgramState) -> None:
    person = office.willing()
    office.before_next_commit(partial(turn, office, state))
    with pytest.raises(Conflict, match=f"nobody may call now: programme_{state}"):
        office.references.book(person)
    assert office.references.read(person).calls == ()


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_dry_run_says_that_nobody_would_be_asked(path: Path, state: ProgramState) -> None:
    path.delight()
    path.hear("case_resolved", about="c-1")
    turn(path, state)
    dry = Previewing(path.desk(), path.subjects)
    found = dry.of(path.program_id, terms(REFERENCE, quiet_hours=EVENING), None)
    assert (found.would_enter, found.would_ask) == (1, 0)
    assert found.reasons == {f"programme_{state}": 1}
    assert [one.from_ms for one in found.people] == [None]


def test_a_stop_that_commits_before_the_request_wins(path: Path) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    walk = path.entered()
    path.before_next_commit(partial(turn, path, "paused"))
    path.step(walk)
    assert path.made == []
    assert path.now(walk).held == "programme_paused"
    turn(path, "active")
    path.later(days=1)
    path.step(walk)
    assert len(path.made) == 1


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_stop_that_commits_before_the_reminder_wins(path: Path, state: ProgramState) -> None:
    again = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
    walk, _ = path.asked(again, BYE)
    path.later(days=7)
    path.before_next_commit(partial(turn, path, state))
    path.step(walk)
    assert path.events("journey.reminded") == []


def test_a_letter_that_night_held_waits_out_the_pause(path: Path) -> None:
    event = asked(path, quiet_hours=night(path))
    mail = Mail(path)
    path.later(hours=1)
    assert mail.messenger.tell(event).reason == "quiet_hours"
    turn(path, "paused")
    path.later(hours=3)
    held = mail.messenger.tell(event)
    assert (held.state, held.reason, held.next_ms) == (
        "held",
        "programme_paused",
        path.clock.at_ms + LOOK_MS,
    )
    assert mail.sent == []
    turn(path, "active")
    path.later(hours=PAUSE_LOOK_HOURS)
    assert (mail.messenger.tell(event).state, len(mail.sent)) == ("sent", 1)


def test_a_letter_of_a_programme_that_closed_is_over(path: Path) -> None:
    event = asked(path, quiet_hours=night(path))
    path.later(hours=1)
    turn(path, "closed")
    assert unfit(path) == Unfit("programme_closed")
    mail = Mail(path)
    assert (mail.messenger.tell(event).state, mail.sent) == ("skipped", [])


def test_thanks_wait_out_a_pause_and_are_owed_after_the_end(path: Path) -> None:
    asked(path, THANKS, BYE)
    path.asks.answer(path.made[0].ask_id, "accepted")
    path.asks.work(path.made[0].ask_id, done=True, code="call_held", own_advocate_id=None)
    turn(path, "paused")
    assert unfit(path, thanks=True) == Unfit("programme_paused", path.clock.at_ms + LOOK_MS)
    turn(path, "closed")
    assert unfit(path, thanks=True) is None


def test_a_pause_that_commits_before_the_claim_of_a_letter_wins(path: Path) -> None:
    event, mail = asked(path), Mail(path)
    path.before_next_commit(partial(turn, path, "paused"))
    with pytest.raises(Unavailable):
        mail.messenger.tell(event)
    assert (mail.sent, path.all(Message)) == ([], [])
    assert mail.messenger.tell(event).reason == "programme_paused"  # brought again
    assert mail.sent == []


def test_a_pause_that_commits_before_the_claim_of_a_webhook_wins(path: Path) -> None:
    company = Company(path)
    event = asked(path, channels=["webhook"])
    path.before_next_commit(partial(turn, path, "paused"))
    with pytest.raises(Unavailable):
        company.hooks.tell(event)
    held = company.hooks.tell(event)
    assert held is not None
    assert (held.state, held.reason, company.receiver.got) == ("held", "programme_paused", [])


@pytest.mark.parametrize("state", ["active", "paused", "closed"])
def test_thanks_are_claimed_unless_the_programme_is_paused(path: Path, state: ProgramState) -> None:
    if state != "active":
        turn(path, state)
    change = Change()
    hold(path.store, change, path.program_id, "jrn_gone", thanks=True)
    change.create(AskRules(program_id="prg_other"))
    if state == "paused":
        with pytest.raises(GuardFailed):
            path.store.commit(change)
    else:
        path.store.commit(change)


# --- the journey ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "state", "why"),
    [
        ("paused", "walking", "journey_paused"),
        ("ended", "ended", "journey_ended"),
        ("stop", "ended", "version_stopped"),
    ],
)
def test_what_is_done_to_a_journey_before_the_request_commits_wins(
    path: Path, what: str, state: str, why: str
) -> None:
    path.publish(REFERENCE, BYE)
    path.delight()
    walk = path.entered()
    path.before_next_commit(partial(turn_journey, path, what))
    path.step(walk)
    after = path.now(walk)
    assert (path.made, after.state, after.held or after.reason) == ([], state, why)


@pytest.mark.parametrize("what", ["paused", "ended", "stop"])
def test_what_is_done_to_a_journey_before_the_reminder_commits_wins(path: Path, what: str) -> None:
    again = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
    walk, _ = path.asked(again, BYE)
    path.later(days=7)
    path.before_next_commit(partial(turn_journey, path, what))
    path.step(walk)
    assert path.events("journey.reminded") == []


def test_a_letter_that_night_held_waits_until_its_journey_goes_on(path: Path) -> None:
    event = asked(path, quiet_hours=night(path))
    mail = Mail(path)
    path.later(hours=1)
    assert mail.messenger.tell(event).reason == "quiet_hours"
    turn_journey(path, "paused")
    path.later(hours=3)
    held = mail.messenger.tell(event)
    again_ms = path.clock.at_ms + LOOK_MS
    assert (held.state, held.reason, held.next_ms) == ("held", "journey_paused", again_ms)
    turn_journey(path, "active")
    path.later(hours=PAUSE_LOOK_HOURS)
    assert (mail.messenger.tell(event).state, len(mail.sent)) == ("sent", 1)


@pytest.mark.parametrize(("what", "why"), [("ended", "journey_ended"), ("stop", "version_stopped")])
def test_a_letter_of_a_journey_that_stopped_is_over(path: Path, what: str, why: str) -> None:
    event = asked(path, quiet_hours=night(path))
    path.later(hours=1)
    turn_journey(path, what)
    assert unfit(path) == Unfit(why)
    mail = Mail(path)
    assert (mail.messenger.tell(event).state, mail.sent) == ("skipped", [])


@pytest.mark.parametrize(
    ("what", "why"),
    [("paused", "journey_paused"), ("ended", "journey_ended"), ("stop", "version_stopped")],
)
def test_what_is_done_to_a_journey_before_the_claim_of_a_letter_wins(
    path: Path, what: str, why: str
) -> None:
    event, mail = asked(path), Mail(path)
    path.before_next_commit(partial(turn_journey, path, what))
    with pytest.raises(Unavailable):
        mail.messenger.tell(event)
    assert (mail.sent, path.all(Message)) == ([], [])
    assert mail.messenger.tell(event).reason == why  # brought again


def test_a_version_that_stops_before_the_claim_of_a_webhook_wins(path: Path) -> None:
    company = Company(path)
    event = asked(path, channels=["webhook"])
    path.before_next_commit(partial(turn_journey, path, "stop"))
    with pytest.raises(Unavailable):
        company.hooks.tell(event)
    after = company.hooks.tell(event)
    assert after is not None
    assert (after.state, after.reason, company.receiver.got) == ("skipped", "version_stopped", [])


def test_no_claim_is_made_for_a_journey_that_is_not_there(path: Path) -> None:
    asked(path)
    change = Change()
    hold(path.store, change, path.program_id, "jrn_gone", thanks=False)
    change.create(AskRules(program_id="prg_other"))
    with pytest.raises(GuardFailed):
        path.store.commit(change)


def test_whoever_did_it_is_thanked_whatever_became_of_the_journey(path: Path) -> None:
    asked(path, THANKS, BYE)
    path.asks.answer(path.made[0].ask_id, "accepted")
    turn_journey(path, "stop")  # nobody is stopped who has promised something
    assert unfit(path) == Unfit("ask_over")
    path.asks.work(path.made[0].ask_id, done=True, code="call_held", own_advocate_id=None)
    for what in ("paused", "ended"):
        turn_journey(path, what)
        assert unfit(path, thanks=True) is None


def test_a_version_that_stops_leaves_whoever_promised_something_their_other_letters(
    path: Path,
) -> None:
    walk, ask = path.asked(THANKS, BYE)
    change = Change()
    promised = ask.line.but(ask_id="ask_other", step="other", state="accepted")
    change.replace(walk.with_ask(promised))
    path.store.commit(change)
    turn_journey(path, "stop")
    assert unfit(path) is None
