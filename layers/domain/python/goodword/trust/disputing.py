"""Advocates disagree here, and people of staff answer; outcomes do in the ledger what they say.

    about               granted                                partly              upheld
    missing_conversion  decided for the advocate (`granting`)  by staff's figures  stays
    reward (refused)    owed again, checked, approved anew     a part of it        stays
    hold                approved, as a reviewer would          -                   in review
    payout              never arrived: payable again           recorded            recorded
    payouts_held        finance's holds are lifted             -                   they stay
    ban                 lifted                                 -                   stays
Whoever decides is never the person who is paid.
"""

from dataclasses import dataclass
from functools import partial

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooLarge
from goodword.events import Event
from goodword.limits import DISPUTE_MESSAGES_MAX, DISPUTE_TEXT_MAX, DISPUTES_PER_SWEEP
from goodword.payouts.model import Payout, payout_key
from goodword.payouts.stops import Cause, lifted, read_stop, stopped, taken_stop
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import Forgotten, TextSealer
from goodword.programs.effective import version_in_force
from goodword.receipts import Receipt, no_receipt, settle
from goodword.rewards.model import Reward, reward_key
from goodword.times import DAY_MS
from goodword.trust.banning import Ban, ban_key
from goodword.trust.dispute import (
    About,
    Dispute,
    DisputeOfAdvocate,
    OpenDisputes,
    Said,
    Turn,
    dispute_key,
    open_disputes_key,
)
from goodword.trust.lessons import ruled_row
from goodword.trust.terms import TrustTerms


@dataclass(frozen=True)
class Wish:
    """What an advocate wants looked at. `text` is theirs and is sealed at once."""

    program_id: str
    about: About
    text: str
    subject_id: str = ""
    order_number: str = ""
    ordered_ms: int | None = None


