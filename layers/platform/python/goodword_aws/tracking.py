"""Counts the clicks of a stream batch; a click that cannot be counted fails alone and comes again.

A repeated batch, whole or cut differently, counts nothing twice (`goodword.tracking.service`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools import Logger
from goodword.ports import Store
from goodword.tracking.model import CountedClick
from goodword.tracking.service import Owner, by_owner, count_clicks

from goodword_aws import observe
from goodword_aws.hot.row import read_click_item


def count_records(event: Mapping[str, Any], store: Store, log: Logger) -> dict[str, Any]:
    """Count the new clicks among the records; the answer names those to be delivered again."""
    numbers: dict[CountedClick, str] = {}
    failed: list[str] = []
    for record in event["Records"]:
        number = record["dynamodb"]["SequenceNumber"]
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] != "INSERT" or image.get("kind", {}).get("S") != "click":
            continue
        if click := _click(image, log, number):
            numbers[click] = number
        else:
            failed.append(number)
    for owner, clicks in by_owner(numbers).items():
        if not _counted(store, owner, clicks, log):
            failed += [numbers[click] for click in clicks]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _click(image: Mapping[str, Any], log: Logger, number: str) -> CountedClick | None:
    """The click of an image; None, with a log line that quotes nothing of it, if it is broken."""
    try:
        return CountedClick(**read_click_item(image))
    except (AttributeError, KeyError, TypeError, ValueError) as broken:
        observe.failure(log, "click_malformed", broken, record=number)
        return None


def _counted(store: Store, owner: Owner, clicks: Sequence[CountedClick], log: Logger) -> bool:
    try:
        count_clicks(store, owner, clicks)
    except Exception as failure:  # noqa: BLE001 - one advocate's trouble must not stop the others
        observe.failure(log, "clicks_not_counted", failure, advocate=owner[0], program=owner[1])
        return False
    return True
