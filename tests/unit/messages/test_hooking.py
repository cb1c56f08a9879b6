"""A request reaches the company's own system, counted once by its id; or staff see why not."""

from dataclasses import replace
from typing import Any

import pytest
from goodword.errors import Conflict, InvalidInput, NotFound, Unavailable
from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.limits import (
    HOOK_OFF_HOURS,
    HOOK_TRIES_MAX,
    RESEND_HOURS,
    SENDING_SECONDS_MAX,
)
from goodword.messages.endpoint import Endpoint, HookAnswer, HookLine, endpoint_key
from goodword.messages.log import letters_of
from goodword.messages.model import Message, message_key
from goodword.messages.waking import DUE
from goodword.privacy.consents import consents_of

from tests.support.hooks import Company
from tests.support.journeys import REFERENCE
from tests.support.walks import BYE, Path

BAD = HookAnswer(outcome="refused", reason="status_500")
HOOK = ["webhook"]


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def company(path: Path) -> Company:
    return Company(path)


def asked(path: Path, *, channels: list[str] = HOOK, **changes: Any) -> Event:
    path.asked(BYE, channels=channels, **changes)
    (event,) = path.events("journey.asked")
    return event


def kept(path: Path, event: Event) -> Message:
    found = path.store.get(Message, message_key(event.event_id, "webhook"))
    assert found is not None
    return found


def test_a_request_is_told_once_with_ids_and_no_personal_field(
    path: Path, company: Company
) -> None:
    event = asked(path)
    told = company.hooks.tell(event)
    assert told is not None
    assert (told.state, told.tries, told.channel) == ("sent", 1, "webhook")
    assert company.hooks.tell(event) == kept(path, event)
    ((_, name, said, secrets),) = company.receiver.got
    (ask,) = path.made
    assert (name, said["type"], secrets) == (event.event_id, "journey.asked", 1)
    data = said["data"]
    assert data["ask_id"] == ask.ask_id
    assert data["advocate_id"] == path.anna
    assert data["words"]["title"]
    assert (data["person"], data["answer"], data["unsubscribe"]) == (None, None, None)
    assert data["page"] == "https://go.example/my/asks"
    assert "anna" not in str(said).replace(path.anna, "").lower()
    (sent,) = path.events("message.sent")
    assert (sent.subject, sent.data["channel"]) == (path.anna, "webhook")


def test_name_and_address_go_along_only_while_the_person_wants_it(
    path: Path, company: Company
) -> None:
    event = asked(path)
    (ask,) = path.made
    wishes = Wishes(path.asks.desk)
    wishes.put(ask.subject_id, path.program_id, (), "UTC", shares=True)
    company.hooks.tell(event)
    person = company.receiver.got[0][2]["data"]
    assert person["person"]["email"] == "anna@mail.example"
    assert person["answer"] == "https://go.example/asks/p1"
    wishes.put(ask.subject_id, path.program_id, (), "UTC")
    company.hooks.tell(event.but(event_id="evt_again"))
    assert company.receiver.got[1][2]["data"]["person"] is None
    (consent,) = (one for one in consents_of(path.store, path.anna) if one.what == "contact")
    assert consent.withdrawn_ms is not None


def test_a_journey_that_does_not_name_it_tells_it_nothing(path: Path, company: Company) -> None:
    event = asked(path, channels=["email", "in_app"])
    assert company.hooks.tell(event) is None
    assert not path.all(Message)


def test_a_complaint_before_the_message_leaves_is_heeded(path: Path, company: Company) -> None:
    event = asked(path)
    path.hear("complaint")
    told = company.hooks.tell(event)
    assert told is not None
    assert (told.state, told.reason) == ("skipped", "recent_complaint")
    assert not company.receiver.got


def test_without_an_endpoint_it_is_skipped(path: Path, company: Company) -> None:
    event = asked(path)
    del path.store.items[endpoint_key(path.program_id)]
    told = company.hooks.tell(event)
    assert told is not None
    assert (told.state, told.reason) == ("skipped", "no_endpoint")


def test_what_is_not_taken_is_tried_again_under_the_same_id(path: Path, company: Company) -> None:
    event = asked(path)
    company.receiver.answer = BAD
    first = company.hooks.tell(event)
    assert first is not None
    assert (first.state, first.reason, first.tries) == ("held", "status_500", 1)
    assert company.hooks.tell(event) == kept(
        path, event
    )  # the queue brings it: not before its hour
    assert company.wake() == []
    path.later(hours=5 / 60)
    (second,) = company.wake()
    assert second is not None
    assert (second.state, second.tries) == ("held", 2)
    company.receiver.answer = HookAnswer(outcome="taken")
    path.later(hours=10 / 60)
    (third,) = company.wake()
    assert third is not None
    assert (third.state, third.tries) == ("sent", 3)
    assert {one[1] for one in company.receiver.got} == {event.event_id}
    assert company.endpoints.read(path.program_id).failures == 0


