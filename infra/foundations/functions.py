"""Every function has its own role, its own log group and only the settings it names.

The directory names the function: `functions/tracking_web` is `goodword-<stage>-tracking_web`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation
from infra.layers import Sources

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
RUN_RETRIES_MAX = 2  # of an asynchronous call, by Lambda itself
OF_EVERY_FUNCTION = {
    "AwsSolutions-L1": "Packages and bytecode are of Python 3.13; all functions move at once.",
    "Serverless-LambdaLatestVersion": "The same: all functions move to a new Python at once.",
    "Serverless-LambdaDLQ": (
        "Streams, queues, the API and state machines see a failed call themselves; failed runs of "
        "functions that a clock starts go to the FailedRuns queue."
    ),
    "Serverless-LambdaTracing": (
        "Traces of a redirect would cost more than the redirect; ids in the log lines and the "
        "journal join what belongs together."
    ),
}
ALWAYS = ("GOODWORD_STAGE", "CLOCK_FILE")


@dataclass(frozen=True)
class Shape:
    """Size of a function. `hot` is the redirect: no dependencies layer, no START and END lines."""

    timeout_seconds: int = 15
    memory_mb: int = 512
    hot: bool = False


@dataclass
class Functions:
    """Makes functions; `settings` holds the values of all settings that exist so far."""

    scope: Construct
    at: Installation
    sources: Sources
    settings: dict[str, str]
    made: dict[str, lambda_.Function] = field(default_factory=dict)
    _layers: dict[str, lambda_.LayerVersion] = field(default_factory=dict)

    def make(
        self,
        name: str,
        does: str,
        *,
        needs: Sequence[str],
        may: Sequence[iam.PolicyStatement],
        shape: Shape = Shape(),
        set_aside: sqs.Queue | None = None,
    ) -> lambda_.Function:
        """The function `name`, with the settings it `needs` and what its role `may` do.

        With `set_aside`, an asynchronous call that keeps failing is sent there.

        A setting that has no value yet is a KeyError: what it names must be made before.
        """
        full_name = f"{self.at.prefix}-{name}"
        log_group = logs.LogGroup(
            self.scope,
            f"{_camel(name)}Logs",
            log_group_name=f"/aws/lambda/{full_name}",
            retention=self.at.log_retention,
            removal_policy=self.at.removal,
        )
        function = lambda_.Function(
            self.scope,
            _camel(name),
            function_name=full_name,
            description=does,
            code=self.sources.function(name),
            handler="handler.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            layers=self._layers_for(shape),
            role=self._role(name, log_group, may),
            environment=self._environment(needs),
            timeout=Duration.seconds(shape.timeout_seconds),
            memory_size=shape.memory_mb,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=(
                lambda_.SystemLogLevel.WARN if shape.hot else lambda_.SystemLogLevel.INFO
            ),
        )
        for rule, reason in OF_EVERY_FUNCTION.items():
            acknowledge(function, rule, reason)
        if set_aside is not None:
            self._set_aside(function, set_aside)
        self.made[name] = function
        return function

    def _set_aside(self, function: lambda_.Function, queue: sqs.Queue) -> None:
        """Where an asynchronous call goes whose retries have failed too."""
        config = lambda_.CfnEventInvokeConfig
        config(
            self.scope,
            f"{function.node.id}Runs",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=RUN_RETRIES_MAX,
            destination_config=config.DestinationConfigProperty(
                on_failure=config.OnFailureProperty(destination=queue.queue_arn)
            ),
        )

    def names(self) -> Mapping[str, str]:
        """The deployed names by directory."""
        return {name: f"{self.at.prefix}-{name}" for name in sorted(self.made)}

    def _environment(self, needs: Sequence[str]) -> dict[str, str]:
        return {name: self.settings[name] for name in (*ALWAYS, *needs)}

    def _role(
        self, name: str, log_group: logs.LogGroup, may: Sequence[iam.PolicyStatement]
    ) -> iam.Role:
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
        return iam.Role(
            self.scope,
            f"{_camel(name)}Role",
            description=f"What {name} may do",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"own": iam.PolicyDocument(statements=[write_logs, *may])},
        )

    def _layers_for(self, shape: Shape) -> list[lambda_.LayerVersion]:
        wanted = ("domain", "platform") if shape.hot else ("domain", "platform", "dependencies")
        return [self._layer(name) for name in wanted]

    def _layer(self, name: str) -> lambda_.LayerVersion:
        if name not in self._layers:
            self._layers[name] = lambda_.LayerVersion(
                self.scope,
                f"{_camel(name)}Layer",
                description=f"Goodword {name}",
                code=self.sources.layer(name),
                compatible_runtimes=[RUNTIME],
                compatible_architectures=[ARCHITECTURE],
            )
        return self._layers[name]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
