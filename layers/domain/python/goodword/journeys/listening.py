"""A signal is noted once, for the subject that its identifiers name; a repeat changes nothing.

An e-mail is one person's in all of a programme's sources; a source's own ids count within its
namespace. Identifiers that name two subjects join them for good: the earlier one takes the later
as one of its parts, and neither's signals move. An id that was told with more addresses than one
person has is a form's or a counter's: from then on the address alone says who it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from goodword.conversions.model import Delivery
from goodword.errors import NotFound
from goodword.journeys.asked import carry_asks
from goodword.journeys.cases import NOTES, UrgentCase, put_case
from goodword.journeys.scoring import Standing, standing
from goodword.journeys.signal import (
    OF_ACCOUNTS,
    Named,
    Noted,
    Origin,
    Signal,
    SignalFact,
    SignalName,
    Subject,
    SubjectMark,
    mark_key,
    put_signal,
    signal_name_key,
    subject_key,
)
from goodword.journeys.walk import Member
from goodword.limits import (
    MEMBERS_PAGES_MAX,
    MEMBERS_READ_MAX,
    SIGNAL_PAGES_MAX,
    SIGNALS_READ_MAX,
    SUBJECT_ADDRESSES_MAX,
    SUBJECT_HOPS_MAX,
    SUBJECT_MARKS_MAX,
    SUBJECT_PARTS_MAX,
)
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import Macs
from goodword.records import Record


class Whose(Named, Protocol):
    """Identifiers of somebody, and as of when."""

    @property
    def occurred_ms(self) -> int: ...


@dataclass(frozen=True)
class Listening:
    """Notes what deliveries say of customers. The worker of deliveries calls it."""

    desk: Desk
    macs: Macs

    def note(self, delivery: Delivery, fact: SignalFact) -> None:
        """Keep the signal under its subject; safe to repeat."""
        until_settled(partial(self._note, delivery, fact))

    def note_of(self, origin: Origin, marks: Sequence[str], fact: Noted) -> None:
        """The same for a person of whom these identifiers are known already; safe to repeat."""

        def attempt() -> None:
            name_key = signal_name_key(origin.program_id, origin.space.namespace, fact.signal_id)
            if self.desk.store.get(SignalName, name_key) is not None:
                return
            change = Change()
            subject = self._subject(change, origin, "person", marks, fact.occurred_ms, None, 1)
            put_signal(self.desk, change, origin, subject.subject_id, fact)
            self.desk.store.commit(change)

        until_settled(attempt)

    def known(self, origin: Origin, marks: Sequence[str]) -> Subject:
        """The person of these identifiers; noted, without a signal, if nobody has heard of them."""

        def attempt() -> Subject:
            change, now_ms = Change(), self.desk.clock.now_ms()
            found = self._subject(change, origin, "person", marks, now_ms, None, 0)
            if change.keys:
                self.desk.store.commit(change)
            return found

        return until_settled(attempt)

    def meet(self, delivery: Origin, whose: Whose, also: Sequence[str] = ()) -> Subject:
        """The subject of these identifiers, without a signal: a CRM says who a contact is.

        `also` are other ids of the same person, of the same source; where nobody but a company is
        named they are the company's.

        Where that joins somebody to a company, or two names, journeys look at them anew: what lets
        them in may have been told of the company, or of the other name, before. Of two companies
        that became one they look at everybody.
        """

        def attempt() -> Subject:
            change = Change()
            is_company = whose.customer_id is None and whose.email is None
            account = self._account(change, delivery, whose, 0, also if is_company else ())
            found = self._person(change, delivery, whose, account, 0, also) or account
            assert found is not None  # somebody is named
            if change.keys:
                self.desk.store.commit(change)
            return found

        return until_settled(attempt)

    def _note(self, delivery: Delivery, fact: SignalFact) -> None:
        program_id, namespace = delivery.space
        name_key = signal_name_key(program_id, namespace, fact.signal_id)
        if self.desk.store.get(SignalName, name_key) is not None:
            return
        change = Change()
        account = self._account(change, delivery, fact)
        person = self._person(change, delivery, fact, account)
        subject = account if person is None or (fact.kind in OF_ACCOUNTS and account) else person
        assert subject is not None  # a fact names somebody
        put_signal(self.desk, change, delivery, subject.subject_id, fact)
        put_case(self.desk, change, delivery, fact, subject, account)
        self.desk.store.commit(change)

    def _account(
        self,
        change: Change,
        delivery: Origin,
        whose: Whose,
        signals: int = 1,
        also: Sequence[str] = (),
    ) -> Subject | None:
        if whose.account_id is None:
            return None
        namespace, at_ms = delivery.space.namespace, whose.occurred_ms
        marks = [
            self.macs.mac("account", f"{namespace}:{one}") for one in (whose.account_id, *also)
        ]
        return self._subject(change, delivery, "account", marks, at_ms, None, signals)

    def _person(
        self,
        change: Change,
        delivery: Origin,
        whose: Whose,
        account: Subject | None,
        signals: int = 1,
        also: Sequence[str] = (),
    ) -> Subject | None:
        marks = marks_of(self.macs, delivery.space.namespace, whose.customer_id, whose.email)
        if not marks:
            return None
        own = "" if whose.email is None else marks[-1]
        for name in also:
            marks += marks_of(self.macs, delivery.space.namespace, name, None)
        at_ms = whose.occurred_ms
        return self._subject(change, delivery, "person", marks, at_ms, account, signals, own)

    def _subject(
        self,
        change: Change,
        delivery: Origin,
        what: str,
        marks: Sequence[str],
        at_ms: int,
        account: Subject | None,
        signals: int,
        own: str = "",
    ) -> Subject:
        """The subject of these identifiers as `change` leaves it: found, joined, or new.

        `own` is the one among them that is an address.
        """
        program_id, store = delivery.program_id, self.desk.store
        known = store.get_many(SubjectMark, [mark_key(program_id, mac) for mac in marks])
        found = {one.subject_id: one for one in self._heads(known[key].subject_id for key in known)}
        ordered = sorted(found.values(), key=lambda one: (one.created_ms, one.subject_id))
        new = [mac for mac in marks if mark_key(program_id, mac) not in known]
        addresses = sum(one.addresses for one in ordered) + (own in new)
        joins = own in new or len(ordered) > 1
        if own and len(marks) > 1 and joins and addresses > SUBJECT_ADDRESSES_MAX:
            return self._subject(change, delivery, what, [own], at_ms, account, signals, own)
        first = ordered[0] if ordered else self._new(program_id, what, at_ms)
        after = first.but(
            addresses=first.addresses + (own in new),
            last_ms=max(first.last_ms, at_ms),
            heard=first.heard + signals,
            marks=tuple(dict.fromkeys((*first.marks, *new)))[:SUBJECT_MARKS_MAX],
        )
        for other in ordered[1:]:
            if len(after.parts) + 1 + len(other.parts) > SUBJECT_PARTS_MAX:
                continue
            after = after.with_part(other)
            change.replace(other.but(merged_into=after.subject_id))
        if account is not None and at_ms >= after.account_ms:
            after = after.but(account_id=account.subject_id, account_ms=at_ms)
            put_member(self.desk, change, account.subject_id, after.subject_id)
        if after != first or first.version == 0:
            change.save(after)
        for mac in new:
            change.create(SubjectMark(program_id=program_id, mac=mac, subject_id=after.subject_id))
        if what == "person" and len(after.marks) > 1 and (new or len(ordered) > 1):
            carry_asks(store, change, after.marks, program_id, self.desk.clock.now_ms())
        told = len(ordered) > 1 or after.account_id != first.account_id
        # Another id of the same company changes nothing for its people.
        told = told or bool(ordered and new and what == "person")
        if told and not signals:
            change.create(known_better(self.desk, after))
        return after

    def _new(self, program_id: str, what: str, at_ms: int) -> Subject:
        return Subject.model_validate(
            {
                "subject_id": self.desk.ids.new("sbj"),
                "program_id": program_id,
                "what": what,
                "last_ms": at_ms,
                "created_ms": self.desk.clock.now_ms(),
            }
        )

    def _heads(self, ids: Iterable[str]) -> list[Subject]:
        return [head(self.desk, one) for one in dict.fromkeys(ids)]


@dataclass(frozen=True)
class Customers:
    """Those that signals are about; they are known by id only."""

    desk: Desk

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[Subject]:
        """Persons, those with the oldest last signal first; may lag behind a moment."""
        index = f"SUBJECTS#{program_id}"
        return self.desk.store.query_index(Subject, "core", index, limit=limit, cursor=cursor)

    def read(self, subject_id: str) -> Subject:
        """The subject, or the one that it was joined to. Raises NotFound `unknown_subject`."""
        return head(self.desk, subject_id)

    def people_of(self, subject: Subject) -> list[Subject]:
        """The person; of an account the people who belong to it now."""
        if subject.what == "person":
            return [] if subject.forgotten else [subject]
        found: dict[str, Subject] = {}
        for part in (subject.subject_id, *subject.parts):
            for member in self._members(part):
                person = self.read(member.subject_id)
                if person.account_id is not None and not person.forgotten:
                    found[person.subject_id] = person
        own = {subject.subject_id, *subject.parts}
        return [one for one in found.values() if one.account_id in own]

    def _members(self, account_id: str) -> Iterator[Member]:
        """Whoever was ever seen with the account; at most MEMBERS_PAGES_MAX pages."""
        cursor: str | None = None
        for _ in range(MEMBERS_PAGES_MAX):
            page = self.desk.store.query(
                Member, "core", f"SBJ#{account_id}", "M#", limit=MEMBERS_READ_MAX, cursor=cursor
            )
            yield from page.rows
            cursor = page.cursor
            if cursor is None:
                return

    def standing(self, subject: Subject) -> Standing:
        """What the signals of the person, its parts and its account come to now."""
        heard = self.heard(subject)
        return standing(heard.signals, self.desk.clock.now_ms(), whole=heard.whole)

    def signals(self, subject: Subject) -> Sequence[Signal]:
        """Everything that counts for the person, its company's signals too; the newest of each."""
        return self.heard(subject).signals

    def heard(self, subject: Subject) -> "Heard":
        """The same, and whether it is all of it.

        What forbids asking may be older than any number of what a busy product tells, so it is
        read on to the end; of ordinary people that is one read for each of their names.
        """
        owners = [subject.subject_id, *subject.parts]
        company = owners if subject.what == "account" else []
        if subject.account_id is not None:
            account = head(self.desk, subject.account_id)
            company = [account.subject_id, *account.parts]
        each = [self._heard_of(owner) for owner in dict.fromkeys((*owners, *company))]
        signals = [signal for one in each for signal in one.signals]
        signals += [note.signal for one in company for note in self._urgent(one)]
        return Heard(signals, all(one.whole for one in each))

    def _urgent(self, account_id: str) -> Sequence[UrgentCase]:
        """Open urgent cases of a company's people; of very many some, and one is enough."""
        partition = f"SBJ#{account_id}"
        return self.desk.store.query(
            UrgentCase, "core", partition, NOTES, limit=MEMBERS_READ_MAX
        ).rows

    def _heard_of(self, owner: str) -> "Heard":
        found: list[Signal] = []
        cursor: str | None = None
        for _ in range(SIGNAL_PAGES_MAX):
            page = self.desk.store.query(
                Signal,
                "core",
                f"SBJ#{owner}",
                "S#",
                limit=SIGNALS_READ_MAX,
                cursor=cursor,
                newest_first=True,
            )
            found += (one for one in page.rows if not one.withdrawn)
            cursor = page.cursor
            if cursor is None:
                break
        return Heard(found, whole=cursor is None)


