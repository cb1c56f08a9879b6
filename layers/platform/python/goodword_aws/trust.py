"""Trust with its real adapters: what was stored of clicks, and the use cases of people."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from goodword.events import Actor
from goodword.ports import Desk
from goodword.tracking.click import Click
from goodword.tracking.model import Visited
from goodword.trust.banning import Bans
from goodword.trust.disputing import Disputes
from goodword.trust.places import visited
from goodword.trust.resolving import Resolving
from goodword.trust.words import TrustWords

from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions


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


def disputes(desk: Desk) -> Disputes:
    """The use cases of disputes."""
    return Disputes(desk, wiring.texts())


def resolving(desk: Desk) -> Resolving:
    """The end of a dispute."""
    return Resolving(desk, disputes(desk), StepFunctions(client("stepfunctions")))


def sweep(actor: Actor | str) -> dict[str, int]:
    """Disputes whose time is over, and bans that are not carried out to their end."""
    desk = wiring.desk(actor)
    counts = disputes(desk).sweep()
    return counts | {"bans": Bans(desk).sweep()}


@cache
def trust_words(locale: str) -> TrustWords:
    """The sentences of a language that has a catalogue."""
    folder = resources.files("goodword.trust").joinpath("catalogue")
    return TrustWords.model_validate_json(folder.joinpath(f"{locale}.json").read_text("utf-8"))
