"""What is written in a dispute, and when the clock of disputes comes: `lettercheck` judges it.

Staff and advocates write in turn and out of it, to the millisecond in time or late; and who was
banned appeals, at times when it is too late.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.errors import Conflict
from goodword.events import Actor
from goodword.trust.dispute import Dispute
from goodword.trust.disputing import Wish

from tests.simulation.story import DAY_MS, START_MS, Story
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.complaints import Complaints

Item = dict[str, Any]
WRITES = 0.35  # of the stories with disputes
TURN_DAYS, AGAIN_DAYS = 5, 2  # that whoever's turn it is has; until staff is reminded again
APPEAL_DAYS = 21
APPEALS = 0.15  # chance that somebody who is banned appeals
ANSWERED = 0.6  # of the disputes, in the end, before anybody decides
LAST_MS = START_MS + 80 * DAY_MS  # of the play; later only ends come


def writes(story: Story) -> bool:
    """Whether people write in the disputes of a story, and its clock ends some."""
    return story.disputed and Random(f"letters {story.seed}").random() < WRITES


class Letters:
    """Who writes in a town, and its clock of disputes."""

    def __init__(
        self, complaints: "Complaints", clock: Callable[[], None], to: Callable[[int], None]
    ) -> None:
        self.town, self._complaints, self._clock, self._to = complaints.town, complaints, clock, to
        self._chance = Random(f"letters of {self.town.story.seed}")

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        return [self.write] * 3 * writes(self.town.story)

    def write(self) -> None:
        """A message of staff, mostly not of the advocate themselves; of the advocate if it is their
        turn, at times out of it. Or the clock comes, to the millisecond."""
        running = self._complaints.running()
        bans = [one.plain for one in self.town.dynamo.of_kind("ban")]
        bans = [one for one in bans if one["state"] == "banned"]
        if bans and self._chance.random() < APPEALS:
            self.appeal(self._chance.choice(bans))
            return
        if not running:
            return
        one, odd = self._chance.choice(running), self._chance.random()
        if odd < 0.3:
            self.ring(min(each.due_ms for each in running))
        elif odd < 0.6 or (one.turn == "staff" and odd < 0.9):
            self.answer(one)
        else:
            self.reply(one)

    def answer_some(self) -> None:
        """Most of what staff has not answered is answered, so that time may end it."""
        for one in self._complaints.running() if writes(self.town.story) else ():
            if one.turn == "staff" and self._chance.random() < ANSWERED:
                self.answer(one)

    def ring(self, due_ms: int) -> None:
        """The clock of disputes, as soon as there is something for it to do."""
        if due_ms <= self.town.clock.at_ms + TURN_DAYS * DAY_MS:
            self._to(due_ms + self._chance.choice((-1, 0, 0, 1)))
        self._clock()

    def appeal(self, ban: Item) -> None:
        """Somebody appeals, mostly when the time to do so is just over, or not yet."""
        who, until_ms = ban["advocate_id"], ban["banned_ms"] + APPEAL_DAYS * DAY_MS
        if until_ms <= self.town.clock.at_ms + APPEAL_DAYS * DAY_MS:
            self._to(min(until_ms, LAST_MS) + self._chance.choice((-1, 0, 0, 1)))
        wish = Wish(program_id=PROGRAM, about="ban", text="it was not me", subject_id=PROGRAM)

        def say() -> None:
            try:
                self._complaints.disputes(Actor(kind="advocate", id=who)).open(who, wish)
            except Conflict as refused:
                if refused.code == "appeal_over" and self.town.clock.at_ms < until_ms:
                    self.town.fail(f"{who} may appeal until {until_ms}, and is refused")
                raise

        self._complaints.task(who, say)

    def answer(self, dispute: Dispute) -> None:
        """Somebody of staff writes; the advocate of the dispute must not."""
        own = dispute.advocate_id if self._chance.random() < 0.1 else None
        who = self.town.person("usr_fatima")

        def say() -> None:
            self._complaints.disputes(who).answer(dispute.dispute_id, "we have looked", own)
            if own:
                self.town.fail(f"{own} has answered their own dispute as staff")

        self._complaints.task("usr_fatima", say)

    def reply(self, dispute: Dispute) -> None:
        """The advocate writes."""
        who = Actor(kind="advocate", id=dispute.advocate_id)
        name, own = dispute.dispute_id, dispute.advocate_id
        write = self._complaints.disputes(who).write
        self._complaints.task(own, lambda: write(name, "advocate", own, "but it is not here"))

    def late(self) -> Iterator[str]:
        """What the clock has left, that came while nothing failed."""
        for one in self._complaints.running():
            if one.due_ms <= self.town.clock.at_ms:
                yield f"a dispute about a {one.about} is late, and nothing happens"
