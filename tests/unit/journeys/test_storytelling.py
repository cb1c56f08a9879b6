"""A story is told, edited, approved word for word, paid once, and taken back; never otherwise."""

import hashlib

import pytest
from goodword.conversions.model import Conversion
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooLarge
from goodword.events import Actor
from goodword.journeys.story import Rights, Story, Told, clean_text, digest_of
from goodword.journeys.storytelling import Stories
from goodword.journeys.walk import AskMade
from goodword.journeys.withdrawing import Withdrawing
from goodword.limits import STORY_REMARKS_MAX, WORK_DAYS_MAX
from goodword.privacy.erasing import Erasing
from goodword.privacy.ports import Forgotten
from goodword.programs.conditions import Equals
from goodword.programs.model import PercentageReward, Rule
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.scene import terms as programme
from tests.support.walks import BYE, RULES, Path

STORY = {"step": "ask", "name": "story", "motion": "story", "template": "story"}
FEE = {"step": "reward", "name": "fee", "of_ask": "story", "amount_minor": 4_000}
PAYS = Rule(
    rule_id="story",
    action="event",
    reward=PercentageReward(basis_points=10_000),
    when=Equals(of="event_name", value="advocacy_story"),
)
RIGHTS = Rights(uses=("website", "sales"), named=True)
TEXT = "We save six hours a week.\nNobody misses the old way."


class Desk(Path):
    """Anna was asked for a story; Marta writes."""

    def __init__(self) -> None:
        super().__init__()
        self.next_version(self.program_id, programme(rules=(*RULES, PAYS)))
        self.publish(STORY, FEE, BYE, goal={"motion": "story"})
        self.delight()
        self.hear("renewal", account_id="acme")
        self.hear("milestone")
        self.walk = self.entered()
        self.step(self.walk)
        own = self.desk(Actor(kind="advocate", id=self.anna))
        self.own = Stories(own, self.vault, self.asks)
        staff = self.desk(Actor(kind="staff", id="marta"))
        self.staff = Stories(staff, self.vault, self.asks)
        self.ends = Withdrawing(own)

    @property
    def ask(self) -> AskMade:
        return self.made[0]

    @property
    def story(self) -> Story:
        (story,) = self.all(Story)
        return story

    def sent(self) -> None:
        """Anna has told."""
        self.own.save(self.ask, {"result": "Six hours a week."})
        self.own.send(self.ask)

    def proposed(self, text: str = TEXT) -> str:
        """Marta has written; the digest."""
        if not self.all(Story):
            self.sent()
        return self.staff.propose(self.ask, text, "Is this right?", None).digest

    def approved(self) -> Story:
        """Anna has approved."""
        return self.own.approve(self.ask, self.proposed(), RIGHTS, "Anna, Acme")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_story_is_told_approved_and_then_earns(desk: Desk) -> None:
    assert desk.own.begun(desk.ask) == (None, Told())
    desk.own.save(desk.ask, {"problem": " Paper.\r\nEverywhere. ", "result": ""})
    assert desk.ask.state == "accepted"
    assert desk.own.told(desk.story).answers == {"problem": "Paper.\nEverywhere."}
    desk.own.save(desk.ask, {"result": "Six hours."})
    assert desk.staff.page(desk.program_id, 10, None).rows == []
    desk.own.send(desk.ask)
    assert (desk.ask.state, desk.story.state) == ("submitted", "sent")
    digest = desk.proposed()
    desk.step(desk.walk)
    assert not desk.all(Reward)
    after = desk.own.approve(desk.ask, digest, RIGHTS, "Anna, Acme")
    told = desk.own.told(after)
    assert (told.text, told.shown_as, told.remarks[0].text) == (
        TEXT,
        "Anna, Acme",
        "Is this right?",
    )
    assert digest == hashlib.sha256(f"{told.salt}\n{TEXT}".encode()).hexdigest()
    assert (desk.ask.state, desk.ask.reason) == ("accepted_work", "story_approved")
    desk.step(desk.walk)
    (reward,) = desk.all(Reward)
    assert reward.earned_minor == 4_000
    assert len(desk.all(Conversion)) == 1
    assert [one.type for one in desk.events() if one.type.startswith("story.")] == [
        *("story.sent", "story.proposed", "story.approved"),
    ]
    assert desk.events("story.approved")[0].data["digest"] == digest
    assert desk.ledger_differences() == []


def test_nothing_else_makes_a_story_done(desk: Desk) -> None:
    with pytest.raises(Conflict, match="story_is_sent"):
        desk.asks.answer(desk.ask.ask_id, "submitted")
    desk.proposed()
    with pytest.raises(Conflict, match="story_not_approved"):
        desk.asks.work(desk.ask.ask_id, done=True, code="story_approved", own_advocate_id=None)
    desk.asks.work(desk.ask.ask_id, done=False, code="not_approved", own_advocate_id=None)
    with pytest.raises(Conflict, match="ask_over"):
        desk.own.approve(desk.ask, desk.story.digest, RIGHTS, "Anna")
    desk.step(desk.walk)
    assert not desk.all(Reward)


