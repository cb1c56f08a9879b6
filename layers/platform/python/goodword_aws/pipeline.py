"""Deals for staff: what the CRM says of each, to whom it is owed, and what all come to."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from goodword.errors import FieldError, InvalidInput, NotFound
from goodword.journeys.copied import CrmCopy, deal_copy_key
from goodword.journeys.crediting import Credit, Credited, Influence, Owed
from goodword.journeys.kpis_crowds import Untold, untold, whole_months
from goodword.journeys.measuring import parts_of
from goodword.journeys.opportunity import DealState
from goodword.journeys.pipeline import (
    Deals,
    Line,
    Period,
    Pipeline,
    advocates_of,
    pipeline,
)
from goodword.journeys.prompting import Prompt, prompts_of
from goodword.limits import PERIOD_DAYS_MAX
from goodword.ports import Store
from goodword.records import Value
from goodword.times import DAY_MS, as_datetime, rfc3339

MODEL = (
    "sourced: an advocate had recommended one of the deal's contacts before the deal was opened, "
    "or within a day after. influenced: later, but before it was closed; or a reference call for "
    "the deal was held that was booked before it was closed, at most 180 days before. neither: all "
    "others. A deal counts once of each kind, for the earliest recommendation (or the one whose id "
    "is written on it) or call; one that is sourced may be influenced too, and all has every deal "
    "once. The ask of a recommendation is the advocate's newest ask to refer of the 90 days before "
    "it; that of a call is the one whose yes it rests on."
)
DAYS_DEFAULT = 90
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class CreditAnswer(Value):
    """To whom a deal is owed."""

    owed: Owed
    conversion_id: str
    advocate_id: str
    referred_at: str


class InfluenceAnswer(Value):
    """The reference call that influenced a deal; what is not known of it is null."""

    call_id: str
    booked_at: str
    advocate_id: str | None
    journey_id: str | None
    ask_id: str | None


class CrmWriteAnswer(Value):
    """What was written to the CRM's record of a deal: when last, and why not since."""

    written_at: str | None
    problem: str
    next_at: str | None


class OpportunityAnswer(Value):
    """A deal. `crm_deal_id` is the CRM's own id of it.

    `credit` is the recommendation that it is owed to, `reference_call` what influenced it besides.
    `crm` is what was written there; only where one deal is read, and null if nothing had to be.
    """

    id: str
    program_id: str
    source_id: str
    crm_deal_id: str
    state: DealState
    stage: str
    amount: int | None
    currency: str
    renewal: bool
    opened_at: str
    closed_at: str | None
    contacts: tuple[str, ...]
    account: str | None
    credit: CreditAnswer | None
    reference_call: InfluenceAnswer | None
    crm: CrmWriteAnswer | None = None


class PipelineAnswer(Value):
    """What deals come to. Amounts are minor units; each line is of one currency.

    `left_out`: some line is of too few people for whoever asked.
    """

    program_id: str
    from_day: str
    to_day: str
    model: str
    totals: tuple[Line, ...]
    advocates: tuple[Line, ...]
    journeys: tuple[Line, ...]
    asks: tuple[Line, ...]
    left_out: bool = False


def opportunity_answer(one: Credited) -> OpportunityAnswer:
    """As staff see it."""
    deal, credit = one.deal, one.credit
    return OpportunityAnswer(
        id=deal.opportunity_id,
        program_id=deal.program_id,
        source_id=deal.source_id,
        crm_deal_id=deal.deal_id,
        state=deal.state,
        stage=deal.stage,
        amount=deal.amount_minor,
        currency=deal.currency,
        renewal=deal.renewal,
        opened_at=rfc3339(deal.opened_ms),
        closed_at=None if deal.closed_ms is None else rfc3339(deal.closed_ms),
        contacts=deal.contacts,
        account=deal.account,
        credit=None if credit is None else credit_answer(credit),
        reference_call=None if one.call is None else influence_answer(one.call),
    )


def credit_answer(credit: Credit) -> CreditAnswer:
    """As staff see it."""
    return CreditAnswer(
        owed=credit.owed,
        conversion_id=credit.conversion_id,
        advocate_id=credit.advocate_id,
        referred_at=rfc3339(credit.referred_ms),
    )


def influence_answer(call: Influence) -> InfluenceAnswer:
    """As staff see it."""
    return InfluenceAnswer(
        call_id=call.call_id,
        booked_at=rfc3339(call.booked_ms),
        advocate_id=call.advocate_id or None,
        journey_id=call.journey_id or None,
        ask_id=call.ask_id or None,
    )


