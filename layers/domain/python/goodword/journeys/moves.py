"""What each kind of step does with a walk: the walk after one move, and what else is written.

A move adds to a Change and answers the walk; who calls commits both. It never writes one record
twice: a move that lets an ask expire does nothing else, the next one goes on from there.
"""

from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.segmenting import joining
from goodword.conversions.crediting import Work, credit
from goodword.events import Event, Plain
from goodword.journeys.asked import DONE, OWED, TAKEN
from goodword.journeys.asking import Verdict, puts_off
from goodword.journeys.asks import look_by, moved, note
from goodword.journeys.beginning import against_first_ask
from goodword.journeys.borne import joins
from goodword.journeys.definition import (
    Ask,
    Branch,
    Flag,
    HandOver,
    JourneyTerms,
    Remind,
    Reward,
    Wait,
    work_name,
)
from goodword.journeys.doubled import GAVE_WAY, gives_way, rewarded_by_another
from goodword.journeys.gate import Gate, Seen
from goodword.journeys.handing_over import handed_over
from goodword.journeys.owing import kept_until, owed_until, promised
from goodword.journeys.previewing import counted, holds
from goodword.journeys.walk import AskMade, AskOfAdvocate, Walk, WalkAsk, ask_key
from goodword.limits import PUBLIC_TURN_DAYS, WALK_SLEEP_DAYS, WORK_LOOK_DAYS
from goodword.ports import Change, Desk
from goodword.times import DAY_MS, HOUR_MS

SLEEP_MS = WALK_SLEEP_DAYS * DAY_MS
LOOK_MS = WORK_LOOK_DAYS * DAY_MS
TURNS = frozenset({"asked_already", "too_often", "cool_down", "quiet_hours"})
# Reasons that no time changes.
FOR_GOOD = frozenset(
    {"unsubscribed", "forgotten", "programme_closed", "trigger_withdrawn", GAVE_WAY}
)


