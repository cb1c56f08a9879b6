"""How a rule, its conditions and its sum are said; what of an order was found is never told.

    The rule: 10 % of the order. It counts if the brand is Acme or Bolt.
    Two items of the order count ...: 42.35 EUR. 42.35 EUR * 10 % = 4.24 EUR, rounded ...

An advocate learns which condition was not met, not what the friend's order said instead.
"""

from collections.abc import Sequence

from goodword.programs.conditions import (
    AMOUNTS,
    AllOf,
    AnyOf,
    Between,
    Condition,
    Leaf,
    NoneOf,
    NotSo,
    OneOf,
    leaves,
)
from goodword.programs.rules import (
    FlatReward,
    PercentageReward,
    PerLineReward,
    PerUnitReward,
    PlainReward,
    Rule,
    TieredReward,
    currency_of,
)
from goodword.rewards.basis import Basis
from goodword.rewards.decision import RuleLine
from goodword.rewards.explain_words import Voice

VALUES_MAX = 5  # values named in one sentence


def rule_text(rule: Rule, voice: Voice) -> str:
    """The rule in a sentence or a few."""
    words, said = voice.speech.rule, [_reward_text(rule, voice)]
    if rule.unit != "money":
        said.append(voice.speech.units[rule.unit].format(item=rule.item))
    if side := rule.friend:
        what = _gives(side.reward, currency_of(side.unit, voice.currency), voice)
        unit = voice.speech.units[side.unit].format(item=side.item)
        said.append(f"{words['friend'].format(what=what)} {unit}")
    if rule.for_months is not None:
        said.append(words["months"].format(months=rule.for_months))
    if rule.when is not None:
        said.append(_when(rule.when, voice))
    if rule.minimum_order_minor:
        minimum = voice.money(rule.minimum_order_minor)
        said.append(voice.speech.minimum.format(minimum=minimum))
    return " ".join(said)


def level_text(rule: Rule, level: str, voice: Voice) -> str:
    """What the rule gives at one level, and for what; nothing if it does not depend on levels."""
    reward = rule.reward
    if not isinstance(reward, TieredReward) or level not in reward.by_level:
        return ""
    what = voice.speech.what[rule.action]
    gives = _gives(reward.by_level[level], currency_of(rule.unit, voice.currency), voice)
    said = voice.speech.rule["at_level"].format(gives=gives, what=what)
    return said if rule.when is None else f"{said} {_when(rule.when, voice)}"


def _when(condition: Condition, voice: Voice) -> str:
    return voice.speech.rule["when"].format(condition=condition_text(condition, voice))


def looked_at_text(line: RuleLine, basis: Basis, voice: Voice) -> str:
    """What of the order the rule looked at."""
    words = voice.speech.line
    if not line.parts:
        return words["order"]
    base = voice.money(base_minor(line, basis))
    name = "one" if len(line.parts) == 1 else "some"
    return words[name].format(count=len(line.parts), base=base)


def sum_text(line: RuleLine, rule: Rule, basis: Basis, voice: Voice) -> str:
    """How the amount came about, with its rounding; empty for a fixed amount."""
    reward, words = rule.reward_at(basis.level), voice.speech.sums
    result = voice.money(line.computed_minor, line.currency)
    if isinstance(reward, PercentageReward):
        return voice.rounded(base_minor(line, basis), reward, line.currency)
    if isinstance(reward, PerUnitReward):
        text = words["per_unit"].format(
            amount=voice.money(reward.amount_minor, line.currency),
            units=units(line, basis),
            result=result,
        )
        return voice.speech.rounding["exact"].format(arithmetic=text)
    if isinstance(reward, PerLineReward):
        text = words["per_line"].format(percent=voice.percent(reward.basis_points), result=result)
        return voice.speech.rounding[reward.rounding].format(arithmetic=text)
    return ""


