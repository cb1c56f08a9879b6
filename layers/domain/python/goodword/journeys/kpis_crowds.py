"""Which of the twelve figures and sums of deals can be told without telling on anybody; pure.

A figure is told if each group of people that it is made of is empty or of at least PEOPLE_LEAST:
those it counts, those it divides by and, of a share of people, the rest of them too, as 9 of 10
tells who did not. A figure of a period is told only if each of its months can be: two sums whose
periods differ by one month would give that month away. For the same reason periods are whole
months that are over (`whole_months`): two that differ by a day would give away the day.

Sums of deals (`untold`) have the same rule: a line is told if the deals opened, won and lost in it
are each of nobody or of at least PEOPLE_LEAST advocates. Deals that are owed to nobody are counted
by whose they are: accounts. The sum of all less the others gives away one that is not told, or what
is of two at once: then it is not told either. Deals less the lines of journeys are the
sum of those that followed no ask: journeys are told only if each of them and that rest can be.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from goodword.journeys.crediting import Credited
from goodword.journeys.kpis import (
    PROMOTER,
    Code,
    History,
    activities_of,
    answers_of,
    leads_of,
    opened_in,
    pool_of,
    retained_of,
    sales_in,
    sourced,
    touched_of,
    won_in,
    won_leads,
)
from goodword.journeys.pipeline import Owing, Period, Share, counts, owed
from goodword.journeys.prompting import Prompt
from goodword.limits import PEOPLE_LEAST
from goodword.times import month_end, month_start

Which = tuple[Code, str]  # a figure and its currency, "" where it has none
Group = Collection[str]
Few = frozenset[Which]  # what is of too few people
Sum = tuple[Share, str]  # deals owed alike, in one currency
Theirs = list[tuple[Credited, str]]  # deals, each with whose it is
Twice = dict[tuple[str, int], Theirs]  # what is both sourced and influenced, by each of the two
NOBODY = Owing("neither", "", "", "")
# What stands at the end of a period and is no sum over it: its months cannot be computed from it.
STANDING: frozenset[Code] = frozenset({"advocate_pool", "net_revenue_retention"})


class Untold(NamedTuple):
    """The sums of deals that may not be told: of all of them, and those whose journeys may not."""

    totals: frozenset[Sum]
    journeys: frozenset[Sum]


def hidden(history: History, whole: Period, parts: Sequence[Period]) -> list[Few]:
    """What may not be told: of the whole period first, then of each of its months."""
    months = [_few(history, part) for part in parts]
    given_away = {one for month in months for one in month if one[0] not in STANDING}
    return [_few(history, whole) | given_away, *months]


def forecast_hidden(deals: Iterable[Credited]) -> frozenset[str]:
    """The currencies whose open deals fewer than PEOPLE_LEAST advocates brought."""
    found = _advocates(one for one in sourced(deals) if one.deal.state == "open")
    return frozenset(name for name, people in found.items() if len(people) < PEOPLE_LEAST)


def untold(
    deals: Iterable[Credited], parts: Sequence[Period], prompts: Mapping[str, Sequence[Prompt]]
) -> Untold:
    """What may not be told of a period that these months make up."""
    totals, journeys = set[Sum](), set[Sum]()
    known = list(deals)
    for part in parts:
        sums, by_journey, twice = dict[Sum, Theirs](), dict[tuple[Sum, str], Theirs](), Twice()
        for one in known:
            owing = tuple(owed(one, prompts)) if counts(one, part) else ()
            for place, each in enumerate(owing or (NOBODY,) * counts(one, part)):
                which: Sum = (each.share, one.deal.currency)
                theirs = one, each.advocate_id or one.deal.account or one.deal.opportunity_id
                sums.setdefault(which, []).append(theirs)
                by_journey.setdefault((which, each.journey_id), []).append(theirs)
                if len(owing) > 1:
                    twice.setdefault((one.deal.currency, place), []).append(theirs)
        few = {which for which, some in sums.items() if _of_few(some, part)}
        given_away = {name for _, name in few}
        given_away |= {name for (name, _), some in twice.items() if _of_few(some, part)}
        totals |= few | {("all", name) for name in given_away}
        journeys |= {which for (which, _), some in by_journey.items() if _of_few(some, part)}
    return Untold(frozenset(totals), frozenset(journeys | totals))


def whole_months(period: Period, now_ms: int) -> Period:
    """The UTC months that the period touches and that are over; else the last one that is."""
    this, first = month_start(now_ms), month_start(period.from_ms)
    to = min(month_end(period.to_ms - 1), this)
    if first >= to:
        to, first = this, month_start(this - 1)
    return Period(first, to)


def _of_few(deals: Theirs, part: Period) -> bool:
    """Whether those opened, won or lost in the month are somebody's, and of too few."""
    closed = [(one.deal.state, who) for one, who in deals if part.has(one.deal.closed_ms)]
    groups = (
        {who for one, who in deals if part.has(one.deal.opened_ms)},
        {who for state, who in closed if state == "won"},
        {who for state, who in closed if state == "lost"},
    )
    return any(0 < len(group) < PEOPLE_LEAST for group in groups)


