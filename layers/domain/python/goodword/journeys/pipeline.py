"""What deals come to in a period, by what they are owed to; amounts of one currency only.

A deal counts in the pipeline of the period in which it was opened, and in the bookings of the one
in which it was won; both are what the CRM says now, so a sum may change when a deal does. Removed
deals count nowhere. Periods begin with `from` and end before `to`. A deal that one recommendation
brought and a reference call influenced is in both lines, once in each; `all` has every deal once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from goodword.errors import FieldError, InvalidInput
from goodword.journeys.crediting import Credited, Crediting
from goodword.journeys.opportunity import Opportunity, deals_index, moved_name, opportunity_key
from goodword.journeys.prompting import Prompt, prompt_of
from goodword.limits import DEAL_PAGE_ITEMS, DEALS_READ_MAX
from goodword.money import Currency
from goodword.ports import Page, Store
from goodword.records import Value

Share = Literal["sourced", "influenced", "neither", "all"]


@dataclass(frozen=True)
class Period:
    """From an instant, up to another."""

    from_ms: int
    to_ms: int

    def has(self, at_ms: int | None) -> bool:
        """Whether the instant lies in it."""
        return at_ms is not None and self.from_ms <= at_ms < self.to_ms


class Line(Value):
    """The deals of one kind and currency: of all, or of one advocate, journey or ask."""

    share: Share
    currency: Currency
    advocate_id: str = ""
    journey_id: str = ""
    ask_id: str = ""
    opened: int = 0
    opened_minor: int = 0
    won: int = 0
    won_minor: int = 0
    lost: int = 0


class Pipeline(Value):
    """The lines of all, of each advocate, journey and ask; the largest bookings first.

    Deals that followed no ask are in no line of a journey.
    """

    totals: tuple[Line, ...]
    advocates: tuple[Line, ...]
    journeys: tuple[Line, ...]
    asks: tuple[Line, ...]


class Owing(NamedTuple):
    """One kind of credit of a deal; what is not known is empty."""

    share: Share
    advocate_id: str
    journey_id: str
    ask_id: str


Lines = dict[tuple[str, ...], Line]


def pipeline(
    credited: Iterable[Credited], period: Period, prompts: Mapping[str, Sequence[Prompt]]
) -> Pipeline:
    """The sums; every deal is at most once in each kind of credit."""
    totals, advocates, journeys, asks = Lines(), Lines(), Lines(), Lines()
    for one in credited:
        if not counts(one, period):
            continue
        _add(totals, one, period, "all")
        owing = list(owed(one, prompts))
        if not owing:
            _add(totals, one, period, "neither")
        for each in owing:
            _add(totals, one, period, each.share)
            if each.advocate_id:
                _add(advocates, one, period, each.share, advocate_id=each.advocate_id)
            if each.journey_id:
                which = {"journey_id": each.journey_id, "ask_id": each.ask_id}
                _add(journeys, one, period, each.share, journey_id=each.journey_id)
                _add(asks, one, period, each.share, **which)
    return Pipeline(
        totals=_ordered(totals),
        advocates=_ordered(advocates),
        journeys=_ordered(journeys),
        asks=_ordered(asks),
    )


def owed(one: Credited, prompts: Mapping[str, Sequence[Prompt]]) -> Iterator[Owing]:
    """To whom a deal is owed, at most once as sourced and once as influenced.

    Of a recommendation and a call that both influenced it the earlier counts.
    """
    credit, call = one.credit, one.call
    if credit is not None and credit.owed == "influenced" and call is not None:
        earlier = credit.referred_ms <= call.booked_ms
        credit, call = (credit, None) if earlier else (None, call)
    if credit is not None:
        prompt = prompt_of(credit, prompts)
        journey_id, ask_id = (prompt.journey_id, prompt.ask_id) if prompt else ("", "")
        yield Owing(credit.owed, credit.advocate_id, journey_id, ask_id)
    if call is not None:
        yield Owing("influenced", call.advocate_id, call.journey_id, call.ask_id)


def advocates_of(credited: Iterable[Credited], period: Period) -> set[str]:
    """Whose recommendations of deals count in the period."""
    return {one.credit.advocate_id for one in credited if one.credit and counts(one, period)}


def counts(one: Credited, period: Period) -> bool:
    """Whether the deal is opened or closed in the period, and still there."""
    deal = one.deal
    there = period.has(deal.opened_ms) or period.has(deal.closed_ms)
    return there and deal.state != "removed"


def _add(lines: Lines, one: Credited, period: Period, share: Share, **whose: str) -> None:
    deal = one.deal
    opened, closed = period.has(deal.opened_ms), period.has(deal.closed_ms)
    won = closed and deal.state == "won"
    amount = deal.amount_minor or 0
    key = (share, deal.currency, *whose.values())
    line = lines.get(key) or Line.model_validate(
        {"share": share, "currency": deal.currency, **whose}
    )
    lines[key] = line.but(
        opened=line.opened + opened,
        opened_minor=line.opened_minor + amount * opened,
        won=line.won + won,
        won_minor=line.won_minor + amount * won,
        lost=line.lost + (closed and deal.state == "lost"),
    )


def _ordered(lines: Lines) -> tuple[Line, ...]:
    def large_first(key: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
        return -lines[key].won_minor, -lines[key].opened_minor, key

    return tuple(lines[key] for key in sorted(lines, key=large_first))


@dataclass(frozen=True)
class Deals:
    """What staff see of deals; nobody's name is in it."""

    store: Store

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[Credited]:
        """Deals with their credits, those that were opened or closed last first; may lag."""
        page = self.store.query_index(
            Opportunity, "core", deals_index(program_id), limit=limit, cursor=cursor
        )
        return Page(Crediting(self.store).of(page.rows), page.cursor)

    def read(self, opportunity_id: str) -> Credited | None:
        """One deal."""
        deal = self.store.get(Opportunity, opportunity_key(opportunity_id))
        return Crediting(self.store).of([deal])[0] if deal else None

    def since(self, program_id: str, from_ms: int) -> Sequence[Credited]:
        """Every deal that was opened or closed at that time or later, with its credit.

        At most DEALS_READ_MAX. Raises InvalidInput `period_too_large` if there are more.
        """
        found: list[Credited] = []
        cursor: str | None = None
        while True:
            page = self.store.query_index(
                Opportunity,
                "core",
                deals_index(program_id),
                until=moved_name(from_ms),
                limit=DEAL_PAGE_ITEMS,
                cursor=cursor,
            )
            found += Crediting(self.store).of(page.rows)
            cursor = page.cursor
            if cursor is None:
                return found
            if len(found) >= DEALS_READ_MAX:
                message = f"must be later: more than {DEALS_READ_MAX} deals moved"
                wrong = FieldError("from", message, "period_too_large")
                raise InvalidInput("period_too_large", "the period has too many deals", [wrong])
