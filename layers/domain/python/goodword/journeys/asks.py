"""What becomes of an ask is written in three places in one Change: the ask, the book, the walk.

The person answers by a signed link or signed in, staff say whether the work was done, and the clock
lets what nobody answered expire. The first answer stands; asking for what is so already does
nothing. Whoever answers wakes the walk, which decides what follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.events import Plain
from goodword.journeys.asked import AskState
from goodword.journeys.asking import AskBook, Way, book_key
from goodword.journeys.definition import PUBLIC
from goodword.journeys.listening import head
from goodword.journeys.scoring import Motion
from goodword.journeys.walk import AskMade, AskOfAdvocate, Walk, ask_key, walk_key
from goodword.journeys.wished import same_wishes, together, without_wishes
from goodword.limits import READ_KEYS_MAX, WORK_LOOK_DAYS
from goodword.paging import pages
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.consents import note_consent
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS
from goodword.workflow import TaskToken, Workflow, token_key

ANSWERS: dict[AskState, tuple[AskState, ...]] = {
    "sent": ("accepted", "declined", "submitted"),
    "accepted": ("declined", "submitted"),
}
WORK_CODES = ("call_held", "review_seen", "story_approved", "referral_useful", "other")
NOT_WORK_CODES = ("no_show", "not_found", "not_approved", "withdrawn", "other")
# Of a public review only whether it is there: no code lets what it says decide.
REVIEW_CODES, NO_REVIEW_CODES = ("review_seen",), ("not_found", "withdrawn")
ANSWER_NAME = "answer"  # the wait of the machine that an answer ends


@dataclass(frozen=True)
class Asks:
    """What people and staff say of asks."""

    desk: Desk
    workflow: Workflow

    def read(self, ask_id: str) -> AskMade:
        """One ask. Raises NotFound `unknown_ask`."""
        found = self.desk.store.get(AskMade, ask_key(ask_id))
        if found is None:
            raise NotFound("unknown_ask", "there is no such request")
        return found

    def own(self, ask_id: str, advocate_id: str) -> AskMade:
        """One of one's own; another person's is not there. Raises NotFound `unknown_ask`."""
        found = self.read(ask_id)
        if found.advocate_id != advocate_id:
            raise NotFound("unknown_ask", "there is no such request")
        return found

    def of(self, advocate_id: str, limit: int, cursor: str | None) -> Page[AskMade]:
        """An advocate's asks, newest first."""
        page = self.desk.store.query(
            AskOfAdvocate,
            "core",
            f"ADV#{advocate_id}",
            "K#",
            limit=min(limit, READ_KEYS_MAX),
            cursor=cursor,
            newest_first=True,
        )
        keys = [ask_key(one.ask_id) for one in page.rows]
        found = self.desk.store.get_many(AskMade, keys) if keys else {}
        return Page([found[key] for key in keys if key in found], page.cursor)

    def waiting(self, program_id: str, limit: int, cursor: str | None) -> Page[AskMade]:
        """What was promised or said to be done, and waits for staff; may lag behind a moment."""
        return self.desk.store.query_index(
            AskMade, "core", f"ASKS#{program_id}", limit=limit, cursor=cursor
        )

    def answer(
        self, ask_id: str, state: AskState, receipt: Receipt[AskMade] = no_receipt
    ) -> AskMade:
        """The person accepts, declines, or says that it is done.

        Raises Conflict `ask_over` once it has expired or was answered otherwise for good,
        `story_is_sent` for a story, which is done by sending it (`storytelling`),
        `feedback_is_rated` for feedback, which is given as a number (`experience`).
        """

        def attempt() -> AskMade:
            ask = self.read(ask_id)
            if ask.state == state:
                return ask
            if ask.motion == "story" and state == "submitted":
                raise Conflict("story_is_sent", "a story is done by writing and sending it")
            if ask.motion == "feedback" and state != "declined":
                raise Conflict("feedback_is_rated", "say from 1 to 5 how it was")
            over = ask.state == "sent" and self.desk.clock.now_ms() >= ask.expires_ms
            if over or state not in ANSWERS.get(ask.state, ()):
                raise Conflict("ask_over", "this request is over or has its answer")
            return self._become(ask, state, "", receipt)

        return self.wake(until_settled(attempt))

    def work(
        self,
        ask_id: str,
        *,
        done: bool,
        code: str,
        own_advocate_id: str | None,
        receipt: Receipt[AskMade] = no_receipt,
    ) -> AskMade:
        """Staff say whether what was promised came: the call was held, the review is there.

        Raises NotAllowed `own_work` for the advocate's own, InvalidInput `unknown_reason_code` for
        one that is not of this kind of work, Conflict `ask_not_accepted` for what nobody has
        promised, `story_not_approved`: a story is done when its person approves it.
        """
        state: AskState = "accepted_work" if done else "rejected_work"

        def attempt() -> AskMade:
            ask = self.read(ask_id)
            if own_advocate_id == ask.advocate_id:
                raise NotAllowed("own_work", "somebody else says whether your own work was done")
            if code not in work_codes(ask.motion, done=done):
                raise InvalidInput("unknown_reason_code", "GET /v1/asks/reason-codes lists them")
            if ask.state == state:
                return ask
            if ask.state not in ("accepted", "submitted"):
                raise Conflict("ask_not_accepted", f"the request is {ask.state}")
            if done and ask.motion == "story":
                raise Conflict("story_not_approved", "its person has to approve the text")
            return self._become(ask, state, code, receipt)

        return self.wake(until_settled(attempt))

    def become(self, change: Change, ask: AskMade, state: AskState, reason: str = "") -> AskMade:
        """Put into the change: the ask in its next state, and its walk, which then looks again."""
        now_ms = self.desk.clock.now_ms()
        if ask.motion == "reference" and (ask.state, state) == ("accepted", "declined"):
            from goodword.journeys.calling import called_off  # noqa: PLC0415 - it moves asks, too

            ask = called_off(self.desk, change, ask)
        after = moved(ask, state, now_ms, reason)
        note(self.desk, change, after)
        walk = self.desk.store.get(Walk, walk_key(ask.journey_id, ask.walk_id))
        assert walk is not None  # it made the ask
        wakes = {"next_ms": now_ms, "held": ""} if walk.state == "walking" else {}
        change.replace(walk.with_ask(after.line).but(changed_ms=now_ms, **wakes))
        return after

    def wake(self, ask: AskMade) -> AskMade:
        """Wake the machine, if it waits; whatever it asks then is decided by the records."""
        token = self.desk.store.get(TaskToken, token_key(ask.walk_id, ANSWER_NAME))
        if token is not None:
            self.workflow.resume(token.token, {"walk_id": ask.walk_id})
        return ask

    def _become(
        self, ask: AskMade, state: AskState, reason: str, receipt: Receipt[AskMade]
    ) -> AskMade:
        change = Change()
        return settle(self.desk.store, change, self.become(change, ask, state, reason), receipt)


