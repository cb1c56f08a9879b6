"""An id of any length in an address, a question or a form: there is no such thing, and no failure.

Over the rules that DynamoDB has for keys: a memory has room for any.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import cast

import pytest
from goodword.events import Actor
from goodword.ports import Desk
from goodword_aws.store import DynamoStore

from tests.adapters.tables import TABLES
from tests.fakes.dynamo import FakeDynamo
from tests.fakes.store import MemoryStore
from tests.functional.test_pages_each import CALLERS, FACES
from tests.support.api import ADMIN, ANNA, Front, front, join
from tests.support.pages import Browser, Pages, signing_in
from tests.support.people import Town, http

LONG = ("x" * 1_030, "x" * 3_000)
APIS = (
    *("programs_api", "programs_api_drafts", "advocates_api", "payouts_api", "rewards_api"),
    *("journeys_api", "journeys_api_asks", "journeys_api_kpis", "trust_api"),
)
ASKED = (
    *("program_id", "program", "advocate_id", "journey", "subject", "source", "segment", "of"),
    *("for", "code", "state", "reason_code", "part", "ready", "role", "period", "month", "unit"),
    *("currency", "against", "day", "from", "to", "since", "which", "verdict", "starting_after"),
    *("industry", "use_case", "size", "locale", "lang", "next", "go_on", "format", "sent", "in"),
)


class Kept(Town):
    """A town whose records are in DynamoDB."""

    def __init__(self) -> None:
        super().__init__()
        self.store = cast(MemoryStore, self.tables)

    @cached_property
    def tables(self) -> DynamoStore:
        fake = FakeDynamo({name: table for table, name in TABLES.items()}, lambda: 0.0)
        return DynamoStore(
            fake, TABLES, sleep=lambda _: None, chance=lambda: 0.5, entropy=self.ids.entropy
        )

    def desk(self, actor: str | Actor = "test") -> Desk:
        made = super().desk(actor)
        return Desk(store=self.tables, clock=made.clock, ids=made.ids, actor=made.actor)


@pytest.fixture
def here() -> Iterator[Pages]:
    with front(Kept()) as made, signing_in() as fake:
        yield Pages(made.town, pool=fake)


def filled(path: str, id: str) -> str:
    """The path with this in all of its places."""
    return re.sub(r"<\w+>", id, path)


def browsers(here: Pages) -> dict[str, Browser]:
    """Nobody in particular, an advocate, and somebody of each role of staff."""
    join(here, here.town.program().program_id, ANNA)
    return {"": here.browser(), **{role: here.browser(who) for role, who in CALLERS.items()}}


@pytest.mark.parametrize("long", LONG, ids=len)
def test_no_page_fails_for_a_long_id(here: Pages, long: str) -> None:
    seen = browsers(here)
    for way in (way for face in FACES for way in here.api(face).ways):
        if "<" not in way.path:
            continue
        browser = seen["" if way.roles is None else min(way.roles)]
        form = browser.get("/style").fields("/auth/reader") if way.method == "POST" else None
        told = browser.ask(way.method, filled(way.path, long), form=form)
        assert 300 <= told.status < 500, (way.method, way.path)
        if way.method == "GET":
            assert told.status in (303, 404, 422), way.path


@pytest.mark.parametrize("long", LONG, ids=len)
def test_no_page_fails_for_what_is_asked_of_it(here: Pages, long: str) -> None:
    seen = browsers(here)
    for way in (way for face in FACES for way in here.api(face).ways):
        if way.method == "GET" and "<" not in way.path:
            browser = seen["" if way.roles is None else min(way.roles)]
            for name in ASKED:
                assert browser.get(way.path, **{name: long}).status < 500, (way.path, name)


@pytest.mark.parametrize("long", LONG, ids=len)
def test_no_call_fails_for_a_long_id(here: Front, long: str) -> None:
    join(here, here.town.program().program_id, ANNA)
    for function in APIS:
        for route in here.api(function).routes:
            who = ANNA if route.roles == {"advocate"} else ADMIN
            body: object = None if route.method in ("GET", "DELETE") else {}
            query = dict.fromkeys(route.query, long) if route.method == "GET" else None
            event = http(
                *(route.method, filled(route.path, long), body),
                subject=who.subject,
                email=who.email,
                groups=who.groups,
                key=f"key-{route.path}"[:60],
                query=query,
            )
            told = here.send(function, event)
            assert told.status < 500, (route.method, route.path)


def test_a_long_id_in_a_body_is_refused(here: Front) -> None:
    for long in LONG:
        body = {"program_id": long, "accept_terms_version": 1, "disclosure_acknowledged": True}
        assert here(ANNA, "POST", "/v1/me/enrolments", body).status in (404, 422)
        sent = {"program_id": long, "email": "a@mail.example"}
        assert here(ADMIN, "POST", "/v1/advocates", sent).status in (404, 422)
        source = {"kind": "generic", "program_id": long, "label": "Shop"}
        assert here(ADMIN, "POST", "/v1/sources", source).status in (404, 422)
