"""Staff see deals, to whom they are owed, and the twelve figures; nobody else does."""

import json
from collections.abc import Iterator

import pytest
from goodword.conversions.model import Delivery, Facts
from goodword.journeys.happened import Happened
from goodword.journeys.kpis import DEFINITIONS
from goodword.journeys.selling import Hearing
from goodword.journeys.signal import Subject
from goodword.limits import REFERENCE_DAYS
from goodword.times import parse_rfc3339

from tests.support.api import Front, Reply, front
from tests.support.crm import delivery, step
from tests.support.functions import CONTEXT, ROOT, sample
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
    "kpis": 200,
    "pipeline_for_analysts": 200,
    "refused_analyst_lists": "not_allowed",
    "refused_kpis_of_few": "too_few_people",
    "refused_kpis_of_three_years": "invalid_query",
    "refused_kpis_advocate": "not_allowed",
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
    lines = {one.pop("share"): one for one in found["totals"]}
    assert set(lines) == {"neither", "all"}
    line = lines["neither"]
    assert (line["opened_minor"], line["won_minor"]) == (120_000, 120_000)
    assert line == lines["all"]
    assert f"at most {REFERENCE_DAYS} days before" in found["model"]
    again = send(call, "pipeline_of_90_days").body["totals"]
    assert {one.pop("share"): one for one in again} == lines


def of_many(call: Front, people: int) -> Reply:
    """What analysts see of November, once so many more accounts have bought."""
    hearing = Hearing(call.town.desk("conversions_stream"), MACS)
    for number in range(people):
        deal_id, account = f"more-{number}", f"a-more-{number}"
        facts = (
            step(f"o{number}", -2, deal_id, opened=True, amount="10", account_id=account),
            step(f"c{number}", -1, deal_id, stage="closedwon"),
        )
        assert hearing.hear(delivery("prg_sample"), Facts(deals=facts)) == ""
    call.town.clock.at_ms = parse_rfc3339("2025-12-02T00:00:00Z")
    return send(call, "pipeline_for_analysts")


def test_analysts_see_no_sum_of_fewer_than_five(call: Front) -> None:
    alone = of_many(call, 0).body
    assert (alone["totals"], alone["left_out"]) == ([], True)
    assert (alone["from_day"], alone["to_day"]) == ("2025-11-01", "2025-12-01")
    assert "120000" not in json.dumps(alone)
    crowd = of_many(call, 4).body
    assert (crowd["totals"][0]["won_minor"], crowd["left_out"]) == (124_000, False)
    assert crowd["totals"] == send(call, "pipeline").body["totals"]


def test_analysts_choose_no_day_of_a_month(call: Front) -> None:
    of_many(call, 4)
    event = json.dumps(sample("journeys_api_kpis", "pipeline_for_analysts"))
    day = event.replace("from=2025-11-01&to=2025-12-01", "from=2025-11-20&to=2025-11-21")
    day = day.replace('"from": "2025-11-01"', '"from": "2025-11-20"')
    day = day.replace('"to": "2025-12-01"', '"to": "2025-11-21"')
    assert day != event
    found = call.send("journeys_api_kpis", json.loads(day)).body
    assert (found["from_day"], found["to_day"]) == ("2025-11-01", "2025-12-01")


# --- the twelve figures -----------------------------------------------------------------------


def count(call: Front, case: str) -> object:
    person = next(one.subject_id for one in call.town.all(Subject) if one.what == "person")
    event = json.dumps(sample("journeys_queue", case)).replace("sbj_sample", person)
    return call.api("journeys_queue")(json.loads(event), CONTEXT)


def test_what_counts_is_noted_once_and_shown_by_month(call: Front) -> None:
    for _ in range(2):
        assert count(call, "counted") == {"batchItemFailures": []}
    assert len(call.town.all(Happened)) == 2
    assert count(call, "not_counted") == {"batchItemFailures": []}
    assert len(call.town.all(Happened)) == 2
    found = send(call, "kpis").body
    by = {one["code"]: one for one in found["kpis"]}
    assert list(by) == [one.code for one in DEFINITIONS]
    assert by["advocate_pool"]["figures"] == [{"value": 1, "base": None, "currency": ""}]
    assert by["promoter_rate"]["figures"] == [{"value": 1, "base": 1, "currency": ""}]
    months = by["promoter_rate"]["months"]
    assert [one["from_day"] for one in months] == ["2025-10-15", "2025-11-01"]
    assert [one["figures"][0]["base"] for one in months] == [0, 1]
    assert by["referral_pipeline"]["figures"] == []
    assert all(one["definition"] for one in found["kpis"])
    assert found["forecast"] == []


def test_what_is_no_event_comes_again_and_stops_no_other(call: Front) -> None:
    assert count(call, "refused_no_event") == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
