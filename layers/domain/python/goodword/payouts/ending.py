"""A payout ends in one transaction: its state, its rewards, the balance, the entry and the event.

Every way out goes through `end_payout`: paid, failed, returned, cancelled. Rewards that refunds
touched in the meantime are taken as they are now; the amount is always the frozen one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from goodword.events import Event
from goodword.ledger.model import Balance, apply, balance_key
from goodword.limits import GIVE_BACK_PAGES, PAGE_ITEMS_MAX, READ_KEYS_MAX
from goodword.payouts.freezing import read_run
from goodword.payouts.listing import close_run, line_pages
from goodword.payouts.model import (
    RAILS_BY_HAND,
    Payout,
    PayoutRun,
    PayoutState,
    RunLine,
    Sum,
    payout_key,
    payout_moved,
    run_moved,
)
from goodword.payouts.movements import (
    entry_of,
    fee_entry,
    movement_to,
    part_entry,
    released,
)
from goodword.payouts.ports import RunFiles
from goodword.payouts.recomparing import opened, reconcilable
from goodword.payouts.sums import follow, sum_up, tally
from goodword.ports import Change, Desk, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record
from goodword.rewards.model import Reward, reward_key
from goodword.trust.banning import Ban, ban_key
from goodword.trust.returning import resume_ban

_OPEN = {"sent", "unknown"}


def end_payout(
    desk: Desk,
    payout: Payout,
    state: PayoutState,
    reason: str = "",
    *,
    reference: str = "",
    fee_minor: int = 0,
    receipt: Receipt[Payout] = no_receipt,
) -> Payout:
    """Commit the end of the payout as it was read.

    One attempt: raises Stale when the payout, a reward or the balance moved; read and decide again.
    """
    change = Change()
    after = add_end(desk, change, payout, state, reason, reference=reference, fee_minor=fee_minor)
    return settle(desk.store, change, after, receipt)


def add_end(
    desk: Desk,
    change: Change,
    payout: Payout,
    state: PayoutState,
    reason: str = "",
    *,
    reference: str = "",
    fee_minor: int = 0,
) -> Payout:
    """Add to the Change all that belongs to the end of the payout; the payout as it is then."""
    now_ms = desk.clock.now_ms()
    after = payout_moved(payout, state, now_ms, reason).but(
        reference=reference or payout.reference, fee_minor=fee_minor or payout.fee_minor
    )
    place = balance_key(payout.advocate_id, payout.program_id, payout.currency)
    wanted: dict[Key, type[Record]] = {place: Balance}
    for frozen in payout.rewards:
        wanted[reward_key(payout.advocate_id, frozen.reward_id)] = Reward
    ban_at = ban_key(payout.advocate_id, payout.program_id)
    if state == "returned":
        wanted[ban_at] = Ban
    found = desk.store.get_mixed(wanted)
    change.replace(after)
    entry = entry_of(payout, movement_to(payout, state), now_ms)
    change.create(entry)
    if state == "paid" and after.fee_minor:
        change.create(fee_entry(payout, after.fee_minor, now_ms))
    balance = found.pop(place)
    assert isinstance(balance, Balance)
    change.replace(apply(balance, entry))
    rewards = [one for one in found.values() if isinstance(one, Reward)]
    for record in rewards:
        moved = released(record, payout, state, now_ms)
        if moved is not None:
            change.replace(moved)
    if state == "returned":
        own = [one for one in rewards if one.payout_id == payout.payout_id]
        resume_ban(desk.store, change, ban_at, found.get(ban_at), own)
    amount_minor = payout.amount_minor - payout.returned_minor
    change.create(_told(desk, payout, state, reason, amount_minor))
    if payout.state != "draft":  # no run ends before its drafts have
        follow(desk, change, payout, after)
    return after


def part_back(desk: Desk, payout: Payout, returned_minor: int) -> Payout:
    """Commit that a part of a paid payout came back: it is payable again, without a reward.

    One attempt, as `end_payout`. `returned_minor` is the part in all, more than was known.
    """
    now_ms, change = desk.clock.now_ms(), Change()
    entry = part_entry(payout, returned_minor, now_ms)
    place = balance_key(payout.advocate_id, payout.program_id, payout.currency)
    balance = desk.store.get(Balance, place)
    assert balance is not None, "what was paid has a balance"
    after = payout.but(returned_minor=returned_minor, changed_ms=now_ms)
    change.replace(after)
    change.replace(apply(balance, entry))
    change.create(entry)
    amount_minor = returned_minor - payout.returned_minor
    change.create(_told(desk, payout, "part_returned", "partly_reversed", amount_minor))
    follow(desk, change, payout, after)
    desk.store.commit(change)
    return after


def waits_event(desk: Desk, payout: Payout) -> Event:
    """That a payment waits for its receiver, who has to be told."""
    return _told(desk, payout, "unclaimed", "unclaimed", payout.amount_minor)


def _told(desk: Desk, payout: Payout, what: str, reason: str, amount_minor: int) -> Event:
    """What the advocate is written about; the amount is the one that moved."""
    return desk.event(
        f"payout.{what}",
        payout.payout_id,
        reason,
        run_id=payout.run_id,
        advocate_id=payout.advocate_id,
        program_id=payout.program_id,
        amount_minor=amount_minor,
        currency=payout.currency,
        rail=payout.rail,
    )


def payouts_of(desk: Desk, lines: Sequence[RunLine]) -> list[Payout]:
    """The payouts of up to 100 lines, in their order."""
    keys = [payout_key(line.advocate_id, line.payout_id) for line in lines]
    found = desk.store.get_many(Payout, keys)
    return [found[key] for key in keys]


@dataclass(frozen=True)
class Ending:
    """How a run ends: settled, or everything given back."""

    desk: Desk
    files: RunFiles

    def settle(self, run_id: str) -> PayoutRun:
        """Sum up what became of the payouts and close the run; it stays open while some are drafts.

        What is unknown or waits for a person stays findable by itself and does not hold up the run,
        except where a file is made of the run. Those that may move while they are summed up are
        counted once more afterwards.
        """

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            if run.state != "sending":
                return run
            outcome, back, by_hand, waits = self._outcome(run_id)
            if waits:
                return run
            after = run_moved(run, "settled", self.desk.clock.now_ms())
            after = after.but(outcome=outcome, part_back=back, summed=not {*outcome} & _OPEN)
            if run.rail in RAILS_BY_HAND:
                parts = self.files.close(run_id, by_hand)
                after = after.but(file_parts=parts, file_made_ms=after.changed_ms)
            totals: dict[str, Any] = {
                f"{state}_minor": each.amount_minor for state, each in outcome.items()
            }
            change = Change()
            change.replace(after)
            close_run(self.desk.store, change, run_id)
            if reconcilable(after):
                change.create(opened(after, after.changed_ms))
            change.create(
                self.desk.event(
                    "payout_run.settled",
                    run_id,
                    program_id=run.program_id,
                    currency=run.currency,
                    **totals,
                )
            )
            self.desk.store.commit(change)
            return after

        until_settled(attempt)
        return sum_up(self.desk, run_id)

    def give_back(self, run_id: str, cursor: str) -> str:
        """Cancel the next drafts of a cancelled or expired run; the next cursor, "" at the end."""
        run = read_run(self.desk.store, run_id)
        if run.state not in ("cancelled", "expired"):
            return ""
        place: str | None = cursor or None
        for _ in range(GIVE_BACK_PAGES):
            page = self.desk.store.query(
                RunLine, "core", f"RUN#{run_id}", "L#", limit=PAGE_ITEMS_MAX, cursor=place
            )
            for line in page.rows:
                until_settled(partial(self._cancel, line, run.state))
            place = page.cursor
            if place is None:
                until_settled(partial(self._forget, run))
                break
        return place or ""

    def _forget(self, run: PayoutRun) -> None:
        change = Change()
        close_run(self.desk.store, change, run.run_id)
        if change.keys:
            self.desk.store.commit(change)

    def _cancel(self, line: RunLine, reason: str) -> None:
        payout = self.desk.store.get(Payout, payout_key(line.advocate_id, line.payout_id))
        if payout is not None and payout.state == "draft":
            end_payout(self.desk, payout, "cancelled", f"run_{reason}")

    def _outcome(self, run_id: str) -> tuple[dict[str, Sum], Sum | None, list[str], bool]:
        """Sums by state, the parts that came back of what is paid, the payouts that a file by hand
        has to hold, and whether some are open."""
        sums: dict[str, Sum] = {}
        back: Sum | None = None
        sent: list[str] = []
        waits = False
        for lines in line_pages(self.desk.store, run_id):
            for at in range(0, len(lines), READ_KEYS_MAX):
                for payout in payouts_of(self.desk, lines[at : at + READ_KEYS_MAX]):
                    back = tally(sums, back, payout)
                    waits = waits or payout.state == "draft" or _not_taken(payout)
                    if payout.state in ("sent", "paid"):
                        sent.append(payout.payout_id)
        return sums, back, sent, waits


def _not_taken(payout: Payout) -> bool:
    """Whether an order by hand is still to be kept: it would be missing in the file."""
    asked = payout.state in ("sent", "unknown") and payout.look_ms is not None
    return asked and payout.rail in RAILS_BY_HAND
