"""A missing order is searched within its days and bounds; what the bounds leave out is said."""

import pytest
from goodword.conversions.model import Conversion
from goodword.conversions.numbers import meant
from goodword.ids import beginnings, new_id
from goodword.ports import Change
from goodword.times import DAY_MS, HOUR_MS
from goodword.trust import searching
from goodword.trust.searching import Candidate, Searched, for_advocate, search

from tests.support.court import Court
from tests.support.scene import BEN, MAYA


def kept(here: Court, *names: str) -> None:
    """Deliveries of now that nobody could book."""
    for name in names:
        bad = here.deliver(ignored=name).but(state="not_understood", reason="bad_amount")
        change = Change()
        change.replace(bad)
        here.store.commit(change)


def sales(here: Court, *orders: str) -> None:
    """Orders over Maya's link, each of a customer of its own."""
    for order in orders:
        here.sale(order, click_ids=(here.click(),), customer={"customer_id": f"c{order}"})


def alone(here: Court, *orders: str, number: str = "") -> None:
    """Orders that nobody had a part in."""
    for order in orders:
        here.sale(order, number=number, customer={"customer_id": f"c{order}"})


def asked(here: Court, number: str, days_ago: float = 0) -> Searched:
    """What staff finds for a number of so many days ago."""
    dispute = here.missing(number, ordered_ms=here.clock.at_ms - int(days_ago * DAY_MS))
    return search(here.store, dispute)


def said(candidates: tuple[Candidate, ...]) -> list[tuple[str, str]]:
    """Each candidate's id and slip."""
    return [(one.order.order_id, one.slip) for one in candidates]


def test_deliveries_of_the_day_are_found_behind_any_number_of_older_ones() -> None:
    here = Court()
    kept(here, *(f"old{n}" for n in range(120)))
    here.clock.advance(9 * DAY_MS)
    kept(here, "today")
    found = asked(here, "9")
    assert (len(found.kept), found.kept[0].received_ms) == (1, here.clock.at_ms)
    assert found.left_out == ()


