"""A ban has a reason from the code of conduct, a day since when, a notice and an appeal.

What was earned before the violation stays and is paid. What was earned since is voided, one reward
at a time, each with its entry and the reason `ban`; what of it was paid already stays with a person
to be talked about, and is only counted. What is in a payout that has not ended is stopped, and
voided when it is due again. The ban is one Change with the stop of all payouts and stands at once;
voiding goes on until it is done, by the call that banned or the sweeper. Then the stop ends, and
never before, unless the ban is lifted. `returning` lets it go on when a payment comes back.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from goodword.advocates.links import links_of, turn
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.advocates.people import read_advocate
from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.limits import (
    BAN_AHEAD_PAGES_MAX,
    BAN_LOOK_MINUTES,
    BAN_REWARDS_PAGE,
    BANS_PER_SWEEP,
    QUERY_PAGES_MAX,
)
from goodword.payouts.stops import Cause, barred, let, read_stop
from goodword.ports import Change, Desk, Store, until_settled
from goodword.programs.effective import version_in_force
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import IndexEntry, Key, Record
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import BAN, Reward, reward_key
from goodword.times import DAY_MS, MINUTE_MS

# The headings of the code of conduct (docs/conduct.md).
BAN_CODES = (
    "own_orders",
    "made_up_customers",
    "planted_clicks",
    "brand_bidding",
    "spam",
    "false_claims",
    "undisclosed_advertising",
    "harassment",
)
NOT_DUE = frozenset({"pending", "on_hold", "approved"})
STILL_OWED = NOT_DUE | {"due", "batched"}


class Ban(Record):
    """One ban. `since_ms` is when the violation began; `cursor` where voiding goes on.

    While some of it `waits` for the end of a payout, all is looked at again from `look_ms` on. It
    is carried out `again` when a payment comes back; what it left of others then stays as it was.
    """

    KIND: ClassVar[str] = "ban"

    advocate_id: str
    program_id: str
    state: Literal["banned", "lifted"] = "banned"
    reason: str
    since_ms: int
    banned_ms: int
    banned_by: str
    appeal_until_ms: int
    voiding: bool = True
    again: bool = False
    cursor: str | None = None
    waits: bool = False
    look_ms: int = 0
    voided: int = 0
    paid_before: int = 0

    @property
    def key(self) -> Key:
        return ban_key(self.advocate_id, self.program_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if not self.voiding:
            return None
        since_ms = max(self.banned_ms, self.look_ms)
        return IndexEntry("BANS", f"{since_ms:015d}#{self.advocate_id}#{self.program_id}")

    @property
    def goes_on(self) -> bool:
        """Whether something can be voided now."""
        return self.voiding and not (self.waits and self.cursor is None)


def ban_key(advocate_id: str, program_id: str) -> Key:
    """Where the ban is: beside the advocate's summary."""
    return Key("core", f"ADV#{advocate_id}", f"BAN#{program_id}")


@dataclass(frozen=True)
class Ahead:
    """What a ban since an instant would cancel: how many rewards, and minor units by currency.

    Of what was `paid` nothing comes back. With `more`, there are older rewards that nobody counted.
    """

    voided: int
    sums: Mapping[str, int]
    paid: int
    more: bool


