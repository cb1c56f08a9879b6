"""What answers a redirect, ready to be started, loaded and killed: ours, the usual one, two peers.

A peer comes from its registry, with the versions of peers.txt, into a directory of its own. Where
there is no network it is left out, and the bench says so.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.bench import children

PINS = Path(__file__).with_name("peers.txt")
FRONT = Path(__file__).with_name("front.py")
INSTALL_SECONDS_MAX, START_SECONDS_MAX = 180, 20.0
CODE, TARGET = "maya7", "https://shop.example/sale"
DJANGO = """
import os, sys
SECRET_KEY, ROOT_URLCONF, ALLOWED_HOSTS, DEBUG, USE_TZ = "bench", "shop", ["*"], False, True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shortener"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "clicks.sqlite"}}
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("s/", include("shortener.urls"))]
"""
FILL = f'''
import datetime, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from shortener.models import UrlMap
far = datetime.datetime(2999, 1, 1, tzinfo=datetime.timezone.utc)
UrlMap.objects.create(user=User.objects.create(username="u"), full_url="{TARGET}",
    short_url="{CODE}", date_expired=far)
'''


class NoPeerError(Exception):
    """It cannot be installed here; the text says why."""


@dataclass
class Running:
    """A process group that answers `path` on `port`. `stored` tells what it has kept by now."""

    name: str
    process: "subprocess.Popen[str]"
    port: int
    path: str
    lost: Callable[[Sequence[str]], int]

    def kill(self) -> None:
        """As a machine fails: no time to write anything."""
        children.kill(self.process)
        self.process.wait()

    def cpu_ms(self) -> float:
        """Processor time of the whole group so far, ended threads included, to 10 ms."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                words = stat.read_text().rpartition(")")[2].split()
                if int(words[2]) == self.process.pid:
                    ticks += int(words[11]) + int(words[12])
        return ticks * 1_000 / os.sysconf("SC_CLK_TCK")


def behind_front(
    name: str,
    directory: Path,
    layers: Sequence[Path],
    settings: Mapping[str, str],
    packages: Path,
    code: str,
    lost: Callable[[Sequence[str]], int],
) -> Running:
    """A Lambda handler behind the front."""
    paths = os.pathsep.join(map(str, (*layers, packages)))
    process = children.begin(
        [sys.executable, "-S", str(FRONT), str(directory)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    return Running(name, process, port, f"/r/{code}", lost)


def installed(place: Path) -> Path:
    """An environment with the peers; its Python."""
    python = place / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, timeout=60)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(PINS)],
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS_MAX,
        )
    except (OSError, subprocess.SubprocessError) as failed:
        said = str(getattr(failed, "stderr", "") or failed).strip().splitlines()
        raise NoPeerError(said[-1] if said else "pip failed") from failed
    return python


def django_link_shortener(python: Path, home: Path) -> Running:
    """Django, gunicorn with one process of four threads, SQLite; a counter in the request."""
    home.mkdir()
    (home / "settings.py").write_text(DJANGO)
    (home / "shop.py").write_text(URLS)
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": str(home),
    }
    subprocess.run([str(python), "-c", FILL], cwd=home, env=environment, check=True, timeout=60)
    port = _free_port()
    serve = ("gunicorn", "--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}")
    process = _started(
        [
            str(python),
            "-m",
            *serve,
            "--keep-alive",
            "10",
            "django.core.wsgi:get_wsgi_application()",
        ],
        home,
        environment,
    )

    def lost(locations: Sequence[str]) -> int:
        with sqlite3.connect(home / "clicks.sqlite") as base:
            (count,) = base.execute("select usage_count from shortener_urlmap").fetchone()
        return max(0, len(locations) - int(count))

    return _ready(Running("django-link-shortener 1.1.0", process, port, f"/s/{CODE}/", lost))


def tiny_link(python: Path, home: Path) -> Running:
    """FastAPI under uvicorn; a line in a file for each click, and all links written anew."""
    home.mkdir()
    port = _free_port()
    (home / "links.json").write_text(f'{{"{CODE}": {{"url": "{TARGET}", "clicks": 0}}}}')
    process = _started(
        [str(python), "-m", "uvicorn", "main:app", "--port", str(port), "--log-level", "error"],
        home,
        {"PATH": os.environ["PATH"], "TINYLINK_DATA_DIR": str(home)},
    )

    def lost(locations: Sequence[str]) -> int:
        lines = [one for day in (home / "clicks").glob("*.jsonl") for one in day.open()]
        return max(0, len(locations) - sum(line.endswith("\n") for line in lines))

    return _ready(Running("indiekit-tiny-link 0.1.0", process, port, f"/{CODE}", lost))


def click_ids(locations: Sequence[str], parameter: str) -> list[str]:
    """The click ids that shoppers were sent on with."""
    return [parse_qs(urlsplit(one).query)[parameter][0] for one in locations]


def _started(
    command: Sequence[str], home: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[str]":
    return children.begin(
        command,
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _ready(running: Running) -> Running:
    """Once somebody listens; asking nothing, so that no click is counted."""
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", running.port), 1):
            return running
        time.sleep(0.1)
    running.kill()
    raise NoPeerError(f"{running.name} does not listen")
