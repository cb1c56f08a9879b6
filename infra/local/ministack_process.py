"""The emulator's own process: `python -m infra.local.ministack_process HOME [--tethered]`.

Two things are added to ministack here. Tethered, it ends when its standard input closes, that is
when whoever started it is gone, even by SIGKILL. And functions run on `python -S`, so that they see
the standard library and their layers only: a package missing from a layer fails here as on AWS.
"""

import importlib
import os
import signal
import stat
import sys
import threading
from pathlib import Path

ISOLATED = '#!/bin/sh\nexec "{python}" -S "$@"\n'


def isolate_functions(home: Path) -> None:
    """Make ministack start its Lambda workers, which it does by sys.executable, on `python -S`."""
    wrapper = home / "function-python"
    wrapper.write_text(ISOLATED.format(python=sys.executable))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    sys.executable = str(wrapper)


def end_with_parent() -> None:
    """Stop this process, gracefully, once the pipe to the parent is closed at the other end."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="tether").start()


def main(arguments: list[str]) -> None:
    """Run ministack until told to stop; its settings are in the environment (`emulator.py`)."""
    isolate_functions(Path(arguments[0]))
    if "--tethered" in arguments:
        end_with_parent()
    sys.argv = sys.argv[:1]  # ministack parses the command line too
    # Imported here and by name: it reads its settings when imported, and it carries no types.
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main(sys.argv[1:])
