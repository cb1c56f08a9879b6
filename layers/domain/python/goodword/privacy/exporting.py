"""Everything that is held about a person, gathered step by step into parts that only they can read.

Each part is sealed under the person's own key: nobody can open it any more once they are erased. A
step reads one page of one section and commits the part and the progress together, on the version of
the progress that was read; so a step that is killed leaves nothing behind, and of two workers
one loses and stops. What the bus lost, a clock finds (I13). After some days the parts expire.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from goodword.advocates.model import Enrolment
from goodword.advocates.people import acting_as, read_advocate
from goodword.errors import NotFound, Stale
from goodword.limits import (
    EXPORT_DAYS,
    EXPORT_FILE_PARTS,
    EXPORT_IDLE_MINUTES,
    EXPORT_STEPS,
    EXPORTS_PER_SWEEP,
)
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import TextSealer
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import IndexEntry, Key, Record
from goodword.times import DAY_MS, MINUTE_MS, SECOND_MS

ASKED, CONTINUES, READY = (
    "advocate.export_asked",
    "advocate.export_continues",
    "advocate.export_ready",
)
WAITING = "EXPORTS"
Rows = Page[Mapping[str, Any]]
Sections = Mapping[str, Callable[[str, str | None], Rows]]


class Export(Record):
    """The newest export of a person, and how far it is: `section` of `sections`, then `cursor`."""

    KIND: ClassVar[str] = "export"

    advocate_id: str
    export_id: str
    program_id: str
    state: Literal["gathering", "ready"]
    asked_ms: int
    changed_ms: int
    sections: int
    section: int = 0
    cursor: str | None = Field(default=None, repr=False)
    parts: int = 0
    rows: int = 0

    @property
    def key(self) -> Key:
        return export_key(self.advocate_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state == "ready":
            return None
        return IndexEntry(WAITING, f"{self.changed_ms:015d}#{self.advocate_id}")

    @property
    def until_ms(self) -> int:
        """Until when it can be saved."""
        return self.asked_ms + EXPORT_DAYS * DAY_MS

    @property
    def expires_s(self) -> int:
        return self.until_ms // SECOND_MS

    @property
    def percent(self) -> int:
        """How much of it is through; 100 only when all is."""
        return 100 if self.state == "ready" else min(99, self.section * 100 // self.sections)

    @property
    def files(self) -> int:
        """How many files it is saved in."""
        return -(-self.parts // EXPORT_FILE_PARTS)


class ExportPart(Record):
    """Rows of one section, sealed."""

    KIND: ClassVar[str] = "export_part"

    export_id: str
    number: int
    sealed: str = Field(repr=False)
    expires: int

    @property
    def key(self) -> Key:
        return part_key(self.export_id, self.number)

    @property
    def expires_s(self) -> int:
        return self.expires


def export_key(advocate_id: str) -> Key:
    """Where it is."""
    return Key("core", f"ADV#{advocate_id}", "E#EXPORT")


def part_key(export_id: str, number: int) -> Key:
    """Where a part is."""
    return Key("core", f"EXPORT#{export_id}", f"{number:05d}")


@dataclass(frozen=True)
class Exports:
    """The use cases of an export. `sections` reads what is held, page by page, by its name."""

    desk: Desk
    texts: TextSealer
    sections: Sections

    def of(self, advocate_id: str) -> Export | None:
        """The newest one, until it expires."""
        found = self.desk.store.get(Export, export_key(advocate_id))
        return found if found and found.until_ms > self.desk.clock.now_ms() else None

    def ask(self, advocate_id: str, receipt: Receipt[Export] = no_receipt) -> Export:
        """Begin one; while one is being gathered, that is the answer."""

        def attempt() -> Export:
            head = read_advocate(self.desk.store, advocate_id)
            now_ms = self.desk.clock.now_ms()
            before = self.desk.store.get(Export, export_key(advocate_id))
            if before and before.state == "gathering" and before.until_ms > now_ms:
                return before
            export = Export(
                advocate_id=head.advocate_id,
                export_id=self.desk.ids.new("exp"),
                program_id=self._program(advocate_id),
                state="gathering",
                asked_ms=now_ms,
                changed_ms=now_ms,
                sections=len(self.sections),
                version=before.version if before else 0,
            )
            change = Change()
            change.save(export)
            change.replace(head)  # loses the race against being erased
            self._tell(change, ASKED, export)
            return settle(self.desk.store, change, export, receipt)

        return until_settled(attempt)

    def run(self, advocate_id: str) -> None:
        """Go on for EXPORT_STEPS. Whoever finds another at work on it stops without a word."""
        for step in range(EXPORT_STEPS):
            export = self.of(advocate_id)
            if export is None or export.state == "ready":
                return
            try:
                self._step(export, last=step == EXPORT_STEPS - 1)
            except Stale:
                return

    def sweep(self) -> int:
        """Go on with those that stand still; how many there were."""
        idle_ms = self.desk.clock.now_ms() - EXPORT_IDLE_MINUTES * MINUTE_MS
        found = self.desk.store.query_index(
            Export, "core", WAITING, until=f"{idle_ms:015d}$", limit=EXPORTS_PER_SWEEP
        ).rows
        for one in found:
            self.run(one.advocate_id)
        return len(found)

    def file(self, advocate_id: str, number: int) -> dict[str, Any]:
        """One file of the finished export: its sections with their rows. NotFound `no_export`."""
        export = self.of(advocate_id)
        if export is None or export.state != "ready" or not 1 <= number <= export.files:
            raise NotFound("no_export", "there is no such file to save")
        held: dict[str, list[Any]] = {}
        for section, rows in self._parts(export, number):
            held.setdefault(section, []).extend(rows)
        return {
            "export": export.export_id,
            "advocate_id": advocate_id,
            "file": number,
            "files": export.files,
            "held": held,
        }

    def _parts(self, export: Export, number: int) -> Iterator[tuple[str, Sequence[Any]]]:
        first = (number - 1) * EXPORT_FILE_PARTS
        for one in range(first, min(export.parts, first + EXPORT_FILE_PARTS)):
            part = self.desk.store.get(ExportPart, part_key(export.export_id, one))
            if part is None:
                raise NotFound("no_export", "the file is no longer kept")
            about = f"{export.export_id}#{one}"
            read = _unpacked(self.texts.open_text(export.advocate_id, part.sealed, about))
            yield read["section"], read["rows"]

    def _step(self, export: Export, *, last: bool) -> None:
        name = list(self.sections)[export.section]
        page = self.sections[name](export.advocate_id, export.cursor)
        change = Change()
        after = export.but(
            changed_ms=self.desk.clock.now_ms(),
            cursor=page.cursor,
            section=export.section if page.cursor else export.section + 1,
            rows=export.rows + len(page.rows),
        )
        if page.rows:
            text = _packed({"section": name, "rows": page.rows})
            about = f"{export.export_id}#{export.parts}"
            sealed = self.texts.seal_text(export.advocate_id, text, about)
            part = ExportPart(
                export_id=export.export_id,
                number=export.parts,
                sealed=sealed,
                expires=export.expires_s,
            )
            change.create(part)
            after = after.but(parts=export.parts + 1)
        if after.section == export.sections:
            after = after.but(state="ready")
            self._tell(change, READY, after)
        elif last:
            self._tell(change, CONTINUES, after)
        change.replace(after)
        self.desk.store.commit(change)

    def _program(self, advocate_id: str) -> str:
        """One of the person's programmes, in whose name a letter tells that the file is there."""
        rows = self.desk.store.query(
            Enrolment, "core", f"ADV#{advocate_id}", "A#ENR#", limit=1
        ).rows
        return rows[0].program_id if rows else ""

    def _tell(self, change: Change, type: str, export: Export) -> None:
        desk = acting_as(self.desk, export.advocate_id) if type == ASKED else self.desk
        said = {"advocate_id": export.advocate_id, "program_id": export.program_id}
        change.create(desk.event(type, export.advocate_id, until_ms=export.until_ms, **said))


def _packed(content: Mapping[str, Any]) -> str:
    """As text that fits into a record: fifty long messages do."""
    raw = json.dumps(content, ensure_ascii=False).encode()
    return base64.b64encode(zlib.compress(raw)).decode()


def _unpacked(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(text)))
