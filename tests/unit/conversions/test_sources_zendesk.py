"""What Zendesk sends becomes signals: what is open, what was resolved, and what merely ended."""

import pytest
from goodword.conversions.intake import NotUnderstood
from goodword.times import parse_rfc3339

from infra.local.payloads_signals import zendesk_event, zendesk_trigger
from tests.support.signal_sources import EMAIL, only, read


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


def test_a_priority_that_is_set_in_the_second_of_the_creation_is_not_taken_for_a_repeat() -> None:
    plain = only("zendesk", zendesk_trigger("35", "new", priority="-"))
    urgent = only("zendesk", zendesk_trigger("35", "new", priority="Urgent"))
    assert (plain.occurred_ms, plain.value, urgent.value) == (urgent.occurred_ms, 3, 1)
    assert plain.signal_id != urgent.signal_id
    assert only("zendesk", zendesk_trigger("35", "new", priority="Urgent")) == urgent


def test_zendesks_own_time_is_exact_where_the_tickets_has_seconds() -> None:
    event = zendesk_event("1", "OPEN") | {"time": "2025-11-22T08:22:01.672717030Z"}
    assert only("zendesk", event).occurred_ms == parse_rfc3339("2025-11-22T08:22:01.672Z")


@pytest.mark.parametrize(
    "what", ["soft_deleted", "permanently_deleted", "marked_as_spam", "merged"]
)
def test_a_ticket_that_is_gone_is_open_no_more(what: str) -> None:
    event = zendesk_event("1", "OPEN") | {"type": f"zen:event-type:ticket.{what}"}
    assert only("zendesk", event).kind == "case_dropped"
    for status in ("DELETED", "SOLVED", "CLOSED", "ARCHIVED", "SCRUBBED"):
        event["detail"]["status"] = status
        assert only("zendesk", event).kind == "case_dropped"


def test_only_what_becomes_solved_is_resolved_and_no_later_event_of_it_is() -> None:
    solved, closed = zendesk_event("1", "SOLVED"), zendesk_event("1", "CLOSED")
    assert only("zendesk", solved).kind == "case_resolved"
    assert only("zendesk", closed).kind == "case_dropped"
    assert only("zendesk", zendesk_trigger("1", "Closed")).kind == "case_dropped"
    for event in (solved, closed):
        for what in ("comment_added", "tags_changed", "priority_changed"):
            later = event | {"type": f"zen:event-type:ticket.{what}"}
            assert read("zendesk", later).ignored == "other_topic"
    raised = zendesk_event("1", "OPEN") | {"type": "zen:event-type:ticket.priority_changed"}
    assert (only("zendesk", raised).kind, only("zendesk", raised).value) == ("case_opened", 1)


@pytest.mark.parametrize("status", ["ARCHIVED", "SCRUBBED", "DELETED"])
def test_what_becomes_of_old_tickets_ends_them_and_delights_nobody(status: str) -> None:
    assert only("zendesk", zendesk_event("1", status)).kind == "case_dropped"
    later = zendesk_event("1", status) | {"type": "zen:event-type:ticket.tags_changed"}
    assert read("zendesk", later).ignored == "other_topic"


@pytest.mark.parametrize("none", ["0", "", None, 0])
def test_a_ticket_without_an_organization_is_of_no_company(none: object) -> None:
    event = zendesk_event("1", "OPEN")
    event["detail"]["organization_id"] = none
    assert only("zendesk", event).account_id is None
    trigger = zendesk_trigger("35", "open") | {"organization_external_id": "-"}
    assert only("zendesk", trigger).account_id is None


def test_a_ticket_that_was_merged_is_not_resolved_whoever_tells_of_it() -> None:
    event = zendesk_event("1", "SOLVED")
    event["detail"]["tags"] = ["vip", "closed_by_merge"]
    assert only("zendesk", event).kind == "case_dropped"
    trigger = zendesk_trigger("1", "solved", tags="vip closed_by_merge")
    assert only("zendesk", trigger).kind == "case_dropped"
    assert only("zendesk", trigger | {"tags": "vip"}).kind == "case_resolved"


@pytest.mark.parametrize("status", ["hold", "On-hold", "on_hold", "On hold", " ON-HOLD "])
def test_a_ticket_on_hold_is_open(status: str) -> None:
    case = only("zendesk", zendesk_trigger("35", status, priority="urgent"))
    assert (case.kind, case.value) == ("case_opened", 1)


@pytest.mark.parametrize("said", ["Gut, ich bin zufrieden", "goodness", "Хорошо", "5"])
def test_a_rating_in_other_words_is_shown_to_a_person_beside_what_is_understood(said: str) -> None:
    facts = read("zendesk", zendesk_trigger("35", "solved", satisfaction=said))
    assert [one.kind for one in facts.signals] == ["case_resolved"]
    assert facts.problem == "unknown_rating"


def test_a_rating_comes_without_a_status_and_resolves_nothing_again() -> None:
    rated = zendesk_trigger("35", "", satisfaction="good")
    assert (only("zendesk", rated).kind, only("zendesk", rated).value) == ("csat", 100)
    with pytest.raises(NotUnderstood):
        read("zendesk", zendesk_trigger("35", "", satisfaction="offered"))


@pytest.mark.parametrize(
    ("said", "value"),
    [("Good, I'm satisfied", 100), ("good_with_comment", 100), ("BAD", 0), ("bad_with_comment", 0)],
)
def test_a_satisfaction_may_come_with_words(said: str, value: int) -> None:
    _, csat = read("zendesk", zendesk_trigger("35", "solved", satisfaction=said)).signals
    assert csat.value == value
    for none in ("unoffered", "offered", "-", ""):
        trigger = zendesk_trigger("35", "solved", satisfaction=none)
        facts = read("zendesk", trigger)
        assert (len(facts.signals), facts.problem) == (1, "")
