"""Mistakes by what a rail is like: told again, empty, slow, or without small change."""

from goodword.payouts import freezing, sending

from tests.simulation.planting import Mistake, swap

RAILS = (
    Mistake("what must be told again is given up", swap(sending, "RAILS_TOLD_AGAIN", frozenset())),
    Mistake("a repeat does not say that it is one", swap(sending, "replace", lambda one, **_: one)),
    Mistake("no money now is no money before", swap(sending, "repeated", lambda said, *_: said)),
    Mistake("what is on its way is given up at once", swap(sending, "QUIET_HOURS", 0)),
    Mistake("cents are frozen that cannot be paid", swap(freezing, "step_of", lambda *_: 1)),
)
