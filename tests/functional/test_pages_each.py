"""What must hold on every page and every form, whoever adds one: they are found by themselves.

A form without its token, or from another host, does not act; an id of somebody else, or of nothing,
finds nothing; whatever people wrote is text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from goodword.advocates.links import Links
from goodword.trust.disputing import Wish
from goodword_aws.pages import forms
from goodword_aws.trust import disputes

from tests.browser.places import PLACES
from tests.functional.test_portal_pages import keep, reward_of
from tests.support.api import ADMIN, ANALYST, ANNA, BEN, FINANCE, MARKETER, Caller, join
from tests.support.pages import Browser, Pages, pages
from tests.support.people import http

FACES = ("portal_web", "console_web")
CALLERS: Mapping[str, Caller] = {
    "advocate": ANNA,
    "marketer": MARKETER,
    "analyst": ANALYST,
    "finance": FINANCE,
    "admin": ADMIN,
}
NOTHING = "x1y2z3"
# Forms that stand on a page which is not above them.
SHOWN_ON = {
    "/console/runs/<run_id>/report": "/console/runs/<run_id>/reconciliation",
    "/console/journeys": "/console/journeys/new",
    "/asks/<token>/unsubscribe/all": "/asks/<token>",
}
# What must work from a page that is older than the session; another site's is refused all the same.
ORIGIN_ONLY = frozenset({"/auth/sign-out", "/auth/reader"})
# One click in a mail program (RFC 8058): it sends no cookie; the signed token is in the address.
ONE_CLICK = "/asks/<token>/unsubscribe"


def ways(method: str) -> list[tuple[str, str, tuple[str, ...] | None]]:
    """Every page or form that is registered: its face, path and roles."""
    with pages() as made:
        return [
            (face, way.path, None if way.roles is None else tuple(sorted(way.roles)))
            for face in FACES
            for way in made.api(face).ways
            if way.method == method
        ]


GETS = ways("GET")
POSTS = [one for one in ways("POST") if one[1] != ONE_CLICK]


# Not pages: files to save, pictures, and what leads elsewhere.
FILES = re.compile(r"/auth/.*|/static/.*|/favicon.ico|.*/(csv|qr|key|proofs/.*|export/<number>)")


def test_every_page_is_looked_at_in_a_browser() -> None:
    seen = {place.page for place in PLACES}
    assert {path for _, path, _ in GETS if not FILES.fullmatch(path)} <= seen


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def filled(path: str, places: Mapping[str, str]) -> str:
    """The path with its places."""
    return re.sub(r"<(\w+)>", lambda found: places.get(found.group(1), NOTHING), path)


def readers(here: Pages, roles: tuple[str, ...] | None) -> list[Browser]:
    """A browser of each who may."""
    if roles is None:
        return [here.browser()]
    return [here.browser(CALLERS[role]) for role in roles]


@pytest.mark.parametrize(("face", "path", "roles"), POSTS, ids=[one[1] for one in POSTS])
def test_no_form_acts_without_its_token_or_from_elsewhere(
    here: Pages, face: str, path: str, roles: tuple[str, ...] | None
) -> None:
    program_id = here.town.program().program_id
    join(here, program_id)
    address = filled(path, {"program_id": program_id})
    for browser in readers(here, roles):
        browser.get("/style")  # the browser's seed
        before = dict(here.town.store.items)
        good = token(browser)
        stale: list[tuple[dict[str, str], dict[str, str]]] = [
            ({}, {}),
            ({**good, forms.TOKEN_FIELD: "0" * 64}, {}),
        ]
        for form, headers in (
            *([] if path in ORIGIN_ONLY else stale),
            (good, {"origin": "https://elsewhere.example"}),
            (good, {"origin": "null"}),
        ):
            sent = browser.ask("POST", address, form={**form, "sure": "yes"}, headers=headers)
            assert sent.status == 403, (path, form, headers)
        assert here.town.store.items == before


def token(browser: Browser) -> dict[str, str]:
    """What a form of this browser holds, taken from a page that has one."""
    return browser.get("/style").fields("/auth/reader")


def page_above(path: str, role: str) -> str:
    """A form's own page, mostly the nearest of this role that its path is at or below."""
    if path in SHOWN_ON:
        return SHOWN_ON[path]
    nameless = re.sub(r"<\w+>", "<>", path)
    seen = [page for _, page, roles in GETS if roles is None or not role or role in roles]
    shapes = [re.sub(r"<\w+>", "<>", page) for page in seen if not FILES.fullmatch(page)]
    found = [shape for shape in shapes if f"{nameless}/".startswith(f"{shape}/")]
    count = max((shape.count("/") for shape in found), default=0)
    return "/".join(path.split("/")[: count + 1]) or "/"


