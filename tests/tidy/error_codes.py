"""docs/errors.md lists every code that the product can answer with, and is made from its source.

`python -m tests.tidy.error_codes` writes it. A code must be readable where it is raised: a literal,
one of several literals, or the parameter of a small function that is called with literals.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.tidy.sources import DOMAIN, PLATFORM, ROOT, Module, modules, product

PAGE = ROOT / "docs" / "errors.md"
TREE = f"{DOMAIN}/goodword/errors.py"
STATUS_TABLE = f"{PLATFORM}/goodword_aws/problems.py"
BASE = "GoodwordError"
OPENING = """# Errors

Every refusal is answered as RFC 9457 `application/problem+json`. Test its `code`, which never
changes; `detail` is for people and may be reworded, `errors` names the fields. This page is made
from the source by `make docs`.
"""
INSIDE = 0  # never an answer: caught inside, and kept as a reason
TITLES = {
    400: "cannot be parsed",
    401: "could not be verified",
    403: "known, but not allowed",
    404: "no such thing, or not yours",
    405: "no such way to ask",
    409: "the present state forbids it",
    413: "too large",
    422: "understood, but cannot be accepted",
    429: "too often",
    500: "our mistake",
    503: "nothing was changed; try again",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


class UnreadableCodeError(Exception):
    """A code that the source does not show; the text says where."""


@dataclass
class Code:
    """One code: what it is answered with, what it says, and the modules that raise it."""

    code: str
    statuses: set[int] = field(default_factory=set)
    details: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)


@cache
def classes() -> dict[str, str]:
    """Each error class and its parent, wherever in the product it is defined."""
    found = {BASE: ""}
    before = 0
    while len(found) != before:
        before = len(found)
        for module in product():
            for node in module.nodes:
                if isinstance(node, ast.ClassDef):
                    parents = [b.id for b in node.bases if isinstance(b, ast.Name)]
                    for parent in parents:
                        if parent in found:
                            found[node.name] = parent
    return found


@cache
def with_own_code() -> frozenset[str]:
    """The error classes that choose their code themselves, in their `__init__`."""
    known = classes()
    return frozenset(
        node.name
        for module in product()
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.name in known and node.name != BASE
        if any(
            isinstance(inner, ast.FunctionDef) and inner.name == "__init__" for inner in node.body
        )
    )


def statuses() -> dict[str, int]:
    """The status of each class that has one of its own, from the table of the answers."""
    table = next(module for module in product() if module.place == STATUS_TABLE)
    for node in table.tree.body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "STATUS":
            assert isinstance(node.value, ast.Dict)
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return {ast.unparse(k): int(ast.unparse(v)) for k, v in pairs if k is not None}
    raise UnreadableCodeError(f"{STATUS_TABLE} has no STATUS")


@cache
def status_of(kind: str) -> int:
    """The class's own status or its nearest parent's; INSIDE if neither has one."""
    tree, own = classes(), statuses()
    while kind:
        if kind in own:
            return own[kind]
        kind = tree[kind]
    return INSIDE


def collect(sources: tuple[Module, ...]) -> dict[str, Code]:
    """Every code raised in these modules. Raises UnreadableCodeError."""
    found: dict[str, Code] = {}
    kinds = classes()
    for module in sources:
        for kind, code, detail in raised_in(module, kinds):
            known = found.setdefault(code, Code(code))
            known.statuses.add(int(kind) if kind.isdigit() else status_of(kind))
            known.modules.add(module.name)
            if detail:
                known.details.add(detail)
    return found


def raised_in(module: Module, kinds: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Class (or plain status), code and detail of every refusal that the module makes."""
    for function, call in _calls(module.tree):
        kind = _name(call.func)
        if kind == "problem" and len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
            status, said = str(call.args[0].value), _text(call.args, 2)
            yield from ((status, code, said) for code in _literals(call.args[1]) or ())
        elif kind in kinds and call.args and kind not in with_own_code():
            yield from _made(module, function, call, kind)
        elif kind == "__init__" and _is_error_class(module, call, kinds):
            owner = _owner(module, call)
            yield from (
                (owner, code, _text(call.args, 1)) for code in _literals(call.args[0]) or ()
            )


