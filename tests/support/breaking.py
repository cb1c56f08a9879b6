"""Clients that fail on purpose, and what an answer of the intake comes down to."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword_aws import aws

from infra.local.payloads import Json


def outcome(answer: Json) -> tuple[int, str]:
    body = json.loads(answer["body"])
    return answer["statusCode"], body.get("code") or body["status"]


class Broken:
    """A client of which one operation always fails, for some calls after it was done."""

    def __init__(self, real: Any, name: str, error: Exception, *, after: bool = False) -> None:
        self._real, self._name, self._error, self._after = real, name, error, after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name != self._name:
            return real

        def fail(**request: Any) -> Any:
            self.calls += 1
            if self._after:
                real(**request)
            raise self._error

        return fail


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def with_client(
    patch: pytest.MonkeyPatch, name: str, change: Callable[[Any], Any], *modules: Any
) -> None:
    real = aws.client

    def client(service: str) -> Any:
        return change(real(service)) if service == name else real(service)

    for module in modules:
        patch.setattr(module, "client", client)
