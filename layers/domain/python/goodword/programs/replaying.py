"""A replay runs in bounded steps, each one Change, and goes on wherever it was left.

`ask` stores what is wanted; the event of it starts the worker by way of the bus. A step reads one
page of decisions, judges them and commits rows, caps and progress together, on the version of the
progress that was read. So a step that is killed leaves nothing behind, and of two workers at once
one loses and stops. What the bus lost, a clock finds: a replay that is not done stands in an index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from goodword.conversions.decided import DecidedOn, day_of, days_between, decided_partition
from goodword.errors import FieldError, InvalidInput, NotFound, Stale
from goodword.events import Event
from goodword.limits import (
    REPLAY_COUNT_PAGE,
    REPLAY_DAYS_MAX,
    REPLAY_HOURS_MAX,
    REPLAY_IDLE_MINUTES,
    REPLAY_PAGES,
    REPLAY_SECONDS,
    REPLAY_STEPS,
    REPLAYS_PER_SWEEP,
    TRANSACTION_ITEMS_MAX,
)
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.draft import Draft, draft_key
from goodword.programs.drafts import read_open
from goodword.programs.effective import read_versions
from goodword.programs.model import ProgramVersion
from goodword.programs.replay import (
    CHANGES,
    NO_ROOMS,
    RUNNING,
    WAITING,
    Outcome,
    Replay,
    ReplayChange,
    Standing,
    attribution_then,
    not_comparable,
    rejudged,
    replay_key,
    winner_under,
)
from goodword.programs.replay_caps import Caps
from goodword.programs.replay_facts import doubts_of
from goodword.programs.replay_past import decisions_at
from goodword.programs.replay_rows import changes_of
from goodword.programs.replay_uses import ReplayPassing
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Record
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

ASKED, CONTINUES = "program.replay_asked", "program.replay_continues"


class Found(NamedTuple):
    """What one page of decisions came to: rows, caps that moved, and what to add up."""

    rows: Sequence[ReplayChange]
    caps: Sequence[Record]
    replay: Replay


@dataclass(frozen=True)
class Replays:
    """The use cases of replays: staff ask and read, the worker goes on, the clock looks after."""

    desk: Desk

    def ask(
        self,
        program_id: str,
        draft_id: str,
        from_ms: int,
        until_ms: int,
        receipt: Receipt[Replay] = no_receipt,
    ) -> Replay:
        """A replay of the draft as it stands, over the decisions of the period; the newest counts.

        The period is [from, until), in the past, at most REPLAY_DAYS_MAX days.
        """

        def attempt() -> Replay:
            now_ms = self.desk.clock.now_ms()
            _check_period(from_ms, until_ms, now_ms)
            draft = read_open(self.desk, program_id, draft_id)
            replay = Replay(
                replay_id=self.desk.ids.new("rpl"),
                program_id=program_id,
                draft_id=draft_id,
                digest=draft.digest,
                from_ms=from_ms,
                until_ms=until_ms,
                asked_by=self.desk.actor.id,
                asked_ms=now_ms,
                changed_ms=now_ms,
                day=day_of(from_ms),
            )
            change = Change()
            change.create(replay, self._event(ASKED, replay))
            change.replace(draft.but(replay_id=replay.replay_id))
            return settle(self.desk.store, change, replay, receipt)

        return until_settled(attempt)

    def of_draft(self, program_id: str, draft_id: str) -> Replay:
        """The newest replay of a draft. NotFound `unknown_draft` or `no_replay`."""
        draft = self.desk.store.get(Draft, draft_key(program_id, draft_id))
        if draft is None:
            raise NotFound("unknown_draft", "the programme has no such draft")
        if draft.replay_id is None:
            raise NotFound("no_replay", "this revision of the draft has not been replayed")
        return self.read(draft.replay_id)

    def read(self, replay_id: str) -> Replay:
        """One replay. Raises NotFound `no_replay`."""
        replay = self.desk.store.get(Replay, replay_key(replay_id))
        if replay is None:
            raise NotFound("no_replay", "there is no such replay")
        return replay

    def changes(self, replay: Replay, limit: int, cursor: str | None) -> Page[ReplayChange]:
        """The rewards that would change, in the order of the decisions."""
        pk = replay.key.pk
        return self.desk.store.query(ReplayChange, "core", pk, CHANGES, limit=limit, cursor=cursor)

    # --- the worker -------------------------------------------------------------------------

    def run(self, replay_id: str) -> Replay:
        """Go on for REPLAY_SECONDS or REPLAY_STEPS; the last step asks the bus to go on if need be.

        Whoever finds another at work on it stops without a word.
        """
        start_ms, steps, last = self.desk.clock.now_ms(), 0, False
        versions = self._versions(self.read(replay_id))
        while (replay := self.read(replay_id)).state in RUNNING and not last:
            steps += 1
            late_ms = self.desk.clock.now_ms() - start_ms
            last = steps == REPLAY_STEPS or late_ms > REPLAY_SECONDS * SECOND_MS
            try:
                self._step(replay, versions, ask_on=last)
            except Stale:
                last = True
        return replay

    def sweep(self) -> int:
        """Go on with replays that nobody works on; how many. One that takes too long has failed."""
        now_ms = self.desk.clock.now_ms()
        idle = f"{now_ms - REPLAY_IDLE_MINUTES * MINUTE_MS:015d}"
        page = self.desk.store.query_index(
            Replay, "core", WAITING, until=idle, limit=REPLAYS_PER_SWEEP
        )
        for replay in page.rows:
            if now_ms - replay.asked_ms > REPLAY_HOURS_MAX * HOUR_MS:
                until_settled(partial(self._end, replay.replay_id, "failed", "too_long"))
            else:
                self.run(replay.replay_id)
        return len(page.rows)

    def _end(self, replay_id: str, state: str, reason: str) -> None:
        replay = self.read(replay_id)
        if replay.state in RUNNING:
            self._commit(replay.but(state=state, reason=reason))

    def _versions(self, replay: Replay) -> Sequence[ProgramVersion]:
        """All versions, read once in a run: conversions of the past are pinned to what there is."""
        return read_versions(self.desk.store, replay.program_id)

    def _step(self, replay: Replay, versions: Sequence[ProgramVersion], *, ask_on: bool) -> None:
        """One Change further."""
        draft = self.desk.store.get(Draft, draft_key(replay.program_id, replay.draft_id))
        if draft is None or draft.digest != replay.digest or draft.state != "open":
            return self._commit(replay.but(state="outdated", reason="draft_changed"))
        if replay.state == "counting":
            return self._commit(self._counted(replay), ask_on=ask_on)
        for limit in REPLAY_PAGES:
            found = self._judged(replay, draft, versions, limit)
            if len(found.rows) + len(found.caps) + 2 <= TRANSACTION_ITEMS_MAX:
                break
        return self._commit(found.replay, found.rows, found.caps, ask_on=ask_on)

    def _commit(
        self,
        after: Replay,
        rows: Sequence[Record] = (),
        caps: Sequence[Record] = (),
        *,
        ask_on: bool = False,
    ) -> None:
        change = Change()
        after = after.but(changed_ms=self.desk.clock.now_ms())
        change.replace(after)
        change.create(*rows)
        for cap in caps:
            change.save(cap)
        if after.state not in RUNNING:
            change.create(self._event(f"program.replay_{after.state}", after))
        elif ask_on:
            change.create(self._event(CONTINUES, after))
        self.desk.store.commit(change)

    def _counted(self, replay: Replay) -> Replay:
        """How many decisions there are: the next pages of places, without what they lead to."""
        page, day = self._page(replay, REPLAY_COUNT_PAGE)
        total = replay.total + len(_inside(page, replay))
        following = _following(replay, day, page.cursor)
        if following is None:
            return replay.but(state="judging", total=total, day=day_of(replay.from_ms), cursor=None)
        return replay.but(total=total, day=following[0], cursor=following[1])

    def _judged(
        self, replay: Replay, draft: Draft, versions: Sequence[ProgramVersion], limit: int
    ) -> Found:
        """The next page of decisions under the draft."""
        page, day = self._page(replay, limit)
        places = _inside(page, replay)
        version = _as_version(draft, versions)
        by_number = {one.number: one for one in versions}
        standing = decisions_at(self.desk.store, places, by_number)
        caps = Caps(self.desk.store, replay, version, by_number)
        caps.meet(standing)
        rows: list[ReplayChange] = []
        after = replay.but(done=replay.done + len(places))
        for one in standing:
            passing, why = caps.leave(one), one.left_out or not_comparable(one, version)
            judged = not (one.unjudged or not_comparable(one, version))
            outcome = _outcome(one, version, versions, caps, passing) if judged else None
            if why and one.stands:
                after = after.but(left_out=_plus(after.left_out, why, 1))
            elif one.stands and outcome is not None:
                changes = changes_of(one, outcome, replay, after.changed + 1)
                rows += changes
                after = _added(after, one, outcome, changes)
        following = _following(replay, day, page.cursor)
        if following is None:
            after = after.but(state="done", total=after.done, cursor=None)
        else:
            after = after.but(day=following[0], cursor=following[1])
        return Found(rows, caps.moved, after)

    def _page(self, replay: Replay, limit: int) -> tuple[Page[DecidedOn], str]:
        """The next places, and their day; days without any are passed over."""
        days = [day for day in days_between(replay.from_ms, replay.until_ms) if day >= replay.day]
        cursor = replay.cursor
        for day in days[:-1]:
            page = self._places(replay, day, limit, cursor)
            if page.rows:
                return page, day
            cursor = None
        return self._places(replay, days[-1], limit, cursor), days[-1]

    def _places(self, replay: Replay, day: str, limit: int, cursor: str | None) -> Page[DecidedOn]:
        place = decided_partition(replay.program_id, day)
        return self.desk.store.query(DecidedOn, "core", place, limit=limit, cursor=cursor)

    def _event(self, type: str, replay: Replay) -> Event:
        return self.desk.event(
            type,
            replay.program_id,
            replay.reason,
            replay_id=replay.replay_id,
            draft_id=replay.draft_id,
            digest=replay.digest,
            done=replay.done,
            changed=replay.changed,
        )


def _check_period(from_ms: int, until_ms: int, now_ms: int) -> None:
    if until_ms > now_ms:
        wrong = FieldError("until", "must not be in the future", "in_the_future")
        raise InvalidInput("bad_period", "a replay is of the past", [wrong])
    if not 0 < until_ms - from_ms <= REPLAY_DAYS_MAX * DAY_MS:
        message = f"must be before until, by at most {REPLAY_DAYS_MAX} days"
        wrong = FieldError("from", message, "bad_span", (("days", str(REPLAY_DAYS_MAX)),))
        raise InvalidInput("bad_period", "the period is empty or too long", [wrong])


def _inside(page: Page[DecidedOn], replay: Replay) -> list[DecidedOn]:
    return [one for one in page.rows if replay.from_ms <= one.at_ms < replay.until_ms]


def _following(replay: Replay, day: str, cursor: str | None) -> tuple[str, str | None] | None:
    """Where the next page begins; None after the last."""
    if cursor is not None:
        return day, cursor
    later = [one for one in days_between(replay.from_ms, replay.until_ms) if one > day]
    return (later[0], None) if later else None


def _as_version(draft: Draft, versions: Sequence[ProgramVersion]) -> ProgramVersion:
    """The draft as the version that it would be."""
    return ProgramVersion(
        program_id=draft.program_id,
        number=max(one.number for one in versions) + 1,
        terms=draft.terms,
        author=draft.author,
        rationale=draft.rationale,
        created_ms=draft.created_ms,
        effective_ms=draft.created_ms,
    )


def _plus(sums: Mapping[str, int], name: str, more: int) -> dict[str, int]:
    return {**sums, name: sums.get(name, 0) + more}


def _outcome(
    one: Standing,
    draft: ProgramVersion,
    versions: Sequence[ProgramVersion],
    caps: Caps,
    passing: ReplayPassing | None,
) -> Outcome:
    """The decision under the draft; its limits have moved by it then."""
    currency = one.decision.basis.currency
    draft = draft.in_currency(currency)
    before = attribution_then(versions, one)
    winner = winner_under(one, draft.terms.attribution, before)
    pinned = next(each for each in versions if each.number == one.decision.version_number)
    doubts = tuple(doubts_of(one, winner, draft, pinned.in_currency(currency), before))
    outcome = rejudged(one, draft, winner, caps.rooms(one, winner) if winner else NO_ROOMS, doubts)
    more = caps.doubts(one, outcome, passing)
    outcome = replace(outcome, uncertain=(*outcome.uncertain, *more))
    caps.seen(one, outcome)
    return outcome


def _added(
    replay: Replay, standing: Standing, outcome: Outcome, rows: Sequence[ReplayChange]
) -> Replay:
    """The sums with one conversion more."""
    before = {standing.decision.basis.currency: 0} | replay.before_minor
    after, reasons = dict(before) | replay.after_minor, dict(replay.reasons)
    for owner, (had, has) in outcome.people.items():
        before[owner.unit] = before.get(owner.unit, 0) + had
        after[owner.unit] = after.get(owner.unit, 0) + has
    for reason in outcome.uncertain:
        reasons[reason] = reasons.get(reason, 0) + 1
    return replay.but(
        conversions=replay.conversions + 1,
        changed=replay.changed + len(rows),
        newly_earning=replay.newly_earning + sum(not one.before_minor for one in rows),
        no_longer_earning=replay.no_longer_earning + sum(not one.after_minor for one in rows),
        before_minor=before,
        after_minor=after,
        uncertain=replay.uncertain + bool(outcome.uncertain),
        reasons=reasons,
    )
