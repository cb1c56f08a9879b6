"""What a journey promises for work, some rule of the programme has to be able to give.

Work is credited as an event by its name (`advocacy_reference`), and rules decide. Whether a rule
can give anything for that name is known before anybody is asked, so it is asked when the journey is
published (`programs.possible`).
"""

from collections.abc import Iterator, Sequence

from goodword.errors import FieldError
from goodword.journeys.definition import Ask, JourneyTerms, Reward, work_name
from goodword.programs.possible import could_give
from goodword.programs.rules import Rule


def unkept(terms: JourneyTerms, rules: Sequence[Rule]) -> Iterator[FieldError]:
    """Each reward step for whose work no rule can give anything."""
    for place, one in enumerate(terms.steps):
        if not isinstance(one, Reward):
            continue
        asked = terms.steps[terms.step(one.of_ask)]
        assert isinstance(asked, Ask)  # the order of the steps was looked at before
        name = work_name(asked.motion)
        if not could_give(rules, name):
            why = f"no_reward_rule: no rule of the programme in force gives anything for {name}"
            yield FieldError(f"steps.{place}", why, "no_reward_rule", (("name", name),))
