"""What a journey promises for work, some rule of the programme has to be able to give.

Work is credited as an event by its name (`advocacy_reference`), and rules decide. Whether a rule
can give anything for that name is known before anybody is asked, so it is asked when the journey is
published. What a rule asks of anything else (a level, a country) may hold or not: it could be met.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from goodword.errors import FieldError
from goodword.journeys.definition import Ask, JourneyTerms, Reward, work_name
from goodword.programs.conditions import AllOf, AnyOf, Condition, Equals, NoneOf, NotSo, OneOf
from goodword.programs.rules import Rule


class Could(NamedTuple):
    """Whether a condition may be met, and whether it may be not met, by an event of one name."""

    be: bool
    not_be: bool


def unkept(terms: JourneyTerms, rules: Sequence[Rule]) -> Iterator[FieldError]:
    """Each reward step for whose work no rule can give anything."""
    for place, one in enumerate(terms.steps):
        if not isinstance(one, Reward):
            continue
        asked = terms.steps[terms.step(one.of_ask)]
        assert isinstance(asked, Ask)  # the order of the steps was looked at before
        name = work_name(asked.motion)
        if not any(rule.action == "event" and _could(rule.when, name).be for rule in rules):
            why = f"no_reward_rule: no rule of the programme in force gives anything for {name}"
            yield FieldError(f"steps.{place}", why)


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
