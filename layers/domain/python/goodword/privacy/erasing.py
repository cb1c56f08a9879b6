"""A person asks to be erased, may think again, and is then gone: readable by nobody, for ever.

Between asking and erasing lie some days in which it can be taken back. What is in a payout has to
end first, because the rail is asked for it by the destination. What is still to be paid is waited
for, unless the person says otherwise; nothing is ever forfeited: it stays in the books, under the
random id, and is paid to nobody because nobody knows where to. Then everything by which the person
could be found or read is removed, and the key with which their texts were sealed is destroyed. The
steps repeat harmlessly, so a time that was cut off is gone on with (I13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal, Protocol

from pydantic import Field

from goodword.advocates.boarding import Counting
from goodword.advocates.links import links_of
from goodword.advocates.model import (
    MOVES,
    Enrolment,
    Known,
    Payee,
    PayoutMethod,
    enrolment_key,
    known_key,
    method_key,
    payee_key,
)
from goodword.advocates.people import acting_as, read_advocate
from goodword.advocates.recognition import Recognition, recognition_key
from goodword.advocates.segmenting import forget_segments
from goodword.conversions.forgetting import Forgetting
from goodword.errors import Conflict
from goodword.events import Plain
from goodword.journeys.introduction import KEYS_TO_DESTROY, KeyToDestroy
from goodword.journeys.withdrawing import Withdrawing
from goodword.ledger.model import Balance
from goodword.limits import (
    ERASURE_DAYS_MAX,
    ERASURE_LOOK_HOURS,
    ERASURE_WAIT_DAYS,
    ERASURES_PER_SWEEP,
    KEYS_PER_SWEEP,
)
from goodword.money import is_money
from goodword.ports import Change, Desk, Guard, until_settled
from goodword.privacy.consents import note_consent
from goodword.privacy.exporting import Export, export_key
from goodword.privacy.model import VaultItem, vault_key
from goodword.privacy.ports import PersonalVault, TextSealer
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import IndexEntry, Key, Record
from goodword.rewards.handed import forget_references
from goodword.times import DAY_MS, HOUR_MS
from goodword.trust.trails import Own, Trail, own_key, trail_key

WAITING = "ERASURES"
Obstacle = Literal["in_payout", "unpaid"]


class Erasure(Record):
    """One person's wish to be erased. `due_ms` is when it is looked at next.

    `at_once`: do not wait for what is unpaid. `sealed_subject` is the account to close, sealed.
    """

    KIND: ClassVar[str] = "erasure"

    advocate_id: str
    state: Literal["asked", "erasing", "done", "taken_back"]
    asked_ms: int
    due_ms: int
    at_once: bool = False
    sealed_subject: str = Field(default="", repr=False)
    done_ms: int | None = None

    @property
    def until_ms(self) -> int:
        """From when on no money is waited for but what is on its way."""
        return self.asked_ms + ERASURE_DAYS_MAX * DAY_MS

    def waits_for(self, balances: Iterable[Balance], now_ms: int) -> tuple[Obstacle, ...]:
        """What has to end before the person can be erased, as things stand."""
        return obstacles(balances, at_once=self.at_once or now_ms >= self.until_ms)

    @property
    def key(self) -> Key:
        return erasure_key(self.advocate_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state in ("asked", "erasing"):
            return IndexEntry(WAITING, f"{self.due_ms:015d}#{self.advocate_id}")
        return None


def erasure_key(advocate_id: str) -> Key:
    """Where it is."""
    return Key("core", f"ADV#{advocate_id}", "E#ERASURE")


class Accounts(Protocol):
    """The sign-in's own records of people."""

    def close(self, subject: str) -> None:
        """Delete the account. One that is gone already is fine. Raises Unavailable."""
        ...


def obstacles(balances: Iterable[Balance], *, at_once: bool) -> tuple[Obstacle, ...]:
    """What has to end before the person can be erased."""
    found: list[Obstacle] = []
    for one in balances:
        if one.in_payout_minor:
            found.append("in_payout")
        elif not at_once and is_money(one.currency) and _unpaid(one) > 0:
            found.append("unpaid")
    return tuple(dict.fromkeys(found))


def _unpaid(balance: Balance) -> int:
    return balance.pending_minor + balance.on_hold_minor + max(0, balance.payable_minor)


class Vault(PersonalVault, TextSealer, Protocol):
    """Seals fields and texts under one and the same key of a person."""


