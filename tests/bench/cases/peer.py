"""The redirect beside the handler that most people would write, and beside two peers.

All answer the same bounded load on loopback (four kept connections), one after the other in turns.
Handlers stand behind the same small front (tests/bench/front.py), whose own share the bare handler
shows. Ours and the usual one (Powertools' resolver, boto3's resource, a get and then a put) keep
their clicks in the AWS emulator, another process, as DynamoDB is; the peers keep theirs in SQLite
and in a file, and the time for that is theirs. Compare with that in mind: counts of lost clicks and
processor time compare, requests per second depend on the emulator as much as on the handler.

To repeat: `make bench ONLY=peer`. Peers come from their registry with the versions of
tests/bench/peers.txt into a temporary directory; the crash is SIGKILL to the process group after
half of the answers, and a click is lost if its redirect was answered and it is not stored after.
"""

import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from goodword.tracking.click import read_click

from infra.local.ministack_process import link_packages
from infra.local.places import ROOT
from tests.adapters.tables import TABLES
from tests.bench.__main__ import Bench
from tests.bench.load import load
from tests.bench.peers import (
    NoPeerError,
    Running,
    behind_front,
    click_ids,
    django_link_shortener,
    installed,
    tiny_link,
)
from tests.bench.report import Cell, Table, Target
from tests.bench.starts import handlers
from tests.bench.town import Town, towns

REQUESTS, ROUNDS, WARM_UP = 2_000, 3, 100
BARE, OURS, USUAL = "a bare handler", "Goodword", "Powertools + boto3 resource, get and put"
LAYERS = [ROOT / "layers" / name / "python" for name in ("domain", "platform")]
Starter = Callable[[], Running]


@dataclass
class Seen:
    """What all rounds of one have shown."""

    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    answered: int = 0
    lost: int = 0


def run(bench: Bench) -> Sequence[Table]:
    """The one table."""
    requests, rounds = (300, 1) if bench.quick else (REQUESTS, ROUNDS)
    with tempfile.TemporaryDirectory() as place, towns() as all_towns, all_towns.town() as town:
        town.open()
        every, missing = _starters(town, Path(place), bench)
        seen = {name: Seen() for name in every}
        for number in range(rounds):
            for name, starter in every.items():
                bench.say(f"round {number + 1} of {rounds}: {name}")
                _played(starter, requests, seen[name])
    bench.target(
        Target("5", "answered redirects without a stored click, after kill -9", seen[OURS].lost, 0),
    )
    return [_table(seen, requests, missing)]


def _starters(town: Town, place: Path, bench: Bench) -> tuple[dict[str, Starter], str]:
    code, packages = town.joins("maya"), link_packages(place / "packages")
    every = {one.name: one for one in handlers(place, town.settings)}

    def front(name: str, directory: Path, layers: Sequence[Path], lost: object) -> Starter:
        settings = {**town.settings, "POWERTOOLS_LOG_LEVEL": "INFO"}
        return lambda: behind_front(
            name,
            directory,
            layers,
            settings,
            packages,
            code,
            lost,  # type: ignore[arg-type]  # below
        )

    redirect = ROOT / "functions" / "tracking_web"
    found: dict[str, Starter] = {
        BARE: front(BARE, _sends_on(place), (), lambda _: 0),
        OURS: front(OURS, redirect, LAYERS, lambda them: _lost(town, _ours(town, them))),
        USUAL: front(
            USUAL, every[USUAL].directory, (), lambda them: _lost(town, click_ids(them, "click"))
        ),
    }
    try:
        python = installed(place / "peers")
    except NoPeerError as why:
        bench.say(f"NO PEERS: {why}")
        return found, f"THE PEERS ARE MISSING: they could not be installed ({why})."
    homes = iter(range(1_000))
    found["django-link-shortener 1.1.0"] = lambda: django_link_shortener(
        python, place / f"django-{next(homes)}"
    )
    found["indiekit-tiny-link 0.1.0"] = lambda: tiny_link(python, place / f"tiny-{next(homes)}")
    return found, ""


def _sends_on(place: Path) -> Path:
    """The floor: an answer that says where to, and nothing kept."""
    directory = place / "sends-on"
    directory.mkdir()
    answer = {"statusCode": 302, "headers": {"location": "https://shop.example/"}}
    (directory / "handler.py").write_text(f"def handler(event, context):\n    return {answer}\n")
    return directory


def _played(starter: Starter, requests: int, seen: Seen) -> None:
    """A load, and then another in the middle of which the power fails."""
    running = starter()
    try:
        load(running.port, running.path, WARM_UP)
        before = running.cpu_ms()
        calm = load(running.port, running.path, requests)
        assert len(calm.locations) == requests, (running.name, calm.refused[:3])
        seen.cpu_ms.append((running.cpu_ms() - before) / requests)
        seen.rates.append(calm.rate)
        seen.p50_ms.append(calm.percentile(0.5))
        seen.p99_ms.append(calm.percentile(0.99))
    finally:
        running.kill()
    running = starter()
    try:
        broken = load(running.port, running.path, requests, (requests // 2, running.kill))
    finally:
        running.kill()
    assert len(broken.locations) < requests, f"{running.name} was not killed in time"
    seen.answered += len(broken.locations)
    seen.lost += running.lost(broken.locations)


def _ours(town: Town, locations: Sequence[str]) -> list[str]:
    """The nonces inside the signed ids; an id that is not ours fails here."""
    arn = town.settings["CLICK_SECRET_ARN"]
    secret = town.aws("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return [
        read_click(one, [secret.encode()]).nonce_hex for one in click_ids(locations, "gw_click")
    ]


def _lost(town: Town, nonces: Sequence[str]) -> int:
    """How many of these clicks are not in the table."""
    pages = town.aws("dynamodb").get_paginator("scan").paginate(TableName=TABLES["arrivals"])
    stored = {item["pk"]["S"].removeprefix("TCH#") for page in pages for item in page["Items"]}
    return sum(nonce not in stored for nonce in nonces)


def _table(seen: Mapping[str, Seen], requests: int, missing: str) -> Table:
    floor = statistics.median(seen[BARE].cpu_ms)
    rows: list[list[Cell]] = []
    for name, one in seen.items():
        spent = statistics.median(one.cpu_ms)
        kept = name != BARE
        rows.append(
            [
                name,
                round(statistics.median(one.rates)),
                statistics.median(one.p50_ms),
                statistics.median(one.p99_ms),
                spent,
                spent / floor,
                f"{one.lost} of {one.answered:,}" if kept else "keeps none",
            ]
        )
    rounds = len(seen[BARE].rates)
    return Table(
        "A redirect that records its click, under load and under kill -9",
        (
            *("answered by", "requests/s", "ms, half", "ms, 99 of 100", "processor ms"),
            *("to bare", "lost"),
        ),
        rows,
        f"{rounds} rounds of {requests:,} requests, and as many of the crash. Processor time is"
        f" that of\nthe answering processes only.\n{missing}".rstrip(),
    )
