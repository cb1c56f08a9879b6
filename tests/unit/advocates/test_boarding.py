"""The leaderboard has those who said yes, by what is true now, and nobody a moment longer."""

import pytest
from goodword.advocates.board import Listing, Place, counts, is_period, month_at, ranked
from goodword.advocates.boarding import Board, Boards, Counting, chosen_name
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.limits import BOARD_NAME_MAX, BOARD_SHOWN
from goodword.ports import Change
from goodword.privacy.consents import consents_of
from goodword.rewards.tally import Sum, Tally, tally_key

from tests.support.people import BEN, Town


class Hall(Town):
    """A programme with a leaderboard."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.anna = self.joined(self.program_id).advocate_id
        self.boards = Boards(self.desk(), self.vault)
        self.counting = Counting(self.desk())
        self.month = month_at(self.clock.at_ms)

    def brought(self, advocate_id: str, orders: int, month: str = "", *, told: bool = True) -> None:
        """So many orders in a month, as the totals have it."""
        key = tally_key(advocate_id, self.program_id)
        found = self.store.get(Tally, key) or Tally(
            advocate_id=advocate_id, program_id=self.program_id
        )
        one = Sum(orders=orders, net_minor=orders * 1_000)
        months = found.by_month | {month or self.month: one}
        whole = Sum(orders=sum(each.orders for each in months.values()))
        change = Change()
        change.save(found.but(by_month=months, in_all=whole))
        self.store.commit(change)
        if told:
            self.counting.look(advocate_id, self.program_id)

    def top(self, period: str = "") -> Board:
        return self.boards.top(self.program_id, period or self.month)

    def names(self, period: str = "") -> list[tuple[int, str, int]]:
        return [(one.standing.rank, one.name, one.standing.orders) for one in self.top(period).rows]

    def state(self, advocate_id: str, state: str) -> None:
        found = self.store.get(Enrolment, enrolment_key(advocate_id, self.program_id))
        assert found is not None
        change = Change()
        change.replace(found.but(state=state))
        self.store.commit(change)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_nobody_is_seen_who_has_not_said_yes(hall: Hall) -> None:
    hall.brought(hall.anna, 3)
    assert hall.names() == []
    assert hall.all(Place) == []
    hall.boards.show(hall.anna, hall.program_id, "  Anna   of Acme ")
    assert (
        hall.names() == hall.names("all") == hall.names(hall.month[:4]) == [(1, "Anna of Acme", 3)]
    )
    assert "Anna of Acme" not in str(hall.store.items)
    (consent,) = (one for one in consents_of(hall.store, hall.anna) if one.what == "leaderboard")
    assert (consent.program_id, consent.withdrawn_ms) == (hall.program_id, None)
    (event,) = hall.events("enrolment.board_joined")
    assert event.data == {"advocate_id": hall.anna, "program_id": hall.program_id}


def test_the_numbers_follow_the_orders(hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    assert hall.names() == []
    hall.brought(hall.anna, 2)
    hall.brought(hall.anna, 4, "2020-02")
    assert hall.names() == [(1, "Anna", 2)]
    assert hall.names("2020-02") == hall.names("2020") == [(1, "Anna", 4)]
    assert hall.names("all") == [(1, "Anna", 6)]
    before = dict(hall.store.items)
    hall.counting.look(hall.anna, hall.program_id)
    assert hall.store.items == before
    hall.brought(hall.anna, 0)  # all came back
    assert hall.names() == []
    hall.brought(hall.anna, 1)
    assert hall.names() == [(1, "Anna", 1)]


def test_what_is_true_now_counts_also_if_the_index_lags(hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 2)
    (tally,) = hall.all(Tally)
    change = Change()
    change.replace(tally.but(by_month={hall.month: Sum(orders=5)}))
    hall.store.commit(change)
    assert hall.names() == [(1, "Anna", 5)]
    hall.state(hall.anna, "paused")
    assert hall.names() == []
    hall.state(hall.anna, "active")
    (listing,) = hall.all(Listing)
    change = Change()
    change.delete(listing)
    hall.store.commit(change)
    assert hall.names() == []  # the places are still there, the wish is not


def test_whoever_takes_it_back_is_gone_at_once(hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 2)
    assert hall.counting.hide(hall.anna, hall.program_id)
    assert hall.names() == []
    assert (hall.all(Listing), hall.all(Place)) == ([], [])
    (consent,) = (one for one in consents_of(hall.store, hall.anna) if one.what == "leaderboard")
    assert consent.withdrawn_ms is not None
    assert not hall.counting.hide(hall.anna, hall.program_id)
    assert len(hall.events("enrolment.board_left")) == 1
    hall.brought(hall.anna, 3)
    assert hall.names() == []


def test_a_name_can_be_changed(hall: Hall) -> None:
    first = hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 2)
    again = hall.boards.show(hall.anna, hall.program_id, "Anna ")
    assert (again.edition, len(hall.events())) == (first.edition, len(hall.events()))
    hall.boards.show(hall.anna, hall.program_id, "A.")
    assert hall.names() == [(1, "A.", 2)]
    assert hall.boards.own(hall.anna, hall.program_id) == "A."
    assert len(hall.events("enrolment.board_renamed")) == 1
    assert len(hall.events("enrolment.board_joined")) == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * (BOARD_NAME_MAX + 1)])
def test_a_name_is_short_and_there(name: str) -> None:
    with pytest.raises(InvalidInput, match="no_board_name"):
        chosen_name(name)


@pytest.mark.parametrize("name", ["a\u202eb", "a\u200bb", "a\x00b"])
def test_a_name_is_what_one_reads(name: str) -> None:
    with pytest.raises(InvalidInput, match="unseen_characters"):
        chosen_name(name)


def test_a_name_may_need_a_joiner() -> None:
    assert chosen_name("\u0645\u06cc\u200c\u062e") == "\u0645\u06cc\u200c\u062e"


def test_only_who_takes_part_is_on_it(hall: Hall) -> None:
    with pytest.raises(NotFound, match="not_enrolled"):
        hall.boards.show("adv_none", hall.program_id, "N")
    hall.state(hall.anna, "left")
    with pytest.raises(Conflict, match="enrolment_not_active"):
        hall.boards.show(hall.anna, hall.program_id, "Anna")


def test_an_erased_person_has_no_name_any_more(hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 2)
    hall.vault.forget(hall.anna)
    assert hall.names() == []
    assert hall.boards.own(hall.anna, hall.program_id) == ""


def test_ranks_and_ties_are_stated(hall: Hall) -> None:
    found = ranked([("d", 2), ("c", 5), ("a", 7), ("b", 5)])
    assert [(one.advocate_id, one.rank, one.tied) for one in found] == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 2, True),
        ("d", 4, False),
    ]
    ben = hall.joined(hall.program_id, BEN).advocate_id
    for who, name in ((hall.anna, "Anna"), (ben, "Ben")):
        hall.boards.show(who, hall.program_id, name)
        hall.brought(who, 3)
    assert {(rank, orders) for rank, _, orders in hall.names()} == {(1, 3)}
    assert not hall.top().more


def test_a_board_has_an_end_and_says_if_others_are_as_good(hall: Hall) -> None:
    made = []
    for n in range(BOARD_SHOWN + 2):
        name = f"adv_{n:02d}"
        change = Change()
        change.create(
            Listing(
                advocate_id=name,
                program_id=hall.program_id,
                sealed=hall.vault.seal_text(name, f"N{n}", f"board#{hall.program_id}#1"),
                since_ms=1,
            ),
            Enrolment(
                advocate_id=name,
                program_id=hall.program_id,
                state="active",
                created_ms=1,
                changed_ms=1,
            ),
        )
        hall.store.commit(change)
        hall.brought(name, 20 - n)
        made.append(name)
    found = hall.top()
    assert [one.standing.advocate_id for one in found.rows] == made[:BOARD_SHOWN]
    assert not found.more
    hall.brought(made[BOARD_SHOWN], 20 - BOARD_SHOWN + 1)
    assert hall.top().more


def test_periods_are_months_years_and_all(hall: Hall) -> None:
    for good in ("all", "2026", "2026-01", "2026-12"):
        assert is_period(good)
    for bad in ("", "2026-13", "2026-1", "26", "2026-01-01", "ALL", "\uff12026"):
        with pytest.raises(InvalidInput, match="no_such_period"):
            hall.top(bad or " ")
    assert counts(Tally(advocate_id="a", program_id="p")) == {}


def test_a_programme_may_have_none_and_whoever_was_on_it_decides_for_themselves() -> None:
    hall = Hall()
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 3)
    ben = hall.joined(hall.program_id, BEN).advocate_id
    for _ in range(2):
        assert hall.boards.open(hall.program_id, is_open=False).is_open is False
    assert (hall.top().is_open, hall.names()) == (False, [])
    with pytest.raises(Conflict, match="board_closed"):
        hall.boards.show(ben, hall.program_id, "Ben")
    with pytest.raises(InvalidInput, match="no_such_period"):
        hall.top("yesterday")
    hall.brought(hall.anna, 4)  # numbers go on being right
    hall.boards.open(hall.program_id, is_open=True)
    assert (hall.top().is_open, hall.names()) == (True, [(1, "Anna", 4)])
    hall.boards.open(hall.program_id, is_open=False)
    assert hall.counting.hide(hall.anna, hall.program_id) is True
    hall.boards.open(hall.program_id, is_open=True)
    assert hall.names() == []
    told = [one.data["is_open"] for one in hall.events("program.board_set")]
    assert told == [False, True, False, True]
    with pytest.raises(NotFound, match="unknown_program"):
        hall.boards.open("prg_none", is_open=False)
