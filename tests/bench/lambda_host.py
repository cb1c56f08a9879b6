"""A Lambda host in miniature: the real runtime client, a fresh process each time, counted CPU.

It speaks the runtime API (`/runtime/invocation/next` and what answers it) on loopback. A run ends
when the function asks for its next event, so that what was spent is the start, or the start and the
first event. Processor time is the kernel's own count of the ended process: the machine's other
load adds waits to a run, but little to this.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

from infra.local.ministack_process import link_packages
from tests.bench import children

RUN_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.05
RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")  # what Lambda itself brings
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:bench"
Json = dict[str, Any]


class FailedError(Exception):
    """The function did not start, or did not answer; the text is what it printed."""


@dataclass(frozen=True)
class Run:
    """What one process took and said. `peak_mb` is the most memory that it held at once.

    `each_ms` is the processor time of every event, from taking it to asking for the next;
    `first_byte_ms` the time on the wall until its answer begins to come.
    """

    cpu_ms: float
    peak_mb: float
    printed: str
    each_ms: Sequence[float] = ()
    first_byte_ms: Sequence[float] = ()


@dataclass
class Host:
    """Serves one function process at a time. `packages` is what functions may import."""

    packages: Path
    events: list[Json] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    failed: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    pid: int = 0
    marks_ms: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    handed: float = 0.0

    def mark(self) -> None:
        """The function asks for an event: it waits, and what it has used stands still."""
        self.marks_ms.append(_used_ms(self.pid))

    def run(
        self,
        directory: Path,
        layers: Sequence[Path],
        settings: Mapping[str, str],
        events: Sequence[Json] = (),
    ) -> Run:
        """From the start of the process to its wish for another event than these."""
        self.events, self.answers, self.failed = list(events), [], ""
        self.marks_ms, self.waits_ms, self.pid = [], [], 0
        self.asked.clear()
        path = [str(directory), *map(str, layers), str(self.packages)]
        child = children.begin(
            [sys.executable, "-S", "-m", "awslambdaric", "handler.handler"],
            cwd=directory,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": os.pathsep.join(path),
                "PYTHONDONTWRITEBYTECODE": "1",
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.port}",
                "AWS_LAMBDA_FUNCTION_NAME": "bench",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "LAMBDA_TASK_ROOT": str(directory),
                **settings,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.pid = child.pid
        said: list[bytes] = []
        listens = threading.Thread(target=lambda: said.append(_all_of(child)))
        listens.start()
        came = self._wait(child.pid)
        peak_mb = _peak_mb(child.pid)
        children.kill(child)  # not by Popen, which would reap it unseen
        listens.join()
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
        printed = said[0].decode(errors="replace")
        if not came or self.failed or len(self.answers) < len(events):
            raise FailedError(f"{directory.name}: {self.failed} {printed[-1500:]}")
        each = [after - before for before, after in pairwise(self.marks_ms)]
        cpu_ms = (used.ru_utime + used.ru_stime) * 1_000
        return Run(cpu_ms, peak_mb, printed, each, tuple(self.waits_ms))

    def _wait(self, pid: int) -> bool:
        """Until it asks for an event that is not there; False if it ends before, or hangs."""
        until = time.monotonic() + RUN_SECONDS_MAX
        while time.monotonic() < until:
            if self.asked.wait(LOOK_SECONDS):
                return True
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return False
        return False


def _all_of(child: subprocess.Popen[bytes]) -> bytes:
    return child.stdout.read() if child.stdout else b""


def _used_ms(pid: int) -> float:
    """Processor time of all threads of a process, to the microsecond."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            spent += int(task.read_text().split()[0])
    return spent / 1e6


def _peak_mb(pid: int) -> float:
    """The kernel's high-water mark; `wait4` would count what the parent held when it forked."""
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1_024
    return 0.0


@contextmanager
def host(packages: Path) -> Iterator[Host]:
    """A host with the functions' locked packages and Lambda's own runtime client in `packages`."""
    link_packages(packages)
    for name in RUNTIME:
        files = distribution(name).files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            place = packages / top
            if not place.exists():
                place.symlink_to(Path(str(distribution(name).locate_file(top))))
    made = Host(packages)
    handler = type("Handler", (_Runtime,), {"host": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


class _Runtime(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    host: Host

    def do_GET(self) -> None:
        """The function is ready for an event."""
        self.host.mark()
        if not self.host.events:
            self.host.asked.set()
            time.sleep(RUN_SECONDS_MAX)  # it is killed here
            return
        body = json.dumps(self.host.events.pop(0)).encode()
        self.host.handed = time.perf_counter()
        self._reply(
            200,
            body,
            {
                "Lambda-Runtime-Aws-Request-Id": "11111111-2222-3333-4444-555555555555",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1_000) + 30_000),
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
                "Content-Type": "application/json",
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            },
        )

    def do_POST(self) -> None:
        """It answered, or says what went wrong."""
        if self.path.endswith("/response"):
            self.host.waits_ms.append((time.perf_counter() - self.host.handed) * 1_000)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.endswith("/response"):
            self.host.answers.append(json.loads(body or b"null"))
        else:
            self.host.failed = body.decode()[:1_500]
            self.host.asked.set()
        self._reply(202, b"{}", {})

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
