"""The worked examples of any terms, with their sums in words."""

from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import Cap
from goodword.rewards.explain_examples import examples

from tests.support.examples import (
    TIERS,
    amount,
    asks,
    every,
    lines,
    order,
    percent,
    sample,
    told,
    version_of,
)

ACME = percent(1_000, when=asks("in", "brand", values=["Acme"]))
BOLT = percent(500, when=asks("in", "brand", values=["Bolt"]))
SPRING = amount(500, when=asks("in", "coupon", values=["SPRING"]))
POINTS = amount(100, unit="points")


class TestTwoBrands:
    def test_are_both_in_one_order_and_each_earns_by_its_own_rule(self) -> None:
        assert lines(version_of(ACME, BOLT), "two_brands") == [
            "An order of €100.00 (Acme €60.00, Bolt €40.00): "
            "€60.00 * 10 % = €6.00; €40.00 * 5 % = €2.00 -> you earn €8.00"
        ]

    def test_are_said_in_german(self) -> None:
        assert lines(version_of(ACME, BOLT), "two_brands", "de") == [
            "Eine Bestellung über 100,00\xa0€ (Acme 60,00\xa0€, Bolt 40,00\xa0€): "
            "60,00\xa0€ * 10 % = 6,00\xa0€; 40,00\xa0€ * 5 % = 2,00\xa0€ -> du verdienst 8,00\xa0€"
        ]

    def test_of_which_rules_name_one_leave_the_other_out(self) -> None:
        assert lines(version_of(ACME), "two_brands") == [
            "An order of €100.00 (Acme €60.00, other €40.00): "
            "€60.00 * 10 % = €6.00 -> you earn €6.00"
        ]

    def test_are_no_example_where_no_rule_names_a_brand(self) -> None:
        assert set(told(version_of(percent(1_000)))) == {
            *("order", "partial_refund", "return_after_payment")
        }

    def test_in_a_plain_order_leave_the_second_rule_unmet(self) -> None:
        (line,) = lines(version_of(ACME, BOLT), "order")
        assert line.endswith("€60.00 * 10 % = €6.00; the condition is not met -> you earn €6.00")


class TestASubscription:
    def test_that_ends_early_gives_back_the_days_that_were_not_used(self) -> None:
        terms = version_of(
            percent(1_000), cancellation=Cancellation(within_days=90, takes="pro_rata")
        )
        assert lines(terms, "subscription_ended") == [
            "An order of €100.00: €100.00 * 10 % = €10.00 -> you earn €10.00",
            "The subscription ends after 30 days: €10.00 * 60 of 90 days = €6.67 -> -€6.67",
        ]

    def test_that_ends_early_gives_back_all_where_the_terms_say_so(self) -> None:
        terms = version_of(percent(1_000), cancellation=Cancellation(within_days=1, takes="all"))
        assert lines(terms, "subscription_ended", "de")[1] == (
            "Das Abo endet nach 0 Tagen: ganze 10,00\xa0€ -> -10,00\xa0€"
        )

    def test_is_no_example_where_nothing_but_points_is_earned_or_no_window_is_named(self) -> None:
        window = Cancellation(within_days=90, takes="all")
        assert "subscription_ended" not in told(version_of(POINTS, cancellation=window))
        assert "subscription_ended" not in told(version_of(percent(1_000)))


class TestACoupon:
    def test_that_a_rule_wants_is_there_and_then_is_not(self) -> None:
        assert lines(version_of(SPRING), "coupon") == [
            "An order of €100.00 (coupon SPRING): €5.00 (fixed) -> you earn €5.00",
            "An order of €100.00: the condition is not met -> you earn €0.00",
        ]

    def test_is_a_voucher_in_german(self) -> None:
        assert lines(version_of(SPRING), "coupon", "de") == [
            "Eine Bestellung über 100,00\xa0€ (Gutschein SPRING): 5,00\xa0€ (fest) "
            "-> du verdienst 5,00\xa0€",
            "Eine Bestellung über 100,00\xa0€: die Bedingung ist nicht erfüllt "
            "-> du verdienst 0,00\xa0€",
        ]

    def test_that_a_rule_does_not_want_is_added_in_the_second_order(self) -> None:
        rule = percent(1_000, when=asks("equals", "coupons", value=0))
        assert lines(version_of(rule), "coupon") == [
            "An order of €100.00: €100.00 * 10 % = €10.00 -> you earn €10.00",
            "An order of €100.00 (coupon OTHER): the condition is not met -> you earn €0.00",
        ]

    def test_is_there_as_often_as_a_rule_counts(self) -> None:
        rule = percent(1_000, when=asks("at_least", "coupons", value=2))
        assert order(rule).startswith(" (coupon CODE1, CODE2): €100.00 * 10 %")


