"""A replay compares all sides, and says which conversions no record of then determines."""

from goodword.conversions.model import Conversion
from goodword.ports import Change
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.conditions import AtMost, OneOf
from goodword.programs.model import FlatReward, Program, Rule
from goodword.programs.replay import NEW_FRIEND, ReplayChange
from goodword.programs.replay_uses import ReplayPassing
from goodword.programs.replaying import Replays
from goodword.programs.rules import FriendSide, TieredReward
from goodword.programs.tiers import Level, Tiers
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.model import AttributionRules

from tests.support.publishing import OTTO, drafted, published, replayed
from tests.support.replays import orders, ran, rate
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, terms

CREDIT = FriendSide(reward=FlatReward(amount_minor=500), unit="store_credit")
POINTS = Rule(
    rule_id="points",
    action="sale",
    reward=FlatReward(amount_minor=20),
    unit="points",
    friend=CREDIT,
)
FIRST = AttributionRules(model="first")


def test_friends_and_points_are_compared_each_in_its_unit() -> None:
    scene = Scene(rules=(POINTS,), caps=())
    orders(scene, 5_000)
    more = CREDIT.but(reward=FlatReward(amount_minor=800))
    fewer = POINTS.but(reward=FlatReward(amount_minor=5), friend=more)
    replay, rows = ran(scene, rules=(fewer,), caps=())
    friend = next(one.advocate_id for one in scene.all(Reward) if one.side == "friend")
    assert [(one.advocate_id, one.side, one.currency, one.before_minor) for one in rows] == [
        (MAYA, "advocate", "POINTS", 20),
        (friend, "friend", "EUR.CREDIT", 500),
    ]
    assert replay.difference_minor == {"EUR": 0, "POINTS": -15, "EUR.CREDIT": 300}
    assert rows[0].after_arithmetic == "flat 5 POINTS"
    assert (replay.changed, replay.uncertain) == (2, 0)


def test_a_friend_who_has_no_account_yet_would_get_one() -> None:
    scene = Scene(rules=(rate(1_000),), caps=())
    orders(scene, 5_000)
    scene.sale("nobody", 5_000, click_ids=(scene.click(),), customer={})
    scene.clock.advance(HOUR_MS)
    replay, rows = ran(scene, rules=(rate(1_000).but(friend=CREDIT),), caps=())
    assert [(one.order_id, one.advocate_id, one.after_minor, one.why) for one in rows] == [
        ("o1", NEW_FRIEND, 500, "newly_earning")
    ]
    assert (replay.newly_earning, replay.uncertain) == (1, 0)


def test_what_waits_for_a_rate_is_left_out() -> None:
    scene = Scene(rules=(rate(1_000),), caps=(), currencies="convert")
    scene.sale("o1", 5_000, click_ids=(scene.click(),), currency="USD")
    scene.clock.advance(1)
    assert scene.one(Conversion).state == "waiting"
    replay, rows = ran(scene, rules=(rate(500),), caps=(), currencies="convert")
    assert (replay.left_out, rows) == ({"waiting_for_rate": 1}, [])


def test_a_decision_holds_its_part_until_the_next_one_of_its_conversion() -> None:
    """Ben has o1 for an hour, and o2 in it; the draft gives twice as much, of 9.00 in all."""
    cap = Cap(scope="programme", period="lifetime", amount_minor=900)
    scene = Scene(rules=(rate(1_000),), caps=(cap,))
    scene.sale("o1", 3_000, click_ids=(scene.click("BEN77", 3),), customer={"customer_id": "c1"})
    scene.clock.advance(1)
    scene.sale("o2", 4_000, click_ids=(scene.click("BEN77"),), customer={"customer_id": "c2"})
    scene.clock.advance(1)
    scene.sale("o1", 3_000, click_ids=(scene.click("MAYA7", 1),), customer={"customer_id": "c1"})
    scene.clock.advance(1)
    replay = replayed(scene, drafted(scene, PROGRAM, terms(rules=(rate(2_000),), caps=(cap,))), 200)
    rows = scene.all(ReplayChange)
    # 6.00 of 9.00 are Ben's for o1, so that o2 has 3.00; Maya then has the 6.00 that he lost.
    assert {(one.order_id, one.advocate_id, one.after_minor) for one in rows} == {
        ("o2", BEN, 300),
        ("o1", MAYA, 600),
    }
    assert replay.uncertain == 0
    assert [one.advocate_id for one in scene.all(ReplayPassing)] == [BEN]


