"""A rail by hand: orders are kept one by one, and become one file that a person takes to the bank.

An order is an object named after the payout, so asking twice writes the same object twice. `close`
writes the file of the run from the orders; both lie below `payouts/` in the exports bucket and hold
personal data, which is why the bucket is encrypted and its life-cycle rule removes them.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from botocore.exceptions import ClientError
from goodword.errors import Unavailable
from goodword.money import decimal_text
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.sheet import number, sheet, text
from goodword.times import DAY_MS

HEAD = ("payout_id", "name", "iban", "amount", "currency", "reference")
READERS = 8  # orders read at a time when the file is written
_ABSENT = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})


class CsvRail:
    """The Rail and RunFiles ports over a bucket."""

    name: Literal["csv"] = "csv"
    key_window_ms = 3_650 * DAY_MS  # an object stays under its key

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Keep the order. The bank's answer comes through a person."""
        row = {
            "payout_id": order.payout_id,
            "run_id": order.run_id,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
            "name": order.destination["name"],
            "iban": order.destination["iban"],
        }
        try:
            self._put(_order_key(order.payout_id), json.dumps(row), "application/json")
        except ClientError:
            return RailAnswer("unknown", reason="not_written")
        return RailAnswer("accepted")

    def look_up(self, payout_id: str, _reference: str = "") -> RailAnswer | None:
        """Whether the order is kept. Without permission to list, S3 says 403 for an absent one."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=_order_key(payout_id))
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _ABSENT:
                return None
            return RailAnswer("unknown", reason="no_answer")
        return RailAnswer("accepted")

    def close(self, run_id: str, payout_ids: Sequence[str]) -> None:
        """Write `payouts/<run_id>.csv` with these orders in this order."""
        content = sheet([HEAD, *self._rows(payout_ids)])
        try:
            self._put(file_key(run_id), content, "text/csv; charset=utf-8")
        except ClientError as refused:
            raise Unavailable("file_not_written", "the exports bucket refused") from refused

    def _rows(self, payout_ids: Sequence[str]) -> Iterator[list[str]]:
        with ThreadPoolExecutor(READERS) as pool:
            for order in pool.map(self._order, payout_ids):
                amount = decimal_text(order["amount_minor"], order["currency"])
                yield [
                    text(order["payout_id"]),
                    text(order["name"]),
                    text(order["iban"]),
                    number(amount),
                    text(order["currency"]),
                    text(f"Goodword {order['payout_id']}"),
                ]

    def _order(self, payout_id: str) -> dict[str, Any]:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=_order_key(payout_id))
        except ClientError as refused:
            raise Unavailable("order_not_read", "an order of the run is missing") from refused
        order: dict[str, Any] = json.loads(found["Body"].read())
        return order

    def _put(self, key: str, content: str, content_type: str) -> None:
        self._s3.put_object(
            Bucket=self._bucket, Key=key, Body=content.encode(), ContentType=content_type
        )


def file_key(run_id: str) -> str:
    """Where the file of a run is."""
    return f"payouts/{run_id}.csv"


def _order_key(payout_id: str) -> str:
    return f"payouts/orders/{payout_id}.json"
