"""What the nightly check says after rare ends, of numbers that are false, and of what is owed.

Rewards were reopened, reinstated, taken back after their payment, and are in a payout; the check
finds nothing then. Each number that is falsified is found with both figures, and made right again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodword.conversions.model import Conversion, ReinstatementFact
from goodword.events import system
from goodword.ledger.model import Balance, Entry
from goodword.ledger.numbers import KINDS
from goodword.ledger.service import Checker, LedgerCheck
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward
from goodword.rewards.pools import Pool, Pot
from goodword.rewards.tally import Sum, Tally

from tests.simulation.tales.bans import MAYA, Bench, daily
from tests.simulation.tales.budgets import Till, limit_of
from tests.simulation.tales.teller import Tale, Teller

Touched = dict[int, tuple[Key, dict[str, Any]]]  # what is written before which reading
OFF = 7  # by so much a number is falsified


@dataclass
class Tables:
    """What the check reads: all but what is left out; something is written before a reading."""

    teller: Teller
    hidden: frozenset[Key] = frozenset()
    touched: Touched = field(default_factory=dict)
    readings: int = 0

    def scan_mixed(self, kinds: Sequence[type[Record]], _: str) -> Iterator[Any]:
        """Every record of these kinds."""
        self.readings += 1
        if self.readings in self.touched:
            key, changes = self.touched[self.readings]
            rewrites(self.teller, key, **changes)
        every = [one for kind in kinds for one in self.teller.town.all(kind)]
        return (one for one in every if one.key not in self.hidden)


def rewrites(teller: Teller, key: Key, **changes: object) -> None:
    """A record is written, and perhaps says something else."""
    (one,) = (one for kind in KINDS for one in teller.town.all(kind) if one.key == key)
    change = Change()
    change.replace(one.but(**changes))
    teller.town.memory.commit(change)


def checker(teller: Teller, hidden: Sequence[Key] = (), touched: Touched | None = None) -> Checker:
    """The check, as it is told to read."""
    town = teller.town
    actor = system("ledger_check")
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=actor)
    return Checker(desk, Tables(teller, frozenset(hidden), touched or {}))


def finds(teller: Teller, what: str, *wanted: str, **how: Any) -> LedgerCheck:
    """It finds exactly this, and writes nothing."""
    outcome, _ = checker(teller, **how).compare()
    said = sorted(outcome.differences)
    teller.wants(f"is found, {what}", (said, outcome.found), (sorted(wanted), len(wanted)))
    return outcome


def _capped(teller: Teller) -> Bench:
    """Every kind of limit counts, and none is reached; what is large waits for a person."""
    size = 5_000_000
    caps = [
        {"scope": scope, "period": "lifetime"} | of
        for scope in ("advocate", "friend", "programme")
        for of in ({"amount_minor": size}, {"rewards": 99})
    ]
    teller.town.story.limit = 7_000
    review = teller.terms().review.but(auto_approve_limit_minor=7_000)
    teller.promises(caps=tuple(caps), review=review)
    Till(teller).puts(limit_of("lifetime", size))
    return Bench(teller)


def _ends(teller: Teller) -> None:
    """Orders whose rewards end in every way; what is kept of them is right after each."""
    draw, bench = teller.draw, _capped(teller)
    paid = bench.sells("paid", teller.now_ms)
    if draw.random() < 0.7:
        teller.days(1)
        bench.midnight(3)
    bench.sells("gone", teller.now_ms)
    teller.tells(teller.back("r1", "gone", None, reason="chargeback"))
    back = draw.choice((paid // 2, paid))
    teller.tells(teller.back("r2", "paid", back * 10))
    finds(teller, "taken back")
    if draw.random() < 0.7:
        told = {"refund_id": "r1", "orders": ("gone",), "occurred_ms": teller.now_ms}
        teller.tells(ReinstatementFact.model_validate(told | {"currency": "EUR"}))
        finds(teller, "reinstated")
    _reopened(teller, bench)


def _reopened(teller: Teller, bench: Bench) -> None:
    """One is refused, and owed again in whole or in part; it may be refused again."""
    sold = teller.sold("large", 70_010, MAYA, friend="large")
    teller.tells(sold)
    (reward,) = teller.of_order("large")
    refuse = f"/v1/rewards/{reward.reward_id}/refuse"
    teller.wants("refused", teller.asks("usr_fatima", refuse, reason_code="fraud"), "")
    teller.wants("a dispute", bench.disputes("reward", reward.reward_id), "")
    part = teller.draw.choice((None, 1, 7_000))
    teller.wants("an end", bench.rules("partly" if part else "granted", part), "")
    finds(teller, f"{part} of it is owed again")
    (reward,) = teller.of_order("large")
    teller.wants("left", reward.remaining_minor, part or 7_001)
    if teller.draw.random() < 0.3 and reward.state == "on_hold":
        teller.wants("refused again", teller.asks("usr_dora", refuse, reason_code="other"), "")
        finds(teller, "refused again")


def _falsified(teller: Teller) -> None:
    """Every number of every record, one false number at a time in each kind, all at once."""
    bench = _capped(teller)
    for name in ("o1", "o2"):
        bench.sells(name, teller.now_ms)
    teller.tells(teller.back("r1", "o1", teller.draw.choice((10, None))))
    draw, town, wanted = teller.draw, teller.town, list[str]()
    given = sum(one.remaining_minor for one in teller.rewards("approved"))
    cut = draw.random() < 0.6
    if cut:
        Till(teller).puts(limit_of("lifetime", given + draw.choice((-1, 0, 0, 1))))
    right = {kind: town.all(kind) for kind in KINDS}
    (balance,) = right[Balance]
    names = ("pending", "on_hold", "payable", "in_payout", "paid", "earned", "reversed")
    numbers = draw.sample([f"{name}_minor" for name in names] + ["sales", "leads"], 3)
    _lies(teller, wanted, balance, "balance", *numbers)
    (tally,) = right[Tally]
    month, sums = draw.choice(sorted(tally.by_month.items()))
    more = Sum(orders=sums.orders, net_minor=sums.net_minor + OFF)
    rewrites(teller, tally.key, by_month=tally.by_month | {month: more})
    where = f"{tally.key.pk} {tally.key.sk} {month} net_minor"
    wanted.append(_sentence(where, sums.net_minor, "total", sums.net_minor + OFF))
    _lies(teller, wanted, draw.choice(right[CapUse]), "cap", "used_minor", "rewards")
    pool = draw.choice([one for one in right[Pool] if one.counted.scope == "budget" or not cut])
    pots = [one for one in right[Pot] if one.counted == pool.counted]
    _used_less(teller, wanted, pool, draw.choice((pool, *pots)))
    reward = draw.choice(right[Reward])
    name = draw.choice(("earned_minor", "remaining_minor"))
    if reward.state == "void":
        name = "earned_minor"
    _lies(teller, wanted, reward, "reward", name)
    (order, *_) = right[Conversion]
    _lies(teller, wanted, order, "order", "refunded_net_minor", "refunded_gross_minor")
    told, wrong = checker(teller).compare()
    said = sorted(told.differences)
    teller.wants("is found", said, sorted(wanted))
    teller.wants("is mended", checker(teller).mend(wrong), len({one.key for one in wrong}))
    finds(teller, "after it")
    for one in town.all(Pool):
        used = 0 if one.counted.subject.endswith("rewards") else given
        if used:
            lying = one.free + sum(pot.left for pot in town.all(Pot) if pot.counted == one.counted)
            stands = lying, one.over, one.spent
            left = max(0, one.limit - used)
            teller.wants("a limit", stands, (left, max(0, used - one.limit), left == 0))
    teller.wants("once", checker(teller).mend(wrong), 0)
    for kind, before in right.items():
        if kind not in (Pool, Pot):
            now = [one.but(version=0) for one in town.all(kind)]
            teller.wants(f"as before, {kind.KIND}", now, [one.but(version=0) for one in before])


def _sentence(where: str, right: int, word: str, false: int) -> str:
    return f"{where}: journal says {right}, {word} says {false}"


def _lies(teller: Teller, wanted: list[str], one: Any, word: str, *names: str) -> None:
    """These numbers of a record are false."""
    false = {name: getattr(one, name) + OFF for name in names}
    rewrites(teller, one.key, **false)
    place = one.key.pk
    if place.startswith("IDN#"):
        head, _, mac = place.rpartition("#")
        place = f"{head}#{mac[:8]}..."
    for name in names:
        where = f"{place} {one.key.sk} {name}"
        wanted.append(_sentence(where, getattr(one, name), word, false[name]))


def _used_less(teller: Teller, wanted: list[str], pool: Pool, of: Any) -> None:
    """A pool or one of its pots has more than there is."""
    pots = [one for one in teller.town.all(Pot) if one.counted == pool.counted]
    used = pool.limit + pool.over - pool.free - sum(one.left for one in pots)
    name = "free" if of is pool else "left"
    rewrites(teller, of.key, **{name: getattr(of, name) + OFF})
    wanted.append(_sentence(f"{pool.key.pk} {pool.key.sk} used", used, "limit", used - OFF))


def _moves(teller: Teller) -> None:
    """What moves while it is read is left open, and judged as soon as it stands still."""
    bench, draw, town = _capped(teller), teller.draw, teller.town
    first, second = (bench.sells(name, teller.now_ms) for name in ("o1", "o2"))
    reward = draw.choice(teller.rewards())
    (balance,), (tally,) = town.all(Balance), town.all(Tally)
    uses, limits = town.all(CapUse), town.all(Pool)
    told = checker(teller).check()
    counts = told.entries, told.balances, told.numbers, told.found, told.unsettled
    numbers = 1 + len(uses) + len(limits) + 4
    teller.wants("the check", counts, (len(town.all(Entry)), 1, numbers, 0, 0))
    use = draw.choice([one for one in uses if one.counted in reward.counted])
    wanted = list[str]()
    _lies(teller, wanted, balance, "balance", "on_hold_minor")
    once: Touched = {draw.choice((2, 3)): (balance.key, {})}
    always: Touched = {number: (balance.key, {}) for number in (3, 6, 9)}
    more = Sum(orders=tally.in_all.orders + OFF, net_minor=tally.in_all.net_minor)
    rewrites(teller, tally.key, in_all=more)
    still = _sentence(f"{tally.key.pk} {tally.key.sk} orders", 2, "total", 2 + OFF)
    said = finds(teller, "moves once", *wanted, still, touched=once)
    teller.wants("left", said.unsettled, 0)
    said = finds(teller, "moves always", still, touched=always)
    teller.wants("left", said.unsettled, 1)
    _, wrong = checker(teller).compare()
    rewrites(teller, balance.key)
    teller.wants("moved since", checker(teller).mend(wrong), 1)
    _mends(teller, 1)
    pot = draw.choice(town.all(Pot))
    (pool,) = (one for one in limits if one.counted == pot.counted)
    rewrites(teller, pool.key, free=pool.free + OFF)
    said = finds(teller, "a pot", touched={at: (pot.key, {}) for at in (3, 6, 9)})
    teller.wants("left", said.unsettled, 1)
    _mends(teller, 1)
    rewrites(teller, use.key, used_minor=use.used_minor + OFF)
    sizes = [reward.remaining_minor - one for one in (1, 2, 3)]
    parts = [(reward.key, {"remaining_minor": size}) for size in sizes]
    said = finds(teller, "a reward", touched=dict(zip((3, 6, 9), parts, strict=True)))
    own = [one for one in uses if one.counted in reward.counted]
    teller.wants("left", said.unsettled, 1 + len(own) + len(limits))
    rewrites(teller, reward.key, remaining_minor=reward.remaining_minor)
    _mends(teller, 1)
    _lost(teller, (balance, tally, use), first + second)


def _mends(teller: Teller, wanted: int) -> None:
    """So many records are made right, and then all are."""
    _, wrong = checker(teller).compare()
    teller.wants("is mended", checker(teller).mend(wrong), wanted)
    finds(teller, "then")


def _lost(teller: Teller, records: Sequence[Any], earned: int) -> None:
    """What is not there any more is made anew; a reward is not, nor a limit of all together."""
    change, kinds = Change(), [type(one) for one in records]
    for one in records:
        (now,) = (each for each in teller.town.all(type(one)) if each.key == one.key)
        change.delete(now)
    before = [[one.but(version=0) for one in teller.town.all(kind)] for kind in kinds]
    teller.town.memory.commit(change)
    _mends(teller, 3)
    after = [[one.but(version=0) for one in teller.town.all(kind)] for kind in kinds]
    bare = [[_bare(one) for one in each] for each in before]
    teller.wants("made anew", [[_bare(one) for one in each] for each in after], bare)
    pool = teller.draw.choice(teller.town.all(Pool))
    used = 2 if pool.counted.subject.endswith("rewards") else earned
    found = _sentence(f"{pool.key.pk} {pool.key.sk} used", used, "limit", 0)
    finds(teller, "no pool", found, hidden=[pool.key])
    (reward, *_) = teller.rewards()
    told, wrong = checker(teller, [reward.key]).compare()
    lost = f"reward {reward.reward_id}: the journal tells of it, there is no record"
    teller.wants("no reward", lost in told.differences, True)
    mine = [one for one in wrong if one.kind is Reward]
    teller.wants("which nobody can write", checker(teller).mend(mine), 0)


def _bare(one: Any) -> Any:
    """Without what only the next decision says: the limits that it knew."""
    return one.but(limit_minor=None, limit_rewards=None) if isinstance(one, CapUse) else one


NIGHTS = (
    Tale("at night: what moves", _moves, daily, judged=False),
    Tale("at night: rare ends", _ends, daily, judged=False),
    Tale("at night: false numbers", _falsified, daily, judged=False),
)
