"""A condition in words is the one that decides; what is named as missed is what was missed."""

import json
from typing import Any

import pytest
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.programs.model import Rule

from tests.support.scene import Scene
from tests.support.voices import of_conversion, said

Json = dict[str, Any]
IN_DE: Json = {"op": "in", "of": "country", "values": ["DE"]}
IN_US: Json = {"op": "equals", "of": "country", "value": "US"}
SPRING: Json = {"op": "in", "of": "coupon", "values": ["SPRING"]}
WEB: Json = {"op": "in", "of": "channel", "values": ["web"]}
ACME: Json = {"op": "in", "of": "brand", "values": ["Acme"]}
DEAR: Json = {"op": "at_least", "of": "line_net", "value": 1_000}
FULL = OrderFacts(country="US", coupons=("SPRING",), channel="app")


def no(condition: Json) -> Json:
    return {"op": "not", "condition": condition}


def every(*conditions: Json) -> Json:
    return {"op": "all", "conditions": list(conditions)}


def either(*conditions: Json) -> Json:
    return {"op": "any", "conditions": list(conditions)}


def number(op: str, **ends: int) -> Json:
    return {"op": op, "of": "order_net", **ends}


def told(when: Json, facts: OrderFacts, about: str, locale: str = "en") -> str:
    """What is said about an order of 50.00 under a rule with this condition."""
    share = {"kind": "percentage", "basis_points": 1_000}
    rule = {"rule_id": "r", "action": "sale", "reward": share, "when": when}
    scene = Scene(rules=(Rule.model_validate_json(json.dumps(rule)),))
    scene.sale(click_ids=(scene.click(),), order=facts)
    return said(of_conversion(scene, locale=locale), about)


def line(name: str, net_minor: int, brand: str | None) -> OrderLine:
    return OrderLine(line_id=name, net_minor=net_minor, brand=brand)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (no(IN_US), "the country is not US"),
        (no(no(IN_US)), "the country is US"),
        (
            every(either(IN_DE, SPRING), WEB),
            "(the country is DE, or the coupon is SPRING), and the sales channel is web",
        ),
        (
            no(every(either(IN_DE, SPRING), WEB)),
            "(the country is not DE, and the coupon is not SPRING), "
            "or the sales channel is not web",
        ),
        (
            every(either(IN_DE), no(either(WEB))),
            "the country is DE, and the sales channel is not web",
        ),
        (no(number("at_least", value=5_001)), "the amount of the order is less than €50.01"),
        (no(number("at_most", value=4_999)), "the amount of the order is more than €49.99"),
        (
            no(number("between", low=1, high=2)),
            "the amount of the order is not from €0.01 to €0.02",
        ),
        (no(number("equals", value=1)), "the amount of the order is not €0.01"),
        (
            no({"op": "not_in", "of": "coupon", "values": ["SPRING"]}),
            "the coupon is SPRING",
        ),
    ],
)
def test_a_condition_within_another_reads_as_it_decides(when: Json, words: str) -> None:
    assert told(when, FULL, "rule").endswith(f"It counts if {words}.")


@pytest.mark.parametrize(
    ("when", "missed"),
    [
        # met questions are not named, whatever they stand beside
        (no(IN_US), "the country is not US"),
        (every(no(IN_US), SPRING), "the country is not US"),
        (every(SPRING, either(IN_DE, SPRING), WEB), "the sales channel is web"),
        (either(IN_DE, WEB), "the country is DE; the sales channel is web"),
        (no(either(IN_DE, SPRING)), "the coupon is not SPRING"),
        (no(every(IN_US, SPRING)), "the country is not US; the coupon is not SPRING"),
    ],
)
def test_what_was_not_so_was_not_so(when: Json, missed: str) -> None:
    assert told(when, FULL, "reason").endswith(f"This was not so: {missed}.")


def test_of_many_values_the_first_five_are_named() -> None:
    many = {"op": "in", "of": "country", "values": ["AA", "AB", "AC", "AD", "AE", "AF"]}
    assert told(many, FULL, "rule").endswith("the country is AA or AB or AC or AD or AE or ….")


def test_what_the_shop_has_said_is_not_said_to_be_missing() -> None:
    facts = OrderFacts(coupons=())
    assert told(either(IN_DE, SPRING), facts, "reason").endswith(
        "The shop did not say this: the country is DE."
    )
    assert told(every(no(IN_DE), WEB), FULL.but(country=None, channel="web"), "reason").endswith(
        "The shop did not say this: the country is not DE."
    )


class TestOfItems:
    def test_none_of_which_is_all_of_it_no_single_question_is_blamed(self) -> None:
        facts = OrderFacts(lines=(line("1", 500, "Acme"), line("2", 4_500, "Bolt")))
        assert told(every(ACME, DEAR), facts, "reason").endswith(
            "No single item of the order was all of this: "
            "the brand is Acme, and the amount of the item is at least €10.00."
        )
        assert "Auf keinen einzelnen Artikel" in told(every(ACME, DEAR), facts, "reason", "de")

    def test_what_no_item_is_is_named(self) -> None:
        facts = OrderFacts(lines=(line("1", 500, "Cobb"), line("2", 4_500, "Bolt")))
        assert told(every(ACME, DEAR), facts, "reason").endswith(
            "This was not so: the brand is Acme."
        )

    def test_what_is_not_told_of_one_is_named(self) -> None:
        facts = OrderFacts(lines=(line("1", 500, None), line("2", 4_500, "Bolt")))
        assert told(ACME, facts, "reason").endswith("The shop did not say this: the brand is Acme.")
        other = {"op": "in", "of": "sku", "values": ["S1"]}
        facts = OrderFacts(lines=(line("1", 500, None), line("2", 4_500, "Acme")))
        assert told(every(ACME, other), facts, "reason").endswith(
            "The shop did not say this: the article number is S1."
        )
        apart = (line("1", 500, None).but(sku="S1"), line("2", 4_500, "Acme"))
        assert told(every(ACME, other), OrderFacts(lines=apart), "reason").endswith(
            "The shop did not say this: the brand is Acme; the article number is S1."
        )
