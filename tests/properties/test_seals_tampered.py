"""Whatever is done to an export or a proof, at any place, the stranger's verifier refuses it.

The changes are drawn at random: any value anywhere in any line replaced, lines taken out, put in,
repeated, swapped or cut off, seals replaced by such of another key. And a rival sealer may run at
any moment of another's run.
"""

import base64
import contextlib
import copy
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from goodword.ledger.leaves import Leaf
from goodword.ledger.proof import prove
from goodword.ledger.seal import Seal
from goodword.ports import Change
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.verifier import curve, forms, verify
from tests.properties.test_seals import Died, Fuse, run
from tests.support.seals import Json, KeyOfTests, Vaulted, entry, event

KEYS = curve.read_keys(KeyOfTests().pem())
Lines = list[Json]


@dataclass(frozen=True)
class Export:
    """What an auditor holds."""

    items: Lines
    seals: Lines
    last: str
    proof: Json

    def wrong(self) -> list[str]:
        """What the verifier says; a file that cannot be read is refused as well."""
        try:
            return verify.verify_export(self.items, self.seals, KEYS, None, self.last).wrong
        except (ValueError, LookupError, TypeError, AttributeError) as unreadable:
            return [repr(unreadable)]

    def proof_wrong(self) -> list[str]:
        """The same for the proof."""
        try:
            return verify.verify_proof(self.proof, KEYS).wrong
        except (ValueError, LookupError, TypeError, AttributeError) as unreadable:
            return [repr(unreadable)]


@cache
def original() -> Export:
    """Three seals over 19 items, and the proof of a reward that has 13 of them."""
    vaulted = Vaulted()
    for first, last in ((0, 5), (5, 12), (12, 19)):
        for number in range(first, last):
            subject = f"rwd_{1 if number % 3 else 2}"
            vaulted.write(entry(number, subject) if number % 2 else event(number, subject))
        vaulted.seal()
    seals = vaulted.seals()
    head = hashlib.sha256(forms.canonical(seals[-1]["header"])).hexdigest()
    store = vaulted.world.store
    proof = prove(store, store, "rwd_1", [], lambda _item: True).model_dump(mode="json")
    return Export(vaulted.items(), seals, f"{len(seals)}:{head}", proof)


