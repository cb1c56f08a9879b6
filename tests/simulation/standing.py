"""Whether somebody's enrolment stood when something was sold, from every change of it as written.

What counts is the day of the sale, whenever it is told: whoever was away then earns nothing, and
whoever went later does. A ban counts since the day that it names, or for all time, and before all
else. Nothing is asked of what the product keeps of earlier states.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

UNSURE_MS = 60_000  # a function may run so long between reading and writing


class Stood(NamedTuple):
    """An enrolment as it was written at an instant."""

    at_ms: int
    item: dict[str, Any]


def state_at(known: Sequence[Stood], happened_ms: int) -> str:
    """Its state for what happened then, by what is known of it."""
    state = "active"
    for number, one in enumerate(known):
        if one.item["state"] == "active":
            continue
        begun_ms = _begun(one.item)
        ends_ms = known[number + 1].item["changed_ms"] if number + 1 < len(known) else None
        over = ends_ms is not None and happened_ms >= max(ends_ms, begun_ms + 1)
        if happened_ms >= begun_ms and not over:
            if one.item["state"] == "banned":
                return "banned"
            state = str(one.item["state"])
    return state


def states_at(stood: Sequence[Stood], happened_ms: int, decided_ms: int) -> set[str]:
    """The states by which something may be decided: those known about that moment."""
    return {state_at(known, happened_ms) for known in _known(stood, decided_ms)}


def granted_at(
    stood: Sequence[Stood], happened_ms: int, decided_ms: int, *, mine: bool
) -> set[str]:
    """The same of an order that a person has granted: asked of the day of the grant, and of bans
    once it is theirs."""
    found = set()
    for known in _known(stood, decided_ms):
        item = known[-1].item
        banned = item["state"] == "banned" and happened_ms >= _begun(item)
        found.add(item["state"] if not mine else "banned" if banned else "active")
    return found


def _known(stood: Sequence[Stood], decided_ms: int) -> Iterator[Sequence[Stood]]:
    before = sum(one.at_ms <= decided_ms - UNSURE_MS for one in stood)
    until = sum(one.at_ms <= decided_ms + UNSURE_MS for one in stood)
    for count in range(max(1, before), until + 1):
        yield stood[:count]


def _begun(item: dict[str, Any]) -> int:
    since_ms = item.get("since_ms")
    if since_ms is not None:
        return int(since_ms)
    return 0 if item["state"] == "banned" else int(item["changed_ms"])
