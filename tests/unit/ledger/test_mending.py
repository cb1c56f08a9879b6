"""A wrong balance is rewritten as the journal gives it, told of, and never over a newer one."""

import pytest
from goodword.ledger.model import Balance, balance_key
from goodword.ledger.service import Checker
from goodword.ports import Change

from tests.support.desk import World
from tests.unit.ledger.test_check import book


@pytest.fixture
def world() -> World:
    """Ann's balance is right, Bob's counts what the journal does not know, Cleo's is missing."""
    world = World()
    book(world, "adv_ann", 300)
    book(world, "adv_bob", 500)
    book(world, "adv_bob", 70, entry=False)
    book(world, "adv_cleo", 900)
    change = Change()
    change.delete(balance(world, "adv_cleo"))
    world.store.commit(change)
    return world


def balance(world: World, person: str) -> Balance:
    found = world.store.get(Balance, balance_key(person, "prg_1", "EUR"))
    assert found is not None
    return found


def checker(world: World) -> Checker:
    return Checker(world.desk("balance_rebuild"), world.store)


def test_comparing_writes_nothing(world: World) -> None:
    commits = len(world.store.commits)
    outcome, wrong = checker(world).compare()
    assert (outcome.found, len(wrong), len(world.store.commits)) == (4, 2, commits)


def test_what_is_wrong_becomes_what_the_journal_gives(world: World) -> None:
    change = Change()
    change.replace(balance(world, "adv_bob").but(leads=3, sales=2))
    world.store.commit(change)
    outcome, wrong = checker(world).compare()
    assert (outcome.found, checker(world).mend(wrong)) == (6, 2)
    assert world.ledger_differences() == []
    bob = balance(world, "adv_bob")
    assert (bob.pending_minor, bob.earned_minor, bob.leads, bob.sales) == (500, 500, 0, 0)
    told = [event.data["advocate_id"] for event in world.events("ledger.balance_mended")]
    assert sorted(map(str, told)) == ["adv_bob", "adv_cleo"]
    assert checker(world).compare()[1] == []


def test_a_balance_without_any_entry_becomes_nothing(world: World) -> None:
    book(world, "adv_dora", 50, entry=False)
    checker(world).mend(checker(world).compare()[1])
    assert balance(world, "adv_dora").pending_minor == 0


def test_what_moved_since_is_left_alone(world: World) -> None:
    _, wrong = checker(world).compare()
    book(world, "adv_bob", 10)
    book(world, "adv_cleo", 10)
    assert checker(world).mend(wrong) == 0
    assert balance(world, "adv_bob").pending_minor == 580
    assert world.events("ledger.balance_mended") == []
