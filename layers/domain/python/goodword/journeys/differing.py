"""What differs between two journeys: steps by their names, everything else by its place.

A step that is new or gone is one change with the whole step on one side; a changed one has both.
Another order of the same steps is a change too, because a person stands at a step by its name.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import JsonValue as Json

from goodword.journeys.definition import JourneyTerms, Step
from goodword.records import Value

What = Literal["step_new", "step_gone", "step_changed", "order", "setting"]


class Changed(Value):
    """One change. `name` is of the step, or of the setting; the steps are there where they exist,
    of a setting its plain values."""

    what: What
    name: str = ""
    before: Step | None = None
    after: Step | None = None
    was: Json = None
    will_be: Json = None


class Place(Value):
    """One place where the documents differ; None where there is nothing on that side."""

    path: str
    before: Json
    after: Json


def changes(before: JourneyTerms, after: JourneyTerms) -> tuple[Changed, ...]:
    """Everything that differs: settings first, then the steps in their order."""
    found = [
        Changed(what="setting", name=name, was=one, will_be=other)
        for name, one, other in _settings(before, after)
    ]
    old, new = ({one.name: one for one in terms.steps} for terms in (before, after))
    for name in dict.fromkeys((*new, *old)):
        if name not in old:
            found.append(Changed(what="step_new", name=name, after=new[name]))
        elif name not in new:
            found.append(Changed(what="step_gone", name=name, before=old[name]))
        elif old[name] != new[name]:
            found.append(Changed(what="step_changed", name=name, before=old[name], after=new[name]))
    kept = [[one for one in steps if one in old and one in new] for steps in (old, new)]
    if kept[0] != kept[1]:
        found.append(Changed(what="order"))
    return tuple(found)


def places(before: JourneyTerms, after: JourneyTerms) -> tuple[Place, ...]:
    """The same place by place, for whoever wants every value."""
    one, other = _shape(before), _shape(after)
    return tuple(_walk("", one, other))


def _settings(before: JourneyTerms, after: JourneyTerms) -> Iterator[tuple[str, Json, Json]]:
    one, other = before.model_dump(mode="json"), after.model_dump(mode="json")
    for name in one:
        if name != "steps" and one[name] != other[name]:
            yield name, one[name], other[name]


def _shape(terms: JourneyTerms) -> dict[str, Json]:
    dumped: dict[str, Json] = terms.model_dump(mode="json", exclude_none=True)
    steps: dict[str, Json] = {
        one.name: one.model_dump(mode="json", exclude_none=True) for one in terms.steps
    }
    return {**dumped, "steps": steps}


def _walk(path: str, before: Json, after: Json) -> Iterator[Place]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else name
            yield from _walk(inner, before.get(name), after.get(name))
        return
    yield Place(path=path, before=before, after=after)
