"""The cost of deciding one conversion.

An order over a click, reported by Shopify, goes through the real handlers: intake, then the worker
that the stream calls, from reading the delivery to marking it booked. The histories are earlier
orders of the same advocate and programme, each of another friend; then the orders of one friend.
The checks have no trail of the network that an order comes from; two records more if they have.
"""

import time
from collections.abc import Sequence

from goodword_aws import wiring

from tests.bench.__main__ import Bench
from tests.bench.history import grow, specimen
from tests.bench.meter import READS, Count
from tests.bench.report import Cell, Table
from tests.bench.town import Json, Town, Towns, towns

HISTORIES = (0, 100, 1_000)  # up to a million: the bench `growth`
ORDERS = (1, 2, 3, 10, 30, 60)  # which order of one and the same friend
CPU_RUNS = 40
HOURS_BETWEEN = 20  # hours between two orders of one friend
FRIEND = {
    "rules": [
        {
            "rule_id": "both",
            "action": "sale",
            "reward": {"kind": "percentage", "basis_points": 1000},
            "friend": {"reward": {"kind": "flat", "amount_minor": 500}, "unit": "points"},
        }
    ]
}
SHARED = {"caps": [{"amount_minor": 10**9, "period": "month", "scope": "programme"}]}
COLUMNS = ("get", "batch get", "query", "transactions", "items", "read units", "write units")


def run(bench: Bench) -> Sequence[Table]:
    """Both tables, and the processor's time."""
    histories = HISTORIES[:2] if bench.quick else HISTORIES
    orders = ORDERS[:4] if bench.quick else ORDERS
    with towns() as all_towns:
        with all_towns.town() as town:
            by_history, trace = _by_history(town, histories, bench)
            cpu_ms = _cpu_ms(town, 5 if bench.quick else CPU_RUNS)
        with all_towns.town() as town:
            by_friend = _by_friend(town, orders)
        by_kind = _by_kind(all_towns)
    same = len({tuple(row[1:]) for row in by_history}) == 1
    return [
        Table(
            "One decision, by the earlier orders of the advocate",
            ("earlier orders", *COLUMNS),
            by_history,
            f"{'It does not grow.' if same else 'IT GROWS WITH HISTORY.'}"
            f" Processor time of one decision here, warm, median: {cpu_ms:.1f} ms.",
        ),
        Table(
            "What is asked, in this order",
            ("request", "records, by the beginnings of their keys (docs/architecture.md)"),
            trace,
        ),
        Table(
            "One decision, by the earlier orders of the same friend",
            ("the friend's order number", *COLUMNS),
            by_friend,
            "Neither requests nor reads grow. Of the friend at most 30 orders and 50 touches are"
            " remembered,\npacked: the last row is at those limits, and nothing is above it.",
        ),
        Table(
            "One decision of other kinds",
            ("kind", *COLUMNS),
            by_kind,
            "A process that is new to the programme also reads its versions and the source, once.",
        ),
    ]


def figures(count: Count) -> list[Cell]:
    """The columns of both tables."""
    asked = [count.requests[f"dynamodb:{name}"] for name in READS[:3]]
    units = [count.read_units, count.write_units]
    return [*asked, count.transactions, count.items_written, *units]


def decided(town: Town, code: str, number: int, friend: str) -> Count:
    """The count of one decision, the intake not included."""
    return _counted(town, town.arrival(town.order(number, town.click(code), friend)))


def _counted(town: Town, shown: Json) -> Count:
    """What the worker asks for when the stream shows it this."""
    town.meter.take()
    answer = town.invoke("conversions_stream", shown)
    assert answer == {"batchItemFailures": []}, answer
    return town.meter.take()


def _by_history(
    town: Town, histories: Sequence[int], bench: Bench
) -> tuple[list[list[Cell]], list[tuple[str, str]]]:
    """The rows, and what the last of the decisions asked for."""
    town.open()
    code = town.joins("maya")
    rows: list[list[Cell]] = []
    made = specimen(town, code)  # also warms every function, and begins the balance and the cap
    there = 0
    for history in histories:
        if history > there:
            bench.say(f"{history:,} earlier orders")
            grow(town, made, there, history)
            there = history
        count = decided(town, code, 1_000 + history, f"f{history}")
        rows.append([f"{history:,}", *figures(count)])
    return rows, count.trace


def _by_friend(town: Town, orders: Sequence[int]) -> list[list[Cell]]:
    town.open()
    code = town.joins("maya")
    decided(town, code, 1, "somebody.else")
    counts = {}
    for number in range(1, max(orders) + 1):
        town.clock.advance(HOURS_BETWEEN * 3_600)
        counts[number] = decided(town, code, 1_000 + number, "robin")
    return [[str(number), *figures(counts[number])] for number in orders]


def _by_kind(all_towns: Towns) -> list[list[Cell]]:
    """What comes up in every programme beside the plain order over one click."""
    rows: list[list[Cell]] = []
    for kind, terms in (("the friend gets something too", FRIEND), ("caps of all", SHARED)):
        with all_towns.town() as town:
            town.open(**terms)
            code = town.joins("maya")
            decided(town, code, 1, "somebody.else")
            rows.append([kind, *figures(decided(town, code, 2, "robin"))])
    with all_towns.town() as town:
        town.open()
        code = town.joins("maya")
        shown = town.arrival(town.order(1, town.click(code), "somebody.else"))
        wiring.forget()
        rows.append(["the first of a process", *figures(_counted(town, shown))])
        rows.append(["the same, shown again", *figures(_counted(town, shown))])
        shown = town.arrival(town.order(2, "", "robin"))
        rows.append(["an order that nobody brought", *figures(_counted(town, shown))])
    return rows


def _cpu_ms(town: Town, runs: int) -> float:
    """The median over decisions of new friends, in this process; the emulator is another one."""
    town.loaded.clear()
    code = town.joins("nora")
    spent = []
    for number in range(runs):
        delivery = town.order(9_000 + number, town.click(code), f"n{number}")
        begun = time.process_time()
        town.decide(delivery)
        spent.append(time.process_time() - begun)
    return sorted(spent)[len(spent) // 2] * 1_000
