"""A CRM in memory that is written to, and the office that tells it what became of referrals."""

from collections.abc import Callable
from dataclasses import dataclass, field

from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.journeys.copied import (
    CrmAnswer,
    CrmCopy,
    CrmThing,
    LeadFacts,
    LeadWords,
    ReferralFacts,
    deal_copy_key,
)
from goodword.journeys.copying import Copying
from goodword.ports import Change

from tests.support.crm import Crm
from tests.support.people import MACS

DAY = 86_400_000
WRITTEN = CrmAnswer(outcome="written")


@dataclass
class Outside:
    """A CRM in memory: what it says, the answers it still gives, and what happens meanwhile."""

    said: dict[str, ReferralFacts] = field(default_factory=dict)
    answers: list[CrmAnswer] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    writes: int = 0
    takes_leads: bool = True
    words: dict[str, LeadWords] = field(default_factory=dict)
    asked_by: list[str] = field(default_factory=list)

    def write(self, what: CrmThing, outside_id: str, facts: ReferralFacts) -> CrmAnswer:
        return self._kept(f"{what} {outside_id}", facts)

    def introduce(self, record_id: str, facts: LeadFacts, words: LeadWords | None) -> CrmAnswer:
        name = facts.introduction
        self.asked_by.append(record_id)
        if words is None and name not in self.words:
            return CrmAnswer(outcome="gone", reason="not_there")
        answer = self._kept(f"lead {name}", facts)
        if answer.outcome == "written":
            if words is not None:
                self.words[name] = words
            elif not facts.said:
                self.words[name] = LeadWords()
        return answer.but(record_id="901") if answer.outcome == "written" else answer

    def _kept(self, name: str, facts: ReferralFacts) -> CrmAnswer:
        self.writes += 1
        answer = self.answers.pop(0) if self.answers else WRITTEN
        if answer.outcome == "written":
            self.said[name] = facts
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return answer


class Office(Crm):
    """A programme whose CRM is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = Outside()
        self.copies = Copying(self.desk("crm"), {"src_crm": self.outside}, {})

    def recommend(self, contact: str = "c-1", day: float = -1, **more: str) -> None:
        """A lead of a friend whom the CRM knows as this contact."""
        name = more.get("name", "cnv_1")
        self.refer(contact, day, name=name, advocate=more.get("advocate", "adv_1"))
        self.lead(name, day, more.get("advocate", "adv_1"))
        mac = MACS.mac("customer", f"crm:{contact}")
        self.edit(name, identities=(mac,))

    def edit(self, name: str, **changes: object) -> None:
        """The conversion with these fields changed."""
        (found,) = [one for one in self.all(Conversion) if one.conversion_id == name]
        change = Change()
        change.replace(found.but(**changes))
        self.store.commit(change)

    def work(self) -> None:
        """What the consumer does of everything that has happened."""
        for event in self.all(Event):
            if event.type.startswith("opportunity."):
                self.copies.deal(event.subject)
            elif event.type == "journey.contact_known":
                self.copies.person(event.subject)
        for one in self.all(Conversion):
            self.copies.conversion(one.conversion_id)

    def later(self, seconds: int) -> None:
        """Time passes."""
        self.clock.at_ms += seconds * 1_000


def deal_says(office: Office) -> ReferralFacts | None:
    return office.outside.said.get("deal 77")


def copies(office: Office, what: str = "deal") -> CrmCopy:
    (one,) = [one for one in office.all(CrmCopy) if one.what == what]
    if what == "deal":
        deal = office.deal
        assert one.key == deal_copy_key(deal.opportunity_id, "src_crm", deal.deal_id)
    return one


def events(office: Office) -> list[str]:
    return [one.type for one in office.all(Event) if one.type.startswith("journey.crm_")]
