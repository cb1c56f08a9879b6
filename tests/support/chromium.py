"""The Chromium of the browser suite: the machine's own, or Debian's, installed if that is possible.

Playwright drives it by path; it downloads no browser of its own.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL_SECONDS_MAX = 600
# No sandbox: in a container root has none to use. The rest keeps it from calling its maker.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def find_or_install() -> str | None:
    """The same, after an attempt to install Debian's package where that needs no question."""
    if (found := find()) is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    for words in ([apt, "install", "-y", "-qq", "chromium"], [apt, "update", "-qq"]):
        if _done(words) and (found := find()) is not None:
            return found
    _done([apt, "install", "-y", "-qq", "chromium"])
    return find()


def _done(words: Sequence[str]) -> bool:
    try:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=INSTALL_SECONDS_MAX,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