def test_a_decision_that_the_draft_might_not_have_made_anew_is_uncertain() -> None:
    """o1 turns out to be the second order; of the draft, which does not ask, o2 took a part."""
    first = rate(1_000).but(action="first_purchase")
    scene = Scene(rules=(first,), caps=())
    friend = {"customer_id": "c1"}
    scene.sale("o1", 5_000, click_ids=(scene.click("MAYA7", 9),), customer=friend)
    late = scene.clock.at_ms - 2 * DAY_MS
    scene.clock.advance(HOUR_MS)
    scene.sale("o0", 5_000, click_ids=(), customer=friend, occurred_ms=late)
    scene.clock.advance(HOUR_MS)
    replay, _ = ran(scene, rules=(rate(1_000),), caps=(Cap(amount_minor=400),))
    assert replay.reasons == {"decided_again": 1}


def test_refunds_between_decisions_leave_it_open_what_a_limit_had_left() -> None:
    scene = Scene(rules=(rate(1_000),), caps=(Cap(amount_minor=700),))
    orders(scene, 5_000, 5_000)
    scene.refund("r1", 5_000, orders=("o1",))
    replay, rows = ran(scene, rules=(rate(500),), caps=(Cap(amount_minor=450),))
    assert (replay.uncertain, replay.reasons) == (1, {"limit_moved_meanwhile": 1})
    assert [(one.order_id, one.after_minor, one.uncertain) for one in rows] == [
        ("o2", 0, ("limit_moved_meanwhile",))
    ]


def test_a_limit_of_all_that_was_read_in_part_is_open_where_it_matters() -> None:
    cap = Cap(scope="programme", period="lifetime", amount_minor=2_000)
    scene = Scene(rules=(rate(1_000),), caps=(cap,))
    orders(scene, 5_000, 5_000, 5_000)
    draft = drafted(scene, PROGRAM, terms(rules=(rate(3_000),), caps=(cap,)))
    replays, now_ms = Replays(scene.desk(OTTO)), scene.clock.at_ms
    asked = replays.ask(PROGRAM, draft.draft_id, now_ms - 2 * HOUR_MS, now_ms)
    replay = replays.run(asked.replay_id)
    assert replay.state == "done"
    assert set(replay.reasons) <= {"limit_read_in_part"}


def test_a_winner_of_whom_nothing_is_told_may_have_used_the_limit_before() -> None:
    cap = Cap(period="lifetime", amount_minor=700)
    scene = Scene(rules=(rate(1_000),), caps=(cap,))
    scene.clock.advance(DAY_MS)
    clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
    scene.sale("o1", 5_000, click_ids=clicks)
    scene.clock.advance(1)
    draft = drafted(scene, PROGRAM, terms(rules=(rate(1_000),), caps=(cap,), attribution=FIRST))
    replays, now_ms = Replays(scene.desk(OTTO)), scene.clock.at_ms
    asked = replays.ask(PROGRAM, draft.draft_id, now_ms - 1, now_ms)
    replay = replays.run(asked.replay_id)
    assert replay.reasons == {"limit_used_before": 1}


def test_a_period_that_begins_in_the_replay_is_counted_from_its_beginning() -> None:
    cap = Cap(period="day", amount_minor=700)
    scene = Scene(rules=(rate(1_000),), caps=(cap,))
    from_ms = scene.clock.at_ms
    scene.clock.advance(DAY_MS)
    clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
    scene.sale("o1", 5_000, click_ids=clicks)
    scene.clock.advance(1)
    draft = drafted(scene, PROGRAM, terms(rules=(rate(1_000),), caps=(cap,), attribution=FIRST))
    replays = Replays(scene.desk(OTTO))
    replay = replays.run(replays.ask(PROGRAM, draft.draft_id, from_ms, scene.clock.at_ms).replay_id)
    assert (replay.changed, replay.reasons) == (2, {})


def test_a_budget_that_no_decision_tells_is_said() -> None:
    scene = Scene(rules=(rate(1_000),), caps=(), attribution=AttributionRules(window_days=1))
    change = Change()
    limit = BudgetLimit(period="lifetime", amount_minor=700)
    change.replace(scene.one(Program).but(budget=(limit,)))
    scene.store.commit(change)
    scene.sale("o1", 5_000, click_ids=(scene.click("MAYA7", 3),))
    scene.clock.advance(1)
    replay, rows = ran(scene, rules=(rate(1_000),), caps=())
    assert replay.reasons == {"budget_not_told": 1}
    assert rows[0].uncertain == ("budget_not_told",)


