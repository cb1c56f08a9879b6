"""What of an event counts in figures: one small row per event, put once, in its month.

The relay's events come repeated and unordered; a row is named by its event, so neither matters. It
lies in the month in which the thing itself happened, which its event may tell much later. Rows name
advocates, persons, asks and orders by their random ids.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from goodword.events import Event, Plain
from goodword.journeys.introduction import NAMESPACE
from goodword.records import Key, Record
from goodword.times import as_datetime

What = Literal["joined", "left", "nps", "touch", "work", "lead", "sale", "refund", "merged"]
LIFE = "LIFE"  # the partition of who joined and left; it is read whole
JOINED = frozenset({"enrolment.activated", "enrolment.unbanned"})
LEFT = frozenset({"enrolment.paused", "enrolment.left", "enrolment.banned", "enrolment.declined"})
TOUCHES = frozenset({"journey.asked", "journey.reminded"})
WORK = frozenset({"journey.ask_accepted_work"})  # whoever is rewarded did it before
LEAD_CAME = "lead_came"  # why work was accepted that is a lead, which has a row of its own


class Happened(Record):
    """One row. `who` is the advocate, or the person who answered or was asked; `of` ask or order.

    `value` is an NPS answer, the net of an order, or what of it is refunded by now; `turn` tells
    which of several decisions of one order is the last.
    """

    KIND: ClassVar[str] = "happened"

    program_id: str
    event_id: str
    what: What
    at_ms: int
    told_ms: int
    who: str = ""
    of: str = ""
    value: int = 0
    currency: str = ""
    turn: int = 0

    @property
    def key(self) -> Key:
        life = self.what in ("joined", "left")
        month = LIFE if life else month_of(self.at_ms)
        name = f"{self.at_ms:015d}#{self.event_id}"
        return Key("core", figures_partition(self.program_id, month), name)


def figures_partition(program_id: str, month: str) -> str:
    """Where the rows of a programme's month (`2026-11`) are, or of who joined and left."""
    return f"KPI#{program_id}#{month}"


def month_of(at_ms: int) -> str:
    """The UTC month of an instant."""
    return f"{as_datetime(at_ms):%Y-%m}"


def happened(event: Event) -> Happened | None:
    """What counts of the event; None if nothing does."""
    what = _what(event)
    if what is None or (what == "work" and not event.data.get("advocate_id")):
        return None  # what customers do who do not take part is no activity of an advocate
    data = event.data
    return Happened(
        program_id=_text(data.get("program_id")),
        event_id=event.event_id,
        what=what,
        at_ms=_whole(data.get("occurred_ms"), event.at_ms),
        told_ms=event.at_ms,
        who=_who(what, event),
        of="" if what in ("joined", "left", "nps") else event.subject,
        value=_value(what, data),
        currency=_text(data.get("currency")),
        turn=_whole(data.get("decision"), 0),
    )


def _what(event: Event) -> What | None:
    kinds: dict[str, What] = {
        **dict.fromkeys(JOINED, "joined"),
        **dict.fromkeys(LEFT, "left"),
        **dict.fromkeys(TOUCHES, "touch"),
        **dict.fromkeys(WORK, "work"),
        "conversion.reversed": "refund",
        "conversion.reinstated": "refund",
        "conversion.merged": "merged",
    }
    if event.type == "journey.signal_noted":
        return "nps" if event.data.get("kind") == "nps" else None
    if event.type == "conversion.decided":
        if event.data.get("action") != "lead":
            return "sale"
        return "lead" if is_lead(event.data) else None
    if event.type in WORK and event.reason == LEAD_CAME:
        return None
    return kinds.get(event.type)


def is_lead(data: Mapping[str, Plain]) -> bool:
    """A sign-up or an introduction: no further step of one, and no work of an advocate's own, which
    is credited as a conversion too and counts as work.
    """
    return data.get("occasion", "plain") == "plain" or data.get("namespace") == NAMESPACE


def _who(what: What, event: Event) -> str:
    if what == "nps":
        return event.subject
    if what == "touch":
        return _text(event.data.get("subject_id"))
    return _text(event.data.get("advocate_id"))


def _value(what: What, data: dict[str, Plain]) -> int:
    name = {"nps": "value", "sale": "net_minor", "refund": "refunded_net_minor"}.get(what)
    return _whole(data.get(name), 0) if name else 0


def _text(value: Plain) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Plain, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
