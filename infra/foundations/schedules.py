"""A clock starts a function through a role that may start that function and nothing else."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from infra.foundations.alarms import Alarms
from infra.foundations.installation import Installation

TRIES_MAX = 3  # the next tick does the same work; a late start is worth less than a fresh one
AGE_SECONDS_MAX = 300


@dataclass(frozen=True)
class Schedules:
    """Starts functions by the clock; what could not be started is set aside."""

    stack: Stack
    at: Installation
    alarms: Alarms
    set_aside: sqs.Queue

    def start(self, function: lambda_.Function, on_aws: str, description: str) -> None:
        """`start(f, "rate(5 minutes)", "...")`; times are UTC, a laptop ticks every minute."""
        name = function.node.id
        role = iam.Role(
            self.stack,
            f"{name}ClockRole",
            description=f"Starts {name} by the clock",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": self.stack.account}}
            ),
            inline_policies={"start": self._may_start(function)},
        )
        scheduler.CfnSchedule(
            self.stack,
            f"{name}Clock",
            description=description,
            schedule_expression=self.at.schedule(on_aws),
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=TRIES_MAX,
                    maximum_event_age_in_seconds=AGE_SECONDS_MAX,
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                    arn=self.set_aside.queue_arn
                ),
            ),
        )
        self.alarms.on_errors(name, function)

    def _may_start(self, function: lambda_.Function) -> iam.PolicyDocument:
        return iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"], resources=[function.function_arn]
                ),
                iam.PolicyStatement(
                    actions=["sqs:SendMessage"], resources=[self.set_aside.queue_arn]
                ),
            ]
        )
