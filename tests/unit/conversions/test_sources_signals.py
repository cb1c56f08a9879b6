"""What Typeform, Zendesk and Segment send becomes signals; what names nobody is ignored."""

import json
from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import Facts, Source, SourceKind
from goodword.journeys.signal import SignalFact
from goodword.times import parse_rfc3339
from goodword_aws.sources import read_delivery
from goodword_aws.sources.signals import percent

from infra.local.payloads_signals import (
    segment_track,
    typeform_response,
    zendesk_event,
    zendesk_trigger,
)

LATER = parse_rfc3339("2025-11-22T09:00:00Z")
EMAIL = "robin.friend@example.com"


def read(kind: SourceKind, thing: dict[str, Any], topic: str = "") -> Facts:
    source = Source(
        source_id="src_1",
        kind=kind,
        program_id="prg_1",
        currency="EUR",
        label="x",
        sealed_secrets=(),
        created_ms=0,
    )
    return read_delivery(kind, topic, json.dumps(thing).encode(), source, LATER)


def only(kind: SourceKind, thing: dict[str, Any]) -> SignalFact:
    (one,) = read(kind, thing).signals
    return one


# --- Typeform ---------------------------------------------------------------------------------


def test_a_form_gives_a_signal_for_each_scale_that_was_answered() -> None:
    nps, rating = read("typeform", typeform_response("tok", 9, stars=4)).signals
    assert (nps.kind, nps.value, nps.signal_id, nps.about) == ("nps", 9, "tok:nps1", "lT4Z3j")
    assert (rating.kind, rating.value, rating.signal_id) == ("csat", 75, "tok:rate1")
    assert (nps.customer_id, nps.email, nps.account_id) == ("u-4711", EMAIL, "acme-7")
    assert nps.occurred_ms == parse_rfc3339("2025-11-22T08:21:00Z")


def test_a_form_of_nobody_is_ignored_and_an_address_that_was_asked_for_is_somebody() -> None:
    form = typeform_response("tok", 9, hidden={})
    assert read("typeform", form).ignored == "anonymous"
    asked = {"type": "email", "email": "Ann@mail.example", "field": {"id": "m", "type": "email"}}
    form["form_response"]["answers"].append(asked)
    assert read("typeform", form).signals[0].email == "ann@mail.example"
    asked["email"] = "no address"
    assert read("typeform", form).ignored == "anonymous"


@pytest.mark.parametrize(
    ("kind", "properties", "number", "value"),
    [
        ("opinion_scale", {"steps": 11}, 10, 100),
        ("opinion_scale", {"steps": 11}, 0, 0),
        ("opinion_scale", {"steps": 5, "start_at_one": True}, 3, 50),
        ("rating", {"steps": 10, "shape": "heart"}, 1, 0),
        ("rating", {"steps": 3}, 2, 50),
    ],
)
def test_a_scale_is_read_as_percent_of_itself(
    kind: str, properties: dict[str, Any], number: int, value: int
) -> None:
    form = typeform_response("tok", 9)
    form["form_response"]["definition"]["fields"] = [
        {"id": "q", "type": kind, "properties": properties}
    ]
    form["form_response"]["answers"] = [
        {"type": "number", "number": number, "field": {"id": "q", "type": kind}}
    ]
    assert only("typeform", form).value == value


@pytest.mark.parametrize("broken", ["no definition", "beyond", "no token", "not whole"])
def test_an_answer_that_cannot_be_placed_is_shown_to_a_person(broken: str) -> None:
    form = typeform_response("tok", 9)
    response = form["form_response"]
    if broken == "no definition":
        del response["definition"]
    if broken == "beyond":
        response["answers"][1]["number"] = 6
    if broken == "no token":
        del response["token"]
    if broken == "not whole":
        response["answers"][0]["number"] = 8.5
    with pytest.raises(NotUnderstood):
        read("typeform", form)


