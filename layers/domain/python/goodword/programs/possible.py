"""Whether some rule could give anything for an event of one name is known before it happens.

What a rule asks of anything else (a level, a country) may hold or not: it could be met.
"""

from collections.abc import Sequence
from typing import NamedTuple

from goodword.programs.conditions import (
    UNSORTED_EVENTS,
    AllOf,
    AnyOf,
    Condition,
    Equals,
    NoneOf,
    NotSo,
    OneOf,
)
from goodword.programs.rules import Rule


class Could(NamedTuple):
    """Whether a condition may be met, and whether it may be not met, by an event of one name."""

    be: bool
    not_be: bool


def could_give(rules: Sequence[Rule], name: str) -> bool:
    """Whether a rule of the action `event` could give something for an event of that name."""
    return any(rule.action == "event" and _could(rule.when, name).be for rule in rules)


def _could(condition: Condition | None, name: str) -> Could:
    if condition is None:
        return Could(be=True, not_be=False)
    if isinstance(condition, AllOf | AnyOf):
        each = [_could(one, name) for one in condition.conditions]
        most, least = (all, any) if isinstance(condition, AllOf) else (any, all)
        return Could(most(one.be for one in each), least(one.not_be for one in each))
    if isinstance(condition, NotSo):
        inner = _could(condition.condition, name)
        return Could(inner.not_be, inner.be)
    if condition.of == "advocate_segment" and name in UNSORTED_EVENTS:
        return Could(be=False, not_be=False)  # nothing is known of it there
    if condition.of != "event_name":
        return Could(be=True, not_be=True)
    met = _is_met(condition, name)
    return Could(be=met, not_be=not met)


def _is_met(question: object, name: str) -> bool:
    if isinstance(question, Equals):
        return str(question.value).casefold() == name
    assert isinstance(question, OneOf | NoneOf)  # the others ask about numbers
    named = name in {one.casefold() for one in question.values}
    return named if isinstance(question, OneOf) else not named
