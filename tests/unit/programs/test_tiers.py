"""A rule may name only levels that there are; what it names else is refused where it stands."""

import pytest
from goodword.programs.conditions import AllOf, AtLeast, Condition, Equals, NoneOf, NotSo, OneOf
from goodword.programs.model import FlatReward, Rule, Terms
from goodword.programs.rules import TieredReward
from goodword.programs.tiers import Level, Tiers
from pydantic import ValidationError

from tests.support.scene import terms

TIERS = Tiers(
    measure="orders", levels=(Level(name="silver", at_least=0), Level(name="gold", at_least=9))
)
FLAT = FlatReward(amount_minor=5)


def written(tiers: Tiers | None, *conditions: Condition | None) -> Terms:
    """Terms with a rule for each condition."""
    rules = tuple(
        Rule(rule_id=f"r{number}", action="sale", reward=FLAT, when=one)
        for number, one in enumerate(conditions)
    )
    return terms(rules=rules, tiers=tiers)


def places(wrong: ValidationError) -> list[tuple[str, str]]:
    """What is wrong, each with its path."""
    return [(".".join(map(str, one["loc"])), one["type"]) for one in wrong.errors()]


def test_every_unknown_level_is_named_with_its_place() -> None:
    inner = AllOf(
        conditions=(
            AtLeast(of="order_net", value=1),
            NoneOf(of="level", values=("silver", "platin")),
        )
    )
    with pytest.raises(ValidationError) as wrong:
        written(
            TIERS,
            None,
            Equals(of="level", value="bronze"),
            NotSo(condition=inner),
            OneOf(of="brand", values=("bronze",)),
        )
    assert places(wrong.value) == [
        ("rules.1.when.value", "unknown_level"),
        ("rules.2.when.condition.conditions.1.values.1", "unknown_level"),
    ]
    assert "bronze" not in str(wrong.value)


def test_a_reward_by_levels_names_levels_that_there_are() -> None:
    rule = Rule(
        rule_id="a", action="sale", reward=TieredReward(by_level={"gold": FLAT, "iron": FLAT})
    )
    assert terms(rules=(rule.but(reward=TieredReward(by_level={"gold": FLAT})),), tiers=TIERS)
    with pytest.raises(ValidationError) as wrong:
        terms(rules=(rule,), tiers=TIERS)
    assert places(wrong.value) == [("rules.0.reward.by_level.iron", "unknown_level")]


@pytest.mark.parametrize("name", ["gold", "Gold", "SILVER"])
def test_levels_are_asked_for_without_regard_to_case_and_only_where_there_are_any(
    name: str,
) -> None:
    asked = Equals(of="level", value=name)
    assert written(TIERS, asked).rules[0].when == asked
    with pytest.raises(ValidationError, match="unknown_level"):
        written(None, asked)
