"""What few orders have: refunds that wait, a mistyped number, a rate of another day, odd lines.

A place for refunds that is full takes no more of them and says so; a number that is nearly known is
found by one slip; a rate is the order's own day's or the last one's; lines sum to their order.
"""

from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any
from unittest.mock import patch

from goodword.conversions import reversing
from goodword.conversions.numbers import OrderNumber, folded_number, meant
from goodword.conversions.order import OrderFacts, OrderLine, merged_facts, reconciled
from goodword.money import Rounding
from goodword.ports import Change
from goodword.programs.rates import AppliedRate, NewRate, Rate, Rates, usable
from pydantic import ValidationError

from tests.simulation.tales.teller import Tale, Teller

PLACES, NUMBERED = 3, 20


_few = partial(patch.object, reversing, "REFUNDS_PARKED_MAX", PLACES)


def _full(teller: Teller) -> None:
    """One more than there is room for, under either name; told again, it has its place."""
    with _few():
        draw, net = teller.draw, teller.draw.randrange(1_000, 90_000, 40)
        facts = [teller.back(f"r{one}", "a", net // 40 * (one + 1)) for one in range(PLACES + 1)]
        for fact in facts[:PLACES]:
            teller.tells(fact)
            teller.ends()
        more = facts[PLACES].but(orders=tuple(draw.sample(("a", "b"), draw.choice((1, 2)))))
        more = more.but(orders=tuple(dict.fromkeys((*more.orders, "a"))))
        before = _waiting(teller)
        teller.tells(more)
        teller.ends("too_many_parked_refunds")
        teller.wants("what waits", _waiting(teller), before)
        teller.tells(draw.choice(facts[:PLACES]))
        teller.ends()
        teller.wants("what waits", _waiting(teller), before)
        teller.tells(teller.sold("a", net, "adv_maya"))
        left = net // 10 - _tenth(net // 40 * 6, net)
        teller.owns(maya=left)
        teller.wants("what waits", _waiting(teller), {})
        teller.tells(more)
        teller.ends()
        teller.owns(maya=net // 10 - _tenth(net // 40 * 10, net))


def _tenth(back: int, net: int) -> int:
    return round(Fraction(net // 10 * back, net))


def _waiting(teller: Teller) -> dict[str, int]:
    found = (one.plain for one in teller.town.dynamo.of_kind("parked_refunds"))
    return {one["alias"]: len(one["facts"]) for one in found}


def _numbers(teller: Teller) -> None:
    """What is folded to one number, by which slip another is meant, and how many have one."""
    draw = teller.draw
    for text in ("# EN-1001", "en-1001", "##EN-1001", " e n-10 01", "\uff03EN-\uff11001"):
        teller.wants(f"{text!r}", folded_number(text), "en-1001")
    for text, wanted in (
        ("1" * 60, "1" * 60),
        ("1" * 61, ""),
        ("№ä1", ""),
        ("#", ""),
        ("1#", "1#"),
    ):
        teller.wants(f"{text!r}", folded_number(text), wanted)
    typed = "".join(draw.sample("123456789", 4))
    found, (one, two, three, four) = meant(typed), tuple(typed)
    slips = {
        one + three + two + four: "swapped",
        one + two + four + three: "swapped",
        two + three + four: "one_too_many",
        one + two + three: "one_too_many",
        one + two + three + "0": "one_wrong",
        "0" + two + three + four: "one_wrong",
        "0" + typed: "one_left_out",
        typed + "9": "one_left_out",
        one + two + "0" + three + four: "one_left_out",
        four + two + three + one: None,
        typed: None,
        "": None,
    }
    for text, slip in slips.items():
        teller.wants(f"{text} for {typed}", found.get(text), slip)
    teller.wants("for a single digit", meant("7").get(""), None)
    ids = [f"cnv_{number}" for number in range(NUMBERED + draw.choice((0, 1, 5)))]
    known = OrderNumber(program_id="prg_1", namespace="n", number="1").said(ids[0])
    teller.wants("granted", (known.granted, known.conversion_ids), (ids[0], (ids[0],)))
    for each in ids[1:]:
        known = known.reported(each).reported(each)
        teller.wants("still granted", known.granted, ids[0])
    teller.wants("the newest", known.conversion_ids, tuple(ids[-NUMBERED:]))
    again = known.reported(ids[-3])
    teller.wants("told again", again.conversion_ids, known.conversion_ids)
    teller.wants("then reported", known.reported(ids[0]).granted, None)


def _rates(teller: Teller) -> None:
    """Of the order's day, or the last one within the days; the same pair the other way round."""
    draw, store = teller.draw, teller.town.memory
    day = date(2025, draw.choice((1, 3, 12)), 1)
    days, change = draw.choice((0, 1, 3)), Change()
    said: dict[str, Any] = {"source": "ECB", "set_ms": 0, "set_by": "usr_1"}
    stated = {
        (back, inverse): f"{draw.randrange(1, 400)}.{draw.randrange(1, 9)}"
        for back in range(-1, days + 2)
        for inverse in (False, True)
        if draw.random() < 0.4
    }
    for (back, inverse), text in stated.items():
        base, quote = ("EUR", "JPY") if inverse else ("JPY", "EUR")
        name = (day - timedelta(days=back)).isoformat()
        change.create(Rate(base=base, quote=quote, day=name, rate=text, **said))
    if change.keys:
        store.commit(change)
    roundings: tuple[Rounding, ...] = ("down", "half_even", "half_up")
    rounding = draw.choice(roundings)
    found = usable(store, "JPY", "EUR", day, days, rounding)
    within = sorted(one for one in stated if 0 <= one[0] <= days)
    if not within:
        teller.wants("no rate", found, None)
        return
    (back, inverse), rate = within[0], Fraction(stated[within[0]])
    assert found is not None
    wanted = (day - timedelta(days=back)).isoformat(), stated[within[0]], inverse, rounding
    teller.wants("the rate", (found.day, found.rate, found.inverse, found.rounding), wanted)
    yen = draw.randrange(1, 10**6)
    exact = yen * 100 / rate if inverse else yen * 100 * rate
    teller.wants(f"{yen} yen", found.change(yen), _rounded(exact, rounding))
    dinars = AppliedRate(of="KWD", into="JPY", day=found.day, rate="0.5", source="ECB")
    teller.wants("dinars", dinars.change(2_000 * yen + 1_000), round(Fraction(2 * yen + 1, 2)))


def _rounded(exact: Fraction, rounding: str) -> int:
    if rounding == "half_even":
        return round(exact)
    return int(exact if rounding == "down" else exact + Fraction(1, 2))


def _stated(teller: Teller) -> None:
    """What finance may say of a day, once; what was said stays."""
    today = date.fromtimestamp(teller.now_ms / 1_000)
    desk = teller.town.desk(teller.town.person("usr_fatima"))

    def says(number: int, **more: str) -> str:
        one = {"day": today.isoformat(), "base": "EUR", "quote": "USD", "rate": "1.5"}
        stated = NewRate.model_validate(one | {"source": "ECB"} | more)
        return teller.tries(f"f{number}", lambda: Rates(desk).put([stated]))

    def later(days: int) -> str:
        return (today + timedelta(days=days)).isoformat()

    rows: list[tuple[dict[str, str], str]] = [
        ({}, ""),
        ({}, ""),
        ({"rate": "1.50"}, "rate_is_fixed"),
        ({"rate": "1.4"}, "rate_is_fixed"),
        ({"source": "Fed"}, "rate_is_fixed"),
        ({"base": "USD", "quote": "EUR", "rate": "0.7"}, ""),
        ({"day": later(1)}, ""),
        ({"day": later(2)}, "bad_rate"),
        ({"day": "2025-02-30"}, "bad_rate"),
        ({"rate": "0.000", "day": later(-1)}, "bad_rate"),
        ({"quote": "EUR"}, "bad_rate"),
        ({"quote": "EUX"}, "bad_rate"),
        ({"base": "POINTS"}, "bad_rate"),
        ({"day": later(-1), "rate": "2"}, ""),
    ]
    for number, (more, code) in enumerate(rows):
        teller.wants(f"a rate with {more}", says(number, **more), code)
    listed = Rates(desk).list("EUR", "USD", 10, None).rows
    said = [(one.day, one.rate) for one in listed]
    wanted = [(later(1), "1.5"), (later(0), "1.5"), (later(-1), "2")]
    teller.wants("the list", said, wanted)
    for rate in ("01", "1.", ".5", "-1", "1e3", "1234567890", "0.1234567890123"):
        try:
            NewRate(day=later(0), base="EUR", quote="USD", rate=rate, source="ECB")
        except ValidationError:
            continue
        teller.wants(f"a rate of {rate}", "taken", "refused")


def _lines(teller: Teller) -> None:
    """Lines that sum to less than the order, to more, or repeat themselves."""
    draw = teller.draw
    nets = [draw.choice((0, 1, 5, draw.randrange(1, 900))) for _ in range(3)]
    names = draw.choice((("a", "b", "c"), ("a", "a", "b"), ("a", "rest", "c"), ("a", "a", "a")))
    total = draw.choice((0, sum(nets), sum(nets) + draw.randrange(1, 50), sum(nets) // 2))
    lines = [
        OrderLine(line_id=name, net_minor=net, quantity=2)
        for name, net in zip(names, nets, strict=True)
    ]
    own: dict[str, int] = {}
    for name, net in zip(names, nets, strict=True):
        if name != "rest":
            own.setdefault(name, net)
    parts = [*own.values(), sum(nets) - sum(own.values())]
    if sum(nets) > total:
        exact = [Fraction(each * total, sum(nets)) for each in parts]
        parts = [int(each) for each in exact]
        by_rest = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
        for at in by_rest[: total - sum(parts)]:
            parts[at] += 1
    else:
        parts[-1] += total - sum(nets)
    wanted = [(name, net, 2) for name, net in zip(own, parts, strict=False)]
    wanted += [("rest", parts[-1], 0)] if parts[-1] else []
    made = [(one.line_id, one.net_minor, one.quantity) for one in reconciled(lines, total)]
    teller.wants(f"lines {names} {nets} of {total}", made, wanted)
    teller.wants("of no lines", reconciled([], total), ())
    _words(teller, tuple(lines))


def _words(teller: Teller, lines: tuple[OrderLine, ...]) -> None:
    """Each word is known, known to be none, or unknown; the first one that speaks counts."""
    choices: dict[str, tuple[Any, ...]] = {
        "coupons": (None, (), ("A",)),
        "segments": (None, (), ("vip",)),
        "country": (None, "DE", "AT"),
        "channel": (None, "web", "pos"),
        "nth": (None, 1, 2),
    }
    one, two = (
        {name: teller.draw.choice(values) for name, values in choices.items()} for _ in range(2)
    )
    with_lines = [teller.draw.random() < 0.5 for _ in range(2)]
    told = [
        OrderFacts(lines=lines if has else (), said_minor=at if has else None, **words)
        for at, (words, has) in enumerate(zip((one, two), with_lines, strict=True))
    ]
    found = merged_facts(*told)
    for name in choices:
        wanted = two[name] if one[name] is None else one[name]
        teller.wants(name, getattr(found, name), wanted)
    said = 0 if with_lines[0] else 1 if with_lines[1] else None
    known = found.said_minor, len(found.lines)
    teller.wants("lines", known, (said, 3 if any(with_lines) else 0))


FINER = (
    Tale("finer: a full place", _full),
    Tale("finer: numbers", _numbers),
    Tale("finer: a rate of another day", _rates),
    Tale("finer: rates that are stated", _stated, judged=False),
    Tale("finer: lines and words", _lines),
)
