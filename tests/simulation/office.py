"""What finance does in a town: states the rates of the days, and raises the budget."""

from collections.abc import Callable
from dataclasses import replace

from goodword.conversions.model import Conversion
from goodword.programs.rates import NewRate, Rates
from goodword.rewards.budget import Budgets

from tests.simulation.terms import budget_of
from tests.simulation.town import Town
from tests.support.scene import PROGRAM

RAISED_MINOR = 500  # by so much at a time


class Office:
    """Its acts; whatever fails is done again later, for the days that have no rate yet."""

    def __init__(self, town: Town, task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self._task = town, task

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        story = self.town.story
        return [self.state_one] * bool(story.rates) + [self.raise_budget] * bool(story.budget)

    def state_one(self) -> None:
        """The rate of some day, perhaps long after its orders, perhaps once more."""
        self._state(self.town.chance.choice(sorted(self.town.story.rates)))

    def state_all(self) -> None:
        """Whatever was not stated yet."""
        for day in sorted(self.town.story.rates):
            self._state(day)

    def raise_budget(self) -> None:
        """A little more of everything. What the story allows is raised first: it may be done."""
        story = self.town.story
        story.budget = [replace(one, size=one.size + RAISED_MINOR) for one in story.budget]
        desk, limits = self.town.desk(self.town.person("usr_fatima")), budget_of(story)
        self._task("budget", lambda: Budgets(desk).put(PROGRAM, limits, "more"))

    def waits(self) -> bool:
        """Whether anything still waits for a rate."""
        return any(one.state == "waiting" for one in self.town.all(Conversion))

    def _state(self, day: str) -> None:
        desk, rate = self.town.desk(self.town.person("usr_fatima")), self.town.story.rates[day]
        said = NewRate(base="EUR", quote="USD", day=day, rate=rate, source="ECB")
        self._task("rates", lambda: Rates(desk).put([said]))
