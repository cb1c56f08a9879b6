"""Journeys on the console: the funnel for staff, what waits for them, and recording what came."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from goodword.journeys.previewing import held_out
from goodword.journeys.publishing import Journeys
from goodword.journeys.reference import ReferenceProfile
from goodword.journeys.walk import Walk
from goodword.messages.model import Letter
from goodword.messages.service import Messenger
from goodword_aws.journeys_letters import REQUESTS, leaving
from goodword_aws.messages import catalogue_of, money_of
from goodword_aws.pages.console import journeys

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller
from tests.support.asking import asking_pages
from tests.support.functions import call, sample
from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.pages import Pages
from tests.support.people import BEN
from tests.support.walks import BYE, RULES, THANKS, Path
from tests.unit.messages.test_telling import MORE

HOSTILE = "<script>alert(1)</script>{{7*7}}"
HERE = "/console/journeys"


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def here(path: Path) -> Iterator[Pages]:
    with asking_pages(path) as made:
        yield made


def promised(path: Path, **changes: Any) -> str:
    """Anna has promised a call; the ask."""
    _, ask = path.asked(THANKS, BYE, **changes)
    path.asks.answer(ask.ask_id, "accepted")
    return ask.ask_id


def test_staff_see_how_far_people_came(here: Pages, path: Path) -> None:
    ask_id = promised(path, name=HOSTILE)
    marta = here.browser(MARKETER)
    page = marta.get(HERE)
    assert page.status == 200
    for word in ("Entered", "Accepted", "Only watched", "A reference call", "Promised", HOSTILE):
        assert word in page.words
    assert "<script>alert" not in page.html
    (ask,) = path.made
    one = marta.get(f"{HERE}/{ask.journey_id}")
    assert "How far people came" in one.words
    assert "Answer is awaited" not in one.words
    path.step(path.all(Walk)[0])
    again = marta.get(f"{HERE}/{ask.journey_id}").words
    assert "Has promised, not done yet" in again
    assert ask_id == ask.ask_id


def test_staff_record_what_came_once(here: Pages, path: Path) -> None:
    ask_id = promised(path)
    path.asks.answer(ask_id, "submitted")
    marta, form = here.browser(MARKETER), f"{HERE}/asks"
    assert "you are late" not in marta.get(HERE).words
    path.later(days=14)
    page = marta.get(HERE)
    assert "Said to be done, and you are late" in page.words
    sent = page.fields(f"{form}/{ask_id}") | {"came": "yes", "reason_code": "call_held"}
    for _ in range(2):
        done = marta.ask("POST", f"{form}/{ask_id}", form=sent)
        assert (done.status, done.location) == (303, f"{HERE}?program={path.program_id}")
    (ask,) = path.made
    assert (ask.state, ask.reason) == ("accepted_work", "call_held")
    assert len(path.events("journey.ask_accepted_work")) == 1
    assert "Nothing that was promised waits" in marta.get(HERE).words


def test_a_code_of_the_other_answer_is_refused_on_the_page(here: Pages, path: Path) -> None:
    ask_id = promised(path)
    marta = here.browser(MARKETER)
    wrong = marta.get(HERE).fields(f"{HERE}/asks/{ask_id}")
    refused = marta.ask(
        "POST", f"{HERE}/asks/{ask_id}", form=wrong | {"came": "yes", "reason_code": "no_show"}
    )
    assert refused.status == 422
    assert path.made[0].state == "accepted"


def test_what_was_refused_is_on_the_list_of_its_own_programme(here: Pages, path: Path) -> None:
    path.publish(REFERENCE, BYE)
    own = path.program_id = path.program(rules=RULES).program_id
    path.joined(own)
    ask_id = promised(path)
    marta = here.browser(MARKETER)
    assert f'value="{own}" selected' not in marta.get(HERE).html
    form = marta.get(HERE, program=own).fields(f"{HERE}/asks/{ask_id}")
    wrong = form | {"came": "no", "reason_code": "call_held"}
    refused = marta.ask("POST", f"{HERE}/asks/{ask_id}", form=wrong)
    assert refused.status == 422
    assert f'value="{own}" selected' in refused.html
    assert f"{HERE}/asks/{ask_id}" in refused.html


def test_nobody_records_their_own(here: Pages, path: Path) -> None:
    ask_id = promised(path)
    anna = here.browser(Caller("sub-anna", ANNA.email, ("marketer",)))
    form = anna.get(HERE).fields(f"{HERE}/asks/{ask_id}") | {"came": "yes"}
    own = anna.ask("POST", f"{HERE}/asks/{ask_id}", form=form | {"reason_code": "call_held"})
    assert own.status == 403
    assert path.made[0].state == "accepted"


def test_analysts_see_no_figure_of_few_people_and_record_nothing(here: Pages, path: Path) -> None:
    ask_id = promised(path)
    lars = here.browser(ANALYST)
    page = lars.get(HERE)
    assert (page.status, ">1<" in page.html) == (200, False)
    assert "Waits for you" not in page.words
    (ask,) = path.made
    assert "Too few people" in lars.get(f"{HERE}/{ask.journey_id}").words
    assert lars.ask("POST", f"{HERE}/asks/{ask_id}", form={"came": "yes"}).status == 403
    for number in range(4):
        path.entered(email=f"p{number}@mail.example")
    assert "How far people came" in lars.get(f"{HERE}/{ask.journey_id}").words


class Post:
    """A mail service that keeps what the letters were about."""

    def __init__(self, sent: list[str]) -> None:
        self.sent = sent

    def send(self, to: str, letter: Letter, type: str) -> str:
        self.sent.append(type)
        return f"mail-{len(to) + len(letter.subject)}"


def told(path: Path, sent: list[str]) -> None:
    """What the function that sends mail does with every event there is."""
    desk = path.desk("messages")
    messenger = Messenger(
        desk=desk,
        vault=path.vault,
        post=Post(sent),
        catalogue_of=catalogue_of,
        portal="https://go.example",
        money_of=money_of,
        more_of=lambda _event, _locale: MORE,
        unfit=lambda event: leaving(desk).unfit(path.made[0]),
    )
    for event in path.events():
        if event.type in REQUESTS:
            messenger.tell(event)


def test_staff_see_the_letters_of_a_person_and_send_one_again_once(here: Pages, path: Path) -> None:
    sent: list[str] = []
    _, ask = path.asked(THANKS, BYE)
    place, marta = f"/console/advocates/{path.anna}", here.browser(MARKETER)
    assert "Nothing has been written" in marta.get(place).words
    told(path, sent)
    page = marta.get(place)
    for word in ("Letters", "A request", "Sent", "Send once more"):
        assert word in page.words
    early = marta.ask("POST", f"{place}/resend", form=page.fields(f"{place}/resend"))
    assert (early.status, "left lately" in early.words) == (409, True)
    path.later(days=1)
    form = marta.get(place).fields(f"{place}/resend")
    for _ in range(2):
        done = marta.ask("POST", f"{place}/resend", form=form)
        assert (done.status, done.location) == (303, place)
    (event,) = path.events("journey.resent")
    assert (event.subject, event.actor.id) == (ask.ask_id, MARKETER.subject)
    told(path, sent)
    assert sent == ["journey.asked", "journey.resent"]
    assert "A request, once more" in marta.get(place).words
    path.later(days=1)
    form = marta.get(place).fields(f"{place}/resend")
    path.hear("consent", 0)
    refused = marta.ask("POST", f"{place}/resend", form=form)
    assert (refused.status, "Nothing was sent" in refused.words) == (409, True)
    assert len(path.events("journey.resent")) == 1


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_what_was_answered_has_no_letter_to_send(here: Pages, path: Path, answer: str) -> None:
    _, ask = path.asked(THANKS, BYE)
    told(path, [])
    path.later(days=1)
    marta, place = here.browser(MARKETER), f"/console/advocates/{path.anna}"
    assert "Send once more" in marta.get(place).words
    path.asks.answer(ask.ask_id, answer)  # type: ignore[arg-type]  # one of its states
    page = marta.get(place).words
    assert "A request" in page
    assert "Send once more" not in page


def test_a_letter_of_another_is_not_sent_and_finance_sends_none(here: Pages, path: Path) -> None:
    path.asked(THANKS, BYE)
    told(path, [])
    path.later(days=1)
    ben = path.joined(path.program_id, BEN).advocate_id
    marta, place = here.browser(MARKETER), f"/console/advocates/{path.anna}"
    form = marta.get(place).fields(f"{place}/resend")
    assert marta.ask("POST", f"/console/advocates/{ben}/resend", form=form).status == 404
    fay = here.browser(FINANCE)
    assert "Send once more" not in fay.get(place).words
    assert fay.ask("POST", f"{place}/resend", form=form).status == 403
    assert path.events("journey.resent") == []


@pytest.mark.parametrize("who", [ANNA, FINANCE])
def test_others_see_nothing(here: Pages, path: Path, who: Caller) -> None:
    promised(path)
    assert here.browser(who).get(HERE).status == 403


def test_a_programme_is_chosen_and_a_draft_leads_to_its_page(here: Pages, path: Path) -> None:
    ada = here.browser(ADMIN)
    assert "No journeys yet" in ada.get(HERE).words
    path.publish(REFERENCE, name="One")
    other = path.program().program_id
    Journeys(path.desk()).create(other, terms(REFERENCE, name="Two"), "because")
    assert "One" in ada.get(HERE).words
    second = ada.get(HERE, program=other)
    assert "Two" in second.words
    assert '/draft" class="written">Two' in second.html
    assert f"{HERE}/jrn_" not in here.browser(ANALYST).get(HERE, program=other).html
    assert ada.get(f"{HERE}/jrn_none").status == 404


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_journey_brought_stands_with_its_bounds(
    here: Pages, path: Path, language: str
) -> None:
    """Six only watched, of whom two wrote a review; six let in, of whom five did. The worker of
    events notes it of both alike."""
    journey = path.publish(REVIEW, holdout_percent=50)
    groups: dict[bool, list[str]] = {True: [], False: []}
    for number in range(60):
        whose: dict[str, Any] = {"email": None, "customer_id": f"u-{number}"}
        subject = path.hear("csat", 90, **whose)
        mine = groups[held_out(journey.journey_id, subject, 50)]
        if len(mine) < 6:
            mine.append(str(whose["customer_id"]))
            path.entered(**whose)
    path.later(days=1)
    for out, count in ((True, 2), (False, 5)):
        for name in groups[out][:count]:
            path.hear("review", 4, email=None, customer_id=name)
    for event in path.events("journey.signal_noted"):
        message = sample("journeys_queue", "heard")
        body = json.loads(message["Records"][0]["body"])
        detail = event.model_dump(mode="json", exclude={"version"})
        message["Records"][0]["body"] = json.dumps(body | {"detail": detail})
        assert call("journeys_queue", message) == {"batchItemFailures": []}
    marta = here.browser(MARKETER)
    marta.language = language
    words = marta.get(f"{HERE}/{journey.journey_id}").words
    if language == "en":
        assert "Let in 6 5 83.33% Only watched 6 2 33.33%" in words
        assert "The difference is 50%, with 95 % certainty between -4.04% and 77.32%." in words
        assert "It may still be chance" in words
    else:
        assert "Was sie gebracht hat" in words
    lars = here.browser(ANALYST)
    assert "83.33" in lars.get(f"{HERE}/{journey.journey_id}").words
    small = path.publish(REVIEW, name="Small")
    assert "What it brought" not in marta.get(f"{HERE}/{small.journey_id}").words


def test_the_list_goes_on_with_the_active_ones_first(
    here: Pages, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journeys(path.desk()).create(path.program_id, terms(REFERENCE, name="Only a try"), "because")
    path.publish(REFERENCE, name="Lives")
    monkeypatch.setattr(journeys, "JOURNEYS_READ_MAX", 1)
    marta = here.browser(MARKETER)
    first = marta.get(HERE)
    assert "Lives" in first.words
    assert "Only a try" not in first.words
    (onward,) = re.findall(r'starting_after=([^"]+)"', first.html)
    second = marta.get(HERE, program=path.program_id, starting_after=unquote(onward))
    assert "Only a try" in second.words
    assert "Lives" not in second.words


def test_a_promised_call_is_booked_and_held_on_the_pages_of_references(
    here: Pages, path: Path
) -> None:
    ask_id = promised(path)
    marta, anna = here.browser(MARKETER), here.browser(ANNA)
    where = f"/console/references/{path.made[0].subject_id}"
    assert f'<a href="{where}">Find whom it helps' in marta.get(HERE).html
    traits = {"industry": "retail", "size": "small", "calls_max": "3", "quota_days": "90"}
    marta.send(marta.get(where), where, **traits, cool_down_days="14", active="yes")
    assert marta.send(marta.get(where), f"{where}/calls").status == 303
    assert f'<a href="{where}">A call was booked on ' in marta.get(HERE).html
    assert re.search(r"A call was booked on \d+ \w+ 20\d\d", anna.get("/my/asks").words)
    page = marta.get(where)
    assert "A call that was held is what was promised" in page.words
    (profile,) = path.all(ReferenceProfile)
    form = f"{where}/calls/{profile.calls[0].call_id}"
    told = {"state": "held", "outcome": "helped", "follow_up": "thank"}
    own = here.browser(Caller(ANNA.subject, ANNA.email, ("marketer",)))
    assert own.send(own.get(where), form, **told).status == 403
    assert marta.send(page, form, **told).status == 303
    assert (path.made[0].ask_id, path.made[0].state) == (ask_id, "accepted_work")
    assert "took place" in anna.get("/my/asks").words
    assert "Nothing that was promised waits" in marta.get(HERE).words
    over = marta.get(where)
    assert "A call that was held is what" not in over.words
    again = marta.ask("POST", form, form=over.fields(form) | {"state": "missed", "outcome": ""})
    assert again.status == 409
    assert "it stays held" in again.words
