"""What needs a person raises an alarm, and every alarm goes to one topic.

Alarms stay quiet when there is no data: a metric that nobody emits is not a fault.
"""

from dataclasses import dataclass

from aws_cdk import CfnCondition, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

NAMESPACE = "Goodword"
STREAM_AGE_MINUTES_MAX = 15  # a sweeper looks every five; three rounds without progress are a fault


@dataclass(frozen=True)
class Alarms:
    """Puts alarms on things; `topic` hears them all."""

    scope: Construct
    at: Installation
    topic: sns.Topic

    def on_dead_letters(self, name: str, queue: sqs.Queue) -> None:
        """Anything at all in a queue of last resort."""
        visible = queue.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic="Maximum"
        )
        self._above(f"{name}Filled", visible, 0, f"{name} holds what could not be handled")

    def on_stream_age(self, name: str, function: lambda_.Function) -> None:
        """The oldest record that the function has not handled yet."""
        age = function.metric("IteratorAge", period=Duration.minutes(1), statistic="Maximum")
        limit = STREAM_AGE_MINUTES_MAX * 60 * 1000
        self._above(f"{name}Late", age, limit, f"{name} is more than 15 minutes behind its stream")

    def on_errors(self, name: str, function: lambda_.Function) -> None:
        """Two failed runs within an hour of a function that a clock starts."""
        errors = function.metric_errors(period=Duration.hours(1), statistic="Sum")
        self._above(f"{name}Failing", errors, 1, f"{name} failed more than once within an hour")

    def on_machine(self, name: str, machine: sfn.StateMachine) -> None:
        """Executions that failed, timed out or were aborted."""
        for what, metric in (
            ("Failed", machine.metric_failed(period=Duration.minutes(5), statistic="Sum")),
            ("TimedOut", machine.metric_timed_out(period=Duration.minutes(5), statistic="Sum")),
            ("Aborted", machine.metric_aborted(period=Duration.minutes(5), statistic="Sum")),
        ):
            self._above(f"{name}{what}", metric, 0, f"an execution of {name} ended badly: {what}")

    def on_count(self, metric_name: str, description: str, *, periods: int = 1) -> None:
        """Any count of one of our own metrics in so many periods of five minutes on end."""
        metric = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric_name,
            dimensions_map={"stage": self.at.stage},
            period=Duration.minutes(5),
            statistic="Sum",
        )
        self._above(metric_name, metric, 0, description, periods)

    def _above(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        description: str,
        periods: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self.scope,
            f"{name}Alarm",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))


def make_alarms(scope: Construct, at: Installation, address: str, is_given: CfnCondition) -> Alarms:
    """The topic, with the address subscribed where one is given."""
    topic = sns.Topic(scope, "AlarmTopic", display_name="Goodword alarms", enforce_ssl=True)
    # A policy of its own takes the place of the one by which CloudWatch may publish.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    subscription = sns.CfnSubscription(
        scope,
        "AlarmMailSubscription",
        topic_arn=topic.topic_arn,
        protocol="email",
        endpoint=address,
    )
    subscription.cfn_options.condition = is_given
    acknowledge(
        subscription,
        "Serverless-SNSRedrivePolicy",
        "A mail that cannot be delivered has no later reader; the alarm itself stays on.",
    )
    return Alarms(scope, at, topic)
