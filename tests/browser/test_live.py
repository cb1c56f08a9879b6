"""A page that follows its work never contradicts itself, and takes nothing from who reads it."""

from collections.abc import Iterator

import pytest
from goodword.payouts.model import PayoutRun
from goodword.ports import Change
from goodword.privacy.exporting import Export
from goodword.programs.extract import Extract
from goodword.records import Record
from playwright.sync_api import Browser, expect

from tests.browser.at_once import ZONE, Window, window
from tests.functional.test_console_overview import run
from tests.support.api import ANNA, FINANCE, join
from tests.support.pages import HOME, Pages, pages

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


def keep(here: Pages, record: Record) -> None:
    """As somebody asked for it."""
    change = Change()
    change.create(record)
    here.town.store.commit(change)


@pytest.fixture
def opened(here: Pages, chromium: Browser) -> Iterator[tuple[Window, PayoutRun]]:
    """Finance looks at a run that is being released."""
    program = here.town.program()
    begun = run(
        program, 25, state="released", listing="hashed", run_hash="a" * 64, total_minor=12_300
    )
    keep(here, begun)
    with window(chromium, here.browser(FINANCE), before=HEARD) as shown:
        shown.page.clock.install()
        shown.open(f"/console/runs/{begun.run_id}")
        yield shown, begun


def turns(here: Pages, begun: Record, **changes: object) -> None:
    """The work moves on, unseen by the page."""
    stored = here.town.store.get(type(begun), begun.key)
    assert stored is not None
    change = Change()
    change.replace(stored.but(**changes))
    here.town.store.commit(change)


def looks_again(shown: Window, seconds: int = 5) -> None:
    """The page's next round."""
    before = len(shown.asked)
    shown.page.clock.run_for(seconds * 1_000 + 100)
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


@pytest.fixture
def extract(here: Pages) -> Extract:
    """A period that is being exported."""
    at_ms = here.town.clock.at_ms
    made = Extract(
        program_id=here.town.program().program_id,
        extract_id="ext_1",
        what=("rewards",),
        from_ms=at_ms - 86_400_000,
        until_ms=at_ms,
        asked_by="sub-fay",
        asked_ms=at_ms,
        changed_ms=at_ms,
    )
    keep(here, made)
    return made


@pytest.mark.parametrize(
    ("state", "chip", "said"),
    [("ready", "Ready", "Ready"), ("failed", "Not finished", "The files were not finished")],
)
def test_an_export_ends_on_its_page_however_it_ends(
    here: Pages, chromium: Browser, extract: Extract, state: str, chip: str, said: str
) -> None:
    with window(chromium, here.browser(FINANCE), before=HEARD) as shown:
        shown.page.clock.install()
        shown.open(f"/console/exports/{extract.program_id}/{extract.extract_id}")
        expect(shown.page.locator("h1 + .status")).to_have_text("Being made")
        turns(here, extract, state=state)
        looks_again(shown, 3)
        expect(shown.page.locator("h1 + .status")).to_have_text(chip)
        expect(shown.page.locator("main")).not_to_contain_text("being made")
        assert shown.page.evaluate("heard") == [said]
        asked = len(shown.asked)
        shown.page.clock.run_for(30_000)
        assert len(shown.asked) == asked
        assert shown.strange == shown.wrong == []


def test_a_copy_that_is_ready_says_no_longer_that_one_may_leave(
    here: Pages, chromium: Browser
) -> None:
    program_id, at_ms = here.town.program().program_id, here.town.clock.at_ms
    own = join(here, program_id).body["advocate_id"]
    begun = Export(
        advocate_id=own,
        export_id="exp_1",
        program_id=program_id,
        state="gathering",
        asked_ms=at_ms,
        changed_ms=at_ms,
        sections=20,
    )
    keep(here, begun)
    with window(chromium, here.browser(ANNA)) as shown:
        shown.page.clock.install()
        shown.open("/my/account/export")
        main = shown.page.locator("main")
        expect(main).to_contain_text("You can close this page")
        turns(here, begun, state="ready", parts=1)
        looks_again(shown, 3)
        expect(main).to_contain_text("Your file is ready")
        expect(main).not_to_contain_text("You can close this page")
        expect(main).to_contain_text("Gather it anew")


