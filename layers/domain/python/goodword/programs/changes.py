"""What differs between two terms, path by path, so that a reader sees all of it and nothing else.

Rules are compared by their `rule_id`, not by their place: `rules.first-bag.reward.basis_points`,
1000, 800. A rule that is new or gone is one difference with the whole rule on one side. Another
order of the same rules is a difference too (`rules.order`): earlier rules use up a cap first.
"""

from collections.abc import Mapping

from pydantic import JsonValue as Json

from goodword.programs.amounts import SUFFIX
from goodword.programs.model import Terms
from goodword.records import Value

# What a version may change that is tried with some; all else holds for the programme as a whole,
# and so does a cap of scope `programme`: everybody's rewards use up the same one.
OF_ONE_ADVOCATE = ("rules", "caps", "hold_days")


class TermsDifference(Value):
    """One place where two terms differ; None where there is nothing on that side."""

    path: str
    before: Json
    after: Json


def differences(before: Terms, after: Terms) -> tuple[TermsDifference, ...]:
    """Everything that differs, in the order of the terms."""
    one, other = (_shape(terms.model_dump(mode="json")) for terms in (before, after))
    return tuple(_walk("", one, other))


def programme_wide(found: tuple[TermsDifference, ...]) -> tuple[str, ...]:
    """The paths among them that a pilot may not change."""
    return tuple(
        one.path
        for one in found
        if one.path.split(".")[0] not in OF_ONE_ADVOCATE or one.path.startswith("caps.programme-")
    )


def _shape(dumped: dict[str, Json]) -> dict[str, Json]:
    """Lists of things that have a name become mappings by name, rules with their order beside."""
    shaped = {name: _by_name(value) for name, value in dumped.items()}
    rules = shaped["rules"]
    assert isinstance(rules, dict)
    return {**shaped, "rules": {**rules, "order": list[Json](rules)}}


def _by_name(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _by_name(each) for name, each in value.items() if not _unsaid(name, each)}
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return value
    return {_name(each, number): _by_name(each) for number, each in enumerate(value)}


def _unsaid(name: str, value: Json) -> bool:
    """Whether it only says that an amount has no other currencies."""
    return name.endswith(SUFFIX) and value == {}


def _name(thing: Json, number: int) -> str:
    """What tells it from the others of its list: its id, what a cap limits, else its place."""
    assert isinstance(thing, dict)
    if {"scope", "period"} <= set(thing):
        measure = "rewards" if thing.get("amount_minor") is None else "money"
        return f"{thing['scope']}-{thing['period']}-{measure}"
    return str(next((thing[key] for key in thing if key.endswith("_id")), number))


def _walk(path: str, before: Json, after: Json) -> list[TermsDifference]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict) and _alike(before, after):
        found: list[TermsDifference] = []
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else name
            if name == "order" and set(before) != set(after):
                continue  # what is new or gone is said by itself
            found += _walk(inner, before.get(name), after.get(name))
        return found
    return [TermsDifference(path=path, before=_plain(before), after=_plain(after))]


def _alike(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    """Whether both are of one kind; a flat and a percentage reward are told as wholes."""
    return before.get("kind") == after.get("kind")


def _plain(value: Json) -> Json:
    """Without the order that was put beside."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != "order"}
    return value
