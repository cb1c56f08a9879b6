"""A conversion is decided under the version pinned at its winning touch, and the decision is kept.

The record holds every touch with why it won or lost, each rule's arithmetic and one reason code,
also when the answer is no reward. Example: 10 % of a net 49.90 EUR is 4.99; a cap with 3.00 left
makes it 3.00 and the line says so
(`caps`).
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from goodword.ids import derived_id
from goodword.money import Currency, NaturalMinor, format_minor, ratio
from goodword.programs.model import FlatReward, ProgramVersion, Rule
from goodword.records import Key, Record, Value
from goodword.rewards.caps import CapLine, Grant, Room
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, MINUTE_MS
from goodword.tracking.model import Attribution

START_GRACE_MS = 10 * MINUTE_MS  # how long the approval machine has before the sweeper assesses


class Basis(Value):
    """The facts of a conversion that rules look at; `decision` counts how often it was decided."""

    conversion_id: str
    program_id: str
    order_id: str
    action: Literal["lead", "sale"]
    occurred_ms: int
    currency: Currency
    net_minor: NaturalMinor
    decision: int = 1


class RuleLine(Value):
    """What one rule made of it. `reason` is empty when it earned what it computed.

    `caps` has what was left of every cap before and after.
    """

    rule_id: str
    arithmetic: str = ""
    computed_minor: NaturalMinor = 0
    earned_minor: NaturalMinor = 0
    reason: str = ""
    caps: tuple[CapLine, ...] = ()


class Decision(Record):
    """Why this conversion earned what it did. `number` counts the decisions of one conversion."""

    KIND: ClassVar[str] = "decision"

    conversion_id: str
    number: int
    program_id: str
    version_number: int
    at_ms: int
    outcome: Literal["rewarded", "refused", "unattributed"]
    reason: str
    attribution: Attribution
    advocate_id: str | None = None
    basis: Basis
    lines: tuple[RuleLine, ...] = ()
    unknown_codes: int = 0
    bad_click_ids: int = 0

    @property
    def key(self) -> Key:
        return decision_key(self.conversion_id, self.number)


def decision_key(conversion_id: str, number: int) -> Key:
    """Where a decision is."""
    return Key("core", f"CNV#{conversion_id}", f"D#{number:04d}")


class Verdict(Value):
    """What `judge` found: the lines, the rewards to make and what the caps leave then."""

    lines: tuple[RuleLine, ...]
    rewards: tuple[Reward, ...]
    room: Room = Room()
    reason: str

    @property
    def is_unsure(self) -> bool:
        """Whether a reward was cut by a limit of which not everything was read: judge anew."""
        return any(one.cut and not one.whole for line in self.lines for one in line.caps)


def judge(
    basis: Basis, version: ProgramVersion, advocate_id: str, room: Room, now_ms: int
) -> Verdict:
    """What the version's rules give this advocate. `room` is what the caps leave now.

    The hold period starts at the conversion, not at its processing, so a late delivery is no longer
    on hold than an early one.
    """
    lines: list[RuleLine] = []
    rewards: list[Reward] = []
    for rule in version.terms.rules:
        if rule.action != basis.action:
            continue
        line = _apply(rule, basis)
        granted = room.grant(line.computed_minor)
        line, room = _limited(line, granted, basis), granted.room
        lines.append(line)
        if line.earned_minor:
            rewards.append(_reward(line, basis, version, advocate_id, room, now_ms))
    reason = _why(lines, rewards)
    return Verdict(lines=tuple(lines), rewards=tuple(rewards), room=room, reason=reason)


def _apply(rule: Rule, basis: Basis) -> RuleLine:
    """What the rule computes; what it may give of that is up to the caps."""
    if basis.net_minor < rule.minimum_order_minor:
        minimum = format_minor(rule.minimum_order_minor, basis.currency)
        return RuleLine(
            rule_id=rule.rule_id,
            arithmetic=f"{format_minor(basis.net_minor, basis.currency)} < minimum {minimum}",
            reason="below_minimum_order",
        )
    computed, arithmetic = _compute(rule, basis)
    if computed == 0:
        return RuleLine(rule_id=rule.rule_id, arithmetic=arithmetic, reason="nothing_to_reward")
    return RuleLine(rule_id=rule.rule_id, arithmetic=arithmetic, computed_minor=computed)


def _limited(line: RuleLine, granted: Grant, basis: Basis) -> RuleLine:
    """The line with what the caps let through of it, and which of them cut it."""
    said = [line.arithmetic]
    for one in granted.lines:
        if one.cut:
            count = one.cap.endswith("rewards")
            left = one.before if count else format_minor(one.before, basis.currency)
            said.append(f"{one.cap} leaves {left}")
    return line.but(
        arithmetic="; ".join(said),
        earned_minor=granted.earned_minor,
        reason=line.reason or granted.reason,
        caps=granted.lines,
    )


def _compute(rule: Rule, basis: Basis) -> tuple[int, str]:
    if isinstance(rule.reward, FlatReward):
        amount = rule.reward.amount_minor
        return amount, f"flat {format_minor(amount, basis.currency)}"
    points, rounding = rule.reward.basis_points, rule.reward.rounding
    amount = ratio(basis.net_minor, points, 10_000, rounding)
    base, result = (format_minor(minor, basis.currency) for minor in (basis.net_minor, amount))
    return amount, f"{base} x {points / 100:g} % = {result} (rounding {rounding})"


def reward_id_of(basis: Basis, advocate_id: str, rule_id: str) -> str:
    """The id is made of the tuple that may earn only once: programme, order, advocate and rule.

    A further decision of the same conversion has ids of its own: the advocate who lost the order
    and won it back must not meet the reward that was made void.
    """
    again = () if basis.decision == 1 else (str(basis.decision),)
    parts = (basis.program_id, basis.action, basis.order_id, advocate_id, rule_id, *again)
    return derived_id("rwd", basis.occurred_ms, *parts)


def _reward(
    line: RuleLine,
    basis: Basis,
    version: ProgramVersion,
    advocate_id: str,
    room: Room,
    now_ms: int,
) -> Reward:
    return Reward(
        reward_id=reward_id_of(basis, advocate_id, line.rule_id),
        advocate_id=advocate_id,
        program_id=basis.program_id,
        version_number=version.number,
        rule_id=line.rule_id,
        conversion_id=basis.conversion_id,
        order_id=basis.order_id,
        action=basis.action,
        currency=basis.currency,
        earned_minor=line.earned_minor,
        remaining_minor=line.earned_minor,
        state="pending",
        created_ms=now_ms,
        changed_ms=now_ms,
        start_by_ms=now_ms + START_GRACE_MS,
        hold_until_ms=basis.occurred_ms + version.terms.hold_days * DAY_MS,
        counted=room.counted,
    )


def _why(lines: Sequence[RuleLine], rewards: Sequence[Reward]) -> str:
    if rewards:
        return "rewarded"
    if not lines:
        return "no_rule_for_action"
    return lines[0].reason