@dataclass(frozen=True)
class Erasing:
    """The use cases of being erased."""

    desk: Desk
    vault: Vault

    def of(self, advocate_id: str) -> Erasure | None:
        """The person's newest wish."""
        return self.desk.store.get(Erasure, erasure_key(advocate_id))

    def balances(self, advocate_id: str) -> Sequence[Balance]:
        """What the person has, in all programmes and currencies."""
        return self.desk.store.query(Balance, "core", f"ADV#{advocate_id}", "A#BAL#").rows

    def ask(
        self,
        advocate_id: str,
        *,
        at_once: bool,
        subject: str = "",
        receipt: Receipt[Erasure] = no_receipt,
    ) -> Erasure:
        """Begin the days in which it can be taken back. `subject` is the account to close."""

        def attempt() -> Erasure:
            read_advocate(self.desk.store, advocate_id)
            before = self.of(advocate_id)
            if before is not None and before.state != "taken_back":
                return before
            now_ms, change = self.desk.clock.now_ms(), Change()
            sealed = self.vault.seal_text(advocate_id, subject, "subject") if subject else ""
            erasure = Erasure(
                advocate_id=advocate_id,
                state="asked",
                asked_ms=now_ms,
                due_ms=now_ms + ERASURE_WAIT_DAYS * DAY_MS,
                at_once=at_once,
                sealed_subject=sealed,
                version=before.version if before else 0,
            )
            change.save(erasure)
            self._tell(change, "advocate.erasure_asked", advocate_id, erasure.due_ms)
            return settle(self.desk.store, change, erasure, receipt)

        return until_settled(attempt)

    def take_back(self, advocate_id: str, receipt: Receipt[Erasure] = no_receipt) -> Erasure:
        """Stay. Conflict `nothing_to_take_back` once it is being carried out."""

        def attempt() -> Erasure:
            before = self.of(advocate_id)
            if before is None or before.state != "asked":
                raise Conflict("nothing_to_take_back", "no erasure waits that could be taken back")
            change, after = Change(), before.but(state="taken_back", sealed_subject="")
            change.replace(after)
            self._tell(change, "advocate.erasure_taken_back", advocate_id, before.due_ms)
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def due(self) -> Sequence[Erasure]:
        """Those whose days are over, or that were cut off."""
        until = f"{self.desk.clock.now_ms():015d}$"
        index = partial(self.desk.store.query_index, Erasure, "core", WAITING)
        return index(until=until, limit=ERASURES_PER_SWEEP).rows

    def carry_out(self, advocate_id: str, accounts: Accounts) -> bool:
        """Erase the person if nothing is in the way; whether it is done. Repeating is harmless."""
        from goodword.journeys.asks import end_all  # noqa: PLC0415 - pages erase nobody

        if not until_settled(partial(self._begin, advocate_id)):
            return False
        self._close(advocate_id, accounts)
        for program_id in [one.program_id for one in self._enrolments(advocate_id)]:
            until_settled(partial(self._leave, advocate_id, program_id))
            self._forget_friend(advocate_id, program_id)
            Counting(self.desk).hide(advocate_id, program_id)
        end_all(self.desk, advocate_id)
        self._unmark(advocate_id)
        forget_references(self.desk.store, advocate_id)
        Withdrawing(self.desk).forget(advocate_id)
        until_settled(partial(self._remove, advocate_id))
        self.vault.forget(advocate_id)
        until_settled(partial(self._finish, advocate_id))
        return True

    def destroy_keys(self) -> None:
        """Destroy the keys of friends who were forgotten; a repeat is harmless."""
        index = partial(self.desk.store.query_index, KeyToDestroy, "core", KEYS_TO_DESTROY)
        for one in index(limit=KEYS_PER_SWEEP).rows:
            self.vault.forget(one.friend_id)
            change = Change()
            change.delete(one)
            self.desk.store.commit(change)

    def _begin(self, advocate_id: str) -> bool:
        erasure = self.of(advocate_id)
        if erasure is None or erasure.state not in ("asked", "erasing"):
            return False
        if erasure.state == "erasing":
            return True
        now_ms, change = self.desk.clock.now_ms(), Change()
        if erasure.due_ms > now_ms:
            return False
        balances = self.balances(advocate_id)
        if erasure.waits_for(balances, now_ms):
            change.replace(erasure.but(due_ms=now_ms + ERASURE_LOOK_HOURS * HOUR_MS))
            if now_ms >= erasure.until_ms:
                self._pay_no_more(change, advocate_id)
            self.desk.store.commit(change)
            return False
        advocate = read_advocate(self.desk.store, advocate_id)
        change.replace(erasure.but(state="erasing"))
        change.replace(advocate.but(erased_ms=now_ms))  # nothing personal is taken in from here on
        for one in balances:  # nothing is frozen for them between the look and this commit
            change.require(one.key, Guard({"version": one.version}))
        self.desk.store.commit(change)
        return True

    def _pay_no_more(self, change: Change, advocate_id: str) -> None:
        """No further payout is made for them; one on its way knows where it goes."""
        method = self.desk.store.get(PayoutMethod, method_key(advocate_id))
        if method is None:
            return
        change.delete(method)
        payee = self.desk.store.get(Payee, payee_key(method.paid_at, advocate_id))
        if payee is not None:
            change.delete(payee)
        change.create(
            self.desk.event("advocate.payout_method_removed", advocate_id, "erasure_overdue")
        )

    def _close(self, advocate_id: str, accounts: Accounts) -> None:
        erasure = self.of(advocate_id)
        if erasure is not None and erasure.sealed_subject:
            sealed = erasure.sealed_subject
            accounts.close(self.vault.open_text(advocate_id, sealed, "subject"))
            change = Change()
            change.replace(erasure.but(sealed_subject=""))
            self.desk.store.commit(change)

    def _enrolments(self, advocate_id: str) -> Sequence[Enrolment]:
        return self.desk.store.query(Enrolment, "core", f"ADV#{advocate_id}", "A#ENR#").rows

    def _leave(self, advocate_id: str, program_id: str) -> None:
        """Nothing is earned any more; links lead safely on, without what their owner called them.

        Codes stay taken: who got one anew would get what was meant for this person.
        """
        change, key = Change(), enrolment_key(advocate_id, program_id)
        for link in links_of(self.desk.store, advocate_id):
            plain = link.but(label="", state="paused")
            if link.program_id == program_id and link != plain:
                change.replace(plain)
        dates = self.desk.store.get(Recognition, recognition_key(advocate_id, program_id))
        if dates is not None:
            change.delete(dates)
        stored = self.desk.store.get(Enrolment, key)
        before = forget_segments(self.desk.store, change, stored) if stored else None
        if before is not None and "left" in MOVES[before.state]:
            change.replace(before.turned("left", self.desk.clock.now_ms()).but(reason="erased"))
            said = {"advocate_id": advocate_id, "program_id": program_id, "before": before.state}
            change.create(self.desk.event("enrolment.left", advocate_id, "erased", **said))
            note_consent(
                self.desk, change, advocate_id, "terms", given=False, program_id=program_id
            )
        elif before is not None and before != stored:
            change.replace(before)
        if change.keys:
            self.desk.store.commit(change)

    def _forget_friend(self, advocate_id: str, program_id: str) -> None:
        """What was recorded of them as somebody's friend, or noticed for journeys, is let go, too.

        Conflict `friend_order_waits`: it is tried again when the order is decided.
        """
        for mac in read_advocate(self.desk.store, advocate_id, erased=True).known:
            Forgetting(self.desk).forget(program_id, mac)

    def _unmark(self, advocate_id: str) -> None:
        """Nobody's card or address is known as this person's any more."""
        own = self.desk.store.get(Own, own_key(advocate_id))
        marks = own.marks.items() if own else ()
        for key in [trail_key(kind, mac) for kind, macs in marks for mac in macs]:
            until_settled(partial(self._disown, advocate_id, key))

    def _disown(self, advocate_id: str, key: Key) -> None:
        trail, change = self.desk.store.get(Trail, key), Change()
        if trail is not None and advocate_id in trail.owners:
            left = tuple(one for one in trail.owners if one != advocate_id)
            change.replace(trail.but(owners=left))
            self.desk.store.commit(change)

    def _remove(self, advocate_id: str) -> None:
        """Fields, look-ups, payout method and marks, in one Change."""
        store, change = self.desk.store, Change()
        advocate = read_advocate(store, advocate_id, erased=True)
        method = store.get(PayoutMethod, method_key(advocate_id))
        kinds: dict[Key, type[Record]] = {
            vault_key(advocate_id): VaultItem,
            own_key(advocate_id): Own,
            export_key(advocate_id): Export,
            **{known_key(mac): Known for mac in advocate.known},
        }
        if method is not None:
            change.delete(method)
            kinds[payee_key(method.paid_at, advocate_id)] = Payee
        for found in store.get_mixed(kinds).values():
            change.delete(found)
        if advocate.known:
            change.replace(advocate.but(known=()))
        if change.keys:
            store.commit(change)

    def _finish(self, advocate_id: str) -> None:
        erasure = self.of(advocate_id)
        if erasure is None or erasure.state == "done":
            return
        change = Change()
        change.replace(erasure.but(state="done", done_ms=self.desk.clock.now_ms()))
        left = " ".join(
            f"{one.program_id}:{one.currency}:{_unpaid(one)}"
            for one in self.balances(advocate_id)
            if _unpaid(one) > 0
        )
        change.create(self.desk.event("advocate.erased", advocate_id, "own_wish", left=left))
        self.desk.store.commit(change)

    def _tell(self, change: Change, type: str, advocate_id: str, until_ms: int) -> None:
        """The event names a programme, so that a letter can say in whose name it is written."""
        told: dict[str, Plain] = {"advocate_id": advocate_id, "until_ms": until_ms}
        if rows := self._enrolments(advocate_id):
            told["program_id"] = rows[0].program_id
        desk = acting_as(self.desk, advocate_id)
        change.create(desk.event(type, advocate_id, "own_wish", **told))
