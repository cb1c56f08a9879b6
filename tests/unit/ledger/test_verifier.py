"""The stand-alone verifier accepts what was sealed and names the place of whatever was done to it.

It shares no line with the product: what both compute alike, they compute from the same published
rules.
"""

import ast
import base64
import copy
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from goodword.ledger.model import Balance
from goodword.ledger.proof import own_entries, prove

from infra.verifier import curve, forms, verify
from tests.support.seals import Json, KeyOfTests, Vaulted, entry, event

ORDER = curve.N


class Export:
    """Two seals of four items each, one item more that waits, and the balance they give."""

    def __init__(self) -> None:
        vaulted = Vaulted()
        vaulted.write(event(1), entry(2), event(3), entry(4))
        vaulted.seal()
        vaulted.world.clock.advance(60_000)
        vaulted.write(event(5), entry(6), event(7), entry(8))
        vaulted.seal()
        self.items, self.seals = vaulted.items(), vaulted.seals()
        self.pem, self.vaulted = vaulted.key.pem(), vaulted
        head = hashlib.sha256(forms.canonical(self.seals[-1]["header"])).hexdigest()
        self.last = f"2:{head}"
        self.balances: list[Json] | None = None

    def wrong(self, last: str | None = None) -> list[str]:
        """What the verifier says."""
        keys = curve.read_keys(self.pem)
        end = self.last if last is None else last
        return verify.verify_export(self.items, self.seals, keys, self.balances, end).wrong

    def resign(self, key: KeyOfTests) -> None:
        """Seal the present items anew, as whoever has another key would."""
        previous, total, items = "0" * 64, 0, iter(self.items)
        for seal in self.seals:
            leaves = [forms.leaf_of(next(items)) for _ in seal["leaves"]]
            total += len(leaves)
            seal["leaves"] = [leaf.hex() for leaf in leaves]
            header = seal["header"]
            header |= {"root": forms.root_of(leaves).hex(), "previous": previous}
            header |= {"key": key.fingerprint(), "total": total, "count": len(leaves)}
            raw = forms.canonical(header)
            seal["signature"] = base64.b64encode(key.sign(raw)).decode()
            previous = hashlib.sha256(raw).hexdigest()


@pytest.fixture
def export() -> Export:
    return Export()


def test_what_was_sealed_is_accepted(export: Export) -> None:
    assert export.wrong() == []
    assert export.wrong(last="") == []


def flip(export: Export) -> None:
    export.items[3]["legs"][0]["amount_minor"] += 1
    export.items[3]["legs"][1]["amount_minor"] -= 1


def flip_event(export: Export) -> None:
    export.items[0]["data"]["amount_minor"] = 100


def delete(export: Export) -> None:
    del export.items[2]


def reorder(export: Export) -> None:
    export.items[1], export.items[4] = export.items[4], export.items[1]


def reorder_seals(export: Export) -> None:
    export.seals.reverse()


def reorder_leaves(export: Export) -> None:
    export.seals[1]["leaves"].reverse()


def insert(export: Export) -> None:
    forged = copy.deepcopy(export.items[1]) | {"entry_id": "ent_x", "pk": "ENT#ent_x"}
    export.items.insert(2, forged)


def insert_at_the_end(export: Export) -> None:
    forged = copy.deepcopy(export.items[1]) | {"at_ms": 0, "pk": "ENT#ent_x"}
    export.items.append(forged)


def repeat(export: Export) -> None:
    export.items.append(copy.deepcopy(export.items[1]))


def truncate_items(export: Export) -> None:
    del export.items[-1]


def truncate_seals(export: Export) -> None:
    del export.seals[-1]


def truncate_both(export: Export) -> None:
    del export.seals[-1]
    del export.items[4:]


def truncate_nothing_left(export: Export) -> None:
    export.seals, export.items = [], []


def resign(export: Export) -> None:
    flip(export)
    export.resign(KeyOfTests(7))


def resign_and_claim(export: Export) -> None:
    """The header names the true key; the signature is still another one's."""
    flip(export)

    class Claiming(KeyOfTests):
        def fingerprint(self) -> str:
            return KeyOfTests().fingerprint()

    export.resign(Claiming(7))


def unbalance(export: Export) -> None:
    """Even whoever holds the true key cannot seal an entry that makes money."""
    export.items[3]["legs"][0]["amount_minor"] += 1
    export.resign(KeyOfTests())


def move_a_seal(export: Export) -> None:
    export.seals[0]["header"]["sealed_at_ms"] += 1


def claim_more(export: Export) -> None:
    export.seals[1]["leaves"].append(export.seals[0]["leaves"][0])


