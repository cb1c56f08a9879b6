"""Months are promised to the one touch that brought the customer, and nothing later ends them."""

import itertools

import pytest
from goodword.conversions.granting import Wanted, grant
from goodword.conversions.model import Conversion, Identity
from goodword.ports import Change
from goodword.programs.model import FlatReward, PercentageReward, Rule
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.model import AttributionRules

from tests.support.publishing import published
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, sale, terms

FIRST = Rule(rule_id="first", action="sale", reward=FlatReward(amount_minor=500))
RENEWAL = Rule(
    rule_id="renewal",
    action="renewal",
    for_months=12,
    reward=PercentageReward(basis_points=1_000),
)


def renews(scene: Scene, name: str, after_days: int, *codes: str, days_ago: float = 0.1) -> None:
    """A renewal so many days later, with a click on each code shortly before."""
    scene.clock.advance(after_days * DAY_MS)
    ids = tuple(scene.click(one, days_ago=days_ago / (n + 1)) for n, one in enumerate(codes))
    scene.sale(name, 1_000, occasion="renewal", click_ids=ids)


def earned(scene: Scene) -> dict[str, int]:
    assert scene.ledger_differences() == []
    names = {one.conversion_id: one.order_id for one in scene.all(Conversion)}
    found = dict.fromkeys(names.values(), 0)
    for one in scene.all(Reward):
        found[names[one.conversion_id]] += one.remaining_minor if one.state != "void" else 0
    return found


def then(scene: Scene, **changes: object) -> None:
    """Another version for everybody from now on."""
    scene.clock.advance(HOUR_MS)
    published(scene, PROGRAM, terms(caps=(), **changes))
    scene.clock.advance(HOUR_MS)


@pytest.mark.parametrize(
    ("model", "one", "two"),
    [("last", (FIRST, RENEWAL), (FIRST,)), ("first", (FIRST,), (FIRST, RENEWAL))],
)
def test_a_touch_that_did_not_bring_the_customer_is_promised_nothing(
    model: str, one: tuple[Rule, ...], two: tuple[Rule, ...]
) -> None:
    """Both clicks are Maya's and in time for the first order; the one that lost pins the months."""
    rules = AttributionRules.model_validate({"model": model})
    scene = Scene(caps=(), rules=one, attribution=rules)
    clicks = [scene.click(days_ago=2)]
    then(scene, rules=two, attribution=rules)
    clicks.append(scene.click(days_ago=0))
    scene.clock.advance(HOUR_MS)
    scene.sale("s0", 1_000, click_ids=tuple(clicks))
    renews(scene, "s60", 60)
    assert earned(scene) == {"s0": 500, "s60": 0}


def test_a_later_click_of_the_same_advocate_is_promised_nothing() -> None:
    """The first order was won before there were months; a click under the new terms is too late."""
    scene = Scene(caps=(), rules=(FIRST,))
    scene.sale("s0", 1_000, click_ids=(scene.click(),))
    then(scene, rules=(FIRST, RENEWAL))
    scene.sale("s1", 1_000, click_ids=(scene.click(days_ago=0),))
    renews(scene, "s60", 60)
    assert earned(scene) == {"s0": 500, "s1": 500, "s60": 0}


@pytest.mark.parametrize(
    "later",
    [
        AttributionRules(window_days=30),
        AttributionRules(window_days=60, sticky=False),
        AttributionRules(window_days=1, sticky=False),
    ],
)
@pytest.mark.parametrize("days_ago", [1, 35])
def test_a_later_version_ends_no_months(later: AttributionRules, days_ago: int) -> None:
    """Brought in time under a window of 60 days; then the window or the stickiness goes."""
    scene = Scene(caps=(), rules=(RENEWAL,), attribution=AttributionRules(window_days=60))
    renews(scene, "s0", 0, "MAYA7", days_ago=days_ago)
    then(scene, rules=(RENEWAL,), attribution=later)
    renews(scene, "s20", 20, "BEN77")
    renews(scene, "s70", 50, "BEN77")
    renews(scene, "s366", 296, "BEN77")
    winners = {one.order_id: one.advocate_id for one in scene.all(Conversion)}
    lost = BEN if not later.sticky else None
    assert winners == {"s0": MAYA, "s20": MAYA, "s70": MAYA, "s366": lost}
    mine = {one.order_id: one.remaining_minor for one in scene.all(Reward)}
    assert {name: mine.get(name) for name in ("s0", "s20", "s70")} == {
        "s0": 100,
        "s20": 100,
        "s70": 100,
    }


