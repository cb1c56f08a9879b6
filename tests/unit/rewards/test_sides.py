"""Both sides, units and levels: who is who, what is refused, and exact totals in any order."""

import pytest
from goodword.conversions.model import Conversion, ConversionFact, Customer, Identity, ReversalFact
from goodword.ledger.model import Entry
from goodword.programs.model import Rule, Terms
from goodword.programs.tiers import Tiers
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.rewards.tally import Sum, Tally, months_of
from goodword.times import DAY_MS, parse_rfc3339
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.bookkeeping_rules import rule_of
from tests.support.desk import NOW_MS
from tests.support.scene import Scene, sale, terms
from tests.support.worked import balanced, holdings


def scene_of(rule: str, **changes: object) -> Scene:
    made = rule_of(0, rule, lambda text: int(text.replace(".", "")))
    return Scene(rules=(made,), caps=(), **changes)


def test_a_friend_is_known_again_by_a_random_id_alone() -> None:
    scene = scene_of("10 % + friend 5.00 credit")
    for name in ("1", "2"):
        scene.sale(name, 5_000, click_ids=(scene.click(),))
    friends = {one.advocate_id for one in scene.all(Reward) if one.side == "friend"}
    assert friends == {one.friend_id for one in scene.all(Identity)}
    (friend,) = friends
    assert friend.startswith("frd_")
    assert "friend@x.example" not in str([*scene.all(Reward), *scene.all(Entry)])


def test_a_friend_nobody_knows_gets_nothing_and_it_says_so() -> None:
    scene = scene_of("10 % + friend 5.00 credit")
    scene.sale("1", 5_000, customer=Customer(), click_ids=(scene.click(),))
    assert [one.side for one in scene.all(Reward)] == ["advocate"]
    (line,) = scene.decision.friend_lines
    assert (line.reason, line.earned_minor) == ("customer_not_known", 0)


def test_a_friends_share_of_less_than_a_cent_is_no_reward() -> None:
    scene = scene_of("10 % + friend 1 % credit")
    scene.sale("1", 40, click_ids=(scene.click(),))
    assert [(one.side, one.earned_minor) for one in scene.all(Reward)] == [("advocate", 4)]
    (line,) = scene.decision.friend_lines
    assert (line.computed_minor, line.earned_minor) == (0, 0)


def test_the_friends_side_moves_with_the_order_to_another_advocate() -> None:
    scene = scene_of("10 % + friend 5.00 credit")
    scene.sale("1", 5_000, click_ids=(scene.click("BEN77", 2),))
    scene.sale("1", 5_000, click_ids=(scene.click("MAYA7", 1),))
    states = sorted((one.side, one.state, one.remaining_minor) for one in scene.all(Reward))
    assert states == [
        *(("advocate", "pending", 500), ("advocate", "void", 500)),
        *(("friend", "pending", 500), ("friend", "void", 500)),
    ]
    assert len(scene.all(Decision)) == 2
    balanced(scene)


def test_a_level_stays_that_of_the_first_decision() -> None:
    tiers = Tiers.model_validate_json(
        '{"measure":"orders","levels":[{"name":"silver","at_least":0},{"name":"gold","at_least":1}]}'
    )
    scene = scene_of("silver 5 % | gold 10 %", tiers=tiers)
    for name in ("1", "2"):
        scene.clock.at_ms += 1
        scene.sale(name, 5_000, click_ids=(scene.click(),))
    found = {one.order_id: one.place.level for one in scene.all(Conversion) if one.place}
    assert found == {"1": "silver", "2": "gold"}
    scene.sale("1", 5_000, click_ids=(scene.click(days_ago=0.5),))
    assert holdings(scene) == "maya 7.50"


@pytest.mark.parametrize(
    ("period", "at", "months"),
    [
        ("month", "2026-02-03T00:00:00Z", ("2026-02",)),
        ("quarter", "2026-02-03T00:00:00Z", ("2026-01", "2026-02", "2026-03")),
        ("quarter", "2025-12-31T23:59:59Z", ("2025-10", "2025-11", "2025-12")),
    ],
)
def test_months_of_a_period(period: str, at: str, months: tuple[str, ...]) -> None:
    assert months_of(period, parse_rfc3339(at)) == months  # type: ignore[arg-type]


