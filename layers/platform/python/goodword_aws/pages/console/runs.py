"""A payout run as finance sees it: who is in, who is not and why, two people, sending, comparing.

What a page offers is what the person in front of it may do; why somebody may not is said in words.
The use cases check all of it again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from goodword.errors import Conflict, NotFound
from goodword.limits import (
    BANK_FILE_DAYS,
    BANK_FILE_ROWS,
    PAGE_ITEMS_MAX,
    READ_KEYS_MAX,
    RUN_CHUNK_PAYOUTS,
)
from goodword.money import decimal_text
from goodword.payouts.approving import CANCEL_CODES, pays
from goodword.payouts.confirming import has_file
from goodword.payouts.filing import is_being_written, kept_until_ms, waits_for_bank
from goodword.payouts.findings import CLEAR_CODES, HOLD_CODES
from goodword.payouts.freezing import read_run
from goodword.payouts.model import (
    RAILS_BY_HAND,
    Payout,
    PayoutRun,
    RunChunk,
    chunk_key,
    payout_key,
    standing,
)
from goodword.payouts.recomparing import reconcilable
from goodword.payouts.sheet import number, sheet, text
from goodword.ports import Page, Store
from goodword.programs.service import Programs

from goodword_aws import payouts_answers as answers
from goodword_aws import payouts_reports as reports
from goodword_aws.pages.view import View
from goodword_aws.payouts import person
from goodword_aws.payouts_answers import LineAnswer, RunAnswer, run_detail, run_page
from goodword_aws.payouts_findings import finding_page
from goodword_aws.settings import settings

COUNTED_MAX = 500  # payments whose progress one page reads; a longer run is estimated from them
FILE_ROWS_MAX = 10_000  # rows of one file; what fits an answer of a function
ENDED = frozenset({"paid", "failed", "returned", "cancelled"})

Bar = Literal["", "same_person", "payee", "checked", "findings"]


def listed(view: View) -> dict[str, Any]:
    """All runs, newest cut-off first, and the programmes whose period can be started by hand."""
    page = run_page(view.desk.store, view.page.limit, view.page.starting_after)
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    return {
        "runs": page.rows,
        "cursor": page.cursor,
        "programs": programs,
        "names": {one.program_id: one.name for one in programs},
        "live": any(moves(one) for one in page.rows),
        "may_start": "finance" in view.person.groups,
    }


def shown(view: View) -> dict[str, Any]:
    """One run: totals, difference, findings, what this person may do next, and progress."""
    store, run_id = view.desk.store, view.path["run_id"]
    run = read_run(store, run_id)
    detail = run_detail(store, run_id)
    return {
        "run": detail.run,
        "difference": detail.difference,
        "findings": finding_page(store, run_id, PAGE_ITEMS_MAX, None).rows,
        "may_act": "finance" in view.person.groups,
        "me": view.person.subject,
        "step": step_of(run, barred(view, run)),
        "execution": execution(run_id),
        "bank": bank(run, view.desk.clock.now_ms()),
        "go_on": view.query.get("go_on", "")[:1_000],
        "cancel_codes": CANCEL_CODES,
        "clear_codes": CLEAR_CODES,
        "hold_codes": HOLD_CODES,
        "progress": progress(store, run) if run.state in ("released", "sending") else None,
        "live": moves(detail.run),
        "compared": compared(store, run_id),
        "comparable": reconcilable(run),
        "program": Programs(view.desk).read(run.program_id)[0],
    }


def bank(run: PayoutRun, now_ms: int) -> dict[str, Any]:
    """The bank's file of a run by hand: who saved it last, how long it is kept, and its parts."""
    until_ms = kept_until_ms(run)
    return {
        "file": has_file(run),
        "waits": waits_for_bank(run),
        "by": run.file_by,
        "at": run.file_ms,
        "days": BANK_FILE_DAYS,
        "until": until_ms,
        "gone": now_ms >= until_ms,
        "parts": max(run.file_parts, 1),
        "rows": BANK_FILE_ROWS,
        "writing": is_being_written(run, now_ms),
    }


def barred(view: View, run: PayoutRun) -> Bar:
    """Why this person may not do what the run waits for; empty if they may."""
    if "finance" not in view.person.groups:
        return ""
    who = person(view.person)
    if pays(view.desk.store, run, who):
        return "payee"
    if run.state == "requested" and who.is_one_of((run.requested_by, run.requested_mark)):
        return "same_person"
    if run.state == "requested" and who.is_one_of((run.checked_by, run.checked_mark)):
        return "checked"
    return "findings" if run.open_findings else ""


def step_of(run: PayoutRun, bar: Bar) -> str:
    """What the run waits for, as the person in front of it sees it: a key of `runs.step`."""
    if run.state == "draft" and run.listing != "hashed":
        return "listing"
    if run.state in ("draft", "requested"):
        waits = "request" if run.state == "draft" else "release"
        return bar or ("release_second" if run.checked_by else waits)
    if run.state == "settled" and run.count == 0:
        return "nothing_due"
    if waits_for_bank(run):
        return "bank_saved" if run.file_ms else "bank"
    return "sending" if run.state == "released" else run.state


def moves(run: RunAnswer) -> bool:
    """Whether the run goes on by itself now."""
    listing = run.state == "draft" and run.listing != "hashed"
    return listing or run.state in ("released", "sending")


