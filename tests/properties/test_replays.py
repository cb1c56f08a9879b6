"""A draft that changes nothing changes nothing, whatever has happened; and favour is favour."""

from collections import Counter
from collections.abc import Sequence

import pytest
from goodword.conversions.model import Fact, ReinstatementFact, ReversalFact
from goodword.errors import Conflict, NotAllowed
from goodword.events import Actor
from goodword.ports import Change
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.drafts import Drafts
from goodword.programs.favour import solely_in_favour
from goodword.programs.model import (
    FlatReward,
    PercentageReward,
    Program,
    ProgramVersion,
    Rule,
    Terms,
    version_at,
)
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Publishing, Wish
from goodword.programs.replay import ReplayChange
from goodword.programs.rules import FriendSide
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.properties.test_conversions import stories
from tests.support.desk import NOW_MS
from tests.support.publishing import drafted, replayed
from tests.support.scene import PROGRAM, Scene, terms

SLOW = [HealthCheck.too_slow]


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """One to three rules for sales."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        minimum = draw(st.sampled_from((0, 0, 1_000, 4_000)))
        rate = PercentageReward(basis_points=draw(st.integers(1, 4_000)))
        flat = FlatReward(amount_minor=draw(st.integers(1, 900)))
        reward = rate if draw(st.booleans()) else flat
        found.append(
            Rule(rule_id=f"r{number}", action="sale", reward=reward, minimum_order_minor=minimum)
        )
    return tuple(found)


@st.composite
def caps(draw: st.DrawFn) -> tuple[Cap, ...]:
    """None, or one or two of different kinds."""
    one = st.sampled_from(
        (
            Cap(amount_minor=700),
            Cap(amount_minor=300, period="day"),
            Cap(amount_minor=900, period="lifetime"),
            Cap(rewards=2, period="week"),
            Cap(scope="friend", amount_minor=500, period="lifetime"),
            Cap(scope="programme", amount_minor=1_100, period="month"),
            Cap(scope="programme", rewards=3, period="lifetime"),
        )
    )
    return tuple(draw(st.lists(one, max_size=2, unique_by=lambda cap: cap.name)))


@st.composite
def some_terms(draw: st.DrawFn) -> Terms:
    """Random rules and limits."""
    return terms(rules=draw(rules()), caps=draw(caps()))


def play(scene: Scene, facts: Sequence[Fact], data: st.DataObject) -> None:
    """Deliver in any order, while time passes and people refuse some rewards."""
    for fact in data.draw(st.permutations(facts)):
        scene.deliver(fact)
        scene.clock.advance(data.draw(st.sampled_from((0, 1, HOUR_MS, DAY_MS))))
        waiting = [one for one in scene.all(Reward) if one.state == "pending"]
        if waiting and data.draw(st.sampled_from((False, False, False, True))):
            scene.approval.assess(waiting[0].reward_id)
        held = [one for one in scene.all(Reward) if one.state == "on_hold"]
        if held:
            approve, code = data.draw(st.booleans()), "other"
            scene.approval.decide(
                held[0].reward_id, approve=approve, code=code, decider_advocate_id=None
            )


@st.composite
def all_sides(draw: st.DrawFn) -> Terms:
    """Rules of every kind of order, with friends' sides and units that are no money."""
    found = []
    for one in draw(rules()):
        action = draw(st.sampled_from(("sale", "sale", "first_purchase", "repeat_purchase")))
        side = draw(st.sampled_from((None, None, *FRIENDS)))
        points = isinstance(one.reward, FlatReward) and draw(st.booleans())
        unit = "points" if points else "money"
        found.append(one.but(action=action, friend=side, unit=unit))
    return terms(rules=tuple(found), caps=draw(caps()))


FRIENDS = (
    FriendSide(reward=FlatReward(amount_minor=500), unit="store_credit"),
    FriendSide(reward=FlatReward(amount_minor=1), unit="code", item="WELCOME", on_refund="keep"),
)


