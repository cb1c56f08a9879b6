"""Who does what with a story: the person tells, staff write a text, the person approves it.

The approval is one Change with the ask: a story's work is done by nothing else, so what it earns
follows only from the person's own word on the exact text. Whoever begins has accepted the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from goodword.advocates.people import read_advocate
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.journeys.asks import Asks
from goodword.journeys.story import (
    PROMPTS,
    Prompt,
    Rights,
    Story,
    StoryState,
    Told,
    clean_text,
    digest_of,
    story_key,
)
from goodword.journeys.walk import AskMade
from goodword.journeys.withdrawing import story_event
from goodword.limits import STORY_ANSWER_MAX, STORY_NAME_MAX, STORY_REMARK_MAX
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import Forgotten, TextSealer
from goodword.receipts import Receipt, no_receipt, settle

OPEN = frozenset({"sent", "accepted", "submitted"})  # states of an ask whose story can go on
Write = Callable[[Change, AskMade, Story, Told], tuple[Story, Told]]


@dataclass(frozen=True)
class Stories:
    """The use cases of stories. `asks` moves the request that a story answers."""

    desk: Desk
    sealer: TextSealer
    asks: Asks

    # --- the person ---------------------------------------------------------------------------

    def save(
        self, ask: AskMade, answers: Mapping[Prompt, str], receipt: Receipt[Story] = no_receipt
    ) -> Story:
        """Keep what the person has written so far. The first time accepts the request."""
        said = {
            prompt: text
            for prompt in PROMPTS
            if (text := clean_text(answers.get(prompt, ""), STORY_ANSWER_MAX))
        }

        def write(change: Change, now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            _check(story, "draft")
            if now.state == "sent":
                self.asks.become(change, now, "accepted")
            return story, told.but(answers=said)

        return self._write(ask.ask_id, write, receipt)

    def send(self, ask: AskMade, receipt: Receipt[Story] = no_receipt) -> Story:
        """Give it to staff. Raises InvalidInput `story_empty` while nothing is written."""

        def write(change: Change, now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            _check(story, "draft")
            if not told.answers:
                raise InvalidInput("story_empty", "answer at least one question first")
            if now.state != "submitted":
                self.asks.become(change, now, "submitted")
            change.create(story_event(self.desk, "story.sent", story))
            return story.but(state="sent"), told

        return self._write(ask.ask_id, write, receipt)

    def object(
        self, ask: AskMade, digest: str, remark: str, receipt: Receipt[Story] = no_receipt
    ) -> Story:
        """Give the proposed text back to staff, saying what is not right."""
        said = _said(remark)

        def write(change: Change, _now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            _check(story, "proposed", digest)
            change.create(story_event(self.desk, "story.objected", story))
            return story.but(state="sent"), told.plus("advocate", self._now_ms, said)

        return self._write(ask.ask_id, write, receipt)

    def approve(
        self,
        ask: AskMade,
        digest: str,
        rights: Rights,
        shown_as: str,
        receipt: Receipt[Story] = no_receipt,
    ) -> Story:
        """Approve exactly the text of this digest, for these uses; the request's work is done.

        Raises Conflict `story_changed` if staff have written another text meanwhile.
        """
        name = clean_text(shown_as, STORY_NAME_MAX) if rights.named else ""
        if rights.named and not name:
            raise InvalidInput("no_name_to_show", "say how you want to be named")
        if rights.until_ms is not None and rights.until_ms <= self._now_ms:
            raise InvalidInput("rights_in_the_past", "the last day of use is still to come")

        def write(change: Change, now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            _check(story, "proposed", digest)
            self.asks.become(change, now, "accepted_work", "story_approved")
            after = story.but(state="approved", rights=rights, approved_ms=self._now_ms)
            change.create(story_event(self.desk, "story.approved", after))
            return after, told.but(shown_as=name)

        return self._write(ask.ask_id, write, receipt)

    # --- staff --------------------------------------------------------------------------------

    def propose(
        self,
        ask: AskMade,
        text: str,
        remark: str,
        own_advocate_id: str | None,
        receipt: Receipt[Story] = no_receipt,
    ) -> Story:
        """Put a text before its person, also in place of one that was proposed before."""
        final, said = clean_text(text), clean_text(remark, STORY_REMARK_MAX)
        if not final:
            raise InvalidInput("story_empty", "write the text that is to be approved")
        _check_not_own(ask, own_advocate_id)

        def write(change: Change, _now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            if story.state not in ("sent", "proposed"):
                raise Conflict("story_not_sent", f"the story is {story.state}")
            salt = self.desk.ids.entropy(16).hex()
            after = story.but(
                state="proposed",
                digest=digest_of(salt, final),
                proposed_by=self.desk.actor.id,
            )
            change.create(story_event(self.desk, "story.proposed", after))
            return after, told.but(text=final, salt=salt).plus("staff", self._now_ms, said)

        return self._write(ask.ask_id, write, receipt)

    def give_back(
        self,
        ask: AskMade,
        remark: str,
        own_advocate_id: str | None,
        receipt: Receipt[Story] = no_receipt,
    ) -> Story:
        """Ask the person to write more, saying what."""
        said = _said(remark)
        _check_not_own(ask, own_advocate_id)

        def write(change: Change, _now: AskMade, story: Story, told: Told) -> tuple[Story, Told]:
            _check(story, "sent")
            change.create(story_event(self.desk, "story.given_back", story))
            return story.but(state="draft"), told.plus("staff", self._now_ms, said)

        return self._write(ask.ask_id, write, receipt)

    # --- reading ------------------------------------------------------------------------------

    def of_ask(self, ask: AskMade) -> Story:
        """The story of a request. NotFound `no_story` while none is begun."""
        found = self._found(ask)
        if found is None:
            raise NotFound("no_story", "nothing has been written yet")
        return found

    def told(self, story: Story) -> Told:
        """What was written; nothing, once its person has been erased."""
        if not story.sealed:
            return Told()
        try:
            sealed = self.sealer.open_text(story.advocate_id, story.sealed, _about(story))
        except Forgotten:
            return Told()
        return Told.model_validate_json(sealed)

    def begun(self, ask: AskMade) -> tuple[Story | None, Told]:
        """The story of a request with its texts, also before anything is written."""
        found = self._found(ask)
        return found, self.told(found) if found else Told()

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[Story]:
        """What was sent, proposed, approved or withdrawn, the longest unchanged first."""
        return self.desk.store.query_index(
            Story, "core", f"STORIES#{program_id}", limit=limit, cursor=cursor
        )

    # --- parts --------------------------------------------------------------------------------

    @property
    def _now_ms(self) -> int:
        return self.desk.clock.now_ms()

    def _found(self, ask: AskMade) -> Story | None:
        if ask.motion != "story":
            raise NotFound("no_story", "this request is not for a story")
        return self.desk.store.get(Story, story_key(ask.advocate_id, ask.ask_id))

    def _write(self, ask_id: str, write: Write, receipt: Receipt[Story]) -> Story:
        """Read, let `write` decide, seal, commit; then wake whoever waits for the answer."""

        def attempt() -> tuple[AskMade, Story]:
            ask, change = self.asks.read(ask_id), Change()
            found, told = self.begun(ask)
            story = found or self._new(ask)
            over = ask.state == "sent" and self._now_ms >= ask.expires_ms
            if over or ask.state not in OPEN:
                raise Conflict("ask_over", "this request is over")
            after, content = write(change, ask, story, told)
            after = after.but(changed_ms=self._now_ms, edition=after.edition + (1 if found else 0))
            text = content.model_dump_json()
            sealed = self.sealer.seal_text(after.advocate_id, text, _about(after))
            after = after.but(sealed=sealed)
            change.save(after)
            change.replace(read_advocate(self.desk.store, ask.advocate_id))  # nobody erased
            return ask, settle(self.desk.store, change, after, receipt)

        ask, story = until_settled(attempt)
        self.asks.wake(ask)
        return story

    def _new(self, ask: AskMade) -> Story:
        now_ms = self._now_ms
        return Story(
            advocate_id=ask.advocate_id,
            ask_id=ask.ask_id,
            program_id=ask.program_id,
            sealed="",
            made_ms=now_ms,
            changed_ms=now_ms,
        )


def _check(story: Story, state: StoryState, digest: str | None = None) -> None:
    """Conflict `story_not_there` where it stands elsewhere, `story_changed` for another text."""
    if story.state != state:
        raise Conflict("story_not_there", f"the story is {story.state}, not {state}")
    if digest is not None and digest != story.digest:
        raise Conflict("story_changed", "the text has changed since it was read; read it again")


def _check_not_own(ask: AskMade, own_advocate_id: str | None) -> None:
    if ask.advocate_id == own_advocate_id:
        raise NotAllowed("own_work", "somebody else writes the text of your own story")


def _said(remark: str) -> str:
    """A remark that has to be made. InvalidInput `no_text` if it is empty."""
    said = clean_text(remark, STORY_REMARK_MAX)
    if not said:
        raise InvalidInput("no_text", "say what is to be changed")
    return said


def _about(story: Story) -> str:
    """Binds what is sealed to its story and its edition."""
    return f"story#{story.ask_id}#{story.edition}"
