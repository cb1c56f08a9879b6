"""Clicks are counted once, in whatever portions they come, and only the last 30 days one by one."""

import itertools
from typing import Any

import pytest
from goodword.errors import Stale
from goodword.ports import Change
from goodword.records import Key
from goodword.times import DAY_MS
from goodword.tracking.model import (
    DAYS_SHOWN,
    SPAN_MS,
    ClickCount,
    Counted,
    CountedClick,
    click_count_key,
)
from goodword.tracking.service import by_owner, count_clicks

from tests.fakes.store import MemoryStore

NOW_MS = 1_795_341_600_000  # 2026-11-22T10:00:00Z
OWNER = ("adv_maya", "prg_1")


def click(number: int, at_ms: int = NOW_MS, owner: tuple[str, str] = OWNER) -> CountedClick:
    advocate_id, program_id = owner
    return CountedClick(
        nonce_hex=f"{number:016x}", advocate_id=advocate_id, program_id=program_id, at_ms=at_ms
    )


def count_of(store: MemoryStore, owner: tuple[str, str] = OWNER) -> ClickCount:
    found = store.get(ClickCount, click_count_key(*owner))
    assert found is not None
    return found


def test_clicks_are_counted_by_day() -> None:
    store = MemoryStore()
    assert count_clicks(store, OWNER, [click(1), click(2), click(3, NOW_MS + DAY_MS)]) == 3
    assert count_of(store).clicks == 3
    assert count_of(store).by_day == {"2026-11-22": 2, "2026-11-23": 1}
    assert len(store.commits) == 1


def test_a_batch_that_comes_again_counts_nothing() -> None:
    store = MemoryStore()
    clicks = [click(number, NOW_MS + number * 4_000) for number in range(9)]
    count_clicks(store, OWNER, clicks)
    assert count_clicks(store, OWNER, clicks) == 0
    assert count_of(store).clicks == 9
    assert len(store.commits) == 1


def test_nothing_is_counted_twice_when_the_stream_cuts_its_batches_differently() -> None:
    clicks = [click(number, NOW_MS + number * 4_000) for number in range(6)]
    for first, second in itertools.product(range(7), repeat=2):
        store = MemoryStore()
        count_clicks(store, OWNER, clicks[first:])
        count_clicks(store, OWNER, clicks[:second])
        count_clicks(store, OWNER, [*clicks, *clicks])
        assert count_of(store).clicks == len(clicks)


def test_clicks_of_very_many_spans_take_several_changes() -> None:
    store = MemoryStore()
    clicks = [click(number, NOW_MS + number * SPAN_MS) for number in range(230)]
    assert count_clicks(store, OWNER, clicks) == 230
    assert count_of(store).clicks == 230
    assert len(store.commits) == 3


def test_a_race_with_another_batch_is_settled() -> None:
    store = MemoryStore()
    rival = iter([[click(2)], [click(1)]])

    class Raced(MemoryStore):
        def commit(self, change: Change) -> None:
            if clicks := next(rival, None):
                count_clicks(store, OWNER, clicks)
            super().commit(change)

    raced = Raced()
    raced.items = store.items
    assert count_clicks(raced, OWNER, [click(1), click(3)]) == 1
    assert count_of(store).clicks == 3


def test_losing_every_race_is_an_error() -> None:
    class Lost(MemoryStore):
        def commit(self, change: Change) -> None:
            raise Stale("stale", "always")

    with pytest.raises(Stale):
        count_clicks(Lost(), OWNER, [click(1)])


def test_only_the_last_thirty_days_are_kept_one_by_one() -> None:
    count = ClickCount(advocate_id=OWNER[0], program_id=OWNER[1])
    count = count.plus(click(day, NOW_MS + day * DAY_MS) for day in range(40))
    assert count.clicks == 40
    assert len(count.by_day) == DAYS_SHOWN
    assert next(iter(count.by_day)) == "2026-12-02"
    late = count.plus([click(99, NOW_MS)])
    assert (late.clicks, late.by_day) == (41, count.by_day)
    assert count.plus([]) == count
    assert ClickCount(advocate_id="a", program_id="p").plus([]).clicks == 0


def test_groups_are_by_advocate_and_programme() -> None:
    other = (OWNER[0], "prg_2")
    groups = by_owner([click(1), click(2, owner=other), click(3)])
    assert groups == {OWNER: [click(1), click(3)], other: [click(2, owner=other)]}


def test_the_memory_of_what_was_counted_ends_two_days_later() -> None:
    store = MemoryStore()
    count_clicks(store, OWNER, [click(1)])
    (key,) = [key for key in store.items if key.pk.startswith("SEEN#")]
    assert key == Key("core", f"SEEN#adv_maya#prg_1#{NOW_MS // SPAN_MS}", "SEEN")
    kept = store.get(Counted, key)
    assert kept is not None
    assert kept.nonces == (click(1).nonce_hex,)
    assert kept.expires_s == (NOW_MS + SPAN_MS) // 1000 + 2 * 86_400


@pytest.mark.parametrize(
    "wrong",
    [{"nonce_hex": "a9"}, {"advocate_id": ""}, {"program_id": ""}, {"at_ms": -1}, {"at_ms": 2**47}],
)
def test_a_click_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        CountedClick.model_validate({**dict(click(1)), **wrong})
