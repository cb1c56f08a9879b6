"""Staff see whom signals are about by id, and what each gives; others see nothing."""

from collections.abc import Iterator

import pytest
from goodword.conversions.model import Delivery
from goodword.journeys.listening import Listening
from goodword.journeys.signal import SignalFact

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller, Front, Reply, front
from tests.support.functions import ROOT, sample
from tests.support.people import MACS, http

EMAIL = "robin@mail.example"
EXPECTED = {
    "find": 200,
    "list": 200,
    "standing": 200,
    "score_model": 200,
    "refused_analyst_finds": "not_allowed",
    "refused_not_an_address": "bad_email",
    "refused_finance_reads": "not_allowed",
    "refused_unknown_subject": "unknown_subject",
}


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        hear(found)
        yield found


def hear(call: Front) -> None:
    """Robin is delighted, and has an urgent case open."""
    town = call.town
    listening = Listening(town.desk("conversions_stream"), MACS)
    at_ms = town.clock.at_ms
    for number, said in enumerate(
        (
            {"kind": "consent", "value": 1},
            {"kind": "nps", "value": 10},
            {"kind": "case_opened", "value": 1, "about": "c-1"},
        )
    ):
        fact = {"signal_id": f"s-{number}", "occurred_ms": at_ms, "email": EMAIL, **said}
        delivery = Delivery(
            source_id="src_1",
            source_kind="generic",
            program_id="prg_sample",
            namespace="shop",
            delivery_id=f"d-{number}",
            topic="signal",
            received_ms=at_ms,
            body_hash="h",
            sealed_body="",
            writer="w",
            keep_s=1,
        )
        listening.note(delivery, SignalFact.model_validate(fact))


def ask(call: Front, who: Caller, method: str, path: str, body: object = None) -> Reply:
    event = http(
        method,
        path,
        body,
        subject=who.subject,
        email=who.email,
        groups=who.groups,
        key=f"{method}-{path}-{who.subject}",
        query={"program_id": "prg_sample"} if path == "/v1/subjects" else None,
    )
    return call.send("journeys_api", event)


def test_each_sample_has_an_expected_end() -> None:
    files = {path.stem for path in (ROOT / "events" / "journeys_api").glob("*.json")}
    assert files == set(EXPECTED)


@pytest.mark.parametrize(("case", "end"), EXPECTED.items())
def test_a_sample_ends_as_expected(call: Front, case: str, end: int | str) -> None:
    event = sample("journeys_api", case)
    (row,) = ask(call, MARKETER, "GET", "/v1/subjects").body["data"]
    event["rawPath"] = event["rawPath"].replace("sbj_sample", row["id"])
    event["requestContext"]["http"]["path"] = event["rawPath"]
    reply = call.send("journeys_api", event)
    assert end in (reply.status, reply.body.get("code")), reply.text
    assert EMAIL not in reply.text


def test_a_standing_says_why_and_what_forbids(call: Front) -> None:
    found = ask(call, MARKETER, "POST", "/v1/subjects/find", find(EMAIL)).body
    seen = ask(call, ANALYST, "GET", f"/v1/subjects/{found['id']}/standing").body
    assert seen["score"] == sum(row["points"] for row in seen["contributions"]) == 20
    given = {row["kind"]: row["points"] for row in seen["contributions"]}
    assert given == {"nps": 30, "case_opened": -10}
    (one,) = seen["suppressors"]
    assert (one["code"], one["about"]) == ("open_urgent_case", "c-1")
    assert not any(row["qualifies"] for row in seen["motions"])


def find(email: str) -> dict[str, str]:
    return {"program_id": "prg_sample", "email": email}


def test_an_address_is_found_however_it_is_written(call: Front) -> None:
    first = ask(call, MARKETER, "POST", "/v1/subjects/find", find(EMAIL)).body
    again = ask(call, ADMIN, "POST", "/v1/subjects/find", find(" Robin+x@Mail.example")).body
    assert first == again


def test_a_found_address_is_not_kept(call: Front) -> None:
    ask(call, MARKETER, "POST", "/v1/subjects/find", find(EMAIL))
    assert EMAIL not in str(call.town.store.items)


@pytest.mark.parametrize("who", [ANNA, FINANCE])
def test_others_see_nothing(call: Front, who: Caller) -> None:
    for method, path in (
        ("GET", "/v1/subjects"),
        ("POST", "/v1/subjects/find"),
        ("GET", "/v1/subjects/sbj_1/standing"),
        ("GET", "/v1/journeys/score-model"),
    ):
        body = find(EMAIL) if method == "POST" else None
        assert ask(call, who, method, path, body).code == "not_allowed"


def test_the_model_of_scores_is_no_secret(call: Front) -> None:
    model = ask(call, ANALYST, "GET", "/v1/journeys/score-model").body
    assert {row["motion"] for row in model["bars"] if row["blind"]} == {"review"}
    assert all(row["limit"] > 0 for row in model["weights"])
