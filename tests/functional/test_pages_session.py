"""Signing in, staying signed in and signing out; and every way in which a session is not one."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import EndpointConnectionError
from goodword_aws.pages.cookies import Jar

from tests.support.api import ADMIN, ANNA, FINANCE, MARKETER, Caller
from tests.support.pages import OTHER_KEY, Browser, FakePool, Pages, pages, refusal

ID, REFRESH = "__Host-gw_id", "__Host-gw_refresh"
AWAY = EndpointConnectionError(endpoint_url="https://cognito-idp.example")


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def is_in(browser: Browser) -> bool:
    """Whether the browser's session counts; `/my` leads others to sign in."""
    return browser.get("/my").status == 200


def test_the_front_door_leads_everybody_to_their_own_pages(here: Pages) -> None:
    assert 'href="/auth/sign-in?next=/"' in here.browser().get("/").html
    assert here.browser(FINANCE).get("/").location == "/console"
    assert here.browser(ANNA).get("/").location == "/my"


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(here: Pages) -> None:
    browser = here.browser()
    led = browser.get("/my")
    assert (led.status, led.location) == (303, "/auth/sign-in?next=/my")
    asked = browser.get("/auth/sign-in", next="/my/earnings")
    place = urlsplit(asked.location)
    said = {name: each[0] for name, each in parse_qs(place.query).items()}
    assert f"{place.scheme}://{place.netloc}{place.path}" == (
        "https://sign-in.example/oauth2/authorize"
    )
    assert said["redirect_uri"] == "https://go.example/auth/callback"
    assert said["response_type"] == "code"
    assert said["code_challenge_method"] == "S256"
    here.pool.codes["c"], here.pool.nonces["c"] = ANNA, said["nonce"]
    back = browser.get("/auth/callback", code="c", state=said["state"])
    assert back.location == "/my/earnings"
    assert is_in(browser)


@pytest.mark.parametrize(
    ("header", "query", "cookie", "language"),
    [
        ("de-AT,de;q=0.9", {}, "", "de"),
        ("fr", {}, "", "en"),  # we have no French, so Cognito is not asked for it either
        ("en", {"lang": "de"}, "", "de"),
        ("en", {}, "de", "de"),
    ],
)
def test_the_pools_page_speaks_the_readers_language(
    here: Pages, header: str, query: dict[str, str], cookie: str, language: str
) -> None:
    browser = here.browser()
    browser.language = header
    if cookie:
        browser.send(browser.get("/"), "/auth/reader", language=cookie)
    asked = browser.get("/auth/sign-in", **query)
    assert parse_qs(urlsplit(asked.location).query)["lang"] == [language]


def test_one_comes_back_to_what_one_had_chosen(here: Pages) -> None:
    browser = here.browser()
    led = browser.get("/console/audit", subject="ledger", starting_after="a b")
    assert led.location == (
        "/auth/sign-in?next=/console/audit%3Fsubject%3Dledger%26starting_after%3Da%2Bb"
    )
    after = parse_qs(urlsplit(led.location).query)["next"][0]
    begun = browser.get("/auth/sign-in", next=after)
    said = {name: each[0] for name, each in parse_qs(urlsplit(begun.location).query).items()}
    here.pool.codes["c"], here.pool.nonces["c"] = FINANCE, said["nonce"]
    back = browser.get("/auth/callback", code="c", state=said["state"])
    assert back.location == "/console/audit?subject=ledger&starting_after=a+b"


def test_the_verifier_goes_with_the_code(here: Pages) -> None:
    here.browser(ANNA)
    (sent,) = here.pool.sent
    assert len(sent["code_verifier"]) >= 43
    assert sent["client_id"] == "pages-client"


@pytest.mark.parametrize(
    "next_",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/a\r\nb: c", ""],
)
def test_nobody_is_led_elsewhere_after_it(here: Pages, next_: str) -> None:
    browser = here.browser()
    begun = browser.get("/auth/sign-in", next=next_)
    said = {name: each[0] for name, each in parse_qs(urlsplit(begun.location).query).items()}
    here.pool.codes["c"], here.pool.nonces["c"] = ANNA, said["nonce"]
    assert browser.get("/auth/callback", code="c", state=said["state"]).location == "/my"


@pytest.mark.parametrize("broken", ["state", "code", "nonce", "no cookie"])
def test_a_sign_in_that_was_not_begun_here_does_not_count(here: Pages, broken: str) -> None:
    browser = here.browser()
    begun = browser.get("/auth/sign-in", next="/my")
    said = {name: each[0] for name, each in parse_qs(urlsplit(begun.location).query).items()}
    here.pool.codes["c"] = ANNA
    here.pool.nonces["c"] = "another" if broken == "nonce" else said["nonce"]
    if broken == "no cookie":
        browser.cookies.clear()
    code = "unknown" if broken == "code" else "c"
    state = "another" if broken == "state" else said["state"]
    back = browser.get("/auth/callback", code=code, state=state)
    assert back.status == 401
    assert "Sign in" in back.words
    assert not is_in(browser)


