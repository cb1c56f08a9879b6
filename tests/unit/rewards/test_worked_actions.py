"""Worked cases of what is rewarded: sign-ups, first and further orders, renewals, levels, events.

Months are calendar months from the customer's first referred order: the order of 22 November with
`for 3 months` is paid until 21 February. How the text is read: `tests/support/bookkeeping.py`.
"""

import pytest
from goodword.conversions.model import Conversion, ConversionFact, Customer
from goodword.conversions.order import OrderFacts
from goodword.programs.model import Rule
from goodword.rewards.decision import Decision
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, months_later, parse_rfc3339, rfc3339
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.bookkeeping import Case
from tests.support.bookkeeping_rules import rule_of
from tests.support.scene import Scene, sale
from tests.support.worked import holds

ACTIONS = [
    Case("a sign-up", "EUR", "sign-up 2.00", "sign-up +2.00", "€2.00 for a sign-up."),
    # the sign-up and its qualifying are two things, each once
    Case(
        "a sign-up that qualifies",
        "EUR",
        "sign-up 2.00 and qualified 5.00",
        "sign-up A +2.00; qualified A +5.00; qualified A +0",
        "This is about a sign-up that qualified on",
    ),
    Case("only qualified ones", "EUR", "qualified 5.00", "sign-up +0", "no reward for this"),
    Case("a level", "EUR", "level-up 3.00", "level-up gold +3.00", "a step up to a higher level"),
    Case(
        "two levels",
        "EUR",
        "level-up 3.00",
        "level-up silver +3.00; level-up gold +3.00; level-up gold +0",
        "This is about a step up",
    ),
    Case("an event", "EUR", "event 1.00", "event review-1 +1.00", "€1.00 for an event."),
    # an upgrade that was paid for is a level-up and an order: 10 % of 20.00 and 3.00
    Case("a paid upgrade", "EUR", "level-up 3.00 and 10 %", "upgrade 20.00 +5.00", "step up"),
    Case("a share of an upgrade", "EUR", "level-up 10 %", "upgrade 20.00 +2.00", "what a step up"),
]

PURCHASES = [
    Case(
        "first and further orders",
        "EUR",
        "first 10 % and further 2 %",
        "order A 50.00 +5.00; order B 50.00 +1.00; order C 50.00 +1.00",
        "2 % of a further order of a customer.",
    ),
    Case(
        "each customer has a first order",
        "EUR",
        "first 10 %",
        "order A 50.00 by:x +5.00; order B 50.00 by:y +5.00; order C 50.00 by:x +0",
        "The rule rewards a customer's first order, and this was a further one",
    ),
    Case("not a further one", "EUR", "further 2 %", "order 50.00 +0", "and this was the first"),
    # the shop has seen the customer twice before, though we have not
    Case("the shop's own count", "EUR", "first 10 %", "order 50.00 by:x nth:3 +0", "a further one"),
    Case("the shop counts one", "EUR", "first 10 %", "order 50.00 by:x nth:1 +5.00", "the first"),
    # we know of two orders, the shop's count is late
    Case(
        "our own count",
        "EUR",
        "further 2 %",
        "order A 50.00 by:x +0; order B 50.00 by:x nth:1 +1.00",
        "a further order of a customer",
    ),
    Case(
        "every order is an order", "EUR", "1.00", "order A 9.00 +1.00; order B 9.00 +1.00", "1.00"
    ),
    # a fixed amount for the first, and a share of all: 5.00 + 1.00, then 1.00
    Case(
        "a bonus for the first order",
        "EUR",
        "first 5.00 and 10 %",
        "order A 10.00 +6.00; order B 10.00 +1.00",
        "€5.00 for the first order of a customer.",
    ),
    Case(
        "the first order is returned",
        "EUR",
        "first 10 % and further 2 %",
        "order A 50.00 +5.00; refund A all -5.00; order B 50.00 +1.00",
        "2 % of a further order",
    ),
    Case("in yen", "JPY", "first 10 %", "order 5005 +500", "JP¥500"),
]

RENEWALS = [
    Case("a renewal", "EUR", "renewal 5 %", "order A 20.00 +0; renewal B 20.00 +1.00", "renewal"),
    # a renewal is neither the first order nor a further one, but it is an order
    Case(
        "a renewal is an order of its own kind",
        "EUR",
        "first 10 % and further 2 % and 1.00",
        "order A 20.00 +3.00; renewal B 20.00 +1.00",
        "€1.00 for an order.",
    ),
    # from 22 November: 23 December and 23 January are inside three months, 23 February is not
    Case(
        "for three months",
        "EUR",
        "first 10 % and renewal 5 % for 3 months",
        "order A 20.00 +2.00; month +0; renewal B 20.00 +1.00; month +0; renewal C 20.00 +1.00;"
        " month +0; renewal D 20.00 +0",
        "The 3 months from the customer's first order on, for which the rule is given, were over",
    ),
    # all orders of the first month, then nothing
    Case(
        "orders for one month",
        "EUR",
        "10 % for 1 months",
        "order A 20.00 +2.00; wait 20 +0; order B 20.00 +2.00; wait 20 +0; order C 20.00 +0",
        "It is given for 1 month from",
    ),
    Case(
        "months are counted per customer",
        "EUR",
        "10 % for 1 months",
        "order A 20.00 by:x +2.00; month +0; order B 20.00 by:x +0; order C 20.00 by:y +2.00",
        "was over",
    ),
    Case(
        "a renewal is returned",
        "EUR",
        "renewal 5 % for 3 months",
        "order A 20.00 +0; renewal B 20.00 +1.00; refund B 10.00 -0.50",
        "€0.50 is left",
    ),
]

