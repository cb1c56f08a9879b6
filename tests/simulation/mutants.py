"""Mistakes that nobody chose: random one-line changes in the money's own code; each must die.

    python -m tests.simulation --mutants 20 --seed 7 [--seeds 20000]

A mutant is one change of one line: another comparison, sign, state or constant, a guard or a record
that is left out. It is made in memory when the module is loaded, in a process of its own; the tree
is never touched. Then seeds and duels are played until something is found. Whoever survives is
shown with its line, to be explained or to be caught.
"""

import ast
import importlib.machinery
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
DOMAIN = "layers/domain/python/goodword"
PLATFORM = "layers/platform/python/goodword_aws"
MONEY_PATHS = (
    *(f"{DOMAIN}/ledger/{name}.py" for name in ("model",)),
    *(
        f"{DOMAIN}/rewards/{name}.py"
        for name in ("arithmetic", "basis", "books", "budget", "caps", "decision", "model")
    ),
    *(f"{DOMAIN}/rewards/{name}.py" for name in ("pool_books", "pools", "reversal", "service")),
    *(
        f"{DOMAIN}/conversions/{name}.py"
        for name in ("amounts", "decided", "deciding", "evidence", "exchange", "granting", "intake")
    ),
    *(
        f"{DOMAIN}/conversions/{name}.py"
        for name in ("merging", "model", "order", "reversing", "rewarded", "service")
    ),
    *(
        f"{DOMAIN}/payouts/{name}.py"
        for name in ("approving", "choice", "clock", "confirming", "cycle", "deciding", "due")
    ),
    *(
        f"{DOMAIN}/payouts/{name}.py"
        for name in ("ending", "freezing", "hashing", "listing", "model", "movements", "sending")
    ),
    f"{DOMAIN}/tracking/model.py",
    f"{DOMAIN}/programs/model.py",
    f"{DOMAIN}/programs/caps.py",
    f"{DOMAIN}/programs/rates.py",
    f"{DOMAIN}/ports.py",
    f"{PLATFORM}/store.py",
    f"{PLATFORM}/transaction.py",
    f"{PLATFORM}/conversions.py",
)
SWAPS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.FloorDiv: "*",
    ast.Mod: "//",
    ast.And: "or",
    ast.Or: "and",
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
LEFT_OUT = ("create", "require", "replace", "absent", "delete", "save", "vanish")
SECONDS_MAX = 900  # seconds that one mutant may take


@dataclass(frozen=True)
class Mutant:
    """One change: in this file, from `start` to `end` of its text, `new` stands instead."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def name(self) -> str:
        """Where it is and what it does."""
        return f"{self.path.rpartition('/python/')[2]}:{self.line}: {self.old} -> {self.new}"

    def text(self, source: str) -> str:
        """The source with the change in it."""
        return source[: self.start] + self.new + source[self.end :]


@dataclass(frozen=True)
class Fate:
    """What became of a mutant; `killed_by` is "" if it lives."""

    mutant: Mutant
    killed_by: str
    what: str
    seconds: float
    reached: bool = True


class _Places:
    """Offsets of a source's nodes."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        """The offset of a place (columns are bytes; the house writes ASCII code)."""
        return self._lines[line - 1] + column

    def mutant(self, node: ast.AST, new: str) -> Mutant:
        """The node with other words in its place."""
        place: Any = node
        start = self.at(place.lineno, place.col_offset)
        end = self.at(place.end_lineno, place.end_col_offset)
        return Mutant(self.path, place.lineno, start, end, self.source[start:end], new)

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Mutant | None:
        """An operator between two nodes."""
        first, second = self.mutant(left, ""), self.mutant(right, "")
        found = re.search(re.escape(old), self.source[first.end : second.start])
        if found is None:
            return None
        start = first.end + found.start()
        return Mutant(self.path, first.line, start, start + len(old), old, new)


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


def mutants_of(path: str) -> list[Mutant]:
    """Every one-line change that we know of a file."""
    source = (ROOT / path).read_text()
    places, found = _Places(path, source), []
    for node in ast.walk(ast.parse(source)):
        if not _is_declaration(node):
            found += [one for one in _changes(places, node) if one is not None]
    return [one for one in found if "\n" not in one.old]


def _is_declaration(node: ast.AST) -> bool:
    return isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.Import, ast.arguments))


