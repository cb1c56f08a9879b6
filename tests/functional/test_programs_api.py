"""Programmes and sources over the API: what staff send, what they get, and what is refused."""

from collections.abc import Iterator

import pytest
from goodword.conversions.model import Source
from goodword.programs.model import Program, ProgramVersion, Terms

from tests.support.api import ADMIN, ANALYST, FINANCE, MARKETER, Front, front
from tests.support.people import kept_delivery, terms_json


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


def made(call: Front, **changes: object) -> str:
    body = {"terms": terms_json(**changes), "rationale": "a first try"}
    reply = call(MARKETER, "POST", "/v1/programs", body)
    assert reply.status == 201, reply.text
    return str(reply.body["id"])


def test_a_programme_is_created_read_and_listed(call: Front) -> None:
    program_id = made(call)
    read = call(ANALYST, "GET", f"/v1/programs/{program_id}").body
    assert (read["name"], read["currency"], read["state"]) == ("Friends of Acme", "EUR", "active")
    assert (read["version"], read["latest_version"]) == (1, 1)
    assert read["terms"] == terms_json()
    listed = call(FINANCE, "GET", "/v1/programs").body
    assert [one["id"] for one in listed["data"]] == [program_id]
    assert listed["has_more"] is False


@pytest.mark.parametrize("number", ["0", "2", "-1", "abc", "9999999", "1.0", "²"])
def test_a_version_that_is_not_there_is_not_found(call: Front, number: str) -> None:
    reply = call(ADMIN, "GET", f"/v1/programs/{made(call)}/versions/{number}")
    assert reply.status == 404


def test_wrong_terms_are_refused_with_exact_paths(call: Front) -> None:
    terms = terms_json()
    terms["hold_days"] = -1
    terms["rules"][1]["reward"] = {"kind": "percentage", "basis_points": 10}
    terms["destination"]["default_url"] = "https://elsewhere.example/"
    terms["attribution"]["window_days"] = "thirty"
    terms["colour"] = "red"
    reply = call(MARKETER, "POST", "/v1/programs", {"terms": terms, "rationale": "try"})
    assert (reply.status, reply.code) == (422, "invalid_body")
    assert {one["field"] for one in reply.body["errors"]} == {
        "terms.rules.1",
        "terms.hold_days",
        "terms.destination",
        "terms.attribution.window_days",
        "terms.colour",
    }
    assert not call.town.all(Program)


def test_a_level_that_there_is_not_is_refused_with_its_path(call: Front) -> None:
    terms = terms_json()
    asked = {"op": "in", "of": "level", "values": ["gold", "platin"]}
    terms["rules"][0]["when"] = {"op": "not", "condition": asked}
    levels = [{"name": "silver", "at_least": 0}, {"name": "gold", "at_least": 5}]
    terms["tiers"] = {"measure": "orders", "levels": levels}
    reply = call(MARKETER, "POST", "/v1/programs", {"terms": terms, "rationale": "try"})
    assert (reply.status, reply.code) == (422, "invalid_body")
    (wrong,) = reply.body["errors"]
    assert wrong == {
        "field": "terms.rules.0.when.condition.values.1",
        "message": "tiers have no level of this name",
    }


def test_a_programme_pauses_and_closes(call: Front) -> None:
    path = f"/v1/programs/{made(call)}/state"
    paused = call(MARKETER, "POST", path, {"state": "paused", "reason": "budget"})
    assert (paused.status, paused.body["state"]) == (200, "paused")
    assert call(ADMIN, "POST", path, {"state": "closed", "reason": "over"}).status == 200
    back = call(ADMIN, "POST", path, {"state": "active", "reason": "again"})
    assert (back.status, back.code) == (409, "program_closed")
    told = call(ADMIN, "POST", path, {"state": "active", "reason": "Anna asked for it"})
    assert (told.status, told.body["errors"][0]["field"]) == (422, "reason")


def test_the_schema_of_terms_is_published(call: Front) -> None:
    schema = call(ANALYST, "GET", "/v1/programs/schema").body
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert set(Terms.model_fields) == set(schema["properties"])


def test_one_key_makes_one_programme_even_when_the_reply_was_lost(call: Front) -> None:
    body = {"terms": terms_json(), "rationale": "a first try"}
    first = call(MARKETER, "POST", "/v1/programs", body, key="once")
    again = call(MARKETER, "POST", "/v1/programs", body, key="once")
    assert (first.status, first.body) == (again.status, again.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(call.town.all(ProgramVersion)) == 1
    other = call(MARKETER, "POST", "/v1/programs", body | {"rationale": "other"}, key="once")
    assert (other.status, other.code) == (409, "idempotency_key_reused")


class TestSources:
    def made(self, call: Front, key: str = "", **fields: object) -> dict[str, object]:
        body = {"kind": "generic", "program_id": made(call), "label": "Shop"} | fields
        reply = call(ADMIN, "POST", "/v1/sources", body, key=key)
        assert reply.status == 201, reply.text
        found: dict[str, object] = reply.body
        return found

    def test_a_drawn_secret_is_shown_in_the_first_answer_only(self, call: Front) -> None:
        body = {"kind": "generic", "program_id": made(call), "label": "Shop"}
        first = call(ADMIN, "POST", "/v1/sources", body, key="once")
        secret = first.body["signing_secret"]
        assert secret.startswith("whsec_")
        again = call(ADMIN, "POST", "/v1/sources", body, key="once")
        assert again.body == first.body | {"signing_secret": None}
        assert len(call.town.all(Source)) == 1
        read = call(ADMIN, "GET", f"/v1/sources/{first.body['id']}")
        listed = call(ADMIN, "GET", "/v1/sources")
        assert secret not in read.text + listed.text + repr(call.town.store.items)
        assert read.body["live_secrets"] == 1
        assert read.body["url"] == f"https://go.example/v1/sources/{first.body['id']}"

    def test_rotation_draws_another_and_keeps_the_one_before(self, call: Front) -> None:
        source = self.made(call)
        reply = call(ADMIN, "POST", f"/v1/sources/{source['id']}/rotate", {})
        assert (reply.status, reply.body["live_secrets"]) == (200, 2)
        assert reply.body["signing_secret"] not in (None, source["signing_secret"])

    def test_a_secret_that_does_not_fit_is_refused_and_not_repeated(self, call: Front) -> None:
        body = {"kind": "stripe", "program_id": made(call), "label": "", "secret": "sk_live_1"}
        reply = call(ADMIN, "POST", "/v1/sources", body)
        assert (reply.status, reply.code) == (422, "bad_secret")
        assert "sk_live_1" not in reply.text

    def test_a_source_is_disabled(self, call: Front) -> None:
        path = f"/v1/sources/{self.made(call)['id']}/state"
        reply = call(ADMIN, "POST", path, {"state": "disabled", "reason": "leak"})
        assert reply.body["state"] == "disabled"

    def test_kept_deliveries_are_listed_without_bodies(self, call: Front) -> None:
        self.made(call)
        kept_delivery(call.town, call.town.all(Source)[0], 1)
        path = f"/v1/sources/{call.town.all(Source)[0].source_id}/deliveries"
        (row,) = call(MARKETER, "GET", path).body["data"]
        assert set(row) == {"delivery_id", "topic", "state", "reason", "received_at"}
        assert (row["delivery_id"], row["state"]) == ("msg_1", "not_understood")
