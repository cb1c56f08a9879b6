"""What two terms differ in is told path by path, and in words."""

from typing import get_args

import pytest
from goodword.programs.caps import Cap
from goodword.programs.changes import TermsDifference, differences, programme_wide
from goodword.programs.model import FlatReward, PercentageReward, Rule, Terms
from goodword.programs.payment import Payment
from goodword.programs.wording import in_words, rules_in_words
from goodword.tracking.model import AttributionRules
from goodword_aws.explanations import voice_of
from goodword_aws.programs_drafts import change_words
from pydantic.fields import FieldInfo

from tests.support.milestones import FIRST
from tests.support.people import Town
from tests.support.scene import terms


def rules(*pairs: tuple[str, int], minimum: int = 0) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            rule_id=name,
            action="sale",
            reward=PercentageReward(basis_points=points),
            minimum_order_minor=minimum,
        )
        for name, points in pairs
    )


def said(before: Terms, after: Terms) -> list[tuple[str, object, object]]:
    return [(one.path, one.before, one.after) for one in differences(before, after)]


def test_the_same_terms_do_not_differ() -> None:
    assert differences(terms(), terms()) == ()


def test_a_field_is_named_by_its_path() -> None:
    after = terms(hold_days=30, rules=rules(("sale", 800)))
    before = terms(rules=rules(("sale", 1_000)))
    assert said(before, after) == [
        ("rules.sale.reward.basis_points", 1_000, 800),
        ("hold_days", 14, 30),
    ]


def test_rules_are_compared_by_id_and_not_by_place() -> None:
    before, after = rules(("a", 1), ("b", 2)), rules(("new", 9), ("b", 2), ("a", 3))
    found = differences(terms(rules=before), terms(rules=after))
    assert [one.path for one in found] == ["rules.a.reward.basis_points", "rules.new"]
    assert found[1].before is None
    assert isinstance(found[1].after, dict)
    assert found[1].after["rule_id"] == "new"


def test_another_order_of_the_same_rules_is_a_difference() -> None:
    before, after = rules(("a", 1), ("b", 2)), rules(("b", 2), ("a", 1))
    assert said(terms(rules=before), terms(rules=after)) == [
        ("rules.order", ["a", "b"], ["b", "a"])
    ]


def test_another_kind_of_reward_is_told_as_a_whole() -> None:
    flat = Rule(rule_id="sale", action="sale", reward=FlatReward(amount_minor=5))
    (one,) = differences(terms(rules=rules(("sale", 1_000))), terms(rules=(flat,)))
    assert one.path == "rules.sale.reward"
    assert one.after == {"kind": "flat", "amount_minor": 5}


def test_a_cap_is_named_by_what_it_limits() -> None:
    both = (Cap(amount_minor=20_000), Cap(period="day", rewards=3))
    found = said(terms(), terms(caps=both))
    assert found[0] == ("caps.advocate-month-money.amount_minor", 10_000, 20_000)
    assert found[1][0] == "caps.advocate-day-rewards"
    assert [one[0] for one in said(terms(), terms(caps=()))] == ["caps.advocate-month-money"]


def test_hosts_are_one_value() -> None:
    shop = {"default_url": "https://shop.example/", "fallback_url": "https://shop.example/"}
    after = terms(destination={"hosts": ("shop.example", "two.example"), **shop})
    (one,) = differences(terms(), after)
    assert one.after == ["shop.example", "two.example"]
    assert programme_wide((one,)) == ("destination.hosts",)


def test_what_a_pilot_may_change_is_not_programme_wide() -> None:
    found = differences(terms(), terms(hold_days=1, name="Other", rules=rules(("sale", 1))))
    assert programme_wide(found) == ("name",)
    assert programme_wide((TermsDifference(path="hold_days", before=1, after=2),)) == ()


@pytest.fixture
def version() -> object:
    town = Town()
    return town.programs.read(town.program().program_id)[1]


def words(version: object, after: Terms, locale: str, **how: bool) -> list[str]:
    voice = voice_of(version, locale)  # type: ignore[arg-type]
    return list(in_words(terms(), after, voice, change_words(locale), **how))


def test_a_change_is_said_in_words(version: object) -> None:
    after = terms(rules=rules(("sale", 800)), hold_days=30, caps=(), name="Other")
    assert words(version, after, "en", for_advocate=True) == [
        "Until then: 10 % of the order. From then on: 8 % of the order.",
        "No longer from then on: €2.00 for a sign-up.",
        "The limits until then: You can earn up to €100.00 in a calendar month (UTC). From then "
        "on: There is no upper limit on what you can earn.",
        "Time in which an order can be returned before its reward is ready: 14 days until then, 30 "
        "days from then on.",
    ]
    assert "Name of the programme: Friends of Acme until then, Other from then on." in words(
        version, after, "en"
    )


def test_a_change_is_said_in_german(version: object) -> None:
    after = terms(rules=rules(("sale", 800), ("extra", 100)))
    assert words(version, after, "de")[0] == (
        "Bis dahin: 10 % der Bestellung. Von da an: 8 % der Bestellung."
    )
    assert words(version, after, "de")[1:] == [
        "Von da an nicht mehr: 2,00\xa0€ für eine Anmeldung.",
        "Neu von da an: 1 % der Bestellung.",
    ]


def test_a_milestone_is_said_by_its_title(version: object) -> None:
    after = terms(milestones=(FIRST.but(reward_minor=None),))
    (found,) = words(version, after, "en", for_advocate=True)
    assert FIRST.title in found
    assert "milestone_id" not in found


LEVELS = {
    "measure": "net",
    "period": "year",
    "levels": ({"name": "silver", "at_least": 0}, {"name": "gold", "at_least": 100_000}),
}


