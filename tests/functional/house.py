"""An Api with a route of every sort, and the requests that are put to it."""

import json
from typing import Any

from goodword.money import PositiveMinor
from goodword.ports import Change, Page
from goodword.records import Value
from goodword_aws.calls import Call, Principal, Raw
from goodword_aws.http import Api

from tests.support.desk import World

Event = dict[str, Any]
STAFF_ROLES = ("marketer", "analyst", "finance", "admin")


class Approve(Value):
    reason: str
    amounts: tuple[PositiveMinor, ...] = ()


class Done(Value):
    thing_id: str
    by: str


class House:
    """An Api with a route of every sort, over a store in memory."""

    def __init__(self, service: str = "things") -> None:
        self.world = World()
        self.ran: list[Call] = []
        self.fails: list[Exception] = []
        self.advocates = {"sub-ann": "adv_ann"}
        self.api = Api(service, desk=self.world.desk, advocate_of=self.advocate_of)
        self.routes()

    def advocate_of(self, principal: Principal) -> str | None:
        return self.advocates.get(principal.subject)

    def run(self, call: Call) -> None:
        self.ran.append(call)
        if self.fails:
            raise self.fails.pop(0)

    def routes(self) -> None:
        route = self.api.route

        @route("POST", "/v1/things/<thing_id>/approve", roles={"finance"}, body=Approve)
        def approve(call: Call) -> Done:
            self.run(call)
            return Done(thing_id=call.path["thing_id"], by=call.desk.actor.id)

        @route("POST", "/v1/things", roles={"finance", "advocate"}, body=Approve, status=201)
        def create(call: Call) -> Done:
            """Takes the claim into its own change."""
            done = Done(thing_id=call.desk.ids.new("thi"), by=call.desk.actor.kind)
            change = Change()
            change.create(call.claim(done), call.desk.event("thing.made", done.thing_id))
            self.run(call)
            call.desk.store.commit(change)
            return done

        @route("GET", "/v1/things", roles={"analyst", "finance"}, paged=True)
        def listed(call: Call) -> Page[Done]:
            self.run(call)
            rows = [Done(thing_id=str(n), by="x") for n in range(call.page.limit)]
            return Page(rows, call.page.starting_after)

        @route("GET", "/v1/me", roles={"advocate"})
        def me(call: Call) -> dict[str, str]:
            self.run(call)
            return {"advocate_id": call.advocate_id, "actor": call.desk.actor.kind}

        @route("PUT", "/v1/me", roles={"advocate"}, private=True)
        def put_me(call: Call) -> dict[str, str]:
            self.run(call)
            return {"name": "Ann Example"}

        @route("DELETE", "/v1/me", roles={"advocate"})
        def delete_me(call: Call) -> None:
            self.run(call)

        @route("GET", "/v1/things/<thing_id>/code", roles={"advocate"})
        def code(call: Call) -> Raw:
            self.run(call)
            return Raw(b"\x89PNG", "image/png", "code.png")

        @route("GET", "/v1/closed", roles=())
        def closed(call: Call) -> dict[str, str]:
            self.run(call)
            return {}


def event(method: str, path: str, **more: Any) -> Event:
    """A request as the HTTP API (payload 2.0) hands it over, signed in as finance unless told."""
    claims = {"sub": "sub-fin", "token_use": "id", "cognito:groups": "[finance]"}
    claims |= more.get("claims", {})
    headers = {"content-type": "application/json", **more.get("headers", {})}
    if method != "GET" and more.get("key", "k-1"):
        headers["Idempotency-Key"] = more.get("key", "k-1")
    body = more.get("body")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{k}={v}" for k, v in more.get("query", {}).items()),
        "queryStringParameters": more.get("query"),
        "headers": headers,
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": more.get("coded", False),
        "requestContext": {
            "requestId": "req-1",
            "stage": "$default",
            "http": {"method": method, "path": path},
            "authorizer": {"jwt": {"claims": claims}} if more.get("signed_in", True) else {},
        },
    }


def ann(**more: Any) -> dict[str, Any]:
    return {"claims": {"sub": "sub-ann", "cognito:groups": None}, **more}


def ask(house: House, method: str, path: str, **more: Any) -> tuple[int, Any, dict[str, str]]:
    answer = house.api(event(method, path, **more), None)
    body = answer["body"]
    parsed = json.loads(body) if body != "" and not answer["isBase64Encoded"] else body
    return answer["statusCode"], parsed, answer["headers"]


def refused(house: House, method: str, path: str, **more: Any) -> tuple[int, str]:
    status, problem, headers = ask(house, method, path, **more)
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "no-store"
    assert problem["status"] == status
    assert problem["request_id"] == "req-1"
    assert set(problem) >= {"type", "title", "detail", "errors", "doc_url"}
    return status, problem["code"]


APPROVE = "/v1/things/t1/approve"
