"""Where an advocate is paid is sealed in the vault; the record has the rail and a keyed hash only.

The hash is what a payout freezes: a destination that was changed after the freeze is not paid. Who
is paid where others are is told by a second hash, of the account alone: a name typed otherwise
hides nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from goodword.advocates.destination import accept, account_of, canonical, country_of
from goodword.advocates.model import Payee, PayoutMethod, method_key, payee_key
from goodword.advocates.people import read_advocate
from goodword.errors import NotFound
from goodword.ports import Change, Desk, until_settled
from goodword.privacy.model import PersonalFields, VaultItem, fold_email, vault_key
from goodword.privacy.ports import Forgotten, Macs, PersonalVault
from goodword.programs.payment import RailName
from goodword.trust.noting import own_marks
from goodword.trust.signals import own_names


@dataclass(frozen=True)
class PayoutMethods:
    """The use cases of payout methods; only the advocate's own token leads here."""

    desk: Desk
    macs: Macs
    vault: PersonalVault

    def put(
        self, advocate_id: str, rail: RailName, destination: Mapping[str, str]
    ) -> tuple[PayoutMethod, dict[str, str]]:
        """The method and its destination as kept. The same destination again changes nothing."""
        kept = accept(rail, destination)
        digest = self.macs.mac("destination", canonical(rail, kept))
        account, country = self.macs.mac("account", account_of(kept)), country_of(kept)

        def attempt() -> PayoutMethod:
            advocate = read_advocate(self.desk.store, advocate_id)
            method = self.desk.store.get(PayoutMethod, method_key(advocate_id))
            if method is not None and method.destination_hash == digest:
                return method
            item, now_ms = self._item(advocate_id), self.desk.clock.now_ms()
            fields = self.vault.open(item).but(payout=kept)
            changed = PayoutMethod(
                advocate_id=advocate_id,
                rail=rail,
                destination_hash=digest,
                account_hash=account,
                country_hash=self.macs.mac("country", country) if country else "",
                changed_ms=now_ms,
                moved_ms=_moved_ms(method, account, now_ms),
                version=method.version if method else 0,
            )
            change = Change()
            change.save(changed)
            change.replace(advocate)  # loses the race against being erased
            self._known_there(change, changed, method)
            change.replace(self.vault.seal(advocate_id, fields, item))
            own_marks(self.desk, change, advocate_id, self._marks(account, kept))
            change.create(self.desk.event("advocate.payout_method_changed", advocate_id, rail=rail))
            self.desk.store.commit(change)
            return changed

        return until_settled(attempt), kept

    def _marks(self, account: str, kept: Mapping[str, str]) -> list[tuple[str, str]]:
        """By what trust knows the payee again: the account, its holder's name, its address."""
        marks = [("payee", account)]
        marks += own_names(kept.get("name", ""), self.macs)
        address = kept.get("receiver") or kept.get("email", "")
        if "@" in address:
            marks.append(("email", self.macs.mac("email", fold_email(address))))
        return marks

    def read(self, advocate_id: str) -> tuple[PayoutMethod, dict[str, str]]:
        """The method and its destination in plain. NotFound `no_payout_method`, Forgotten."""
        method = self.desk.store.get(PayoutMethod, method_key(advocate_id))
        if method is None:
            raise NotFound("no_payout_method", "no payout method has been given yet")
        return method, dict(self.vault.open(self._item(advocate_id)).payout)

    def fields(self, advocate_id: str) -> PersonalFields | None:
        """The person's fields, or None once they are forgotten."""
        item = self.desk.store.get(VaultItem, vault_key(advocate_id))
        try:
            return self.vault.open(item) if item else None
        except Forgotten:
            return None

    def _known_there(
        self, change: Change, after: PayoutMethod, before: PayoutMethod | None
    ) -> None:
        """Note the advocate under the new account, and no longer under the old one."""
        person = after.advocate_id
        here = Payee(account_hash=after.paid_at, advocate_id=person)
        old = before and self.desk.store.get(Payee, payee_key(before.paid_at, person))
        if old and old.key == here.key:
            return
        change.create(here)
        if old:
            change.delete(old)

    def _item(self, advocate_id: str) -> VaultItem:
        item = self.desk.store.get(VaultItem, vault_key(advocate_id))
        if item is None:
            raise Forgotten
        return item


def _moved_ms(before: PayoutMethod | None, account: str, now_ms: int) -> int:
    """When the money last went elsewhere: now, if this is another account than before."""
    if before is None:
        return 0
    return before.moved_ms if before.account_hash == account else now_ms
