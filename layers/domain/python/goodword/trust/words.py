"""Every step of a dispute and every ban is said as fact, reason, date and action, in two languages.

Categories are named, never a threshold, a figure of a check or a person. The sentences are data:
`catalogue/<locale>.json`, read by the platform.
"""

from goodword.records import Value
from goodword.rewards.words import Catalogue
from goodword.trust.banning import Ban
from goodword.trust.dispute import Dispute


class StepWords(Value):
    """The sentences of one step; `{opened}`, `{changed}`, `{due}` and `{since}` are days."""

    fact: str
    reason: str
    action: str


class TrustWords(Value):
    """All sentences of one language. `reasons` are of resolutions, `conduct` of bans."""

    about: dict[str, str]
    disputes: dict[str, StepWords]
    reasons: dict[str, str]
    bans: dict[str, StepWords]
    conduct: dict[str, str]


class Told(Value):
    """What a person reads; `date_ms` is the instant that the words speak of."""

    fact: str
    reason: str
    date_ms: int
    action: str


def dispute_told(dispute: Dispute, words: TrustWords, days: Catalogue, zone: str = "UTC") -> Told:
    """Where a dispute stands."""
    said = words.disputes[_step(dispute)]
    dates = {
        "about": words.about[dispute.about],
        "opened": days.day(dispute.opened_ms, zone),
        "changed": days.day(dispute.changed_ms, zone),
        "due": days.day(dispute.due_ms, zone),
    }
    reason = words.reasons.get(dispute.reason, said.reason)
    return Told(
        fact=said.fact.format(**dates),
        reason=reason.format(**dates),
        date_ms=dispute.changed_ms if dispute.is_over else dispute.due_ms,
        action=said.action.format(**dates),
    )


def ban_told(ban: Ban, words: TrustWords, days: Catalogue, zone: str = "UTC") -> Told:
    """What a ban means: since when and why, what of the money stays, and until when to appeal."""
    said = words.bans[ban.state]
    dates = {
        "changed": days.day(ban.banned_ms, zone),
        "since": days.day(ban.since_ms, zone),
        "due": days.day(ban.appeal_until_ms, zone),
    }
    return Told(
        fact=said.fact.format(**dates),
        reason=f"{words.conduct.get(ban.reason, '')} {said.reason.format(**dates)}".strip(),
        date_ms=ban.appeal_until_ms,
        action=said.action.format(**dates),
    )


def _step(dispute: Dispute) -> str:
    if dispute.state == "resolved":
        return f"resolved_{dispute.outcome}"
    if dispute.state == "withdrawn":
        return "withdrawn"
    if dispute.turn == "advocate":
        return "your_turn"
    return "escalated" if dispute.escalations else "our_turn"
