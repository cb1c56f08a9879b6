"""On a phone no word pushes a page sideways, and the console's menu opens.

The pages come from the real handlers over a store in memory. For the first, somebody wrote words in
every field that have no place to break, or run the other way: at 320 px, in German, unfolded.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from goodword_aws.pages.assets import assets
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.at_once import window
from tests.functional import test_pages_hostile as older
from tests.functional import test_pages_hostile_newer as newer
from tests.support.api import ADMIN, FINANCE, Caller
from tests.support.asking import asking_pages
from tests.support.pages import Pages, pages
from tests.unit.journeys.test_storytelling import Desk

WORDS = {"long": "W" * 60, "arabic": "\u0645\u0631\u062d\u0628\u0627" * 10}
SHEET = assets()["goodword.css"].content.decode()
LINK, SCRIPT = re.compile(r'<link rel="stylesheet"[^>]*>'), re.compile(r"<script.*?</script>", re.S)
TOO_WIDE = """() => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > room)
    for (const one of document.querySelectorAll('body *'))
      if (one.getBoundingClientRect().right > room + 1 && !one.closest('.scroll, .unseen'))
        found.push(`${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  for (const one of document.querySelectorAll('.scroll'))
    if (one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
      found.push(`${one.getAttribute('aria-label')}: ${one.scrollWidth}/${one.clientWidth}`);
  return found;
}"""


@contextmanager
def first_words(text: str) -> Iterator[Pages]:
    """A programme, an order and a dispute that say it everywhere."""
    with pages() as made:
        older.written(made, text)
        yield made


@contextmanager
def newer_words(text: str) -> Iterator[Pages]:
    """A story, an introduction and a journey that do."""
    path = Desk()
    with asking_pages(path) as made:
        newer.written(path, text)
        yield made


CASES: Mapping[str, tuple[object, Mapping[str, tuple[Caller, str]]]] = {
    "first": (first_words, older.STARTS),
    "newer": (newer_words, {name: one[:2] for name, one in newer.STARTS.items()}),
}


@pytest.mark.parametrize("words", sorted(WORDS))
@pytest.mark.parametrize("case", sorted(CASES))
def test_no_word_pushes_a_page_sideways(chromium: Browser, case: str, words: str) -> None:
    make, starts = CASES[case]
    page = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()
    wrong: dict[str, list[str]] = {}
    with make(WORDS[words]) as here:  # type: ignore[operator]  # both take the text
        for who, (caller, start) in starts.items():
            browser = here.browser(caller)
            browser.language = "de-DE"
            for path, html in older.visited(browser, start).items():
                page.set_content(LINK.sub(f"<style>{SHEET}</style>", SCRIPT.sub("", html)))
                if found := page.evaluate(TOO_WIDE):
                    wrong[f"{who} {path}"] = found
    page.context.close()
    assert wrong == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_the_menu_opens_without_a_script_and_by_keys_alone(chromium: Browser, width: int) -> None:
    with pages() as here:
        html = LINK.sub(f"<style>{SHEET}</style>", here.browser(FINANCE).get("/console").html)
    size = ViewportSize(width=width, height=800)
    page = chromium.new_context(viewport=size, java_script_enabled=False).new_page()
    page.route("**/*", lambda asked: asked.fulfill(body=html, content_type="text/html"))
    page.goto("https://go.example/console")
    entries, opens = page.locator("#menu li a"), page.locator(".menu-open")
    groups = page.get_by_role("list", name="Money")
    if width > 640:
        expect(entries.first).to_be_visible()
        expect(groups.get_by_role("link")).to_have_text(["Payouts", "Ledger", "Rates"])
        expect(opens).to_be_hidden()
        return
    expect(entries.first).to_be_hidden()
    expect(opens).to_contain_text("Overview")
    for _ in range(4):  # past the way to the content, the mark and the way out
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(entries.last).to_be_visible()
    expect(groups.get_by_role("link")).to_have_text(["Payouts", "Ledger", "Rates"])
    for _ in range(2):  # past the way to close it
        page.keyboard.press("Tab")
    expect(entries.first).to_be_focused()
    page.locator(".menu-shut").click()
    expect(entries.first).to_be_hidden()


@pytest.mark.parametrize(("width", "rows"), [(1280, [5]), (1000, [3, 2])])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_no_group_of_the_menu_stands_alone_on_a_line(
    chromium: Browser, language: str, width: int, rows: list[int]
) -> None:
    with pages() as here:
        ada = here.browser(ADMIN)
        ada.language = language
        with window(chromium, ada, size=(width, 900)) as shown:
            shown.open("/console")
            boxes = [one.bounding_box() for one in shown.page.locator(".nav--menu > ul > li").all()]
            bottoms = [round(one["y"] + one["height"]) for one in boxes if one]
    assert [bottoms.count(line) for line in sorted(set(bottoms))] == rows
