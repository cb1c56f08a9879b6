"""What a conversion adds to what is counted stands in the journal, in each event that moves it.

Which sale of its advocate an order is, the totals that levels are made of and what refunds have
claimed are kept beside the journal and move in the transaction of the order. The event of the same
transaction says what this conversion adds from now on (`Added`), so that all of them can be made
again from the journal alone: of each conversion the event with the highest `revision` counts,
whatever the order in which events are read.

Events from before 26 November 2026 do not say it. A conversion that only they tell of is counted as
its own record stands, until something moves it.
"""

from typing import Literal, Self

from goodword.conversions.model import Conversion
from goodword.events import Event, Plain
from goodword.records import Value
from goodword.rewards.tally import Sum, month_of, placed


class Added(Value):
    """What one conversion adds. `revision` is the version of its record that says the same.

    `counted` is what it is to its advocate, beside the money of the balance in `counted_in`: a
    sign-up, a sale, or nothing. `counts` is its part of the advocate's totals in `month`.
    """

    revision: int
    program_id: str
    advocate_id: str | None = None
    counted: Literal["lead", "sale", ""] = ""
    counted_in: str = ""
    month: str = ""
    counts: Sum = Sum()
    refunded_net_minor: int = 0
    refunded_gross_minor: int = 0

    def same_but_revision(self, other: Self) -> bool:
        """Whether nothing is counted otherwise."""
        return self == other.but(revision=self.revision)


def added(conversion: Conversion, revision: int | None = None) -> Added:
    """What the conversion adds as it stands; `revision` is that of its record unless given."""
    place = placed(conversion) if conversion.duplicate_of is None else None
    counted = counted_as(conversion)
    home = conversion.place.counted_in if conversion.place else None
    return Added(
        revision=conversion.version if revision is None else revision,
        program_id=conversion.program_id,
        advocate_id=conversion.advocate_id if counted or place else None,
        counted=counted,
        counted_in=(home or conversion.currency) if counted else "",
        month=month_of(conversion.occurred_ms),
        counts=place.counts if place else Sum(),
        refunded_net_minor=conversion.refunded_net_minor,
        refunded_gross_minor=conversion.refunded_gross_minor,
    )


def counted_as(conversion: Conversion) -> Literal["lead", "sale", ""]:
    """Sign-ups and orders are counted; a further step of a sign-up, or an event, is neither.

    One that waits for a rate is counted when it is decided, and one that is another's never.
    """
    if conversion.advocate_id is None or conversion.duplicate_of is not None:
        return ""
    if conversion.state == "waiting":
        return ""
    if conversion.action == "lead" and conversion.occasion != "plain":
        return ""
    return conversion.action


def said(conversion: Conversion) -> dict[str, Plain]:
    """What the event of a Change says of the conversion that this Change writes."""
    what = added(conversion, conversion.version + 1)
    return {
        "revision": what.revision,
        "counted_for": what.advocate_id,
        "counted": what.counted,
        "counted_in": what.counted_in,
        "month": what.month,
        "counts_orders": what.counts.orders,
        "counts_net_minor": what.counts.net_minor,
        "refunded_net_minor": what.refunded_net_minor,
        "refunded_gross_minor": what.refunded_gross_minor,
    }


def heard(event: Event) -> Added | None:
    """What the event says that its conversion adds; None if it says nothing of that."""
    data = event.data
    if "counts_orders" not in data:
        return None
    return Added.model_validate(
        {
            "revision": data["revision"],
            "program_id": data["program_id"],
            "advocate_id": data["counted_for"],
            "counted": data["counted"],
            "counted_in": data["counted_in"],
            "month": data["month"],
            "counts": {"orders": data["counts_orders"], "net_minor": data["counts_net_minor"]},
            "refunded_net_minor": data["refunded_net_minor"],
            "refunded_gross_minor": data["refunded_gross_minor"],
        }
    )
