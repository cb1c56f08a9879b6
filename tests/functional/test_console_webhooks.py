"""The webhook's pages: an admin names it and sees its secret once; writers see the log."""

import html
import json
import re
from collections.abc import Iterator

import pytest
from goodword.messages.endpoint import Endpoint, HookLine
from goodword.messages.model import Message
from goodword.ports import Change
from goodword.programs.model import Program

from tests.support.api import ADMIN, FINANCE, MARKETER
from tests.support.pages import Pages, pages

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
BODY = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL)
SAID = {
    *("program_id", "ask_id", "journey_id", "advocate_id", "subject_id", "motion", "template"),
    *("site", "review_link", "answer_until", "words", "page", "answer", "unsubscribe", "person"),
}
URL = "https://hooks.acme.example/goodword"


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program(here: Pages) -> Program:
    return here.town.program(name="Friends <b>")


def place(program: Program) -> str:
    return f"/console/webhooks/{program.program_id}"


def test_its_secret_is_in_one_answer_and_nowhere_else(here: Pages, program: Program) -> None:
    ada, path = here.browser(ADMIN), place(program)
    empty = ada.get(path)
    assert "No webhook yet" in empty.words
    form = empty.fields(path) | {"url": URL}
    made = ada.ask("POST", path, form=form)
    assert len(SECRET.findall(made.html)) == 2  # the text, and what the button copies
    assert "/auth/reader" not in made.html  # another language would lose it
    again = ada.ask("POST", path, form=form)
    assert (again.status, again.location) == (303, path)
    shown = ada.get(path)
    assert URL in shown.html
    assert not SECRET.search(shown.html)
    rotated = ada.ask("POST", f"{path}/rotate", form=shown.fields(f"{path}/rotate"))
    assert SECRET.search(rotated.html)
    assert "2 in use, the newest first" in ada.get(path).words
    assert path in ada.get("/console/sources").html


def test_an_address_inside_is_refused_with_its_reason(here: Pages, program: Program) -> None:
    ada, path = here.browser(ADMIN), place(program)
    form = ada.get(path).fields(path) | {"url": "https://127.0.0.1/x"}
    refused = ada.ask("POST", path, form=form)
    assert refused.status == 422
    assert "begins with https://" in refused.words
    assert not here.town.all(Endpoint)


def named(here: Pages, program: Program) -> None:
    ada, path = here.browser(ADMIN), place(program)
    ada.ask("POST", path, form=ada.get(path).fields(path) | {"url": URL})


def test_it_is_switched_off_and_everybody_sees_why(here: Pages, program: Program) -> None:
    named(here, program)
    ada, path = here.browser(ADMIN), place(program)
    form = ada.get(path).fields(f"{path}/state") | {"reason": "maintenance"}
    assert ada.ask("POST", f"{path}/state", form=form).status == 303
    seen = here.browser(MARKETER).get(path)
    assert "Nothing is sent" in seen.words
    assert "maintenance" in seen.words
    assert "Webhook is off" in here.browser(MARKETER).get("/console").words
    assert "Webhook is off" not in here.browser(FINANCE).get("/console").words
    form = ada.get(path).fields(f"{path}/state") | {"reason": "mended"}
    assert ada.ask("POST", f"{path}/state", form=form).status == 303
    assert here.town.all(Endpoint)[0].state == "on"


def test_what_was_given_up_is_tried_again_by_a_writer(here: Pages, program: Program) -> None:
    named(here, program)
    now_ms, name = here.town.clock.at_ms, "evt_failed"
    (endpoint,) = here.town.all(Endpoint)
    change = Change()
    change.replace(endpoint.but(failures=3, failing_ms=now_ms))
    change.create(
        HookLine(program_id=program.program_id, event_id=name, begun_ms=now_ms),
        Message(
            event_id=name,
            channel="webhook",
            type="journey.asked",
            advocate_id="adv_1",
            state="failed",
            reason="status_500",
            tries=12,
            begun_ms=now_ms,
            changed_ms=now_ms,
        ),
    )
    here.town.store.commit(change)
    mara, path = here.browser(MARKETER), place(program)
    seen = mara.get(path)
    assert "A request" in seen.words
    assert "12 tries" in seen.words
    assert "3 tries in a row were not taken" in seen.words
    assert f'action="{path}"' not in seen.html
    form = seen.fields(f"{path}/resend")
    assert mara.ask("POST", f"{path}/resend", form=form).status == 303
    (message,) = here.town.all(Message)
    assert message.state == "held"
    assert mara.ask("POST", path, form=form | {"url": URL}).status == 403


def test_what_it_would_say_is_shown_before_anything_is_sent(here: Pages, program: Program) -> None:
    page = here.browser(MARKETER).get(place(program), **{"for": "review"})
    assert 'value="review" selected' in page.html
    found = [json.loads(html.unescape(one)) for one in BODY.findall(page.html)]
    handed = found.pop()
    assert (handed["type"], handed["data"]["to"]) == ("journey.handed_over", "support")
    assert handed["data"]["page"].endswith("/console/hand-overs/hov_...")
    alone, shared, customer = (one["data"] for one in found)
    assert {one["type"] for one in found} == {"journey.asked"}
    assert [one["person"] for one in (alone, customer)] == [None, None]
    assert shared["person"]["email"] == "robin@mail.example"
    assert [bool(one["answer"]) for one in (alone, shared, customer)] == [False, True, True]
    assert customer["advocate_id"] is None
    assert alone["review_link"].startswith("https://www.g2.com/")
    assert set(alone) == set(shared) == set(customer) == SAID
    assert not here.town.all(Message)
