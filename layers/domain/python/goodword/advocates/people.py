"""A person is found by the sign-in's subject, else by a verified e-mail address, never by a name.

Both are kept as keyed MACs only (`Known`). Whoever is found by e-mail is found by subject from then
on, so that a later change of the address at the identity provider changes nothing here. A subject
belongs to one person for ever, which is why a process may remember it.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace

from goodword.advocates.model import Advocate, Known, advocate_key, known_key
from goodword.errors import NotAllowed, NotFound
from goodword.events import Actor
from goodword.limits import PEOPLE_CACHE_MAX
from goodword.ports import Change, Desk, Store, until_settled
from goodword.privacy.model import PersonalFields, fold_email
from goodword.privacy.ports import Forgotten, Macs, PersonalVault
from goodword.trust.noting import own_marks
from goodword.trust.signals import own_names


@dataclass(frozen=True)
class SignIn:
    """Who the verified token says is calling; the address counts only if it was verified."""

    subject: str
    email: str | None = field(default=None, repr=False)
    email_verified: bool = False


@dataclass(frozen=True)
class People:
    """Finds and makes people. `remembered` maps subjects to advocate ids for one process."""

    desk: Desk
    macs: Macs
    vault: PersonalVault
    remembered: MutableMapping[str, str] = field(default_factory=dict)

    def find(self, sign_in: SignIn) -> str | None:
        """The person's id, or None for someone we do not know yet."""
        if sign_in.subject in self.remembered:
            return self.remembered[sign_in.subject]
        advocate_id = until_settled(lambda: self._find(sign_in))
        if advocate_id is not None:
            if len(self.remembered) >= PEOPLE_CACHE_MAX:
                self.remembered.clear()
            self.remembered[sign_in.subject] = advocate_id
        return advocate_id

    def find_whole(self, sign_in: SignIn) -> str | None:
        """As `find`, for what takes personal fields in: an erased person is nobody."""
        found = self.find(sign_in)
        head = self.desk.store.get(Advocate, advocate_key(found)) if found else None
        if head is None or head.erased_ms is None:
            return found
        self.remembered.pop(sign_in.subject, None)
        return until_settled(lambda: self._find(sign_in))

    def known_by_email(self, email: str) -> str | None:
        """The person with this address, however it is written."""
        known = self.desk.store.get(Known, known_key(self._email_mac(email)))
        return known.advocate_id if known else None

    def add(self, change: Change, fields: PersonalFields, subject: str | None = None) -> Advocate:
        """Put a new person's fields into the change; the caller saves the head that is answered.

        Racing calls for one address collide on its MAC. The data key is made before the commit; a
        key whose person was never stored opens nothing.
        """
        if not fields.email:
            raise NotAllowed("email_not_verified", "a new person needs a verified e-mail address")
        macs = [("email", self._email_mac(fields.email))]
        marks = list(macs)
        if subject is not None:
            macs.append(("subject", self._subject_mac(subject)))
        advocate = Advocate(
            advocate_id=self.desk.ids.new("adv"),
            created_ms=self.desk.clock.now_ms(),
            known=tuple(mac for _, mac in macs),
        )
        change.create(
            self.vault.seal(advocate.advocate_id, fields),
            *(_known(of, mac, advocate.advocate_id) for of, mac in macs),
        )
        marks += own_names(fields.name, self.macs)
        own_marks(self.desk, change, advocate.advocate_id, marks)
        return advocate

    def _find(self, sign_in: SignIn) -> str | None:
        subject_mac = self._subject_mac(sign_in.subject)
        known = self.desk.store.get(Known, known_key(subject_mac))
        if known is not None:
            return known.advocate_id
        if sign_in.email is None or not sign_in.email_verified:
            return None
        advocate_id = self.known_by_email(sign_in.email)
        if advocate_id is None:
            return None
        advocate = self.desk.store.get(Advocate, advocate_key(advocate_id))
        if advocate is not None and advocate.erased_ms is not None:
            return None
        change = Change()
        if advocate is not None:
            change.replace(advocate.but(known=(*advocate.known, subject_mac)))
        change.create(
            _known("subject", subject_mac, advocate_id),
            acting_as(self.desk, advocate_id).event("advocate.signed_in", advocate_id),
        )
        self.desk.store.commit(change)
        return advocate_id

    def _email_mac(self, email: str) -> str:
        return self.macs.mac("email", fold_email(email))

    def _subject_mac(self, subject: str) -> str:
        return self.macs.mac("subject", subject)


def read_advocate(store: Store, advocate_id: str, *, erased: bool = False) -> Advocate:
    """The head of a person. NotFound `unknown_advocate`, Forgotten unless `erased` ones will do."""
    advocate = store.get(Advocate, advocate_key(advocate_id))
    if advocate is None:
        raise NotFound("unknown_advocate", "there is no such advocate")
    if advocate.erased_ms is not None and not erased:
        raise Forgotten
    return advocate


def acting_as(desk: Desk, advocate_id: str) -> Desk:
    """The same desk with the advocate as the one who acts."""
    return replace(desk, actor=Actor(kind="advocate", id=advocate_id))


def _known(of: str, mac: str, advocate_id: str) -> Known:
    return Known.model_validate({"mac": mac, "of": of, "advocate_id": advocate_id})
