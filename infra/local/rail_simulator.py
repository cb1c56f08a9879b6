"""A rail that pays nobody and forgets nothing: a real HTTP server with its transfers in one file.

    POST /payments {key, amount_minor, currency, receiver}   201 made, 200 known, 409 other payment
    GET  /payments/{key}                                      200, or 404 unknown_key
    GET  /payments                                            every transfer, for counting

A key is known for a window; after it, as with real rails, the same key makes a second transfer. The
part of a receiver before the @ chooses what happens:

    fail                    refused, for good
    unclaimed               waits for the receiver
    slow                    accepted; paid at the second look-up
    duplicate               paid, and the first answer is a server error all the same
    timeout-after-accept    paid, and the first answer never comes
    timeout-before-accept   nothing happens the first time, and no answer comes
    gone                    accepted; the money comes back at the second look-up
    partly                  paid; a third of it has come back at the second look-up
    anything else           paid at once

`serve` runs it in this process, `python -m infra.local.rail_simulator` as one of its own.
"""

import argparse
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

HOST = "127.0.0.1"
WINDOW_SECONDS = 86_400  # seconds a key is known
STALL_SECONDS = 8.0  # seconds until a call that is never answered is dropped
BODY_BYTES_MAX = 16 * 1024
LATER = {"slow": "paid", "gone": "returned"}  # what the second look-up finds
SCHEMA = """
create table if not exists transfers (
    number integer primary key, key text not null, amount_minor integer not null,
    currency text not null, receiver text not null, status text not null, reason text not null,
    looks integer not null default 0, at_s real not null);
create table if not exists tries (key text primary key, count integer not null);
create table if not exists returns (key text primary key, amount_minor integer not null);
"""

Answer = tuple[int, dict[str, Any]]
NO_ANSWER: Answer = (0, {})
NO_ROUTE: Answer = (404, {"code": "no_such_route"})


class Refused(Exception):
    """A body that is no payment; the text is its code."""


