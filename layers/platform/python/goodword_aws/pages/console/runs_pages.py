"""The payout pages of the console: finance's month from the cut-off to the comparison."""

from typing import Annotated, Literal

from goodword.errors import Conflict
from goodword.payouts.confirming import FAIL_CODES, find_payout
from goodword.payouts.deciding import Deciding
from goodword.payouts.freezing import read_run
from goodword.payouts.statement import statement_csv
from goodword.programs.payment import CheckName
from pydantic import Field, StringConstraints

from goodword_aws.forms import ProgramId
from goodword_aws.pages.console import FINANCE, MONEY, runs
from goodword_aws.pages.console.report import report_rows
from goodword_aws.pages.console.typed import Code, Typed, minor_of
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Sheet, View
from goodword_aws.payouts import (
    approving,
    bank_file,
    confirming,
    payout_clock,
    payout_machine,
    person,
    reconciling,
    write_bank_file,
)
from goodword_aws.payouts_answers import payout_answer
from goodword_aws.payouts_forms import Reference, RunHash
from goodword_aws.payouts_reports import compare

RUN = "/console/runs/<run_id>"
CONFIRM_CALLS = 5  # calls of 100 payments each that one form makes before it asks to go on
SHEET = "text/csv; charset=utf-8"


class Start(Form):
    """Whose last closed period is to be paid."""

    program_id: ProgramId


class Request(Form):
    """The hash of the list that was looked at."""

    run_hash: RunHash


class Release(Form):
    """The same, and the total as the second person typed it."""

    run_hash: RunHash
    total: Typed


class Decide(Form):
    """What is to become of a finding, and why."""

    check: CheckName
    subject: Annotated[str, StringConstraints(max_length=64)]
    verdict: Literal["clear", "hold"]
    reason_code: Code


class Cancel(Form):
    """Why."""

    reason_code: Code


class ConfirmAll(Form):
    """Everything sent was paid, under one reference."""

    reference: Reference
    go_on: Annotated[str, Field(max_length=1_000)] = ""


class Report(Form):
    """The bank's whole report, as lines of text."""

    report: Annotated[str, Field(max_length=60_000)]


class ConfirmOne(Form):
    """What became of one payment."""

    outcome: Literal["paid", "failed", "returned"]
    reference: Reference | None = None
    reason_code: Code | None = None


def add_runs(site: Site) -> None:
    """Register the payout pages."""
    page = site.page
    page("GET", "/console/runs", roles=MONEY)(_list)
    page("POST", "/console/runs", roles=FINANCE, again=_list)(_start)
    page("GET", RUN, roles=MONEY)(_run)
    page("GET", f"{RUN}/payments", roles=MONEY)(_payments)
    page("GET", f"{RUN}/payments/csv", roles=MONEY)(_payments_file)
    page("GET", f"{RUN}/left-out", roles=MONEY)(_left_out)
    page("GET", f"{RUN}/gone", roles=MONEY)(_gone)
    page("GET", f"{RUN}/reconciliation", roles=MONEY)(_reconciliation)
    page("POST", f"{RUN}/reconciliation", roles=FINANCE, again=_reconciliation)(_compare)
    page("POST", f"{RUN}/report", roles=FINANCE, again=_reconciliation)(_report)
    page("POST", f"{RUN}/request", roles=FINANCE, again=_run)(_request)
    page("POST", f"{RUN}/release", roles=FINANCE, again=_run)(_release)
    page("POST", f"{RUN}/cancel", roles=FINANCE, again=_run)(_cancel)
    page("POST", f"{RUN}/findings", roles=FINANCE, again=_run)(_decide)
    page("GET", f"{RUN}/bank/csv", roles=FINANCE)(_bank_file)
    page("POST", f"{RUN}/bank", roles=FINANCE, again=_run)(_write_bank_file)
    page("POST", f"{RUN}/confirm", roles=FINANCE, again=_run)(_confirm_all)
    page("GET", "/console/payouts/<payout_id>", roles=MONEY)(_payout)
    page("GET", "/console/payouts/<payout_id>/csv", roles=MONEY)(_statement_file)
    page("POST", "/console/payouts/<payout_id>/confirm", roles=FINANCE, again=_payout)(_confirm)


def _list(view: View) -> Answer:
    return Sheet("console/runs.html", runs.listed(view))


def _start(view: View) -> Answer:
    payout_clock(view.desk.actor).run_now(view.fields(Start).program_id)
    return Go("/console/runs", "note.run_started")


def _run(view: View) -> Answer:
    return Sheet("console/run.html", runs.shown(view))


def _payments(view: View) -> Answer:
    return Sheet("console/run_payments.html", runs.payments(view))


