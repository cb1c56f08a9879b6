"""A rail over HTTP that answers like a real one, time-outs and refusals included; for the laptop.

Only a clear answer is believed. A connection that breaks, an answer that is late, cut off, not JSON
or a server error says nothing about the money: it is `unknown`. A 409 means that the key belongs to
another payment, which only a look-up or a person can explain.
"""

import http.client
import json
import re
from typing import Any, Literal, cast
from urllib.parse import quote, urlsplit

from goodword.payouts.ports import PaymentOrder, RailAnswer, RailStatus
from goodword.times import DAY_MS

SECONDS = 3.0  # seconds to connect, and to wait for each part of an answer
ANSWER_BYTES_MAX = 64 * 1024  # bytes; an answer is a small object
_STATUSES = frozenset({"accepted", "paid", "failed", "unclaimed", "returned"})
_CODE = re.compile(r"[a-z][a-z_]{0,39}")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SimulatorRail:
    """The Rail port over `infra/local/rail_simulator.py`."""

    name: Literal["simulator"] = "simulator"
    key_window_ms = DAY_MS

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the rail's address must be http(s)://host:port")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._seconds = seconds

    def send(self, order: PaymentOrder) -> RailAnswer:
        """POST /payments under the payout's id."""
        body = {
            "key": order.payout_id,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
            "receiver": order.destination.get("receiver", ""),
        }
        status, answer = self._call("POST", "/payments", body)
        if status in (400, 422):
            return RailAnswer("failed", reason=_code(answer.get("code"), "refused_by_rail"))
        if status == 409:
            return RailAnswer("unknown", reason="key_conflict")
        return _read(status, answer)

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        """GET /payments/{key}; a 404 that the rail itself wrote means that it has no such key."""
        status, answer = self._call("GET", f"/payments/{quote(payout_id, safe='')}")
        if status == 404 and answer.get("code") == "unknown_key":
            return None
        return _read(status, answer)

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object; status 0 stands for every way of not getting an answer."""
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self._seconds)
        try:
            content = None if body is None else json.dumps(body).encode()
            connection.request(method, path, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read(ANSWER_BYTES_MAX))
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()
        return (response.status, answer) if isinstance(answer, dict) else (0, {})


def _read(status: int, answer: dict[str, Any]) -> RailAnswer:
    told = answer.get("status")
    if status not in (200, 201) or told not in _STATUSES:
        return RailAnswer("unknown", reason="no_answer" if status == 0 else "unclear_answer")
    fee, reference = answer.get("fee_minor"), answer.get("reference")
    left, back = answer.get("total_minor"), answer.get("returned_minor")
    return RailAnswer(
        cast(RailStatus, told),
        reference=str(reference) if _matches(_REFERENCE, reference) else "",
        reason=_code(answer.get("reason"), "refused_by_rail" if told == "failed" else ""),
        fee_minor=fee if type(fee) is int and fee >= 0 else 0,
        amount_minor=left if type(left) is int else None,
        returned_minor=back if type(back) is int and back >= 0 else 0,
    )


def _code(told: object, otherwise: str) -> str:
    """A reason only if it is a code: a rail's own text may name a person."""
    return str(told) if _matches(_CODE, told) else otherwise


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