def disputes(draw: st.DrawFn, facts: Sequence[Fact]) -> list[Fact]:
    """Some of the refunds were chargebacks that the shop has won."""
    return [
        ReinstatementFact(
            refund_id=one.refund_id, orders=one.orders, occurred_ms=one.occurred_ms, currency="EUR"
        )
        for one in facts
        if isinstance(one, ReversalFact) and draw(st.sampled_from((False, False, True)))
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """A story, or two of them, with chargebacks that were won; ids apart."""
    facts = draw(stories())
    return [*facts, *disputes(draw, facts)]


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(st.data(), all_sides(), histories(), st.sampled_from((None, None, 600, 1_500)))
def test_a_replay_of_an_unchanged_draft_changes_nothing(
    data: st.DataObject, now: Terms, facts: list[Fact], budget: int | None
) -> None:
    """Whatever happened: late orders, decisions anew, refunds, limits of every kind, a budget."""
    scene = Scene(rules=now.rules, caps=now.caps)
    if budget is not None:
        limit = BudgetLimit(
            period=data.draw(st.sampled_from(("month", "lifetime"))), amount_minor=budget
        )
        change = Change()
        change.replace(scene.one(Program).but(budget=(limit,)))
        scene.store.commit(change)
    play(scene, facts, data)
    scene.clock.advance(1)
    standing = {one.conversion_id: one for one in scene.all(Decision)}
    before = dict(scene.store.items)
    days = data.draw(st.sampled_from((60, 60, 5, 1)))
    draft = drafted(scene, PROGRAM, terms(rules=now.rules, caps=now.caps))
    replay = replayed(scene, draft, days)
    rows = scene.all(ReplayChange)
    assert (replay.state, replay.changed, rows) == ("done", 0, [])
    assert (replay.uncertain, replay.reasons) == (0, {})
    assert all(amount == 0 for amount in replay.difference_minor.values())
    if days == 60:
        assert replay.conversions + sum(replay.left_out.values()) == len(standing)
        assert replay.total == replay.done == len(scene.all(Decision))
    touched = {key for key, item in scene.store.items.items() if before.get(key) != item}
    money = ("ADV#", "CNV#", "IDN#", "RWD#", "ENT#", "ORD#")
    assert not [key for key in touched if key.pk.startswith(money)]


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(st.data(), some_terms(), some_terms(), stories())
def test_without_limits_a_replay_says_what_the_draft_would_have_given(
    data: st.DataObject, now: Terms, new: Terms, facts: list[Fact]
) -> None:
    """The same facts in a world where the draft had been there from the start."""
    scene, other = Scene(rules=now.rules, caps=()), Scene(rules=new.rules, caps=())
    order = data.draw(st.permutations(facts))
    for fact in order:
        scene.deliver(fact)
        other.deliver(fact)
    scene.clock.advance(1)
    replay = replayed(scene, drafted(scene, PROGRAM, terms(rules=new.rules, caps=())))
    owed = [
        sum(one.remaining_minor for one in world.all(Reward) if one.state == "pending")
        for world in (scene, other)
    ]
    assert sum(replay.difference_minor.values()) == owed[1] - owed[0]


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(st.data(), all_sides(), all_sides(), histories())
def test_what_a_replay_is_certain_of_is_what_the_draft_would_have_given(
    data: st.DataObject, now: Terms, new: Terms, facts: list[Fact]
) -> None:
    """With limits, two-sided rewards and points, against the world where the draft always was."""
    scene = Scene(rules=now.rules, caps=now.caps)
    other = Scene(rules=new.rules, caps=new.caps)
    for fact in data.draw(st.permutations(facts)):
        for world in (scene, other):
            world.deliver(fact)
            world.clock.advance(1)
    replay = replayed(scene, drafted(scene, PROGRAM, terms(rules=new.rules, caps=new.caps)))
    owed = [Counter[str](), Counter[str]()]
    for world, sums in zip((scene, other), owed, strict=True):
        for one in world.all(Reward):
            sums[one.currency] += one.remaining_minor if one.state == "pending" else 0
    event("certain" if not replay.uncertain else "uncertain")
    if not replay.uncertain:
        units = {*owed[0], *owed[1]}
        real = {unit: owed[1][unit] - owed[0][unit] for unit in units}
        said = replay.difference_minor
        assert {unit: said.get(unit, 0) for unit in units} == real


@st.composite
def pairs_in_favour(draw: st.DrawFn) -> tuple[Terms, Terms]:
    """Terms and a change of them that may be in favour; `solely_in_favour` says if it is."""
    now = draw(some_terms())
    changed = []
    for rule in now.rules:
        lower = min(rule.minimum_order_minor, draw(st.sampled_from((0, 500, 9_000))))
        more = draw(st.sampled_from((0, 0, 1, 50)))
        name = "basis_points" if rule.reward.kind == "percentage" else "amount_minor"
        reward = rule.reward.but(**{name: getattr(rule.reward, name) + more})
        changed.append(rule.but(reward=reward, minimum_order_minor=lower))
    limits = draw(st.sampled_from((now.caps, now.caps, (), now.caps[:1])))
    wider = tuple(
        cap.but(amount_minor=cap.amount_minor + draw(st.sampled_from((0, 400))))
        if cap.amount_minor
        else cap
        for cap in limits
    )
    same = draw(st.booleans())
    days = draw(st.sampled_from((14, 7, 0)))
    kept = now.rules if same else tuple(changed)
    return now, now.but(rules=kept, caps=wider, hold_days=days)


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(st.data(), pairs_in_favour(), stories())
def test_what_is_solely_in_favour_gives_nobody_less(
    data: st.DataObject, pair: tuple[Terms, Terms], facts: list[Fact]
) -> None:
    now, new = pair
    order = data.draw(st.permutations(facts))
    if not solely_in_favour(now, new):
        return
    worlds = [Scene(rules=one.rules, caps=one.caps, hold_days=one.hold_days) for one in pair]
    for fact in order:
        for world in worlds:
            world.deliver(fact)
        had, has = ({b.advocate_id: b.pending_minor for b in w.balances()} for w in worlds)
        assert all(has[one] >= amount for one, amount in had.items())
        limit = worlds[0].one(ProgramVersion).terms.review.auto_approve_limit_minor
        kept = [{one.reward_id: one.remaining_minor for one in w.all(Reward)} for w in worlds]
        both = [(was, kept[1][name]) for name, was in kept[0].items() if name in kept[1]]
        assert not any(was <= limit < now for was, now in both)  # what nobody had to look at


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(st.data(), stories(), st.integers(1, 99))
def test_pinning_does_not_depend_on_the_order_of_arrival_pilots_and_all(
    data: st.DataObject, facts: list[Fact], percent: int
) -> None:
    """Of three versions one is a pilot that was withdrawn; every decision names the right one."""
    scenes = []
    for order in (facts, data.draw(st.permutations(facts))):
        scene = Scene(caps=())
        first = scene.one(ProgramVersion).but(version=0)
        pilot = first.but(
            number=2,
            terms=terms(caps=(), rules=_sale(2_000)),
            effective_ms=NOW_MS - 18 * DAY_MS,
            withdrawn_ms=NOW_MS - 10 * DAY_MS,
            pilot=Pilot(percent=percent),
        )
        third = first.but(
            number=3, terms=terms(caps=(), rules=_sale(500)), effective_ms=NOW_MS - 8 * DAY_MS
        )
        change = Change()
        change.create(pilot, third)
        scene.store.commit(change)
        for fact in order:
            scene.deliver(fact)
        scenes.append(scene)
    versions = scenes[0].all(ProgramVersion)
    for scene in scenes:
        for one in {each.conversion_id: each for each in scene.all(Decision)}.values():
            if (winner := one.attribution.winner) is not None:
                right = version_at(versions, winner.at_ms, winner.advocate_id)
                assert one.version_number == right.number
    told = [
        sorted(
            (one.order_id, one.advocate_id, one.version_number, one.remaining_minor)
            for one in scene.all(Reward)
            if one.state == "pending"
        )
        for scene in scenes
    ]
    assert told[0] == told[1]


PEOPLE = ("sub-otto", "sub-mara", "sub-ada", "sub-zoe")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.booleans()), min_size=1, max_size=4),
)
def test_nobody_publishes_alone(writers: list[str], tries: list[tuple[str, bool]]) -> None:
    """Whoever wrote any revision is refused, admin or not; whoever did not publishes it, once."""
    scene = Scene()
    draft = drafted(scene, PROGRAM, terms(hold_days=20), Actor(kind="staff", id=writers[0]))
    for days, who in enumerate(writers[1:], 21):
        drafts = Drafts(scene.desk(Actor(kind="staff", id=who)))
        new, number = terms(hold_days=days), draft.revision
        draft = drafts.change(PROGRAM, draft.draft_id, new, "x", based_on=1, revision=number)
    replayed(scene, draft)
    done = False
    for who, admin in tries:
        publishing = Publishing(scene.desk(Actor(kind="staff", id=who)))
        wish = Wish(None, "test" if admin else "", admin=admin)
        if done or who in writers:
            with pytest.raises((NotAllowed, Conflict)):
                publishing.publish(PROGRAM, draft.draft_id, draft.digest, wish)
            continue
        made = publishing.publish(PROGRAM, draft.draft_id, draft.digest, wish)
        assert {made.author, *made.editors} == set(writers)
        assert made.publisher == who
        done = True
    assert len(scene.all(ProgramVersion)) == 1 + done


def _sale(points: int) -> tuple[Rule, ...]:
    reward = PercentageReward(basis_points=points)
    return (Rule(rule_id="sale", action="sale", reward=reward),)
