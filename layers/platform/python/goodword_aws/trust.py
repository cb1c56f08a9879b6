"""Trust with its real adapters: what was stored of clicks, and the use cases of people."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from goodword.events import Actor
from goodword.ledger.leaves import Items
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Desk
from goodword.records import Key
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

    def __init__(self, items: Items) -> None:
        self._items = items

    def of(self, clicks: Sequence[Click]) -> Mapping[str, Visited]:
        """By touch id. Unavailable if the store left some out: no check may depend on luck."""
        places = {Key("arrivals", f"TCH#{one.nonce_hex}", "CLICK"): one.touch_id for one in clicks}
        rows = self._items.plain_many(list(places)[:READ_KEYS_MAX])
        return {places[key]: _seen(row) for key, row in rows.items()}


def _seen(row: Mapping[str, Any]) -> Visited:
    def word(name: str) -> str:
        return str(row.get(name, ""))

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
