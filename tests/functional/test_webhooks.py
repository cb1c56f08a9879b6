"""Requests go from the queue to a company's own system: beside mail, alone, later, never twice."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from goodword.errors import Unavailable
from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.messages.endpoint import HookAnswer
from goodword.messages.model import Message
from goodword_aws import messages_webhooks
from goodword_aws.webhooks import PURPOSE, endpoints

from tests.functional.test_console_webhooks import SAID
from tests.support.api import ADMIN, ANALYST, MARKETER, Front, front
from tests.support.functions import call, sample
from tests.support.hooks import URL
from tests.support.journeys import REFERENCE
from tests.support.people import STAFF
from tests.support.ses import Ses
from tests.support.walks import BYE, THANKS, Path

HOOK = "/v1/programs/{}/webhook"


class Post:
    """Stands for the network: what would have been posted, and what is answered."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answer = HookAnswer(outcome="taken")

    def send(self, url: str, secrets: Sequence[bytes], message_id: str, body: bytes) -> HookAnswer:
        assert (url, len(secrets)) == (URL, 1)
        self.got.append((message_id, json.loads(body)))
        return self.answer


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(messages_webhooks, "_post", lambda: made)
    messages_webhooks._resting.cache_clear()
    return made


@pytest.fixture
def api(path: Path, ses: Ses, post: Post, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with front(path) as found:
        monkeypatch.setattr("goodword_aws.messages.client", lambda _name: ses)
        endpoints(path.desk(STAFF)).put(path.program_id, URL)
        yield found


def tell(event: Event) -> list[str]:
    """The event reaches the function that sends; what must come again."""
    message = sample("messages_queue", "reward_due")
    body = json.loads(message["Records"][0]["body"])
    detail = event.model_dump(mode="json", exclude={"version"})
    message["Records"][0]["body"] = json.dumps(body | {"detail": detail})
    return [one["itemIdentifier"] for one in call("messages_queue", message)["batchItemFailures"]]


def asked(path: Path, *channels: str) -> Event:
    path.asked(BYE, channels=list(channels))
    (event,) = path.events("journey.asked")
    return event


def states(path: Path) -> dict[str, str]:
    return {one.channel: one.state for one in path.all(Message)}


def test_a_request_goes_by_mail_and_to_the_companys_own_system(
    api: Front, path: Path, ses: Ses, post: Post
) -> None:
    event = asked(path, "email", "webhook")
    assert tell(event) == []
    assert tell(event) == []
    assert states(path) == {"email": "sent", "webhook": "sent"}
    assert len(ses.requests) == 1
    ((name, said),) = post.got
    assert name == event.event_id
    assert said["data"]["page"] == "https://go.example/my/asks"
    assert said["data"]["person"] is None
    assert set(said["data"]) == SAID  # as the console says that it would
    log = api(MARKETER, "GET", HOOK.format(path.program_id) + "/deliveries").body["data"]
    assert [(one["id"], one["state"], one["tries"]) for one in log] == [(name, "sent", 1)]


def test_a_reminder_names_its_own_template_and_all_else_that_of_its_request(
    api: Front, path: Path, ses: Ses, post: Post
) -> None:
    remind = {"step": "remind", "name": "again", "of_ask": "call", "template": "once_more"}
    own = {"subject": "Own", "fact": "Own words."}
    again = {"subject": "Own", "fact": "Own words, once more."}
    texts = {REFERENCE["template"]: {"en": own}, "once_more": {"en": again}}
    walk, ask = path.asked(remind, THANKS, BYE, channels=["webhook"], texts=texts)
    types = ("journey.asked", "journey.reminded", "journey.ask_accepted_work")
    for name in types:
        if name == "journey.reminded":
            path.later(days=7)
            path.step(walk)
        if name == "journey.ask_accepted_work":
            path.asks.answer(ask.ask_id, "accepted")
            path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
        (event,) = path.events(name)
        assert tell(event) == []
    facts = [one["data"]["words"]["fact"] for _, one in post.got]
    assert facts == ["Own words.", "Own words, once more.", "Own words."]
    said = {one["type"]: one["data"]["template"] for _, one in post.got}
    assert said == dict.fromkeys(types, REFERENCE["template"]) | {"journey.reminded": "once_more"}


def test_by_the_webhook_alone_no_mail_leaves(api: Front, path: Path, ses: Ses, post: Post) -> None:
    assert tell(asked(path, "webhook")) == []
    assert (len(ses.requests), len(post.got)) == (0, 1)
    reasons = {one.channel: one.reason for one in path.all(Message)}
    assert reasons == {"email": "other_channel", "webhook": ""}


def test_what_the_person_wants_handed_on_goes_along_with_a_link_that_answers(
    api: Front, path: Path, post: Post
) -> None:
    event = asked(path, "webhook")
    (ask,) = path.made
    Wishes(path.asks.desk).put(ask.subject_id, path.program_id, (), "UTC", shares=True)
    tell(event)
    data = post.got[0][1]["data"]
    assert data["person"]["email"] == "anna@mail.example"
    assert data["answer"].startswith("https://go.example/asks/a1-")
    assert data["unsubscribe"] == f"{data['answer']}/unsubscribe"


@pytest.mark.parametrize("gone", ["forgotten", "no_item"])
def test_of_somebody_who_is_erased_nothing_goes_along(
    api: Front, path: Path, post: Post, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = asked(path, "webhook")
    (ask,) = path.made
    Wishes(path.asks.desk).put(ask.subject_id, path.program_id, (), "UTC", shares=True)
    if gone == "forgotten":
        path.vault.forget(path.anna)
    else:
        monkeypatch.setattr(messages_webhooks, "vault_key", lambda _: ("core", "x", "y"))
    assert messages_webhooks._person(path.anna) is None
    tell(event)
    assert all(said["data"]["person"] is None for _, said in post.got)


def test_mail_that_fails_keeps_no_webhook_back_and_the_other_way_round(
    api: Front, path: Path, ses: Ses, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = asked(path, "email", "webhook")
    ses.error = RuntimeError("no outcome")
    assert tell(event) == ["sample-1"]
    assert states(path) == {"email": "sending", "webhook": "sent"}
    ses.error = None
    path.later(hours=1)
    tell(event)
    assert states(path) == {"email": "unknown", "webhook": "sent"}
    assert len(post.got) == 1
    other = event.but(event_id="evt_other")

    def broken(*_: object) -> HookAnswer:
        raise Unavailable("x", "y")

    monkeypatch.setattr(post, "send", broken)
    assert tell(other) == ["sample-1"]
    assert len(ses.requests) == 2


def test_what_was_not_taken_is_woken_by_the_clock_alone(
    api: Front, path: Path, ses: Ses, post: Post
) -> None:
    event = asked(path, "email", "webhook")
    post.answer = HookAnswer(outcome="refused", reason="status_500")
    assert tell(event) == []
    assert tell(event) == []
    assert (len(post.got), states(path)) == (1, {"email": "sent", "webhook": "held"})
    path.later(hours=1)
    post.answer = HookAnswer(outcome="taken")
    call("journeys_schedule", sample("journeys_schedule", "tick"))
    (due,) = path.events("message.due")
    assert due.data["channel"] == "webhook"
    assert tell(due) == []
    assert tell(due) == []
    assert (len(post.got), len(ses.requests)) == (2, 1)
    assert states(path) == {"email": "sent", "webhook": "sent"}


def test_other_events_are_for_no_webhook(api: Front, path: Path, post: Post) -> None:
    call("messages_queue", sample("messages_queue", "reward_due"))
    assert (post.got, [one.channel for one in path.all(Message)]) == ([], ["email"])


def test_an_admin_names_it_others_see_it_and_nobody_reads_its_secret(
    api: Front, path: Path
) -> None:
    place = HOOK.format(path.program().program_id)
    assert api(MARKETER, "PUT", place, {"url": URL}).code == "not_allowed"
    assert api(ADMIN, "PUT", place, {"url": "https://10.0.0.1/"}).code == "bad_webhook_url"
    made = api(ADMIN, "PUT", place, {"url": URL})
    secret = made.body["signing_secret"]
    assert secret.startswith("whsec_")
    again = api(ADMIN, "PUT", place, {"url": URL})
    assert (again.status, again.body["signing_secret"]) == (200, None)
    assert secret not in api(MARKETER, "GET", place).text
    assert api(ANALYST, "GET", place).code == "not_allowed"
    rotated = api(ADMIN, "POST", f"{place}/rotate", {})
    assert rotated.body["signing_secret"] != secret
    assert rotated.body["signing_secrets"] == 2
    off = api(ADMIN, "POST", f"{place}/state", {"state": "off", "reason": "maintenance"})
    assert (off.body["state"], off.body["reason"]) == ("off", "maintenance")


def test_the_secret_is_sealed_for_the_sender() -> None:
    assert PURPOSE == "webhook"