@pytest.mark.parametrize(("gone", "rounds"), [("session", 1), ("answers", 5)])
def test_a_page_that_can_follow_no_longer_stops_and_says_so(
    here: Pages, chromium: Browser, extract: Extract, gone: str, rounds: int
) -> None:
    with window(chromium, here.browser(FINANCE), before=HEARD) as shown:
        shown.page.clock.install()
        shown.open(f"/console/exports/{extract.program_id}/{extract.extract_id}")
        if gone == "session":
            shown.reader.cookies.clear()
        else:
            for stored in here.town.all(Extract):
                change = Change()
                change.delete(stored)
                here.town.store.commit(change)
        for _ in range(rounds):
            expect(shown.page.locator("main")).not_to_contain_text("kept up to date")
            looks_again(shown, 3)
        told = "This page is no longer kept up to date. Load it again to see how things stand."
        expect(shown.page.locator("#work .told--wait")).to_have_text(told)
        assert len(shown.complaints) == (0 if gone == "session" else rounds), shown.complaints
        assert shown.page.evaluate("heard") == [told]
        asked = len(shown.asked)
        shown.page.clock.run_for(60_000)
        assert len(shown.asked) == asked
        assert shown.strange == shown.wrong == []


def test_a_page_to_which_nothing_comes_stops_looking_and_says_so(
    here: Pages, chromium: Browser
) -> None:
    begun = run(here.town.program(), 25, state="settled", listing="hashed", run_hash="a" * 64)
    keep(here, begun)
    with window(chromium, here.browser(FINANCE), before=HEARD) as shown:
        shown.page.clock.install()
        shown.open(f"/console/runs/{begun.run_id}/reconciliation")
        told = shown.page.locator("#compared [data-rested]")
        assert int(shown.page.locator("#compared").get_attribute("data-rounds") or 0) == 60
        shown.page.evaluate("document.getElementById('compared').dataset.rounds = 3")
        for _ in range(3):
            expect(told).to_be_hidden()
            looks_again(shown)
        expect(told).to_be_visible()
        assert shown.page.evaluate("heard.length") == 1
        asked = len(shown.asked)
        shown.page.clock.run_for(60_000)
        assert len(shown.asked) == asked
        told.get_by_role("link").click()
        shown.page.wait_for_load_state()
        expect(told).to_be_hidden()  # it looks anew
        assert shown.strange == shown.wrong == []


def moved(shown: Window, device: str, **kept: str) -> None:
    """What the browser has kept, and what it sends, before the page is opened."""
    shown.page.context.clear_cookies()
    for name in ("gw_zone", "gw_zone_own"):
        shown.reader.cookies.pop(name, None)
    shown.reader.cookies.update(kept)
    cookies = [{"name": name, "value": said, "url": HOME} for name, said in kept.items()]
    if cookies:
        shown.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as Playwright takes them
    assert shown.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == device


@pytest.mark.parametrize("kept", [{}, {"gw_zone": "America/New_York"}])
def test_times_and_the_foot_are_in_the_zone_of_the_device(
    opened: tuple[Window, PayoutRun], kept: dict[str, str]
) -> None:
    shown, begun = opened
    moved(shown, ZONE, **kept)
    shown.open(f"/console/runs/{begun.run_id}")
    foot = shown.page.locator("[data-zone]")
    expect(foot).to_have_text(f"Times in {ZONE}")
    at_once = shown.page.locator("main time").all_inner_texts()
    assert f"gw_zone={ZONE}" in shown.page.evaluate("document.cookie")
    shown.reader.cookies["gw_zone"] = ZONE  # as the browser sends it with the next page
    shown.open(f"/console/runs/{begun.run_id}")
    assert shown.page.locator("main time").all_inner_texts() == at_once
    assert shown.wrong == []


def test_a_zone_that_was_chosen_stays(opened: tuple[Window, PayoutRun]) -> None:
    shown, begun = opened
    moved(shown, ZONE, gw_zone="Asia/Tokyo", gw_zone_own="yes")
    shown.open(f"/console/runs/{begun.run_id}")
    expect(shown.page.locator("[data-zone]")).to_have_text("Times in Asia/Tokyo")
    assert "gw_zone=Asia/Tokyo" in shown.page.evaluate("document.cookie")
    assert "JST" in shown.page.locator("main time[data-moment]").first.inner_text()


def test_a_page_that_is_not_there_is_no_complaint_and_what_it_wants_is(
    here: Pages, chromium: Browser
) -> None:
    with window(chromium, here.browser(FINANCE)) as shown:
        shown.open("/console/nowhere")
        shown.page.wait_for_load_state("networkidle")
        assert shown.complaints == []
        for path in ("/console/nowhere", "/static/gone.svg"):
            shown.page.evaluate("(path) => fetch(path)", path)
        shown.page.wait_for_timeout(100)
        gone = [f"({HOME}/console/nowhere)", f"({HOME}/static/gone.svg)"]
        assert [one.split()[-1] for one in shown.complaints] == gone, shown.complaints
