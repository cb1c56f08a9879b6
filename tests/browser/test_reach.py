"""Joining and sharing in each size and light; large text on a small phone; no motion unasked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.at_once import Window, window
from tests.browser.reading import DESK, PHONE, Scheme, grave
from tests.functional import test_pages_hostile as crowd
from tests.support.api import ANNA, FINANCE, Caller
from tests.support.pages import Pages, pages
from tests.support.people import ANNA as ANNA_IN

# Stands for a phone's share sheet and clipboard; what was given to them is kept.
SHARES = """
navigator.share = given => { window.given = given; return Promise.resolve(); };
"""
NO_SHARE = "Object.defineProperty(navigator, 'share', {value: undefined});"
COPIES = """
Object.defineProperty(navigator, 'clipboard', {value: {
  writeText: words => { window.copied = words; return Promise.resolve(); }}});
"""
LARGE = "() => { document.documentElement.style.fontSize = '200%'; }"
CUT = """() => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  const room = document.documentElement.clientWidth, found = [];
  for (const one of document.querySelectorAll('body *')) {
    if (!one.checkVisibility() || one.closest('.scroll, .unseen, .skip, svg')) continue;
    if (one.getBoundingClientRect().right > room + 1)
      found.push(`${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""
MOVES = """() => [...document.querySelectorAll('*, summary')].flatMap(one =>
  ['', '::before'].map(part => getComputedStyle(one, part)).filter(style =>
    style.transitionDuration.split(',').some(time => parseFloat(time) > 0.001) ||
    (style.animationName !== 'none' && parseFloat(style.animationDuration) > 0.001) ||
    style.scrollBehavior === 'smooth'
  ).map(() => one.outerHTML.slice(0, 80)))"""
MAIN: dict[str, Caller] = {
    "/my": ANNA,
    "/my/earnings": ANNA,
    "/my/links": ANNA,
    "/my/payouts": ANNA,
    "/my/help": ANNA,
    "/my/account": ANNA,
    "/my/disputes/new": ANNA,
    "/console": FINANCE,
    "/console/runs": FINANCE,
    "/console/reviews": FINANCE,
    "/console/disputes": FINANCE,
}


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_somebody_joins_in_every_size_and_light(
    here: Pages, chromium: Browser, size: tuple[int, int], scheme: Scheme
) -> None:
    path = f"/join/{here.town.program(brand='Acme').program_id}"
    with window(chromium, here.browser(), size=size, color_scheme=scheme) as stranger:
        stranger.open(path)
        expect(stranger.page.get_by_role("link", name="Sign in").first).to_be_visible()
        assert grave(stranger.page) == []
    with window(chromium, here.browser(ANNA), size=size, color_scheme=scheme) as shown:
        page = shown.page
        shown.open(path)
        page.locator("form[action^='/join']").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="Take part").click()
        box = page.locator("input[name=terms]")
        expect(box).to_have_attribute("aria-invalid", "true")
        assert grave(page) == []
        box.check()
        page.locator("input[name=disclosure]").check()
        page.get_by_role("button", name="Take part").click()
        expect(page.get_by_text("Welcome. Here is your link.")).to_be_visible()
        expect(page.locator("img.qr")).to_be_visible()
        assert page.locator("img.qr").evaluate("one => one.naturalWidth") > 0
        assert grave(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert shown.strange == shown.wrong == []


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("path", ["/my", "/my/links"])
def test_the_link_is_shared_by_the_sheet_with_its_disclosure(
    here: Pages, chromium: Browser, path: str, size: tuple[int, int]
) -> None:
    program = here.town.program(brand="Acme")
    here.town.joined(program.program_id, ANNA_IN)
    with window(chromium, here.browser(ANNA), size=size, before=SHARES + COPIES) as shown:
        link = _link(shown, path)
        shown.page.get_by_role("button", name="Share").first.click()
        given = shown.page.evaluate("given")
        assert given == {"url": link, "title": "Acme", "text": given["text"]}
        assert len(given["text"]) > 10  # the disclosure goes with it
        assert given["text"] in shown.page.locator("main").inner_text() or path != "/my"


@pytest.mark.parametrize("path", ["/my", "/my/links"])
def test_where_there_is_no_sheet_the_link_is_copied(
    here: Pages, chromium: Browser, path: str
) -> None:
    here.town.joined(here.town.program().program_id, ANNA_IN)
    with window(chromium, here.browser(ANNA), size=PHONE, before=NO_SHARE + COPIES) as shown:
        link = _link(shown, path)
        expect(shown.page.locator("[data-share]").first).to_be_hidden()
        shown.page.get_by_role("button", name="Copy link").first.click()
        expect(shown.page.locator("#said")).to_have_text("Copied")
        assert shown.page.evaluate("copied") == link


def _link(shown: Window, path: str) -> str:
    shown.open(path)
    return shown.page.locator(".address").first.inner_text().strip()


def test_text_of_twice_the_size_stays_on_the_smallest_phone(here: Pages, chromium: Browser) -> None:
    crowd.written(here, "Friends of Acme")
    cut: dict[str, object] = {}
    for who in (ANNA, FINANCE):
        with window(chromium, here.browser(who), size=(320, 700)) as shown:
            for path in (one for one, caller in MAIN.items() if caller is who):
                shown.open(path)
                shown.page.evaluate(LARGE)
                if found := shown.page.evaluate(CUT):
                    cut[path] = found[:5]
    assert cut == {}


def test_nothing_moves_for_who_asked_for_no_motion(here: Pages, chromium: Browser) -> None:
    crowd.written(here, "Friends of Acme")
    for motion, still in (("reduce", True), ("no-preference", False)):
        moving: dict[str, object] = {}
        for who in (ANNA, FINANCE):
            with window(chromium, here.browser(who), reduced_motion=motion) as shown:
                for path in (one for one, caller in MAIN.items() if caller is who):
                    shown.open(path)
                    if found := shown.page.evaluate(MOVES):
                        moving[path] = found[:3]
        assert (moving == {}) == still, moving
