"""Who waits for money, for finance: amounts, reasons, and what would let them go, by ids only."""

from goodword.errors import Conflict, InvalidInput
from goodword.limits import PAGE_ITEMS_MAX, WAITING_FILE_PAGES
from goodword.money import Money, decimal_text, known_currency
from goodword.payouts.choice import Waiting
from goodword.payouts.sheet import number, sheet, text
from goodword.payouts.waiting import Kept, LetsGo, Waits, waiting_page
from goodword.ports import Desk, Page
from goodword.records import Value

from goodword_aws import wiring
from goodword_aws.calls import Call
from goodword_aws.payouts_answers import time_of


class KeptAnswer(Value):
    """One thing that keeps money back, and what would end it.

    `since` is since when it does, or where nothing says that, since when there has been money;
    `until` when it ends by itself, if that is known.
    `cause_id` is the hold (`POST /v1/payout-holds/lift`) or the dispute, `code` its reason code.
    """

    reason: Waiting
    lets_go: LetsGo
    since: str | None
    until: str | None
    cause_id: str
    code: str


class WaitingAnswer(Value):
    """Somebody who waits. `kept` are all reasons, the one that a run would name first.

    `missing` is what has to be earned until a run would pay, null if nothing has; an amount below
    zero is owed. `since` is since when there has been something to pay, without a break.
    """

    advocate_id: str
    amount: Money
    since: str | None
    missing: Money | None
    kept: tuple[KeptAnswer, ...]


def who_waits(call: Call) -> Page[WaitingAnswer]:
    """The people of a programme whose money waits. InvalidInput `invalid_query` without one."""
    program_id = call.query.get("program_id")
    if not program_id:
        raise InvalidInput("invalid_query", "say of which programme: program_id=prg_...")
    currency, page = call.query.get("currency", ""), call.page
    return waiting(call.desk, program_id, currency, page.limit, page.starting_after)


def waiting(
    desk: Desk, program_id: str, currency: str, limit: int, cursor: str | None
) -> Page[WaitingAnswer]:
    """The next of them; a page may be short or empty. InvalidInput `unknown_currency`."""
    known = known_currency(currency) if currency else ""
    now_ms, macs = desk.clock.now_ms(), wiring.blind_index()
    page = waiting_page(desk.store, macs, program_id, known, now_ms, limit, cursor)
    return Page([_shown(one) for one in page.rows], page.cursor)


def waiting_csv(desk: Desk, program_id: str, currency: str) -> str:
    """All who wait as a sheet, a row for each reason. Conflict `list_too_long` for one file."""
    rows, cursor = [list(HEAD)], None
    for _ in range(WAITING_FILE_PAGES):
        page = waiting(desk, program_id, currency, PAGE_ITEMS_MAX, cursor)
        for one in page.rows:
            rows += _rows(one)
        if (cursor := page.cursor) is None:
            return sheet(rows)
    raise Conflict("list_too_long", "there is more to look at than fits one file; go page by page")


HEAD = (
    *("advocate_id", "amount", "currency", "waits_since", "missing"),
    *("reason", "since", "until", "lets_go", "cause_id", "code"),
)


def _rows(one: WaitingAnswer) -> list[list[str]]:
    amount, code = decimal_text(one.amount.amount_minor, one.amount.currency), one.amount.currency
    missing = decimal_text(one.missing.amount_minor, code) if one.missing else ""
    first = [text(one.advocate_id), number(amount), text(code), text(one.since or "")]
    return [
        [
            *first,
            number(missing) if missing else "",
            *(text(said or "") for said in (kept.reason, kept.since, kept.until)),
            *(text(said) for said in (kept.lets_go, kept.cause_id, kept.code)),
        ]
        for kept in one.kept
    ]


def _shown(one: Waits) -> WaitingAnswer:
    balance, currency = one.balance, one.balance.currency
    missing = Money(amount_minor=one.missing_minor, currency=currency)
    return WaitingAnswer(
        advocate_id=balance.advocate_id,
        amount=Money(amount_minor=balance.payable_minor, currency=currency),
        since=time_of(balance.payable_since_ms),
        missing=missing if one.missing_minor else None,
        kept=tuple(_kept(kept) for kept in one.kept),
    )


def _kept(kept: Kept) -> KeptAnswer:
    return KeptAnswer(
        reason=kept.reason,
        lets_go=kept.lets_go,
        since=time_of(kept.since_ms),
        until=time_of(kept.until_ms),
        cause_id=kept.cause_id,
        code=kept.code,
    )
