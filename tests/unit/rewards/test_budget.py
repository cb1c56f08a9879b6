"""A budget is never exceeded, can be changed at any time, and says when it is nearly used up."""

from dataclasses import replace
from typing import Any

import pytest
from goodword.conversions.model import Conversion
from goodword.errors import Conflict
from goodword.ports import Change, Page
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import Program, ProgramVersion
from goodword.rewards.budget import Budgets, LimitState, budget_digest
from goodword.rewards.explain import explain_conversion, why_nothing
from goodword.rewards.model import Reward
from goodword.rewards.pools import INDEX, Pool, Pot
from goodword.times import DAY_MS

from tests.support.desk import NOW_MS
from tests.support.scene import MAYA, PROGRAM, Scene, terms
from tests.support.voices import said, story_of, voice


def budgets(scene: Scene) -> Budgets:
    return Budgets(scene.desk())


def limited(amount_minor: int, period: str = "lifetime") -> BudgetLimit:
    return BudgetLimit.model_validate({"period": period, "amount_minor": amount_minor})


def with_budget(*limits: BudgetLimit, **changes: object) -> Scene:
    scene = Scene(**{"caps": ()} | changes)
    budgets(scene).put(PROGRAM, limits, "planned")
    return scene


def sell(scene: Scene, *orders: str, net_minor: int = 5_000) -> None:
    for order in orders:
        scene.clock.advance(1_000)
        scene.sale(order, net_minor, click_ids=(scene.click(),))


def state(scene: Scene) -> LimitState:
    (found,) = budgets(scene).read(PROGRAM).limits
    return found


def test_what_is_left_is_given_and_then_nothing() -> None:
    scene = with_budget(limited(800))
    sell(scene, "1", "2", "3")
    earned = [one.earned_minor for one in scene.all(Reward)]
    assert sorted(earned) == [300, 500]
    assert scene.decision.reason == "budget_exhausted"
    (line,) = scene.decision.lines
    (seen,) = line.caps
    assert (seen.cap, seen.before, seen.used, seen.after) == ("budget-lifetime-money", 0, 0, 0)
    assert seen.cut
    assert seen.whole
    now = state(scene)
    assert (now.limit, now.used, now.left, now.over) == (800, 800, 0, 0)


def test_its_advocate_and_staff_are_told_why_and_until_when() -> None:
    scene = with_budget(limited(500, "month"))
    sell(scene, "1", "2")
    second = next(one for one in scene.all(Conversion) if one.order_id == "2")
    told = explain_conversion(story_of(scene, second), MAYA, voice())
    assert said(told, "reason").startswith("The programme's budget was used up")
    assert said(told, "cap") == (
        "There is a budget for what everybody earns in a calendar month (UTC). "
        "From 1 Dec 2025 on (UTC) you can earn again."
    )
    reason = why_nothing(scene.decision, scene.one(ProgramVersion), MAYA, voice())
    assert reason.startswith("The programme's budget was used up")
    assert "500" not in str(told)


def test_what_comes_back_can_be_earned_again_in_its_own_period() -> None:
    scene = with_budget(limited(500, "month"))
    sell(scene, "1")
    scene.clock.advance(31 * DAY_MS)
    sell(scene, "2")
    scene.refund("r1", None, orders=("1",))
    sell(scene, "3")
    pools = {one.counted.period: one for one in scene.all(Pool)}
    assert {name: pool.spent for name, pool in pools.items()} == {"2025-11": False, "2025-12": True}
    assert sum(pot.left for pot in scene.all(Pot)) + pools["2025-11"].free == 500
    assert len(scene.all(Reward)) == 2


def test_a_higher_budget_holds_at_once_and_says_who_and_why() -> None:
    scene = with_budget(limited(300))
    sell(scene, "1", "2")
    raised = budgets(scene).put(PROGRAM, [limited(700)], "second_quarter")
    assert raised.limits[0].left == 400
    sell(scene, "3")
    assert sorted(one.earned_minor for one in scene.all(Reward)) == [300, 400]
    told = scene.events("program.budget_set")[-1]
    assert (told.reason, told.data, told.actor.id) == (
        "second_quarter",
        {"lifetime_minor": 700},
        "test",
    )


