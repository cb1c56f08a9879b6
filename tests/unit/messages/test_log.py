"""The log of a person's letters: all of them, newest first, a page at a time."""

from goodword.messages.log import letters_of
from goodword.messages.model import MessageOfAdvocate

from tests.support.scene import BEN, MAYA
from tests.unit.messages.test_telling import House, event


def test_each_letter_of_a_person_is_listed_once() -> None:
    house = House()
    for n in range(3):
        told = event("payout.paid" if n else "reward.due").but(event_id=f"evt_{n}")
        house.messenger.tell(told)
        house.messenger.tell(told)
        house.clock.advance(1_000)
    house.messenger.tell(event(advocate_id=None))  # about nobody: in nobody's log
    first = letters_of(house.store, MAYA, 2, None)
    assert [(one.event_id, one.type) for one in first.rows] == [
        ("evt_2", "payout.paid"),
        ("evt_1", "payout.paid"),
    ]
    (last,) = letters_of(house.store, MAYA, 2, first.cursor).rows
    assert (last.event_id, last.subject, last.state) == ("evt_0", "rwd_1", "sent")
    assert letters_of(house.store, BEN, 2, None).rows == []
    (oldest, *_) = house.all(MessageOfAdvocate)
    assert oldest.expires_s == last.expires_s
