"""The cost of a payout cycle, by how many advocates there are and how many are due.

A programme with so many advocates, of whom a share has something due and ten times as many wait
below the minimum, as an earlier run has found, goes through the machine as it is defined
(`infra/state_machines/payout_cycle.asl.json`), walked state by state: cut-off, list, audit, two
people, every chunk of the map, comparison. What the steps ask of DynamoDB is counted at its client
(`disk_dynamo`), with the units that it would charge; the rail answers at once.

    python -m tests.bench.payout_cycle [ADVOCATES ...]      default: 10000 1000000
"""

import json
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goodword.advocates.model import Enrolment, Payee, PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.model import PayoutRun
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.programs.payment import RailName
from goodword.records import Record, Table
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword_aws.items import to_item
from goodword_aws.store import DynamoStore

from tests.adapters.tables import TABLES
from tests.bench.big_town import Counted
from tests.bench.disk_dynamo import DiskDynamo, Row, row_of
from tests.bench.meter import Count, Meter
from tests.support.asl import Execution, definition
from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday, Places
from tests.support.scene import PROGRAM

NAMELESS = 99_999_999  # stands for whoever is not due
SHARE = 100  # one advocate in so many is due
SMALL = 10  # one advocate in so many waits below the minimum
STATE_BYTES_MAX = 256 * 1024  # what Step Functions passes between states
GROWN_MB_MAX = 16  # MB; what imports and caches take, whatever the number of the due
COLUMNS = (
    "advocates",
    "due",
    "requests",
    "read units",
    "write units",
    "transitions",
    "read per due",
    "written per due",
    "transitions per due",
    "chunk: requests",
    "state bytes",
    "grown MB",
    "seconds",
)


class Teller:
    """A rail that pays everything at once and remembers only how often."""

    name: RailName = "simulator"
    key_window_ms = DAY_MS

    def __init__(self) -> None:
        self.paid = 0

    def send(self, order: PaymentOrder) -> RailAnswer:
        self.paid += 1
        return RailAnswer("paid", amount_minor=order.amount_minor)

    def look_up(self, _payout_id: str, _reference: str = "") -> RailAnswer | None:
        return RailAnswer("paid")


class _Everybody(Places):
    """Destinations that are made from the id, so that none is kept."""

    def open(self, advocate_id: str, rail: RailName):  # type: ignore[no-untyped-def]  # as the base's
        self.fields = {advocate_id: {"receiver": f"{advocate_id}@x.example"}}
        return super().open(advocate_id, rail)


@dataclass
class Measured:
    """What one cycle asked for; of its transactions only how often each step made which.

    A list of every request would grow with the run, and be taken for the product's memory.
    """

    advocates: int
    due: int
    count: Count = field(default_factory=Count)
    steps: dict[str, Count] = field(default_factory=dict)
    transactions: dict[str, Counter[str]] = field(default_factory=dict)
    transitions: int = 0
    chunks: list[int] = field(default_factory=list)
    state_bytes: int = 0
    grown_mb: float = 0.0
    seconds: float = 0.0
    cpu_ms: float = 0.0
    calls: int = 0

    @property
    def per_due(self) -> tuple[float, float, float]:
        """Read units, write units and transitions of one advocate who is due."""
        whole = (self.count.read_units, self.count.write_units, float(self.transitions))
        return whole[0] / self.due, whole[1] / self.due, whole[2] / self.due

    def row(self) -> tuple[str, ...]:
        """The columns of the table."""
        requests = sum(self.count.requests.values())
        units = (round(self.count.read_units), round(self.count.write_units))
        whole = (self.advocates, self.due, requests, *units, self.transitions)
        low, high = min(self.chunks), max(self.chunks)
        return (
            *(f"{each:,}" for each in whole),
            *(f"{each:.2f}" for each in self.per_due),
            f"{low}" if low == high else f"{low}-{high}",
            f"{self.state_bytes:,}",
            f"{self.grown_mb:.0f}",
            f"{self.seconds:.0f}",
        )


def measure(
    advocates: int, due: int, home: Path, say: Callable[[str], None] = lambda _: None
) -> Measured:
    """Fill a programme, and walk one run through the machine."""
    tables: dict[str, Table] = {name: table for table, name in TABLES.items()}
    disk = DiskDynamo(home / "items.sqlite", tables, lambda: 0.0)
    meter = Meter()
    store = DynamoStore(
        Counted(meter, "dynamodb", disk),
        {table: name for name, table in tables.items()},
        sleep=lambda _: None,
        chance=lambda: 0.5,
        entropy=secrets.token_bytes,
    )
    world, rail = _World(store), Teller()
    object.__setattr__(world.sending, "rails", {"simulator": rail})
    say(f"{advocates:,} advocates: filling the store")
    disk.fill(_rows(advocates, due))
    disk.let_go()
    say(f"{advocates:,} advocates: running the cycle")
    meter.take()
    found, began, used = Measured(advocates, due), time.monotonic(), time.process_time()
    _walk(world, meter, found)
    found.cpu_ms = (time.process_time() - used) * 1_000
    found.seconds = time.monotonic() - began
    run = world.run()
    assert (rail.paid, run.state, run.outcome["paid"].count) == (due, "settled", due)
    return found


class _World(Payday):
    """A payday over the disk store, without anybody in it."""

    def __init__(self, store: DynamoStore) -> None:
        self._disk = store
        super().__init__()
        self.places = _Everybody()
        object.__setattr__(self.sending, "destinations", self.places)

    def __post_init__(self) -> None:
        self.store = self._disk  # type: ignore[assignment]  # a Store is all that is used
        super().__post_init__()

    def run(self, run_id: str | None = None) -> PayoutRun:
        page = self.store.query_index(PayoutRun, "core", "RUNS", limit=1)
        return page.rows[0]


