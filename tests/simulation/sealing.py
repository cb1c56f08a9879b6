"""The trail of a finished town: every journal item has one leaf, whoever computes it; it is sealed.

In every seed the product's leaf of each item is the verifier's, which shares nothing with it but
the format, and so is the root over all, and what the path of one of them gives. In some the real
sealer seals the journal, by parts that overlap as a stream brings them; then the product's own
check and the verifier must find nothing, an advocate's proof must hold, and an item that is changed
or taken away must be found.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from goodword.events import system
from goodword.ledger.completeness import Completeness, note
from goodword.ledger.leaves import KINDS, Leaf, leaf_for, path_of, root_of
from goodword.ledger.proof import prove
from goodword.ledger.seal import Seal, Sealer
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Desk

from infra.verifier.curve import read_keys
from infra.verifier.forms import leaf_of, root_from
from infra.verifier.forms import root_of as theirs
from infra.verifier.verify import Report, check_items, check_seals, verify_proof
from tests.simulation.books import Books
from tests.support.seals import KeyOfTests, Shelf

if TYPE_CHECKING:
    from tests.simulation.town import Town

EVERY = 40  # of the seeds are sealed
BESIDE = {"version", "gsi1pk", "gsi1sk", "expires_s"}  # docs/ledger.md: not part of a leaf
Json = dict[str, Any]


def _leaves(books: Books) -> Iterator[str]:
    """I7: anybody who has an item gets the leaf that is sealed, and by its path the root."""
    every = _journal(books.town)
    for item in every:
        if leaf_for(item).leaf != leaf_of(_told(item)).hex():
            yield f"{item['pk']} {item['sk']}: its leaf is not what a verifier computes"
    if every:
        one, count = books.town.story.seed % len(every), len(every)
        all_of = [leaf_of(_told(item)) for item in every]
        found = root_from(all_of[one], one, count, path_of(one, all_of))
        if not root_of(all_of) == theirs(all_of) == found:
            yield f"the root over {count} leaves is not what the path of the {one}th gives"


def _sealed(books: Books) -> Iterator[str]:
    """I7: what is sealed verifies and is complete, and nothing can be changed unseen."""
    town = books.town
    every, desk = _journal(town), _desk(town)
    if town.story.seed % EVERY or not every:
        return
    middle = len(every) // 2
    for part in (every[:middle], every[middle // 2 :]):  # a stream brings some of it twice
        for first in range(0, len(part), READ_KEYS_MAX):
            note(town.memory, part[first : first + READ_KEYS_MAX])
        while Sealer(desk, _key(), Shelf()).run().more:
            pass
    told = Completeness(desk, town.memory, town.memory).check()
    if (told.found, told.sealed, told.waiting) != (0, len(every), 0):
        yield f"of {len(every)} items {told.sealed} are sealed: {told.findings}"
    seals, items = _seals(town), _exported(town)
    yield from _verified(items, seals)
    yield from _unseen(items, seals, town.story.seed // EVERY % len(items))
    for reward in books["reward"][:1]:
        proof = prove(town.memory, town.memory, reward["reward_id"], (), lambda _: True)
        wrong = verify_proof(proof.model_dump(mode="json"), _keys()).wrong
        if wrong or not proof.complete:
            yield f"the proof of {reward['reward_id']}: {wrong}, complete: {proof.complete}"


def _unseen(items: list[Json], seals: list[Json], one: int) -> Iterator[str]:
    """What somebody changes or takes away, and no verifier sees."""
    changed = [item | {"at_ms": item["at_ms"] + (at == one)} for at, item in enumerate(items)]
    for what, false in (("changed", changed), ("missing", items[:one] + items[one + 1 :])):
        if not list(_verified(false, seals)):
            yield f"that {items[one]['pk']} is {what} is not found"


def _verified(items: list[Json], seals: list[Json]) -> Iterator[str]:
    """What the verifier finds wrong."""
    report = Report()
    check_items(items, check_seals(seals, _keys(), report), 10**15, report)
    yield from report.wrong


@cache
def _key() -> KeyOfTests:
    return KeyOfTests()


@cache
def _keys() -> Any:
    return read_keys(_key().pem())


def _desk(town: "Town") -> Desk:
    return Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("sealer"))


def _journal(town: "Town") -> list[Json]:
    """Every item of it that is sealed, the oldest first."""
    items = town.memory.items.items()
    found = [one for key, one in items if key.table == "journal" and one["kind"] in KINDS]
    return sorted(found, key=lambda one: (one["at_ms"], one["pk"], one["sk"]))


def _told(item: Json) -> Json:
    """What of an item is exported, and hashed."""
    return {name: value for name, value in item.items() if name not in BESIDE}


def _exported(town: "Town") -> list[Json]:
    """The journal as it is exported: in the order of its seals."""
    places = {one.item_key: (one.number or 0, one.position or 0) for one in town.all(Leaf)}
    of = {key: _told(one) for key, one in town.memory.items.items() if key in places}
    return [of[key] for key in sorted(of, key=lambda key: places[key])]


def _seals(town: "Town") -> list[Json]:
    found = [one.model_dump(mode="json", exclude={"version"}) for one in town.all(Seal)]
    return sorted(found, key=lambda one: int(one["header"]["number"]))


SEALED = (_leaves, _sealed)  # the last of all: it writes
