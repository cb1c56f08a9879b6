"""How people bear being asked, seen from their asks alone: who is worn out, and who fell away.

    worn_out    asked too much, several noes or silences in a row, or unhappy with being asked
    lapsed      nothing came of them for half a year

Each reason is a code that staff find with what to do about it. A bad answer about being asked is
heeded by itself: for as long as it counts nobody is asked for anything deep, and for the rest
seldom. It never decides whether somebody is asked for a public review.
"""

from collections.abc import Sequence
from typing import Literal

from goodword.journeys.asked import TAKEN, Asked, rated
from goodword.limits import (
    LAPSED_DAYS,
    RATING_LOW,
    UNHAPPY_DAYS,
    WORN_ASKS,
    WORN_DAYS,
    WORN_IN_A_ROW,
)
from goodword.times import DAY_MS

Strain = Literal["unhappy", "declined_in_a_row", "unanswered_in_a_row", "asked_much", "lapsed"]
ENDS = frozenset({"declined", "expired"})


def unhappy_until(asks: Sequence[Asked], at_ms: int) -> int | None:
    """Until when a bad answer counts that is the newest; None if there is none at that time."""
    newest = rated(asks)
    if newest is None or newest.rating is None or newest.rating > RATING_LOW:
        return None
    until_ms = newest.moved_ms + UNHAPPY_DAYS * DAY_MS
    return until_ms if at_ms < until_ms else None


def last_ms(asks: Sequence[Asked]) -> int:
    """When the person last answered anything; the first ask of somebody who never did."""
    answered = [one.moved_ms for one in asks if one.state in TAKEN or one.state == "declined"]
    return max(answered, default=min((one.at_ms for one in asks), default=0))


def strains(asks: Sequence[Asked], at_ms: int) -> tuple[Strain, ...]:
    """Everything that wears on the person at that time, the gravest first."""
    found: list[Strain] = []
    if unhappy_until(asks, at_ms) is not None:
        found.append("unhappy")
    found += _in_a_row(asks)
    lately = [one for one in asks if at_ms - WORN_DAYS * DAY_MS < one.at_ms <= at_ms]
    if len(lately) >= WORN_ASKS:
        found.append("asked_much")
    if asks and at_ms - last_ms(asks) >= LAPSED_DAYS * DAY_MS:
        found.append("lapsed")
    return tuple(found)


def worn_out(asks: Sequence[Asked]) -> bool:
    """Whether somebody has to look after the person, as things stood at the last change."""
    at_ms = max((max(one.at_ms, one.moved_ms) for one in asks), default=0)
    return any(one != "lapsed" for one in strains(asks, at_ms))


def _in_a_row(asks: Sequence[Asked]) -> list[Strain]:
    """The last asks that are over, if nothing came of any of them."""
    over = sorted((one for one in asks if one.state not in ("planned", "sent")), key=_age)
    row = over[-WORN_IN_A_ROW:]
    if len(row) < WORN_IN_A_ROW or not all(map(_to_nothing, row)):
        return []
    all_said_no = all(one.state == "declined" for one in row)
    return ["declined_in_a_row" if all_said_no else "unanswered_in_a_row"]


def _to_nothing(one: Asked) -> bool:
    """Whether it was a no or silence. A yes to calls for which no buyer came is neither."""
    waited = one.motion == "reference" and one.taken_ms is not None
    return one.state in ENDS and not (waited and one.state == "expired")


def _age(one: Asked) -> tuple[int, str]:
    return one.at_ms, one.ask_id
