"""A replay simulates limits in the order of the decisions, from what was used in truth."""

import pytest
from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.ports import Change
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import Program
from goodword.programs.replay import ReplayChange
from goodword.programs.replaying import Replays
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.model import AttributionRules

from tests.support.publishing import OTTO, drafted
from tests.support.replays import orders, ran, rate
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, terms


@pytest.fixture
def scene() -> Scene:
    return Scene(rules=(rate(1_000),), caps=())


def test_a_new_limit_counts_in_the_order_of_the_decisions(scene: Scene) -> None:
    orders(scene, 5_000, 5_000, 5_000)
    _, rows = ran(scene, rules=(rate(1_000),), caps=(Cap(amount_minor=700),))
    assert [(one.order_id, one.after_minor, one.why) for one in rows] == [
        ("o2", 200, "cap_reached"),
        ("o3", 0, "cap_reached"),
    ]


def test_a_raised_limit_goes_on_from_what_was_used_before_the_period() -> None:
    scene = Scene(rules=(rate(1_000),), caps=(Cap(amount_minor=700),))
    orders(scene, 5_000)
    scene.clock.advance(DAY_MS)
    from_ms = scene.clock.at_ms
    orders(scene, 5_000, 5_000)
    draft = drafted(scene, PROGRAM, terms(rules=(rate(1_000),), caps=(Cap(amount_minor=900),)))
    replays = Replays(scene.desk(OTTO))
    asked = replays.ask(PROGRAM, draft.draft_id, from_ms, scene.clock.at_ms)
    assert replays.run(asked.replay_id).conversions == 2
    rows = scene.all(ReplayChange)
    assert [(one.order_id, one.before_minor, one.after_minor) for one in rows] == [("o2", 200, 400)]


def test_many_limits_make_smaller_steps(scene: Scene) -> None:
    """Of fourteen limits of each friend, every order has its own uses to write."""
    orders(scene, *[5_000] * 21)
    periods = ("day", "week", "month", "quarter", "year", "lifetime")
    limits = [
        Cap.model_validate({"scope": "friend", "period": one, "amount_minor": 400})
        for one in periods
    ]
    limits += [
        Cap.model_validate({"scope": "friend", "period": one, "rewards": 9}) for one in periods
    ]
    replay, _ = ran(scene, rules=(rate(1_000),), caps=tuple(limits))
    assert (replay.changed, replay.difference_minor) == (21, {"EUR": -2_100})
    assert max(len(one.keys) for one in scene.store.commits) <= TRANSACTION_ITEMS_MAX


def test_a_budget_holds_as_it_did_then(scene: Scene) -> None:
    """The budget is no part of the draft: 7.00 in all, and the second order got the rest."""
    program = scene.one(Program)
    change = Change()
    change.replace(program.but(budget=(BudgetLimit(period="lifetime", amount_minor=700),)))
    scene.store.commit(change)
    orders(scene, 5_000, 5_000, 5_000)
    assert [one.earned_minor for one in scene.all(Reward)] == [500, 200]
    replay, _ = ran(scene, rules=(rate(1_000),), caps=())
    assert replay.changed == 0
    replay, rows = ran(scene, rules=(rate(800),), caps=())
    assert [(one.order_id, one.before_minor, one.after_minor) for one in rows] == [
        ("o1", 500, 400),
        ("o2", 200, 300),
    ]


def test_a_limit_of_the_whole_programme_is_simulated(scene: Scene) -> None:
    orders(scene, 5_000, 5_000, code="BEN77")
    orders(scene, 5_000)
    _, rows = ran(scene, rules=(rate(1_000),), caps=(Cap(scope="programme", amount_minor=700),))
    assert [(one.order_id, one.advocate_id, one.after_minor) for one in rows] == [
        ("o2", BEN, 200),
        ("o3", MAYA, 0),
    ]


def test_a_limit_on_numbers_is_simulated_too(scene: Scene) -> None:
    orders(scene, 5_000, 5_000, 5_000)
    _, rows = ran(scene, rules=(rate(1_000),), caps=(Cap(rewards=2),))
    assert [(one.order_id, one.after_minor) for one in rows] == [("o3", 0)]


