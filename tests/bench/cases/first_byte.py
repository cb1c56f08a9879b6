"""How long a warm page's first byte takes: the real function, to a bare handler in the same run.

The portal runs as it is deployed, under the real Lambda runtime client (awslambdaric), and talks to
its stores over HTTP. What is measured is the time on the wall from handing it the event until its
answer begins to come; the first events of a process do not count. Rounds take turns, so that the
machine's other load meets all alike, and medians are compared. DynamoDB itself takes a few
milliseconds more for each request, and pages make theirs one after the other.
"""

import io
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from infra.local.places import ROOT
from tests.bench.__main__ import Bench
from tests.bench.aws_of_town import TABLES, Aws, aws_of
from tests.bench.cases.pages import HOME, earned
from tests.bench.lambda_host import Host, Json, Run, host
from tests.bench.report import Table, Target
from tests.bench.starts import Start, every_setting, handlers
from tests.support.api import ANNA
from tests.support.pages import CLIENT_ID, ISSUER, Browser, pages
from tests.support.people import ANNA as ANNA_IN

EVENTS, ROUNDS, WARM_UP = 60, 5, 10
LAYERS = [ROOT / "layers" / name / "python" for name in ("domain", "platform")]
BARE, CALL = "a bare handler", "a bare handler and one boto3 put"
# The design has no figure: it is what the first measurement gave (158), and a quarter more, so that
# a home page which begins to wait for something else is seen.
HOME_MAX = 200
WHY = (
    "the floor is as many bare boto3 puts in this run as the page has requests, made one after the"
    "\nother. Above it are the records, the words and the page itself"
)
PATHS = (HOME, "/my/earnings", "/my/links", "/my/payouts", "/my/help")


def run(bench: Bench) -> Sequence[Table]:
    """The one table."""
    count, rounds = (WARM_UP + 5, 1) if bench.quick else (EVENTS, ROUNDS)
    with redirect_stdout(io.StringIO()), pages() as here:
        program_id = here.town.program().program_id
        earned(here, here.town.joined(program_id, ANNA_IN).advocate_id, program_id)
        browser = here.browser(ANNA)
        events = {path: _event(browser, path) for path in PATHS}
    with (
        tempfile.TemporaryDirectory() as place,
        aws_of(here.town.store) as aws,
        host(Path(place) / "packages") as there,
    ):
        every = {one.name: one for one in handlers(Path(place), _settings(aws))}
        portal = Start("portal_web", ROOT / "functions" / "portal_web", LAYERS, _settings(aws))
        waits: dict[str, list[float]] = {name: [] for name in (BARE, CALL, *PATHS)}
        spent: dict[str, list[float]] = {name: [] for name in waits}
        asked: dict[str, int] = {BARE: 0, CALL: 1}
        for number in range(rounds):
            bench.say(f"round {number + 1} of {rounds}, {count} events each")
            for name in waits:
                start, event = (every[name], {}) if name in every else (portal, events[name])
                before = aws.asked
                done = _each(there, start, [event] * count)
                waits[name] += done.first_byte_ms[WARM_UP:]
                spent[name] += done.each_ms[WARM_UP:]
                asked.setdefault(name, round((aws.asked - before) / count))
    middle = {name: statistics.median(every_ms) for name, every_ms in waits.items()}
    bench.target(
        Target(
            "page",
            "advocate's home, first byte of a warm function, to bare",
            middle[HOME] / middle[BARE],
            HOME_MAX,
            WHY,
            asked[HOME] * middle[CALL] / middle[BARE],
        )
    )
    return [_table(waits, spent, asked)]


def _table(
    waits: Mapping[str, Sequence[float]],
    spent: Mapping[str, Sequence[float]],
    asked: Mapping[str, int],
) -> Table:
    middle = {name: statistics.median(every_ms) for name, every_ms in waits.items()}
    rows = [
        (
            name,
            f"{middle[name]:.2f}",
            f"{sorted(every_ms)[int(len(every_ms) * 0.95)]:.2f}",
            f"{middle[name] / middle[BARE]:.1f}",
            f"{middle[name] / middle[CALL]:.1f}",
            f"{statistics.median(spent[name]):.2f}",
            asked[name],
        )
        for name, every_ms in waits.items()
    ]
    columns = (
        *("answered", "first byte, ms", "95 of 100", "to bare", "to one boto3 put"),
        *("processor ms", "requests to DynamoDB"),
    )
    note = f"{len(waits[BARE])} events of each. The target is of the home page, to bare."
    return Table("First byte of a warm function", columns, rows, note)


def _each(there: Host, one: Start, events: Sequence[Json]) -> Run:
    done = there.run(one.directory, one.layers, one.settings, events)
    bad = [each for each in there.answers if each.get("statusCode", 200) not in (200, 302)]
    assert not bad, bad[0]
    return done


def _settings(aws: Aws) -> Mapping[str, str]:
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "none"}
    tables = {f"{name.upper()}_TABLE": table for name, table in TABLES.items()}
    pool = {"USER_POOL_ID": ISSUER.rpartition("/")[2], "PAGES_CLIENT_ID": CLIENT_ID}
    return every_setting({**region, **keys, "AWS_ENDPOINT_URL": aws.endpoint, **tables, **pool})


def _event(browser: Browser, path: str) -> Json:
    """As the HTTP API hands it over; the page was good in this process."""
    assert browser.get(path).status == 200
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept-language": "en", "accept": "text/html"},
        "cookies": [f"{name}={value}" for name, value in browser.cookies.items()],
        "requestContext": {"requestId": "bench", "http": {"method": "GET", "path": path}},
        "isBase64Encoded": False,
    }
