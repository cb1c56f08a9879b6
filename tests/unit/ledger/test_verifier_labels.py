"""What nobody has signed counts for nothing: other labels, spellings and fields are refused."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from goodword.ledger.model import Balance, Entry
from goodword.ledger.proof import own_entries, prove

from infra.verifier import curve, forms, verify
from tests.support.seals import Json, KeyOfTests, Vaulted, entry, event

KEYS = curve.read_keys(KeyOfTests().pem())


def paid(payout_id: str = "pay_7", advocate_id: str = "adv_1") -> Entry:
    """The entry of a payout."""
    legs = entry(9, advocate_id=advocate_id).legs
    refs = {"payout_id": payout_id, "run_id": "run_1"}
    return entry(9).but(entry_id=f"ent_{payout_id}", legs=legs, refs=refs, what="payout_frozen")


def proof(*beside: str, advocate_id: str = "", payout: Entry | None = None) -> Json:
    """The proof of rwd_1, which has an event and an entry, with the payouts beside."""
    vaulted = Vaulted()
    vaulted.write(event(1), entry(2), event(3, "pay_7"), payout or paid(), event(4, "pay_8"))
    vaulted.seal()
    store = vaulted.world.store
    may_read = own_entries(advocate_id) if advocate_id else lambda _item: True
    return prove(store, store, "rwd_1", beside, may_read).model_dump(mode="json")


def wrong(proof: Json) -> list[str]:
    return verify.verify_proof(proof, KEYS).wrong


@pytest.mark.parametrize("advocate_id", ["", "adv_1"])
def test_the_payout_of_the_same_advocate_may_stand_beside(advocate_id: str) -> None:
    report = verify.verify_proof(proof("pay_7", advocate_id=advocate_id), KEYS)
    assert report.wrong == []
    assert "that pay_7 is the payout of rwd_1 is not proven" in report.notes


def test_the_payout_of_another_is_refused() -> None:
    strange = proof("pay_7", payout=paid(advocate_id="adv_2"))
    assert wrong(strange) == ["pay_7 moves no money of whoever rwd_1 belongs to"]
    assert wrong(proof("pay_8")) == ["pay_8 moves no money of whoever rwd_1 belongs to"]
    assert "it shows 2 payouts; a reward has one at a time" in wrong(proof("pay_7", "pay_8"))


def test_a_proof_of_a_payout_is_none_of_a_reward() -> None:
    vaulted = Vaulted()
    vaulted.write(entry(1), event(2, "pay_7"), paid())
    vaulted.seal()
    store = vaulted.world.store
    other = prove(store, store, "pay_7", [], lambda _item: True).model_dump(mode="json")
    assert wrong(other) == []
    assert wrong(other | {"subject": "rwd_1"})[0] == (
        "nothing that is shown here and sealed is about rwd_1"
    )


def test_a_proof_that_shows_nothing_is_one_of_nothing() -> None:
    bare = proof()
    for one in bare["items"]:
        one["item"] = None
    assert wrong(bare) == ["nothing that is shown here and sealed is about rwd_1"]


def seal_twice(one: Json) -> None:
    one["seals"] *= 2


def item_twice(one: Json) -> None:
    one["items"].append(one["items"][0])


CHANGES: list[tuple[Callable[[Json], object], str]] = [
    (lambda one: one.update(paid_minor=9), "the proof: an unknown field 'paid_minor'"),
    (lambda one: one["items"][0].update(note="x"), "the proof's item 1: an unknown field 'note'"),
    (lambda one: one["items"][1].pop("sk"), "the proof's item 2: 'sk' is missing"),
    (lambda one: one["seals"][0].update(leaves=[]), "the proof's seal 1: an unknown field"),
    (lambda one: one["seals"][0]["header"].update(x=1), "seal 1, its header: an unknown field 'x'"),
    (lambda one: one["seals"][0]["header"].update(count=True), "its header: 'count' is missing or"),
    (lambda one: one.update(format="goodword-proof-9"), "not of the format goodword-proof-1"),
    (lambda one: one["seals"][0]["header"].update(format="x"), "not of the format goodword-seal-1"),
    (lambda one: one["items"][0].update(of="entry"), "the item is not the one under its leaf"),
    (lambda one: one["items"][0].update(position=None), "does not lead to the root of seal 1"),
    (lambda one: one["items"][0].update(leaf=one["items"][0]["leaf"].upper()), "no hash of 64"),
    (lambda one: one["items"][0].update(path=[7]), "no hash of 64 small hex digits"),
    (lambda one: one["items"][0].update(number=None), "it says that it is complete, and items"),
    (lambda one: one["items"].insert(0, []), "the proof's item 1: no JSON object"),
    (seal_twice, "seal 1: there twice"),
    (item_twice, "stands there more than once"),
]


@pytest.mark.parametrize(("change", "says"), CHANGES)
def test_a_proof_holds_what_a_proof_holds_and_no_more(
    change: Callable[[Json], object], says: str
) -> None:
    found = proof()
    change(found)
    try:
        said = wrong(found)
    except forms.Unreadable as unreadable:
        said = [str(unreadable)]
    assert any(says in sentence for sentence in said), said


@pytest.fixture
def export() -> tuple[list[Json], list[Json]]:
    """The items and the one seal over them."""
    vaulted = Vaulted()
    vaulted.write(event(1), entry(2), event(3))
    vaulted.seal()
    return vaulted.items(), vaulted.seals()


def other_s(text: str) -> str:
    r, s = decode_dss_signature(base64.b64decode(text))
    return base64.b64encode(encode_dss_signature(r, curve.N - s)).decode()


def loose_bits(text: str) -> str:
    """Another last letter whose bits beyond the last byte are thrown away by a lenient reader."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    return body[:-1] + letters[letters.index(body[-1]) + 1] + "=" * (len(text) - len(body))


