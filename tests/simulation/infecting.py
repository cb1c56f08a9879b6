"""Which seeds could tell a one-line change at all: where it makes a difference to a value.

Every mutant of every file is put into the code at once: each changed expression is evaluated
beside the one that stands there, whose value counts. A seed in which the two differ may show the
change; one in which they never do cannot, and need not be played. What no seed infects is a hole in
the stories; what seeds infect and nobody finds is a hole in the oracle, or nobody could see it.
"""

import ast
import builtins
import copy
import importlib.machinery
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulation.changing import Mutant
from tests.simulation.moneypaths import ROOT

DECORATED = (ast.FunctionDef, ast.ClassDef)
ACTING = ("change", "changes", "desk", "books", "room", "basin", "caps", "limits", "next")
DOING = (  # methods that change what they belong to
    *("take", "give", "grant", "setdefault", "pop", "append", "add", "update", "extend"),
    *("use", "put", "move", "write", "next_order"),
)


Seed = tuple[str, int]  # the lane and the number of a play


class Probed(BaseException):
    """What stands in a mutant's place would have called the outside."""


@dataclass(frozen=True)
class Spot:
    """Where a mutant differs: an expression and what stands in its place, or a statement."""

    node: ast.AST
    other: ast.expr | None
    is_test: bool


