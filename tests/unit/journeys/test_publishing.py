"""Two people make a journey; what breaks a rule is not published; a dry run touches nobody."""

from typing import Any

import pytest
from goodword.advocates.model import Enrolment, Known
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.events import Actor
from goodword.journeys.asked import Asked
from goodword.journeys.asking import AskBook
from goodword.journeys.journey import Journey
from goodword.journeys.previewing import Previewing
from goodword.journeys.publishing import Journeys
from goodword.limits import JOURNEY_VERSIONS_MAX
from goodword.ports import Change

from tests.support.journeys import AT, HAPPY, REFERENCE, REVIEW, House, terms

PROGRAM = "prg_1"
PRIVATE = terms(REFERENCE)


@pytest.fixture
def house() -> House:
    return House()


def test_a_draft_is_published_by_another(house: House) -> None:
    draft = house.drafted()
    with pytest.raises(NotAllowed, match="same_person"):
        house.marta.publish(draft.journey_id, draft.digest, "finish")
    version = house.milo.publish(draft.journey_id, draft.digest, "move")
    assert (version.number, version.publisher, version.in_flight) == (1, "milo", "move")
    (journey,) = house.all(Journey)
    assert (journey.state, journey.in_force) == ("active", 1)
    assert house.marta.version(journey.journey_id, 1).but(version=0) == version
    assert [one.type for one in house.events()] == ["journey.created", "journey.published"]


def test_what_was_looked_at_is_what_is_published(house: House) -> None:
    draft = house.drafted()
    changed = house.marta.change(
        draft.journey_id, terms(REFERENCE, again_days=90), "sooner", draft.digest
    )
    with pytest.raises(Conflict, match="draft_moved_on"):
        house.milo.publish(draft.journey_id, draft.digest, "finish")
    with pytest.raises(Conflict, match="draft_moved_on"):
        house.milo.change(draft.journey_id, PRIVATE, "again", draft.digest)
    assert house.milo.publish(draft.journey_id, changed.digest, "finish").terms.again_days == 90


def test_whoever_touched_a_draft_is_one_of_its_writers(house: House) -> None:
    draft = house.drafted()
    after = house.milo.change(draft.journey_id, PRIVATE, "better words", draft.digest)
    assert after.editors == ("marta", "milo")
    with pytest.raises(NotAllowed, match="same_person"):
        house.milo.publish(draft.journey_id, after.digest, "finish")


def test_another_sign_in_of_a_writers_mailbox_is_that_writer(house: House) -> None:
    def by(name: str, mark: str) -> Journeys:
        return Journeys(house.desk(Actor(kind="staff", id=name)), mark)

    draft = by("marta", "mac-marta").create(PROGRAM, PRIVATE, "because")
    after = by("milo", "mac-milo").change(draft.journey_id, PRIVATE, "better", draft.digest)
    assert after.marks == ("mac-marta", "mac-milo")
    for mark in after.marks:
        with pytest.raises(NotAllowed, match="same_person"):
            by("somebody", mark).publish(draft.journey_id, after.digest, "finish")
    assert by("ada", "mac-ada").publish(draft.journey_id, after.digest, "finish").number == 1


def test_review_gating_is_refused_with_its_rule(house: House) -> None:
    draft = house.drafted(terms(REVIEW, entry=[HAPPY]))
    with pytest.raises(InvalidInput) as refused:
        house.milo.publish(draft.journey_id, draft.digest, "finish")
    assert refused.value.code == "journey_refused"
    assert refused.value.fields[0].message.startswith("review_gating")


def test_the_next_version_is_a_draft_of_its_own(house: House) -> None:
    first = house.published()
    draft = house.marta.change(first.journey_id, PRIVATE, "once more", None)
    second = house.milo.publish(first.journey_id, draft.digest, "stop")
    assert second.number == 2
    with pytest.raises(NotFound, match="unknown_draft"):
        house.milo.draft(first.journey_id)
    with pytest.raises(NotFound, match="unknown_version"):
        house.milo.version(first.journey_id, 3)


def test_a_journey_pauses_goes_on_and_ends_for_good(house: House) -> None:
    name = house.published().journey_id
    for state in ("paused", "active", "active", "ended"):
        assert house.milo.set_state(name, state, "because").state == state
    with pytest.raises(Conflict, match="journey_ended"):
        house.milo.set_state(name, "active", "because")
    draft = house.marta.change(name, PRIVATE, "again", None)
    with pytest.raises(Conflict, match="journey_ended"):
        house.milo.publish(name, draft.digest, "finish")
    assert len(house.events("journey.state_changed")) == 3


def test_a_draft_is_neither_paused_nor_begun(house: House) -> None:
    draft = house.drafted()
    with pytest.raises(Conflict, match="journey_not_published"):
        house.milo.set_state(draft.journey_id, "active", "because")


