"""The nightly check finds every balance that the journal does not bear out, and nothing else."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from goodword.ledger.model import Balance, Entry, account, balance_key, expense, move
from goodword.ledger.model import apply as moved
from goodword.ledger.service import CHECKS, Checker, LedgerCheck
from goodword.limits import CHECK_PASSES_MAX, DIFFERENCES_KEPT_MAX
from goodword.ports import Change
from goodword.records import Record, Table

from tests.support.desk import World


class Busy:
    """A scanner during whose reading of the journal something else is committed."""

    def __init__(self, world: World, meanwhile: Callable[[], None], times: int) -> None:
        self.world, self.meanwhile, self.left = world, meanwhile, times
        self.journal_readings = 0

    def scan_mixed(self, kinds: Sequence[type[Record]], table: Table) -> Iterator[Record]:
        rows = list(self.world.store.scan_mixed(kinds, table))
        if table == "journal":
            self.journal_readings += 1
            if self.left:
                self.left -= 1
                self.meanwhile()
                rows = list(self.world.store.scan_mixed(kinds, table))
        return iter(rows)


@pytest.fixture
def world() -> World:
    return World()


def book(world: World, person: str = "adv_ann", amount: int = 500, *, entry: bool = True) -> None:
    """Earn something; without the entry the balance is wrong from then on."""
    fact = Entry(
        entry_id=world.ids.new("ent"),
        what="earned",
        at_ms=world.clock.now_ms(),
        program_id="prg_1",
        currency="EUR",
        legs=move(amount, expense("prg_1"), account(person, "pending")),
    )
    stored = world.store.get(Balance, balance_key(person, "prg_1", "EUR"))
    before = stored or Balance(advocate_id=person, program_id="prg_1", currency="EUR")
    change = Change()
    change.save(moved(before, fact))
    if entry:
        change.create(fact)
    world.store.commit(change)


def check(world: World, scanner: Busy | None = None) -> LedgerCheck:
    return Checker(world.desk("ledger_check"), scanner or world.store).check()


def test_balances_that_agree_are_reported_as_such(world: World) -> None:
    for person in ("adv_ann", "adv_bob", "adv_ann"):
        book(world, person)
    outcome = check(world)
    assert (outcome.entries, outcome.balances) == (3, 2)
    assert (outcome.found, outcome.differences, outcome.unsettled) == (0, (), 0)


def test_the_outcome_is_kept_and_told(world: World) -> None:
    book(world, entry=False)
    check(world)
    (kept,) = world.store.query(LedgerCheck, "core", CHECKS).rows
    assert kept.found == len(kept.differences) == 2
    assert "adv_ann" in kept.differences[0]
    (event,) = world.events("ledger.checked")
    assert (event.reason, event.data["found"], event.subject) == ("differences", 2, "ledger")


def test_a_balance_that_is_missing_is_found(world: World) -> None:
    book(world)
    change = Change()
    stored = world.store.get(Balance, balance_key("adv_ann", "prg_1", "EUR"))
    assert stored is not None
    change.delete(stored)
    world.store.commit(change)
    assert check(world).found == 2


def test_what_moves_during_the_check_is_no_difference(world: World) -> None:
    book(world)
    busy = Busy(world, lambda: book(world), times=1)
    outcome = check(world, busy)
    assert (outcome.found, outcome.unsettled) == (0, 0)
    assert busy.journal_readings == 2


def test_a_person_who_appears_during_the_check_is_no_difference(world: World) -> None:
    outcome = check(world, Busy(world, lambda: book(world, "adv_new"), times=1))
    assert (outcome.found, outcome.unsettled) == (0, 0)


def test_what_never_stops_moving_is_left_open(world: World) -> None:
    book(world)
    busy = Busy(world, lambda: book(world), times=99)
    outcome = check(world, busy)
    assert (outcome.found, outcome.unsettled) == (0, 1)
    assert busy.journal_readings == CHECK_PASSES_MAX


def test_a_real_difference_is_found_beside_what_moves(world: World) -> None:
    book(world, "adv_ann")
    book(world, "adv_bob", entry=False)
    outcome = check(world, Busy(world, lambda: book(world, "adv_ann"), times=1))
    assert (outcome.found, outcome.unsettled) == (2, 0)
    assert all("adv_bob" in line for line in outcome.differences)


def test_a_difference_of_what_moved_once_is_found_in_the_next_pass(world: World) -> None:
    book(world, entry=False)
    outcome = check(world, Busy(world, lambda: book(world), times=1))
    assert (outcome.found, outcome.unsettled) == (2, 0)


def test_only_so_many_sentences_are_kept_but_all_are_counted(world: World) -> None:
    people = DIFFERENCES_KEPT_MAX // 2 + 1
    for number in range(people):
        book(world, f"adv_{number:03d}", entry=False)
    outcome = check(world)
    assert outcome.found == 2 * people
    assert len(outcome.differences) == DIFFERENCES_KEPT_MAX
