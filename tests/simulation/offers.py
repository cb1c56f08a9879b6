"""What terms promise for an order, drawn at random, and what each promise is worth: in our words.

An offer is a plain value; `wording` puts it into the product's words. What it gives is computed
here from the order alone, in fractions, with nothing of the product. What the order does not say
(which order of the friend, which of the advocate, at which level) is `Seen`, and is judged apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

Ask = tuple[Any, ...]  # ("in", "brand", "acme", ...), ("not", ask), ("any", ask, ask)
BY_LINE = ("per_line", "per_unit")
LINE_WORDS = ("brand", "quantity", "line_net")
LEVELS = ("bronze", "silver", "gold")


@dataclass(frozen=True)
class Line:
    """A line of an order: so many pieces of a brand, net of all of them."""

    name: str
    brand: str | None
    pieces: int
    net: int


@dataclass(frozen=True)
class Basket:
    """What an order tells beside its sums. `nth` is the shop's own count of the friend's orders."""

    lines: tuple[Line, ...] = ()
    country: str | None = None
    coupons: tuple[str, ...] | None = None
    channel: str | None = None
    nth: int | None = None
    renewal: bool = False


EMPTY = Basket()


@dataclass(frozen=True)
class Offer:
    """`size` is basis points, or minor units; `by_level` says it of each level instead."""

    name: str
    action: str = "sale"
    kind: str = "percentage"
    size: int = 0
    rounding: str = "half_even"
    minimum: int = 0
    asks: tuple[Ask, ...] = ()
    by_level: tuple[tuple[str, int], ...] = ()
    months: int = 0  # from the friend's first order on; 0: without an end

    @property
    def by_line(self) -> bool:
        """Whether it looks at single lines."""
        return self.kind in BY_LINE or any(_of_lines(ask) for ask in self.asks)


@dataclass(frozen=True)
class Seen:
    """What counts beside the order: which order of the friend's, which of the advocate's."""

    nth: int | None = None
    place: int | None = None
    level: str | None = None
    segments: tuple[str, ...] | None = None  # of the advocate, then
    since: int | None = None  # when the first order was that somebody brought


@dataclass(frozen=True)
class Worth:
    """What an offer gives, or why not. `weights` are its parts of the reward, by line."""

    amount: int = 0
    reason: str = ""
    weights: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ladder:
    """The levels of a programme: from how much on each is reached, of what, in which period."""

    measure: str
    period: str
    ends: tuple[int, ...]

    def level(self, total: int) -> str:
        """The highest that is reached."""
        return [name for name, end in zip(LEVELS, self.ends, strict=False) if end <= total][-1]


def rounded(value: Fraction, how: str) -> int:
    """To a whole cent, as named."""
    if how == "half_even":
        return round(value)
    return int(value + Fraction(1, 2)) if how == "half_up" else int(value)


def shared(nets: Sequence[int], total: int) -> list[int]:
    """`total` in the ratio of the nets, to the cent: what is over goes to the largest parts."""
    whole = sum(nets)
    if not whole:
        return [0 for _ in nets]
    exact = [Fraction(net * total, whole) for net in nets]
    found = [int(one) for one in exact]
    by_part = sorted(range(len(nets)), key=lambda at: found[at] - exact[at])
    for at in by_part[: total - sum(found)]:
        found[at] += 1
    return found


def lines_of(basket: Basket, net: int) -> list[Line]:
    """The lines as they sum to the net of the order: lowered, or with a rest that nobody named."""
    if not basket.lines:
        return []
    told = [line.net for line in basket.lines]
    nets = shared(told, net) if sum(told) > net else told
    found = [replace(line, net=one) for line, one in zip(basket.lines, nets, strict=True)]
    rest = net - sum(nets)
    return [*found, Line("rest", None, 0, rest)] if rest else found


def worth(offer: Offer, basket: Basket, nets: tuple[int, int], seen: Seen) -> Worth | None:
    """What the offer gives for an order of so much, in its own money and in the programme's.

    None: it has no say about such an order.
    """
    if offer.action not in _has_say(basket):
        return None
    nth = "first_purchase" if seen.nth == 1 else "repeat_purchase"
    if offer.action in ("first_purchase", "repeat_purchase") and offer.action != nth:
        return Worth(reason=f"not_{offer.action}")
    own, home = nets
    if home < offer.minimum:
        return Worth(reason="below_minimum_order")
    lines = lines_of(basket, own)
    lines = [
        replace(line, net=net)
        for line, net in zip(lines, shared([one.net for one in lines], home), strict=True)
    ]
    looked: list[Line] | None = None
    if offer.by_line:
        if not lines:
            return Worth(reason="lines_not_told")
        said = [_all(_asked(ask, basket, home, seen, line) for ask in offer.asks) for line in lines]
        looked = [line for line, yes in zip(lines, said, strict=True) if yes]
    else:
        said = [_all(_asked(ask, basket, home, seen, None) for ask in offer.asks)]
    if True not in said:
        return Worth(reason="condition_not_known" if None in said else "condition_not_met")
    size = dict(offer.by_level).get(seen.level or "") if offer.by_level else offer.size
    if size is None:
        return Worth(reason="level_not_rewarded")
    return _sum(offer, size, home, looked)


def _has_say(basket: Basket) -> set[str]:
    once = {"renewal"} if basket.renewal else {"first_purchase", "repeat_purchase"}
    return {"sale"} | once


def _sum(offer: Offer, size: int, home: int, looked: list[Line] | None) -> Worth:
    nets = [home] if looked is None else [line.net for line in looked]
    pieces = [0] if looked is None else [line.pieces for line in looked]
    share = Fraction(size, 10_000)
    each = {
        "percentage": nets,
        "flat": nets,
        "per_line": [rounded(net * share, offer.rounding) for net in nets],
        "per_unit": [one * size for one in pieces],
    }[offer.kind]
    amount = {
        "percentage": rounded(sum(nets) * share, offer.rounding),
        "flat": size,
    }.get(offer.kind, sum(each))
    if not amount:
        return Worth(reason="nothing_to_reward")
    names = [line.name for line in looked or ()]
    weights = dict(zip(names, each, strict=True)) if looked is not None else {}
    return Worth(amount, "", weights if any(weights.values()) else {})


def _asked(ask: Ask, basket: Basket, home: int, seen: Seen, line: Line | None) -> bool | None:
    """Yes, no, or not known."""
    op, *rest = ask
    if op == "not":
        inner = _asked(rest[0], basket, home, seen, line)
        return None if inner is None else not inner
    if op == "any":
        said = [_asked(one, basket, home, seen, line) for one in rest]
        return True if True in said else None if None in said else False
    fact = _fact(rest[0], basket, home, seen, line)
    if fact is None:
        return None
    if op in ("in", "not_in"):
        held = {str(one).lower() for one in (fact if isinstance(fact, tuple) else (fact,))}
        among = bool(held & {str(one).lower() for one in rest[1:]})
        return among if op == "in" else not among
    low = fact >= rest[1] if op != "at_most" else True
    high = fact <= rest[-1] if op != "at_least" else True
    return bool(low and high)


def _fact(of: str, basket: Basket, home: int, seen: Seen, line: Line | None) -> Any:
    if of in LINE_WORDS:
        if line is None:
            return None
        return {"brand": line.brand, "quantity": line.pieces, "line_net": line.net}[of]
    known = None if seen.nth is None else "new" if seen.nth == 1 else "returning"
    return {
        "order_net": home,
        "country": basket.country,
        "channel": basket.channel,
        "coupon": basket.coupons,
        "coupons": None if basket.coupons is None else len(basket.coupons),
        "friend_order": seen.nth,
        "customer": known,
        "advocate_conversion": seen.place,
        "level": seen.level,
        "advocate_segment": seen.segments,
    }[of]


def _all(answers: Iterator[bool | None]) -> bool | None:
    said = list(answers)
    if False in said:
        return False
    return None if None in said else True


def _of_lines(ask: Ask) -> bool:
    if ask[0] in ("not", "any"):
        return any(_of_lines(one) for one in ask[1:])
    return ask[1] in LINE_WORDS


def back(
    sums: tuple[int, int],
    lines: Sequence[Line],
    named: Mapping[str, int],
    refunded: tuple[int, int],
    weights: Mapping[str, int],
) -> Fraction:
    """Which share of a reward on single lines is to be back, of an order of so much net and gross.

    Of each line what was named, then the same share of what is left of all lines for what was not.
    """
    net, gross = sums
    own = {line.name: min(line.net, named.get(line.name, 0)) for line in lines}
    unnamed = Fraction(max(0, min(refunded[0], net) - sum(own.values())))
    if gross:
        unnamed += Fraction(net * min(refunded[1], gross), gross)
    left = net - sum(own.values())
    rest = min(Fraction(1), unnamed / left) if left else Fraction(1)
    of_line = {
        line.name: (own[line.name] + (line.net - own[line.name]) * rest) / line.net
        if line.net
        else rest
        for line in lines
    }
    whole = sum(weights.values())
    return sum((Fraction(w, whole) * of_line[name] for name, w in weights.items()), Fraction(0))
