"""The answer of a write is kept in the transaction of the write, so a repeated call meets it.

A use case that an API offers takes a `Receipt`: given what it is about to answer, it makes the
record (the idempotency claim) that belongs into the same Change. Callers without one pass
`no_receipt`.
"""

from collections.abc import Callable
from typing import TypeVar

from goodword.ports import Change, Store
from goodword.records import Record

T = TypeVar("T")
Receipt = Callable[[T], Record | None]


def no_receipt(_: object) -> None:
    """Keeps nothing: for callers whose repetition is harmless by itself."""


def settle(store: Store, change: Change, result: T, receipt: Receipt[T]) -> T:
    """Commit the change together with the receipt of its result, and answer the result.

    A change that would change nothing is not sent, and leaves no receipt: repeating it is harmless.
    """
    if not change.keys:
        return result
    kept = receipt(result)
    if kept is not None:
        change.create(kept)
    store.commit(change)
    return result
