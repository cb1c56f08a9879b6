"""Whatever is set when, and told when: a segment counts as it was when the order happened."""

from random import Random

from goodword.advocates.model import Enrolment
from goodword.advocates.segments import Membership, current, moved, segments_at
from goodword.limits import SEGMENT_TIMES_MAX
from goodword.ports import Change
from goodword.programs.conditions import OneOf
from goodword.programs.model import PercentageReward, Rule
from goodword.rewards.decision import Decision
from goodword.times import HOUR_MS
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scene import MAYA, Scene, sale

NAMES = ("gold", "cafe", "new")
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.booleans(), st.integers(0, 3)), max_size=30)
RULE = Rule(
    rule_id="gold",
    action="sale",
    reward=PercentageReward(basis_points=1_000),
    when=OneOf(of="advocate_segment", values=("gold",)),
)


@given(STEPS)
def test_each_moment_knows_what_was_so_then(steps: list[tuple[str, bool, int]]) -> None:
    """Compared with a list of the sets after each step."""
    times: tuple[Membership, ...] = ()
    now, here, sets = 0, set[str](), {-1: set[str]()}
    for name, joins, later in steps:
        now += later
        times = moved(times, [name] if joins else [], [] if joins else [name], now)
        here = here | {name} if joins else here - {name}
        sets[now] = set(here)
    assert current(times) == here
    assert len(times) <= SEGMENT_TIMES_MAX
    for at in range(-1, now + 3):
        latest = max(one for one in sets if one <= at)
        assert set(segments_at(times, at)) == sets[latest]


@given(
    st.lists(st.sampled_from(["in", "out", "sale"]), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_orders_told_in_any_order_earn_the_same(acts: list[str], random: Random) -> None:
    """Every order is told at a moment of its own, from when it happened to long after."""
    scene = Scene(rules=(RULE,), caps=())
    here, waiting, expected = False, [], {}
    for number, act in enumerate(acts):
        scene.clock.advance(HOUR_MS)
        if act == "sale":
            name, clicks = f"o{number}", (scene.click(days_ago=1),)
            who = {"customer_id": f"c{number}"}
            waiting.append(sale(name, 5_000, scene.clock.at_ms, click_ids=clicks, customer=who))
            expected[name] = 500 if here else 0
        else:
            here = act == "in"
            names = (["gold"], []) if here else ([], ["gold"])
            (one,) = (one for one in scene.all(Enrolment) if one.advocate_id == MAYA)
            change = Change()
            change.replace(one.but(segments=moved(one.segments, *names, scene.clock.at_ms)))
            scene.store.commit(change)
        random.shuffle(waiting)
        for _ in range(len(waiting) // 2):
            scene.deliver(waiting.pop())
    for fact in waiting:
        scene.deliver(fact)
    earned = {
        one.basis.order_id: sum(line.earned_minor for line in one.lines)
        for one in scene.all(Decision)
    }
    assert earned == expected
