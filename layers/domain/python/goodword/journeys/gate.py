"""Everything that decides whether a person may be asked, read together and held to the commit.

The verdict is `asking.may_ask` over the books of the person and of whoever turned out to be the
same person. `hold` adds to the Change what must not have moved since: the person, the company, the
rules of the programme and its state, the enrolment, and the book itself. So of two journeys that
ask at the same moment one loses the race and looks again, and a complaint or a pause that comes in
between is heeded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from goodword.advocates.model import Enrolment, Known, enrolment_key, known_key
from goodword.advocates.segments import current
from goodword.journeys.asked import Mailbox, mailbox_key
from goodword.journeys.asking import (
    WORLD,
    AskBook,
    AskRules,
    Unreached,
    Verdict,
    book_key,
    may_ask,
    may_call,
    may_notice,
    may_remind,
    may_thank,
    rules_key,
)
from goodword.journeys.definition import Ask, JourneyTerms
from goodword.journeys.fitting import facts_of, fitted
from goodword.journeys.ladder import Trust, trust_of, trusted
from goodword.journeys.listening import Customers, Heard
from goodword.journeys.reference import ReferenceProfile, reference_key
from goodword.journeys.scoring import Standing, standing
from goodword.journeys.signal import Signal, Subject
from goodword.journeys.wished import all_asks, together
from goodword.limits import PAUSE_LOOK_HOURS
from goodword.ports import Change, Desk, Guard
from goodword.programs.effective import Editions
from goodword.programs.model import Program, program_key, version_at
from goodword.records import Key, Record
from goodword.rewards.tally import Tally, tally_key
from goodword.times import HOUR_MS


@dataclass(frozen=True)
class Seen:
    """One person as they stand now, with everything that was read to say so."""

    subject: Subject
    signals: Sequence[Signal]
    standing: Standing
    trust: Trust
    rules: AskRules
    book: AskBook
    others: Sequence[AskBook]
    enrolment: Enrolment | None
    account: Subject | None
    reached: Unreached | None
    at_ms: int
    program: Program | None
    zone: str = ""  # where the person said that they are, if not for requests
    boxes: Sequence[Mailbox] = ()
    home: str = WORLD  # where the programme is: of whoever said nothing at all

    @property
    def whole(self) -> AskBook:
        """The person's book with those of their parts; where none named a zone, their own is, or
        else the programme's."""
        book = together((self.book, *self.others))
        return book.but(time_zone=zoned(book.time_zone, self.zone, self.home))

    @property
    def stopped(self) -> Verdict | None:
        """Nothing is asked, reminded of or booked in a programme that is paused or closed.

        A letter that a pause holds is looked at again some hours later.
        """
        return stopped(self.program, self.at_ms)

    def unreached(self, terms: JourneyTerms) -> Unreached | None:
        """Why a journey cannot ask the person at all.

        Whoever was never here can be, where it reaches customers; whoever has left, may not take
        part, or was forgotten, cannot.
        """
        if terms.reach == "customers" and self.reached == "not_known_here":
            return None
        return self.reached

    def may_ask(self, ask: Ask, terms: JourneyTerms) -> Verdict:
        """The verdict about one ask; nobody knows the day on which a pause ends."""
        if self.stopped is not None:
            return self.stopped.but(from_ms=None)
        if (why := self.unreached(terms)) is not None:
            return Verdict(allowed=False, reason=why)
        known = self.rules, self.standing, self.whole, self.at_ms
        return may_ask(ask, terms, *known, self.elsewhere)

    @property
    def elsewhere(self) -> Sequence[int]:
        """When other programmes asked the same mailbox, as far as the programme looks at that."""
        if not self.rules.across_programs:
            return ()
        own = self.subject.program_id
        asks = {one for box in self.boxes for one in box.asks if one.program_id != own}
        return sorted(one.at_ms for one in asks)

    def note_asked(self, change: Change, at_ms: int) -> None:
        """Put into the change that the person was asked, where other programmes look."""
        for one in self.boxes:
            change.save(one.plus(self.subject.program_id, at_ms))

    def may_remind(self, ask: Ask, terms: JourneyTerms) -> Verdict:
        """The same for saying an ask once more; how often and how lately does not count there."""
        if self.stopped is not None:
            return self.stopped
        if (why := self.unreached(terms)) is not None:
            return Verdict(allowed=False, reason=why)
        return may_remind(ask, terms, self.rules, self.standing, self.whole, self.at_ms)

    def may_thank(self, terms: JourneyTerms) -> Verdict:
        """The same for thanks, which ask for nothing: they wait for the end of a pause, and are
        owed also when the programme has closed."""
        if self.stopped is not None and self.stopped.from_ms is not None:
            return self.stopped
        if (why := self.unreached(terms)) is not None:
            return Verdict(allowed=False, reason=why)
        return may_thank(terms, self.rules, self.standing, self.whole, self.at_ms)

    def may_notice(self) -> Verdict:
        """The same for a notice that no journey sends; whoever it is about is written to by it."""
        return may_notice(self.rules, self.standing, self.whole, self.at_ms)

    def may_call(self) -> Verdict:
        """The same for a reference call of whoever said yes, wherever they were asked."""
        if self.stopped is not None:
            return self.stopped.but(from_ms=None)
        if self.reached not in (None, "not_known_here"):
            return Verdict(allowed=False, reason=self.reached)
        return may_call(self.rules, self.standing, self.whole, self.at_ms)

    @property
    def all_heard(self) -> bool:
        """Whether `signals` are all there are; of very many the oldest are not read."""
        return all(one.code != "too_many_signals" for one in self.standing.suppressors)

    @property
    def advocate_id(self) -> str:
        """Who is to be asked; empty of a customer who does not take part."""
        return self.enrolment.advocate_id if self.enrolment is not None else ""

    @property
    def segments(self) -> frozenset[str]:
        """The segments that the person is in now, flags among them."""
        return current(self.enrolment.segments) if self.enrolment is not None else frozenset()

    def hold(self, change: Change) -> None:
        """Let the commit fail if anything that was read has moved, but for the book itself."""
        held: list[Record] = [self.subject, *self.others]
        held += [one for one in (self.account, self.enrolment) if one is not None]
        for one in (*held, self.rules):
            if one.version:
                change.require(one.key, Guard({"version": one.version}))
            else:
                change.require_absent(one.key)
        if self.program is not None:
            change.require(self.program.key, Guard({"state": self.program.state}))
        if self.enrolment is None:  # nobody has come to be known, and banned, meanwhile
            for mac in self.subject.marks:
                change.require_absent(known_key(mac))

    def hold_book(self, change: Change) -> None:
        """The same of the book, where nothing is written into it: nobody asks in between."""
        if self.book.version:
            change.require(self.book.key, Guard({"version": self.book.version}))
        else:
            change.require_absent(self.book.key)


