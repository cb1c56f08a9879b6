"""Every page, on phone and desk, light and dark, without scripts, in German: for everybody."""

from collections.abc import Iterator
from functools import cache, partial
from urllib.parse import urlsplit

import pytest
from goodword_aws.routes import pattern_of
from playwright.sync_api import Browser

from tests.browser.german import ELSEWHERE, left_in_english, texts
from tests.browser.places import PLACES, Place
from tests.browser.reading import DESK, PHONE, Reader, Readers, Scheme, Told
from tests.browser.stage import staged

NARROW = (320, 700)


@pytest.fixture(scope="module", autouse=True)
def anew(told: Told) -> None:
    """Something on every page, though a month may have been walked through before."""
    staged(told)


class Crew:
    """Readers who stay for all pages: to sign in anew on each would take most of the time."""

    def __init__(self, readers: Readers) -> None:
        self.readers = readers
        self.plain = cache(readers.make)
        self.german = cache(partial(readers.make, size=NARROW, language="de-DE"))
        self.without = cache(partial(readers.make, scripts=False))
        # axe needs scripts, though not ours: those are answered with nothing.
        self.mute = cache(partial(readers.make, mute=True))
        self.english: dict[str, set[str]] = {}  # what each page was found to say


@pytest.fixture(scope="module")
def lasting(told: Told, chromium: Browser) -> Iterator[Crew]:
    made = Readers(told, chromium)
    yield Crew(made)
    made.close()


@pytest.fixture
def crew(lasting: Crew) -> Iterator[Crew]:
    """None of them may have seen an error in the test."""
    yield lasting
    lasting.readers.rest()
    assert lasting.readers.heard() == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_for_everybody(crew: Crew, place: Place) -> None:
    reader = crew.plain(place.who)
    reader.looks(PHONE, "light")
    path = place.path(reader)
    assert not place.page or pattern_of(place.page).fullmatch(urlsplit(path).path)
    assert place.visit(reader, path) == place.status
    crew.english[place.name] = texts(reader)
    for size in (PHONE, DESK):
        fits(reader, size, "light")
        fits(reader, size, "dark")
        assert size != PHONE or reader.pushed_sideways() == []

    without = crew.without(place.who)
    assert place.visit(without, path) == place.status
    heading = "main h1"
    assert without.page.locator(heading).inner_text() == reader.page.locator(heading).inner_text()
    mute = crew.mute(place.who)
    assert place.visit(mute, path) == place.status
    for size in (PHONE, DESK):
        fits(mute, size, "light")


def fits(reader: Reader, size: tuple[int, int], scheme: Scheme) -> None:
    """In this size and light everybody can read and reach what is on the page."""
    reader.looks(size, scheme)
    assert reader.grave() == [], (size, scheme)
    assert reader.overflow() <= 0, size
    assert reader.small_targets() == [], size


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_german_page_fits_the_narrowest_phone_and_says_nothing_in_english(
    crew: Crew, place: Place
) -> None:
    reader = crew.german(place.who)
    path = place.path(reader)
    assert place.visit(reader, path) == place.status
    assert reader.overflow() <= 0
    assert reader.pushed_sideways() == []
    if place.name not in ELSEWHERE:
        if place.name not in crew.english:
            english = crew.plain(place.who)
            assert place.visit(english, path) == place.status
            crew.english[place.name] = texts(english)
        assert left_in_english(crew.english[place.name], texts(reader)) == set()
