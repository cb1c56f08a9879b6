"""The destination is in the vault only; the record has a hash that changes with it."""

import pytest
from goodword.advocates.destination import account_of, canonical
from goodword.advocates.model import Payee, PayoutMethod
from goodword.errors import InvalidInput, NotFound
from goodword.ports import Change
from goodword.privacy.model import VaultItem
from goodword.privacy.ports import Forgotten
from goodword.programs.payment import RailName
from goodword.trust.trails import Trail

from tests.support.people import BEN, MACS, Town

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


def payees(town: Town) -> set[tuple[str, str]]:
    return {(one.account_hash, one.advocate_id) for one in town.all(Payee)}


@pytest.mark.parametrize(
    ("rail", "one", "other"),
    [
        ("csv", BANK, {"name": "Ben M.", "iban": "de89 3704 0044 0532 0130 00"}),
        (
            "paypal",
            {"email": "a.b@gmail.com", "country": "DE"},
            {"email": "AB+7@googlemail.com", "country": "AT"},
        ),
        (
            "stripe",
            {"account": "acct_123456", "country": "DE"},
            {"account": "acct_123456", "country": "AT"},
        ),
        (
            "tremendous",
            {"name": "Max", "email": "a@x.example", "country": "DE"},
            {"name": "Maxi", "email": "A@x.example", "country": "DE"},
        ),
    ],
)
def test_two_who_are_paid_on_one_account_are_known_whatever_else_they_type(
    town: Town, rail: RailName, one: dict[str, str], other: dict[str, str]
) -> None:
    program_id = town.program().program_id
    anna, ben = town.joined(program_id).advocate_id, town.joined(program_id, BEN).advocate_id
    first, second = town.methods.put(anna, rail, one)[0], town.methods.put(ben, rail, other)[0]
    assert first.destination_hash != second.destination_hash
    assert payees(town) == {(first.account_hash, anna), (first.account_hash, ben)}
    (trail,) = [each for each in town.all(Trail) if each.kind == "payee"]
    assert (trail.mac, set(trail.owners)) == (first.account_hash, {anna, ben})


def test_one_is_noted_where_one_is_paid_and_nowhere_else(town: Town) -> None:
    anna = town.joined(town.program().program_id).advocate_id
    here = MACS.mac("account", account_of(BANK))
    before, _ = town.methods.put(anna, "csv", BANK)
    after, _ = town.methods.put(anna, "csv", {**BANK, "name": "Anna M. Maria"})
    assert before.destination_hash != after.destination_hash
    assert payees(town) == {(here, anna)}
    there, _ = town.methods.put(anna, "simulator", {"receiver": "anna@rail.example"})
    assert payees(town) == {(there.account_hash, anna)}
    town.methods.put(anna, "csv", BANK)
    assert payees(town) == {(here, anna)}


def test_a_method_from_before_is_noted_anew(town: Town) -> None:
    anna = town.joined(town.program().program_id).advocate_id
    method, _ = town.methods.put(anna, "csv", BANK)
    (payee,) = town.all(Payee)
    old, change = method.but(account_hash=""), Change()
    change.delete(payee)
    change.create(Payee(account_hash=old.paid_at, advocate_id=anna))
    change.replace(town.all(PayoutMethod)[0].but(account_hash=""))
    town.store.commit(change)
    assert payees(town) == {(method.destination_hash, anna)}
    town.methods.put(anna, "csv", {**BANK, "name": "Anna M. Maria"})
    assert payees(town) == {(method.account_hash, anna)}


def test_the_money_moves_with_the_account_and_not_with_the_name(town: Town) -> None:
    anna = town.joined(town.program().program_id).advocate_id
    assert town.methods.put(anna, "csv", BANK)[0].moved_ms == 0
    town.clock.advance(1)
    named, _ = town.methods.put(anna, "csv", {**BANK, "name": "Anna M. Maria"})
    assert (named.moved_ms, named.changed_ms) == (0, town.clock.at_ms)
    town.clock.advance(1)
    moved, _ = town.methods.put(anna, "simulator", {"receiver": "anna@rail.example"})
    assert moved.moved_ms == (since := town.clock.at_ms)
    town.clock.advance(1)
    typed, _ = town.methods.put(anna, "simulator", {"receiver": "Anna@rail.example"})
    assert (typed.moved_ms, typed.changed_ms) == (since, since + 1)
    town.clock.advance(1)
    assert town.methods.put(anna, "csv", BANK)[0].moved_ms == since + 2
