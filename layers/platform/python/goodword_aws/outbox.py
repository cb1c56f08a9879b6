"""The journal's events go to the bus as they are, at least once and in order up to a failure.

An event was written in the transaction of the change it tells of; the stream brings it here. What
the bus did not take is reported as failed, and Lambda brings the batch again from there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools import Logger
from goodword.events import Event
from goodword.times import as_datetime

from goodword_aws import observe
from goodword_aws.items import from_item

SOURCE = "goodword"
ENTRIES_MAX = 10  # entries of one PutEvents; EventBridge's own limit
Failures = dict[str, list[dict[str, str]]]


class Relay:
    """Puts events on one bus."""

    def __init__(self, client: Any, bus_name: str, log: Logger) -> None:
        self._client = client
        self._bus_name = bus_name
        self._log = log

    def pass_on(self, records: Sequence[Mapping[str, Any]]) -> Failures:
        """Stream records of events -> the partial batch answer: the first that failed, or none."""
        for start in range(0, len(records), ENTRIES_MAX):
            chunk = records[start : start + ENTRIES_MAX]
            if (failed := self._first_failure(chunk)) is not None:
                number = chunk[failed].get("dynamodb", {}).get("SequenceNumber", "")
                return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    def _first_failure(self, chunk: Sequence[Mapping[str, Any]]) -> int | None:
        """Send what can be read of the chunk; the index of the first that did not arrive."""
        entries = list(self._entries(chunk))
        unread = len(entries) if len(entries) < len(chunk) else None
        if not entries:
            return unread
        try:
            answer = self._client.put_events(Entries=entries)
        except Exception as error:  # noqa: BLE001 - the outermost of this batch: all of it again
            observe.failure(self._log, "the bus did not answer", error)
            return 0
        refused = [index for index, each in enumerate(answer["Entries"]) if "ErrorCode" in each]
        for index in refused:
            code = answer["Entries"][index]["ErrorCode"]
            self._log.warning("the bus refused an event", extra={"code": code})
        return refused[0] if refused else unread

    def _entries(self, chunk: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
        """The entries up to the first record that is no event."""
        for record in chunk:
            try:
                yield self._entry(from_item(Event, record["dynamodb"]["NewImage"]))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is set aside
                observe.failure(self._log, "a stream record is no event", error)
                return

    def _entry(self, event: Event) -> dict[str, Any]:
        detail = event.model_dump(mode="json", exclude={"version"})
        return {
            "EventBusName": self._bus_name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
            "Time": as_datetime(event.at_ms),
        }
