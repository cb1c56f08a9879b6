"""Staff see whom signals are about by id, and what each gives; others see nothing."""

import json
from collections.abc import Iterator

import pytest
from goodword.conversions.model import Delivery
from goodword.journeys.handover import HandedOver
from goodword.journeys.listening import Listening
from goodword.journeys.refusing import refusals
from goodword.journeys.signal import SignalFact
from goodword.journeys.walk import Walk
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion
from goodword_aws import journeys_hand_overs
from goodword_aws.journeys_definitions import ReadyAnswer, ready_journeys

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller, Front, Reply, front
from tests.support.functions import ROOT, sample
from tests.support.people import MACS, http
from tests.support.references import said
from tests.support.scene import Workflows, terms
from tests.support.walks import RULES

EMAIL = "robin@mail.example"
TRAITS = {
    "industry": "retail",
    "size": "medium",
    "use_cases": ["billing"],
    "calls_max": 3,
    "cool_down_days": 0,
}
EXPECTED = {
    "find": 200,
    "list": 200,
    "standing": 200,
    "score_model": 200,
    "refused_analyst_finds": "not_allowed",
    "refused_not_an_address": "bad_email",
    "refused_finance_reads": "not_allowed",
    "refused_unknown_subject": "unknown_subject",
    "create_journey": 201,
    "create_gated_draft": 201,
    "list_journeys": 200,
    "list_ready": 200,
    "read_journey": 200,
    "read_draft": 200,
    "change_draft": 200,
    "preview": 200,
    "walks": 200,
    "funnel": 200,
    "publish": 201,
    "read_rules": 200,
    "set_rules": 200,
    "refused_rules_without_limits": "no_limits",
    "refused_publish_by_its_author": "same_person",
    "refused_publish_by_its_mailbox": "same_person",
    "refused_publish_another_digest": "draft_moved_on",
    "refused_publish_gated": "journey_refused",
    "refused_pause_of_a_draft": "journey_not_published",
    "refused_analyst_writes": "not_allowed",
    "refused_steps_unknown": "invalid_body",
    "refused_unknown_version": "unknown_version",
    "refused_rationale_names_somebody": "invalid_body",
    "put_reference": 200,
    "read_reference": 200,
    "find_references": 200,
    "book_reference_call": 201,
    "refused_unknown_deal": "unknown_opportunity",
    "refused_deal_named_twice": "invalid_body",
    "record_reference_call": 200,
    "refused_reference_without_traits": "invalid_body",
    "refused_need_of_no_size": "invalid_query",
    "refused_unknown_call": "unknown_call",
    "refused_analyst_finds_references": "not_allowed",
    "list_hand_overs": 200,
    "read_hand_over": 200,
    "take_hand_over": 200,
    "close_hand_over": 200,
    "refused_analyst_reads_hand_overs": "not_allowed",
    "refused_hand_overs_of_another_role": "not_your_role",
    "refused_hand_over_without_outcome": "invalid_body",
    "refused_unknown_hand_over": "unknown_hand_over",
}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with front() as found:
        monkeypatch.setattr(journeys_hand_overs, "StepFunctions", lambda _client: Workflows())
        monkeypatch.setattr(journeys_hand_overs, "client", lambda _name: None)
        hear(found)
        yield found


def hear(call: Front) -> None:
    """Robin is delighted, and has an urgent case open."""
    town = call.town
    at_ms = town.clock.at_ms
    change = Change()
    change.create(
        Program(
            program_id="prg_sample", latest=1, in_force=1, name="A", currency="EUR", created_ms=0
        ),
        ProgramVersion(
            program_id="prg_sample",
            number=1,
            terms=terms(rules=RULES),
            author="usr_1",
            rationale="first",
            created_ms=0,
            effective_ms=0,
        ),
    )
    town.store.commit(change)
    for number, one in enumerate(
        (
            {"kind": "consent", "value": 1},
            {"kind": "nps", "value": 10},
            {"kind": "case_opened", "value": 1, "about": "c-1"},
        )
    ):
        note(call, number, one, at_ms)


def note(call: Front, number: int, said: dict[str, object], at_ms: int) -> None:
    """One more signal of Robin."""
    fact = {"signal_id": f"s-{number}", "occurred_ms": at_ms, "email": EMAIL, "value": None, **said}
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
    listening = Listening(call.town.desk("conversions_stream"), MACS)
    listening.note(delivery, SignalFact.model_validate(fact))


