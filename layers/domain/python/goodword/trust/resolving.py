"""A dispute is resolved by a person who is not paid by it, and the outcome is done with it.

The end of the dispute and what it grants are one Change, so there is no dispute that was granted
and nothing of it in the ledger, and none that was granted twice.
"""

from dataclasses import dataclass
from typing import Literal

from goodword.conversions.granting import Wanted, grant
from goodword.conversions.model import Conversion, conversion_key
from goodword.conversions.rewarded import standing_share
from goodword.errors import Conflict, InvalidInput
from goodword.money import money_of
from goodword.payouts.confirming import open_to_a_person
from goodword.payouts.ending import add_end
from goodword.payouts.model import Payout, payout_key
from goodword.payouts.stops import lifted, read_stop
from goodword.persons import Person
from goodword.ports import Change, Desk, until_settled
from goodword.programs.model import ProgramVersion, version_key
from goodword.receipts import Receipt, no_receipt, settle
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward, reward_key
from goodword.rewards.sides import held_beside
from goodword.times import DAY_MS
from goodword.trust.banning import Bans, is_banned_since
from goodword.trust.dispute import (
    LEARNED_CODES,
    RESOLVE_CODES,
    Dispute,
    GrantedOrder,
    Outcome,
)
from goodword.trust.disputing import Disputes, check_not_payee, check_running
from goodword.workflow import TaskToken, Workflow, token_key

GRANTED = "dispute_granted"  # the reason of a reward that is owed again because of a dispute


@dataclass(frozen=True)
class Ruling:
    """What a person decides. `order` is for a missing conversion, `amount_minor` for `partly`.

    `mark` is the person's mailbox, as of `Person`.
    """

    outcome: Outcome
    reason: str
    learned: str
    order: GrantedOrder | None = None
    order_id: str = ""
    conversion_id: str = ""
    amount_minor: int | None = None
    mark: str = ""


