"""A replay says what would change, goes on wherever it was left, and writes no money."""

from collections.abc import Callable
from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.segments import moved
from goodword.conversions.decided import DecidedOn, day_of, days_between
from goodword.errors import InvalidInput, NotFound, Stale
from goodword.limits import REPLAY_HOURS_MAX, REPLAY_PAGES
from goodword.ports import Change
from goodword.programs.caps import Cap
from goodword.programs.conditions import OneOf
from goodword.programs.draft import Draft
from goodword.programs.drafts import Drafts
from goodword.programs.model import FlatReward, Rule
from goodword.programs.replay import Replay, ReplayChange
from goodword.programs.replaying import Replays
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS
from goodword.tracking.model import AttributionRules

from tests.support.publishing import OTTO, drafted, replayed
from tests.support.replays import orders, ran, rate
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, terms


@pytest.fixture
def scene() -> Scene:
    return Scene(rules=(rate(1_000),), caps=())


def test_every_changed_reward_is_listed_with_its_sums(scene: Scene) -> None:
    orders(scene, 5_000, 2_000)
    replay, rows = ran(scene, rules=(rate(800),), caps=())
    assert (replay.state, replay.conversions, replay.changed) == ("done", 2, 2)
    assert replay.difference_minor == {"EUR": -140}
    assert [(one.order_id, one.advocate_id, one.before_minor, one.after_minor) for one in rows] == [
        ("o1", MAYA, 500, 400),
        ("o2", MAYA, 200, 160),
    ]
    assert (rows[0].why, rows[0].version_number) == ("less", 1)
    assert rows[0].before_arithmetic == "50.00 EUR x 10 % = 5.00 EUR (rounding half_even)"
    assert rows[0].after_arithmetic == "50.00 EUR x 8 % = 4.00 EUR (rounding half_even)"


def test_who_newly_earns_and_who_no_longer_does(scene: Scene) -> None:
    orders(scene, 5_000, 900)
    gone, rows = ran(scene, rules=(rate(1_000, minimum=1_000),), caps=())
    assert (gone.changed, gone.no_longer_earning, gone.newly_earning) == (1, 1, 0)
    assert rows[0].why == "below_minimum_order"
    other = Scene(rules=(rate(1_000, minimum=1_000),), caps=())
    orders(other, 5_000, 900)
    come, rows = ran(other, rules=(rate(1_000),), caps=())
    assert (come.changed, come.no_longer_earning, come.newly_earning) == (1, 0, 1)
    assert (rows[0].why, rows[0].before_minor, rows[0].after_minor) == ("newly_earning", 0, 90)


def test_more_is_more(scene: Scene) -> None:
    orders(scene, 5_000)
    replay, rows = ran(scene, rules=(rate(2_000),), caps=())
    assert (rows[0].why, replay.difference_minor) == ("more", {"EUR": 500})


def test_refunds_take_the_same_share_of_both(scene: Scene) -> None:
    orders(scene, 5_000)
    scene.refund("r1", 2_500, orders=("o1",))
    _, rows = ran(scene, rules=(rate(800),), caps=())
    assert [(one.before_minor, one.after_minor) for one in rows] == [(250, 200)]


def test_what_a_person_refused_stays_refused(scene: Scene) -> None:
    orders(scene, 50_000)
    reward_id = scene.one(Reward).reward_id
    scene.approval.assess(reward_id)
    scene.approval.decide(reward_id, approve=False, code="fraud", decider_advocate_id=None)
    replay, rows = ran(scene, rules=(rate(2_000),), caps=())
    assert (rows, replay.left_out, replay.conversions) == ([], {"refused": 1}, 0)


