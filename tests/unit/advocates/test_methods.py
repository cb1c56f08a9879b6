"""The destination is in the vault only; the record has a hash that changes with it."""

import pytest
from goodword.advocates.destination import canonical
from goodword.advocates.model import PayoutMethod
from goodword.errors import InvalidInput, NotFound
from goodword.ports import Change
from goodword.privacy.model import VaultItem
from goodword.privacy.ports import Forgotten

from tests.support.people import MACS, Town

BANK = {"name": "Anna Maria", "iban": "DE89370400440532013000"}


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_method_is_kept_with_the_other_fields_of_the_person(town: Town) -> None:
    advocate_id = town.invited(town.program().program_id).advocate_id
    method, kept = town.methods.put(advocate_id, "csv", BANK)
    assert kept == BANK
    assert method.destination_hash == MACS.mac("destination", canonical("csv", BANK))
    fields = town.methods.fields(advocate_id)
    assert fields is not None
    assert (fields.email, fields.name, fields.payout) == ("anna@mail.example", "Anna Maria", BANK)
    assert town.methods.read(advocate_id)[1] == BANK


def test_the_same_method_again_changes_nothing(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    town.methods.put(advocate_id, "csv", BANK)
    before = len(town.store.commits)
    town.methods.put(advocate_id, "csv", {**BANK, "iban": "de89 3704 0044 0532 0130 00"})
    assert len(town.store.commits) == before


def test_another_method_replaces_it_and_the_event_tells_only_the_rail(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    first, _ = town.methods.put(advocate_id, "csv", BANK)
    second, _ = town.methods.put(advocate_id, "simulator", {"receiver": "anna@rail.example"})
    assert first.destination_hash != second.destination_hash
    assert [one.rail for one in town.all(PayoutMethod)] == ["simulator"]
    assert [one.data for one in town.events("advocate.payout_method_changed")] == [
        {"rail": "csv"},
        {"rail": "simulator"},
    ]
    fields = town.methods.fields(advocate_id)
    assert fields is not None
    assert fields.payout == {"receiver": "anna@rail.example"}


def test_two_changes_at_once_leave_record_and_vault_in_step(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    town.before_next_commit(
        lambda: town.methods.put(advocate_id, "simulator", {"receiver": "b@rail.example"})
    )
    town.methods.put(advocate_id, "csv", BANK)
    method, destination = town.methods.read(advocate_id)
    assert (method.rail, destination) == ("csv", BANK)


def test_a_wrong_destination_changes_nothing(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    with pytest.raises(InvalidInput, match="bad_destination"):
        town.methods.put(advocate_id, "csv", {"name": "Anna", "iban": "DE1"})
    with pytest.raises(NotFound, match="no_payout_method"):
        town.methods.read(advocate_id)


def test_a_forgotten_person_has_no_destination_any_more(town: Town) -> None:
    advocate_id = town.joined(town.program().program_id).advocate_id
    town.methods.put(advocate_id, "csv", BANK)
    town.vault.forget(advocate_id)
    assert town.methods.fields(advocate_id) is None
    with pytest.raises(Forgotten):
        town.methods.read(advocate_id)
    change = Change()
    change.delete(town.all(VaultItem)[0])
    town.store.commit(change)
    assert town.methods.fields(advocate_id) is None
    with pytest.raises(Forgotten):
        town.methods.put(advocate_id, "simulator", {"receiver": "b@rail.example"})


def test_nobody_else_has_a_method(town: Town) -> None:
    with pytest.raises(NotFound, match="unknown_advocate"):
        town.methods.put("adv_none", "csv", BANK)
