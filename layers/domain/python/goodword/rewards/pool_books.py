"""The pools of one Change: read as little as will do, written with everything else or not at all.

A decision asks what its limits leave and reads the pool and one pot of each. Only if that is too
little are all pots read (`wide`), and then it knows what is left to the last cent. What no reward
moves is not written.
"""

from collections.abc import Iterable, Mapping, Sequence

from goodword.limits import POOL_POTS
from goodword.ports import Change, Desk, Guard
from goodword.programs.model import Program
from goodword.records import Key, Record
from goodword.rewards.caps import Limit
from goodword.rewards.model import Counted
from goodword.rewards.pools import Basin, Pool, Pot, pool_key, pot_key, pot_number


class PoolBooks:
    """What a Change does to pools; `close` adds it, just before the commit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._basins: dict[Key, Basin] = {}
        self._before: dict[Key, Record] = {}
        self._program: Program | None = None

    def limits(
        self, program: Program, wanted: Sequence[Limit], conversion_id: str, *, wide: bool
    ) -> dict[str, Limit]:
        """The limits by name with what their pools leave, as far as that was read."""
        number = None if wide else pot_number(conversion_id)
        self._read(program.program_id, [limit.places[0] for limit in wanted], number)
        return {limit.name: self._left(program, limit) for limit in wanted}

    def move(self, program_id: str, place: Counted, conversion_id: str, units: int) -> int:
        """Take so much for a reward, or give it back if negative; what of it is over the limit."""
        number = pot_number(conversion_id)
        self._read(program_id, (place,), number)
        basin = self._basins[pool_key(program_id, place)]
        if units < 0:
            basin.give_back(number, -units)
            return 0
        if basin.pots[number].left + basin.pool.free <= units:
            self._read(program_id, (place,), None)
        return basin.take(number, units)

    def basin(self, program: Program, limit: Limit) -> Basin:
        """The whole of one limit's pool, as if untouched if it is not there yet."""
        place = limit.places[0]
        self._read(program.program_id, (place,), None)
        return self._at(program, limit)

    def whole(self, program_id: str, place: Counted) -> Basin:
        """The whole of a pool that is known to be there."""
        self._read(program_id, (place,), None)
        return self._basins[pool_key(program_id, place)]

    def close(self, change: Change) -> None:
        """Add every pool and pot that moved, and every pot of one that is spent now."""
        for basin in self._basins.values():
            for pot in basin.pots.values():
                if pot.number in basin.touched or pot != self._before[pot.key]:
                    change.save(pot)
            if basin.pool != self._before[basin.pool.key]:
                change.save(basin.pool)
                self._require_budget(change, basin.pool)

    def require_missing(self, change: Change) -> None:
        """What of a budget is not there yet must not have begun meanwhile, with another size.

        After `close`.
        """
        for basin in self._basins.values():
            of_budget = basin.pool.counted.scope == "budget"
            if of_budget and not basin.pool.version and basin.pool.key not in change.keys:
                change.require_absent(basin.pool.key)

    def _left(self, program: Program, limit: Limit) -> Limit:
        basin = self._at(program, limit)
        if limit.version_number > basin.pool.version_number:
            self._read(program.program_id, limit.places, None)
            basin.resize(limit.size, limit.version_number)
        spent = basin.pool.spent
        left = 0 if spent else basin.left
        whole, over = spent or basin.is_whole, basin.pool.over
        return limit.but(size=basin.pool.limit, left=left, whole=whole, over=over)

    def _at(self, program: Program, limit: Limit) -> Basin:
        """The pool of a limit; where there is none, one of which nothing is used."""
        place, program_id = limit.places[0], program.program_id
        key = pool_key(program_id, place)
        if key not in self._basins:
            self._program = program
            pool = Pool(
                program_id=program_id,
                counted=place,
                limit=limit.size,
                free=limit.size,
                version_number=limit.version_number,
                ends_ms=limit.ends_ms,
            )
            self._before[key] = pool
            self._basins[key] = Basin(pool, {})
            self._fill(self._basins[key], range(POOL_POTS), {})
        return self._basins[key]

    def _require_budget(self, change: Change, pool: Pool) -> None:
        """A new pool has the size of the budget that was read: that must still be the one."""
        program, of_budget = self._program, pool.version_number == 0
        if program is None or pool.version or not of_budget or program.key in change.keys:
            return
        change.require(program.key, Guard({"version": program.version}))

    def _read(self, program_id: str, places: Iterable[Counted], number: int | None) -> None:
        """Read what is missing of the pools; what was read before stays as this Change has it."""
        numbers = range(POOL_POTS) if number is None else (number,)
        wanted: dict[Key, type[Record]] = {}
        for place in places:
            key = pool_key(program_id, place)
            if key not in self._basins:
                wanted[key] = Pool
            known = self._basins[key].pots if key in self._basins else {}
            missing = (pot_key(program_id, place, one) for one in numbers if one not in known)
            wanted |= dict.fromkeys(missing, Pot)
        found = self._desk.store.get_mixed(wanted) if wanted else {}
        for record in found.values():
            if isinstance(record, Pool):
                self._before[record.key] = record
                self._basins[record.key] = Basin(record, {})
        for place in places:
            basin = self._basins.get(pool_key(program_id, place))
            if basin is not None:
                self._fill(basin, numbers, found)

    def _fill(self, basin: Basin, numbers: Iterable[int], found: Mapping[Key, Record]) -> None:
        pool = basin.pool
        for number in numbers:
            if number in basin.pots:
                continue
            fresh = Pot(program_id=pool.program_id, counted=pool.counted, number=number)
            pot = found.get(fresh.key, fresh)
            assert isinstance(pot, Pot)
            self._before[pot.key] = basin.pots[number] = pot
