"""A schema that is made here says all that the parser asks of a value, not only most of it.

Pydantic leaves three things open that JSON Schema can say: the tag of a variant may be missing as
it has a default, a mapping may have names of any form beside those of its pattern, and a text that
is stripped may be blank, or longer by the blanks around it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic.json_schema import DefsRef, GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

# What the parser strips: the Unicode property White_Space, the same in every dialect of patterns.
BLANKS = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_AROUND, _INK = f"[{BLANKS}]*", f"[^{BLANKS}]"


class ExactSchema(GenerateJsonSchema):
    """Pydantic's generator with what it leaves open."""

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """The schema of one model."""
        found = super().generate(schema, mode)
        _require_tags(found, found.get("$defs", {}))
        return found

    def generate_definitions(
        self, inputs: Sequence[tuple[Any, JsonSchemaMode, CoreSchema]]
    ) -> tuple[dict[tuple[Any, JsonSchemaMode], JsonSchemaValue], dict[DefsRef, JsonSchemaValue]]:
        """The schemas of several models with what they share."""
        places, definitions = super().generate_definitions(inputs)
        _require_tags(definitions, definitions)
        return places, definitions

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """A text; where it is stripped, lengths and pattern are of what is left."""
        found = super().str_schema(schema)
        if not schema.get("strip_whitespace"):
            return found
        inner = found.pop("pattern", None)
        found["pattern"] = _stripped(found.get("minLength", 0), found.pop("maxLength", None))
        if inner is not None:  # a class of letters, which holds for each part of a text
            found["allOf"] = [{"pattern": stripped_to(inner.strip("^$"))}]
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping; where its names have a form, others are refused."""
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            found["additionalProperties"] = False
        return found


def _stripped(least: int, most: int | None) -> str:
    """The pattern of texts that have so many letters without the blanks around them."""
    more = "" if most is None else most - 2
    core = f"{_INK}[\\s\\S]{{{max(0, least - 2)},{more}}}{_INK}"
    if least < 2:
        core = f"{_INK}(?:{core.removeprefix(_INK)})?"
    return f"^{_AROUND}{core if least else f'(?:{core})?'}{_AROUND}$"


def stripped_to(inner: str) -> str:
    """The pattern of texts that are this pattern without the blanks around them."""
    return f"^{_AROUND}(?:{inner}){_AROUND}$"


def _require_tags(found: object, definitions: dict[Any, JsonSchemaValue]) -> None:
    """Every variant of a union that is told by a tag has that tag."""
    for union in _unions(found):
        tag = union["discriminator"]["propertyName"]
        for place in union["discriminator"]["mapping"].values():
            variant = definitions[place.rpartition("/")[2]]
            variant["properties"][tag].pop("default", None)
            variant["required"] = sorted({*variant.get("required", ()), tag})


def _unions(found: object) -> Iterator[JsonSchemaValue]:
    if isinstance(found, dict):
        if "mapping" in found.get("discriminator", {}):
            yield found
        for each in found.values():
            yield from _unions(each)
    elif isinstance(found, list):
        for each in found:
            yield from _unions(each)
