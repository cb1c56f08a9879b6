"""Refunds that came before their order wait until it is there, and are booked exactly once."""

import pytest
from goodword.conversions.aliases import ParkedRefunds, parked
from goodword.conversions.model import Refund, ReinstatementFact, ReversalFact
from goodword.conversions.order import Space
from goodword.conversions.service import Worker
from goodword.ports import Change

from tests.support.scene import PROGRAM, Scene

SPACE = Space(PROGRAM, "src_1")


@pytest.fixture
def scene() -> Scene:
    """A refund of 25.00 waits for order 1001."""
    scene = Scene()
    scene.refund("r1", 2_500)
    return scene


def test_a_refund_goes_on_waiting_while_its_order_is_unknown(scene: Scene) -> None:
    scene.worker.replay_parked(SPACE, ("1001", "1002"))
    (waits,) = scene.one(ParkedRefunds).facts
    assert isinstance(waits, ReversalFact)
    assert waits.refund_id == "r1"
    assert scene.all(Refund) == []
    scene.sale("1001", click_ids=(scene.click(),))
    assert scene.all(ParkedRefunds) == []
    assert scene.reward.remaining_minor == 250


def test_who_waits_for_an_order_is_listed_from_the_first_day_until_it_comes(scene: Scene) -> None:
    first_ms = scene.clock.at_ms
    scene.clock.at_ms += 1_000
    scene.refund("r2", 100)
    scene.clock.at_ms += 1_000
    scene.refund("r3", 100, orders=("9009",))
    known, later = parked(scene.store, PROGRAM, 10, None).rows
    assert (known.alias, known.since_ms, len(known.facts)) == ("1001", first_ms, 2)
    assert (later.alias, later.since_ms) == ("9009", first_ms + 2_000)
    scene.sale("1001", click_ids=(scene.click(),))
    assert [one.alias for one in parked(scene.store, PROGRAM, 10, None).rows] == ["9009"]


def test_of_two_workers_that_find_a_waiting_refund_one_books_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "replay_parked", lambda _worker, _space, _names: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scene.sale("1001", click_ids=(scene.click(),))
    assert scene.reward.remaining_minor == 500
    commit = scene.store.commit

    def slower(change: Change) -> None:
        monkeypatch.setattr(scene.store, "commit", commit)  # races once
        scene.worker.replay_parked(SPACE, ("1001",))
        commit(change)

    monkeypatch.setattr(scene.store, "commit", slower)
    scene.worker.replay_parked(SPACE, ("1001",))
    assert scene.all(ParkedRefunds) == []
    assert scene.one(Refund).taken_minor == 250
    assert scene.reward.remaining_minor == 250
    assert scene.ledger_differences() == []


def test_of_two_workers_the_slower_one_leaves_what_still_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.refund("r2", 2_000, currency="USD")  # nobody can book it on an order in euros
    commit, places = scene.store.commit, {one.key for one in scene.all(ParkedRefunds)}

    def slower(change: Change) -> None:
        if places & {one.key for one, _ in change.replaced}:
            monkeypatch.setattr(scene.store, "commit", commit)  # races once
            scene.worker.replay_parked(SPACE, ("1001",))
        commit(change)

    monkeypatch.setattr(scene.store, "commit", slower)
    scene.sale("1001", click_ids=(scene.click(),))
    assert scene.store.commit == commit
    assert names(scene) == ["r2"]
    assert scene.one(Refund).taken_minor == 250


def won(refund_id: str) -> ReinstatementFact:
    return ReinstatementFact(refund_id=refund_id, orders=("1001",), occurred_ms=1, currency="EUR")


def names(scene: Scene) -> list[str]:
    return [fact.name for place in scene.all(ParkedRefunds) for fact in place.facts]


def test_what_cannot_be_booked_on_the_order_stays_and_a_person_is_told(scene: Scene) -> None:
    """As it would be if it came after its order; what can be booked is."""
    scene.refund("r2", 2_000, currency="USD")
    order = scene.sale("1001", click_ids=(scene.click(),))
    assert (order.state, order.reason) == ("not_understood", "currency_mismatch")
    assert names(scene) == ["r2"]
    assert [one.fact.refund_id for one in scene.all(Refund)] == ["r1"]
    assert scene.reward.remaining_minor == 250
    again = scene.sale("1001", click_ids=(scene.click(),))
    assert (again.state, again.reason) == ("not_understood", "currency_mismatch")
    assert (names(scene), scene.reward.remaining_minor) == (["r2"], 250)


def test_the_win_of_a_running_total_is_shown_to_a_person_before_its_order_as_after_it() -> None:
    scene = Scene()
    scene.refund("ch_1:2000", 2_000, of="gross", cumulative=True)
    scene.deliver(won("ch_1:2000"))
    order = scene.sale("1001", click_ids=(scene.click(),))
    assert (order.state, order.reason) == ("not_understood", "running_total")
    assert names(scene) == ["won:ch_1:2000"]
    assert scene.reward.remaining_minor == 300


class TestARefundThatIsToldAgain:
    def test_with_another_amount_counts_once_and_is_shown_to_a_person(self) -> None:
        scene = Scene()
        scene.sale(click_ids=(scene.click(),))
        scene.refund("r1", 1_000)
        again = scene.refund("r1", 3_000)
        assert (again.state, again.reason) == ("not_understood", "refund_differs")
        assert scene.reward.remaining_minor == 400
        other = scene.refund("r1", 1_000, reason="chargeback")
        assert other.reason == "refund_differs"
        assert scene.refund("r1", 1_000).state == "booked"

    def test_before_its_order_is_shown_to_a_person_too(self) -> None:
        scene = Scene()
        assert scene.refund("r1", 1_000).state == "booked"
        assert scene.refund("r1", 1_000).state == "booked"
        assert scene.refund("r1", 3_000).reason == "refund_differs"
        scene.sale(click_ids=(scene.click(),))
        assert scene.reward.remaining_minor == 400

    def test_a_win_before_its_order_counts_once(self) -> None:
        scene = Scene()
        scene.refund("r1", 1_000)
        assert [scene.deliver(won("r1")).state for _ in range(2)] == ["booked", "booked"]
        assert names(scene) == ["r1", "won:r1"]
        scene.sale(click_ids=(scene.click(),))
        assert scene.reward.remaining_minor == 500
