"""What the functions printed is in the emulator's CloudWatch Logs, one stream per invocation.

It is complete and in order per invocation, so a test may scan it for what must never be logged.
"""

from infra.local.aws import client


def log_groups(endpoint: str) -> list[str]:
    """The names of all log groups."""
    pages = client(endpoint, "logs").get_paginator("describe_log_groups").paginate()
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def log_lines(endpoint: str, group: str) -> list[str]:
    """Every line of a group: what the function printed, and START, END and REPORT around it."""
    pages = client(endpoint, "logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def all_log_lines(endpoint: str) -> dict[str, list[str]]:
    """Every line of every group, for canaries."""
    return {group: log_lines(endpoint, group) for group in log_groups(endpoint)}
