"""What rewards hold of caps and budgets, held against what is kept of each; pure.

A limit is judged if neither its record moved nor what any reward of it holds. Of a limit of the
whole programme nothing says directly what is used: that is `limit + over - free - all pots`.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeVar

from goodword.ledger.numbers import Held, Journal, Kept, One, Wrong, sentences
from goodword.limits import POOL_POTS
from goodword.money import is_money
from goodword.records import Key, Record
from goodword.rewards.caps import SHARED, CapUse, Weight, cap_key
from goodword.rewards.model import COUNT_ONLY, Counted
from goodword.rewards.pools import Basin, Pool, Pot, measure_of, pool_key, pot_key

R = TypeVar("R", bound=Record)


class Reading(Protocol):
    """What is compared: `Comparison` has it."""

    @property
    def before(self) -> Kept: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def after(self) -> Kept: ...
    def stored(self, kind: type[R]) -> dict[Key, R]: ...
    def moves(self, *keys: Key) -> bool: ...


class Used(NamedTuple):
    """What the journal says that is used of one limit."""

    program_id: str
    place: Counted
    weight: Weight


def caps(reading: Reading) -> Iterator[One]:
    """Every cap per advocate and per friend."""
    stored, used, moving = reading.stored(CapUse), _used(reading, shared=False), _moving(reading)
    for key in sorted({*stored, *used}):
        have, use = stored.get(key), used.get(key)
        money, number = use.weight if use else Weight(0, 0)
        fresh = CapUse(program_id=use.program_id, counted=use.place) if use else None
        values = {"used_minor": money, "rewards": number}
        kept = have or fresh
        assert kept is not None  # the key is of one of the two
        said = {name: getattr(kept, name) for name in values}
        wrong = Wrong(CapUse, key, kept.version, sentences(key, "cap", values, said), values, fresh)
        yield One(wrong, key in moving or reading.moves(key))


def pools(reading: Reading) -> Iterator[One]:
    """Every limit of a whole programme."""
    stored, used, moving = reading.stored(Pool), _used(reading, shared=True), _moving(reading)
    pots = reading.stored(Pot)
    for key in sorted({*stored, *used}):
        pool, use = stored.get(key), used.get(key)
        units = use.weight.of(measure_of(use.place)) if use else 0
        if pool is None:
            said = sentences(key, "limit", {"used": units}, {"used": 0})
            yield One(Wrong(Pool, key, 0, said), key in moving or reading.moves(key))
            continue
        places = [pot_key(pool.program_id, pool.counted, one) for one in range(POOL_POTS)]
        found = {pots[one].number: pots[one] for one in places if one in pots}
        basin = Basin(pool, found)
        said = sentences(key, "limit", {"used": units}, {"used": basin.used})
        values, beside = _right(basin, units)
        wrong = Wrong(Pool, key, pool.version, said, values, None, beside)
        yield One(wrong, key in moving or reading.moves(key, *places))


def _right(basin: Basin, units: int) -> tuple[dict[str, object], tuple[Record, ...]]:
    """The pool and its pots if so much is used: pots stay as they are where they can."""
    limit, pots = basin.pool.limit, basin.pots
    left, over = max(0, limit - units), max(0, units - limit)
    in_pots = sum(pot.left for pot in pots.values())
    empty = in_pots > left
    free = left if empty else left - in_pots
    values: dict[str, object] = {"free": free, "over": over, "spent": left == 0}
    beside = tuple(pot.but(left=0) if empty else pot for pot in pots.values())
    return values, beside


def _used(reading: Reading, *, shared: bool) -> dict[Key, Used]:
    """What is used of each limit, by where that is kept."""
    found: dict[Key, Used] = {}
    for name, reward in reading.before.rewards.items():
        left = max(0, reading.journal.left.get(name, 0))
        money = left if is_money(reward.currency) else 0
        for key, place in _places(reward):
            if (place.scope in SHARED) == shared:
                before = found.get(key)
                has = before.weight if before else Weight(0, 0)
                more = 0 if place.of == COUNT_ONLY else money
                weight = Weight(has.money + more, has.rewards + min(1, left))
                found[key] = Used(reward.program_id, place, weight)
    return found


def _moving(reading: Reading) -> frozenset[Key]:
    """Limits of which a reward holds something else after the reading than before it."""
    before, after = reading.before.rewards, reading.after.rewards
    found: set[Key] = set()
    for name in {*before, *after}:
        both = [one for one in (before.get(name), after.get(name)) if one is not None]
        if len({(one.held, one.counted) for one in both}) > 1 or len(both) == 1:
            found |= {key for one in both for key, _ in _places(one)}
    return frozenset(found)


def _places(reward: Held) -> Iterator[tuple[Key, Counted]]:
    for place in reward.counted:
        where = pool_key if place.scope in SHARED else cap_key
        yield where(reward.program_id, place), place
