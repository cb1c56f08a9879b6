"""What one rule makes of one order before any cap: its line, with every question and sum.

A rule with a friend's side gives to both for the same reason: the friend's line follows from the
advocate's, and no cap of the advocate's takes from it.
"""

from collections.abc import Iterable, Sequence

from goodword.conversions.order import OrderLine
from goodword.limits import AMOUNT_MINOR_MAX
from goodword.money import NaturalMinor, format_minor
from goodword.programs.model import ProgramVersion
from goodword.programs.rules import PlainReward, Rule, currency_of
from goodword.records import Value
from goodword.rewards.arithmetic import LinePart, compute
from goodword.rewards.basis import Basis
from goodword.rewards.caps import CapLine
from goodword.rewards.conditions import Checked, checked, holds
from goodword.times import months_later

PURCHASES = frozenset({"first_purchase", "repeat_purchase"})
# Why a rule that fits gives its advocate nothing, though the friend may get something.
FITS = frozenset({"nothing_to_reward", "amount_too_large", "level_not_rewarded"})


class RuleLine(Value):
    """What one rule made of it. `reason` is empty when it earned what it computed.

    `checks` are its questions with their answers, `parts` the lines that it looked at, none if it
    looked at the order as a whole. `currency` is what its amounts are of.
    `caps` has what was left of every cap before and after.
    """

    rule_id: str
    arithmetic: str = ""
    computed_minor: NaturalMinor = 0
    earned_minor: NaturalMinor = 0
    reason: str = ""
    caps: tuple[CapLine, ...] = ()
    currency: str = ""
    checks: tuple[Checked, ...] = ()
    parts: tuple[LinePart, ...] = ()


def gives(basis: Basis, version: ProgramVersion) -> dict[str, int | str]:
    """What each rule that has a say computes, before any cap, or why it computes nothing."""
    lines = (apply_rule(rule, basis) for rule in version.terms.rules if concerns(rule, basis))
    return said_by(lines)


def said_by(lines: Iterable[RuleLine]) -> dict[str, int | str]:
    """The same of the lines of a decision."""
    return {line.rule_id: line.computed_minor or line.reason for line in lines}


def concerns(rule: Rule, basis: Basis) -> bool:
    """Whether the rule has a say: a rule of first orders says of a second one that it is not."""
    return rule.action in basis.actions or (
        basis.action == "sale" and basis.occasion == "plain" and rule.action in PURCHASES
    )


def apply_rule(rule: Rule, basis: Basis) -> RuleLine:
    """What the rule computes, or why it gives nothing; what of that it may give is up to caps."""
    currency = currency_of(rule.unit, basis.currency)
    line = RuleLine(rule_id=rule.rule_id, checks=checked(rule.when, basis), currency=currency)
    if reason := _untimely(rule, basis):
        return line.but(reason=reason)
    if basis.net_minor < rule.minimum_order_minor:
        minimum = format_minor(rule.minimum_order_minor, basis.currency)
        net = format_minor(basis.net_minor, basis.currency)
        return line.but(arithmetic=f"{net} < minimum {minimum}", reason="below_minimum_order")
    lines, reason = _looked_at(rule, basis)
    if reason:
        return line.but(reason=reason)
    reward = rule.reward_at(basis.level)
    if reward is None:
        return line.but(reason="level_not_rewarded")
    return _computed(line, reward, basis, lines)


def friend_line(rule: Rule, basis: Basis, line: RuleLine) -> RuleLine | None:
    """What the friend gets where the rule has a friend's side and fits; whatever caps leave."""
    if rule.friend is None or not (line.computed_minor or line.reason in FITS):
        return None
    currency = currency_of(rule.friend.unit, basis.currency)
    lines = _looked_at(rule, basis)[0]
    theirs = RuleLine(rule_id=rule.rule_id, currency=currency)
    return _computed(theirs, rule.friend.reward, basis, lines)


def _computed(
    line: RuleLine, reward: PlainReward, basis: Basis, lines: Sequence[OrderLine] | None
) -> RuleLine:
    amount, arithmetic, parts = compute(reward, basis, lines, line.currency)
    line = line.but(arithmetic=arithmetic, parts=parts)
    if amount == 0:
        return line.but(reason="nothing_to_reward")
    if amount > AMOUNT_MINOR_MAX:
        return line.but(reason="amount_too_large")
    return line.but(computed_minor=amount)


def _untimely(rule: Rule, basis: Basis) -> str:
    """Why the rule is not for this order of this customer; empty if it is."""
    if rule.action not in basis.actions:
        return "customer_not_known" if basis.friend_order is None else f"not_{rule.action}"
    if rule.for_months is None:
        return "outside_window" if basis.beyond_window else ""
    if basis.friend_since_ms is None:
        return "customer_not_known"
    over = basis.occurred_ms >= months_later(basis.friend_since_ms, rule.for_months)
    return "months_over" if over else ""


def _looked_at(rule: Rule, basis: Basis) -> tuple[Sequence[OrderLine] | None, str]:
    """The lines that the rule looks at (None: the order as a whole), or why it looks at nothing."""
    if not rule.by_line:
        return None, _unmet([holds(rule.when, basis)])
    if not basis.order.lines:
        return None, "lines_not_told"
    answers = [(line, holds(rule.when, basis, line)) for line in basis.order.lines]
    return [line for line, yes in answers if yes], _unmet([yes for _, yes in answers])


def _unmet(answers: Sequence[bool | None]) -> str:
    if True in answers:
        return ""
    return "condition_not_known" if None in answers else "condition_not_met"
