"""A reader is somebody with a browser: a size, a colour scheme, with or without JavaScript.

Whatever goes wrong unseen is collected: errors in the console, answers from other hosts, failed
requests.
"""

from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from infra.local.cast import Signed
from infra.local.directory import Directory
from infra.local.stack import LocalStack
from tests.browser.hearing import Ear

PHONE, DESK = (390, 844), (1280, 900)
Scheme = Literal["light", "dark"]
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# As axe names them: what is worse than an annoyance to somebody.
GRAVE = ("serious", "critical")
# A browser that says it has no head is taken for a robot, and gets no click id.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Safari/537.36"
)
SCRIPT = "text/javascript"
SLOWEST_MS = 60_000


def grave(page: Page) -> list[str]:
    """What axe finds serious on a page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {AXE} }}")
    found: Any = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: "
        "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


@dataclass(frozen=True)
class Told:
    """The running product and what the story made."""

    stack: LocalStack
    directory: Directory

    @cached_property
    def api(self) -> str:
        """Where the pages are."""
        return self.stack.deployed.output("ApiUrl")

    @property
    def town(self) -> str:
        """Where shop and mailbox are."""
        return self.stack.emulator.town_url

    def person(self, name: str) -> Signed:
        """Somebody of the story, over the API."""
        return self.directory.signed(self.stack, name)

    def percent(self) -> int:
        """What a purchase earns by the terms in force; the story may have changed them."""
        path = f"/v1/me/programs/{self.directory.program_id}"
        rules = self.directory.signed(self.stack, "maya").get(path)["rules"]
        points = next(r["reward"]["basis_points"] for r in rules if r["action"] == "sale")
        return int(points) // 100

    def sign_in_url(self, name: str) -> str:
        """The one-click sign-in on the pages' own host."""
        host, port = urlsplit(self.api).hostname, urlsplit(self.town).port
        return f"http://{host}:{port}/sign-in/{name}"


@dataclass
class Reader:
    """One browser window."""

    told: Told
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, name: str) -> "Reader":
        """By one click, as the demo offers."""
        self.page.goto(self.told.sign_in_url(name))
        return self

    def looks(self, size: tuple[int, int], scheme: Scheme) -> None:
        """Turn the window and the light; the page stays."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)

    def open(self, path: str) -> int:
        """A page of ours, or a whole address; its status."""
        answer = self.page.goto(path if path.startswith("http") else f"{self.told.api}{path}")
        assert answer is not None
        return answer.status

    @property
    def words(self) -> str:
        """What can be read."""
        return self.page.locator("body").inner_text()

    def grave(self) -> list[str]:
        """What axe finds serious on the page as it stands."""
        return grave(self.page)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def pushed_sideways(self) -> list[str]:
        """Tables that show a part of themselves only."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.scroll')]
              .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
              .map(e => `${e.getAttribute('aria-label')}: ${e.scrollWidth}/${e.clientWidth}`)"""
        )
        return found

    def small_targets(self) -> list[str]:
        """Things to tap that are smaller than 24 by 24 px; links within sentences may be."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
              .filter(e => e.type !== 'hidden' && e.checkVisibility())
              .filter(e => !e.closest('p, dd, th, .skip'))
              .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
              .filter(([e, r]) => r.width && !e.classList.contains('skip')
                && (r.height < 24 || r.width < 24))
              .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${r.width}x${r.height}`)"""
        )
        return found


@dataclass
class Readers:
    """Makes readers and hears their complaints."""

    told: Told
    chromium: Browser
    made: list[Reader] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Of all readers."""
        return [one for reader in self.made for one in reader.complaints]

    def make(
        self,
        name: str = "",
        *,
        size: tuple[int, int] = PHONE,
        scheme: Scheme = "light",
        scripts: bool = True,
        mute: bool = False,
        language: str = "en-GB",
    ) -> Reader:
        """A reader, signed in if somebody is named; `mute`: no script of ours comes through."""
        context = self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale=language,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            user_agent=AGENT,
        )
        context.set_default_timeout(SLOWEST_MS)
        if mute:
            context.route("**/*.js", lambda route: route.fulfill(body="", content_type=SCRIPT))
        page = context.new_page()
        reader = Reader(self.told, context, page)
        Ear(reader.complaints).listen(page)
        page.on("request", lambda asked: _asked(reader, asked))
        self.made.append(reader)
        return reader.sign_in(name) if name else reader

    def heard(self) -> list[str]:
        """The complaints since the last time."""
        found = self.complaints
        for reader in self.made:
            reader.complaints.clear()
        return found

    def rest(self) -> None:
        """No window shows anything any more: a page that renews itself would go on doing so."""
        for reader in self.made:
            if reader.page.url != "about:blank":
                reader.page.goto("about:blank")

    def close(self) -> None:
        """End all windows."""
        for reader in self.made:
            reader.context.close()


def _asked(reader: Reader, asked: Request) -> None:
    """Only our pages, the town beside them, and the pool's sign-in page on the emulator."""
    told = reader.told
    known = {urlsplit(told.api).netloc, urlsplit(told.town).netloc}
    known |= {urlsplit(told.sign_in_url("x")).netloc, urlsplit(told.stack.endpoint).netloc}
    if asked.url.startswith("http") and urlsplit(asked.url).netloc not in known:
        reader.complaints.append(f"another host: {asked.url}")
