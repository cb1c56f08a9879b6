"""What an admin and a marketer begin from the console, on a phone and on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.reading import DESK, PHONE, Readers

NARROW = (320, 700)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_an_integration_is_opened_and_its_secret_shown_once(
    readers: Readers, scripts: bool
) -> None:
    ada = readers.make("ada", scripts=scripts)
    page = ada.page
    ada.open("/console/sources/new")
    page.get_by_label("Name").fill("Till <b>two</b>")
    page.get_by_role("button", name="Open it").click()
    secret = page.locator("main .address").first
    expect(secret).to_be_visible()
    if scripts:
        for size in (NARROW, PHONE, DESK):
            ada.looks(size, "dark")
            assert ada.grave() == []
            assert ada.overflow() <= 0
            assert ada.small_targets() == []
    said = secret.inner_text()
    ada.open("/console/sources")
    assert "Till <b>two</b>" in ada.words
    assert said not in page.content()


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
