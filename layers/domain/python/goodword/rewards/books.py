"""A reward moves with its record, ledger entry, balance, cap and event together, or not at all.

`RewardBooks` gathers all of it into one Change, so that no path can forget a part. Several rewards
of one advocate may move in one Change: the balance is read once and written once, by `close`.
"""

from collections.abc import Mapping, Sequence

from goodword.errors import Stale
from goodword.ledger.model import (
    Balance,
    Entry,
    Leg,
    account,
    apply,
    balance_key,
    expense,
    move,
)
from goodword.limits import INQUIRY_DAYS
from goodword.money import Currency
from goodword.payouts.model import Payout, payout_key
from goodword.ports import Change, Desk
from goodword.programs.model import Program
from goodword.records import Key
from goodword.rewards.caps import SHARED, CapUse, Limit, Room, cap_key, weight
from goodword.rewards.decision import START_GRACE_MS
from goodword.rewards.model import (
    COUNT_ONLY,
    Counted,
    Reward,
    RewardPlace,
    RewardState,
    bucket_legs,
    moved,
)
from goodword.rewards.pool_books import PoolBooks
from goodword.rewards.pools import measure_of
from goodword.rewards.reversal import (
    bucket_of,
    reinstate,
    reinstatement_entry,
    reversal_entry,
    reverse,
)
from goodword.rewards.tally import Placed, Sum, Tally, tally_key
from goodword.times import DAY_MS

INQUIRY = "inquiry"  # the reason of a reward that is on hold because a bank asks about its order


