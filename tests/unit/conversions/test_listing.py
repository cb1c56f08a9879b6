"""A conversion that earned nothing can be found by whom it concerns, and by nobody else."""

from goodword.conversions.listing import ConversionOfAdvocate, unrewarded_page
from goodword.limits import LISTED_ADVOCATES_MAX
from goodword.programs.model import PercentageReward, Rule
from goodword.rewards.decision import Decision

from tests.support.scene import BEN, MAYA, Scene

FROM_100 = (
    Rule(
        rule_id="sale",
        action="sale",
        reward=PercentageReward(basis_points=1_000),
        minimum_order_minor=10_000,
    ),
)


def listed(scene: Scene) -> set[tuple[str, str]]:
    return {(one.advocate_id, one.conversion_id) for one in scene.all(ConversionOfAdvocate)}


def test_a_winner_without_a_reward_finds_the_conversion_in_the_own_list() -> None:
    scene = Scene(rules=FROM_100)
    scene.sale(click_ids=(scene.click(),))
    page = unrewarded_page(scene.store, MAYA, 10, None)
    assert [one.conversion_id for one in page.rows] == [scene.conversion.conversion_id]
    assert scene.conversion.reason == "below_minimum_order"
    assert not unrewarded_page(scene.store, BEN, 10, None).rows


def test_a_rewarded_conversion_and_one_without_touch_are_in_nobody_s_list() -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    scene.sale("1002")
    assert not listed(scene)


def test_whose_touch_lost_to_another_is_not_told_of_the_order() -> None:
    scene = Scene(rules=FROM_100)
    scene.sale(click_ids=(scene.click("MAYA7", 3), scene.click("BEN77", 1)))
    assert {who for who, _ in listed(scene)} == {BEN}


def test_if_nobody_won_all_whose_touches_were_looked_at_are_told() -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click("MAYA7", 50), scene.click("BEN77", 60)))
    assert {who for who, _ in listed(scene)} == {MAYA, BEN}


def test_a_flood_of_touches_lists_a_few_newest_only() -> None:
    scene = Scene()
    for number in range(8):
        scene.enrol(f"adv_{number}", f"CODE{number}2")
    clicks = tuple(scene.click(f"CODE{number}2", 50 + number) for number in range(8))
    scene.sale(click_ids=clicks)
    assert {who for who, _ in listed(scene)} == {f"adv_{n}" for n in range(LISTED_ADVOCATES_MAX)}


def test_a_second_decision_lists_whoever_is_not_in_the_list_yet() -> None:
    scene = Scene(rules=FROM_100)
    scene.sale(click_ids=(scene.click("MAYA7", 3),))
    scene.sale(click_ids=(scene.click("BEN77", 1),))
    scene.set_enrolment(BEN, "paused")
    scene.sale(click_ids=(scene.click("MAYA7", 0.5),))
    assert len(scene.all(Decision)) == 3
    assert len(listed(scene)) == 2
    assert {who for who, _ in listed(scene)} == {MAYA, BEN}