def test_a_shorter_window_is_a_window_for_touches_too(scene: Scene) -> None:
    """Ben's click is 20 days old, Maya's 2; the last wins, and with a first-touch rule Ben does."""
    clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
    scene.sale("o1", 5_000, click_ids=clicks)
    scene.clock.advance(1)
    first = AttributionRules(model="first")
    replay, rows = ran(scene, rules=(rate(1_000),), caps=(), attribution=first)
    assert {(one.advocate_id, one.before_minor, one.after_minor, one.why) for one in rows} == {
        (MAYA, 500, 0, "not_the_winner"),
        (BEN, 0, 500, "the_winner"),
    }
    assert replay.difference_minor == {"EUR": 0}
    _, rows = ran(scene, rules=(rate(1_000),), caps=(), attribution=AttributionRules(window_days=1))
    assert [(one.advocate_id, one.after_minor, one.why) for one in rows] == [
        (MAYA, 0, "not_the_winner")
    ]


def test_whose_friend_it_was_stays_so_under_other_rules(scene: Scene) -> None:
    """Ben's friend follows Maya's link later, once soon and once when Ben's own is long past."""
    friend = {"customer": {"customer_id": "c9"}}
    scene.sale("o1", 5_000, click_ids=(scene.click("BEN77", 3),), **friend)
    for order, days in (("o2", 5), ("o3", 40)):
        scene.clock.advance(days * DAY_MS)
        scene.sale(order, 5_000, click_ids=(scene.click("MAYA7", 1),), **friend)
    scene.clock.advance(1)
    assert [one.advocate_id for one in scene.all(Reward)] == [BEN, BEN]
    rules = AttributionRules(model="first")
    replay, rows = ran(scene, rules=(rate(1_000),), caps=(), attribution=rules)
    assert (replay.conversions, rows) == (3, [])


def test_only_the_decision_that_stands_is_judged(scene: Scene) -> None:
    scene.sale("o1", 5_000, click_ids=(scene.click("BEN77", 3),))
    scene.clock.advance(HOUR_MS)
    scene.sale("o1", 5_000, click_ids=(scene.click("MAYA7", 1),))
    scene.clock.advance(HOUR_MS)
    replay, rows = ran(scene, rules=(rate(800),), caps=())
    assert (replay.total, replay.done, replay.conversions) == (2, 2, 1)
    assert [one.advocate_id for one in rows] == [MAYA]


def test_an_unattributed_conversion_is_judged_to_be_nothing(scene: Scene) -> None:
    scene.sale("o1", 5_000)
    scene.clock.advance(1)
    replay, rows = ran(scene, rules=(rate(800),), caps=())
    assert (replay.conversions, rows) == (1, [])


def test_a_paused_programme_rewarded_nothing_and_would_not_have(scene: Scene) -> None:
    from goodword.programs.service import Programs  # noqa: PLC0415 - this one test pauses

    programs = Programs(scene.desk(OTTO))
    programs.set_state(PROGRAM, "paused", "budget")
    orders(scene, 5_000)
    programs.set_state(PROGRAM, "active", "budget")
    replay, rows = ran(scene, rules=(rate(800),), caps=())
    assert (replay.left_out, rows) == ({"programme_paused": 1}, [])