def test_versions_have_an_end(house: House) -> None:
    name = house.published().journey_id
    journey = house.milo.read(name)
    change = Change()
    change.replace(journey.but(in_force=JOURNEY_VERSIONS_MAX))
    house.store.commit(change)
    draft = house.marta.change(name, PRIVATE, "again", None)
    with pytest.raises(Conflict, match="too_many_versions"):
        house.milo.publish(name, draft.digest, "finish")


def test_what_is_not_there_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="unknown_program"):
        house.marta.create("prg_none", PRIVATE, "because")
    with pytest.raises(NotFound, match="unknown_journey"):
        house.marta.read("jrn_none")
    house.published()
    assert len(house.marta.page(PROGRAM, 10, None).rows) == 1


# --- the dry run ------------------------------------------------------------------------------


def people(house: House) -> None:
    """A fan, a fan without consent, a fan who was asked lately, somebody with nothing resolved."""
    for who in ("fan", "shy", "tired", "quiet"):
        house.hear("review", customer_id=who, value=3)  # something light, of no points
        house.hear("nps", customer_id=who, value=10)
        house.hear("result", customer_id=who, value=50)
        if who != "shy":
            house.hear("consent", customer_id=who, value=1)
        if who != "quiet":
            house.hear("case_resolved", customer_id=who, about=f"c-{who}")
    tired = house.people[2]
    asked = Asked(ask_id="ask_1", journey_id="jrn_1", motion="story", at_ms=AT, state="declined")
    change = Change()
    change.create(AskBook(subject_id=tired.subject_id).plus(asked))
    for one in house.people:
        name = f"adv_{one.subject_id}"
        change.create(*(Known(mac=mac, of="email", advocate_id=name) for mac in one.marks))
        change.create(enrolled(name))
    house.store.commit(change)
    house.clock.at_ms = AT + 1_000


def enrolled(advocate_id: str) -> Enrolment:
    return Enrolment(
        advocate_id=advocate_id, program_id=PROGRAM, state="active", created_ms=AT, changed_ms=AT
    )


def test_a_dry_run_says_who_would_be_asked_and_why_others_not(house: House) -> None:
    people(house)
    before = dict(house.store.items)
    dry = Previewing(house.desk(), house.subjects)
    found = dry.of(PROGRAM, PRIVATE, None)
    assert (found.looked_at, found.would_enter, found.would_ask) == (4, 3, 1)
    assert found.reasons == {"does_not_enter": 1, "no_consent": 1, "too_often": 1}
    assert house.store.items == before
    assert found.cursor is None
    again = next(one.from_ms for one in found.people if one.reason == "too_often")
    assert again is not None
    assert again > house.clock.at_ms


def test_a_dry_run_knows_whom_nobody_can_reach_and_what_comes_first(house: House) -> None:
    house.hear("nps", customer_id="new", value=10)
    house.hear("result", customer_id="new", value=50)
    house.hear("consent", customer_id="new", value=1)
    house.hear("case_resolved", customer_id="new", about="c-new")
    house.clock.at_ms = AT + 1_000
    dry = Previewing(house.desk(), house.subjects)
    assert dry.of(PROGRAM, PRIVATE, None).reasons == {"not_known_here": 1}
    (one,), change = house.people, Change()
    change.create(*(Known(mac=mac, of="email", advocate_id="adv_new") for mac in one.marks))
    change.create(enrolled("adv_new"))
    house.store.commit(change)
    assert dry.of(PROGRAM, PRIVATE, None).reasons == {"light_first": 1}


@pytest.mark.parametrize(
    ("entry", "enter"),
    [
        ({"of": "score", "at_least": 58}, 3),
        ({"of": "score", "at_least": 59}, 0),
        ({"of": "motion", "motion": "reference"}, 2),
        ({"of": "signal", "kind": "nps", "low": 9, "high": 10}, 3),
        ({"of": "signal", "kind": "nps", "high": 8}, 0),
        ({"of": "signal", "kind": "milestone"}, 0),
        ({"of": "signal", "kind": "case_resolved", "word": "other"}, 0),
    ],
)
def test_entry_conditions_are_all_asked(house: House, entry: dict[str, Any], enter: int) -> None:
    people(house)
    found = Previewing(house.desk(), house.subjects).of(
        PROGRAM, terms(REFERENCE, entry=[entry]), None
    )
    assert found.would_enter == enter


def test_a_journey_that_asks_for_nothing_asks_nobody(house: House) -> None:
    people(house)
    quiet = terms({"step": "wait", "name": "w", "hours": 1}, goal={"motion": "story"})
    found = Previewing(house.desk(), house.subjects).of(PROGRAM, quiet, None)
    assert found.reasons == {"does_not_enter": 1, "no_ask": 3}