def _rows(advocates: int, due: int) -> Iterator[Row]:
    """Everybody with enrolment and balance; who is due with method and one reward, too.

    Those who are not due differ in nothing but their id, so that they are made of two: one has
    nothing, and one waits below the minimum.
    """
    every = advocates // due
    nobody, waits = (
        [row_of(one.key, _item(one)) for one in _person(_name(NAMELESS), amount)]
        for amount in (0, 50)
    )
    for number in range(advocates):
        person = _name(number)
        if number % every == 0 and number // every < due:
            records = [*_person(person, 500), *_due(person, number)]
            yield from (row_of(one.key, _item(one)) for one in records)
            continue
        for row in waits if number % SMALL == 1 else nobody:
            texts = (text and text.replace(_name(NAMELESS), person) for text in row)
            yield tuple(texts)  # type: ignore[misc]  # a Row again


def _name(number: int) -> str:
    return f"adv_{number:08d}"


def _item(record: Record) -> Any:
    return to_item(record.but(version=1))


def _person(person: str, amount_minor: int) -> list[Record]:
    times = {"created_ms": 0, "changed_ms": 0}
    enrolled = {"advocate_id": person, "program_id": PROGRAM, "state": "active", **times}
    return [
        Enrolment.model_validate(enrolled),
        Balance(
            advocate_id=person,
            program_id=PROGRAM,
            currency="EUR",
            payable_minor=amount_minor,
            earned_minor=amount_minor,
            least_minor=100,
        ),
    ]


def _due(person: str, number: int) -> Iterator[Record]:
    digest = Places.hash("simulator", {"receiver": f"{person}@x.example"})
    yield PayoutMethod(advocate_id=person, rail="simulator", destination_hash=digest, changed_ms=0)
    yield Payee(account_hash=digest, advocate_id=person)
    yield Reward(
        reward_id=f"rwd_{number:08d}",
        advocate_id=person,
        program_id=PROGRAM,
        version_number=1,
        rule_id="sale",
        conversion_id=f"cnv_{number:08d}",
        order_id=str(number),
        action="sale",
        currency="EUR",
        earned_minor=500,
        remaining_minor=500,
        state="due",
        created_ms=CUTOFF_MS - 20 * DAY_MS,
        changed_ms=CUTOFF_MS - 20 * DAY_MS,
        start_by_ms=CUTOFF_MS,
        hold_until_ms=CUTOFF_MS - 1,
    )


def _walk(world: _World, meter: Meter, found: Measured) -> None:
    """The machine's way; the two people come when it waits for them."""
    start_mb = _resident_mb()

    def handle(event: dict[str, Any]) -> Any:
        answer = world._step(event)
        found.state_bytes = max(found.state_bytes, len(json.dumps(answer)))
        found.grown_mb = max(found.grown_mb, _resident_mb() - start_mb)
        part = meter.take()
        found.calls += 1
        for count in (found.count, found.steps.setdefault(event["step"], Count())):
            _add(count, part)
        made = (what for name, what in part.trace if name == "TransactWriteItems")
        found.transactions.setdefault(event["step"], Counter()).update(made)
        if event["step"] == "send":
            found.chunks.append(sum(part.requests.values()))
        return answer

    given = {
        "task": "run",
        "program_id": PROGRAM,
        "period": PERIOD,
        "cutoff_ms": CUTOFF_MS,
        "ended_ms": CUTOFF_MS,
        "currency": "EUR",
    }
    machine = Execution(definition("payout_cycle"), handle, world.clock, given)
    world.flow.resume = machine.succeed  # type: ignore[method-assign,assignment]  # as Step Functions would
    assert machine.waits, (machine.path, machine.error)
    run = world.run()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    assert (machine.status, machine.last) == ("SUCCEEDED", "Settled"), machine.error
    found.transitions = len(machine.path)


def _add(count: Count, part: Count) -> None:
    count.requests += part.requests
    count.events += part.events
    count.read_units += part.read_units
    count.write_units += part.write_units
    count.records += part.records
    count.record_units += part.record_units


def _resident_mb() -> float:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4_096 / 2**20


def table(rows: Sequence[Measured]) -> str:
    """The rows under their columns, and what they say."""
    cells = [COLUMNS, *(row.row() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def verdicts(rows: Sequence[Measured]) -> list[str]:
    """What has to be true of the sizes together; in capitals what is not."""
    whole = [row for row in rows if row.due >= SHARE] or list(rows)
    reads = [row.per_due[0] for row in whole]
    chunks = {max(row.chunks) for row in whole}
    grown = max(row.grown_mb for row in whole)
    fits = all(row.state_bytes < STATE_BYTES_MAX for row in rows)
    held = {
        "Reads follow the due ones.": max(reads) < 1.2 * min(reads),
        "A full chunk asks for the same whatever the run.": len(chunks) == 1,
        f"The process grows by less than {GROWN_MB_MAX} MB.": grown < GROWN_MB_MAX,
        "The state fits.": fits,
    }
    return [text if true else f"NOT: {text}".upper() for text, true in held.items()]


def main(arguments: Sequence[str]) -> int:
    """The command; fails when reads are not proportional to the due ones."""
    sizes = [int(each) for each in arguments] or [10_000, 1_000_000]
    rows = []
    for advocates in sizes:
        with tempfile.TemporaryDirectory() as home:
            rows.append(
                measure(
                    advocates,
                    max(1, advocates // SHARE),
                    Path(home),
                    lambda text: print(f"  ... {text}", flush=True),
                )
            )
    print(table(rows))
    said = verdicts(rows)
    print(*(f"  {each}" for each in said), sep="\n")
    return int(any(each.isupper() for each in said))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
