"""A letter that waits for its hour is kept with its event, brought when that comes, sent once."""

from dataclasses import replace

from goodword.messages.model import Message, Unfit
from goodword.messages.waking import DUE, Waking
from goodword.times import HOUR_MS

from tests.support.desk import NOW_MS
from tests.unit.messages.test_telling import House, event

MORNING = NOW_MS + 3 * HOUR_MS


def held(house: House) -> Message:
    """A letter that night has overtaken."""
    night = replace(house.messenger, unfit=lambda _event: Unfit("quiet_hours", MORNING))
    return night.tell(event("journey.asked"))


def test_at_night_the_letter_is_kept_and_not_sent() -> None:
    house = House()
    first = held(house)
    assert (first.state, first.reason, first.tries, house.box.sent) == (
        "held",
        "quiet_hours",
        0,
        [],
    )
    assert first.told == event("journey.asked")
    assert held(house).state == "held"  # the queue may bring the same event twice
    assert not house.events("message.")


def test_in_the_morning_it_is_brought_and_leaves_once() -> None:
    house = House()
    told = held(house).told
    assert told is not None
    waking = Waking(house.desk("sweep"))
    assert waking.sweep() == 0
    house.clock.advance(3 * HOUR_MS)
    assert waking.sweep() == 1
    (due,) = house.events(DUE)
    assert (due.subject, due.reason) == ("evt_1", "quiet_hours")
    assert waking.sweep() == 0
    sent = house.messenger.tell(told)
    assert (sent.state, sent.tries, sent.told, sent.next_ms) == ("sent", 1, None, None)
    assert house.messenger.tell(told).state == "sent"
    assert len(house.box.sent) == 1
    house.clock.advance(3 * HOUR_MS)
    assert waking.sweep() == 0


def test_what_nobody_took_up_is_brought_again() -> None:
    house = House()
    held(house)
    waking = Waking(house.desk("sweep"))
    house.clock.advance(3 * HOUR_MS)
    assert (waking.sweep(), waking.sweep()) == (1, 0)
    house.clock.advance(HOUR_MS)
    assert waking.sweep() == 1
    assert len(house.events(DUE)) == 2


def test_of_two_sweeps_one_brings_it() -> None:
    house = House()
    held(house)
    house.clock.advance(3 * HOUR_MS)
    first, commit = Waking(house.desk("one")), house.store.commit

    def slower(change: object) -> None:
        house.store.commit = commit  # type: ignore[method-assign]  # races once
        assert Waking(house.desk("two")).sweep() == 1
        commit(change)  # type: ignore[arg-type]  # as it was given

    house.store.commit = slower  # type: ignore[method-assign]  # another is quicker
    assert first.sweep() == 0
    assert len(house.events(DUE)) == 1
