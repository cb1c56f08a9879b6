"""Staff may have the letter of an open request sent once more: rarely, never against its person.

What a letter may not do, staff cannot make it do: consent, wishes, what forbids asking and the
night are looked at here, so that the button says why not, and again when the letter leaves. Each
press is one event of its own, so its letter leaves once and the journal says who pressed.
"""

from dataclasses import dataclass

from goodword.errors import Conflict, NotFound
from goodword.journeys.leaving import Leaving
from goodword.journeys.walk import AskMade, ask_key
from goodword.limits import RESEND_HOURS, RESENDS_MAX
from goodword.messages.model import MessageChannel
from goodword.ports import Change, Desk, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import HOUR_MS

RESENT = "journey.resent"
WAYS: tuple[MessageChannel, ...] = ("email", "webhook")


def waits(ask: AskMade, now_ms: int) -> bool:
    """Whether a further letter could still lead to an answer; what was answered needs none."""
    is_open = ask.state == "sent" and now_ms < ask.expires_ms
    return is_open and len(ask.resent_ms) < RESENDS_MAX


@dataclass(frozen=True)
class Resending:
    """The use case of the button."""

    desk: Desk
    leaving: Leaving

    def resend(self, ask_id: str, receipt: Receipt[AskMade] = no_receipt) -> AskMade:
        """One more letter of the request.

        Raises NotFound `unknown_ask`, Conflict `letter_not_allowed` (the message says why), and
        Conflict `resent_lately` or `resent_often`.
        """

        def attempt() -> AskMade:
            ask = self.desk.store.get(AskMade, ask_key(ask_id))
            if ask is None:
                raise NotFound("unknown_ask", "there is no such request")
            self._check(ask)
            now_ms, change = self.desk.clock.now_ms(), Change()
            after = ask.but(resent_ms=(*ask.resent_ms, now_ms))
            change.replace(after)
            change.create(
                self.desk.event(
                    RESENT,
                    ask.ask_id,
                    program_id=ask.program_id,
                    advocate_id=ask.advocate_id,
                    journey_id=ask.journey_id,
                    walk_id=ask.walk_id,
                    subject_id=ask.subject_id,
                    motion=ask.motion,
                )
            )
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def _check(self, ask: AskMade) -> None:
        against = [self.leaving.unfit(ask, by=one) for one in WAYS]
        if all(one is not None for one in against):
            reasons = [one.reason for one in against if one is not None]
            told = next((one for one in reasons if one != "other_channel"), reasons[0])
            raise Conflict("letter_not_allowed", f"the letter may not leave: {told}")
        if len(ask.resent_ms) >= RESENDS_MAX:
            raise Conflict("resent_often", "this request was sent often enough")
        last_ms = max((ask.made_ms, *ask.resent_ms))
        if self.desk.clock.now_ms() < last_ms + RESEND_HOURS * HOUR_MS:
            raise Conflict("resent_lately", f"wait {RESEND_HOURS} hours after the letter before")
