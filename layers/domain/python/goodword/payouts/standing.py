"""Whether a person may be paid as they stand: read at once, and required to be so at the commit."""

from collections.abc import Mapping
from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.payouts.choice import bar
from goodword.payouts.model import Payout, Why
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.ports import Change, Guard, Store
from goodword.records import Key, Record


@dataclass(frozen=True)
class Standing:
    """The enrolment of a payout's advocate and what stops their payouts, as read."""

    found: Mapping[Key, Record]
    enrolment_at: Key
    stop_at: Key

    @property
    def bar(self) -> Why | None:
        """Why nothing is paid now, or None."""
        enrolment, stop = self.found.get(self.enrolment_at), self.found.get(self.stop_at)
        return bar(
            enrolment if isinstance(enrolment, Enrolment) else None,
            stop if isinstance(stop, PayoutStop) else None,
        )

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
    found = store.get_mixed({enrolment_at: Enrolment, stop_at: PayoutStop})
    return Standing(found, enrolment_at, stop_at)