CASES = [*ACTIONS, *PURCHASES, *RENEWALS]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worked_action(case: Case) -> None:
    holds(case)


def scene_of(*rules: str) -> Scene:
    made = [
        rule_of(n, rule, lambda text: int(text.replace(".", ""))) for n, rule in enumerate(rules)
    ]
    return Scene(rules=tuple(made), caps=())


def test_nobodys_order_is_neither_first_nor_further() -> None:
    for rule in ("first 10 %", "further 2 %", "10 % for 3 months"):
        scene = scene_of(rule)
        scene.sale("1", 5_000, customer=Customer(), click_ids=(scene.click(),))
        assert scene.decision.reason == "customer_not_known"
        assert not scene.all(Reward)


def test_the_decision_says_who_counted() -> None:
    scene = scene_of("first 10 %")
    scene.sale("1", 5_000, order=OrderFacts(nth=4), click_ids=(scene.click(),))
    scene.clock.at_ms += 1
    scene.sale("2", 5_000)
    said = {one.basis.order_id: one.basis for one in scene.all(Decision)}
    assert (said["1"].friend_order, said["1"].counted_by) == (4, "shop")
    assert (said["2"].friend_order, said["2"].counted_by) == (2, "identity")


def test_a_later_delivery_may_know_that_it_was_a_renewal() -> None:
    """Stripe's session says nothing of it, its invoice does; whichever comes first."""
    for kinds in (("plain", "renewal"), ("renewal", "plain")):
        scene = scene_of("renewal 5 %")
        for kind in kinds:
            scene.sale("1", 2_000, occasion=kind, click_ids=(scene.click(),))
        alive = [one.remaining_minor for one in scene.all(Reward) if one.state != "void"]
        assert alive == [100]
        assert scene.one(Conversion).occasion == "renewal"


@pytest.mark.parametrize(
    ("at", "months", "later"),
    [
        ("2026-01-31T10:00:00Z", 1, "2026-02-28T10:00:00.000Z"),
        ("2028-01-31T10:00:00Z", 1, "2028-02-29T10:00:00.000Z"),
        ("2025-11-22T08:26:40Z", 3, "2026-02-22T08:26:40.000Z"),
        ("2025-12-31T23:59:59Z", 12, "2026-12-31T23:59:59.000Z"),
        ("2025-10-31T00:00:00Z", 4, "2026-02-28T00:00:00.000Z"),
    ],
)
def test_months_are_those_of_the_calendar(at: str, months: int, later: str) -> None:
    assert rfc3339(months_later(parse_rfc3339(at), months))[:19] == later[:19]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"action": "lead", "for_months": 3}, "needs a rule of orders"),
        ({"action": "level_up", "for_months": 3}, "needs a rule of orders"),
        ({"action": "sale", "for_months": 0}, "greater than or equal to 1"),
        ({"action": "lead_qualified", "minimum_order_minor": 5}, "a lead has no order"),
        ({"action": "purchase"}, "Input should be"),
    ],
)
def test_what_cannot_be_is_refused(rule: dict[str, object], message: str) -> None:
    fields = {"rule_id": "r", "reward": {"kind": "flat", "amount_minor": 5}}
    with pytest.raises(ValidationError, match=message):
        Rule.model_validate(fields | rule)


@st.composite
def histories(draw: st.DrawFn) -> list[ConversionFact]:
    """A few orders, renewals and sign-ups of two customers, some days apart."""
    facts = []
    for number in range(draw(st.integers(2, 5))):
        at_ms = Scene().clock.at_ms - draw(st.integers(1, 80)) * DAY_MS
        fields = {
            "customer": Customer(customer_id=draw(st.sampled_from(("x", "y")))),
            "occasion": draw(st.sampled_from(("plain", "plain", "renewal", "level_up"))),
            "codes": draw(st.sampled_from(((), ("MAYA7",), ("BEN77",)))),
            "order": OrderFacts(nth=draw(st.sampled_from((None, None, 1, 3)))),
        }
        facts.append(sale(f"o{number}", draw(st.sampled_from((999, 5_000))), at_ms, **fields))
    return facts


RULES = (
    "first 10 %",
    "further 3 %",
    "renewal 5 % for 1 months",
    "0.50 if first 2",
    "2 % if returning",
)


def told(facts: list[ConversionFact]) -> list[tuple[object, ...]]:
    """Per order: who earns it and by which rule how much, as it stands in the end."""
    scene = scene_of(*RULES)
    for fact in facts:
        assert scene.deliver(fact).state == "booked"
    assert scene.ledger_differences() == []
    alive = sorted(
        (one.order_id, one.advocate_id, one.rule_id, one.remaining_minor)
        for one in scene.all(Reward)
        if one.state == "pending"
    )
    last = {one.conversion_id: one for one in scene.all(Decision)}
    why = sorted(
        (
            one.basis.order_id,
            line.rule_id,
            line.reason,
            line.computed_minor,
        )
        for one in last.values()
        for line in one.lines
    )
    return [*alive, *why]


@settings(max_examples=300, deadline=None)
@given(st.data(), histories())
def test_any_order_of_arrival_gives_the_same_rewards_and_reasons(
    data: st.DataObject, facts: list[ConversionFact]
) -> None:
    assert told(facts) == told(data.draw(st.permutations(facts)))
