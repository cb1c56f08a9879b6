"""A rule for a segment asks who was in it when the order happened, whenever it is told."""

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.segments import moved
from goodword.conversions.model import ConversionFact
from goodword.ports import Change
from goodword.programs.conditions import NoneOf, NotSo, OneOf
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.scene import BEN, MAYA, Scene, sale
from tests.support.voices import of_conversion, of_reward, story_of

HOUR_MS = DAY_MS // 24
GOLD = OneOf(of="advocate_segment", values=("Gold",))


def rules(*when: object) -> dict[str, object]:
    """20 % for one segment, and what else is asked for."""
    made = [
        Rule.model_validate(
            {
                "rule_id": f"r{number}",
                "action": "sale",
                "reward": PercentageReward(basis_points=2_000),
                "when": one,
            }
        )
        for number, one in enumerate(when or (GOLD,))
    ]
    return {"rules": tuple(made), "caps": ()}


def move(scene: Scene, *add: str, out: tuple[str, ...] = (), who: str = MAYA) -> None:
    """Into these segments, out of those, as staff would."""
    one = next(one for one in scene.all(Enrolment) if one.advocate_id == who)
    change = Change()
    change.replace(one.but(segments=moved(one.segments, add, out, scene.clock.at_ms)))
    scene.store.commit(change)


def told(scene: Scene, at_ms: int, order_id: str = "A", net_minor: int = 5_000) -> ConversionFact:
    clicks = (scene.click(days_ago=2),)
    return sale(order_id, net_minor, at_ms, click_ids=clicks)


def texts(scene: Scene, locale: str = "en") -> list[str]:
    seen = of_conversion(scene, locale=locale)
    return [one.text for one in seen if one.about in ("rule", "reason")]


def test_an_advocate_of_the_segment_earns_by_its_rule() -> None:
    scene = Scene(**rules())
    move(scene, "gold", "cafe")
    scene.sale(click_ids=(scene.click(),))
    assert scene.reward.earned_minor == 1_000
    assert scene.decision.basis.advocate_segments == ("cafe", "gold")
    said = [one.text for one in of_reward(scene)]
    assert "When it happened you were in: cafe, gold." in said


def test_an_advocate_of_none_earns_nothing_and_reads_why() -> None:
    scene = Scene(**rules())
    scene.sale(click_ids=(scene.click(),))
    assert scene.all(Reward) == []
    assert scene.decision.basis.advocate_segments == ()
    assert scene.conversion.reason == "condition_not_met"
    assert texts(scene) == [
        "The rule: 20 % of the order. It counts if your group is Gold.",
        "When it happened you were in no group.",
        "The order is not one that this rule rewards, so it earned nothing. "
        "This was not so: your group is Gold.",
    ]
    assert "Zu dieser Zeit warst du in keiner Gruppe." in texts(scene, "de")


@pytest.mark.parametrize(
    ("when", "segments", "earned"),
    [
        (NoneOf(of="advocate_segment", values=("gold",)), (), 1_000),
        (NoneOf(of="advocate_segment", values=("gold",)), ("cafe",), 1_000),
        (NoneOf(of="advocate_segment", values=("gold",)), ("cafe", "gold"), 0),
        (NotSo(condition=GOLD), (), 1_000),
        (NotSo(condition=GOLD), ("gold",), 0),
        (GOLD, ("golden",), 0),
    ],
)
def test_not_being_in_a_segment_is_known(
    when: object, segments: tuple[str, ...], earned: int
) -> None:
    scene = Scene(**rules(when))
    move(scene, *segments)
    scene.sale(click_ids=(scene.click(),))
    assert sum(one.earned_minor for one in scene.all(Reward)) == earned


@pytest.mark.parametrize("when", [GOLD, NotSo(condition=GOLD), NoneOf(of=GOLD.of, values=("x",))])
def test_of_a_public_review_no_rule_knows_where_staff_have_put_its_writer(when: object) -> None:
    scene = Scene(**rules(when))
    move(scene, "gold")
    scene.sale(click_ids=(scene.click(),), event_name="Advocacy_Review")
    assert scene.decision.basis.advocate_segments is None
    assert scene.all(Reward) == []


@pytest.mark.parametrize(("after_ms", "earned"), [(-1, 0), (0, 1_000), (HOUR_MS, 0)])
@pytest.mark.parametrize("late_ms", [HOUR_MS, 3 * HOUR_MS])
def test_the_moment_of_the_order_counts_whenever_it_is_told(
    after_ms: int, earned: int, late_ms: int
) -> None:
    scene = Scene(**rules())
    start_ms = scene.clock.at_ms
    move(scene, "gold")
    scene.clock.advance(HOUR_MS)
    move(scene, out=("gold",))
    scene.clock.advance(late_ms)
    scene.deliver(told(scene, start_ms + after_ms))
    assert sum(one.earned_minor for one in scene.all(Reward)) == earned


def test_an_order_told_again_is_decided_as_on_its_day() -> None:
    scene = Scene(**rules())
    move(scene, "gold")
    fact = told(scene, scene.clock.at_ms)
    scene.deliver(fact.but(provisional=True))
    scene.clock.advance(HOUR_MS)
    move(scene, out=("gold",))
    scene.deliver(fact.but(net_minor=4_000, gross_minor=4_000))
    assert [one.remaining_minor for one in scene.all(Reward) if one.state != "void"] == [800]
    assert scene.decision.basis.advocate_segments == ("gold",)


@pytest.mark.parametrize("asks", [True, False])
def test_whoever_is_put_in_at_that_moment_is_in(asks: bool) -> None:
    """The decision was read before and is committed after: it is read anew, if a rule asks."""
    plain = Rule(rule_id="flat", action="sale", reward=FlatReward(amount_minor=1), when=None)
    minimum = plain.but(minimum_order_minor=10_000_000)
    scene = Scene(**rules() if asks else {"rules": (minimum,), "caps": ()})
    at_ms, commit = scene.clock.at_ms, scene.store.commit

    def slower(change: Change) -> None:
        if any(key.sk.startswith("D#") or key.pk.startswith("CNV#") for key in change.keys):
            scene.store.commit = commit  # type: ignore[method-assign]  # races once
            move(scene, "gold")
        commit(change)

    scene.store.commit = slower  # type: ignore[method-assign]  # as above
    scene.deliver(told(scene, at_ms))
    assert scene.decision.basis.advocate_segments == (("gold",) if asks else ())
    assert len(scene.all(Reward)) == int(asks)


def test_the_winner_s_segments_count_and_nobody_s_if_nobody_won() -> None:
    scene = Scene(**rules())
    move(scene, "gold", who=BEN)
    scene.sale("A", click_ids=(scene.click(days_ago=2), scene.click("BEN77")))
    assert scene.reward.advocate_id == BEN
    scene.sale("B", customer={"customer_id": "c2"})
    found = {one.basis.order_id: one.basis.advocate_segments for one in scene.all(Decision)}
    assert found == {"A": ("gold",), "B": None}


def test_a_rule_that_asks_for_no_segment_tells_of_none() -> None:
    scene = Scene()
    move(scene, "gold")
    scene.sale(click_ids=(scene.click(),))
    assert not any("gold" in one.text for one in of_reward(scene))
    assert story_of(scene).latest.basis.advocate_segments == ("gold",)
