"""A friend who comes back costs no more than a new one; what may move is decided again."""

import pytest
from goodword.conversions.model import Conversion
from goodword.conversions.service import Worker
from goodword.times import DAY_MS
from goodword.tracking.model import AttributionRules

from tests.support.desk import NOW_MS
from tests.support.scene import BEN, MAYA, Scene


def buys(scene: Scene, day: float, click: float, code: str = "MAYA7") -> None:
    """An order of so many days ago that brings a click of so many days ago."""
    at_ms = NOW_MS - int(day * DAY_MS)
    scene.sale(f"o{day}", occurred_ms=at_ms, click_ids=(scene.click(code, click),))


def winners(scene: Scene) -> dict[str, str | None]:
    """Whose each order is."""
    return {one.order_id: one.advocate_id for one in scene.all(Conversion)}


def three_orders(*, sticky: bool) -> Scene:
    """Three orders of one friend over clicks of Maya's, reported in the order they happened."""
    scene = Scene(attribution=AttributionRules(sticky=sticky))
    for day in (12, 8, 4):
        buys(scene, day, day + 1)
    return scene


@pytest.mark.parametrize("sticky", [True, False])
def test_the_next_order_is_kept_then_decided_and_marked_at_once(sticky: bool) -> None:
    scene = three_orders(sticky=sticky)
    before = len(scene.store.commits)
    buys(scene, 1, 2, "BEN77")
    assert len(scene.store.commits) == before + 2
    assert winners(scene)["o1"] == (MAYA if sticky else BEN)


def test_a_late_first_order_takes_the_later_ones_with_it() -> None:
    scene = three_orders(sticky=True)
    buys(scene, 15, 16, "BEN77")
    assert set(winners(scene).values()) == {BEN}
    assert scene.ledger_differences() == []


def test_a_late_touch_moves_the_earlier_order_that_it_would_have_won() -> None:
    scene = three_orders(sticky=False)
    buys(scene, 1, 4.5, "BEN77")
    assert winners(scene) == {"o12": MAYA, "o8": MAYA, "o4": BEN, "o1": BEN}


def test_an_order_that_moves_takes_those_after_it_along_also_the_new_one() -> None:
    scene = three_orders(sticky=True)
    buys(scene, 1, 12.5, "BEN77")
    assert set(winners(scene).values()) == {BEN}


def test_a_repeat_decides_all_again_because_the_time_before_may_have_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = three_orders(sticky=True)
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_decide_again", lambda _worker, _name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            buys(scene, 1, 12.5, "BEN77")
    assert winners(scene)["o12"] == MAYA
    buys(scene, 1, 12.5, "BEN77")
    assert set(winners(scene).values()) == {BEN}


def test_a_friend_without_a_name_has_no_other_orders() -> None:
    scene = Scene()
    scene.sale("o1", customer={"customer_id": "", "email": ""}, click_ids=(scene.click(),))
    assert winners(scene) == {"o1": MAYA}
