"""One emulator is one child process on loopback; it is found again, and ended, by its pid file.

`start` gives back an Emulator once it answers. A home whose process was killed (also with kill -9)
is recognised and cleared by the next `start`. The developer's own AWS variables never reach it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.local import process
from infra.local.http import Http
from infra.local.places import (
    ACCOUNT,
    CLOCK_NAME,
    DIRECTORY,
    LOCAL,
    RAIL_STATE,
    RAIL_URL,
    REGION,
    ROOT,
    TOWN_URL,
)

HOST = "127.0.0.1"
MODULE = "infra.local.ministack_process"
READY_SECONDS_MAX = 60.0  # seconds; it takes two here, ten on a loaded machine
STOP_SECONDS_MAX = 8.0  # seconds of grace; hypercorn itself waits three for open requests
START_TRIES_MAX = 3  # the free port found may be taken by someone else a moment later
PASSED_ON = ("PATH", "LANG", "LC_ALL")

# The children of this process by home: the open pipe to its standard input is the tether.
_children: dict[Path, "subprocess.Popen[bytes]"] = {}


class EmulatorError(Exception):
    """It did not start, or another one runs in the same home; the text says what to do."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it lives, its port on loopback, its pid."""

    home: Path
    port: int
    pid: int

    @property
    def endpoint(self) -> str:
        """What AWS clients use as endpoint_url."""
        return f"http://{HOST}:{self.port}"

    @property
    def rail_url(self) -> str:
        """Where the simulated rail of this run listens."""
        return (self.home / RAIL_URL).read_text()

    @property
    def town_url(self) -> str:
        """Where the shop, the mailbox and the one-click sign-ins of this run listen."""
        return (self.home / TOWN_URL).read_text()

    @property
    def log(self) -> Path:
        """What ministack itself prints."""
        return self.home / "ministack.log"


def _record(home: Path) -> Path:
    return home / "emulator.json"


def _marker(home: Path) -> str:
    """What only the command line of this home's emulator contains."""
    return f"{MODULE} {home}"


def running(home: Path) -> Emulator | None:
    """The live emulator of this home, or None; a pid file left by a killed run counts as none."""
    home = home.resolve()
    try:
        said = json.loads(_record(home).read_text())
        found = Emulator(home, int(said["port"]), int(said["pid"]))
    except (OSError, ValueError, KeyError):
        return None
    return found if process.is_alive(found.pid, _marker(home)) else None


def stop(home: Path) -> bool:
    """End this home's emulator by its pid and clear its temporary files; False if none ran."""
    home = home.resolve()
    found = running(home)
    if found is not None and not process.end(found.pid, _marker(home), STOP_SECONDS_MAX):
        raise EmulatorError(f"the emulator (pid {found.pid}) does not end; kill it and try again")
    if (child := _children.pop(home, None)) is not None:
        if child.stdin is not None:
            child.stdin.close()
        child.wait(STOP_SECONDS_MAX)
    _record(home).unlink(missing_ok=True)
    shutil.rmtree(home / "tmp", ignore_errors=True)
    return found is not None


def start(
    home: Path,
    *,
    tethered: bool = True,
    wait_scale: float = 1.0,
) -> Emulator:
    """Start an empty emulator in `home` and wait until it answers.

    Tethered, it ends with this process however that ends. `wait_scale` multiplies the waits of
    Step Functions.
    """
    home = home.resolve()
    if (there := running(home)) is not None:
        raise EmulatorError(
            f"an emulator already runs for {home} (pid {there.pid}, port {there.port})"
        )
    stop(home)
    for name in (CLOCK_NAME, RAIL_STATE, RAIL_URL, TOWN_URL, DIRECTORY):
        (home / name).unlink(missing_ok=True)
    for name in ("state", "s3"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    for _ in range(START_TRIES_MAX):
        port = free_port()
        child = _spawn(home, _settings(home, port, wait_scale), tethered)
        _record(home).write_text(json.dumps({"pid": child.pid, "port": port}))
        found = Emulator(home, port, child.pid)
        if _wait_until_ready(found, child):
            return found
        stop(home)
        (home / "tmp").mkdir(exist_ok=True)
    raise EmulatorError(f"the emulator did not start; the end of {found.log}:\n{_tail(found.log)}")


@contextmanager
def emulator(home: Path, **options: object) -> Iterator[Emulator]:
    """`start`, and `stop` whatever happens in between."""
    started = start(home, **options)  # type: ignore[arg-type]  # the options of start, by name
    try:
        yield started
    finally:
        stop(home)


def sweep() -> list[Path]:
    """Delete the homes `.local/<name>-<pid>` whose owner is gone; end what still runs in them."""
    swept = []
    for home in sorted(LOCAL.glob("*-*")):
        owner = home.name.rpartition("-")[2]
        if owner.isdigit() and not process.command_line(int(owner)):
            stop(home)
            shutil.rmtree(home, ignore_errors=True)
            swept.append(home)
    return swept


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _settings(home: Path, port: int, wait_scale: float) -> dict[str, str]:
    """The whole environment of the emulator: nothing of the developer's AWS set-up gets in."""
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "TZ": "UTC",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_STRICT": "0",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{home}/no-docker.sock",
        "SFN_WAIT_SCALE": str(wait_scale),
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "PERSIST_STATE": "0",
        "LOG_LEVEL": "INFO",
    }


def _spawn(home: Path, settings: Mapping[str, str], tethered: bool) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", MODULE, str(home), *(["--tethered"] if tethered else [])]
    with (home / "ministack.log").open("wb") as log:
        child = subprocess.Popen(
            words,
            cwd=ROOT,
            env=dict(settings),
            stdin=subprocess.PIPE if tethered else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we end the child in our own order
        )
    _children[home] = child
    return child


def _wait_until_ready(found: Emulator, child: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline and child.poll() is None:
        with suppress(OSError):
            if Http(found.endpoint).get("/_ministack/ready").status == 200:
                return True
        time.sleep(process.POLL_SECONDS)
    return False


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
