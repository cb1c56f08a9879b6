"""Mistakes with disputes that nobody answers, with appeals, and with what a ban is said to do."""

from typing import Any

from goodword.errors import Conflict
from goodword.rewards.model import Reward
from goodword.trust import banning
from goodword.trust.disputing import Disputes
from goodword.trust.resolving import Resolving

from tests.simulation.planting import Mistake, nothing, swap


def happened_since_ever(_: Any, rewards: list[Reward], program_id: str, *__: Any) -> list[Reward]:
    return [one for one in rewards if one.program_id == program_id]


def never_owed(*_: object) -> int:
    raise Conflict("cannot_grant", "nothing of it is left")


LETTERS = (
    Mistake("what was refused is never granted", swap(Resolving, "_left", never_owed)),
    Mistake("appeals have no end", swap(Disputes, "_check_ban", nothing)),
    Mistake("the clock forgets disputes", swap(Disputes, "_late", lambda *_: "")),
    Mistake(
        "a ban is said to take what it leaves",
        swap(banning.Bans, "_earned_since", happened_since_ever),
    ),
    Mistake("a ban stops no payouts while it is carried out", swap(banning.Bans, "_stop", nothing)),
)
