"""A conversion that earned nothing stands in its advocate's own list, to be asked about.

Written with the decision, in the same Change, once per advocate and conversion, and never changed:
why it earned nothing is read from the decision. Listed is the advocate who won it without a reward;
if nobody won, those whose touches were looked at. Whose touch lost to somebody else's has no part
in the order and is not told of it.
"""

from collections.abc import Sequence
from typing import ClassVar

from goodword.conversions.model import Conversion
from goodword.limits import LISTED_ADVOCATES_MAX
from goodword.ports import Page, Store
from goodword.records import Key, Record
from goodword.tracking.model import Attribution

PREFIX = "C#"


class ConversionOfAdvocate(Record):
    """A conversion that earned its advocate nothing, when it was decided."""

    KIND: ClassVar[str] = "advocate_conversion"

    advocate_id: str
    conversion_id: str
    program_id: str
    listed_ms: int

    @property
    def key(self) -> Key:
        return listing_key(self.advocate_id, self.conversion_id)


def listing_key(advocate_id: str, conversion_id: str) -> Key:
    """Where the entry is: in the advocate's partition, in the order in which things happened."""
    return Key("core", f"ADV#{advocate_id}", f"{PREFIX}{conversion_id}")


def concerned(attribution: Attribution) -> tuple[str, ...]:
    """Whose conversion this would have been: the winner, else whoever brought a touch.

    At most LISTED_ADVOCATES_MAX, those with the newest touches.
    """
    if attribution.winner is not None:
        return (attribution.winner.advocate_id,)
    newest_first = (one.touch.advocate_id for one in reversed(attribution.considered))
    return tuple(dict.fromkeys(newest_first))[:LISTED_ADVOCATES_MAX]


def to_list(
    store: Store, conversion: Conversion, attribution: Attribution, listed_ms: int
) -> Sequence[ConversionOfAdvocate]:
    """The entries that an unrewarded decision adds. `conversion` is as it was before it."""
    entries = {
        (entry := _entry(conversion, advocate_id, listed_ms)).key: entry
        for advocate_id in concerned(attribution)
    }
    if entries and conversion.decisions:  # the first decision of all finds nothing
        for key in store.get_many(ConversionOfAdvocate, list(entries)):
            del entries[key]
    return tuple(entries.values())


def unrewarded_page(
    store: Store, advocate_id: str, limit: int, cursor: str | None
) -> Page[ConversionOfAdvocate]:
    """One page of an advocate's entries, newest first."""
    return store.query(
        ConversionOfAdvocate,
        "core",
        f"ADV#{advocate_id}",
        PREFIX,
        limit=limit,
        cursor=cursor,
        newest_first=True,
    )


def _entry(conversion: Conversion, advocate_id: str, listed_ms: int) -> ConversionOfAdvocate:
    return ConversionOfAdvocate(
        advocate_id=advocate_id,
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        listed_ms=listed_ms,
    )
