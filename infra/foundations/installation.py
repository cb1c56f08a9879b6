"""All that may differ between two installations of the same template is decided here.

The stage says how precious the data is, the target what the template is deployed to. Everything
else reads these properties; no other module compares a stage or a target by name.
"""

from dataclasses import dataclass
from typing import Literal, Self, cast, get_args

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays
from constructs import Node

Stage = Literal["dev", "prod", "local"]
Target = Literal["aws", "local"]


@dataclass(frozen=True)
class Installation:
    """Where this template is going. `bytecode_required` stops a build that cannot compile."""

    stage: Stage = "dev"
    target: Target = "aws"
    bytecode_required: bool = False

    @classmethod
    def from_context(cls, node: Node) -> Self:
        """Read `-c stage=… -c target=… -c bytecode=…`; ValueError names what is not known."""
        stage = node.try_get_context("stage") or "dev"
        target = node.try_get_context("target") or "aws"
        bytecode = node.try_get_context("bytecode") or "wanted"
        for name, value, known in (
            ("stage", stage, get_args(Stage)),
            ("target", target, get_args(Target)),
            ("bytecode", bytecode, ("wanted", "required")),
        ):
            if value not in known:
                raise ValueError(f"context {name}={value}: one of {', '.join(known)}")
        if (stage == "local") != (target == "local"):
            raise ValueError("stage local and target local go together: users sign in by password")
        return cls(cast("Stage", stage), cast("Target", target), bytecode == "required")

    @property
    def prefix(self) -> str:
        """Begins every name that must be unique in an account and a region."""
        return f"goodword-{self.stage}"

    @property
    def on_laptop(self) -> bool:
        """The emulator: schedules every minute, time travel, sign-in by password."""
        return self.target == "local"

    @property
    def keeps_data(self) -> bool:
        """Deleting the stack leaves tables, secrets and the key where they are."""
        return self.stage == "prod"

    @property
    def simulates_rail(self) -> bool:
        """Whether payouts may go to a rail that pays nobody. Never where real money is owed."""
        return self.stage != "prod"

    @property
    def removal(self) -> RemovalPolicy:
        """Of everything that holds data."""
        return RemovalPolicy.RETAIN if self.keeps_data else RemovalPolicy.DESTROY

    @property
    def log_retention(self) -> RetentionDays:
        """Of every log group."""
        return {
            "prod": RetentionDays.THREE_MONTHS,
            "dev": RetentionDays.TWO_WEEKS,
            "local": RetentionDays.ONE_DAY,
        }[self.stage]

    def schedule(self, on_aws: str) -> str:
        """The expression for AWS; on a laptop every clock ticks once a minute."""
        return "rate(1 minute)" if self.on_laptop else on_aws

    def exactly(self, operator: str) -> str:
        """A condition operator over a key that the emulator does not fill in.

        ministack 1.5 knows neither `kms:EncryptionContext:*` nor `ses:FromAddress`, and a missing
        key fails a positive condition; there the condition is checked only if the key is there.
        """
        return f"{operator}IfExists" if self.on_laptop else operator

    def named(self, *arns: str) -> list[str]:
        """Resources of an action that the emulator checks against `*` and AWS against an ARN.

        These are the answers to waiting tasks and sending mail; seen in ministack 1.5.
        """
        return ["*"] if self.on_laptop else list(arns)
