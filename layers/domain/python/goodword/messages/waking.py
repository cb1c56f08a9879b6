"""Letters that wait for their hour are brought back to the queue when it has come.

The clock finds them, and an event brings each: whoever sends mail then looks anew at whether it may
leave. An hour later it is brought again if nothing came of it, so none is stranded.
"""

from dataclasses import dataclass

from goodword.errors import Stale
from goodword.limits import LETTERS_PER_SWEEP
from goodword.messages.model import HELD, Message
from goodword.ports import Change, Desk
from goodword.times import HOUR_MS

DUE = "message.due"


@dataclass(frozen=True)
class Waking:
    """Wakes letters."""

    desk: Desk

    def sweep(self) -> int:
        """Bring those whose hour has come; how many there were."""
        now_ms = self.desk.clock.now_ms()
        due = self.desk.store.query_index(
            Message, "core", HELD, until=f"{now_ms:015d}$", limit=LETTERS_PER_SWEEP
        ).rows
        return sum(self._brought(one, now_ms) for one in due)

    def _brought(self, message: Message, now_ms: int) -> bool:
        """False for one that somebody else has just taken up."""
        change, event_id = Change(), message.event_id
        change.replace(message.but(next_ms=now_ms + HOUR_MS))
        told = {"event_id": event_id, "channel": message.channel}
        change.create(self.desk.event(DUE, event_id, message.reason, **told))
        try:
            self.desk.store.commit(change)
        except Stale:
            return False
        return True
