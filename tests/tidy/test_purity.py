"""The domain computes: no clock, no chance, no environment, no network, no files, no packages."""

import ast
import sys

import pytest

from tests.tidy.sources import DOMAIN, Module, modules, parsed

PACKAGES = {"goodword", "pydantic", "pydantic_core", "annotated_types"}
# Of the standard library, what reaches outside the process, or is different at every call.
IMPURE = {
    *("asyncio", "concurrent", "multiprocessing", "subprocess", "threading", "signal", "queue"),
    *(
        "getpass",
        "glob",
        "io.open",
        "logging",
        "os",
        "pathlib",
        "platform",
        "shutil",
        "sys",
        "tempfile",
    ),
    *("ftplib", "http", "imaplib", "poplib", "select", "smtplib", "socket", "ssl", "telnetlib"),
    *(
        "random",
        "secrets",
        "time",
        "uuid",
        "urllib.request",
        "ctypes",
        "importlib.import_module",
        "sqlite3",
    ),
}
CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
NOW = {"now", "utcnow", "today"}


def impurities(module: Module) -> list[str]:
    """Every import and call that a pure module may not have."""
    found = []
    for name, line in module.imports():
        top = name.split(".")[0]
        allowed = top in PACKAGES or top in sys.stdlib_module_names
        impure = any(name == bad or name.startswith(f"{bad}.") for bad in IMPURE)
        if impure or not allowed:
            found.append(f"{module.place}:{line} imports {name}")
    for node in module.nodes:
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in CALLS:
            found.append(f"{module.place}:{node.lineno} calls {called.id}")
        if isinstance(called, ast.Attribute) and called.attr in NOW:
            found.append(f"{module.place}:{node.lineno} calls .{called.attr}()")
    return found


def test_the_domain_is_pure() -> None:
    found = [one for module in modules(DOMAIN) for one in impurities(module)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "from os import environ",
        "import boto3",
        "from aws_lambda_powertools import Logger",
        "from urllib import request",
        "from datetime import datetime\nat = datetime.now()",
        "print(1)",
        "from goodword_aws import store",
    ],
)
def test_an_impurity_is_seen(planted: str) -> None:
    assert impurities(parsed(planted))


def test_what_is_pure_passes() -> None:
    text = "import json\nfrom urllib.parse import urlsplit\nfrom pydantic import Field\n"
    assert not impurities(parsed(text + "from goodword.money import Money\n"))
