"""Finance says what a programme may give in all or in a period; nothing that was given is taken.

A budget is kept on the programme's head and counts what is earned from then on. Its pools take the
new size in the same transaction: at once for the period that runs, and for all time. `watch` says
when most of it is used, and when all is, once each.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.errors import Conflict, FieldError, InvalidInput
from goodword.limits import BUDGET_LOW_PERCENT, POOL_PAGES_MAX, POOL_WATCH_DAYS
from goodword.ports import Change, Desk, until_settled
from goodword.programs.caps import BudgetLimit, Measure
from goodword.programs.effective import read_program, version_in_force
from goodword.programs.model import Program
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Value
from goodword.rewards.caps import Limit, shared_limits
from goodword.rewards.model import Counted
from goodword.rewards.pool_books import PoolBooks
from goodword.rewards.pools import INDEX, Pool, measure_of
from goodword.times import DAY_MS


class LimitState(Value):
    """One limit of the whole programme in the period that runs. `over` was owed above it.

    Money has a limit per currency (`currency`); a number of rewards counts those of every one.
    """

    name: str
    scope: Literal["programme", "budget"]
    measure: Measure
    currency: str
    period: str
    limit: int
    used: int
    left: int
    over: int


class BudgetState(Value):
    """A programme's budget and its caps of the whole programme, as they stand now."""

    program_id: str
    currency: str
    budget: tuple[BudgetLimit, ...]
    limits: tuple[LimitState, ...]


def budget_digest(budget: Sequence[BudgetLimit]) -> str:
    """Names a budget, whatever the order of its limits."""
    said = sorted(one.model_dump_json() for one in budget)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class Budgets:
    """The use cases of budgets; who may is checked by the API."""

    desk: Desk

    def put(
        self,
        program_id: str,
        budget: Sequence[BudgetLimit],
        reason: str,
        receipt: Receipt[BudgetState] = no_receipt,
        seen: str = "",
    ) -> BudgetState:
        """Another budget; an empty one limits nothing. Conflict `program_closed`.

        With the digest of the budget that was `seen`, Conflict `budget_moved_on` if it is another
        one by now: whoever sets the whole of it knows what they replace.
        """

        def attempt() -> BudgetState:
            program = read_program(self.desk.store, program_id)
            if program.state == "closed":
                raise Conflict("program_closed", "a closed programme has no new budget")
            if seen and seen != budget_digest(program.budget):
                raise Conflict("budget_moved_on", "somebody has set another budget meanwhile")
            _check_currencies(budget, program)
            after = program.but(budget=tuple(budget))
            books, change = PoolBooks(self.desk), Change()
            limits = self._limits(after)
            for _, limit in limits:
                if limit.scope == "budget":
                    books.basin(after, limit).resize(limit.size, 0)
            state = self._state(after, books, limits)
            if after != program:
                change.replace(after)
                sizes = {f"{one.period}_minor": one.amount_minor for one in budget}
                for one in budget:
                    sizes |= {f"{one.period}_{name}": size for name, size in one.amount_in.items()}
                change.create(self.desk.event("program.budget_set", program_id, reason, **sizes))
                books.close(change)
                books.require_missing(change)
            return settle(self.desk.store, change, state, receipt)

        return until_settled(attempt)

    def read(self, program_id: str) -> BudgetState:
        """What is used and left of every limit of the whole programme, as of now."""
        program = read_program(self.desk.store, program_id)
        return self._state(program, PoolBooks(self.desk), self._limits(program))

    def watch(self) -> dict[str, int]:
        """Tell, once each, of what is mostly used and of what is used up. Answers how many."""
        counts = {"running_low": 0, "used_up": 0}
        for pool in self._watched():
            told = until_settled(lambda place=pool: self._look(place))  # type: ignore[misc]
            if told:
                counts[told] += 1
        return counts

    def _look(self, stale: Pool) -> str:
        books, now_ms = PoolBooks(self.desk), self.desk.clock.now_ms()
        basin = books.whole(stale.program_id, stale.counted)
        pool, change = basin.pool, Change()
        percent = 100 if pool.limit == 0 else min(100, basin.used * 100 // pool.limit)
        low = percent if percent >= BUDGET_LOW_PERCENT else 0
        told = 100 if low == 100 else BUDGET_LOW_PERCENT if low else 0
        past = pool.ends_ms is not None and now_ms > pool.ends_ms + POOL_WATCH_DAYS * DAY_MS
        if told == pool.told_percent and not (past and pool.watched):
            return ""  # also where the index has not heard yet that nobody watches it any more
        what = ("used_up" if told == 100 else "running_low") if told > pool.told_percent else ""
        basin.pool = pool.but(told_percent=told, watched=not past)
        if what:
            change.create(
                self.desk.event(
                    f"program.budget_{what}",
                    pool.program_id,
                    limit=pool.counted.subject,
                    period=pool.counted.period,
                    size=pool.limit,
                    used=basin.used,
                )
            )
        books.close(change)
        self.desk.store.commit(change)
        return what

    def _watched(self) -> Iterator[Pool]:
        cursor: str | None = None
        for _ in range(POOL_PAGES_MAX):
            page = self.desk.store.query_index(Pool, "core", INDEX, cursor=cursor)
            yield from page.rows
            cursor = page.cursor
            if cursor is None:
                break

    def _limits(self, program: Program) -> Sequence[tuple[str, Limit]]:
        """Every limit with the currency it is of; one that counts rewards once for them all."""
        now_ms = self.desk.clock.now_ms()
        version = version_in_force(self.desk.store, program.program_id, now_ms)
        found: dict[Counted, tuple[str, Limit]] = {}
        for currency in (program.currency, *program.currencies):
            abroad = program.abroad(currency)
            if abroad and currency not in version.terms.accepted:
                version_caps = version.but(terms=version.terms.but(caps=()))
            else:
                version_caps = version.in_currency(currency)
            for limit in shared_limits(version_caps, program, now_ms, abroad):
                for place in limit.places:
                    found.setdefault(place, (currency, limit))
        return list(found.values())

    def _state(
        self, program: Program, books: PoolBooks, limits: Sequence[tuple[str, Limit]]
    ) -> BudgetState:
        return BudgetState(
            program_id=program.program_id,
            currency=program.currency,
            budget=program.budget,
            limits=tuple(self._limit_state(program, books, *each) for each in limits),
        )

    def _limit_state(
        self, program: Program, books: PoolBooks, currency: str, limit: Limit
    ) -> LimitState:
        basin = books.basin(program, limit)
        return LimitState.model_validate(
            {
                "name": limit.name,
                "scope": limit.scope,
                "measure": measure_of(basin.pool.counted),
                "currency": currency,
                "period": limit.when,
                "limit": basin.pool.limit,
                "used": basin.used,
                "left": basin.left,
                "over": basin.pool.over,
            }
        )


def _check_currencies(budget: Sequence[BudgetLimit], program: Program) -> None:
    """A limit says what it is in every currency of the programme, and in no other."""
    wanted = frozenset(program.currencies)
    for number, one in enumerate(budget):
        if wrong := wanted ^ frozenset(one.amount_in):
            codes = ", ".join(sorted(wrong))
            field = FieldError(
                f"limits.{number}.amount_in",
                f"must name exactly: {codes} differ",
                "currencies_differ",
                (("known", codes),),
            )
            raise InvalidInput("bad_budget", "a budget is said in every currency", [field])
