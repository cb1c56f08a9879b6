"""What Typeform and Segment send becomes signals; what names nobody is ignored."""

from typing import Any

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.times import parse_rfc3339
from goodword_aws.sources.segment import CALLS_MAX
from goodword_aws.sources.signals import percent

from infra.local.payloads_signals import segment_track, typeform_response
from tests.support.signal_sources import EMAIL, LATER, only, read

# --- Typeform ---------------------------------------------------------------------------------


def test_a_form_gives_a_signal_for_each_scale_that_was_answered() -> None:
    nps, rating = read("typeform", typeform_response("tok", 9, stars=4)).signals
    assert (nps.kind, nps.value, nps.signal_id, nps.about) == ("nps", 9, "tok:nps1", "lT4Z3j")
    assert (rating.kind, rating.value, rating.signal_id) == ("csat", 75, "tok:rate1")
    assert (nps.customer_id, nps.email, nps.account_id) == ("u-4711", EMAIL, "acme-7")
    assert nps.occurred_ms == parse_rfc3339("2025-11-22T08:21:00Z")


def test_two_questions_of_one_form_are_two_signals_of_one_moment() -> None:
    """Which of them counts is said by the score: the worse."""
    form = typeform_response("tok", 9)
    answers = form["form_response"]["answers"]
    answers[1:] = [{"type": "number", "number": 2, "field": {"id": "nps2", "type": "nps"}}]
    first, second = read("typeform", form).signals
    assert [(one.kind, one.value) for one in (first, second)] == [("nps", 9), ("nps", 2)]
    assert first.occurred_ms == second.occurred_ms
    assert first.signal_id != second.signal_id


def test_a_form_of_nobody_is_ignored_and_an_address_that_was_asked_for_is_somebody() -> None:
    form = typeform_response("tok", 9, hidden={})
    assert read("typeform", form).ignored == "anonymous"
    asked = {"type": "email", "email": "Ann@mail.example", "field": {"id": "m", "type": "email"}}
    form["form_response"]["answers"].append(asked)
    assert read("typeform", form).signals[0].email == "ann@mail.example"
    asked["email"] = "no address"
    assert read("typeform", form).ignored == "anonymous"


@pytest.mark.parametrize("left", ["xxxxx", "XXXXX", "undefined", "null", "0"])
def test_a_hidden_field_that_nobody_filled_in_is_nobody(left: str) -> None:
    """Typeform's share link has `xxxxx` in it until somebody writes an id there."""
    hidden = {"customer_id": left, "account_id": left, "email": left}
    form = typeform_response("tok", 9, hidden=hidden)
    assert read("typeform", form).ignored == "anonymous"
    asked = {"type": "email", "email": "Ann@mail.example", "field": {"id": "m", "type": "email"}}
    form["form_response"]["answers"].append(asked)
    one = read("typeform", form).signals[0]
    assert (one.customer_id, one.account_id, one.email) == (None, None, "ann@mail.example")


@pytest.mark.parametrize("hidden", [{"customer_id": "u-1"}, {"email": "ann@mail.example"}])
def test_whoever_the_form_knows_is_nobody_else_by_what_they_type(hidden: dict[str, str]) -> None:
    form = typeform_response("tok", 9, hidden=hidden)
    asked = {"type": "email", "email": "bob@mail.example", "field": {"id": "m", "type": "email"}}
    form["form_response"]["answers"].append(asked)
    one = read("typeform", form).signals[0]
    assert (one.customer_id, one.email) == (hidden.get("customer_id"), hidden.get("email"))


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


