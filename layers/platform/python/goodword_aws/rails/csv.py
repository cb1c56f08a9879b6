"""A rail by hand: orders are kept one by one, and become one file that a person takes to the bank.

An order is an object named after the payout, so asking twice writes the same order twice. Whom it
pays is sealed under that person's own key: once the key is gone, no copy of the order can be read.
`close` writes the file of the run from the orders. It is the one place where names and accounts
stand in plain, because a bank asks for them; the bucket's life-cycle rule removes it after days.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError
from goodword.errors import NotFound, TooLarge, Unavailable
from goodword.limits import BANK_FILE_BYTES_MAX, BANK_FILE_ROWS
from goodword.money import decimal_text
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.payouts.sheet import number, sheet, text
from goodword.privacy.ports import Forgotten
from goodword.times import DAY_MS

HEAD = ("payout_id", "name", "iban", "amount", "currency", "reference")
READERS = 8  # orders read at a time when the file is written
_ABSENT = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})


class Keeper(Protocol):
    """Seals what is a person's under that person's key; `goodword_aws.vault.Vault` is one."""

    def seal_text(self, person_id: str, text: str, about: str) -> str: ...

    def open_text(self, person_id: str, sealed: str, about: str) -> str: ...


class CsvRail:
    """The Rail and RunFiles ports over a bucket. `keeper` is asked for when it is needed."""

    name: Literal["csv"] = "csv"
    key_window_ms = 3_650 * DAY_MS  # an object stays under its key

    def __init__(self, s3: Any, bucket: str, keeper: Callable[[], Keeper]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._keeper = keeper

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Keep the order. The bank's answer comes through a person."""
        payee = {name: order.destination[name] for name in ("name", "iban")}
        try:
            row = {
                "payout_id": order.payout_id,
                "run_id": order.run_id,
                "advocate_id": order.advocate_id,
                "amount_minor": order.amount_minor,
                "currency": order.currency,
                "payee": self._keeper().seal_text(
                    order.advocate_id, json.dumps(payee), order.payout_id
                ),
            }
            self._put(_order_key(order.payout_id), json.dumps(row), "application/json")
        except Forgotten:
            return RailAnswer("failed", reason="payee_erased")
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

    def close(self, run_id: str, payout_ids: Sequence[str]) -> int:
        """Write `payouts/files/<run_id>.csv` with these orders in this order; how many parts.

        A long one goes on in `-2.csv` and so on, each with the head. Who was erased since is left
        out: a person says of that payment that it failed.
        """
        starts = range(0, len(payout_ids) or 1, BANK_FILE_ROWS)
        for part, at in enumerate(starts, start=1):
            content = sheet([HEAD, *self._rows(payout_ids[at : at + BANK_FILE_ROWS])])
            try:
                self._put(file_key(run_id, part), content, "text/csv; charset=utf-8")
            except ClientError as refused:
                raise Unavailable("file_not_written", "the exports bucket refused") from refused
        return len(starts)

    def file(self, run_id: str, part: int = 1) -> bytes:
        """A part of the file of a run. NotFound `bank_file_gone` once the bucket has dropped it.

        TooLarge `bank_file_too_large` if it fits no answer of a function: one of before there were
        parts, which can be written anew.
        """
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=file_key(run_id, part))
            content: bytes = found["Body"].read()
        except ClientError as refused:
            raise NotFound("bank_file_gone", "the file is no longer kept") from refused
        if len(content) > BANK_FILE_BYTES_MAX:
            raise TooLarge("bank_file_too_large", "it was written before files had parts")
        return content

    def _rows(self, payout_ids: Sequence[str]) -> Iterator[list[str]]:
        with ThreadPoolExecutor(READERS) as pool:
            for order in filter(None, pool.map(self._order, payout_ids)):
                amount = decimal_text(order["amount_minor"], order["currency"])
                yield [
                    text(order["payout_id"]),
                    text(order["name"]),
                    text(order["iban"]),
                    number(amount),
                    text(order["currency"]),
                    text(f"Goodword {order['payout_id']}"),
                ]

    def _order(self, payout_id: str) -> dict[str, Any] | None:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=_order_key(payout_id))
        except ClientError as refused:
            raise Unavailable("order_not_read", "an order of the run is missing") from refused
        order: dict[str, Any] = json.loads(found["Body"].read())
        try:
            payee = self._keeper().open_text(order["advocate_id"], order["payee"], payout_id)
        except Forgotten:
            return None
        return {**order, **json.loads(payee)}

    def _put(self, key: str, content: str, content_type: str) -> None:
        self._s3.put_object(
            Bucket=self._bucket, Key=key, Body=content.encode(), ContentType=content_type
        )


def file_key(run_id: str, part: int = 1) -> str:
    """Where a part of the file of a run is; parts count from 1."""
    return f"payouts/files/{run_id}{'' if part == 1 else f'-{part}'}.csv"


def _order_key(payout_id: str) -> str:
    return f"payouts/orders/{payout_id}.json"
