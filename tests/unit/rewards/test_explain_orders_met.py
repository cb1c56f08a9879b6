"""The sample order of a worked example meets what its rule asks."""

from typing import Any

import pytest

from tests.support.sampled import (
    TIERS,
    asks,
    every,
    lines,
    no,
    percent,
    sample,
    told,
    version_of,
)


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


def order_line(rule: dict[str, Any]) -> str:
    (line,) = lines(version_of(rule), "order")
    return line
