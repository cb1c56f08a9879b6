"""A story on the pages: drafts, the exact text, the rights, and their end; letters in between."""

import re
from collections.abc import Iterator

import pytest
from goodword.journeys.spotlighting import Spotlights
from goodword.journeys.story import Rights, Story
from goodword.messages.model import Message
from goodword.privacy.erasing import Erasing
from goodword.times import DAY_MS, as_datetime
from goodword_aws.journeys_stories import own_stories
from goodword_aws.privacy import sections

from tests.functional.test_portal_asks import tell, text_of
from tests.support.api import ANALYST, ANNA, BEN, MARKETER, Caller
from tests.support.asking import asking_pages
from tests.support.pages import Pages
from tests.support.people import BEN as BEN_IN
from tests.support.people import http
from tests.support.ses import Ses
from tests.unit.journeys.test_storytelling import TEXT, Desk, Nobody

HOSTILE = "<script>alert(1)</script>{{7*7}} \"quoted\" & 'so'\n<img src=x onerror=y>"


@pytest.fixture
def path() -> Desk:
    return Desk()


@pytest.fixture
def ses() -> Ses:
    return Ses()


@pytest.fixture
def here(path: Desk, ses: Ses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    with asking_pages(path) as made:
        monkeypatch.setattr("goodword_aws.messages.client", lambda _name: ses)
        yield made


def mine(path: Desk) -> str:
    return f"/my/asks/{path.ask.ask_id}/story"


def written(here: Pages, path: Desk, text: str) -> None:
    """Anna has told, Marta has written."""
    if not path.all(Story):
        path.sent()
    marta, where = here.browser(MARKETER), f"/console/stories/{path.ask.ask_id}"
    done = marta.send(marta.get(where), f"{where}/propose", text=text, remark="Right so?")
    assert (done.status, done.location) == (303, where), done.words


def test_a_person_writes_drafts_and_sends_them(here: Pages, path: Desk) -> None:
    anna = here.browser(ANNA)
    listed = anna.get("/my/asks")
    assert mine(path) in listed.html
    page = anna.get(mine(path))
    for word in ("What was difficult before?", "Keep the draft", "Nobody else reads it"):
        assert word in page.words
    form = page.fields(mine(path)) | {"problem": HOSTILE, "act": "save"}
    kept = anna.ask("POST", mine(path), form=form)
    assert (kept.status, kept.location) == (303, mine(path)), kept.words
    again = anna.ask("POST", mine(path), form=form)
    assert again.status == 303  # the same form once more
    assert path.story.edition == 1
    draft = anna.get(mine(path))
    assert "<script>alert" not in draft.html
    assert "alert(1)" in draft.words
    assert "alert" not in str(path.story)
    sent = draft.fields(mine(path)) | {"problem": "Paper.", "result": "Six hours.", "act": "send"}
    assert anna.ask("POST", mine(path), form=sent).status == 303
    assert (path.ask.state, path.story.state) == ("submitted", "sent")
    assert "With the editors" in anna.get(mine(path)).words
    assert path.own.told(path.story).answers == {"problem": "Paper.", "result": "Six hours."}


def test_the_person_approves_what_was_on_the_page(here: Pages, path: Desk, ses: Ses) -> None:
    written(here, path, HOSTILE)
    anna = here.browser(ANNA)
    page = anna.get(mine(path))
    (event,) = path.events("story.proposed")
    tell(event)
    assert f"https://go.example{mine(path)}" in text_of(ses.requests[-1])
    assert "<script>alert" not in page.html
    assert "alert(1)" in page.words
    stale = page.fields(f"{mine(path)}/approve")
    said = {"website": "yes", "naming": "named", "shown_as": "Anna", "last_day": "2030-01-31"}
    written(here, path, "We save six hours.")
    refused = anna.ask("POST", f"{mine(path)}/approve", form=stale | said | {"sure": "yes"})
    assert refused.status == 409
    assert "changed while you were reading" in refused.words
    fresh = anna.get(mine(path)).fields(f"{mine(path)}/approve")
    unsure = anna.ask("POST", f"{mine(path)}/approve", form=fresh | said)
    assert unsure.status == 422
    fresh = anna.get(mine(path)).fields(f"{mine(path)}/approve")
    done = anna.ask("POST", f"{mine(path)}/approve", form=fresh | said | {"sure": "yes"})
    assert (done.status, done.location) == (303, mine(path)), done.words
    assert path.story.rights is not None
    assert path.story.rights.until_ms == 1_896_134_400_000  # 2030-02-01 00:00 where she is: UTC
    assert path.ask.state == "accepted_work"
    after = anna.get(mine(path)).words
    for word in ("Approved", "on the website", "By name:", "Anna", "We save six hours."):
        assert word in after
    tell(path.events("journey.ask_accepted_work")[0])
    assert "Thank you for telling your story" in text_of(ses.requests[-1])


@pytest.mark.parametrize(
    "said",
    [
        {"naming": "anonymous"},
        {"website": "yes", "naming": "named"},
        {"website": "yes", "naming": "anonymous", "last_day": "2020-01-01"},
        {"website": "yes", "naming": "anonymous", "last_day": "2030-02-31"},
        {"website": "yes", "naming": "by me"},
    ],
)
def test_rights_that_say_nothing_are_refused(here: Pages, path: Desk, said: dict[str, str]) -> None:
    written(here, path, "We save six hours.")
    anna, where = here.browser(ANNA), f"{mine(path)}/approve"
    form = anna.get(mine(path)).fields(where) | said | {"sure": "yes"}
    assert anna.ask("POST", where, form=form).status == 422
    assert path.ask.state == "submitted"


def test_a_text_goes_back_and_forth(here: Pages, path: Desk, ses: Ses) -> None:
    path.sent()
    marta, where = here.browser(MARKETER), f"/console/stories/{path.ask.ask_id}"
    back = marta.send(marta.get(where), f"{where}/return", remark="How many people?")
    assert back.status == 303, back.words
    tell(path.events("story.given_back")[0])
    assert "would like to know a little more" in text_of(ses.requests[-1])
    anna = here.browser(ANNA)
    page = anna.get(mine(path))
    assert "How many people?" in page.words
    form = page.fields(mine(path)) | {"result": "Twelve people, six hours.", "act": "send"}
    assert anna.ask("POST", mine(path), form=form).status == 303
    written(here, path, "Twelve people save six hours.")
    objected = anna.send(anna.get(mine(path)), f"{mine(path)}/object", remark="Eleven.")
    assert objected.status == 303, objected.words
    shown = marta.get(where).words
    for word in ("Eleven.", "How many people?", "Twelve people, six hours.", "Waits for a text"):
        assert word in shown


def test_staff_see_what_may_no_more_be_used(here: Pages, path: Desk) -> None:
    marta, where = here.browser(MARKETER), f"/console/stories/{path.ask.ask_id}"
    assert "No stories yet" in marta.get("/console/stories").words
    path.approved()
    assert "on the website, in sales conversations" in marta.get("/console/stories").words
    assert "Copy the text" in marta.get(where).words
    anna = here.browser(ANNA)
    done = anna.send(anna.get(mine(path)), f"{mine(path)}/withdraw")
    assert done.status == 303, done.words
    assert "taken the rights back" in anna.get(mine(path)).words
    assert "May not be used since 22 Nov 2025" in marta.get("/console/stories").words
    shown = marta.get(where)
    assert "Take the text down" in shown.words
    assert "Copy the text" not in shown.words


def test_rights_that_have_ended_are_said_to_staff(here: Pages, path: Desk) -> None:
    story = path.approved()
    path.later(days=9)
    assert story.rights is not None
    ended = story.rights.but(until_ms=path.clock.at_ms - DAY_MS)
    path.store.items[story.key] = {**path.store.items[story.key], "rights": ended.model_dump()}
    marta = here.browser(MARKETER)
    assert "May not be used since" in marta.get("/console/stories").words
    assert "Copy the text" not in marta.get(f"/console/stories/{path.ask.ask_id}").words


def test_nobody_else_sees_or_writes_it(here: Pages, path: Desk) -> None:
    path.own.save(path.ask, {"result": "Six."})
    marta, where = here.browser(MARKETER), f"/console/stories/{path.ask.ask_id}"
    assert marta.get(where).status == 404  # a draft is the person's alone
    path.joined(path.program_id, BEN_IN, version=2)
    assert here.browser(BEN).get(mine(path)).status == 404
    assert here.browser(ANALYST).get("/console/stories").status == 403
    path.own.send(path.ask)
    path.proposed()
    staff_anna = here.browser(Caller("sub-anna", ANNA.email, ("marketer",)))
    shown = staff_anna.get(where)
    assert "This is your own story" in shown.words
    assert f"{where}/propose" not in shown.html
    at_work = http("POST", f"/v1/asks/{path.ask.ask_id}/story", {"text": "I am great."})
    at_work["requestContext"]["authorizer"]["jwt"]["claims"] |= {
        "sub": "sub-anna",
        "email": ANNA.email,
        "cognito:groups": "[marketer]",
    }
    assert here.send("journeys_api_asks", at_work).code == "own_work"


def test_staff_may_say_that_no_story_came_but_not_that_one_did(here: Pages, path: Desk) -> None:
    path.sent()
    page = here.browser(MARKETER).get("/console/journeys")
    assert f"/console/stories/{path.ask.ask_id}" in page.html
    assert 'name="came" value="no"' in page.html
    assert 'name="came" value="yes"' not in page.html


def test_no_text_is_kept_in_plain_anywhere(here: Pages, path: Desk) -> None:
    secret = "Grünkohl am Dienstag"
    body = {"answers": {"result": secret}}
    asked = http("POST", f"/v1/me/asks/{path.ask.ask_id}/story", body)
    asked["requestContext"]["authorizer"]["jwt"]["claims"] |= {
        "sub": "sub-anna",
        "email": ANNA.email,
    }
    assert here.send("journeys_api_asks", asked).status == 200
    path.own.send(path.ask)
    written(here, path, f"{secret}!")
    assert secret in here.browser(ANNA).get(mine(path)).words
    assert secret not in str(path.store.items)
    assert secret in str(own_stories(path.desk(), path.anna, 5, None).rows[0].told.model_dump())


def test_a_story_is_in_the_persons_own_copy(here: Pages, path: Desk) -> None:
    path.approved()
    (row,) = sections(path.desk())["stories"](path.anna, None).rows
    assert row["story"]["rights"]["uses"] == ["website", "sales"]
    assert (row["told"]["shown_as"], row["told"]["answers"]) == (
        "Anna, Acme",
        {"result": "Six hours a week."},
    )
    assert "marta" not in str(row)


def test_an_erased_persons_story_is_gone_and_staff_know(here: Pages, path: Desk) -> None:
    path.approved()
    erasing = Erasing(path.desk(), path.vault)
    erasing.ask(path.anna, at_once=True)
    path.later(days=8)
    erasing.carry_out(path.anna, Nobody())
    marta = here.browser(MARKETER)
    shown = marta.get(f"/console/stories/{path.ask.ask_id}").words
    assert "The person has been erased" in shown
    assert "No text is kept." in shown


def test_letters_about_a_story_heed_wishes_and_the_night(here: Pages, path: Desk, ses: Ses) -> None:
    written(here, path, "We save six hours.")
    path.later(hours=1)
    path.hear("consent", 0)
    (event,) = path.events("story.proposed")
    tell(event)
    assert not ses.requests
    (message,) = path.all(Message)
    assert (message.state, message.reason) == ("skipped", "no_consent")
    assert not re.search("six", str(message))


def test_a_story_is_in_the_spotlight_by_the_persons_word(here: Pages, path: Desk) -> None:
    written(here, path, HOSTILE)
    anna, marta = here.browser(ANNA), here.browser(MARKETER)
    said = {"spotlight": "yes", "naming": "named", "shown_as": "Anna", "sure": "yes"}
    form = anna.get(mine(path)).fields(f"{mine(path)}/approve") | said
    assert anna.ask("POST", f"{mine(path)}/approve", form=form).status == 303
    where = f"/console/stories/{path.ask.ask_id}"
    page = marta.get(where)
    day = f"{as_datetime(path.clock.at_ms + 3 * DAY_MS):%Y-%m-%d}"
    for wrong in ("2020-01-01", "2099-01-01"):
        refused = marta.send(marta.get(where), f"{where}/spotlight", last_day=wrong)
        assert refused.status == 422, refused.words
    done = marta.send(page, f"{where}/spotlight", last_day=day)
    assert (done.status, done.location) == (303, "/console/spotlights"), done.words
    path.joined(path.program_id, BEN_IN, version=2)
    seen = here.browser(BEN).get("/my/leaderboard")
    assert "<script>alert" not in seen.html
    for words in ("In the spotlight", "alert(1)", "Anna"):
        assert words in seen.words
    spots = f"/console/spotlights/{path.ask.ask_id}/end"
    listed = marta.get("/console/spotlights", program=path.program_id)
    assert "Is shown" in listed.words
    ended = marta.send(listed, spots, reason_code="enough")
    assert ended.status == 303, ended.words
    assert "In the spotlight" not in here.browser(BEN).get("/my/leaderboard").words
    marta.send(marta.get(where), f"{where}/spotlight", last_day=day)
    assert "In the spotlight" in here.browser(BEN).get("/my/leaderboard").words
    anna.send(anna.get(mine(path)), f"{mine(path)}/withdraw")
    assert "In the spotlight" not in here.browser(BEN).get("/my/leaderboard").words
    history = marta.get("/console/spotlights", program=path.program_id).words
    for words in ("May not be shown any more", "Taken away by staff"):
        assert words in history


def test_what_was_not_agreed_to_has_no_such_button(here: Pages, path: Desk) -> None:
    path.proposed()
    path.approved()
    page = here.browser(MARKETER).get(f"/console/stories/{path.ask.ask_id}")
    assert "Put into the spotlight" not in page.words


@pytest.mark.parametrize("taken_away", [False, True])
def test_whoever_is_in_the_spotlight_is_told_unless_they_are_there_no_more(
    here: Pages, path: Desk, ses: Ses, *, taken_away: bool
) -> None:
    digest = path.proposed()
    path.own.approve(path.ask, digest, Rights(uses=("spotlight",), named=False), "")
    lights, now_ms = Spotlights(path.staff), path.clock.at_ms
    lights.put(path.ask.ask_id, now_ms, now_ms + 30 * DAY_MS, None)
    if taken_away:
        path.ends.withdraw(path.anna, path.ask.ask_id)
    (event,) = path.events("story.spotlit")
    tell(event)
    (mail,) = (one for one in path.all(Message) if one.event_id == event.event_id)
    if taken_away:
        assert (mail.state, mail.reason, ses.requests) == ("skipped", "spotlight_over", [])
        return
    text = text_of(ses.requests[-1])
    assert "from 22 November 2025 to 22 December 2025" in text
    assert f"https://go.example{mine(path)}" in text
    assert TEXT not in text  # a letter holds no story