@dataclass(frozen=True)
class Bans:
    """The use cases of bans."""

    desk: Desk

    def ban(
        self,
        advocate_id: str,
        program_id: str,
        reason: str,
        since_ms: int,
        decider_advocate_id: str | None,
        receipt: Receipt[Ban] = no_receipt,
    ) -> Ban:
        """Ban with a reason and a day. Conflict `enrolment_cannot_move` for who is banned already.

        Raises InvalidInput `unknown_reason_code`, `since_in_the_future`, `since_before_joining`;
        NotAllowed `payee_may_not_decide`; NotFound `not_enrolled`.
        """
        if reason not in BAN_CODES:
            raise InvalidInput("unknown_reason_code", "the reason is not in the code of conduct")
        if advocate_id == decider_advocate_id:
            raise NotAllowed("payee_may_not_decide", "nobody bans themselves")

        def attempt() -> Ban:
            enrolment = self._to_ban(advocate_id, program_id, since_ms)
            before = self.desk.store.get(Ban, ban_key(advocate_id, program_id))
            now_ms = self.desk.clock.now_ms()
            terms = version_in_force(self.desk.store, program_id, now_ms).terms.trust
            made = Ban(
                advocate_id=advocate_id,
                program_id=program_id,
                reason=reason,
                since_ms=since_ms,
                banned_ms=now_ms,
                banned_by=self.desk.actor.id,
                appeal_until_ms=now_ms + terms.appeal_days * DAY_MS,
                version=before.version if before else 0,
            )
            change = Change()
            change.save(made)
            self._stop(change, made)
            self._move(change, enrolment, "banned", reason, since_ms)
            self._tell(change, "enrolment.banned", made, enrolment)
            return settle(self.desk.store, change, made, receipt)

        until_settled(attempt)
        return self.carry_out(advocate_id, program_id)

    def ahead(self, advocate_id: str, program_id: str, since_ms: int) -> Ahead:
        """What a ban since then would do. Raises as `ban`, of person and day."""
        self._to_ban(advocate_id, program_id, since_ms)
        sums: Counter[str] = Counter()
        voided, paid, cursor = 0, 0, None
        for _ in range(BAN_AHEAD_PAGES_MAX):
            page = self.desk.store.query(
                Reward, "core", f"ADV#{advocate_id}", "R#", cursor=cursor, newest_first=True
            )
            for one in self._earned_since(page.rows, program_id, since_ms):
                paid += one.state == "paid"
                if one.state in STILL_OWED:
                    voided += 1
                    sums[one.currency] += one.remaining_minor
            if (cursor := page.cursor) is None:
                break
        return Ahead(voided, dict(sorted(sums.items())), paid, cursor is not None)

    def _to_ban(self, advocate_id: str, program_id: str, since_ms: int) -> Enrolment:
        if since_ms > self.desk.clock.now_ms():
            raise InvalidInput("since_in_the_future", "a violation has begun by now")
        enrolment = self._enrolment(advocate_id, program_id)
        if enrolment.state == "banned":
            raise Conflict("enrolment_cannot_move", "the advocate is banned already")
        _check_since(since_ms, enrolment)
        return enrolment

    def _earned_since(
        self, rewards: Sequence[Reward], program_id: str, since_ms: int
    ) -> list[Reward]:
        """Those of the programme whose orders happened since then; one read for all orders."""
        own = [one for one in rewards if one.program_id == program_id]
        keys = list({conversion_key(one.conversion_id) for one in own})
        orders = self.desk.store.get_many(Conversion, keys) if keys else {}
        return [
            one
            for one in own
            if when_ms(one, orders.get(conversion_key(one.conversion_id))) >= since_ms
        ]

    def lift(self, change: Change, advocate_id: str, program_id: str, reason: str) -> None:
        """Put the end of a ban into the change: active again, links too. NotFound `not_banned`.

        What was voided stays void; a dispute about each reward may bring it back. Nobody takes
        part again who has been erased meanwhile: then only the ban's record ends.
        """
        ban = self.desk.store.get(Ban, ban_key(advocate_id, program_id))
        enrolment = self._enrolment(advocate_id, program_id)
        if ban is None or ban.state != "banned" or enrolment.state != "banned":
            raise NotFound("not_banned", "the advocate is not banned from this programme")
        after = ban.but(state="lifted", voiding=False)
        change.replace(after)
        self._stop(change, after)
        if read_advocate(self.desk.store, advocate_id, erased=True).erased_ms is None:
            self._move(change, enrolment, "active", reason)
            self._tell(change, "enrolment.unbanned", ban, enrolment)

    def carry_out(self, advocate_id: str, program_id: str) -> Ban:
        """Void what was earned since, page by page; the ban as it is then."""
        for _ in range(QUERY_PAGES_MAX):
            ban = until_settled(partial(self._void_page, advocate_id, program_id))
            if not ban.goes_on:
                break
        return ban

    def sweep(self, tell: Callable[[Ban, Exception], None]) -> int:
        """Finish bans whose call was cut off, or that waited for a payout; how many it took up.

        `tell` hears of each that failed: it is put off, and keeps no other from its turn.
        """
        until = f"{self.desk.clock.now_ms():015d}$"  # "$" sorts after the "#" before the id
        page = self.desk.store.query_index(Ban, "core", "BANS", until=until, limit=BANS_PER_SWEEP)
        for ban in page.rows:
            try:
                self.carry_out(ban.advocate_id, ban.program_id)
            except Exception as failure:  # noqa: BLE001 - whatever is wrong with one, the others go on
                tell(ban, failure)
                until_settled(partial(self._put_off, ban))
        return len(page.rows)

    def _put_off(self, ban: Ban) -> None:
        now = self.desk.store.get(Ban, ban.key)
        if now is None or not now.voiding:
            return
        change = Change()
        change.replace(now.but(look_ms=self._next_look_ms()))
        self.desk.store.commit(change)

    def _next_look_ms(self) -> int:
        return self.desk.clock.now_ms() + BAN_LOOK_MINUTES * MINUTE_MS

    def _void_page(self, advocate_id: str, program_id: str) -> Ban:
        """One page of rewards, each in a Change of its own, then the cursor."""
        place = ban_key(advocate_id, program_id)
        ban = self.desk.store.get(Ban, place)
        if ban is None:
            raise NotFound("not_banned", "the advocate is not banned from this programme")
        if not ban.voiding:
            return ban
        page = self.desk.store.query(
            Reward,
            "core",
            f"ADV#{advocate_id}",
            "R#",
            limit=BAN_REWARDS_PAGE,
            cursor=ban.cursor,
        )
        ends = [
            until_settled(partial(self._void, ban, one.reward_id))
            for one in page.rows
            if one.program_id == program_id
        ]
        so_far = ban if ban.cursor else ban.but(voided=0, paid_before=0, waits=False)
        waits = so_far.waits or "waits" in ends
        after = so_far.but(
            cursor=page.cursor,
            waits=waits,
            voiding=page.cursor is not None or waits,
            voided=so_far.voided + ends.count("voided"),
            paid_before=so_far.paid_before + ends.count("paid"),
        )
        change = Change()
        if not after.goes_on:
            self._stop(change, after)
            after = after.but(look_ms=self._next_look_ms())
        change.replace(after)
        if not after.voiding:
            change.create(
                self.desk.event(
                    "enrolment.ban_carried_out",
                    advocate_id,
                    ban.reason,
                    program_id=program_id,
                    voided=after.voided,
                    paid_before=after.paid_before,
                )
            )
        self.desk.store.commit(change)
        return after

    def _stop(self, change: Change, ban: Ban) -> None:
        """Until it is carried out nothing is sent to this person; after that it may be."""
        stop, program_id = read_stop(self.desk.store, ban.advocate_id), ban.program_id
        if ban.voiding and program_id not in stop.bans:
            cause = Cause(reason="on_hold", code=BAN, by=ban.banned_by, at_ms=ban.banned_ms)
            change.save(barred(stop, program_id, cause))
        elif not ban.voiding and program_id in stop.bans:
            change.save(let(stop, program_id))

    def _void(self, ban: Ban, reward_id: str) -> str:
        """One reward: void or reversed if it was earned since; `paid` is only counted.

        What is left is its ceiling from now on, of refunded ones too: no won chargeback gives more.
        """
        reward = self.desk.store.get(Reward, reward_key(ban.advocate_id, reward_id))
        if reward is None or _happened_ms(self.desk.store, reward) < ban.since_ms:
            return ""
        if reward.state == "batched":
            return "waits"
        alive = reward.state in NOT_DUE or reward.state == "due"
        kept = ban.again or reward.state == "rejected"
        change = Change()
        books = RewardBooks(self.desk, change)
        barred = reward.but(ceiling_minor=0 if alive else reward.remaining_minor)
        if reward.state == "due":
            books.take(barred, reward.remaining_minor, f"ban:{ban.banned_ms}", BAN)
        elif alive:
            books.step(barred, "void", BAN, lapse_ms=None)
        elif not kept and reward.ceiling_minor not in (0, reward.remaining_minor):
            change.replace(barred)
        books.close()
        if change.keys:
            self.desk.store.commit(change)
        if alive or reward.reason == BAN:
            return "voided"
        return "paid" if reward.state == "paid" else ""

    def _enrolment(self, advocate_id: str, program_id: str) -> Enrolment:
        found = self.desk.store.get(Enrolment, enrolment_key(advocate_id, program_id))
        if found is None:
            raise NotFound("not_enrolled", "this advocate is not in this programme")
        return found

    def _move(
        self,
        change: Change,
        enrolment: Enrolment,
        state: Literal["banned", "active"],
        reason: str,
        since_ms: int | None = None,
    ) -> None:
        """The enrolment and its links. The head is written: a link being made loses the race."""
        banned, store = state == "banned", self.desk.store
        after = enrolment.turned(state, self.desk.clock.now_ms(), since_ms)
        change.replace(after.but(reason=reason, keeps_earned=banned))
        own = links_of(store, enrolment.advocate_id)
        turn(
            change,
            [one for one in own if one.program_id == enrolment.program_id],
            active=not banned,
        )
        change.save(read_advocate(store, enrolment.advocate_id, erased=True))

    def _tell(self, change: Change, type: str, ban: Ban, enrolment: Enrolment) -> None:
        change.create(
            self.desk.event(
                type,
                ban.advocate_id,
                ban.reason,
                advocate_id=ban.advocate_id,
                program_id=ban.program_id,
                before=enrolment.state,
                since_ms=ban.since_ms,
                appeal_until_ms=ban.appeal_until_ms,
            )
        )


def is_banned_since(store: Store, reward: Reward) -> bool:
    """Whether its advocate is banned now, since before the order."""
    place = enrolment_key(reward.advocate_id, reward.program_id)
    enrolment = store.get(Enrolment, place)
    return enrolment is not None and enrolment.is_banned_at(_happened_ms(store, reward))


def _happened_ms(store: Store, reward: Reward) -> int:
    return when_ms(reward, store.get(Conversion, conversion_key(reward.conversion_id)))


def when_ms(reward: Reward, conversion: Conversion | None) -> int:
    """When its order happened."""
    return conversion.occurred_ms if conversion else reward.created_ms


def _check_since(since_ms: int, enrolment: Enrolment) -> None:
    """Not before the day of joining, whatever the time zone: there is nothing to cancel before."""
    if since_ms < enrolment.created_ms - DAY_MS:
        raise InvalidInput("since_before_joining", "a violation begins when its person joined")
