"""Seals are made in a row, signed once decided, and copied; a proof leads from an item to one."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from goodword.errors import Conflict, Stale
from goodword.ledger.completeness import Completeness, SealCheck, note
from goodword.ledger.leaves import (
    leaf_for,
    leaf_hash,
    path_of,
    root_from,
    root_of,
    subject_of,
)
from goodword.ledger.proof import own_entries, prove
from goodword.ledger.seal import Pending, Seal, Sealer, SealKey, read_head, seal_page
from goodword.limits import SEAL_GRACE_SECONDS, SEAL_LEAVES_MAX
from goodword.ports import Change

from tests.support.seals import KeyOfTests, Vaulted, entry, event


@pytest.fixture
def vaulted() -> Vaulted:
    return Vaulted()


def checked(vaulted: Vaulted) -> SealCheck:
    vaulted.world.clock.advance(SEAL_GRACE_SECONDS * 1000 + 60_000)
    store = vaulted.world.store
    return Completeness(vaulted.world.desk("check"), store, store).check()


def test_the_hashes_are_those_of_rfc_6962() -> None:
    """The vectors of Certificate Transparency's own test suite, with their leaves made before."""
    raw = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
    leaves = [hashlib.sha256(b"\x00" + one).digest() for one in raw]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for count, root in roots.items():
        assert root_of(leaves[:count]).hex() == root


def test_a_leaf_is_the_item_without_version_and_places() -> None:
    item = {"pk": "EVT#a", "sk": "1", "kind": "event", "subject": "a", "at_ms": 1, "text": "ü"}
    spelled = '{"at_ms":1,"kind":"event","pk":"EVT#a","sk":"1","subject":"a","text":"ü"}'
    assert leaf_hash(item) == hashlib.sha256(b"\x00" + spelled.encode()).digest()
    placed = item | {"version": 4, "gsi1pk": "x", "gsi1sk": "y", "expires_s": 5}
    assert leaf_hash(placed) == leaf_hash(item)


def test_a_leaf_knows_what_it_is_about() -> None:
    assert subject_of({"kind": "event", "subject": "rwd_9"}) == "rwd_9"
    assert subject_of({"kind": "entry", "entry_id": "e", "refs": {"payout_id": "pay_1"}}) == "pay_1"
    assert subject_of({"kind": "entry", "entry_id": "e"}) == "e"
    with pytest.raises(ValueError, match="only events and entries"):
        leaf_for({"kind": "seal"})


def test_paths_of_the_wrong_length_lead_nowhere() -> None:
    leaves = [bytes([number]) * 32 for number in range(3)]
    path = path_of(1, leaves)
    assert root_from(leaves[1], 1, 3, path) == root_of(leaves)
    with pytest.raises(ValueError, match="too long"):
        root_from(leaves[1], 1, 3, [*path, path[0]])
    with pytest.raises(ValueError, match="too short"):
        root_from(leaves[1], 1, 3, path[1:])
    with pytest.raises(ValueError, match="nothing to split"):
        root_of([])


def test_nothing_to_seal_makes_no_seal(vaulted: Vaulted) -> None:
    outcome = vaulted.seal()
    assert (outcome.seals, outcome.leaves, outcome.copied, outcome.lost) == (0, 0, 0, False)
    assert vaulted.seals() == []
    assert len(vaulted.world.all(SealKey)) == 1


def test_seals_are_chained_counted_and_signed(vaulted: Vaulted) -> None:
    vaulted.write(event(1), entry(2))
    vaulted.seal()
    vaulted.world.clock.advance(60_000)
    vaulted.write(event(3))
    assert vaulted.seal().seals == 1
    first, second = (seal.header for seal in vaulted.world.all(Seal))
    assert (first.number, first.count, first.total) == (1, 2, 2)
    assert (second.number, second.count, second.total) == (2, 1, 3)
    assert (first.previous, second.previous) == ("0" * 64, first.hash)
    assert second.sealed_at_ms == first.sealed_at_ms + 60_000
    public = load_der_public_key(vaulted.key.der)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    for seal in vaulted.world.all(Seal):
        signature = base64.b64decode(seal.signature)
        public.verify(signature, seal.header.signed_bytes, ec.ECDSA(hashes.SHA256()))
    assert seal_page(vaulted.world.store, 1, None).rows[0].header == first


def test_many_items_are_sealed_in_several_seals_of_one_run(vaulted: Vaulted) -> None:
    vaulted.write(*(event(number) for number in range(SEAL_LEAVES_MAX + 5)))
    outcome = vaulted.seal()
    assert (outcome.seals, outcome.leaves, outcome.more) == (2, SEAL_LEAVES_MAX + 5, False)
    vaulted.write(*(event(200 + number) for number in range(2)))
    assert vaulted.seal(rounds=1).more is True


