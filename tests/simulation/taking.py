"""I5: how much of a reward is taken, of one that is gone as well: by its reason, to the cent.

What refunds take is their share; a ban takes all that they had left; what a person refused, or what
was decided anew, keeps what it had then, for the record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tests.simulation.books import Books, Item
from tests.simulation.complaints import part_of
from tests.simulation.oracle import gone
from tests.simulation.story import Order, Story

ANEW = ("decided_anew", "reattributed")  # what is void because of these was whole before


def taken(
    books: Books, order: Order, reward: Item, weights: Mapping[str, int], *, granted: bool
) -> Iterator[str]:
    """What is wrong with what is left of a reward; `granted`: a dispute about it was, in part."""
    earned, state = reward["earned_minor"], reward["state"]
    lost, reason = earned - reward["remaining_minor"], reward.get("reason")
    kept = bool(reward.get("kept"))  # a friend's may be left to them, whatever comes back
    story = books.town.story
    wanted = 0 if kept else gone(story, order, earned, weights)
    most = 0 if kept else max(wanted, _by_all(story, order, earned, weights))
    if granted:
        wanted = max(wanted, earned - part_of(earned))
        most = max(most, wanted)
    banned = any(one["advocate_id"] == reward["advocate_id"] for one in books["ban"])
    if state == "rejected" or reason in ANEW or (state, reason) == ("void", "ban"):
        if lost > most:
            yield f"{order.name} is {state} by {reason}: refunds took {lost}, at most {most}"
    elif reason == "ban" or (banned and "ceiling_minor" in reward):
        if lost < wanted:
            yield f"{order.name}: {lost} was taken, not {wanted}, and it was banned"
    elif lost != wanted:
        yield f"{order.name}: refunds took {lost}, not {wanted} ({state})"


def _by_all(story: Story, order: Order, earned: int, weights: Mapping[str, int]) -> int:
    """What all refunds together take, also those that a bank decided for the shop."""
    refunds = [replace(one, won=False) for one in order.refunds]
    return gone(story, replace(order, refunds=refunds), earned, weights)