class TestTheSum:
    def test_of_an_amount_for_each_piece_counts_the_pieces(self) -> None:
        rule = amount(150, "per_unit", when=asks("between", "quantity", low=3, high=5))
        assert order(rule) == (
            " (1 €60.00, other €40.00): €1.50 * 3 pieces = €4.50 -> you earn €4.50"
        )

    def test_of_a_share_of_each_item_says_each(self) -> None:
        rule = {"reward": {"kind": "per_line", "basis_points": 1_000}}
        assert order(rule).endswith("10 % of each item = €10.00 -> you earn €10.00")

    def test_of_points_names_the_points_as_what_is_earned(self) -> None:
        assert order(POINTS) == ": 100 points (fixed) -> you earn 100 points"
        (line,) = lines(version_of(POINTS), "order", "de")
        assert line.endswith("100 Punkte (fest) -> du verdienst 100 Punkte")

    def test_of_money_and_points_names_both(self) -> None:
        (line,) = lines(version_of(percent(1_000), POINTS), "order")
        assert line.endswith("-> you earn €10.00, 100 points")

    def test_of_points_has_no_example_of_money_that_is_paid_or_limited(self) -> None:
        assert set(told(version_of(POINTS, caps=(Cap(amount_minor=1_500),)))) == {"order"}

    def test_that_rounds_to_nothing_says_that_it_is_too_little(self) -> None:
        rule = percent(1, when=asks("in", "brand", values=["Acme"]))
        rule["reward"]["rounding"] = "down"
        assert order(rule).endswith(
            "€60.00 * 0.01 % = €0.00, which is too little to be paid -> you earn €0.00"
        )

    def test_below_the_minimum_is_one_cent_too_small(self) -> None:
        version = version_of(percent(1_000, minimum_order_minor=2_500))
        assert lines(version, "minimum") == [
            "An order of €24.99: €24.99 is less than €25.00 -> you earn €0.00"
        ]


class TestALevel:
    def test_in_an_example_is_the_highest(self) -> None:
        by_level = {"base": percent(500)["reward"], "gold": percent(2_000)["reward"]}
        rule = {"reward": {"kind": "tiered", "by_level": by_level}}
        assert order(rule, tiers=TIERS) == ": €100.00 * 20 % = €20.00 -> you earn €20.00"

    def test_that_the_rule_leaves_out_earns_nothing(self) -> None:
        rule = {"reward": {"kind": "tiered", "by_level": {"base": percent(500)["reward"]}}}
        (line,) = lines(version_of(rule, tiers=TIERS), "order", "de")
        assert line.endswith("für diese Stufe sieht die Regel nichts vor -> du verdienst 0,00\xa0€")

    def test_that_a_rule_asks_for_is_the_one(self) -> None:
        rule = percent(1_000, when=asks("in", "level", values=["base"]))
        assert sample(rule, tiers=TIERS).level == "base"


class TestASignUp:
    def test_meets_what_its_rule_asks(self) -> None:
        rule = amount(200, action="lead", when=asks("in", "country", values=["AT"]))
        assert lines(version_of(rule), "sign_up") == ["A sign-up: €2.00 (fixed) -> you earn €2.00"]

    def test_is_of_an_advocate_of_the_highest_level(self) -> None:
        by_level = {"gold": amount(500)["reward"]}
        rule = {"action": "lead", "reward": {"kind": "tiered", "by_level": by_level}}
        assert lines(version_of(rule, tiers=TIERS), "sign_up") == [
            "A sign-up: €5.00 (fixed) -> you earn €5.00"
        ]