def hand_over(call: Front, subject_id: str) -> None:
    """Something that a journey has handed over, and the walk that did."""
    at_ms, change = call.town.clock.at_ms, Change()
    about = {"program_id": "prg_sample", "journey_id": "jrn_1", "subject_id": subject_id}
    walk = {"walk_id": "wlk_1", "number": 1, "seen": 1, "step": "care", "signal_id": "sig_1"}
    times = {"since_ms": at_ms, "next_ms": at_ms, "entered_ms": at_ms, "changed_ms": at_ms}
    handed = {"hand_over_id": "hov_sample", "walk_id": "wlk_1", "advocate_id": "", "number": 1}
    handed |= {"step": "care", "to": "support", "role": "marketer"}
    due = {"made_ms": at_ms, "due_ms": at_ms + 1, "changed_ms": at_ms}
    change.create(
        Walk.model_validate(about | walk | times),
        HandedOver.model_validate(about | handed | due),
    )
    call.town.store.commit(change)


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
    event = json.dumps(sample("journeys_api", case))
    for placed, real in named(call).items():
        event = event.replace(placed, real)
    reply = call.send("journeys_api", json.loads(event))
    assert end in (reply.status, reply.body.get("code")), reply.text
    assert EMAIL not in reply.text


def named(call: Front) -> dict[str, str]:
    """What stands in the samples, and what it is called in this town."""
    (row,) = ask(call, MARKETER, "GET", "/v1/subjects").body["data"]
    drafts = {}
    for name in ("create_journey", "create_gated_draft"):
        event = sample("journeys_api", name)
        event["headers"]["idempotency-key"] += "-before"
        drafts[name] = call.send("journeys_api", event).body
    hand_over(call, row["id"])
    note(call, 9, {"kind": "case_resolved", "about": "c-1"}, call.town.clock.at_ms + 1)
    call.town.clock.advance(1_000)
    place = f"/v1/subjects/{row['id']}/reference"
    note(call, 10, {"kind": "result", "value": 40}, call.town.clock.at_ms)
    ask(call, MARKETER, "PUT", place, TRAITS)
    said(call.town, row["id"])
    booked = ask(call, MARKETER, "POST", f"{place}/calls", {}).body
    return {
        "sbj_sample": row["id"],
        "rcl_sample": booked["calls"][0]["id"],
        "jrn_sample": drafts["create_journey"]["journey_id"],
        "@digest": drafts["create_journey"]["digest"],
        "jrn_gated": drafts["create_gated_draft"]["journey_id"],
        "@gated": drafts["create_gated_draft"]["digest"],
    }


def test_a_draft_says_what_stands_against_it_and_publishing_refuses_it(call: Front) -> None:
    draft = call.sample("journeys_api", "create_gated_draft").body
    (rule,) = draft["refusals"]
    assert rule["field"] == "steps.1"
    assert "review_gating" in rule["message"]


@pytest.mark.parametrize("one", ready_journeys(), ids=lambda one: one.key)
def test_the_journeys_that_ship_break_no_rule_but_what_only_a_company_can_fill_in(
    one: ReadyAnswer,
) -> None:
    left = {"onboarding_delight": ["steps.1.profile"]}.get(one.key, [])
    assert [each.field for each in one.to_fill] == left
    steps = [
        each.but(profile="acme") if f"steps.{place}.profile" in left else each
        for place, each in enumerate(one.terms.steps)
    ]
    assert refusals(one.terms.but(steps=tuple(steps))) == []


@pytest.mark.parametrize(
    ("site", "refused", "warned"), [("g2", ["no_review_link"], []), ("odd", [], ["no_review_link"])]
)
def test_a_review_without_a_link_is_refused_or_warned_of(
    call: Front, site: str, refused: list[str], warned: list[str]
) -> None:
    """The ready journey as it ships, and for a site whose form nobody knows."""
    ready = next(one.terms for one in ready_journeys() if one.key == "onboarding_delight")
    terms = ready.model_dump(mode="json")
    terms["steps"][1]["site"] = site
    body = {"program_id": "prg_sample", "terms": terms, "rationale": "as it ships"}
    draft = ask(call, MARKETER, "POST", "/v1/journeys", body).body
    for name, codes in (("refusals", refused), ("warnings", warned)):
        assert [one["message"].split(":")[0] for one in draft[name]] == codes
    place = f"/v1/journeys/{draft['journey_id']}"
    assert len(ask(call, MARKETER, "GET", f"{place}/preview").body["warnings"]) == len(warned)
    done = ask(call, ADMIN, "POST", f"{place}/publish", {"digest": draft["digest"]})
    assert done.body.get("code") == ("journey_refused" if refused else None)


