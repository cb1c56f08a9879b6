"""A date that lies back neither skips the hold nor finds a link that was not there."""

import pytest
from goodword.advocates.model import Link
from goodword.conversions.model import Conversion
from goodword.limits import BACKDATED_DAYS_MAX, CLOCK_SKEW_SECONDS, LATE_DAYS
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, SECOND_MS

from tests.support.scene import Scene

SKEW_MS = CLOCK_SKEW_SECONDS * SECOND_MS


@pytest.fixture
def scene() -> Scene:
    return Scene()


def told(scene: Scene, ago_ms: int, order_id: str = "1", **fields: object) -> tuple[str, str]:
    """A sale with Maya's code, that happened so long ago; how its delivery ended."""
    fact: dict[str, object] = {"occurred_ms": scene.clock.at_ms - ago_ms, "codes": ("MAYA7",)}
    one = scene.sale(order_id, 5_000, **(fact | fields))
    return one.state, one.reason


@pytest.mark.parametrize(
    ("days_ago", "counted_ago"), [(0, 0), (LATE_DAYS, LATE_DAYS), (20, LATE_DAYS)]
)
def test_the_hold_counts_from_the_report_less_what_retries_take(
    scene: Scene, days_ago: int, counted_ago: int
) -> None:
    assert told(scene, days_ago * DAY_MS) == ("booked", "")
    assert scene.reward.hold_until_ms == scene.clock.at_ms + (14 - counted_ago) * DAY_MS


def test_an_order_that_lies_too_far_back_is_kept_for_a_person(scene: Scene) -> None:
    last_ms = BACKDATED_DAYS_MAX * DAY_MS
    assert told(scene, last_ms, "1") == ("booked", "")
    assert told(scene, last_ms + 1, "2") == ("not_understood", "too_old")
    assert [one.order_id for one in scene.all(Conversion)] == ["1"]
    scene.clock.at_ms += 2 * DAY_MS
    assert told(scene, last_ms + 2 * DAY_MS, "1") == ("booked", "")  # it is known already


def test_nothing_happened_before_the_programme(scene: Scene) -> None:
    program = scene.one(Program)
    change = Change()
    change.replace(program.but(created_ms=scene.clock.at_ms - DAY_MS))
    scene.store.commit(change)
    assert told(scene, DAY_MS + SKEW_MS, "1") == ("booked", "")
    assert told(scene, DAY_MS + SKEW_MS + 1, "2") == ("not_understood", "before_programme")


def test_a_code_was_nobodys_before_its_link(scene: Scene) -> None:
    link = next(one for one in scene.all(Link) if one.code == "MAYA7")
    change = Change()
    change.replace(link.but(created_ms=scene.clock.at_ms - DAY_MS))
    scene.store.commit(change)
    assert told(scene, DAY_MS + SKEW_MS, "1") == ("booked", "")
    assert told(scene, DAY_MS + SKEW_MS + 1, "2", customer={}) == ("booked", "")
    reasons = {one.order_id: one.reason for one in scene.all(Conversion)}
    assert reasons == {"1": "rewarded", "2": "before_link"}
    assert [one.order_id for one in scene.all(Reward)] == ["1"]
