"""What happens to an order: a friend has followed a link, and money goes back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Touched:
    """A friend followed a link."""

    person: str
    at_ms: int
    nonce: bytes


@dataclass(frozen=True)
class Returned:
    """Money went back to the customer. `total` says that the amount is the sum so far.

    `won` says that it came back again: the bank has decided for the shop.
    """

    name: str
    amount: int | None
    of: str
    total: bool
    by_alias: bool
    won: bool = False
    lines: tuple[tuple[str, int], ...] = ()