class Heard(NamedTuple):
    """Signals, the newest of each subject first, and whether these are all."""

    signals: Sequence[Signal]
    whole: bool


@dataclass(frozen=True)
class Subjects(Customers):
    """The same for staff, who may look for somebody by an address."""

    macs: Macs

    def find(self, program_id: str, email: str) -> Subject:
        """The person of an address (folded already). Raises NotFound `unknown_subject`."""
        mark = self.desk.store.get(SubjectMark, mark_key(program_id, self.macs.mac("email", email)))
        if mark is None:
            raise _unknown()
        return self.read(mark.subject_id)


def put_member(desk: Desk, change: Change, account_id: str, person_id: str) -> None:
    """Note the person with the account, so that what happens to it finds its people."""
    member = Member(account_id=account_id, subject_id=person_id)
    if desk.store.get(Member, member.key) is None:
        change.create(member)


def known_better(desk: Desk, person: Subject) -> Record:
    """The event that makes journeys look at a person of whom nothing was heard just now."""
    told = {"program_id": person.program_id}
    return desk.event("journey.subject_known", person.subject_id, **told)


def marks_of(macs: Macs, namespace: str, customer_id: str | None, email: str | None) -> list[str]:
    """A person's identifiers as MACs; the address is the same that finds an advocate."""
    found = []
    if customer_id is not None:
        found.append(macs.mac("customer", f"{namespace}:{customer_id}"))
    if email is not None:
        found.append(macs.mac("email", email))
    return found


def head(desk: Desk, subject_id: str) -> Subject:
    """The subject that stands for this one now. Raises NotFound `unknown_subject`."""
    for _ in range(SUBJECT_HOPS_MAX):
        subject = desk.store.get(Subject, subject_key(subject_id))
        if subject is None:
            break
        if subject.merged_into is None:
            return subject
        subject_id = subject.merged_into
    raise _unknown()


def _unknown() -> NotFound:
    return NotFound("unknown_subject", "nothing is known of such a customer")
