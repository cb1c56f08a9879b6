"""Work per operation, and what a million of them cost.

Each operation runs through its real handler over the AWS emulator, once to warm it and then
measured. A reward's row is its whole way through `reward_approval` as it is defined, from its
assessment over the hold to the balance; a payout's is an advocate's share of a whole payout cycle
(below). Counted are requests, DynamoDB's units, states entered, events written for the bus, and
bytes logged; Lambda's GB-ms follow from processor time here and an assumed wait for each request.
Dollars follow the dated table in tests/bench/prices.json.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.bench.__main__ import Bench
from tests.bench.meter import Count
from tests.bench.payout_cycle import Measured as Cycle
from tests.bench.payout_cycle import measure
from tests.bench.prices import Bill, bill, gb_ms, prices
from tests.bench.report import Cell, Table, Target
from tests.bench.town import Town, towns
from tests.support.asl import Execution, definition

RUNS = 15
DECISION_READS_MAX = 2  # design/performance.md, target 6; and one transaction
ADVOCATES, DUE = 10_000, 100  # of the cycle that a payout is a share of
CLICK_DOLLARS_MAX, EDGE_DOLLARS_MAX = 2.0, 1.0  # design/performance.md, target 9
BIG = "900.00"  # an order whose reward waits for a person


@dataclass(frozen=True)
class Operation:
    """One thing that is done, ready to be done again and again. `prepare` is not measured."""

    name: str
    memory_mb: int
    over_http: bool
    prepare: Callable[[int], object]
    act: Callable[[object], object]


@dataclass(frozen=True)
class Measured:
    """The count of one, and the medians of the others. `first` is that of a process's first."""

    operation: Operation
    first: Count
    count: Count
    cpu_ms: float
    log_bytes: int
    calls: float = 1
    transitions: float = 0

    @property
    def gb_ms(self) -> float:
        """Of Lambda."""
        return gb_ms(self.count, self.operation.memory_mb, self.cpu_ms)

    @property
    def bill(self) -> Bill:
        """For a million."""
        one = self.operation
        return bill(
            self.count,
            over_http=one.over_http,
            memory_mb=one.memory_mb,
            cpu_ms=self.cpu_ms,
            log_bytes=self.log_bytes,
            calls=self.calls,
            transitions=self.transitions,
        )


def run(bench: Bench) -> Sequence[Table]:
    """Requests and units, dollars, and where the prices come from."""
    with towns() as all_towns, all_towns.town() as town:
        town.open()
        code, runs = town.joins("maya"), 3 if bench.quick else RUNS
        found = [measured(town, one, runs) for one in [*operations(town, code), _life(town, code)]]
    bench.say("a payout cycle")
    with tempfile.TemporaryDirectory() as home:
        found.append(_payout(measure(ADVOCATES, DUE, Path(home))))
    click, decision = found[0], found[2]
    assert (click.operation.name, decision.operation.name) == ("click", "decision")
    bench.target(
        Target("6", "decision, requests that read", decision.count.reads, DECISION_READS_MAX),
        Target("6", "decision, transactions", decision.count.transactions, 1),
        Target("4", "click, write units", click.count.write_units, 1),
        Target("4", "click, reads, link known", click.count.reads, 0),
        Target("4", "click, reads, first of a process", click.first.reads, 1),
        Target("9", "a million clicks over the HTTP API, USD", click.bill.total, CLICK_DOLLARS_MAX),
        Target(
            "9",
            "a million clicks by function URL behind an edge cache, USD",
            click.bill.total - click.bill.front,
            EDGE_DOLLARS_MAX,
        ),
    )
    return [_work(found), _dollars(found), _sources()]


def operations(town: Town, code: str) -> list[Operation]:
    """What is measured, in the order of a referral; `code` is Maya's."""

    def ordered(number: int) -> str:
        return town.order(10_000 + number, town.click(code), f"friend{number}")

    def kept(number: int) -> tuple[int, str]:
        return 20_000 + number, town.click(code)

    def held(number: int) -> str:
        town.clock.advance(2)  # so that it is the newest
        town.decide(town.order(30_000 + number, town.click(code), f"rich{number}", BIG))
        rewards = town.api("advocates_api", "maya", "GET", "/v1/me/rewards")["data"]
        reward_id = str(rewards[0]["id"])
        town.invoke("rewards_task", {"step": "assess", "reward_id": reward_id})
        return reward_id

    def approve(reward_id: object) -> object:
        path, wanted = f"/v1/rewards/{reward_id}/approve", {"reason_code": "checked_order"}
        return town.api("rewards_api", "finance", "POST", path, wanted)

    def buy(order: object) -> object:
        number, click_id = cast("tuple[int, str]", order)  # what `kept` made
        return town.order(number, click_id, f"buyer{number}")

    def me(_: object) -> object:
        return town.api("advocates_api", "maya", "GET", "/v1/me")

    return [
        Operation("click", 512, True, lambda _: code, lambda each: town.click(str(each))),
        Operation("conversion intake", 512, True, kept, buy),
        Operation("decision", 1_024, False, ordered, lambda each: town.decide(str(each))),
        Operation("reward approval", 512, True, held, approve),
        Operation("dashboard summary", 512, True, lambda _: None, me),
    ]