class Counting:
    """The store's reads and writes, counted."""

    def __init__(self, scene: Scene) -> None:
        self.calls = 0
        for name in ("get", "get_many", "get_mixed", "query", "commit"):
            setattr(scene.store, name, self.counted(getattr(scene.store, name)))

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same, counted."""

        def counts(*given: Any, **named: Any) -> Any:
            self.calls += 1
            return call(*given, **named)

        return counts


def test_a_replay_costs_what_its_period_holds_and_not_what_history_holds() -> None:
    """Sixty decisions of one day, after none and after three hundred on the days before."""
    costs = []
    for earlier in (0, 300):
        scene = Scene(rules=(rate(1_000),), caps=(Cap(amount_minor=10**9),))
        for number in range(earlier + 60):
            if number == earlier:
                scene.clock.advance(2 * DAY_MS)
                from_ms = scene.clock.at_ms
            customer = {"customer_id": f"c{number}"}
            scene.sale(f"o{number}", 5_000, click_ids=(scene.click(),), customer=customer)
        scene.clock.advance(1)
        draft = drafted(scene, PROGRAM, terms(rules=(rate(800),), caps=()))
        replays, counting = Replays(scene.desk(OTTO)), Counting(scene)
        asked = replays.ask(PROGRAM, draft.draft_id, from_ms, scene.clock.at_ms)
        assert replays.run(asked.replay_id).changed == 60
        costs.append(counting.calls)
    assert costs[0] == costs[1]
    assert costs[0] < 60  # less than one request per decision, writes included


class TestThePeriod:
    def test_is_by_decision_from_included_until_not(self, scene: Scene) -> None:
        orders(scene, 5_000, 5_000, 5_000)
        at = [one.at_ms for one in scene.all(DecidedOn)]
        draft = drafted(scene, PROGRAM, terms(rules=(rate(800),), caps=()))
        replays = Replays(scene.desk(OTTO))
        asked = replays.ask(PROGRAM, draft.draft_id, at[1], at[2])
        assert replays.run(asked.replay_id).conversions == 1

    def test_days_are_utc_days(self) -> None:
        assert list(days_between(0, 1)) == ["1970-01-01"]
        assert list(days_between(DAY_MS - 1, DAY_MS + 1)) == ["1970-01-01", "1970-01-02"]
        assert list(days_between(5, DAY_MS)) == ["1970-01-01"]
        assert day_of(DAY_MS) == "1970-01-02"

    @pytest.mark.parametrize(("start", "end"), [(0, 1), (-1, -1), (-2, -3), (-401, 0)])
    def test_a_wrong_one_is_refused(self, scene: Scene, start: int, end: int) -> None:
        draft, now_ms = drafted(scene, PROGRAM, terms()), scene.clock.at_ms
        with pytest.raises(InvalidInput, match="bad_period"):
            Replays(scene.desk()).ask(
                PROGRAM, draft.draft_id, now_ms + start * DAY_MS, now_ms + end * DAY_MS
            )

    def test_without_decisions_is_done_at_once(self, scene: Scene) -> None:
        replay, rows = ran(scene, rules=(rate(800),), caps=())
        assert (replay.state, replay.percent, rows) == ("done", 100, [])


class TestGoingOn:
    def asked(self, scene: Scene) -> tuple[Replays, Replay, Draft]:
        orders(scene, *[5_000] * (REPLAY_PAGES[0] * 2 + 1))
        draft = drafted(scene, PROGRAM, terms(rules=(rate(800),), caps=()))
        replays, now_ms = Replays(scene.desk(OTTO)), scene.clock.at_ms
        return replays, replays.ask(PROGRAM, draft.draft_id, now_ms - 30 * DAY_MS, now_ms), draft

    def test_a_step_at_a_time_comes_to_the_same(self, scene: Scene) -> None:
        replays, asked, _ = self.asked(scene)
        seen = []
        while (replay := replays.read(asked.replay_id)).state in ("counting", "judging"):
            replays._step(replay, replays._versions(replay), ask_on=True)
            seen.append(replays.read(asked.replay_id).percent)
        assert (replay.changed, replay.conversions, replay.total) == (41, 41, 41)
        assert seen == sorted(seen)
        assert len(scene.all(ReplayChange)) == 41
        assert len({one.number for one in scene.all(ReplayChange)}) == 41
        assert scene.events("program.replay_continues")
        assert len(scene.events("program.replay_done")) == 1

    def test_a_step_that_is_killed_leaves_nothing_behind(self, scene: Scene) -> None:
        replays, asked, _ = self.asked(scene)
        commit, calls = scene.store.commit, 0

        def dies(change: Change) -> None:
            nonlocal calls
            calls += 1
            if calls % 3 == 0:
                raise KeyboardInterrupt
            commit(change)

        scene.store.commit = dies  # type: ignore[method-assign]  # dies at every third commit
        while replays.read(asked.replay_id).state in ("counting", "judging"):
            try:
                replays.run(asked.replay_id)
            except KeyboardInterrupt:
                continue
        replay = replays.read(asked.replay_id)
        assert (replay.changed, replay.done, len(scene.all(ReplayChange))) == (41, 41, 41)
        assert replay.difference_minor == {"EUR": -4_100}

    def test_of_two_workers_one_stops(self, scene: Scene) -> None:
        replays, asked, _ = self.asked(scene)
        replay = replays.read(asked.replay_id)
        replays._step(replay, replays._versions(replay), ask_on=False)
        with pytest.raises(Stale):
            replays._step(replay, replays._versions(replay), ask_on=False)
        commit = scene.store.commit

        def lost(change: Change) -> None:
            scene.store.commit = commit  # type: ignore[method-assign]  # loses once
            raise Stale("stale", "somebody was quicker")

        scene.store.commit = lost  # type: ignore[method-assign]  # as above
        assert replays.run(asked.replay_id).state in ("counting", "judging")

    def test_a_run_asks_the_bus_to_go_on_when_its_time_is_over(self, scene: Scene) -> None:
        replays, asked, _ = self.asked(scene)
        now_ms = scene.clock.now_ms

        def slow() -> int:
            scene.clock.advance(20_000)
            return now_ms()

        scene.clock.now_ms = slow  # type: ignore[method-assign]  # each look takes 20 s
        assert replays.run(asked.replay_id).state in ("counting", "judging")
        assert len(scene.events("program.replay_continues")) == 1

    def test_a_draft_that_changes_meanwhile_outdates_it(self, scene: Scene) -> None:
        replays, asked, draft = self.asked(scene)
        replays._step(
            replay := replays.read(asked.replay_id), replays._versions(replay), ask_on=False
        )
        Drafts(scene.desk(OTTO)).change(
            PROGRAM, draft.draft_id, terms(), "other", based_on=1, revision=1
        )
        replay = replays.run(asked.replay_id)
        assert (replay.state, replay.reason) == ("outdated", "draft_changed")
        assert scene.events("program.replay_outdated")

    def test_the_clock_goes_on_and_gives_up_after_a_day(self, scene: Scene) -> None:
        replays, asked, _ = self.asked(scene)
        assert replays.sweep() == 0
        scene.clock.advance(11 * MINUTE_MS)
        assert replays.sweep() == 1
        assert replays.read(asked.replay_id).state == "done"
        _, other, _ = self.asked(scene)
        scene.clock.advance((REPLAY_HOURS_MAX + 1) * HOUR_MS)
        assert replays.sweep() == 1
        assert replays.read(other.replay_id).reason == "too_long"
        assert replays.sweep() == 0
        replays._end(other.replay_id, "failed", "again")
        assert replays.read(other.replay_id).reason == "too_long"


def test_what_is_not_there_is_not_found(scene: Scene) -> None:
    replays = Replays(scene.desk())
    with pytest.raises(NotFound, match="unknown_draft"):
        replays.of_draft(PROGRAM, "drf_none")
    draft = drafted(scene, PROGRAM, terms())
    with pytest.raises(NotFound, match="no_replay"):
        replays.of_draft(PROGRAM, draft.draft_id)
    with pytest.raises(NotFound, match="no_replay"):
        replays.read("rpl_none")
    flat = Rule(rule_id="sale", action="sale", reward=FlatReward(amount_minor=1))
    done = replayed(scene, drafted(scene, PROGRAM, terms(rules=(flat,))))
    assert replays.of_draft(PROGRAM, done.draft_id) == done
    assert replays.changes(done, 10, None).rows == []


def test_a_segment_is_replayed_as_it_was_at_the_decision(scene: Scene) -> None:
    """In `gold` with the first order alone; what is so today is not asked."""

    def move(*add: str, out: tuple[str, ...] = ()) -> None:
        one = next(one for one in scene.all(Enrolment) if one.advocate_id == MAYA)
        change = Change()
        change.replace(one.but(segments=moved(one.segments, add, out, scene.clock.at_ms)))
        scene.store.commit(change)

    move("gold")
    orders(scene, 5_000)
    scene.clock.advance(HOUR_MS)
    move(out=("gold",))
    orders(scene, 2_000)
    gold = OneOf(of="advocate_segment", values=("gold",))
    _, rows = ran(scene, rules=(rate(2_000).but(when=gold),), caps=())
    assert [(one.order_id, one.before_minor, one.after_minor) for one in rows] == [
        ("o1", 500, 1_000),
        ("o2", 200, 0),
    ]
