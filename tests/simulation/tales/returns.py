"""What comes back of one order, told in any order: parts, running totals, lines, taxes, wholes.

Nobody loses more than the share that came back, rounded once, and what was won is not back.
"""

from fractions import Fraction
from typing import Any

from goodword.conversions.model import Fact, ReinstatementFact
from goodword.conversions.order import OrderFacts, OrderLine, ReturnedLine
from goodword.programs.conditions import OneOf
from goodword.programs.rules import PercentageReward, Rule

from tests.simulation.story import HOUR_MS
from tests.simulation.tales.payment import ANOTHER, Payment
from tests.simulation.tales.teller import Tale, Teller


def _parts(teller: Teller) -> None:
    """Single refunds, and the running totals of two charges; a lower one, late, says nothing."""
    draw, payment = teller.draw, Payment(teller, "adv_maya")
    net, taxed = draw.randrange(1_001, 70_000), draw.random() < 0.4
    gross = net + net // 5
    fields = {"gross_minor": gross, "prices_include_tax": taxed}
    at_ms = teller.now_ms - draw.choice((HOUR_MS, 40 * HOUR_MS))
    one = payment.told("a", at_ms, net, "c1", **fields)
    payment.holds()
    totals = [draw.randrange(1, net // 2) for _ in range(3)]
    of = {"ch_1": draw.choice(("net", "gross")), "ch_2": "net"}
    acts = [("ch_1", total) for total in totals] + [("ch_2", draw.randrange(1, net // 3))]
    acts += [("", draw.choice((1, 5, net // 7, net)))]
    for charge, amount in draw.sample(acts, len(acts)):
        unit, tax = (
            of.get(charge, draw.choice(("net", "gross"))),
            amount // 6 * (draw.random() < 0.5),
        )
        tax *= unit == "net"
        more: dict[str, Any] = {"of": unit, "tax_minor": tax}
        name = f"{charge}:{amount}" if charge else "plain"
        told = amount + tax if taxed else amount
        more["cumulative"] = bool(charge)
        teller.tells(teller.back(name, "a", told, **more))
        teller.ends()
        if not taxed:
            tax = 0
        most = max(amount, (one.back.get(charge or name) or ("", 0))[1] or 0)
        one.back[charge or name] = (unit, most)
        payment.holds()
    won = ReinstatementFact(
        refund_id=f"ch_1:{totals[0]}", orders=("a",), occurred_ms=teller.now_ms, currency="EUR"
    )
    teller.tells(won)
    teller.ends("running_total")
    payment.holds()
    of_it, size = one.back["plain"]
    teller.tells(teller.back("plain", "a", (size or 0) + 1, of=of_it))
    teller.ends("refund_differs")
    payment.holds()
    payment.is_won("a", "plain")
    payment.settles()


def _lines(teller: Teller) -> None:
    """Ten per cent of what is of Acme; what comes back of Bolt takes nothing of it."""
    draw = teller.draw
    teller.promises(
        rules=(
            Rule(
                rule_id="sale",
                action="sale",
                reward=PercentageReward(basis_points=1_000),
                when=OneOf(of="brand", values=("acme",)),
            ),
        )
    )
    nets = {"l1": draw.randrange(500, 30_000), "l2": draw.randrange(500, 30_000)}
    brands = {"l1": "Acme", "l2": "Bolt"}
    lines = tuple(
        OrderLine(line_id=name, net_minor=net, brand=brands[name]) for name, net in nets.items()
    )
    net = sum(nets.values())
    fields: dict[str, Any] = {"order": OrderFacts(lines=lines), "gross_minor": net + 500}
    teller.tells(teller.sold("a", net, "adv_ben", **fields))
    earned = round(Fraction(nets["l1"], 10))
    teller.owns(ben=earned)
    back, by_line, gross = 0, {"l1": 0, "l2": 0}, 0
    for number in range(draw.choice((2, 3, 4))):
        line = draw.choice(("l1", "l2", "l2", "l2", "", "gross", "gone"))
        amount = draw.choice((1, net // 9, nets.get(line, net) // 2, nets.get(line, net)))
        if line == "gross":
            gross += amount
            teller.tells(teller.back(f"r{number}", "a", amount, of="gross"))
        else:
            back += amount
            named = [ReturnedLine(line_id=line, net_minor=amount)] if line else []
            if line in by_line:
                by_line[line] += amount
            teller.tells(teller.back(f"r{number}", "a", amount, lines=tuple(named)))
        teller.ends()
        teller.owns(ben=earned - round(earned * _share(nets, back, by_line, gross)))
    left = earned - round(earned * _share(nets, back, by_line, gross))
    teller.pays()
    teller.owns(ben=left)
    teller.paid(ben=left)


def _share(nets: dict[str, int], back: int, by_line: dict[str, int], gross: int) -> Fraction:
    """How much of `l1` came back: what names it, and its part of what names no line."""
    whole = sum(nets.values())
    named = {name: min(by_line[name], net) for name, net in nets.items()}
    left = whole - sum(named.values())
    unnamed = Fraction(min(back, whole) - sum(named.values()))
    unnamed += Fraction(whole * min(gross, whole + 500), whole + 500)
    rest = min(Fraction(1), unnamed / left) if left else Fraction(1)
    return (named["l1"] + (nets["l1"] - named["l1"]) * rest) / nets["l1"]


def _void(teller: Teller) -> None:
    """A sign-up is void, whatever the currency of who says so; an order of its id is another."""
    draw = teller.draw
    net = draw.randrange(100, 90_000, 10)
    lead = teller.sold("u1", 0, "adv_ben", action="lead")
    sale = teller.sold("u1", net, "adv_ben", friend="c2")
    teller.town.story.order("u1").twin = ANOTHER
    for fact in draw.sample((lead, sale), 2):
        teller.tells(fact)
    teller.owns(ben=200 + net // 10)
    if draw.random() < 0.5:
        teller.days(1.5)
    unit = draw.choice(("EUR", "USD"))
    void: Fact = teller.back("v1", "lead:u1", None, currency=unit, reason="void")
    undone: Fact = ReinstatementFact(
        refund_id="v1",
        orders=("lead:u1",),
        occurred_ms=teller.now_ms,
        currency=unit,
        reason="void_undone",
    )
    again = draw.random() < 0.5
    facts: list[Fact] = draw.sample((void, undone), 2) if again else [void]
    for number, told in enumerate(facts):
        teller.tells(told)
        teller.ends()
        gone = told is void and number == 0
        teller.owns(ben=net // 10 + 200 * (not gone))
        teller.tells(told)
        teller.ends()
        teller.owns(ben=net // 10 + 200 * (not gone))
    for reason in ("refund", "chargeback", "cancelled"):
        teller.tells(teller.back("r1", "u1", None, currency="USD", reason=reason))
        teller.ends("currency_mismatch")
    teller.owns(ben=net // 10 + 200 * again)
    teller.pays()
    teller.paid(ben=net // 10 + 200 * again)
    teller.tells(teller.back("v2", "u1", None, currency="USD", reason="void"))
    teller.ends()
    teller.owns(ben=200 * again)


RETURNS = (
    Tale("what comes back in parts", _parts),
    Tale("what comes back by lines", _lines, judged=False),
    Tale("what was void", _void),
)