class Probe:
    """What is infected so far, `enough` seeds of each. `seed` is the play that runs now."""

    def __init__(self, mutants: Sequence[Mutant], enough: int) -> None:
        self.mutants, self.enough = list(mutants), enough
        self.seed: Seed = ("import", 0)
        self.seeds: list[list[Seed]] = [[] for _ in self.mutants]
        self.live = [True] * len(self.mutants)
        self.probing = False

    def reach(self, numbers: tuple[int, ...]) -> None:
        """A statement runs that some mutants change."""
        for number in numbers:
            self._infect(number)

    def look(
        self, numbers: tuple[int, ...], is_test: bool, value: Any, others: tuple[Any, ...]
    ) -> Any:
        """An expression has this value; what would the others say?"""
        if self.probing:
            return value
        for number, other in zip(numbers, others, strict=True):
            if self.live[number] and self._differs(value, other, is_test):
                self._infect(number)
        return value

    def _differs(self, value: Any, other: Callable[[], Any], is_test: bool) -> bool:
        self.probing = True
        try:
            there = other()
            if is_test:
                return bool(there) != bool(value)
            return type(there) is not type(value) or not bool(there == value)
        except BaseException:  # noqa: BLE001 - it would have failed, or called somebody
            return True
        finally:
            self.probing = False

    def keeps_out(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The same call to the outside, but not while somebody only looks."""

        def act(*args: Any, **named: Any) -> Any:
            if self.probing:
                raise Probed
            return real(*args, **named)

        return act

    def _infect(self, number: int) -> None:
        if self.live[number]:
            self.seeds[number].append(self.seed)
            self.live[number] = False

    def begin(self, seed: Seed) -> None:
        """Another play; of whom enough seeds are known, no more are looked for."""
        self.seed = seed
        self.live = [len(found) < self.enough for found in self.seeds]


def instrument(probe: Probe) -> None:
    """From now on the files are loaded with the mutants beside what stands there."""
    by_path: dict[str, list[tuple[int, Mutant]]] = {}
    for number, one in enumerate(probe.mutants):
        by_path.setdefault(str(ROOT / one.path), []).append((number, one))
    load_as({path: partial(instrumented, path, found) for path, found in by_path.items()})
    vars(builtins).update(_look_=probe.look, _reach_=probe.reach)


def load_as(made: Mapping[str, Callable[[], str | ast.Module]]) -> None:
    """From now on these files are loaded as what is made of them; before the product is."""
    real: Callable[..., Any] = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        target = str(Path(self.path).resolve())
        return compile(made[target](), target, "exec") if target in made else real(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def instrumented(path: str, mutants: Sequence[tuple[int, Mutant]]) -> ast.Module:
    """The module with all of them."""
    source = Path(path).read_text()
    tree = ast.parse(source)
    expressions: dict[int, list[tuple[int, Spot]]] = {}
    statements: dict[int, list[int]] = {}
    for number, one in mutants:
        spot = _spot(*_around(tree, source, one))
        if spot is None:
            continue
        if spot.other is None:
            statements.setdefault(id(spot.node), []).append(number)
        else:
            expressions.setdefault(id(spot.node), []).append((number, spot))
    changed: ast.Module = _Putting(expressions, statements).visit(tree)
    return ast.fix_missing_locations(changed)


def _around(tree: ast.Module, source: str, mutant: Mutant) -> tuple[ast.AST, ast.AST]:
    """The statement of the module that holds a mutant, without and with it."""
    holds = next(
        one for one in tree.body if one.lineno <= mutant.line <= (one.end_lineno or one.lineno)
    )
    lines = source.splitlines(keepends=True)
    before = sum(len(line) for line in lines[: holds.lineno - 1])
    text = "".join(lines[holds.lineno - 1 : holds.end_lineno])
    changed = text[: mutant.start - before] + mutant.new + text[mutant.end - before :]
    other = ast.parse(changed).body[0]
    if isinstance(holds, DECORATED) and isinstance(other, DECORATED):
        other.decorator_list = holds.decorator_list
    return holds, other


def _spot(tree: ast.AST, other: ast.AST) -> Spot | None:
    """The smallest expression that differs; None if it is evaluated when the module is loaded."""
    chain = _chain(tree, other)
    inside = [isinstance(one, (ast.FunctionDef, ast.Lambda)) for one, _, _ in chain]
    if True not in inside:
        return None
    first = inside.index(True)
    stop = next(
        (
            at
            for at, (one, _, _) in enumerate(chain)
            if isinstance(one, (ast.pattern, ast.JoinedStr))
        ),
        len(chain),
    )
    doing = {id(one.value) for one, _, _ in chain if isinstance(one, ast.Expr)}
    able = [
        (one, two, test)
        for one, two, test in chain[first + 1 : stop]
        if isinstance(one, ast.expr)
        and isinstance(two, ast.expr)
        and not isinstance(one, ast.Starred)
        and id(one) not in doing
        and isinstance(getattr(one, "ctx", ast.Load()), ast.Load)
        and not acts(two)
    ]
    if able:
        one, two, test = able[-1]
        return Spot(one, two, test)
    statement = [one for one, _, _ in chain if isinstance(one, ast.stmt)][-1]
    if isinstance(statement, ast.FunctionDef):
        return Spot(statement.body[0], None, False)
    return Spot(statement, None, False)


def acts(node: ast.AST) -> bool:
    """Whether somebody might notice that it is evaluated twice."""
    for one in ast.walk(node):
        match one:
            case ast.Yield() | ast.YieldFrom():
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in DOING:
                return True
            case ast.Call(func=ast.Name(id=name)) if name in ACTING:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in ACTING:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name))) if name in ACTING:
                return True
            case ast.Call(args=args, keywords=said):
                given = [*args, *(each.value for each in said)]
                if any(isinstance(each, ast.Name) and each.id in ACTING for each in given):
                    return True
    return False


def _chain(one: ast.AST, two: ast.AST) -> list[tuple[ast.AST, ast.AST, bool]]:
    """The nodes that differ, from the outside inwards, each with whether it is only asked for yes
    or no."""
    chain: list[tuple[ast.AST, ast.AST, bool]] = [(one, two, False)]
    while type(one) is type(two):
        pairs: list[tuple[ast.AST, ast.AST, bool]] = []
        for name in one._fields:
            was, now = getattr(one, name, None), getattr(two, name, None)
            old = was if isinstance(was, list) else [was]
            new = now if isinstance(now, list) else [now]
            if len(old) != len(new):
                return chain
            for each, its in zip(old, new, strict=True):
                if isinstance(each, ast.AST) and isinstance(its, ast.AST):
                    if ast.dump(each) != ast.dump(its):
                        test = name in ("test", "ifs") or isinstance(one, ast.Not)
                        pairs.append((each, its, test))
                elif each != its:
                    return chain
        if len(pairs) != 1:
            return chain
        chain.append(pairs[0])
        one, two, _ = pairs[0]
    return chain


class _Putting(ast.NodeTransformer):
    """Puts the looks into a tree."""

    def __init__(
        self, expressions: dict[int, list[tuple[int, Spot]]], statements: dict[int, list[int]]
    ) -> None:
        self.expressions, self.statements = expressions, statements

    def visit(self, node: ast.AST) -> Any:
        """The node, with what stands around it."""
        spots = self.expressions.get(id(node), [])
        numbers = self.statements.get(id(node), [])
        found = self.generic_visit(node)
        for is_test in (True, False):
            alike = [(number, spot) for number, spot in spots if spot.is_test is is_test]
            if alike:
                found = _looked(found, alike, is_test)
        if numbers:
            call = ast.Call(ast.Name("_reach_", ast.Load()), [_numbers(numbers)], [])
            return [ast.copy_location(ast.Expr(call), node), found]
        return found


def _numbers(numbers: Sequence[int]) -> ast.expr:
    return ast.Tuple([ast.Constant(one) for one in numbers], ast.Load())


def _looked(node: ast.AST, spots: Sequence[tuple[int, Spot]], is_test: bool) -> ast.expr:
    nothing = ast.arguments([], [], None, [], [], None, [])
    others: list[ast.expr] = [
        ast.Lambda(copy.deepcopy(nothing), copy.deepcopy(spot.other))  # type: ignore[arg-type]
        for _, spot in spots
    ]
    numbers = _numbers([number for number, _ in spots])
    given = [numbers, ast.Constant(is_test), node, ast.Tuple(others, ast.Load())]
    return ast.Call(ast.Name("_look_", ast.Load()), given, [])  # type: ignore[arg-type]
