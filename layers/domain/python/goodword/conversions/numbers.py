"""An order's number as the shopper reads it (`#1001`): it finds an order and is no name of it.

Two shops of one namespace may both have an order 1001, so equal numbers never make two orders one,
and refunds never go by them. But who misses a reward knows nothing else, and neither does a person
of staff who grants it: what was granted by its number alone is the order that the shop reports
under that number later.
"""

import unicodedata
from typing import ClassVar

from pydantic import Field

from goodword.conversions.aliases import order_partition
from goodword.conversions.model import Space
from goodword.limits import NUMBERED_ORDERS_MAX
from goodword.records import Key, Record

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