def work_codes(motion: Motion, *, done: bool) -> tuple[str, ...]:
    """How staff may say that work of this kind came, or that it did not."""
    if motion in PUBLIC:
        return REVIEW_CODES if done else NO_REVIEW_CODES
    return WORK_CODES if done else NOT_WORK_CODES


def moved(ask: AskMade, state: AskState, now_ms: int, reason: str = "") -> AskMade:
    """The ask in its next state; when it was promised is kept."""
    taken_ms = ask.taken_ms
    if taken_ms is None and state in ("accepted", "submitted"):
        taken_ms = now_ms
    return ask.but(state=state, reason=reason, taken_ms=taken_ms, changed_ms=now_ms)


def look_by(ask: AskMade) -> int:
    """Until when staff should have looked at what is said to be done."""
    return ask.changed_ms + WORK_LOOK_DAYS * DAY_MS


def end_all(desk: Desk, advocate_id: str) -> None:
    """Of somebody who is erased: nothing is asked of them or expected any more. Twice is as once.

    What was done stays done, and what it earns is the rewards' own matter.
    """
    read = partial(
        desk.store.query, AskOfAdvocate, "core", f"ADV#{advocate_id}", "K#", limit=READ_KEYS_MAX
    )
    for rows in pages(lambda at: read(cursor=at)):
        for one in rows:
            until_settled(partial(_end, desk, one.ask_id))


def _end(desk: Desk, ask_id: str) -> None:
    ask, change = desk.store.get(AskMade, ask_key(ask_id)), Change()
    if ask is None or ask.state not in ("sent", "accepted", "submitted"):
        return
    after = moved(ask, "expired", desk.clock.now_ms(), "erased")
    note(desk, change, after)
    walk = desk.store.get(Walk, walk_key(ask.journey_id, ask.walk_id))
    assert walk is not None  # it made the ask
    change.replace(walk.with_ask(after.line).but(changed_ms=after.changed_ms))
    desk.store.commit(change)


