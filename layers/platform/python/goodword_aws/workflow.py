"""Step Functions executions are started by name and resumed by token, both harmlessly twice."""

import json
from typing import Any

from botocore.exceptions import ClientError

_GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctions:
    """The Workflow port, and the start of an execution."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def resume(self, token: str, answer: dict[str, str]) -> bool:
        """Continue a waiting execution; False when it timed out, ended or was resumed before."""
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps(answer))
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _GONE:
                return False
            raise
        return True

    def start(self, machine_arn: str, name: str, payload: dict[str, object]) -> bool:
        """Start the execution of this name; False when it was started before."""
        try:
            self._client.start_execution(
                stateMachineArn=machine_arn, name=name, input=json.dumps(payload)
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True