class Ledger:
    """The transfers and how often each key was tried; every method is one transaction."""

    def __init__(self, path: Path, seconds: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.row_factory = sqlite3.Row
        self._base.executescript(SCHEMA)
        self._lock = threading.Lock()
        self._seconds = seconds

    def pay(self, body: dict[str, Any]) -> Answer:
        """Make the payment unless its key is known; NO_ANSWER stands for silence."""
        key, wanted = _checked(body)
        kind = wanted[2].partition("@")[0]
        with self._lock:
            first = self._count_try(key) == 1
            known = self._known(key)
            if known is not None:
                same = (known["amount_minor"], known["currency"], known["receiver"]) == wanted
                return (200, self._told(known)) if same else (409, {"code": "key_conflict"})
            if kind == "timeout-before-accept" and first:
                return NO_ANSWER
            made = self._make(key, wanted, *_result(kind))
            if kind == "timeout-after-accept" and first:
                return NO_ANSWER
            if kind == "duplicate" and first:
                return 500, {"code": "try_again"}
            return 201, self._told(made)

    def look_up(self, key: str) -> Answer:
        """What the key stands for; slow payments move on at the second question."""
        with self._lock:
            known = self._known(key)
            if known is None:
                return 404, {"code": "unknown_key"}
            later = LATER.get(known["receiver"].partition("@")[0])
            waits = known["status"] == "accepted"
            status = later if later and waits and known["looks"] >= 1 else known["status"]
            if known["looks"] == 1 and known["receiver"].startswith("partly@"):
                self._return(known, known["amount_minor"] // 3)
            self._base.execute(
                "update transfers set looks = looks + 1, status = ? where number = ?",
                (status, known["number"]),
            )
            return 200, self._told({**dict(known), "status": status})

    def take_back(self, key: str, amount_minor: int) -> None:
        """A part of a payment that was made, or the rest of it, comes back from the receiver."""
        with self._lock:
            known = self._known(key) or self._newest(key)
            if known is not None and known["status"] == "paid":
                self._return(known, amount_minor)

    def refuse(self, key: str) -> None:
        """The receiver's bank refuses a payment that was made: it has failed after all."""
        with self._lock:
            self._base.execute(
                "update transfers set status = 'failed', reason = 'refused_late'"
                " where key = ? and status = 'paid' and key not in (select key from returns)",
                (key,),
            )

    def claim(self, key: str, status: str) -> None:
        """What waited for its receiver is `paid`, or `returned`."""
        with self._lock:
            self._base.execute(
                "update transfers set status = ? where key = ? and status = 'unclaimed'",
                (status, key),
            )

    def returned(self, key: str) -> int:
        """How much of what was made under the key has come back."""
        row = self._base.execute("select amount_minor from returns where key = ?", (key,))
        found = row.fetchone()
        return int(found["amount_minor"]) if found else 0

    def transfers(self) -> list[dict[str, Any]]:
        """Every transfer that was ever made, oldest first."""
        with self._lock:
            rows = self._base.execute("select * from transfers order by number").fetchall()
        return [{**_shown(row), "receiver": row["receiver"]} for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _told(self, row: Any) -> dict[str, Any]:
        """A transfer as an answer; `total_minor` is what left under its key in all."""
        total = self._base.execute(
            "select coalesce(sum(amount_minor), 0) as total from transfers where key = ?"
            " and status not in ('failed', 'returned')",
            (row["key"],),
        ).fetchone()["total"]
        back = self.returned(row["key"]) if row["status"] == "paid" else 0
        told = {**_shown(row), "total_minor": total, "returned_minor": back}
        return {**told, "reason": "partly_reversed"} if back else told

    def _return(self, row: sqlite3.Row, amount_minor: int) -> None:
        """So much more of it is back; when all of it is, it is a payment that was returned."""
        back = min(row["amount_minor"], self.returned(row["key"]) + amount_minor)
        self._base.execute("insert or replace into returns values (?, ?)", (row["key"], back))
        if back == row["amount_minor"]:
            self._base.execute(
                "update transfers set status = 'returned' where number = ?", (row["number"],)
            )

    def _count_try(self, key: str) -> int:
        row = self._base.execute(
            "insert into tries values (?, 1) on conflict (key) do update set count = count + 1"
            " returning count",
            (key,),
        ).fetchone()
        return int(row["count"])

    def _known(self, key: str) -> sqlite3.Row | None:
        """The newest under this key; what waits, or has come back since, is not forgotten."""
        row: sqlite3.Row | None = self._base.execute(
            "select * from transfers where key = ? and (at_s > ? or status = 'unclaimed'"
            " or reason = 'refused_late' or key in (select key from returns)) order by number desc",
            (key, self._seconds() - WINDOW_SECONDS),
        ).fetchone()
        return row

    def _newest(self, key: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._base.execute(
            "select * from transfers where key = ? order by number desc", (key,)
        ).fetchone()
        return row

    def _make(
        self, key: str, wanted: tuple[int, str, str], status: str, reason: str
    ) -> sqlite3.Row:
        row: sqlite3.Row = self._base.execute(
            "insert into transfers (key, amount_minor, currency, receiver, status, reason, at_s)"
            " values (?, ?, ?, ?, ?, ?, ?) returning *",
            (key, *wanted, status, reason, self._seconds()),
        ).fetchone()
        return row


def _checked(body: dict[str, Any]) -> tuple[str, tuple[int, str, str]]:
    key, receiver = body.get("key"), body.get("receiver")
    amount, currency = body.get("amount_minor"), body.get("currency")
    if not isinstance(key, str) or not 1 <= len(key) <= 64:
        raise Refused("bad_key")
    if type(amount) is not int or amount <= 0:
        raise Refused("bad_amount")
    if not isinstance(currency, str) or len(currency) != 3:
        raise Refused("bad_currency")
    if not isinstance(receiver, str) or "@" not in receiver:
        raise Refused("bad_receiver")
    return key, (amount, currency, receiver)


def _result(kind: str) -> tuple[str, str]:
    if kind == "fail":
        return "failed", "receiver_refused"
    if kind == "unclaimed":
        return "unclaimed", ""
    return ("accepted", "") if kind in LATER else ("paid", "")


def _shown(row: Any) -> dict[str, Any]:
    return {
        "key": row["key"],
        "status": row["status"],
        "reason": row["reason"],
        "reference": f"sim_{row['number']:08d}",
        "amount_minor": row["amount_minor"],
        "currency": row["currency"],
        "fee_minor": 0,
    }


class _Door(BaseHTTPRequestHandler):
    """The HTTP face of a ledger; `serve` makes a subclass that has one."""

    protocol_version = "HTTP/1.1"
    ledger: Ledger
    stall_seconds: float

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(min(length, BODY_BYTES_MAX))
        self._answer(self._pay(raw) if self.path == "/payments" else NO_ROUTE)

    def do_GET(self) -> None:
        if self.path == "/payments":
            self._answer((200, {"data": self.ledger.transfers()}))
        elif self.path.startswith("/payments/"):
            self._answer(self.ledger.look_up(unquote(self.path.removeprefix("/payments/"))))
        else:
            self._answer(NO_ROUTE)

    def _pay(self, raw: bytes) -> Answer:
        try:
            body = json.loads(raw)
            return self.ledger.pay(body if isinstance(body, dict) else {})
        except ValueError:
            return 400, {"code": "bad_json"}
        except Refused as wrong:
            return 422, {"code": str(wrong)}

    def _answer(self, answer: Answer) -> None:
        status, body = answer
        if answer == NO_ANSWER:
            time.sleep(self.stall_seconds)
            self.close_connection = True
            return
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: a request line would hold no more than the transfers do."""


@dataclass(frozen=True)
class RailSimulator:
    """A running simulator."""

    url: str
    ledger: Ledger


@contextmanager
def serve(
    state: Path,
    *,
    port: int = 0,
    seconds: Callable[[], float] = time.time,
    stall_seconds: float = STALL_SECONDS,
) -> Iterator[RailSimulator]:
    """Run it in threads of this process; a state file that exists is taken up again."""
    ledger = Ledger(state, seconds)
    door = type("Door", (_Door,), {"ledger": ledger, "stall_seconds": stall_seconds})
    server = ThreadingHTTPServer((HOST, port), door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield RailSimulator(f"http://{HOST}:{server.server_address[1]}", ledger)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        ledger.close()


def main() -> None:
    """Run until the process is ended; the address is written to the file given by `--tell`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--state", type=Path, required=True, help="file of the transfers")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--tell", type=Path, required=True, help="file for the address")
    parser.add_argument("--clock", type=Path, help="file with seconds to add to the time")
    given = parser.parse_args()

    def seconds() -> float:
        ahead = given.clock.read_text() if given.clock and given.clock.exists() else "0"
        return time.time() + int(ahead)

    with serve(given.state, port=given.port, seconds=seconds) as running:
        given.tell.write_text(running.url)
        threading.Event().wait()


if __name__ == "__main__":
    main()
