"""What has to be done before some pages are there."""

from playwright.sync_api import expect

from tests.browser.reading import Reader

MADE_MS = 90_000  # the files of a month are made by then, on a machine that does much besides


def export(reader: Reader) -> str:
    """An export of the last month that is ready; it is asked for unless there is one."""
    if reader.open("/console/exports") == 200 and not reader.page.locator(".items a.what").count():
        reader.page.locator("main form button").first.click()
        # The page comes by itself and says by itself when they are ready: whoever reloads it
        # meanwhile may do so between two pages.
        expect(reader.page.locator("#work a[download]").first).to_be_visible(timeout=MADE_MS)
        reader.open("/console/exports")
    found = reader.page.locator(".items a.what").first.get_attribute("href")
    assert found is not None
    return found


def draw_secret(reader: Reader) -> None:
    """The one answer that a drawn secret stands in."""
    reader.page.locator("#f-label").fill("Shop of the walk")
    reader.page.locator("main form button").last.click()
    reader.page.wait_for_selector("#secret")
