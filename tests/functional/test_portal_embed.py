"""An embedded view: the token's advocate, some minutes, the listed frames, nothing to do."""

from collections.abc import Iterator

import pytest
from goodword_aws.pages.embed import embed_token, embedded
from goodword_aws.settings import settings

from tests.support.api import ADMIN, ANNA, FINANCE, MARKETER
from tests.support.pages import Pages, pages
from tests.support.people import ANNA as ANNA_IN

SECRET = b"page secret"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    monkeypatch.setenv("EMBED_ORIGINS", "https://shop.example https://app.example")
    with pages() as made:
        settings.cache_clear()
        yield made


def joined(here: Pages) -> str:
    return here.town.joined(here.town.program().program_id, ANNA_IN).advocate_id


def test_admins_get_an_address_that_shows_the_view(here: Pages) -> None:
    advocate_id = joined(here)
    made = here(ADMIN, "POST", f"/v1/advocates/{advocate_id}/embed")
    assert made.status == 200
    path = made.body["url"].removeprefix("https://go.example")
    shown = here.browser().get(path)
    assert shown.status == 200
    assert "https://go.example/r/" in shown.words
    assert (
        "frame-ancestors https://shop.example https://app.example"
        in (shown.headers["Content-Security-Policy"])
    )
    assert "X-Frame-Options" not in shown.headers
    assert shown.cookies == []
    assert "<form" not in shown.html


def test_without_listed_origins_it_stands_in_no_frame(here: Pages) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBED_ORIGINS", "")
        settings.cache_clear()
        token, _ = embed_token(SECRET, joined(here), here.town.clock.now_ms())
        shown = here.browser().get(f"/embed/{token}")
        assert "frame-ancestors 'none'" in shown.headers["Content-Security-Policy"]


def test_others_get_none(here: Pages) -> None:
    advocate_id = joined(here)
    for who in (ANNA, FINANCE, MARKETER):
        assert here(who, "POST", f"/v1/advocates/{advocate_id}/embed").status == 403
    assert here(ADMIN, "POST", "/v1/advocates/adv_nobody/embed").status == 404


def test_a_token_ends(here: Pages) -> None:
    token, _ = embed_token(SECRET, joined(here), here.town.clock.now_ms())
    here.town.clock.advance(901_000)
    ended = here.browser().get(f"/embed/{token}")
    assert ended.status == 404
    assert "has ended" in ended.words
    assert [one for one in ("<form", "<header", "<footer", "sign-in") if one in ended.html] == []


def test_only_a_whole_token_of_ours_counts(here: Pages) -> None:
    now_ms = here.town.clock.now_ms()
    token, _ = embed_token(SECRET, joined(here), now_ms)
    assert embedded([b"new", SECRET], token, now_ms).startswith("adv_")
    forged = [token[:n] + chr(ord(token[n]) ^ 1) + token[n + 1 :] for n in range(len(token))]
    other, _ = embed_token(b"another secret", joined(here), now_ms)
    for text in (*forged, other, "", "e1", "e1--", "e1-x-y", token + "0", "e2" + token[2:]):
        assert here.browser().get(f"/embed/{text or 'x'}").status == 404, text


def test_a_session_adds_nothing_in_a_frame(here: Pages) -> None:
    token, _ = embed_token(SECRET, joined(here), here.town.clock.now_ms())
    browser = here.browser(ADMIN)
    assert "ada@" not in browser.get(f"/embed/{token}").html