def test_a_published_journey_pauses_and_its_version_stays(call: Front) -> None:
    what = named(call)
    path = f"/v1/journeys/{what['jrn_sample']}"
    milo = Caller("sub-milo", "milo@staff.example", ("marketer",))
    published = ask(call, milo, "POST", f"{path}/publish", {"digest": what["@digest"]})
    assert published.body["in_flight"] == "finish"
    paused = ask(call, MARKETER, "POST", f"{path}/state", {"state": "paused", "reason": "holidays"})
    assert (paused.body["state"], paused.body["in_force"]) == ("paused", 1)
    assert ask(call, ANALYST, "GET", f"{path}/versions/1").body == published.body
    assert ask(call, ANALYST, "GET", f"{path}/versions/one").code == "unknown_version"
    assert ask(call, ANALYST, "GET", f"{path}/draft").code == "unknown_draft"


def test_rules_of_all_asks_are_kept_and_are_some_programmes(call: Front) -> None:
    path = "/v1/journeys/ask-rules/prg_sample"
    assert ask(call, ANALYST, "GET", path).body["cool_down_days"] == 14
    call.sample("journeys_api", "set_rules")
    assert ask(call, ANALYST, "GET", path).body["cool_down_days"] == 21
    assert ask(call, ANALYST, "GET", f"{path}x").code == "unknown_program"


def test_whose_profile_suits_is_set_and_shown_with_its_points(call: Front) -> None:
    what, path = named(call), "/v1/journeys/ask-rules/prg_sample"
    rules = {"frequency": {"asks": 2, "days": 30}, "cool_down_days": 14}
    wanted = {"motion": "reference", "industries": ["retail"], "known_days": 365, "points": 8}
    kept = ask(call, MARKETER, "PUT", path, rules | {"fit": [wanted]}).body
    assert kept["fit"] == [wanted | {"sizes": [], "results": 0, "needed": False}]
    assert ask(call, ANALYST, "GET", path).body == kept
    standing = ask(call, ANALYST, "GET", f"/v1/subjects/{what['sbj_sample']}/standing").body
    fit = {one["motion"]: one["fit"] for one in standing["motions"]}
    assert fit.pop("reference") == [
        {"fact": "industry", "met": True, "points": 8},
        {"fact": "known_days", "met": False, "points": 0},
    ]
    assert not any(fit.values())
    for wrong in ([wanted, wanted], [wanted | {"motion": "review"}]):
        event = http("PUT", path, rules | {"fit": wrong}, groups=["marketer"], key=str(len(wrong)))
        assert call.send("journeys_api", event).code == "invalid_body"


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


def test_a_reference_is_found_called_and_rests(call: Front) -> None:
    """The whole of it: profile, match, a call, what came of it, and nobody for a while after."""
    what = named(call)
    place = f"/v1/subjects/{what['sbj_sample']}/reference"
    found = call.sample("journeys_api", "find_references").body["data"]
    (one,) = found
    assert (one["points"], one["free"], one["subject_id"]) == (6, True, what["sbj_sample"])
    assert {row["what"]: row["points"] for row in one["parts"]} == {
        "industry": 3,
        "size": 1,
        "use_case:billing": 2,
    }
    told = {"state": "held", "outcome": "helped", "follow_up": "thank", "followed": True}
    after = ask(call, MARKETER, "POST", f"{place}/calls/{what['rcl_sample']}", told).body
    (row,) = after["calls"]
    assert {name: row[name] for name in told} == told
    assert ask(call, ADMIN, "PUT", place, TRAITS | {"cool_down_days": 30}).status == 200
    (one,) = call.sample("journeys_api", "find_references").body["data"]
    assert (one["free"], one["reason"]) == (False, "cool_down")
    assert one["from_at"] > row["booked_at"]
    refused = ask(call, ADMIN, "POST", f"{place}/calls", {})
    assert (refused.status, refused.code) == (409, "reference_not_free")
    assert "cool_down" in refused.body["detail"]
    assert row["ask_id"].startswith("ask_")
    assert EMAIL not in json.dumps(after)
