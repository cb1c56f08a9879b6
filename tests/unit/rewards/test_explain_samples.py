"""A sample order suits the rule of its example, whatever the rule asks, where any order can."""

from typing import Any

import pytest

from tests.support.examples import (
    TIERS,
    asks,
    every,
    lines,
    no,
    order,
    order_line,
    percent,
    sample,
    told,
    version_of,
)


class TestTheSampleOrder:
    def test_of_first_and_further_orders_is_a_first_one(self) -> None:
        first = percent(1_000, action="first_purchase")
        further = percent(500, action="repeat_purchase")
        (line,) = lines(version_of(first, further), "order")
        assert line.endswith(
            "€100.00 * 10 % = €10.00; the rule is not for this order -> you earn €10.00"
        )

    @pytest.mark.parametrize(
        ("rule", "nth"),
        [
            (percent(500, action="repeat_purchase"), 2),
            (percent(500, action="first_purchase"), 1),
            (percent(500, when=asks("equals", "customer", value="returning")), 2),
            (percent(500, when=asks("at_most", "friend_order", value=3)), 3),
        ],
    )
    def test_is_the_customers_order_of_that_number(self, rule: dict[str, Any], nth: int) -> None:
        assert sample(rule).friend_order == nth
        assert order(rule) == ": €100.00 * 5 % = €5.00 -> you earn €5.00"

    def test_comes_from_another_country_than_those_that_are_left_out(self) -> None:
        rule = percent(1_000, when=asks("not_in", "country", values=["DE"]))
        assert sample(rule).order.country == "FR"

    def test_has_a_brand_that_is_none_of_those_left_out(self) -> None:
        rule = percent(1_000, when=asks("not_in", "brand", values=["Acme"]))
        assert order(rule).endswith("€100.00 * 10 % = €10.00 -> you earn €10.00")

    def test_meets_all_of_several_questions_and_the_first_of_alternatives(self) -> None:
        tea = asks("in", "collection", values=["Tea"])
        either = {"op": "any", "conditions": [tea, asks("in", "country", values=["AT"])]}
        no_coupon = {"op": "not", "condition": asks("in", "coupon", values=["X"])}
        rule = percent(1_000, when={"op": "all", "conditions": [either, no_coupon]})
        made = sample(rule).order
        assert (made.country, made.coupons) == ("DE", ())
        assert [one.collections for one in made.lines] == [("Tea",), ("other",)]
        assert order(rule).endswith("€60.00 * 10 % = €6.00 -> you earn €6.00")


class TestTheSampleOrderMeets:
    @pytest.mark.parametrize(
        "when",
        [
            asks("not_in", "country", values=["FR", "de"]),
            asks("in", "country", values=["at"]),
            no(asks("in", "country", values=["DE"])),
            no(asks("not_in", "country", values=["IT"])),
            asks("not_in", "channel", values=["other"]),
            no(asks("equals", "channel", value="web")),
            no(asks("in", "customer", values=["new"])),
            every(asks("in", "coupon", values=["A"]), asks("at_least", "coupons", value=2)),
            no(asks("in", "customer_segment", values=["vip"])),
            asks("not_in", "advocate_segment", values=["gold"]),
            asks("at_least", "order_net", value=20_000),
            asks("at_most", "order_net", value=5_000),
            asks("between", "order_net", low=2_000, high=3_000),
            no(asks("at_least", "order_net", value=7_000)),
            no(asks("between", "order_net", low=0, high=12_000)),
            every(
                asks("at_least", "order_net", value=100), asks("at_most", "order_net", value=200)
            ),
            asks("between", "friend_order", low=0, high=3),
            asks("at_least", "friend_order", value=0),
            no(asks("at_most", "friend_order", value=2)),
            asks("between", "advocate_conversion", low=0, high=3),
            asks("at_most", "coupons", value=5_000),
            asks("between", "coupons", low=0, high=50),
        ],
    )
    def test_what_the_rule_asks_of_it(self, when: dict[str, Any]) -> None:
        assert " * 5 % = " in order_line(percent(500, when=when))

    @pytest.mark.parametrize(
        "when",
        [
            no(asks("in", "brand", values=["other", "Acme"])),
            asks("at_least", "line_net", value=30_000),
            asks("at_most", "line_net", value=1_000),
            asks("between", "quantity", low=0, high=9),
            every(asks("in", "brand", values=["A", "B"]), asks("not_in", "brand", values=["A"])),
            no(asks("in", "collection", values=["Tea"])),
        ],
    )
    def test_what_the_rule_asks_of_its_lines(self, when: dict[str, Any]) -> None:
        assert " * 5 % = " in order_line(percent(500, when=when))

    def test_no_more_than_there_is_and_says_so(self) -> None:
        for when in (
            asks("at_least", "coupons", value=21),
            asks("at_most", "advocate_conversion", value=0),
            asks("at_most", "friend_order", value=0),
            every(asks("in", "channel", values=["a"]), asks("in", "channel", values=["b"])),
            every(*(asks("in", "customer", values=[one]) for one in ("new", "returning"))),
            asks("at_least", "quantity", value=10**12),
        ):
            assert "order" in told(version_of(percent(500, when=when)))
        both = every(asks("in", "country", values=["AT"]), asks("in", "country", values=["IT"]))
        assert order_line(percent(500, when=both)).endswith(
            "An order of €100.00: the condition is not met -> you earn €0.00"
        )

    def test_a_level_that_is_not_the_one_left_out(self) -> None:
        rule = percent(1_000, when=asks("not_in", "level", values=["gold"]))
        assert sample(rule, tiers=TIERS).level == "base"

    def test_the_minimum_of_its_own_rule(self) -> None:
        rule = percent(
            500, minimum_order_minor=3_000, when=asks("at_most", "order_net", value=4_000)
        )
        assert order_line(rule).startswith("An order of €40.00: €40.00 * 5 %")
