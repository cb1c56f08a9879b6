"""Terms that accept several currencies say each amount in each of them, and read as one of each."""

from collections.abc import Iterator
from typing import Any

import pytest
from goodword.errors import InvalidInput
from goodword.ports import Change
from goodword.programs.amounts import SUFFIX, amounts
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.changes import differences
from goodword.programs.favour import solely_in_favour
from goodword.programs.model import Program, ProgramVersion, Terms
from goodword.programs.wording import in_words, rules_in_words
from goodword.records import Record, Value
from goodword.rewards.budget import Budgets
from goodword.rewards.tally import Tally
from goodword_aws.programs_drafts import change_words
from pydantic import ValidationError

from tests.support.replays import ran
from tests.support.scene import PROGRAM, Scene, terms
from tests.support.voices import voice

FLAT = {"kind": "flat", "amount_minor": 500, "amount_in": {"USD": 600, "JPY": 800}}
ACCEPTS: dict[str, Any] = {
    "currencies": "accept",
    "accepted": ("USD", "JPY"),
    "rules": ({"rule_id": "sale", "action": "sale", "reward": FLAT},),
    "caps": ({"amount_minor": 10_000, "amount_in": {"USD": 12_000, "JPY": 16_000}},),
    "review": {
        "auto_approve_limit_minor": 2_000,
        "auto_approve_limit_in": {"USD": 2_400, "JPY": 3_000},
    },
}


def accepting(**changes: object) -> Terms:
    return terms(**(ACCEPTS | changes))


def rule(**changes: object) -> dict[str, Any]:
    return {"rules": ({"rule_id": "sale", "action": "sale", "reward": FLAT} | changes,)}


def sold(scene: Scene, *currencies: str) -> Scene:
    """An order of 50.00 (5,000 yen) in each, one after the other."""
    for number, currency in enumerate(currencies):
        scene.sale(f"o{number}", 5_000, currency=currency, click_ids=(scene.click(),))
        scene.clock.advance(1_000)
    return scene


def save(scene: Scene, record: Record) -> None:
    change = Change()
    change.save(record)
    scene.store.commit(change)


def test_they_read_as_the_terms_of_one_currency() -> None:
    dollars = accepting().in_currency("USD")
    assert dollars == terms(
        currency="USD",
        rules=(
            {"rule_id": "sale", "action": "sale", "reward": {"kind": "flat", "amount_minor": 600}},
        ),
        caps=(Cap(amount_minor=12_000),),
        review={"auto_approve_limit_minor": 2_400},
        payment=accepting().payment_in("USD"),
    ).but(payment=dollars.payment)
    assert dollars.payment.audit.spike_floor_minor == 0
    home = accepting()
    assert home.in_currency("EUR") is home
    assert home.in_currency("CHF") is home


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accepted": ()}, "go together"),
        ({"currencies": "convert"}, "go together"),
        ({"accepted": ("USD", "USD")}, "each once"),
        ({"accepted": ("USD", "EUR")}, "each once"),
        ({"accepted": ("USD", "QQQ")}, "each once"),
        ({"accepted": ("USD",)}, "rules.0.reward.amount_in names JPY, which is not accepted"),
        ({"accepted": ("USD", "JPY", "KWD")}, "rules.0.reward.amount_in says nothing for KWD"),
        (rule(minimum_order_minor=5), "rules.0.minimum_order_in says nothing for JPY"),
        (
            {"review": {"auto_approve_limit_minor": 1, "auto_approve_limit_in": {"USD": 1}}},
            "review.auto_approve_limit_in says nothing for JPY",
        ),
        ({"payment": {"minimum_minor": 5}}, "payment.minimum_in says nothing for JPY"),
        (
            {"payment": {"two_checkers_from_minor": 5, "two_checkers_from_in": {"JPY": 5}}},
            "payment.two_checkers_from_in says nothing for USD",
        ),
        ({"trust": {"second_look_minor": 5}}, "trust.second_look_in says nothing for JPY"),
        ({"caps": (Cap(amount_minor=5),)}, "caps.0.amount_in says nothing for JPY"),
        (
            rule(when={"op": "at_least", "of": "order_net", "value": 5}),
            "rules.0.when.value_in says nothing for JPY",
        ),
        (
            rule(
                when={
                    "op": "not",
                    "condition": {"op": "between", "of": "line_net", "low": 5, "high": 9},
                }
            ),
            "rules.0.when.condition.low_in says nothing for JPY",
        ),
        (
            rule(friend={"reward": {"kind": "flat", "amount_minor": 5}, "unit": "store_credit"}),
            "rules.0.friend.reward.amount_in says nothing for JPY",
        ),
        (rule(reward=FLAT, unit="points"), "the same in every currency"),
        (
            rule(reward={"kind": "percentage", "basis_points": 5}, unit="points"),
            "points as a share",
        ),
        (
            {
                "tiers": {
                    "measure": "net",
                    "levels": ({"name": "a", "at_least": 0}, {"name": "b", "at_least": 5}),
                }
            },
            "add up several currencies",
        ),
        (
            {"caps": ({"rewards": 5, "amount_in": {"USD": 1, "JPY": 1}},)},
            "a count of rewards is the same in every currency",
        ),
        (
            {"payment": {"cadence": "on_minimum", "minimum_minor": 5, "minimum_in": {"USD": 0}}},
            "needs minimum_minor",
        ),
    ],
)
def test_what_is_said_for_too_few_or_too_many_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        accepting(**changes)


