"""Whether a person may be paid as they stand, and what was frozen for them: read at once.

That they stand so is required at the commit; what was frozen stands in the journal for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.ledger.model import Entry, entry_key
from goodword.payouts.choice import bar
from goodword.payouts.hashing import payout_digest
from goodword.payouts.model import Payout, Why
from goodword.payouts.movements import entry_id_of
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.ports import Change, Guard, Store
from goodword.records import Key, Record


@dataclass(frozen=True)
class Standing:
    """A payout's advocate: their enrolment, what stops their payouts, and the frozen entry."""

    found: Mapping[Key, Record]
    enrolment_at: Key
    stop_at: Key
    entry_at: Key

    @property
    def bar(self) -> Why | None:
        """Why nothing is paid now, or None."""
        enrolment, stop = self.found.get(self.enrolment_at), self.found.get(self.stop_at)
        return bar(
            enrolment if isinstance(enrolment, Enrolment) else None,
            stop if isinstance(stop, PayoutStop) else None,
        )

    def frozen(self, payout: Payout) -> Entry | None:
        """The entry that froze the payout; None when the journal knows of none."""
        entry = self.found.get(self.entry_at)
        known = isinstance(entry, Entry) and entry.refs.get("payout_id") == payout.payout_id
        return entry if known else None  # type: ignore[return-value]  # known says that it is one

    def knows(self, payout: Payout) -> bool:
        """Whether the journal says of this very payout, field by field, that it was frozen."""
        entry = self.frozen(payout)
        return entry is not None and entry.refs.get("digest") == payout_digest(payout)

    def stays(self, change: Change) -> None:
        """Let the commit fail if a pause, ban, hold or dispute came meanwhile."""
        for key in (self.enrolment_at, self.stop_at):
            if (one := self.found.get(key)) is None:
                change.require_absent(key)
            else:
                change.require(key, Guard({"version": one.version}))


def standing_of(store: Store, payout: Payout) -> Standing:
    """How the payout's advocate stands now, in one request."""
    enrolment_at = enrolment_key(payout.advocate_id, payout.program_id)
    stop_at = stop_key(payout.advocate_id)
    entry_at = entry_key(entry_id_of(payout, "payout_frozen"))
    found = store.get_mixed({enrolment_at: Enrolment, stop_at: PayoutStop, entry_at: Entry})
    return Standing(found, enrolment_at, stop_at, entry_at)
