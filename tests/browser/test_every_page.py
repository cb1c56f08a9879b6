"""Every page, on a phone and on a desk, light and dark, and without scripts: for everybody."""

from urllib.parse import urlsplit

import pytest
from goodword_aws.routes import pattern_of

from tests.browser.places import PLACES, Place
from tests.browser.reading import DESK, PHONE, Readers, Told
from tests.browser.stage import staged

NARROW = (320, 700)


@pytest.fixture(scope="module", autouse=True)
def anew(told: Told) -> None:
    """Something on every page, though a month may have been walked through before."""
    staged(told)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_for_everybody(readers: Readers, place: Place) -> None:
    reader = readers.make(place.who)
    path = place.path(reader)
    assert not place.page or pattern_of(place.page).fullmatch(urlsplit(path).path)
    assert place.visit(reader) == place.status
    for size, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESK, "dark"), (DESK, "light")):
        reader.looks(size, scheme)  # type: ignore[arg-type]  # one of two words
        assert reader.grave() == [], (size, scheme)
        assert reader.overflow() <= 0, size
        assert reader.small_targets() == [], size
        assert size != PHONE or reader.pushed_sideways() == []
    without = readers.make(place.who, scripts=False)
    assert place.visit(without) == place.status
    heading = "main h1"
    assert without.page.locator(heading).inner_text() == reader.page.locator(heading).inner_text()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_fits_the_narrowest_phone_in_the_longest_words(
    readers: Readers, place: Place
) -> None:
    reader = readers.make(place.who, size=NARROW, language="de-DE")
    assert place.visit(reader) == place.status
    assert reader.overflow() <= 0
    assert reader.pushed_sideways() == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_for_everybody_without_scripts_too(readers: Readers, place: Place) -> None:
    """Ours are answered with nothing, so that axe still runs on what the server sent."""
    reader = readers.make(place.who, mute=True)
    assert place.visit(reader) == place.status
    for size in (PHONE, DESK):
        reader.looks(size, "light")
        assert reader.grave() == [], size
        assert reader.overflow() <= 0, size
        assert reader.small_targets() == [], size