def test_amounts_of_other_currencies_need_terms_that_accept_them() -> None:
    with pytest.raises(ValidationError, match="names JPY, which is not accepted"):
        terms(**rule())


@pytest.mark.parametrize(
    "when",
    [
        {"op": "between", "of": "order_net", "low": 1, "high": 2, "low_in": {"USD": 3}},
        {
            "op": "between",
            "of": "order_net",
            "low": 1,
            "high": 2,
            "low_in": {"USD": 3},
            "high_in": {"USD": 2},
        },
    ],
)
def test_a_range_is_a_range_in_each(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        accepting(**rule(when=when))


def test_counts_pieces_and_questions_without_money_need_no_other_currency() -> None:
    when = {"op": "at_least", "of": "quantity", "value": 2}
    points = {"kind": "flat", "amount_minor": 100}
    found = accepting(
        rules=(
            {"rule_id": "a", "action": "sale", "reward": FLAT, "when": when},
            {"rule_id": "b", "action": "sale", "reward": points, "unit": "points"},
            {"rule_id": "c", "action": "lead", "reward": FLAT},
        ),
        caps=(Cap(rewards=3),),
        payment={"two_checkers_from_in": {"USD": 700, "JPY": 1}},
    )
    assert found.in_currency("JPY").rules[1].reward.model_dump()["amount_minor"] == 100
    assert found.payment_in("USD").two_checkers_from_minor == 700
    assert found.payment_in("EUR").two_checkers_from_minor is None


def models(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """Every model that can stand in terms."""
    for field in kind.model_fields.values():
        for one in _parts(field.annotation):
            if isinstance(one, type) and issubclass(one, Value) and one not in seen:
                seen.add(one)
                yield one
                yield from models(one, seen)


def _parts(kind: Any) -> Iterator[Any]:
    yield kind
    for one in getattr(kind, "__args__", ()):
        yield from _parts(one)


def test_no_amount_of_the_terms_is_without_its_other_currencies() -> None:
    """Whoever adds an amount to the terms must say what it is elsewhere."""
    found = {Terms, BudgetLimit, *models(Terms, set())}
    missing = [
        f"{one.__name__}.{name}"
        for one in found
        for name in one.model_fields
        if name.endswith("_minor")
        and f"{name.removesuffix('_minor')}{SUFFIX}" not in one.model_fields
    ]
    assert missing == []
    assert {one.path for one in amounts(accepting())} >= {
        "rules.0.reward.amount_in",
        "caps.0.amount_in",
        "review.auto_approve_limit_in",
        "payment.audit.spike_floor_in",
    }


def test_what_changes_in_one_currency_is_said_in_it() -> None:
    after = accepting(**rule(reward=FLAT | {"amount_in": {"USD": 700, "JPY": 800}}))
    (one,) = differences(accepting(), after)
    assert (one.path, one.before, one.after) == ("rules.sale.reward.amount_in.USD", 600, 700)
    words = change_words("en")
    (said,) = in_words(accepting(), after, voice(), words)
    assert "US$6.00 for an order" in said
    assert "US$7.00 for an order" in said
    paid = accepting(payment={"minimum_minor": 1, "minimum_in": {"USD": 900, "JPY": 5}})
    told = in_words(accepting(), paid, voice(), words)
    assert any("US$9.00" in one for one in told)


def test_rules_are_said_in_each_currency() -> None:
    said = rules_in_words(accepting(), voice(), change_words("en"))
    for amount in ("€5.00", "US$6.00", "JP¥800", "US$120.00", "JP¥16,000"):
        assert amount in said
    share = {"kind": "percentage", "basis_points": 1_000}
    once = rules_in_words(accepting(**rule(reward=share), caps=()), voice(), change_words("en"))
    assert once.count("10 %") == 1


def test_what_is_better_in_one_currency_and_worse_in_another_is_no_favour() -> None:
    def favour(**amount_in: int) -> bool:
        reward = FLAT | {"amount_minor": 600, "amount_in": {"USD": 600, "JPY": 800} | amount_in}
        return solely_in_favour(accepting(caps=()), accepting(caps=(), **rule(reward=reward)))

    assert favour()
    assert favour(USD=700)
    assert not favour(USD=599)
    assert not solely_in_favour(terms(caps=()), accepting(caps=()))


def test_a_budget_is_said_in_every_currency_of_the_programme() -> None:
    scene = Scene(**ACCEPTS)
    budgets = Budgets(scene.desk())
    for amount_in in ({}, {"USD": 5}, {"USD": 5, "JPY": 5, "KWD": 5}):
        limit = BudgetLimit(period="month", amount_minor=5, amount_in=amount_in)
        with pytest.raises(InvalidInput) as refused:
            budgets.put(PROGRAM, [limit], "planned")
        assert refused.value.code == "bad_budget"
    limit = BudgetLimit(period="month", amount_minor=5_000, amount_in={"USD": 700, "JPY": 9_000})
    budgets.put(PROGRAM, [limit], "planned")
    scene.sale("1", 5_000, currency="USD", click_ids=(scene.click(),))
    found = {one.currency: (one.limit, one.used) for one in budgets.read(PROGRAM).limits}
    assert found == {"EUR": (5_000, 0), "USD": (700, 600), "JPY": (9_000, 0)}


def test_a_budget_that_says_nothing_of_a_currency_gives_nothing_in_it() -> None:
    """A version that accepts more than the budget knows waits for finance to say how much."""
    scene = Scene(**ACCEPTS)
    limit = BudgetLimit(period="month", amount_minor=5_000)
    program = scene.one(Program).but(currencies=(), budget=(limit,))
    save(scene, program)
    scene.sale("1", 5_000, currency="USD", click_ids=(scene.click(),))
    assert scene.decision.reason == "budget_exhausted"
    scene.sale("2", 5_000, click_ids=(scene.click(),))
    assert scene.reward.earned_minor == 500
    save(scene, scene.one(Program).but(currencies=("USD", "JPY")))
    assert [one.currency for one in Budgets(scene.desk()).read(PROGRAM).limits] == ["EUR"]


def test_caps_of_all_are_shown_per_currency_while_they_are_accepted() -> None:
    caps = (
        Cap(scope="programme", amount_minor=5, amount_in={"USD": 6, "JPY": 7}),
        Cap(scope="programme", period="day", rewards=9),
    )
    scene = Scene(**(ACCEPTS | {"caps": caps}))
    shown = [
        (one.currency, one.name, one.limit) for one in Budgets(scene.desk()).read(PROGRAM).limits
    ]
    assert shown == [
        ("EUR", "programme-month-money", 5),
        ("EUR", "programme-day-rewards", 9),
        ("USD", "programme-month-money", 6),
        ("JPY", "programme-month-money", 7),
    ]
    later = scene.one(ProgramVersion).but(number=2, terms=terms(caps=caps[1:]), version=0)
    save(scene, later)
    assert [one.currency for one in Budgets(scene.desk()).read(PROGRAM).limits] == ["EUR"]


def test_levels_never_add_another_currency_to_the_own() -> None:
    scene = Scene(**ACCEPTS)
    scene.sale("1", 5_000, click_ids=(scene.click(),))
    scene.sale("2", 7_000, currency="USD", click_ids=(scene.click(),))
    total = scene.one(Tally).in_all
    assert (total.orders, total.net_minor) == (2, 5_000)


def test_a_replay_judges_each_order_in_its_own_currency() -> None:
    scene = sold(Scene(**ACCEPTS), "EUR", "USD")
    same, _ = ran(scene, **ACCEPTS)
    assert (same.conversions, same.changed) == (2, 0)
    reward = FLAT | {"amount_in": {"USD": 550, "JPY": 800}}
    replay, rows = ran(scene, **(ACCEPTS | rule(reward=reward)))
    assert replay.difference_minor == {"EUR": 0, "USD": -50}
    assert [(one.order_id, one.currency, one.after_minor) for one in rows] == [("o1", "USD", 550)]


def test_a_replay_says_which_orders_a_draft_would_take_no_more() -> None:
    scene = sold(Scene(**ACCEPTS), "USD")
    replay, rows = ran(scene, rules=terms().rules)
    assert (replay.no_longer_earning, [one.why for one in rows]) == (1, ["currency_mismatch"])
    changed, rows = ran(scene, currencies="convert")
    assert (changed.left_out, rows) == ({"currency_mismatch": 1}, [])


def test_a_replay_simulates_the_caps_of_each_currency() -> None:
    scene = sold(Scene(**ACCEPTS), "EUR", "USD", "EUR", "USD")
    caps = (Cap(amount_minor=700, amount_in={"USD": 1_100, "JPY": 1}), Cap(period="day", rewards=3))
    replay, rows = ran(scene, **(ACCEPTS | {"caps": caps}))
    assert replay.difference_minor == {"EUR": -300, "USD": -600}
    assert [(one.order_id, one.after_minor) for one in rows] == [("o2", 200), ("o3", 0)]


def test_an_amount_of_another_currency_is_said_in_its_money() -> None:
    before = accepting(payment={"minimum_minor": 1, "minimum_in": {"USD": 900, "JPY": 5}})
    after = accepting(payment={"minimum_minor": 1, "minimum_in": {"USD": 950, "JPY": 5}})
    (said,) = in_words(before, after, voice(), change_words("en"))
    assert said.endswith("US$9.00 until then, US$9.50 from then on.")
