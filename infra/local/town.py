"""A small town beside the product, for clicking through: a shop, a mailbox, one-click sign-ins.

    http://localhost:PORT/                      what there is
    http://localhost:PORT/shop?gw_click=…       the shop that links lead to; its buy button reports
                                                a signed order with the click that it was given
    http://localhost:PORT/mail?to=…             what was sent by e-mail
    http://<API host>:PORT/sign-in/maya         signs in as Maya and leads to her page

Signing in by one click works because cookies belong to a host whatever the port, and because the
laptop's user pool takes passwords. The product has no part in it: nothing of this file is deployed,
and the pool of an AWS installation takes no password from anybody but its own sign-in page.
"""

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError

from infra.local.cast import Cast, RefusedError, done
from infra.local.directory import ROLES, Directory
from infra.local.payloads import shopify_order
from infra.local.places import ROOT
from infra.local.stack import LocalStack, attach

HOST = "127.0.0.1"
STATIC = ROOT / "layers/platform/python/goodword_aws/pages/static"
SERVED = {"/goodword.css": "text/css; charset=utf-8", "/favicon.ico": "image/x-icon"}
OURS = re.compile(r"(localhost|127\.0\.0\.1|[a-z0-9-]+\.execute-api\.localhost)(:\d+)?")
BODY_BYTES_MAX = 16 * 1024
TAX = 0.07
BAGS = {"29.00": "One bag, 500 g", "49.00": "Two bags", "240.00": "A year of beans"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="stylesheet" href="/goodword.css"></head><body>
<header class="top"><div class="top-row"><a class="brand" href="/">{brand}</a></div></header>
<main id="main">{main}</main></body></html>"""


@dataclass(frozen=True)
class Answer:
    """What goes back; `cookies` are whole headers."""

    status: int = 200
    content: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    location: str = ""
    cookies: tuple[str, ...] = ()


@dataclass
class Town:
    """The places, over the stack that runs in `home`."""

    home: Path
    port: int = 0
    _stack: LocalStack | None = field(default=None, repr=False)

    def get(self, host: str, path: str, query: dict[str, str]) -> Answer:
        """A page."""
        if path in SERVED:
            content = (STATIC / path.removeprefix("/")).read_bytes()
            return Answer(content=content, content_type=SERVED[path])
        if path == "/shop":
            return self.shop(query.get("gw_click", ""))
        if path == "/mail":
            return self.mailbox(query.get("to", ""))
        if path.startswith("/sign-in/"):
            return self.sign_in(host, path.removeprefix("/sign-in/"))
        return self.index() if path == "/" else _page("Nothing here", "<h1>Nothing here</h1>", 404)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """The buy button."""
        if path != "/shop/buy" or form.get("goods") not in BAGS:
            return _page("Nothing here", "<h1>Nothing here</h1>", 404)
        return self.buy(form["goods"], form.get("email", ""), form.get("gw_click", ""))

    @property
    def stack(self) -> LocalStack:
        """The product, once it is deployed."""
        if self._stack is None:
            self._stack = attach(self.home)
        if self._stack is None:
            raise LookupError("the product is not there yet")
        return self._stack

    @property
    def directory(self) -> Directory:
        """Who and what the story made."""
        if (found := Directory.read(self.home)) is None:
            raise LookupError("the story is not told yet")
        return found

    def index(self) -> Answer:
        """Addresses and sign-ins."""
        api = self.stack.deployed.output("ApiUrl")
        people = "".join(
            f'<li><a class="what" href="{self.sign_in_url(email)}">{html.escape(email)}</a>'
            f'<div class="words quiet">{html.escape(role)}</div></li>'
            for email, role in ROLES.items()
        )
        program = self.directory.program_id
        places = (
            ("The shop", f"{api}/r/{self.directory.code}", "as a friend who follows Maya's link"),
            ("The mailbox", "/mail", "everything that was sent by e-mail"),
            ("Join", f"{api}/join/{program}", "what somebody sees before signing up"),
            ("Terms", f"{api}/terms/{program}", "the programme in words, with examples"),
            ("Style", f"{api}/style", "what pages are made of"),
        )
        rows = "".join(
            f'<li><a class="what" href="{html.escape(where)}">{name}</a>'
            f'<div class="words quiet">{what}</div></li>'
            for name, where, what in places
        )
        return _page(
            "Goodword on this machine",
            "<h1>Goodword on this machine</h1><h2>Sign in by one click</h2>"
            f'<ul class="items">{people}</ul><h2>Places</h2><ul class="items">{rows}</ul>',
        )

    def shop(self, click_id: str) -> Answer:
        """A shop's page: it carries the click to the buy button, in the form, without a cookie."""
        choices = "".join(
            f'<label class="check"><input type="radio" name="goods" value="{price}"'
            f"{' checked' if number == 0 else ''}><span>{html.escape(name)}, €{price}</span>"
            "</label>"
            for number, (price, name) in enumerate(BAGS.items())
        )
        came = "You came over a recommendation." if click_id else "You came by yourself."
        return _page(
            "Acme Coffee",
            f"<h1>Coffee that somebody likes</h1><p>{came}</p>"
            f'<form method="post" action="/shop/buy" class="card"><fieldset><legend>Choose</legend>'
            f'{choices}</fieldset><input type="hidden" name="gw_click" '
            f'value="{html.escape(click_id)}"><div class="field"><label for="email">Your e-mail'
            '</label><input id="email" name="email" type="email" required '
            'value="robin@shoppers.example"></div>'
            '<div class="row"><button>Buy</button></div></form>',
            brand="Acme Coffee",
        )

    def buy(self, goods: str, email: str, click_id: str) -> Answer:
        """The shop reports the order as Shopify does, with its signature."""
        cast, number = Cast(self.stack), int(time.time() * 10) % 10**9
        bought = shopify_order(
            number,
            goods,
            f"{float(goods) * (1 + TAX):.2f}",
            f"{float(goods) * TAX:.2f}",
            processed_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(cast.seconds)),
            note_attributes=[{"name": "gw_click", "value": click_id}] if click_id else [],
            email=email,
            contact_email=email,
            customer={"id": number, "email": email},
        )
        done(cast.shopify(self.directory.shop, "orders/paid", bought))
        return _page(
            "Thank you",
            f'<h1>Thank you</h1><p>Order <span class="code" id="order">{number}</span> is paid: '
            f"€{goods}. The shop has told Goodword, with its signature.</p>"
            f'<p><a class="button" href="{self.sign_in_url("maya@people.example")}">'
            "See it as Maya</a></p>",
            brand="Acme Coffee",
        )

    def mailbox(self, to: str) -> Answer:
        """What was sent; newest first."""
        found = list(reversed(self.stack.mails(to or None)))
        mails = "".join(
            f'<li><span class="what">{html.escape(one.subject)}</span><span></span>'
            f'<div class="words"><p class="small quiet">{html.escape(", ".join(one.to))}</p>'
            f"<p>{_linked(one.text)}</p></div></li>"
            for one in found
        )
        nothing = '<div class="nothing"><h2>No mail yet</h2></div>'
        body = f'<ul class="items">{mails}</ul>' if mails else nothing
        return _page("Mailbox", f"<h1>Mailbox</h1>{body}", brand="Mailbox")

    def sign_in_url(self, email: str) -> str:
        """The one-click address of a person: on the API's host, so that the cookie is for it."""
        host = urlsplit(self.stack.deployed.output("ApiUrl")).hostname
        return f"http://{host}:{self.port}/sign-in/{email.partition('@')[0]}"

    def sign_in(self, host: str, name: str) -> Answer:
        """Set the session's cookies and lead to the person's page."""
        output = self.stack.deployed.output
        api = output("ApiUrl")
        if host.partition(":")[0] != urlsplit(api).hostname:
            return Answer(303, location=self.sign_in_url(name))
        try:
            person = self.directory.person(name)
        except KeyError:
            return _page("Nobody", "<h1>There is nobody of that name</h1>", 404)
        tokens = self.stack.people.tokens(person, output("PagesClientId"))
        kept = tuple(
            f"{cookie}={value}; Path=/; SameSite=Lax; HttpOnly; Max-Age=86400"
            for cookie, value in (
                ("gw_id", tokens["IdToken"]),
                ("gw_refresh", tokens["RefreshToken"]),
            )
        )
        return Answer(303, location=f"{api}{'/console' if person.groups else '/my'}", cookies=kept)