def test_a_lower_budget_takes_back_nothing_that_was_given() -> None:
    scene = with_budget(limited(1_000))
    sell(scene, "1")
    budgets(scene).put(PROGRAM, [limited(200)], "less")
    now = state(scene)
    assert (now.limit, now.used, now.left, now.over) == (200, 500, 0, 300)
    assert scene.reward.remaining_minor == 500
    scene.refund("r1", 4_000, orders=("1",))
    now = state(scene)
    assert (now.used, now.left, now.over) == (100, 100, 0)


def test_a_budget_that_is_taken_away_limits_nothing() -> None:
    scene = with_budget(limited(100))
    sell(scene, "1")
    assert budgets(scene).put(PROGRAM, [], "no_limit").limits == ()
    sell(scene, "2")
    assert sorted(one.earned_minor for one in scene.all(Reward)) == [100, 500]


def test_the_same_budget_again_changes_nothing() -> None:
    scene = with_budget(limited(100))
    before = len(scene.store.commits)
    budgets(scene).put(PROGRAM, [limited(100)], "again")
    assert len(scene.store.commits) == before


def test_a_closed_programme_gets_no_budget() -> None:
    scene = Scene()
    change = Change()
    change.replace(scene.one(Program).but(state="closed"))
    scene.store.commit(change)
    with pytest.raises(Conflict, match="program_closed"):
        budgets(scene).put(PROGRAM, [limited(1)], "late")


def test_a_budget_that_changes_while_its_pool_is_made_is_the_one_that_holds() -> None:
    """The pool is made by the first decision; between its reads and its commit the limit falls."""
    scene = with_budget(limited(1_000))
    memory = scene.store
    lowered: list[int] = []

    class Lowering:
        def __getattr__(self, name: str) -> Any:
            return getattr(memory, name)

        def commit(self, change: Change) -> None:
            if not lowered and any(isinstance(one, Pool) for one in change.created):
                lowered.append(1)
                budgets(scene).put(PROGRAM, [limited(200)], "less")
            memory.commit(change)

    scene.worker = replace(
        scene.worker,
        desk=replace(scene.worker.desk, store=Lowering()),
    )
    sell(scene, "1")
    assert lowered
    assert scene.reward.earned_minor == 200


def test_a_pool_that_is_made_while_its_budget_changes_has_the_new_size() -> None:
    """The other way round: between the reads of finance and their commit somebody earns first."""
    scene = with_budget(limited(1_000))
    memory = scene.store
    sold: list[int] = []

    class Selling:
        def __getattr__(self, name: str) -> Any:
            return getattr(memory, name)

        def commit(self, change: Change) -> None:
            if not sold:
                sold.append(1)
                sell(scene, "1", net_minor=1_000)
            memory.commit(change)

    Budgets(replace(scene.desk(), store=Selling())).put(PROGRAM, [limited(200)], "less")
    assert sold
    assert state(scene).limit == 200
    sell(scene, "2")
    assert sorted(one.earned_minor for one in scene.all(Reward)) == [100, 100]


def test_a_cap_of_all_follows_the_newest_version_that_was_promised() -> None:
    scene = Scene(caps=(Cap(scope="programme", amount_minor=300),))
    first = scene.one(ProgramVersion)
    change = Change()
    for number, size in ((2, 800), (3, 400)):
        promised = terms(caps=(Cap(scope="programme", amount_minor=size),))
        from_ms = NOW_MS + number * DAY_MS
        change.create(first.but(version=0, number=number, terms=promised, effective_ms=from_ms))
    scene.store.commit(change)
    sell(scene, "1")
    assert scene.one(Pool).limit == 300
    scene.clock.advance(int(3.5 * DAY_MS))
    sell(scene, "2")  # clicked under version 2
    assert (scene.one(Pool).limit, scene.one(Pool).version_number) == (800, 2)
    scene.clock.advance(int(1.2 * DAY_MS))
    sell(scene, "3")  # clicked under version 3, which is below what was given
    assert (scene.one(Pool).limit, scene.one(Pool).over) == (400, 400)
    assert sorted(one.earned_minor for one in scene.all(Reward)) == [300, 500]
    assert scene.decision.reason == "cap_reached"


