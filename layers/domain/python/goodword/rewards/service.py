"""A reward's life between the decision and the payout; every step is safe to repeat.

The Step Functions machine `reward_approval` walks these steps; the sweeper walks whatever it
missed, so a lost execution never strands money. Nothing is paid by a clock: a review that nobody
answers is escalated, then refused as the programme's terms say, with that reason on record. Where
they say release, only what needs no person any more is released; all else is escalated again.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.limits import DUE_SHARDS
from goodword.money import money_of
from goodword.persons import Person
from goodword.ports import Change, Desk, Page, until_settled
from goodword.programs.model import ProgramVersion, Terms, version_key
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Record, Value
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import (
    BAN,
    Reward,
    RewardPlace,
    RewardState,
    reward_key,
    reward_place_key,
)
from goodword.rewards.sides import held_beside
from goodword.times import DAY_MS, SECOND_MS
from goodword.trust.assessing import Assessor
from goodword.trust.model import Assessment
from goodword.workflow import TaskToken, Workflow, token_key

Route = Literal["review", "wait", "post", "done"]

APPROVE_CODES = ("checked_order", "known_customer", "checked_with_shop", "other")
REFUSE_CODES = ("self_referral", "duplicate", "fraud", "terms_broken", "order_not_genuine", "other")
SWEEP_PAGE = 50  # records per index page; one sweep takes one page of each shard


class Step(Value):
    """Where the machine goes next. `wait_seconds` and `timeout_seconds` are at least 1."""

    reward_id: str
    route: Route
    reason: str = ""
    wait_seconds: int = Field(default=1, ge=1, le=99_999_999)
    timeout_seconds: int = Field(default=1, ge=1, le=99_999_999)


@dataclass(frozen=True)
class Approval:
    """The steps of `reward_approval`, the decision of a person, and the sweep."""

    desk: Desk
    workflow: Workflow

    def assess(self, reward_id: str) -> Step:
        """Small and clean goes on by itself; anything else waits for a person.

        What the checks of trust found is kept with it, also if nothing follows. A refusal is only
        made by a check that the terms let refuse, and says so to the advocate.
        """

        def attempt() -> Step:
            reward = self.find(reward_id)
            if reward.state != "pending":
                return self.next_step(reward)
            if stopped := self._stopped(reward):
                return self.next_step(stopped)
            terms = self._version(reward).terms
            change = Change()
            found = Assessor(self.desk).assess(change, reward, terms.trust, "first")
            state, reason = _first_step(reward, found, terms)
            after = self._stepped(change, reward, state, reason, terms, found)
            self.desk.store.commit(change)
            return self.next_step(after)

        return until_settled(attempt)

    def _stepped(
        self,
        change: Change,
        reward: Reward,
        state: RewardState,
        reason: str,
        terms: Terms,
        found: Assessment | None,
    ) -> Reward:
        """Move the reward in the change; on hold it has a date, and it counts its assessments."""
        books, more = RewardBooks(self.desk, change), dict[str, object]()
        if found is not None:
            more["assessed"] = found.number
        if state == "on_hold":
            more["lapse_ms"] = self.desk.clock.now_ms() + terms.review.days * DAY_MS
        after = books.step(reward, state, reason, **more)
        books.close()
        return after

    def _stopped(self, reward: Reward) -> Reward | None:
        """The reward void because of a ban, or on hold while the bank asks about its order.

        Whatever else let it go on, and whatever it escaped in a race.
        """
        place = conversion_key(reward.conversion_id)
        own = enrolment_key(reward.advocate_id, reward.program_id)
        found = self.desk.store.get_mixed({place: Conversion, own: Enrolment})
        order, enrolment = found.get(place), found.get(own)
        assert order is None or isinstance(order, Conversion)
        at_ms = order.occurred_ms if order else reward.created_ms
        change, after = Change(), reward
        books = RewardBooks(self.desk, change)
        if isinstance(enrolment, Enrolment) and enrolment.is_banned_at(at_ms):
            after = books.step(reward.but(ceiling_minor=0), "void", BAN, lapse_ms=None)
        elif order and order.inquiries:
            after = books.hold(reward)
        if after is reward:
            return None
        books.close()
        self.desk.store.commit(change)
        return after

    def ask(self, reward_id: str, token: str) -> None:
        """Keep the callback of a wait for a person; resume it at once if the answer is there."""

        def attempt() -> bool:
            reward = self.find(reward_id)
            if reward.state != "on_hold":
                return False
            change = Change()
            kept = self.desk.store.get(TaskToken, token_key(reward_id, "review"))
            given = TaskToken(
                subject_id=reward_id,
                name="review",
                token=token,
                given_ms=self.desk.clock.now_ms(),
                version=kept.version if kept else 0,
            )
            change.save(given)
            change.replace(reward)  # nobody may decide between the read and this token
            self.desk.store.commit(change)
            return True

        if not until_settled(attempt):
            self.workflow.resume(token, {"reward_id": reward_id})

    def decide(
        self,
        reward_id: str,
        *,
        approve: bool,
        code: str,
        decider_advocate_id: str | None,
        mark: str = "",
        receipt: Receipt[Reward] = no_receipt,
    ) -> Reward:
        """A person's answer, with its reason code; never by the payee. What the same check held
        of the friend's side goes with it. `mark` is the person's mailbox, as of `Person`.

        Raises InvalidInput `unknown_reason_code`, NotAllowed `payee_may_not_decide`, Conflict
        `not_on_hold` when it was answered, lapsed or reversed in the meantime, NotAllowed
        `same_person` when the second look at a large amount is by who took the first. After a first
        look the reward is still on hold.
        """
        if code not in (APPROVE_CODES if approve else REFUSE_CODES):
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")

        def attempt() -> Reward:
            reward = self.find(reward_id)
            if reward.advocate_id == decider_advocate_id:
                raise NotAllowed("payee_may_not_decide", "this reward is your own")
            if reward.state != "on_hold":
                raise Conflict("not_on_hold", f"the reward is {reward.state}, not on hold")
            change, both = Change(), (reward, *held_beside(self.desk, reward))
            if approve and any([self._takes_two(one, who) for one in both]):
                after, *_ = [self._first_look(change, one, code, who) for one in both]
                return settle(self.desk.store, change, after, receipt)
            decided = {"decided_by": who.subject, "decided_mark": who.mark, "lapse_ms": None}
            state: RewardState = "approved" if approve else "rejected"
            books = RewardBooks(self.desk, change)
            after, *beside = [books.step(one, state, code, **decided) for one in both]
            books.close()
            together[:] = [one.reward_id for one in beside]
            return settle(self.desk.store, change, after, receipt)

        together: list[str] = []
        who = Person(self.desk.actor.id, decider_advocate_id, mark)
        after = until_settled(attempt)
        if after.state != "on_hold":
            for one in (reward_id, *together):
                self._resume(one)
        return after

    def _takes_two(self, reward: Reward, who: Person) -> bool:
        """Whether this approval is only the first of two. NotAllowed `same_person` for a third."""
        most = self._version(reward).terms.trust.second_look_minor
        if most is None or reward.remaining_minor <= most:
            return False
        if who.is_one_of((reward.first_look_by, reward.first_look_mark)):
            raise NotAllowed("same_person", "another person must take the second look")
        return reward.first_look_by is None

    def _first_look(self, change: Change, reward: Reward, code: str, who: Person) -> Reward:
        """Keep who approved first; the reward stays on hold until somebody else does."""
        after = reward.but(first_look_by=who.subject, first_look_mark=who.mark)
        change.replace(after)
        change.create(self._event("reward.first_look", reward, code))
        return after

    def lapse(self, reward_id: str) -> Step:
        """The review's time is over: escalate once, then the path that the terms name.

        What a person has to look at is never released by time: it is escalated again.
        """

        def attempt() -> Step:
            reward, now_ms = self.find(reward_id), self.desk.clock.now_ms()
            if reward.state != "on_hold" or reward.lapse_ms is None or now_ms < reward.lapse_ms:
                return self.next_step(reward)
            terms = self._version(reward).terms
            review, change = terms.review, Change()
            ends = review.on_lapse == "refuse" or _needs_nobody(reward, terms)
            if not (reward.escalated and ends):
                after = reward.but(
                    escalated=True, lapse_ms=now_ms + review.escalation_days * DAY_MS
                )
                change.replace(after)
                change.create(self._event("reward.escalated", reward, "review_lapsed"))
            else:
                books = RewardBooks(self.desk, change)
                state: Literal["approved", "rejected"] = (
                    "approved" if review.on_lapse == "release" else "rejected"
                )
                after = books.step(reward, state, f"review_lapsed_{review.on_lapse}", lapse_ms=None)
                books.close()
            self.desk.store.commit(change)
            return self.next_step(after)

        return until_settled(attempt)

    def post(self, reward_id: str) -> Step:
        """After the hold: look again, and make what is left of it due.

        What went on by itself is checked once more, with what has been seen since.
        """

        def attempt() -> Step:
            reward, now_ms = self.find(reward_id), self.desk.clock.now_ms()
            if reward.state != "approved" or now_ms < reward.hold_until_ms:
                return self.next_step(reward)
            if stopped := self._stopped(reward):
                return self.next_step(stopped)
            terms, change, found = self._version(reward).terms, Change(), None
            if reward.decided_by is None:
                found = Assessor(self.desk).assess(change, reward, terms.trust, "before_due")
            held = found is not None and found.outcome != "pass"
            state: RewardState = "on_hold" if held else "due"
            reason = found.reason if found and held else "hold_over"
            after = self._stepped(change, reward, state, reason, terms, found)
            self.desk.store.commit(change)
            return self.next_step(after)

        return until_settled(attempt)

    def next_step(self, reward: Reward) -> Step:
        """What a reward in this state waits for."""
        now_ms = self.desk.clock.now_ms()
        if reward.state == "on_hold":
            left = max(1, ((reward.lapse_ms or now_ms) - now_ms) // SECOND_MS)
            return Step(reward_id=reward.reward_id, route="review", timeout_seconds=left)
        if reward.state == "approved":
            left_ms = reward.hold_until_ms - now_ms
            if left_ms <= 0:
                return Step(reward_id=reward.reward_id, route="post")
            wait = -(-left_ms // SECOND_MS)
            return Step(reward_id=reward.reward_id, route="wait", wait_seconds=wait)
        return Step(reward_id=reward.reward_id, route="done", reason=reward.state)

    def sweep(self) -> dict[str, int]:
        """Move on whatever its execution did not: unassessed, held too long, unanswered."""
        until = f"{self.desk.clock.now_ms():015d}#~"
        counts = {"assessed": 0, "posted": 0, "lapsed": 0}
        for shard in range(DUE_SHARDS):
            for reward in self._waiting(f"START#{shard}", until).rows:
                self.assess(reward.reward_id)
                counts["assessed"] += 1
            for reward in self._waiting(f"HOLD#{shard}", until).rows:
                self.post(reward.reward_id)
                counts["posted"] += 1
        for reward in self._waiting("REVIEW", until).rows:
            self.lapse(reward.reward_id)
            counts["lapsed"] += 1
        return counts

    def find(self, reward_id: str) -> Reward:
        """The reward, or NotFound `unknown_reward`."""
        place = self.desk.store.get(RewardPlace, reward_place_key(reward_id))
        reward = place and self.desk.store.get(Reward, reward_key(place.advocate_id, reward_id))
        if not reward:
            raise NotFound("unknown_reward", "there is no such reward")
        return reward

    def on_hold(self, reward_id: str) -> Reward:
        """The reward, which must wait for a person. Conflict `not_on_hold`."""
        reward = self.find(reward_id)
        if reward.state != "on_hold":
            raise Conflict("not_on_hold", f"the reward is {reward.state}, not on hold")
        return reward

    def _waiting(self, pk: str, until: str) -> Page[Reward]:
        return self.desk.store.query_index(Reward, "core", pk, until=until, limit=SWEEP_PAGE)

    def _version(self, reward: Reward) -> ProgramVersion:
        version = self.desk.store.get(
            ProgramVersion, version_key(reward.program_id, reward.version_number)
        )
        if version is None:
            raise NotFound("unknown_version", "the reward's programme version is missing")
        return version.in_currency(money_of(reward.currency))

    def _resume(self, reward_id: str) -> None:
        kept = self.desk.store.get(TaskToken, token_key(reward_id, "review"))
        if kept is not None:
            self.workflow.resume(kept.token, {"reward_id": reward_id})

    def _event(self, type: str, reward: Reward, reason: str) -> Record:
        return self.desk.event(
            type,
            reward.reward_id,
            reason,
            advocate_id=reward.advocate_id,
            program_id=reward.program_id,
        )


def _first_step(reward: Reward, found: Assessment | None, terms: Terms) -> tuple[RewardState, str]:
    """Where a new reward goes and why: a check speaks first, then the amount."""
    if found is not None and found.outcome != "pass":
        refused = found.outcome == "refuse" and not reward.reason  # not what a dispute brought back
        return ("rejected" if refused else "on_hold"), found.reason
    if reward.remaining_minor <= terms.review.auto_approve_limit_minor:
        return "approved", "within_auto_approve_limit"
    return "on_hold", "over_auto_approve_limit"


def _needs_nobody(reward: Reward, terms: Terms) -> bool:
    """Whether a held reward would pass by itself by now: it was too large alone, and has shrunk."""
    most, second = terms.review.auto_approve_limit_minor, terms.trust.second_look_minor
    if second is not None:
        most = min(most, second)
    return reward.reason == "over_auto_approve_limit" and reward.remaining_minor <= most
