"""What a night leaves behind: what is owed by account, state and age; who came, month by month.

Both are made here of people and rewards of our own, with every age at its edge.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from goodword.advocates.model import Enrolment
from goodword.ledger.liability import Liability, Owed, counted, newest
from goodword.ledger.model import BUCKETS, Balance
from goodword.ledger.numbers import Journal, Kept
from goodword.ledger.turnout import Turnout, newest_turnout, turned_out
from goodword.ports import Change
from goodword.records import Record
from goodword.tracking.model import ClickCount

from tests.simulation.story import DAY_MS
from tests.simulation.tales.teller import Tale, Teller

AGES = {0: 0, 1: 0, 7: 0, 8: 1, 30: 1, 31: 2, 90: 2, 91: 3, 400: 3}
OPEN = ("pending", "approved", "on_hold", "due", "batched")
CLOSED = ("paid", "reversed", "void", "rejected")
PROGRAMS, UNITS = ("prg_a", "prg_b"), ("EUR", "POINTS", "USD")


def _owed(teller: Teller) -> None:
    """People with something in this account or that, or who owe; rewards of all ages and states."""
    teller.tells(teller.sold("o1", 5_000, "adv_maya"))
    (reward,) = teller.rewards()
    draw, now_ms = teller.draw, teller.now_ms
    every, aged, rewards = list[Record](), Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for number in range(24):
        program, unit = draw.choice(PROGRAMS), draw.choice(UNITS)
        state, days = draw.choice((*OPEN, *OPEN, *CLOSED)), draw.choice(list(AGES))
        left = draw.choice((0, draw.randrange(1, 900), draw.randrange(1, 900)))
        age_ms = days * DAY_MS + draw.choice((0, DAY_MS - 1))
        told: dict[str, Any] = {"program_id": program, "currency": unit, "state": state}
        told |= {"reward_id": f"rwd_{number}", "remaining_minor": left, "earned_minor": 900}
        every.append(reward.but(created_ms=now_ms - age_ms, **told))
        if state in OPEN and left:
            aged[program, unit, state, str(AGES[days])] += left
            rewards[program, unit, state] += 1
    balances = _balances(teller)
    moving = {one.key for one in balances if draw.random() < 0.3}
    after = [one.but(version=one.version + (one.key in moving)) for one in balances]
    said = counted(
        Kept().keep(balances),
        Journal(balances={one.key: one for one in balances}),
        Kept().keep([*every, *after]),
        now_ms,
    )
    found = {(one.program_id, unit.currency): unit for one in said for unit in one.units}
    places = {(one.program_id, one.currency) for one in balances} | {each[:2] for each in rewards}
    teller.wants("where", list(found), sorted(places))
    for (program, unit), one in found.items():
        own = [each for each in balances if (each.program_id, each.currency) == (program, unit)]
        _accounts(teller, one, own, sum(each.key in moving for each in own))
        states = [each for each in OPEN if rewards[program, unit, each]]
        wanted = [
            (
                each,
                rewards[program, unit, each],
                tuple(aged[program, unit, each, str(n)] for n in range(4)),
            )
            for each in states
        ]
        told_aged = [(each.state, each.rewards, each.by_age) for each in one.aged]
        teller.wants(f"{unit} by age", told_aged, wanted)
        total = sum(sum(_amounts(each)) for each in own)
        teller.wants("in all", one.total_minor, total)
        less = total - sum(sum(ages) for _, _, ages in wanted)
        teller.wants("set against", one.set_against_minor, less)


def _amounts(one: Balance) -> list[int]:
    return [getattr(one, f"{bucket}_minor") for bucket in BUCKETS]


def _balances(teller: Teller) -> list[Balance]:
    """Of a few people; some have nothing, some owe."""
    draw, found = teller.draw, list[Balance]()
    for program in PROGRAMS:
        for unit in draw.sample(UNITS, 2):
            for number in range(draw.randrange(1, 5)):
                sums: dict[str, Any] = {
                    f"{bucket}_minor": draw.choice((0, 0, draw.randrange(1, 500)))
                    for bucket in BUCKETS
                }
                if draw.random() < 0.3:
                    sums["payable_minor"] = -draw.randrange(1, 300)
                named = {"advocate_id": f"adv_{number}", "program_id": program, "currency": unit}
                found.append(Balance.model_validate(named | sums | {"version": 3}))
    return found


def _accounts(teller: Teller, one: Owed, own: list[Balance], moving: int) -> None:
    """Sums and people of each account, and what is told where few have anything."""
    sums = {bucket: sum(getattr(each, f"{bucket}_minor") for each in own) for bucket in BUCKETS}
    people = {
        bucket: sum(1 for each in own if getattr(each, f"{bucket}_minor")) for bucket in BUCKETS
    }
    teller.wants("accounts", one.accounts, sums)
    teller.wants("holders", one.holders, people)
    somebody = sum(1 for each in own if any(_amounts(each)))
    teller.wants("people", (one.people, one.moving), (somebody, moving))
    teller.wants("all are there", one.is_whole, True)
    for least in (1, 2, 3):
        few = one.of_many(least)
        shown = {name: sums[name] for name, of in people.items() if of == 0 or of >= least}
        teller.wants(f"of {least} or more", (few.accounts, few.aged), (shown, ()))
        teller.wants("is it all", few.is_whole, len(shown) == 4)


def _came(teller: Teller) -> None:
    """People by the month of UTC in which they joined; friends take no part."""
    draw, every = teller.draw, list[Record]()
    edge_ms = int(datetime(2025, 11, 1, tzinfo=UTC).timestamp()) * 1_000
    people, earned = Counter[tuple[str, str]](), Counter[tuple[str, str, str]]()
    clicks, done = Counter[str](), Counter[tuple[str, str, str]]()
    for program in PROGRAMS:
        for number in range(draw.randrange(1, 5)):
            who = f"adv_{number}"
            at_ms, month = draw.choice(((edge_ms - 1, "2025-10"), (edge_ms, "2025-11")))
            named: dict[str, Any] = {"advocate_id": who, "program_id": program}
            every.append(Enrolment(**named, state="active", created_ms=at_ms, changed_ms=at_ms + 9))
            people[program, month] += 1
            if draw.random() < 0.6:
                seen, alone = draw.randrange(50), draw.randrange(9)
                every.append(ClickCount(**named, clicks=seen, unprompted=alone))
                clicks[program] += seen
            for unit in draw.sample(UNITS, draw.randrange(3)):
                more, less, leads, sales = (draw.randrange(1, 900) for _ in range(4))
                told = {"earned_minor": more, "reversed_minor": less, "paid_minor": 1}
                told |= {"leads": leads, "sales": sales, "payable_minor": 5}
                every.append(Balance.model_validate(named | told | {"currency": unit}))
                earned[program, month, unit] += more - less
                done[program, unit, "leads"] += leads
                done[program, unit, "sales"] += sales
        friend = Balance(advocate_id="frd_1", program_id=program, currency="EUR", sales=3, leads=2)
        every.append(friend.but(earned_minor=70))
    for turnout in (found := list(turned_out(Kept().keep(every), teller.now_ms))):
        program = turnout.program_id
        teller.wants(
            "people", (turnout.people, turnout.clicks), (_of(people, program), clicks[program])
        )
        for what in ("leads", "sales"):
            sums = {unit: done[program, unit, what] for unit in UNITS if done[program, unit, what]}
            teller.wants(what, getattr(turnout, what), sums)
        months = [(one.month, one.people, _some(one.earned)) for one in turnout.months]
        wanted = [
            (month, people[program, month], _some({u: earned[program, month, u] for u in UNITS}))
            for month in ("2025-10", "2025-11")
            if people[program, month]
        ]
        teller.wants("months", months, wanted)
    teller.wants("all", [one.program_id for one in found], list(PROGRAMS))
    _newest(teller, found[0])


def _some(sums: dict[str, int]) -> dict[str, int]:
    return {unit: amount for unit, amount in sums.items() if amount}


def _of(sums: Counter[tuple[str, str]], program: str) -> int:
    return sum(amount for (of, _), amount in sums.items() if of == program)


def _newest(teller: Teller, turnout: Turnout) -> None:
    """The last count of a programme is read, whenever it was made."""
    store, change = teller.town.memory, Change()
    teller.wants("none", (newest(store, "prg_x"), newest_turnout(store, "prg_x")), (None, None))
    times = teller.draw.sample(range(10**12, 2 * 10**12, DAY_MS), 3)
    for at_ms in times:
        change.create(turnout.but(program_id="prg_x", at_ms=at_ms))
        change.create(Liability(program_id="prg_x", at_ms=at_ms, units=()))
    store.commit(change)
    owed, came = newest(store, "prg_x"), newest_turnout(store, "prg_x")
    said = [one.at_ms for one in (owed, came) if one]
    teller.wants("the last", said, [max(times)] * 2)


def _left(teller: Teller) -> None:
    """Both in one night."""
    _owed(teller)
    _came(teller)


OWED = (Tale("at night: what is owed, and who came", _left, judged=False),)
