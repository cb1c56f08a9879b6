"""What does not fit one transaction changes nothing of what it is about, and a person reads why."""

from typing import Any

import pytest
from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.model import Conversion, Customer, Delivery, OtherNames, ReinstatementFact
from goodword.conversions.naming import join_names
from goodword.conversions.order import Space
from goodword.conversions.service import TOO_MANY
from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.ports import Change, Overfull
from goodword.records import Record
from goodword.rewards.books import RewardBooks
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.support.scene import BEN, MAYA, PROGRAM, Scene
from tests.unit.conversions.test_largest_terms import rules

WHEN = {"op": "at_least", "of": "order_net", "value": 1_000}
MOST = 22  # rewards by conditions that one booking holds
SPACE = Space(PROGRAM, "src_1")


def shop(count: int = MOST, **more: object) -> Scene:
    """So many rewards of each order from 10.00 on."""
    return Scene(rules=rules(count, when=WHEN), caps=(), **more)


def bought(scene: Scene, name: str, **fields: Any) -> Delivery:
    """An order of nobody who is known."""
    scene.clock.at_ms += MINUTE_MS
    return scene.sale(name, **{"customer": Customer(), "click_ids": (scene.click(),), **fields})


def of(scene: Scene, name: str) -> dict[Any, Record]:
    """The stored order of that name and its rewards."""
    (order,) = [one for one in scene.all(Conversion) if one.order_id == name]
    rewards = [one for one in scene.all(Reward) if one.order_id == name]
    return {one.key: one for one in (order, *rewards)}


def living(scene: Scene) -> dict[str, int]:
    """How many rewards of each order still stand."""
    left: dict[str, int] = {}
    for one in scene.all(Reward):
        left[one.order_id] = left.get(one.order_id, 0) + (one.remaining_minor > 0)
    return left


def earlier(scene: Scene) -> Delivery:
    """A small order of an hour before, that comes late, and that Ben's newer click brought."""
    at_ms = scene.clock.at_ms - HOUR_MS
    return scene.sale("0999", 500, click_ids=(scene.click("BEN77", 0.5),), occurred_ms=at_ms)


def test_an_order_that_cannot_be_decided_anew_stands_and_is_shown() -> None:
    scene = shop()
    assert scene.sale("1001", click_ids=(scene.click("MAYA7", 2),)).state == "booked"
    before = of(scene, "1001")
    for _ in range(2):  # the sender repeats it: the same end, and nothing twice
        kept = earlier(scene)
        assert (kept.state, kept.reason) == ("not_understood", TOO_MANY)
        assert of(scene, "1001") == before
    assert {one.advocate_id for one in scene.all(Reward)} == {MAYA}
    assert len([one for one in scene.all(Conversion) if one.order_id == "0999"]) == 1
    assert scene.ledger_differences() == []


def test_one_that_fits_is_decided_anew() -> None:
    scene = shop(8)
    scene.sale("1001", click_ids=(scene.click("MAYA7", 2),))
    assert earlier(scene).state == "booked"
    alive = [one for one in scene.all(Reward) if one.remaining_minor and one.state != "void"]
    assert {one.advocate_id for one in alive} == {BEN}


def test_a_repeat_that_would_move_too_much_is_shown_and_moves_nothing() -> None:
    scene = shop()
    scene.sale("1001", click_ids=(scene.click("MAYA7", 2),))
    before = dict(scene.store.items)
    again = scene.sale("1001", click_ids=(scene.click("BEN77", 1),))
    assert (again.state, again.reason) == ("not_understood", TOO_MANY)
    assert {key: scene.store.items[key] for key in before} == before


