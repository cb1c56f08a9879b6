"""A reward for months of a customer's orders is not ended by the window of the touch."""

import itertools

import pytest
from goodword.conversions.granting import Wanted, grant
from goodword.conversions.model import Conversion, ConversionFact
from goodword.ports import Change
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.tracking.model import AttributionRules

from tests.support.replays import ran
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, sale

FIRST = Rule(rule_id="first", action="first_purchase", reward=FlatReward(amount_minor=500))
RENEWAL = Rule(
    rule_id="renewal",
    action="renewal",
    for_months=3,
    reward=PercentageReward(basis_points=1_000),
)
ALL = Rule(rule_id="all", action="sale", reward=FlatReward(amount_minor=7))
OFFER: dict[str, object] = {"rules": (FIRST, RENEWAL), "caps": ()}


def order(scene: Scene, name: str, after_days: int, **more: object) -> ConversionFact:
    """An order so many days after now; `s0` brings the click of yesterday, others are renewals."""
    own: dict[str, object] = {"occasion": "renewal"} if name != "s0" else {}
    return sale(name, 1_000, scene.clock.at_ms + after_days * DAY_MS, **(own | more))


def subscribed(**changes: object) -> Scene:
    """A click of yesterday, an order of today, renewals after 30, 60, 90 and 100 days."""
    scene = Scene(**(OFFER | changes))
    facts = [order(scene, "s0", 0, click_ids=(scene.click(),))]
    facts += [order(scene, f"s{days}", days) for days in (30, 60, 90, 100)]
    start_ms = scene.clock.at_ms
    for fact in facts:
        scene.clock.advance(max(0, fact.occurred_ms - scene.clock.at_ms))
        scene.deliver(fact)
    assert scene.clock.at_ms == start_ms + 100 * DAY_MS
    return scene


def earned(scene: Scene) -> dict[str, int]:
    assert scene.ledger_differences() == []
    names = {one.conversion_id: one.order_id for one in scene.all(Conversion)}
    live = [one for one in scene.all(Reward) if one.state != "void"]
    return {
        name: sum(one.remaining_minor for one in live if names[one.conversion_id] == name)
        for name in names.values()
    }


def test_renewals_earn_until_the_months_are_over() -> None:
    """From 22 November three calendar months: 92 days."""
    assert earned(subscribed()) == {"s0": 500, "s30": 100, "s60": 100, "s90": 100, "s100": 0}


@pytest.mark.parametrize(
    "changes",
    [
        {"attribution": AttributionRules(sticky=False)},
        {"rules": (FIRST, RENEWAL.but(for_months=None))},
    ],
)
def test_nothing_is_longer_than_the_window_if_nobody_promised_it(
    changes: dict[str, object],
) -> None:
    found = earned(subscribed(**changes))
    assert (found["s0"], found["s60"]) == (500, 0)


def test_a_rule_without_months_gives_nothing_beyond_the_window() -> None:
    scene = subscribed(rules=(FIRST, RENEWAL, ALL))
    assert earned(scene) == {"s0": 507, "s30": 100, "s60": 100, "s90": 100, "s100": 0}
    late = next(one for one in scene.all(Decision) if one.basis.order_id == "s60")
    assert late.basis.beyond_window
    assert [(one.rule_id, one.reason) for one in late.lines] == [
        ("renewal", ""),
        ("all", "outside_window"),
    ]


def test_a_click_that_was_too_old_for_the_first_order_promises_nothing() -> None:
    scene = Scene(**OFFER)
    scene.deliver(order(scene, "s0", 0, click_ids=(scene.click(days_ago=31),)))
    scene.clock.advance(DAY_MS)
    scene.deliver(order(scene, "s1", 0))
    assert earned(scene) == {"s0": 0, "s1": 0}


def test_a_sign_up_beyond_the_window_is_nobody_s() -> None:
    lead = Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=200))
    scene = Scene(rules=(FIRST, RENEWAL, lead), caps=())
    scene.deliver(order(scene, "s0", 0, click_ids=(scene.click(),)))
    scene.clock.advance(60 * DAY_MS)
    scene.deliver(sale("up", 0, scene.clock.at_ms, action="lead"))
    assert earned(scene) == {"s0": 500, "up": 0}


def test_another_advocate_takes_no_renewal_over() -> None:
    scene = Scene(**OFFER)
    scene.deliver(order(scene, "s0", 0, click_ids=(scene.click(),)))
    scene.clock.advance(60 * DAY_MS)
    scene.deliver(order(scene, "s60", 0, click_ids=(scene.click("BEN77"),)))
    winners = {one.order_id: one.advocate_id for one in scene.all(Conversion)}
    assert winners == {"s0": MAYA, "s60": MAYA}
    assert BEN not in {one.advocate_id for one in scene.all(Reward)}


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_in_whatever_order_they_are_told(arrival: tuple[int, ...]) -> None:
    scene = Scene(**OFFER)
    facts = [order(scene, "s0", 0, click_ids=(scene.click(),))]
    facts += [order(scene, f"s{days}", days) for days in (40, 80)]
    scene.clock.advance(80 * DAY_MS)
    for place in arrival:
        scene.deliver(facts[place])
    assert earned(scene) == {"s0": 500, "s40": 100, "s80": 100}