def _life(town: Town, code: str) -> Operation:
    """A reward that no person has to look at, from its assessment to the balance."""

    def decided(number: int) -> str:
        town.clock.advance(2)  # so that it is the newest
        town.decide(town.order(50_000 + number, town.click(code), f"life{number}"))
        return str(town.api("advocates_api", "maya", "GET", "/v1/me/rewards")["data"][0]["id"])

    def live(reward_id: object) -> Execution:
        machine, given = definition("reward_approval"), {"reward_id": reward_id}
        clock = cast("Any", _Clock(town))  # the interpreter asks for no more of a clock
        life = Execution(machine, lambda event: town.invoke("rewards_task", event), clock, given)
        assert life.status == "SUCCEEDED", (life.path, life.error)
        return life

    return Operation("reward, until it is due", 512, False, decided, live)


@dataclass(frozen=True)
class _Clock:
    """The town's, as the interpreter of state machines moves it."""

    town: Town

    def advance(self, ms: int) -> None:
        """A hold is waited out."""
        self.town.clock.advance(-(-ms // 1_000))


def _payout(cycle: Cycle) -> Measured:
    """One due advocate's share of a cycle."""
    due, whole = cycle.due, cycle.count
    share = Count(
        read_units=whole.read_units / due,
        write_units=whole.write_units / due,
        events=round(whole.events / due),
    )
    for name, number in whole.requests.items():
        share.requests[name] = round(number / due)
    one = Operation(f"payout, of {due}", 1_024, False, lambda _: None, lambda _: None)
    calls, transitions = cycle.calls / due, cycle.transitions / due
    return Measured(one, Count(), share, cycle.cpu_ms / due, 0, calls, transitions)


def measured(town: Town, operation: Operation, runs: int) -> Measured:
    """Warm it, count one, and take medians of processor time and log bytes."""
    ready = operation.prepare(0)
    if operation.name == "click":
        town.loaded.clear()  # whatever has been prepared may have followed the link
    town.meter.take()
    operation.act(ready)
    first = town.meter.take()
    spent, printed, count, done = [], [], Count(), None
    for number in range(1, runs + 1):
        ready = operation.prepare(number)
        town.meter.take()
        before, begun = town.printed.bytes, time.process_time()
        done = operation.act(ready)
        spent.append(time.process_time() - begun)
        printed.append(town.printed.bytes - before)
        count = town.meter.take()
    middle = runs // 2
    cpu_ms, log_bytes = sorted(spent)[middle] * 1_000, sorted(printed)[middle]
    if not isinstance(done, Execution):
        return Measured(operation, first, count, cpu_ms, log_bytes)
    machine = definition("reward_approval")["States"]
    calls = sum(machine[state]["Type"] == "Task" for state in done.path)
    return Measured(operation, first, count, cpu_ms, log_bytes, calls, len(done.path))


def _work(found: Sequence[Measured]) -> Table:
    rows: list[list[Cell]] = [
        [
            one.operation.name,
            one.count.reads,
            one.count.writes,
            one.count.read_units,
            one.count.write_units,
            one.count.others,
            float(one.transitions),
            one.count.events,
            one.cpu_ms,
            one.gb_ms,
            one.log_bytes,
        ]
        for one in found
    ]
    return Table(
        "Requests and units of one operation, warm",
        (
            *("operation", "reads", "writes", "read units", "write units", "other services"),
            *("transitions", "bus events", "processor ms", "Lambda GB-ms", "log bytes"),
        ),
        rows,
        "`reads` and `writes` are requests to DynamoDB; a transaction is one write. Processor time"
        " here has\nthe counting of requests in it. A payout's requests are rounded; its logs are"
        " not counted. The\norders come from one network, of which the checks note a trail (two"
        " records, the larger the more\norders it remembers): a decision writes more than one of a"
        " network that nobody has come from.",
    )


def _dollars(found: Sequence[Measured]) -> Table:
    rows: list[list[Cell]] = [
        [one.operation.name, *_parts(one.bill), one.operation.memory_mb] for one in found
    ]
    table = prices()
    return Table(
        "Dollars for a million of them",
        ("operation", "HTTP API", "Lambda", "DynamoDB", "the rest", "total", "memory MB"),
        rows,
        f"Prices of {table['as_of']}: {table['where']}.\nThe rest is KMS, transitions, events and"
        " logs. Not in it: the functions that a row sets off over\nstreams and the bus, mails,"
        " storage, traffic.",
    )


def _sources() -> Table:
    rows = [(each["prices"], each["said"]) for each in prices()["sources"]]
    return Table("Where the prices come from", ("prices", "said by"), rows)


def _parts(each: Bill) -> list[Cell]:
    return [each.front, each.compute, each.store, each.rest, each.total]
