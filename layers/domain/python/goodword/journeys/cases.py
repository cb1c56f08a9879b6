"""An urgent case of one person stops asks to everybody of the companies that it was told with.

A help desk tells of a case by several events, in any order, some with the company and some without.
Of each case its last step is kept, and every company that any step named; while that step says
urgent and open, each of these companies has a note of it. What a case says of delight or risk stays
with the person alone.

A case is open for whoever its last step names. It may be told of one person and end with another,
who had asked in the first one's name, so whoever it was told of before hears that it is over for
them, by a signal like that of any case that ends without being resolved.
"""

from typing import ClassVar

from goodword.conversions.model import Delivery
from goodword.journeys.signal import (
    CASES,
    Signal,
    SignalFact,
    SignalKind,
    Subject,
    put_signal,
    subject_key,
)
from goodword.limits import CASE_ACCOUNTS_MAX, CASE_HOLDERS_MAX, SIGNAL_DAYS
from goodword.ports import Change, Desk
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS

URGENT = 1
NOTES = "U#"  # under a company, before the notes of its open urgent cases


class Holder(Value):
    """Whom a case was told of as open, when last, and until when they have heard that it is not."""

    subject_id: str
    at_ms: int
    over_ms: int = -1


class Case(Record):
    """The last step of a case in one namespace, whom it was told of, and which companies."""

    KIND: ClassVar[str] = "case"

    program_id: str
    namespace: str
    about: str
    source_id: str
    at_ms: int = -1
    ended: bool = False
    priority: int = 0
    accounts: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    told_of: str = ""
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


class Over(Value):
    """That a case is open no more for somebody."""

    signal_id: str
    kind: SignalKind = "case_dropped"
    occurred_ms: int
    about: str
    value: None = None
    word: None = None


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
    desk: Desk,
    change: Change,
    delivery: Delivery,
    fact: SignalFact,
    subject: Subject,
    account: Subject | None,
) -> None:
    """Add to the change what a step of a case means for others than its `subject`.

    Nothing of a signal of another kind. A company whose note changes is written with it, so that
    no ask to its people overtakes it.
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
    after = _folded(known, fact, subject, account).but(keep_s=max(known.keep_s, fresh.keep_s))
    after = _ended(desk, change, delivery, after)
    change.save(after)
    for account_id in after.accounts:
        if _noted(desk, change, after, account_id) and subject_key(account_id) not in change.keys:
            _touch(desk, change, account_id)


def _folded(known: Case, fact: SignalFact, subject: Subject, account: Subject | None) -> Case:
    """Of steps at one time an end counts, else the most urgent, as in the score."""
    known = known.but(holders=_holders(known, fact, subject))
    named = () if account is None else (account.subject_id,)
    accounts = tuple(dict.fromkeys((*known.accounts, *named)))[:CASE_ACCOUNTS_MAX]
    ended, priority = fact.kind != "case_opened", fact.value or 0
    if (fact.occurred_ms, ended, -priority) <= (known.at_ms, known.ended, -known.priority):
        return known.but(accounts=accounts)
    at_ms = fact.occurred_ms
    who = subject.subject_id
    return known.but(at_ms=at_ms, ended=ended, priority=priority, accounts=accounts, told_of=who)


def _holders(known: Case, fact: SignalFact, subject: Subject) -> tuple[Holder, ...]:
    """Whom it was told of as open, with this step; who was told of it last stands last."""
    if fact.kind != "case_opened":
        return known.holders
    who = {one.subject_id: one for one in known.holders}
    before = who.get(subject.subject_id, Holder(subject_id=subject.subject_id, at_ms=-1))
    who[before.subject_id] = before.but(at_ms=max(before.at_ms, fact.occurred_ms))
    return tuple(sorted(who.values(), key=lambda one: one.at_ms))


def _ended(desk: Desk, change: Change, delivery: Delivery, case: Case) -> Case:
    """Let whoever it is open for no more hear so; the case with those who may have to hear later.

    Just before the step that says so: if both turn out to be one person, that step counts.
    """
    kept: list[Holder] = []
    for one in case.holders:
        over = one.at_ms < case.at_ms or case.ended
        if not over or one.over_ms >= one.at_ms or (case.ended and one.subject_id == case.told_of):
            kept.append(one)
            continue
        over_ms = max(one.at_ms, case.at_ms - 1)
        name = f"{case.about}:over:{one.subject_id}:{over_ms}"
        said = Over(signal_id=name, occurred_ms=over_ms, about=case.about)
        put_signal(desk, change, delivery, one.subject_id, said)
        kept.append(one.but(over_ms=over_ms))
    return case.but(holders=tuple(kept[-CASE_HOLDERS_MAX:]))


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
