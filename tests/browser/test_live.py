"""A page that follows its work never contradicts itself, and takes nothing from who reads it."""

from collections.abc import Iterator

import pytest
from goodword.payouts.model import PayoutRun, run_key
from goodword.ports import Change
from playwright.sync_api import Browser, expect

from tests.browser.at_once import Window, window
from tests.functional.test_console_overview import run
from tests.support.api import FINANCE
from tests.support.pages import Pages, pages

HEARD = """
window.heard = [];
addEventListener('DOMContentLoaded', () => {
  const place = document.getElementById('said');
  new MutationObserver(() => heard.push(place.textContent)).observe(place, {childList: true});
});
"""


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def opened(here: Pages, chromium: Browser) -> Iterator[tuple[Window, PayoutRun]]:
    """Finance looks at a run that is being released."""
    program = here.town.program()
    begun = run(
        program, 25, state="released", listing="hashed", run_hash="a" * 64, total_minor=12_300
    )
    change = Change()
    change.create(begun)
    here.town.store.commit(change)
    with window(chromium, here.browser(FINANCE), before=HEARD) as shown:
        shown.page.clock.install()
        shown.open(f"/console/runs/{begun.run_id}")
        yield shown, begun


def turns(here: Pages, begun: PayoutRun, **changes: object) -> None:
    """The run moves on, unseen by the page."""
    stored = here.town.store.get(PayoutRun, run_key(begun.run_id))
    assert stored is not None
    change = Change()
    change.replace(stored.but(**changes))
    here.town.store.commit(change)


def looks_again(shown: Window) -> None:
    """The page's next round."""
    before = len(shown.asked)
    shown.page.clock.run_for(5_100)
    for _ in range(100):
        if len(shown.asked) > before:
            break
        shown.page.wait_for_timeout(20)
    assert len(shown.asked) > before


def test_heading_step_and_sums_change_with_the_progress(
    here: Pages, opened: tuple[Window, PayoutRun]
) -> None:
    shown, begun = opened
    page = shown.page
    expect(page.locator("main")).to_contain_text("The payments are on their way")
    outcome = {"paid": {"count": 2, "amount_minor": 11_100}}
    turns(here, begun, state="settled", outcome=outcome, total_minor=11_100, count=2)
    looks_again(shown)
    main = page.locator("main")
    expect(main).to_contain_text("What became of the payments")
    expect(main).not_to_contain_text("The payments are on their way")
    expect(main).to_contain_text("The run is finished")
    expect(page.locator(".sums .main dd")).to_have_text("€111.00")
    expect(page.locator("h1 + .status")).to_have_text("Finished")
    heard = page.evaluate("heard")
    assert len(heard) == 1, heard  # its end is said once, and nothing else of the page
    asked = len(shown.asked)
    page.clock.run_for(30_000)
    assert len(shown.asked) == asked  # it is over, so nobody asks any more
    assert shown.strange == shown.wrong == []


def test_what_is_the_same_stays_and_what_somebody_does_is_kept(
    here: Pages, opened: tuple[Window, PayoutRun]
) -> None:
    shown, begun = opened
    page = shown.page
    page.get_by_text("Call this run off").click()
    why = page.locator("select[name=reason_code]")
    why.select_option(index=1)
    chosen = why.input_value()
    page.evaluate(
        "document.getElementById('standing').mine = document.getElementById('rest').mine = 1"
    )
    looks_again(shown)
    assert page.evaluate("document.getElementById('standing').mine") == 1  # nothing had changed
    turns(here, begun, total_minor=9_900)
    why.focus()
    looks_again(shown)
    expect(page.locator(".sums .main dd")).to_have_text("€99.00")
    expect(why).to_be_visible()  # what was open is open
    expect(why).to_be_focused()
    assert why.input_value() == chosen
    assert page.evaluate("heard") == []
    assert page.evaluate("document.getElementById('rest').mine") is None  # it came anew
