"""An introduction is a lead at the CRM with the form's words, once, until its person objects."""

from collections.abc import Callable

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Conversion, Source
from goodword.events import Event
from goodword.journeys.copied import CrmAnswer, CrmCopy, LeadFacts, LeadWords
from goodword.journeys.copying import INTRODUCED, OBJECTED, Copying
from goodword.journeys.introduction import Introduction, SaidOfFriend, context_of
from goodword.ports import Change

from tests.support.copies import Outside
from tests.support.people import MACS
from tests.unit.journeys.test_introducing import ROBIN
from tests.unit.journeys.test_introducing import Desk as Forms

LATER = CrmAnswer(outcome="later", reason="busy", wait_seconds=30)


class Office(Forms):
    """Anna introduces people; sales works at a CRM that takes leads."""

    def __init__(self) -> None:
        super().__init__()
        self.outside, other = Outside(), Outside()
        self.crm = self._source("hubspot")
        elsewhere = self._source("hubspot", self.program().program_id)
        self.deaf = Outside(takes_leads=False)
        crms = {
            self.crm: self.outside,
            elsewhere: other,
            self._source("salesforce"): self.deaf,
            "src_gone": other,
        }
        self.copies = Copying(self.desk("crm"), crms, {}, self._words)
        self.other = other

    def _source(self, kind: str, program_id: str = "") -> str:
        source = Source.model_validate(
            {
                "source_id": self.ids.new("src"),
                "kind": kind,
                "program_id": program_id or self.program_id,
                "currency": "EUR",
                "label": "CRM",
                "sealed_secrets": ("s",),
                "created_ms": self.clock.at_ms,
            }
        )
        change = Change()
        change.create(source)
        self.store.commit(change)
        return source.source_id

    def _words(self, one: Introduction) -> LeadWords | None:
        person, said = self.introducing.opened(one)
        if not person.email:
            return None
        context = context_of(said, one.timing, one.budget)
        words = {"name": person.name, "email": person.email, "company": said.company}
        return LeadWords(**words, role=said.role, context=context)

    def objects(self) -> None:
        """Robin objects."""
        Forgetting(self.desk("friend")).close(
            self.program_id, MACS.mac("email", ROBIN), closed=True
        )

    def works(self) -> None:
        """What the consumer does of what has happened."""
        for event in self.all(Event):
            if event.type in ("introduction.made", "introduction.taken_out"):
                self.copies.lead(event.subject)
        for one in self.all(Conversion):
            self.copies.conversion(one.conversion_id)

    @property
    def copy(self) -> CrmCopy:
        (one,) = self.all(CrmCopy)
        return one


@pytest.fixture
def office() -> Office:
    return Office()


def test_who_was_introduced_is_a_lead_with_the_words_of_the_form(office: Office) -> None:
    one = office.introduce()
    office.works()
    office.works()
    facts = LeadFacts(
        referral=one.conversion_id,
        advocate=office.anna,
        program=office.program_id,
        state=INTRODUCED,
        introduction=one.introduction_id,
        said=True,
    )
    assert office.outside.said == {f"lead {one.introduction_id}": facts}
    words = office.outside.words[one.introduction_id]
    assert (words.name, words.email, words.company) == ("Robin", ROBIN, "Umbrella")
    assert words.context == "Need: Fewer returns\nTiming: this_quarter"
    assert (office.outside.writes, office.other.writes, office.deaf.writes) == (1, 0, 0)
    assert (office.copy.record_id, office.copy.problem) == ("901", "")


def test_nothing_of_the_person_is_kept_on_the_way(office: Office) -> None:
    office.introduce()
    office.works()
    kept = office.copy.model_dump_json() + str(
        [one.data for one in office.all(Event) if one.type.startswith("journey.crm")]
    )
    for word in ("robin", "umbrella", "fewer"):
        assert word not in kept.lower()


def test_what_becomes_of_it_is_told_by_our_own_fields_alone(office: Office) -> None:
    one = office.introduce()
    office.works()
    (lead,) = office.all(Conversion)
    change = Change()
    change.replace(lead.but(state="qualified"))
    office.store.commit(change)
    before = dict(office.outside.words)
    office.copies.conversion(lead.conversion_id)
    assert office.outside.asked_by == ["", "901"]
    assert office.outside.words == before
    assert office.outside.said[f"lead {one.introduction_id}"].state == "qualified"


def test_when_the_person_objects_the_words_are_taken_out(office: Office) -> None:
    one = office.introduce()
    office.works()
    office.objects()
    (taken,) = office.events("introduction.taken_out")
    assert (taken.subject, taken.reason) == (one.introduction_id, "own_wish")
    office.works()
    office.works()
    assert office.outside.words[one.introduction_id] == LeadWords()
    gone = LeadFacts(introduction=one.introduction_id, state=OBJECTED)
    assert office.outside.said[f"lead {one.introduction_id}"] == gone
    assert office.outside.writes == 2
    assert office.copy.record_id == ""


def test_whoever_objects_before_is_never_told_of(office: Office) -> None:
    office.introduce()
    office.objects()
    office.works()
    assert (office.outside.writes, office.all(CrmCopy)) == (0, [])
    office.copies.lead("int_none")


def objects_meanwhile(office: Office) -> Callable[[], None]:
    def act() -> None:
        office.objects()
        for event in office.events("introduction.taken_out"):
            office.copies.lead(event.subject)

    return act


def test_whoever_objects_while_it_is_written_has_the_words_taken_out_at_once(
    office: Office,
) -> None:
    one = office.introduce()
    office.outside.meanwhile.append(objects_meanwhile(office))
    office.copies.lead(one.introduction_id)
    assert office.outside.words[one.introduction_id] == LeadWords()
    assert office.outside.asked_by == ["", ""]  # by our own id: the CRM's was not kept yet


def test_whoever_is_forgotten_between_reading_and_writing_is_not_told_of(office: Office) -> None:
    one = office.introduce()
    office.copies.lead("int_none")
    copies = Copying(office.desk("crm"), office.copies.crms, {})
    copies.lead(one.introduction_id)
    assert (office.outside.writes, office.copy.problem) == (0, "forgotten")


def test_a_crm_that_is_busy_is_told_by_the_clock(office: Office) -> None:
    one = office.introduce()
    office.outside.answers = [LATER]
    office.copies.lead(one.introduction_id)
    assert (office.copy.problem, office.outside.words) == ("busy", {})
    office.clock.advance(61_000)
    assert office.copies.sweep() == 1
    assert office.outside.words[one.introduction_id].email == ROBIN


def test_the_words_are_lines_and_what_was_not_said_is_left_out() -> None:
    said = SaidOfFriend(company="Acme", role="Buyer", need="Less", note="Call")
    whole = context_of(said, "now", "1k_10k")
    assert whole == "Role: Buyer\nNeed: Less\nTiming: now\nBudget: 1k_10k\nNote: Call"
    assert context_of(SaidOfFriend(), "unknown", "unknown") == ""
