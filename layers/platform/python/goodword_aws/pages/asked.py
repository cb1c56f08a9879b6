"""One request for a page, from the gateway's event on, and what is found out about it.

Nothing here decides anything; `site` does, and keeps here what it has found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from goodword_aws.calls import Principal
from goodword_aws.pages.cookies import Jar, sent_cookies
from goodword_aws.pages.render import Wrong
from goodword_aws.pages.view import View
from goodword_aws.pages.ways import Way
from goodword_aws.settings import settings


@dataclass
class Asked:
    """One request on its way; `set` collects the cookies of the answer.

    Who asks (`principal`), by which `way`, and the parsed `view` are found one after another, so an
    answer that is given early knows less.
    """

    event: Mapping[str, Any]
    method: str
    path: str
    headers: Mapping[str, str]
    jar: Jar
    cookies: dict[str, str]
    set: list[str] = field(default_factory=list)
    principal: Principal | None = None
    way: Way | None = None
    view: View | None = None
    wrong: Wrong | None = None

    @property
    def request_id(self) -> str:
        """The gateway's own number of it, which a page of a failure shows."""
        return str(self.event.get("requestContext", {}).get("requestId", ""))

    @property
    def route(self) -> str:
        """The registered path, as logs name it: it holds no id."""
        return self.way.path if self.way else "none"

    def may(self, way: Way) -> bool:
        """Whether the reader may see it, as far as is known of who is not signed in."""
        return way.roles is None or self.principal is None or self.principal.may(way.roles)

    @property
    def address(self) -> str:
        """The path with what was asked of it, to come back to after signing in."""
        query = str(self.event.get("rawQueryString") or "")
        return f"{self.path}?{query}" if query else self.path

    @property
    def is_program(self) -> bool:
        """Whether a program asks, which wants no page: of an API address, or in so many words."""
        accepted = self.headers.get("accept", "")
        return self.path.startswith("/v1/") or ("json" in accepted and "html" not in accepted)


def asked_in(event: Mapping[str, Any]) -> Asked:
    """The request in an HTTP API event (payload 2.0)."""
    http = event.get("requestContext", {}).get("http", {})
    path = str(event.get("rawPath") or "/")
    jar = Jar(secure=settings().public_url.startswith("https://"))
    method = str(http.get("method", "GET"))
    return Asked(
        event=event,
        method="GET" if method == "HEAD" else method,
        path=path.rstrip("/") or "/",
        headers={str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()},
        jar=jar,
        cookies=jar.read(sent_cookies(event)),
    )
