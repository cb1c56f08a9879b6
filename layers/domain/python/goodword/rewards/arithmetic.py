"""What a reward comes to, and how: exact integers, one named rounding, every step written down.

Example: 10 % of 30.00 EUR + 12.35 EUR (two lines of the brand) is 10 % of 42.35 EUR, 4.24 EUR
half-even; line by line it would be 3.00 + 1.24 (1.235 rounds to even), 4.24 EUR as well.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from goodword.conversions.order import OrderLine
from goodword.money import format_minor, ratio
from goodword.programs.rules import FlatReward, PercentageReward, PerUnitReward, PlainReward
from goodword.records import Value
from goodword.rewards.basis import Basis


class LinePart(Value):
    """A line that a reward looks at. `weight` is its part of the reward, in any unit."""

    line_id: str
    weight: int = Field(ge=0)


class Computed(NamedTuple):
    """The amount, the sum as a reader would write it, and what each line contributed."""

    amount_minor: int
    arithmetic: str
    parts: tuple[LinePart, ...] = ()


def compute(
    reward: PlainReward, basis: Basis, lines: Sequence[OrderLine] | None, unit: str
) -> Computed:
    """What the reward gives; `lines` are those that it looks at, None the order as a whole.

    `unit` is what the amount is of: the order's currency, or `POINTS` ...
    """
    if isinstance(reward, FlatReward):
        amount = reward.amount_minor
        parts = () if lines is None else _parts(lines, [line.net_minor for line in lines])
        return Computed(amount, f"flat {format_minor(amount, unit)}", parts)
    if isinstance(reward, PercentageReward):
        return _percentage(reward, basis, lines, unit)
    if isinstance(reward, PerUnitReward):
        return _per_unit(reward, lines or (), unit)
    nets = [line.net_minor for line in lines or ()]
    each = [ratio(net, reward.basis_points, 10_000, reward.rounding) for net in nets]
    percent = percent_text(reward.basis_points)
    sums = [
        f"{format_minor(net, basis.currency)} x {percent} = {format_minor(one, unit)}"
        for net, one in zip(nets, each, strict=True)
    ]
    total = format_minor(sum(each), unit)
    text = f"{_summed(sums)} (rounding {reward.rounding}, each line); {total}"
    return Computed(sum(each), text, _parts(lines or (), each))


def percent_text(basis_points: int) -> str:
    """1250 -> `12.5 %`."""
    return f"{basis_points / 100:g} %"


def _percentage(
    reward: PercentageReward, basis: Basis, lines: Sequence[OrderLine] | None, unit: str
) -> Computed:
    nets = [basis.net_minor] if lines is None else [line.net_minor for line in lines]
    points, rounding = reward.basis_points, reward.rounding
    amount = ratio(sum(nets), points, 10_000, rounding)
    base = _summed([format_minor(net, basis.currency) for net in nets])
    if len(nets) > 1:
        base = f"({base} = {format_minor(sum(nets), basis.currency)})"
    result = format_minor(amount, unit)
    text = f"{base} x {percent_text(points)} = {result} (rounding {rounding})"
    return Computed(amount, text, () if lines is None else _parts(lines, nets))


def _per_unit(reward: PerUnitReward, lines: Sequence[OrderLine], unit: str) -> Computed:
    units = [line.quantity for line in lines]
    each = [count * reward.amount_minor for count in units]
    one, total = (format_minor(x, unit) for x in (reward.amount_minor, sum(each)))
    counted = _summed([str(count) for count in units])
    text = f"{one} x {counted if len(units) == 1 else f'({counted})'} units = {total}"
    return Computed(sum(each), text, _parts(lines, each))


def _parts(lines: Sequence[OrderLine], weights: Sequence[int]) -> tuple[LinePart, ...]:
    return tuple(
        LinePart(line_id=line.line_id, weight=weight)
        for line, weight in zip(lines, weights, strict=True)
    )


def _summed(texts: Sequence[str]) -> str:
    """`a + b + c`; of many the first ones, so that a sum stays readable."""
    shown = list(texts[:SHOWN_MAX])
    if len(texts) > SHOWN_MAX:
        shown.append(f"{len(texts) - SHOWN_MAX} more")
    return " + ".join(shown)


SHOWN_MAX = 8  # lines written out in one sum; the parts have them all
