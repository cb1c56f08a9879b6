"""A form counts only from our own page, for this person, in this browser, once."""

from collections.abc import Iterator

import pytest
from goodword.claims import Claim
from goodword.errors import Conflict, InvalidInput
from goodword.limits import FORM_FIELDS_MAX
from goodword.records import Value
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Sheet, View
from pydantic import Field

from tests.support.api import ANNA, BEN, FINANCE
from tests.support.functions import sample
from tests.support.pages import HOME, Browser, Pages, Shown, pages

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "\u202egnp.exe &lt;b&gt; \x00",
)


class Words(Value):
    """What the test's form takes."""

    words: str = Field(min_length=1, max_length=40)


@pytest.fixture
def here() -> Iterator[Pages]:
    """Pages with one more: a form that counts how often it acted."""
    with pages() as made:
        made.loaded["portal_web"] = _site(made)
        yield made


def _site(made: Pages) -> Site:
    site: Site = made.api("portal_web")
    acted: list[str] = []
    made.acted = acted  # type: ignore[attr-defined]  # what the test looks at

    def show(view: View) -> Sheet:
        return Sheet("portal/nobody.html", {})

    @site.page("POST", "/auth/try", roles={"advocate"}, again=show)
    def act(view: View) -> Answer:
        words = view.fields(Words).words
        if words == "taken":
            raise Conflict("taken", "somebody has it")
        acted.append(words)
        return Go("/my", "note.done")

    @site.page("POST", "/auth/plain", roles={"advocate"})
    def plain(view: View) -> Answer:
        view.fields(Words)
        raise InvalidInput("never", "unreached")

    @site.page("GET", "/auth/file", roles={"advocate"})
    def file(view: View) -> Answer:
        return File(b"a,b", "text/csv", "x.csv")

    @site.page("GET", "/auth/broken", roles={"advocate"})
    def broken(view: View) -> Answer:
        raise RuntimeError("canary@person.example")

    return site


def form_of(browser: Browser, **more: str) -> dict[str, str]:
    """The hidden fields of a page of ours, with words."""
    return browser.get("/my").fields("/auth/sign-out") | {"words": "hello"} | more


def acted(here: Pages) -> list[str]:
    """What the form did so far."""
    found: list[str] = here.acted  # type: ignore[attr-defined]  # set by the fixture
    return found


def post(browser: Browser, form: dict[str, str], **headers: str) -> Shown:
    """Send a form with these headers on top."""
    named = {name.replace("_", "-"): said for name, said in headers.items()}
    return browser.ask("POST", "/auth/try", form=form, headers=named)


def test_a_form_acts_and_the_next_page_says_so_once(here: Pages) -> None:
    browser = here.browser(ANNA)
    sent = post(browser, form_of(browser))
    assert (sent.status, sent.location) == (303, "/my")
    assert acted(here) == ["hello"]
    assert "Done." in browser.get("/my").words
    assert "Done." not in browser.get("/my").words


def test_a_double_tap_acts_once(here: Pages) -> None:
    browser = here.browser(ANNA)
    form = form_of(browser)
    assert [post(browser, form).location for _ in range(3)] == ["/my"] * 3
    assert acted(here) == ["hello"]
    assert len(here.town.all(Claim)) == 1
    refused = post(browser, form | {"words": "other"})
    assert refused.status == 409
    assert acted(here) == ["hello"]


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({"origin": HOME}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"{HOME}.evil.example"}, False),
        ({"origin": "http://go.example"}, False),
        ({"origin": "", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "", "sec_fetch_site": "cross-site"}, False),
        ({"origin": "", "sec_fetch_site": "same-site", "referer": f"{HOME}/my"}, False),
        ({"origin": "", "referer": f"{HOME}/my"}, True),
        ({"origin": "", "referer": "https://evil.example/"}, False),
        ({"origin": ""}, False),
    ],
)
def test_a_form_from_elsewhere_does_not_act(
    here: Pages, headers: dict[str, str], counts: bool
) -> None:
    browser = here.browser(ANNA)
    sent = post(browser, form_of(browser), **headers)
    assert (sent.status, len(acted(here))) == ((303, 1) if counts else (403, 0))


