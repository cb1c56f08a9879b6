"""Conditions are refused where they are wrong, and asked as they are written."""

import json
from typing import Any

import pytest
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.limits import CONDITION_DEPTH_MAX, CONDITIONS_MAX
from goodword.programs.conditions import asks_lines, leaves
from goodword.programs.model import Rule
from goodword.rewards.basis import Basis
from goodword.rewards.conditions import checked, holds
from pydantic import ValidationError

LINES = (
    OrderLine(
        line_id="1", net_minor=3_000, quantity=2, product_id="p1", sku="S1", brand="Acme  Co",
        collections=("Summer", "Sale"),
    ),
    OrderLine(line_id="2", net_minor=2_000, brand="Bolt"),
)  # fmt: skip
BASIS = Basis(
    conversion_id="cnv_1",
    program_id="prg_1",
    order_id="1",
    action="sale",
    occurred_ms=0,
    currency="EUR",
    net_minor=5_000,
    event_name="upgrade",
    order=OrderFacts(
        lines=LINES, coupons=("SPRING",), country="DE", channel="web", segments=("vip", "b2b")
    ),
    friend_order=2,
    counted_by="shop",
    advocate_conversion=7,
    advocate_segments=("gold",),
)


def rule(when: dict[str, Any], **changes: Any) -> Rule:
    fields = {"rule_id": "r", "action": "sale", "reward": {"kind": "flat", "amount_minor": 5}}
    return Rule.model_validate_json(json.dumps(fields | {"when": when} | changes))


def ask(op: str, of: str, **values: Any) -> dict[str, Any]:
    return {"op": op, "of": of, **values}


@pytest.mark.parametrize(
    ("when", "lines"),
    [
        (ask("in", "brand", values=["acme co"]), ["1"]),
        (ask("not_in", "brand", values=["acme co"]), ["2"]),
        (ask("equals", "brand", value="BOLT"), ["2"]),
        (ask("in", "product", values=["p1", "p2"]), ["1"]),
        (ask("equals", "sku", value="s1"), ["1"]),
        (ask("in", "collection", values=["sale"]), ["1"]),
        (ask("not_in", "collection", values=["winter"]), ["1"]),
        (ask("at_least", "quantity", value=2), ["1"]),
        (ask("at_most", "line_net", value=2_000), ["2"]),
        (ask("between", "line_net", low=2_000, high=3_000), ["1", "2"]),
        (ask("equals", "quantity", value=1), ["2"]),
    ],
)
def test_a_question_about_lines_picks_lines(when: dict[str, Any], lines: list[str]) -> None:
    condition = rule(when).when
    met = [one.line_id for one in BASIS.order.lines if holds(condition, BASIS, one)]
    assert met == lines
    (found,) = checked(condition, BASIS)
    assert (found.path, found.passed, list(found.lines or ())) == ("when", True, lines)
    assert rule(when).by_line


HERE, NOT_HERE = (ask("in", "country", values=[one]) for one in ("DE", "US"))


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        (ask("in", "country", values=["de", "AT"]), True),
        (ask("not_in", "country", values=["US"]), True),
        (ask("equals", "channel", value="pos"), False),
        (ask("in", "coupon", values=["spring"]), True),
        (ask("not_in", "coupon", values=["spring"]), False),
        (ask("equals", "coupons", value=1), True),
        (ask("in", "customer_segment", values=["VIP"]), True),
        (ask("equals", "customer", value="returning"), True),
        (ask("equals", "event_name", value="Upgrade"), True),
        (ask("in", "advocate_segment", values=["gold"]), True),
        (ask("at_least", "order_net", value=5_001), False),
        (ask("between", "friend_order", low=1, high=3), True),
        (ask("at_most", "advocate_conversion", value=6), False),
        ({"op": "not", "condition": ask("in", "country", values=["US"])}, True),
        (
            {"op": "any", "conditions": [NOT_HERE, ask("at_least", "coupons", value=1)]},
            True,
        ),
        (
            {"op": "all", "conditions": [HERE, ask("at_least", "coupons", value=2)]},
            False,
        ),
    ],
)  # fmt: skip
def test_a_question_about_the_order_is_answered(when: dict[str, Any], answer: bool) -> None:
    assert holds(rule(when).when, BASIS) is answer
    assert not rule(when).by_line


UNKNOWN = BASIS.but(order=OrderFacts(), friend_order=None, advocate_segments=None)


