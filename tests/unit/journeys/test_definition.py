"""What a journey may be; and that no public ask can be made to depend on what people answered."""

from typing import Any

import pytest
from goodword.journeys.definition import QuietHours
from goodword.journeys.refusing import refusals, warnings
from goodword.journeys.reviewing import FORMS, review_link
from pydantic import ValidationError

from tests.support.journeys import HAPPY, REFERENCE, REVIEW, THANKS, terms


def broken(*steps: dict[str, Any], **changes: Any) -> list[str]:
    return [one.field for one in refusals(terms(*steps, **changes))]


def test_a_rewarded_review_of_everybody_may_be_published() -> None:
    assert broken(REVIEW, THANKS, trigger={"kind": "renewal"}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": {"kind": "nps", "low": 9}},
        {"trigger": {"kind": "nps"}},
        {"trigger": {"kind": "review", "low": 4}},
        {"entry": [HAPPY]},
        {"entry": [{"of": "score", "at_least": 20}]},
        {"entry": [{"of": "motion", "motion": "referral"}]},
        {"entry": [{"of": "signal", "kind": "csat", "low": 80}]},
        {"entry": [{"of": "signal", "kind": "complaint"}]},
    ],
)
def test_a_review_of_the_happy_only_may_not_rewarded_or_not(changes: dict[str, Any]) -> None:
    paid = broken(REVIEW, THANKS, **{"trigger": {"kind": "renewal"}} | changes)
    assert paid[0] == "steps.0"
    assert broken(REVIEW, **changes) == ["steps.0"]
    (found,) = refusals(terms(REVIEW, **changes))
    assert found.message.startswith("review_gating")
    assert broken(REFERENCE, **changes) == []  # private asks may be routed so


def test_what_is_no_sentiment_may_decide_who_is_asked_for_a_review() -> None:
    for entry in (
        {"of": "signal", "kind": "renewal"},
        {"of": "signal", "kind": "stage", "word": "adoption"},
        {"of": "motion", "motion": "review"},
    ):
        assert broken(REVIEW, entry=[entry]) == []


def test_a_branch_by_sentiment_gates_what_stands_behind_it() -> None:
    branch = {"step": "branch", "name": "b", "when": HAPPY, "then": "end"}
    end = {"step": "exit", "name": "end"}
    gated = refusals(terms(branch, REVIEW, end, goal={"motion": "review"}))
    assert [one.field for one in gated] == ["steps.1"]
    assert "steps.0.when" in gated[0].message
    assert broken(branch, end, REVIEW, goal={"motion": "review"}) == []
    other = branch | {"then": "review"}
    wait = {"step": "wait", "name": "w", "hours": 1}
    assert broken(other, wait, REVIEW, goal={"motion": "review"}) == ["steps.2"]
    first = {"step": "branch", "name": "b", "when": HAPPY, "then": "call"}
    assert broken(REVIEW, first, wait, REFERENCE) == []


def test_a_branch_by_an_answer_is_no_sentiment() -> None:
    branch = {
        "step": "branch",
        "name": "b",
        "of_ask": "review",
        "answered": "declined",
        "then": "end",
    }
    end = {"step": "exit", "name": "end"}
    assert broken(REVIEW, branch, REVIEW | {"name": "again", "site": "capterra"}, end) == []


@pytest.mark.parametrize(
    ("steps", "fields"),
    [
        ([REVIEW, REVIEW], ["steps.1.name"]),
        ([REVIEW, {"step": "branch", "name": "b", "when": HAPPY, "then": "b"}], ["steps.1.then"]),
        ([REVIEW, {"step": "branch", "name": "b", "when": HAPPY, "then": "x"}], ["steps.1.then"]),
        ([{**THANKS, "of_ask": "nothing"}, REVIEW], ["steps.0.of_ask"]),
        ([THANKS, REVIEW], ["steps.0.of_ask"]),
        (
            [REVIEW, {"step": "wait", "name": "w", "hours": 1}, {**THANKS, "of_ask": "w"}],
            ["steps.2.of_ask"],
        ),
    ],
)
def test_steps_go_forward_and_are_about_asks_before_them(
    steps: list[dict[str, Any]], fields: list[str]
) -> None:
    assert broken(*steps, goal={"motion": "review"}) == fields