def stopped(program: Program | None, at_ms: int) -> Verdict | None:
    """Why a programme asks and pleases nobody now; None if it goes on, or is not there."""
    state = program.state if program is not None else "active"
    if state == "paused":
        again_ms = at_ms + PAUSE_LOOK_HOURS * HOUR_MS
        return Verdict(allowed=False, reason="programme_paused", from_ms=again_ms)
    if state == "closed":
        return Verdict(allowed=False, reason="programme_closed")
    return None


def zoned(wished: str, said: str, home: str) -> str:
    """Where somebody's clock stands: by their wishes, else by their account, else the programme."""
    return wished or said or home


@dataclass(frozen=True)
class Gate:
    """Looks at people."""

    desk: Desk
    subjects: Customers
    editions: Editions = field(default_factory=Editions)  # of programmes, for their zones

    def look(self, subject_id: str) -> Seen:
        """The person as they stand now. Raises NotFound `unknown_subject`."""
        store, subject = self.desk.store, self.subjects.read(subject_id)
        heard, at_ms = self.subjects.heard(subject), self.desk.clock.now_ms()
        signals = heard.signals
        own = book_key(subject.subject_id)
        parts = [book_key(one) for one in subject.parts]
        books = store.get_many(AskBook, [own, *parts])
        company = subject.account_id
        enrolment, reached = self._reach(subject)
        asks = all_asks(list(books.values()))
        trust = trust_of(asks, signals, self._orders(enrolment), at_ms)
        rules, program = self.ruled(subject.program_id)
        stands = self._fitted(rules, subject, heard, at_ms)
        return Seen(
            subject=subject,
            signals=signals,
            standing=trusted(stands, trust),
            trust=trust,
            rules=rules,
            book=books.get(own) or AskBook(subject_id=subject.subject_id),
            others=[books.get(at) or AskBook(subject_id=at.pk[4:]) for at in parts],
            enrolment=enrolment,
            account=self.subjects.read(company) if company is not None else None,
            reached=reached,
            at_ms=at_ms,
            program=program,
            boxes=self._boxes(subject),
            home=self.home(program),
        )

    def _boxes(self, subject: Subject) -> Sequence[Mailbox]:
        keys = {one: mailbox_key(one) for one in subject.marks}
        found = self.desk.store.get_many(Mailbox, list(keys.values())) if keys else {}
        return [found.get(key) or Mailbox(mac=mac) for mac, key in keys.items()]

    def home(self, program: Program | None) -> str:
        """The zone of a programme by its terms in force; UTC of one that is not there."""
        versions = self.editions.of(self.desk.store, program) if program is not None else ()
        if not versions:
            return WORLD
        return version_at(versions, self.desk.clock.now_ms()).terms.payment.time_zone

    def ruled(self, program_id: str) -> tuple[AskRules, Program | None]:
        """What holds for every ask of the programme, and its head, in one request."""
        wanted: dict[Key, type[Record]] = {
            rules_key(program_id): AskRules,
            program_key(program_id): Program,
        }
        found = self.desk.store.get_mixed(wanted)
        rules, program = found.get(rules_key(program_id)), found.get(program_key(program_id))
        assert rules is None or isinstance(rules, AskRules)
        assert program is None or isinstance(program, Program)
        return rules or AskRules(program_id=program_id), program

    def _fitted(self, rules: AskRules, subject: Subject, heard: Heard, at_ms: int) -> Standing:
        """The standing with whose profile suits what; a profile is read where one matters."""
        found = standing(heard.signals, at_ms, whole=heard.whole)
        if not rules.fit:
            return found
        profile = None
        if any(one.of_profile for one in rules.fit):
            keys = [reference_key(one) for one in (subject.subject_id, *subject.parts)]
            known = self.desk.store.get_many(ReferenceProfile, keys)
            profile = next((known[key] for key in keys if key in known), None)
        return fitted(found, rules.fit, facts_of(subject, heard.signals, profile))

    def _reach(self, subject: Subject) -> tuple[Enrolment | None, Unreached | None]:
        """Who the person is here: only people who take part have an address, and earn.

        Nothing leads to whoever was forgotten, so they look like somebody who was never here.
        """
        if subject.forgotten:
            return None, "forgotten"
        keys = [known_key(mac) for mac in subject.marks]
        known = self.desk.store.get_many(Known, keys) if keys else {}
        names = list(dict.fromkeys(known[key].advocate_id for key in keys if key in known))
        if not names:
            return None, "not_known_here"
        found = self._enrolments([enrolment_key(one, subject.program_id) for one in names])
        if any(one.state == "banned" for one in found):  # by one sign-in is by every other
            return None, "not_taking_part"
        active = next((one for one in found if one.state == "active"), None)
        return (active, None) if active is not None else (None, "not_taking_part")

    def _orders(self, enrolment: Enrolment | None) -> int:
        """How many orders the person has brought through links."""
        if enrolment is None:
            return 0
        place = tally_key(enrolment.advocate_id, enrolment.program_id)
        found = self.desk.store.get(Tally, place)
        return found.in_all.orders if found else 0

    def _enrolments(self, keys: Sequence[Key]) -> list[Enrolment]:
        return list(self.desk.store.get_many(Enrolment, keys).values())
