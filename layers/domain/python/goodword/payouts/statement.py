"""A statement says what a payment is made of, to the cent: the same for the payee and for finance.

It is made from the frozen payout alone, so it never changes after the fact; only the state, the
reference, the date of the last move and a part that came back follow the payment. It names the
payee by id only.
"""

from html import escape
from typing import Literal

from goodword.money import Money, decimal_text
from goodword.payouts.model import Payout, RunState, Standing, standing
from goodword.payouts.sheet import number, sheet, text
from goodword.records import Value
from goodword.times import rfc3339

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1em}dd{margin:0}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3em;text-align:left;"
    "border-bottom:1px solid #999}.n{text-align:right}"
)


class StatementLine(Value):
    """A reward, what was netted for reversals after earlier payments, or what came back since."""

    kind: Literal["reward", "carried_over", "came_back"]
    reward_id: str | None
    amount: Money


class Statement(Value):
    """One payment with its parts; the parts add up to the total."""

    payout_id: str
    run_id: str
    advocate_id: str
    program_id: str
    state: Standing
    reason: str
    rail: str
    reference: str
    cut_off_at: str
    changed_at: str
    lines: tuple[StatementLine, ...]
    total: Money


def statement_of(payout: Payout, run_state: RunState) -> Statement:
    """The statement of a payout; `run_state` says how far a draft has come."""

    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=payout.currency)

    lines = [
        StatementLine(kind="reward", reward_id=each.reward_id, amount=money(each.amount_minor))
        for each in payout.rewards
    ]
    if payout.carry_minor:
        carried = money(payout.carry_minor)
        lines.append(StatementLine(kind="carried_over", reward_id=None, amount=carried))
    if payout.returned_minor:
        back = money(-payout.returned_minor)
        lines.append(StatementLine(kind="came_back", reward_id=None, amount=back))
    return Statement(
        payout_id=payout.payout_id,
        run_id=payout.run_id,
        advocate_id=payout.advocate_id,
        program_id=payout.program_id,
        state=standing(payout, run_state),
        reason=payout.reason,
        rail=payout.rail,
        reference=payout.reference,
        cut_off_at=rfc3339(payout.cutoff_ms),
        changed_at=rfc3339(payout.changed_ms),
        lines=tuple(lines),
        total=money(payout.amount_minor - payout.returned_minor),
    )


def statement_csv(statement: Statement) -> str:
    """The statement as a spreadsheet: one row per part, the total last."""

    def cells(kind: str, identifier: str, amount: Money) -> list[str]:
        value = number(decimal_text(amount.amount_minor, amount.currency))
        return [text(kind), text(identifier), value, text(amount.currency)]

    rows = [["kind", "id", "amount", "currency"]]
    rows += [cells(line.kind, line.reward_id or "", line.amount) for line in statement.lines]
    rows.append(cells("total", statement.payout_id, statement.total))
    return sheet(rows)


def statement_html(statement: Statement) -> str:
    """The statement as a page of its own, to print or to keep; every value is escaped."""
    rows = "".join(
        f"<tr><td>{_cell(line.kind)}</td><td>{_cell(line.reward_id or '')}</td>"
        f"<td class=n>{_cell(str(line.amount))}</td></tr>"
        for line in statement.lines
    )
    facts = "".join(
        f"<dt>{_cell(name)}</dt><dd>{_cell(value)}</dd>"
        for name, value in (
            ("Payout", statement.payout_id),
            ("Run", statement.run_id),
            ("Programme", statement.program_id),
            ("Payee", statement.advocate_id),
            ("State", f"{statement.state} {statement.reason}".strip()),
            ("Rail", statement.rail),
            ("Reference", statement.reference or "-"),
            ("Cut-off", statement.cut_off_at),
            ("Last change", statement.changed_at),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Statement {_cell(statement.payout_id)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>Statement</h1><dl>{facts}</dl><table><thead><tr><th scope=col>Part</th>"
        f"<th scope=col>Id</th><th scope=col class=n>Amount</th></tr></thead><tbody>{rows}"
        f"</tbody><tfoot><tr><th scope=row colspan=2>Total</th><td class=n>"
        f"{_cell(str(statement.total))}</td></tr></tfoot></table></body></html>"
    )


def _cell(text: str) -> str:
    return escape(text, quote=True)