def execution(run_id: str) -> dict[str, str]:
    """The execution of the run in Step Functions: its ARN, and on AWS where to look at it."""
    arn = f"{settings().payout_cycle_arn.replace(':stateMachine:', ':execution:')}:{run_id}"
    region = (arn.split(":") + [""] * 4)[3]
    if settings().endpoint_url or not region:
        return {"arn": arn, "url": ""}
    host = f"https://{region}.console.aws.amazon.com/states/home"
    return {"arn": arn, "url": f"{host}?region={region}#/v2/executions/details/{arn}"}


def progress(store: Store, run: PayoutRun) -> dict[str, Any]:
    """How many payments stand where; percent of those that ended, 100 only when all have.

    A run of more than COUNTED_MAX is estimated from payments that are spread over its whole list:
    it is sent from one end to the other, so its first ones say nothing about the rest.
    """
    seen: dict[str, int] = {}
    for payout in _spread(store, run):
        state = standing(payout, run.state)
        seen[state] = seen.get(state, 0) + 1
    looked = sum(seen.values())
    partly = run.count > looked
    counts = {state: -(-count * run.count // looked) for state, count in seen.items()}
    known = sum(count for state, count in seen.items() if state in ENDED)
    percent = known * 100 // looked if looked else 0
    return {
        "counts": counts,
        "total": run.count,
        "ended": known * run.count // looked if looked else 0,
        "percent": min(percent, 99) if partly else percent,
        "looked": looked,
        "partly": partly,
        "said": "runs.progress.about" if partly else "runs.progress.said",
    }


def _spread(store: Store, run: PayoutRun) -> Iterator[Payout]:
    """The payments of at most so many chunks, evenly from the first to the last."""
    most = COUNTED_MAX // RUN_CHUNK_PAYOUTS
    apart = max(run.chunks - 1, 0) / max(most - 1, 1)
    numbers = range(run.chunks) if run.chunks <= most else [round(i * apart) for i in range(most)]
    keys = [chunk_key(run.run_id, number) for number in numbers]
    chunks = store.get_many(RunChunk, keys) if keys else {}
    rows = [row for key in keys if key in chunks for row in chunks[key].rows]
    for start in range(0, len(rows), READ_KEYS_MAX):
        some = rows[start : start + READ_KEYS_MAX]
        wanted = [payout_key(row.advocate_id, row.payout_id) for row in some]
        yield from store.get_many(Payout, wanted).values()


def payments(view: View) -> dict[str, Any]:
    """The payments of a run in the order of its hash."""
    return _part(view, answers.line_page)


def left_out(view: View) -> dict[str, Any]:
    """Who was left out, and why."""
    return _part(view, answers.exclusion_page)


def gone(view: View) -> dict[str, Any]:
    """Whom the run before paid and this one does not."""
    return _part(view, reports.gone_page)


def reconciliation(view: View) -> dict[str, Any]:
    """The comparison with the rail, and each difference."""
    run_id = view.path["run_id"]
    run = read_run(view.desk.store, run_id)
    return {
        **_part(view, reports.difference_page),
        "compared": compared(view.desk.store, run_id),
        "repeats": reports.repeats_of(view.desk.store, run_id),
        "comparable": reconcilable(run),
        "by_hand": run.rail in RAILS_BY_HAND,
        "may_act": "finance" in view.person.groups,
    }


def compared(store: Store, run_id: str) -> reports.ReconciliationAnswer | None:
    """The last comparison, if there was one."""
    try:
        return reports.reconciliation_of(store, run_id)
    except NotFound as never:
        if never.code != "never_reconciled":
            raise
        return None


def payments_csv(store: Store, run_id: str) -> str:
    """All payments of a run as a sheet. Conflict `run_too_long` if they do not fit one file."""
    run = read_run(store, run_id)
    if run.count > FILE_ROWS_MAX:
        raise Conflict("run_too_long", f"a file has at most {FILE_ROWS_MAX} payments")
    rows = [["payout_id", "advocate_id", "amount", "currency", "state", "reason", "reference"]]
    for line in _lines(store, run_id, FILE_ROWS_MAX):
        value = decimal_text(line.amount.amount_minor, line.amount.currency)
        said = (line.amount.currency, line.state, line.reason, line.reference)
        ids = [text(line.payout_id), text(line.advocate_id)]
        rows.append([*ids, number(value), *(text(one) for one in said)])
    return sheet(rows)


def _part(view: View, read: Callable[[Store, str, int, str | None], Page[Any]]) -> dict[str, Any]:
    store, run_id = view.desk.store, view.path["run_id"]
    page = read(store, run_id, view.page.limit, view.page.starting_after)
    return {"rows": page.rows, "cursor": page.cursor, "run": run_detail(store, run_id).run}


def _lines(store: Store, run_id: str, most: int) -> Iterator[LineAnswer]:
    """The payments of a run, at most so many, page by page."""
    cursor: str | None = None
    for _ in range(-(-most // PAGE_ITEMS_MAX)):
        page: Page[LineAnswer] = answers.line_page(store, run_id, PAGE_ITEMS_MAX, cursor)
        rows: Sequence[LineAnswer] = page.rows
        yield from rows
        if (cursor := page.cursor) is None:
            return
