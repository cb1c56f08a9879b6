"""What finance does in a town: states the rates of the days, raises the budget and lowers it."""

from collections.abc import Callable
from dataclasses import replace

from goodword.conversions.model import Conversion
from goodword.programs.rates import NewRate, Rates
from goodword.rewards.budget import Budgets
from goodword.rewards.model import Reward

from tests.simulation.abroad import day_of
from tests.simulation.capchecks import GONE
from tests.simulation.terms import budget_of
from tests.simulation.town import Town
from tests.support.scene import PROGRAM

RAISED_MINOR = 500  # by so much at a time


class Office:
    """Its acts; whatever fails is done again later, for the days that have no rate yet."""

    def __init__(self, town: Town, task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self._task, self._cut = town, task, False

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        story = self.town.story
        return [self.state_one] * bool(story.rates) + [self.change_budget] * bool(story.budget)

    def state_one(self) -> None:
        """The rate of some day, perhaps long after its orders, perhaps once more."""
        day = self.town.chance.choice(sorted(self.town.story.rates))
        if self._is_settled(day):
            self._state_nearer(day)
        else:
            self._state(day)

    def state_all(self) -> None:
        """Whatever was not stated yet."""
        for day in sorted(self.town.story.rates):
            self._state(day)

    def change_budget(self) -> None:
        """Cut it below what is given, if anything is; the next time, allow more than ever.

        The story holds the most, and is raised first: it may be done before we are told.
        """
        story = self.town.story
        rewards = [one for one in self.town.all(Reward) if one.state not in GONE]
        given = sum(one.remaining_minor for one in rewards)
        self._cut = given > 0 and not self._cut
        if self._cut:
            less = [replace(one, size=max(1, given * 2 // 3)) for one in story.budget]
            limits, why = budget_of(replace(story, budget=less)), "less"
        else:
            story.budget = [replace(one, size=one.size + RAISED_MINOR) for one in story.budget]
            limits, why = budget_of(story), "more"
        desk = self.town.desk(self.town.person("usr_fatima"))
        self._task("budget", lambda: Budgets(desk).put(PROGRAM, limits, why))

    def waits(self) -> bool:
        """Whether anything still waits for a rate."""
        return any(one.state == "waiting" for one in self.town.all(Conversion))

    def _is_settled(self, day: str) -> bool:
        """Whether all orders of a day have an older rate, which stays theirs."""
        story, known = self.town.story, {one.order_id: one for one in self.town.all(Conversion)}
        abroad = [one for one in story.orders if one.currency != "EUR"]
        names = [one.name for one in abroad if day_of(one.at_ms, story.zone) == day]
        rated = all(name in known and known[name].rate is not None for name in names)
        return bool(story.abroad.back) and rated and not any(one.twin for one in story.orders)

    def _state_nearer(self, day: str) -> None:
        """The rate of the very day comes after all."""
        desk, story = self.town.desk(self.town.person("usr_fatima")), self.town.story
        said = {"base": "EUR", "quote": story.abroad.currency, "day": day}
        late = NewRate.model_validate(said | {"rate": "7.7", "source": "ECB"})
        self._task("rates", lambda: Rates(desk).put([late]))

    def _state(self, day: str) -> None:
        desk, story = self.town.desk(self.town.person("usr_fatima")), self.town.story
        said = story.abroad.told(day, story.rates[day])
        stated = [NewRate.model_validate(one) for one in said]
        self._task("rates", lambda: Rates(desk).put(stated))
