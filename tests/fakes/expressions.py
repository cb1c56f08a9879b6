"""The part of DynamoDB's expressions that the product writes; anything else is refused by name."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

Item = dict[str, dict[str, Any]]
_TERM = re.compile(r"^(attribute_exists|attribute_not_exists)\((#?\w+)\)$")
_COMPARED = re.compile(r"^(#?\w+) (=|<>|<=|>=|<|>) (:\w+)$")
_BEGINS = re.compile(r"^begins_with\((#?\w+), (:\w+)\)$")
_BETWEEN = re.compile(r"^(#?\w+) BETWEEN (:\w+) AND (:\w+)$")
_ONE_OF = re.compile(r"^(#?\w+) IN \((:\w+(?:, :\w+)*)\)$")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


class Unknown(AssertionError):
    """The product wrote something that this fake has never seen: teach it, and test it."""


class Expression:
    """One expression with its names and values; all of both must be used, as DynamoDB asks."""

    def __init__(self, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self.parts, used = _parsed(text)
        self._names, self._values = names, values
        if len(used) != len(names) + len(values) or used != names.keys() | values.keys():
            raise Unknown(f"unused or missing placeholders: {used ^ {*names, *values}} in {text!r}")

    def holds(self, item: Item) -> bool:
        """Whether every term is true of the item ({} where there is none)."""
        return all(self._term(words, item) for words in self.parts)

    def _term(self, words: tuple[str, ...], item: Item) -> bool:
        kind, name, *more = words
        stored = item.get(self._names[name] if name[0] == "#" else name)
        if kind == "exists":
            return stored is not None
        if kind == "not_exists":
            return stored is None
        values = [self._values[word] for word in more]
        if kind == "begins":
            text = (stored or {}).get("S")
            return text is not None and text.startswith(values[0]["S"])
        if kind == "between":
            return self._compare(stored, ">=", values[0]) and self._compare(stored, "<=", values[1])
        if kind == "one_of":
            return stored in values
        return self._compare(stored, kind, values[0])

    @staticmethod
    def _compare(stored: Any, operator: str, wanted: Any) -> bool:
        if operator == "=":
            return bool(stored == wanted)
        if operator == "<>":
            return bool(stored != wanted)  # of a missing attribute too: that is the trap
        if stored is None or stored.keys() != wanted.keys():
            return False
        ((tag, left),), ((_, right),) = stored.items(), wanted.items()
        return _ORDER[operator](*((int(left), int(right)) if tag == "N" else (left, right)))


def _words(term: str) -> tuple[str, ...]:
    """What a term says: its kind or its sign, the attribute, and its values."""
    if found := _TERM.match(term):
        return found[1].removeprefix("attribute_"), found[2]
    if found := _COMPARED.match(term):
        return found[2], found[1], found[3]
    if found := _BEGINS.match(term):
        return "begins", found[1], found[2]
    if found := _BETWEEN.match(term):
        return "between", found[1], found[2], found[3]
    if found := _ONE_OF.match(term):
        return "one_of", found[1], *found[2].split(", ")
    raise Unknown(f"no term of ours: {term!r}")


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> tuple[list[tuple[str, ...]], set[str]]:
    """What each term of an expression says, and the placeholders in it."""
    return [_words(term) for term in _split(text)], set(re.findall(r"[#:]\w+", text))


def _split(text: str) -> list[str]:
    """The terms between the ANDs; the one inside of BETWEEN joins nothing."""
    parts, joined = text.split(" AND "), []
    while parts:
        term = parts.pop(0)
        joined.append(f"{term} AND {parts.pop(0)}" if " BETWEEN " in term else term)
    return joined