@pytest.mark.parametrize("of", ["country", "channel", "coupon", "customer_segment"])
@pytest.mark.parametrize("op", ["in", "not_in"])
def test_what_is_not_known_satisfies_nothing_not_even_its_contrary(op: str, of: str) -> None:
    when = ask(op, of, values=["DE"])
    assert holds(rule(when).when, UNKNOWN) is None
    assert holds(rule({"op": "not", "condition": when}).when, UNKNOWN) is None


def test_not_known_is_outweighed_by_a_clear_answer() -> None:
    unknown, no = ask("equals", "customer", value="new"), ask("at_least", "order_net", value=9_999)
    yes = ask("at_least", "order_net", value=1)
    answers = [
        holds(rule({"op": op, "conditions": [unknown, other]}).when, UNKNOWN)
        for op, other in (("all", no), ("all", yes), ("any", no), ("any", yes))
    ]
    assert answers == [False, None, None, True]


def test_a_line_question_of_an_order_without_lines_is_not_known() -> None:
    condition = rule(ask("at_least", "quantity", value=1)).when
    assert holds(condition, UNKNOWN) is None
    assert [(one.passed, one.found) for one in checked(condition, UNKNOWN)] == [(None, "not known")]


def test_what_is_asked_and_found_is_written_down_at_its_path() -> None:
    when = {
        "op": "all",
        "conditions": [
            ask("between", "order_net", low=1_000, high=4_000),
            {"op": "not", "condition": ask("in", "brand", values=list("abcdefg"))},
        ],
    }
    first, second = checked(rule(when).when, BASIS)
    assert (first.path, first.asked) == (
        "when.conditions.0",
        "order_net between 10.00 EUR and 40.00 EUR",
    )
    assert (first.found, first.passed) == ("50.00 EUR", False)
    assert second.path == "when.conditions.1.condition"
    assert second.asked == "brand in a, b, c, d, e and 2 more"
    assert second.found == "Acme  Co, Bolt"
    none = BASIS.but(order=OrderFacts(coupons=()))
    coupons = checked(rule(ask("equals", "coupon", value="X")).when, none)
    assert [(one.found, one.passed) for one in coupons] == [("none", False)]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (ask("in", "brand", values=[]), "at least 1 item"),
        (ask("in", "weather", values=["x"]), "Input should be"),
        (ask("like", "brand", values=["x"]), "does not match any of the expected tags"),
        (ask("at_least", "brand", value=1), "Input should be"),
        (ask("at_least", "order_net", value=-1), "greater than or equal to 0"),
        (ask("at_least", "order_net", value=1.5), "valid integer"),
        (ask("at_least", "order_net", value="5"), "valid integer"),
        (ask("equals", "brand", value=5), "brand is a text"),
        (ask("equals", "quantity", value="5"), "quantity is a number"),
        (ask("between", "quantity", low=5, high=4), "low is more than high"),
        (ask("in", "customer", values=["old"]), "`new` or `returning`"),
        (ask("equals", "country", value="Germany"), "two letters"),
        (ask("equals", "country", value="ÄÖ"), "two letters"),
        ({"op": "all", "conditions": []}, "at least 1 item"),
        (ask("in", "brand", values=["x"], extra=1), "Extra inputs"),
    ],
)
def test_what_is_wrong_is_refused(when: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        rule(when)


def test_nobody_writes_what_nobody_reads() -> None:
    deep: dict[str, Any] = ask("at_least", "order_net", value=1)
    for _ in range(CONDITION_DEPTH_MAX):
        deep = {"op": "not", "condition": deep}
    with pytest.raises(ValidationError, match="nested more than"):
        rule(deep)
    pair = {"op": "any", "conditions": [ask("at_least", "order_net", value=1)] * 11}
    with pytest.raises(ValidationError, match=f"at most {CONDITIONS_MAX} questions"):
        rule({"op": "all", "conditions": [pair, pair]})


def test_a_sign_up_has_no_lines_to_ask_about() -> None:
    with pytest.raises(ValidationError, match="cannot ask about lines"):
        rule(ask("in", "brand", values=["x"]), action="lead")
    assert rule(ask("in", "country", values=["DE"]), action="lead").when is not None
    assert not asks_lines(None)
    assert [path for path, _ in leaves(rule(ask("in", "brand", values=["x"])).when)] == ["when"]  # type: ignore[arg-type]