@dataclass(frozen=True)
class Disputes:
    """The use cases of a dispute up to its resolution (`resolving`)."""

    desk: Desk
    sealer: TextSealer

    def open(self, advocate_id: str, wish: Wish, receipt: Receipt[Dispute] = no_receipt) -> Dispute:
        """A new dispute. NotFound for a subject that is not the advocate's own."""
        text = _checked(wish.text)

        def attempt() -> Dispute:
            terms = self._terms(wish.program_id)
            self._check_subject(advocate_id, wish)
            now_ms = self.desk.clock.now_ms()
            dispute = Dispute(
                dispute_id=self.desk.ids.new("dsp"),
                advocate_id=advocate_id,
                program_id=wish.program_id,
                about=wish.about,
                subject_id=wish.subject_id,
                order_number=wish.order_number,
                ordered_ms=wish.ordered_ms,
                opened_ms=now_ms,
                changed_ms=now_ms,
                due_ms=now_ms + terms.dispute_days * DAY_MS,
                messages=1,
            )
            change = Change()
            change.create(
                dispute,
                DisputeOfAdvocate(advocate_id=advocate_id, dispute_id=dispute.dispute_id),
                self._said(dispute, "advocate", advocate_id, text),
                self._event("dispute.opened", dispute),
            )
            change.save(self._opened(dispute).plus(dispute))
            self._stop(change, dispute, over=False)
            return settle(self.desk.store, change, dispute, receipt)

        return until_settled(attempt)

    def write(
        self,
        dispute_id: str,
        by: Turn,
        by_id: str,
        text: str,
        receipt: Receipt[Dispute] = no_receipt,
    ) -> Dispute:
        """One more message. Staff's answer makes it `answered`; the advocate's gives the turn back.

        Raises Conflict `dispute_over`, `thread_full`.
        """
        checked = _checked(text)

        def attempt() -> Dispute:
            dispute = self.read(dispute_id)
            check_running(dispute)
            if dispute.messages >= DISPUTE_MESSAGES_MAX:
                raise Conflict(
                    "thread_full", f"a thread has at most {DISPUTE_MESSAGES_MAX} messages"
                )
            terms, now_ms = self._terms(dispute.program_id), self.desk.clock.now_ms()
            turn: Turn = "advocate" if by == "staff" else "staff"
            moved = dispute.turn != turn
            after = dispute.but(
                state="answered" if by == "staff" else dispute.state,
                turn=turn,
                messages=dispute.messages + 1,
                changed_ms=now_ms,
                due_ms=now_ms + terms.dispute_days * DAY_MS if moved else dispute.due_ms,
            )
            change = Change()
            change.replace(after)
            change.create(self._said(after, by, by_id, checked))
            change.create(
                self._event(f"dispute.{'answered' if by == 'staff' else 'replied'}", after)
            )
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def answer(
        self,
        dispute_id: str,
        text: str,
        decider_advocate_id: str | None,
        receipt: Receipt[Dispute] = no_receipt,
    ) -> Dispute:
        """A message of staff, who is not the dispute's own advocate."""
        check_not_payee(self.read(dispute_id), decider_advocate_id)
        return self.write(dispute_id, "staff", self.desk.actor.id, text, receipt)

    def withdraw(self, dispute_id: str, receipt: Receipt[Dispute] = no_receipt) -> Dispute:
        """The advocate takes it back; twice is as once. Conflict `dispute_over` once resolved."""

        def attempt() -> Dispute:
            dispute = self.read(dispute_id)
            if dispute.state == "withdrawn":
                return dispute
            check_running(dispute)
            change = Change()
            after = self.end(change, dispute, state="withdrawn", reason="own_wish")
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def end(self, change: Change, dispute: Dispute, **changes: object) -> Dispute:
        """Put the end of a dispute, whatever it is, into the change."""
        after = dispute.but(changed_ms=self.desk.clock.now_ms(), **changes)
        change.replace(after)
        change.save(self._opened(dispute).without(dispute.dispute_id))
        self._stop(change, after, over=True)
        change.create(self._event(f"dispute.{after.state}", after))
        if after.state == "resolved":
            change.create(ruled_row(self.desk.store, after, after.changed_ms))
        return after

    def sweep(self) -> dict[str, int]:
        """What nobody answered in time: staff's is escalated, the advocate's is resolved."""
        until = f"{self.desk.clock.now_ms():015d}#~"
        page = self.desk.store.query_index(
            Dispute, "core", "DISPUTES", until=until, limit=DISPUTES_PER_SWEEP
        )
        counts = {"escalated": 0, "lapsed": 0}
        for seen in page.rows:
            if what := until_settled(partial(self._late, seen.dispute_id)):
                counts[what] += 1
        return counts

    def _late(self, dispute_id: str) -> str:
        """One attempt at a dispute whose time may be over."""
        dispute, now_ms = self.read(dispute_id), self.desk.clock.now_ms()
        if dispute.is_over or now_ms < dispute.due_ms:
            return ""
        change = Change()
        if dispute.turn == "advocate":
            ended = {"outcome": "upheld", "reason": "no_answer", "learned": "nothing"}
            self.end(change, dispute, state="resolved", **ended)
            self.desk.store.commit(change)
            return "lapsed"
        days = self._terms(dispute.program_id).dispute_escalation_days
        after = dispute.but(escalations=dispute.escalations + 1, due_ms=now_ms + days * DAY_MS)
        change.replace(after)
        change.create(self._event("dispute.escalated", after))
        self.desk.store.commit(change)
        return "escalated"

    # --- reading ----------------------------------------------------------------------------

    def read(self, dispute_id: str) -> Dispute:
        """The dispute, or NotFound `unknown_dispute`."""
        dispute = self.desk.store.get(Dispute, dispute_key(dispute_id))
        if dispute is None:
            raise NotFound("unknown_dispute", "there is no such dispute")
        return dispute

    def own(self, dispute_id: str, advocate_id: str) -> Dispute:
        """The same for its advocate; anybody else's is as unknown."""
        dispute = self.read(dispute_id)
        if dispute.advocate_id != advocate_id:
            raise NotFound("unknown_dispute", "there is no such dispute")
        return dispute

    def of(self, advocate_id: str, limit: int, cursor: str | None) -> Page[Dispute]:
        """An advocate's disputes, newest first."""
        page = self.desk.store.query(
            DisputeOfAdvocate,
            "core",
            f"ADV#{advocate_id}",
            "D#",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )
        return Page([self.read(one.dispute_id) for one in page.rows], page.cursor)

    def waiting(self, limit: int, cursor: str | None) -> Page[Dispute]:
        """What is not over, soonest due first."""
        return self.desk.store.query_index(Dispute, "core", "DISPUTES", limit=limit, cursor=cursor)

    def thread(self, dispute: Dispute, erased: str | None = None) -> tuple[tuple[Said, str], ...]:
        """Every message with its text, oldest first.

        Of a person who has been erased each text is `erased`; Forgotten if that is not given.
        """
        page = self.desk.store.query(Said, "core", f"DSP#{dispute.dispute_id}", "M#")
        return tuple((one, self._opened_text(dispute, one, erased)) for one in page.rows)

    def _opened_text(self, dispute: Dispute, one: Said, erased: str | None) -> str:
        name = _about(one.dispute_id, one.number)
        try:
            return self.sealer.open_text(dispute.advocate_id, one.sealed, name)
        except Forgotten:
            if erased is None:
                raise
            return erased

    def _stop(self, change: Change, dispute: Dispute, *, over: bool) -> None:
        """A payout in dispute keeps its advocate out of further runs until the dispute is over."""
        if dispute.about != "payout":
            return
        stop = taken_stop(self.desk.store, change, dispute.advocate_id)
        by, at_ms = dispute.advocate_id, dispute.opened_ms
        cause = Cause(reason="dispute_open", code="payout_disputed", by=by, at_ms=at_ms)
        change.save(
            lifted(stop, dispute.dispute_id) if over else stopped(stop, dispute.dispute_id, cause)
        )

    # --- parts ------------------------------------------------------------------------------

    def _terms(self, program_id: str) -> TrustTerms:
        return version_in_force(self.desk.store, program_id, self.desk.clock.now_ms()).terms.trust

    def _opened(self, dispute: Dispute) -> OpenDisputes:
        place = open_disputes_key(dispute.advocate_id, dispute.program_id)
        return self.desk.store.get(OpenDisputes, place) or OpenDisputes(
            advocate_id=dispute.advocate_id, program_id=dispute.program_id
        )

    def _said(self, dispute: Dispute, by: Turn, by_id: str, text: str) -> Said:
        name = _about(dispute.dispute_id, dispute.messages)
        return Said(
            dispute_id=dispute.dispute_id,
            number=dispute.messages,
            by=by,
            by_id=by_id,
            at_ms=self.desk.clock.now_ms(),
            sealed=self.sealer.seal_text(dispute.advocate_id, text, name),
        )

    def _event(self, type: str, dispute: Dispute) -> Event:
        return self.desk.event(
            type,
            dispute.dispute_id,
            dispute.reason,
            advocate_id=dispute.advocate_id,
            program_id=dispute.program_id,
            about=dispute.about,
            state=dispute.state,
            outcome=dispute.outcome,
            learned=dispute.learned or None,
        )

    def _check_subject(self, advocate_id: str, wish: Wish) -> None:
        """That what is disputed is the advocate's own, in this programme, and can be disputed."""
        if wish.about == "missing_conversion":
            _check_order(wish, self.desk.clock.now_ms())
        elif wish.about == "payout":
            payout = self.desk.store.get(Payout, payout_key(advocate_id, wish.subject_id))
            if payout is None or payout.program_id != wish.program_id:
                raise NotFound("unknown_payout", "there is no such payout")
        elif wish.about == "payouts_held":
            if not read_stop(self.desk.store, advocate_id).held():
                raise NotFound("payouts_not_held", "no hold of finance; a ban has its appeal")
        elif wish.about == "ban":
            self._check_ban(advocate_id, wish.program_id)
        else:
            reward = self.desk.store.get(Reward, reward_key(advocate_id, wish.subject_id))
            if reward is None or reward.program_id != wish.program_id:
                raise NotFound("unknown_reward", "there is no such reward")
            if wish.about == "hold" and reward.state != "on_hold":
                raise Conflict("not_on_hold", f"the reward is {reward.state}, not on hold")

    def _check_ban(self, advocate_id: str, program_id: str) -> None:
        ban = self.desk.store.get(Ban, ban_key(advocate_id, program_id))
        if ban is None or ban.state != "banned":
            raise NotFound("not_banned", "you are not banned from this programme")
        if self.desk.clock.now_ms() >= ban.appeal_until_ms:
            raise Conflict("appeal_over", "the time to appeal is over")


