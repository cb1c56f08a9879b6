"""An advocate reads which order, which rule, which limit, until when and what to do; no more."""

from dataclasses import replace

import pytest
from goodword.conversions.model import Conversion
from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import Cap
from goodword.programs.model import FlatReward, PercentageReward, ProgramVersion, Review, Rule
from goodword.programs.payment import Payment
from goodword.rewards.explain import explain_conversion, why_nothing
from goodword.times import DAY_MS
from goodword.tracking.model import AttributionRules

from tests.support.scene import BEN, MAYA, Scene
from tests.support.voices import LOCALES, of_conversion, of_reward, said, story_of, voice
from tests.unit.conversions.test_voids import ended

SMALL = Review(auto_approve_limit_minor=200)


def rewarded(**changes: object) -> Scene:
    scene = Scene(**changes)
    scene.sale(net_minor=4_990, click_ids=(scene.click(),))
    return scene


class TestAReward:
    def test_is_explained_from_the_order_to_what_one_can_do(self) -> None:
        scene = rewarded(payment=Payment(rail="simulator", time_zone="Europe/Berlin"))
        told = of_reward(scene, zone="Europe/Berlin")
        assert [(one.about, one.text) for one in told] == [
            ("order", "This is about order 1001 of 22 Nov 2025."),
            (
                "recommendation",
                "Your link was followed on 21 Nov 2025, 09:26. "
                "It was the last recommendation before, so this one is yours.",
            ),
            (
                "terms",
                "What was promised then counts: the terms in force since 14 Aug 2025 (version 1).",
            ),
            (
                "line",
                "The whole order counts, after discounts and without tax and shipping.",
            ),
            ("rule", "The rule: 10 % of the order."),
            ("arithmetic", "€49.90 × 10 % = €4.99."),  # noqa: RUF001 - what people read
            (
                "cap",
                "You can earn up to €100.00 in a calendar month (Europe/Berlin). "
                "€100.00 of it was left before, €95.01 afterwards.",
            ),
            ("status", "Earned on 22 Nov 2025, being checked."),
            ("reason", "Every reward is checked before it can be paid."),
            ("action", "There is nothing for you to do."),
            ("zone", "Dates are those of the time zone Europe/Berlin."),
        ]

    @pytest.mark.parametrize(
        ("takes", "says"),
        [("all", "all of it is taken back."), ("pro_rata", "the days that were not used is taken")],
    )
    def test_says_until_when_the_end_of_a_subscription_takes_it_back(
        self, takes: str, says: str
    ) -> None:
        ending = Cancellation.model_validate({"within_days": 90, "takes": takes})
        scene = rewarded(cancellation=ending)
        (text,) = (one.text for one in of_reward(scene) if one.about == "reversal")
        assert text.startswith("If this began a subscription that ends before 20 Feb 2026, 08:26, ")
        assert says in text
        scene.deliver(ended(scene))
        assert not any("If this began" in one.text for one in of_reward(scene))

    def test_is_explained_in_german_as_germans_write_amounts_and_days(self) -> None:
        scene = Scene(caps=(Cap(amount_minor=1_000_000),))
        scene.sale(net_minor=4_995, click_ids=(scene.click(),))
        told = of_reward(scene, "de")
        assert said(told, "order") == "Es geht um die Bestellung 1001 vom 22. November 2025."
        assert said(told, "arithmetic") == (
            "49,95\xa0€ × 10 % = 5,00\xa0€, gerundet; "  # noqa: RUF001 - what people read
            "genau die Hälfte geht zur geraden Ziffer."
        )
        assert "10.000,00\xa0€" in said(told, "cap")
        assert "21. November 2025, 08:26 Uhr" in said(told, "recommendation")
        assert said(told, "zone") == "Alle Tage sind die der Zeitzone UTC."

    def test_that_the_cap_cut_says_what_was_left(self) -> None:
        told = of_reward(rewarded(caps=(Cap(amount_minor=300),)))
        assert said(told, "cap").endswith(
            "Only €3.00 of it was left, so this is €3.00 instead of €4.99."
        )

    def test_without_a_cap_says_so(self) -> None:
        told = of_reward(rewarded(caps=()))
        assert said(told, "cap") == "There is no upper limit on what you can earn."

    @pytest.mark.parametrize("scope", ["friend", "programme"])
    def test_is_not_denied_where_others_have_one_that_left_enough(self, scope: str) -> None:
        cap = Cap.model_validate({"scope": scope, "amount_minor": 90_000, "period": "lifetime"})
        assert said(of_reward(rewarded(caps=(cap,))), "cap") == ""

    def test_beside_a_rule_of_which_the_cap_left_nothing_says_that_too(self) -> None:
        rules = tuple(
            Rule(rule_id=name, action="sale", reward=FlatReward(amount_minor=amount))
            for name, amount in (("first", 500), ("second", 300))
        )
        cap = Cap.model_validate({"amount_minor": 500, "period": "month"})
        scene = rewarded(rules=rules, caps=(cap,))
        story = story_of(scene)
        told = explain_conversion(story, MAYA, voice())
        ruled = [one.text for one in told if one.about == "rule"]
        assert ruled == ["The rule: €5.00 for an order.", "The rule: €3.00 for an order."]
        assert any("You had reached the most" in one.text for one in told)
        elsewhere = story.latest.but(advocate_id=BEN)
        moved = replace(story, decisions=(*story.decisions, elsewhere))
        again = explain_conversion(moved, MAYA, voice())
        assert [one.text for one in again if one.about == "rule"] == ruled[:1]

    def test_of_a_sign_up_names_neither_the_friend_nor_an_order(self) -> None:
        scene = Scene()
        scene.sale("user-77", 0, action="lead", gross_minor=0, click_ids=(scene.click(),))
        told = of_reward(scene)
        assert said(told, "order") == "This is about a sign-up of 22 Nov 2025."
        assert said(told, "rule") == "The rule: €2.00 for a sign-up."
        assert not said(told, "line") + said(told, "arithmetic")
        assert "user-77" not in str(told)

    def test_lists_what_was_taken_back_and_what_is_left(self) -> None:
        scene = rewarded()
        scene.refund("r1", 1_000)
        scene.refund("r2", 1_000, reason="chargeback")
        told = of_reward(scene)
        assert [one.text for one in told if one.about == "reversal"] == [
            "22 Nov 2025: because of a return, €1.00 was taken back.",
            "22 Nov 2025: because the customer's bank took the payment back, €1.00 was taken back.",
            "Of €4.99, €2.99 is left.",
        ]

    def test_that_waits_for_a_person_shows_no_threshold(self) -> None:
        scene = rewarded(review=SMALL)
        scene.approval.assess(scene.reward.reward_id)
        told = of_reward(scene)
        assert said(told, "status") == "On hold since 22 Nov 2025."
        assert said(told, "reason").startswith("It was picked for a routine check. We answer by")
        assert "2.00" not in str(told)

    def test_that_was_given_to_another_later_names_nobody(self) -> None:
        scene = rewarded()
        scene.sale(net_minor=4_990, click_ids=(scene.click("BEN77", 0.5),))
        old = next(one for one in story_of(scene).rewards if one.advocate_id == MAYA)
        told = [one.text for one in of_conversion(scene)]
        assert old.state == "void"
        assert "The customer had come through another advocate's recommendation." in told
        assert not any(word in str(told).lower() for word in ("ben", "friend@", "c1"))

    def test_says_that_another_recommendation_was_looked_at_but_not_whose(self) -> None:
        scene = Scene()
        scene.sale(click_ids=(scene.click("BEN77", 3), scene.click("MAYA7", 1)))
        told = of_reward(scene)
        assert said(told, "recommendation").endswith("was looked at as well.")
        assert "ben" not in str(told).lower()