def test_deliveries_are_those_of_three_days_before_and_after_the_nearest_first() -> None:
    here = Court()
    start_ms = here.clock.at_ms
    for hours in (0, 1, 60, 72, 144, 145):
        here.clock.at_ms = start_ms + hours * HOUR_MS
        kept(here, f"h{hours}")
    found = asked(here, "9", days_ago=73 / 24).kept
    assert [(one.received_ms - start_ms) // HOUR_MS for one in found] == [72, 60, 1, 144, 0]


def test_own_conversions_of_the_day_are_found_behind_any_number_of_newer_ones() -> None:
    here = Court()
    sales(here, "1")
    here.sale("2", net_minor=0, click_ids=(here.click(),), customer={"customer_id": "c2"})
    here.clock.advance(10 * DAY_MS)
    sales(here, *(f"n{n}" for n in range(110)))
    found = asked(here, "9", days_ago=10)
    assert sorted(one.reward_id is None for one in found.near_by) == [False, True]
    assert found.left_out == ()
    newest = asked(here, "8")
    assert (len(newest.near_by), newest.left_out) == (50, ("near_by",))


@pytest.mark.parametrize("shift", [0, 3, 6, 9])
def test_own_conversions_are_found_on_both_sides_of_a_beginning(shift: int) -> None:
    """Ids begin anew every 12.4 days; what is looked for may lie across it."""
    here = Court()
    here.clock.advance(shift * DAY_MS)
    start_ms = here.clock.at_ms
    for day in range(9):
        here.clock.at_ms = start_ms + day * DAY_MS
        sales(here, f"d{day}")
    found = asked(here, "9", days_ago=4).near_by
    assert [(one.occurred_ms - start_ms) // DAY_MS for one in found[:1]] == [4]
    assert sorted((one.occurred_ms - start_ms) // DAY_MS for one in found) == list(range(1, 8))


def test_what_the_bounds_leave_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    monkeypatch.setattr(searching, "PAGE_ITEMS_MAX", 2)
    monkeypatch.setattr(searching, "SEARCH_PAGES_MAX", 2)
    sales(here, *(f"n{n}" for n in range(4)))
    kept(here, *(f"k{n}" for n in range(4)))
    assert asked(here, "9").left_out == ()
    sales(here, "n5")
    kept(here, "k5")
    found = asked(here, "8")
    assert found.left_out == ("near_by", "kept")
    assert (len(found.near_by), len(found.kept)) == (4, 4)
    assert for_advocate(found, MAYA).left_out == ("near_by",)


def test_more_deliveries_than_are_shown_are_said() -> None:
    here = Court()
    kept(here, *(f"k{n}" for n in range(51)))
    found = asked(here, "9")
    assert (len(found.kept), found.left_out) == (50, ("kept",))


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("1020", "swapped"),
        ("#1020", "swapped"),
        ("10002", "one_too_many"),
        ("1003", "one_wrong"),
        ("100", "one_left_out"),
    ],
)
def test_a_mistyped_number_shows_the_orders_of_that_day_that_it_may_mean(
    typed: str, slip: str
) -> None:
    here = Court()
    alone(here, "1002")
    found = asked(here, typed)
    assert (found.order, said(found.candidates)) == (None, [("1002", slip)])
    assert found.candidates[0].order.credited == "nobody"
    assert for_advocate(found, MAYA).candidates == ()


def test_a_mistyped_number_is_looked_up_as_shoppers_read_it_too() -> None:
    here = Court()
    alone(here, "5550001", number="#EN-1002")
    assert said(asked(here, "en-1020").candidates) == [("5550001", "swapped")]
    assert asked(here, "en-1002").candidates == ()


def test_orders_of_other_days_and_of_two_slips_are_no_candidates() -> None:
    here = Court()
    alone(here, "1002")
    here.clock.advance(3 * DAY_MS)
    alone(here, "1042")
    assert said(asked(here, "1020").candidates) == []
    assert said(asked(here, "1022").candidates) == [("1042", "one_wrong")]


def test_an_advocate_sees_candidates_with_an_own_touch_and_never_anothers() -> None:
    here = Court()
    alone(here, "1002")
    sales(here, "1021")
    here.sale("1023", codes=("BEN77",), click_ids=(here.click(),), customer={"customer_id": "c3"})
    assert {one.advocate_id for one in here.all(Conversion)} == {None, MAYA, BEN}
    found = asked(here, "1020")
    credited = [(one.order.order_id, one.order.credited) for one in found.candidates]
    assert credited == [("1021", "you"), ("1023", "somebody_else"), ("1002", "nobody")]
    own = for_advocate(found, MAYA)
    assert said(own.candidates) == [("1021", "one_wrong")]
    assert {one.touch.advocate_id for one in own.candidates[0].order.touches} == {MAYA}


def test_candidates_are_bounded_and_more_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    alone(here, "1021", "1022")
    assert asked(here, "1020").left_out == ()
    monkeypatch.setattr(searching, "SEARCH_SHOWN_MAX", 1)
    found = asked(here, "1025")
    assert (said(found.candidates), found.left_out) == ([("1021", "one_wrong")], ("candidates",))
    assert for_advocate(found, MAYA).left_out == ()
    long = asked(here, "1" * 60)
    assert (long.candidates, long.left_out) == ((), ("candidates",))


def test_what_is_meant_is_one_slip_away() -> None:
    found = meant("a1")
    assert list(found)[:3] == ["1a", "1", "a"]
    assert {slip for text, slip in found.items() if len(text) == 3} == {"one_left_out"}
    assert [text for text, slip in found.items() if slip == "one_wrong"] == [
        f"a{digit}" for digit in "023456789"
    ]
    assert "a1" not in found
    assert "" not in meant("7")
    assert set(meant("")) == set("0123456789")


def test_ids_of_an_interval_begin_in_one_way_or_two() -> None:
    for since_ms in range(0, 40 * DAY_MS, DAY_MS):
        until_ms = since_ms + 6 * DAY_MS
        found = beginnings("cnv", since_ms, until_ms)
        assert 1 <= len(found) <= 2
        for at_ms in range(since_ms, until_ms + 1, DAY_MS // 2):
            assert new_id("cnv", at_ms, bytes(10)).startswith(found)
    assert beginnings("cnv", -5, 5) == beginnings("cnv", 0, 5)
    assert beginnings("cnv", 7, 7) == (new_id("cnv", 7, bytes(10))[:14],)


def test_a_day_that_nobody_means_is_searched_as_that_of_the_question() -> None:
    here = Court()
    sales(here, "1001")
    slip = here.missing("x", ordered_ms=-61_000_000_000_000)
    assert [one.conversion_id for one in search(here.store, slip).near_by] == [
        here.one(Conversion).conversion_id
    ]