class TestFactsThatNoRecordTells:
    def ask(self, scene: Scene, **changes: object) -> dict[str, int]:
        scene.clock.advance(1)
        return ran(scene, **changes)[0].reasons

    def test_the_count_of_an_advocate_who_wins_under_the_draft_alone(self) -> None:
        scene = Scene(rules=(rate(1_000),), caps=())
        clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
        scene.sale("o1", 5_000, click_ids=clicks)
        first_ten = rate(1_000).but(when=AtMost(of="advocate_conversion", value=10))
        said = self.ask(scene, rules=(first_ten,), caps=(), attribution=FIRST)
        assert said == {"facts_of_another_advocate": 1}

    def test_the_level_under_other_tiers(self) -> None:
        scene = Scene(rules=(rate(1_000),), caps=())
        orders(scene, 5_000)
        levels = (Level(name="silver", at_least=0), Level(name="gold", at_least=2))
        tiered = rate(1_000).but(
            reward=TieredReward(by_level={"silver": FlatReward(amount_minor=100)})
        )
        tiers = Tiers(measure="orders", levels=levels)
        said = self.ask(scene, rules=(tiered,), caps=(), tiers=tiers)
        assert said == {"level_not_known": 1}
        asks = rate(1_000).but(when=OneOf(of="channel", values=("web",)))
        assert self.ask(scene, rules=(asks,), caps=(), tiers=tiers) == {}

    def test_whose_friend_it_was_if_it_did_not_matter(self) -> None:
        scene = Scene(rules=(rate(1_000),), caps=(), attribution=AttributionRules(sticky=False))
        for order in ("o1", "o2"):
            scene.sale(order, 5_000, click_ids=(scene.click(),), customer={"customer_id": "c1"})
            scene.clock.advance(HOUR_MS)
        assert self.ask(scene, rules=(rate(1_000),), caps=()) == {"first_advocate_not_known": 1}

    def test_touches_that_were_not_kept(self) -> None:
        scene = Scene(rules=(rate(1_000),), caps=())
        scene.sale("o1", 5_000, click_ids=(scene.click(),))
        decision = scene.decision
        dropped = decision.attribution.but(dropped=3)
        change = Change()
        change.replace(decision.but(attribution=dropped))
        scene.store.commit(change)
        said = self.ask(scene, rules=(rate(1_000),), caps=(), attribution=FIRST)
        assert said == {"touches_not_kept": 1}

    def test_the_rate_under_other_rules_of_exchange(self) -> None:
        from goodword.programs.rates import Rate  # noqa: PLC0415 - this one test has a rate

        scene = Scene(rules=(rate(1_000),), caps=(), currencies="convert")
        change = Change()
        change.create(
            Rate(
                base="EUR",
                quote="USD",
                day="2025-11-22",
                rate="1.1",
                source="ECB",
                set_ms=1,
                set_by="u",
            )
        )
        scene.store.commit(change)
        scene.sale("o1", 5_000, click_ids=(scene.click(),), currency="USD")
        said = self.ask(scene, rules=(rate(500),), caps=(), currencies="refuse")
        assert said == {"changed_at_another_rate": 1}


def test_an_earlier_order_that_came_late_is_known_to_a_draft_that_asks() -> None:
    """Any order earned; under the draft the first alone does, which is the one told last."""
    scene = Scene(rules=(rate(1_000),), caps=())
    friend = {"customer_id": "c1"}
    scene.sale("o1", 5_000, click_ids=(scene.click("MAYA7", 9),), customer=friend)
    late = scene.clock.at_ms - 2 * DAY_MS
    scene.clock.advance(HOUR_MS)
    scene.sale("o0", 5_000, click_ids=(), customer=friend, occurred_ms=late)
    scene.clock.advance(HOUR_MS)
    first = rate(1_000).but(action="first_purchase")
    replay, rows = ran(scene, rules=(first,), caps=())
    assert [(one.order_id, one.after_minor, one.why) for one in rows] == [
        ("o1", 0, "not_first_purchase")
    ]
    assert replay.uncertain == 0


