"""In some stories everything that is done in parts has the smallest parts that are allowed.

A chunk of a run is a payment or two, a page a person or two, a call does one of them: so runs of a
few people have as many chunks, pages and calls as those of many thousand. In some a payout holds a
reward or two, so that people get several, as whoever has earned two hundred times.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.limits import (
    PAGE_ITEMS_MAX,
    PAYOUT_PARTS_MAX,
    PAYOUT_REWARDS_MAX,
    RUN_CHUNK_PAYOUTS,
)
from goodword.payouts import (
    auditing,
    choice,
    confirming,
    cycle,
    ending,
    freezing,
    hearing,
    history,
    listing,
    reconciling,
    sending,
    sums,
)

if TYPE_CHECKING:
    from tests.simulation.story import Story

SMALL = 0.15  # of the stories
PARTS_OF = ((1, 1), (1, 1), (2, 2), (2, 4))  # rows of a chunk, and of a page of whole chunks
FEW = 0.12  # of the stories
FEW_OF = ((1, 5), (1, 5), (1, 2), (2, 3), (2, 5))  # rewards of a payout, and payouts of a person
PARTS: tuple[tuple[Any, dict[str, int]], ...] = (
    (listing, {"PAGE_ITEMS_MAX": 1, "LEFT_OUT_PAGES": 1}),
    (ending, {"PAGE_ITEMS_MAX": 1, "GIVE_BACK_PAGES": 1}),
    (freezing, {"FREEZE_PAGE": 1, "FREEZE_PAGES": 1}),
    (auditing, {"AUDIT_CHUNKS": 1}),
    (reconciling, {"RECONCILE_CHUNKS": 1}),
    (sending, {"UNKNOWN_PER_SWEEP": 1}),
    (hearing, {"NOTICES_PER_SWEEP": 1}),
    (cycle, {"NOTICES_PER_SWEEP": 1}),
    (confirming, {"CONFIRM_MAX": 1}),
    (sums, {"RUN_RECOUNT_MAX": 1}),
)
USUAL = tuple((where, {name: vars(where)[name] for name in few}) for where, few in PARTS)


@dataclass(frozen=True)
class Parts:
    """How many payments a chunk has at most, and a page of them; how many rewards a payment has,
    and how many payments of a run a person."""

    rows: int = RUN_CHUNK_PAYOUTS
    page: int = PAGE_ITEMS_MAX
    rewards: int = PAYOUT_REWARDS_MAX
    payouts: int = PAYOUT_PARTS_MAX


AS_EVER = Parts()


def parts_in(story: "Story") -> Parts:
    """Those of a story."""
    found, chance = AS_EVER, Random(f"small {story.seed}")
    if chance.random() < SMALL:
        rows, page = chance.choice(PARTS_OF)
        found = replace(found, rows=rows, page=page)
    few = Random(f"few {story.seed}")
    if few.random() < FEW:
        rewards, payouts = few.choice(FEW_OF)
        found = replace(found, rewards=rewards, payouts=payouts)
    return found


def grow(parts: Parts) -> None:
    """Everything has parts of this size from now on."""
    now = vars(listing)["RUN_CHUNK_PAYOUTS"], vars(listing)["PAGE_ITEMS_MAX"]
    few = vars(choice)["PAYOUT_REWARDS_MAX"], vars(history)["PAYOUT_PARTS_MAX"]
    if Parts(*now, *few) == parts:
        return
    is_small = parts.page != AS_EVER.page
    for where, names in PARTS if is_small else USUAL:
        vars(where).update(names)
    vars(listing).update(RUN_CHUNK_PAYOUTS=parts.rows, PAGE_ITEMS_MAX=parts.page)
    vars(choice).update(PAYOUT_REWARDS_MAX=parts.rewards)
    for module in (freezing, history):
        vars(module).update(PAYOUT_PARTS_MAX=parts.payouts)
