"""The embedded view stands in frames of the listed hosts; a browser refuses it to all others."""

from collections.abc import Iterator

import pytest
from goodword_aws.pages.embed import embed_token
from goodword_aws.settings import settings
from playwright.sync_api import Browser, expect

from tests.browser.at_once import window
from tests.support.api import ANNA
from tests.support.pages import HOME, Pages, pages
from tests.support.people import ANNA as ANNA_IN

LISTED, OTHER = "https://shop.example", "https://elsewhere.example"
SAME_SITE = "https://www.go.example"  # as browsers see it, which would let a frame keep cookies


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    monkeypatch.setenv("EMBED_ORIGINS", f"{LISTED} {SAME_SITE}")
    with pages() as made:
        settings.cache_clear()
        yield made
    settings.cache_clear()


ALLOWS = "clipboard-write; web-share"


def around(path: str, allow: str = "") -> str:
    """Somebody's page with ours in a frame."""
    frame = f'<iframe allow="{allow}" width="600" height="600" src="{HOME}{path}"></iframe>'
    return f"<!doctype html><title>Theirs</title>{frame}"


@pytest.mark.parametrize(("host", "stands"), [(LISTED, True), (OTHER, False)])
def test_only_a_listed_host_frames_the_view(
    here: Pages, chromium: Browser, host: str, stands: bool
) -> None:
    own = here.town.joined(here.town.program().program_id, ANNA_IN).advocate_id
    token, _ = embed_token(b"page secret", own, here.town.clock.now_ms())
    path = f"/embed/{token}"
    with window(chromium, here.browser(), others={host: around(path)}) as shown:
        refused: list[str] = []
        shown.page.on("console", lambda said: refused.append(said.text))
        shown.page.goto(host)
        inside = shown.page.frame_locator("iframe")
        if stands:
            expect(inside.locator(".address")).to_contain_text(f"{HOME}/r/")
            assert refused == []
        else:
            shown.page.wait_for_function("() => true")
            assert path in shown.asked  # it was asked for, answered, and not shown
            expect(inside.locator(".address")).to_have_count(0)
            assert any("frame-ancestors" in said for said in refused), refused
        assert shown.strange == []


@pytest.mark.parametrize("told", ["allowed", "forbidden", "refused"])
def test_the_link_is_copied_or_marked_and_nothing_is_kept(
    here: Pages, chromium: Browser, told: str
) -> None:
    """`refused`: by a browser that does not say beforehand what a frame may."""
    own = here.town.joined(here.town.program().program_id, ANNA_IN).advocate_id
    token, _ = embed_token(b"page secret", own, here.town.clock.now_ms())
    page = around(f"/embed/{token}", ALLOWS if told == "allowed" else "")
    with window(chromium, here.browser(), others={SAME_SITE: page}) as shown:
        wrong: list[str] = []
        shown.page.on("pageerror", lambda why: wrong.append(str(why)))
        if told == "refused":
            shown.page.add_init_script("delete Document.prototype.featurePolicy")
        shown.page.context.clear_cookies()
        shown.page.goto(SAME_SITE)
        inside = shown.page.frame_locator("iframe")
        copy = inside.locator("[data-copy]")
        expect(inside.locator(".address")).to_be_visible()
        if told == "forbidden":
            expect(inside.locator("[data-share]")).to_be_hidden()
            expect(copy).to_be_hidden()
        else:
            copy.click()
            expect(copy).to_contain_text("Copied" if told == "allowed" else "Marked")
        if told == "refused":
            frame = shown.page.frames[1]
            assert frame.evaluate("String(getSelection())") == frame.inner_text(".address")
        assert wrong == []
        assert [one["name"] for one in shown.page.context.cookies()] == []


def test_no_other_page_stands_in_a_frame_of_a_listed_host(here: Pages, chromium: Browser) -> None:
    here.town.joined(here.town.program().program_id, ANNA_IN)
    with window(chromium, here.browser(ANNA), others={LISTED: around("/my")}) as shown:
        shown.page.goto(LISTED)
        expect(shown.page.frame_locator("iframe").locator("main")).to_have_count(0)
        assert "/my" in shown.asked
