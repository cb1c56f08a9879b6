"""What is no money is handed over once: recorded first, then given, and never called back.

    books owe       due 100 points + due 40, less 30 of an order that came back afterwards
    handed over     110 points, one record, both rewards paid; nothing of it goes out again

A hand-out takes the whole balance of one unit, as a payout takes it of money: what the balance owes
from returns after an earlier hand-out (a used code cannot be taken back) is set against what is due
now, and what was reinstated since is given without a reward of its own. Whoever hands over says how
much; if the books owe another amount by then nothing is recorded. So a refund that comes first
lessens what goes out, and one that comes afterwards stays in the balance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.advocates.model import Advocate, Enrolment, advocate_key, enrolment_key
from goodword.errors import Conflict, InvalidInput, NotAllowed
from goodword.ledger.model import (
    Balance,
    Entry,
    account,
    apply,
    balance_key,
    due_index,
    move,
    rail_account,
)
from goodword.limits import DUE_SHARDS, PAYOUT_REWARDS_MAX
from goodword.money import Currency, Minor, PositiveMinor, is_money
from goodword.payouts.choice import bar, carry
from goodword.payouts.due import due_rewards
from goodword.payouts.model import FrozenReward
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.persons import Person
from goodword.ports import Change, Desk, Guard, Page, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record, Value
from goodword.rewards.handed import HandOut, items_of
from goodword.rewards.model import Reward, moved
from goodword.trust.banning import Ban, ban_key

BY_HAND = rail_account("by_hand")
FRIEND = "frd_"  # how the ids of friends begin; a friend has no enrolment


class Piece(Value):
    """One reward of it; `item` says which gift or code, and is empty for what needs no name."""

    reward_id: str
    order_id: str
    amount_minor: PositiveMinor
    item: str
    due_ms: int


class Owed(Value):
    """What can be handed over to somebody now, of one unit; `bar` says why it cannot, if so."""

    advocate_id: str
    program_id: str
    currency: Currency
    amount_minor: PositiveMinor
    carry_minor: Minor
    pieces: tuple[Piece, ...]
    bar: str = ""

    @property
    def is_friends(self) -> bool:
        """Whether it is the friend's side of an order, whom only the order can tell."""
        return self.advocate_id.startswith(FRIEND)


@dataclass(frozen=True)
class HandOuts:
    """The use cases of finance. `mark` is the mailbox of whoever acts, as a keyed hash."""

    desk: Desk
    mark: str = ""

    def waiting(
        self, program_id: str, unit: str, limit: int, cursor: str | None = None
    ) -> Page[Owed]:
        """What the programme owes of a unit, person by person. InvalidInput `money_is_paid_out`."""
        _no_money(unit)
        shard, at = _place(cursor)
        found: list[Balance] = []
        while shard < DUE_SHARDS and len(found) < limit:
            index = due_index(program_id, unit, shard)
            left = limit - len(found)
            page = self.desk.store.query_index(Balance, "core", index, limit=left, cursor=at)
            found += page.rows
            at = page.cursor
            shard += at is None
        now = self.desk.store.get_many(Balance, [one.key for one in found]) if found else {}
        rows = [owed for one in now.values() if (owed := self._owed(one))]
        return Page(rows, f"{shard}:{at or ''}" if shard < DUE_SHARDS else None)

    def hand_over(
        self,
        advocate_id: str,
        program_id: str,
        unit: str,
        amount_minor: int,
        reference: str,
        own_id: str | None = None,
        receipt: Receipt[HandOut] = no_receipt,
    ) -> HandOut:
        """Record that this goes out now, by this reference; whoever is answered hands it over.

        Raises InvalidInput `money_is_paid_out`, NotAllowed `payee_may_not_decide` and
        `same_person` (one approved a reward of it), Conflict `nothing_to_hand_over`,
        `amount_moved` (the books owe another amount), `not_payable` (held, paused, banned).
        """
        _no_money(unit)
        if advocate_id == own_id:
            raise NotAllowed("payee_may_not_decide", "this is your own")
        hand_out_id = self.desk.ids.new("hnd")

        def attempt() -> HandOut:
            found = self.desk.store.get(Balance, balance_key(advocate_id, program_id, unit))
            chosen = _chosen(self.desk.store, found) if found else None
            if found is None or chosen is None:
                raise Conflict("nothing_to_hand_over", "nothing of this is owed")
            rewards, amount = chosen
            standing = self._standing(found)
            self._check(standing.bar, rewards, amount, amount_minor)
            done = HandOut(
                hand_out_id=hand_out_id,
                advocate_id=advocate_id,
                program_id=program_id,
                currency=found.currency,
                rewards=tuple(
                    FrozenReward(reward_id=one.reward_id, amount_minor=one.remaining_minor)
                    for one in rewards
                ),
                carry_minor=amount - sum(one.remaining_minor for one in rewards),
                amount_minor=amount,
                reference=reference,
                at_ms=self.desk.clock.now_ms(),
                by=self.desk.actor.id,
            )
            change = self._change(done, found, rewards)
            standing.stays(change)
            return settle(self.desk.store, change, done, receipt)

        return until_settled(attempt)

    def _check(self, why: str, rewards: Sequence[Reward], amount: int, wanted: int) -> None:
        if why:
            raise Conflict("not_payable", f"nothing is handed over to them now: {why}")
        who = Person(self.desk.actor.id, None, self.mark)
        looks = [(one.decided_by, one.decided_mark) for one in rewards]
        looks += [(one.first_look_by, one.first_look_mark) for one in rewards]
        if who.is_one_of(*looks):
            raise NotAllowed("same_person", "you approved it, so another person hands it over")
        if wanted != amount:
            raise Conflict("amount_moved", f"the books owe {amount} now, not {wanted}")

    def _change(self, done: HandOut, balance: Balance, rewards: Sequence[Reward]) -> Change:
        """The record, the rewards, their events, the entry and the balance, or nothing."""
        entry = Entry(
            entry_id=self.desk.ids.new("ent"),
            what="reward_handed_over",
            at_ms=done.at_ms,
            program_id=done.program_id,
            currency=done.currency,
            legs=move(done.amount_minor, account(done.advocate_id, "payable"), BY_HAND),
            refs={"hand_out_id": done.hand_out_id},
        )
        ids: dict[str, str] = {"entry_id": entry.entry_id, "hand_out_id": done.hand_out_id}
        about: dict[str, str] = {"advocate_id": done.advocate_id, "program_id": done.program_id}
        change = Change()
        change.create(done, entry)
        change.create(
            self.desk.event(
                "hand_out.made",
                done.hand_out_id,
                **about,
                entry_id=entry.entry_id,
                amount_minor=done.amount_minor,
                currency=done.currency,
            )
        )
        change.replace(apply(balance, entry))
        for one in rewards:
            after = moved(one, "paid", done.at_ms, "handed_over")
            change.replace(after.but(hand_out_id=done.hand_out_id))
            change.create(
                self.desk.event(
                    "reward.paid",
                    one.reward_id,
                    "handed_over",
                    **about,
                    conversion_id=one.conversion_id,
                    state=after.state,
                    amount_minor=one.remaining_minor,
                    currency=one.currency,
                    **ids,
                )
            )
        return change

    def _owed(self, balance: Balance) -> Owed | None:
        chosen = _chosen(self.desk.store, balance)
        if chosen is None:
            return None
        rewards, amount = chosen
        items = items_of(self.desk.store, rewards)
        return Owed(
            advocate_id=balance.advocate_id,
            program_id=balance.program_id,
            currency=balance.currency,
            amount_minor=amount,
            carry_minor=amount - sum(one.remaining_minor for one in rewards),
            pieces=tuple(
                Piece(
                    reward_id=one.reward_id,
                    order_id=one.order_id,
                    amount_minor=one.remaining_minor,
                    item=items[one.reward_id],
                    due_ms=one.changed_ms,
                )
                for one in rewards
            ),
            bar=self._standing(balance).bar,
        )

    def _standing(self, balance: Balance) -> "_Standing":
        person, program_id = balance.advocate_id, balance.program_id
        kinds: dict[Key, type[Record]] = {
            advocate_key(person): Advocate,
            enrolment_key(person, program_id): Enrolment,
            stop_key(person): PayoutStop,
            ban_key(person, program_id): Ban,
        }
        return _Standing(person, self.desk.store.get_mixed(kinds), tuple(kinds))


