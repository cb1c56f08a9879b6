"""One-line changes of a source, as slips of a hand make them: found in its syntax, by nobody.

Another comparison, sign, junction, constant, state or field; two arguments exchanged; a part of a
condition, a guard, a record or a branch left out.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.simulation.moneypaths import DOMAIN, ROOT

SWAPS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Lt: ("<=", ">"),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<"),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
    ast.Add: ("-",),
    ast.Sub: ("+",),
    ast.Mult: ("//",),
    ast.FloorDiv: ("*",),
    ast.Mod: ("//",),
    ast.And: ("or",),
    ast.Or: ("and",),
}
SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.And: "and",
    ast.Or: "or",
}
STATES = (
    *("pending", "on_hold", "approved", "due", "batched", "paid", "rejected", "void", "reversed"),
    *("draft", "sent", "unknown", "failed", "returned", "cancelled", "requested", "released"),
    *("sending", "settled", "expired", "payable", "in_payout", "qualified", "disqualified"),
    *("unattributed", "waiting", "booked", "half_even", "down", "net", "gross"),
)
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "replace": "create",
    "first": "last",
}
FIELDS = {
    "net_minor": "gross_minor",
    "gross_minor": "net_minor",
    "earned_minor": "remaining_minor",
    "remaining_minor": "earned_minor",
    "payable_minor": "pending_minor",
    "pending_minor": "payable_minor",
    "amount_minor": "carry_minor",
    "cutoff_ms": "created_ms",
    "created_ms": "changed_ms",
    "hold_until_ms": "created_ms",
    "occurred_ms": "received_ms",
    "received_ms": "occurred_ms",
    "requested_by": "released_by",
    "advocate_id": "program_id",
    "conversion_id": "order_id",
}
LEFT_OUT = ("create", "require", "require_absent", "replace", "delete", "save", "append")
PAIR = 2  # arguments that may be exchanged


@dataclass(frozen=True)
class Mutant:
    """One change of a `kind`: in this file, from `start` to `end`, `new` stands instead."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str
    kind: str

    @property
    def name(self) -> str:
        """Where it is and what it does."""
        where = self.path.removeprefix(f"{DOMAIN}/").rpartition("/python/")[2]
        return f"{where}:{self.line}: {self.old} -> {self.new}"

    def text(self, source: str) -> str:
        """The source with the change in it."""
        return source[: self.start] + self.new + source[self.end :]


class _Places:
    """Offsets of a source's nodes."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source, self.kind = path, source, ""
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def mutant(self, node: ast.AST, new: str) -> Mutant:
        """The node with other words in its place (columns are bytes; code is ASCII)."""
        place: Any = node
        start = self._lines[place.lineno - 1] + place.col_offset
        end = self._lines[place.end_lineno - 1] + place.end_col_offset
        old = self.source[start:end]
        return Mutant(self.path, place.lineno, start, end, old, new, self.kind)

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Mutant | None:
        """An operator between two nodes."""
        first, second = self.mutant(left, ""), self.mutant(right, "")
        found = re.search(re.escape(old), self.source[first.end : second.start])
        if found is None:
            return None
        start = first.end + found.start()
        return Mutant(self.path, first.line, start, start + len(old), old, new, self.kind)


def replaced(path: str, old: str, new: str) -> Mutant:
    """A change that a person has thought of; `old` must stand in the file once."""
    source = (ROOT / path).read_text()
    if source.count(old) != 1:
        raise ValueError(f"{old!r} stands in {path} {source.count(old)} times, not once")
    start = source.index(old)
    line = source.count("\n", 0, start) + 1
    return Mutant(path, line, start, start + len(old), old, new, "by hand")


def mutants_of(path: str) -> list[Mutant]:
    """Every one-line change that we know of a file; none that is no Python, or says the same."""
    source = (ROOT / path).read_text()
    places, found = _Places(path, source), []
    for node in _code(ast.parse(source)):
        found += [one for one in _changes(places, node) if one is not None]
    return [one for one in found if "\n" not in one.old and one.old != one.new]


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of imports, decorators, types and texts that describe."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.arguments() | ast.Expr(value=ast.Constant()):
            return
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="wiring")))):
            return  # a check of the deployment's settings, before anything is done
        case ast.keyword(arg="max_length" | "min_length" | "pattern"):
            return  # how long texts and lists may be: the schema's, not the money's
        case ast.FunctionDef(body=body) | ast.ClassDef(body=body):
            inside: list[ast.AST] = [*body]
        case ast.AnnAssign(value=value):
            inside = [value] if value is not None else []
        case _:
            yield node
            inside = list(ast.iter_child_nodes(node))
    for one in inside:
        yield from _code(one)


def _changes(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    kinds = {
        "operator": _operators,
        "value": _values,
        "field": _fields,
        "left out": _left_out,
        "branch": _branches,
    }
    for kind, make in kinds.items():
        places.kind = kind
        yield from make(places, node)


def _operators(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """Another comparison, sign or junction."""
    match node:
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            pass
        case ast.BinOp(left=left, op=sign, right=right):
            if _of_text(left) or _of_text(right):
                return
        case ast.BoolOp(op=sign, values=[left, right, *_]):
            pass
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield places.mutant(node, ast.unparse(operand))
            return
        case _:
            return
    for new in SWAPS.get(type(sign), ()):
        yield places.between(left, right, SIGNS[type(sign)], new)


def _values(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """Another constant, or the opposite function."""
    match node:
        case ast.Constant(value=bool(value)):
            yield places.mutant(node, str(not value))
        case ast.Constant(value=int(value)):
            yield places.mutant(node, str(value + 1))
            yield places.mutant(node, str(value - 1))
        case ast.Constant(value=str(value)) if value in STATES:
            others = [one for one in STATES if one != value]
            yield places.mutant(node, f'"{others[(node.lineno * 7) % len(others)]}"')
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield places.mutant(node.func, NAMES[name])


def _fields(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """Another field of a record, or two arguments exchanged."""
    match node:
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in FIELDS:
            yield places.mutant(node, f"{ast.unparse(value)}.{FIELDS[name]}")
        case ast.Call(func=ast.Name(id="min" | "max")):
            return  # the same in any order
        case ast.Call(func=func, args=[one, two, *more], keywords=[]) if not more:
            if not any(isinstance(each, ast.Starred) for each in (one, two)):
                said = f"{ast.unparse(two)}, {ast.unparse(one)}"
                yield places.mutant(node, f"{ast.unparse(func)}({said})")


def _left_out(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """A record, a condition or a part of one is left out."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))) if name in LEFT_OUT:
            yield places.mutant(node, "pass")
        case ast.keyword(arg="equals" | "differs", value=ast.Dict() as said):
            yield places.mutant(said, "{}")
        case ast.BoolOp(op=op, values=values):
            for left_out in values:
                kept = [one for one in values if one is not left_out]
                some = ast.BoolOp(op, kept) if len(kept) >= PAIR else kept[0]
                yield places.mutant(node, f"({ast.unparse(some)})")


def _branches(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """A branch is always taken, or never, or the other one."""
    match node:
        case ast.If(test=test):
            yield places.mutant(test, "False")
            yield places.mutant(test, "True")
        case ast.IfExp(test=test):
            yield places.mutant(test, f"not ({ast.unparse(test)})")
        case ast.comprehension(ifs=[test]):
            yield places.mutant(test, "True")


def _of_text(node: ast.AST) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.Tuple, ast.List)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