def _changes(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    for kind in (_operators, _values, _left_out):
        yield from kind(places, node)


def _operators(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """Another comparison, sign or junction."""
    match node:
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in SWAPS:
            yield places.between(left, right, SIGNS[type(sign)], SWAPS[type(sign)])
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SWAPS:
            if not _of_text(left) and not _of_text(right):
                yield places.between(left, right, SIGNS[type(sign)], SWAPS[type(sign)])
        case ast.BoolOp(op=sign, values=[left, right, *_]):
            yield places.between(left, right, SIGNS[type(sign)], SWAPS[type(sign)])
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield places.mutant(node, ast.unparse(operand))


def _values(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """Another constant, or the opposite function."""
    match node:
        case ast.Constant(value=bool(value)):
            yield places.mutant(node, str(not value))
        case ast.Constant(value=int(value)):
            yield places.mutant(node, str(value + 1))
        case ast.Constant(value=str(value)) if value in STATES:
            others = [one for one in STATES if one != value]
            yield places.mutant(node, f'"{others[(node.lineno * 7) % len(others)]}"')
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield places.mutant(node.func, NAMES[name])


def _left_out(places: _Places, node: ast.AST) -> Iterator[Mutant | None]:
    """A record, a condition or a branch is left out."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))) if name in LEFT_OUT:
            yield places.mutant(node, "pass")
        case ast.keyword(arg="equals" | "differs", value=ast.Dict() as said):
            yield places.mutant(said, "{}")
        case ast.If(test=test):
            yield places.mutant(test, "False")
            yield places.mutant(test, "True")
        case ast.IfExp(test=test):
            yield places.mutant(test, f"not ({ast.unparse(test)})")


def _of_text(node: ast.AST) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.Tuple, ast.List)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def chosen(count: int, seed: int) -> list[Mutant]:
    """So many mutants by chance: every line of the money paths is as likely as any other."""
    chance = Random(f"mutants {seed}")
    by_line: dict[tuple[str, int], list[Mutant]] = {}
    for path in MONEY_PATHS:
        for one in mutants_of(path):
            by_line.setdefault((one.path, one.line), []).append(one)
    lines = chance.sample(sorted(by_line), count)
    return [chance.choice(by_line[line]) for line in lines]


# --- in the process of a mutant ---------------------------------------------------------------


def plant(mutant: Mutant) -> None:
    """From now on the file is loaded with the change; must come before the product is imported."""
    target = str(ROOT / mutant.path)
    real: Callable[..., Any] = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        if str(Path(self.path).resolve()) != target:
            return real(self, fullname)
        return compile(mutant.text(Path(target).read_text()), target, "exec")

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def judge(given: str) -> str:
    """Play against one mutant, given as JSON with `seeds`; JSON of who killed it and how."""
    told = json.loads(given)
    mutant = Mutant(**told["mutant"])
    plant(mutant)
    begun = time.monotonic()
    try:
        killed, what = _hunt(told["seeds"])
    except Exception as error:  # noqa: BLE001 - what breaks when it is loaded is dead
        killed, what = "the import", f"{type(error).__name__}: {error}"
    return json.dumps([killed, what, time.monotonic() - begun])


def _hunt(seeds: int) -> tuple[str, str]:
    from tests.simulation.duels import DUELS, meet_all  # noqa: PLC0415 - after planting
    from tests.simulation.playing import play  # noqa: PLC0415

    def duels() -> Iterator[tuple[str, list[str]]]:
        for number in range(len(DUELS)):
            yield from meet_all(number)[1].items()

    def seeded(first: int, end: int) -> Iterator[tuple[str, list[str]]]:
        for seed in range(first, end):
            yield f"seed {seed}", play(seed).found

    early = min(300, seeds)
    for hunt in (seeded(0, early), duels(), seeded(early, seeds)):
        for name, found in hunt:
            if found:
                return name, found[0]
    return "", ""


# --- all of them --------------------------------------------------------------------------------


def fates(mutants: Sequence[Mutant], seeds: int, workers: int) -> Iterator[Fate]:
    """What becomes of each, a few at a time."""
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda one: _fate(one, seeds), mutants)


def _fate(mutant: Mutant, seeds: int) -> Fate:
    given = json.dumps({"mutant": asdict(mutant), "seeds": seeds})
    words = [sys.executable, "-m", "tests.simulation", "--judge", given]
    begun = time.monotonic()
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return Fate(mutant, "the clock", "it does not end", time.monotonic() - begun)
    try:
        killed, what, seconds = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        what = (done.stderr.strip().splitlines() or ["?"])[-1]
        return Fate(mutant, "the end of the process", what, time.monotonic() - begun)
    return Fate(mutant, killed, what, seconds)