@pytest.mark.parametrize("window", [30, 20])
def test_a_replay_knows_what_was_promised(window: int) -> None:
    scene = subscribed()
    scene.clock.advance(DAY_MS)
    more = RENEWAL.but(reward=PercentageReward(basis_points=2_000))
    rules = AttributionRules(window_days=window)
    _, rows = ran(scene, rules=(FIRST, more), caps=(), attribution=rules)
    found = {one.order_id: (one.before_minor, one.after_minor) for one in rows}
    assert found == {"s60": (100, 200), "s90": (100, 200)}


def test_a_replay_of_the_same_terms_changes_nothing() -> None:
    scene = subscribed()
    scene.clock.advance(DAY_MS)
    replay, rows = ran(scene, **OFFER)
    assert (replay.changed, rows) == (0, [])


@pytest.mark.parametrize(
    ("rules", "brought"),
    [
        (AttributionRules(model="first"), "click"),
        (AttributionRules(precedence="code"), "code"),
        (AttributionRules(), "click"),
    ],
)
def test_a_fresh_click_wins_before_what_is_only_promised(
    rules: AttributionRules, brought: str
) -> None:
    scene = Scene(rules=(RENEWAL, ALL), caps=(), attribution=rules)
    how = {"codes": ("MAYA7",)} if brought == "code" else {"click_ids": (scene.click(),)}
    scene.deliver(order(scene, "s0", 0, **how))
    scene.clock.advance(60 * DAY_MS)
    scene.deliver(order(scene, "s60", 0, click_ids=(scene.click(),), occasion="plain"))
    assert earned(scene) == {"s0": 7, "s60": 7}
    late = next(one for one in scene.all(Decision) if one.basis.order_id == "s60")
    assert not late.basis.beyond_window
    assert [one.reason for one in late.attribution.considered] == [
        "outside_window",
        "sticky_advocate",
    ]


@pytest.mark.parametrize("seconds", [-90, -30, 0, 30])
def test_no_moment_lies_between_the_window_and_the_months(seconds: int) -> None:
    scene = Scene(rules=(RENEWAL,), caps=())
    start_ms = scene.clock.at_ms
    scene.deliver(order(scene, "s0", 0, click_ids=(scene.click(days_ago=1),), occasion="renewal"))
    scene.clock.advance(29 * DAY_MS + seconds * 1_000)
    scene.deliver(sale("s1", 1_000, scene.clock.at_ms, occasion="renewal"))
    assert (earned(scene)["s1"], scene.clock.at_ms > start_ms) == (100, True)


def test_a_shop_whose_clock_is_behind_brings_somebody_all_the_same() -> None:
    scene = Scene(rules=(RENEWAL,), caps=())
    click, at_ms = scene.click(days_ago=0), scene.clock.at_ms - 20_000
    scene.deliver(sale("s0", 1_000, at_ms, click_ids=(click,), occasion="renewal"))
    scene.clock.advance(60 * DAY_MS)
    scene.deliver(order(scene, "s1", 0, occasion="renewal"))
    assert earned(scene) == {"s0": 100, "s1": 100}


def test_a_grant_is_for_its_order_alone() -> None:
    """Nothing of it counts for the friend's next one, and it promises no months."""
    scene = Scene(rules=(RENEWAL, ALL), caps=(), attribution=AttributionRules(sticky=False))
    scene.deliver(order(scene, "s0", 0))
    wanted = Wanted(PROGRAM, MAYA, "dsp_1", "s0", conversion_id=scene.conversion.conversion_id)
    change = Change()
    grant(scene.desk("trust"), change, wanted)
    scene.store.commit(change)
    scene.clock.advance(60 * DAY_MS)
    scene.deliver(order(scene, "s60", 0, click_ids=(scene.click("BEN77"),), occasion="plain"))
    found = {one.order_id: one.advocate_id for one in scene.all(Conversion)}
    assert found == {"s0": MAYA, "s60": BEN}


@pytest.mark.parametrize(("before", "after"), [(None, 3), (1, 3), (3, 1)])
def test_a_replay_says_where_other_months_would_matter(before: int | None, after: int) -> None:
    rules = AttributionRules(window_days=10)
    scene = subscribed(rules=(FIRST, RENEWAL.but(for_months=before)), attribution=rules)
    scene.clock.advance(DAY_MS)
    more = RENEWAL.but(for_months=after)
    replay, _ = ran(scene, rules=(FIRST, more), caps=(), attribution=rules)
    assert replay.reasons["months_not_told"] == 3


def test_a_replay_says_that_another_model_may_choose_another_of_old_touches() -> None:
    scene = subscribed()
    scene.clock.advance(DAY_MS)
    replay, _ = ran(scene, **OFFER, attribution=AttributionRules(model="first"))
    assert replay.reasons["months_not_told"] == 3
