"""State machines in one process on a virtual clock: the part of the States Language that we use.

`Execution` walks a definition with the real task handler. It runs until it ends or waits for a task
token; a test then answers with `succeed`, or lets the wait lapse with `time_out`. Waits move the
clock and take no time. What the definition says that this does not know is an error, never ignored.
"""

import itertools
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from goodword.times import SECOND_MS

from tests.support.desk import FakeClock

MACHINES = Path(__file__).parents[2] / "infra" / "state_machines"
STATE_BYTES_MAX = 256 * 1024
TRANSITIONS_MAX = 25_000
INVOKE = "arn:aws:states:::lambda:invoke"
CALLBACK = f"{INVOKE}.waitForTaskToken"

_TOKENS = itertools.count(1)  # of all executions, as tokens are unique everywhere

Json = Any
Handler = Callable[[dict[str, Any]], Json]


@dataclass(frozen=True)
class Waiting:
    """A task that was invoked and waits for its token."""

    state: str
    token: str
    until_ms: int


Walk = Generator[Waiting, Json, Json]


class Failed(Exception):
    """An error of the States Language: its name, and a cause."""

    def __init__(self, name: str, cause: str = "") -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name


@cache
def definition(name: str) -> dict[str, Any]:
    """`infra/state_machines/<name>.asl.json`."""
    found: dict[str, Any] = json.loads((MACHINES / f"{name}.asl.json").read_text())
    return found


