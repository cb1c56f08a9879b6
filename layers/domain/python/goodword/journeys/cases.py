"""An urgent case of one person stops asks to everybody of the companies that it was told with.

A help desk tells of a case by several events, in any order, some with the company and some without.
Of each case its last step is kept, and every company that any step named; while that step says
urgent and open, each of these companies has a note of it. What a case says of delight or risk stays
with the person alone.
"""

from typing import ClassVar

from goodword.conversions.model import Delivery
from goodword.journeys.signal import CASES, Signal, SignalFact, Subject, subject_key
from goodword.limits import CASE_ACCOUNTS_MAX, SIGNAL_DAYS
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.times import DAY_MS, SECOND_MS

URGENT = 1
NOTES = "U#"  # under a company, before the notes of its open urgent cases


class Case(Record):
    """The last step of a case in one namespace, and the companies that it concerns."""

    KIND: ClassVar[str] = "case"

    program_id: str
    namespace: str
    about: str
    source_id: str
    at_ms: int = -1
    ended: bool = False
    priority: int = 0
    accounts: tuple[str, ...] = ()
    keep_s: int

    @property
    def key(self) -> Key:
        return Key("core", f"CASE#{self.program_id}#{self.namespace}#{self.about}", "CASE")

    @property
    def expires_s(self) -> int:
        return self.keep_s

    @property
    def is_urgent(self) -> bool:
        """Whether it is open and urgent."""
        return not self.ended and self.priority == URGENT


class UrgentCase(Record):
    """That a case of a company is open and urgent; there only as long as it is."""

    KIND: ClassVar[str] = "urgent_case"

    account_id: str
    program_id: str
    namespace: str
    about: str
    source_id: str
    since_ms: int
    keep_s: int

    @property
    def key(self) -> Key:
        return _note_key(self.account_id, self.namespace, self.about)

    @property
    def expires_s(self) -> int:
        return self.keep_s

    @property
    def signal(self) -> Signal:
        """What everybody of the company hears of it: nothing that has a weight."""
        return Signal(
            subject_id=self.account_id,
            signal_id=f"{self.account_id}:{self.namespace}:{self.about}",
            program_id=self.program_id,
            source_id=self.source_id,
            kind="company_case",
            occurred_ms=self.since_ms,
            noted_ms=self.since_ms,
            about=self.about,
            keep_s=self.keep_s,
        )


def put_case(
    desk: Desk, change: Change, delivery: Delivery, fact: SignalFact, account: Subject | None
) -> None:
    """Add to the change what a step of a case means for the companies; of other kinds nothing.

    A company whose note changes is written with it, so that no ask to its people overtakes it.
    """
    if fact.kind not in CASES or fact.about is None:
        return
    program_id, namespace = delivery.space
    fresh = Case(
        program_id=program_id,
        namespace=namespace,
        about=fact.about,
        source_id=delivery.source_id,
        keep_s=(max(desk.clock.now_ms(), fact.occurred_ms) + SIGNAL_DAYS * DAY_MS) // SECOND_MS,
    )
    known = desk.store.get(Case, fresh.key) or fresh
    after = _folded(known, fact, account).but(keep_s=max(known.keep_s, fresh.keep_s))
    change.save(after)
    for account_id in after.accounts:
        if _noted(desk, change, after, account_id) and subject_key(account_id) not in change.keys:
            _touch(desk, change, account_id)


def _folded(known: Case, fact: SignalFact, account: Subject | None) -> Case:
    """Of steps at one time an end counts, else the most urgent, as in the score."""
    named = () if account is None else (account.subject_id,)
    accounts = tuple(dict.fromkeys((*known.accounts, *named)))[:CASE_ACCOUNTS_MAX]
    ended, priority = fact.kind != "case_opened", fact.value or 0
    if (fact.occurred_ms, ended, -priority) <= (known.at_ms, known.ended, -known.priority):
        return known.but(accounts=accounts)
    at_ms = fact.occurred_ms
    return known.but(at_ms=at_ms, ended=ended, priority=priority, accounts=accounts)


def _noted(desk: Desk, change: Change, case: Case, account_id: str) -> bool:
    """Put, move or remove the note; whether there is one now."""
    found = desk.store.get(UrgentCase, _note_key(account_id, case.namespace, case.about))
    if not case.is_urgent:
        if found is not None:
            change.delete(found)
        return False
    note = found or UrgentCase(
        account_id=account_id,
        program_id=case.program_id,
        namespace=case.namespace,
        about=case.about,
        source_id=case.source_id,
        since_ms=case.at_ms,
        keep_s=case.keep_s,
    )
    change.save(note.but(since_ms=case.at_ms, keep_s=case.keep_s))
    return True


def _touch(desk: Desk, change: Change, account_id: str) -> None:
    for account in desk.store.get_many(Subject, [subject_key(account_id)]).values():
        change.replace(account)


def _note_key(account_id: str, namespace: str, about: str) -> Key:
    return Key("core", f"SBJ#{account_id}", f"{NOTES}{namespace}#{about}")
