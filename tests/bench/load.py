"""A bounded load on loopback: so many requests over a few kept connections, and then it is over."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 4
SECONDS_MAX = 60.0
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
}


@dataclass
class Answered:
    """Where each answered redirect led, and how long each took."""

    seconds: float = 0.0
    locations: list[str] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.locations) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share was answered."""
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def load(
    port: int, path: str, requests: int, after: tuple[int, Callable[[], None]] | None = None
) -> Answered:
    """Ask for `path`; `after` so many answers something is done, once, in the middle of it all.

    A connection that breaks ends its part: what it had asked counts as not answered.
    """
    found, lock, left = Answered(), threading.Lock(), iter(range(requests))
    begun = time.monotonic()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            while time.monotonic() - begun < SECONDS_MAX:
                with lock:
                    if next(left, None) is None:
                        return
                started = time.monotonic()
                connection.request("GET", path, headers=BROWSER)
                answer = connection.getresponse()
                answer.read()
                _note(answer.status, answer.headers.get("location", ""), started)
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def _note(status: int, location: str, started: float) -> None:
        with lock:
            if status != 302:
                found.refused.append(status)
                return
            found.locations.append(location)
            found.took_ms.append((time.monotonic() - started) * 1_000)
            if after is not None and len(found.locations) == after[0]:
                after[1]()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.monotonic() - begun
    return found
