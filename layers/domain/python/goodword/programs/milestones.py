"""A milestone is named in the terms and reached once: so many orders, so much net, so many years.

What it gives is decided by the rules of the action `event`, for an event of its name: a rule that
asks for `milestone_first_referral` and gives a share of 100 % gives `reward_minor`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from goodword.money import NaturalIn, NaturalMinor, PositiveMinor
from goodword.programs.possible import could_give
from goodword.programs.rules import Rule
from goodword.records import Value

Measure = Literal["orders", "net", "years"]
MilestoneId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Title = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class Milestone(Value):
    """`orders` counts those that stand, `net` sums them (minor units), `years` since one joined.

    `title` is what people read. Without a `reward_minor` it is shown and told, and gives nothing.
    It is credited in the programme's own currency; `reward_in` says what that is in others.
    """

    milestone_id: MilestoneId
    title: Title
    measure: Measure
    at_least: PositiveMinor
    reward_minor: NaturalMinor | None = None
    reward_in: NaturalIn = {}

    @property
    def event_name(self) -> str:
        """The name by which rules know that it was reached."""
        return f"milestone_{self.milestone_id}"


def check_milestones(milestones: Sequence[Milestone], rules: Sequence[Rule]) -> None:
    """ValueError for two of one name, or one that promises what no rule can give."""
    if len({one.milestone_id for one in milestones}) != len(milestones):
        raise ValueError("two milestones have the same milestone_id")
    for one in milestones:
        if one.reward_minor is not None and not could_give(rules, one.event_name):
            raise ValueError(f"no rule of the action event gives anything for {one.event_name}")
