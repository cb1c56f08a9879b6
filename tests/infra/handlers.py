"""What handlers say of themselves in their source: routes and settings. Nothing is run."""

import ast
from collections.abc import Iterator
from pathlib import Path

UNKNOWN = "<x>"  # what only the running code knows


def routes_of(handler: Path) -> list[tuple[str, str]]:
    """(method, path) of every `….route(method, path, …)` call; a formatted part counts as `<x>`."""
    return [
        (_text(call.args[0]), _text(call.args[1]))
        for call in _calls(handler, "route")
        if len(call.args) >= 2
    ]


def settings_of(handler: Path) -> set[str]:
    """The environment variables behind every `….require("core_table", …)`."""
    return {
        _text(argument).upper() for call in _calls(handler, "require") for argument in call.args
    }


def metrics_of(source: Path) -> set[str]:
    """Names given to `….metric(name, …)`, listed in a `…METRICS` dict, or written out as EMF."""
    found = {_text(call.args[0]) for call in _calls(source, "metric") if call.args}
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)):
                if name.endswith("METRICS"):
                    found |= {_text(value) for value in values}
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found |= {_text(v) for k, v in pairs if k is not None and _text(k) == "Name"}
    return {name for name in found if name.isalpha() and name[0].isupper()}


def _calls(source: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            said = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if said == name:
                yield node


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(p) if isinstance(p, ast.Constant) else UNKNOWN for p in parts)
        case _:
            return UNKNOWN
