"""An order's number as the shopper reads it (`#1001`): it finds an order and is no name of it.

Two shops of one namespace may both have an order 1001, so equal numbers never make two orders one,
and refunds never go by them. But who misses a reward knows nothing else, and neither does a person
of staff who grants it: what was granted by its number alone is the order that the shop reports
under that number later.
"""

import unicodedata
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from goodword.conversions.aliases import order_partition
from goodword.conversions.order import Space
from goodword.limits import NUMBERED_ORDERS_MAX
from goodword.records import Key, Record

Slip = Literal["swapped", "one_too_many", "one_wrong", "one_left_out"]
SLIPS: tuple[Slip, ...] = ("swapped", "one_too_many", "one_wrong", "one_left_out")
DIGITS = "0123456789"
LENGTH_MAX = 60  # characters of a folded number; longer texts are nobody's number


class OrderNumber(Record):
    """The conversions with this number, newest last; `granted` is one that no shop reported yet."""

    KIND: ClassVar[str] = "order_number"

    program_id: str
    namespace: str
    number: str
    conversion_ids: tuple[str, ...] = Field(default=(), max_length=NUMBERED_ORDERS_MAX)
    granted: str | None = None

    @property
    def key(self) -> Key:
        return number_key(Space(self.program_id, self.namespace), self.number)

    def reported(self, conversion_id: str) -> "OrderNumber":
        """With a conversion that its shop has reported."""
        others = tuple(one for one in self.conversion_ids if one != conversion_id)
        known = conversion_id in self.conversion_ids
        kept = self.conversion_ids if known else (*others, conversion_id)[-NUMBERED_ORDERS_MAX:]
        return self.but(
            conversion_ids=kept, granted=None if self.granted == conversion_id else self.granted
        )

    def said(self, conversion_id: str) -> "OrderNumber":
        """With a conversion that only a person of staff has reported."""
        return self.reported(conversion_id).but(granted=conversion_id)


def number_key(space: Space, number: str) -> Key:
    """Where a folded number is."""
    return Key("core", order_partition(space, number), "NUMBER")


def numbered(known: OrderNumber | None, space: Space, number: str) -> OrderNumber:
    """The record as stored, or a new empty one."""
    return known or OrderNumber(
        program_id=space.program_id, namespace=space.namespace, number=number
    )


def folded_number(text: str) -> str:
    """`# EN-1001` and `en-1001` are one number; "" for what is none."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    folded = "".join(plain.split()).lstrip("#")
    return folded if folded.isprintable() and folded.isascii() and len(folded) <= LENGTH_MAX else ""


def meant(typed: str) -> dict[str, Slip]:
    """What else may be meant by a mistyped number, by one slip of the fingers, likeliest first.

    Two neighbours swapped, one character too many, one digit wrong, one digit left out.
    """
    found: dict[str, Slip] = {}
    for slip, text in _slipped(typed):
        if text not in ("", typed):
            found.setdefault(text, slip)
    return found


def _slipped(typed: str) -> Iterator[tuple[Slip, str]]:
    for at in range(len(typed) - 1):
        yield "swapped", f"{typed[:at]}{typed[at + 1]}{typed[at]}{typed[at + 2 :]}"
    for at in range(len(typed)):
        yield "one_too_many", f"{typed[:at]}{typed[at + 1 :]}"
    for at, letter in enumerate(typed):
        for digit in DIGITS if letter in DIGITS else "":
            yield "one_wrong", f"{typed[:at]}{digit}{typed[at + 1 :]}"
    for at in range(len(typed) + 1):
        for digit in DIGITS:
            yield "one_left_out", f"{typed[:at]}{digit}{typed[at:]}"
