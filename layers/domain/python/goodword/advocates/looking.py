"""Staff look at somebody's personal fields only for a reason, and the look stays in the journal.

The event is committed before anything is opened, so there is no look that nobody can find; it says
who looked, when and why, and nothing of what was seen.
"""

from dataclasses import dataclass

from goodword.advocates.destination import masked
from goodword.advocates.people import read_advocate
from goodword.errors import InvalidInput
from goodword.ports import Change, Desk
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword.privacy.ports import Forgotten, PersonalVault

LOOK_CODES = (
    "asked_by_advocate",
    "payment_problem",
    "fraud_check",
    "legal_request",
    "other",
)


@dataclass(frozen=True)
class Looking:
    """The one way for staff to personal fields."""

    desk: Desk
    vault: PersonalVault

    def look(self, advocate_id: str, code: str) -> PersonalFields | None:
        """Name, address and language; payout details masked. None once the person is forgotten.

        Raises InvalidInput `unknown_reason_code`, NotFound `unknown_advocate`.
        """
        if code not in LOOK_CODES:
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")
        read_advocate(self.desk.store, advocate_id)
        change = Change()
        change.create(self.desk.event("advocate.looked_at", advocate_id, code))
        self.desk.store.commit(change)
        item = self.desk.store.get(VaultItem, vault_key(advocate_id))
        try:
            fields = self.vault.open(item) if item else None
        except Forgotten:
            return None
        return fields and fields.but(payout=masked(fields.payout))
