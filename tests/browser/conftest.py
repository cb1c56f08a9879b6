"""One stack with the demo's story told, one Chromium; every test gets a fresh reader."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.local import emulator
from infra.local.cast import Cast
from infra.local.demo import Story
from infra.local.places import LOCAL
from infra.local.progress import Silent
from infra.local.stack import local_stack
from tests.browser.reading import Readers, Told
from tests.browser.stage import staged
from tests.support.chromium import FLAGS, find

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def told() -> Iterator[Told]:
    """The product, deployed to an emulator of its own, with the demo's story."""
    emulator.sweep()
    home = LOCAL / f"browser-{os.getpid()}"
    with local_stack(home, Silent(), wait_scale=0.2) as stack:
        cast = Cast(stack)
        directory = Story(cast, Silent()).tell()
        directory.write(home)
        yield staged(Told(stack, directory))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own; it shares two cores with another suite, so that pages may take a while."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find(), args=list(FLAGS))


@pytest.fixture
def readers(told: Told, chromium: Browser) -> Iterator[Readers]:
    """Makes readers; at the end of the test none of them may have seen an error."""
    made = Readers(told, chromium)
    yield made
    made.close()
    assert made.complaints == []


@pytest.fixture
def reader(readers: Readers) -> Callable[..., object]:
    """`reader("maya", size=PHONE)` -> a Reader."""
    return readers.make