def test_levels_are_said_as_a_whole_in_money_or_orders(version: object) -> None:
    (found,) = words(version, terms(tiers=LEVELS), "en", for_advocate=True)
    assert found == (
        "The levels until then: nothing. From then on: by what your orders come to in a calendar "
        "year (UTC): silver from €0.00; gold from €1,000.00."
    )
    (found,) = words(version, terms(tiers=LEVELS | {"measure": "orders"}), "de")
    assert found.endswith(
        "nach der Zahl deiner Bestellungen in einem Kalenderjahr (UTC): silver ab 0; "
        "gold ab 100000."
    )


def test_a_milestone_says_what_it_takes_and_what_it_gives(version: object) -> None:
    whole = Rule(rule_id="m", action="event", reward=PercentageReward(basis_points=10_000))
    all_rules = (*terms().rules, whole)
    after = terms(rules=all_rules, milestones=(FIRST.but(reward_minor=500),))
    assert words(version, after, "en")[1] == (
        "A milestone until then: nothing. From then on: Your first recommendation (orders: 1), "
        "€5.00."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"currencies": "convert"}, "are changed into EUR with the rate of their day, or one at"),
        (
            {"currencies": "convert", "exchange": {"days": 2, "rounding": "half_up"}},
            "at most 2 days older, rounded, exactly half up.",
        ),
        (
            {"currencies": "accept", "accepted": ("USD", "JPY"), "caps": ()},
            "until then: earn nothing. From then on: count as they are in USD, JPY, in others",
        ),
    ],
)
def test_orders_in_other_currencies_are_for_advocates(
    version: object, change: dict[str, object], said: str
) -> None:
    review = {"auto_approve_limit_minor": 0}
    after = terms(rules=rules(("sale", 1_000)), review=review, **change)
    told = words(version, after, "en", for_advocate=True)
    assert any(said in one for one in told)


def test_a_rate_that_nobody_uses_is_not(version: object) -> None:
    after = terms(exchange={"days": 2})
    assert words(version, after, "en", for_advocate=True) == []
    assert words(version, after, "en") == [
        "How a rate is found and rounded: 4 until then, 2 from then on."
    ]


def test_how_runs_are_checked_and_released_is_not_for_advocates(version: object) -> None:
    payment = terms().payment
    after = payment.but(audit=payment.audit.but(own_spike_times=9), two_checkers_from_minor=100)
    assert words(version, terms(payment=after), "en", for_advocate=True) == []
    assert len(words(version, terms(payment=after), "en")) == 2


def test_no_code_and_no_document_is_shown_where_there_are_words(version: object) -> None:
    payment = terms().payment.but(
        cadence="weekly", business_day="next", weekend=(5, 6), barred_countries=(), rail="csv"
    )
    rule = {"model": "first", "precedence": "code"}
    found = words(version, terms(payment=payment, attribution=rule), "en", for_advocate=True)
    assert "How often is paid out: once a month until then, once a week from then on." in found
    assert "Saturday, Sunday until then, Friday, Saturday from then on." in " ".join(found)
    assert "CU, IR, KP, SY until then, nothing from then on." in " ".join(found)
    assert "Which recommendation counts: the last one until then, the first one from then on." in (
        found
    )
    assert not any(set(one) & set("{}[]_") for one in found)


@pytest.mark.parametrize(
    ("section", "fields"),
    [
        ("attribution", {n: AttributionRules.model_fields[n] for n in ("model", "precedence")}),
        ("payment", {n: Payment.model_fields[n] for n in ("cadence", "business_day", "rail")}),
    ],
)
def test_every_choice_that_advocates_are_told_has_words(
    section: str, fields: dict[str, FieldInfo]
) -> None:
    said = {f"{section}.{n}.{one}" for n, f in fields.items() for one in get_args(f.annotation)}
    assert said <= set(change_words("en").values)


def test_what_has_no_words_is_said_by_its_path(version: object) -> None:
    after = terms(
        review={"auto_approve_limit_minor": 5, "days": 9},
        attribution={"sticky": False, "window_days": 7},
        destination={
            "hosts": ("two.example",),
            "default_url": "https://two.example/",
            "fallback_url": "https://two.example/",
            "parameters": {"utm": "x"},
        },
        rules=terms().rules[::-1],
    )
    found = words(version, after, "en")
    assert "The rules count in another order." in found
    assert "How rewards are reviewed: 7 days until then, 9 days from then on." not in found
    assert "How rewards are reviewed: 7 until then, 9 from then on." in found
    assert "How long a recommendation counts: 30 days until then, 7 days from then on." in found
    assert "A customer stays with the first recommendation: yes until then, no from then on." in (
        found
    )
    assert any("nothing until then, x from then on" in one for one in found)
    assert any("shop.example until then, two.example from then on" in one for one in found)
    assert any("€20.00 until then, €0.05 from then on" in one for one in found)


def test_all_rules_are_said_in_a_line(version: object) -> None:
    voice = voice_of(version, "en")  # type: ignore[arg-type]
    assert rules_in_words(terms(), voice, change_words("en")) == (
        "10 % of the order. €2.00 for a sign-up. You can earn up to €100.00 in a calendar "
        "month (UTC)."
    )


def test_both_catalogues_have_the_same_places() -> None:
    one, other = change_words("en"), change_words("de")
    assert set(one.fields) == set(other.fields)
    assert set(one.values) == set(other.values)
    assert set(one.parts.model_dump()) == set(other.parts.model_dump())
    shared = TermsDifference(path="caps.programme-month-money", before=1, after=2)
    own = TermsDifference(path="caps.advocate-month-money", before=1, after=2)
    assert programme_wide((shared, own)) == ("caps.programme-month-money",)