def test_two_orders_whose_merge_is_too_large_stay_two_and_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = shop()
    bought(scene, "pi_1")
    bought(scene, "in_1")
    names = OtherNames(order_id="in_1", aliases=("pi_1",))
    join_names(scene.desk("conversions"), SPACE, names)
    before = of(scene, "pi_1") | of(scene, "in_1")
    with monkeypatch.context() as patch:  # as if each reward took as much as one of two sides
        patch.setattr("goodword.ports.TRANSACTION_ITEMS_MAX", 60)
        for _ in range(2):
            assert scene.worker.unite(SPACE, ("in_1", "pi_1")) == TOO_MANY
            assert of(scene, "pi_1") | of(scene, "in_1") == before
    assert scene.worker.unite(SPACE, ("in_1", "pi_1")) == ""  # resumed where it stood
    assert living(scene)["in_1"] + living(scene)["pi_1"] >= MOST
    assert len({one.duplicate_of for one in scene.all(Conversion)} - {None}) == 1
    assert scene.ledger_differences() == []


def test_what_a_merge_brings_may_not_fit_but_the_merge_itself_stands() -> None:
    scene = shop()
    bought(scene, "pi_1")
    bought(scene, "in_1", click_ids=(scene.click("BEN77", 0.1),))
    names = OtherNames(order_id="in_1", aliases=("pi_1",))
    join_names(scene.desk("conversions"), SPACE, names)
    assert scene.worker.unite(SPACE, ("in_1", "pi_1")) == TOO_MANY
    standing = [one for one in scene.all(Reward) if one.state not in ("void", "reversed")]
    assert {one.advocate_id for one in standing} == {MAYA}  # as it was decided
    assert len(standing) == MOST
    assert scene.ledger_differences() == []


@pytest.mark.parametrize("days", [0, 20])
def test_refunds_and_their_end_fit_whatever_was_booked(days: int) -> None:
    scene = shop(review={"auto_approve_limit_minor": 2_000})
    scene.sale("1001", click_ids=(scene.click(),))
    scene.approval.sweep()
    scene.clock.at_ms += days * DAY_MS
    scene.approval.sweep()
    for name, amount in (("r1", 500), ("dp1", None)):
        reason = "chargeback" if name == "dp1" else "refund"
        assert scene.refund(name, amount, reason=reason).state == "booked"
    won = {
        "refund_id": "dp1",
        "orders": ("1001",),
        "occurred_ms": scene.clock.at_ms,
        "currency": "EUR",
    }
    assert scene.deliver(ReinstatementFact.model_validate(won)).state == "booked"
    assert scene.ledger_differences() == []


def test_a_refund_that_does_not_fit_stays_parked_and_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = shop()
    assert scene.refund("r1", 500).state == "booked"  # before its order
    assert len(scene.all(ParkedRefunds)) == 1

    def too_large(*_: object) -> None:
        raise Overfull(TRANSACTION_ITEMS_MAX + 1)

    monkeypatch.setattr(RewardBooks, "take", too_large)
    kept = scene.sale("1001", click_ids=(scene.click(),))
    assert (kept.state, kept.reason) == ("not_understood", TOO_MANY)
    assert len(scene.all(ParkedRefunds)) == 1
    late = scene.refund("r2", 500)
    assert (late.state, late.reason) == ("not_understood", TOO_MANY)
    monkeypatch.undo()
    assert scene.sale("1001", click_ids=(scene.click(),)).state == "booked"
    assert scene.all(ParkedRefunds) == []
    assert scene.conversion.refunded_net_minor == 500


def test_more_names_than_a_transaction_holds_of_a_forgotten_order_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = shop(1)
    scene.sale("1001", click_ids=(scene.click(),))
    (order,) = scene.all(Conversion)
    change = Change()
    change.replace(order.but(identities=(), forgotten=True))
    scene.store.commit(change)
    monkeypatch.setattr("goodword.ports.TRANSACTION_ITEMS_MAX", 3)
    kept = scene.sale("1001", aliases=tuple(f"n{number}" for number in range(8)))
    assert (kept.state, kept.reason) == ("not_understood", TOO_MANY)
