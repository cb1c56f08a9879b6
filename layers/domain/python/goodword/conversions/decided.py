"""Which conversions a programme decided on a day: what a replay reads instead of all history.

One small record per decision, put in the Change of the decision, in a partition of its own per
programme and UTC day. Reading a period costs as much as the period holds, however long the history
is.
"""

from collections.abc import Iterator
from typing import ClassVar

from goodword.conversions.model import Conversion
from goodword.ports import Desk
from goodword.records import Key, Record
from goodword.times import DAY_MS, as_datetime


class DecidedOn(Record):
    """One decision in the order in which decisions were made; `tie` orders those of one ms."""

    KIND: ClassVar[str] = "decided_on"

    program_id: str
    at_ms: int
    conversion_id: str
    decision: int
    tie: str = ""

    @property
    def key(self) -> Key:
        name = f"{self.at_ms:015d}#{self.tie}#{self.conversion_id}#{self.decision:04d}"
        return Key("core", decided_partition(self.program_id, day_of(self.at_ms)), name)


def noted(desk: Desk, conversion: Conversion) -> DecidedOn:
    """Where a replay finds the decision that is being made."""
    return DecidedOn(
        program_id=conversion.program_id,
        at_ms=desk.clock.now_ms(),
        conversion_id=conversion.conversion_id,
        decision=conversion.decisions + 1,
        tie=desk.ids.new("dec"),
    )


def decided_partition(program_id: str, day: str) -> str:
    """The partition of one UTC day, `2026-11-22`."""
    return f"DECIDED#{program_id}#{day}"


def day_of(at_ms: int) -> str:
    """The UTC day of an instant."""
    return f"{as_datetime(at_ms):%Y-%m-%d}"


def days_between(from_ms: int, until_ms: int) -> Iterator[str]:
    """The UTC days that a period touches, oldest first; `until_ms` itself is not in it."""
    for start_ms in range(from_ms - from_ms % DAY_MS, until_ms, DAY_MS):
        yield day_of(start_ms)