def test_decisions_of_several_versions_count_what_their_versions_counted() -> None:
    """Under version 1 nothing was limited; what it gave is in no cap, under the draft it is."""
    scene = Scene(rules=(rate(1_000),), caps=())
    orders(scene, 5_000)
    cap = Cap(period="lifetime", amount_minor=700)
    published(scene, PROGRAM, terms(rules=(rate(1_000),), caps=(cap,)))
    scene.clock.advance(2 * DAY_MS)
    orders(scene, 5_000)
    assert [one.earned_minor for one in scene.all(Reward)] == [500, 500]
    _, rows = ran(scene, rules=(rate(1_000),), caps=(cap,))
    rows = [one for one in scene.all(ReplayChange) if one in rows]
    assert [(one.order_id, one.after_minor) for one in rows] == [("o2", 200)]


def test_a_replay_from_the_beginning_knows_that_nothing_was_used_before() -> None:
    cap = Cap(period="lifetime", amount_minor=700)
    scene = Scene(rules=(rate(1_000).but(friend=CREDIT),), caps=(cap,))
    clicks = (scene.click("MAYA7", 2), scene.click("BEN77", 20))
    scene.sale("o1", 5_000, click_ids=clicks, customer={})
    scene.sale("o2", 5_000, click_ids=clicks, customer={"customer_id": "c2"})
    scene.clock.advance(1)
    changed = terms(rules=(rate(1_000).but(friend=CREDIT),), caps=(cap,), attribution=FIRST)
    replay = replayed(scene, drafted(scene, PROGRAM, changed), 200)
    assert (replay.changed, replay.reasons) == (4, {})


def test_a_friend_who_was_not_known_then_gets_nothing_by_being_known_now() -> None:
    """The second delivery names the customer; what stands is what was decided."""
    scene = Scene(rules=(rate(1_000).but(friend=CREDIT),), caps=())
    click = scene.click()
    scene.sale("o1", 5_000, click_ids=(click,), customer={})
    scene.sale("o1", 5_000, click_ids=(click,), customer={"customer_id": "c1"})
    scene.clock.advance(1)
    replay, rows = ran(scene, rules=(rate(1_000).but(friend=CREDIT),), caps=())
    assert (rows, replay.reasons) == ([], {})


def flat(name: str, amount: int, unit: str = "money") -> Rule:
    reward = {"kind": "flat", "amount_minor": amount}
    return Rule.model_validate({"rule_id": name, "action": "sale", "reward": reward, "unit": unit})


def test_a_limit_on_a_number_counts_points_as_money() -> None:
    two = Cap(rewards=2, period="lifetime")
    scene = Scene(rules=(POINTS,), caps=())
    orders(scene, 5_000, 5_000, 5_000)
    replay, rows = ran(scene, rules=(POINTS,), caps=(two,))
    assert [(one.order_id, one.before_minor, one.after_minor, one.currency) for one in rows] == [
        ("o3", 20, 0, "POINTS")
    ]
    assert (replay.no_longer_earning, replay.uncertain) == (1, 0)


def test_a_reward_that_becomes_points_leaves_the_limit_on_money_to_others() -> None:
    """10.00 in all: 5.00 and 3.00, then 2.00 of 5.00; as points they leave 3.00 and 3.00."""
    caps = (Cap(amount_minor=1_000, period="lifetime"), Cap(rewards=9, period="lifetime"))
    scene = Scene(rules=(flat("r", 500), flat("s", 300)), caps=caps)
    orders(scene, 5_000, 5_000)
    replay, _ = ran(scene, rules=(flat("r", 500, "points"), flat("s", 300)), caps=caps)
    assert replay.before_minor == {"EUR": 1_000, "POINTS": 0}
    assert replay.after_minor == {"EUR": 600, "POINTS": 1_000}
    assert replay.uncertain == 0


def test_a_budget_is_known_behind_a_rule_of_points() -> None:
    """The first line of the decision tells of the number alone, the second of all limits."""
    nine = Cap(rewards=9, period="lifetime")
    scene = Scene(rules=(POINTS, rate(1_000)), caps=(nine,))
    change = Change()
    limit = BudgetLimit(period="lifetime", amount_minor=600)
    change.replace(scene.one(Program).but(budget=(limit,)))
    scene.store.commit(change)
    orders(scene, 5_000, 5_000)
    replay, _ = ran(scene, rules=(POINTS, rate(2_000)), caps=(nine,))
    assert (replay.before_minor["EUR"], replay.after_minor["EUR"]) == (600, 600)
    assert replay.uncertain == 0
