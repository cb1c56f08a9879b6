"""Every amount of the terms says beside it what it is in each currency that they accept.

`amount_minor` 500 with `amount_in` {"USD": 600, "KWD": 1500} is 5.00 EUR, 6.00 USD or 1.500 KWD.
`priced` puts those of one currency in the place of the programme's own, so that whoever judges an
order sees the terms of one currency, and numbers of two are never compared.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from goodword.programs.conditions import AMOUNTS
from goodword.programs.rules import UNITS, Rule
from goodword.records import Value

V = TypeVar("V", bound=Value)

SUFFIX = "_in"
# Not said is nothing: from there on, more is looked at, never less.
UNSAID = frozenset({"spike_floor_in", "refund_floor_in"})


class Amount(NamedTuple):
    """One amount: where its other currencies are said, its own value, and what they say."""

    path: str
    own: int | None
    stated: dict[str, int]


def priced(value: V, currency: str, /, **changes: object) -> V:
    """The same with its amounts in `currency`, and `changes` made in the same step.

    Without a currency the amounts stay what they are, and what they are elsewhere is left out.
    """
    for name in type(value).model_fields:
        one = getattr(value, name)
        if _is_stated(name, one):
            if currency in one or (currency and name in UNSAID):
                changes[_base(value, name)] = one.get(currency, 0)
            changes[name] = {}
        elif (after := _inside(one, currency)) is not one:
            changes.setdefault(name, after)
    return value.but(**changes) if changes else value


def amounts(value: Value, path: str = "") -> Iterator[Amount]:
    """Every amount of money in it; pieces and counts are the same in every currency."""
    fields = vars(value)
    unpriced = "reward" if fields.get("unit", "") in UNITS else ""
    of = fields.get("of")
    number = isinstance(of, str) and of not in AMOUNTS
    for name, one in fields.items():
        if not isinstance(one, (Value, tuple, dict)):
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(one, dict) and _is_stated(name, one) and not number:
            yield Amount(here, getattr(value, _base(value, name)), one)
        elif name != unpriced:
            for step, each in _values(one):
                yield from amounts(each, f"{here}.{step}" if step else here)


def check_accepted(value: Value, accepted: Iterable[str]) -> None:
    """ValueError for an amount that leaves out a currency, or names one that is not accepted."""
    wanted = frozenset(accepted)
    for one in amounts(value):
        for currency in sorted(frozenset(one.stated) - wanted):
            raise ValueError(f"{one.path} names {currency}, which is not accepted")
        if not one.own or one.path.rsplit(".", 1)[-1] in UNSAID:
            continue
        for currency in sorted(wanted - frozenset(one.stated)):
            raise ValueError(f"{one.path} says nothing for {currency}")


def check_points(rules: Iterable[Rule]) -> None:
    """ValueError for points that are a share: of one order they would differ by its currency."""
    for rule in rules:
        sides = [(rule.unit, one) for one in rule.plain_rewards]
        sides += [(rule.friend.unit, rule.friend.reward)] if rule.friend else []
        if any(unit == "points" and hasattr(one, "basis_points") for unit, one in sides):
            raise ValueError(
                f"the rule {rule.rule_id} gives points as a share of several currencies"
            )


def _is_stated(name: str, one: object) -> bool:
    return name.endswith(SUFFIX) and isinstance(one, dict)


def _base(value: Value, name: str) -> str:
    plain = name.removesuffix(SUFFIX)
    return f"{plain}_minor" if f"{plain}_minor" in type(value).model_fields else plain


def _inside(one: object, currency: str) -> object:
    if isinstance(one, Value):
        return priced(one, currency)
    if isinstance(one, tuple) and any(isinstance(each, Value) for each in one):
        return tuple(_inside(each, currency) for each in one)
    if isinstance(one, dict) and any(isinstance(each, Value) for each in one.values()):
        return {name: _inside(each, currency) for name, each in one.items()}
    return one


def _values(one: Value | tuple[object, ...] | dict[str, object]) -> Iterator[tuple[str, Value]]:
    """The values inside, each with the step that leads to it."""
    if isinstance(one, Value):
        yield "", one
        return
    steps = one.items() if isinstance(one, dict) else enumerate(one)
    yield from ((str(step), each) for step, each in steps if isinstance(each, Value))
