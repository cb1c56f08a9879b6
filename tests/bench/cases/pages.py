"""What a page takes once its function is warm: processor time to its first byte, reads, bytes.

Real handlers over a store in memory: token check, reads, rendering. A read takes DynamoDB a few
milliseconds more each; pages make theirs one after the other. A first visit brings the static files
that a page names, uncompressed, and nothing from anybody else.
"""

import io
import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout

from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.bench.__main__ import Bench
from tests.bench.report import Cell, Table, Target
from tests.support.api import ANNA
from tests.support.pages import Browser, Pages, pages
from tests.support.people import ANNA as ANNA_IN

HOME, HOME_KB_MAX, SUMMARY_QUERIES_MAX = "/my", 60, 1
SUMMARIES = {HOME: "advocate's home", "/my/links": "links", "/my/payouts": "payouts"}
BROUGHT = re.compile(r'(?:href|src)="(/static/[^"]+|/my/links/[^"/]+/qr)"')
READS = ("get", "get_many", "get_mixed", "query", "query_mixed", "query_index")
REWARDS = 60


def run(bench: Bench) -> Sequence[Table]:
    """One row for each page."""
    runs = 10 if bench.quick else 200
    with redirect_stdout(io.StringIO()), pages() as here:
        program_id = here.town.program().program_id
        earned(here, here.town.joined(program_id, ANNA_IN).advocate_id, program_id)
        browser = here.browser(ANNA)
        paths = (HOME, "/my/earnings", "/my/links", "/my/payouts", f"/join/{program_id}")
        rows = [_row(here, browser, path, runs) for path in paths]
        queries = {
            name: _reads(here, browser, path)["query_mixed"] for path, name in SUMMARIES.items()
        }
        bench.target(
            Target("page", "advocate's home, KB of a first visit", _kb(browser, HOME), HOME_KB_MAX),
            *(
                Target("page", f"{name}, Queries for the summary", asked, SUMMARY_QUERIES_MAX)
                for name, asked in queries.items()
            ),
        )
    return [
        Table(
            "One page, warm",
            ("page", "ms, median", "ms, 95 of 100", "reads", "KB of HTML", "KB of a first visit"),
            rows,
            f"{runs} runs of each; {REWARDS} rewards. The reads do not grow with the history: the"
            " summary is one\nQuery, and what is listed below it (links, each kind of event) is a"
            " page of its own.",
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
        sum(_reads(here, browser, path).values()),
        f"{len(shown.html.encode()) / 1_000:.1f}",
        f"{_kb(browser, path):.1f}",
    )


def _kb(browser: Browser, path: str) -> float:
    """Bytes of bodies and headers of the page and of the files and pictures that it names."""
    page = browser.get(path)
    shown = [page, *(browser.get(each) for each in sorted(set(BROUGHT.findall(page.html))))]
    size = 0
    for each in shown:
        assert each.status == 200, each.path
        size += len(each.html.encode()) + sum(map(len, each.headers)) + 4 * len(each.headers)
        size += sum(map(len, each.headers.values()))
    return size / 1_000


def _reads(here: Pages, browser: Browser, path: str) -> Counter[str]:
    """How many requests for data the page makes, by what the store calls them."""
    store, asked = here.town.store, Counter[str]()
    before = {name: getattr(store, name) for name in READS}
    for name, read in before.items():

        def counted(
            *words: object, _read: object = read, _as: str = name, **more: object
        ) -> object:
            asked[_as] += 1
            return _read(*words, **more)  # type: ignore[operator]  # a method of the store

        setattr(store, name, counted)
    browser.get(path)
    for name, read in before.items():
        setattr(store, name, read)
    return asked


def earned(here: Pages, advocate_id: str, program_id: str) -> None:
    """So many rewards, a day older each."""
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
