"""A connected CRM is told what its deals and contacts have to do with referrals, once per change.

What to write is computed at the moment of writing, never taken from the event that led to it, so
late and repeated events do no harm. One worker at a time writes a record. A write that failed, or
whose worker died, is in a list that the sweep works off: nothing waits in a queue for a CRM.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial

from goodword.conversions.model import (
    Conversion,
    Identity,
    Source,
    conversion_key,
    identity_key,
    source_key,
)
from goodword.errors import Stale
from goodword.journeys.copied import (
    WAITING,
    Crm,
    CrmAnswer,
    CrmCopy,
    DealLink,
    LeadFacts,
    LeadWords,
    ReferralFacts,
)
from goodword.journeys.crediting import Credit, Crediting, read_many
from goodword.journeys.introduction import NAMESPACE, Introduction, introduction_key
from goodword.journeys.listening import head
from goodword.journeys.opportunity import Opportunity, deal_partition, opportunity_key
from goodword.journeys.prompting import prompt_of, prompts_of
from goodword.journeys.signal import Subject, SubjectMark, mark_key
from goodword.limits import (
    CRM_LEASE_SECONDS,
    CRM_LINKS_MAX,
    CRM_PER_SWEEP,
    CRM_TURNS_MAX,
    CRM_WAIT_SECONDS_LEAST,
    CRM_WAIT_SECONDS_MAX,
)
from goodword.ports import Change, Desk, until_settled
from goodword.rewards.model import Reward, reward_key
from goodword.times import SECOND_MS

INTRODUCED = "introduced"
OBJECTED = "objected"  # the state of a lead whose person does not want it any more


def _no_words(_introduction: Introduction) -> LeadWords | None:
    return None


@dataclass(frozen=True)
class Copying:
    """Writes to the CRMs by source id; `resting` is until when one of them is left alone (ms).

    `words_of` opens what was said of somebody who was introduced; None once they are forgotten.
    """

    desk: Desk
    crms: Mapping[str, Crm]
    resting: MutableMapping[str, int]
    words_of: Callable[[Introduction], LeadWords | None] = _no_words

    def deal(self, opportunity_id: str) -> None:
        """Bring what the CRM says of a deal up to date."""
        deal = self.desk.store.get(Opportunity, opportunity_key(opportunity_id))
        if deal is None or deal.source_id not in self.crms or deal.state == "removed":
            return
        self._bring(
            CrmCopy(
                owner=deal_partition(opportunity_id),
                source_id=deal.source_id,
                what="deal",
                outside_id=deal.deal_id,
                program_id=deal.program_id,
            )
        )

    def conversion(self, conversion_id: str) -> None:
        """The same for every deal and contact that a referral has to do with."""
        store = self.desk.store
        found = store.get(Conversion, conversion_key(conversion_id))
        if found is None:
            return
        keys = [mark_key(found.program_id, mac) for mac in found.identities]
        people = [one.subject_id for one in read_many(store, SubjectMark, keys).values()]
        heads = {one.subject_id: one for one in (head(self.desk, name) for name in people)}
        deals = self._links([found.key.pk])
        for subject in heads.values():
            deals |= self._person(subject)
        for name in deals:
            self.deal(name)
        if found.namespace == NAMESPACE:
            self.lead(found.order_id)

    def lead(self, introduction_id: str) -> None:
        """The same for somebody who was introduced, at each CRM of the programme that takes leads.

        Whoever objects before that is never told of; after that the words are taken out.
        """
        store = self.desk.store
        found = store.get(Introduction, introduction_key(introduction_id))
        if found is None:
            return
        for source_id in sorted(name for name, crm in self.crms.items() if crm.takes_leads):
            source = store.get(Source, source_key(source_id))
            if source is None or source.program_id != found.program_id:
                continue
            copy = CrmCopy(
                owner=found.key.pk,
                source_id=source_id,
                what="lead",
                outside_id=introduction_id,
                program_id=found.program_id,
            )
            if found.forgotten_ms is None or store.get(CrmCopy, copy.key) is not None:
                self._bring(copy)

    def person(self, subject_id: str) -> None:
        """The same for a person's contacts and deals."""
        for name in self._person(head(self.desk, subject_id)):
            self.deal(name)

    def sweep(self) -> int:
        """Write what is due; how much there was."""
        until_ms = self.desk.clock.now_ms()
        page = self.desk.store.query_index(
            CrmCopy, "core", WAITING, until=f"{until_ms:015d}#~", limit=CRM_PER_SWEEP
        )
        for copy in page.rows:
            self._bring(copy)
        return len(page.rows)

    def _person(self, subject: Subject) -> dict[str, None]:
        """Bring the person's contacts up to date; the deals that the person has to do with."""
        owners = _partitions(subject)
        for copy in self._contacts(owners):
            self._bring(copy)
        return self._links(owners)

    def _contacts(self, owners: Iterable[str]) -> list[CrmCopy]:
        found: list[CrmCopy] = []
        for owner in owners:
            page = self.desk.store.query(CrmCopy, "core", owner, "C#", limit=CRM_LINKS_MAX)
            found += [one for one in page.rows if one.source_id in self.crms]
        return found

    def _links(self, owners: Iterable[str]) -> dict[str, None]:
        found: dict[str, None] = {}
        for owner in owners:
            page = self.desk.store.query(DealLink, "core", owner, "O#", limit=CRM_LINKS_MAX)
            found |= {one.opportunity_id: None for one in page.rows}
        return found

    def _bring(self, copy: CrmCopy) -> None:
        mine = until_settled(partial(self._claim, copy, own=False))
        for _ in range(CRM_TURNS_MAX):
            if mine is None:
                return
            facts = self._facts(mine)
            answer = self._write(mine, facts)
            try:
                self._settle(mine, facts, answer)
                return
            except Stale:  # there is news: it has to be written too
                mine = until_settled(partial(self._claim, copy, own=True))

    def _claim(self, copy: CrmCopy, *, own: bool) -> CrmCopy | None:
        """The record, to be written by the caller alone; None if that is not for the caller."""
        now_ms, change = self.desk.clock.now_ms(), Change()
        stored = self.desk.store.get(CrmCopy, copy.key)
        if stored is None and copy.version:
            return None  # the friend was forgotten meanwhile
        current = stored or copy
        if not own:
            if current.lease_ms > now_ms:
                change.replace(current)  # whoever writes it now looks again
                self.desk.store.commit(change)
                return None
            if current.next_ms is None:
                if self._facts(current).digest == current.written:
                    return None
            elif current.next_ms > now_ms:
                return None
        until_ms = now_ms + CRM_LEASE_SECONDS * SECOND_MS
        mine = current.but(lease_ms=until_ms, next_ms=until_ms)
        change.save(mine)
        self.desk.store.commit(change)
        return mine.but(version=mine.version + 1)

    def _write(self, copy: CrmCopy, facts: ReferralFacts) -> CrmAnswer:
        crm, now_ms = self.crms.get(copy.source_id), self.desk.clock.now_ms()
        if crm is None:
            return CrmAnswer(outcome="refused", reason="not_connected")
        rest_ms = self.resting.get(copy.source_id, 0) - now_ms
        if rest_ms > 0:
            return CrmAnswer(outcome="later", reason="resting", wait_seconds=rest_ms // SECOND_MS)
        answer = self._told(crm, copy, facts)
        if answer.outcome == "later":
            self.resting[copy.source_id] = now_ms + answer.wait_seconds * SECOND_MS
        return answer

    def _told(self, crm: Crm, copy: CrmCopy, facts: ReferralFacts) -> CrmAnswer:
        """What the CRM answers; a lead's words are opened only to be sent for the first time."""
        if not isinstance(facts, LeadFacts):
            return crm.write(copy.what, copy.outside_id, facts)
        words = None
        if facts.said and not copy.record_id:
            introduction = self.desk.store.get(Introduction, introduction_key(copy.outside_id))
            assert introduction is not None  # the facts are of it
            words = self.words_of(introduction)
            if words is None:
                return CrmAnswer(outcome="gone", reason="forgotten")
        return crm.introduce(copy.record_id, facts, words)

    def _settle(self, mine: CrmCopy, facts: ReferralFacts, answer: CrmAnswer) -> None:
        now_ms, change = self.desk.clock.now_ms(), Change()
        told = {"problem": answer.reason, "lease_ms": 0}
        if isinstance(facts, LeadFacts):
            told["record_id"] = (answer.record_id or mine.record_id) if facts.said else ""
        if answer.outcome in ("written", "gone"):
            told |= {"written": facts.digest, "written_ms": now_ms, "tries": 0, "next_ms": None}
        else:
            wait = _wait(mine.tries, answer.wait_seconds)
            told |= {"tries": mine.tries + 1, "next_ms": now_ms + wait * SECOND_MS}
        change.replace(mine.but(**told))
        if told["problem"] != mine.problem or answer.outcome == "written":
            change.create(
                self.desk.event(
                    f"journey.crm_{answer.outcome}",
                    mine.owner.partition("#")[2],
                    answer.reason,
                    program_id=mine.program_id,
                    source_id=mine.source_id,
                    what=mine.what,
                    referral=facts.referral,
                )
            )
        self.desk.store.commit(change)

    def _facts(self, copy: CrmCopy) -> ReferralFacts:
        kind, _, name = copy.owner.partition("#")
        if kind == "OPP":
            deal = self.desk.store.get(Opportunity, opportunity_key(name))
            assert deal is not None  # nothing takes a deal away
            (credited,) = Crediting(self.desk.store).of([deal])
            owed, call = credited.credit, credited.call
            if owed is None and call is not None:
                return ReferralFacts(
                    advocate=call.advocate_id,
                    program=copy.program_id,
                    journey=call.journey_id,
                    ask=call.ask_id,
                    owed="influenced",
                )
            return self._facts_of(copy, owed, owed.owed if owed else "")
        if kind == "INT":
            return self._lead(copy, name)
        return self._facts_of(copy, self._recommended(head(self.desk, name)), "")

    def _lead(self, copy: CrmCopy, name: str) -> LeadFacts:
        """What is so of an introduction now; of somebody who objected nothing but that."""
        found = self.desk.store.get(Introduction, introduction_key(name))
        assert found is not None  # nothing takes an introduction away
        if found.forgotten_ms is not None:
            return LeadFacts(introduction=name, state=OBJECTED)
        owed = Credit(
            owed="sourced",
            conversion_id=found.conversion_id,
            advocate_id=found.advocate_id,
            referred_ms=found.made_ms,
        )
        facts = self._facts_of(copy, owed, "")
        return LeadFacts(**facts.model_dump(), introduction=name, said=True)

    def _recommended(self, subject: Subject) -> Credit | None:
        """The earliest recommendation of a person who does not object to being remembered."""
        keys = [identity_key(subject.program_id, mac) for mac in subject.marks]
        known = read_many(self.desk.store, Identity, keys).values()
        if any(one.closed_ms is not None for one in known):
            return None
        found = [
            (one.occurred_ms, one.conversion_id, one.advocate_id)
            for identity in known
            for one in identity.conversions
            if one.advocate_id is not None
        ]
        if not found:
            return None
        at_ms, conversion_id, advocate_id = min(found)
        return Credit(
            owed="sourced",
            conversion_id=conversion_id,
            advocate_id=advocate_id,
            referred_ms=at_ms,
        )

    def _facts_of(self, copy: CrmCopy, owed: Credit | None, how: str) -> ReferralFacts:
        if owed is None:
            return ReferralFacts()
        store, program_id = self.desk.store, copy.program_id
        conversion = store.get(Conversion, conversion_key(owed.conversion_id))
        assert conversion is not None  # the credit is for it
        prompt = prompt_of(owed, prompts_of(store, program_id, {owed.advocate_id}))
        reward = None
        if conversion.reward_ids:
            reward = store.get(Reward, reward_key(owed.advocate_id, conversion.reward_ids[-1]))
        return ReferralFacts(
            referral=owed.conversion_id,
            advocate=owed.advocate_id,
            program=program_id,
            journey=prompt.journey_id if prompt else "",
            ask=prompt.ask_id if prompt else "",
            owed=how,
            state=_state(conversion),
            reward=reward.state if reward else "",
        )


def _state(conversion: Conversion) -> str:
    """As sales reads it: an introduction that earns nothing is not thereby a bad lead."""
    if conversion.namespace == NAMESPACE and conversion.state == "disqualified":
        return INTRODUCED
    return conversion.state


def _partitions(subject: Subject) -> list[str]:
    """Where what belongs to a person is, also what was found before two were joined."""
    return [f"SBJ#{one}" for one in (subject.subject_id, *subject.parts)]


def _wait(tries: int, named: int) -> int:
    """Seconds until the next try: twice as long each time, never before the CRM said."""
    doubled = CRM_WAIT_SECONDS_LEAST << min(tries, 16)
    return min(max(doubled, named), CRM_WAIT_SECONDS_MAX)