def test_what_is_brought_again_is_not_sealed_again(vaulted: Vaulted) -> None:
    vaulted.write(event(1))
    vaulted.seal()
    assert note(vaulted.world.store, vaulted.items()) == 0
    assert vaulted.seal().leaves == 0


def test_copies_and_keys_are_kept(vaulted: Vaulted) -> None:
    vaulted.write(event(1))
    vaulted.seal()
    names = {"seals/000000000001.json", f"keys/{vaulted.key.fingerprint()}.pem"}
    assert set(vaulted.shelf.kept) == names
    assert vaulted.shelf.kept["seals/000000000001.json"] == vaulted.world.all(Seal)[0].published
    vaulted.shelf.kept["seals/000000000002.json"] = b"forged before"
    vaulted.write(event(2))
    with pytest.raises(Conflict, match="another content"):
        vaulted.seal()
    assert read_head(vaulted.world.store).copied == 1


def test_a_new_key_signs_what_the_old_one_left(vaulted: Vaulted) -> None:
    """The pending seal was never signed, so it may still name another key."""
    vaulted.write(event(1))

    class Broken(KeyOfTests):
        def sign(self, message: bytes) -> bytes:
            raise TimeoutError

    old = Broken(5)
    vaulted.key, new = old, vaulted.key
    with pytest.raises(TimeoutError):
        vaulted.seal()
    assert read_head(vaulted.world.store).pending is not None
    vaulted.key = new
    vaulted.seal()
    (seal,) = vaulted.world.all(Seal)
    assert seal.header.key == new.fingerprint()
    assert read_head(vaulted.world.store).hash == seal.header.hash


def test_two_sealers_at_once_make_one_chain(vaulted: Vaulted) -> None:
    """The second finds the first one's seal pending, or loses the head: it gives way."""
    vaulted.write(event(1), event(2))
    inner = Vaulted(vaulted.world, vaulted.key, vaulted.shelf)

    class Interrupting(KeyOfTests):
        def sign(self, message: bytes) -> bytes:
            inner.seal()
            return super().sign(message)

    outcome = Vaulted(vaulted.world, Interrupting(), vaulted.shelf).seal()
    assert outcome.lost
    assert [seal.header.number for seal in vaulted.world.all(Seal)] == [1]
    assert checked(vaulted).found == 0


def test_a_seal_that_another_run_is_signing_is_left_to_it(vaulted: Vaulted) -> None:
    vaulted.write(event(1))
    real = vaulted.world.store.get

    def late(kind: Any, key: Any) -> Any:
        """The head is seen without its pending seal first, and with it afterwards."""
        found = real(kind, key)
        return None if kind is SealKey else found

    vaulted.seal()
    vaulted.world.store.get = late  # type: ignore[method-assign]  # a store that lags
    assert vaulted.seal().lost  # the key seems unpublished, and its put collides


def test_a_head_that_gets_a_pending_seal_meanwhile_is_left_alone(vaulted: Vaulted) -> None:
    vaulted.write(event(1))
    vaulted.seal()
    head, seal = read_head(vaulted.world.store), vaulted.world.all(Seal)[0]
    change = Change()
    change.replace(head.but(pending=Pending(header=seal.header, leaves=seal.leaves)))
    vaulted.world.store.commit(change)
    with pytest.raises(Stale):
        Sealer(vaulted.world.desk(), vaulted.key, vaulted.shelf)._make()


def test_a_proof_leads_to_a_signed_root(vaulted: Vaulted) -> None:
    vaulted.write(event(1), entry(2), event(3, "rwd_2"), event(4, "pay_1"))
    vaulted.seal()
    vaulted.write(event(5))
    store = vaulted.world.store
    proof = prove(store, store, "rwd_1", ["pay_1"], lambda _item: True)
    assert [one.sk.rpartition("#")[2] for one in proof.items] == [
        "evt_1",
        "ENTRY",
        "evt_4",
        "evt_5",
    ]
    assert proof.complete is False
    assert proof.items[3].number is None
    (signed,) = proof.seals
    for one in proof.items[:3]:
        assert one.position is not None
        path = [bytes.fromhex(each) for each in one.path]
        root = root_from(bytes.fromhex(one.leaf), one.position, signed.header.count, path)
        assert root.hex() == signed.header.root
        assert one.item is not None
        assert leaf_hash(one.item).hex() == one.leaf
    vaulted.seal()
    assert prove(store, store, "rwd_1", [], lambda _item: True).complete
    assert prove(store, store, "rwd_none", [], lambda _item: True).items == ()


def test_an_advocate_reads_own_entries_and_no_events(vaulted: Vaulted) -> None:
    vaulted.write(event(1), entry(2), entry(3, advocate_id="adv_2"))
    vaulted.seal()
    store = vaulted.world.store
    proof = prove(store, store, "rwd_1", [], own_entries("adv_1"))
    assert [one.item is not None for one in proof.items] == [False, True, False]


