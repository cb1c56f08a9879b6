"""A verified webhook of a rail says that something happened to a payment, and is kept once.

What happened is never taken from it: the rail itself is asked. So a notice that comes late, twice,
or before the answer of the call that it is about does no harm, and a lost one costs only time.
"""

from typing import ClassVar

from pydantic import Field

from goodword.limits import NOTICE_DAYS
from goodword.programs.payment import RailName
from goodword.records import IndexEntry, Key, Record, Table
from goodword.times import DAY_MS, SECOND_MS

WAITING = "RAIL_NOTICES"


class RailNotice(Record):
    """That a rail has told something. `resource` is the rail's own name where it knows not ours.

    A notice holds no personal field and no amount. It is deleted when the rail has been asked.
    """

    TABLE: ClassVar[Table] = "arrivals"
    KIND: ClassVar[str] = "rail_notice"

    rail: RailName
    event_id: str = Field(max_length=128)
    payout_ids: tuple[str, ...] = Field(default=(), max_length=4)
    resource: str = Field(default="", max_length=80)
    received_ms: int

    @property
    def key(self) -> Key:
        return Key("arrivals", f"RAIL#{self.rail}#{self.event_id}", "NOTICE")

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry(WAITING, f"{self.received_ms:015d}#{self.rail}#{self.event_id}")

    @property
    def expires_s(self) -> int:
        return (self.received_ms + NOTICE_DAYS * DAY_MS) // SECOND_MS
