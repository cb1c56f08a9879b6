"""What happens to an order: a friend has followed a link, and money goes back."""

from dataclasses import dataclass

ACCOUNT, ADVOCATE = "usr_", "adv_"  # how the ids of one and the same person begin


def account_of(advocate_id: str) -> str:
    """By whom an advocate who works for the company acts there."""
    return advocate_id.replace(ADVOCATE, ACCOUNT, 1)


def advocate_of(account: str) -> str:
    """Who somebody of the company would be as an advocate."""
    return account.replace(ACCOUNT, ADVOCATE, 1)


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