def test_cookies_are_out_of_reach(here: Pages) -> None:
    browser = here.browser()
    begun = browser.get("/auth/sign-in")
    said = {name: each[0] for name, each in parse_qs(urlsplit(begun.location).query).items()}
    here.pool.codes["c"], here.pool.nonces["c"] = ANNA, said["nonce"]
    back = browser.get("/auth/callback", code="c", state=said["state"])
    for header in (*begun.cookies, *back.cookies):
        assert header.startswith("__Host-")
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
        assert "Domain" not in header


def test_on_a_laptop_cookies_go_over_http() -> None:
    said = Jar(secure=False).set("gw_id", "t", 5)
    assert said == "gw_id=t; Path=/; SameSite=Lax; HttpOnly; Max-Age=5"
    assert Jar(secure=False).read(["gw_id=a", " gw_id=b", "other=c"]) == {"gw_id": "a"}
    assert Jar(secure=True).read(["gw_id=a"]) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-client"},
        {"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_others"},
        {"token_use": "access"},
        {"exp": int(time.time()) - 60},
        {"sub": None},
        {"exp": None},
        {"key": OTHER_KEY},
    ],
)
def test_only_a_good_id_token_is_a_session(here: Pages, changes: dict[str, Any]) -> None:
    browser = here.browser()
    browser.cookies[ID] = here.pool.token(ANNA)
    assert is_in(browser)
    browser.cookies[ID] = here.pool.token(ANNA, **changes)
    assert browser.get("/my").status == 303
    assert ID not in browser.cookies


@pytest.mark.parametrize("text", ["x", "a.b.c", "", "eyJhbGciOiJub25lIn0.e30."])
def test_nonsense_is_no_session(here: Pages, text: str) -> None:
    browser = here.browser()
    browser.cookies[ID] = text
    assert browser.get("/my").status == 303


def test_a_spent_hour_is_followed_by_the_next_without_asking(here: Pages) -> None:
    browser = here.browser(ANNA)
    browser.cookies[ID] = here.pool.token(ANNA, exp=int(time.time()) - 60)
    spent = browser.cookies[ID]
    assert is_in(browser)
    assert browser.cookies[ID] != spent
    here.pool.refreshes.clear()
    browser.cookies[ID] = spent
    assert browser.get("/my").status == 303
    assert REFRESH not in browser.cookies


def test_staff_sign_in_anew_every_day(here: Pages) -> None:
    browser = here.browser(FINANCE)
    assert browser.get("/console").status == 200
    browser.cookies[ID] = here.pool.token(FINANCE, auth_time=int(time.time()) - 13 * 3_600)
    assert browser.get("/console").status == 303
    old_but_advocate = here.browser()
    old_but_advocate.cookies[ID] = here.pool.token(ANNA, auth_time=int(time.time()) - 13 * 3_600)
    assert is_in(old_but_advocate)


def test_signing_out_revokes_and_forgets(here: Pages) -> None:
    browser = here.browser(ANNA)
    refresh = browser.cookies[REFRESH]
    left = browser.send(browser.get("/my"), "/auth/sign-out")
    assert left.location.startswith("https://sign-in.example/logout?client_id=pages-client")
    assert here.pool.revoked == [refresh]
    assert not {ID, REFRESH} & set(browser.cookies)
    assert browser.get("/my").status == 303