def _made(
    module: Module, function: Function | None, call: ast.Call, kind: str
) -> Iterator[tuple[str, str, str]]:
    """The refusals that one `Kind(code, detail)` can become."""
    said = _text(call.args, 1)
    asked = call.args[0]
    if isinstance(asked, ast.Attribute) and asked.attr == "code":
        return  # another refusal's code, which is listed where that is made
    if (plain := _literals(asked, function) or _values(module, asked)) is not None:
        yield from ((kind, code, said) for code in plain)
        return
    position = _parameter(function, asked)
    if function is None or position is None:
        where = f"{module.place}:{call.lineno}"
        raise UnreadableCodeError(f"{where} raises {ast.unparse(asked)}, whatever that is")
    for _, made in _calls(module.tree):
        if _name(made.func) != function.name:
            continue
        given = made.args[position] if len(made.args) > position else None
        if given is None or (codes := _literals(given)) is None:
            where = f"{module.place}:{made.lineno}"
            raise UnreadableCodeError(f"{where} calls {function.name} with no literal code")
        yield from ((kind, code, _text(made.args, -1)) for code in codes)


def _calls(tree: ast.Module) -> Iterator[tuple[Function | None, ast.Call]]:
    """Every call, with the innermost function that it stands in."""

    def walk(node: ast.AST, inside: Function | None) -> Iterator[tuple[Function | None, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield inside, child
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from walk(child, child if is_function else inside)  # type: ignore[arg-type]  # narrowed by the flag

    return walk(tree, None)


def _literals(node: ast.expr, function: Function | None = None) -> list[str] | None:
    """The texts that an expression can be; None if the source does not show them."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.IfExp):
        parts = [_literals(node.body, function), _literals(node.orelse, function)]
        return None if None in parts else [text for part in parts for text in part or ()]
    if isinstance(node, ast.Name) and function is not None:
        given = [
            _literals(assigned.value)
            for assigned in ast.walk(function)
            if isinstance(assigned, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == node.id for t in assigned.targets)
        ]
        if given and None not in given:
            return [text for part in given for text in part or ()]
    return None


def _values(module: Module, node: ast.expr) -> list[str] | None:
    """`TABLE[key]` -> all texts of the module's dictionary TABLE."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)):
        return None
    for made in module.tree.body:
        targets = made.targets if isinstance(made, ast.Assign) else [getattr(made, "target", None)]
        named = any(isinstance(t, ast.Name) and t.id == node.value.id for t in targets)
        table = getattr(made, "value", None)
        if named and isinstance(table, ast.Dict):
            found = [_literals(value) for value in table.values]
            return None if None in found else [text for part in found for text in part or ()]
    return None


def _parameter(function: Function | None, node: ast.expr) -> int | None:
    """Which argument of the function the expression is; `self` does not count."""
    if function is None or not isinstance(node, ast.Name):
        return None
    names = [argument.arg for argument in function.args.args if argument.arg != "self"]
    return names.index(node.id) if node.id in names else None


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _text(arguments: list[ast.expr], position: int) -> str:
    """The detail as far as the source shows it; what is filled in stands as `…`."""
    node = arguments[position] if len(arguments) > max(position, 0) else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
        return "".join(str(part) for part in parts)
    return ""


def _owner(module: Module, call: ast.Call) -> str:
    """The class whose body the call stands in."""
    for node in module.nodes:
        if isinstance(node, ast.ClassDef) and any(inner is call for inner in ast.walk(node)):
            return node.name
    return ""


def _is_error_class(module: Module, call: ast.Call, kinds: dict[str, str]) -> bool:
    return bool(call.args) and _owner(module, call) in kinds


def page(codes: dict[str, Code]) -> str:
    """The whole page."""
    parts = [OPENING]
    for status in sorted({min(one.statuses) for one in codes.values()}, key=lambda s: s or 999):
        title = f"{status}: {TITLES[status]}" if status else "Never answered, kept as a reason"
        parts.append(f"## {title}\n")
        for one in sorted(codes.values(), key=lambda one: one.code):
            if min(one.statuses) == status:
                said = "; ".join(sorted(re.sub(r"\s+", " ", detail) for detail in one.details))
                names = ", ".join(f"`{name}`" for name in sorted(one.modules))
                parts.append(f"### {one.code}\n\n{_sentence(one, said)}From {names}.\n")
    return "\n".join(parts)


def _sentence(one: Code, said: str) -> str:
    """What stands before the modules: the details, and any further status."""
    others = " and ".join(str(status) for status in sorted(one.statuses)[1:])
    also = f"Also answered as {others}. " if others else ""
    return f"{said}. {also}" if said else also


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(collect(modules("layers", "functions"))))
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
