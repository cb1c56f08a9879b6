"""A world with programmes and people, made by the use cases, and calls as a gateway sends them."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from goodword.advocates.links import Links, LinkWish
from goodword.advocates.methods import PayoutMethods
from goodword.advocates.model import Enrolment, Link
from goodword.advocates.people import People, SignIn
from goodword.advocates.service import Enrolments
from goodword.conversions.model import Delivery, Source
from goodword.events import Actor
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword.programs.model import Program, ProgramVersion, Terms
from goodword.programs.service import Programs
from goodword.programs.sources import Sources
from goodword_aws.secrets import BlindIndex

from tests.fakes.privacy import MemoryVault, PlainSealer
from tests.fakes.store import MemoryStore
from tests.support.desk import World
from tests.support.publishing import published
from tests.support.scene import terms

MACS = BlindIndex(b"the index secret of the tests")
STAFF = Actor(kind="staff", id="sub-mara")
ANNA = SignIn("sub-anna", "anna@mail.example", email_verified=True)
BEN = SignIn("sub-ben", "ben@mail.example", email_verified=True)


def before_next_commit(store: MemoryStore, act: Callable[[], object]) -> None:
    """Somebody else is quicker: `act` runs between the reads and the commit that come next."""
    commit = store.commit

    def slower(change: Change) -> None:
        store.commit = commit  # type: ignore[method-assign]  # races once
        act()
        commit(change)

    store.commit = slower  # type: ignore[method-assign]  # as above


class Town(World):
    """Staff, people, programmes; nothing in it yet."""

    def __init__(self) -> None:
        super().__init__()
        self.vault = MemoryVault()
        staff = self.desk(STAFF)
        self.people = People(staff, MACS, self.vault)
        self.programs = Programs(staff)
        self.sources = Sources(staff, PlainSealer())
        self.enrolments = Enrolments(staff, self.people)
        self.links = Links(staff)
        self.methods = PayoutMethods(staff, MACS, self.vault)

    def program(self, **changes: object) -> Program:
        """A programme with the usual terms, changed like this."""
        return self.programs.create(terms(**changes), "a first try")

    def next_version(
        self, program_id: str, terms: Terms, effective_ms: int | None = None
    ) -> ProgramVersion:
        """A further version, drafted by one and published by another, at once unless told."""
        return published(self, program_id, terms, effective_ms=effective_ms)

    def joined(self, program_id: str, who: SignIn = ANNA, version: int = 1) -> Enrolment:
        """The person joins on the version in force."""
        return self.enrolments.enrol(who, program_id, accept_version=version)

    def invited(self, program_id: str, email: str = "anna@mail.example") -> Enrolment:
        """Staff invite the address."""
        fields = PersonalFields(email=email, name="Anna Maria", locale="de")
        return self.enrolments.invite(program_id, fields)

    def before_next_commit(self, act: Callable[[], object]) -> None:
        """Somebody else is quicker: `act` runs between the reads and the commit that come next."""
        before_next_commit(self.store, act)

    def link(self, enrolment: Enrolment, **wish: object) -> Link:
        """A further link of the person."""
        return self.links.create(
            enrolment.advocate_id, enrolment.program_id, LinkWish.model_validate(wish)
        )


def kept_delivery(
    town: Town, source: Source, number: int, state: str = "not_understood"
) -> Delivery:
    """A delivery of the source that waits for a person."""
    delivery = Delivery.model_validate(
        {
            "source_id": source.source_id,
            "source_kind": "generic",
            "program_id": source.program_id,
            "delivery_id": f"msg_{number}",
            "topic": "sale",
            "received_ms": town.clock.at_ms + number,
            "body_hash": "0",
            "sealed_body": "",
            "writer": "w",
            "state": state,
            "keep_s": town.clock.at_ms // 1000 + 99,
        }
    )
    change = Change()
    change.create(delivery)
    town.store.commit(change)
    return delivery


def http(
    method: str,
    path: str,
    body: object = None,
    *,
    subject: str = "sub-mara",
    email: str = "mara@shop.example",
    groups: Iterable[str] = (),
    key: str = "key-1",
    query: dict[str, str] | None = None,
    verified: bool = True,
) -> dict[str, Any]:
    """An event of HTTP API version 2 with the claims that its JWT authorizer verified."""
    claims: dict[str, Any] = {
        "sub": subject,
        "email": email,
        "email_verified": "true" if verified else "false",
        "token_use": "id",
    }
    if named := list(groups):
        claims["cognito:groups"] = f"[{' '.join(named)}]"
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": "application/json"}
    if method != "GET":
        headers["idempotency-key"] = key
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": headers,
        **({"queryStringParameters": query} if query else {}),
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "api",
            "domainName": "go.example",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "requestId": f"req-{method}-{key}",
            "routeKey": "$default",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
        },
        **({} if body is None else {"body": text}),
        "isBase64Encoded": False,
    }


def terms_json(**changes: object) -> dict[str, Any]:
    """Terms as staff send them."""
    sent: dict[str, Any] = Terms.model_validate(terms(**changes)).model_dump(mode="json")
    return sent
