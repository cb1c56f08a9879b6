"""Terms that are accepted have worked examples, whatever they ask; one question is answered yes."""

import json
from typing import Any

from goodword.programs.model import ProgramVersion, Rule
from goodword.rewards.conditions import holds
from goodword.rewards.explain_examples import examples
from goodword.rewards.explain_lines import example_text
from goodword.rewards.explain_orders import order_minor, order_of, order_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scene import Scene
from tests.support.voices import LOCALES, voice

WORDS = ("Acme", "other", "other 2", "{x}")
VALUES = {"country": ("DE", "fr", "US", "AA"), "customer": ("new", "returning")}
TEXTS = (
    *("product", "sku", "collection", "brand", "country", "channel", "customer"),
    *("customer_segment", "coupon", "event_name", "advocate_segment"),
)
COUNTS = ("quantity", "coupons", "friend_order", "advocate_conversion", "line_net", "order_net")
ENDS = st.sampled_from((0, 1, 2, 3, 20, 21, 5_999, 10_000, 10_001, 10**12))
Json = dict[str, Any]


@st.composite
def questions(draw: st.DrawFn) -> Json:
    of = draw(st.sampled_from((*TEXTS, *COUNTS)))
    if of in COUNTS:
        op = draw(st.sampled_from(("equals", "at_least", "at_most", "between")))
        low, high = sorted((draw(ENDS), draw(ENDS)))
        return {"op": op, "of": of} | (
            {"low": low, "high": high} if op == "between" else {"value": low}
        )
    values = draw(st.lists(st.sampled_from(VALUES.get(of, WORDS)), min_size=1, unique=True))
    op = draw(st.sampled_from(("in", "not_in")))
    return {"op": op, "of": of, "values": values}


CONDITIONS = st.recursive(
    questions(),
    lambda inner: st.one_of(
        inner.map(lambda one: {"op": "not", "condition": one}),
        st.builds(
            lambda op, each: {"op": op, "conditions": each},
            st.sampled_from(("all", "any")),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=5,
)
REWARDS = st.sampled_from(
    (
        {"kind": "percentage", "basis_points": 1_000},
        {"kind": "per_unit", "amount_minor": 150},
        {"kind": "per_line", "basis_points": 1_000},
        {"kind": "flat", "amount_minor": 500},
    )
)
RULES = st.fixed_dictionaries(
    {"when": CONDITIONS, "reward": REWARDS},
    optional={
        "minimum_order_minor": st.sampled_from((1, 12_000)),
        "unit": st.sampled_from(("points", "store_credit")),
    },
)


def version_of(rules: list[Json], currency: str = "EUR") -> ProgramVersion:
    made = tuple(
        Rule.model_validate_json(json.dumps({"rule_id": f"r{number}", "action": "sale"} | rule))
        for number, rule in enumerate(rules)
    )
    return Scene(rules=made, caps=(), currency=currency).one(ProgramVersion)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=3), st.sampled_from(("EUR", "JPY", "KWD")))
def test_any_terms_have_examples_in_every_language(rules: list[Json], currency: str) -> None:
    version = version_of(rules, currency)
    for example in examples(version):
        for locale in LOCALES:
            said = example_text(example, version.terms, voice(locale, currency))
            assert not any(set(line.replace("{x}", "")) & set("{}") for line in said.lines)


@settings(max_examples=150, deadline=None)
@given(questions(), st.booleans())
def test_an_order_is_found_that_answers_one_question_with_yes(asked: Json, opposite: bool) -> None:
    when = {"op": "not", "condition": asked} if opposite else asked
    version = version_of([{"reward": {"kind": "flat", "amount_minor": 500}, "when": when}])
    (rule,) = order_rules(version)
    basis = order_of(version, rule, "1001", order_minor(version))
    met = any(holds(rule.when, basis, line) for line in (None, *basis.order.lines))
    assert met or not _possible(asked, opposite)


def _possible(asked: Json, opposite: bool) -> bool:
    """Whether any order could be like this: all counts have ends, and a customer is one of two."""
    of, values = asked["of"], asked.get("values", ())
    if of == "customer":
        left = set(VALUES[of]) - set(values) if (asked["op"] == "in") == opposite else values
        return bool(left)
    if of not in COUNTS:
        return True
    first = 1 if of in ("friend_order", "advocate_conversion", "quantity") else 0
    last = 20 if of == "coupons" else 10**12
    low, high = _ends(asked)
    if opposite:
        return first < low or high < last
    return low <= last and high >= first


def _ends(asked: Json) -> tuple[int, int]:
    """From where to where the number may be."""
    if asked["op"] == "between":
        return int(asked["low"]), int(asked["high"])
    value = int(asked["value"])
    return (0 if asked["op"] == "at_most" else value), (
        10**12 if asked["op"] == "at_least" else value
    )
