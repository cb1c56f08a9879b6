"""A person changes what they said of themselves: values go to the vault, events tell names."""

from collections.abc import Collection
from dataclasses import dataclass

from goodword.advocates.people import acting_as, read_advocate
from goodword.ports import Change, Desk, until_settled
from goodword.privacy.consents import note_consent
from goodword.privacy.model import Letters, PersonalFields, VaultItem, vault_key
from goodword.privacy.ports import Forgotten, Macs, PersonalVault
from goodword.trust.noting import own_marks
from goodword.trust.signals import own_names

SORTS: tuple[Letters, ...] = ("rewards", "payouts")


@dataclass(frozen=True)
class Profiles:
    """The use cases of one's own fields; only the advocate's own token leads here."""

    desk: Desk
    macs: Macs
    vault: PersonalVault

    def read(self, advocate_id: str) -> PersonalFields:
        """All fields. Raises Forgotten."""
        return self.vault.open(self._item(advocate_id))

    def change(
        self,
        advocate_id: str,
        *,
        name: str,
        locale: str,
        zone: str,
        letters: Collection[Letters],
    ) -> PersonalFields:
        """The fields as they are from now on. `letters` are the sorts that the person wants."""
        muted = tuple(one for one in SORTS if one not in letters)

        def attempt() -> PersonalFields:
            advocate, item = read_advocate(self.desk.store, advocate_id), self._item(advocate_id)
            before = self.vault.open(item)
            after = before.but(name=name, locale=locale, zone=zone, muted=muted)
            changed = [one for one in _NAMES if getattr(after, one) != getattr(before, one)]
            if not changed:
                return before
            change, desk = Change(), acting_as(self.desk, advocate_id)
            change.replace(self.vault.seal(advocate_id, after, item))
            change.replace(advocate)  # loses the race against being erased
            if "name" in changed:
                own_marks(self.desk, change, advocate_id, own_names(after.name, self.macs))
            for sort in SORTS:
                if (sort in before.muted) != (sort in muted):
                    note_consent(desk, change, advocate_id, sort, given=sort not in muted)
            said = " ".join(changed)
            change.create(desk.event("advocate.profile_changed", advocate_id, fields=said))
            self.desk.store.commit(change)
            return after

        return until_settled(attempt)

    def _item(self, advocate_id: str) -> VaultItem:
        item = self.desk.store.get(VaultItem, vault_key(advocate_id))
        if item is None:
            raise Forgotten
        return item


_NAMES = ("name", "locale", "zone", "muted")