TENTH = {"kind": "percentage", "basis_points": 1_000}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"unit": "gift"}, "say which gift"),
        ({"unit": "code", "item": "X", "reward": TENTH}, "by the piece"),
        ({"friend": {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "money"}}, "Input sh"),
        ({"friend": {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "gift"}}, "say which"),
        ({"reward": {"kind": "tiered", "by_level": {}}}, "at least 1"),
        (
            {"action": "lead", "friend": {"reward": TENTH, "unit": "points"}},
            "a lead has no order",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_refused(fields: dict[str, object], message: str) -> None:
    base = {"rule_id": "r", "action": "sale", "reward": {"kind": "flat", "amount_minor": 5}}
    with pytest.raises(ValidationError, match=message):
        Rule.model_validate(base | fields)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([("a", 0)], "at least 2"),
        ([("a", 1), ("b", 2)], "rise from 0"),
        ([("a", 0), ("b", 5), ("c", 5)], "rise from 0"),
        ([("a", 0), ("a", 5)], "same name"),
    ],
)
def test_levels_that_do_not_rise_are_refused(levels: list[tuple[str, int]], message: str) -> None:
    made = tuple({"name": name, "at_least": end} for name, end in levels)
    with pytest.raises(ValidationError, match=message):
        Tiers.model_validate({"measure": "orders", "levels": made})


def test_a_rule_names_only_levels_that_there_are() -> None:
    rule = rule_of(0, "silver 5 % | gold 10 %", int)
    with pytest.raises(ValidationError, match="unknown_level"):
        Terms.model_validate(dict(terms()) | {"rules": (rule,)})


@st.composite
def histories(draw: st.DrawFn) -> list[ConversionFact | ReversalFact]:
    """Orders of several customers, some with refunds, some days apart."""
    facts: list[ConversionFact | ReversalFact] = []
    for number in range(draw(st.integers(1, 5))):
        at_ms = NOW_MS - draw(st.integers(0, 25)) * DAY_MS
        customer = Customer(customer_id=draw(st.sampled_from(("x", "y", "z"))))
        amount = draw(st.sampled_from((999, 3_000, 5_000)))
        codes = draw(st.sampled_from((("MAYA7",), ("BEN77",))))
        facts.append(sale(f"o{number}", amount, at_ms, customer=customer, codes=codes))
        for refund in range(draw(st.integers(0, 2))):
            fields = {
                "refund_id": f"r{refund}",
                "orders": (f"o{number}",),
                "occurred_ms": at_ms,
                "currency": "EUR",
                "amount_minor": draw(st.one_of(st.none(), st.integers(1, 6_000))),
                "of": "net",
            }
            facts.append(ReversalFact.model_validate(fields))
    return facts


def played(facts: list[ConversionFact | ReversalFact]) -> Scene:
    """The facts, one delivery each."""
    scene = scene_of("10 % + friend 5 % points")
    for fact in facts:
        assert scene.deliver(fact).state == "booked"
    return scene


def totals(scene: Scene) -> dict[str, Sum]:
    """What counts for each advocate's level, recounted from the conversions."""
    found: dict[str, Sum] = {}
    for one in scene.all(Conversion):
        if one.advocate_id:
            gone = one.net_minor if one.claims and one.claims.wholes else one.refunded_net_minor
            left = one.net_minor - gone
            more = Sum(orders=1 if left else 0, net_minor=left)
            found[one.advocate_id] = found.get(one.advocate_id, Sum()).plus(more)
    return {name: sum for name, sum in found.items() if sum != Sum()}


@settings(max_examples=300, deadline=None)
@given(st.data(), histories())
def test_totals_and_both_sides_are_the_same_for_any_order_of_arrival(
    data: st.DataObject, facts: list[ConversionFact | ReversalFact]
) -> None:
    first, second = played(facts), played(data.draw(st.permutations(facts)))
    for scene in (first, second):
        balanced(scene)
        tallies = {one.advocate_id: one.in_all for one in scene.all(Tally) if one.in_all != Sum()}
        assert tallies == totals(scene)
    assert totals(first) == totals(second)
    assert holdings(first) == holdings(second)