def test_a_sound_journal_passes_the_check(vaulted: Vaulted) -> None:
    vaulted.write(*(event(number) for number in range(150)), entry(1))
    vaulted.seal()
    vaulted.world.clock.advance(3_600_000)
    vaulted.write(event(1, "rwd_7", vaulted.world.clock.now_ms() + 900_000))
    outcome = checked(vaulted)
    counts = (outcome.items, outcome.sealed, outcome.waiting, outcome.seals, outcome.found)
    assert counts == (152, 151, 1, 2, 0)
    assert vaulted.world.events("ledger.seals_checked")[0].reason == ""
    assert vaulted.world.all(SealCheck) == [outcome.but(version=1)]


@dataclass(frozen=True)
class Harm:
    """Something done to the store behind the product's back, and what the check says of it."""

    name: str
    says: str

    def do(self, vaulted: Vaulted) -> None:
        items = vaulted.world.store.items
        first = event(1).key
        head, seal = read_head(vaulted.world.store), vaulted.world.all(Seal)[0]
        match self.name:
            case "changed":
                items[first] = items[first] | {"reason": "x"}
            case "deleted":
                del items[first]
            case "inserted":
                vaulted.write(event(9), noted=False)
            case "unsealed":
                vaulted.write(event(9))
            case "root":
                header = items[seal.key]["header"] | {"root": "00" * 32}
                items[seal.key] = items[seal.key] | {"header": header}
            case "cut":
                del items[vaulted.world.all(Seal)[-1].key]
            case "link":
                header = items[seal.key]["header"] | {"sealed_at_ms": 1}
                items[seal.key] = items[seal.key] | {"header": header}
            case "leaf":
                leaf = next(key for key in items if key.pk == "LEAF#rwd_1")
                items[leaf] = items[leaf] | {"leaf": "00" * 32}
            case "head":
                items[head.key] = items[head.key] | {"total": 1}


HARMS = [
    Harm("changed", "is not what was sealed"),
    Harm("deleted", "is gone from the journal, sealed in 1"),
    Harm("inserted", "was never brought to the sealer"),
    Harm("unsealed", "was never sealed"),
    Harm("root", "the root of seal 1 is not that of its leaves"),
    Harm("cut", "the head is at seal 2, the chain ends at seal 1"),
    Harm("link", "seal 2 does not follow from seal 1"),
    Harm("leaf", "is not what was sealed"),
    Harm("head", "are under seals"),
]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.name)
def test_whatever_is_done_to_the_store_is_found(vaulted: Vaulted, harm: Harm) -> None:
    vaulted.write(event(1), entry(2))
    vaulted.seal()
    vaulted.write(event(3))
    vaulted.seal()
    harm.do(vaulted)
    outcome = checked(vaulted)
    assert outcome.found
    assert any(harm.says in sentence for sentence in outcome.findings), outcome.findings
    assert vaulted.world.events("ledger.seals_checked")[0].reason == "findings"


def test_what_the_stream_lost_is_sealed_after_the_check(vaulted: Vaulted) -> None:
    vaulted.write(event(1), noted=False)
    assert checked(vaulted).found == 1
    vaulted.bring()
    assert vaulted.seal().leaves == 2
    assert checked(vaulted).found == 0


def test_a_leaf_that_waits_for_an_item_that_is_gone_is_named(vaulted: Vaulted) -> None:
    vaulted.write(event(1))
    del vaulted.world.store.items[event(1).key]
    (sentence,) = checked(vaulted).findings
    assert sentence.endswith("is gone from the journal")


def test_the_chain_is_walked_page_by_page(
    vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.ledger.completeness.PAGE_ITEMS_MAX", 1)
    for number in range(3):
        vaulted.write(event(number))
        vaulted.seal()
    outcome = checked(vaulted)
    assert (outcome.seals, outcome.sealed, outcome.findings) == (3, 3, ())


def test_a_chain_longer_than_a_check_may_walk_does_not_pass(
    vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.ledger.completeness.PAGE_ITEMS_MAX", 1)
    monkeypatch.setattr("goodword.ledger.completeness.SEAL_PAGES_MAX", 2)
    for number in range(3):
        vaulted.write(event(number))
        vaulted.seal()
    outcome = checked(vaulted)
    assert outcome.seals == 2
    assert "the head is at seal 3, the chain ends at seal 2" in outcome.findings


def test_at_most_a_hundred_findings_are_kept(vaulted: Vaulted) -> None:
    vaulted.write(*(event(number) for number in range(110)), noted=False)
    outcome = checked(vaulted)
    assert (outcome.found, len(outcome.findings)) == (110, 100)
