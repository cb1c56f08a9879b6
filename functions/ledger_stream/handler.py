"""The outbox relay: what the journal tells goes to the bus, and nothing else is done here."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.outbox import Relay
from goodword_aws.settings import settings

wiring.require("bus_name")
log = observe.logger("ledger_stream")


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """A batch of the journal's new events -> the first record that failed, or none."""
    relay = Relay(client("events"), settings().bus_name, log)
    return relay.pass_on(event["Records"])
