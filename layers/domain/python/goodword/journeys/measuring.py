"""Rows of events are put once, and read for a report within bounds that are stated.

A report reads the months that it needs (its own and as long before), everybody who joined or left,
the deals from two years before it on, the friends of its leads, and who was joined to whom. More
than KPI_ROWS_MAX rows are refused, so that no report takes longer than a call may.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from goodword.conversions.model import (
    Conversion,
    Identity,
    Settled,
    conversion_key,
    identity_key,
)
from goodword.errors import FieldError, InvalidInput
from goodword.events import Event
from goodword.journeys.crediting import Credited, read_many
from goodword.journeys.happened import LIFE, Happened, figures_partition, happened, month_of
from goodword.journeys.joined import named
from goodword.journeys.kpis import YEAR_MS, History
from goodword.journeys.pipeline import Deals, Period
from goodword.limits import KPI_PAGE_ITEMS, KPI_ROWS_MAX
from goodword.ports import Change, Collision, Store
from goodword.times import month_end

OF_PERSONS = frozenset({"nps", "touch"})  # the rows that name customers, not advocates


def keep(store: Store, event: Event) -> bool:
    """Put the row of an event; whether it is new. Safe to repeat."""
    row = happened(event)
    if row is None:
        return False
    change = Change()
    change.create(row)
    try:
        store.commit(change)
    except Collision:
        return False
    return True


@dataclass(frozen=True)
class Measuring:
    """Reads what the figures of a programme are made of."""

    store: Store

    def history(self, program_id: str, period: Period) -> History:
        """For figures of the period or any part of it. InvalidInput `period_too_large`."""
        first_ms = max(0, 2 * period.from_ms - period.to_ms)
        rows: list[Happened] = []
        for month in (LIFE, *_months(first_ms, period.to_ms)):
            self._month(rows, program_id, month)
        deals_ms = max(0, min(first_ms, period.from_ms - 2 * YEAR_MS))
        leads = [row.of for row in rows if row.what == "lead" and period.has(row.at_ms)]
        deals = Deals(self.store).since(program_id, deals_ms)
        return History(
            rows=self._persons(rows, period),
            deals=deals,
            bought=self._bought(program_id, list(dict.fromkeys(leads)), _won(deals)),
        )

    def _month(self, rows: list[Happened], program_id: str, month: str) -> None:
        cursor: str | None = None
        partition = figures_partition(program_id, month)
        while True:
            page = self.store.query(
                Happened, "core", partition, limit=KPI_PAGE_ITEMS, cursor=cursor
            )
            rows += page.rows
            if len(rows) > KPI_ROWS_MAX:
                message = f"must be later: more than {KPI_ROWS_MAX} rows"
                wrong = FieldError("from", message, "period_too_large")
                raise InvalidInput("period_too_large", "the period has too many events", [wrong])
            cursor = page.cursor
            if cursor is None:
                return

    def _persons(self, rows: Sequence[Happened], period: Period) -> list[Happened]:
        """The rows with those who answered or were asked by the names that they have now.

        Answers that name an account alone are left out: nobody knows whose they are.
        """
        counts = [row.who for row in rows if row.what in OF_PERSONS and period.has(row.at_ms)]
        found = named(self.store, counts)
        now, accounts = found.now, found.accounts
        return [
            row.but(who=now[row.who]) if row.what in OF_PERSONS and row.who in now else row
            for row in rows
            if row.what != "nps" or row.who not in accounts
        ]

    def _bought(
        self, program_id: str, leads: Sequence[str], won: Mapping[str, int]
    ) -> frozenset[str]:
        """Those leads whose friend has bought since: an attributed order that is not older, or a
        deal that was won after, whichever recommendation of the friend it is owed to."""
        keys = [conversion_key(name) for name in leads]
        found = read_many(self.store, Conversion, keys).values()
        macs = {mac: None for one in found for mac in one.identities}
        people = read_many(self.store, Identity, [identity_key(program_id, mac) for mac in macs])
        friends = {one.mac: one for one in people.values()}
        return frozenset(
            lead.conversion_id
            for lead in found
            if any(
                _is_sale_since(order, lead) or won.get(order.conversion_id, 0) > lead.occurred_ms
                for mac in lead.identities
                if mac in friends
                for order in friends[mac].conversions
            )
        )


def _is_sale_since(order: Settled, lead: Conversion) -> bool:
    attributed = order.action == "sale" and order.advocate_id is not None
    return attributed and order.occurred_ms >= lead.occurred_ms


def _won(deals: Iterable[Credited]) -> dict[str, int]:
    """When the last deal that is owed to a recommendation was won."""
    found: dict[str, int] = {}
    for one in deals:
        if one.credit is not None and one.deal.state == "won" and one.deal.closed_ms is not None:
            name = one.credit.conversion_id
            found[name] = max(found.get(name, 0), one.deal.closed_ms)
    return found


def parts_of(period: Period) -> list[Period]:
    """The period by UTC months, the first and the last cut off where it begins and ends."""
    found, start_ms = [], period.from_ms
    while start_ms < period.to_ms:
        end_ms = min(month_end(start_ms), period.to_ms)
        found.append(Period(start_ms, end_ms))
        start_ms = end_ms
    return found


def _months(from_ms: int, to_ms: int) -> Iterator[str]:
    at_ms = from_ms
    while at_ms < to_ms:
        yield month_of(at_ms)
        at_ms = month_end(at_ms)
