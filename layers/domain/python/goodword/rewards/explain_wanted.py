"""Facts that meet a condition, for the sample orders of worked examples.

Of alternatives the first is taken. Where several questions ask for one fact, a value is looked for
that meets all of them; where there is none the order is an ordinary one, and the rule itself says
that it is not met. Example: `country` not in US, FR -> DE; `coupons` at least 2 -> 2.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, product
from string import ascii_uppercase

from goodword.limits import CONDITION_VALUES_MAX, CONDITIONS_MAX
from goodword.programs.conditions import (
    AllOf,
    AnyOf,
    Between,
    Condition,
    Equals,
    Leaf,
    NoneOf,
    NotSo,
    OneOf,
)
from goodword.rewards.conditions import folded, meets
from goodword.rewards.explain_conditions import Asked

OTHER = "other"  # the brand, coupon ... that no rule of the example names
COUNTRIES = ("DE", "FR")  # those that are tried before all others


class Wanted:
    """The questions that an order has to answer with yes, so that it meets a condition."""

    def __init__(self, condition: Condition | None) -> None:
        self._asked = list(_asked(condition, negated=False)) if condition else []

    def meets_text(self, of: str, value: str) -> bool:
        """Whether the text is right for every question about the fact."""
        return all(
            (not folded([value]).isdisjoint(folded(_values(one.leaf)))) != _excludes(one)
            for one in self._about(of)
        )

    def text(self, of: str, others: Iterable[str] = ()) -> str | None:
        """A value of a text; None if nobody asks. `others` are tried after those that are named."""
        about = self._about(of)
        if not about:
            return None
        named = [value for one in about if not _excludes(one) for value in _values(one.leaf)]
        found = (one for one in chain(named, others or _words()) if self.meets_text(of, one))
        return next(found, named[0] if named else OTHER)

    def texts(self, of: str) -> tuple[str, ...] | None:
        """Values of a fact that may have several: one that is wanted, or none at all."""
        about = self._about(of)
        if not about:
            return None
        wants = any(not _excludes(one) for one in about)
        return (self.text(of) or OTHER,) if wants else ()

    def country(self) -> str:
        """A country; the first of ours if nobody asks."""
        pairs = ("".join(pair) for pair in product(ascii_uppercase, repeat=2))
        return (self.text("country", chain(COUNTRIES, pairs)) or COUNTRIES[0]).upper()

    def count(self, of: str, usual: int, fits: Callable[[int], bool]) -> int:
        """A number that is right for every question about the fact, of those that `fits`."""
        return self._number(of, [*self._near(of), usual], usual, fits)

    def amount(self, of: str, usual: int, fits: Callable[[int], bool]) -> int:
        """The same, but the usual one if that is right."""
        return self._number(of, [usual, *self._near(of)], usual, fits)

    def _number(
        self, of: str, tried: Sequence[int], usual: int, fits: Callable[[int], bool]
    ) -> int:
        about = self._about(of)
        right = (one for one in tried if all(meets(q.leaf, one) != q.negated for q in about))
        return next((one for one in right if fits(one)), usual)

    def _near(self, of: str) -> list[int]:
        """The numbers that questions about the fact name, and those beside them."""
        named = [number for one in self._about(of) for number in _numbers(one.leaf)]
        return [*named, *(one + 1 for one in named), *(one - 1 for one in named)]

    def _about(self, of: str) -> list[Asked]:
        return [one for one in self._asked if one.leaf.of == of]


def _asked(condition: Condition, *, negated: bool) -> Iterator[Asked]:
    if isinstance(condition, NotSo):
        yield from _asked(condition.condition, negated=not negated)
    elif isinstance(condition, AllOf | AnyOf):
        every = isinstance(condition, AllOf) != negated
        for each in condition.conditions if every else condition.conditions[:1]:
            yield from _asked(each, negated=negated)
    else:
        yield Asked(condition, negated)


def _excludes(asked: Asked) -> bool:
    """Whether the values of a question about a text are those that must not be."""
    return isinstance(asked.leaf, NoneOf) != asked.negated


def _values(leaf: Leaf) -> tuple[str, ...]:
    if isinstance(leaf, OneOf | NoneOf):
        return leaf.values
    return (str(leaf.value),) if isinstance(leaf, Equals) else ()


def _numbers(leaf: Leaf) -> tuple[int, ...]:
    if isinstance(leaf, Between):
        return leaf.low, leaf.high
    return (int(leaf.value),) if not isinstance(leaf, OneOf | NoneOf) else ()


def _words() -> Iterator[str]:
    """More words than one rule can exclude."""
    yield OTHER
    yield from (f"{OTHER} {n}" for n in range(2, CONDITION_VALUES_MAX * CONDITIONS_MAX + 3))
