"""What the rails' servers share: a door over HTTP, planned troubles, a clock that tests move.

A trouble is used up by one call that would make a payment:

    before      nothing is done, and no answer comes
    after       it is done, and no answer comes
    busy        429 with Retry-After: 0; nothing is done
    flooded     429 with a long Retry-After; nothing is done
    error       500; nothing is done
    error_after 500 although it is done
    garbage     it is done, and the answer is no JSON
    cut_off     it is done, and the answer ends in the middle
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from goodword_aws.rails.wire import Wire

STALL_SECONDS = 0.5
Answer = tuple[int, Any]
SILENCE: Answer = (0, {})  # done, or not, but never answered


@dataclass
class Rail:
    """A rail in memory; subclasses answer calls and count what was really paid."""

    seconds: Callable[[], float] = time.time
    troubles: list[str] = field(default_factory=list)
    paid: list[tuple[str, str, str]] = field(default_factory=list)  # key, decimal amount, currency
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stall_seconds: float = STALL_SECONDS

    def makes(self, method: str, path: str, body: bytes) -> bool:
        """Whether the call would make a payment."""
        raise NotImplementedError

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Status and JSON of a call."""
        raise NotImplementedError


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rail: Rail

    def do_POST(self) -> None:
        self._call("POST")

    def do_PATCH(self) -> None:
        self._call("PATCH")

    def do_GET(self) -> None:
        self._call("GET")

    def _call(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        rail = self.rail
        with rail.lock:
            rail.calls.append((method, self.path, headers, body))
            makes = rail.makes(method, self.path, body)
            trouble = rail.troubles.pop(0) if makes and rail.troubles else ""
            done = trouble not in ("before", "busy", "flooded", "error")
            answer = rail.answer(method, self.path, headers, body) if done else (500, {})
        self._say("after" if answer == SILENCE else trouble, *answer)

    def _say(self, trouble: str, status: int, body: Any) -> None:
        if trouble in ("before", "after"):
            time.sleep(self.rail.stall_seconds)
            self.close_connection = True
            return
        content = b"" if status == 204 else json.dumps(body).encode()
        if trouble in ("busy", "flooded"):
            status, content = 429, b'{"errors": {"message": "slow down"}}'
        if trouble in ("error", "error_after"):
            status, content = 500, b"<html>oh</html>"
        if trouble == "garbage":
            content = b"<html>proxy</html>"
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "0" if trouble == "busy" else "3600")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if trouble == "cut_off" else content)
        self.close_connection = trouble == "cut_off"

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def running(rail: Rail) -> Iterator[Wire]:
    """Serve the rail in this process; the wire to it does not wait when it is told to pause."""
    door = type("Door", (_Door,), {"rail": rail})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Wire(f"http://127.0.0.1:{server.server_address[1]}", 0.3, pause=lambda _: None)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
