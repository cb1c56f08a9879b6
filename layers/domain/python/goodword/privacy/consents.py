"""What a person agreed to, and when they no longer did: a step each, in the Change of the act.

The steps stay when the person is erased: they prove, under a random id, what was agreed.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from goodword.ports import Change, Desk, Store
from goodword.records import Key, Record, Value

What = Literal["terms", "rewards", "payouts", "contact", "leaderboard"]


class ConsentStep(Record):
    """One step. `what` is taking part on terms (and saying so openly), a sort of letters, or that
    name and address may go to the company's own systems with requests (`contact`).
    """

    KIND: ClassVar[str] = "consent_step"

    step_id: str
    advocate_id: str
    what: What
    given: bool
    at_ms: int
    program_id: str = ""
    version_number: int = 0

    @property
    def key(self) -> Key:
        return Key("core", f"ADV#{self.advocate_id}", f"G#{self.at_ms:015d}#{self.step_id}")


class Consent(Value):
    """What was given, and until when. `withdrawn_ms` is None while it holds."""

    what: What
    program_id: str
    version_number: int
    given_ms: int
    withdrawn_ms: int | None = None


def note_consent(
    desk: Desk,
    change: Change,
    advocate_id: str,
    what: What,
    *,
    given: bool,
    program_id: str = "",
    version_number: int = 0,
) -> None:
    """Put the step into the change of the act itself."""
    change.create(
        ConsentStep(
            step_id=desk.ids.new("cst"),
            advocate_id=advocate_id,
            what=what,
            given=given,
            at_ms=desk.clock.now_ms(),
            program_id=program_id,
            version_number=version_number,
        )
    )


def consents_of(store: Store, advocate_id: str) -> tuple[Consent, ...]:
    """All that a person ever agreed to, newest first."""
    steps: list[ConsentStep] = []
    cursor: str | None = None
    while True:
        page = store.query(ConsentStep, "core", f"ADV#{advocate_id}", "G#", cursor=cursor)
        steps += page.rows
        cursor = page.cursor
        if cursor is None:
            return tuple(reversed(folded(steps)))


def folded(steps: Iterable[ConsentStep]) -> Sequence[Consent]:
    """Steps in the order of time as spans. What is given anew ends what was given before."""
    spans: list[Consent] = []
    running: dict[tuple[str, str], int] = {}
    for step in steps:
        about = (step.what, step.program_id)
        if about in running:
            ended = running.pop(about)
            spans[ended] = spans[ended].but(withdrawn_ms=step.at_ms)
        if step.given:
            running[about] = len(spans)
            spans.append(
                Consent(
                    what=step.what,
                    program_id=step.program_id,
                    version_number=step.version_number,
                    given_ms=step.at_ms,
                )
            )
    return spans
