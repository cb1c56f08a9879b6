"""Staff put a story into the spotlight and take it away; its person does so by the story's rights.

Whether the text may be shown is asked when it is put there, when that commits, and each time that
it is shown. Whoever takes rights back is gone from the next page on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.journeys.spotlight import Spotlight, may_shine, spotlight_key, spotlights_place
from goodword.journeys.story import Story, Told, story_key
from goodword.journeys.storytelling import Stories
from goodword.limits import SPOTLIGHT_DAYS_MAX, SPOTLIGHTS_AT_ONCE
from goodword.ports import Change, Guard, Page, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record
from goodword.times import DAY_MS


class Shining(NamedTuple):
    """One that is shown now, with its text; `story` as it stands."""

    spotlight: Spotlight
    story: Story
    told: Told


@dataclass(frozen=True)
class Spotlights:
    """The use cases of spotlights, over those of stories."""

    stories: Stories

    def put(
        self,
        ask_id: str,
        from_ms: int,
        until_ms: int,
        own_advocate_id: str | None,
        receipt: Receipt[Spotlight] = no_receipt,
    ) -> Spotlight:
        """Put the story of a request there for that time.

        Raises InvalidInput `bad_time_of_spotlight`, NotAllowed `own_work`, Conflict
        `spotlight_not_agreed` without the right to it for the whole time, `enrolment_not_active`,
        `too_many_spotlights`.
        """
        desk = self.stories.desk
        spotlight_id = desk.ids.new("spt")

        def attempt() -> Spotlight:
            now_ms, change = desk.clock.now_ms(), Change()
            _check_time(from_ms, until_ms, now_ms)
            ask = self.stories.asks.read(ask_id)
            if ask.advocate_id == own_advocate_id:
                raise NotAllowed("own_work", "somebody else puts your own story there")
            story = self.stories.of_ask(ask)
            last_ms = story.rights.until_ms if story.rights else None
            late = last_ms is not None and until_ms > last_ms
            if late or not may_shine(story, now_ms):
                raise Conflict("spotlight_not_agreed", "its person has not agreed to this")
            place = enrolment_key(story.advocate_id, story.program_id)
            enrolment = desk.store.get(Enrolment, place)
            if enrolment is None or enrolment.state != "active":
                raise Conflict("enrolment_not_active", "its person does not take part any more")
            if len(self._listed(story.program_id)) >= SPOTLIGHTS_AT_ONCE:
                most = f"a programme has at most {SPOTLIGHTS_AT_ONCE} at a time"
                raise Conflict("too_many_spotlights", most)
            made = Spotlight(
                spotlight_id=spotlight_id,
                program_id=story.program_id,
                advocate_id=story.advocate_id,
                ask_id=story.ask_id,
                digest=story.digest,
                from_ms=from_ms,
                until_ms=until_ms,
                by=desk.actor.id,
                made_ms=now_ms,
            )
            change.create(made)
            self._tell(change, "story.spotlit", made)
            change.require(story.key, Guard({"version": story.version}))
            return settle(desk.store, change, made, receipt)

        return until_settled(attempt)

    def end(
        self,
        program_id: str,
        spotlight_id: str,
        reason: str,
        receipt: Receipt[Spotlight] = no_receipt,
    ) -> Spotlight:
        """Take it away now; twice is as once. NotFound `unknown_spotlight`, Conflict
        `spotlight_over` for one whose time has passed."""
        desk = self.stories.desk

        def attempt() -> Spotlight:
            found = desk.store.get(Spotlight, spotlight_key(program_id, spotlight_id))
            if found is None:
                raise NotFound("unknown_spotlight", "there is no such spotlight")
            if found.ended_ms is not None:
                return found
            now_ms, change = desk.clock.now_ms(), Change()
            if now_ms >= found.until_ms:
                raise Conflict("spotlight_over", "its time has passed")
            after = found.but(ended_ms=now_ms, ended_by=desk.actor.id, reason=reason)
            change.replace(after)
            self._tell(change, "story.spotlight_ended", after, reason)
            return settle(desk.store, change, after, receipt)

        return until_settled(attempt)

    def shining(self, program_id: str) -> list[Shining]:
        """What is shown at this moment, what ends first at first."""
        now_ms = self.stories.desk.clock.now_ms()
        listed = self._listed(program_id)
        known = self._known(listed)
        found = []
        for one in listed:
            story = known.get(story_key(one.advocate_id, one.ask_id))
            enrolment = known.get(enrolment_key(one.advocate_id, program_id))
            active = isinstance(enrolment, Enrolment) and enrolment.state == "active"
            if active and isinstance(story, Story) and one.state(story, now_ms) == "running":
                found.append(Shining(one, story, self.stories.told(story)))
        return [one for one in found if one.told.text]

    def page(
        self, program_id: str, limit: int, cursor: str | None
    ) -> tuple[Page[Spotlight], Mapping[Key, Record]]:
        """The history of a programme, newest first, with the stories that they are of."""
        page = self.stories.desk.store.query(
            Spotlight,
            "core",
            f"PROG#{program_id}",
            "SPOT#",
            limit=min(limit, SPOTLIGHTS_AT_ONCE * 10),
            cursor=cursor,
            newest_first=True,
        )
        return page, self._known(page.rows)

    def _listed(self, program_id: str) -> Sequence[Spotlight]:
        """Those whose time is not over, and that nobody has ended; may lag behind a moment."""
        now_ms = self.stories.desk.clock.now_ms()
        page = self.stories.desk.store.query_index(
            Spotlight,
            "core",
            spotlights_place(program_id),
            since=f"{now_ms + 1:015d}",
            limit=SPOTLIGHTS_AT_ONCE,
        )
        return page.rows

    def _known(self, rows: Sequence[Spotlight]) -> Mapping[Key, Record]:
        wanted: dict[Key, type[Record]] = {}
        for one in rows:
            wanted[story_key(one.advocate_id, one.ask_id)] = Story
            wanted[enrolment_key(one.advocate_id, one.program_id)] = Enrolment
        return self.stories.desk.store.get_mixed(wanted) if wanted else {}

    def _tell(self, change: Change, type: str, one: Spotlight, reason: str = "") -> None:
        event = self.stories.desk.event(
            type,
            one.ask_id,
            reason,
            program_id=one.program_id,
            advocate_id=one.advocate_id,
            spotlight_id=one.spotlight_id,
            digest=one.digest,
            from_ms=one.from_ms,
            until_ms=one.until_ms,
        )
        change.create(event)


def _check_time(from_ms: int, until_ms: int, now_ms: int) -> None:
    longest_ms = SPOTLIGHT_DAYS_MAX * DAY_MS
    if not now_ms < until_ms or not from_ms < until_ms <= from_ms + longest_ms:
        raise InvalidInput(
            "bad_time_of_spotlight",
            f"it ends after now and after it begins, within {SPOTLIGHT_DAYS_MAX} days",
        )
