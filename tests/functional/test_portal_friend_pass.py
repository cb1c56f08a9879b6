"""Without an account a friend proves the address by a link, and then decides what is kept."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from goodword.conversions.model import Conversion, Identity
from goodword.events import Event
from goodword.limits import FRIEND_LETTERS_PER_HOUR, FRIEND_PASS_SECONDS
from goodword.messages.model import Letter
from goodword.messages.service import Refused
from goodword.times import HOUR_MS, SECOND_MS
from goodword_aws.pages import friend_pages
from goodword_aws.pages.friend_pass import Written

from tests.functional.test_pages_forms import HOSTILE
from tests.functional.test_portal_friend import ROBIN, bought
from tests.support.pages import HOME, Browser, Pages, Shown, pages

CANARY = "robin@shoppers.example"


@dataclass
class Post:
    """Keeps what was sent."""

    sent: list[tuple[str, Letter]] = field(default_factory=list)
    refuses: bool = False

    def send(self, to: str, letter: Letter, _type: str) -> str:
        if self.refuses:
            raise Refused("mail_rejected", "no")
        self.sent.append((to, letter))
        return "mail-1"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(friend_pages, "post", lambda: made)
    return made


@pytest.fixture
def here(post: Post) -> Iterator[Pages]:
    with pages() as made:
        yield made


def asked(browser: Browser, program_id: str, email: str = ROBIN.email) -> Shown:
    page = browser.get(f"/friend/{program_id}")
    return browser.send(page, f"/friend/{program_id}/link", email=email)


def link(post: Post) -> str:
    """The path of the newest letter's link."""
    found = re.search(rf"{HOME}(/friend/\S+)", post.sent[-1][1].text)
    assert found is not None
    return found.group(1)


def test_the_letter_opens_the_page_for_half_an_hour(here: Pages, post: Post) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    browser = here.browser()
    assert asked(browser, program_id).location == f"/friend/{program_id}?sent=yes"
    assert "Look into your mailbox" in browser.get(f"/friend/{program_id}", sent="yes").words
    path = link(post)
    assert post.sent[0][0] == ROBIN.email
    for personal in (CANARY, "shoppers", base64.b64encode(CANARY.encode()).decode()[:12]):
        assert personal.lower() not in path.lower()
    stranger = here.browser()  # another browser: the link is all it needs
    shown = stranger.get(path)
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "order-<b>1" in shown.words
    here.town.clock.advance((FRIEND_PASS_SECONDS + 1) * SECOND_MS)
    over = stranger.get(path)
    assert over.status == 404
    assert "This link has ended" in over.words


@pytest.mark.parametrize("act", ["object", "allow", "forget"])
def test_a_form_without_its_token_or_with_anothers_pass_is_refused(
    here: Pages, post: Post, act: str
) -> None:
    program_id, other = (here.town.program().program_id for _ in range(2))
    bought(here, program_id)
    browser = here.browser()
    asked(browser, program_id)
    path = link(post)
    before = here.town.all(Identity)
    assert browser.ask("POST", f"{path}/{act}", form={"sure": "yes"}).status == 403
    form = browser.get(path).fields(f"{path}/forget") | {"sure": "yes"}
    abroad = {"origin": "https://evil.example"}
    assert browser.ask("POST", f"{path}/{act}", form=form, headers=abroad).status == 403
    elsewhere = path.replace(program_id, other)
    assert browser.get(elsewhere).status == 404
    assert browser.ask("POST", f"{elsewhere}/{act}", form=form).status == 404
    assert browser.ask("POST", f"/friend/{program_id}/{act}", form=form).status == 403
    for forged in ("f1-", "f1-x-y", path.rpartition("/")[2][:-1] + "0", "e1" + path[-90:], "ü"):
        assert browser.get(f"/friend/{program_id}/by/{forged}").status == 404
    assert here.town.all(Identity) == before


def test_objecting_is_kept_and_can_be_taken_back(here: Pages, post: Post) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    browser = here.browser()
    asked(browser, program_id)
    path = link(post)
    done = browser.send(browser.get(path), f"{path}/object")
    assert (done.status, done.location) == (303, path)
    shown = browser.get(path)
    assert "You object to being remembered since" in shown.words
    assert "MAYA7" not in shown.words
    assert here.town.all(Identity)[0].closed_ms is not None
    browser.send(shown, f"{path}/allow")
    assert here.town.all(Identity)[0].closed_ms is None


def test_erasing_needs_a_tick_and_leaves_nothing_to_find(here: Pages, post: Post) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    mac = here.town.all(Identity)[0].mac
    browser = here.browser()
    asked(browser, program_id)
    path = link(post)
    assert browser.send(browser.get(path), f"{path}/forget").status == 422
    assert len(here.town.all(Identity)) == 1
    done = browser.send(browser.get(path), f"{path}/forget", sure="yes")
    assert (done.status, done.location) == (303, path)
    shown = browser.get(path)
    assert "Nothing is recorded under this address" in shown.words
    assert "order-" not in shown.html
    assert "order-" not in here.browser(ROBIN).get(f"/friend/{program_id}").html
    order = here.town.all(Conversion)[0]
    assert (order.forgotten, order.identities, order.gross_minor) == (True, (), 5_243)
    stored = "".join(
        one.model_dump_json()
        for kind in (Identity, Conversion, Event)
        for one in here.town.all(kind)
    )
    assert mac not in stored
    assert CANARY not in stored.lower()


def test_a_signed_in_friend_can_do_the_same(here: Pages) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    browser, base = here.browser(ROBIN), f"/friend/{program_id}"
    browser.send(browser.get(base), f"{base}/object")
    assert "You object" in browser.get(base).words
    browser.send(browser.get(base), f"{base}/forget", sure="yes")
    assert here.town.all(Identity) == []


def test_one_address_is_written_to_a_few_times_an_hour(here: Pages, post: Post) -> None:
    program_id = here.town.program().program_id
    browser = here.browser()
    for _ in range(FRIEND_LETTERS_PER_HOUR + 2):
        assert asked(browser, program_id).status == 303
    asked(browser, program_id, "R.obin+x@shoppers.example".replace(".o", "o"))
    assert len(post.sent) == FRIEND_LETTERS_PER_HOUR
    assert asked(browser, program_id, "somebody@else.example").status == 303
    assert len(post.sent) == FRIEND_LETTERS_PER_HOUR + 1
    here.town.clock.advance(HOUR_MS + 1)
    asked(browser, program_id)
    assert len(post.sent) == FRIEND_LETTERS_PER_HOUR + 2
    assert CANARY not in "".join(one.model_dump_json() for one in here.town.all(Written)).lower()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_address_is_told_so_and_shown_as_text(
    here: Pages, post: Post, text: str
) -> None:
    shown = asked(here.browser(), here.town.program().program_id, text)
    assert shown.status == 422
    assert post.sent == []
    assert "<script>alert" not in shown.html
    assert "<img src=x" not in shown.html


def test_an_address_that_the_mail_service_refuses_is_no_address(here: Pages, post: Post) -> None:
    post.refuses = True
    shown = asked(here.browser(), here.town.program().program_id)
    assert shown.status == 422
    assert "not an e-mail address that we can write to" in shown.words


def test_there_is_no_page_of_a_programme_that_is_not_there(here: Pages) -> None:
    assert here.browser().get("/friend/prg_none").status == 404