def _check_order(wish: Wish, now_ms: int) -> None:
    if not wish.order_number or wish.ordered_ms is None:
        raise InvalidInput("order_not_named", "say order_number and ordered_at of the order")
    if wish.ordered_ms > now_ms:
        raise InvalidInput("order_in_the_future", "the order is not dated in the future")


def check_not_payee(dispute: Dispute, decider_advocate_id: str | None) -> None:
    """NotAllowed `payee_may_not_decide` if the person of staff is the advocate of the dispute."""
    if dispute.advocate_id == decider_advocate_id:
        raise NotAllowed("payee_may_not_decide", "this dispute is your own")


def check_running(dispute: Dispute) -> None:
    """Conflict `dispute_over` for what is resolved or withdrawn."""
    if dispute.is_over:
        raise Conflict("dispute_over", f"the dispute is {dispute.state}")


def _checked(text: str) -> str:
    """The text without blanks around it. InvalidInput `no_text`, TooLarge `text_too_long`."""
    stripped = text.strip()
    if not stripped:
        raise InvalidInput("no_text", "say in words what is wrong")
    if len(stripped) > DISPUTE_TEXT_MAX:
        raise TooLarge("text_too_long", f"a message has at most {DISPUTE_TEXT_MAX} characters")
    return stripped


def _about(dispute_id: str, number: int) -> str:
    """Binds a sealed text to its place in the thread."""
    return f"{dispute_id}#{number}"
