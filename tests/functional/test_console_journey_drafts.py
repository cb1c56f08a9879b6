"""Journeys are made on the console: from a ready one to a version, and paused again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.journeys.journey import Journey, JourneyDraft, JourneyVersion
from goodword.journeys.walk import Walk
from goodword_aws.documents import line_of, text_of
from goodword_aws.journeys_definitions import ready_journeys
from goodword_aws.pages.console.journey_texts import terms_of

from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller
from tests.support.asking import asking_pages
from tests.support.journeys import REFERENCE, REVIEW, terms
from tests.support.pages import Browser, Pages, Shown
from tests.support.walks import BYE, EVENING, Path

HERE = "/console/journeys"
MILO = Caller("sub-milo", "milo@staff.example", ("marketer",))
HOSTILE = "<script>alert(1)</script>{{7*7}}"
GATED = terms(
    REVIEW,
    {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 500},
    trigger={"kind": "nps", "low": 9},
)
WALKS: list[dict[str, Any]] = [
    {"step": "wait", "name": "settle", "hours": 1},
    REFERENCE,
    {"step": "remind", "name": "again", "of_ask": "call", "template": "again"},
    {"step": "branch", "name": "no", "of_ask": "call", "answered": "declined", "then": "bye"},
    {
        "step": "branch",
        "name": "high",
        "when": {"of": "score", "at_least": 20},
        "then": "care",
    },
    {
        "step": "branch",
        "name": "heard",
        "when": {"of": "signal", "kind": "csat", "low": 80},
        "then": "bye",
    },
    {"step": "hand_over", "name": "care", "to": "support", "until_closed": True},
    {"step": "branch", "name": "late", "of_hand_over": "care", "outcome": "late", "then": "bye"},
    {"step": "branch", "name": "went", "of_hand_over": "care", "outcome": "done", "then": "bye"},
    {"step": "hand_over", "name": "sales", "to": "sales"},
    {"step": "reward", "name": "thanks", "of_ask": "call", "amount_minor": 5_000},
    {"step": "flag", "name": "seat", "of_ask": "call", "segment": "advisory board"},
    BYE,
]


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def here(path: Path) -> Iterator[Pages]:
    with asking_pages(path) as made:
        yield made


def begun(browser: Browser, text: str = "", **more: str) -> Shown:
    page = browser.get(f"{HERE}/new", ready="support_rescue")
    sent = {"rationale": "rescued people speak well", **more}
    return browser.send(page, HERE, **(sent | {"terms": text} if text else sent))


def drafted(browser: Browser, text: str = "") -> str:
    made = begun(browser, text)
    assert made.status == 303, made.words
    return made.location


def published(here: Pages, path: Path, what: Any) -> str:
    """The page of a journey that Marta wrote and Milo published."""
    assert path.program_id
    draft = drafted(here.browser(MARKETER), text_of(what))
    milo = here.browser(MILO)
    done = milo.send(milo.get(draft), f"{draft}/publish")
    assert done.status == 303, done.words
    return done.location


@pytest.mark.parametrize("key", [one.key for one in ready_journeys()])
def test_each_ready_journey_is_text_that_reads_back_as_itself(here: Pages, key: str) -> None:
    page = here.browser(MARKETER).get(f"{HERE}/new", ready=key)
    found = next(one.terms for one in ready_journeys() if one.key == key)
    assert page.status == 200
    assert terms_of(page.fields(HERE)["terms"]) == found == terms_of(text_of(found))


def test_a_mistake_is_shown_with_its_line_and_what_was_typed_stays(here: Pages, path: Path) -> None:
    marta = here.browser(MARKETER)
    text = text_of(terms(*WALKS, goal={"motion": "reference"}))
    wrong = text.replace("hours: 1\n", "hours: 0\n")
    line = wrong[: wrong.index("hours: 0")].count("\n") + 1
    refused = begun(marta, wrong)
    assert refused.status == 422
    assert f"Line {line}: steps.0.hours: It must be 1 or more." in refused.words
    assert "hours: 0" in refused.fields(HERE)["terms"]
    odd = begun(marta, "name: x\nsteps: [\n")
    assert odd.status in (400, 422)
    assert re.search(r"Line [23]", odd.words)
    named = begun(marta, text.replace("name: settle", "name: NO GOOD"))
    assert re.search(r"Line \d+: steps\.0\.name", named.words)
    assert path.all(Journey) == []
    marta.language = "de"
    assert f"Zeile {line}: steps.0.hours" in begun(marta, wrong).words


def test_lines_are_those_of_the_nearest_place() -> None:
    text = "name: x\nsteps:\n- step: wait\n  name: a\n- step: ask\n  motion: review\n"
    places = {"name": 1, "steps.1.motion": 6, "steps.1.site": 5, "steps.7": 2, "goal": 1}
    assert {path: line_of(text, path) for path in places} == places
    assert line_of('{"name": "x",\n "steps": []}', "steps") == 2
    assert line_of("", "name") == 1


def test_a_rewarded_review_for_promoters_is_refused_and_the_rule_cited(
    here: Pages, path: Path
) -> None:
    draft = drafted(here.browser(MARKETER), text_of(GATED))
    milo = here.browser(MILO)
    page = milo.get(draft)
    assert "It cannot be published as it is" in page.words
    line = next(n for n, row in enumerate(text_of(GATED).split("\n"), 1) if "step: ask" in row)
    assert f"Line {line}: steps.0: Review gating (16 CFR 465.4 and 465.7)" in page.words
    assert "trigger.kind" in page.words
    assert f"{draft}/publish" not in page.html
    (kept,) = path.all(JourneyDraft)
    form = page.fields(draft) | {"digest": kept.digest}
    forced = milo.ask("POST", f"{draft}/publish", form=form)
    assert (forced.status, "16 CFR 465" in forced.words) == (422, True)
    assert path.all(JourneyVersion) == []
    milo.language = "de"
    assert "So lässt sie sich nicht veröffentlichen" in milo.get(draft).words


def test_it_is_tried_on_real_people_and_nothing_is_written(here: Pages, path: Path) -> None:
    what = terms(REFERENCE, goal={"motion": "reference"}, quiet_hours=EVENING)
    draft = drafted(here.browser(MARKETER), text_of(what))
    marta = here.browser(MARKETER)
    assert "Nobody to try it on" in marta.get(f"{draft}/people").words
    subject = path.delight()
    path.hear("case_resolved", about="c-1")
    path.hear("nps", 2, email="ben@mail.example")
    before = len(path.store.commits)
    page = marta.get(f"{draft}/people")
    for word in (subject, "Looked at 2", "Would enter 1", "Would be asked 1", "Does not enter"):
        assert word.lower() in page.words.lower()
    assert len(path.store.commits) == before
    assert (path.all(Walk), path.made) == ([], [])


def test_another_person_publishes_and_it_is_paused_and_goes_on(here: Pages, path: Path) -> None:
    what = terms(*WALKS[:2], BYE, goal={"motion": "reference"}, name=HOSTILE)
    draft = drafted(here.browser(MARKETER), text_of(what))
    own = here.browser(MARKETER).get(draft)
    assert "You wrote it, so another person publishes it" in own.words
    assert f"{draft}/publish" not in own.html
    assert "<script>alert" not in own.html
    milo = here.browser(MILO)
    form = milo.get(draft).fields(f"{draft}/publish")
    for _ in range(2):
        done = milo.ask("POST", f"{draft}/publish", form=form)
        assert (done.status, done.location) == (303, draft.removesuffix("/draft"))
    (version,) = path.all(JourneyVersion)
    assert (version.editors, version.publisher) == ((MARKETER.subject,), MILO.subject)
    place = done.location
    refused = milo.send(milo.get(place), f"{place}/state", state="ended", reason="Summer Break")
    assert refused.status == 422
    folded = refused.html.partition(f'<form method="post" action="{place}/state"')
    assert folded[0].rpartition("<details")[2].partition(">")[0].endswith(" open")
    assert (
        refused.fields(f"{place}/state").items()
        >= {"state": "ended", "reason": "Summer Break"}.items()
    )
    assert 'role="alert"' in refused.html
    for state, word in (("paused", "Paused"), ("active", "Running"), ("ended", "Ended")):
        page = milo.get(place)
        sent = milo.send(page, f"{place}/state", state=state, reason="summer_break")
        assert (sent.status, sent.location) == (303, place)
        assert word in milo.get(place).words
    assert "The journey has ended" in milo.get(draft).words
    assert f"{place}/state" not in milo.get(place).html


def test_whoever_forces_their_own_draft_is_refused(here: Pages, path: Path) -> None:
    draft = drafted(here.browser(MARKETER), text_of(terms(REFERENCE, goal={"motion": "reference"})))
    (kept,) = path.all(JourneyDraft)
    marta = here.browser(MARKETER)
    form = marta.get(draft).fields(draft) | {"digest": kept.digest}
    own = marta.ask("POST", f"{draft}/publish", form=form)
    assert own.status == 403
    assert path.all(JourneyVersion) == []


def test_the_next_version_starts_from_the_live_one_and_says_what_it_changes(
    here: Pages, path: Path
) -> None:
    live = terms(*WALKS[:2], BYE, goal={"motion": "reference"}, quiet_hours=EVENING)
    place = published(here, path, live)
    draft, marta = f"{place}/draft", here.browser(MARKETER)
    page = marta.get(draft)
    assert "No draft yet" in page.words
    assert terms_of(page.fields(draft)["terms"]) == live
    path.delight()
    path.entered()
    after = terms(
        WALKS[0] | {"hours": 48},
        REFERENCE | {"template": "other"},
        *WALKS[4:],
        goal={"motion": "reference"},
        quiet_hours=EVENING,
        cool_down_days=30,
    )
    saved = marta.send(page, draft, terms=text_of(after), rationale="longer rest")
    assert saved.status == 303, saved.words
    page = marta.get(draft)
    for word in (
        "Days between two requests: 30 (before: 14)",
        "settle: Wait 2 days. (before: Wait 1 hour.)",
        "call: Ask for: A reference call. An answer is awaited for 14 days. Some of its details",
        "New, care: Hand over to support, and wait until it is closed, 7 days at most.",
        "“care” came to “Late”",
        "steps.settle.hours",
        "Give €50.00 once “call” was done.",
        "Put whoever did “call” into “advisory board”",
    ):
        assert word in page.words, word
    milo = here.browser(MILO)
    looked = milo.get(draft)
    assert "One on the way" in looked.words
    done = milo.send(looked, f"{draft}/publish", in_flight="stop")
    assert done.status == 303, done.words
    newest = max(path.all(JourneyVersion), key=lambda one: one.number)
    assert (newest.number, newest.in_flight) == (2, "stop")


def test_who_looked_at_an_older_draft_is_told(here: Pages, path: Path) -> None:
    draft = drafted(here.browser(MARKETER), text_of(terms(REFERENCE, goal={"motion": "reference"})))
    marta, milo = here.browser(MARKETER), here.browser(MILO)
    old = milo.get(draft).fields(f"{draft}/publish")
    later = text_of(terms(REFERENCE, goal={"motion": "reference"}, cool_down_days=40))
    assert marta.send(marta.get(draft), draft, terms=later).status == 303
    stale = milo.ask("POST", f"{draft}/publish", form=old)
    assert (stale.status, "Somebody has changed the draft" in stale.words) == (409, True)
    assert path.all(JourneyVersion) == []


@pytest.mark.parametrize("who", [ANNA, ANALYST, FINANCE])
def test_others_make_no_journeys(here: Pages, path: Path, who: Caller) -> None:
    draft = drafted(here.browser(ADMIN), text_of(terms(REFERENCE, goal={"motion": "reference"})))
    other = here.browser(who)
    for place in (f"{HERE}/new", draft, f"{draft}/people"):
        assert other.get(place).status == 403
    for place in (HERE, draft, f"{draft}/publish", f"{draft[:-6]}/state"):
        assert other.ask("POST", place, form={}).status == 403
    assert len(path.all(JourneyDraft)) == 1


def test_what_one_may_begin_with_has_a_name_in_the_readers_language(here: Pages) -> None:
    marta = here.browser(MARKETER)
    marta.language = "de"
    assert "Gerettet vom Support" in marta.get(f"{HERE}/new").words
