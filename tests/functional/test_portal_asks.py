"""A request reaches its person by letter and on their page; the link opens that request alone."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.events import Event
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import QuietHours
from goodword.journeys.journey import JourneyVersion
from goodword.journeys.walk import AskMade, Walk
from goodword.limits import ASK_PASS_DAYS
from goodword.messages.model import Message
from goodword.ports import Change
from goodword.privacy.model import VaultItem, vault_key
from goodword.programs.payment import Payment
from goodword.times import DAY_MS, HOUR_MS
from goodword_aws.journeys_pass import ask_pass, passed

from tests.support.api import ANNA, BEN
from tests.support.asking import asking_pages
from tests.support.functions import call, sample
from tests.support.journeys import REVIEW
from tests.support.pages import Pages
from tests.support.people import BEN as BEN_IN
from tests.support.scene import terms as scene_terms
from tests.support.ses import Ses
from tests.support.walks import BYE, RULES, THANKS, Path

REMIND = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}


@pytest.fixture
def here(path: Path, ses: Ses) -> Iterator[Pages]:
    with asking_pages(path, ses) as made:
        yield made


def tell(event: Event) -> None:
    """The event reaches the function that sends mail."""
    message = sample("messages_queue", "reward_due")
    body = json.loads(message["Records"][0]["body"])
    detail = event.model_dump(mode="json", exclude={"version"})
    message["Records"][0]["body"] = json.dumps(body | {"detail": detail})
    assert call("messages_queue", message) == {"batchItemFailures": []}


def asked(path: Path, *steps: dict[str, Any], **changes: Any) -> tuple[Walk, AskMade]:
    walk, ask = path.asked(*steps, **changes)
    (event,) = path.events("journey.asked")
    tell(event)
    return walk, ask


def text_of(request: dict[str, Any]) -> str:
    return str(request["Content"]["Simple"]["Body"]["Text"]["Data"])


def link_of(ses: Ses) -> str:
    found = re.search(r"https://go\.example(/asks/[A-Za-z0-9_-]+)\n", text_of(ses.requests[-1]))
    assert found is not None
    return found.group(1)


def test_the_letter_asks_and_its_link_answers(here: Pages, path: Path, ses: Ses) -> None:
    _, ask = asked(path, THANKS, BYE)
    (request,) = ses.requests
    mail = request["Content"]["Simple"]
    assert "Would you talk to somebody" in mail["Subject"]["Data"]
    link = link_of(ses)
    assert {one["Name"]: one["Value"] for one in mail["Headers"]} == {
        "List-Unsubscribe": f"<https://go.example{link}/unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for personal in ("anna", path.anna):
        assert personal not in link
    browser = here.browser()  # nobody is signed in
    page = browser.get(link)
    assert (page.status, "A reference call" in page.words) == (200, True)
    done = browser.send(page, f"{link}/accept")
    assert (done.status, done.location) == (303, link)
    assert path.made[0].state == "accepted"
    (event,) = path.events("journey.ask_accepted")
    assert (event.actor.kind, event.actor.id) == ("advocate", path.anna)
    assert "You have accepted" in browser.get(link).words
    browser.send(browser.get(link), f"{link}/done")
    (after,) = path.made
    assert (after.ask_id, after.state) == (ask.ask_id, "submitted")
    assert "being looked at" in browser.get(link).words


def test_letter_reminder_and_page_say_the_journeys_own_words(
    here: Pages, path: Path, ses: Ses
) -> None:
    def own(what: str) -> dict[str, Any]:
        text = {"subject": f"{what} from {{brand}}", "fact": f"{what} <i>for</i> you."}
        return {"en": text, "de": {**text, "action": "Sag es uns."}}

    texts = {"call": own("News"), "again": own("Still there")}
    walk, ask = asked(path, REMIND, BYE, texts=texts)
    (version,) = path.all(JourneyVersion)
    path.publish_terms(version.terms.but(texts={}), "finish", ask.journey_id)
    path.later(days=7)
    path.step(walk)
    (reminded,) = path.events("journey.reminded")
    tell(reminded)
    first, second = (one["Content"]["Simple"] for one in ses.requests)
    assert first["Subject"]["Data"] == "News from Acme Coffee"
    assert "News &lt;i&gt;for&lt;/i&gt; you." in first["Body"]["Html"]["Data"]
    assert "You agreed to be asked." in first["Body"]["Text"]["Data"]
    assert "If you accept, somebody from Acme Coffee" in first["Body"]["Text"]["Data"]
    assert second["Subject"]["Data"] == "A reminder: Still there from Acme Coffee"
    browser = here.browser()
    assert "News &lt;i&gt;for&lt;/i&gt; you." in browser.get(link_of(ses)).html
    browser.language = "de"
    assert "Sag es uns." in browser.get(link_of(ses)).words


@pytest.mark.parametrize("by", ["the wish", "the account", "the programme"])
def test_the_last_day_to_answer_is_a_day_where_its_person_is(
    here: Pages, path: Path, ses: Ses, by: str
) -> None:
    far = "Pacific/Kiritimati"  # 14 hours ahead: there it is the next day already
    path.clock.at_ms += 2 * HOUR_MS
    awake = Change()
    quiet = QuietHours(from_hour=0, until_hour=0)
    awake.save(AskRules(program_id=path.program_id, quiet_hours=quiet))
    path.store.commit(awake)
    _, ask = path.asked(THANKS, BYE)
    if by == "the wish":
        Wishes(path.desk()).put(ask.subject_id, path.program_id, (), far)
    elif by == "the account":
        item, change = path.store.get(VaultItem, vault_key(path.anna)), Change()
        assert item is not None
        change.save(path.vault.seal(path.anna, path.vault.open(item).but(zone=far), item))
        path.store.commit(change)
    else:
        there = Payment(rail="simulator", time_zone=far)
        path.next_version(path.program_id, scene_terms(rules=RULES, payment=there))
    (event,) = path.events("journey.asked")
    tell(event)
    (request,) = ses.requests
    assert "until 7 December 2025" in text_of(request)


def test_a_form_needs_our_page_before_it(here: Pages, path: Path, ses: Ses) -> None:
    asked(path)
    link = link_of(ses)
    browser = here.browser()
    assert browser.ask("POST", f"{link}/accept", form={"x": "y"}).status == 403
    form = browser.get(link).fields(f"{link}/accept")
    abroad = {"origin": "https://evil.example"}
    assert browser.ask("POST", f"{link}/accept", form=form, headers=abroad).status == 403
    assert browser.ask("POST", f"{link}/fly", form=form).status == 404
    assert path.made[0].state == "sent"


@pytest.mark.parametrize("token", ["x", "a1-", "a1-x-y", "a1-w7w-0", "f1-abc-def", "ü"])
def test_a_forged_link_opens_nothing(here: Pages, path: Path, token: str) -> None:
    browser = here.browser()
    for where in (f"/asks/{token}", f"/asks/{token}/unsubscribe"):
        assert browser.get(where).status == 404
    assert browser.ask("POST", f"/asks/{token}/unsubscribe", form={"x": "y"}).status == 404


def test_a_link_opens_its_own_request_until_its_end(here: Pages, path: Path, ses: Ses) -> None:
    _, ask = asked(path)
    link = link_of(ses)
    token = link.rpartition("/")[2]
    for number in (3, 20, -1):
        letters = list(token)
        letters[number] = "A" if letters[number] != "A" else "B"
        assert here.browser().get(f"/asks/{''.join(letters)}").status == 404
    path.later(days=14)
    over = here.browser().get(link)
    assert "This request is over" in over.words
    path.later(days=ASK_PASS_DAYS + 1)
    assert here.browser().get(link).status == 404
    old = ask_pass(b"the secret before", ask.ask_id, path.clock.at_ms)
    assert passed((b"new", b"the secret before"), old, path.clock.at_ms) == ask.ask_id


def test_one_click_ends_all_requests_without_a_page(here: Pages, path: Path, ses: Ses) -> None:
    walk, ask = asked(path, REMIND, BYE)
    link = f"{link_of(ses)}/unsubscribe"
    shown = here.browser().get(link)  # who opens the address is shown a button, not acted for
    assert "Stop all requests" in shown.words
    assert Wishes(path.desk()).read(ask.subject_id).unsubscribed == ()
    for _ in range(2):  # as a mail program does it: no cookie, no origin, no token
        form = {"List-Unsubscribe": "One-Click"}
        headers = {"origin": "", "accept-language": ""}
        assert here.browser().ask("POST", link, form=form, headers=headers).status == 303
    assert Wishes(path.desk()).read(ask.subject_id).unsubscribed == ("all",)
    assert len(path.events("journey.wishes_changed")) == 1
    assert "You get no more requests from Friends of Acme." in here.browser().get(link).words
    assert "no more requests from Friends of Acme: https" in text_of(ses.requests[0])
    path.later(days=7)
    path.step(walk)
    assert path.why("journey.not_reminded") == ["unsubscribed"]


def test_a_letter_that_is_late_is_not_sent(here: Pages, path: Path, ses: Ses) -> None:
    _, ask = path.asked()
    (event,) = path.events("journey.asked")
    path.asks.answer(ask.ask_id, "declined")
    tell(event)
    assert (ses.requests, path.all(Message)[0].reason) == ([], "ask_over")


def test_a_letter_is_not_sent_to_whoever_has_just_unsubscribed(
    here: Pages, path: Path, ses: Ses
) -> None:
    _, ask = path.asked()
    (event,) = path.events("journey.asked")
    Wishes(path.desk()).unsubscribe(ask, "reference")
    tell(event)
    assert (ses.requests, path.all(Message)[0].reason) == ([], "unsubscribed")


def test_a_letter_that_night_overtook_leaves_in_the_morning_once(
    here: Pages, path: Path, ses: Ses
) -> None:
    hour = path.clock.at_ms % DAY_MS // HOUR_MS
    night = {"from_hour": (hour + 1) % 24, "until_hour": (hour + 3) % 24}
    path.asked(quiet_hours=night)
    (event,) = path.events("journey.asked")
    path.later(hours=1)
    tell(event)
    assert (ses.requests, path.all(Message)[0].reason) == ([], "quiet_hours")
    tick = sample("journeys_schedule", "tick")
    assert call("journeys_schedule", tick)["letters"] == 0
    path.later(hours=2)
    assert call("journeys_schedule", tick)["letters"] == 1
    (due,) = path.events("message.due")
    for _ in range(2):
        tell(due)
    assert [one.state for one in path.all(Message)] == ["sent"]
    (request,) = ses.requests
    assert "a private reference" in text_of(request)


def test_a_letter_that_waited_heeds_what_came_at_night(here: Pages, path: Path, ses: Ses) -> None:
    hour = path.clock.at_ms % DAY_MS // HOUR_MS
    path.asked(quiet_hours={"from_hour": (hour + 1) % 24, "until_hour": (hour + 3) % 24})
    (event,) = path.events("journey.asked")
    path.later(hours=1)
    tell(event)
    path.hear("consent", 0)
    path.later(hours=2)
    call("journeys_schedule", sample("journeys_schedule", "tick"))
    tell(path.events("message.due")[0])
    (kept,) = path.all(Message)
    assert (kept.state, kept.reason, ses.requests) == ("skipped", "no_consent", [])


def test_a_journey_without_mail_sends_none(here: Pages, path: Path, ses: Ses) -> None:
    asked(path, channels=["in_app"])
    assert (ses.requests, path.all(Message)[0].reason) == ([], "other_channel")


def test_a_reminder_and_thanks_are_letters_too(here: Pages, path: Path, ses: Ses) -> None:
    walk, ask = asked(path, REMIND, THANKS, BYE)
    path.later(days=7)
    path.step(walk)
    (event,) = path.events("journey.reminded")
    tell(event)
    assert ses.requests[-1]["Content"]["Simple"]["Subject"]["Data"].startswith("A reminder")
    assert link_of(ses).startswith("/asks/a1-")
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    (event,) = path.events("journey.ask_accepted_work")
    tell(event)
    thanks = text_of(ses.requests[-1])
    assert "Thank you for the reference call" in thanks
    assert "https://go.example/my\n" in thanks
    tell(event)
    assert len(ses.requests) == 3


def test_the_link_that_ends_letters_works_however_late_the_thanks_are(
    here: Pages, path: Path, ses: Ses
) -> None:
    _, ask = asked(path, THANKS, BYE)
    path.asks.answer(ask.ask_id, "accepted")
    path.later(days=14 + ASK_PASS_DAYS + 1)
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    tell(path.events("journey.ask_accepted_work")[0])
    (stop,) = re.findall(r"https://go\.example(/asks/\S+/unsubscribe)", text_of(ses.requests[-1]))
    browser = here.browser()
    assert browser.send(browser.get(stop), stop).status == 303
    assert Wishes(path.desk()).read(ask.subject_id).unsubscribed == ("all",)


def test_a_review_is_asked_for_in_words_that_welcome_both(
    here: Pages, path: Path, ses: Ses
) -> None:
    path.publish(REVIEW, BYE)
    path.delight()
    path.step(path.entered())
    (event,) = path.events("journey.asked")
    tell(event)
    words = text_of(ses.requests[-1])
    assert "good or bad" in words
    assert "on g2" in words
    assert "#ad" in words


def test_a_person_finds_and_answers_requests_on_their_page(here: Pages, path: Path) -> None:
    _, ask = path.asked(THANKS, BYE)
    path.joined(path.program_id, BEN_IN)
    browser, other = here.browser(ANNA), here.browser(BEN)
    page = browser.get("/my/asks")
    assert "A reference call" in page.words
    assert "Nobody has asked you" in other.get("/my/asks").words
    stolen = page.fields(f"/my/asks/{ask.ask_id}/accept")
    assert other.ask("POST", f"/my/asks/{ask.ask_id}/accept", form=stolen).status == 403
    done = browser.send(page, f"/my/asks/{ask.ask_id}/accept")
    assert (done.status, done.location) == (303, "/my/asks")
    again = browser.ask("POST", f"/my/asks/{ask.ask_id}/accept", form=stolen)
    assert again.status == 303  # the same form sent twice is one answer
    late = browser.send(browser.get("/my/asks"), f"/my/asks/{ask.ask_id}/decline")
    assert late.status == 303
    assert path.made[0].state == "declined"
    browser.language = "de"
    assert "Du hast abgelehnt" in browser.get("/my/asks").words


def test_an_answer_to_what_is_over_is_told_on_the_page(here: Pages, path: Path) -> None:
    _, ask = path.asked()
    browser = here.browser(ANNA)
    page = browser.get("/my/asks")
    path.later(days=14)
    late = browser.send(page, f"/my/asks/{ask.ask_id}/accept")
    assert late.status == 409
    assert path.made[0].state == "sent"


def test_a_review_begins_on_the_site_itself_with_the_disclosure_at_hand(
    here: Pages, path: Path
) -> None:
    path.publish(REVIEW | {"profile": "acme-coffee"}, BYE)
    path.delight()
    walk = path.entered()
    path.step(walk)
    browser = here.browser(ANNA)
    page = browser.get("/my/asks")
    link = "https://www.g2.com/products/acme-coffee/take_survey"
    assert f'href="{link}" rel="noopener noreferrer"' in page.html
    assert 'data-copy="#ad' in page.html
    assert "The stars and the words are yours" in page.words
    browser.language = "de"
    german = browser.get("/my/asks").words
    assert "Formular öffnen" in german
    browser.send(page, f"/my/asks/{path.made[0].ask_id}/decline")
    assert link not in browser.get("/my/asks").html


def test_a_review_on_a_site_of_another_kind_has_no_form(here: Pages, path: Path) -> None:
    path.publish({**REVIEW, "site": "shopvote", "profile": None}, BYE)
    path.delight()
    path.step(path.entered())
    page = here.browser(ANNA).get("/my/asks")
    assert "on shopvote" in page.words
    assert "Open the form" not in page.words
