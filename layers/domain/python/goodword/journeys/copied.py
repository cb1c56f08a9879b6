"""What a connected CRM is told of a referral: random ids and states, on a record that it told of.

A CrmCopy is one record there, a deal or a contact, with what was last written to it. Its plain id
is kept because nothing can be written without it; a contact's goes when the friend is forgotten.

An introduction is a record that the CRM is given: who it is and the words of the form, because the
person has agreed to be contacted. They go there once and are kept nowhere on the way; after that
our own fields alone are written, and when the person objects the words are taken out of it.
"""

import hashlib
from typing import ClassVar, Literal, Protocol

from pydantic import Field

from goodword.journeys.opportunity import deal_partition
from goodword.records import IndexEntry, Key, Record, Value

CrmThing = Literal["deal", "contact", "lead"]
CRM_KINDS = frozenset({"hubspot", "salesforce"})  # sources whose CRM can be written to
WAITING = "CRM_WAITS"  # the index partition of what has to be written, or written again


class ReferralFacts(Value):
    """The fields of a CRM's record that are ours, all of them; what is not so is empty.

    `state` is the conversion's, `reward` that of its newest reward, `owed` how a deal is owed to
    the advocate. Nothing in it names a person.
    """

    referral: str = ""
    advocate: str = ""
    program: str = ""
    journey: str = ""
    ask: str = ""
    owed: str = ""
    state: str = ""
    reward: str = ""

    @property
    def digest(self) -> str:
        """The same for the same facts; empty for none at all, which nobody has to be told."""
        if self == ReferralFacts():
            return ""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


class LeadFacts(ReferralFacts):
    """The same of somebody who was introduced. `said`: the words of the form are to be there."""

    introduction: str = ""
    said: bool = False


class LeadWords(Value):
    """Who was introduced and what the form says of them, as whoever follows leads reads it."""

    name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    company: str = Field(default="", repr=False)
    role: str = Field(default="", repr=False)
    context: str = Field(default="", repr=False)


class CrmCopy(Record):
    """A record of a CRM: `owner` is the partition of the deal or the person that it stands for.

    Of a lead that is the introduction, and `outside_id` its id; `record_id` is the CRM's own.
    `written` is the digest of what was written last. `next_ms` says that it has to be written then,
    `problem` why it was not. Until `lease_ms` one worker writes it, and no other does: whoever has
    news then only writes the version on, so that the worker looks again. `marks` counts the
    identifiers that the person had when this was told last.
    """

    KIND: ClassVar[str] = "crm_copy"

    owner: str
    source_id: str
    what: CrmThing
    outside_id: str
    record_id: str = ""
    program_id: str
    marks: int = 0
    written: str = ""
    written_ms: int | None = None
    problem: str = ""
    tries: int = 0
    next_ms: int | None = None
    lease_ms: int = 0

    @property
    def key(self) -> Key:
        return copy_key(self.owner, self.source_id, self.outside_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.next_ms is None:
            return None
        name = f"{self.next_ms:015d}#{self.owner}#{self.source_id}#{self.outside_id}"
        return IndexEntry(WAITING, name)


class DealLink(Record):
    """That a person, or a referral, has to do with a deal: what happens to it is told of the deal.

    `owner` is the partition of the subject or of the conversion.
    """

    KIND: ClassVar[str] = "deal_link"

    owner: str
    opportunity_id: str

    @property
    def key(self) -> Key:
        return Key("core", self.owner, f"O#{self.opportunity_id}")


class CrmAnswer(Value):
    """What came of a write: `written`; `gone`, and never to be tried again; `later`; `refused`.

    Both last ones are tried again, `later` after the time that the CRM names, if it does.
    """

    outcome: Literal["written", "gone", "later", "refused"]
    reason: str = ""
    wait_seconds: int = 0
    record_id: str = ""


class Crm(Protocol):
    """One connected CRM. A write sets our own fields of one record, and may be repeated.

    `introduce` gives it a lead: with `words` it is made, or found by its address, and says them;
    without, our own fields of the one that is there are set, by the CRM's id or else by ours, and
    the words taken out unless they are to be there.
    """

    @property
    def takes_leads(self) -> bool: ...

    def write(self, what: CrmThing, outside_id: str, facts: ReferralFacts) -> CrmAnswer: ...

    def introduce(self, record_id: str, facts: LeadFacts, words: LeadWords | None) -> CrmAnswer: ...


def copy_key(owner: str, source_id: str, outside_id: str) -> Key:
    """Where a CRM's record is known."""
    return Key("core", owner, f"C#{source_id}#{outside_id}")


def deal_copy_key(opportunity_id: str, source_id: str, deal_id: str) -> Key:
    """Where it is known what was written to a deal."""
    return copy_key(deal_partition(opportunity_id), source_id, deal_id)
