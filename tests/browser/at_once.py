"""Real handlers over a town in memory, shown in Chromium: a page in milliseconds, without a stack.

What the browser asks for is answered in this process, under the product's own address; nothing
leaves the machine. Cookies are kept by the reader of `tests.support.pages`, so one who is signed in
there is signed in here. Other hosts are those that a test names, and nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route

from tests.browser.hearing import Ear
from tests.support.pages import HOME, Browser

ZONE = "Europe/Berlin"


@dataclass
class Window:
    """One page of a browser. `asked` are the paths that it wanted, `strange` what had no host.

    `wrong` are errors of scripts, `complaints` all that a reader's console would hold against us.
    """

    reader: Browser
    page: Page
    others: Mapping[str, str]
    asked: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """A page of ours."""
        self.page.goto(f"{HOME}{path}")

    def answer(self, route: Route) -> None:
        """What a request gets."""
        parts = urlsplit(route.request.url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host in self.others:
            route.fulfill(status=200, content_type="text/html", body=self.others[host])
        elif host == HOME:
            self._ours(route, parts.path, parts.query)
        else:
            self.strange.append(route.request.url)
            route.abort()

    def _ours(self, route: Route, path: str, query: str) -> None:
        request = route.request
        self.asked.append(path)
        posted = request.method == "POST"
        form = dict(parse_qsl(request.post_data or "", keep_blank_values=True)) if posted else None
        headers = {"accept-language": self.reader.language, "accept": "text/html"}
        shown = self.reader.ask(
            request.method, path, query=dict(parse_qsl(query)), form=form, headers=headers
        )
        route.fulfill(status=shown.status, headers=shown.headers, body=shown.html)


@contextmanager
def window(
    chromium: Chromium,
    reader: Browser,
    *,
    size: tuple[int, int] = (1280, 900),
    others: Mapping[str, str] | None = None,
    before: str = "",
    **looks: object,
) -> Iterator[Window]:
    """A fresh window. `before` is a script that runs before those of each page."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        timezone_id=ZONE,
        **looks,  # type: ignore[arg-type]  # Playwright's own options
    )
    context.add_cookies([{"name": "gw_zone", "value": ZONE, "url": HOME}])
    reader.cookies["gw_zone"] = ZONE
    if before:
        context.add_init_script(before)
    page = context.new_page()
    made = Window(reader, page, others or {})
    page.on("pageerror", lambda error: made.wrong.append(str(error)))
    Ear(made.complaints).listen(page)
    context.route("**/*", made.answer)
    try:
        yield made
    finally:
        context.close()
