"""Work that staff accepted becomes a conversion of its own, decided by the programme's own rules.

There is no second way to money: it is an event by the name of the work (`advocacy_reference`), of
one advocate, with a touch that says who accepted it. Rules of the action `event`, caps, budgets,
holds and approval apply as to any other. A rule that gives a share of the event's amount gives what
the journey names; a flat one gives what it says. The id is made of the work, so it counts once.
"""

from dataclasses import dataclass

from goodword.conversions.deciding import decide
from goodword.conversions.model import Conversion, conversion_key
from goodword.ids import derived_id
from goodword.ports import Change, Desk
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.tracking.model import Touch

NAMESPACE = "journeys"


@dataclass(frozen=True)
class Work:
    """What was done, by whom, and when it was accepted. `name` tells rules what it was."""

    program_id: str
    advocate_id: str
    work_id: str
    name: str
    amount_minor: int
    done_ms: int


def credit(desk: Desk, change: Change, work: Work) -> Conversion:
    """Add to `change` the conversion as decided, and answer it; of the second time what it was.

    It may have earned nothing, then its `reason` says why.
    """
    program = desk.store.get(Program, program_key(work.program_id))
    assert program is not None  # a programme is never deleted, and this one asked for the work
    conversion_id = derived_id("cnv", work.done_ms, work.program_id, NAMESPACE, work.work_id)
    if (before := desk.store.get(Conversion, conversion_key(conversion_id))) is not None:
        return before
    conversion = Conversion.model_validate(
        {
            "conversion_id": conversion_id,
            "program_id": work.program_id,
            "namespace": NAMESPACE,
            "action": "lead",
            "occasion": "event",
            "event_name": work.name,
            "order_id": work.work_id,
            "aliases": (work.work_id,),
            "occurred_ms": work.done_ms,
            "received_ms": desk.clock.now_ms(),
            "currency": program.currency,
            "net_minor": work.amount_minor,
            "gross_minor": work.amount_minor,
            "touches": (_touch(work),),
            "state": "unattributed",
            "reason": "no_touch",
        }
    )
    decide(
        desk,
        change,
        conversion,
        stored=None,
        program=program,
        versions=desk.store.query(ProgramVersion, "core", f"PROG#{work.program_id}", "V#").rows,
        identities=(),
        buyer_advocate_id=None,
    )
    return next(one for one in change.created if isinstance(one, Conversion))


def _touch(work: Work) -> Touch:
    return Touch(
        touch_id=derived_id("tch", work.done_ms, "grant", work.work_id),
        kind="grant",
        at_ms=work.done_ms,
        advocate_id=work.advocate_id,
        program_id=work.program_id,
        link_id="",
        code="",
        source=work.work_id,
    )
