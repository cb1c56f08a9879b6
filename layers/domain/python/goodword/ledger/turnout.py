"""How far everybody of a programme came: people, clicks, leads, sales, and each month's newcomers.

A page reads some hundred people when it is asked; the nightly check reads core whole anyway, and
leaves these sums behind. Amounts stand by currency or unit, and are never added across them. Months
are of UTC, since a count has no reader whose calendar it could follow.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from goodword.ledger.model import Balance
from goodword.ledger.numbers import Kept
from goodword.ports import Store
from goodword.records import Key, Record, Value
from goodword.times import rfc3339


class Newcomers(Value):
    """Who joined in one month (`2026-11`), and what they have kept of what they earned, by unit."""

    month: str
    people: int = Field(ge=1)
    earned: dict[str, int]


class Turnout(Record):
    """All of a programme at `at_ms`, months in order; `leads` and `sales` by currency or unit."""

    KIND: ClassVar[str] = "turnout"

    program_id: str
    at_ms: int
    people: int = Field(ge=1)
    clicks: int = Field(ge=0)
    leads: dict[str, int]
    sales: dict[str, int]
    months: tuple[Newcomers, ...]

    @property
    def key(self) -> Key:
        return Key("core", turnouts(self.program_id), rfc3339(self.at_ms))


def turnouts(program_id: str) -> str:
    """The partition of a programme's counts, by time."""
    return f"TURNOUT#{program_id}"


def newest_turnout(store: Store, program_id: str) -> Turnout | None:
    """The last count of a programme; None before the first night."""
    place = turnouts(program_id)
    rows = store.query(Turnout, "core", place, limit=1, newest_first=True).rows
    return rows[0] if rows else None


def _sums() -> dict[str, int]:
    return defaultdict(int)


@dataclass
class _Sum:
    """One programme while it is counted."""

    clicks: int = 0
    leads: dict[str, int] = field(default_factory=_sums)
    sales: dict[str, int] = field(default_factory=_sums)
    people: dict[str, int] = field(default_factory=_sums)
    earned: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(_sums))

    def said(self, program_id: str, at_ms: int) -> Turnout:
        """As it is kept."""
        return Turnout(
            program_id=program_id,
            at_ms=at_ms,
            people=sum(self.people.values()),
            clicks=self.clicks,
            leads=dict(self.leads),
            sales=dict(self.sales),
            months=tuple(
                Newcomers(month=month, people=people, earned=dict(self.earned[month]))
                for month, people in sorted(self.people.items())
            ),
        )


def turned_out(kept: Kept, at_ms: int) -> Iterable[Turnout]:
    """Every programme that anybody is in, from one reading of core."""
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for (program_id, advocate_id), joined_ms in kept.joined.items():
        one = sums[program_id]
        one.people[rfc3339(joined_ms)[:7]] += 1
        one.clicks += kept.clicks.get((program_id, advocate_id), 0)
    for balance in kept.records.values():
        if not isinstance(balance, Balance):
            continue
        joined = kept.joined.get((balance.program_id, balance.advocate_id))
        if joined is None:  # a friend may earn and take no part
            continue
        one, unit = sums[balance.program_id], balance.currency
        one.leads[unit] += balance.leads
        one.sales[unit] += balance.sales
        one.earned[rfc3339(joined)[:7]][unit] += balance.earned_minor - balance.reversed_minor
    for program_id, one in sorted(sums.items()):
        yield one.said(program_id, at_ms)