def _linked(text: str) -> str:
    """A letter's text as HTML, its addresses to click."""
    linked = re.sub(
        r"https?://(?:[^\s<&]|&amp;)+(?<![.,])", r'<a href="\g<0>">\g<0></a>', html.escape(text)
    )
    return linked.replace("\n", "<br>")


def _page(title: str, main: str, status: int = 200, brand: str = "Goodword") -> Answer:
    return Answer(status, PAGE.format(title=title, main=main, brand=brand).encode())


class _Door(BaseHTTPRequestHandler):
    """One request; `town` is set on the class that `serve` makes."""

    town: Town

    def do_GET(self) -> None:
        """Show."""
        parts = urlsplit(self.path)
        query = {name: said[0] for name, said in parse_qs(parts.query).items()}
        self._answer(lambda: self.town.get(self.headers.get("Host", ""), parts.path, query))

    def do_POST(self) -> None:
        """Act."""
        size = min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX)
        form = {name: said[0] for name, said in parse_qs(self.rfile.read(size).decode()).items()}
        self._answer(lambda: self.town.post(self.path, form))

    def _answer(self, make: Callable[[], Answer]) -> None:
        if not OURS.fullmatch(self.headers.get("Host", "")):
            answer = Answer(421)
        else:
            try:
                answer = make()
            except (LookupError, ClientError, RefusedError) as early:
                answer = _page("Not yet", f"<h1>Not yet</h1><p>{html.escape(str(early))}</p>", 503)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        for cookie in answer.cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Nothing: addresses hold people."""


@contextmanager
def serve_town(home: Path) -> Iterator[str]:
    """Run it in threads of this process; its address."""
    town = Town(home)
    server = ThreadingHTTPServer((HOST, 0), type("Door", (_Door,), {"town": town}))
    server.daemon_threads = True
    town.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{town.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
