"""What a rule asks, in words, and which part of it an order did not meet or its shop did not tell.

    It counts if the country is not US, and (the brand is Acme, or the coupon is SPRING).
    This was not so: the country is not US.

Conditions within others stand in brackets, and `not` is said where it belongs: of each question the
opposite. What is named as missed is what made the answer, never a question that was met.
"""

from collections.abc import Sequence
from typing import NamedTuple

from goodword.conversions.order import OrderLine
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
)
from goodword.programs.rules import Rule
from goodword.rewards.basis import Basis
from goodword.rewards.conditions import holds
from goodword.rewards.explain_words import Voice

VALUES_MAX = 5  # values named in one sentence
UNMET = {"condition_not_met": False, "condition_not_known": None}
# How the opposite of each question is said.
OPPOSITE = {
    "in": "not_in",
    "not_in": "in",
    "equals": "not_in",
    "at_least": "less",
    "at_most": "more",
    "between": "outside",
}


class Asked(NamedTuple):
    """A question, or its opposite."""

    leaf: Leaf
    negated: bool


def condition_text(condition: Condition, voice: Voice, *, negated: bool = False) -> str:
    """The condition, or its opposite, as a part of a sentence."""
    if isinstance(condition, NotSo):
        return condition_text(condition.condition, voice, negated=not negated)
    if isinstance(condition, AllOf | AnyOf):
        joint = "and" if isinstance(condition, AllOf) != negated else "or"
        parts = [_part(each, voice, negated) for each in condition.conditions]
        return parts[0] if len(parts) == 1 else voice.speech.ask[joint].join(parts)
    return _asked_text(Asked(condition, negated), voice)


def unmet_text(reason: str, rule: Rule, basis: Basis, voice: Voice) -> str:
    """Which questions of the rule the order did not meet, or its shop did not answer.

    Where each of them is met by some item, but none by the same, that no item is all of it.
    """
    if rule.when is None or reason not in UNMET:
        return ""
    answer, speech = UNMET[reason], voice.speech
    lines: Sequence[OrderLine | None] = basis.order.lines if rule.by_line else (None,)
    found = [_causes(rule.when, basis, line, answer) for line in lines]
    found = [each for each in found if each]
    everywhere = [one for one in (found or [[]])[0] if all(one in each for each in found)]
    if answer is False and not everywhere:
        return speech.no_item.format(condition=condition_text(rule.when, voice))
    named = everywhere or list(dict.fromkeys(one for each in found for one in each))
    said = "; ".join(dict.fromkeys(_asked_text(one, voice) for one in named))
    return (speech.unmet if answer is False else speech.unknown).format(conditions=said)


def _causes(
    condition: Condition,
    basis: Basis,
    line: OrderLine | None,
    answer: bool | None,
    negated: bool = False,
) -> list[Asked]:
    """The questions because of which the condition, or its opposite, has this answer."""
    held = holds(condition, basis, line)
    if (held if held is None or not negated else not held) is not answer:
        return []
    if isinstance(condition, NotSo):
        return _causes(condition.condition, basis, line, answer, not negated)
    if isinstance(condition, AllOf | AnyOf):
        each = (_causes(one, basis, line, answer, negated) for one in condition.conditions)
        return [one for found in each for one in found]
    return [Asked(condition, negated)]


def _part(condition: Condition, voice: Voice, negated: bool) -> str:
    """A condition within another one: in brackets if it is several."""
    text, inner = condition_text(condition, voice, negated=negated), condition
    while isinstance(inner, NotSo) or (
        isinstance(inner, AllOf | AnyOf) and len(inner.conditions) == 1
    ):
        inner = inner.condition if isinstance(inner, NotSo) else inner.conditions[0]
    return f"({text})" if isinstance(inner, AllOf | AnyOf) else text


def _asked_text(asked: Asked, voice: Voice) -> str:
    leaf, ask = asked.leaf, voice.speech.ask
    op, fact = OPPOSITE[leaf.op] if asked.negated else leaf.op, voice.speech.facts[leaf.of]
    if isinstance(leaf, Between):
        low, high = (_value(end, leaf.of, voice) for end in (leaf.low, leaf.high))
        return ask[op].format(fact=fact, low=low, high=high)
    values = leaf.values if isinstance(leaf, OneOf | NoneOf) else (leaf.value,)
    return ask[op].format(fact=fact, values=_listed(values, leaf.of, voice))


def _listed(values: Sequence[str | int], of: str, voice: Voice) -> str:
    shown = [_value(value, of, voice) for value in values[:VALUES_MAX]]
    if len(values) > VALUES_MAX:
        shown.append("…")
    return voice.speech.values["or"].join(shown)


def _value(value: str | int, of: str, voice: Voice) -> str:
    if isinstance(value, int):
        return voice.money(value) if of in AMOUNTS else str(value)
    return voice.speech.values[value] if of == "customer" else value