def test_other_events_and_forms_without_scales_say_nothing() -> None:
    form = typeform_response("tok", 9)
    assert read("typeform", form | {"event_type": "form_response_partial"}).ignored == "other_topic"
    form["form_response"]["answers"] = []
    assert read("typeform", form).ignored == "no_scale"


# --- Zendesk ----------------------------------------------------------------------------------


def test_a_trigger_opens_a_case_with_its_priority() -> None:
    case = only("zendesk", zendesk_trigger("35", "open", priority="urgent"))
    assert (case.kind, case.value, case.about) == ("case_opened", 1, "35")
    assert (case.customer_id, case.email, case.account_id) == ("u-4711", EMAIL, "acme-7")


def test_a_solved_ticket_is_a_resolved_case_with_its_satisfaction() -> None:
    resolved, csat = read("zendesk", zendesk_trigger("35", "solved", satisfaction="good")).signals
    assert (resolved.kind, resolved.value, resolved.about) == ("case_resolved", None, "35")
    assert (csat.kind, csat.value) == ("csat", 100)
    assert only("zendesk", zendesk_trigger("35", "solved", satisfaction="offered")).value is None


def test_zendesks_own_event_is_understood() -> None:
    case = only("zendesk", zendesk_event("35436", "SOLVED"))
    assert (case.kind, case.about, case.customer_id) == ("case_resolved", "35436", "8447388090494")
    assert case.account_id == "8447346621310"
    other = zendesk_event("1", "SOLVED") | {"type": "zen:event-type:user.created"}
    assert read("zendesk", other).ignored == "other_topic"


def test_a_ticket_of_nobody_is_ignored() -> None:
    assert read("zendesk", {"ticket_id": "1", "status": "open"}).ignored == "anonymous"


@pytest.mark.parametrize(
    "more", [{"status": "sleeping"}, {"priority": "whatever"}, {"ticket_id": "", "id": ""}]
)
def test_a_ticket_that_is_not_as_promised_is_shown_to_a_person(more: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        read("zendesk", zendesk_trigger("35", "open") | more)


# --- Segment ----------------------------------------------------------------------------------


def test_a_track_call_is_a_milestone_under_its_name() -> None:
    one = only("segment", segment_track("m-1", "Workspace  Créated!"))
    assert (one.kind, one.word, one.value) == ("milestone", "workspace cr ated", None)
    assert (one.signal_id, one.customer_id, one.account_id) == ("m-1", "u-4711", "acme-7")
    assert only("segment", segment_track("m-1", "!!!")).word is None


@pytest.mark.parametrize(("change", "value"), [(25, 25), (-300, -100), (10**6, 1_000)])
def test_a_change_is_usage(change: int, value: int) -> None:
    one = only("segment", segment_track("m-1", "Seats", change_percent=change))
    assert (one.kind, one.value) == ("usage", value)


def test_a_change_that_is_no_number_is_shown_to_a_person() -> None:
    for wrong in ("25", True, 2.5):
        with pytest.raises(NotUnderstood):
            read("segment", segment_track("m-1", "Seats", change_percent=wrong))


def test_other_calls_and_calls_of_nobody_are_ignored() -> None:
    call = segment_track("m-1", "Seats")
    assert read("segment", call | {"type": "page"}).ignored == "other_topic"
    del call["userId"], call["context"]
    assert read("segment", call).ignored == "anonymous"


def test_a_name_that_no_source_may_give_makes_no_signal() -> None:
    call = segment_track("m-1", "Seats") | {"timestamp": "never"}
    assert only("segment", call).occurred_ms == LATER
    with pytest.raises(NotUnderstood):
        read("segment", call | {"messageId": "two words"})


@pytest.mark.parametrize(("value", "low", "high"), [(0, 1, 5), (6, 1, 5), (1, 1, 1)])
def test_nothing_lies_beyond_its_scale(value: int, low: int, high: int) -> None:
    with pytest.raises(NotUnderstood):
        percent(value, low, high)
