"""By which rail a story's money leaves, where it is neither the laptop's own nor by hand.

`paypal` finds a payment only when it is told it again; `stripe` stands for a rail that takes no
smaller part of a currency than a step of cents.
"""

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.story import Story

TOLD_AGAIN, STEPPED = 0.12, 0.1  # of the stories that are not by hand
HOUR_MS = 3_600_000
STEP = 10  # cents, and that is more than some rewards
STEPS = {"stripe": {"EUR": STEP, "USD": STEP}}


def draw_rail(story: "Story") -> None:
    """Some stories have another rail."""
    kind = Random(f"rails {story.seed}").random()
    if story.rail != "simulator":
        return
    if kind < TOLD_AGAIN:
        story.rail = "paypal"
    elif kind < TOLD_AGAIN + STEPPED:
        story.rail = "stripe"


def window_of(story: "Story") -> int:
    """How long (ms) its key is known, as far as time is drawn by it."""
    return (36 if story.rail == "paypal" else 24) * HOUR_MS


def step_in(story: "Story") -> int:
    """What the rail pays is so many cents, or a multiple."""
    return STEP if story.rail in STEPS else 1


def in_unit(amount: int, unit: str) -> int:
    """What a threshold of payments is in a currency; in dollars it is a quarter more."""
    return amount if unit == "EUR" else amount + amount // 4


def least_in(story: "Story", unit: str, at_ms: int | None = None) -> int:
    """From where on anybody is paid: the minimum, or the least that the rail can pay above it.

    It is that of the last version, or of the one that holds then.
    """
    earlier = at_ms is not None and at_ms < story.versions[-1].from_ms
    minimum = story.lowered if story.lowered and earlier else story.paying.minimum
    step = step_in(story)
    return -(-max(1, in_unit(minimum, unit)) // step) * step
