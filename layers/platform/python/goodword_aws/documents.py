"""A body may be YAML: it is read as the JSON it stands for, and judged as that.

Only what JSON has is understood: mappings with text names, lists, texts, whole numbers, numbers,
true, false and null. So `no` is a text and `2026-01-31` is one, too. Refused are tags, anchors and
aliases (a few lines of them can stand for gigabytes), names that come twice, more than one document
and nesting deeper than anybody writes. The size was limited before.
"""

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from goodword.errors import FieldError, Malformed
from goodword.languages import is_blank
from goodword.records import Value

YAML_TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
DEPTH_MAX = 40  # levels of mappings and lists; terms have about ten
_PLAIN = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~\0"),
    ("tag:yaml.org,2002:int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
)
# What the reader of YAML stops at, by the kind of the mistake.
SURPRISES = {
    "parsing": "cannot be read",
    "yaml_anchors": "anchors and aliases are not read",
    "yaml_tags": "tags are not read",
    "yaml_deep": "nested too deep",
    "yaml_name": "a name is no text",
    "comes_twice": "a name comes twice",
}


def is_yaml(content_type: str) -> bool:
    """Whether the header says that the body is YAML."""
    return content_type.partition(";")[0].strip().lower() in YAML_TYPES


def as_json(raw: bytes) -> bytes:
    """The JSON of a YAML document. Raises Malformed `malformed_yaml` with the line."""
    yaml, reader = _reader()
    try:
        return json.dumps(yaml.load(raw.decode("utf-8"), Loader=reader), allow_nan=False).encode()
    except (UnicodeDecodeError, RecursionError, ValueError, TypeError) as bad:
        raise Malformed("malformed_yaml", "the body is not YAML that stands for JSON") from bad
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        kind = bad.problem if isinstance(bad, reader.Surprise) else "parsing"
        places = [FieldError(f"line {mark.line + 1}", SURPRISES[kind], kind)] if mark else []
        detail = f"the body is not YAML that is read here{where}"
        raise Malformed("malformed_yaml", detail, places) from bad


def as_yaml(value: object) -> str:
    """A value of JSON as YAML that `as_json` reads back, for people to edit."""
    yaml, _ = _reader()
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=90)
    return text


def text_of(terms: Value) -> str:
    """Rules or a journey as text to edit; what is not set is left out."""
    return as_yaml(terms.model_dump(mode="json", exclude_none=True))


def line_of(text: str, path: str) -> int:
    """The line on which the value at a dotted path stands, or the nearest that it is part of.

    Of a text that `as_json` has read; lines count from 1.
    """
    yaml, reader = _reader()
    node = yaml.compose(text, Loader=reader)
    line = int(node.start_mark.line) + 1 if node is not None else 1
    for step in path.split("."):
        if node is not None and node.id == "mapping":
            found = next((pair for pair in node.value if pair[0].value == step), None)
        elif node is not None and node.id == "sequence" and step.isdecimal():
            inside = node.value[int(step) : int(step) + 1]
            found = (inside[0], inside[0]) if inside else None
        else:
            found = None
        if found is None:
            return line
        line, node = int(found[0].start_mark.line) + 1, found[1]
    return line


def without_blanks(raw: bytes) -> bytes:
    """The JSON with "" for each text in which nobody could see anything: it is as good as none.

    As it came if there is no such text, or it is no JSON.
    """
    if raw.isascii() and b'" ' not in raw and b'"\\' not in raw:
        return raw
    try:
        body = json.loads(raw)
        found = _seen(body)
    except (ValueError, RecursionError):
        return raw
    return raw if found == body else json.dumps(found).encode()


def _seen(node: Any) -> Any:
    if isinstance(node, str):
        return "" if is_blank(node) else node
    if isinstance(node, list):
        return [_seen(one) for one in node]
    if isinstance(node, dict):
        return {name: _seen(one) for name, one in node.items()}
    return node


def check_names(raw: bytes) -> None:
    """Raise Malformed `malformed_json` if a name comes twice in one object of a JSON document.

    Readers differ in which of the two counts; an amount must not depend on the reader.
    """
    json.loads(raw, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> None:
    known = set[str]()
    for name, _ in pairs:
        if name in known:
            places = [FieldError(name[:80], "comes twice", "comes_twice")]
            raise Malformed("malformed_json", "a name comes twice in one object", places)
        known.add(name)


@cache
def _reader() -> tuple[Any, Any]:
    """The package and our reader of it; loaded when the first YAML comes."""
    yaml = import_module("yaml")  # brings no types, so it is not imported by name

    class Reader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
        """The safe loader without aliases, tags and surprises."""

        class Surprise(yaml.MarkedYAMLError):  # type: ignore[misc, name-defined]
            """What YAML has and JSON has not, or what would be read otherwise than it looks."""

        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self.Surprise(None, None, "yaml_anchors", event.start_mark)
            if getattr(event, "tag", None) not in (None, "!"):
                raise self.Surprise(None, None, "yaml_tags", event.start_mark)
            self.depth += 1
            if self.depth > DEPTH_MAX:
                raise self.Surprise(None, None, "yaml_deep", event.start_mark)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            known = set[str]()
            for key, _ in node.value:
                name = self.construct_object(key, deep=True)
                if not isinstance(name, str):
                    raise self.Surprise(None, None, "yaml_name", key.start_mark)
                if name in known:
                    raise self.Surprise(None, None, "comes_twice", key.start_mark)
                known.add(name)
            return super().construct_mapping(node, deep)

    for tag, pattern, first in _PLAIN:
        Reader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), _firsts(first))
    return yaml, Reader


def _firsts(letters: str) -> list[str]:
    """By which first letters the rule is looked up; an empty scalar has none."""
    return ["" if letter == "\0" else letter for letter in letters]
