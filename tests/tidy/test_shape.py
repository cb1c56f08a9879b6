"""Files, functions and handlers stay small, say what they are for, and read no environment."""

import ast

import pytest

from tests.tidy.sources import PLATFORM, Module, modules, parsed, product

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
HANDLER_LINES_MAX = 40
READS_ENVIRONMENT = (f"{PLATFORM}/goodword_aws/settings.py", "functions/tracking_web/handler.py")
EMPTY_NAMES = ("Manager", "Helper", "Utils", "Util", "Impl")


def too_long(module: Module) -> list[str]:
    """The file, and each of its functions, that is over its limit."""
    lines = module.text.count("\n")
    found = [f"{module.place} has {lines} lines"] if lines > FILE_LINES_MAX else []
    is_handler = module.place.startswith("functions/") and module.place.endswith("/handler.py")
    limit = HANDLER_LINES_MAX if is_handler else FUNCTION_LINES_MAX
    for function in module.functions():
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > limit:
            found.append(f"{module.place}:{function.lineno} {function.name} has {length} lines")
    return found


def silent(module: Module) -> list[str]:
    """The module, or a public function or class of its top level, that has no docstring."""
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    said = [] if ast.get_docstring(module.tree) else [f"{module.place} does not say its rule"]
    if module.place.startswith("tests/"):
        return said  # the name of a test is its sentence
    for node in module.tree.body:
        if (
            isinstance(node, named)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            said.append(f"{module.place}:{node.lineno} {node.name} has no docstring")
    return said


def reads_environment(module: Module) -> list[str]:
    """Every `os.environ` and `os.getenv`, however it was imported."""
    found = [line for name, line in module.imports() if name in ("os.environ", "os.getenv")]
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            found.append(node.lineno)
    return [f"{module.place}:{line} reads the environment" for line in found]


def decides(module: Module) -> list[str]:
    """A `try` in a handler: errors become answers in one place, `goodword_aws.http`."""
    tries = [node for node in module.nodes if isinstance(node, ast.Try)]
    return [f"{module.place}:{node.lineno} has a try" for node in tries]


def empty_names(module: Module) -> list[str]:
    """Classes whose name says that they were not thought through."""
    return [
        f"{module.place}:{node.lineno} {node.name}"
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_NAMES)
    ]


def test_files_and_functions_are_short() -> None:
    found = [one for module in modules() for one in too_long(module)]
    assert not found, "\n".join(found)


def test_everything_public_says_what_it_is_for() -> None:
    found = [one for module in modules() for one in silent(module)]
    assert not found, "\n".join(found)


def test_only_the_settings_read_the_environment() -> None:
    bound = [module for module in product() if module.place not in READS_ENVIRONMENT]
    found = [one for module in bound for one in reads_environment(module)]
    assert not found, "\n".join(found)


def test_handlers_do_not_catch() -> None:
    handlers = [m for m in modules("functions") if m.place.endswith("/handler.py")]
    found = [one for module in handlers for one in decides(module)]
    assert not found, "\n".join(found)


def test_names_are_of_the_domain() -> None:
    found = [one for module in modules() for one in empty_names(module)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "import os\nx = os.environ['A']",
        "from os import environ",
        "import os as o\nx = o.getenv('A')",
    ],
)
def test_reading_the_environment_is_seen(planted: str) -> None:
    assert reads_environment(parsed(planted))


def test_what_is_too_long_or_silent_is_seen() -> None:
    long = "def f():\n" + "    x = 1\n" * HANDLER_LINES_MAX
    assert too_long(parsed(long, "functions/rewards_api/handler.py"))
    assert not too_long(parsed(long))
    assert too_long(parsed("x = 1\n" * (FILE_LINES_MAX + 1)))
    assert len(silent(parsed("class A:\n    pass\ndef _hidden():\n    pass\n"))) == 2
    assert decides(parsed("try:\n    pass\nexcept ValueError:\n    pass\n"))
    assert empty_names(parsed("class RewardManager:\n    pass\n"))
