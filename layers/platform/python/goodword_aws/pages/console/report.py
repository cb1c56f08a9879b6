"""A bank's report as a person pastes it: one payment a line, `pay_…; 24.00; paid; 0.20`.

Separators are semicolons or tabs, so that an amount may have a comma. Each wrong line is named.
"""

import re

from goodword.errors import FieldError, InvalidInput
from goodword.limits import REPORT_ROWS_MAX
from goodword.payouts.reconciling import ReportRow

from goodword_aws.pages.console.typed import minor_of

STATES = ("paid", "failed", "returned")
ROW_WRONG = {
    "report_cells": "is a payout number and an amount, separated by a semicolon",
    "report_state": f"ends as {', '.join(STATES)}",
    "report_amount": "has an amount that cannot be read",
}
WRONG_SHOWN = 10  # lines that are named; a person mends the first ones and tries again
CELLS_MAX = 4
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def report_rows(text: str, currency: str, thousands: str) -> tuple[ReportRow, ...]:
    """The rows. Raises InvalidInput `bad_report` with the numbers of the lines."""
    rows: list[ReportRow] = []
    wrong: list[FieldError] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[;\t]", line.strip())]
        if cells == [""]:
            continue
        row = _row(cells, currency, thousands)
        if isinstance(row, str):
            bounds = (("known", ", ".join(STATES)),)
            wrong.append(FieldError(f"report.{number}", ROW_WRONG[row], row, bounds))
        else:
            rows.append(row)
    if not wrong and not 1 <= len(rows) <= REPORT_ROWS_MAX:
        bounds = (("most", str(REPORT_ROWS_MAX)),)
        wrong = [FieldError("report", f"has 1 to {REPORT_ROWS_MAX} rows", "rows_between", bounds)]
    if wrong:
        raise InvalidInput("bad_report", "a row of the report cannot be read", wrong[:WRONG_SHOWN])
    return tuple(rows)


def _row(cells: list[str], currency: str, thousands: str) -> ReportRow | str:
    """The row of a line, or the kind of what is wrong with it."""
    if not 2 <= len(cells) <= CELLS_MAX or not _ID.fullmatch(cells[0]):
        return "report_cells"
    state = (cells[2] or STATES[0]) if len(cells) > 2 else STATES[0]
    if state not in STATES:
        return "report_state"
    try:
        amount, fee = (
            minor_of(cell, currency, "amount", thousands)
            for cell in (cells[1], cells[3] if len(cells) > 3 else "0")
        )
        return ReportRow.model_validate(
            {"payout_id": cells[0], "status": state, "amount_minor": amount, "fee_minor": fee}
        )
    except (InvalidInput, ValueError):
        return "report_amount"
