"""What is written down of a reward: its sum, its parts, its questions, and what a refund takes.

Every text and every part is made here from the figures of an order that is drawn.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from goodword.conversions.order import OrderFacts, OrderLine
from goodword.errors import GoodwordError
from goodword.limits import AMOUNT_MINOR_MAX
from goodword.money import decimal_text, parse_decimal
from goodword.programs.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Between,
    Equals,
    NoneOf,
    NotSo,
    OneOf,
)
from goodword.programs.rules import FlatReward, PercentageReward, PerLineReward, PerUnitReward
from goodword.programs.tiers import Level, Tiers
from goodword.rewards.arithmetic import LinePart, compute
from goodword.rewards.basis import Basis
from goodword.rewards.conditions import checked, holds
from goodword.rewards.reversal import Returned, lines_share, refunded_share
from goodword.rewards.tally import Sum, Tally

from tests.simulation.story import DAY_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import PROGRAM

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}


def _text(amount: int, unit: str) -> str:
    places = DECIMALS.get(unit, 0)
    whole, rest = divmod(amount, 10**places)
    return f"{whole}.{rest:0{places}d} {unit}" if places else f"{whole} {unit}"


def _share(amount: int, points: int, rounding: str) -> int:
    exact = Fraction(amount * points, 10_000)
    if rounding == "half_even":
        return round(exact)
    return int(exact + Fraction(rounding == "half_up", 2))


def _listed(texts: Sequence[str]) -> str:
    more = [f"{len(texts) - 8} more"] if len(texts) > 8 else []
    return " + ".join([*texts[:8], *more])


def basis(currency: str, lines: Sequence[OrderLine], **more: Any) -> Basis:
    """An order of these lines."""
    told = {
        "conversion_id": "cnv_1",
        "program_id": PROGRAM,
        "order_id": "o1",
        "action": "sale",
        "occurred_ms": 0,
        "currency": currency,
        "net_minor": sum(one.net_minor for one in lines),
        "order": OrderFacts(lines=tuple(lines)),
    }
    return Basis.model_validate(told | more)


def _written(teller: Teller) -> None:
    """What sums come to and how they are written, and what counts for a level."""
    _months(teller)
    _sums(teller)
    _amounts(teller)


def _sums(teller: Teller) -> None:
    """Every kind of reward, of some lines and of the order as a whole; in units of all kinds."""
    draw, wants = teller.draw, teller.wants
    currency, rounding = draw.choice(list(DECIMALS)), draw.choice(("half_even", "half_up", "down"))
    count = draw.choice((1, 2, 3, 8, 9, 12))
    nets = [draw.randrange(0, 9_000, draw.choice((1, 2, 5, 10))) for _ in range(count)]
    units = [draw.randrange(1, 9) for _ in nets]
    lines = [
        OrderLine(line_id=f"l{n}", net_minor=net, quantity=many)
        for n, (net, many) in enumerate(zip(nets, units, strict=True))
    ]
    order, points = basis(currency, lines), draw.choice((50, 125, 500, 1_000, 1_250, 2_500, 10_000))
    percent = {50: "0.5", 125: "1.25", 500: "5", 1_000: "10"} | {1_250: "12.5", 2_500: "25"}
    rate = f"{percent.get(points, '100')} %"
    unit = draw.choice((currency, currency, "POINTS", f"{currency}.CREDIT"))
    said = _said(unit)

    def is_so(reward: Any, some: Any, amount: int, text: str, weights: Sequence[int]) -> None:
        found = compute(reward, order, some, unit)
        wants(reward.kind, (found.amount_minor, found.arithmetic), (amount, text))
        parts = [(one.line_id, one.weight) for one in found.parts]
        ids = [one.line_id for one in lines] if weights else []
        wants("its parts", parts, list(zip(ids, weights, strict=True)))

    flat, total = draw.randrange(1, 5_000), sum(nets)
    is_so(FlatReward(amount_minor=flat), lines, flat, f"flat {said(flat)}", nets)
    is_so(FlatReward(amount_minor=flat), None, flat, f"flat {said(flat)}", ())
    share = PercentageReward(basis_points=points, rounding=rounding)  # type: ignore[arg-type]  # one of them
    whole = _share(total, points, rounding)
    end = f"x {rate} = {said(whole)} (rounding {rounding})"
    is_so(share, None, whole, f"{_text(total, currency)} {end}", ())
    base = _listed([_text(net, currency) for net in nets])
    base = f"({base} = {_text(total, currency)})" if count > 1 else base
    is_so(share, lines, whole, f"{base} {end}", nets)
    each = [_share(net, points, rounding) for net in nets]
    steps = [f"{_text(n, currency)} x {rate} = {said(o)}" for n, o in zip(nets, each, strict=True)]
    text = f"{_listed(steps)} (rounding {rounding}, each line); {said(sum(each))}"
    per_line = PerLineReward(basis_points=points, rounding=rounding)  # type: ignore[arg-type]  # one of them
    is_so(per_line, lines, sum(each), text, each)
    many = _listed([str(one) for one in units])
    many = f"({many})" if count > 1 else many
    text = f"{said(flat)} x {many} units = {said(flat * sum(units))}"
    is_so(
        PerUnitReward(amount_minor=flat), lines, flat * sum(units), text, [flat * o for o in units]
    )


def _said(unit: str) -> Any:
    """How an amount of a unit is written: credit as its currency, and by its own name."""
    money = unit.removesuffix(".CREDIT")
    return lambda amount: f"{_text(amount, money).split()[0]} {unit}"


def _back(teller: Teller) -> None:
    """What refunds take of a reward on some lines: of those that are named, and of all the rest."""
    draw, wants = teller.draw, teller.wants
    nets = {f"l{n}": draw.choice((0, draw.randrange(100, 9_000))) for n in range(3)}
    nets["l3"] = draw.randrange(100, 9_000)
    total, earned = sum(nets.values()), draw.randrange(1, 5_000)
    named = {n: draw.choice((0, net // 3, net, net + 50)) for n, net in nets.items()}
    named = {name: amount for name, amount in named.items() if draw.random() < 0.5}
    gone = sum(min(amount, nets[name]) for name, amount in named.items())
    beside = draw.choice((0, draw.randrange(1, total), total - gone, total))
    gross, back_gross = total + draw.choice((0, 900)), draw.choice((0, 0, draw.randrange(1, total)))
    weights = {n: draw.randrange(1, 90) for n in draw.sample(sorted(nets), 2)}
    parts = [LinePart(line_id=name, weight=weight) for name, weight in weights.items()]
    told = Returned(gone + beside, back_gross, total, gross, named, nets)
    loose = min(total, gone + beside) - gone + Fraction(total * back_gross, gross)
    left = total - gone
    rest = min(Fraction(1), loose / left) if left else Fraction(1)
    share = Fraction(0)
    for name, weight in weights.items():
        mine = Fraction(min(named.get(name, 0), nets[name]), nets[name]) if nets[name] else rest
        share += weight * (mine + (1 - mine) * rest if nets[name] else rest)
    wanted = round(earned * share / sum(weights.values()))
    wants(f"of {told}", lines_share(earned, parts, told), wanted)
    strange = [LinePart(line_id="other", weight=7)]
    wants("a line of before", lines_share(earned, strange, told), round(earned * rest))
    free = Returned(0, back_gross, 0, gross, {}, {"l0": 0})
    all_of = lines_share(earned, [LinePart(line_id="l0", weight=1)], free)
    wants("of nothing", all_of, round(Fraction(earned * back_gross, gross)))
    both = draw.randrange(2 * total), draw.choice((0, draw.randrange(2 * gross)))
    share = min(Fraction(1), Fraction(both[0], total)) + min(Fraction(1), Fraction(both[1], gross))
    taken = refunded_share(earned, both, (total, gross))
    wants(f"{both} of {total}, {gross}", taken, round(earned * min(Fraction(1), share)))
    wants("of no net", refunded_share(earned, (5, gross), (0, gross)), earned)
    wants("of nothing at all", refunded_share(earned, (5, 5), (0, 0)), 0)


def _asked(teller: Teller) -> None:
    """Each question with what was found, its answer, and the lines that meet it."""
    draw, wants = teller.draw, teller.wants
    low, net, coupons = draw.randrange(100, 9_000), 0, draw.randrange(3)
    brands = [draw.choice(("Acme", "Bolt", None)) for _ in range(3)]
    lines = [
        OrderLine(
            line_id=f"l{number}",
            net_minor=low + draw.choice((-1, 0, 1)),
            brand=brand,
            quantity=draw.choice((1, 2)),
            collections=draw.choice((None, (), ("new", "Old"), ("old",))),
        )
        for number, brand in enumerate(brands)
    ]
    net = sum(one.net_minor for one in lines)
    nth, country = draw.choice((None, 1, 2)), draw.choice((None, "AT", "DE"))
    codes = tuple(f"c{number}" for number in range(coupons))
    facts = OrderFacts(lines=tuple(lines), country=country, coupons=codes)
    order = basis("EUR", lines, order=facts, friend_order=nth)
    value = net + draw.choice((-1, 0, 1))
    money, seven = _text(value, "EUR"), tuple(f"v{number}" for number in range(7))
    none, known = "not known", None if nth is None else "new" if nth == 1 else "returning"
    first = None if nth is None else nth == 1
    fewer = {None: None, "AT": True, "DE": False}[country]
    rows: list[tuple[Any, str, str, bool | None]] = [
        (AtLeast(of="order_net", value=value), f"at_least {money}", "", net >= value),
        (AtMost(of="order_net", value=value), f"at_most {money}", "", net <= value),
        (Equals(of="order_net", value=value), f"equals {money}", "", net == value),
        (Equals(of="coupons", value=1), "equals 1", str(coupons), coupons == 1),
        (Equals(of="customer", value="new"), "equals new", known or none, first),
        (OneOf(of="country", values=("at", "CH")), "in at, CH", country or none, fewer),
        (NoneOf(of="country", values=("DE",)), "not_in DE", country or none, fewer),
        (
            NoneOf(of="coupon", values=seven),
            "not_in v0, v1, v2, v3, v4 and 2 more",
            ", ".join(codes) or "none",
            True,
        ),
        (
            Between(of="order_net", low=value, high=value + 1),
            f"between {money} and {_text(value + 1, 'EUR')}",
            "",
            value <= net <= value + 1,
        ),
    ]  # fmt: skip
    for leaf, asked, found, passed in rows:
        (said,) = checked(leaf, order)
        wanted = f"{leaf.of} {asked}", found or _text(net, "EUR"), passed, None
        wants("a question", (said.asked, said.found, said.passed, said.lines), wanted)
        wants("its answer", holds(leaf, order), passed)
        wants("not so", holds(NotSo(condition=leaf), order), None if passed is None else not passed)
    lead = basis("EUR", lines, action="lead")
    wants("of a lead", holds(AtLeast(of="order_net", value=0), lead), None)
    _together(teller, order, rows)
    _by_line(teller, order, low)


def _together(teller: Teller, order: Basis, rows: Sequence[Any]) -> None:
    """All and any of some questions, where one may not be known."""
    some = teller.draw.sample(rows, teller.draw.choice((1, 2, 3)))
    leaves, answers = tuple(one[0] for one in some), [one[3] for one in some]
    every = False if False in answers else None if None in answers else True
    either = True if True in answers else None if None in answers else False
    teller.wants("all", holds(AllOf(conditions=leaves), order), every)
    teller.wants("any", holds(AnyOf(conditions=leaves), order), either)
    both = checked(AllOf(conditions=leaves), order)
    teller.wants("each", [one.passed for one in both], answers)


def _by_line(teller: Teller, order: Basis, low: int) -> None:
    """A question of lines names those that meet it, and passes if one does."""
    for leaf, meets, shows in (
        (OneOf(of="brand", values=("acme",)), _is_acme, lambda one: [one.brand or "not known"]),
        (NoneOf(of="brand", values=("acme",)), _is_other, lambda one: [one.brand or "not known"]),
        (
            AtLeast(of="line_net", value=low),
            lambda one: one.net_minor >= low,
            lambda one: [_text(one.net_minor, "EUR")],
        ),
        (
            Equals(of="quantity", value=2),
            lambda one: one.quantity == 2,
            lambda one: [str(one.quantity)],
        ),
        (OneOf(of="collection", values=(" OLD ",)), _is_old, _collections),
    ):
        (said,) = checked(leaf, order)
        answers = {one.line_id: meets(one) for one in order.order.lines}
        values = list(answers.values())
        passed = True if True in values else None if None in values else False
        ids = tuple(name for name, yes in answers.items() if yes)
        found = [text for one in order.order.lines for text in shows(one)]
        wanted = passed, ids, ", ".join(dict.fromkeys(found))
        teller.wants(f"{leaf}", (said.passed, said.lines, said.found), wanted)
    (said,) = checked(OneOf(of="brand", values=("acme",)), basis("EUR", ()))
    teller.wants("no lines", (said.passed, said.lines, said.found), (None, (), "not known"))


def _is_acme(line: OrderLine) -> bool | None:
    return None if line.brand is None else line.brand == "Acme"


def _is_other(line: OrderLine) -> bool | None:
    return None if line.brand is None else line.brand != "Acme"


def _is_old(line: OrderLine) -> bool | None:
    return None if line.collections is None else bool({"Old", "old"} & {*line.collections})


def _collections(line: OrderLine) -> list[str]:
    return ["not known"] if line.collections is None else list(line.collections) or ["none"]


def _amounts(teller: Teller) -> None:
    """Amounts are read as they are written, and what cannot be booked is refused."""
    draw, amount = teller.draw, teller.draw.choice((0, 1, 9, 10, 99, 100, 10**6))
    for currency, places in DECIMALS.items():
        text = _text(amount, currency).split()[0]
        teller.wants(currency, decimal_text(amount, currency), text)
        teller.wants(f"less, {currency}", decimal_text(-amount - 1, currency)[0], "-")
        teller.wants("is read", parse_decimal(text, currency), amount)
        teller.wants("longer", parse_decimal(f"{text}{'.' * (not places)}000", currency), amount)
        more = f"{text}{'.' * (not places)}{draw.randrange(1, 10)}"
        most = 10**15 // 10**places
        for sign in ("", "-"):
            largest = sign + _text(AMOUNT_MINOR_MAX, currency).split()[0]
            wants = teller.wants
            wants("the most", parse_decimal(largest, currency), int(f"{sign}{AMOUNT_MINOR_MAX}"))
            over = sign + _text(AMOUNT_MINOR_MAX + 1, currency).split()[0]
            wants("one more", _refused(over, currency), "bad_amount")
        for wrong in (more, "NaN", "Infinity", "x", "", f"{most}0", f"-{most}0"):
            teller.wants(wrong, _refused(wrong, currency), "bad_amount")


def _refused(text: str, currency: str) -> str:
    try:
        return str(parse_decimal(text, currency))
    except GoodwordError as refused:
        return refused.code


def _months(teller: Teller) -> None:
    """Totals of a month, a quarter, a year and of all; the newest months are kept one by one."""
    draw, tally = teller.draw, Tally(advocate_id="adv_maya", program_id=PROGRAM)
    start_ms = 1_735_689_600_000 - 31 * DAY_MS  # 1 December 2024
    told = list[tuple[int, Sum]]()
    for _ in range(draw.randrange(1, 9)):
        at_ms = start_ms + draw.randrange(500) * DAY_MS + draw.choice((0, DAY_MS - 1))
        before, after = (Sum(orders=draw.randrange(2), net_minor=draw.randrange(900)) for _ in "ab")
        tally = tally.moved(at_ms, before, after)
        told.append((at_ms, after.plus(before, -1)))
    at_ms = start_ms + draw.randrange(500) * DAY_MS
    for period in ("month", "quarter", "year", "lifetime"):
        name = _period(at_ms, period)
        own = [one for when, one in told if _period(when, period) == name]
        for measure in ("orders", "net"):
            levels = (Level(name="a", at_least=0), Level(name="b", at_least=5))
            tiers = Tiers(measure=measure, period=period, levels=levels)
            of = "orders" if measure == "orders" else "net_minor"
            total = sum(getattr(one, of) for one in own)
            teller.wants(f"{measure} of {name}", tally.total(tiers, at_ms), total)
            level = "b" if total >= 5 else "a"
            teller.wants("the level", tiers.level(max(0, total)), level)
    for number in range(40):
        tally = tally.moved(start_ms + number * 31 * DAY_MS, Sum(), Sum(orders=1))
    teller.wants("kept one by one", len(tally.by_month), 36)
    teller.wants("in all", tally.in_all.orders, 40 + sum(one.orders for _, one in told))
    teller.wants("the newest", max(tally.by_month), _period(start_ms + 39 * 31 * DAY_MS, "month"))


def _period(at_ms: int, period: str) -> str:
    at = datetime.fromtimestamp(at_ms / 1_000, UTC)
    quarter = f"{at.year} {(at.month - 1) // 3}"
    names = {"month": f"{at:%Y-%m}", "quarter": quarter, "year": f"{at.year}"}
    return names.get(period, "")


FIGURES = (
    Tale("in figures: sums and totals", _written, judged=False),
    Tale("in figures: what refunds take", _back, judged=False),
    Tale("in figures: questions", _asked, judged=False),
)
