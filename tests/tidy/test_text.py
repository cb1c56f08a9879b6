"""What is committed has no unfinished business, no host of a registry and no dead link."""

import re
import tokenize
from io import StringIO

import pytest

from tests.tidy.sources import ROOT, files, listed_by_git, modules

# Written in parts, so that this file does not break its own rules.
UNFINISHED = re.compile(
    r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"
)
REGISTRIES = re.compile(
    "|".join(
        (
            r"pypi\." + "org",
            r"pythonhosted\." + "org",
            r"registry\.npm" + "js",
            r"registry\.yarn" + "pkg",
            "index-" + "url",
            "find-" + "links",
            "trusted-" + "host",
            r'"resolved":\s*"http',
        )
    )
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text_of(place: str) -> str:
    """The file as text; one that is not UTF-8 is none and has nothing to say here."""
    try:
        return (ROOT / place).read_text()
    except UnicodeDecodeError:
        return ""


def dead_code(source: str) -> list[str]:
    """Comments that are statements: code that was switched off instead of deleted."""
    hashes = (line[at:] for line in source.splitlines() for at in _hashes(line))
    if not any(_is_statement(one.lstrip("# ")) for one in hashes):
        return []  # so nearly always: nothing needs to be told from a text with a # in it
    found = []
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.COMMENT and _is_statement(token.string.lstrip("# ")):
            found.append(f"line {token.start[0]}: {token.string}")
    return found


def _hashes(line: str) -> list[int]:
    return [at for at, letter in enumerate(line) if letter == "#"] if "#" in line else []


def _is_statement(comment: str) -> bool:
    """`x = f(y)`, `return x.y`, `raise X(y)`, `import x`; prose is none of these."""
    assignment = r"[a-z_][\w.]*(\[[^]]*\])? = [\w.]+\(.*\)"
    statement = r"(return|raise|assert|del) [\w]+([.(].*)"
    imported = r"(import [\w.]+|from [\w.]+ import .*)"
    return bool(re.fullmatch(f"{assignment}|{statement}|{imported}", comment))


def anchors(markdown: str) -> set[str]:
    """The anchors that a page's headings make, as code hosts derive them."""
    plain = CODE_BLOCK.sub("", markdown)
    made = set()
    for heading in HEADING.findall(plain):
        kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        made.add(kept.replace(" ", "-"))
    return made


def dead_links(place: str) -> list[str]:
    """Links of a page that lead to no file of ours, or to no heading of it."""
    found = []
    page = text_of(place)
    for target in LINK.findall(CODE_BLOCK.sub("", page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        where = (ROOT / place).parent / path if path else ROOT / place
        if not where.exists():
            found.append(f"{place} links to {target}, which is not there")
        elif anchor and where.suffix == ".md" and anchor not in anchors(where.read_text()):
            found.append(f"{place} links to {target}, which has no such heading")
    return found


def test_without_git_the_same_files_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    known = set(files())
    monkeypatch.setenv("PATH", "")
    assert listed_by_git() == []
    assert set(files.__wrapped__()) == known


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{place}: {hit.group()}"
        for place in files()
        for hit in UNFINISHED.finditer(text_of(place))
    ]
    assert not found, "\n".join(found)


def test_no_registry_is_named() -> None:
    found = [
        f"{place}: {hit.group()}"
        for place in files()
        for hit in REGISTRIES.finditer(text_of(place))
    ]
    assert not found, "\n".join(found)


def test_no_code_is_commented_out() -> None:
    found = [f"{m.place} {one}" for m in modules() for one in dead_code(m.text)]
    assert not found, "\n".join(found)


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    pages = [place for place in files() if place.endswith(".md")]
    found = [one for place in pages for one in dead_links(place)]
    assert not found, "\n".join(found)


def test_every_package_is_locked_by_hash() -> None:
    locks = [place for place in files() if re.search(r"requirements.*\.txt$", place)]
    assert locks
    for place in locks:
        text = text_of(place)
        pinned = re.findall(r"^[A-Za-z0-9._\[\]-]+==", text, re.MULTILINE)
        assert pinned, place
        unpinned = [
            row for row in text.splitlines() if re.match(r"[A-Za-z]", row) and "==" not in row
        ]
        assert not unpinned, unpinned
        assert text.count("--hash=sha256:") >= len(pinned), place


@pytest.mark.parametrize(
    "comment", ["# total = add(a, b)", "# return self.total", "# raise Stop(x)"]
)
def test_switched_off_code_is_seen(comment: str) -> None:
    assert dead_code(f"x = 1\n{comment}\n")


def test_prose_is_not_taken_for_code() -> None:
    said = "# it is told once\n# return to the shop\n# from the first to the last\n"
    assert not dead_code(said)


def test_rules_of_the_text_can_be_broken() -> None:
    assert UNFINISHED.search("# TO" + "DO: later")
    assert REGISTRIES.search("--index-" + "url=x")
    assert anchors("# One, two!\n```\n# not this\n```\n## `a_code`") == {"one-two", "a_code"}
