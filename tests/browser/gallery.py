"""`python -m tests.browser.gallery` takes a picture of every page, on a phone and on a desk.

From the demo that runs here, else from a stack of its own; into `.build/gallery`, with a page that
shows them all beside each other.
"""

import html
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from infra.local.cast import Cast
from infra.local.demo import Story
from infra.local.directory import Directory
from infra.local.places import BUILD, DEMO_HOME, LOCAL
from infra.local.progress import Progress
from infra.local.stack import attach, local_stack
from tests.browser.places import PLACES
from tests.browser.reading import DESK, PHONE, Readers, Scheme, Told
from tests.browser.stage import staged
from tests.support.chromium import FLAGS, find_or_install

OUT = BUILD / "gallery"
LOOKS: tuple[tuple[str, tuple[int, int], Scheme], ...] = (
    ("phone", PHONE, "light"),
    ("desk", DESK, "light"),
    ("phone-dark", PHONE, "dark"),
    ("desk-dark", DESK, "dark"),
)
PRINTED = ("statement", "console-payout")


@contextmanager
def told() -> Iterator[Told]:
    """The running demo, or a story told for this alone."""
    there, directory = attach(DEMO_HOME), Directory.read()
    if there is not None and directory is not None:
        yield staged(Told(there, directory))
        return
    home = LOCAL / f"gallery-{os.getpid()}"
    with local_stack(home, Progress(), wait_scale=0.2) as stack:
        made = Story(Cast(stack), Progress()).tell()
        made.write(home)
        yield staged(Told(stack, made))


def take(readers: Readers, out: Path) -> list[str]:
    """A picture of each page in each look; the names of the files."""
    taken = []
    for place in PLACES:
        reader = readers.make(place.who)
        place.visit(reader, place.path(reader))
        for look, size, scheme in LOOKS:
            reader.looks(size, scheme)
            name = f"{place.name}-{look}.png"
            reader.page.screenshot(path=out / name, full_page=True)
            taken.append(name)
        if place.name in PRINTED:
            reader.looks(DESK, "light")
            reader.page.emulate_media(media="print")
            taken.append(f"{place.name}-print.png")
            reader.page.screenshot(path=out / taken[-1], full_page=True)
        reader.context.close()
        print(f"  {place.name}", flush=True)
    return taken


def main() -> int:
    """Take them all."""
    chromium = find_or_install()
    if chromium is None:
        print("no Chromium on this machine (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with told() as story, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        taken = take(Readers(story, browser), OUT)
    figures = "".join(
        f'<figure><img src="{html.escape(name)}" loading="lazy" width="300">'
        f"<figcaption>{html.escape(name)}</figcaption></figure>"
        for name in taken
    )
    (OUT / "index.html").write_text(f"<!doctype html><title>Gallery</title>{figures}")
    print(f"  {len(taken)} pictures in {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
