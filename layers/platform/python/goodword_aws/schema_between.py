"""What fields of one object demand of each other, as JSON Schema says it, by the object's name.

Beside what the models' fields say by themselves. What JSON Schema cannot say, since it would have
to compare two places or to count, is listed in docs/programs.md; a property holds both.
"""

from collections.abc import Iterable
from typing import Any, get_args

from goodword.money import CURRENCIES
from goodword.programs.conditions import CUSTOMERS, LineNumber, OrderNumber
from goodword.programs.rules import ORDER_ACTIONS, SIGN_UPS, UNITS

from goodword_aws.schema_exact import stripped_to

Schema = dict[str, Any]


def _has(**fields: Schema) -> Schema:
    """The fields are said and of these kinds."""
    return {"properties": fields, "required": list(fields)}


def _may(**fields: Schema) -> Schema:
    """The fields are of these kinds if they are said."""
    return {"properties": fields}


def _if(when: Schema, then: Schema, otherwise: Schema | None = None) -> Schema:
    return {"if": when, "then": then} | ({"else": otherwise} if otherwise else {})


def _one_of(values: Iterable[str]) -> Schema:
    return {"enum": sorted(values)}


def _plain(**fields: Schema) -> Schema:
    """A reward, or that of every level, whose fields are of these kinds if they are said."""
    each = _may(**fields)
    return _may(**fields, by_level={"additionalProperties": each})


_NULL, _NONE = {"type": "null"}, {"maxProperties": 0}
_POSITIVE = {"minimum": 1}
_TEXTS = (
    ("customer", {"pattern": stripped_to("|".join(sorted(CUSTOMERS)))}),
    ("country", {"pattern": stripped_to("[A-Za-z]{2}")}),
)
_NUMBERS = _one_of([*get_args(LineNumber), *get_args(OrderNumber)])
_PIECES = _one_of(["gift", "code"])
_LISTED = [_if(_has(of={"const": of}), _may(values={"items": form})) for of, form in _TEXTS]
_EQUAL = [_if(_has(of={"const": of}), _may(value=form)) for of, form in _TEXTS]
_FLAT = _one_of(["flat", "tiered"])
_BY_PIECE = _one_of(["flat", "per_unit", "tiered"])
_UNITS = [
    _if(
        _has(unit=_PIECES),
        _has(item={"type": "string"}) | {"allOf": [_may(reward=_plain(kind=_BY_PIECE))]},
    ),
    _if(_has(unit=_one_of(UNITS)), _may(reward=_plain(amount_in=_NONE))),
]
_SIGN_UP = _may(
    reward=_plain(kind=_FLAT),
    friend={"anyOf": [_NULL, _may(reward=_plain(kind=_FLAT))]},
    minimum_order_minor={"const": 0},
)
_MONEY_CAP = _has(amount_minor={"type": "integer"}) | {"allOf": [_may(rewards=_NULL)]}
_COUNT_CAP = _has(rewards={"type": "integer"}) | {
    "allOf": [_may(amount_minor=_NULL, amount_in=_NONE)]
}
_POINTS_AS_SHARE = _has(unit={"const": "points"}, reward=_may()) | {
    "not": _may(reward=_plain(kind={"not": _one_of(["percentage", "per_line"])}))
}
_COUNTED = _may(measure={"not": {"const": "net"}})

BETWEEN: dict[str, list[Schema]] = {
    "OneOf": _LISTED,
    "NoneOf": _LISTED,
    "Equals": [
        _if(_has(of=_NUMBERS), _may(value={"type": "integer"}), _may(value={"type": "string"})),
        *_EQUAL,
    ],
    "Cap": [{"oneOf": [_MONEY_CAP, _COUNT_CAP]}],
    "Destination": [_may(parameters={"propertyNames": {"not": {"const": "gw_click"}}})],
    "FriendSide": _UNITS,
    "Rule": [
        *_UNITS,
        _if(_has(action=_one_of(SIGN_UPS)), _SIGN_UP),
        _if(_has(for_months={"type": "integer"}), _may(action=_one_of(ORDER_ACTIONS))),
    ],
    "Payment": [
        _if(_has(cadence={"const": "weekly"}), _may(anchor={"maximum": 7})),
        _if(
            _has(cadence={"const": "on_minimum"}),
            _has(minimum_minor=_POSITIVE)
            | {"allOf": [_may(minimum_in={"additionalProperties": _POSITIVE})]},
        ),
        _if(
            _has(cadence={"const": "every_n_days"}),
            _has(every_days={"type": "integer"}, starts_on={"type": "string"}),
            _may(every_days=_NULL, starts_on=_NULL),
        ),
    ],
    "Terms": [
        _may(currency=_one_of(CURRENCIES), accepted={"items": _one_of(CURRENCIES)}),
        _may(accepted={"uniqueItems": True}),
        _if(
            _has(currencies={"const": "accept"}),
            _has(accepted={"minItems": 1})
            | {
                "allOf": [
                    _may(tiers={"anyOf": [_NULL, _COUNTED]}, milestones={"items": _COUNTED}),
                    _may(
                        rules={
                            "items": {
                                "not": {"anyOf": [_POINTS_AS_SHARE, _has(friend=_POINTS_AS_SHARE)]}
                            }
                        }
                    ),
                ]
            },
            _may(accepted={"maxItems": 0}),
        ),
    ],
}
