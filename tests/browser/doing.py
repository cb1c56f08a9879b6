"""What has to be done before some pages are there."""

from infra.local.waiting import eventually
from tests.browser.reading import Reader


def export(reader: Reader) -> str:
    """An export of the last month that is ready; it is asked for unless there is one."""
    if reader.open("/console/exports") == 200 and not reader.page.locator(".items a.what").count():
        reader.page.locator("main form button").first.click()
        eventually(lambda: _is_ready(reader), "the files")
        reader.open("/console/exports")
    found = reader.page.locator(".items a.what").first.get_attribute("href")
    assert found is not None
    return found


def _is_ready(reader: Reader) -> bool:
    reader.page.reload()
    return reader.page.locator("#work a[download]").count() > 0


def draw_secret(reader: Reader) -> None:
    """The one answer that a drawn secret stands in."""
    reader.page.locator("#f-label").fill("Shop of the walk")
    reader.page.locator("main form button").last.click()
    reader.page.wait_for_selector("#secret")