@pytest.mark.parametrize("field", ["_token", "_once"])
@pytest.mark.parametrize("value", ["", "0" * 64, "x", "\u00e4"])
def test_a_form_without_its_token_does_not_act(here: Pages, field: str, value: str) -> None:
    browser = here.browser(ANNA)
    sent = post(browser, form_of(browser) | {field: value})
    assert sent.status == (303 if (field, value) == ("_once", "0" * 64) else 403)
    assert len(acted(here)) == (sent.status == 303)


def test_a_token_is_of_one_browser_and_one_person(here: Pages) -> None:
    anna, ben = here.browser(ANNA), here.browser(BEN)
    assert post(ben, form_of(anna)).status == 403
    seed = anna.cookies["__Host-gw_seed"]
    form = form_of(anna)
    ben.cookies["__Host-gw_seed"] = seed
    assert post(ben, form).status == 403
    del anna.cookies["__Host-gw_seed"]
    assert post(anna, form).status == 403
    assert acted(here) == []


@pytest.mark.parametrize(
    ("language", "title", "never"),
    [
        ("en-GB", "This form came too late", "role"),
        ("de", "Dieses Formular kam zu spät", "Rolle"),
    ],
)
def test_a_form_that_came_too_late_blames_nobody(
    here: Pages, language: str, title: str, never: str
) -> None:
    browser = here.browser(ANNA)
    browser.language = language
    form = browser.get("/my").fields("/auth/sign-out")
    browser.cookies.pop("__Host-gw_seed")
    late = browser.ask("POST", "/my/disputes/new", form=form)
    assert late.status == 403
    assert title in late.words
    assert never not in late.words


def test_a_form_of_another_shape_is_refused(here: Pages) -> None:
    browser = here.browser(ANNA)
    assert post(browser, form_of(browser), content_type="application/json").status == 400
    many = {f"f{number}": "x" for number in range(FORM_FIELDS_MAX)}
    assert post(browser, form_of(browser) | many).status == 400


def test_what_was_wrong_is_said_beside_what_was_typed(here: Pages) -> None:
    browser = here.browser(ANNA)
    shown = post(browser, form_of(browser, words="w" * 41))
    assert shown.status == 422
    assert "not in a programme yet" in shown.words
    assert post(browser, form_of(browser, words="taken")).status == 409
    plain = browser.ask("POST", "/auth/plain", form=form_of(browser, words=""))
    assert plain.status == 422
    assert "words" in plain.words


def test_a_signed_out_session_says_so_instead_of_acting(here: Pages) -> None:
    browser = here.browser(ANNA)
    form = form_of(browser)
    del browser.cookies["__Host-gw_id"]
    del browser.cookies["__Host-gw_refresh"]
    sent = post(browser, form)
    assert sent.status == 401
    assert "sign in again" in sent.words
    assert acted(here) == []


def test_an_unexpected_error_tells_nothing(here: Pages, capsys: pytest.CaptureFixture[str]) -> None:
    shown = here.browser(ANNA).get("/auth/broken")
    assert shown.status == 500
    assert "req-1" in shown.words
    assert "canary" not in shown.html + capsys.readouterr().out


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(here: Pages, text: str) -> None:
    """A name, a path, a form's words: whatever people can fill in."""
    browser = here.browser()
    browser.cookies["__Host-gw_id"] = here.pool.token(ANNA, email=text)
    for shown in (browser.get("/my"), browser.get(f"/my/{text}"), browser.get("/", lang=text)):
        assert text not in shown.html or "<" not in text + '"'
        assert "<img" not in shown.html
        assert "onload=alert" not in shown.html.replace("&lt;svg/onload", "")
        assert "<script>alert" not in shown.html
        assert "49" not in shown.words