def test_nobody_approves_other_words_than_they_read(desk: Desk) -> None:
    read = desk.proposed()
    desk.proposed("We save nine hours a week.")
    with pytest.raises(Conflict, match="story_changed"):
        desk.own.approve(desk.ask, read, RIGHTS, "Anna")
    with pytest.raises(Conflict, match="story_changed"):
        desk.own.object(desk.ask, read, "no")
    assert desk.ask.state == "submitted"


def test_the_same_words_have_another_digest_each_time(desk: Desk) -> None:
    assert desk.proposed() != desk.proposed()
    assert digest_of("a", "b") != digest_of("b", "b")


def test_a_text_is_objected_to_and_written_anew(desk: Desk) -> None:
    desk.own.object(desk.ask, desk.proposed(), " It was five hours. ")
    assert desk.story.state == "sent"
    assert desk.own.told(desk.story).remarks[-1].text == "It was five hours."
    assert desk.story.digest
    with pytest.raises(Conflict, match="story_not_there"):
        desk.own.approve(desk.ask, desk.story.digest, RIGHTS, "Anna")
    desk.own.approve(desk.ask, desk.proposed("Five hours."), RIGHTS, "Anna")
    assert desk.own.told(desk.story).text == "Five hours."


def test_staff_ask_for_more_before_they_write(desk: Desk) -> None:
    desk.sent()
    desk.staff.give_back(desk.ask, "How many people?", None)
    assert desk.story.state == "draft"
    assert desk.staff.page(desk.program_id, 10, None).rows == []
    with pytest.raises(Conflict, match="story_not_sent"):
        desk.staff.propose(desk.ask, TEXT, "", None)
    desk.sent()
    assert desk.ask.state == "submitted"
    with pytest.raises(Conflict, match="story_not_there"):
        desk.own.save(desk.ask, {})
    assert len(desk.events("journey.ask_submitted")) == 1


def test_nobody_writes_the_text_of_their_own_story(desk: Desk) -> None:
    desk.sent()
    with pytest.raises(NotAllowed, match="own_work"):
        desk.staff.propose(desk.ask, TEXT, "", desk.anna)
    with pytest.raises(NotAllowed, match="own_work"):
        desk.staff.give_back(desk.ask, "more", desk.anna)


def test_what_says_nothing_is_refused(desk: Desk) -> None:
    desk.own.save(desk.ask, {"result": "  "})
    with pytest.raises(InvalidInput, match="story_empty"):
        desk.own.send(desk.ask)
    desk.sent()
    with pytest.raises(InvalidInput, match="story_empty"):
        desk.staff.propose(desk.ask, " \n ", "", None)
    with pytest.raises(InvalidInput, match="no_text"):
        desk.staff.give_back(desk.ask, " ", None)
    with pytest.raises(InvalidInput, match="no_text"):
        desk.own.object(desk.ask, "0" * 64, " ")
    digest = desk.proposed()
    with pytest.raises(InvalidInput, match="no_name_to_show"):
        desk.own.approve(desk.ask, digest, RIGHTS, " ")
    past = RIGHTS.but(until_ms=desk.clock.at_ms)
    with pytest.raises(InvalidInput, match="rights_in_the_past"):
        desk.own.approve(desk.ask, digest, past, "Anna")
    anonymous = RIGHTS.but(named=False)
    desk.own.approve(desk.ask, digest, anonymous, "Anna")
    assert desk.own.told(desk.story).shown_as == ""


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\u202e", "\u200b", "\u2066", "\ufeff", "\x85"])
def test_no_text_reads_otherwise_than_it_is_kept(mark: str) -> None:
    with pytest.raises(InvalidInput, match="unseen_characters"):
        clean_text(f"We save {mark}hours")


def test_a_text_has_plain_line_ends_and_a_length() -> None:
    assert clean_text(" a\r\nb\rc\td \n") == "a\nb\nc\td"
    assert clean_text("x" * 10, 10) == "x" * 10
    with pytest.raises(TooLarge, match="text_too_long"):
        clean_text("x" * 11, 10)


def test_only_the_newest_remarks_are_kept() -> None:
    told = Told()
    for number in range(STORY_REMARKS_MAX + 3):
        told = told.plus("staff", number, f"n{number}")
    assert told.plus("advocate", 9, "") == told
    assert (len(told.remarks), told.remarks[0].text) == (STORY_REMARKS_MAX, "n3")


