"""The assembly that is deployed here is the one for AWS, through CloudFormation, unedited.

`deploy` uploads what is missing, creates or updates the stack, waits, and answers with its outputs.
A second call with the same assembly changes nothing.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.local.assembly import Assembly
from infra.local.aws import client
from infra.local.places import ACCOUNT, REGION

TEMPLATE_BUCKET = f"goodword-template-{ACCOUNT}-{REGION}"
BOOTSTRAP_VERSION = "30"  # as of the CDK that is pinned; the template asks for 6 or later
POLL_SECONDS = 0.2
DEPLOY_SECONDS_MAX = 180.0
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class DeployError(Exception):
    """The stack did not come up; the text lists the resources that failed and why."""


@dataclass(frozen=True)
class Deployed:
    """A stack that stands: its outputs, and the physical id of each resource by logical id."""

    stack: str
    endpoint: str
    outputs: Mapping[str, str]
    resources: Mapping[str, str]

    def output(self, name: str) -> str:
        """The named output; a missing one is an error that lists those there are."""
        if name not in self.outputs:
            raise DeployError(f"the stack has no output {name}, only {sorted(self.outputs)}")
        return self.outputs[name]


def deploy(
    endpoint: str, assembly: Assembly, parameters: Mapping[str, str] | None = None
) -> Deployed:
    """Bring the emulator's stack to this assembly.

    Of `parameters`, those that the template declares are set; the others are left out, so that a
    caller may offer all it knows.
    """
    s3, cloudformation = client(endpoint, "s3"), client(endpoint, "cloudformation")
    _upload(s3, assembly)
    declared = assembly.template.get("Parameters", {})
    _say_bootstrapped(endpoint, declared)
    _create_or_update(
        cloudformation,
        StackName=assembly.stack,
        TemplateURL=_template_url(s3, endpoint, assembly),
        Capabilities=CAPABILITIES,
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (parameters or {}).items()
            if name in declared
        ],
    )
    _wait(cloudformation, assembly.stack)
    return look_up(endpoint, assembly.stack)


def look_up(endpoint: str, stack: str) -> Deployed:
    """What a stack deployed earlier answers with."""
    cloudformation = client(endpoint, "cloudformation")
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return Deployed(
        stack=stack,
        endpoint=endpoint,
        outputs={out["OutputKey"]: out["OutputValue"] for out in found.get("Outputs", [])},
        resources={
            row["LogicalResourceId"]: row.get("PhysicalResourceId", "")
            for page in pages
            for row in page["StackResourceSummaries"]
        },
    )


def _say_bootstrapped(endpoint: str, declared: Mapping[str, Any]) -> None:
    """Leave the mark of `cdk bootstrap` that the template looks for; the rest of it is not used."""
    mark = declared.get("BootstrapVersion", {}).get("Default")
    if mark:
        client(endpoint, "ssm").put_parameter(
            Name=mark, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )


def _upload(s3: Any, assembly: Assembly) -> None:
    for bucket in sorted({asset.bucket for asset in assembly.assets} | {TEMPLATE_BUCKET}):
        s3.create_bucket(Bucket=bucket)
    for asset in assembly.assets:
        if not _is_there(s3, asset.bucket, asset.key):
            s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.content())


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    """Whether the object exists; a key carries the digest of its content, so that is enough."""
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as missing:
        if missing.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def _template_url(s3: Any, endpoint: str, assembly: Assembly) -> str:
    """Put the template where CloudFormation reads it: as a body it may have 51,200 bytes only."""
    body = json.dumps(assembly.template, separators=(",", ":")).encode()
    s3.put_object(Bucket=TEMPLATE_BUCKET, Key="template.json", Body=body)
    return f"{endpoint}/{TEMPLATE_BUCKET}/template.json"


def _create_or_update(cloudformation: Any, **request: Any) -> None:
    try:
        cloudformation.create_stack(**request)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "AlreadyExistsException":
            raise
        try:
            cloudformation.update_stack(**request)
        except ClientError as unchanged:
            if "No updates are to be performed" not in str(unchanged):
                raise


def _wait(cloudformation: Any, stack: str) -> None:
    deadline = time.monotonic() + DEPLOY_SECONDS_MAX
    status = ""
    while time.monotonic() < deadline:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status in DONE:
            return
        if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
            break
        time.sleep(POLL_SECONDS)
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [
        f"{event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    raise DeployError(f"stack {stack} is {status}\n" + "\n".join(failed))
