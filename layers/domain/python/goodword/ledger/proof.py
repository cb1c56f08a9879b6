"""A proof shows for every journal item of one reward under which signed root it stands.

It takes the item's content, a few hashes beside its way up, the seal's header and the signature;
nothing of anybody else is in it. What a person may not read is left out of their proof: the leaf
alone still proves that the item is there and has not changed. It shows inclusion, not that nothing
else is there: that takes the whole journal.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import JsonValue

from goodword.ledger.leaves import Items, Leaf, Of, Plain, content, leaves_of, path_of
from goodword.ledger.model import Entry
from goodword.ledger.seal import Seal, SealHeader, seal_key
from goodword.limits import PAGE_ITEMS_MAX
from goodword.ports import Store
from goodword.records import Value

PROOF_FORMAT: Literal["goodword-proof-1"] = "goodword-proof-1"


class Proven(Value):
    """One item. `number`, `position` and `path` are None and empty while it waits for its seal.

    `item` is the stored item without what is not hashed; None where the reader may not see it.
    """

    of: Of
    pk: str
    sk: str
    leaf: str
    number: int | None
    position: int | None
    path: tuple[str, ...]
    item: dict[str, JsonValue] | None


class SignedHeader(Value):
    """A seal without its leaves."""

    header: SealHeader
    signature: str


class Proof(Value):
    """Everything that the verifier needs beside the public key."""

    format: Literal["goodword-proof-1"] = PROOF_FORMAT
    subject: str
    complete: bool
    items: tuple[Proven, ...]
    seals: tuple[SignedHeader, ...]


def prove(
    store: Store,
    items: Items,
    subject: str,
    more: Sequence[str],
    may_read: Callable[[Plain], bool],
) -> Proof:
    """The proof of all items about `subject` and those of `more` (its payout, its conversion).

    `complete` says that every item found is under a signed seal.
    """
    leaves = [leaf for one in (subject, *more) for leaf in _leaves(store, one)][:PAGE_ITEMS_MAX]
    plain = items.plain_many([leaf.item_key for leaf in leaves]) if leaves else {}
    numbers = sorted({leaf.number for leaf in leaves if leaf.number is not None})
    found = store.get_many(Seal, [seal_key(number) for number in numbers]) if numbers else {}
    seals = {seal.header.number: seal for seal in found.values()}
    proven = tuple(
        _proven(leaf, seals.get(leaf.number or 0), plain.get(leaf.item_key), may_read)
        for leaf in sorted(leaves, key=lambda leaf: leaf.order)
    )
    return Proof(
        subject=subject,
        complete=0 < len(proven) < PAGE_ITEMS_MAX and all(one.number for one in proven),
        items=proven,
        seals=tuple(
            SignedHeader(header=seal.header, signature=seal.signature)
            for _, seal in sorted(seals.items())
        ),
    )


def own_entries(advocate_id: str) -> Callable[[Plain], bool]:
    """What an advocate may read of a proof: entries that touch no one else, and no events."""
    prefix = f"advocate:{advocate_id}:"

    def may_read(item: Plain) -> bool:
        others = [
            leg["account"]
            for leg in item.get("legs", ())
            if leg["account"].startswith("advocate:") and not leg["account"].startswith(prefix)
        ]
        return item["kind"] == Entry.KIND and not others

    return may_read


def _leaves(store: Store, subject: str) -> Sequence[Leaf]:
    return store.query(Leaf, "core", leaves_of(subject), limit=PAGE_ITEMS_MAX).rows


def _proven(
    leaf: Leaf, seal: Seal | None, item: Plain | None, may_read: Callable[[Plain], bool]
) -> Proven:
    """One item's proof; one that is placed under a seal that is not signed yet still waits."""
    path: tuple[str, ...] = ()
    if seal is not None and leaf.position is not None:
        beside = path_of(leaf.position, [bytes.fromhex(one) for one in seal.leaves])
        path = tuple(one.hex() for one in beside)
    return Proven(
        of=leaf.of,
        pk=leaf.item_pk,
        sk=leaf.item_sk,
        leaf=leaf.leaf,
        number=None if seal is None else leaf.number,
        position=None if seal is None else leaf.position,
        path=path,
        item=content(item) if item is not None and may_read(item) else None,
    )