def test_rights_end_on_their_day_and_when_they_are_taken_back(desk: Desk) -> None:
    until_ms = desk.clock.at_ms + 9 * DAY_MS
    story = desk.own.approve(desk.ask, desk.proposed(), RIGHTS.but(until_ms=until_ms), "Anna")
    assert story.usable(until_ms - 1)
    assert not story.but(rights=None).usable(0)
    assert not story.usable(until_ms)
    after = desk.ends.withdraw(desk.anna, desk.ask.ask_id)
    assert not after.usable(desk.clock.at_ms)
    assert after.withdrawn_ms == desk.clock.at_ms
    assert desk.ends.withdraw(desk.anna, desk.ask.ask_id).withdrawn_ms == after.withdrawn_ms
    assert len(desk.events("story.withdrawn")) == 1
    assert [one.state for one in desk.staff.page(desk.program_id, 9, None).rows] == ["withdrawn"]
    assert desk.own.told(desk.story).text == TEXT
    assert RIGHTS.until_ms is None
    assert story.but(rights=RIGHTS).usable(10**14)


def test_only_what_is_approved_can_be_taken_back(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no_story"):
        desk.ends.withdraw(desk.anna, desk.ask.ask_id)
    desk.sent()
    with pytest.raises(Conflict, match="story_not_there"):
        desk.ends.withdraw(desk.anna, desk.ask.ask_id)


def test_a_request_for_something_else_has_no_story() -> None:
    path = Path()
    _, ask = path.asked(BYE)
    stories = Stories(path.desk(), path.vault, path.asks)
    with pytest.raises(NotFound, match="no_story"):
        stories.begun(ask)
    told = Desk()
    with pytest.raises(NotFound, match="no_story"):
        told.staff.of_ask(told.ask)


def test_a_request_that_is_over_takes_no_story(desk: Desk) -> None:
    desk.later(days=14)
    with pytest.raises(Conflict, match="ask_over"):
        desk.own.save(desk.ask, {"result": "late"})
    assert not desk.all(Story)


def test_a_story_that_is_never_sent_is_over_some_day(desk: Desk) -> None:
    desk.own.save(desk.ask, {"result": "Six"})
    desk.step(desk.walk)
    desk.later(days=WORK_DAYS_MAX)
    desk.step(desk.walk)
    assert desk.ask.state == "expired"
    with pytest.raises(Conflict, match="ask_over"):
        desk.own.send(desk.ask)


def test_a_story_that_was_sent_in_time_is_never_over_while_staff_work_on_it(desk: Desk) -> None:
    desk.own.save(desk.ask, {"result": "Six"})
    desk.step(desk.walk)
    desk.later(days=WORK_DAYS_MAX - 1)
    desk.own.send(desk.ask)
    desk.step(desk.walk)
    desk.later(days=WORK_DAYS_MAX)
    desk.step(desk.walk)
    assert desk.ask.state == "submitted"
    desk.staff.give_back(desk.ask, "How many people?", None)
    desk.own.send(desk.ask)


class Nobody:
    """No account to close."""

    def close(self, _subject: str) -> None:
        """Gone already."""


def erase(desk: Desk) -> None:
    erasing = Erasing(desk.desk(), desk.vault)
    erasing.ask(desk.anna, at_once=True)
    desk.later(days=8)
    assert erasing.carry_out(desk.anna, Nobody())


def test_erasure_leaves_no_text_and_no_right(desk: Desk) -> None:
    desk.approved()
    sealed = desk.story
    erase(desk)
    story = desk.story
    assert (story.state, story.reason, story.sealed) == ("withdrawn", "erased", "")
    assert story.withdrawn_ms == desk.clock.at_ms
    assert desk.staff.told(story) == Told()
    assert desk.staff.told(sealed) == Told()  # somebody kept the record: its key is gone
    (event,) = desk.events("story.withdrawn")
    assert event.reason == "erased"
    desk.ends.forget(desk.anna)
    assert len(desk.events("story.withdrawn")) == 1


def test_nothing_is_written_for_somebody_who_is_erased(desk: Desk) -> None:
    desk.sent()
    erase(desk)
    assert (desk.story.state, desk.story.reason) == ("withdrawn", "erased")
    with pytest.raises(Conflict, match="ask_over"):
        desk.staff.propose(desk.ask, TEXT, "", None)
    other = Desk()
    other.own.save(other.ask, {"result": "Six"})
    other.vault.forget(other.anna)
    with pytest.raises(Forgotten):
        other.own.save(other.ask, {"result": "Seven"})


def test_what_was_taken_back_before_keeps_its_day_when_its_person_is_erased(desk: Desk) -> None:
    desk.approved()
    day_ms = desk.ends.withdraw(desk.anna, desk.ask.ask_id).withdrawn_ms
    erase(desk)
    assert (desk.story.reason, desk.story.withdrawn_ms) == ("own_wish", day_ms)
    assert desk.story.sealed == ""


def test_two_who_write_at_once_do_not_lose_each_other(desk: Desk) -> None:
    desk.sent()
    assert desk.staff.of_ask(desk.ask) == desk.story
    desk.before_next_commit(lambda: desk.proposed("First."))
    desk.proposed("Second.")
    assert [one.text for one in desk.own.told(desk.story).remarks] == ["Is this right?"] * 2
    assert desk.own.told(desk.story).text == "Second."