@pytest.mark.parametrize(
    ("kind", "ref", "number", "value"),
    [
        ("rating", "b", 5, 100),
        ("rating", "b", 4, 75),
        ("rating", "b", 6, None),
        ("rating", "b", 0, None),
        ("opinion_scale", "c", 10, 100),
        ("opinion_scale", "c", 0, 0),
        ("opinion_scale", "c", 11, None),
        ("opinion_scale", "csat_scale_1_5", 5, 100),
        ("opinion_scale", "csat_scale_1_5", 0, None),
        ("opinion_scale", "csat_scale_1_5_old", 5, 50),
        ("rating", "stars_scale_1_10", 10, 100),
        ("rating", "stars_scale_1_0", 1, None),
        ("rating", "stars_scale_1_1", 1, None),
    ],
)
@pytest.mark.parametrize("more", [{"properties": {}}, {}])
def test_a_scale_whose_length_no_delivery_says_is_that_of_its_reference_or_typeforms_own(
    kind: str, ref: str, number: int, value: int | None, more: dict[str, Any]
) -> None:
    form = typeform_response("tok", 9)
    field = {"id": "q", "type": kind, "ref": ref}
    form["form_response"]["definition"]["fields"] = [field | {"title": "Satisfied?"} | more]
    form["form_response"]["answers"] = [{"type": "number", "number": number, "field": field}]
    facts = read("typeform", form)
    assert [one.value for one in facts.signals] == ([] if value is None else [value])
    assert facts.problem == ("bad_field" if value is None else "")


def test_steps_that_a_delivery_says_stand_above_the_reference() -> None:
    form = typeform_response("tok", 9)
    field = {"id": "q", "type": "rating", "ref": "a_scale_1_3"}
    said = field | {"properties": {"steps": 10}}
    form["form_response"]["definition"]["fields"] = [said]
    form["form_response"]["answers"] = [{"type": "number", "number": 10, "field": field}]
    assert only("typeform", form).value == 100


@pytest.mark.parametrize("broken", ["beyond", "no token", "not whole"])
def test_an_answer_that_cannot_be_placed_is_shown_to_a_person(broken: str) -> None:
    form = typeform_response("tok", 9)
    response = form["form_response"]
    if broken == "beyond":
        response["answers"][1]["number"] = 6
    if broken == "no token":
        del response["token"]
    if broken == "not whole":
        response["answers"][0]["number"] = 8.5
    facts = read("typeform", form)
    assert facts.problem in ("bad_field", "missing_id", "bad_amount")
    kept = {"beyond": "nps", "not whole": "csat"}.get(broken)
    assert [one.kind for one in facts.signals] == ([kept] if kept else [])  # it stops no other


def test_each_of_several_answers_counts_by_its_own_scale_whatever_else_was_asked() -> None:
    form = typeform_response("tok", 9, hidden={"user_id": "x", "customer_id": 4711})
    answers = form["form_response"]["answers"]
    field = {"id": "nps2", "type": "nps", "ref": "r"}
    answers += [
        {"type": "number", "number": 0, "field": field},
        {"type": "number", "number": 42, "field": {"id": "n1", "type": "number"}},
        {"type": "choice", "choice": {"label": "Good"}, "field": {"id": "c", "type": "dropdown"}},
        {"type": "boolean", "boolean": True, "field": {"id": "b", "type": "yes_no"}},
        {"type": "file_url", "file_url": "https://x.example/", "field": {"id": "f"}},
    ]
    found = read("typeform", form)
    assert [(one.signal_id, one.value) for one in found.signals if one.kind == "nps"] == [
        ("tok:nps1", 9),
        ("tok:nps2", 0),
    ]
    assert {one.customer_id for one in found.signals} == {"4711"}
    assert (len(found.signals), found.problem) == (3, "")


def test_other_events_and_forms_without_scales_say_nothing() -> None:
    form = typeform_response("tok", 9)
    assert read("typeform", form | {"event_type": "form_response_partial"}).ignored == "other_topic"
    form["form_response"]["answers"] = []
    assert read("typeform", form).ignored == "no_scale"


# --- Segment ----------------------------------------------------------------------------------


def test_a_track_call_is_a_milestone_under_its_name() -> None:
    one = only("segment", segment_track("m-1", "Workspace  Créated!"))
    assert (one.kind, one.word, one.value) == ("milestone", "workspace cr ated", None)
    assert (one.signal_id, one.customer_id, one.account_id) == ("m-1", "u-4711", "acme-7")
    assert only("segment", segment_track("m-1", "!!!")).word is None


