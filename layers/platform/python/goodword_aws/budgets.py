"""A programme's budget over the API: what it is, what is used of it, and what is left."""

from typing import Self

from goodword.limits import BUDGET_LIMITS_MAX
from goodword.programs.caps import BudgetLimit
from goodword.records import Value
from goodword.rewards.budget import BudgetState, LimitState
from pydantic import Field, model_validator

from goodword_aws.forms import ReasonCode


class SetBudget(Value):
    """The whole budget anew: what it does not name is limited no more. `limits` may be empty."""

    limits: tuple[BudgetLimit, ...] = Field(max_length=BUDGET_LIMITS_MAX)
    reason: ReasonCode

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if len({limit.period for limit in self.limits}) != len(self.limits):
            raise ValueError("two limits are of the same period")
        return self


class BudgetAnswer(Value):
    """The budget, and where every limit of the whole programme stands in the running period.

    Amounts of the measure `money` are in minor units of `currency`, those of `rewards` a number.
    """

    program_id: str
    currency: str
    budget: tuple[BudgetLimit, ...]
    limits: tuple[LimitState, ...]


def budget_answer(state: BudgetState) -> BudgetAnswer:
    """The state as an answer."""
    return BudgetAnswer(**dict(state))
