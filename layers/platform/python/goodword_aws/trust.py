"""Trust with its real adapters: what was stored of clicks, and how staff and advocates see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodword.tracking.click import Click
from goodword.tracking.model import Visited
from goodword.trust.places import visited


class StoredVisits:
    """The click rows in `arrivals`, as coarse words. A row that is gone is simply not there."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, clicks: Sequence[Click]) -> Mapping[str, Visited]:
        """By touch id. What is not answered at once is not asked for again: it is only a hint."""
        places = {f"TCH#{click.nonce_hex}": click.touch_id for click in clicks}
        keys = [{"pk": {"S": pk}, "sk": {"S": "CLICK"}} for pk in places]
        answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys}})
        rows = answer.get("Responses", {}).get(self._table, [])
        return {places[row["pk"]["S"]]: _seen(row) for row in rows}


def _seen(row: Mapping[str, Any]) -> Visited:
    def word(name: str) -> str:
        return str(row.get(name, {}).get("S", ""))

    opened = {"u": "prompted", "n": "unprompted"}.get(word("f"), "")
    campaign = " ".join(word(name) for name in ("s", "m", "n"))
    return visited(opened, word("r"), campaign, word("c"), word("d"))
