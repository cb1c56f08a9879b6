"""Every route asks the same questions in the same order, and answers in one form."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from goodword.errors import Conflict, GoodwordError, NotFound, Stale, TooLarge, Unavailable
from goodword.limits import BODY_BYTES_MAX
from goodword_aws.calls import Call, Raw, groups_of

from tests.functional.house import APPROVE, STAFF_ROLES, Approve, House, ann, ask, event, refused


@pytest.fixture
def house() -> House:
    return House()


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
    assert "house.py" in logged
    assert "req-1" in logged
    assert "example.com" not in logged + json.dumps(problem)
    assert "canary" not in logged


@pytest.mark.parametrize("body", ["", "{", "[1,", "nonsense", '{"reason": "x"'])
def test_a_body_that_is_no_json_is_malformed(house: House, body: str) -> None:
    assert refused(house, "POST", APPROVE, body=body) == (400, "malformed_json")


def test_a_body_that_says_something_twice_is_malformed(house: House) -> None:
    assert refused(house, "POST", APPROVE, body='{"reason": "x", "reason": "y"}') == (
        400,
        "malformed_json",
    )
    assert house.ran == []


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


@pytest.mark.parametrize("body", ["", " \n", "{}", None])
def test_a_write_without_a_body_takes_an_empty_one(house: House, body: str | None) -> None:
    status, _, _ = ask(house, "DELETE", "/v1/me", body=body, claims=ann())
    assert status == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"x": 1}, (422, "invalid_body")),
        ([], (422, "invalid_body")),
        ("x", (400, "malformed_json")),
    ],
)
def test_a_write_without_a_body_takes_no_other(
    house: House, body: Any, code: tuple[int, str]
) -> None:
    assert refused(house, "DELETE", "/v1/me", body=body, claims=ann()) == code
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