@dataclass(frozen=True)
class Moves:
    """The moves of walks."""

    desk: Desk
    gate: Gate

    def move(self, change: Change, walk: Walk, terms: JourneyTerms, *, asks: bool = True) -> Walk:
        """The walk after what its step does now; without `asks` it passes by what would ask."""
        step = terms.steps[terms.step(walk.step)]
        if not asks and isinstance(step, Ask | Remind):
            return self._past(change, walk, terms)
        if isinstance(step, Wait):
            return self._wait(change, walk, terms, step)
        if isinstance(step, Remind):
            return self._remind(change, walk, terms, step)
        if (ask := walk.unanswered) is not None:
            return self._until_answered(change, walk, ask)
        match step:
            case Ask():
                after = self._ask(change, walk, terms, step)
            case Branch():
                after = self._branch(change, walk, terms, step)
            case Reward():
                after = self._reward(change, walk, terms, step)
            case Flag():
                after = self._flag(change, walk, terms, step)
            case HandOver():
                after = self._hand_over(change, walk, terms, step)
            case _:  # an exit, the only kind that is left
                after = self.end(change, walk, "finished")
        return after

    def end(self, change: Change, walk: Walk, reason: str) -> Walk:
        """The walk is over; what it asked and nobody answered is over with it.

        What was promised keeps its days to be done (`lapse`).
        """
        if (open_ask := walk.unanswered) is not None:
            walk = self._expired(change, walk, open_ask, reason)
        change.create(self._event("journey.ended", walk, reason))
        return walk.but(state="ended", reason=reason, held="", owed_ms=owed_until(walk))

    def lapse(self, change: Change, walk: Walk) -> Walk:
        """Of a walk that has ended: the first promise whose days are over is over, one at a time.

        What was said to be done waits for staff, in their list, as long as it takes.
        """
        over = [one for one in promised(walk) if kept_until(one) <= self._now_ms]
        if over:
            walk = self._expired(change, walk, over[0], "work_not_done")
        return walk.but(owed_ms=owed_until(walk))

    # --- the steps ----------------------------------------------------------------------------

    def _wait(self, change: Change, walk: Walk, terms: JourneyTerms, step: Wait) -> Walk:
        """Nothing, for a while; before a reminder only while there is something to remind of."""
        due_ms = walk.since_ms + step.hours * HOUR_MS
        following = terms.steps[terms.step(walk.step) + 1 :]
        if following and isinstance(following[0], Remind):
            ask = walk.of_step(following[0].of_ask)
            waits = ask is not None and ask.state == "sent" and ask.step not in walk.reminded
            due_ms = due_ms if waits else walk.since_ms
        if self._now_ms < due_ms:
            return walk.but(next_ms=due_ms, held="")
        return self._onward(change, walk, terms)

    def _ask(self, change: Change, walk: Walk, terms: JourneyTerms, step: Ask) -> Walk:
        if walk.of_step(step.name) is not None:
            return self._onward(change, walk, terms)
        seen = self.gate.look(walk.subject_id)
        if step.motion == "feedback" and seen.trust.unrated is None:
            return self._onward(change, walk, terms)  # nothing was done that one could ask about
        verdict = self._against(walk, seen) or seen.may_ask(step, terms)
        if verdict.reason == GAVE_WAY and walk.asks:
            self._not_made(change, walk, step, GAVE_WAY)
            return self._onward(change, walk, terms)
        if not verdict.allowed:
            return self._not_yet(change, walk, terms, step, verdict)
        ask = self._made(walk, terms, step, seen)
        whose = {"program_id": ask.program_id, "advocate_id": ask.advocate_id}
        book = seen.book.but(**whose, joined=joins(seen.book, seen.others))
        change.save(book.plus(ask.noted))
        seen.note_asked(change, ask.made_ms)
        if ask.advocate_id:
            change.create(AskOfAdvocate(advocate_id=ask.advocate_id, ask_id=ask.ask_id))
        change.create(
            ask,
            self._event("journey.asked", walk, ask=ask.line, advocate_id=ask.advocate_id),
        )
        seen.hold(change)
        return self._onward(change, walk.with_ask(ask.line), terms)

    def _against(self, walk: Walk, seen: Seen) -> Verdict | None:
        """What the walk itself has against an ask, whatever holds for the person."""
        gives = self._giving_way(walk, seen)
        if gives is not None or not seen.all_heard:
            return gives
        return against_first_ask(self.desk.store, walk, seen.signals, self._now_ms)

    def _giving_way(self, walk: Walk, seen: Seen) -> Verdict | None:
        gives = gives_way(self.desk, walk, seen.subject)
        return Verdict(allowed=False, reason=GAVE_WAY) if gives else None

    def _not_made(self, change: Change, walk: Walk, step: Ask, reason: str) -> None:
        change.create(self._event("journey.ask_not_made", walk, reason, motion=step.motion))

    def _not_yet(
        self, change: Change, walk: Walk, terms: JourneyTerms, step: Ask, verdict: Verdict
    ) -> Walk:
        """Held until the reason says or for a day; or given up. Each reason is told once.

        A public review waits for its turn longer than the goal: those who were asked for something
        private meanwhile, by what they answered, are not left out for it. One that is put off until
        a case or an invoice is closed is not given up at all.
        """
        again_ms = verdict.from_ms if verdict.from_ms is not None else self._now_ms + SLEEP_MS
        patience = PUBLIC_TURN_DAYS if step.public and verdict.reason in TURNS else 0
        last_ms = walk.entered_ms + (terms.goal.within_days + patience) * DAY_MS
        late = again_ms > last_ms and not puts_off(step.motion, verdict.reason)
        if verdict.reason in FOR_GOOD or late:
            self._not_made(change, walk, step, verdict.reason)
            return self.end(change, walk, verdict.reason)
        if walk.held != verdict.reason:
            change.create(
                self._event(
                    "journey.ask_held",
                    walk,
                    verdict.reason,
                    motion=step.motion,
                    again_ms=again_ms,
                )
            )
        return walk.but(held=verdict.reason, next_ms=again_ms)

    def _remind(self, change: Change, walk: Walk, terms: JourneyTerms, step: Remind) -> Walk:
        """After half of the time that is left; or when the wait before it is over. Once for an
        ask, also where a version of before that rule has several."""
        ask = walk.of_step(step.of_ask)
        if ask is None or ask.state != "sent":
            return self._onward(change, walk, terms)
        if self._now_ms >= ask.expires_ms:
            return self._expired(change, walk, ask, "no_answer")
        if step.of_ask in walk.reminded:
            return self._onward(change, walk, terms)
        before = terms.steps[terms.step(walk.step) - 1]
        due_ms = walk.since_ms
        if not isinstance(before, Wait):
            due_ms += (ask.expires_ms - walk.since_ms) // 2
        if self._now_ms < due_ms:
            return walk.but(next_ms=due_ms, held="unanswered")
        return self._reminded(change, walk, terms, step, ask)

    def _reminded(
        self, change: Change, walk: Walk, terms: JourneyTerms, step: Remind, ask: WalkAsk
    ) -> Walk:
        """Said once more, if that may be at this moment."""
        asked = terms.steps[terms.step(step.of_ask)]
        assert isinstance(asked, Ask)  # what was published reminds of asks
        seen = self.gate.look(walk.subject_id)
        verdict = self._giving_way(walk, seen) or seen.may_remind(asked, terms)
        if verdict.from_ms is not None:
            return walk.but(next_ms=min(verdict.from_ms, ask.expires_ms), held=verdict.reason)
        if not verdict.allowed:
            change.create(self._event("journey.not_reminded", walk, verdict.reason, ask=ask))
            return self._onward(change, walk, terms)
        told = self._event("journey.reminded", walk, ask=ask, advocate_id=seen.advocate_id)
        said = {"words": step.template, "worded": _worded(walk, terms, step)}
        change.create(told.but(data={**told.data, **said}))
        seen.hold(change)
        walk = walk.but(reminded=(*walk.reminded, step.of_ask))
        return self._onward(change, walk, terms)

    def _branch(self, change: Change, walk: Walk, terms: JourneyTerms, step: Branch) -> Walk:
        if step.when is not None:
            seen = self.gate.look(walk.subject_id)
            heard = counted(terms, seen.signals)
            yes = holds(step.when, heard, seen.standing, self._now_ms, seen.segments)
        elif step.of_hand_over is not None:
            handed = walk.handed_by(step.of_hand_over)
            yes = handed is not None and step.outcome == (handed.outcome or "late")
        else:
            ask = walk.of_step(step.of_ask or "")
            wanted = TAKEN if step.answered == "accepted" else {step.answered}
            yes = ask is not None and ask.state in wanted
        return self._onward(change, walk, terms, step.then if yes else "")

    def _reward(self, change: Change, walk: Walk, terms: JourneyTerms, step: Reward) -> Walk:
        """Work that was accepted is credited; what was promised has its time to be done."""
        line = walk.of_step(step.of_ask)
        if line is None or line.state not in ("accepted", "submitted", "accepted_work"):
            return self._onward(change, walk, terms)
        ask = self.desk.store.get(AskMade, ask_key(line.ask_id))
        assert ask is not None  # it was made with the walk's line of it
        if ask.state != "accepted_work":
            return self._until_done(change, walk, line, ask)
        if rewarded_by_another(self.desk, change, walk, line):
            change.create(self._event("journey.reward_not_given", walk, GAVE_WAY, ask=line))
            return self._onward(change, walk, terms)
        return self._credited(change, walk, terms, step, ask)

    def _credited(
        self, change: Change, walk: Walk, terms: JourneyTerms, step: Reward, ask: AskMade
    ) -> Walk:
        conversion = credit(
            self.desk,
            change,
            Work(
                program_id=ask.program_id,
                advocate_id=ask.advocate_id,
                work_id=ask.ask_id,
                name=work_name(ask.motion),
                amount_minor=step.amount_minor,
                done_ms=ask.changed_ms,
            ),
        )
        if not conversion.reward_ids:
            why = conversion.reason
            change.create(self._event("journey.reward_not_given", walk, why, ask=ask.line))
            return self._onward(change, walk, terms)
        after = moved(ask, "rewarded", self._now_ms).but(reward_ids=conversion.reward_ids)
        note(self.desk, change, after)
        return self._onward(change, walk.with_ask(after.line), terms)

    def _flag(self, change: Change, walk: Walk, terms: JourneyTerms, step: Flag) -> Walk:
        """Whoever did it comes into the segment; what was promised has its time to be done."""
        line = walk.of_step(step.of_ask)
        if line is None or line.state not in (*OWED, "rewarded"):
            return self._onward(change, walk, terms)
        ask = self.desk.store.get(AskMade, ask_key(line.ask_id))
        assert ask is not None  # it was made with the walk's line of it
        if ask.state not in DONE:
            return self._until_done(change, walk, line, ask)
        place = enrolment_key(ask.advocate_id, ask.program_id)
        enrolment = self.desk.store.get(Enrolment, place)
        if enrolment is not None and enrolment.state == "active":
            joining(self.desk, change, enrolment, step.segment, f"journey_{ask.motion}")
        return self._onward(change, walk, terms)

    def _hand_over(self, change: Change, walk: Walk, terms: JourneyTerms, step: HandOver) -> Walk:
        """Made once; then it is waited for, if the journey does, until it is closed or due."""
        line = walk.handed_by(step.name)
        if line is None:
            seen = self.gate.look(walk.subject_id)
            if seen.subject.forgotten:  # nobody could say whom it is about
                return self._onward(change, walk, terms)
            if not walk.asks and self._giving_way(walk, seen) is not None:
                return self.end(change, walk, GAVE_WAY)
            line = handed_over(self.desk, change, walk, step, seen)
            walk = walk.but(handed=(*walk.handed, line))
        if step.until_closed and line.outcome is None and self._now_ms < line.due_ms:
            return walk.but(held="handed_over", next_ms=line.due_ms)
        return self._onward(change, walk, terms)

    # --- what they share ----------------------------------------------------------------------

    @property
    def _now_ms(self) -> int:
        return self.desk.clock.now_ms()

    def _onward(self, change: Change, walk: Walk, terms: JourneyTerms, to: str = "") -> Walk:
        """At the step of this name, or at the next one; behind the last the walk is over."""
        place = terms.step(to) if to else terms.step(walk.step) + 1
        if place < len(terms.steps):
            at_ms = self._now_ms
            step = terms.steps[place].name
            return walk.but(step=step, since_ms=at_ms, next_ms=at_ms, held="")
        if (ask := walk.unanswered) is not None:
            return walk.but(next_ms=ask.expires_ms, held="unanswered")
        return self.end(change, walk, "finished")

    def _past(self, change: Change, walk: Walk, terms: JourneyTerms) -> Walk:
        """Onward without asking; what was asked before still has its time."""
        if (ask := walk.unanswered) is not None:
            return self._until_answered(change, walk, ask)
        return self._onward(change, walk, terms)

    def _until_answered(self, change: Change, walk: Walk, ask: WalkAsk) -> Walk:
        if self._now_ms < ask.expires_ms:
            return walk.but(next_ms=ask.expires_ms, held="unanswered")
        return self._expired(change, walk, ask, "no_answer")

    def _until_done(self, change: Change, walk: Walk, line: WalkAsk, ask: AskMade) -> Walk:
        """What was promised has its time to be done; what is said to be done waits for staff."""
        if ask.state == "submitted":
            return self._until_seen(change, walk, ask)
        until_ms = kept_until(ask)
        if self._now_ms < until_ms:
            return walk.but(next_ms=until_ms, held="work_not_done_yet")
        return self._expired(change, walk, line, "work_not_done")

    def _until_seen(self, change: Change, walk: Walk, ask: AskMade) -> Walk:
        """Nobody's silence decides about work: it is told that they are late, again and again."""
        late = self._now_ms >= look_by(ask)
        if late:
            change.create(self._event("journey.work_overdue", walk, ask=ask.line))
        return walk.but(
            next_ms=self._now_ms + LOOK_MS if late else look_by(ask),
            held="work_overdue" if late else "work_not_seen_yet",
        )

    def _expired(self, change: Change, walk: Walk, line: WalkAsk, reason: str) -> Walk:
        ask = self.desk.store.get(AskMade, ask_key(line.ask_id))
        assert ask is not None  # it was made with the walk's line of it
        after = moved(ask, "expired", self._now_ms, reason)
        note(self.desk, change, after)
        return walk.with_ask(after.line).but(next_ms=self._now_ms, held="")

    def _made(self, walk: Walk, terms: JourneyTerms, step: Ask, seen: Seen) -> AskMade:
        now_ms = self._now_ms
        return AskMade(
            ask_id=self.desk.ids.new("ask"),
            program_id=walk.program_id,
            journey_id=walk.journey_id,
            walk_id=walk.walk_id,
            subject_id=seen.subject.subject_id,
            advocate_id=seen.advocate_id,
            step=step.name,
            motion=step.motion,
            words=step.template,
            worded=_worded(walk, terms, step),
            site=step.site,
            profile=step.profile,
            channels=terms.channels,
            state="sent",
            made_ms=now_ms,
            expires_ms=now_ms + step.expires_days * DAY_MS,
            changed_ms=now_ms,
            about=seen.trust.unrated or "" if step.motion == "feedback" else "",
        )

    def _event(
        self, type: str, walk: Walk, reason: str = "", ask: WalkAsk | None = None, **more: Plain
    ) -> Event:
        """About the ask if there is one, else about the walk."""
        about: dict[str, Plain] = {"motion": ask.motion} if ask else {}
        return self.desk.event(
            type,
            ask.ask_id if ask else walk.walk_id,
            reason,
            program_id=walk.program_id,
            journey_id=walk.journey_id,
            walk_id=walk.walk_id,
            subject_id=walk.subject_id,
            step=walk.step,
            **about,
            **more,
        )


def _worded(walk: Walk, terms: JourneyTerms, step: Ask | Remind) -> int:
    """The version whose own words a request or reminder says; 0: those that ship."""
    return walk.number if step.template in terms.texts else 0