def fresh() -> Export:
    return copy.deepcopy(original())


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every single value inside."""
    if isinstance(value, dict):
        return [each for name in value for each in places(value[name], (*way, name))]
    if isinstance(value, list):
        return [each for place, one in enumerate(value) for each in places(one, (*way, place))]
    return [way]


def replace(value: Any, way: tuple[Any, ...], chance: random.Random) -> None:
    """Another value of the same sort, at the end of the way."""
    for step in way[:-1]:
        value = value[step]
    old = value[way[-1]]
    if isinstance(old, bool) or old is None:
        new: Any = not old
    elif isinstance(old, int):
        new = chance.choice((old - 1, old + 1, old + 100, old + (1 << 40), None))
    else:
        digit = chance.randrange(max(1, len(old)))
        other = "0" if old[digit : digit + 1] != "0" else "1"
        new = old[:digit] + other + old[digit + 1 :]
    value[way[-1]] = new


def drop(rows: Lines, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def repeat(rows: Lines, chance: random.Random) -> None:
    rows.insert(chance.randrange(len(rows) + 1), copy.deepcopy(chance.choice(rows)))


def swap(rows: Lines, chance: random.Random) -> None:
    one, other = chance.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]


def cut(rows: Lines, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows)) :]


def alter(rows: Lines, chance: random.Random) -> None:
    replace(rows, chance.choice(places(rows)), chance)


def invent(rows: Lines, chance: random.Random) -> None:
    """A line like another, with a value of its own."""
    made = [copy.deepcopy(chance.choice(rows))]
    alter(made, chance)
    rows.insert(chance.randrange(len(rows) + 1), made[0])


CHANGES: tuple[Callable[[Lines, random.Random], None], ...] = (
    drop,
    repeat,
    swap,
    cut,
    alter,
    invent,
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(CHANGES), st.booleans(), st.integers(0, 2**32))
def test_no_change_of_an_export_is_accepted(
    change: Callable[[Lines, random.Random], None], of_seals: bool, seed: int
) -> None:
    export, before = fresh(), original()
    change(export.seals if of_seals else export.items, random.Random(seed))
    unchanged = (export.items, export.seals) == (before.items, before.seals)
    assert (export.wrong() == []) is unchanged


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 19))
def test_a_journal_sealed_anew_under_another_key_is_refused(seed: int, number: int) -> None:
    """Somebody changes an item and makes every root, link and count fit, but has not the key."""
    export, chance, other = fresh(), random.Random(seed), KeyOfTests(7)
    alter(export.items[number - 1 : number], chance)
    previous, rows = "0" * 64, iter(export.items)
    for seal in export.seals:
        leaves = [forms.leaf_of(next(rows)) for _ in seal["leaves"]]
        seal["leaves"] = [leaf.hex() for leaf in leaves]
        seal["header"] |= {"root": forms.root_of(leaves).hex(), "previous": previous}
        raw = forms.canonical(seal["header"])
        seal["signature"] = base64.b64encode(other.sign(raw)).decode()
        previous = hashlib.sha256(raw).hexdigest()
    assert any("the signature is not one of this key" in one for one in export.wrong())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 19))
def test_an_item_changed_together_with_its_leaf_does_not_fit_the_root(
    seed: int, number: int
) -> None:
    export = fresh()
    old = forms.leaf_of(export.items[number - 1]).hex()
    alter(export.items[number - 1 : number], random.Random(seed))
    new = forms.leaf_of(export.items[number - 1]).hex()
    for seal in export.seals:
        seal["leaves"] = [new if leaf == old else leaf for leaf in seal["leaves"]]
    assert any("its root is not the one over its leaves" in one for one in export.wrong())


@pytest.mark.parametrize("left", [0, 1, 2])
def test_cutting_seals_and_their_items_off_is_seen_by_the_last_seal_alone(left: int) -> None:
    export = fresh()
    del export.seals[left:]
    del export.items[sum(len(seal["leaves"]) for seal in export.seals) :]
    *nothing, wrong = export.wrong()
    assert "cut off or replaced" in wrong
    assert nothing == ([] if left else ["there is no seal: nothing is proven"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1), st.integers(1, 2**40))
def test_a_second_seal_of_the_same_number_breaks_the_chain(place: int, later_ms: int) -> None:
    """Even whoever holds the true key cannot sign another seal into the middle."""
    export = fresh()
    export.seals[place]["header"]["sealed_at_ms"] += later_ms
    raw = forms.canonical(export.seals[place]["header"])
    export.seals[place]["signature"] = base64.b64encode(KeyOfTests().sign(raw)).decode()
    number = place + 2
    assert export.wrong() == [f"seal {number} (seals line {number}): not linked to the one before"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_no_change_of_a_proof_is_accepted(seed: int) -> None:
    export, chance = fresh(), random.Random(seed)
    # A proof that does not say that it is complete says less, and nothing that is wrong.
    ways = [way for way in places(export.proof) if way[-1] != "complete"]
    ways += [way for way in places(export.proof) if "header" in way]
    ways += [("subject",)] * (len(ways) // 20)
    replace(export.proof, chance.choice(ways), chance)
    assert export.proof_wrong() != [], json.dumps(export.proof)


VISITS = st.tuples(st.integers(0, 7), st.booleans(), st.integers(0, 4), st.booleans())


@settings(max_examples=120, deadline=None)
@given(st.lists(VISITS, min_size=1, max_size=4))
def test_a_rival_at_any_moment_who_may_die_makes_one_chain_with_us(
    visits: list[tuple[int, bool, int, bool]],
) -> None:
    """Before or after our nth write another run begins, and ends or dies at one of its own."""
    vaulted, busy, count = Vaulted(), [False], [0]
    for number in range(35):
        vaulted.write(event(number), noted=False)
    vaulted.bring()
    store, real = vaulted.world.store, vaulted.world.store.commit

    def rival(after: bool) -> None:
        for at, when, dies_at, dies_after in visits:
            if not busy[0] and (count[0], after) == (at, when):
                busy[0] = True
                with contextlib.suppress(Died):
                    run(vaulted, Fuse(dies_at, dies_after))
                busy[0] = False

    def commit(change: Change) -> None:
        rival(False)
        real(change)
        rival(True)
        count[0] += not busy[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("goodword.ledger.seal.SEAL_LEAVES_MAX", 8)
        patch.setattr(store, "commit", commit)
        vaulted.seal()
    vaulted.seal()
    seals, leaves = vaulted.world.all(Seal), vaulted.world.all(Leaf)
    assert [seal.header.number for seal in seals] == list(range(1, len(seals) + 1))
    assert sum(seal.header.count for seal in seals) == len(leaves) == 35
    assert len({(leaf.number, leaf.position) for leaf in leaves}) == 35
    assert verify.verify_export(vaulted.items(), vaulted.seals(), KEYS).wrong == []
