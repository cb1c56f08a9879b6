"""Staff see what deals come to and to whom they are owed; nobody else does."""

import json
from collections.abc import Iterator

import pytest
from goodword.conversions.model import Delivery, Facts
from goodword.journeys.selling import Hearing

from tests.support.api import Front, Reply, front
from tests.support.crm import delivery, step
from tests.support.functions import ROOT, sample
from tests.support.people import MACS

EXPECTED = {
    "list_opportunities": 200,
    "read_opportunity": 200,
    "pipeline": 200,
    "pipeline_of_90_days": 200,
    "refused_unknown_opportunity": "unknown_opportunity",
    "refused_no_such_day": "invalid_query",
    "refused_period_backwards": "invalid_query",
    "refused_advocate": "not_allowed",
}


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        told: Delivery = delivery("prg_sample")
        hearing = Hearing(found.town.desk("conversions_stream"), MACS)
        facts = (
            step("1", -2, opened=True, amount="1200", account_id="a-1"),
            step("2", -1, stage="closedwon", contact_ids=("c-1",)),
        )
        assert hearing.hear(told, Facts(deals=facts)) == ""
        yield found


def send(call: Front, case: str) -> Reply:
    event = json.dumps(sample("journeys_api_kpis", case))
    listed = call.send("journeys_api_kpis", sample("journeys_api_kpis", "list_opportunities"))
    real = listed.body["data"][0]["id"]
    return call.send("journeys_api_kpis", json.loads(event.replace("opp_sample", real)))


def test_each_sample_has_an_expected_end() -> None:
    files = {path.stem for path in (ROOT / "events" / "journeys_api_kpis").glob("*.json")}
    assert files == set(EXPECTED)


@pytest.mark.parametrize(("case", "end"), EXPECTED.items())
def test_a_sample_ends_as_expected(call: Front, case: str, end: int | str) -> None:
    reply = send(call, case)
    assert end in (reply.status, reply.body.get("code")), reply.text


def test_a_deal_is_shown_with_what_it_is_worth(call: Front) -> None:
    deal = send(call, "read_opportunity").body
    assert (deal["state"], deal["amount"], deal["currency"]) == ("won", 120_000, "EUR")
    assert (deal["crm_deal_id"], deal["credit"], len(deal["contacts"])) == ("77", None, 1)
    assert deal["closed_at"] > deal["opened_at"]


def test_the_pipeline_says_its_model_and_its_period(call: Front) -> None:
    found = send(call, "pipeline").body
    assert (found["from_day"], found["to_day"]) == ("2025-11-01", "2025-12-01")
    (line,) = found["totals"]
    assert (line["share"], line["opened_minor"], line["won_minor"]) == ("neither", 120_000, 120_000)
    assert "sourced" in found["model"]
    assert send(call, "pipeline_of_90_days").body["totals"] == found["totals"]
