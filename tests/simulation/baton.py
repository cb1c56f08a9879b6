"""Invocations run one at a time, in the order that the seed says: a baton goes from hand to hand.

Every task is a greenlet that runs only while it holds the baton, and offers it back at each call to
the outside. So ordinary blocking product code is interleaved at its calls, and nowhere else, and
the same seed gives the same run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from greenlet import getcurrent, greenlet

from tests.support.desk import FakeClock


class Died(BaseException):
    """The process of an invocation ends here; nothing in the product may catch it."""


@dataclass(eq=False)
class Task:
    """One greenlet. `until_ms` is when an invocation inside it is killed by its own time-out.

    `stood` are the states that the programme has left since it began: it may have read one of them.
    """

    name: str
    work: Callable[[], object]
    wake_ms: int = 0
    until_ms: int | None = None
    answered: Callable[[], bool] | None = None
    killed: bool = False
    error: BaseException | None = None
    stood: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hand = greenlet(self._run)

    def _run(self) -> None:
        try:
            if not self.killed:
                self.work()
        except Died:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the seed is judged
            self.error = error


class Baton:
    """The scheduler. `restless` is the chance that a call to the outside hands the baton on.

    `lead` is for how many turns new tasks may wait, so that short ones meet long ones anywhere.
    """

    def __init__(self, chance: Random, clock: FakeClock, restless: float) -> None:
        self._chance = chance
        self._clock = clock
        self.restless = restless
        self.lead = 0
        self._own = getcurrent()
        self.tasks: list[Task] = []
        self.current: Task | None = None
        self.switches = 0

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        """A task that is ready to run; in a rush it waits for some turns first."""

        def late(turns: int) -> None:
            for _ in range(turns):
                self.pause()
            work()

        turns = self._chance.randint(0, self.lead) if self.lead else 0
        task = Task(name, partial(late, turns) if turns else work)
        self.tasks.append(task)
        return task

    def ready(self) -> list[Task]:
        """The tasks that could go on now, oldest first."""
        now_ms = self._clock.at_ms
        return [
            task
            for task in self.tasks
            if task.wake_ms <= now_ms or (task.answered is not None and task.answered())
        ]

    def give(self, task: Task) -> None:
        """Let it run until it offers the baton back, or ends."""
        self.current = task
        self.switches += 1
        task.hand.parent = self._own
        task.hand.switch()
        self.current = None
        if task.hand.dead:
            self.tasks.remove(task)
            if task.error is not None:
                raise task.error

    def pause(self) -> None:
        """A call to the outside: somebody else may run first; nothing outside of tasks."""
        task = self.current
        if task is None:
            return
        if self._chance.random() < self.restless:
            self._hand_back(task)
        if task.until_ms is not None and self._clock.at_ms > task.until_ms:
            raise Died("time-out")

    def sleep(self, until_ms: int, answered: Callable[[], bool] | None = None) -> None:
        """Wait for a time, or for an answer before it."""
        task = self.current
        assert task is not None, "only tasks wait"
        task.wake_ms, task.answered = until_ms, answered
        self._hand_back(task)
        task.wake_ms, task.answered = 0, None

    def end(self) -> None:
        """Kill whatever still runs, so that nothing outlives its seed."""
        while self.tasks:
            task = self.tasks[-1]
            task.killed = True
            try:
                self.give(task)
            except BaseException:  # noqa: BLE001 - the run is over; what it says is known already
                continue

    def _hand_back(self, task: Task) -> None:
        self._own.switch()
        if task.killed:
            raise Died("the end")
