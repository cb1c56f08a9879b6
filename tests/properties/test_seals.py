"""Whatever arrives in whatever order, and wherever a run dies: each item is sealed exactly once.

A run dies before or after any of its writes: commits, signatures and copies. What is left must be
finished by the next run, with nothing lost and nothing doubled.
"""

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from goodword.ledger.completeness import Completeness, note
from goodword.ledger.leaves import Leaf
from goodword.ledger.proof import prove
from goodword.ledger.seal import Seal, Sealer
from goodword.ports import Change
from goodword.records import Record
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.verifier import curve, verify
from tests.support.seals import KeyOfTests, Shelf, Vaulted, entry, event

KEY = KeyOfTests()
SUBJECTS = ("rwd_1", "rwd_2", "pay_1")


class Died(Exception):
    """The process ended here."""


@dataclass
class Fuse:
    """Ends the process at one of its outside writes, before or after it took effect."""

    at: int | None = None
    after: bool = False
    count: int = 0

    def around(self, write: Callable[[], None]) -> None:
        """Do the write, unless the process dies first."""
        mine = self.count == self.at
        self.count += 1
        if mine and not self.after:
            raise Died
        write()
        if mine:
            raise Died


@dataclass
class FragileShelf(Shelf):
    """A shelf whose user may die."""

    fuse: Fuse = field(default_factory=Fuse)

    def keep(self, name: str, content: bytes) -> None:
        self.fuse.around(lambda: super(FragileShelf, self).keep(name, content))


class FragileKey(KeyOfTests):
    """A key whose user may die."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse

    def sign(self, message: bytes) -> bytes:
        made: list[bytes] = []
        self.fuse.around(lambda: made.append(super(FragileKey, self).sign(message)))
        return made[0]


@st.composite
def journals(draw: st.DrawFn) -> list[Record]:
    found: list[Record] = []
    for number in range(draw(st.integers(1, 14))):
        subject = draw(st.sampled_from(SUBJECTS))
        made = event(number, subject) if draw(st.booleans()) else entry(number, subject)
        found.append(made)
    return found


def put(vaulted: Vaulted, records: list[Record]) -> None:
    for record in records:
        change = Change()
        change.create(record)
        vaulted.world.store.commit(change)


def run(vaulted: Vaulted, fuse: Fuse) -> None:
    """One run of the sealer that may die at its fuse."""
    store, real = vaulted.world.store, vaulted.world.store.commit
    shelf = FragileShelf(vaulted.shelf.kept, fuse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "commit", lambda change: fuse.around(lambda: real(change)))
        Sealer(vaulted.world.desk("sealer"), FragileKey(fuse), shelf).run(20)


def assert_sound(vaulted: Vaulted, records: list[Record]) -> None:
    """Every record sealed once, the export verified by the stranger's tool, every proof good."""
    world = vaulted.world
    leaves = world.all(Leaf)
    assert len(leaves) == len(records)
    placed = [(leaf.number, leaf.position) for leaf in leaves]
    assert len(set(placed)) == len(placed)
    assert all(number is not None for number, _ in placed)
    assert sum(seal.header.count for seal in world.all(Seal)) == len(records)
    copies = {f"seals/{one.header.number:012d}.json": one.published for one in world.all(Seal)}
    kept = {n: c for n, c in vaulted.shelf.kept.items() if n.startswith("seals/")}
    assert kept == copies
    keys = curve.read_keys(KEY.pem())
    assert verify.verify_export(vaulted.items(), vaulted.seals(), keys).wrong == []
    for subject in SUBJECTS:
        proof = prove(world.store, world.store, subject, [], lambda _item: True)
        if proof.items:
            assert proof.complete
            shown = proof.model_dump(mode="json")
            assert verify.verify_proof(shown, keys).wrong == []
    assert Completeness(world.desk("check"), world.store, world.store).check().found == 0


@settings(max_examples=25, deadline=None)
@given(journals(), st.integers(0, 2**32), st.integers(1, 5))
def test_any_items_in_any_order_are_sealed_once(
    records: list[Record], seed: int, rounds: int
) -> None:
    chance, vaulted = random.Random(seed), Vaulted()
    put(vaulted, records)
    stored = list(vaulted.world.store.plain_many([one.key for one in records]).values())
    arriving = stored + chance.sample(stored, chance.randrange(len(stored) + 1))
    chance.shuffle(arriving)
    while arriving:
        batch = [arriving.pop() for _ in range(min(len(arriving), chance.randrange(1, 6)))]
        note(vaulted.world.store, batch)
        if chance.random() < 0.5:
            vaulted.seal(rounds)
    vaulted.seal()
    assert_sound(vaulted, records)


@settings(max_examples=60, deadline=None)
@given(
    journals(),
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6),
)
def test_dying_anywhere_any_number_of_times_loses_and_doubles_nothing(
    records: list[Record], deaths: list[tuple[int, bool]]
) -> None:
    vaulted, left = Vaulted(), list(records)
    for at, after in deaths:
        put(vaulted, left[:3])
        del left[:3]
        vaulted.bring()
        with contextlib.suppress(Died):
            run(vaulted, Fuse(at, after))
        for subject in SUBJECTS:  # what is proven at this moment is; the rest says that it waits
            proof = prove(vaulted.world.store, vaulted.world.store, subject, [], lambda _item: True)
            report = verify.verify_proof(
                proof.model_dump(mode="json"), curve.read_keys(KEY.pem()), waiting=True
            )
            none = ["nothing that is shown here and sealed is about " + subject]
            nothing = none if proof.items else ["the proof is empty"]
            assert report.wrong == ([] if any(one.number for one in proof.items) else nothing)
    put(vaulted, left)
    vaulted.bring()
    run(vaulted, Fuse())
    assert_sound(vaulted, records)


def test_every_single_death_of_a_run_is_survived() -> None:
    """All of them, one after the other: before and after each write of a run of two seals."""
    records: list[Record] = [event(number) for number in range(95)]
    writes = 0
    for after in (False, True):
        at = 0
        while True:
            vaulted, fuse = Vaulted(), Fuse(at, after)
            put(vaulted, records)
            vaulted.bring()
            try:
                run(vaulted, fuse)
            except Died:
                run(vaulted, Fuse())
            else:
                break
            assert [one.header.count for one in vaulted.world.all(Seal)] == [90, 5]
            at += 1
        writes += at
        assert_sound(vaulted, records)
    assert writes == 2 * (1 + 2 * 3 + 3 + 1)  # key; two seals made, signed, put; copies; head