def base_minor(line: RuleLine, basis: Basis) -> int:
    """The net of the lines that the rule looked at, or of the order."""
    if not line.parts:
        return basis.net_minor
    nets = basis.order.nets
    return sum(nets[part.line_id] for part in line.parts)


def units(line: RuleLine, basis: Basis) -> int:
    """The pieces of the lines that the rule looked at."""
    names = {part.line_id for part in line.parts}
    return sum(one.quantity for one in basis.order.lines if one.line_id in names)


def unmet_text(line: RuleLine, rule: Rule, voice: Voice) -> str:
    """Which questions of the rule were not answered with yes."""
    if rule.when is None:
        return ""
    asked = dict(leaves(rule.when))
    missed = [one for one in line.checks if not one.passed] or list(line.checks)
    conditions = "; ".join(_leaf_text(asked[one.path], voice) for one in missed)
    name = voice.speech.unknown if line.reason == "condition_not_known" else voice.speech.unmet
    return name.format(conditions=conditions)


def condition_text(condition: Condition, voice: Voice) -> str:
    """The condition as a part of a sentence."""
    ask = voice.speech.ask
    if isinstance(condition, AllOf | AnyOf):
        joint = ask["and"] if isinstance(condition, AllOf) else ask["or"]
        return joint.join(condition_text(each, voice) for each in condition.conditions)
    if isinstance(condition, NotSo):
        return ask["not"].format(condition=condition_text(condition.condition, voice))
    return _leaf_text(condition, voice)


def _leaf_text(leaf: Leaf, voice: Voice) -> str:
    ask, fact = voice.speech.ask, voice.speech.facts[leaf.of]
    if isinstance(leaf, Between):
        low, high = (_value(end, leaf.of, voice) for end in (leaf.low, leaf.high))
        return ask["between"].format(fact=fact, low=low, high=high)
    values = leaf.values if isinstance(leaf, OneOf | NoneOf) else (leaf.value,)
    return ask[leaf.op].format(fact=fact, values=_listed(values, leaf.of, voice))


def _listed(values: Sequence[str | int], of: str, voice: Voice) -> str:
    shown = [_value(value, of, voice) for value in values[:VALUES_MAX]]
    if len(values) > VALUES_MAX:
        shown.append("…")
    return voice.speech.values["or"].join(shown)


def _value(value: str | int, of: str, voice: Voice) -> str:
    if isinstance(value, int):
        return voice.money(value) if of in AMOUNTS else str(value)
    return voice.speech.values[value] if of == "customer" else value


def _reward_text(rule: Rule, voice: Voice) -> str:
    words, what, reward = voice.speech.rule, voice.speech.what[rule.action], rule.reward
    unit = currency_of(rule.unit, voice.currency)
    if isinstance(reward, FlatReward):
        return words["flat"].format(amount=voice.money(reward.amount_minor, unit), what=what)
    if isinstance(reward, PercentageReward) and not rule.by_line:
        of = voice.speech.of[rule.action]
        return words["percentage"].format(percent=voice.percent(reward.basis_points), of=of)
    if isinstance(reward, TieredReward):
        levels = (f"{name} {_gives(one, unit, voice)}" for name, one in reward.by_level.items())
        said = words["tiered"].format(levels="; ".join(levels))
    elif isinstance(reward, PerUnitReward):
        said = words["per_unit"].format(amount=voice.money(reward.amount_minor, unit))
    else:
        name = "per_line" if isinstance(reward, PerLineReward) else "percentage_lines"
        said = words[name].format(percent=voice.percent(reward.basis_points))
    return said if rule.action == "sale" else f"{said} {words['only'].format(what=what)}"


def _gives(reward: PlainReward, unit: str, voice: Voice) -> str:
    """`5.00 EUR`, `10 %`, `5 points for each piece`."""
    words = voice.speech.gives
    if isinstance(reward, FlatReward | PerUnitReward):
        return words[reward.kind].format(amount=voice.money(reward.amount_minor, unit))
    return words[reward.kind].format(percent=voice.percent(reward.basis_points))
