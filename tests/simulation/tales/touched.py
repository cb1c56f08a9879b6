"""Whose an order is, of several who touched its customer; and what is promised for months of it.

Clicks count from the window's first millisecond to a minute after the order, codes when they are
typed. Who was away then, or bought it, has none that counts.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random

from goodword.advocates.model import Enrolment
from goodword.conversions.model import Customer
from goodword.ports import Change
from goodword.programs.rules import PercentageReward, Rule
from goodword.tracking.model import AttributionRules

from tests.simulation.months import later
from tests.simulation.story import CODES, DAY_MS, HOUR_MS, PEOPLE, Story
from tests.simulation.tales.payment import SKEW_MS, short
from tests.simulation.tales.teller import Tale, Teller, plain

WINDOW_DAYS = 3


def _choosing(draw: Random) -> Story:
    """The first or the last, and of clicks and codes one, or none, before the other."""
    return replace(
        plain(draw),
        model=draw.choice(("first", "last")),
        precedence=draw.choice(("latest", "code", "link")),
        window_days=WINDOW_DAYS,
    )


def _touched(teller: Teller) -> None:
    """One order with clicks and a code of three people, some of whom may not have it."""
    draw, story = teller.draw, teller.town.story
    at_ms, net = teller.now_ms - 2 * HOUR_MS, draw.randrange(100, 90_000, 10)
    latest_ms = at_ms + SKEW_MS
    oldest_ms = latest_ms - WINDOW_DAYS * DAY_MS
    edges = [oldest_ms - 1, oldest_ms, oldest_ms + 1, latest_ms, latest_ms + 1, latest_ms + HOUR_MS]
    times = draw.sample([*edges, at_ms - HOUR_MS, at_ms - DAY_MS, at_ms - 2 * DAY_MS], 3)
    clicks = [(time_ms, draw.choice(PEOPLE)) for time_ms in times]
    typed = draw.choice((*PEOPLE, "", ""))
    away, from_ms = draw.choice([who for _, who in clicks]), at_ms + draw.choice((-1, 0, 1))
    gone = draw.random() < 0.5
    if gone:
        _leaves(teller, away, from_ms)
    buyer = "adv_maya" if draw.random() < 0.3 else ""
    email = f"{CODES[buyer].lower()}@x.example" if buyer else None
    refused = {buyer} | ({away} if gone and from_ms <= at_ms else set())
    able = [(time_ms, who, "link") for time_ms, who in clicks if oldest_ms <= time_ms <= latest_ms]
    able += [(at_ms, typed, "code")] if typed else []
    able = sorted(one for one in able if one[1] not in refused)
    best = [one for one in able if one[2] == story.precedence] or able
    winner = best[0 if story.model == "first" else -1][1] if best else ""
    fact = teller.sold("a", net, friend="", occurred_ms=at_ms)
    signed = tuple(teller.click(who, teller.now_ms - time_ms) for time_ms, who in clicks)
    codes = (CODES[typed].lower(),) if typed else ()
    fact = fact.but(click_ids=signed, codes=codes, customer=Customer(email=email))
    told = [fact]
    if draw.random() < 0.3:  # of each touch apart
        told = [fact.but(click_ids=(one,), codes=()) for one in signed] + [fact.but(click_ids=())]
    for one in draw.sample(told, len(told)):
        teller.tells(one)
        teller.ends()
    teller.owns(**short({winner: net // 10} if winner else {}))
    teller.orders(a=["qualified" if winner else "unattributed"])
    teller.pays()
    leaves = gone and winner == away
    teller.owns(**short({winner: net // 10} if winner else {}))
    if not leaves:
        teller.paid(**short({winner: net // 10} if winner else {}))


def _leaves(teller: Teller, person: str, from_ms: int) -> None:
    """Somebody is away from then on."""
    enrolments: list[Enrolment] = teller.town.all(Enrolment)
    (own,) = (one for one in enrolments if one.advocate_id == person)
    change = Change()
    change.replace(own.turned(teller.draw.choice(("paused", "left")), from_ms))
    teller.town.memory.commit(change)


def _promised(teller: Teller) -> None:
    """What brought a customer earns for a month, though it is long ago; and nothing else does."""
    draw, window_days = teller.draw, 10
    sticky = draw.random() < 0.7
    share, small = PercentageReward(basis_points=1_000), PercentageReward(basis_points=100)
    rules = (
        Rule(rule_id="month", action="sale", reward=share, for_months=1),
        Rule(rule_id="plain", action="sale", reward=small),
    )
    chosen = AttributionRules(
        window_days=window_days, sticky=sticky, precedence=draw.choice(("latest", "code", "link"))
    )
    teller.promises(rules=rules, attribution=chosen)
    first_ms = teller.now_ms - 60 * DAY_MS
    ends_ms = later(first_ms, 1)
    net, owned = draw.randrange(1_001, 50_000), dict.fromkeys(PEOPLE, 0)
    tenth, hundredth = round(Fraction(net, 10)), round(Fraction(net, 100))
    edge_ms = window_days * DAY_MS - SKEW_MS
    mine_ms = first_ms - draw.choice((HOUR_MS, edge_ms))
    orders = [("f0", first_ms, "")]
    orders += [
        ("f1", mine_ms + edge_ms + draw.choice((0, 1)), draw.choice(("", "adv_ben", "adv_maya")))
    ]
    orders += [("f2", ends_ms + draw.choice((-1, 0, 1)), draw.choice(("", "adv_ben", "adv_maya")))]
    orders = [one for one in orders if one[0] != "f1" or one[1] > first_ms]
    seen: list[tuple[int, str, str]] = []
    for name, at_ms, by in orders:
        touches = [("adv_maya", mine_ms)] if name == "f0" else []
        touches += [(by, at_ms - HOUR_MS)] if by and at_ms - HOUR_MS > first_ms else []
        typed = (CODES[by],) if by == "adv_maya" and touches and draw.random() < 0.5 else ()
        touches = [] if typed else touches
        seen += [(time_ms, who, "link") for who, time_ms in touches]
        seen += [(at_ms, by, "code") for _ in typed]
        signed = tuple(teller.click(who, teller.now_ms - time_ms) for who, time_ms in touches)
        teller.tells(teller.sold(name, net, occurred_ms=at_ms, click_ids=signed, codes=typed))
        teller.ends()
        able = [one for one in seen if at_ms - one[0] <= edge_ms]
        fresh = any(one[1] == "adv_maya" for one in able)
        in_time = at_ms < ends_ms
        if sticky and (fresh or in_time):
            owned["adv_maya"] += tenth * in_time + hundredth * fresh
        elif not sticky and able:
            best = [one for one in able if one[2] == chosen.precedence] or able
            owned[max(best)[1]] += tenth * in_time + hundredth
        teller.owns(**short(owned))
        wins = in_time or fresh if sticky else bool(able)
        teller.orders(**{name: ["qualified" if wins else "unattributed"]})
    teller.pays()
    teller.owns(**short(owned))
    teller.paid(**short(owned))


TOUCHED = (
    Tale("who touched the customer", _touched, _choosing),
    Tale("what is promised for a month", _promised, judged=False),
)
