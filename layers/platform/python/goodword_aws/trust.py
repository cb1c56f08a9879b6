"""Trust with its real adapters: what was stored of clicks, and the use cases of people."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import ClassVar

from goodword.events import Actor
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Desk
from goodword.records import Key, Record, Table
from goodword.tracking.click import Click
from goodword.tracking.model import Visited
from goodword.trust.banning import Ban, Bans
from goodword.trust.disputing import Disputes
from goodword.trust.places import visited
from goodword.trust.resolving import Resolving
from goodword.trust.words import TrustWords

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions


class ClickRow(Record):
    """What is read of a click as the redirect stores it (`hot.row`); its place is not in it."""

    TABLE: ClassVar[Table] = "arrivals"
    KIND: ClassVar[str] = "click"

    f: str = ""
    r: str = ""
    s: str = ""
    m: str = ""
    n: str = ""
    c: str = ""
    d: str = ""


class StoredVisits:
    """The click rows in `arrivals`, as coarse words. A row that is gone is simply not there."""

    def places(self, clicks: Sequence[Click]) -> Mapping[Key, type[Record]]:
        """Where the rows are."""
        return {_place(one): ClickRow for one in clicks[:READ_KEYS_MAX]}

    def of(self, clicks: Sequence[Click], found: Mapping[Key, Record]) -> Mapping[str, Visited]:
        """By touch id."""
        rows = {one.touch_id: found.get(_place(one)) for one in clicks}
        return {name: _seen(row) for name, row in rows.items() if isinstance(row, ClickRow)}


def _place(click: Click) -> Key:
    return Key("arrivals", f"TCH#{click.nonce_hex}", "CLICK")


def _seen(row: ClickRow) -> Visited:
    opened = {"u": "prompted", "n": "unprompted"}.get(row.f, "")
    return visited(opened, row.r, f"{row.s} {row.m} {row.n}", row.c, row.d)


def disputes(desk: Desk) -> Disputes:
    """The use cases of disputes."""
    return Disputes(desk, wiring.texts())


def resolving(desk: Desk) -> Resolving:
    """The end of a dispute."""
    return Resolving(desk, disputes(desk), StepFunctions(client("stepfunctions")))


def sweep(actor: Actor | str) -> dict[str, int]:
    """Disputes whose time is over, and bans that are not carried out to their end.

    A ban that fails is logged and counted in `bans_failed`; the others have their turn.
    """
    desk, log, failed = wiring.desk(actor), observe.logger("trust"), list[Ban]()

    def tell(ban: Ban, failure: Exception) -> None:
        whose = {"advocate": ban.advocate_id, "program": ban.program_id}
        observe.failure(log, "a ban was cut off", failure, **whose)
        failed.append(ban)

    counts = disputes(desk).sweep()
    return counts | {"bans": Bans(desk).sweep(tell), "bans_failed": len(failed)}


@cache
def trust_words(locale: str) -> TrustWords:
    """The sentences of a language that has a catalogue."""
    folder = resources.files("goodword.trust").joinpath("catalogue")
    return TrustWords.model_validate_json(folder.joinpath(f"{locale}.json").read_text("utf-8"))
