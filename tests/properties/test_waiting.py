"""Who waits, and until when, is what the runs then do: for any calendar, money and people.

Everybody on the list is left out of the next run, for the reason that is named first; everybody
else is paid by it. A day that is promised is the day on which it is paid.
"""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from goodword.payouts.ahead import pay_day, run_ahead
from goodword.payouts.due import listed_due
from goodword.payouts.model import Exclusion, Payout
from goodword.payouts.waiting import Waits, waiting_page
from goodword.ports import Change
from goodword.programs.payment import Payment
from goodword.times import DAY_MS

from tests.support.desk import PlainIndex
from tests.support.payday import CUTOFF_MS, Payday
from tests.support.scene import PROGRAM

PEOPLE = ("adv_0", "adv_1", "adv_2")
ZONES = ("UTC", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "Asia/Kolkata")


def calendar(chance: random.Random) -> dict[str, Any]:
    """Any terms of payment."""
    made: dict[str, Any] = {
        "cadence": chance.choice(("daily", "weekly", "monthly", "every_n_days", "on_minimum")),
        "net_days": chance.choice((0, 0, 1, 7, 30, 45)),
        "business_day": chance.choice(("none", "next", "previous")),
        "time_zone": chance.choice(ZONES),
        "minimum_minor": chance.choice((100, 500, 1_500)),
    }
    if made["cadence"] in ("weekly", "monthly"):
        made["anchor"] = chance.randint(1, 7 if made["cadence"] == "weekly" else 28)
    if made["cadence"] == "every_n_days":
        made |= {"every_days": chance.randint(1, 20), "starts_on": "2025-01-05"}
    return made


def market(chance: random.Random, terms: Mapping[str, Any], now_ms: int) -> Payday:
    """Three people with rewards of the last two months that are all ready."""
    world = Payday(**terms)
    world.clock.at_ms = now_ms
    for person in PEOPLE:
        world.enrol(person, f"CODE{person[-1]}")
        if chance.random() < 0.9:
            world.pay_to(person)
        for _ in range(chance.randint(1, 4)):
            reward = world.at(world.due(chance.choice((100, 400, 700, 900)), person))
            earned_ms = now_ms - chance.randint(1, 60 * DAY_MS)
            change = Change()
            change.replace(reward.but(created_ms=earned_ms, hold_until_ms=earned_ms))
            world.store.commit(change)
        if chance.random() < 0.2:
            world.set_enrolment(person, "paused")
    return world


def listed(world: Payday) -> dict[str, Waits]:
    found: list[Waits] = []
    cursor: str | None = None
    for _ in range(20):
        page = waiting_page(world.store, PlainIndex(), PROGRAM, "", world.clock.at_ms, 100, cursor)
        found, cursor = found + list(page.rows), page.cursor
        if cursor is None:
            return {one.balance.advocate_id: one for one in found}
    raise AssertionError("the list has no end")


def gathered(
    world: Payday, payment: Payment, until_ms: int
) -> tuple[dict[str, str], dict[str, int]]:
    """Whom the next run leaves out and why, and which cut-off takes whose money first."""
    taken: dict[str, int] = {}
    left: dict[str, str] | None = None
    while world.clock.at_ms < until_ms:
        ahead = run_ahead(payment, world.clock.at_ms)
        world.clock.at_ms = ahead.cutoff_ms
        name = f"p{ahead.cutoff_ms}"
        step = world.cycle.open(PROGRAM, name, ahead.cutoff_ms, ahead.ended_ms, "EUR")
        while step.route == "freeze":
            step = world.cycle.freeze(step.run_id, step.cursor)
        for payout in world.all(Payout):
            taken.setdefault(payout.advocate_id, ahead.cutoff_ms)
        if left is None:
            left = {one.advocate_id: one.reason for one in world.all(Exclusion)}
            left = {who: why for who, why in left.items() if who not in taken}
    return left or {}, taken


FRESH = random.SystemRandom().randint(100, 10**9)  # another one at every run; a failure names it


@pytest.mark.parametrize("seed", [pytest.param(FRESH, id="fresh"), *range(12)])
def test_the_list_is_what_the_runs_do(seed: int) -> None:
    chance = random.Random(seed)
    terms = calendar(chance)
    now_ms = CUTOFF_MS + chance.randint(-40 * DAY_MS, 40 * DAY_MS)
    world, payment = market(chance, terms, now_ms), Payment(rail="simulator", **terms)
    found = listed(world)
    days = {
        one: pay_day(payment, world.purse(one), listed_due(world.store, world.purse(one)), now_ms)
        for one in PEOPLE
    }
    left, taken = gathered(world, payment, now_ms + 80 * DAY_MS)
    assert {who: one.kept[0].reason for who, one in found.items()} == left, (seed, terms)
    for who in PEOPLE:
        kept = found[who].kept if who in found else ()
        if all(one.lets_go == "its_period" for one in kept):
            assert taken[who] == days[who], (seed, terms, who)
            assert {one.until_ms for one in kept} <= {days[who]}