@pytest.mark.parametrize(
    ("face", "path", "roles"), ways("POST"), ids=[one[1] for one in ways("POST")]
)
def test_after_a_form_the_language_leads_to_a_page(
    here: Pages, face: str, path: str, roles: tuple[str, ...] | None
) -> None:
    """To the page that has the form or one above it, not to an address that takes forms only."""
    for role, browser in zip(roles or ("",), readers(here, roles), strict=True):
        foreign = {"origin": "https://elsewhere.example"} if path in ORIGIN_ONLY else {}
        stale = {forms.TOKEN_FIELD: "none"}
        told = browser.ask("POST", filled(path, {}), form=stale, headers=foreign)
        assert told.status in (403, 404), (role, told.words)
        assert told.fields("/auth/reader")["next"] == filled(page_above(path, role), {}), role


def test_each_role_sees_its_own_and_no_other(here: Pages) -> None:
    """Whoever may not is told so, page by page and form by form of the console; nothing happens.

    The portal's pages are everybody's own: staff may be advocates too.
    """
    places = {"program_id": here.town.program().program_id, "number": "1"}
    join(here, places["program_id"])
    refused = 0
    for role, caller in CALLERS.items():
        browser = here.browser(caller)
        sent = token(browser)
        before = dict(here.town.store.items)
        for method, of_both in (("GET", GETS), ("POST", POSTS)):
            for face, path, roles in of_both:
                if face != "console_web" or roles is None or role in roles:
                    continue
                form = sent if method == "POST" else None
                shown = browser.ask(method, filled(path, places), form=form)
                assert shown.status == 403, (role, method, path, shown.words)
                refused += 1
        assert here.town.store.items == before
    assert refused > 200, "most of the console is another role's"


@dataclass(frozen=True)
class Bens:
    """What is Ben's, by the place in an address that names it."""

    program_id: str
    places: Mapping[str, str]


def bens(here: Pages) -> Bens:
    """Ben with something of everything; Anna beside him, with nothing."""
    program_id = here.town.program().program_id
    join(here, program_id)
    own = join(here, program_id, BEN).body["advocate_id"]
    at_ms = here.town.clock.at_ms
    reward = reward_of(program_id, own, at_ms)
    keep(here, reward)
    wish = Wish(program_id=program_id, about="reward", text="Mine", subject_id=reward.reward_id)
    dispute = disputes(here.town.desk()).open(own, wish)
    places = {
        "reward_id": reward.reward_id,
        "conversion_id": reward.conversion_id,
        "dispute_id": dispute.dispute_id,
        "code": Links(here.town.desk()).list(own)[0].code,
        "payout_id": "pay_bens",
        "number": "1",
        "ask_id": "ask_bens",
        "said": "accepted",
    }
    return Bens(program_id, places)


OWN = [(path, "GET") for _, path, _ in GETS if path.startswith("/my/") and "<" in path]
OWN += [(path, "POST") for _, path, _ in POSTS if path.startswith("/my/") and "<" in path]


