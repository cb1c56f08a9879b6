"""A programme's budget: what it may give in a period or in all, what is used, and what is left.

Whoever sees single people reads it, as what is used grows with each reward of one of them; finance
and admins set it, as on the API. An amount that was typed is shown in the reader's own signs once
it counts, so a misread one is seen at once.
"""

from collections.abc import Sequence
from typing import Annotated, get_args

from goodword.errors import FieldError, InvalidInput
from goodword.limits import AMOUNT_MINOR_MAX, BUDGET_LIMITS_MAX
from goodword.money import format_minor
from goodword.programs.caps import BudgetLimit, BudgetPeriod
from goodword.programs.model import Program
from goodword.programs.service import Programs
from goodword.rewards.budget import Budgets, LimitState, budget_digest
from pydantic import StringConstraints

from goodword_aws.budgets import budget_answer
from goodword_aws.calls import BY_PERSON
from goodword_aws.forms import Rationale
from goodword_aws.pages.console import MONEY
from goodword_aws.pages.console.typed import minor_of
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.programs import program_answer

BUDGET = "/console/rules/<program_id>/budget"
PERIODS: tuple[BudgetPeriod, ...] = get_args(BudgetPeriod)


class Why(Form):
    """The reason in words, kept for ever, and which budget was on the page."""

    reason: Rationale
    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def add_budgets(site: Site) -> None:
    """Register the page of a budget."""
    site.page("GET", BUDGET, roles=BY_PERSON)(_budget)
    site.page("POST", BUDGET, roles=MONEY, again=_budget)(_put)


def _budget(view: View) -> Answer:
    program, _ = Programs(view.desk).read(view.path["program_id"])
    state = budget_answer(Budgets(view.desk).read(program.program_id))
    data = {
        "program": program_answer(program),
        "limits": [(one, _share(one)) for one in state.limits],
        "periods": PERIODS,
        "currencies": _currencies(program),
        "seen": budget_digest(state.budget),
        "typed": _typed(state.budget, program, view.reader.thousands),
        "may_act": bool(view.person.groups & MONEY) and program.state != "closed",
    }
    return Sheet("console/budget.html", data)


def _put(view: View) -> Answer:
    """The whole budget anew, as the form has it; what is left empty limits nothing."""
    why, use_cases = view.fields(Why), Budgets(view.desk)
    program, _ = Programs(view.desk).read(view.path["program_id"])
    here = f"/console/rules/{program.program_id}/budget"
    limits = [one for period in PERIODS if (one := _limit(view, program, period))]
    if len(limits) > BUDGET_LIMITS_MAX:
        wrong = FieldError(_extra(view, limits), "is one limit too many", "too_many_limits")
        raise InvalidInput("bad_budget", "a budget has few limits", [wrong])
    use_cases.put(program.program_id, limits, why.reason, lambda _: view.claim(here), seen=why.seen)
    return Go(here, "note.budget_set")


def _extra(view: View, limits: Sequence[BudgetLimit]) -> str:
    """The form's field of the first limit beyond those that a budget may have."""
    period = limits[BUDGET_LIMITS_MAX].period
    return next(name for name in view.form if name.startswith(f"{period}_") and view.form[name])


def _limit(view: View, program: Program, period: BudgetPeriod) -> BudgetLimit | None:
    """What the form says of a period: of every currency, or of none (then None)."""
    said = {one: view.form.get(f"{period}_{one}", "").strip() for one in _currencies(program)}
    if not any(said.values()):
        return None
    sign = view.reader.thousands
    sizes = {one: _size(text, one, f"{period}_{one}", sign) for one, text in said.items()}
    own = sizes.pop(program.currency)
    return BudgetLimit(period=period, amount_minor=own, amount_in=sizes)


def _size(text: str, currency: str, field: str, thousands: str) -> int:
    if not text:
        wrong = FieldError(field, "is needed: a limit is said in every currency", "missing")
        raise InvalidInput("bad_budget", "a budget is said in every currency", [wrong])
    size = minor_of(text[:40], currency, field, thousands)
    if not 0 < size <= AMOUNT_MINOR_MAX:
        message = "must be more than nothing, and no more than is ever paid"
        wrong = FieldError(field, message, "bad_size")
        raise InvalidInput("bad_budget", "a budget is an amount", [wrong])
    return size


def _currencies(program: Program) -> tuple[str, ...]:
    """Its own first, then what some version has accepted."""
    return (program.currency, *program.currencies)


def _typed(budget: Sequence[BudgetLimit], program: Program, thousands: str) -> dict[str, str]:
    """The budget as the form's fields have it: what the reader sends back is what it is."""
    found = {}
    for one in budget:
        for currency, size in ({program.currency: one.amount_minor} | one.amount_in).items():
            plain = format_minor(size, currency).partition(" ")[0]
            found[f"{one.period}_{currency}"] = (
                plain.replace(".", ",") if thousands == "." else plain
            )
    return found


def _share(state: LimitState) -> int:
    """How much is used, in percent; what is owed above the limit is not drawn."""
    return min(100, state.used * 100 // state.limit) if state.limit else 100
