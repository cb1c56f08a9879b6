"""The twelve figures of the maturity matrix, each by one published definition; pure.

A figure is a fraction: `value` over `base`, where `base` 0 means that there is nothing to measure
yet, and None that the figure is a plain count or sum. Sums of money are one figure per currency.
Everything is computed from rows of events (`happened`), deals with their credits, and which leads
became customers; nothing is estimated.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from goodword.journeys.crediting import Credited
from goodword.journeys.happened import Happened
from goodword.journeys.pipeline import Period
from goodword.records import Value
from goodword.times import DAY_MS

YEAR_MS = 365 * DAY_MS
PROMOTER = 9
Code = Literal[
    "advocate_pool",
    "promoter_rate",
    "activities_per_advocate",
    "program_participation",
    "referral_leads",
    "referral_conversion_rate",
    "referral_pipeline",
    "referral_revenue",
    "repeat_actions",
    "advocate_retention",
    "touches_per_customer",
    "net_revenue_retention",
]
Unit = Literal["count", "percent", "ratio", "money"]


class Definition(NamedTuple):
    """What a figure is and how it is computed, as it is published."""

    code: Code
    unit: Unit
    text: str


DEFINITIONS = (
    Definition("advocate_pool", "count", "People with an active enrolment at the end."),
    Definition(
        "promoter_rate",
        "percent",
        "Of the persons with an NPS answer in the period, those whose last one is 9 or 10.",
    ),
    Definition(
        "activities_per_advocate",
        "ratio",
        "Activities in the period over the advocate pool. An activity is an ask whose work was "
        "accepted, or a referral lead; a lead that is the work of an ask counts once.",
    ),
    Definition(
        "program_participation",
        "percent",
        "Of the advocate pool, those with at least one activity in the period.",
    ),
    Definition(
        "referral_leads",
        "count",
        "Leads (sign-ups and introductions) of the period that are attributed to an advocate by "
        "their last decision.",
    ),
    Definition(
        "referral_conversion_rate",
        "percent",
        "Of the referral leads of the period, those whose friend has bought since, by now: an "
        "attributed order, or a won deal that is owed to any recommendation of the friend.",
    ),
    Definition(
        "referral_pipeline",
        "money",
        "Amounts of sourced deals that were opened in the period, per currency.",
    ),
    Definition(
        "referral_revenue",
        "money",
        "Amounts of sourced deals won in the period, and net amounts of attributed orders of the "
        "period less what is refunded by now, per currency. A business that reports one sale both "
        "as a deal and as an order has it twice.",
    ),
    Definition(
        "repeat_actions",
        "percent",
        "Of the advocates with an activity in the period, those with two or more.",
    ),
    Definition(
        "advocate_retention",
        "percent",
        "Of the advocates with an activity in the period before, of the same length, those with "
        "one in this period.",
    ),
    Definition(
        "touches_per_customer",
        "ratio",
        "Asks and reminders of journeys in the period over the persons who had any.",
    ),
    Definition(
        "net_revenue_retention",
        "percent",
        "What accounts won as deals in the year before the last one have won in the last one "
        "(365 days up to the end), over what it was then; per currency, renewals and growth "
        "together.",
    ),
)


class KpiFigure(Value):
    """One figure. `value` over `base`; a plain count or sum if `base` is None."""

    value: int
    base: int | None = None
    currency: str = ""


class Order(NamedTuple):
    """The last decision of one lead or sale, and what of it is refunded."""

    what: str
    advocate_id: str
    at_ms: int
    net_minor: int
    refunded_minor: int
    currency: str


@dataclass(frozen=True)
class History:
    """Everything that the figures of a programme are made of."""

    rows: Sequence[Happened]
    deals: Sequence[Credited] = ()
    bought: Collection[str] = ()  # leads whose friend has bought since, an order or a deal
    orders: Mapping[str, Order] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "orders", _orders(self.rows))


def figures(history: History, period: Period) -> dict[Code, tuple[KpiFigure, ...]]:
    """The twelve, in the order of DEFINITIONS; money may have no figure at all."""
    pool = pool_of(history.rows, period.to_ms)
    active = activities_of(history, period)
    length = period.to_ms - period.from_ms
    before = activities_of(history, Period(period.from_ms - length, period.from_ms))
    leads = leads_of(history, period)
    converted = {*history.bought, *won_leads(history.deals)}
    return {
        "advocate_pool": (KpiFigure(value=len(pool)),),
        "promoter_rate": (_promoters(history.rows, period),),
        "activities_per_advocate": (KpiFigure(value=sum(active.values()), base=len(pool)),),
        "program_participation": (KpiFigure(value=len(pool & set(active)), base=len(pool)),),
        "referral_leads": (KpiFigure(value=len(leads)),),
        "referral_conversion_rate": (
            KpiFigure(value=len(converted.intersection(leads)), base=len(leads)),
        ),
        "referral_pipeline": _money(_opened(history.deals, period)),
        "referral_revenue": _money(_revenue(history, period)),
        "repeat_actions": (
            KpiFigure(value=sum(1 for count in active.values() if count > 1), base=len(active)),
        ),
        "advocate_retention": (KpiFigure(value=len(set(before) & set(active)), base=len(before)),),
        "touches_per_customer": (_touches(history.rows, period),),
        "net_revenue_retention": _retained(history.deals, period.to_ms),
    }


def _orders(rows: Iterable[Happened]) -> dict[str, Order]:
    """Leads and sales by their id. One that was merged into another is none."""
    decided: dict[str, Happened] = {}
    refunds: dict[str, Happened] = {}
    merged = {row.of for row in rows if row.what == "merged"}
    for row in rows:
        if row.what in ("lead", "sale") and _newer(row, decided.get(row.of)):
            decided[row.of] = row
        if row.what == "refund" and _newer(row, refunds.get(row.of)):
            refunds[row.of] = row
    return {
        name: Order(
            what=row.what,
            advocate_id=row.who,
            at_ms=row.at_ms,
            net_minor=row.value,
            refunded_minor=refunds[name].value if name in refunds else 0,
            currency=row.currency,
        )
        for name, row in decided.items()
        if name not in merged
    }


def _newer(row: Happened, known: Happened | None) -> bool:
    if known is None:
        return True
    return (row.turn, row.told_ms, row.event_id) > (known.turn, known.told_ms, known.event_id)


def pool_of(rows: Iterable[Happened], at_ms: int) -> set[str]:
    """Who has an active enrolment."""
    last: dict[str, Happened] = {}
    for row in rows:
        if row.what in ("joined", "left") and row.at_ms < at_ms:
            known = last.get(row.who)
            if known is None or (row.at_ms, row.event_id) > (known.at_ms, known.event_id):
                last[row.who] = row
    return {who for who, row in last.items() if row.what == "joined"}


def leads_of(history: History, period: Period) -> dict[str, str]:
    """The advocate of each referral lead."""
    return {
        name: order.advocate_id
        for name, order in history.orders.items()
        if order.what == "lead" and order.advocate_id and period.has(order.at_ms)
    }


def activities_of(history: History, period: Period) -> dict[str, int]:
    """How many each advocate has; only those with one."""
    found: dict[str, int] = {}
    done = {(row.of, row.who) for row in history.rows if _is_work(row, period)}
    for who in (*(who for _, who in done), *leads_of(history, period).values()):
        found[who] = found.get(who, 0) + 1
    return found


def _is_work(row: Happened, period: Period) -> bool:
    return row.what == "work" and period.has(row.at_ms)


def answers_of(rows: Iterable[Happened], period: Period) -> dict[str, int]:
    """The last answer of each person. Of two at one moment it is the worse, as in the score."""
    last: dict[str, Happened] = {}
    for row in rows:
        if row.what == "nps" and period.has(row.at_ms):
            known = last.get(row.who)
            if known is None or (row.at_ms, -row.value) > (known.at_ms, -known.value):
                last[row.who] = row
    return {who: row.value for who, row in last.items()}


def _promoters(rows: Iterable[Happened], period: Period) -> KpiFigure:
    last = answers_of(rows, period)
    return KpiFigure(value=sum(1 for value in last.values() if value >= PROMOTER), base=len(last))


def touched_of(rows: Iterable[Happened], period: Period) -> list[str]:
    """Who was asked or reminded, once for each time."""
    return [row.who for row in rows if row.what == "touch" and period.has(row.at_ms)]


def _touches(rows: Iterable[Happened], period: Period) -> KpiFigure:
    touched = touched_of(rows, period)
    return KpiFigure(value=len(touched), base=len(set(touched)))


def won_leads(deals: Iterable[Credited]) -> set[str]:
    """The leads whose deal was won."""
    return {
        one.credit.conversion_id
        for one in deals
        if one.credit is not None and one.deal.state == "won"
    }


def sourced(deals: Iterable[Credited]) -> Iterable[Credited]:
    """The deals that are owed to a recommendation before them."""
    return (one for one in deals if one.credit is not None and one.credit.owed == "sourced")


def opened_in(deals: Iterable[Credited], period: Period) -> Iterable[Credited]:
    """The sourced deals that were opened in the period."""
    return (
        one
        for one in sourced(deals)
        if one.deal.state != "removed" and period.has(one.deal.opened_ms)
    )


def won_in(deals: Iterable[Credited], period: Period) -> Iterable[Credited]:
    """The sourced deals that were won in the period."""
    return (
        one for one in sourced(deals) if one.deal.state == "won" and period.has(one.deal.closed_ms)
    )


def sales_in(history: History, period: Period) -> Iterable[Order]:
    """The attributed orders of the period."""
    return (
        one
        for one in history.orders.values()
        if one.what == "sale" and one.advocate_id and period.has(one.at_ms)
    )


def _opened(deals: Iterable[Credited], period: Period) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in opened_in(deals, period):
        _add(found, one.deal.currency, one.deal.amount_minor or 0)
    return found


def _revenue(history: History, period: Period) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in won_in(history.deals, period):
        _add(found, one.deal.currency, one.deal.amount_minor or 0)
    for order in sales_in(history, period):
        _add(found, order.currency, order.net_minor - order.refunded_minor)
    return found


def retained_of(
    deals: Iterable[Credited], to_ms: int
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """What each account won in the year before the last and in the last, by (currency, account).

    Deals of all accounts count, whoever they are owed to.
    """
    earlier, later = Period(to_ms - 2 * YEAR_MS, to_ms - YEAR_MS), Period(to_ms - YEAR_MS, to_ms)
    then: dict[tuple[str, str], int] = {}
    now: dict[tuple[str, str], int] = {}
    for one in deals:
        deal = one.deal
        if deal.state != "won" or deal.account is None:
            continue
        key = (deal.currency, deal.account)
        for sums, period in ((then, earlier), (now, later)):
            if period.has(deal.closed_ms):
                sums[key] = sums.get(key, 0) + (deal.amount_minor or 0)
    return then, now


def _retained(deals: Iterable[Credited], to_ms: int) -> tuple[KpiFigure, ...]:
    then, now = retained_of(deals, to_ms)
    return tuple(
        KpiFigure(
            value=sum(now.get(key, 0) for key in then if key[0] == currency),
            base=sum(amount for key, amount in then.items() if key[0] == currency),
            currency=currency,
        )
        for currency in sorted({key[0] for key in then})
    )


def _add(sums: dict[str, int], currency: str, amount: int) -> None:
    sums[currency] = sums.get(currency, 0) + amount


def _money(sums: Mapping[str, int]) -> tuple[KpiFigure, ...]:
    return tuple(KpiFigure(value=sums[one], currency=one) for one in sorted(sums))
