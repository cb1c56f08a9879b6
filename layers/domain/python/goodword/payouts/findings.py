"""What an audit found unusual, with the figures, and what a person decided about it.

    finding    noted                     told, stops nothing
               open -> cleared | held    stops its payment (subject: a payout id) or the run ("run")

Decisions are numbered, and each one's hash covers the one before, so that `run_hash` covers all.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.payouts.hashing import decided_hash
from goodword.programs.payment import CheckName
from goodword.records import Key, Record, Value

FindingState = Literal["noted", "open", "cleared", "held"]
Verdict = Literal["clear", "hold"]
WHOLE_RUN = "run"
CLEAR_CODES = (
    "known_campaign",
    "checked_with_advocate",
    "expected_growth",
    "same_household",
    "other",
)
HOLD_CODES = ("suspected_fraud", "unclear", "wrong_details", "other")

Figure = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]


class Found(Value):
    """What one check says: numbers only, each under its name; `subject` is a payout id or "run"."""

    check: CheckName
    subject: str
    figures: dict[Figure, int]


class RunFinding(Record):
    """A finding about a run or one of its payments."""

    KIND: ClassVar[str] = "run_finding"

    run_id: str
    check: CheckName
    subject: str
    advocate_id: str | None = None
    figures: dict[Figure, int]
    state: FindingState
    reason: str = ""
    decided_by: str | None = None
    decided_ms: int | None = None
    found_ms: int

    @property
    def key(self) -> Key:
        return finding_key(self.run_id, self.check, self.subject)


class RunDecision(Record):
    """What a person decided about one finding; the `number` counts from 1."""

    KIND: ClassVar[str] = "run_decision"

    run_id: str
    number: int = Field(ge=1)
    check: CheckName
    subject: str
    verdict: Verdict
    code: str
    by: str
    at_ms: int

    @property
    def key(self) -> Key:
        return Key("core", f"RUN#{self.run_id}", f"D#{self.number:06d}")

    def hash_after(self, before: str) -> str:
        """The hash of all decisions up to this one."""
        return decided_hash(
            before,
            self.number,
            self.check,
            self.subject,
            self.verdict,
            self.code,
            self.by,
            self.at_ms,
        )


def finding_key(run_id: str, check: CheckName, subject: str) -> Key:
    """Where a finding is."""
    return Key("core", f"RUN#{run_id}", f"F#{subject}#{check}")
