"""Words that have no place to break, or run the other way, push no page sideways on a phone.

The pages come from the real handlers over a store in memory, in whose every field somebody wrote
such words; the browser lays them out with the stylesheet, at 320 px, in German, all details open.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from goodword_aws.pages.assets import assets
from playwright.sync_api import Browser

from tests.functional import test_pages_hostile as older
from tests.functional import test_pages_hostile_newer as newer
from tests.support.api import Caller
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