def test_what_nobody_takes_is_given_up_and_sent_again_by_hand(path: Path, company: Company) -> None:
    event = asked(path)
    company.receiver.answer = BAD
    company.hooks.tell(event)
    for _ in range(HOOK_TRIES_MAX - 1):
        path.later(hours=12)
        company.wake()
    given_up = kept(path, event)
    assert (given_up.state, given_up.reason, given_up.tries) == (
        "failed",
        "status_500",
        HOOK_TRIES_MAX,
    )
    assert len(company.receiver.got) == HOOK_TRIES_MAX
    assert company.hooks.tell(event) == given_up
    path.later(hours=12)
    assert company.wake() == []
    company.receiver.answer = HookAnswer(outcome="taken")
    known = len(path.events(DUE))
    company.endpoints.resend(path.program_id, event.event_id)
    (due,) = path.events(DUE)[known:]
    sent = company.heard(due)
    assert sent is not None
    assert (sent.state, sent.tries) == ("sent", 1)
    with pytest.raises(Conflict, match="delivery_not_failed"):
        company.endpoints.resend(path.program_id, event.event_id)
    other = path.program()
    company.endpoints.put(other.program_id, "https://other.example/")
    with pytest.raises(NotFound, match="unknown_delivery"):
        company.endpoints.resend(other.program_id, event.event_id)


def test_an_endpoint_that_keeps_failing_is_switched_off_and_nothing_is_lost(
    path: Path, company: Company
) -> None:
    event = asked(path, frequency={"asks": 20, "days": 1})
    company.receiver.answer = HookAnswer(outcome="gone", reason="gone")
    company.hooks.tell(event)
    assert company.endpoints.read(path.program_id).state == "off"
    assert path.why("message.endpoint_off") == ["gone"]
    path.later(hours=1)
    (waits,) = company.wake()
    assert waits is not None
    assert (waits.state, waits.reason, waits.tries) == ("held", "endpoint_off", 1)
    assert len(company.receiver.got) == 1
    company.receiver.answer = HookAnswer(outcome="taken")
    company.endpoints.set_state(path.program_id, "on", "mended")
    path.later(hours=HOOK_OFF_HOURS)
    (sent,) = company.wake()
    assert sent is not None
    assert sent.state == "sent"


def test_one_that_has_just_failed_is_left_alone_for_a_minute(path: Path, company: Company) -> None:
    event = asked(path)
    company.receiver.answer = BAD
    company.hooks.tell(event)
    other = company.hooks.tell(event.but(event_id="evt_other"))
    assert other is not None
    assert (other.state, other.reason, other.tries) == ("held", "endpoint_resting", 0)
    path.later(hours=1)
    assert [one.tries for one in company.wake() if one is not None] == [2, 0]


def test_two_workers_do_not_send_at_once_and_a_dead_one_is_taken_over(
    path: Path, company: Company
) -> None:
    event = asked(path)
    company.receiver.error = RuntimeError("the worker is killed")
    with pytest.raises(RuntimeError):
        company.hooks.tell(event)
    company.receiver.error = None
    with pytest.raises(Unavailable, match="message_in_flight"):
        company.hooks.tell(event)
    path.clock.advance(SENDING_SECONDS_MAX * 1000)
    told = company.hooks.tell(event)
    assert told is not None
    assert (told.state, told.tries) == ("sent", 2)
    assert [one[1] for one in company.receiver.got] == [event.event_id] * 2


def test_of_two_who_begin_at_one_moment_one_sends(path: Path, company: Company) -> None:
    event = asked(path)
    path.before_next_commit(lambda: company.hooks.tell(event))
    with pytest.raises(Unavailable):
        company.hooks.tell(event)
    assert len(company.receiver.got) == 1


def test_the_log_shows_it_with_the_person_and_with_the_webhook(
    path: Path, company: Company
) -> None:
    event = asked(path)
    company.hooks.tell(event)
    (of_person,) = letters_of(path.store, path.anna, 5, None).rows
    (of_hook,) = company.endpoints.deliveries(path.program_id, 5, None).rows
    assert of_person == of_hook == kept(path, event)
    (line,) = path.all(HookLine)
    assert line.expires_s == of_hook.expires_s


def test_a_message_of_nobody_is_in_the_log_of_the_webhook_alone(
    path: Path, company: Company
) -> None:
    event = asked(path)
    nobody = event.but(event_id="evt_2", data={**event.data, "advocate_id": None})
    hooks = replace(company.hooks, unfit=lambda _: None)
    told = hooks.tell(nobody)
    assert told is not None
    assert told.advocate_id == ""
    assert letters_of(path.store, path.anna, 5, None).rows == []


def test_staff_may_send_a_request_of_the_webhook_once_more(path: Path, company: Company) -> None:
    from goodword.journeys.resending import Resending  # noqa: PLC0415

    asked(path)
    (ask,) = path.made
    path.later(hours=RESEND_HOURS)
    Resending(path.desk(), company.leaving).resend(ask.ask_id)
    (event,) = path.events("journey.resent")
    told = company.hooks.tell(event)
    assert told is not None
    assert told.state == "sent"
    assert path.all(Endpoint)[0].failures == 0


def test_a_journey_that_names_it_is_published_only_while_it_is_on(path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        path.publish(REFERENCE, BYE, channels=["email", "webhook"])
    assert refused.value.code == "journey_refused"
    ((field, why, *_),) = refused.value.fields
    assert (field, why.partition(":")[0]) == ("channels.1", "no_webhook")
    company = Company(path)
    company.endpoints.set_state(path.program_id, "off", "maintenance")
    with pytest.raises(InvalidInput):
        path.publish(REFERENCE, BYE, channels=["webhook"])
    company.endpoints.set_state(path.program_id, "on", "mended")
    assert path.publish(REFERENCE, BYE, channels=["webhook"]).in_force == 1