def test_a_later_version_that_is_sticky_promises_nothing_to_the_past() -> None:
    scene = Scene(caps=(), rules=(RENEWAL,), attribution=AttributionRules(sticky=False))
    renews(scene, "s0", 0, "MAYA7")
    then(scene, rules=(RENEWAL,))
    renews(scene, "s60", 60)
    assert earned(scene) == {"s0": 100, "s60": 0}


@pytest.mark.parametrize("code", ["BEN77", "MAYA7"])
def test_fifty_newer_touches_do_not_push_out_the_one_that_brought_the_customer(code: str) -> None:
    scene = Scene(caps=(), rules=(RENEWAL,))
    renews(scene, "s0", 0, "MAYA7")
    first = scene.all(Conversion)[0].touches[0].touch_id
    for number in range(11):
        renews(scene, f"x{number}", 1, *[code] * 5)
    renews(scene, "s72", 61)
    assert earned(scene)["s72"] == 100
    for identity in scene.all(Identity):
        assert (len(identity.touches), identity.touches[0].touch_id) == (50, first)


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_the_first_order_may_be_told_last(arrival: tuple[int, ...]) -> None:
    """Two clicks of Maya pin two versions; only the first promises months."""
    scene = Scene(caps=(), rules=(FIRST, RENEWAL))
    one, at_ms = scene.click(days_ago=2), scene.clock.at_ms
    then(scene, rules=(FIRST,))
    two = scene.click(days_ago=0)
    facts = [
        sale("s0", 1_000, at_ms, click_ids=(one,)),
        sale("s5", 1_000, at_ms + 5 * DAY_MS, click_ids=(two,)),
        sale("s60", 1_000, at_ms + 60 * DAY_MS, occasion="renewal"),
    ]
    scene.clock.advance(60 * DAY_MS)
    for place in arrival:
        scene.deliver(facts[place])
    assert earned(scene) == {"s0": 500, "s5": 500, "s60": 100}


def test_staff_s_word_brings_nobody_for_months() -> None:
    scene = Scene(caps=(), rules=(RENEWAL,))
    renews(scene, "s0", 0)
    change, about = Change(), scene.conversion.conversion_id
    grant(scene.desk("trust"), change, Wanted(PROGRAM, MAYA, "dsp_1", "s0", conversion_id=about))
    scene.store.commit(change)
    renews(scene, "s1", 1, "MAYA7")
    renews(scene, "s60", 59)
    assert earned(scene) == {"s0": 100, "s1": 100, "s60": 0}


def test_who_objects_to_being_remembered_is_promised_to_nobody() -> None:
    scene = Scene(caps=(), rules=(RENEWAL,))
    renews(scene, "s0", 0, "MAYA7")
    change = Change()
    for identity in scene.all(Identity):
        change.save(identity.but(closed_ms=scene.clock.at_ms, touches=()))
    scene.store.commit(change)
    renews(scene, "s60", 60)
    assert earned(scene) == {"s0": 100, "s60": 0}


def test_more_told_of_an_order_changes_what_brought_its_customer_only_within_a_version() -> None:
    """An older click of the same version is as good; one that Maya made under other terms is not,
    since a person has refused the order's reward and it is not decided anew.
    """
    first = AttributionRules(model="first")
    scene = Scene(caps=(), rules=(FIRST,), attribution=first)
    other = scene.click(days_ago=0)
    then(scene, rules=(FIRST, RENEWAL), attribution=first)
    older = scene.click(days_ago=0)
    scene.clock.advance(HOUR_MS)
    newer = scene.click(days_ago=0)
    scene.clock.advance(HOUR_MS)
    told = sale("s0", 1_000, scene.clock.at_ms)
    seen = []
    for ids in ((newer,), (older,), (other,)):
        scene.deliver(told.but(click_ids=ids))
        seen.append({one.won for each in scene.all(Identity) for one in each.conversions})
        if ids == (older,):
            change = Change()
            change.replace(scene.reward.but(state="rejected"))
            scene.store.commit(change)
    assert (len(seen[0]), seen[0] != seen[1], seen[1] == seen[2]) == (1, True, True)
