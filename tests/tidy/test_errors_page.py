"""Every code that is raised is in docs/errors.md, and nothing else is."""

import ast

import pytest

from tests.tidy.error_codes import (
    INSIDE,
    PAGE,
    TREE,
    UnreadableCodeError,
    classes,
    collect,
    page,
    status_of,
)
from tests.tidy.sources import DOMAIN, modules, parsed


def codes_of(text: str) -> set[str]:
    """The codes of a planted module of the domain."""
    return set(collect((parsed(text, f"{DOMAIN}/goodword/rewards/planted.py"),)))


def test_the_page_is_that_of_the_source() -> None:
    assert PAGE.read_text() == page(collect(modules("layers", "functions"))), "run: make docs"


def test_every_class_of_the_drawn_tree_has_a_status() -> None:
    drawn = next(module for module in modules(DOMAIN) if module.place == TREE)
    names = {node.name for node in drawn.tree.body if isinstance(node, ast.ClassDef)} & set(
        classes()
    )
    assert len(names) > 10
    assert [name for name in names if status_of(name) == INSIDE] == ["GoodwordError"]


@pytest.mark.parametrize(
    ("planted", "codes"),
    [
        ("raise NotFound('no_link', 'none')", {"no_link"}),
        ("raise errors.Conflict('a' if x else 'b', f'it is {x}')", {"a", "b"}),
        ("def f():\n    code = 'c' if x else 'd'\n    raise Conflict(code, 'e')", {"c", "d"}),
        ("def bad(code):\n    return TooLarge(code, 'x')\nraise bad('e')", {"e"}),
        ("T = {'k': 'f'}\nraise NotFound(T[k], 'x')", {"f"}),
        ("class Odd(Conflict):\n    pass\nraise Stale('g', 'x')", {"g"}),
        ("problem(404, 'no_route', 'x')", {"no_route"}),
    ],
)
def test_codes_are_found_however_they_are_made(planted: str, codes: set[str]) -> None:
    assert codes_of(planted) == codes


def test_a_code_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnreadableCodeError):
        codes_of("def f(x):\n    raise NotFound(x.upper(), 'x')")
    with pytest.raises(UnreadableCodeError):
        codes_of("def bad(code):\n    return TooLarge(code, 'x')\nraise bad(y)")
