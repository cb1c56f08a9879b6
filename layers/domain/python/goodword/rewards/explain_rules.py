"""How a rule and its sum are said; what of an order was found is never told.

    The rule: 10 % of the order. It counts if the brand is Acme or Bolt.
    Two items of the order count ...: 42.35 EUR. 42.35 EUR * 10 % = 4.24 EUR, rounded ...

An advocate learns which condition was not met, not what the friend's order said instead.
"""

from goodword.languages import filled
from goodword.programs.conditions import Condition
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
from goodword.rewards.explain_conditions import condition_text
from goodword.rewards.explain_words import Voice


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
        said.append(filled(words["months"], {"months": rule.for_months}))
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
    return filled(words[name], {"count": len(line.parts), "base": base})


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
