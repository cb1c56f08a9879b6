"""What finance says a programme may give: set, lowered, read and announced, in each currency.

Every figure that is read is worked out here from the orders and from what came back.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from goodword.errors import GoodwordError
from goodword.events import Event
from goodword.ports import Change, Desk
from goodword.programs.caps import BudgetLimit
from goodword.programs.model import Program
from goodword.rewards.budget import Budgets, BudgetState, budget_digest
from goodword.rewards.model import Counted
from goodword.rewards.pools import Pool
from goodword.times import DAY_MS

from tests.simulation.story import Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.support.scene import PROGRAM

NOTICE_DAYS = 60  # after its end in which a period is still looked at
Row = tuple[str, str, int, int, int, int]


def _abroad(draw: Random) -> Story:
    """Dollars are taken as they are."""
    return replace(plain(draw), accepts=True)


def limit_of(period: str, euros: int, **others: int) -> BudgetLimit:
    """A limit in euros, and what it is in others."""
    told = {"period": period, "amount_minor": euros, "amount_in": others}
    return BudgetLimit.model_validate(told)


@dataclass
class Till:
    """Finance, and what was given so far in each currency."""

    teller: Teller
    given: Counter[str] = field(default_factory=Counter)
    number: int = 0

    @property
    def budgets(self) -> Budgets:
        """As finance has them."""
        town = self.teller.town
        who = town.person("usr_fatima")
        return Budgets(Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=who))

    def puts(self, *limits: BudgetLimit, seen: str = "") -> tuple[str, Sequence[Any]]:
        """Another budget; why it is refused, and where."""
        commits = self.teller.town.commits
        try:
            said = self.budgets.put(PROGRAM, limits, "planned", seen=seen)
        except GoodwordError as refused:
            self.teller.wants("written", self.teller.town.commits, commits)
            return refused.code, getattr(refused, "fields", ())
        self.teller.wants("what is said is what is read", said, self.budgets.read(PROGRAM))
        self.teller.wants("the budget", said.budget, limits)
        return "", ()

    def rows(self, state: BudgetState | None = None) -> set[Row]:
        """What every limit says."""
        limits = (state or self.budgets.read(PROGRAM)).limits
        found = [(o.name, o.currency, o.limit, o.used, o.left, o.over) for o in limits]
        self.teller.wants("each once", len(set(found)), len(found))
        return set(found)

    def sells(self, earns: int, gets: int, currency: str = "EUR") -> str:
        """An order that computes so much, of which so much is given."""
        self.number += 1
        name = f"o{self.number}"
        sold = self.teller.sold(name, earns * 10, "adv_maya", friend=name, currency=currency)
        self.teller.tells(sold)
        rewards = self.teller.of_order(name)
        self.teller.wants(f"{name} earns", sum(one.earned_minor for one in rewards), gets)
        self.given[currency] += gets
        reason = "rewarded" if gets else "budget_exhausted"
        self.teller.wants(f"{name}, why", self.teller.decided(name).reason, reason)
        return name

    def says(self, name: str) -> list[dict[str, Any]]:
        """What events of this kind tell, in order."""
        every: list[Event] = self.teller.town.all(Event)
        found = sorted((one.at_ms, one.key, one.data) for one in every if one.type == name)
        return [dict(data) for _, _, data in found]

    def hears(self, period: str) -> list[tuple[str, int, int]]:
        """What was announced of the budget of this period: what, its size, what was used."""
        found = []
        for what in ("running_low", "used_up"):
            for one in self.says(f"program.budget_{what}"):
                self.teller.wants("of which", one["limit"], f"budget-{period}-money")
                found.append((what, one["size"], one["used"]))
        return sorted(found)

    def heads(self, **changes: Any) -> None:
        """The programme is another one."""
        (head,) = (one for one in self.teller.town.all(Program) if one.program_id == PROGRAM)
        change = Change()
        change.replace(head.but(**changes))
        self.teller.town.memory.commit(change)


def _row(name: str, currency: str, size: int, given: int) -> Row:
    return name, currency, size, given, max(0, size - given), max(0, given - size)


def _said(teller: Teller) -> None:
    """Said in all currencies and in no other; by somebody who has seen what they replace."""
    draw, till = teller.draw, Till(teller)
    euros, dollars = draw.randrange(500, 9_000), draw.randrange(500, 9_000)
    wants, month = teller.wants, draw.choice(("month", "year"))
    whole = limit_of("lifetime", euros, USD=dollars)
    for others, codes in (({}, "USD"), ({"USD": 5, "GBP": 5}, "GBP"), ({"GBP": 5}, "GBP, USD")):
        wrong = limit_of(month, 70, **others)
        code, (where, *_) = till.puts(*((whole,) * draw.randrange(2)), wrong)
        wants(f"in {others}", code, "bad_budget")
        wants("it differs in", where.bounds, (("known", codes),))
    code, (where,) = till.puts(whole, limit_of(month, 70))
    wants("where", (code, where.field), ("bad_budget", "limits.1.amount_in"))
    wants("nothing is set", (till.rows(), till.says("program.budget_set")), (set(), []))
    caps = (
        {"scope": "programme", "period": "lifetime", "rewards": 50},
        {"scope": "programme", "period": "lifetime", "amount_minor": 80_000}
        | {"amount_in": {"USD": 70_000}},
    )
    teller.promises(caps=caps)
    short = limit_of(month, euros + 40, USD=dollars + 30)
    wants("both", till.puts(whole, short, seen=budget_digest(())), ("", ()))
    told: dict[str, Any] = {"lifetime_minor": euros, "lifetime_USD": dollars}
    told |= {f"{month}_minor": euros + 40, f"{month}_USD": dollars + 30}
    wants("is told", till.says("program.budget_set"), [told])
    late = till.puts(short, seen=budget_digest(()))
    wants("by somebody who has not seen it", late[0], "budget_moved_on")
    other_way = budget_digest((short, whole))
    wants("the same", till.puts(whole, short, seen=other_way), ("", ()))
    wants("is not told again", till.says("program.budget_set"), [told])
    first = draw.randrange(1, euros)
    till.sells(first, first)
    _stands(till, month, euros, dollars, 1)
    second = draw.randrange(1, 2 * dollars)
    till.sells(second, min(second, dollars), "USD")
    _stands(till, month, euros, dollars, 2)
    if draw.random() < 0.3:
        till.heads(state="closed")
        wants("closed", till.puts(whole)[0], "program_closed")
        return
    till.heads(currencies=("USD", "GBP"))
    wants("a new currency", till.puts(whole, short)[0], "bad_budget")
    pounds = [limit_of("lifetime", euros, USD=dollars, GBP=33)]
    wants("with it", till.puts(*pounds), ("", ()))
    rows = till.rows()
    wants(
        "pounds",
        {one for one in rows if one[1] == "GBP"},
        {("budget-lifetime-money", "GBP", 33, 0, 33, 0)},
    )
    wants("how many", len(rows), 6)


def _stands(till: Till, month: str, euros: int, dollars: int, rewards: int) -> None:
    """Every limit: rewards of all currencies together, and money of each by itself."""
    eur, usd = till.given["EUR"], till.given["USD"]
    wanted = {
        _row("programme-lifetime-rewards", "EUR", 50, rewards),
        _row("programme-lifetime-money", "EUR", 80_000, eur),
        _row("programme-lifetime-money", "USD", 70_000, usd),
        _row("budget-lifetime-money", "EUR", euros, eur),
        _row("budget-lifetime-money", "USD", dollars, usd),
        _row(f"budget-{month}-money", "EUR", euros + 40, eur),
        _row(f"budget-{month}-money", "USD", dollars + 30, usd),
    }
    till.teller.wants("the limits", till.rows(), wanted)


def _lowered(teller: Teller) -> None:
    """Lowered under what was given nothing is taken, and nothing given until it is made up."""
    draw, till = teller.draw, Till(teller)
    size, currency = draw.randrange(2_000, 9_000), draw.choice(("EUR", "USD"))
    other = "USD" if currency == "EUR" else "EUR"

    def put(now: int, beside: int = 900) -> None:
        of = {currency: now, other: beside}
        said = limit_of("lifetime", of.pop("EUR"), **of)
        teller.wants(f"{now}", till.puts(said), ("", ()))
        name, given = "budget-lifetime-money", till.given
        rows = {_row(name, currency, now, given[currency])}
        rows.add(_row(name, other, beside, given[other]))
        teller.wants(f"at {now}", till.rows(), rows)

    put(size)
    parts = [draw.randrange(1, size // 3) for _ in range(2)]
    names = [till.sells(one, one, currency) for one in parts]
    given = sum(parts)
    less = draw.choice((given - 1, given, given + 1, max(1, given // 2), 1))
    put(less)
    left = max(0, less - given)
    till.sells(500, left, currency)
    till.sells(30, 30, other)
    put(less, 930)
    teller.tells(teller.back("r1", names[0], None, currency=currency))
    till.given[currency] -= parts[0]
    put(less, 940)
    now = till.given[currency]
    room = max(0, less - now)
    till.sells(9_000, room, currency)
    more = max(less, now) + draw.randrange(1, 500)
    put(more)
    till.sells(9_000, more - till.given[currency], currency)
    put(more)
    till.sells(1, 0, currency)


def _announced(teller: Teller) -> None:
    """At four fifths, and when it is used up: once each, until finance sets another one."""
    draw, till, told = teller.draw, Till(teller), list[tuple[str, int, int]]()
    size, period = 5 * draw.randrange(40, 900), draw.choice(("lifetime", "month"))
    teller.wants("a budget", till.puts(limit_of(period, size)), ("", ()))
    if draw.random() < 0.05:
        _crowd(teller)

    def looks(what: str, used: int) -> None:
        before = Counter(one for one, *_ in till.hears(period))
        said = till.budgets.watch()
        after = Counter(one for one, *_ in till.hears(period))
        teller.wants("is counted", +Counter(said), after - before)
        told.extend([(what, size, used)] if what else [])
        teller.wants("told so far", till.hears(period), sorted(told))
        teller.wants("again", till.budgets.watch(), {"running_low": 0, "used_up": 0})

    low = size // 5 * 4
    till.sells(low - 1, low - 1)
    looks("", low - 1)
    second = till.sells(1, 1)
    looks("running_low", low)
    if draw.random() < 0.5:
        teller.tells(teller.back("r1", second, None))
        looks("", low - 1)
        till.sells(1, 1)
        looks("running_low", low)
    if draw.random() < 0.8:
        till.sells(size // 5 - 1, size // 5 - 1)
        looks("", size - 1)
        last = till.sells(7, 1)
    else:
        last = till.sells(size, size // 5)
    looks("used_up", size)
    if draw.random() < 0.5:
        amount = teller.of_order(last)[0].earned_minor
        teller.tells(teller.back("r2", last, None))
        looks("", size - amount)
        till.sells(amount, amount)
        looks("", size)
    given, size = size, size + draw.choice((1, size // 4, size // 4 + 1, size))
    teller.wants("another budget", till.puts(limit_of(period, size)), ("", ()))
    looks("running_low" if given * 5 >= size * 4 else "", given)
    till.sells(size, size - given)
    looks("used_up", size)
    _unwatched(till)


def _crowd(teller: Teller) -> None:
    """Another programme has a page of limits that are looked at before ours."""
    change = Change()
    for number in range(100):
        place = Counted(scope="budget", subject="budget-day-money", period=f"{number:03d}")
        change.create(Pool(program_id="prg_a", counted=place, limit=9, free=9))
    teller.town.memory.commit(change)


def _unwatched(till: Till) -> None:
    """So many days after its end nobody looks at a period any more, and of all time always."""
    (pool,) = _ours(till)
    if pool.ends_ms is None:
        till.teller.wants("always", pool.watched, True)
        return
    town, at_ms = till.teller.town, pool.ends_ms + NOTICE_DAYS * DAY_MS
    for now_ms, wanted in ((at_ms, True), (at_ms + 1, False)):
        town.clock.at_ms = now_ms
        change = Change()
        (pool,) = _ours(till)
        change.replace(pool.but(told_percent=80))
        town.memory.commit(change)
        till.budgets.watch()
        (pool,) = _ours(till)
        said = pool.watched, pool.told_percent
        till.teller.wants(f"at {now_ms - at_ms}", said, (wanted, 100))
        till.teller.wants("once", till.budgets.watch(), {"running_low": 0, "used_up": 0})


def _ours(till: Till) -> list[Pool]:
    every: list[Pool] = till.teller.town.all(Pool)
    return [one for one in every if one.program_id == PROGRAM]


BUDGETS = (
    Tale("a budget is said", _said, _abroad, judged=False),
    Tale("a budget is lowered", _lowered, _abroad, judged=False),
    Tale("a budget is announced", _announced, judged=False),
)
