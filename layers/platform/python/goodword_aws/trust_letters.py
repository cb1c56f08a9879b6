"""Letters about disputes and bans say what the pages say, in the language of the person."""

from collections.abc import Mapping

from goodword.errors import NotFound
from goodword.events import Event
from goodword.trust.banning import Ban
from goodword.trust.dispute import Dispute, dispute_key
from goodword.trust.words import Told, ban_told, dispute_told

from goodword_aws import wiring
from goodword_aws.earnings import words
from goodword_aws.explanations import spoken
from goodword_aws.trust import trust_words

DISPUTES = frozenset({"dispute.answered", "dispute.resolved"})
BANS = {"enrolment.banned": "banned", "enrolment.unbanned": "lifted"}


def told_values(event: Event, locale: str) -> Mapping[str, str]:
    """Fact, reason and action of the step that the event tells of; nothing for other events."""
    if event.type not in DISPUTES and event.type not in BANS:
        return {}
    told = _told(event, spoken(locale))
    return {"told_fact": told.fact, "told_reason": told.reason, "told_action": told.action}


def _told(event: Event, language: str) -> Told:
    said, days = trust_words(language), words(language)
    if event.type in DISPUTES:
        found = wiring.store().get(Dispute, dispute_key(event.subject))
        if found is None:
            raise NotFound("unknown_dispute", "the dispute of this event is gone")
        return dispute_told(found, said, days)
    appeal = event.data.get("appeal_until_ms")
    ban = Ban.model_validate(
        {
            "advocate_id": event.subject,
            "program_id": str(event.data.get("program_id") or ""),
            "state": BANS[event.type],
            "reason": event.reason,
            "since_ms": event.data.get("since_ms") or event.at_ms,
            "banned_ms": event.at_ms,
            "banned_by": event.actor.id,
            "appeal_until_ms": appeal or event.at_ms,
        }
    )
    told = ban_told(ban, said, days)
    return told if appeal else told.but(action="")
