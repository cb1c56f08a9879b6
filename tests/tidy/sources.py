"""The sources as the house rules see them: parsed, never imported, each with its place."""

import ast
import os
import subprocess
from dataclasses import dataclass
from functools import cache
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
BUILT = {".git", ".venv", ".build", ".local", "cdk.out", "node_modules", "__pycache__"}


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

    def imports(self) -> list[tuple[str, int]]:
        """Every module imported, in full, with its line; also those in functions and for typing."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                found += [(f"{base}.{alias.name}", node.lineno) for alias in node.names]
        return found

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

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
    """Every file that is or would be committed, from the root; git decides where there is git."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    else:
        listed = [
            str((Path(directory) / name).relative_to(ROOT))
            for directory, names, within in os.walk(ROOT)
            if not BUILT.intersection(Path(directory).relative_to(ROOT).parts)
            for name in within
        ]
    return tuple(sorted(place for place in listed if (ROOT / place).is_file()))


@cache
def modules(*roots: str) -> tuple[Module, ...]:
    """The Python files below these directories; of the whole tree without any."""
    found = []
    for place in files():
        if place.endswith(".py") and (not roots or place.startswith(tuple(f"{r}/" for r in roots))):
            text = (ROOT / place).read_text()
            found.append(Module(place, text, ast.parse(text)))
    return tuple(found)


def product() -> tuple[Module, ...]:
    """What runs on Lambda."""
    return modules("layers", "functions")
