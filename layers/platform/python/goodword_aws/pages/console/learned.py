"""What the checks held and what people said of it: the page by which checks are tuned."""

from datetime import timedelta
from typing import Any

from goodword.errors import InvalidInput
from goodword.times import as_datetime
from goodword.trust.model import month_of

from goodword_aws.pages.console import MONEY
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View
from goodword_aws.trust_learned import learned_answer

MONTHS = 13  # that can be chosen: rows are kept a little longer


def add_learned(site: Site) -> None:
    """Register the page."""
    site.page("GET", "/console/learned", roles=MONEY)(_learned)


def _learned(view: View) -> Answer:
    programs, chosen = choice_of(view)
    months, month = _months(view.desk.clock.now_ms()), view.query.get("month", "")
    found, wrong = None, ""
    if chosen is not None:
        try:
            found = learned_answer(view.desk, chosen.program_id, month)
        except InvalidInput:
            wrong = view.text("learned.wrong_month")
    data: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "months": months,
        "month": found.month if found else month,
        "found": found,
        "wrong": wrong,
    }
    return Sheet("console/learned.html", data)


def _months(now_ms: int) -> list[str]:
    """This month and those before it, newest first."""
    first, found = as_datetime(now_ms).replace(day=1), [month_of(now_ms)]
    while len(found) < MONTHS:
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(f"{first:%Y-%m}")
    return found
