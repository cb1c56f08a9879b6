"""What may no more be used: a story whose person has taken its rights back, or has been erased.

What was earned by it stays. The day is kept and shown to staff, who take the text from where it is.
"""

from dataclasses import dataclass
from functools import partial

from goodword.errors import Conflict, NotFound
from goodword.events import Event
from goodword.journeys.story import Story, story_key
from goodword.paging import pages
from goodword.ports import Change, Desk, Page, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle


@dataclass(frozen=True)
class Withdrawing:
    """The ends of stories."""

    desk: Desk

    def withdraw(
        self, advocate_id: str, ask_id: str, receipt: Receipt[Story] = no_receipt
    ) -> Story:
        """The person's own wish, from now on; twice is as once. Conflict `story_not_there`."""

        def attempt() -> Story:
            story = self.desk.store.get(Story, story_key(advocate_id, ask_id))
            if story is None:
                raise NotFound("no_story", "nothing has been written yet")
            if story.state == "withdrawn":
                return story
            if story.state != "approved":
                raise Conflict("story_not_there", f"the story is {story.state}, not approved")
            change = Change()
            return settle(self.desk.store, change, self._end(change, story, "own_wish"), receipt)

        return until_settled(attempt)

    def forget(self, advocate_id: str) -> None:
        """Of somebody who is erased: no text is left, and none may be used. Twice is as once."""
        for rows in pages(lambda at: stories_of(self.desk.store, advocate_id, 100, at)):
            for one in rows:
                until_settled(partial(self._forget, one))

    def _forget(self, seen: Story) -> None:
        story, change = self.desk.store.get(Story, seen.key), Change()
        if story is None or not story.sealed:
            return
        if story.state == "withdrawn":
            change.replace(story.but(sealed=""))
        else:
            self._end(change, story.but(sealed=""), "erased")
        self.desk.store.commit(change)

    def _end(self, change: Change, story: Story, reason: str) -> Story:
        now_ms = self.desk.clock.now_ms()
        after = story.but(state="withdrawn", reason=reason, withdrawn_ms=now_ms, changed_ms=now_ms)
        change.replace(after)
        change.create(story_event(self.desk, "story.withdrawn", after, reason))
        return after


def stories_of(store: Store, advocate_id: str, limit: int, cursor: str | None) -> Page[Story]:
    """A person's stories, newest first."""
    return store.query(
        Story, "core", f"ADV#{advocate_id}", "Y#", limit=limit, cursor=cursor, newest_first=True
    )


def story_event(desk: Desk, type: str, story: Story, reason: str = "") -> Event:
    """What happened to a story. The digest tells no text without its salt."""
    return desk.event(
        type,
        story.ask_id,
        reason,
        program_id=story.program_id,
        advocate_id=story.advocate_id,
        digest=story.digest or None,
    )
