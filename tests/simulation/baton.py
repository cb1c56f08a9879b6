"""Invocations run one at a time, in the order that the seed says: a baton goes from hand to hand.

Every task is an ordinary thread that runs only while it holds the baton, and offers it back at each
call to the outside. So blocking product code is interleaved at its calls, and nowhere else, and the
same seed gives the same run.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.support.desk import FakeClock

SWITCH_SECONDS_MAX = 60  # seconds of real time after which a task that keeps the baton is stuck


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


class Died(BaseException):
    """The process of an invocation ends here; nothing in the product may catch it."""


@dataclass
class Task:
    """One thread. `until_ms` is when an invocation inside it is killed by its own time-out."""

    name: str
    work: Callable[[], None]
    go: threading.Lock = field(default_factory=_taken)
    wake_ms: int = 0
    until_ms: int | None = None
    answered: Callable[[], bool] | None = None
    over: bool = False
    killed: bool = False
    error: BaseException | None = None


class Baton:
    """The scheduler. `restless` is the chance that a call to the outside hands the baton on."""

    def __init__(self, chance: Random, clock: FakeClock, restless: float) -> None:
        self._chance = chance
        self._clock = clock
        self._restless = restless
        self._back = _taken()
        self.tasks: list[Task] = []
        self.current: Task | None = None
        self.switches = 0

    def spawn(self, name: str, work: Callable[[], None]) -> Task:
        """A task that is ready to run."""
        task = Task(name, work)
        self.tasks.append(task)
        threading.Thread(target=self._run, args=(task,), daemon=True).start()
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
        task.go.release()
        if not self._back.acquire(timeout=SWITCH_SECONDS_MAX):
            raise RuntimeError(f"{task.name} does not come back")
        self.current = None
        if task.over:
            self.tasks.remove(task)
            if task.error is not None:
                raise task.error

    def pause(self) -> None:
        """A call to the outside: somebody else may run first; nothing outside of tasks."""
        task = self.current
        if task is None:
            return
        if self._chance.random() < self._restless:
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
        """Kill whatever still runs, so that no thread outlives its seed."""
        while self.tasks:
            task = self.tasks[-1]
            task.killed = True
            try:
                self.give(task)
            except BaseException:  # noqa: BLE001 - the run is over; what it says is known already
                continue

    def _hand_back(self, task: Task) -> None:
        self._back.release()
        task.go.acquire()
        if task.killed:
            raise Died("the end")

    def _run(self, task: Task) -> None:
        task.go.acquire()
        try:
            if not task.killed:
                task.work()
        except Died:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the seed is judged
            task.error = error
        finally:
            task.over = True
            self._back.release()
