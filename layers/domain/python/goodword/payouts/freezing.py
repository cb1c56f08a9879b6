"""A run gathers what is due at its cut-off, each advocate in one transaction, and is then closed.

While the list is open every freeze requires it (on the run's own record), so nothing can slip in
after the lines were counted. Everything here may be repeated from any point: the ids are derived,
what is frozen is no longer due, and a line that exists is not written again.
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from goodword.advocates.model import Enrolment, PayoutMethod, enrolment_key, method_key
from goodword.errors import Conflict, NotFound, Stale
from goodword.ledger.model import Balance, apply, due_index, small_index, small_rank
from goodword.limits import (
    DUE_SHARDS,
    FREEZE_CALLS_MAX,
    FREEZE_PAGE,
    FREEZE_PAGES,
    FREEZE_SECONDS,
    PAYOUT_PARTS_MAX,
    RUN_CHUNK_PAYOUTS,
    RUN_CHUNKS_MAX,
    RUNS_BACK_PAGES,
)
from goodword.paging import pages
from goodword.payouts.calendar import closed_period
from goodword.payouts.choice import Chosen, LeftOut, choose, hindrance
from goodword.payouts.due import due_rewards
from goodword.payouts.hashing import line_of
from goodword.payouts.model import (
    Exclusion,
    FrozenReward,
    OpenRun,
    Payout,
    PayoutPlace,
    PayoutRun,
    exclusion_key,
    payout_id_of,
    payout_key,
    run_id_of,
    run_key,
)
from goodword.payouts.movements import entry_of, frozen
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.ports import Change, Desk, Guard, GuardFailed, Store, until_settled
from goodword.privacy.ports import Macs
from goodword.programs.effective import read_program, version_in_force
from goodword.programs.payment import step_of
from goodword.records import Key, Record
from goodword.times import SECOND_MS

R = TypeVar("R", bound=Record)


def read_run(store: Store, run_id: str) -> PayoutRun:
    """The run. Raises NotFound `unknown_run`."""
    run = store.get(PayoutRun, run_key(run_id))
    if run is None:
        raise NotFound("unknown_run", "there is no such payout run")
    return run


@dataclass(frozen=True)
class Freezing:
    """The use cases of `payout_cycle` up to the closed list."""

    desk: Desk
    macs: Macs

    def open(
        self,
        program_id: str,
        period: str,
        cutoff_ms: int,
        ended_ms: int | None = None,
        currency: str | None = None,
    ) -> PayoutRun:
        """The run of the period, made now if it is not there yet. Never a second one.

        `currency` is the programme's own unless it is given. Raises Conflict `period_is_open`
        before the cut-off, NotFound `unknown_program`.
        """
        abroad = (currency and read_program(self.desk.store, program_id).abroad(currency)) or ""
        run_id = run_id_of(program_id, period, abroad)

        def attempt() -> PayoutRun:
            found = self.desk.store.get(PayoutRun, run_key(run_id))
            if found is not None:
                return found
            run = self._draft(program_id, period, cutoff_ms, abroad).but(ended_ms=ended_ms)
            change = Change()
            change.create(
                run,
                OpenRun(run_id=run_id, created_ms=run.created_ms),
                self.desk.event(
                    "payout_run.drafted",
                    run_id,
                    program_id=program_id,
                    cutoff_ms=cutoff_ms,
                    currency=run.currency,
                ),
            )
            self.desk.store.commit(change)
            return read_run(self.desk.store, run_id)

        return until_settled(attempt)

    def freeze(self, run_id: str, cursor: str) -> str:
        """Freeze the next pages of balances; the cursor of the next call, "" when all are done.

        Begin with "". One call stops after FREEZE_PAGES pages of people or FREEZE_SECONDS seconds.
        """
        start_ms = self.desk.clock.now_ms()
        at = _Place.read(cursor)
        left = FREEZE_PAGES
        while left:
            run = read_run(self.desk.store, run_id)
            if run.state != "draft" or run.listing != "open":
                return ""
            seen, following = self._page(run, at)
            if following is None:
                return ""
            at = following
            left -= seen > 0
            if self.desk.clock.now_ms() - start_ms > FREEZE_SECONDS * SECOND_MS:
                break
        return at.next_call().text()

    def _page(self, run: PayoutRun, at: "_Place") -> "tuple[int, _Place | None]":
        """Freeze one page: how many it had, and the place after it; None when that was the last."""
        place, until = _partition(run, at.part)
        page = self.desk.store.query_index(
            Balance, "core", place, until=until, limit=FREEZE_PAGE, cursor=at.cursor or None
        )
        try:
            frozen_now = sum(self._take_in(run, balance) for balance in page.rows)
        except GuardFailed:
            return 0, None  # the list was closed, or the run cancelled, meanwhile
        return len(page.rows), at.after(frozen_now, page.cursor)

    def _draft(self, program_id: str, period: str, cutoff_ms: int, abroad: str) -> PayoutRun:
        now_ms = self.desk.clock.now_ms()
        if cutoff_ms > now_ms:
            raise Conflict("period_is_open", "the period has not ended yet")
        terms = version_in_force(self.desk.store, program_id, now_ms).terms
        currency = abroad or terms.currency
        payment = terms.payment_in(currency)
        before = run_id_of(program_id, closed_period(payment, cutoff_ms - 1).name, abroad)
        previous = self.desk.store.get(PayoutRun, run_key(before))
        if previous is None or previous.currency != currency:
            previous = self._last_run(program_id, currency, cutoff_ms)
        return PayoutRun(
            run_id=run_id_of(program_id, period, abroad),
            program_id=program_id,
            period=period,
            cutoff_ms=cutoff_ms,
            rail=payment.rail,
            currency=currency,
            minimum_minor=payment.minimum_minor,
            barred=tuple(self.macs.mac("country", one) for one in payment.barred_countries),
            two_checkers_from_minor=payment.two_checkers_from_minor,
            created_ms=now_ms,
            changed_ms=now_ms,
            previous_run_id=previous.run_id if previous else None,
        )

    def _last_run(self, program_id: str, currency: str, before_ms: int) -> PayoutRun | None:
        """The run before in the same currency, where the calendar of today's terms names none.

        The terms have changed, or nothing was due in a period. Among the newest runs of all
        programmes; the index lists them newest first.
        """
        runs = pages(lambda at: self.desk.store.query_index(PayoutRun, "core", "RUNS", cursor=at))
        for rows in islice(runs, RUNS_BACK_PAGES):
            for one in rows:
                same = (one.program_id, one.currency) == (program_id, currency)
                if same and one.cutoff_ms < before_ms:
                    return one
        return None

    def _take_in(self, run: PayoutRun, seen: Balance) -> int:
        """Freeze all that the advocate gets in this run; how many payouts that made."""
        try:
            for part in range(PAYOUT_PARTS_MAX):
                if not until_settled(lambda: self._freeze_part(run, seen)):
                    return part
        except Stale:
            # Somebody whose balance never stands still must not hold up everyone else.
            moving = LeftOut("still_moving", seen.payable_minor)
            until_settled(lambda: self._leave_out(run, seen, moving, None))
        return PAYOUT_PARTS_MAX

    def _freeze_part(self, run: PayoutRun, seen: Balance) -> bool:
        """One attempt at the next payout of this advocate; False when there is nothing (more)."""
        person = seen.advocate_id
        ids = [
            payout_id_of(run.run_id, run.cutoff_ms, person, part)
            for part in range(PAYOUT_PARTS_MAX)
        ]
        out_key = exclusion_key(run.run_id, person, seen.currency)
        found = self.desk.store.get_mixed(
            {
                seen.key: Balance,
                enrolment_key(person, run.program_id): Enrolment,
                method_key(person): PayoutMethod,
                stop_key(person): PayoutStop,
                out_key: Exclusion,
                **{payout_key(person, each): Payout for each in ids},
            }
        )
        balance = _as(Balance, found, seen.key)
        left_out = _as(Exclusion, found, out_key)
        free = [each for each in ids if payout_key(person, each) not in found]
        if balance is None or balance.payable_minor == 0 or not free:
            return False
        enrolment = _as(Enrolment, found, enrolment_key(person, run.program_id))
        method = _as(PayoutMethod, found, method_key(person))
        stop = _as(PayoutStop, found, stop_key(person))
        why = hindrance(run, balance, enrolment, method, stop)
        if why is not None or method is None:
            no = LeftOut(why or "no_method", balance.payable_minor)
            return self._leave_out(run, balance, no, left_out)
        due, step = due_rewards(self.desk.store, balance), step_of(run.rail, run.currency)
        choice = choose(run, balance, due, step)
        if isinstance(choice, LeftOut):
            less = choice.reason == "below_minimum" and balance.payable_minor < step
            is_rest = less and len(free) < len(ids)
            return self._leave_out(run, balance, choice, left_out, is_rest=is_rest)
        self._commit(run, free[0], balance, method, choice, left_out)
        return True

    def _commit(
        self,
        run: PayoutRun,
        payout_id: str,
        balance: Balance,
        method: PayoutMethod,
        chosen: Chosen,
        left_out: Exclusion | None,
    ) -> None:
        now_ms = self.desk.clock.now_ms()
        payout = Payout(
            payout_id=payout_id,
            run_id=run.run_id,
            advocate_id=balance.advocate_id,
            program_id=run.program_id,
            rewards=tuple(
                FrozenReward(reward_id=reward.reward_id, amount_minor=reward.remaining_minor)
                for reward in chosen.rewards
            ),
            carry_minor=chosen.carry_minor,
            amount_minor=chosen.amount_minor,
            currency=run.currency,
            rail=run.rail,
            destination_hash=method.destination_hash,
            account_hash=method.paid_at,
            cutoff_ms=run.cutoff_ms,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        entry = entry_of(payout, "payout_frozen", now_ms)
        change = Change()
        change.require(run.key, Guard(equals={"state": "draft", "listing": "open"}))
        change.create(
            payout,
            PayoutPlace(payout_id=payout_id, advocate_id=payout.advocate_id),
            line_of(payout),
            entry,
            self.desk.event(
                "payout.frozen",
                payout_id,
                run_id=run.run_id,
                advocate_id=payout.advocate_id,
                program_id=run.program_id,
                amount_minor=payout.amount_minor,
                currency=payout.currency,
            ),
        )
        for reward in chosen.rewards:
            change.replace(frozen(reward, payout_id, now_ms))
        change.replace(_awake(apply(balance, entry)))
        if left_out is not None:
            change.delete(left_out)
        self.desk.store.commit(change)

    def _leave_out(
        self,
        run: PayoutRun,
        balance: Balance,
        choice: LeftOut,
        known: Exclusion | None,
        *,
        is_rest: bool = False,
    ) -> bool:
        """Put down why; the answer is always False: nothing was frozen.

        Whoever is in the run is not left out of it by the rest that its rail cannot pay. What is
        below the minimum leaves the index of what is due until it has grown, so that no later run
        reads and notes it again.
        """
        key = exclusion_key(run.run_id, balance.advocate_id, balance.currency)
        known = known or self.desk.store.get(Exclusion, key)
        exclusion = Exclusion(
            run_id=run.run_id,
            advocate_id=balance.advocate_id,
            reason=choice.reason,
            amount_minor=choice.amount_minor,
            currency=balance.currency,
            version=known.version if known else 0,
        )
        change, least = Change(), _least(run)
        if exclusion != known and not is_rest:
            change.save(exclusion)
        is_small = balance.payable_minor < least and choice.reason != "still_moving"
        if is_small and balance.least_minor != least:
            change.replace(balance.but(least_minor=least))
        if change.keys:
            change.require(run.key, Guard(equals={"state": "draft", "listing": "open"}))
            self.desk.store.commit(change)
        return False


def _least(run: PayoutRun) -> int:
    """The least that this run pays anybody."""
    return max(1, run.minimum_minor)


def _awake(rest: Balance) -> Balance:
    """What is left after a freeze stays where this run finds it, also if it has to begin again.

    An earlier run may have put it aside for being too small; this one has not said so yet.
    """
    return rest.but(least_minor=0) if 0 < rest.payable_minor < rest.least_minor else rest


def _partition(run: PayoutRun, part: int) -> tuple[str, str | None]:
    """Where balances of the run are found: the n-th place, and up to which key of it.

    First those that earlier runs found too small and that no longer are, because the minimum was
    lowered. They come first so that one that grows meanwhile is met in the second half.
    """
    if part < DUE_SHARDS:
        until = f"{small_rank(_least(run))}$"  # "$" sorts after the "#" before the id
        return small_index(run.program_id, run.currency, part), until
    return due_index(run.program_id, run.currency, part - DUE_SHARDS), None


def _as(kind: type[R], found: dict[Key, Record], key: Key) -> R | None:
    record = found.get(key)
    return record if isinstance(record, kind) else None


@dataclass(frozen=True)
class _Place:
    """How far the freeze has come: calls made, payouts frozen, n-th partition and place in it."""

    calls: int
    frozen: int
    part: int
    cursor: str

    @classmethod
    def read(cls, text: str) -> "_Place":
        if not text:
            return cls(0, 0, 0, "")
        calls, frozen_so_far, part, cursor = text.split(":", 3)
        return cls(int(calls), int(frozen_so_far), int(part), cursor)

    def text(self) -> str:
        if self.calls >= FREEZE_CALLS_MAX:
            return ""
        return f"{self.calls}:{self.frozen}:{self.part}:{self.cursor}"

    def next_call(self) -> "_Place":
        return replace(self, calls=self.calls + 1)

    def after(self, frozen_now: int, cursor: str | None) -> "_Place | None":
        part = self.part if cursor else self.part + 1
        total = self.frozen + frozen_now
        full = total + FREEZE_PAGE * PAYOUT_PARTS_MAX > RUN_CHUNKS_MAX * RUN_CHUNK_PAYOUTS
        if part == 2 * DUE_SHARDS or full:
            return None
        return _Place(self.calls, total, part, cursor or "")
