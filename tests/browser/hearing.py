"""What a browser complains of, but for the status of the very page that was opened.

A page that is not there (404) or that shows a refused form (422) is told of in the console by
Chromium; that is no fault. The same status of anything else is: a script, a picture, or a page
that is fetched to follow its work.
"""

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request, Response

EXPECTED = re.compile(r"status of (401|403|404|409|422)\b")


@dataclass
class Ear:
    """Hears one page; `complaints` is added to. A page opened in vain excuses one message."""

    complaints: list[str]
    opened: str = field(default="", init=False)

    def listen(self, page: Page) -> None:
        """From now on."""
        page.on("request", self.asked)
        page.on("response", self.answered)
        page.on("console", self.said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def asked(self, request: Request) -> None:
        """The browser goes to a page, also where that leads on to another."""
        if request.is_navigation_request():
            self.opened = request.url

    def answered(self, response: Response) -> None:
        """A page that is there needs no excuse."""
        if response.ok and response.request.is_navigation_request():
            self.opened = ""

    def said(self, message: ConsoleMessage) -> None:
        """A line in the console."""
        if message.type not in ("error", "warning"):
            return
        where = message.location["url"]
        if where == self.opened and EXPECTED.search(message.text):
            self.opened = ""
            return
        self.complaints.append(f"console: {message.text} ({where})")
