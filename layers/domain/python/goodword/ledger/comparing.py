"""One reading of the journal is held against core as it was before and after it; pure.

Whatever moved in between is not judged. A number may rest on more than its own record: a cap on all
rewards that count in it, a limit of the whole programme on its pots as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from goodword.conversions.model import Conversion, conversion_key
from goodword.ledger.limiting import caps, pools
from goodword.ledger.model import FOLDED, Balance, balance_key
from goodword.ledger.numbers import Held, Journal, Kept, One, Wrong, sentences
from goodword.limits import TALLY_MONTHS_MAX
from goodword.records import Key, Record
from goodword.rewards.added import Added
from goodword.rewards.model import Reward, reward_place_key
from goodword.rewards.tally import Sum, Tally, tally_key

R = TypeVar("R", bound=Record)
COUNTED = ("leads", "sales")
REFUNDED = ("refunded_net_minor", "refunded_gross_minor")


@dataclass
class Judged:
    """What is wrong, what moved, and how many records were looked at."""

    wrong: list[Wrong] = field(default_factory=list)
    moving: set[Key] = field(default_factory=set)
    looked_at: int = 0
    balances: int = 0


@dataclass(frozen=True)
class Comparison:
    """What a reading gave. Answers of `judge` are in no order that means anything."""

    before: Kept
    journal: Journal
    after: Kept

    def judge(self, only: frozenset[Key] | None = None) -> Judged:
        """All numbers, or only those of these records."""
        judged = Judged()
        for one in self._all():
            if only is not None and one.wrong.key not in only:
                continue
            judged.looked_at += 1
            judged.balances += one.wrong.kind is Balance
            if one.moves:
                judged.moving.add(one.wrong.key)
            elif one.wrong.sentences:
                judged.wrong.append(one.wrong)
        return judged

    def _all(self) -> Iterator[One]:
        yield from self._balances()
        yield from self._tallies()
        yield from self._refunds()
        yield from self._rewards()
        yield from caps(self)
        yield from pools(self)

    def stored(self, kind: type[R]) -> dict[Key, R]:
        """What there was of a kind before the reading."""
        return {key: one for key, one in self.before.records.items() if isinstance(one, kind)}

    def moves(self, *keys: Key) -> bool:
        """Whether any of these was written meanwhile."""
        return any(self.before.version(key) != self.after.version(key) for key in keys)

    # --- what orders add ----------------------------------------------------------------------

    def _added(self) -> Iterable[Added]:
        return (self.before.added | self.journal.added).values()

    def _balances(self) -> Iterator[One]:
        stored, folded, counts = self.stored(Balance), self.journal.balances, self._counts()
        for key in sorted({*stored, *folded, *counts}):
            have, fresh = stored.get(key), folded.get(key) or _balance_at(key)
            values = {name: getattr(fresh, name) for name in FOLDED}
            values |= counts.get(key, dict.fromkeys(COUNTED, 0))
            said = {name: getattr(have or _balance_at(key), name) for name in values}
            found = sentences(key, "balance", values, said)
            version = have.version if have else 0
            yield One(Wrong(Balance, key, version, found, values, fresh), self.moves(key))

    def _counts(self) -> dict[Key, dict[str, int]]:
        """How many sign-ups and sales are to be counted with each balance."""
        found: dict[Key, dict[str, int]] = {}
        for one in self._added():
            if one.counted and one.advocate_id is not None:
                key = balance_key(one.advocate_id, one.program_id, one.counted_in)
                found.setdefault(key, dict.fromkeys(COUNTED, 0))[f"{one.counted}s"] += 1
        return found

    def _tallies(self) -> Iterator[One]:
        stored, months = self.stored(Tally), dict[Key, dict[str, Sum]]()
        for one in self._added():
            if one.advocate_id is not None and one.counts != Sum():
                of = months.setdefault(tally_key(one.advocate_id, one.program_id), {})
                of[one.month] = of.get(one.month, Sum()).plus(one.counts)
        for key in sorted({*stored, *months}):
            fresh = _tally_at(key)
            have = stored.get(key, fresh)
            want = _totals(have, months.get(key, {}))
            found = sentences(key, "total", _flat(want), _flat(have))
            values = {"in_all": want.in_all, "by_month": want.by_month}
            yield One(Wrong(Tally, key, have.version, found, values, fresh), self.moves(key))

    def _refunds(self) -> Iterator[One]:
        for name in sorted({*self.before.added} & {*self.journal.added}):
            key, have, want = (
                conversion_key(name),
                self.before.added[name],
                self.journal.added[name],
            )
            values = {one: getattr(want, one) for one in REFUNDED}
            found = sentences(key, "order", values, {one: getattr(have, one) for one in REFUNDED})
            moves = want.revision > have.revision
            yield One(Wrong(Conversion, key, have.revision, found, values), moves)

    # --- what rewards hold --------------------------------------------------------------------

    def _rewards(self) -> Iterator[One]:
        before, after = self.before.rewards, self.after.rewards
        for name in sorted({*before, *self.journal.left}):
            have, then = before.get(name), after.get(name)
            earned, left = self.journal.earned.get(name, 0), self.journal.left.get(name, 0)
            if have is None:
                key = reward_place_key(name)
                lost = (f"reward {name}: the journal tells of it, there is no record",)
                yield One(Wrong(Reward, key, 0, lost), then is not None)
                continue
            want = {"earned_minor": earned, "remaining_minor": left}
            said = {"earned_minor": have.earned, "remaining_minor": have.held}
            found = sentences(have.key, "reward", want, said)
            values = _mendable(have, want)
            moves = then is None or then.version != have.version
            yield One(Wrong(Reward, have.key, have.version, found, values), moves)


def _mendable(have: Held, want: Mapping[str, int]) -> Mapping[str, int]:
    """What a reward's record can be made to say; its state is no number."""
    earned, left = want["earned_minor"], want["remaining_minor"]
    if not 0 <= left <= earned or earned == 0:
        return {}
    if have.gone:
        return {} if left else {"earned_minor": earned}
    return want


def _totals(have: Tally, months: Mapping[str, Sum]) -> Tally:
    """The totals that these months give; kept one by one are the newest, as in `Tally.moved`."""
    in_all = Sum()
    for one in months.values():
        in_all = in_all.plus(one)
    kept = sorted({*have.by_month, *months})[-TALLY_MONTHS_MAX:]
    return have.but(in_all=in_all, by_month={name: months.get(name, Sum()) for name in kept})


def _flat(tally: Tally) -> dict[str, int]:
    sums = {"": tally.in_all} | {f"{name} ": one for name, one in tally.by_month.items()}
    return {
        f"{name}{what}": getattr(one, what)
        for name, one in sums.items()
        for what in ("orders", "net_minor")
    }


def _balance_at(key: Key) -> Balance:
    _, _, program_id, currency = key.sk.split("#")
    return Balance(advocate_id=_owner(key), program_id=program_id, currency=currency)


def _tally_at(key: Key) -> Tally:
    return Tally(advocate_id=_owner(key), program_id=key.sk.split("#")[1])


def _owner(key: Key) -> str:
    return key.pk.removeprefix("ADV#")