TAMPERINGS: list[tuple[Callable[[Export], None], str]] = [
    (flip, "journal line 4 (ENT#ent_4 ENTRY): changed or inserted"),
    (flip_event, "journal line 1 (EVT#rwd_1"),
    (delete, "journal item 3: sealed, but missing or changed"),
    (reorder, "out of order, it was sealed as 2"),
    (reorder_seals, "seal 2 stands where 1 must stand"),
    (reorder_leaves, "seal 2 (seals line 2): its root is not the one over its leaves"),
    (insert, "journal line 3 (ENT#ent_x ENTRY): changed or inserted"),
    (insert_at_the_end, "journal line 9 (ENT#ent_x ENTRY): changed or inserted"),
    (repeat, "journal line 9 (ENT#ent_2 ENTRY): the same as line 2"),
    (truncate_items, "journal item 8: sealed, but missing or changed"),
    (truncate_seals, "the seals end at 1:"),
    (truncate_both, "cut off or replaced"),
    (truncate_nothing_left, "the seals end at 0:"),
    (resign, "seal 1 (seals line 1): signed by a key that is not the given one"),
    (resign_and_claim, "seal 1 (seals line 1): the signature is not one of this key"),
    (unbalance, "journal line 4 (ENT#ent_4 ENTRY): its legs do not sum to zero"),
    (move_a_seal, "seal 2 (seals line 2): not linked to the one before"),
    (claim_more, "seal 2 (seals line 2): its leaves are not as many as it says"),
]


@pytest.mark.parametrize(
    ("tamper", "place"), TAMPERINGS, ids=[tamper.__name__ for tamper, _ in TAMPERINGS]
)
def test_a_tampering_is_refused_and_its_place_named(
    export: Export, tamper: Callable[[Export], None], place: str
) -> None:
    tamper(export)
    wrong = export.wrong()
    assert any(place in sentence for sentence in wrong), wrong


def test_an_item_of_just_now_is_passed_over_only_if_one_asks_for_it(export: Export) -> None:
    export.vaulted.write(event(9, at_ms=export.vaulted.world.clock.now_ms()))
    export.items, keys = export.vaulted.items(), curve.read_keys(export.pem)
    assert export.wrong() == [
        f"{verify.name_of(export.items[8], 9)}: changed or inserted, no seal holds it"
    ]
    report = verify.verify_export(export.items, export.seals, keys, waiting=True)
    assert report.wrong == []
    assert "1 items are under no seal and not vouched for" in report.notes
    export.items.insert(0, export.items.pop())
    lenient = verify.verify_export(export.items, export.seals, keys, waiting=True)
    assert "changed or inserted" in lenient.wrong[0]


def test_an_insertion_as_young_as_the_last_item_is_refused(export: Export) -> None:
    forged = copy.deepcopy(export.items[-1]) | {"entry_id": "ent_x", "pk": "ENT#ent_x"}
    export.items.append(forged)
    assert export.wrong() == [
        "journal line 9 (ENT#ent_x ENTRY): changed or inserted, no seal holds it"
    ]


def test_stored_balances_must_be_what_the_journal_gives(export: Export) -> None:
    balance = Balance(
        advocate_id="adv_1", program_id="prg_1", currency="EUR", pending_minor=3 + 5 + 7 + 9
    )
    export.balances = [balance.model_dump()]
    assert export.wrong() == []
    export.balances = [balance.but(payable_minor=1).model_dump()]
    assert export.wrong() == ["balance adv_1 prg_1 EUR payable: the journal says 0, stored is 1"]
    export.balances = []
    assert len(export.wrong()) == 1


@pytest.mark.parametrize("forged", [{}, {"pending_minor": 999}, {"payable_minor": 999}])
@pytest.mark.parametrize("first", [True, False])
def test_a_balance_that_is_stored_twice_is_refused(
    export: Export, forged: dict[str, int], *, first: bool
) -> None:
    """Whichever of the two a reader would take."""
    balance = Balance(
        advocate_id="adv_1", program_id="prg_1", currency="EUR", pending_minor=3 + 5 + 7 + 9
    ).model_dump()
    rows = [balance | forged, balance]
    export.balances = rows if first else rows[::-1]
    assert "balance adv_1 prg_1 EUR: stored 2 times" in export.wrong()


def test_nothing_at_all_is_no_proof(export: Export) -> None:
    truncate_nothing_left(export)
    assert export.wrong(last="") == ["there is no seal: nothing is proven"]


def proof_of(export: Export, advocate_id: str = "") -> Json:
    store = export.vaulted.world.store
    may_read = own_entries(advocate_id) if advocate_id else lambda _item: True
    return prove(store, store, "rwd_1", [], may_read).model_dump(mode="json")


@pytest.mark.parametrize("advocate_id", ["", "adv_1"])
def test_a_proof_is_accepted(export: Export, advocate_id: str) -> None:
    report = verify.verify_proof(proof_of(export, advocate_id), curve.read_keys(export.pem))
    assert report.wrong == []
    hidden = ["4 of them without their content: they exist unchanged, no more"]
    assert report.notes == ["rwd_1: 8 of 8 items are proven", *(hidden if advocate_id else [])]


