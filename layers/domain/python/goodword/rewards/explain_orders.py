"""Sample orders that suit a rule: what it asks for is there, and beside it what it does not want.

An order is made to meet the rule's condition; whether it does is said by the rule itself when the
example is computed. Example: a rule of 10 % where `brand` is Acme gets an order with two lines,
Acme with three fifths of the amount and something else with the rest.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from goodword.conversions.occasions import Occasion
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.limits import AMOUNT_MINOR_MAX, ORDER_WORDS_MAX
from goodword.money import exponent
from goodword.programs.conditions import leaves
from goodword.programs.model import ProgramVersion
from goodword.programs.rules import ORDER_ACTIONS, Rule
from goodword.rewards.basis import Basis
from goodword.rewards.explain_wanted import OTHER, Wanted

NICE_UNITS = 100  # of the currency, in hundreds if it has no decimals; easy to compute with
LINE_TEXTS = {"product_id": "product", "sku": "sku", "brand": "brand"}


def order_rules(version: ProgramVersion) -> list[Rule]:
    """The rules that reward orders."""
    return [rule for rule in version.terms.rules if rule.action in ORDER_ACTIONS]


def order_minor(version: ProgramVersion) -> int:
    """The order that examples are about: a round one, or the largest minimum if that is more.

    Where the first rule of orders asks for another amount, one that it asks for.
    """
    rules = order_rules(version)
    wanted, minimum = Wanted(rules[0].when), rules[0].minimum_order_minor
    nice: int = NICE_UNITS * 10 ** max(2, exponent(version.terms.currency))
    usual = max([nice, *(rule.minimum_order_minor for rule in rules)])
    usual = max(usual, wanted.amount("line_net", 0, lambda one: 0 <= one <= AMOUNT_MINOR_MAX))
    return wanted.amount("order_net", usual, lambda one: minimum <= one <= AMOUNT_MINOR_MAX)


def order_of(version: ProgramVersion, rule: Rule, order_id: str, net_minor: int) -> Basis:
    """An order of this net that the rule was written for."""
    lines = _lines(net_minor, Wanted(rule.when), alone=not rule.by_line)
    basis = _basis_of(version, rule, order_id, net_minor)
    occasion: Occasion = "renewal" if rule.action == "renewal" else "plain"
    return basis.but(action="sale", occasion=occasion, order=basis.order.but(lines=lines))


def sign_up_of(version: ProgramVersion, rule: Rule, order_id: str) -> Basis:
    """A sign-up that the rule was written for."""
    return _basis_of(version, rule, order_id, 0)


def _basis_of(version: ProgramVersion, rule: Rule, order_id: str, net_minor: int) -> Basis:
    """What the rule asks of whoever signs up or orders, as a sign-up."""
    wanted = Wanted(rule.when)
    return Basis(
        conversion_id=f"cnv_{order_id}",
        program_id=version.program_id,
        order_id=order_id,
        action="lead",
        occurred_ms=version.effective_ms,
        currency=version.terms.currency,
        net_minor=net_minor,
        order=_facts(wanted),
        **_person(version, rule, wanted),
    )


def brands_of(rules: Iterable[Rule]) -> list[str]:
    """The first brand that each rule asks for, in reading order, each once."""
    asked = [Wanted(rule.when).text("brand") for rule in rules]
    return list(dict.fromkeys(brand for brand in asked if brand))


def asks_coupon(rule: Rule) -> bool:
    """Whether a coupon makes a difference to the rule."""
    return rule.when is not None and any(
        leaf.of in ("coupon", "coupons") for _, leaf in leaves(rule.when)
    )


def with_brands(basis: Basis, brands: Sequence[str]) -> Basis:
    """The order with a line of each brand, the first ones a little larger than the last."""
    nets = _split(basis.net_minor, len(brands))
    lines = tuple(
        OrderLine(line_id=str(number), net_minor=net, quantity=2, brand=brand)
        for number, (brand, net) in enumerate(zip(brands, nets, strict=True), 1)
    )
    return basis.but(order=basis.order.but(lines=lines))


def _facts(wanted: Wanted) -> OrderFacts:
    """What the shop tells of it; what nobody asks about it does not tell, but for two things."""
    used = wanted.texts("coupon") or ()
    count = wanted.count("coupons", len(used), lambda one: len(used) <= one <= ORDER_WORDS_MAX)
    more = tuple(f"CODE{number}" for number in range(len(used) + 1, count + 1))
    return OrderFacts(
        coupons=used + more,
        country=wanted.country(),
        channel=wanted.text("channel"),
        segments=wanted.texts("customer_segment"),
    )


def _person(version: ProgramVersion, rule: Rule, wanted: Wanted) -> dict[str, Any]:
    """Which order of the customer it is, and who the advocate is."""
    return {
        "friend_order": _friend_order(rule, wanted),
        "friend_since_ms": version.effective_ms,
        "level": _level(version, wanted),
        "advocate_conversion": wanted.count("advocate_conversion", 1, lambda one: one >= 1),
        "advocate_segments": wanted.texts("advocate_segment") or (),
        "event_name": wanted.text("event_name") or "",
    }


def _friend_order(rule: Rule, wanted: Wanted) -> int:
    def suits(nth: int) -> bool:
        right = {"first_purchase": nth == 1, "repeat_purchase": nth > 1}.get(rule.action, True)
        return nth >= 1 and right and wanted.meets_text("customer", _customer(nth))

    usual = 2 if rule.action == "repeat_purchase" else 1
    if not suits(usual):
        usual = next((nth for nth in (1, 2) if suits(nth)), usual)
    return wanted.count("friend_order", usual, suits)


def _customer(nth: int) -> str:
    return "new" if nth == 1 else "returning"


def _level(version: ProgramVersion, wanted: Wanted) -> str | None:
    """The highest level that is asked for."""
    if version.terms.tiers is None:
        return None
    names = [level.name for level in reversed(version.terms.tiers.levels)]
    return next((name for name in names if wanted.meets_text("level", name)), names[0])


def _lines(net_minor: int, wanted: Wanted, *, alone: bool) -> tuple[OrderLine, ...]:
    pieces = wanted.count("quantity", 2, lambda one: 1 <= one <= AMOUNT_MINOR_MAX)
    if alone:
        return (OrderLine(line_id="1", net_minor=net_minor, quantity=pieces),)
    usual = _split(net_minor, 2)[0]
    first = wanted.amount("line_net", usual, lambda one: 0 <= one <= net_minor)
    texts: dict[str, Any] = {field: wanted.text(of) for field, of in LINE_TEXTS.items()}
    texts["collections"] = wanted.texts("collection")
    own = OrderLine(line_id="1", net_minor=first, quantity=pieces, **texts)
    if first == net_minor:
        return (own,)
    other = OrderLine(line_id="2", net_minor=net_minor - first, brand=OTHER, sku=OTHER)
    return own, other.but(product_id=OTHER, collections=(OTHER,))


def _split(net_minor: int, parts: int) -> list[int]:
    """`100, 2` -> 60, 40; the sum is always the whole."""
    weights = [parts + 1 - number for number in range(parts)]
    nets = [net_minor * weight // sum(weights) for weight in weights]
    return [net_minor - sum(nets[1:]), *nets[1:]]