@pytest.mark.parametrize(
    "change", [other_s, lambda text: text + "!!", lambda text: text + "\n", lambda _text: "é"]
)
def test_a_signature_has_one_spelling(
    export: tuple[list[Json], list[Json]], change: Callable[[str], str]
) -> None:
    items, seals = export
    seals[0]["signature"] = change(seals[0]["signature"])
    said = verify.verify_export(items, seals, KEYS).wrong
    assert said == ["seal 1 (seals line 1): the signature is not one of this key over this seal"]


@pytest.mark.parametrize("raw", [b"7 bytes", b"these 8 bytes"])
def test_base64_with_loose_bits_is_none(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    assert forms.read_base64(text) == raw
    assert base64.b64decode(loose_bits(text), validate=True) == raw
    assert forms.read_base64(loose_bits(text)) == b""


def test_a_seal_holds_no_more_than_a_seal(export: tuple[list[Json], list[Json]]) -> None:
    items, seals = export
    with pytest.raises(forms.Unreadable, match=r"seal 1 \(seals line 1\): an unknown field 'note'"):
        verify.verify_export(items, [seals[0] | {"note": "paid in full"}], KEYS)
    upper = [leaf.upper() for leaf in seals[0]["leaves"]]
    with pytest.raises(forms.Unreadable, match="no hash of 64 small hex digits"):
        verify.verify_export(items, [seals[0] | {"leaves": upper}], KEYS)
    with pytest.raises(forms.Unreadable, match="'signature' is missing"):
        verify.verify_export(items, [{"header": {}, "leaves": []}], KEYS)


def test_a_balance_holds_no_more_than_a_balance(export: tuple[list[Json], list[Json]]) -> None:
    items, seals = export
    balance = Balance(
        advocate_id="adv_1", program_id="prg_1", currency="EUR", pending_minor=3
    ).model_dump()
    stored = balance | {"pk": "ADV#adv_1", "sk": "A#BAL#prg_1#EUR", "kind": "balance"}
    assert verify.verify_export(items, seals, KEYS, [stored]).wrong == []
    with pytest.raises(forms.Unreadable, match="balances line 1: an unknown field 'owed_minor'"):
        verify.verify_export(items, seals, KEYS, [stored | {"owed_minor": 900}])


def test_the_command_names_the_field_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_text(KeyOfTests().pem())
    (tmp_path / "proof.json").write_text(json.dumps(proof() | {"paid_minor": 9}))
    assert verify.main([str(tmp_path / "proof.json"), str(tmp_path / "key.pem")]) == 2
    assert "the proof: an unknown field 'paid_minor'" in capsys.readouterr().out