class TestTheLimit:
    def test_is_shown_beside_one_of_each_order(self) -> None:
        caps = (Cap(amount_minor=50_000), Cap(amount_minor=300, period="order"))
        _, first, second = lines(version_of(percent(1_000), caps=caps), "cap")
        assert first.endswith("of which €3.00 fits under the limit -> you earn €3.00")
        assert second.endswith("of which €1.50 fits under the limit -> you earn €1.50")

    def test_is_no_example_where_an_order_earns_nothing(self) -> None:
        both = every(asks("in", "country", values=["AT"]), asks("in", "country", values=["IT"]))
        version = version_of(percent(1_000, when=both), caps=(Cap(amount_minor=1_500),))
        assert set(told(version)) == {"order"}

    def test_that_no_order_has_used_fits_one_order_and_a_half(self) -> None:
        assert lines(version_of(percent(1_000), caps=(Cap(amount_minor=1_500),)), "cap") == [
            "An order of €100.00: €100.00 * 10 % = €10.00 -> you earn €10.00",
            "An order of €100.00: €100.00 * 10 % = €10.00, "
            "of which €5.00 fits under the limit -> you earn €5.00",
        ]

    def test_below_one_order_is_reached_by_the_first(self) -> None:
        first, second = lines(version_of(percent(1_000), caps=(Cap(amount_minor=500),)), "cap")
        assert first.endswith("of which €5.00 fits under the limit -> you earn €5.00")
        assert second.endswith("but the limit is reached -> you earn €0.00")

    def test_that_is_large_begins_with_what_was_earned_earlier(self) -> None:
        earlier, *_ = lines(version_of(percent(1_000), caps=(Cap(amount_minor=10_000),)), "cap")
        assert earlier == "Earned earlier: €85.00"

    def test_of_single_orders_is_no_example(self) -> None:
        caps = (Cap(amount_minor=1_500, period="order"),)
        assert "cap" not in told(version_of(percent(1_000), caps=caps))


def test_returned_parts_take_back_shares_of_the_running_total() -> None:
    assert lines(version_of(percent(1_000)), "partial_refund")[1:] == [
        "€33.33 of €100.00 is returned: €10.00 * €33.33 / €100.00 = €3.33 -> -€3.33",
        "€33.33 of €100.00 is returned: €10.00 * €66.66 / €100.00 = €6.67, "
        "less €3.33 taken before -> -€3.34",
        "€33.34 of €100.00 is returned: €10.00 * €100.00 / €100.00 = €10.00, "
        "less €6.67 taken before -> -€3.33",
    ]


def test_a_sign_up_alone_has_no_example_of_an_order() -> None:
    version = version_of(amount(200, action="lead"))
    assert lines(version, "sign_up") == ["A sign-up: €2.00 (fixed) -> you earn €2.00"]
    assert set(told(version)) == {"sign_up"}


def test_terms_of_events_alone_have_no_example() -> None:
    assert examples(version_of(amount(200, action="event"))) == ()


GOLD = asks("in", "advocate_segment", values=["Gold"])


def test_an_example_of_a_rule_for_a_segment_says_so() -> None:
    version = version_of(percent(2_000, when=GOLD))
    first = "An order of €100.00: €100.00 * 20 % = €20.00 -> you earn €20.00"
    assert lines(version, "order") == [f"{first} (with your group: Gold)"]
    assert lines(version, "order", "de")[0].endswith("(mit deiner Gruppe: Gold)")


def test_an_example_of_a_sign_up_by_an_advocate_of_a_segment_says_so() -> None:
    version = version_of(amount(200, action="lead", when=GOLD))
    assert lines(version, "sign_up") == [
        "A sign-up: €2.00 (fixed) -> you earn €2.00 (with your group: Gold)"
    ]


def test_an_example_of_a_rule_for_everybody_else_is_of_no_segment() -> None:
    outside = {"op": "not", "condition": GOLD}
    assert lines(version_of(percent(1_000, when=outside)), "order") == [
        "An order of €100.00: €100.00 * 10 % = €10.00 -> you earn €10.00"
    ]


def test_the_example_of_the_limit_reaches_it_whatever_is_given_beside_money() -> None:
    """500 points are no cents: there is room for one and a half of 10.00, not of 5.00 more."""
    version = version_of(
        amount(500, unit="points"), percent(1_000), caps=(Cap(amount_minor=9_000),)
    )
    (example,) = (one for one in examples(version) if one.kind == "cap")
    assert [step.earned_minor for step in example.steps] == [7_500, 1_000, 500]


def test_points_that_a_limit_on_a_number_keeps_back_are_said() -> None:
    version = version_of(percent(1_000), POINTS, caps=(Cap(rewards=1, period="order"),))
    (line,) = lines(version, "order")
    assert line.endswith("-> you earn €10.00")
