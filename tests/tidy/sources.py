"""The sources as the house rules see them: parsed, never imported, each with its place."""

import ast
import os
import shutil
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "layers/domain/python"
PLATFORM = "layers/platform/python"
WORDS = {
    "programs",
    "advocates",
    "tracking",
    "conversions",
    "rewards",
    "ledger",
    "payouts",
    "trust",
    "journeys",
    "messages",
    "privacy",
    "insights",
}
FACES = {"portal", "console"}  # no capabilities of their own: pages over the same services


@dataclass(frozen=True)
class Module:
    """One Python file; `place` is its path from the root, with slashes."""

    place: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """How it is imported: `goodword.rewards.model`, `functions.tracking_web.handler`."""
        inside = self.place
        for root in (DOMAIN, PLATFORM):
            inside = inside.removeprefix(f"{root}/")
        dotted = inside.removesuffix(".py").replace("/", ".")
        return dotted.removesuffix(".__init__")

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node, walked once: most rules ask for all of them."""
        return tuple(ast.walk(self.tree))

    def imports(self) -> list[tuple[str, int]]:
        """Every module imported, in full, with its line; also those in functions and for typing."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                found += [(f"{base}.{alias.name}", node.lineno) for alias in node.names]
        return found

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in self.nodes if isinstance(node, kinds)]

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        if not self.place.endswith("/__init__.py"):
            parts = parts[:-1]
        parts = parts[: len(parts) - node.level + 1]
        return ".".join([*parts, *([node.module] if node.module else [])])


def parsed(text: str, place: str = f"{DOMAIN}/goodword/rewards/planted.py") -> Module:
    """A module that is in no file: to show that a rule can be broken."""
    return Module(place, text, ast.parse(text))


@cache
def files() -> tuple[str, ...]:
    """Every file that is or would be committed, from the root; git decides where it can."""
    listed = listed_by_git() or walked()
    return tuple(sorted(place for place in listed if (ROOT / place).is_file()))


def listed_by_git() -> list[str]:
    """As git has it; nothing without git, or where it refuses (a checkout of somebody else's)."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return []
    words = ("git", "ls-files", "-co", "--exclude-standard")
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()


def walked() -> list[str]:
    """The same by walking: all whose names .gitignore does not have."""
    left_out = [".git", *(ROOT / ".gitignore").read_text().replace("/", "").split()]

    def kept(names: list[str]) -> list[str]:
        return [name for name in names if not any(fnmatch(name, one) for one in left_out)]

    found: list[str] = []
    for directory, within, names in os.walk(ROOT):
        within[:] = kept(within)
        found += [str((Path(directory) / name).relative_to(ROOT)) for name in kept(names)]
    return found


@cache
def modules(*roots: str) -> tuple[Module, ...]:
    """The Python files below these directories; of the whole tree without any."""
    below = tuple(f"{root}/" for root in roots) or ("",)
    places = (place for place in files() if place.endswith(".py") and place.startswith(below))
    return tuple(_module(place) for place in places)


@cache
def _module(place: str) -> Module:
    return parsed((ROOT / place).read_text(), place)


def product() -> tuple[Module, ...]:
    """What runs on Lambda."""
    return modules("layers", "functions")
