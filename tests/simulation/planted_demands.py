"""Mistakes with what others may change between a look and the commit that follows from it."""

from collections.abc import Callable, Iterable
from typing import Any

from goodword.conversions import deciding
from goodword.payouts import approving, auditing, freezing, standing
from goodword.ports import Change, Guard
from goodword.privacy import erasing
from goodword.rewards import handing, pool_books
from goodword_aws import transaction

from tests.simulation.planting import Mistake, Swap, nothing, swap


def _anyhow(module: Any) -> Callable[[], Iterable[Swap]]:
    """What a module requires must only be there, however it is by now."""
    return swap(module, "Guard", lambda *_, **__: Guard())


DEMANDS = (
    Mistake("what is required must only be there", swap(transaction._Condition, "guard", nothing)),
    Mistake("what must not be there may be", swap(Change, "require_absent", nothing)),
    Mistake("a hold that comes meanwhile is not seen", swap(standing.Standing, "stays", nothing)),
    Mistake("a ban that comes meanwhile is not seen", swap(deciding, "same_until", nothing)),
    Mistake(
        "a budget that is set meanwhile is not seen",
        swap(pool_books.PoolBooks, "_require_budget", nothing),
    ),
    Mistake("people come into a list that is closed", _anyhow(freezing)),
    Mistake("findings come into a run that is decided about", _anyhow(auditing)),
    Mistake("a run waits for an answer that was given", _anyhow(approving)),
    Mistake("an erasure looks once", _anyhow(erasing)),
    Mistake("a hand-out looks once", swap(handing._Standing, "stays", nothing)),
)
