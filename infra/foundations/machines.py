"""A state machine is a file, and its role may do nothing but call the machine's task function.

Money is decided in the functions: a machine only says what comes after what, and waits.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn

from infra.foundations.acknowledged import acknowledge_wildcard
from infra.foundations.alarms import Alarms
from infra.foundations.installation import Installation

DEFINITIONS = Path(__file__).resolve().parents[1] / "state_machines"


@dataclass(frozen=True)
class Machines:
    """Makes state machines from `infra/state_machines/<name>.asl.json`."""

    stack: Stack
    at: Installation
    alarms: Alarms

    def arn(self, name: str) -> str:
        """The ARN that the machine `name` has or will have: its task may need it before it is."""
        return self.stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=f"{self.at.prefix}-{name}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def make(
        self, name: str, construct: str, *, task: lambda_.Function, as_: str
    ) -> sfn.StateMachine:
        """The machine `name`; `${as_}` in its definition becomes the task function's ARN."""
        definition = (DEFINITIONS / f"{name}.asl.json").read_text()
        full_name = f"{self.at.prefix}-{name}"
        role = self._role(construct, name, definition, task)
        machine = sfn.StateMachine(
            self.stack,
            construct,
            state_machine_name=full_name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(definition),
            definition_substitutions={as_: task.function_arn},
            role=role,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self.stack,
                    f"{construct}Logs",
                    log_group_name=f"/aws/vendedlogs/states/{full_name}",
                    retention=self.at.log_retention,
                    removal_policy=self.at.removal,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            tracing_enabled=not self.at.on_laptop,
        )
        self.alarms.on_machine(construct, machine)
        return machine

    def _role(self, construct: str, name: str, definition: str, task: lambda_.Function) -> iam.Role:
        statements = [
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[task.function_arn])
        ]
        distributed = _maps_in_children(definition)
        if distributed:
            statements += self._may_run_children(name)
        role = iam.Role(
            self.stack,
            f"{construct}Role",
            description=f"What the state machine {name} may do",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": self.stack.account}}
            ),
            inline_policies={"task": iam.PolicyDocument(statements=statements)},
        )
        if distributed:
            acknowledge_wildcard(
                role,
                "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:"
                f"execution:{self.at.prefix}-{name}/*",
                "The executions that a distributed map starts have names that AWS makes up.",
            )
        acknowledge_wildcard(
            role, "*", "Log delivery and X-Ray have no resources that a policy could name."
        )
        return role

    def _may_run_children(self, name: str) -> list[iam.PolicyStatement]:
        """A distributed map starts executions of its own machine and looks after them."""
        children = self.stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.at.prefix}-{name}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return [
            iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.arn(name)]),
            iam.PolicyStatement(
                actions=["states:DescribeExecution", "states:StopExecution"], resources=[children]
            ),
        ]


def _maps_in_children(definition: str) -> bool:
    """Whether some state is a distributed map. Also refuses a definition that is not JSON."""
    return '"DISTRIBUTED"' in json.dumps(json.loads(definition))