def read_opportunity(deals: Deals, opportunity_id: str) -> OpportunityAnswer:
    """One deal. Raises NotFound `unknown_opportunity`."""
    found = deals.read(opportunity_id)
    if found is None:
        raise NotFound("unknown_opportunity", "there is no such deal")
    deal = found.deal
    key = deal_copy_key(deal.opportunity_id, deal.source_id, deal.deal_id)
    copy = deals.store.get(CrmCopy, key)
    answer = opportunity_answer(found)
    return answer if copy is None else answer.but(crm=crm_answer(copy))


def crm_answer(copy: CrmCopy) -> CrmWriteAnswer:
    """As staff see it."""
    return CrmWriteAnswer(
        written_at=None if copy.written_ms is None else rfc3339(copy.written_ms),
        problem=copy.problem,
        next_at=None if copy.next_ms is None else rfc3339(copy.next_ms),
    )


def pipeline_answer(
    deals: Deals, query: Mapping[str, str], now_ms: int, *, by_person: bool
) -> PipelineAnswer:
    """The sums of a programme's deals in a period; by advocate and ask for who sees people.

    Whoever sees no single people (not `by_person`) has whole months that are over, and no line of
    fewer than PEOPLE_LEAST people (`kpis_crowds.untold`).
    """
    program_id, asked = query.get("program_id", ""), period_of(query, now_ms)
    period = asked if by_person else whole_months(asked, now_ms)
    credited, prompts = _deals_of(deals, program_id, period)
    found = pipeline(credited, period, prompts)
    answer = PipelineAnswer(
        program_id=program_id,
        from_day=day_text(period.from_ms),
        to_day=day_text(period.to_ms),
        model=MODEL,
        totals=found.totals,
        advocates=found.advocates,
        journeys=found.journeys,
        asks=found.asks,
    )
    return answer if by_person else _of_crowds(answer, untold(credited, parts_of(period), prompts))


def _of_crowds(answer: PipelineAnswer, few: Untold) -> PipelineAnswer:
    return answer.but(
        totals=tuple(one for one in answer.totals if (one.share, one.currency) not in few.totals),
        advocates=(),
        journeys=tuple(
            one for one in answer.journeys if (one.share, one.currency) not in few.journeys
        ),
        asks=(),
        left_out=bool(few.journeys),
    )


def summed(store: Store, program_id: str, credited: Sequence[Credited], period: Period) -> Pipeline:
    """The sums of a programme's deals in a period, of those that moved since it began or longer."""
    prompts = prompts_of(store, program_id, advocates_of(credited, period))
    return pipeline(credited, period, prompts)


def _deals_of(
    deals: Deals, program_id: str, period: Period
) -> tuple[Sequence[Credited], Mapping[str, Sequence[Prompt]]]:
    credited = deals.since(program_id, period.from_ms)
    return credited, prompts_of(deals.store, program_id, advocates_of(credited, period))


def period_of(query: Mapping[str, str], now_ms: int) -> Period:
    """`from` and `to` (UTC days, the last not in it); the last 90 days with today, unless said.

    Raises InvalidInput `invalid_query` with the field that is wrong.
    """
    tomorrow = as_datetime(now_ms).date() + timedelta(days=1)
    to = _day("to", query.get("to") or tomorrow.isoformat())
    first = _day("from", query.get("from") or (to - timedelta(days=DAYS_DEFAULT)).isoformat())
    if not timedelta(0) < to - first <= timedelta(days=PERIOD_DAYS_MAX):
        message = f"must be after from, at most {PERIOD_DAYS_MAX} days"
        raise _wrong("to", message, "bad_span_to", ("days", str(PERIOD_DAYS_MAX)))
    return Period(_ms(first), _ms(to))


def day_text(at_ms: int) -> str:
    """The UTC day of an instant."""
    return as_datetime(at_ms).date().isoformat()


def _day(field: str, text: str) -> date:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise _wrong(field, "must be a day like 2026-11-22", "no_day")
    return found


def _ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_MS


def _wrong(field: str, message: str, kind: str, *bounds: tuple[str, str]) -> InvalidInput:
    asked = [FieldError(field, message, kind, bounds)]
    return InvalidInput("invalid_query", "the query cannot be accepted; see errors", asked)
