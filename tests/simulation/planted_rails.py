"""Mistakes by what a rail is like: told again, empty, slow, or without small change."""

from collections.abc import Iterable
from typing import Any

from goodword.payouts import freezing, listing, sending

from tests.simulation.planting import Mistake, Swap, swap


def first_page_only() -> Iterable[Swap]:
    real = listing.Listing._tally
    yield listing.Listing, "_tally", lambda self, run: real(self, run).but(cursor="")


def numbered_anew(run_id: str, lines: Any, _first: int) -> Any:
    return REAL(run_id, lines, 0)


REAL = listing._chunks_of

RAILS = (
    Mistake("what must be told again is given up", swap(sending, "RAILS_TOLD_AGAIN", frozenset())),
    Mistake("a repeat does not say that it is one", swap(sending, "replace", lambda one, **_: one)),
    Mistake("no money now is no money before", swap(sending, "repeated", lambda said, *_: said)),
    Mistake("what is on its way is given up at once", swap(sending, "QUIET_HOURS", 0)),
    Mistake("the window has no margin", swap(sending, "RESEND_MARGIN_HOURS", -1)),
    Mistake("cents are frozen that cannot be paid", swap(freezing, "step_of", lambda *_: 1)),
    Mistake("each page has a first chunk", swap(listing, "_chunks_of", numbered_anew)),
    Mistake("those left out are counted by one page", first_page_only),
)
