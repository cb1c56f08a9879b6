"""Work per operation, and what a million of them cost.

Each operation runs through its real handler, once to warm it and then measured; what the streams
and the bus start afterwards is not in its row. Dollars follow the dated table in
tests/bench/prices.json.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from tests.bench.__main__ import Bench
from tests.bench.history import grow, specimen
from tests.bench.meter import Count
from tests.bench.prices import Bill, bill, prices
from tests.bench.report import Cell, Table
from tests.bench.town import Town, towns

RUNS = 15
REFERRALS = (0, 100, 10_000)
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
    """The count of one, and the medians of the others."""

    operation: Operation
    count: Count
    cpu_ms: float
    log_bytes: int

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
        )


def run(bench: Bench) -> Sequence[Table]:
    """Requests and units, dollars, and the dashboard by its history."""
    with towns() as all_towns:
        with all_towns.town() as town:
            town.open()
            found = [measured(town, one, 3 if bench.quick else RUNS) for one in operations(town)]
        with all_towns.town() as town:
            dashboard = _dashboard(town, REFERRALS[:2] if bench.quick else REFERRALS, bench)
    return [_work(found), _dollars(found), dashboard]


def operations(town: Town) -> list[Operation]:
    """What is measured, in the order of a referral."""
    code = town.joins("maya")

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


def measured(town: Town, operation: Operation, runs: int) -> Measured:
    """Warm it, count one, and take medians of processor time and log bytes."""
    operation.act(operation.prepare(0))
    spent, printed, count = [], [], Count()
    for number in range(1, runs + 1):
        ready = operation.prepare(number)
        town.meter.take()
        before, begun = town.printed.bytes, time.process_time()
        operation.act(ready)
        spent.append(time.process_time() - begun)
        printed.append(town.printed.bytes - before)
        count = town.meter.take()
    middle = runs // 2
    return Measured(operation, count, sorted(spent)[middle] * 1_000, sorted(printed)[middle])


def _work(found: Sequence[Measured]) -> Table:
    rows: list[list[Cell]] = [
        [
            one.operation.name,
            one.count.reads,
            one.count.writes,
            one.count.read_units,
            one.count.write_units,
            one.count.others,
            one.cpu_ms,
            one.log_bytes,
        ]
        for one in found
    ]
    return Table(
        "Requests and units of one operation, warm",
        (
            *("operation", "reads", "writes", "read units", "write units"),
            *("other services", "processor ms", "log bytes"),
        ),
        rows,
        "`reads` and `writes` are requests to DynamoDB; a transaction is one write.",
    )


def _dollars(found: Sequence[Measured]) -> Table:
    rows: list[list[Cell]] = [
        [one.operation.name, *_parts(one.bill), one.operation.memory_mb] for one in found
    ]
    table = prices()
    return Table(
        "Dollars for a million of them",
        ("operation", "HTTP API", "Lambda", "DynamoDB", "other, logs", "total", "memory MB"),
        rows,
        f"Prices of {table['as_of']}: {table['where']}.\nLambda's time is the processor time above"
        f" plus {table['assumed_ms_per_request']} ms for each request to AWS; the rest is counted."
        "\nNot in it: what a row sets off (streams, bus, state machines, mails), storage, traffic.",
    )


def _parts(each: Bill) -> list[Cell]:
    return [each.front, each.compute, each.store, each.rest, each.total]


def _dashboard(town: Town, referrals: Sequence[int], bench: Bench) -> Table:
    town.open()
    code = town.joins("maya")
    made, there = specimen(town, code), 0
    rows: list[list[Cell]] = []
    for number in referrals:
        if number > there:
            bench.say(f"{number:,} referrals")
            grow(town, made, there, number)
            there = number
        town.api("advocates_api", "maya", "GET", "/v1/me")
        town.meter.take()
        town.api("advocates_api", "maya", "GET", "/v1/me")
        count = town.meter.take()
        queries = count.requests["dynamodb:Query"]
        rows.append([f"{number:,}", queries, count.reads - queries, count.read_units])
    return Table(
        "The dashboard's summary, by the referrals behind it",
        ("referrals", "queries", "other reads", "read units"),
        rows,
    )
