"""Every route asks the same questions in the same order, and answers in one form."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from goodword.claims import Claim, claim_key
from goodword.errors import Conflict, GoodwordError, NotFound, Stale, TooLarge, Unavailable
from goodword.limits import BODY_BYTES_MAX, CLAIM_ANSWER_BYTES_MAX
from goodword.money import PositiveMinor
from goodword.ports import Change, Page
from goodword.records import Value
from goodword_aws.calls import Call, Principal, groups_of
from goodword_aws.http import Api, Raw

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


@pytest.fixture
def house() -> House:
    return House()


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


def test_a_permitted_write_is_done_and_answered(house: House) -> None:
    status, body, headers = ask(house, "POST", APPROVE, body={"reason": "fine", "amounts": [5]})
    assert (status, body) == (200, {"thing_id": "t1", "by": "sub-fin"})
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert house.ran[0].body == Approve(reason="fine", amounts=(5,))
    assert house.ran[0].desk.actor.kind == "staff"


@pytest.mark.parametrize("role", [*STAFF_ROLES, "nobody", "advocate"])
def test_only_the_named_roles_pass(house: House, role: str) -> None:
    claims = {"cognito:groups": [role]}
    status, _, _ = ask(house, "POST", APPROVE, body={"reason": "x"}, claims=claims)
    assert status == (200 if role == "finance" else 403)
    assert refused(house, "GET", "/v1/closed", claims=claims) == (403, "not_allowed")


def test_a_role_named_advocate_gives_nothing_to_staff_routes(house: House) -> None:
    groups = {"cognito:groups": "[advocate]"}
    assert refused(house, "POST", APPROVE, body={}, claims=groups) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["finance", "admin"], {"finance", "admin"}),
        ("[finance admin]", {"finance", "admin"}),
        ("finance,admin", {"finance", "admin"}),
        ('["finance", "admin"]', {"finance", "admin"}),
        ("[]", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_groups_are_read_in_every_form(claim: object, groups: set[str]) -> None:
    assert groups_of(claim) == groups


def test_nobody_gets_in_without_a_verified_id_token(house: House) -> None:
    assert refused(house, "GET", "/v1/me", signed_in=False) == (401, "not_signed_in")
    assert refused(house, "GET", "/v1/me", claims={"sub": ""}) == (401, "not_signed_in")
    access = {"token_use": "access"}
    assert refused(house, "GET", "/v1/me", claims=access) == (401, "id_token_needed")
    assert house.ran == []


def test_an_advocate_is_who_the_token_says(house: House) -> None:
    assert ask(house, "GET", "/v1/me", **ann())[1] == {
        "advocate_id": "adv_ann",
        "actor": "advocate",
    }
    assert refused(house, "GET", "/v1/me") == (403, "not_an_advocate")


def test_staff_acts_as_staff_where_staff_may(house: House) -> None:
    assert ask(house, "POST", "/v1/things", body={"reason": "x"})[1]["by"] == "staff"
    assert ask(house, "POST", "/v1/things", body={"reason": "x"}, **ann())[1]["by"] == "advocate"


def test_a_principal_never_shows_the_address(house: House) -> None:
    ask(house, "GET", "/v1/me", claims={"sub": "sub-ann", "email": "ann@example.com"})
    assert "ann@example.com" not in repr(house.ran[0].principal)
    assert house.ran[0].principal.email == "ann@example.com"
    assert not house.ran[0].principal.email_verified


@pytest.mark.parametrize("verified", [True, "true"])
def test_a_verified_address_is_known_as_such(house: House, verified: object) -> None:
    ask(house, "GET", "/v1/me", claims={"sub": "sub-ann", "email_verified": verified})
    assert house.ran[0].principal.email_verified


@pytest.mark.parametrize("key", ["", "a" * 256, "with space", "schlüssel", "a\nb"])
def test_a_write_needs_an_idempotency_key(house: House, key: str) -> None:
    asked = {"body": {"reason": "x"}, "key": key}
    assert refused(house, "POST", APPROVE, **asked) == (400, "idempotency_key_missing")
    assert house.ran == []


def test_a_repeated_write_gets_the_first_answer(house: House) -> None:
    for path in (APPROVE, "/v1/things"):
        house.ran.clear()
        first = ask(house, "POST", path, body={"reason": "x"}, key=f"key-{path}")
        again = ask(house, "POST", path, body={"reason": "x"}, key=f"key-{path}")
        assert again[:2] == first[:2]
        assert again[2]["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first[2]
        assert len(house.ran) == 1


def test_a_repeated_empty_answer_stays_empty(house: House) -> None:
    for _ in range(2):
        assert ask(house, "DELETE", "/v1/me", **ann())[:2] == (204, "")
    assert len(house.ran) == 1


def test_a_key_with_another_request_is_refused(house: House) -> None:
    ask(house, "POST", APPROVE, body={"reason": "x"})
    other = [
        ask(house, "POST", APPROVE, body={"reason": "y"}),
        ask(house, "POST", "/v1/things/t2/approve", body={"reason": "x"}),
        ask(house, "POST", APPROVE, body={"reason": "x"}, query={"a": "b"}),
    ]
    assert [(status, body["code"]) for status, body, _ in other] == [
        (409, "idempotency_key_reused")
    ] * 3
    assert len(house.ran) == 1


def test_keys_of_different_people_do_not_meet(house: House) -> None:
    for sub in ("one", "two"):
        ask(house, "POST", APPROVE, body={"reason": "x"}, claims={"sub": sub})
    assert len(house.ran) == 2


def test_the_claim_keeps_neither_the_key_nor_a_private_answer(house: House) -> None:
    for _ in range(2):
        assert ask(house, "PUT", "/v1/me", key="ann@example.com", **ann())[0] == 200
    assert len(house.ran) == 2
    claim = house.world.store.get(Claim, claim_key("sub-ann", "ann@example.com"))
    assert claim is not None
    assert claim.answer == ""
    assert "example" not in json.dumps(list(house.world.store.items.values())).lower()
    assert claim.expires_s == claim.keep_s > house.world.clock.now_ms() // 1000


def test_the_claim_is_in_the_transaction_of_the_change(house: House) -> None:
    ask(house, "POST", "/v1/things", body={"reason": "x"})
    (change,) = house.world.store.commits
    assert [record.KIND for record in change.created] == ["claim", "event"]


def test_a_write_that_was_in_flight_twice_gets_one_answer(house: House) -> None:
    def overtake(call: Call) -> None:
        house.run = lambda call: None  # type: ignore[method-assign]  # only the first is overtaken
        first.append(ask(house, "POST", "/v1/things", body={"reason": "x"}))

    first: list[tuple[int, Any, Any]] = []
    house.run = overtake  # type: ignore[method-assign]  # the second arrives inside the first
    late = ask(house, "POST", "/v1/things", body={"reason": "x"})
    assert late[:2] == first[0][:2]
    assert len(house.world.events("thing.made")) == 1


def test_an_answer_that_came_second_is_still_given(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    def overtake(call: Call) -> None:
        house.run = lambda call: None  # type: ignore[method-assign]  # only the first is overtaken
        ask(house, "POST", APPROVE, body={"reason": "x"})

    house.run = overtake  # type: ignore[method-assign]  # the second arrives inside the first
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[0] == 200
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[2]["Idempotency-Replayed"] == "true"


def test_an_answer_too_long_to_remember_is_a_mistake(house: House) -> None:
    ask(house, "POST", APPROVE, body={"reason": "x"})
    with pytest.raises(ValueError, match="short"):
        house.ran[0].claim({"text": "x" * CLAIM_ANSWER_BYTES_MAX})
    with pytest.raises(TypeError, match="no part of an answer"):
        house.ran[0].claim({"text": object()})


def test_a_refused_write_may_be_tried_again(house: House) -> None:
    house.fails = [Conflict("not_yet", "wait")]
    assert refused(house, "POST", APPROVE, body={"reason": "x"}) == (409, "not_yet")
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[0] == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("gone", "x"), 404),
        (TooLarge("big", "x"), 413),
        (Conflict("no", "x"), 409),
        (Unavailable("busy", "x"), 503),
        (Stale("stale", "BLIND#secret/KEY"), 503),
        (GoodwordError("odd", "of no known class"), 500),
    ],
)
def test_an_error_has_the_status_of_its_class(house: House, error: Exception, status: int) -> None:
    house.fails = [error]
    found, problem, headers = ask(house, "GET", "/v1/me", **ann())
    assert found == status
    assert "BLIND" not in json.dumps(problem)
    assert ("Retry-After" in headers) == (status == 503)


def test_an_unexpected_error_tells_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    house = House("made-while-captured")
    house.fails = [RuntimeError("ann@example.com is broken")]
    status, problem, _ = ask(house, "POST", APPROVE, body={"reason": "canary-body"})
    assert (status, problem["code"]) == (500, "internal")
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "test_http.py" in logged
    assert "req-1" in logged
    assert "example.com" not in logged + json.dumps(problem)
    assert "canary" not in logged


@pytest.mark.parametrize("body", ["", "{", "[1,", "nonsense", '{"reason": "x"'])
def test_a_body_that_is_no_json_is_malformed(house: House, body: str) -> None:
    assert refused(house, "POST", APPROVE, body=body) == (400, "malformed_json")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": 5}, "reason"),
        ({"reason": "x", "role": "admin"}, "role"),
        ({"reason": "x", "amounts": [1, -1]}, "amounts.1"),
        ({"reason": "x", "amounts": [1.5]}, "amounts.0"),
    ],
)
def test_a_wrong_body_is_told_by_its_paths(house: House, body: Any, field: str) -> None:
    status, problem, _ = ask(house, "POST", APPROVE, body=body)
    assert (status, problem["code"]) == (422, "invalid_body")
    assert [each["field"] for each in problem["errors"]] == [field]
    assert house.ran == []


def test_a_body_may_come_base64_encoded(house: House) -> None:
    coded = base64.b64encode(b'{"reason": "x"}').decode()
    assert ask(house, "POST", APPROVE, body=coded, coded=True)[0] == 200
    assert refused(house, "POST", APPROVE, body="%", coded=True) == (400, "malformed_body")


def test_a_huge_body_is_refused_unread(house: House) -> None:
    huge = json.dumps({"reason": "x" * BODY_BYTES_MAX})
    assert refused(house, "POST", APPROVE, body=huge) == (413, "body_too_large")


def test_a_list_says_whether_there_is_more(house: House) -> None:
    query = {"limit": "2", "starting_after": "abc"}
    _, body, _ = ask(house, "GET", "/v1/things", query=query)
    assert [row["thing_id"] for row in body["data"]] == ["0", "1"]
    assert (body["has_more"], body["next_cursor"]) == (True, "abc")
    _, body, _ = ask(house, "GET", "/v1/things")
    assert (len(body["data"]), body["has_more"], body["next_cursor"]) == (25, False, None)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1e1", "", "٣"])
def test_a_wrong_limit_is_refused(house: House, limit: str) -> None:
    asked = {"query": {"limit": limit}}
    assert refused(house, "GET", "/v1/things", **asked) == (422, "invalid_query")


def test_an_unknown_path_and_an_unknown_method_are_told_apart(house: House) -> None:
    assert refused(house, "GET", "/v1/nothing") == (404, "no_such_route")
    assert refused(house, "GET", "/v1/things/a/b/approve") == (404, "no_such_route")
    status, problem, headers = ask(house, "PATCH", "/v1/me")
    assert (status, problem["code"]) == (405, "method_not_allowed")
    assert headers["Allow"] == "DELETE, GET, PUT"
    assert refused(house, "OPTIONS", "/v1/me") == (405, "method_not_allowed")


def test_an_image_is_answered_as_bytes(house: House) -> None:
    answer = house.api(event("GET", "/v1/things/t/code", **ann()), None)
    assert base64.b64decode(answer["body"]) == b"\x89PNG"
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="code.png"'
    assert answer["headers"]["X-Content-Type-Options"] == "nosniff"


def test_an_open_model_is_no_body() -> None:
    from pydantic import BaseModel  # noqa: PLC0415 - the one model that is not a Value

    class Open(BaseModel):
        word: str

    with pytest.raises(ValueError, match="forbid"):
        House().api.route("POST", "/v1/x", roles={"admin"}, body=Open)


def test_a_write_cannot_answer_what_cannot_be_remembered(house: House) -> None:
    def bad(call: Call) -> Raw:
        return Raw(b"x", "text/plain")

    register: Callable[..., Any] = house.api.route("POST", "/v1/raw", roles={"admin"})
    register(bad)
    claims = {"cognito:groups": ["admin"]}
    assert refused(house, "POST", "/v1/raw", claims=claims) == (500, "internal")