class RewardBooks:
    """The books of one Change; call `close` last, just before the commit."""

    def __init__(self, desk: Desk, change: Change) -> None:
        self._desk = desk
        self._change = change
        self._balances: dict[Key, Balance] = {}
        self._caps: dict[Key, CapUse] = {}
        self._limits: dict[tuple[Key, str], int] = {}
        self._pools = PoolBooks(desk)
        self._tallies: dict[Key, Tally] = {}
        self._before: dict[Key, Balance | CapUse | Tally] = {}
        self._new: set[str] = set()

    def opens(self, account_id: str) -> None:
        """Somebody gets an account under a new random id: nothing of it can be stored yet."""
        self._new.add(account_id)

    def earn(
        self,
        reward: Reward,
        taken_minor: int = 0,
        *,
        inquiry: bool = False,
        reason: str = "refund",
    ) -> None:
        """A new pending reward: cost against the advocate's pending account.

        `taken_minor` is what came before and has to take back at once, for `reason`. With an open
        `inquiry` of the bank it begins on hold.
        """
        self._change.create(RewardPlace(reward_id=reward.reward_id, advocate_id=reward.advocate_id))
        if inquiry:
            reward = moved(reward, "on_hold", reward.created_ms, INQUIRY).but(**self._held(reward))
        own = account(reward.advocate_id, bucket_of(reward))
        legs = move(reward.earned_minor, expense(reward.program_id), own)
        entry_id = self._post(reward, "reward_earned", legs)
        amount = reward.earned_minor
        self._count(None, reward)
        self._tell(reward, "reward.created", "", amount_minor=amount, entry_id=entry_id)
        self._change.create(self._taken(reward, taken_minor, "before", reason))

    def step(
        self, reward: Reward, state: RewardState, reason: str = "", **changes: object
    ) -> Reward:
        """Move to the next state with its legs; what leaves before payment is off the caps."""
        legs = bucket_legs(reward, reward.state, state)
        after = moved(reward, state, self._desk.clock.now_ms(), reason).but(**changes)
        posted = {"entry_id": self._post(reward, f"reward_{state}", legs)} if legs else {}
        self._count(reward, after)
        self._change.replace(after)
        self._tell(after, f"reward.{state}", reason, amount_minor=after.remaining_minor, **posted)
        return after

    def take(self, reward: Reward, taken_minor: int, refund_id: str, reason: str) -> Reward:
        """Reverse a part or all of it: exact, against the account it is in, off the caps."""
        after = self._taken(reward, taken_minor, refund_id, reason)
        self._change.replace(after)
        return after

    def give(self, reward: Reward, given_minor: int, refund_id: str, reason: str) -> Reward:
        """Undo a part or all of its reversals: owed again, also above a cap that is used up.

        What was void is pending again and checked anew; what was reversed is due, or paid if its
        payout stands. The event says how much of it is above the cap.
        """
        self.balance(reward.advocate_id, reward.program_id, reward.currency)  # before the payout
        now_ms = self._desk.clock.now_ms()
        state = self._home(reward)
        after = reinstate(reward, given_minor, state, now_ms).but(again=True)
        if state != reward.state:
            after = after.but(
                start_by_ms=now_ms + START_GRACE_MS,
                payout_id=after.payout_id if state == "paid" else None,
                lapse_ms=None,
                held_from=None,
                escalated=False,
            )
        entry = reinstatement_entry(
            after, given_minor, self._desk.ids.new("ent"), now_ms, refund_id
        )
        self._book(reward.advocate_id, entry)
        over = self._count(reward, after)
        self._change.replace(after)
        refs: dict[str, str | int] = {"entry_id": entry.entry_id, "refund_id": refund_id}
        if over:
            refs["over_cap_minor"] = over
        self._tell(after, "reward.reinstated", reason, amount_minor=given_minor, **refs)
        return after

    def reopen(self, reward: Reward, amount_minor: int, reason: str) -> Reward:
        """A refused reward is owed again, this much of it: pending, to be checked and approved."""
        now_ms = self._desk.clock.now_ms()
        after = moved(reward, "pending", now_ms, reason).but(
            remaining_minor=amount_minor,
            start_by_ms=now_ms,
            decided_by=None,
            decided_mark="",
            first_look_by=None,
            first_look_mark="",
            escalated=False,
            again=True,
        )
        own = account(reward.advocate_id, "pending")
        legs = move(amount_minor, expense(reward.program_id), own)
        entry_id = self._post(reward, "reward_reopened", legs)
        self._count(reward, after)
        self._change.replace(after)
        self._tell(after, "reward.reopened", reason, amount_minor=amount_minor, entry_id=entry_id)
        return after

    def _home(self, reward: Reward) -> RewardState:
        """Where a reinstated reward stands. Its balance moves with its payout, and was read."""
        if reward.state == "void":
            return "pending"
        if reward.state != "reversed":
            return reward.state
        if reward.hand_out_id is not None:
            return "paid"
        place = reward.payout_id and payout_key(reward.advocate_id, reward.payout_id)
        payout = self._desk.store.get(Payout, place) if place else None
        return "paid" if payout is not None and payout.state == "paid" else "due"

    def hold(self, reward: Reward) -> Reward:
        """Stop a reward that is not due yet while the bank asks; one on hold already stays so."""
        if reward.state in ("pending", "approved"):
            return self.step(reward, "on_hold", INQUIRY, **self._held(reward))
        return reward

    def let_go(self, reward: Reward) -> Reward:
        """The bank asks no more: back to where the inquiry took it from, if nobody decided it."""
        if reward.state == "on_hold" and reward.reason == INQUIRY and reward.held_from:
            start_by_ms = self._desk.clock.now_ms() + START_GRACE_MS
            unheld = {"start_by_ms": start_by_ms, "lapse_ms": None, "held_from": None}
            return self.step(reward, reward.held_from, "inquiry_closed", **unheld)
        return reward

    def _held(self, reward: Reward) -> dict[str, object]:
        lapse_ms = self._desk.clock.now_ms() + INQUIRY_DAYS * DAY_MS
        return {"held_from": reward.state, "lapse_ms": lapse_ms, "escalated": False}

    def _taken(self, reward: Reward, taken_minor: int, refund_id: str, reason: str) -> Reward:
        if taken_minor == 0:
            return reward
        now_ms = self._desk.clock.now_ms()
        entry = reversal_entry(reward, taken_minor, self._desk.ids.new("ent"), now_ms, refund_id)
        self._book(reward.advocate_id, entry)
        after = reverse(reward, taken_minor, now_ms, reason)
        self._count(reward, after)
        refs = {"entry_id": entry.entry_id, "refund_id": refund_id}
        self._tell(after, "reward.reversed", reason, amount_minor=taken_minor, **refs)
        return after

    def count(
        self, advocate_id: str, program_id: str, currency: Currency, action: str, by: int
    ) -> None:
        """Count an attributed lead or sale (`by` 1), or take one back (-1)."""
        balance = self.balance(advocate_id, program_id, currency)
        name = f"{action}s"
        self._balances[balance.key] = balance.but(**{name: getattr(balance, name) + by})

    def tally(self, at_ms: int, before: Placed | None, after: Placed | None, where: str) -> None:
        """Move the totals of the advocates that an order of programme `where` counts for."""
        for owner, sign in ((before, -1), (after, 1)):
            if owner is not None and owner.counts != Sum():
                tally = self.tallied(owner.advocate_id, where)
                self._tallies[tally.key] = tally.moved(at_ms, Sum(), Sum().plus(owner.counts, sign))

    def tallied(self, advocate_id: str, program_id: str) -> Tally:
        """An advocate's totals as this Change will leave them, so far."""
        key = tally_key(advocate_id, program_id)
        if key not in self._tallies:
            found = self._desk.store.get(Tally, key)
            fresh = found or Tally(advocate_id=advocate_id, program_id=program_id)
            self._tallies[key] = self._before[key] = fresh
        return self._tallies[key]

    def balance(self, advocate_id: str, program_id: str, currency: Currency) -> Balance:
        """The balance as this Change will leave it, so far."""
        key = balance_key(advocate_id, program_id, currency)
        if key not in self._balances:
            found = None if advocate_id in self._new else self._desk.store.get(Balance, key)
            balance = found or Balance(
                advocate_id=advocate_id, program_id=program_id, currency=currency
            )
            self._balances[key] = self._before[key] = balance
        return self._balances[key]

    def room(
        self, program: Program, whole: Room, conversion_id: str, *, wide: bool = False
    ) -> Room:
        """What is left of the limits of `whole`, with what this Change has freed so far.

        Of limits of the whole programme only a part is read unless it is to be `wide`.
        """
        shared = [limit for limit in whole.limits if limit.is_shared]
        pools = self._pools.limits(program, shared, conversion_id, wide=wide)
        own = [limit for limit in whole.limits if not limit.is_shared]
        uses = self._uses(program.program_id, own)
        limits = (pools.get(limit.name) or self._left(limit, uses) for limit in whole.limits)
        return Room(limits=tuple(limits))

    def _uses(self, program_id: str, limits: Sequence[Limit]) -> dict[Counted, Key]:
        """Read what is used of them; where, by place."""
        keys = {one: cap_key(program_id, one) for limit in limits for one in limit.places}
        missing = [key for key in keys.values() if key not in self._caps]
        found = self._desk.store.get_many(CapUse, missing) if missing else {}
        for place, key in keys.items():
            fresh = found.get(key) or CapUse(program_id=program_id, counted=place)
            before = self._before.setdefault(key, fresh)
            assert isinstance(before, CapUse)
            self._caps.setdefault(key, before)
        for limit in limits:
            name = "limit_minor" if limit.measure == "money" else "limit_rewards"
            self._limits.update({(keys[place], name): limit.size for place in limit.places})
        return keys

    def _left(self, limit: Limit, keys: Mapping[Counted, Key]) -> Limit:
        used = (self._caps[keys[place]].used(limit.measure) for place in limit.places)
        return limit.used(max(used, default=0))

    def close(self) -> None:
        """Add the balances, totals and caps that moved to the Change."""
        touched = (*self._balances.values(), *self._tallies.values(), *self._caps.values())
        for record in touched:
            if record != self._before[record.key]:
                self._change.save(record)
        self._pools.close(self._change)

    def _count(self, before: Reward | None, after: Reward) -> int:
        """Move its caps by what it holds more or less; what of that is above the limit."""
        was, now = weight(before), weight(after)
        if was == now:
            return 0
        over = 0
        for place in after.counted:
            if place.scope in SHARED:
                more = now.of(measure_of(place)) - was.of(measure_of(place))
                ids = after.program_id, place, after.conversion_id
                over = max(over, self._pools.move(*ids, more) if more else 0)
                continue
            use = self._use(cap_key(after.program_id, place))
            money = 0 if place.of == COUNT_ONLY else now.money - was.money
            used_minor = use.used_minor + money
            number = use.rewards + now.rewards - was.rewards
            if used_minor < 0 or number < 0:
                raise Stale("stale", "the reward moved before the use of its cap was read")
            touchedon = use.but(
                used_minor=used_minor,
                rewards=number,
                **{name: size for (key, name), size in self._limits.items() if key == use.key},
            )
            self._caps[use.key] = touchedon
            over = max(over, touchedon.over_minor - use.over_minor)
        return over

    def _use(self, key: Key) -> CapUse:
        if key not in self._caps:
            use = self._desk.store.get(CapUse, key)
            assert use is not None  # made with the first reward that counts in it, never deleted
            self._caps[key] = self._before[key] = use
        return self._caps[key]

    def _post(self, reward: Reward, what: str, legs: tuple[Leg, ...]) -> str:
        entry = Entry(
            entry_id=self._desk.ids.new("ent"),
            what=what,
            at_ms=self._desk.clock.now_ms(),
            program_id=reward.program_id,
            currency=reward.currency,
            legs=legs,
            refs={"reward_id": reward.reward_id, "conversion_id": reward.conversion_id},
        )
        self._book(reward.advocate_id, entry)
        return entry.entry_id

    def _book(self, advocate_id: str, entry: Entry) -> None:
        balance = self.balance(advocate_id, entry.program_id, entry.currency)
        self._balances[balance.key] = apply(balance, entry)
        self._change.create(entry)

    def _tell(
        self, reward: Reward, type: str, reason: str, *, amount_minor: int, **refs: str | int
    ) -> None:
        self._change.create(
            self._desk.event(
                type,
                reward.reward_id,
                reason,
                advocate_id=reward.advocate_id,
                program_id=reward.program_id,
                conversion_id=reward.conversion_id,
                state=reward.state,
                amount_minor=amount_minor,
                currency=reward.currency,
                **refs,
            )
        )
