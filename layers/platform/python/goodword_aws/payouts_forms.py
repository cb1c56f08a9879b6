"""What finance sends to the payout API; every field is bounded and nothing extra is taken."""

from typing import Annotated, Literal

from goodword.money import MoneyCode
from goodword.payouts.confirming import Outcome
from goodword.payouts.findings import Verdict
from goodword.programs.payment import CheckName
from goodword.records import Value
from pydantic import Field, StringConstraints

RunHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")]


class RunNow(Value):
    """The programme whose last closed period is to be paid; in its own currency, or in another."""

    program_id: str
    currency: MoneyCode | None = None


class Request(Value):
    """The hash of the list that was looked at."""

    run_hash: RunHash


class Release(Value):
    """The same hash, and the total typed in by the second person."""

    run_hash: RunHash
    total_minor: int


class Decide(Value):
    """A finding, what is to become of it, and why (`goodword.payouts.findings` lists the codes)."""

    check: CheckName
    subject: str = Field(max_length=64)
    verdict: Verdict
    reason_code: str


class Hold(Value):
    """Whose payouts are to be stopped, and why."""

    advocate_id: str = Field(max_length=64)
    reason_code: str


class Lift(Value):
    """Which hold is over, and why."""

    advocate_id: str = Field(max_length=64)
    hold_id: str = Field(max_length=64)
    reason_code: str


class Cancel(Value):
    """Why; `goodword.payouts.approving.CANCEL_CODES` lists the codes."""

    reason_code: str


class Confirm(Value):
    """What became of one payout, or (`all`) that everything sent was paid under one reference."""

    payout_id: str | None = None
    all: bool = False
    outcome: Outcome = "paid"
    reference: Reference | Literal[""] = ""
    reason_code: str = ""
    cursor: str | None = Field(default=None, max_length=1_000)