def test_whom_a_call_is_about_is_not_who_did_it() -> None:
    call = segment_track("m-1", "Teammate Invited", email="bob@mail.example")
    call["context"] = {"traits": {"email": "Anna@mail.example"}}
    assert only("segment", call).email == "anna@mail.example"
    call["context"] = {}
    call["traits"] = {"email": "bob@mail.example"}
    assert only("segment", call).email is None
    group = {
        "type": "group",
        "userId": "u-1",
        "groupId": "acme",
        "traits": {"email": "info@acme.example"},
    }
    (member,) = read("segment", group).contacts
    assert (member.customer_id, member.email, member.account_id) == ("u-1", None, "acme")
    group["context"] = {"traits": {"email": "anna@mail.example"}}
    assert read("segment", group).contacts[0].email == "anna@mail.example"


def test_an_id_that_a_script_left_empty_is_nobody() -> None:
    call = segment_track("m-1", "Seats") | {"userId": "undefined", "context": {"groupId": "null"}}
    assert read("segment", call).ignored == "anonymous"


@pytest.mark.parametrize(("change", "value"), [(25, 25), (-300, -100), (10**6, 1_000)])
def test_a_change_is_usage(change: int, value: int) -> None:
    one = only("segment", segment_track("m-1", "Seats", change_percent=change))
    assert (one.kind, one.value) == ("usage", value)


def test_a_change_that_is_no_number_is_shown_to_a_person() -> None:
    for wrong in ("25", True, 2.5):
        found = read("segment", segment_track("m-1", "Seats", change_percent=wrong))
        assert (found.signals, found.problem) == ((), "bad_field")


@pytest.mark.parametrize("form", ["list", "batch"])
def test_a_batch_is_its_calls_and_one_that_cannot_be_read_stops_no_other(form: str) -> None:
    traits = {"email": "Robin.Friend@example.com", "plan": "pro"}
    calls: list[dict[str, Any]] = [
        segment_track("m-1", "Seats", change_percent=25),
        segment_track("m-2", "Seats", change_percent="many"),
        {"type": "identify", "messageId": "m-3", "userId": "u-4711", "traits": traits},
        {"type": "group", "messageId": "m-4", "userId": "u-4711", "groupId": "acme-7"},
        {"type": "identify", "messageId": "m-5", "anonymousId": "a", "traits": {}},
        {"type": "identify", "messageId": "m-6", "userId": "u-1", "traits": {}},
        {"type": "page", "messageId": "m-7", "userId": "u-4711"},
        segment_track("m-8", "Invited a friend"),
    ]
    body: Any = calls if form == "list" else {"batch": calls, "sentAt": "2025-11-22T08:30:00Z"}
    found = read("segment", body)
    assert [(one.signal_id, one.kind) for one in found.signals] == [
        ("m-1", "usage"),
        ("m-8", "milestone"),
    ]
    assert found.problem == "bad_field"
    known, member = found.contacts
    assert (known.customer_id, known.email) == ("u-4711", EMAIL)
    assert (member.customer_id, member.account_id) == ("u-4711", "acme-7")


def test_a_body_that_is_no_batch_is_refused() -> None:
    wrong: list[Any] = [{"batch": "x"}, {"batch": [1]}, [{}] * (CALLS_MAX + 1), 7]
    for one in wrong:
        with pytest.raises(NotUnderstood):
            read("segment", one)
    assert read("segment", {"batch": []}).ignored == "other_topic"


def test_other_calls_and_calls_of_nobody_are_ignored() -> None:
    call = segment_track("m-1", "Seats")
    assert read("segment", call | {"type": "page"}).ignored == "other_topic"
    del call["userId"], call["context"]
    assert read("segment", call).ignored == "anonymous"


def test_a_name_that_no_source_may_give_makes_no_signal() -> None:
    call = segment_track("m-1", "Seats") | {"timestamp": "never"}
    assert only("segment", call).occurred_ms == LATER
    assert read("segment", call | {"messageId": "two words"}).problem == "missing_id"


@pytest.mark.parametrize(("value", "low", "high"), [(0, 1, 5), (6, 1, 5), (1, 1, 1)])
def test_nothing_lies_beyond_its_scale(value: int, low: int, high: int) -> None:
    with pytest.raises(NotUnderstood):
        percent(value, low, high)
