"""What handlers say of themselves in their source: routes and settings. Nothing is run."""

import ast
from collections.abc import Iterator
from pathlib import Path


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
            return "".join(_text(p) if isinstance(p, ast.Constant) else "<x>" for p in parts)
        case _:
            return "<x>"