@dataclass
class Execution:
    """One run of a machine. `path` are the states entered, those of map items included."""

    machine: Mapping[str, Any]
    handler: Handler
    clock: FakeClock
    given: Json
    path: list[str] = field(default_factory=list)
    waits: Waiting | None = None
    output: Json = None
    error: str | None = None
    ended: bool = False

    def __post_init__(self) -> None:
        self._walk = self._states(self.machine, self.given, {})
        self._go(None)

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED or FAILED, as Step Functions says it."""
        if not self.ended:
            return "RUNNING"
        return "FAILED" if self.error else "SUCCEEDED"

    @property
    def last(self) -> str:
        """The state it is in, or ended in."""
        return self.path[-1]

    def succeed(self, token: str, output: Json) -> bool:
        """SendTaskSuccess; False when nothing waits for the token (any more)."""
        if self.waits is None or self.waits.token != token:
            return False
        self._go(output)
        return True

    def time_out(self) -> None:
        """Move the clock to the end of the wait."""
        assert self.waits is not None, "it does not wait for a token"
        self.clock.at_ms = max(self.clock.at_ms, self.waits.until_ms)
        self._go(Failed("States.Timeout"))

    def _go(self, answer: Json) -> None:
        try:
            self.waits = None
            self.waits = self._walk.send(answer)
        except StopIteration as end:
            self.output, self.ended = end.value, True
        except Failed as failed:
            self.error, self.ended = failed.name, True

    def _states(self, machine: Mapping[str, Any], data: Json, item: Json) -> Walk:
        name, known = machine["StartAt"], object()
        while True:
            self.path.append(name)
            assert len(self.path) <= TRANSITIONS_MAX, "the machine does not end"
            if data is not known:
                data = known = _sized(data)
            state = machine["States"][name]
            try:
                data, following = yield from self._state(name, state, data, item)
            except Failed as failed:
                catch = _matching(state.get("Catch", []), failed.name)
                if catch is None:
                    raise
                data = _place(data, catch.get("ResultPath", "$"), {"Error": failed.name})
                following = catch["Next"]
            if following is None:
                return data
            name = following

    def _state(
        self, name: str, state: Mapping[str, Any], data: Json, item: Json
    ) -> Generator[Waiting, Json, tuple[Json, str | None]]:
        match state["Type"]:
            case "Succeed":
                return data, None
            case "Fail":
                raise Failed(state["Error"], state["Cause"])
            case "Pass":
                return _place(data, state.get("ResultPath", "$"), state["Result"]), _next(state)
            case "Wait":
                self.clock.advance(_path(data, item, state["SecondsPath"]) * SECOND_MS)
                return data, _next(state)
            case "Choice":
                return data, _chosen(state, data)
            case "Task":
                result = yield from self._task(name, state, data, item)
            case "Map":
                result = yield from self._map(state, data)
            case other:
                raise NotImplementedError(other)
        if "ResultSelector" in state:
            result = _filled(state["ResultSelector"], result, item)
        return _place(data, state.get("ResultPath", "$"), result), _next(state)

    def _task(self, name: str, state: Mapping[str, Any], data: Json, item: Json) -> Walk:
        for tries in itertools.count(1):
            token = f"token-{next(_TOKENS)}"
            context = {**item, "Task": {"Token": token}}
            payload = _filled(state["Parameters"], data, context)["Payload"]
            try:
                try:
                    answer = _sized(self.handler(_sized(payload)))
                except Exception as raised:
                    raise Failed(type(raised).__name__, str(raised)) from raised
                if state["Resource"] == INVOKE:
                    return {"Payload": answer}
                assert state["Resource"] == CALLBACK
                seconds = state.get("TimeoutSeconds") or _path(
                    data, item, state["TimeoutSecondsPath"]
                )
                answer = yield Waiting(name, token, self.clock.at_ms + seconds * SECOND_MS)
                if isinstance(answer, Failed):
                    raise answer
                return answer
            except Failed as failed:
                retry = _matching(state.get("Retry", []), failed.name)
                if retry is None or tries > retry.get("MaxAttempts", 3):
                    raise
                pause = retry["IntervalSeconds"] * retry["BackoffRate"] ** (tries - 1)
                pause = min(pause, retry.get("MaxDelaySeconds", pause))
                self.clock.advance(int(pause) * SECOND_MS)
        raise AssertionError

    def _map(self, state: Mapping[str, Any], data: Json) -> Walk:
        results = []
        for index, value in enumerate(_path(data, {}, state["ItemsPath"])):
            context = {"Map": {"Item": {"Index": index, "Value": value}}}
            given = _filled(state["ItemSelector"], data, context)
            results.append((yield from self._states(state["ItemProcessor"], given, context)))
        return results


def _sized(data: Json) -> Json:
    """As it would travel: JSON of a limited size."""
    text = json.dumps(data)
    assert len(text) <= STATE_BYTES_MAX, "more state than Step Functions carries"
    return json.loads(text)


def _next(state: Mapping[str, Any]) -> str | None:
    return None if state.get("End") else state["Next"]


def _chosen(state: Mapping[str, Any], data: Json) -> str:
    for choice in state["Choices"]:
        assert set(choice) == {"Variable", "StringEquals", "Next"}, choice
        if _path(data, {}, choice["Variable"]) == choice["StringEquals"]:
            return str(choice["Next"])
    if "Default" not in state:
        raise Failed("States.NoChoiceMatched")
    return str(state["Default"])


def _matching(rules: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    for rule in rules:
        if {name, "States.ALL"} & set(rule["ErrorEquals"]):
            return rule
    return None


def _path(data: Json, context: Json, path: str) -> Json:
    """`$`, `$.a.b` of the data, `$$.a.b` of the context."""
    found = context if path.startswith("$$") else data
    for name in path.lstrip("$").split(".")[1:]:
        if not isinstance(found, dict) or name not in found:
            raise Failed("States.Runtime", f"nothing at {path}")
        found = found[name]
    return found


def _filled(template: Json, data: Json, context: Json) -> Json:
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _path(data, context, value)
        if name.endswith(".$")
        else _filled(value, data, context)
        for name, value in template.items()
    }


def _place(data: Json, path: str | None, result: Json) -> Json:
    if path is None:
        return data
    if path == "$":
        return result
    assert path.count(".") == 1, path
    return {**data, path.removeprefix("$."): result}
