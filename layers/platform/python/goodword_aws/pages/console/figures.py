"""The figures of the overview's charts, counted from what is there, within stated limits.

What is owed is the ledger's own count of the whole programme, made every night (`liability`); it
has no limit. People, clicks, sign-ups and purchases are read when the page is, up to PEOPLE_MAX
people; of more, the night's count of everybody stands there with its time (`turnout`). The
decisions of the last weeks are read up to a limit, and the page says where there was more.

Whoever sees sums but not single people (analysts) gets no figure of fewer than PEOPLE_LEAST
advocates: no month of the comparison, no account of what is owed in any unit, no payout run, and
neither the days nor the ways of the decisions as soon as one of them is of fewer (the others would
give it away).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from goodword.advocates.model import Enrolment
from goodword.conversions.decided import DecidedOn, days_between, decided_partition
from goodword.ledger.liability import Owed, newest
from goodword.ledger.model import Balance, balance_key
from goodword.ledger.turnout import newest_turnout
from goodword.limits import PAGE_ITEMS_MAX, PAYOUT_PARTS_MAX, PEOPLE_LEAST, READ_KEYS_MAX
from goodword.payouts.model import PayoutRun, RunLine
from goodword.ports import Store
from goodword.programs.model import Program
from goodword.records import Key, Record
from goodword.rewards.decision import Decision, decision_key, reward_id_of
from goodword.rewards.model import Reward, reward_key, stands_minor
from goodword.times import DAY_MS, as_datetime
from goodword.tracking.model import ClickCount, click_count_key

PEOPLE_MAX = 500  # advocates that one overview reads; more are counted at night
DECISIONS_MAX = 500  # of the last days; the newest count
DAYS = 28
RUNS_SHOWN = 12
RUNS_READ_MAX = 1_000  # of all programmes, to find those; the page says when there were more
MANY = (PEOPLE_LEAST - 1) * PAYOUT_PARTS_MAX  # payouts of a run that so few people may all have
CHANNELS = ("click", "code", "form", "grant")

Month = tuple[int, int]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Cohort:
    """The advocates who joined in one month, and what they have earned together."""

    month: Month
    people: int
    earned_minor: int


@dataclass
class Figures:
    """Everything that the charts of one programme show; amounts are in its currency.

    `owed` is in every currency and unit, as it stood at `owed_ms` (None: never counted yet).
    `counted_ms` is when people were counted, if that was at night; `partly`, that there are more
    than were read and no night has counted them. What is left out because too few people have it
    is named by `owed_hidden`, `days_hidden` and so on.
    """

    currency: str
    sees_people: bool
    people: int = 0
    partly: bool = False
    counted_ms: int | None = None
    shown: bool = True
    clicks: int = 0
    leads: int = 0
    sales: int = 0
    owed_ms: int | None = None
    owed: tuple[Owed, ...] = ()
    owed_hidden: bool = False
    cohorts: list[Cohort] = field(default_factory=list)
    days: dict[str, int] = field(default_factory=dict)
    days_hidden: bool = False
    channels: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    channels_hidden: bool = False
    decisions_partly: bool = False
    runs: list[tuple[str, int]] = field(default_factory=list)
    runs_partly: bool = False
    runs_hidden: bool = False


def figures_of(
    store: Store,
    program: Program,
    now_ms: int,
    *,
    sees_people: bool,
) -> Figures:
    """The figures of a programme. Months are UTC's, as those of the night's count.

    By the reader's they would differ by whom a zone moves across the end of a month, and two
    readings would give away what that one person earned.
    """
    made = Figures(program.currency, sees_people)
    people = _people(store, program.program_id)
    made.people, made.partly = len(people), len(people) > PEOPLE_MAX
    if made.people < PEOPLE_LEAST and not sees_people:
        made.shown = False
        return made
    if not (made.partly and _counted(store, program, made)):
        _sum(store, program, people[:PEOPLE_MAX], made)
    _decide(store, program, now_ms, made)
    _owe(store, program, made)
    _pay(store, program, made)
    return made


def _people(store: Store, program_id: str) -> list[Enrolment]:
    found: list[Enrolment] = []
    cursor: str | None = None
    while len(found) <= PEOPLE_MAX:
        page = store.query_index(
            Enrolment, "core", f"ENR#{program_id}", limit=PAGE_ITEMS_MAX, cursor=cursor
        )
        found += page.rows
        if (cursor := page.cursor) is None:
            break
    return found


def _counted(store: Store, program: Program, made: Figures) -> bool:
    """What the last night counted of everybody; whether there was one."""
    if (found := newest_turnout(store, program.program_id)) is None:
        return False
    unit = program.currency
    made.partly, made.counted_ms, made.people = False, found.at_ms, found.people
    made.clicks = found.clicks
    made.leads, made.sales = found.leads.get(unit, 0), found.sales.get(unit, 0)
    made.cohorts = [
        Cohort((int(one.month[:4]), int(one.month[5:])), one.people, one.earned.get(unit, 0))
        for one in found.months
        if one.people >= PEOPLE_LEAST
    ]
    return True


def _sum(
    store: Store,
    program: Program,
    people: Sequence[Enrolment],
    made: Figures,
) -> None:
    """Clicks, sign-ups, purchases, and what each month's people earned."""
    ids = [one.advocate_id for one in people]
    clicks = [click_count_key(one, program.program_id) for one in ids]
    made.clicks = sum(one.clicks for one in _read(store, ClickCount, clicks))
    keys = [balance_key(one, program.program_id, program.currency) for one in ids]
    earned: dict[str, int] = {}
    for balance in _read(store, Balance, keys):
        made.leads += balance.leads
        made.sales += balance.sales
        earned[balance.advocate_id] = balance.earned_minor - balance.reversed_minor
    months: dict[Month, list[int]] = defaultdict(list)
    for one in people:
        joined = as_datetime(one.created_ms)
        months[joined.year, joined.month].append(earned.get(one.advocate_id, 0))
    made.cohorts = [
        Cohort(month, len(sums), sum(sums))
        for month, sums in sorted(months.items())
        if len(sums) >= PEOPLE_LEAST
    ]