class TestTheOrderNumber:
    @pytest.mark.parametrize("number", ["1001", "#1001", "gid://shopify/Order/5", "A-17.b"])
    def test_is_said_if_it_is_one(self, number: str) -> None:
        scene = Scene()
        scene.sale(number, click_ids=(scene.click(),))
        assert said(of_reward(scene), "order").startswith(f"This is about order {number} of")

    @pytest.mark.parametrize("number", ["robin@x.example", "Robin-Miller", "a" * 60 + "1"])
    def test_is_left_out_if_it_might_be_a_person(self, number: str) -> None:
        scene = Scene()
        scene.sale(number, click_ids=(scene.click(),))
        assert said(of_reward(scene), "order") == "This is about an order of 22 Nov 2025."


class TestAConversionThatEarnedNothing:
    def test_below_the_minimum_names_the_minimum(self) -> None:
        rule = Rule(
            rule_id="sale",
            action="sale",
            reward=PercentageReward(basis_points=1_250),
            minimum_order_minor=10_000,
        )
        told = of_conversion(rewarded(rules=(rule,)))
        assert said(told, "rule") == (
            "The rule: 12.5 % of the order. Orders count from €100.00 on."
        )
        assert said(told, "reason") == (
            "Orders count from €100.00 on; this one was smaller, so it earned nothing."
        )
        assert said(told, "action") == "There is nothing for you to do; larger orders count."

    @pytest.mark.parametrize(
        ("period", "free"),
        [
            ("day", "From 23 Nov 2025 on (UTC) you can earn again."),
            ("week", "From 24 Nov 2025 on (UTC) you can earn again."),
            ("month", "From 1 Dec 2025 on (UTC) you can earn again."),
            ("quarter", "From 1 Jan 2026 on (UTC) you can earn again."),
            ("year", "From 1 Jan 2026 on (UTC) you can earn again."),
            ("lifetime", "in all."),
        ],
    )
    def test_at_the_cap_says_when_one_earns_again(self, period: str, free: str) -> None:
        scene = Scene(caps=(Cap.model_validate({"amount_minor": 100, "period": period}),))
        for number in ("1", "2"):
            scene.sale(number, click_ids=(scene.click(),))
        second = next(one for one in scene.all(Conversion) if one.order_id == "2")
        told = explain_conversion(story_of(scene, second), MAYA, voice())
        assert said(told, "reason").startswith("You had reached the most that you can earn")
        assert said(told, "cap").endswith(free)

    def test_outside_the_window_names_the_window(self) -> None:
        scene = Scene()
        scene.sale(click_ids=(scene.click(days_ago=31),))
        told = of_conversion(scene)
        assert said(told, "reason").startswith("The last recommendation was more than 30 days")
        assert said(told, "recommendation") == "Your link was followed on 22 Oct 2025, 08:26."

    def test_whose_touches_lost_for_several_reasons_hears_the_own_one(self) -> None:
        scene = Scene()
        scene.set_enrolment(BEN, "paused")
        scene.sale(click_ids=(scene.click("BEN77", 1), scene.click("MAYA7", 40)))
        assert scene.conversion.reason == "enrolment_paused"
        assert "31" not in said(of_conversion(scene, MAYA), "reason")
        assert "more than 30 days" in said(of_conversion(scene, MAYA), "reason")
        assert "paused" in said(of_conversion(scene, BEN), "reason")

    def test_without_a_rule_or_in_a_paused_programme_is_said_without_rules(self) -> None:
        rule = Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=200))
        told = of_conversion(rewarded(rules=(rule,)))
        assert said(told, "reason").startswith("The terms had no reward for this")
        assert not said(told, "rule")

    def test_that_nobody_was_asked_about_is_said_to_staff_all_the_same(self) -> None:
        scene = Scene()
        scene.sale()
        assert said(of_conversion(scene), "reason").startswith("No recommendation was recorded")

    def test_in_one_sentence_is_the_first_reason(self) -> None:
        scene = Scene(attribution=AttributionRules(window_days=5))
        scene.sale(click_ids=(scene.click(days_ago=6),))
        version = scene.one(ProgramVersion)
        told = why_nothing(scene.decision, version, MAYA, voice())
        assert told == "The last recommendation was more than 5 days old, so it earned nothing."

    def test_a_code_without_a_sentence_gets_the_general_one(self) -> None:
        scene = Scene()
        scene.sale()
        decision = scene.decision.but(reason="a_new_check_87")
        told = why_nothing(decision, scene.one(ProgramVersion), MAYA, voice())
        assert told == "It did not meet the programme's terms, so it earned nothing."


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_has_a_hole_in_it(locale: str) -> None:
    scene = rewarded(review=SMALL, caps=(Cap(amount_minor=300),))
    scene.refund("r1", 1_000)
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(DAY_MS)
    for one in of_reward(scene, locale):
        assert one.text.strip()
        assert not set(one.text) & set("{}_")
