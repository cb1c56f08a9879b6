"""Which checks a programme runs, how each acts, and from how many points; a part of its terms.

A check that is not named stands as `DEFAULTS` has it. `shadow` records what it would have done and
changes nothing; `off` does not look. No check refuses unless the terms name `refuse_points`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from goodword.money import NaturalIn, NaturalMinor
from goodword.records import Value

CheckName = Literal[
    "self_referral",
    "addresses",
    "velocity",
    "click_time",
    "stuffing",
    "coupon",
    "returning",
    "ring",
    "geography",
]
Mode = Literal["active", "shadow", "off"]
Points = Annotated[int, Field(ge=1, le=1_000)]


class CheckTerms(Value):
    """How one check acts: on hold from `hold_points`, refused from `refuse_points` if named."""

    mode: Mode = "active"
    hold_points: Points = 60
    refuse_points: Points | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.refuse_points is not None and self.refuse_points < self.hold_points:
            raise ValueError("refuse_points must not be below hold_points")
        return self


class CheckLimits(Value):
    """What is too many, too fast or too far, where a check counts. Defaults suit a shop."""

    link_orders_day: int = Field(default=40, ge=1, le=59)
    network_customers_day: int = Field(default=25, ge=2, le=40)
    device_customers_day: int = Field(default=3, ge=2, le=40)
    fast_seconds: int = Field(default=10, ge=0, le=3_600)
    household_customers: int = Field(default=4, ge=1, le=40)
    address_customers: int = Field(default=6, ge=2, le=40)


class TrustTerms(Value):
    """The trust part of a programme's terms.

    `total_hold_points` holds what no single check holds but all active ones together do.
    Approvals of more than `second_look_minor` take two people. `dispute_days` is how long staff has
    to answer a dispute, `dispute_escalation_days` when it is escalated again if nobody does;
    `appeal_days` how long a banned person may appeal.
    """

    checks: dict[CheckName, CheckTerms] = {}
    limits: CheckLimits = CheckLimits()
    total_hold_points: Points = 100
    second_look_minor: NaturalMinor | None = None
    second_look_in: NaturalIn = {}
    dispute_days: int = Field(default=7, ge=1, le=60)
    dispute_escalation_days: int = Field(default=7, ge=1, le=60)
    appeal_days: int = Field(default=30, ge=1, le=365)

    def of(self, name: CheckName) -> CheckTerms:
        """How a check acts under these terms."""
        return self.checks.get(name) or DEFAULTS.get(name) or CheckTerms()


# A returning customer matters only to programmes that pay for new ones; they switch it on.
DEFAULTS: Mapping[CheckName, CheckTerms] = {"returning": CheckTerms(mode="shadow")}
