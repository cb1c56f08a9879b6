"""A story is in the spotlight by its person's word for exactly that text, no moment longer."""

import pytest
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.journeys.spotlight import Spotlight, spotlight_key
from goodword.journeys.spotlighting import Spotlights
from goodword.journeys.story import Rights, Story
from goodword.limits import SPOTLIGHTS_AT_ONCE
from goodword.ports import Change, GuardFailed
from goodword.privacy.erasing import Erasing
from goodword.records import Record
from goodword.times import DAY_MS

from tests.unit.journeys.test_storytelling import TEXT, Desk, Nobody

AGREED = Rights(uses=("spotlight", "website"), named=True)


class Stage(Desk):
    """Anna's story is approved, for the spotlight too unless said otherwise."""

    def __init__(self, rights: Rights = AGREED) -> None:
        super().__init__()
        digest = self.proposed()
        self.own.approve(self.ask, digest, rights, "Anna of Acme" if rights.named else "")
        self.lights = Spotlights(self.staff)

    def put(self, days: float = 30, begins: float = 0) -> Spotlight:
        now_ms = self.clock.at_ms
        span = now_ms + round(begins * DAY_MS), now_ms + round(days * DAY_MS)
        return self.lights.put(self.ask.ask_id, *span, None)

    def texts(self) -> list[str]:
        return [one.told.text for one in self.lights.shining(self.program_id)]

    def states(self) -> list[str]:
        page, known = self.lights.page(self.program_id, 10, None)
        found: list[str] = []
        for one in page.rows:
            story = next((each for each in known.values() if isinstance(each, Story)), None)
            found.append(one.state(story, self.clock.at_ms))
        return found

    def change(self, record: Record) -> None:
        change = Change()
        change.replace(record)
        self.store.commit(change)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_approved_text_is_shown_for_its_time(stage: Stage) -> None:
    made = stage.put(days=2, begins=1)
    assert (stage.texts(), stage.states()) == ([], ["planned"])
    stage.later(days=1)
    assert (stage.texts(), stage.states()) == ([TEXT], ["running"])
    (shown,) = stage.lights.shining(stage.program_id)
    assert (shown.told.shown_as, shown.spotlight.by) == ("Anna of Acme", "marta")
    stage.later(days=1)
    assert (stage.texts(), stage.states()) == ([], ["over"])
    (event,) = stage.events("story.spotlit")
    assert event.data["digest"] == made.digest == stage.story.digest
    assert TEXT not in str(event)
    with pytest.raises(Conflict, match="spotlight_over"):
        stage.lights.end(stage.program_id, made.spotlight_id, "enough")


@pytest.mark.parametrize(
    ("rights", "days"),
    [
        (Rights(uses=("website", "press"), named=True), 1),
        (AGREED.but(until_ms=1_763_800_000_000 + 5 * DAY_MS), 6),
    ],
)
def test_nobody_is_shown_who_did_not_agree_to_it(rights: Rights, days: int) -> None:
    stage = Stage(rights)
    with pytest.raises(Conflict, match="spotlight_not_agreed"):
        stage.put(days=days)
    assert stage.all(Spotlight) == []


def test_a_text_that_is_not_approved_is_not_shown() -> None:
    desk = Desk()
    desk.proposed()
    with pytest.raises(Conflict, match="spotlight_not_agreed"):
        Spotlights(desk.staff).put(desk.ask.ask_id, desk.clock.at_ms, desk.clock.at_ms + 9, None)


@pytest.mark.parametrize(("days", "begins"), [(0, -1), (-1, -2), (1, 1), (1, 2), (91, 0)])
def test_a_spotlight_has_a_time(stage: Stage, days: float, begins: float) -> None:
    with pytest.raises(InvalidInput, match="bad_time_of_spotlight"):
        stage.put(days, begins)


def test_the_person_takes_it_back_at_once(stage: Stage) -> None:
    stage.put()
    assert stage.texts() == [TEXT]
    stage.ends.withdraw(stage.anna, stage.ask.ask_id)
    assert (stage.texts(), stage.states()) == ([], ["withdrawn"])
    with pytest.raises(Conflict, match="spotlight_not_agreed"):
        stage.put()


def test_rights_that_are_taken_back_meanwhile_are_heeded(stage: Stage) -> None:
    taken = lambda: stage.ends.withdraw(stage.anna, stage.ask.ask_id)  # noqa: E731 - as it reads
    stage.before_next_commit(taken)
    with pytest.raises((Conflict, GuardFailed)):
        stage.put()
    assert stage.all(Spotlight) == []


def test_another_text_than_the_one_that_was_shown_is_not(stage: Stage) -> None:
    stage.put()
    stage.change(stage.story.but(digest="0" * 64))
    assert (stage.texts(), stage.states()) == ([], ["withdrawn"])


def test_staff_take_it_away_and_it_stays_known(stage: Stage) -> None:
    made = stage.put()
    ended = stage.lights.end(stage.program_id, made.spotlight_id, "enough")
    assert (ended.reason, ended.ended_by, ended.ended_ms) == ("enough", "marta", stage.clock.at_ms)
    assert stage.lights.end(stage.program_id, made.spotlight_id, "other").reason == "enough"
    assert (stage.texts(), stage.states()) == ([], ["ended"])
    assert stage.why("story.spotlight_ended") == ["enough"]
    with pytest.raises(NotFound, match="unknown_spotlight"):
        stage.lights.end(stage.program_id, "spt_none", "enough")
    stage.put()
    assert stage.states() == ["running", "ended"]


def test_who_does_not_take_part_any_more_is_not_shown(stage: Stage) -> None:
    stage.put()
    enrolment = stage.store.get(Enrolment, enrolment_key(stage.anna, stage.program_id))
    assert enrolment is not None
    stage.change(enrolment.but(state="left"))
    assert stage.texts() == []
    with pytest.raises(Conflict, match="enrolment_not_active"):
        stage.put()


def test_an_erased_person_is_not_shown(stage: Stage) -> None:
    stage.put()
    erasing = Erasing(stage.desk(), stage.vault)
    erasing.ask(stage.anna, at_once=True)
    stage.later(days=8)
    assert erasing.carry_out(stage.anna, Nobody())
    assert (stage.texts(), stage.states()) == ([], ["withdrawn"])


def test_a_text_that_cannot_be_opened_is_not_shown(stage: Stage) -> None:
    stage.put()
    stage.vault.forget(stage.anna)
    assert stage.texts() == []


def test_nobody_puts_themselves_there(stage: Stage) -> None:
    now_ms = stage.clock.at_ms
    with pytest.raises(NotAllowed, match="own_work"):
        stage.lights.put(stage.ask.ask_id, now_ms, now_ms + DAY_MS, stage.anna)


def test_there_is_an_end_to_how_many(stage: Stage) -> None:
    for _ in range(SPOTLIGHTS_AT_ONCE):
        stage.put()
    with pytest.raises(Conflict, match="too_many_spotlights"):
        stage.put()
    page, _ = stage.lights.page(stage.program_id, 3, None)
    assert (len(page.rows), page.cursor is not None) == (3, True)


def test_a_story_that_is_gone_is_withdrawn(stage: Stage) -> None:
    made = stage.put()
    assert made.state(None, stage.clock.at_ms) == "withdrawn"
    assert made.key == spotlight_key(stage.program_id, made.spotlight_id)
    assert stage.lights.page("prg_none", 3, None)[1] == {}
    assert stage.lights.shining("prg_none") == []