@dataclass(frozen=True)
class Resolving:
    """The use case that ends a dispute with an outcome."""

    desk: Desk
    disputes: Disputes
    workflow: Workflow

    def resolve(
        self,
        dispute_id: str,
        ruling: Ruling,
        decider_advocate_id: str | None,
        receipt: Receipt[Dispute] = no_receipt,
    ) -> Dispute:
        """End the dispute and do what was decided. Conflict `dispute_over` the second time.

        Raises InvalidInput `unknown_reason_code`, `outcome_does_not_fit`; NotAllowed
        `payee_may_not_decide`; Conflict `cannot_grant` and what `grant` raises.
        """
        if ruling.reason not in RESOLVE_CODES or ruling.learned not in LEARNED_CODES:
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")

        def attempt() -> Dispute:
            dispute = self.disputes.read(dispute_id)
            check_not_payee(dispute, decider_advocate_id)
            check_running(dispute)
            change, done = Change(), dict[str, object]()
            if ruling.outcome != "upheld":
                done = self._do(change, dispute, ruling)
            after = self.disputes.end(
                change,
                dispute,
                state="resolved",
                outcome=ruling.outcome,
                reason=ruling.reason,
                learned=ruling.learned,
                decided_by=self.desk.actor.id,
                **done,
            )
            return settle(self.desk.store, change, after, receipt)

        after = until_settled(attempt)
        for reward_id in after.reward_ids:
            self._resume(reward_id)
        return after

    def ahead(self, dispute_id: str, ruling: Ruling) -> tuple[Reward, ...]:
        """The rewards that granting it would make; nothing is stored. Raises as `resolve`."""
        dispute, change = self.disputes.read(dispute_id), Change()
        check_running(dispute)
        self._do(change, dispute, ruling)
        return tuple(one for one in change.created if isinstance(one, Reward))

    def _left(self, change: Change, reward: Reward) -> int:
        """What the refunds of its order leave of a refused reward: they passed it by meanwhile.

        The conversion is written, so that a refund that is booked meanwhile sees the reward again,
        and so does whoever makes the order one with another, or another's. Of such a one nothing is
        owed again.
        What a person has granted a part of stays a part.
        """
        place = conversion_key(reward.conversion_id)
        conversion = self.desk.store.get(Conversion, place)
        assert conversion is not None, "a reward has its conversion"
        if conversion.duplicate_of is not None:
            raise Conflict("cannot_grant", "its order is one with another, which is rewarded")
        if reward.reward_id not in (*conversion.reward_ids, *conversion.friend_reward_ids):
            raise Conflict("cannot_grant", "its order was decided anew: it is another's by now")
        change.replace(conversion)
        left: int = reward.earned_minor - standing_share(reward, conversion)
        if reward.ceiling_minor is not None:
            left = min(left, reward.ceiling_minor)
        if left <= 0:
            raise Conflict("cannot_grant", "its order was refunded: nothing of it is left")
        return left

    def _check_second_look(self, reward: Reward, mark: str) -> None:
        """A large amount takes two people here as in the review; the first one looks there."""
        pinned = version_key(reward.program_id, reward.version_number)
        version = self.desk.store.get(ProgramVersion, pinned)
        read = version and version.in_currency(money_of(reward.currency))
        most = read.terms.trust.second_look_minor if read else 0
        if most is None or reward.remaining_minor <= most:
            return
        who = Person(self.desk.actor.id, None, mark)
        looked = reward.first_look_by
        if looked is None or who.is_one_of((looked, reward.first_look_mark)):
            raise Conflict("second_look_needed", "somebody else must look at it first")

    def _resume(self, reward_id: str) -> None:
        """Tell the approval that waits for a person; without it the sweeper goes on."""
        kept = self.desk.store.get(TaskToken, token_key(reward_id, "review"))
        if kept is not None:
            self.workflow.resume(kept.token, {"reward_id": reward_id})

    def _do(self, change: Change, dispute: Dispute, ruling: Ruling) -> dict[str, object]:
        """Put what is granted into the change; what the dispute then says of it."""
        if dispute.about == "missing_conversion":
            return self._grant_conversion(change, dispute, ruling)
        if dispute.about == "payout":
            return self._grant_payout(change, dispute, ruling)
        if dispute.about in ("ban", "payouts_held") and ruling.outcome == "partly":
            raise InvalidInput("outcome_does_not_fit", "it is lifted or it stays")
        if dispute.about == "payouts_held":
            self._let_payouts_go(change, dispute)
            return {}
        if dispute.about == "ban":
            Bans(self.desk).lift(change, dispute.advocate_id, dispute.program_id, GRANTED)
            return {}
        return self._grant_reward(change, dispute, ruling)

    def _grant_conversion(
        self, change: Change, dispute: Dispute, ruling: Ruling
    ) -> dict[str, object]:
        order = ruling.order
        if ruling.outcome == "partly" and order is None:
            raise InvalidInput("outcome_does_not_fit", "a part is granted with figures: say order")
        if order is not None and order.occurred_ms > self.desk.clock.now_ms() + DAY_MS:
            raise InvalidInput("order_in_the_future", "the order is not dated in the future")
        decided = grant(
            self.desk,
            change,
            Wanted(
                program_id=dispute.program_id,
                advocate_id=dispute.advocate_id,
                dispute_id=dispute.dispute_id,
                order_id=order.order_id if order else (ruling.order_id or dispute.order_number),
                action=order.action if order else "sale",
                net_minor=order.net_minor if order else None,
                occurred_ms=order.occurred_ms if order else None,
                conversion_id=ruling.conversion_id,
                source_id=order.source_id if order else "",
            ),
        )
        return {"conversion_id": decided.conversion_id, "reward_ids": decided.reward_ids}

    def _let_payouts_go(self, change: Change, dispute: Dispute) -> None:
        """Lift the holds that were there when the dispute was opened; a later one has its own."""
        stop = read_stop(self.desk.store, dispute.advocate_id)
        after = stop
        for cause_id in stop.held(dispute.opened_ms):
            after = lifted(after, cause_id)
        if after is stop:
            return
        change.replace(after)
        change.create(
            self.desk.event(
                "advocate.payouts_let_go",
                dispute.advocate_id,
                GRANTED,
                dispute_id=dispute.dispute_id,
            )
        )

    def _grant_payout(self, change: Change, dispute: Dispute, ruling: Ruling) -> dict[str, object]:
        """Money that never arrived is payable again, as far as a person may say so of a payout.

        What failed or came back already is payable anyway; a part is only recorded.
        """
        place = payout_key(dispute.advocate_id, dispute.subject_id)
        payout = self.desk.store.get(Payout, place)
        if payout is None:
            raise Conflict("cannot_grant", "the payout is gone")
        if ruling.outcome == "partly" or payout.state in ("failed", "returned", "cancelled"):
            return {}
        end: Literal["returned", "failed"] = "returned" if payout.state == "paid" else "failed"
        if not open_to_a_person(payout, end, self.desk.clock.now_ms()):
            raise Conflict("cannot_grant", f"the payout is {payout.state}: the rail still has it")
        add_end(self.desk, change, payout, end, "never_arrived")
        return {}

    def _grant_reward(self, change: Change, dispute: Dispute, ruling: Ruling) -> dict[str, object]:
        """A held reward goes on, a refused one is owed again; nothing else can be granted here."""
        place = reward_key(dispute.advocate_id, dispute.subject_id)
        reward = self.desk.store.get(Reward, place)
        if reward is None or reward.state not in ("on_hold", "rejected"):
            state = reward.state if reward else "gone"
            raise Conflict("cannot_grant", f"the reward is {state}: only held or refused ones are")
        if is_banned_since(self.desk.store, reward):
            raise Conflict("cannot_grant", "a ban covers this order: dispute the ban")
        books = RewardBooks(self.desk, change)
        if reward.state == "on_hold":
            if ruling.outcome == "partly":
                raise InvalidInput("outcome_does_not_fit", "a hold ends or it does not")
            both = (reward, *held_beside(self.desk, reward))
            for one in both:
                self._check_second_look(one, ruling.mark)
            by = {"decided_by": self.desk.actor.id, "decided_mark": ruling.mark}
            more = {**by, "lapse_ms": None}
            ids = tuple(books.step(one, "approved", GRANTED, **more).reward_id for one in both)
            books.close()
            return {"reward_ids": ids, "conversion_id": reward.conversion_id}
        amount = self._left(change, reward)
        if ruling.outcome == "partly":
            if ruling.amount_minor is None or not 0 < ruling.amount_minor < amount:
                raise InvalidInput("outcome_does_not_fit", "a part is more than 0 and not all")
            amount = ruling.amount_minor
            reward = reward.but(ceiling_minor=amount)
        books.reopen(reward, amount, GRANTED)
        books.close()
        return {"reward_ids": (reward.reward_id,), "conversion_id": reward.conversion_id}
