"""A rail that does not answer, or takes nothing for now, is left alone for a while by everybody.

The record is shared, so that the many workers of one run do not each find out by themselves. It
only saves calls: nothing is decided by it, and losing a race about it does not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from goodword.errors import Stale
from goodword.limits import (
    RAIL_PAUSE_SECONDS_MAX,
    RAIL_REST_SECONDS,
    RAIL_TOLD_SECONDS_MAX,
    SEND_UNKNOWN_MAX,
)
from goodword.payouts.ports import TELLING, RailAnswer
from goodword.ports import Change, Collision, Desk
from goodword.programs.payment import RailName
from goodword.records import Key, Record
from goodword.times import SECOND_MS


class RailRest(Record):
    """Until when a rail is not asked."""

    KIND: ClassVar[str] = "rail_rest"

    rail: RailName
    until_ms: int

    @property
    def key(self) -> Key:
        return rest_key(self.rail)


def rest_key(rail: RailName) -> Key:
    """Where the rest of a rail is."""
    return Key("core", f"RAIL#{rail}", "REST")


def rests(desk: Desk, rail: RailName) -> bool:
    """Whether the rail is to be left alone now."""
    found = desk.store.get(RailRest, rest_key(rail))
    return found is not None and desk.clock.now_ms() < found.until_ms


def rest_as_told(desk: Desk, rail: RailName, seconds: int) -> None:
    """Leave a busy rail alone for as long as it names, RAIL_TOLD_SECONDS_MAX at most.

    What it names is short most of the time, and waited for within the call.
    """
    if seconds > RAIL_PAUSE_SECONDS_MAX:
        rest(desk, rail, min(seconds, RAIL_TOLD_SECONDS_MAX))


def rest(desk: Desk, rail: RailName, seconds: int) -> None:
    """Leave the rail alone for so long; whoever was quicker with another time is right too."""
    known = desk.store.get(RailRest, rest_key(rail))
    until_ms = desk.clock.now_ms() + seconds * SECOND_MS
    if known is not None and known.until_ms >= until_ms:
        return
    change = Change()
    change.save(RailRest(rail=rail, until_ms=until_ms, version=known.version if known else 0))
    try:
        desk.store.commit(change)
    except (Stale, Collision):
        return


@dataclass
class Patience:
    """Asks a rail one question after the other, and no more once it is silent or rests.

    What is not asked any more is as unclear as what was not answered.
    """

    desk: Desk
    rail: RailName
    unclear: int = 0
    is_over: bool = False

    def ask(self, question: Callable[[], RailAnswer | None]) -> RailAnswer | None:
        """The answer, or that the rail rests."""
        if self.is_over:
            return RailAnswer("unknown", reason="rail_rests")
        answer = question()
        if answer is None or answer.status != "unknown" or answer.reason in TELLING:
            self.unclear = 0
            return answer
        self.unclear += 1
        rest_as_told(self.desk, self.rail, answer.rest_seconds)
        if self.unclear >= SEND_UNKNOWN_MAX:
            rest(self.desk, self.rail, RAIL_REST_SECONDS)
        self.is_over = self.unclear >= SEND_UNKNOWN_MAX or rests(self.desk, self.rail)
        return answer
