"""Levels and milestones that tests of both use."""

from goodword.programs.conditions import Equals
from goodword.programs.milestones import Milestone
from goodword.programs.model import PercentageReward, Rule
from goodword.programs.rules import TieredReward
from goodword.programs.tiers import Level, Tiers

TIERS = Tiers(
    measure="orders",
    levels=(
        Level(name="bronze", at_least=0),
        Level(name="silver", at_least=2),
        Level(name="gold", at_least=5),
    ),
)
FIRST = Milestone(
    milestone_id="first",
    title="Your first recommendation",
    measure="orders",
    at_least=1,
    reward_minor=500,
)
RULES = (
    Rule(rule_id="sale", action="sale", reward=PercentageReward(basis_points=1_000)),
    Rule(
        rule_id="first",
        action="event",
        reward=PercentageReward(basis_points=10_000),
        when=Equals(of="event_name", value="milestone_first"),
    ),
)
LEVELLED = (
    Rule(
        rule_id="sale",
        action="sale",
        reward=TieredReward(
            by_level={
                "bronze": PercentageReward(basis_points=500),
                "silver": PercentageReward(basis_points=1_000),
                "gold": PercentageReward(basis_points=2_000),
            }
        ),
    ),
    RULES[1],
)