def test_what_no_seal_holds_yet_proves_nothing(export: Export) -> None:
    export.vaulted.write(entry(9))
    proof, keys = proof_of(export), curve.read_keys(export.pem)
    assert verify.verify_proof(proof, keys).wrong == ["ENT#ent_9 ENTRY: no seal holds it yet"]
    report = verify.verify_proof(proof, keys, waiting=True)
    assert (report.wrong, report.notes) == ([], ["rwd_1: 8 of 9 items are proven"])


PROOF_TAMPERINGS: list[tuple[Callable[[Json], object], str]] = [
    (lambda proof: proof["items"][1]["item"].update(what="x"), "ENT#ent_2 ENTRY: the item is not"),
    (lambda proof: proof["items"][1].update(pk="ENT#ent_3"), "ENT#ent_3 ENTRY: the item is not"),
    (lambda proof: proof["items"][0].update(position=1), "does not lead to the root of seal 1"),
    (lambda proof: proof["items"][0].update(position=9), "does not lead to the root of seal 1"),
    (lambda proof: proof["items"][0]["path"].pop(), "does not lead to the root of seal 1"),
    (lambda proof: proof["items"][0]["path"].append("00" * 32), "does not lead to the root"),
    (lambda proof: proof["items"][0].update(leaf="00" * 32), "the item is not the one under"),
    (lambda proof: proof["items"][0].update(number=7), "its seal 7 is not here"),
    (lambda proof: proof["seals"][0]["header"].update(root="00" * 32), "seal 1: the signature"),
    (lambda proof: proof["seals"][0].update(signature="AAAA"), "seal 1: the signature"),
    (lambda proof: proof["seals"][0]["header"].update(key="other"), "seal 1: signed by a key"),
    (lambda proof: proof["items"].clear(), "the proof is empty"),
    (lambda proof: proof["items"][0].update(number=None), "no seal holds it yet"),
    (lambda proof: proof.update(subject="rwd_2"), "it is about ['rwd_1'], not about rwd_2"),
]


@pytest.mark.parametrize(("tamper", "place"), PROOF_TAMPERINGS)
def test_a_tampered_proof_is_refused(
    export: Export, tamper: Callable[[Json], object], place: str
) -> None:
    proof = proof_of(export)
    tamper(proof)
    wrong = verify.verify_proof(proof, curve.read_keys(export.pem)).wrong
    assert any(place in sentence for sentence in wrong), wrong


def written(path: Path, rows: list[Json]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return str(path)


def test_the_command(export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "key.pem"
    key.write_text(export.pem)
    seals = written(tmp_path / "seals.jsonl", export.seals)
    files = [written(tmp_path / "journal.jsonl", export.items), seals, str(key)]
    assert verify.main([*files, "--last", export.last]) == 0
    assert capsys.readouterr().out.endswith("VERIFIED\n")
    flip(export)
    files[0] = written(tmp_path / "changed.jsonl", export.items)
    assert verify.main(files) == 1
    assert "WRONG  journal line 4" in capsys.readouterr().out
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(proof_of(Export())))
    assert verify.main([str(proof), str(key)]) == 0
    with pytest.raises(SystemExit):
        verify.main([str(key)])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1.5}\n', "line 1: no JSON that could have been sealed"),
        ('{"a": 1, "a": 2}\n', "a name twice"),
        ('{"a": NaN}\n', "not whole"),
        ("[1]\n", "line 1: no JSON object"),
        ('{"a": 1}', "the last line is not whole"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, export: Export, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_text(export.pem)
    (tmp_path / "journal.jsonl").write_text(text)
    seals = written(tmp_path / "seals.jsonl", export.seals)
    files = [str(tmp_path / "journal.jsonl"), seals, str(tmp_path / "key.pem")]
    assert verify.main(files) == 2
    assert says in capsys.readouterr().out


def test_it_needs_the_standard_library_and_nothing_else() -> None:
    named: set[Any] = set()
    for path in Path(verify.__file__).parent.glob("*.py"):
        for one in ast.walk(ast.parse(path.read_text())):
            if isinstance(one, ast.Import):
                named |= {alias.name.split(".")[0] for alias in one.names}
            elif isinstance(one, ast.ImportFrom) and one.level == 0:
                named.add((one.module or "").split(".")[0])
    assert named <= set(sys.stdlib_module_names)


def test_a_copy_of_its_directory_runs_anywhere(export: Export, tmp_path: Path) -> None:
    """A process of its own that sees no package and not this checkout."""
    shutil.copytree(Path(verify.__file__).parent, tmp_path / "copied")
    (tmp_path / "key.pem").write_text(export.pem)
    (tmp_path / "proof.json").write_text(json.dumps(proof_of(export)))
    words = [sys.executable, "-ESs", "-m", "copied", "proof.json", "key.pem"]
    done = subprocess.run(
        words, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.split()[-1]) == (0, "VERIFIED"), done.stderr