def _payments_file(view: View) -> Answer:
    run_id = view.path["run_id"]
    content = runs.payments_csv(view.desk.store, run_id).encode()
    return File(content, SHEET, f"{run_id}.csv")


def _bank_file(view: View) -> Answer:
    run_id, asked = view.path["run_id"], view.query.get("part", "1")
    part = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 3 else 0
    name = f"bank-{run_id}.csv" if part == 1 else f"bank-{run_id}-{part}.csv"
    return File(bank_file(run_id, part, view.desk.actor), SHEET, name)


def _write_bank_file(view: View) -> Answer:
    here = _here(view)
    write_bank_file(view.path["run_id"], view.desk, lambda _: view.claim(here))
    return Go(here, "note.bank_file")


def _left_out(view: View) -> Answer:
    return Sheet("console/run_left_out.html", runs.left_out(view))


def _gone(view: View) -> Answer:
    return Sheet("console/run_gone.html", runs.gone(view))


def _reconciliation(view: View) -> Answer:
    return Sheet("console/run_reconciliation.html", runs.reconciliation(view))


def _compare(view: View) -> Answer:
    run = read_run(view.desk.store, view.path["run_id"])
    compare(run, view.desk.clock.now_ms(), payout_machine())
    return Go(f"/console/runs/{run.run_id}/reconciliation", "note.comparing")


def _report(view: View) -> Answer:
    run = read_run(view.desk.store, view.path["run_id"])
    said = view.fields(Report)
    rows = report_rows(said.report, run.currency, view.reader.thousands)
    reconciling(view.desk.actor).report(run.run_id, rows)
    return Go(f"/console/runs/{run.run_id}/reconciliation", "note.compared")


def _request(view: View) -> Answer:
    run_hash, here = view.fields(Request).run_hash, _here(view)
    approving(view.desk.actor).request(
        view.path["run_id"], person(view.person), run_hash, lambda _: view.claim(here)
    )
    return Go(here, "note.run_requested")


def _release(view: View) -> Answer:
    said, here = view.fields(Release), _here(view)
    currency = read_run(view.desk.store, view.path["run_id"]).currency
    after = approving(view.desk.actor).release(
        view.path["run_id"],
        person(view.person),
        said.run_hash,
        minor_of(said.total, currency, "total", view.reader.thousands),
        lambda _: view.claim(here),
    )
    return Go(here, "note.run_released" if after.state == "released" else "note.run_checked")


def _cancel(view: View) -> Answer:
    code, here = view.fields(Cancel).reason_code, _here(view)
    approving(view.desk.actor).cancel(view.path["run_id"], code, lambda _: view.claim(here))
    return Go(here, "note.run_cancelled")


def _decide(view: View) -> Answer:
    said, here = view.fields(Decide), _here(view)
    Deciding(view.desk).decide(
        view.path["run_id"],
        said.check,
        said.subject,
        said.verdict,
        said.reason_code,
        person(view.person),
        lambda _: view.claim(here),
    )
    return Go(here, "note.decided")


def _confirm_all(view: View) -> Answer:
    """A part of a long run at a time; what is confirmed already stays as it is."""
    said, words = view.fields(ConfirmAll), confirming(view.desk.actor)
    cursor: str | None = said.go_on or None
    for _ in range(CONFIRM_CALLS):
        done = words.all(view.path["run_id"], person(view.person), said.reference, cursor)
        if (cursor := done.next_cursor) is None:
            return Go(_here(view), "note.confirmed")
    return Go(f"{_here(view)}?go_on={cursor}", "note.confirmed_partly")


def _payout(view: View) -> Answer:
    store = view.desk.store
    found = payout_answer(store, find_payout(store, view.path["payout_id"]))
    may = "finance" in view.person.groups
    return Sheet("console/payout.html", {"payout": found, "may_act": may, "fail_codes": FAIL_CODES})


def _statement_file(view: View) -> Answer:
    store = view.desk.store
    found = payout_answer(store, find_payout(store, view.path["payout_id"])).statement
    return File(statement_csv(found).encode(), SHEET, f"{found.payout_id}.csv")


def _confirm(view: View) -> Answer:
    said, payout_id = view.fields(ConfirmOne), view.path["payout_id"]
    payout = find_payout(view.desk.store, payout_id)
    if payout.state not in ("sent", "unknown", "paid"):
        raise Conflict("payout_not_open", f"the payout is {payout.state}")
    confirming(view.desk.actor).one(
        payout_id,
        person(view.person),
        said.outcome,
        run_id=payout.run_id,
        reference=said.reference or "",
        code=said.reason_code or "",
    )
    return Go(f"/console/payouts/{payout_id}", "note.confirmed")


def _here(view: View) -> str:
    return f"/console/runs/{view.path['run_id']}"
