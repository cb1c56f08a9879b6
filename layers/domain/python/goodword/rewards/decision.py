"""A conversion is decided under the version pinned at its winning touch, and the decision is kept.

The record holds every touch with why it won or lost, each rule's arithmetic and one reason code,
also when the answer is no reward. Example: 10 % of a net 49.90 EUR is 4.99; a cap with 3.00 left
makes it 3.00 and the line says so (`caps`).
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from goodword.ids import derived_id
from goodword.limits import LATE_DAYS
from goodword.money import format_minor
from goodword.paging import pages
from goodword.ports import Store
from goodword.programs.model import ProgramVersion
from goodword.records import Key, Record, Value
from goodword.rewards.basis import Basis
from goodword.rewards.caps import Grant, Room
from goodword.rewards.model import Counted, Reward
from goodword.rewards.ruling import RuleLine, apply_rule, concerns, friend_line
from goodword.times import DAY_MS, MINUTE_MS
from goodword.tracking.model import Attribution

__all__ = ["RuleLine"]  # part of a decision, see `ruling`

START_GRACE_MS = 10 * MINUTE_MS  # how long the approval machine has before the sweeper assesses


class Decision(Record):
    """Why this conversion earned what it did. `number` counts the decisions of one conversion."""

    KIND: ClassVar[str] = "decision"
    PACKED: ClassVar[frozenset[str]] = frozenset({"attribution", "basis", "lines", "friend_lines"})

    conversion_id: str
    number: int
    program_id: str
    version_number: int
    at_ms: int
    outcome: Literal["rewarded", "refused", "unattributed", "waiting"]
    reason: str
    attribution: Attribution
    advocate_id: str | None = None
    basis: Basis
    lines: tuple[RuleLine, ...] = ()
    friend_lines: tuple[RuleLine, ...] = ()
    unknown_codes: int = 0
    bad_click_ids: int = 0

    @property
    def key(self) -> Key:
        return decision_key(self.conversion_id, self.number)


def decision_key(conversion_id: str, number: int) -> Key:
    """Where a decision is."""
    return Key("core", f"CNV#{conversion_id}", f"D#{number:04d}")


def decisions_of(store: Store, conversion_id: str) -> Sequence[Decision]:
    """Every decision of a conversion, oldest first; all of them, page by page."""
    place = decision_key(conversion_id, 1)
    read = pages(lambda at: store.query(Decision, place.table, place.pk, "D#", cursor=at))
    return [decision for rows in read for decision in rows]


class FriendVerdict(Value):
    """What the friend's sides of the rules give."""

    lines: tuple[RuleLine, ...] = ()
    rewards: tuple[Reward, ...] = ()


class Verdict(Value):
    """What `judge` found: the lines, the rewards to make and what the caps leave then."""

    lines: tuple[RuleLine, ...]
    rewards: tuple[Reward, ...]
    room: Room = Room()
    reason: str
    friend: FriendVerdict = FriendVerdict()

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
        if not concerns(rule, basis):
            continue
        line = apply_rule(rule, basis)
        granted = room.grant(line.computed_minor, line.currency)
        line, room = _limited(line, granted, basis), granted.room
        lines.append(line)
        if line.earned_minor:
            counted = room.of(line.currency).places
            rewards.append(_reward(line, basis, version, advocate_id, now_ms, counted=counted))
    return Verdict(
        lines=tuple(lines),
        rewards=tuple(rewards),
        room=room,
        reason=_why(lines, rewards),
        friend=_friend(basis, version, lines, now_ms),
    )


def _friend(
    basis: Basis, version: ProgramVersion, lines: Sequence[RuleLine], now_ms: int
) -> FriendVerdict:
    """What the friend gets beside the advocate; nothing where nobody knows the friend."""
    rules = {rule.rule_id: rule for rule in version.terms.rules}
    found = [(rules[line.rule_id], friend_line(rules[line.rule_id], basis, line)) for line in lines]
    given, rewards = list[RuleLine](), list[Reward]()
    for rule, line in found:
        if line is None or rule.friend is None:
            continue
        if basis.friend_id is None:
            given.append(line.but(reason="customer_not_known", computed_minor=0))
            continue
        given.append(line.but(earned_minor=line.computed_minor))
        if line.computed_minor:
            keep = rule.friend.on_refund == "keep"
            made = _reward(given[-1], basis, version, basis.friend_id, now_ms, counted=())
            rewards.append(made.but(side="friend", kept=keep))
    return FriendVerdict(lines=tuple(given), rewards=tuple(rewards))


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


def reward_id_of(basis: Basis, advocate_id: str, rule_id: str) -> str:
    """The id is made of what may earn only once: programme, namespace, order, advocate and rule.

    A further decision of the same conversion has ids of its own: the advocate who lost the order
    and won it back must not meet the reward that was made void.
    """
    again = () if basis.decision == 1 else (str(basis.decision),)
    what = basis.action if basis.occasion == "plain" else f"{basis.action}:{basis.occasion}"
    order = (basis.program_id, basis.namespace, what, basis.order_id)
    return derived_id("rwd", basis.occurred_ms, *order, advocate_id, rule_id, *again)


def _reward(
    line: RuleLine,
    basis: Basis,
    version: ProgramVersion,
    owner_id: str,
    now_ms: int,
    *,
    counted: tuple[Counted, ...],
) -> Reward:
    return Reward(
        reward_id=reward_id_of(basis, owner_id, line.rule_id),
        advocate_id=owner_id,
        program_id=basis.program_id,
        version_number=version.number,
        rule_id=line.rule_id,
        conversion_id=basis.conversion_id,
        order_id=basis.order_id,
        action=basis.action,
        currency=line.currency or basis.currency,
        earned_minor=line.earned_minor,
        remaining_minor=line.earned_minor,
        state="pending",
        created_ms=now_ms,
        changed_ms=now_ms,
        start_by_ms=now_ms + START_GRACE_MS,
        hold_until_ms=held_from(basis) + version.terms.hold_days * DAY_MS,
        counted=counted,
        parts=line.parts if any(part.weight for part in line.parts) else (),
        cancellation=version.terms.cancellation,
    )


def held_from(basis: Basis) -> int:
    """From when the hold counts: the conversion, or its first report if that was much later.

    A late delivery costs nobody time, but nobody skips the hold by a date that lies back.
    """
    return max(basis.occurred_ms, basis.received_ms - LATE_DAYS * DAY_MS)


def _why(lines: Sequence[RuleLine], rewards: Sequence[Reward]) -> str:
    if rewards:
        return "rewarded"
    if not lines:
        return "no_rule_for_action"
    return lines[0].reason
