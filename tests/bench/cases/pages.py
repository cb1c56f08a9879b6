"""What a page takes once its function is warm: processor time to its first byte, reads, bytes.

Real handlers over a store in memory: token check, reads, rendering. A read takes DynamoDB a few
milliseconds more each; pages make theirs one after the other.
"""

import statistics
import time
from collections.abc import Sequence

from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.bench.__main__ import Bench
from tests.bench.report import Cell, Table
from tests.support.api import ANNA
from tests.support.pages import Browser, Pages, pages
from tests.support.people import ANNA as ANNA_IN

READS = ("get", "get_many", "get_mixed", "query", "query_mixed", "query_index")
REWARDS = 60


def run(bench: Bench) -> Sequence[Table]:
    """One row for each page."""
    runs = 10 if bench.quick else 200
    with pages() as here:
        program_id = here.town.program().program_id
        _earned(here, here.town.joined(program_id, ANNA_IN).advocate_id, program_id)
        browser = here.browser(ANNA)
        paths = ("/my", "/my/earnings", "/my/links", "/my/payouts", f"/join/{program_id}")
        rows = [_row(here, browser, path, runs) for path in paths]
    return [
        Table(
            "One page, warm",
            ("page", "ms, median", "ms, 95 of 100", "reads", "KB of HTML"),
            rows,
            f"{runs} runs of each; {REWARDS} rewards. The reads do not grow with the history.",
        )
    ]


def _row(here: Pages, browser: Browser, path: str, runs: int) -> Sequence[Cell]:
    browser.get(path)
    took = []
    for _ in range(runs):
        begun = time.process_time()
        shown = browser.get(path)
        took.append((time.process_time() - begun) * 1_000)
    name = "/join/…" if path.startswith("/join/") else path
    ordered = sorted(took)
    return (
        name,
        f"{statistics.median(took):.1f}",
        f"{ordered[int(len(ordered) * 0.95)]:.1f}",
        _reads(here, browser, path),
        f"{len(shown.html.encode()) / 1_000:.1f}",
    )


def _reads(here: Pages, browser: Browser, path: str) -> int:
    """How many requests for data the page makes."""
    store, count = here.town.store, 0
    before = {name: getattr(store, name) for name in READS}
    for name, read in before.items():

        def counted(*words: object, _read: object = read, **more: object) -> object:
            nonlocal count
            count += 1
            return _read(*words, **more)  # type: ignore[operator]  # a method of the store

        setattr(store, name, counted)
    browser.get(path)
    for name, read in before.items():
        setattr(store, name, read)
    return count


def _earned(here: Pages, advocate_id: str, program_id: str) -> None:
    at_ms = here.town.clock.now_ms()
    for number in range(REWARDS):
        change = Change()
        change.create(
            Reward(
                reward_id=f"rwd_{number:026d}",
                advocate_id=advocate_id,
                program_id=program_id,
                version_number=1,
                rule_id="sale",
                conversion_id=f"cnv_{number}",
                order_id=f"order-{number}",
                action="sale",
                currency="EUR",
                earned_minor=500,
                remaining_minor=500,
                state="pending",
                created_ms=at_ms - number * DAY_MS,
                changed_ms=at_ms,
                start_by_ms=at_ms,
                hold_until_ms=at_ms + DAY_MS,
            )
        )
        here.town.store.commit(change)