def test_languages(here: Pages) -> None:
    browser = here.browser()
    assert 'lang="en"' in browser.get("/").html
    browser.language = "de-AT,de;q=0.8"
    german = browser.get("/")
    assert 'lang="de"' in german.html
    assert "Anmelden" in german.words
    chosen = browser.send(german, "/auth/reader")
    assert chosen.status == 303
    browser.language = "fr"
    assert 'lang="en"' in browser.get("/").html
    assert browser.cookies["gw_lang"] == "en"
    refused = browser.ask(
        "POST", "/auth/reader", form=german.fields("/auth/reader") | {"language": "xx"}
    )
    assert refused.status == 422


def test_a_zone_is_chosen_on_any_page_and_given_up_again(here: Pages) -> None:
    fay = here.browser(FINANCE)
    page = fay.get("/console")
    assert "Times in UTC" in page.words
    token = {name: said for name, said in page.fields("/auth/reader").items() if name != "language"}
    chosen = fay.ask("POST", "/auth/reader", form=token | {"zone": "Asia/Tokyo"})
    assert (chosen.status, chosen.location) == (303, "/console")
    assert fay.cookies.items() >= {"gw_zone": "Asia/Tokyo", "gw_zone_own": "yes"}.items()
    assert "Times in Asia/Tokyo" in fay.get("/console").words
    fay.send(page, "/auth/reader")  # another language leaves it
    assert fay.cookies.items() >= {"gw_zone": "Asia/Tokyo", "gw_zone_own": "yes"}.items()
    fay.ask("POST", "/auth/reader", form=token | {"language": "en"})
    refused = fay.ask("POST", "/auth/reader", form=token | {"zone": "Berlin"})
    assert (refused.status, "Zones are called Region/City" in refused.words) == (422, True)
    assert fay.ask("POST", "/auth/reader", form=token | {"zone": ""}).status == 303
    assert not {"gw_zone", "gw_zone_own"} & set(fay.cookies)
    assert "Times in UTC" in fay.get("/console").words


def test_every_answer_keeps_others_out(here: Pages) -> None:
    browser = here.browser(ANNA)
    for path in ("/", "/my", "/nowhere", "/auth/file", "/auth/sign-in"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "max-age=31536000" in headers["Strict-Transport-Security"]
    saved = browser.get("/auth/file").headers
    assert saved["Content-Disposition"] == 'attachment; filename="x.csv"'


def test_static_files_are_kept_under_their_own_hash_only(here: Pages) -> None:
    browser = here.browser()
    page = browser.get("/").html
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = browser.get(path)
    assert sheet.status == 200
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert sheet.cookies == []
    assert browser.get("/static/000000000000.goodword.css").status == 404
    assert 'rel="icon" href="/static/' in page
    icon = browser.get("/favicon.ico")
    assert icon.location.endswith(".favicon.ico")
    assert (icon.status, icon.cookies) == (303, [])
    assert browser.get("/static/..%2Fsite.py").status == 404


def test_no_page_asks_another_host_or_has_anything_inline(here: Pages) -> None:
    staff = here.browser(FINANCE)
    for shown in (
        here.browser().get("/"),
        here.browser().get("/style"),
        here.browser(ANNA).get("/my"),
        staff.get("/console"),
    ):
        assert shown.status == 200
        for planted in (" style=", "<style", " onclick=", "javascript:", 'src="http', "<script>"):
            assert planted not in shown.html, f"{planted} on {shown.path}"


def test_samples(here: Pages) -> None:
    front = here.send("portal_web", sample("portal_web", "front"))
    assert front.status == 200
    assert "Anmelden" in front.text
    assert here.send("portal_web", sample("portal_web", "sign_in")).status == 303
    led = here.send("portal_web", sample("portal_web", "refused_not_signed_in"))
    assert led.headers["Location"] == "/auth/sign-in?next=/my"
    assert here.send("portal_web", sample("portal_web", "refused_foreign_form")).status == 403
    assert here.send("portal_web", sample("portal_web", "refused_embed_over")).status == 404
    staff = here.send("console_web", sample("console_web", "refused_not_signed_in"))
    assert staff.headers["Location"] == "/auth/sign-in?next=/console"
    assert here.send("console_web", sample("console_web", "nowhere")).status == 404