def test_a_goal_that_nothing_asks_for_is_none() -> None:
    assert broken(REFERENCE, goal={"motion": "story"}) == ["goal.motion"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"entry": [{"of": "signal", "kind": "nps", "low": 11}]},
        {"entry": [{"of": "signal", "kind": "nps", "low": 9, "high": 8}]},
        {"entry": [{"of": "signal", "kind": "renewal", "low": 1}]},
        {"entry": [{"of": "signal", "kind": "stage", "word": "someday"}]},
        {"trigger": {"kind": "csat", "high": 101}},
        {"holdout_percent": 51},
        {"steps": []},
        {"steps": [{"step": "branch", "name": "b", "then": "x"}]},
        {"steps": [{"step": "branch", "name": "b", "of_ask": "a", "then": "x"}]},
        {"steps": [{"step": "dance", "name": "d"}]},
    ],
)
def test_a_document_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        terms(REVIEW, **wrong)


def test_a_step_is_found_by_its_name() -> None:
    found = terms(REVIEW, THANKS)
    assert found.step("thanks") == 1
    with pytest.raises(KeyError):
        found.step("nothing")


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [((21, 8), {21, 23, 0, 7}), ((0, 6), {0, 5}), ((9, 9), set()), ((22, 0), {22, 23})],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[int, int], quiet: set[int]) -> None:
    found = QuietHours(from_hour=hours[0], until_hour=hours[1])
    held = {hour for hour in range(24) if found.holds(hour)}
    assert quiet <= held
    assert len(held) == (hours[1] - hours[0]) % 24


# --- where a review is written ------------------------------------------------------------------


def test_a_review_links_to_the_form_of_the_company_on_a_known_site() -> None:
    for site, form in FORMS.items():
        assert broken(REVIEW | {"site": site, "profile": "acme-coffee"}) == []
        link = review_link(site, "acme-coffee")
        assert link == form.replace("{profile}", "acme-coffee")
        assert link.startswith("https://")
    assert review_link("g2", None) is review_link(None, "acme") is review_link("blog", "a") is None


def test_a_form_that_is_not_known_or_not_of_a_review_is_refused() -> None:
    assert broken(REVIEW | {"site": "blog", "profile": "acme"}) == ["steps.0.profile"]
    nowhere = {name: value for name, value in REVIEW.items() if name != "site"}
    assert broken(nowhere | {"profile": "acme"}) == ["steps.0.profile"]
    assert broken(REFERENCE | {"site": "g2", "profile": "acme"}) == ["steps.0.profile"]
    assert broken(REFERENCE | {"site": "g2"}) == ["steps.0.site"]  # a review by another name


@pytest.mark.parametrize(
    "odd", ["acme?stars=5", "a/b", "a&stars=5", "", "-a", "a" * 101, "a b", "a#"]
)
def test_no_rating_gets_into_a_link_by_the_name_of_the_company(odd: str) -> None:
    with pytest.raises(ValidationError):
        terms(REVIEW | {"profile": odd})


def test_a_channel_that_delivers_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"channels\.0"):
        terms(REFERENCE, channels=["sms"])
    every = ("in_app", "email", "webhook")
    assert terms(REFERENCE, channels=list(every)).channels == every


def test_a_review_ask_that_leads_to_no_form_is_refused_or_warned_of() -> None:
    """Refused where nothing of the journey leads to a form that could be filled in."""
    plain = {**REVIEW, "profile": None}
    odd, bare = {**plain, "site": "odd", "name": "odd"}, {**plain, "site": None, "name": "bare"}
    cases: list[tuple[list[dict[str, Any]], list[str], list[str]]] = [
        ([plain], ["steps.0.profile"], []),
        ([REVIEW], [], []),
        ([REVIEW, {**plain, "name": "other"}], [], ["steps.1.profile"]),
        ([odd, bare], [], ["steps.0.site", "steps.1.site"]),
        ([odd, plain], ["steps.1.profile"], ["steps.0.site"]),
    ]
    for steps, refused, warned in cases:
        found = terms(*steps, goal={"motion": "review"})
        assert [one.field for one in refusals(found)] == refused, steps
        assert [one.field for one in warnings(found)] == warned, steps
