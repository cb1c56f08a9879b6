"""Rules and terms said shortly, and their worked examples as text."""

import json
from typing import Any

from goodword.programs.model import ProgramVersion, Rule
from goodword.programs.tiers import Tiers
from goodword.rewards.basis import Basis
from goodword.rewards.explain_examples import examples
from goodword.rewards.explain_lines import ExampleText, example_text
from goodword.rewards.explain_orders import order_of, order_rules

from tests.support.scene import Scene
from tests.support.voices import voice

TIERS = Tiers.model_validate_json(
    '{"measure": "orders", "levels": [{"name": "base", "at_least": 0},'
    ' {"name": "gold", "at_least": 5}]}'
)


def percent(basis_points: int, **more: object) -> dict[str, Any]:
    """A share of what a rule looks at."""
    return {"reward": {"kind": "percentage", "basis_points": basis_points}} | more


def amount(minor: int, kind: str = "flat", **more: object) -> dict[str, Any]:
    """An amount, or one for each piece."""
    return {"reward": {"kind": kind, "amount_minor": minor}} | more


def asks(op: str, of: str, **more: object) -> dict[str, Any]:
    """One question of a condition."""
    return {"op": op, "of": of} | more


def version_of(*rules: dict[str, Any], **changes: object) -> ProgramVersion:
    """A version with these rules, without limits unless told."""
    made = tuple(
        Rule.model_validate_json(json.dumps({"rule_id": f"r{number}", "action": "sale"} | rule))
        for number, rule in enumerate(rules)
    )
    fields: dict[str, object] = {"rules": made, "caps": ()} | changes
    return Scene(**fields).one(ProgramVersion)


def told(version: ProgramVersion, locale: str = "en") -> dict[str, ExampleText]:
    """Every example of the terms by its kind."""
    speaker = voice(locale, version.terms.currency)
    texts = [example_text(one, version.terms, speaker) for one in examples(version)]
    return {text.kind: text for text in texts}


def lines(version: ProgramVersion, kind: str, locale: str = "en") -> list[str]:
    """The lines of one example, with `*` and `->` for the signs that people read."""
    signs = {ord("\N{MULTIPLICATION SIGN}"): "*", ord("\N{RIGHTWARDS ARROW}"): "->"}
    return [line.translate(signs) for line in told(version, locale)[kind].lines]


def order(rule: dict[str, Any], **changes: object) -> str:
    """The first example of one rule, after the words that all of them begin with."""
    (line,) = lines(version_of(rule, **changes), "order")
    return line.removeprefix("An order of €100.00")


def sample(rule: dict[str, Any], **changes: object) -> Basis:
    """The sample order that the rule gets."""
    version = version_of(rule, **changes)
    return order_of(version, order_rules(version)[0], "1001", 10_000)


def order_line(rule: dict[str, Any]) -> str:
    """The first example of one rule."""
    (line,) = lines(version_of(rule), "order")
    return line


def no(condition: dict[str, Any]) -> dict[str, Any]:
    """The opposite of a condition."""
    return {"op": "not", "condition": condition}


def every(*conditions: dict[str, Any]) -> dict[str, Any]:
    """All of these conditions."""
    return {"op": "all", "conditions": list(conditions)}
