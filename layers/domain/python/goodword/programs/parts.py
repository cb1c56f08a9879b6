"""Parts of terms that only read as a whole: levels, milestones, orders in other currencies.

    by what your orders come to in a calendar year (UTC): silver from €0.00; gold from €1,000.00

Which part a path belongs to is said here, and which of what changes is for advocates: nothing of
how payouts are audited, and by whom they are released.
"""

from goodword.languages import filled
from goodword.programs.changes import TermsDifference
from goodword.programs.model import Terms
from goodword.programs.tiers import Tiers
from goodword.records import Value
from goodword.rewards.explain_words import Voice

# What an advocate is told of; the rest (where links lead, who reviews) is the company's own.
FOR_ADVOCATES = (
    *("rules", "caps", "tiers", "milestones", "currencies", "accepted", "exchange"),
    *("hold_days", "cancellation", "payment", "attribution", "notice_days", "disclosure"),
)
OF_STAFF = ("payment.audit", "payment.two_checkers")
CURRENCIES = ("currencies", "accepted", "exchange")
WHOLE = ("tiers", "milestones", *CURRENCIES)


class PartWords(Value):
    """The words of one language for whole parts; `{names}` are filled in."""

    levels: str
    level: str
    measures: dict[str, str]
    periods: dict[str, str]
    milestone: str
    milestone_reward: str
    reached: dict[str, str]
    currencies: dict[str, str]
    roundings: dict[str, str]


def is_told(one: TermsDifference, before: Terms, after: Terms) -> bool:
    """Whether advocates are told of the difference: what they are promised is another then."""
    if one.path.split(".")[0] == "exchange":
        return "convert" in (before.currencies, after.currencies)
    return one.path.split(".")[0] in FOR_ADVOCATES and not one.path.startswith(OF_STAFF)


def part_of(path: str) -> str:
    """Which whole a path belongs to: all levels, one milestone; empty if it is told alone."""
    top, *rest = path.split(".")
    if top not in WHOLE:
        return ""
    if top == "milestones":
        return f"{top}.{rest[0]}"
    return CURRENCIES[0] if top in CURRENCIES else top


def part_text(part: str, terms: Terms, voice: Voice, words: PartWords) -> str:
    """A whole part as these terms have it; empty where they have none."""
    if part == CURRENCIES[0]:
        return _currencies(terms, words)
    if part == "tiers":
        return _levels(terms.tiers, voice, words) if terms.tiers else ""
    name = part.partition(".")[2]
    found = (one for one in terms.milestones if one.milestone_id == name)
    return "; ".join(
        words.milestone_reward.format(title=one.title, at=at, reward=voice.money(one.reward_minor))
        if one.reward_minor
        else words.milestone.format(title=one.title, at=at)
        for one in found
        for at in (words.reached[one.measure].format(at=_total(one.measure, one.at_least, voice)),)
    )


def _levels(tiers: Tiers, voice: Voice, words: PartWords) -> str:
    each = (
        words.level.format(name=one.name, at=_total(tiers.measure, one.at_least, voice))
        for one in tiers.levels
    )
    return words.levels.format(
        measure=words.measures[tiers.measure],
        period=words.periods[tiers.period],
        levels="; ".join(each),
    )


def _total(measure: str, total: int, voice: Voice) -> str:
    return voice.money(total) if measure == "net" else str(total)


def _currencies(terms: Terms, words: PartWords) -> str:
    facts = {
        "currency": terms.currency,
        "accepted": ", ".join(terms.accepted),
        "days": terms.exchange.days,
        "rounding": words.roundings[terms.exchange.rounding],
    }
    return filled(words.currencies[terms.currencies], facts)
