"""The cost of a payout cycle, by how many advocates there are and how many are due.

A programme with so many advocates, of whom a share has something due, goes through the real steps
of `payout_cycle`: cut-off, list, audit, two people, every chunk of the map, comparison. Counted is
what the steps ask of the store (`disk_store`: SQLite, not DynamoDB); the rail answers at once.

    python -m tests.bench.payout_cycle [ADVOCATES ...]      default: 10000 1000000
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from goodword.advocates.model import Enrolment, Payee, PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.model import PayoutRun
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.programs.payment import RailName
from goodword.records import Record
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.bench.disk_store import DiskStore
from tests.support.payday import ANNA, CARL, CUTOFF_MS, PERIOD, Payday, Places
from tests.support.scene import PROGRAM

SHARE = 100  # one advocate in so many is due
STATE_BYTES_MAX = 256 * 1024  # what Step Functions passes between states
COLUMNS = (
    "advocates",
    "due",
    "queries",
    "gets",
    "items read",
    "transactions",
    "items written",
    "read per due",
    "written per due",
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
    """What one cycle asked for."""

    advocates: int
    due: int
    asked: Counter[str]
    chunks: list[int] = field(default_factory=list)
    state_bytes: int = 0
    grown_mb: float = 0.0
    seconds: float = 0.0

    def row(self) -> tuple[str, ...]:
        """The columns of the table."""
        whole = (self.advocates, self.due, *(self.asked[name] for name in COLUMNS[2:7]))
        share = [self.asked[name] / self.due for name in ("items read", "items written")]
        low, high = min(self.chunks), max(self.chunks)
        return (
            *(f"{each:,}" for each in whole),
            *(f"{each:.1f}" for each in share),
            f"{low}" if low == high else f"{low}-{high}",
            f"{self.state_bytes:,}",
            f"{self.grown_mb:.0f}",
            f"{self.seconds:.0f}",
        )


def measure(
    advocates: int, due: int, home: Path, say: Callable[[str], None] = lambda _: None
) -> Measured:
    """Fill a programme, and walk one run through all steps."""
    store = DiskStore(home / "store.sqlite")
    world, rail = _World(store), Teller()
    object.__setattr__(world.sending, "rails", {"simulator": rail})
    say(f"{advocates:,} advocates: filling the store")
    store.fill(_people(advocates, due))
    say(f"{advocates:,} advocates: running the cycle")
    store.asked.clear()
    found, began = Measured(advocates, due, store.asked), time.monotonic()
    _walk(world, found)
    found.seconds = time.monotonic() - began
    run = world.run()
    assert (rail.paid, run.state, run.outcome["paid"].count) == (due, "settled", due)
    return found


class _World(Payday):
    """A payday over the disk store, without anybody in it."""

    def __init__(self, store: DiskStore) -> None:
        self._disk = store
        super().__init__()
        self.places = _Everybody()
        object.__setattr__(self.sending, "destinations", self.places)

    def __post_init__(self) -> None:
        self.store = self._disk
        super().__post_init__()

    def run(self, run_id: str | None = None) -> PayoutRun:
        page = self.store.query_index(PayoutRun, "core", "RUNS", limit=1)
        return page.rows[0]


def _people(advocates: int, due: int) -> Iterator[Record]:
    """Everybody with enrolment and balance; who is due with method and one reward, too."""
    every = advocates // due
    for number in range(advocates):
        person = f"adv_{number:08d}"
        times = {"created_ms": 0, "changed_ms": 0}
        yield Enrolment.model_validate(
            {"advocate_id": person, "program_id": PROGRAM, "state": "active", **times}
        )
        is_due = number % every == 0 and number // every < due
        amount = 500 if is_due else 0
        yield Balance(
            advocate_id=person,
            program_id=PROGRAM,
            currency="EUR",
            payable_minor=amount,
            earned_minor=amount,
        )
        if is_due:
            yield from _due(person, number)


def _due(person: str, number: int) -> Iterator[Record]:
    digest = Places.hash("simulator", {"receiver": f"{person}@x.example"})
    yield PayoutMethod(advocate_id=person, rail="simulator", destination_hash=digest, changed_ms=0)
    yield Payee(destination_hash=digest, advocate_id=person)
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


def _walk(world: _World, found: Measured) -> None:
    """The machine's way, step by step."""
    start_mb = _resident_mb()

    def passed(step: object) -> None:
        text = step.model_dump_json()  # type: ignore[attr-defined]  # a Step or ChunkStep
        found.state_bytes = max(found.state_bytes, len(text))
        found.grown_mb = max(found.grown_mb, _resident_mb() - start_mb)

    cycle = world.cycle
    step = cycle.open(PROGRAM, PERIOD, CUTOFF_MS, CUTOFF_MS)
    moves = {
        "freeze": lambda: cycle.freeze(step.run_id, step.cursor),
        "close_list": lambda: cycle.close_list(step.run_id),
        "audit": lambda: cycle.audit(step.run_id, step.cursor),
    }
    while step.route in moves:
        passed(step := moves[step.route]())
    run = world.run()
    world.approving.request(run.run_id, ANNA, run.run_hash)
    world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)
    passed(begun := cycle.begin(run.run_id))
    for chunk in begun.chunks:
        before = found.asked["gets"] + found.asked["queries"] + found.asked["transactions"]
        passed(cycle.send(run.run_id, chunk, 0))
        after = found.asked["gets"] + found.asked["queries"] + found.asked["transactions"]
        found.chunks.append(after - before)
    passed(cycle.settle(run.run_id))
    passed(step := cycle.reconcile(run.run_id))
    for first in step.chunks:
        passed(cycle.compare(run.run_id, first))
    passed(cycle.sum_up(run.run_id))


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
    shares = [row.asked["items read"] / row.due for row in rows]
    fits = all(row.state_bytes < STATE_BYTES_MAX for row in rows)
    same = max(shares) < 1.2 * min(shares) and fits
    print(
        "  Reads are proportional to the due ones, and the state fits."
        if same
        else "  READS GROW FASTER THAN THE DUE ONES, OR THE STATE DOES NOT FIT."
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
