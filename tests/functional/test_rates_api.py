"""Rates over the API: finance states them, staff read them, and a source may name its currency."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Front, front
from tests.support.people import terms_json

RATE = {"day": "2025-11-21", "base": "EUR", "quote": "USD", "rate": "1.0834", "source": "ECB"}


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


def program(call: Front, **changes: object) -> str:
    body = {"terms": terms_json(**changes), "rationale": "a first try"}
    return str(call(MARKETER, "POST", "/v1/programs", body).body["id"])


def test_finance_states_rates_and_everybody_of_staff_reads_them(call: Front) -> None:
    earlier = RATE | {"day": "2025-11-20", "rate": "1.08"}
    reply = call(FINANCE, "PUT", "/v1/rates", {"rates": [earlier, RATE]})
    assert reply.status == 200
    (first, _) = reply.body["rates"]
    assert (first["rate"], first["set_by"]) == ("1.08", "sub-fay")
    listed = call(ANALYST, "GET", "/v1/rates", query={"base": "eur", "quote": "USD"}).body
    assert [one["day"] for one in listed["data"]] == ["2025-11-21", "2025-11-20"]
    assert call(ADMIN, "GET", "/v1/rates/wanted").body["data"] == []


def test_a_rate_that_is_there_is_never_another(call: Front) -> None:
    call(FINANCE, "PUT", "/v1/rates", {"rates": [RATE]})
    assert call(FINANCE, "PUT", "/v1/rates", {"rates": [RATE]}).status == 200
    other = call(FINANCE, "PUT", "/v1/rates", {"rates": [RATE | {"rate": "1.09"}]})
    assert (other.status, other.code) == (409, "rate_is_fixed")


@pytest.mark.parametrize("who", [MARKETER, ANALYST, ANNA], ids=["marketer", "analyst", "anna"])
def test_nobody_else_states_them(call: Front, who: Any) -> None:
    assert call(who, "PUT", "/v1/rates", {"rates": [RATE]}).code == "not_allowed"


@pytest.mark.parametrize("rate", [1.0834, "1,0834", "-1", "1e3", "", "01.5", "1.", "NaN"])
def test_a_rate_is_decimal_text(call: Front, rate: object) -> None:
    reply = call(FINANCE, "PUT", "/v1/rates", {"rates": [RATE | {"rate": rate}]})
    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "rates.0.rate")


def test_a_source_may_have_a_currency_where_the_terms_take_it(call: Front) -> None:
    body = {"kind": "generic", "label": "shop in the USA", "currency": "usd"}
    at_home = body | {"program_id": program(call)}
    assert call(ADMIN, "POST", "/v1/sources", at_home).code == "invalid_body"
    at_home["currency"] = "USD"
    assert call(ADMIN, "POST", "/v1/sources", at_home).code == "currency_mismatch"
    abroad = at_home | {"program_id": program(call, currencies="convert")}
    made = call(ADMIN, "POST", "/v1/sources", abroad)
    assert (made.status, made.body["currency"], made.body["mixed"]) == (201, "USD", False)
    mixed = call(ADMIN, "POST", "/v1/sources", abroad | {"mixed": True, "currency": None})
    assert (mixed.status, mixed.body["currency"], mixed.body["mixed"]) == (201, "EUR", True)