@dataclass(frozen=True)
class _Standing:
    """Whether something may be handed over to a person, as far as the records tell."""

    person: str
    found: Mapping[Key, Record]
    keys: tuple[Key, ...]

    @property
    def bar(self) -> str:
        """Why nothing is handed over now; empty when nothing keeps it."""
        head, enrolment, stop, ban = (self.found.get(one) for one in self.keys)
        if isinstance(head, Advocate) and head.erased_ms is not None:
            return "erased"
        if isinstance(ban, Ban) and ban.voiding:  # it may still take what is due
            return "enrolment_banned"
        stop = stop if isinstance(stop, PayoutStop) else None
        if self.person.startswith(FRIEND):
            return (stop.reason if stop else None) or ""
        return bar(enrolment if isinstance(enrolment, Enrolment) else None, stop) or ""

    def stays(self, change: Change) -> None:
        """Let the commit fail if a pause, ban, hold, dispute or erasure came meanwhile."""
        for key in self.keys:
            if (one := self.found.get(key)) is None:
                change.require_absent(key)
            else:
                change.require(key, Guard({"version": one.version}))


def _no_money(unit: str) -> None:
    if is_money(unit):
        raise InvalidInput("money_is_paid_out", "money goes out by payout runs")


def _place(cursor: str | None) -> tuple[int, str | None]:
    """Partition of the index and place in it; InvalidInput `invalid_query` for what is none."""
    shard, _, at = (cursor or "0:").partition(":")
    if not shard.isascii() or not shard.isdigit() or int(shard) >= DUE_SHARDS:
        raise InvalidInput("invalid_query", "starting_after is no cursor of this list")
    return int(shard), at or None


def _chosen(store: Store, balance: Balance) -> tuple[Sequence[Reward], int] | None:
    """The oldest due rewards that fit into one hand-out and what is given for them; None: nothing.

    When the oldest that fit do not cover what is owed back, the largest that fit are tried.
    """
    if balance.payable_minor <= 0:
        return None
    due = due_rewards(store, balance)
    owed = carry(balance, due)
    oldest = sorted(due, key=lambda one: (one.created_ms, one.reward_id))
    for order in (oldest, sorted(oldest, key=lambda one: -one.remaining_minor)):
        rewards = order[:PAYOUT_REWARDS_MAX]
        amount = sum(one.remaining_minor for one in rewards) + owed
        if amount > 0:
            return rewards, amount
    return None
