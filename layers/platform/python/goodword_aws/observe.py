"""Logs are JSON and name things by id; nothing here writes an event, a body or an exception's text.

The text of an exception may quote what a person typed. `failure` therefore logs the class, our own
code and the frames, which is what finding the cause takes.
"""

import json
import sys
import time
import traceback
from typing import Any

from aws_lambda_powertools import Logger
from goodword.errors import GoodwordError

from goodword_aws.settings import settings

NAMESPACE = "Goodword"
FRAMES_MAX = 25  # frames of a logged failure; the innermost are kept


def logger(service: str) -> Logger:
    """The JSON logger of one function; `log.set_correlation_id` ties its lines to one request."""
    return Logger(service=service, log_uncaught_exceptions=False)


def failure(log: Logger, what: str, error: BaseException, **ids: str | int) -> None:
    """Log an unexpected error without its text: class, code, cause, frames and the given ids."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    details: dict[str, Any] = {
        "error": type(error).__name__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        **ids,
    }
    if isinstance(error, GoodwordError):
        details["code"] = error.code
    if (cause := error.__cause__) is not None:
        details["cause"] = type(cause).__name__
    log.error(what, extra=details)


def metric(name: str, value: int, unit: str = "Count") -> None:
    """Record one figure of this stage: a CloudWatch embedded metric, one line on stdout."""
    stage = settings().environment.get("GOODWORD_STAGE", "none")
    line = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["stage"]],
                    "Metrics": [{"Name": name, "Unit": unit}],
                }
            ],
        },
        "stage": stage,
        name: value,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