def _decide(store: Store, program: Program, now_ms: int, made: Figures) -> None:
    """What stands of what the last days' decisions gave, by day and by the touch that won.

    Of several decisions about an order the last one counts. What was refused, void or returned
    since is not in it, as in what each month's people earned.
    """
    newest: dict[str, DecidedOn] = {}
    days = list(days_between(now_ms - (DAYS - 1) * DAY_MS, now_ms + 1))
    made.days = dict.fromkeys(days, 0)
    for day in reversed(days):
        place, cursor = decided_partition(program.program_id, day), None
        while len(newest) < DECISIONS_MAX:
            page = store.query(
                DecidedOn, "core", place, limit=PAGE_ITEMS_MAX, cursor=cursor, newest_first=True
            )
            for row in page.rows:
                newest.setdefault(row.conversion_id, row)
            if (cursor := page.cursor) is None:
                break
    made.decisions_partly = len(newest) >= DECISIONS_MAX
    rows = list(newest.values())[:DECISIONS_MAX]
    keys = {decision_key(one.conversion_id, one.decision): one for one in rows}
    by_day: dict[str, set[str | None]] = defaultdict(set)
    by_channel: dict[str, set[str | None]] = defaultdict(set)
    decisions = _read(store, Decision, list(keys))
    stand = _standing(store, decisions)
    for decision in decisions:
        gave = sum(
            stand.get(key, 0)
            for line, key in zip(decision.lines, _own_rewards(decision), strict=True)
            if line.currency == program.currency
        )
        day = _day(keys[decision.key])
        made.days[day] = made.days.get(day, 0) + gave
        if (winner := decision.attribution.winner) is not None:
            made.channels[winner.kind] += gave
        if gave:
            by_day[day].add(decision.advocate_id)
            by_channel[winner.kind if winner else ""].add(decision.advocate_id)
    if not made.sees_people and _few(by_day):
        made.days, made.days_hidden = dict.fromkeys(made.days, 0), True
    if not made.sees_people and _few(by_channel):
        made.channels, made.channels_hidden = dict.fromkeys(CHANNELS, 0), True


def _own_rewards(decision: Decision) -> list[Key]:
    """Where the advocate's rewards of a decision are, line by line."""
    owner = decision.advocate_id or ""
    ids = [reward_id_of(decision.basis, owner, line.rule_id) for line in decision.lines]
    return [reward_key(owner, one) for one in ids]


def _standing(store: Store, decisions: Sequence[Decision]) -> dict[Key, int]:
    """What stands of each reward of the decisions."""
    keys = [key for one in decisions for key in _own_rewards(one)]
    return {one.key: stands_minor(one) for one in _read(store, Reward, list(dict.fromkeys(keys)))}


def _few(people: Mapping[str, set[str | None]]) -> bool:
    """Whether one sum of several is of too few: beside a whole, the others would give it away."""
    return any(len(each) < PEOPLE_LEAST for each in people.values())


def _day(row: DecidedOn) -> str:
    return row.key.pk.rpartition("#")[2]


def _owe(store: Store, program: Program, made: Figures) -> None:
    """The ledger's last count of what the whole programme owes."""
    if (found := newest(store, program.program_id)) is None:
        return
    made.owed_ms = found.at_ms
    if made.sees_people:
        made.owed = found.units
        return
    told = [one.of_many(PEOPLE_LEAST) for one in found.units if one.people >= PEOPLE_LEAST]
    made.owed = tuple(one for one in told if one.accounts)
    whole = [one for one in made.owed if one.is_whole]
    made.owed_hidden = len(whole) < len(found.units)


def _pay(store: Store, program: Program, made: Figures) -> None:
    """The totals of the newest runs in the programme's currency, the oldest of them first."""
    wanted, shown = (program.program_id, program.currency, "settled"), list[tuple[str, int]]()
    cursor: str | None = None
    for _ in range(RUNS_READ_MAX // PAGE_ITEMS_MAX):
        page = store.query_index(PayoutRun, "core", "RUNS", limit=PAGE_ITEMS_MAX, cursor=cursor)
        found = [one for one in page.rows if (one.program_id, one.currency, one.state) == wanted]
        told = [one for one in found if made.sees_people or _pays_many(store, one)]
        made.runs_hidden |= len(told) < len(found)
        shown += [(one.period, one.total_minor) for one in told]
        if (cursor := page.cursor) is None or len(shown) >= RUNS_SHOWN:
            break
    made.runs_partly = cursor is not None and len(shown) < RUNS_SHOWN
    made.runs = shown[:RUNS_SHOWN][::-1]


def _pays_many(store: Store, run: PayoutRun) -> bool:
    """Whether nobody or enough people are paid in a run; one may have several payouts in it."""
    if not 0 < run.count <= MANY:
        return True
    held = run.held.count if run.held else 0
    lines = store.query(RunLine, "core", f"RUN#{run.run_id}", "L#", limit=MANY + held).rows
    return len({one.advocate_id for one in lines}) - held >= PEOPLE_LEAST


def _read(store: Store, of: type[R], keys: Sequence[Key]) -> list[R]:
    """All records under the keys that there are, a batch at a time."""
    found: list[R] = []
    for start in range(0, len(keys), READ_KEYS_MAX):
        found += store.get_many(of, keys[start : start + READ_KEYS_MAX]).values()
    return found
