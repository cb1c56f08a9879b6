"""Somebody whom an advocate introduces: what sales needs to know, asked by a form of the programme.

The form asks from a closed set of questions. What was said of the person is sealed under a key of
that person's own, found again only by the keyed digest of their address; times and sums are codes,
never sentences, so that events may carry them.
"""

from typing import ClassVar, Literal

from pydantic import Field

from goodword.records import IndexEntry, Key, Record, Value

Question = Literal["company", "role", "need", "timing", "budget", "note"]
QUESTIONS: tuple[Question, ...] = ("company", "role", "need", "timing", "budget", "note")
Timing = Literal["now", "this_quarter", "this_year", "later", "unknown"]
TIMINGS: tuple[Timing, ...] = ("now", "this_quarter", "this_year", "later", "unknown")
Budget = Literal["below_1k", "1k_10k", "10k_100k", "above_100k", "unknown"]
BUDGETS: tuple[Budget, ...] = ("below_1k", "1k_10k", "10k_100k", "above_100k", "unknown")
NAMESPACE = "introductions"  # of the conversions that introductions are
KEYS_TO_DESTROY = "KEYS_TO_DESTROY"  # the index partition of people whose key is to go


class ReferralForm(Record):
    """What a programme asks whoever introduces somebody; closed until staff open it."""

    KIND: ClassVar[str] = "referral_form"

    program_id: str
    is_open: bool = False
    asks: dict[Question, Literal["required", "optional"]] = {}

    @property
    def key(self) -> Key:
        return form_key(self.program_id)


def form_key(program_id: str) -> Key:
    """Where a programme's form is."""
    return Key("core", f"PROG#{program_id}", "REFERRAL_FORM")


class SaidOfFriend(Value):
    """What the advocate wrote of the person; kept sealed."""

    company: str = Field(default="", repr=False)
    role: str = Field(default="", repr=False)
    need: str = Field(default="", repr=False)
    note: str = Field(default="", repr=False)


class Introduction(Record):
    """One introduction. `friend_id` names the person's own key; `mac` finds it for the person.

    Of a person who was forgotten nothing is left but that there was one.
    """

    KIND: ClassVar[str] = "introduction"

    introduction_id: str
    program_id: str
    advocate_id: str
    friend_id: str
    conversion_id: str
    timing: Timing = "unknown"
    budget: Budget = "unknown"
    sealed: str = Field(repr=False)
    made_ms: int
    forgotten_ms: int | None = None

    @property
    def key(self) -> Key:
        return introduction_key(self.introduction_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.forgotten_ms is not None:
            return None
        place = f"{self.made_ms:015d}#{self.introduction_id}"
        return IndexEntry(f"INTRODUCTIONS#{self.program_id}", place)


def context_of(said: SaidOfFriend, timing: Timing, budget: Budget) -> str:
    """What the form says, line by line, for whoever follows leads; empty lines are left out."""
    lines = {
        "Role": said.role,
        "Need": said.need,
        "Timing": "" if timing == "unknown" else timing,
        "Budget": "" if budget == "unknown" else budget,
        "Note": said.note,
    }
    return "\n".join(f"{name}: {text}" for name, text in lines.items() if text)


def introduction_key(introduction_id: str) -> Key:
    """Where an introduction is."""
    return Key("core", f"INT#{introduction_id}", "HEAD")


class IntroductionOfAdvocate(Record):
    """That an introduction is an advocate's, for their own list."""

    KIND: ClassVar[str] = "advocate_introduction"

    advocate_id: str
    introduction_id: str

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"I#{self.introduction_id}")


class Introduced(Record):
    """That an address was introduced to a programme: nobody is twice."""

    KIND: ClassVar[str] = "introduced"

    program_id: str
    mac: str
    introduction_id: str

    @property
    def key(self) -> Key:
        return introduced_key(self.program_id, self.mac)


def introduced_key(program_id: str, mac: str) -> Key:
    """Where it is said: with whatever else is known of the address."""
    return Key("core", f"IDN#{program_id}#{mac}", "INTRODUCED")


class KeyToDestroy(Record):
    """That a forgotten friend's key is to go; only the clock of privacy may do it."""

    KIND: ClassVar[str] = "key_to_destroy"

    friend_id: str

    @property
    def key(self) -> Key:
        return Key("core", f"GONE#{self.friend_id}", "KEY")

    @property
    def index_entry(self) -> IndexEntry | None:
        return IndexEntry(KEYS_TO_DESTROY, self.friend_id)