def note(desk: Desk, change: Change, ask: AskMade) -> None:
    """Add to `change`: the ask, its line in the person's book, and what happened."""
    book = desk.store.get(AskBook, book_key(ask.subject_id))
    assert book is not None  # the ask was written into it when it was made
    now = {"state": ask.state, "moved_ms": ask.changed_ms, "rating": ask.rating}
    now |= {"taken_ms": ask.taken_ms}
    asks = [one.but(**now) if one.ask_id == ask.ask_id else one for one in book.asks]
    change.replace(book.but(asks=tuple(asks)))
    change.replace(ask)
    given: dict[str, Plain] = {}
    if ask.rating is not None:
        given = {"rating": ask.rating, "about": ask.about}
    change.create(
        desk.event(
            _told(ask),
            ask.ask_id,
            ask.reason,
            program_id=ask.program_id,
            advocate_id=ask.advocate_id,
            journey_id=ask.journey_id,
            walk_id=ask.walk_id,
            subject_id=ask.subject_id,
            motion=ask.motion,
            **given,
        )
    )


def _told(ask: AskMade) -> str:
    """The type of the event about its state."""
    if ask.rating is not None:
        return "journey.feedback_given"
    return "journey.rewarded" if ask.state == "rewarded" else f"journey.ask_{ask.state}"


@dataclass(frozen=True)
class Wishes:
    """What a person wants not to be asked for, how they hear of the rest, and when they sleep."""

    desk: Desk

    def read(self, subject_id: str) -> AskBook:
        """What holds for the person, whoever they were known as; also before there is a page."""
        return together(self._books(subject_id))

    def unsubscribe(self, ask: AskMade, what: Motion | None = None) -> None:
        """From everything, or from asks of one kind; at once, and harmless to repeat."""
        self.stop(ask.subject_id, ask.program_id, what)

    def stop(self, subject_id: str, program_id: str, what: Motion | None = None) -> None:
        """The same of somebody whom no ask is at hand of."""

        def attempt() -> None:
            books = self._books(subject_id)
            wanted = dict.fromkeys((*books[0].unsubscribed, what or "all"))
            after = books[0].but(unsubscribed=tuple(wanted))
            self._keep(books, (after, *books[1:]), program_id)

        until_settled(attempt)

    def put(
        self,
        subject_id: str,
        program_id: str,
        unsubscribed: tuple[str, ...],
        time_zone: str,
        receipt: Receipt[AskBook] = no_receipt,
        *,
        shares: bool = False,
        ways: Mapping[Motion, Way] | None = None,
    ) -> AskBook:
        """Set all; the person does it. The same again changes nothing.

        It was said knowing all that held, so it stands instead of what was wished by other names.
        """

        def attempt() -> AskBook:
            books = self._books(subject_id)
            wanted = tuple(dict.fromkeys(unsubscribed))
            said = {"unsubscribed": wanted, "time_zone": time_zone, "shares": shares}
            said |= {"ways": dict(ways or {}), "wished_ms": self.desk.clock.now_ms()}
            after = (books[0].but(**said), *map(without_wishes, books[1:]))
            return self._keep(books, after, program_id, receipt)

        return until_settled(attempt)

    def _books(self, subject_id: str) -> Sequence[AskBook]:
        """The books of the person: of whom they are known as now, then of their parts."""
        try:
            person = head(self.desk, subject_id)
            names = [person.subject_id, *person.parts]
        except NotFound:
            names = [subject_id]
        found = self.desk.store.get_many(AskBook, [book_key(one) for one in names])
        return [found.get(book_key(one)) or AskBook(subject_id=one) for one in names]

    def _keep(
        self,
        before: Sequence[AskBook],
        after: Sequence[AskBook],
        program_id: str,
        receipt: Receipt[AskBook] = no_receipt,
    ) -> AskBook:
        """Write the books that say something else now, if the person wishes something else now."""
        change, was, now = Change(), together(before), together(after)
        if same_wishes(was, now):
            return settle(self.desk.store, change, was, receipt)
        for old, new in zip(before, after, strict=True):
            if new != old:
                change.save(new)
        if now.shares != was.shares:
            who = self.desk.actor.id
            note_consent(self.desk, change, who, "contact", given=now.shares, program_id=program_id)
        change.create(
            self.desk.event(
                "journey.wishes_changed",
                now.subject_id,
                program_id=program_id,
                unsubscribed=",".join(now.unsubscribed),
                ways=",".join(f"{what}:{way}" for what, way in sorted(now.ways.items())),
                shares=now.shares,
            )
        )
        return settle(self.desk.store, change, now, receipt)
