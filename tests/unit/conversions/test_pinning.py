"""The version that counts is the one of the winning touch, in whatever order touches are told."""

import pytest
from goodword.ports import Change
from goodword.programs.model import PercentageReward, ProgramVersion, Rule
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.scene import MAYA, Scene, terms

OLD, NEW = 5, 1  # days ago: a click under 10 %, a click under 20 %


@pytest.fixture
def scene() -> Scene:
    """Since three days ago the programme gives 20 % instead of 10 %."""
    scene = Scene()
    first = scene.one(ProgramVersion)
    sale = Rule(rule_id="sale", action="sale", reward=PercentageReward(basis_points=2_000))
    change = Change()
    at_ms = scene.clock.at_ms - 3 * DAY_MS
    change.create(
        first.but(number=2, terms=terms(rules=(sale,)), effective_ms=at_ms, version=0),
    )
    scene.store.commit(change)
    return scene


def pending(scene: Scene) -> list[int]:
    return [one.remaining_minor for one in scene.all(Reward) if one.state == "pending"]


@pytest.mark.parametrize("days", [(OLD, NEW), (NEW, OLD)])
def test_two_touches_of_one_advocate_give_the_same_in_either_order(
    scene: Scene, days: tuple[int, int]
) -> None:
    for each in days:
        scene.sale("1", click_ids=(scene.click("MAYA7", each),))
    assert pending(scene) == [1_000]
    assert scene.balance(MAYA).pending_minor == 1_000
    assert scene.balance(MAYA).sales == 1
    assert scene.ledger_differences() == []


def test_a_touch_under_the_same_version_changes_nothing(scene: Scene) -> None:
    scene.sale("1", click_ids=(scene.click("MAYA7", NEW),))
    scene.sale("1", click_ids=(scene.click("MAYA7", NEW / 2),))
    assert len(scene.all(Decision)) == 1


def test_what_a_person_refused_is_not_decided_anew_for_the_same_advocate(scene: Scene) -> None:
    scene.sale("1", 50_000, click_ids=(scene.click("MAYA7", OLD),))
    scene.approval.assess(scene.reward.reward_id)
    scene.approval.decide(
        scene.reward.reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    scene.sale("1", 50_000, click_ids=(scene.click("MAYA7", NEW),))
    assert [one.state for one in scene.all(Reward)] == ["rejected"]


def test_what_a_person_refused_earns_nothing_when_the_order_comes_back_to_its_advocate(
    scene: Scene,
) -> None:
    scene.sale("1", 50_000, click_ids=(scene.click("MAYA7", OLD),))
    scene.approval.assess(scene.reward.reward_id)
    scene.approval.decide(
        scene.reward.reward_id, approve=False, code="fraud", decider_advocate_id=None
    )
    scene.sale("1", 50_000, click_ids=(scene.click("BEN77", 4),))
    assert pending(scene) == [5_000]
    for _ in range(2):
        scene.sale("1", 50_000, click_ids=(scene.click("MAYA7", NEW),))
    assert sorted(one.state for one in scene.all(Reward)) == ["rejected", "void"]
    last = scene.all(Decision)[-1]
    assert (last.advocate_id, last.outcome, last.reason) == (MAYA, "refused", "refused_before")
    assert (scene.conversion.state, scene.conversion.decisions) == ("disqualified", 3)
    assert scene.ledger_differences() == []
