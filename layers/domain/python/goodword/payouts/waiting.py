"""Everybody whose money waits, why, since when, and what would let it go: for finance, by pages.

Balances with something payable stand in two sparse indexes: what a run may pay, and what a run
found too small and put aside (`SMALL#...`). Both are read, one place after the other, so whoever a
run noted once is here for as long as they wait. Nobody is stored as waiting: what is said is what
stands now, by the same rules by which a run decides (`choice`). Whoever nothing keeps back is left
out: the next run pays them. Money of a period that is not paid yet (NET-n) waits for its own run.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.advocates.model import (
    Advocate,
    Enrolment,
    PayoutMethod,
    advocate_key,
    enrolment_key,
    method_key,
)
from goodword.errors import InvalidInput
from goodword.ledger.model import Balance, due_index, small_index
from goodword.limits import DUE_SHARDS, READ_KEYS_MAX, WAITING_LOOKS, WAITING_READS
from goodword.money import NaturalMinor
from goodword.payouts.ahead import Ahead, left_for_later, run_ahead, sure_day
from goodword.payouts.choice import Waiting, all_wrong, bar, one_more
from goodword.payouts.due import listed_due
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.ports import Page, Store
from goodword.privacy.ports import Macs
from goodword.programs.effective import version_in_force
from goodword.programs.payment import Payment
from goodword.records import Key, Record, Value

LetsGo = Literal[
    "earning_more",
    "joining",
    "resuming",
    "lifting_the_ban",
    "carrying_out_the_ban",
    "lifting_the_hold",
    "answering_the_dispute",
    "a_method",
    "a_method_of_the_rail",
    "a_method_elsewhere",
    "its_period",
    "nothing",
]
LETS_GO: dict[Waiting, LetsGo] = {
    "negative_balance": "earning_more",
    "below_minimum": "earning_more",
    "not_enrolled": "joining",
    "enrolment_paused": "resuming",
    "enrolment_banned": "lifting_the_ban",
    "on_hold": "lifting_the_hold",
    "dispute_open": "answering_the_dispute",
    "no_method": "a_method",
    "rail_mismatch": "a_method_of_the_rail",
    "sanctioned_country": "a_method_elsewhere",
    "later_period": "its_period",
}
_KINDS = 5  # records read for each balance
_BAN = "ban:"  # how `PayoutStop.all` names the stop of a ban


class Kept(Value):
    """One thing that keeps money back; `cause_id` is the hold or dispute, `code` its reason code.

    `since_ms` is since when it does, or if nothing says that, since when there is money to keep;
    `until_ms` when it ends by itself, if that is known.
    """

    reason: Waiting
    lets_go: LetsGo
    since_ms: int | None
    until_ms: int | None = None
    cause_id: str = ""
    code: str = ""


class Waits(Value):
    """Somebody who waits: `kept` are all reasons, the one that a run would name first.

    `missing_minor` is what has to be earned until a run would pay; 0 if nothing has.
    """

    balance: Balance
    kept: tuple[Kept, ...]
    missing_minor: NaturalMinor


def kept_back(
    payment: Payment,
    balance: Balance,
    enrolment: Enrolment | None,
    method: PayoutMethod | None,
    stop: PayoutStop | None,
    barred: Collection[str],
) -> tuple[Kept, ...]:
    """What of a person, or of the amount, keeps a balance from being paid.

    The first is `choice.waits_for`.
    """
    since_ms = balance.payable_since_ms
    found = []
    if balance.payable_minor < 0:
        found.append(_kept("negative_balance", since_ms))
    if (why := bar(enrolment)) is not None:
        found.append(_kept(why, enrolment.changed_ms if enrolment else since_ms))
    found += _stops(stop) if stop else []
    found += [_kept(why, since_ms) for why in all_wrong(method, payment.rail, barred)]
    if 0 <= balance.payable_minor < payment.minimum_minor:
        found.append(_kept("below_minimum", since_ms))
    return tuple(found)


def waiting_page(
    store: Store,
    macs: Macs,
    program_id: str,
    currency: str,
    now_ms: int,
    limit: int,
    cursor: str | None,
) -> Page[Waits]:
    """The next people who wait for money of a currency ("": the programme's own).

    One call reads at most WAITING_READS pages of balances, and where periods are paid after their
    end the rewards of at most WAITING_LOOKS: it may be short, or empty, with more to come. Raises
    NotFound `unknown_program`, InvalidInput `bad_cursor`.
    """
    terms = version_in_force(store, program_id, now_ms).terms
    currency = currency or terms.currency
    payment = terms.payment_in(currency)
    barred = frozenset(macs.mac("country", one) for one in payment.barred_countries)
    look = _Look(store, payment, barred, run_ahead(payment, now_ms), now_ms)
    found: list[Waits] = []
    looks = WAITING_LOOKS if look.reads_rewards else WAITING_READS * READ_KEYS_MAX
    part, at = _place(cursor)
    for _ in range(WAITING_READS):
        place, size = _partition(program_id, currency, part), min(limit - len(found), looks)
        page = store.query_index(Balance, "core", place, limit=size, cursor=at)
        found += look.waits(page.rows)
        looks -= len(page.rows)
        part, at = (part, page.cursor) if page.cursor else (part + 1, None)
        if part == 2 * DUE_SHARDS or len(found) == limit or looks == 0:
            break
    return Page(found, None if part == 2 * DUE_SHARDS else f"{part}:{at or ''}")


@dataclass(frozen=True)
class _Look:
    """Looks at balances by the terms of now, one after the other."""

    store: Store
    payment: Payment
    barred: Collection[str]
    ahead: Ahead
    now_ms: int

    @property
    def reads_rewards(self) -> bool:
        """Whether what is ready may be of a period that the next run does not pay."""
        return self.ahead.is_over(self.now_ms)

    def waits(self, seen: Sequence[Balance]) -> Iterator[Waits]:
        """Those of the balances, as they are now, that something keeps back."""
        size = READ_KEYS_MAX // _KINDS
        for start in range(0, len(seen), size):
            part = seen[start : start + size]
            wanted: dict[Key, type[Record]] = {}
            for one in part:
                wanted |= _records(one)
            found = self.store.get_mixed(wanted)
            for one in part:
                waits = self._one(one, found)
                if waits is not None:
                    yield waits

    def _one(self, seen: Balance, found: dict[Key, Record]) -> Waits | None:
        advocate, balance, enrolment, method, stop = (found.get(key) for key in _records(seen))
        if not isinstance(balance, Balance) or balance.payable_minor == 0:
            return None  # the index lags: it was paid, or refunded, meanwhile
        kept = kept_back(
            self.payment,
            balance,
            enrolment if isinstance(enrolment, Enrolment) else None,
            method if isinstance(method, PayoutMethod) else None,
            stop if isinstance(stop, PayoutStop) else None,
            self.barred,
        )
        kept, missing = self._with_period(balance, kept)
        if isinstance(advocate, Advocate) and advocate.erased_ms is not None:
            # Nobody knows where to pay any more, nor can anything be earned: it stays in the books.
            kept, missing = tuple(one.but(lets_go="nothing", until_ms=None) for one in kept), 0
        return Waits(balance=balance, kept=kept, missing_minor=missing) if kept else None

    def _with_period(
        self, balance: Balance, kept: tuple[Kept, ...]
    ) -> tuple[tuple[Kept, ...], int]:
        """With it that (nearly) all is of a later period, and what is missing.

        Before that it is too little; where no run to come would pay it as it is, for good: so many
        and so small are the rewards that no payment of them reaches the minimum.
        """
        least, since_ms = max(1, self.payment.minimum_minor), balance.payable_since_ms
        missing = max(0, least - balance.payable_minor)
        if not self.reads_rewards or balance.payable_minor < 0:
            return kept, missing
        due = listed_due(self.store, balance)
        left = left_for_later(self.ahead, balance, due)
        if left is None or any(one.reason == left.reason for one in kept):
            return kept, missing
        small = [one for one in kept if one.reason == "below_minimum"]
        until_ms = None if small else sure_day(self.payment, balance, due, self.now_ms)
        if until_ms is None and not small:
            small, missing = [_kept("below_minimum", since_ms)], one_more(least, balance, due)
            if left.reason == "below_minimum":
                return (*kept, *small), missing
        period = Kept(
            reason=left.reason, lets_go="its_period", since_ms=since_ms, until_ms=until_ms
        )
        return (*(one for one in kept if one not in small), period, *small), missing


def _records(seen: Balance) -> dict[Key, type[Record]]:
    person = seen.advocate_id
    return {
        advocate_key(person): Advocate,
        seen.key: Balance,
        enrolment_key(person, seen.program_id): Enrolment,
        method_key(person): PayoutMethod,
        stop_key(person): PayoutStop,
    }


def _stops(stop: PayoutStop) -> list[Kept]:
    """Each cause, disputes first, then the oldest."""
    causes = sorted(
        stop.all.items(),
        key=lambda one: (one[1].reason != "dispute_open", one[1].at_ms, one[0]),
    )
    return [
        Kept(
            reason=cause.reason,
            lets_go="carrying_out_the_ban" if name.startswith(_BAN) else LETS_GO[cause.reason],
            since_ms=cause.at_ms,
            cause_id=name,
            code=cause.code,
        )
        for name, cause in causes
    ]


def _kept(reason: Waiting, since_ms: int | None) -> Kept:
    return Kept(reason=reason, lets_go=LETS_GO[reason], since_ms=since_ms)


def _partition(program_id: str, currency: str, part: int) -> str:
    """The n-th place in which balances stand: those due, then those put aside."""
    if part < DUE_SHARDS:
        return due_index(program_id, currency, part)
    return small_index(program_id, currency, part - DUE_SHARDS)


def _place(cursor: str | None) -> tuple[int, str | None]:
    """The place that a cursor of ours names, and how far in it."""
    part, _, at = (cursor or "0:").partition(":")
    if not (part.isascii() and part.isdecimal() and len(part) <= 2 and int(part) < 2 * DUE_SHARDS):
        raise InvalidInput("bad_cursor", "this is not the cursor of a page")
    return int(part), at or None
