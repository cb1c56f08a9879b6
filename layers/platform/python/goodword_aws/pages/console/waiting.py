"""Everybody whose money waits: why, since when, and what would let it go."""

from collections.abc import Sequence
from typing import Any

from goodword.errors import InvalidInput
from goodword.programs.model import Program

from goodword_aws.pages.console import MONEY
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Sheet, View
from goodword_aws.payouts_waiting import waiting, waiting_csv

HERE = "/console/waiting"


def add_waiting(site: Site) -> None:
    """Register the page and its file."""
    site.page("GET", HERE, roles=MONEY)(_waiting)
    site.page("GET", f"{HERE}/csv", roles=MONEY)(_file)


def _waiting(view: View) -> Answer:
    programs, chosen, currency = _asked(view)
    rows, cursor, wrong = [], None, ""
    if chosen is not None:
        page = view.page
        try:
            found = waiting(view.desk, chosen.program_id, currency, page.limit, page.starting_after)
            rows, cursor = list(found.rows), found.cursor
        except InvalidInput as bad:
            if bad.code != "unknown_currency":
                raise
            wrong = view.text("waiting.unknown_currency")
    data: dict[str, Any] = {
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "currencies": (chosen.currency, *chosen.currencies) if chosen else (),
        "currency": currency or (chosen.currency if chosen else ""),
        "rows": rows,
        "cursor": cursor,
        "wrong": wrong,
    }
    return Sheet("console/waiting.html", data)


def _file(view: View) -> Answer:
    _, chosen, currency = _asked(view)
    if chosen is None:
        raise InvalidInput("invalid_query", "there is no programme yet")
    content = waiting_csv(view.desk, chosen.program_id, currency).encode()
    return File(content, "text/csv; charset=utf-8", f"waiting_{chosen.program_id}.csv")


def _asked(view: View) -> tuple[Sequence[Program], Program | None, str]:
    """The programmes, the one that was asked for or else the first, and the currency asked for."""
    return (*choice_of(view), view.query.get("currency", ""))
