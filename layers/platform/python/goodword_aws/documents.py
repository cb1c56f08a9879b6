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

YAML_TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})
DEPTH_MAX = 40  # levels of mappings and lists; terms have about ten
_PLAIN = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~\0"),
    ("tag:yaml.org,2002:int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
)


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
        places = [FieldError(f"line {mark.line + 1}", "cannot be read")] if mark else []
        detail = f"the body is not YAML that is read here{where}"
        raise Malformed("malformed_yaml", detail, places) from bad


def as_yaml(value: object) -> str:
    """A value of JSON as YAML that `as_json` reads back, for people to edit."""
    yaml, _ = _reader()
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=90)
    return text


@cache
def _reader() -> tuple[Any, Any]:
    """The package and our reader of it; loaded when the first YAML comes."""
    yaml = import_module("yaml")  # brings no types, so it is not imported by name

    class Reader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
        """The safe loader without aliases, tags and surprises."""

        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            refused = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
            if refused or (getattr(event, "tag", None) not in (None, "!")):
                raise yaml.composer.ComposerError(None, None, "no aliases", event.start_mark)
            self.depth += 1
            if self.depth > DEPTH_MAX:
                raise yaml.composer.ComposerError(None, None, "too deep", event.start_mark)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [self.construct_object(key, deep=True) for key, _ in node.value]
            texts = all(isinstance(name, str) for name in names)
            if not texts or len(set(names)) != len(names):
                raise yaml.constructor.ConstructorError(None, None, "names", node.start_mark)
            return super().construct_mapping(node, deep)

    for tag, pattern, first in _PLAIN:
        Reader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), _firsts(first))
    return yaml, Reader


def _firsts(letters: str) -> list[str]:
    """By which first letters the rule is looked up; an empty scalar has none."""
    return ["" if letter == "\0" else letter for letter in letters]
