"""The emulator's own process: `python -m infra.local.ministack_process HOME [--tethered]`.

Two things are added to ministack here. Tethered, it ends when its standard input closes, that is
when whoever started it is gone, even by SIGKILL. And functions run on a Python that sees the
standard library, the packages that the functions' lock file names, and their layers: own code that
is missing from a layer, or a package missing from the lock file, fails here as it would on AWS.

The rail that pays nobody and the town (shop, mailbox) live in the same process, so that they come
and go with the emulator.
"""

import importlib
import os
import re
import shutil
import signal
import stat
import sys
import threading
import time
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.local.clock import LocalClock
from infra.local.places import CLOCK_NAME, RAIL_STATE, RAIL_URL, ROOT, TOWN_URL
from infra.local.rail_simulator import serve
from infra.local.town import serve_town

LOCK = ROOT / "layers" / "dependencies" / "requirements.txt"
WRAPPER = '#!/bin/sh\nPYTHONPATH="{packages}" exec "{python}" -S "$@"\n'


def isolate_functions(home: Path) -> None:
    """Make ministack start its Lambda workers, which it does by sys.executable, isolated.

    With -S Python reads no .pth file, so the editable install of the checkout is out of sight.
    """
    wrapper = home / "function-python"
    packages = link_packages(home / "packages")
    wrapper.write_text(WRAPPER.format(packages=packages, python=sys.executable))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    sys.executable = str(wrapper)


def link_packages(directory: Path) -> Path:
    """Fill `directory` with links to what the locked packages have installed; no copy is made."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE):
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform
        files = installed.files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            (directory / top).symlink_to(Path(str(installed.locate_file(top))))
    return directory


def end_with_parent() -> None:
    """Stop this process, gracefully, once the pipe to the parent is closed at the other end."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="tether").start()


def _seconds(clock: LocalClock) -> float:
    return time.time() + clock.offset_seconds


def main(arguments: list[str]) -> None:
    """Run ministack until told to stop; its settings are in the environment (`emulator.py`)."""
    isolate_functions(Path(arguments[0]))
    if "--tethered" in arguments:
        end_with_parent()
    sys.argv = sys.argv[:1]  # ministack parses the command line too
    home = Path(arguments[0])
    clock = LocalClock(home / CLOCK_NAME)
    rail_clock = partial(_seconds, clock)
    with serve(home / RAIL_STATE, seconds=rail_clock) as rail, serve_town(home) as town:
        (home / RAIL_URL).write_text(rail.url)
        (home / TOWN_URL).write_text(town)
        # Imported here and by name: it reads its settings when imported, and it carries no types.
        importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main(sys.argv[1:])