def _few(history: History, period: Period) -> Few:
    return frozenset(
        which
        for which, groups in _groups(history, period)
        if any(0 < len(group) < PEOPLE_LEAST for group in groups)
    )


def _groups(history: History, period: Period) -> Iterable[tuple[Which, tuple[Group, ...]]]:
    """The people that each figure is made of."""
    pool = pool_of(history.rows, period.to_ms)
    active = activities_of(history, period)
    length = period.to_ms - period.from_ms
    before = set(activities_of(history, Period(period.from_ms - length, period.from_ms)))
    answers = answers_of(history.rows, period)
    happy = {who for who, value in answers.items() if value >= PROMOTER}
    leads = leads_of(history, period)
    bought = {*history.bought, *won_leads(history.deals)}.intersection(leads)
    yield ("advocate_pool", ""), (pool,)
    yield ("promoter_rate", ""), _share(happy, set(answers))
    yield ("activities_per_advocate", ""), (set(active), pool)
    yield ("program_participation", ""), _share(pool & set(active), pool)
    yield ("referral_leads", ""), (set(leads.values()),)
    yield (
        ("referral_conversion_rate", ""),
        (
            {leads[name] for name in bought},
            {who for name, who in leads.items() if name not in bought},
            set(leads.values()),
        ),
    )
    twice = {who for who, count in active.items() if count > 1}
    yield ("repeat_actions", ""), _share(twice, set(active))
    yield ("advocate_retention", ""), _share(before & set(active), before)
    yield ("touches_per_customer", ""), (set(touched_of(history.rows, period)),)
    yield from _money(history, period)


def _money(history: History, period: Period) -> Iterable[tuple[Which, tuple[Group, ...]]]:
    """Of sums by currency: advocates, and of what is retained the accounts that were won."""
    opened = _advocates(opened_in(history.deals, period))
    won = _advocates(won_in(history.deals, period))
    bought: dict[str, set[str]] = {}
    for order in sales_in(history, period):
        bought.setdefault(order.currency, set()).add(order.advocate_id)
    then, now = retained_of(history.deals, period.to_ms)
    for currency, people in opened.items():
        yield ("referral_pipeline", currency), (people,)
    for currency in {*won, *bought}:  # the deals alone are in the pipeline too: see `untold`
        groups = won.get(currency, set()), bought.get(currency, set())
        yield ("referral_revenue", currency), groups
    for currency in {key[0] for key in then}:
        accounts = {account for unit, account in then if unit == currency}
        stayed = {account for account in accounts if now.get((currency, account))}
        yield ("net_revenue_retention", currency), (accounts, stayed)


def _share(some: set[str], of: set[str]) -> tuple[Group, ...]:
    return some, of - some, of


def _advocates(deals: Iterable[Credited]) -> dict[str, set[str]]:
    """To whom sourced deals are owed, by currency."""
    found: dict[str, set[str]] = {}
    for one in deals:
        assert one.credit is not None  # as `sourced` gives no other
        found.setdefault(one.deal.currency, set()).add(one.credit.advocate_id)
    return found
