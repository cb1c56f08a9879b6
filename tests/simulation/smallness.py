"""In some stories everything that is done in parts has the smallest parts that are allowed.

A chunk of a run is a payment or two, a page a person or two, a call does one of them: so runs of a
few people have as many chunks, pages and calls as those of many thousand.
"""

from random import Random
from typing import TYPE_CHECKING, Any

from goodword.limits import PAGE_ITEMS_MAX, RUN_CHUNK_PAYOUTS
from goodword.payouts import (
    auditing,
    confirming,
    cycle,
    ending,
    freezing,
    hearing,
    listing,
    reconciling,
    sending,
    sums,
)

if TYPE_CHECKING:
    from tests.simulation.story import Story

SMALL = 0.15  # of the stories
PARTS_OF = ((1, 1), (1, 1), (2, 2), (2, 4))  # rows of a chunk, and of a page of whole chunks
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
AS_EVER = RUN_CHUNK_PAYOUTS, PAGE_ITEMS_MAX


def parts_in(story: "Story") -> tuple[int, int]:
    """How many payments a chunk has at most, and a page of them."""
    chance = Random(f"small {story.seed}")
    return chance.choice(PARTS_OF) if chance.random() < SMALL else AS_EVER


def grow(parts: tuple[int, int]) -> None:
    """Everything has parts of this size from now on."""
    if (vars(listing)["RUN_CHUNK_PAYOUTS"], vars(listing)["PAGE_ITEMS_MAX"]) == parts:
        return
    for where, names in USUAL if parts == AS_EVER else PARTS:
        vars(where).update(names)
    vars(listing).update(RUN_CHUNK_PAYOUTS=parts[0], PAGE_ITEMS_MAX=parts[1])
