"""The letters of one person as staff see them: what about, when, and what became of each."""

from goodword.messages.model import Message
from goodword.records import Value
from goodword.times import rfc3339


class LetterAnswer(Value):
    """A letter: ids and states, no personal field. `about` is the id that its event is about.

    `held` waits until `next_at`; of an `unknown` one nobody can say whether it left.
    """

    id: str
    type: str
    about: str
    channel: str
    state: str
    reason: str
    begun_at: str
    changed_at: str
    next_at: str | None


def letter_answer(message: Message) -> LetterAnswer:
    """As staff see it."""
    return LetterAnswer(
        id=message.event_id,
        type=message.type,
        about=message.subject,
        channel=message.channel,
        state=message.state,
        reason=message.reason,
        begun_at=rfc3339(message.begun_ms),
        changed_at=rfc3339(message.changed_ms),
        next_at=rfc3339(message.next_ms) if message.next_ms is not None else None,
    )
