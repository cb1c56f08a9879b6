"""What a marketer begins from the console, on a phone and on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.reading import DESK, PHONE, Readers

NARROW = (320, 700)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_the_guided_form_says_what_it_would_promise(readers: Readers, scripts: bool) -> None:
    marta = readers.make("marta", scripts=scripts)
    page = marta.page
    marta.open("/console/rules/new")
    page.get_by_label("Name of the programme").fill("Friends <i>abroad</i>")
    page.get_by_label("Brand").fill("Acme")
    page.get_by_label("Where links lead").fill("https://shop.example/")
    page.get_by_label("How much").fill("7.5")
    page.get_by_label("A person looks at rewards above").fill("20")
    page.get_by_role("button", name="See what it promises").click()
    expect(page.get_by_text("7.5 %").first).to_be_visible()
    assert "Friends <i>abroad</i>" in page.locator("textarea").first.input_value()
    if scripts:
        for size in (NARROW, PHONE, DESK):
            marta.looks(size, "light")
            assert marta.grave() == []
            assert marta.overflow() <= 0
            assert marta.small_targets() == []