@pytest.mark.parametrize(("path", "method"), OWN, ids=[f"{m} {p}" for p, m in OWN])
def test_what_is_somebody_elses_is_not_there(here: Pages, path: str, method: str) -> None:
    ben = bens(here)
    assert set(re.findall(r"<(\w+)>", path)) <= set(ben.places), "place it in `bens`"
    anna = here.browser(ANNA)
    before = dict(here.town.store.items)
    form = token(anna) | {"text": "x", "sure": "yes"} if method == "POST" else None
    for places in (ben.places, {**ben.places, "code": NOTHING}, {"said": "accepted"}):
        shown = anna.ask(method, filled(path, places), form=form)
        assert shown.status == 404, (path, places, shown.words)
    assert here.town.store.items == before


OF_STAFF = [(p, roles, "GET") for f, p, roles in GETS if f == "console_web" and "<" in p]
OF_STAFF += [(p, roles, "POST") for f, p, roles in POSTS if f == "console_web" and "<" in p]


@pytest.mark.parametrize(
    ("path", "roles", "method"), OF_STAFF, ids=[f"{m} {p}" for p, _, m in OF_STAFF]
)
def test_an_id_of_nothing_is_not_there(
    here: Pages, path: str, roles: tuple[str, ...], method: str
) -> None:
    for browser in readers(here, roles):
        before = dict(here.town.store.items)
        form = token(browser) if method == "POST" else None
        shown = browser.ask(method, filled(path, {"number": "1"}), form=form)
        assert shown.status == 404 or (method == "POST" and shown.status == 422), (
            path,
            shown.words,
        )
        assert here.town.store.items == before


def test_one_click_needs_the_token_of_its_letter(here: Pages) -> None:
    sent = here.browser().ask("POST", filled(ONE_CLICK, {}), form={"List-Unsubscribe": "One-Click"})
    assert sent.status == 404


PUBLIC = [p for _, p, roles in GETS if roles is None and "<" in p]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_address_of_nothing_is_not_there(here: Pages, path: str) -> None:
    assert here.browser().get(filled(path, {})).status in (404, 410)


APIS = ("advocates_api", "trust_api", "journeys_api_asks")
BODIES: Mapping[str, object] = {
    "/v1/me/disputes/<dispute_id>/messages": {"text": "x"},
    "/v1/me/asks/<ask_id>/answer": {"answer": "accepted"},
    "/v1/me/asks/<ask_id>/rating": {"rating": 4},
    "/v1/me/asks/<ask_id>/story/object": {"digest": "0" * 64, "remark": "x"},
    "/v1/me/asks/<ask_id>/story/approve": {"digest": "0" * 64, "uses": ["press"], "named": False},
}


def own_routes() -> list[tuple[str, str, str]]:
    """Every route of the caller's own things that names one by its id."""
    with pages() as made:
        return [
            (function, route.method, route.path)
            for function in APIS
            for route in made.api(function).routes
            if route.path.startswith("/v1/me/") and re.search(r"<(?!program_id)", route.path)
        ]


ROUTES = own_routes()
NAMES = [f"{method} {path}" for _, method, path in ROUTES]


@pytest.mark.parametrize(
    ("function", "method", "path"), ROUTES, ids=[f"{m} {p}" for _, m, p in ROUTES]
)
def test_the_api_knows_nothing_of_somebody_elses(
    here: Pages, function: str, method: str, path: str
) -> None:
    ben = bens(here)
    assert set(re.findall(r"<(\w+)>", path)) <= set(ben.places), "place it in `bens`"
    body = BODIES.get(path, {}) if method == "POST" else None
    for places in (ben.places, {}):
        before = dict(here.town.store.items)
        address, key = filled(path, places), f"each-{len(places)}"
        asked = http(method, address, body, subject=ANNA.subject, email=ANNA.email, key=key)
        reply = here.send(function, asked)
        assert (reply.status, path) == (404, path), reply.text
        assert here.town.store.items == before
