"""Mail about what has happened: one SQS message is one event of the bus, told at most once."""

from typing import Any

from goodword_aws import observe, wiring
from goodword_aws.messages import tell_all

wiring.require("core_table", "journal_table", "keys_table", "vault_key_arn")
wiring.require("mail_sender", "public_url", "page_secret_arn")
log = observe.logger("messages_queue")


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """An SQS batch -> the ids of the messages that must come again."""
    return tell_all(event["Records"], log)