def test_whoever_wins_under_the_draft_alone_meets_the_drafts_limits_too(scene: Scene) -> None:
    """Maya won all three by the last touch; by the first they are Ben's, who may have 7.00."""
    for number in range(3):
        clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
        customer = {"customer_id": f"c{number}"}
        scene.sale(f"o{number}", 5_000, click_ids=clicks, customer=customer)
        scene.clock.advance(HOUR_MS)
    first = AttributionRules(model="first")
    cap = Cap(period="lifetime", amount_minor=700)
    replay, rows = ran(scene, rules=(rate(1_000),), caps=(cap,), attribution=first)
    assert [(one.order_id, one.after_minor, one.why) for one in rows if one.advocate_id == BEN] == [
        ("o0", 500, "the_winner"),
        ("o1", 200, "the_winner"),
    ]
    assert {one.after_minor for one in rows if one.advocate_id == MAYA} == {0}
    assert replay.difference_minor == {"EUR": -800}


def test_one_decision_is_the_smallest_step_however_much_it_writes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders(scene, 5_000, 5_000, 5_000)
    monkeypatch.setattr("goodword.programs.replaying.TRANSACTION_ITEMS_MAX", 2)
    before = len(scene.store.commits)
    replay, rows = ran(scene, rules=(rate(1_000),), caps=(Cap(amount_minor=700),))
    assert [(one.order_id, one.after_minor) for one in rows] == [("o2", 200), ("o3", 0)]
    assert (replay.state, replay.done) == ("done", 3)
    written = [
        sum(key.sk.startswith("X#") for key in one.keys) for one in scene.store.commits[before:]
    ]
    assert max(written) == 1


def test_an_order_of_nobody_known_uses_no_limit_of_friends(scene: Scene) -> None:
    scene.sale("o1", 5_000, click_ids=(scene.click(),), customer={})
    caps = (Cap.model_validate({"scope": "friend", "amount_minor": 400}),)
    _, rows = ran(scene, rules=(rate(1_000),), caps=caps)
    assert [(one.before_minor, one.after_minor) for one in rows] == []


def test_a_limit_of_each_order_has_no_place_where_it_is_counted(scene: Scene) -> None:
    orders(scene, 5_000, 5_000)
    _, rows = ran(scene, rules=(rate(1_000),), caps=(Cap(amount_minor=300, period="order"),))
    assert [(one.order_id, one.before_minor, one.after_minor) for one in rows] == [
        ("o1", 500, 300),
        ("o2", 500, 300),
    ]


def test_what_a_decision_held_is_remembered_from_step_to_step(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ben has o1 for an hour, Maya after that: with one decision per step as with all in one."""
    friend = {"customer_id": "c1"}
    scene.sale("o1", 3_000, click_ids=(scene.click("BEN77", 3),), customer=friend)
    scene.clock.advance(HOUR_MS)
    orders(scene, 4_000, code="BEN77")
    scene.sale("o1", 3_000, click_ids=(scene.click("MAYA7", 1),), customer=friend)
    scene.clock.advance(HOUR_MS)
    caps = (Cap(scope="programme", period="lifetime", amount_minor=500),)
    _, whole = ran(scene, rules=(rate(1_000),), caps=caps)
    monkeypatch.setattr("goodword.programs.replaying.TRANSACTION_ITEMS_MAX", 2)
    _, steps = ran(scene, rules=(rate(1_000),), caps=caps)
    said = [
        [(one.order_id, one.advocate_id, one.after_minor) for one in rows]
        for rows in (whole, steps)
    ]
    assert said[0] == said[1] == [("o2", BEN, 200)]


def test_what_an_order_was_taken_for_then_may_have_used_the_limit() -> None:
    """It was the first when it was told, and gave what the draft gives of first ones."""
    caps = (Cap(period="lifetime", amount_minor=700),)
    scene = Scene(rules=(rate(1_000),), caps=caps)
    friend = {"customer_id": "c1"}
    scene.sale("o1", 5_000, click_ids=(scene.click("MAYA7", 9),), customer=friend)
    late = scene.clock.at_ms - 2 * DAY_MS
    scene.clock.advance(HOUR_MS)
    scene.sale("o0", 5_000, click_ids=(), customer=friend, occurred_ms=late)
    scene.clock.advance(HOUR_MS)
    orders(scene, 5_000)
    first = rate(1_000).but(action="first_purchase")
    replay, rows = ran(scene, rules=(first,), caps=caps)
    assert [(one.order_id, one.after_minor, one.uncertain) for one in rows] == [
        ("o1", 0, ()),
        ("o0", 500, ("limit_moved_meanwhile",)),
        ("o3", 200, ("limit_moved_meanwhile",)),
    ]
    assert replay.uncertain == 2
