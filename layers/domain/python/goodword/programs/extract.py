"""An extract is a period of a programme as files for a spreadsheet: what finance takes away.

It names people by their random ids alone. Its rows lie in parts in a bucket, some of which make a
file; parts and record go after some days.
"""

from typing import ClassVar, Literal

from pydantic import Field

from goodword.limits import EXTRACT_DAYS, EXTRACT_FILE_PARTS
from goodword.records import IndexEntry, Key, Record
from goodword.times import DAY_MS, SECOND_MS

What = Literal["conversions", "rewards", "payouts", "entries"]
WHAT: tuple[What, ...] = ("conversions", "rewards", "payouts", "entries")
WAITING = "EXTRACTS"  # the index partition of extracts that are not ready
PREFIX = "EXTRACT#"


class Extract(Record):
    """One extract, and how far it is: `at` of `what`, there at `cursor`, of which `share` percent.

    The period is [from, until), whole days of the `zone`. `parts` and `rows` count what is kept, by
    kind.
    """

    KIND: ClassVar[str] = "extract"

    program_id: str
    extract_id: str
    what: tuple[What, ...] = Field(min_length=1)
    from_ms: int
    until_ms: int
    zone: str = "UTC"
    state: Literal["gathering", "ready", "failed"] = "gathering"
    asked_by: str
    asked_ms: int
    changed_ms: int
    at: int = 0
    cursor: str | None = Field(default=None, repr=False)
    share: int = Field(default=0, ge=0, le=100)
    parts: dict[str, int] = {}
    rows: dict[str, int] = {}

    @property
    def key(self) -> Key:
        return extract_key(self.program_id, self.extract_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state != "gathering":
            return None
        return IndexEntry(WAITING, f"{self.changed_ms:015d}#{self.extract_id}")

    @property
    def kept_until_ms(self) -> int:
        """Until when it can be saved."""
        return self.asked_ms + EXTRACT_DAYS * DAY_MS

    @property
    def expires_s(self) -> int:
        return self.kept_until_ms // SECOND_MS

    @property
    def percent(self) -> int:
        """How much of it is through; 100 only when all is."""
        if self.state == "ready":
            return 100
        return min(99, (self.at * 100 + self.share) // len(self.what))

    @property
    def total(self) -> int:
        """How many rows it has so far."""
        return sum(self.rows.values())

    def files(self, what: What) -> int:
        """In how many files this kind is saved; one that has no row is a file with a head alone."""
        return max(1, -(-self.parts.get(what, 0) // EXTRACT_FILE_PARTS))

    def parts_of(self, what: What, number: int) -> list[str]:
        """The names of the parts that make the file of this number (from 1), in order."""
        first = (number - 1) * EXTRACT_FILE_PARTS
        last = min(self.parts.get(what, 0), first + EXTRACT_FILE_PARTS)
        return [part_name(self.extract_id, what, one) for one in range(first, last)]


def extract_key(program_id: str, extract_id: str) -> Key:
    """Where an extract is."""
    return Key("core", f"PROG#{program_id}", f"{PREFIX}{extract_id}")


def part_name(extract_id: str, what: What, number: int) -> str:
    """What a part is called; written again it is the same part."""
    return f"{extract_id}/{what}-{number:05d}.csv"