def test_when_cognito_is_away_nobody_is_signed_out(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = here.browser(ANNA)

    def away(_: FakePool, **asked: object) -> None:
        raise refusal("InternalErrorException", 500)

    monkeypatch.setattr(FakePool, "initiate_auth", away)
    browser.cookies[ID] = here.pool.token(ANNA, exp=int(time.time()) - 60)
    assert browser.get("/my").status == 503
    assert REFRESH in browser.cookies


@pytest.mark.parametrize("failure", [refusal("InternalErrorException", 500), AWAY])
def test_signing_out_works_here_also_while_cognito_is_away(
    here: Pages, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    browser = here.browser(ANNA)
    page = browser.get("/my")

    def away(_: FakePool, **asked: object) -> None:
        raise failure

    monkeypatch.setattr(FakePool, "initiate_auth", away)
    monkeypatch.setattr(FakePool, "revoke_token", away)
    browser.cookies[ID] = here.pool.token(ANNA, exp=int(time.time()) - 60)
    left = browser.send(page, "/auth/sign-out")
    assert left.location.startswith("https://sign-in.example/logout")
    assert not {ID, REFRESH} & set(browser.cookies)
    assert "could not be confirmed" in browser.get("/").words
    assert "could not be confirmed" not in browser.get("/").words


def test_pages_for_everybody_are_there_while_cognito_is_away(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_id = here.town.program().program_id
    browser = here.browser(ANNA)
    css = re.findall(r"/static/[^\"]+[.]css", browser.get("/my").html)[0]
    spent = browser.cookies[ID] = here.pool.token(ANNA, exp=int(time.time()) - 60)
    kept = browser.get(css)
    assert (kept.status, kept.cookies) == (200, [])
    assert "immutable" in kept.headers["Cache-Control"]

    def away(_: FakePool, **asked: object) -> None:
        raise AWAY

    monkeypatch.setattr(FakePool, "initiate_auth", away)
    for path in (css, "/", f"/terms/{program_id}", f"/join/{program_id}", f"/friend/{program_id}"):
        assert browser.get(path).status == 200, path
    assert browser.get("/nowhere").status == 404
    assert (browser.cookies[ID], REFRESH in browser.cookies) == (spent, True)


@pytest.mark.parametrize("action", ["/auth/sign-out", "/auth/reader"])
def test_signing_out_and_the_language_need_no_session(here: Pages, action: str) -> None:
    browser = here.browser(ANNA)
    form = browser.get("/my").fields(action) | {"language": "de"}
    browser.cookies.pop("__Host-gw_seed")
    foreign = browser.ask("POST", action, form=form, headers={"origin": "https://evil.example"})
    assert foreign.status == 403
    assert "did not come from here" in foreign.words
    assert browser.ask("POST", action, form=form).status == 303


def begun(browser: Browser, next_: str) -> dict[str, str]:
    """What Cognito is asked when a sign-in begins."""
    query = parse_qs(urlsplit(browser.get("/auth/sign-in", next=next_).location).query)
    return {name: each[0] for name, each in query.items()}


def test_two_tabs_sign_in_beside_each_other(here: Pages) -> None:
    browser = here.browser()
    tabs = [begun(browser, f"/my/earnings?of={number}") for number in range(4)]
    for number, said in enumerate(tabs):
        here.pool.codes["c"], here.pool.nonces["c"] = ANNA, said["nonce"]
        back = browser.get("/auth/callback", code="c", state=said["state"])
        assert back.location == f"/my/earnings?of={number}"
    assert not [name for name in browser.cookies if "flow" in name]


def test_a_browser_keeps_only_so_many_sign_ins(here: Pages) -> None:
    browser = here.browser()
    first, *_ = [begun(browser, "/my") for _ in range(9)]
    assert len([name for name in browser.cookies if "flow" in name]) == 4
    here.pool.codes["c"], here.pool.nonces["c"] = ANNA, first["nonce"]
    assert browser.get("/auth/callback", code="c", state=first["state"]).status == 401


def test_a_sign_in_is_tried_again_to_the_same_page(here: Pages) -> None:
    browser = here.browser()
    said = begun(browser, "/my/earnings?of=1")
    browser.cookies.clear()
    failed = browser.get("/auth/callback", code="c", state=said["state"])
    assert failed.status == 401
    assert 'href="/auth/sign-in?next=/my/earnings%3Fof%3D1"' in failed.html
    for state in ("x~Ly9ldmlsLmV4YW1wbGU", "x~\u00e9", "x", "~" + "A" * 900):
        failed = browser.get("/auth/callback", code="c", state=state)
        assert 'href="/auth/sign-in"' in failed.html


@pytest.mark.parametrize(
    ("who", "next_", "there"),
    [
        (FINANCE, "/console/audit?subject=" + "a" * 300, "/console/audit"),
        (FINANCE, "/" + "a" * 400, "/console"),
        (FINANCE, "", "/console"),
        (ANNA, "", "/my"),
    ],
)
def test_an_address_that_is_too_long_to_keep_leads_to_ones_own_pages(
    here: Pages, who: Caller, next_: str, there: str
) -> None:
    browser = here.browser()
    said = begun(browser, next_)
    here.pool.codes["c"], here.pool.nonces["c"] = who, said["nonce"]
    assert browser.get("/auth/callback", code="c", state=said["state"]).location == there


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/console", "/console"),
        ("/console/runs", "/console/runs"),
        ("/console/waiting", "/console/runs"),
        ("/console/exports", "/console/runs"),
        ("/console/learned", "/console/reviews"),
        ("/console/care", "/console/journeys"),
        ("/console/letters", "/console/journeys"),
        ("/console/advocates", "/console/advocates"),
    ],
)
def test_each_page_of_the_console_says_which_part_one_is_in(
    here: Pages, path: str, entry: str
) -> None:
    page = here.browser(ADMIN).get(path).html
    assert f'<a href="{entry}" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1


def test_the_console_is_for_staff(here: Pages) -> None:
    shown = here.browser(ADMIN).get("/console")
    assert shown.status == 200
    for words in ("Nothing waits", "No run yet", "No programme yet"):
        assert words in shown.words
    marketer = here.browser(MARKETER).get("/console")
    assert "No programme yet" in marketer.words
    assert "No run yet" not in marketer.words
    refused = here.browser(ANNA).get("/console")
    assert refused.status == 403
    assert "not open to you" in refused.words
