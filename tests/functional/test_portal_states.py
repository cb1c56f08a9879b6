"""Each page of one's own in each state that a part in a programme, or the programme, may be in."""

from collections.abc import Iterator
from typing import get_args

import pytest
from goodword.advocates.links import Links, LinkWish
from goodword.advocates.model import Enrolment, EnrolmentState
from goodword.programs.model import Program, ProgramState
from goodword.times import DAY_MS
from goodword.trust.banning import Bans
from goodword_aws.pages.embed import embed_token
from goodword_aws.settings import settings

from tests.functional.test_portal_pages import joined, keep, reward_of
from tests.support.api import ANNA
from tests.support.pages import Browser, Pages, pages

OWN = ("", "/earnings", "/links", "/payouts", "/help", "/account", "/level", "/disputes", "/asks")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    monkeypatch.setenv("EMBED_ORIGINS", "https://shop.example")
    with pages() as made:
        settings.cache_clear()
        yield made


def stands(here: Pages, enrolment: Enrolment, state: str) -> None:
    """The part of somebody is in a state; a ban has its notice."""
    now_ms = here.town.clock.now_ms()
    if state == "banned":
        Bans(here.town.desk()).ban(
            enrolment.advocate_id, enrolment.program_id, "spam", now_ms - DAY_MS, None
        )
        return
    stored = here.town.store.get(Enrolment, enrolment.key)
    assert stored is not None
    keep(here, stored.but(state=state, changed_ms=now_ms - 2 * DAY_MS))


@pytest.mark.parametrize("programme", get_args(ProgramState))
@pytest.mark.parametrize("state", get_args(EnrolmentState))
def test_no_page_of_ones_own_fails_in_any_state(here: Pages, state: str, programme: str) -> None:
    program = here.town.program()
    enrolment = joined(here, program.program_id)
    stands(here, enrolment, state)
    stored = here.town.store.get(Program, program.key)
    assert stored is not None
    keep(here, stored.but(state=programme))
    anna = here.browser(ANNA)
    token, _ = embed_token(b"page secret", enrolment.advocate_id, here.town.clock.now_ms())
    own = [f"/my{one}" for one in OWN]
    for language in ("en", "de"):
        anna.language = language
        for path in (*own, f"/join/{program.program_id}", f"/embed/{token}"):
            page = anna.get(path)
            joins = path.startswith("/join/") and programme != "active"
            assert page.status == (409 if joins else 200), (path, language, page.words)


def asked_to_join(here: Pages) -> tuple[Browser, str, str]:
    """Anna asks by the page: her browser, the page's path, and where she came to."""
    program = here.town.program(enrolment="approval")
    anna, path = here.browser(ANNA), f"/join/{program.program_id}"
    sent = anna.send(anna.get(path), path, name="Anna", terms="yes", disclosure="yes")
    return anna, path, sent.location


def test_whoever_asks_to_join_reads_that_it_was_asked(here: Pages) -> None:
    anna, path, place = asked_to_join(here)
    home = anna.get(place)
    assert home.status == 200
    assert "Asked. You find the answer here." in home.words
    assert "Here is your link" not in home.words
    assert "Your request is with the team of Acme Coffee" in home.words
    again = anna.get(path)
    assert "You have asked to take part; Acme Coffee decides." in again.words
    assert f'action="{path}"' not in again.html


def test_whoever_asked_takes_the_request_back(here: Pages) -> None:
    anna, path, _ = asked_to_join(here)
    page = anna.get("/my/account")
    assert "You have asked to take part, on version 1" in page.words
    assert "Leave Acme Coffee" not in page.words
    assert anna.send(page, "/my/account/leave").status == 303
    assert here.town.all(Enrolment)[0].state == "left"
    assert f'action="{path}"' in anna.get(path).html


def test_a_link_that_is_refused_meanwhile_says_why(here: Pages) -> None:
    program = here.town.program()
    joined(here, program.program_id)
    anna = here.browser(ANNA)
    page = anna.get("/my/links")
    stored = here.town.store.get(Program, program.key)
    assert stored is not None
    keep(here, stored.but(state="paused"))
    late = anna.send(page, "/my/links", label="Fair")
    assert late.status == 409
    assert 'role="alert"' in late.html


def test_whoever_was_banned_is_offered_no_form_to_join(here: Pages) -> None:
    enrolment = joined(here, here.town.program().program_id)
    stands(here, enrolment, "banned")
    page = here.browser(ANNA).get(f"/join/{enrolment.program_id}")
    assert "has ended your part in this programme. Your page says why" in page.words
    assert '<form method="post" action="/join/' not in page.html


@pytest.mark.parametrize("state", ["banned", "paused", "left"])
def test_a_link_that_earns_nothing_is_not_offered(here: Pages, state: str) -> None:
    enrolment = joined(here, here.town.program().program_id)
    stands(here, enrolment, state)
    page = here.browser(ANNA).get("/my/links")
    assert "data-copy" not in page.html
    assert "/qr" not in page.html
    assert {"banned": "Messages were sent", "paused": "Since", "left": "Since"}[state] in page.words
    assert ("about=ban" in page.html) == (state == "banned")


def test_a_link_whose_day_is_over_says_so(here: Pages) -> None:
    enrolment = joined(here, here.town.program().program_id)
    town = here.town
    wish = LinkWish(label="Fair", expires_ms=town.clock.now_ms() + DAY_MS)
    made = Links(town.desk()).create(enrolment.advocate_id, enrolment.program_id, wish)
    anna = here.browser(ANNA)
    assert "Ends on" in anna.get("/my/links").words
    assert f"/my/links/{made.code}/qr" in anna.get("/my/links").html
    town.clock.advance(2 * DAY_MS)
    page = anna.get("/my/links")
    assert "it leads on and earns nothing" in page.words
    assert f"/my/links/{made.code}/qr" not in page.html


@pytest.mark.parametrize(
    ("unit", "said"), [("EUR.CREDIT", "Store credit, EUR"), ("GIFTS", "Gifts"), ("EUR", "EUR")]
)
def test_what_is_no_money_has_its_unit_in_words(here: Pages, unit: str, said: str) -> None:
    enrolment = joined(here, here.town.program().program_id)
    now_ms = here.town.clock.now_ms()
    keep(here, reward_of(enrolment.program_id, enrolment.advocate_id, now_ms).but(currency=unit))
    page = here.browser(ANNA).get("/my/earnings")
    assert f"({said})" in page.words