class TestTheWatch:
    def test_tells_once_when_most_is_used_and_once_when_all_is(self) -> None:
        scene = with_budget(limited(1_000))
        watch = budgets(scene).watch
        sell(scene, "1")
        assert watch() == {"running_low": 0, "used_up": 0}
        sell(scene, "2", net_minor=3_000)
        assert watch() == {"running_low": 1, "used_up": 0}
        assert watch() == {"running_low": 0, "used_up": 0}
        sell(scene, "3")
        assert watch() == {"running_low": 0, "used_up": 1}
        assert scene.store.query_index(Pool, "core", INDEX).rows == []
        (low,) = scene.events("program.budget_running_low")
        (up,) = scene.events("program.budget_used_up")
        assert (low.data["used"], up.data["used"], up.data["size"]) == (800, 1_000, 1_000)
        assert (up.subject, up.data["limit"]) == (PROGRAM, "budget-lifetime-money")

    def test_tells_again_after_it_was_raised_and_used_again(self) -> None:
        scene = with_budget(limited(500))
        watch = budgets(scene).watch
        sell(scene, "1")
        assert watch() == {"running_low": 0, "used_up": 1}
        budgets(scene).put(PROGRAM, [limited(5_000)], "more")
        assert watch() == {"running_low": 0, "used_up": 0}
        budgets(scene).put(PROGRAM, [limited(600)], "less")
        assert watch() == {"running_low": 1, "used_up": 0}

    def test_looks_at_every_page_and_at_no_more_than_it_may(self) -> None:
        scene = with_budget(limited(500, "day"), limited(600, "month"), limited(700, "year"))
        sell(scene, "1", "2")
        memory = scene.store

        class OneByOne:
            def __getattr__(self, name: str) -> Any:
                return getattr(memory, name)

            def query_index(self, *place: Any, cursor: str | None) -> Page[Pool]:
                return memory.query_index(*place, limit=1, cursor=cursor)

        paged: Any = OneByOne()
        desk = replace(scene.desk(), store=paged)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("goodword.rewards.budget.POOL_PAGES_MAX", 1)
            assert Budgets(desk).watch() == {"running_low": 0, "used_up": 1}
        assert Budgets(desk).watch() == {"running_low": 1, "used_up": 0}

    def test_forgets_a_period_that_is_long_past(self, monkeypatch: pytest.MonkeyPatch) -> None:
        scene = with_budget(limited(5_000, "day"))
        sell(scene, "1")
        scene.clock.advance(62 * DAY_MS)
        lagging = scene.one(Pool)
        assert budgets(scene).watch() == {"running_low": 0, "used_up": 0}
        assert not scene.one(Pool).watched
        assert scene.store.query_index(Pool, "core", INDEX).rows == []
        monkeypatch.setattr(Budgets, "_watched", lambda _: iter([lagging]))
        assert budgets(scene).watch() == {"running_low": 0, "used_up": 0}


def test_a_big_budget_is_spread_and_read_in_part() -> None:
    scene = with_budget(limited(10**9))
    sell(scene, *[str(number) for number in range(12)])
    assert len(scene.all(Pot)) > 1
    (line,) = scene.decision.lines
    assert not line.caps[0].whole
    written = scene.store.commits[-2]
    assert sum(isinstance(one, Pot) for one, _ in written.replaced) <= 1


def test_a_budget_that_moved_on_is_not_replaced_unseen() -> None:
    scene = with_budget(limited(100))
    seen = budget_digest(budgets(scene).read(PROGRAM).budget)
    assert budgets(scene).put(PROGRAM, [limited(200)], "more", seen=seen).budget == (limited(200),)
    with pytest.raises(Conflict, match="budget_moved_on"):
        budgets(scene).put(PROGRAM, [], "less", seen=seen)
    assert budgets(scene).read(PROGRAM).budget == (limited(200),)
