"""The reward's life with its real adapters, and how staff see a reward over the API."""

from goodword.conversions.model import Conversion, conversion_key
from goodword.events import Actor, Event, history_of
from goodword.money import Money
from goodword.ports import Store
from goodword.records import Value
from goodword.rewards.decision import Decision, decisions_of
from goodword.rewards.model import Reward
from goodword.rewards.service import Approval
from goodword.times import rfc3339

from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions

EVENTS_SHOWN = 100  # newest facts of one reward or conversion; each has a handful


class RewardAnswer(Value):
    """A reward as staff see it: ids, amounts and reasons, no personal field."""

    id: str
    advocate_id: str
    program_id: str
    conversion_id: str
    order_id: str
    rule_id: str
    version_number: int
    state: str
    reason: str
    earned: Money
    remaining: Money
    created_at: str
    hold_until: str
    review_until: str | None
    escalated: bool
    decided_by: str | None
    payout_id: str | None


class Fact(Value):
    """One line of a history."""

    at: str
    type: str
    reason: str
    actor: str
    data: dict[str, str | int | bool | None]


def approval(actor: Actor | str) -> Approval:
    """The use cases of a reward's life, acting as `actor`."""
    return Approval(wiring.desk(actor), StepFunctions(client("stepfunctions")))


def shown(reward: Reward) -> RewardAnswer:
    """The reward as an answer."""
    return RewardAnswer(
        id=reward.reward_id,
        advocate_id=reward.advocate_id,
        program_id=reward.program_id,
        conversion_id=reward.conversion_id,
        order_id=reward.order_id,
        rule_id=reward.rule_id,
        version_number=reward.version_number,
        state=reward.state,
        reason=reward.reason,
        earned=Money(amount_minor=reward.earned_minor, currency=reward.currency),
        remaining=Money(amount_minor=reward.remaining_minor, currency=reward.currency),
        created_at=rfc3339(reward.created_ms),
        hold_until=rfc3339(reward.hold_until_ms),
        review_until=None if reward.lapse_ms is None else rfc3339(reward.lapse_ms),
        escalated=reward.escalated,
        decided_by=reward.decided_by,
        payout_id=reward.payout_id,
    )


def history(store: Store, subject: str) -> list[Fact]:
    """What happened to a reward or conversion, oldest first."""
    page = store.query(Event, "journal", history_of(subject), limit=EVENTS_SHOWN)
    return [fact(event) for event in page.rows]


def fact(event: Event) -> Fact:
    """The event as a line of a history."""
    return Fact(
        at=rfc3339(event.at_ms),
        type=event.type,
        reason=event.reason,
        actor=f"{event.actor.kind}:{event.actor.id}",
        data=event.data,
    )


class ConversionAnswer(Value):
    """A conversion with its decisions: touches, verdicts, arithmetic, reason codes."""

    id: str
    program_id: str
    action: str
    order_id: str
    occurred_at: str
    net: Money
    gross: Money
    refunded_net: Money
    refunded_gross: Money
    state: str
    reason: str
    advocate_id: str | None
    reward_ids: tuple[str, ...]
    decisions: tuple[Decision, ...]
    history: tuple[Fact, ...]


class Evidence(Value):
    """A reward with everything a reviewer needs side by side."""

    reward: RewardAnswer
    conversion: ConversionAnswer | None
    history: tuple[Fact, ...]


def conversion_answer(store: Store, conversion_id: str) -> ConversionAnswer | None:
    """The conversion and why it was decided as it was; None if there is no such conversion."""
    found = store.get(Conversion, conversion_key(conversion_id))
    if found is None:
        return None

    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=found.currency)

    return ConversionAnswer(
        id=found.conversion_id,
        program_id=found.program_id,
        action=found.action,
        order_id=found.order_id,
        occurred_at=rfc3339(found.occurred_ms),
        net=money(found.net_minor),
        gross=money(found.gross_minor),
        refunded_net=money(found.refunded_net_minor),
        refunded_gross=money(found.refunded_gross_minor),
        state=found.state,
        reason=found.reason,
        advocate_id=found.advocate_id,
        reward_ids=found.reward_ids,
        decisions=tuple(decisions_of(store, conversion_id)),
        history=tuple(history(store, conversion_id)),
    )


def evidence_of(store: Store, reward: Reward) -> Evidence:
    """The reward, its conversion and its history."""
    return Evidence(
        reward=shown(reward),
        conversion=conversion_answer(store, reward.conversion_id),
        history=tuple(history(store, reward.reward_id)),
    )
