"""Text in a spreadsheet never becomes a formula, and a number never becomes text.

A cell whose first visible character could start a formula gets an apostrophe before it, also when
it is a full-width form or comes after spaces. So does what follows a semicolon, a bar or a tab in
it, since programs of other countries take those for the end of a cell. Amounts are written by
`number`, which takes nothing but a plain decimal, so that a negative amount keeps its minus and
gets no apostrophe.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

_STARTS = frozenset("=+-@")
_SEPARATORS = re.compile(r"(?<=[;|\t])(?=[^;|\t])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def text(value: str) -> str:
    """`=1+1` -> `'=1+1`; line breaks and other control characters become spaces."""
    parts = _SEPARATORS.split(value)
    return "".join(map(_plain, parts))


def _plain(part: str) -> str:
    formula = part[:1] in ("\t", "\r", "\n") or _first(part.lstrip('"')) in _STARTS
    plain = "".join(" " if unicodedata.category(each) == "Cc" else each for each in part)
    return f"'{plain}" if formula else plain


def number(decimal: str) -> str:
    """The decimal as it is. ValueError on anything else."""
    if not _NUMBER.fullmatch(decimal):
        raise ValueError("not a plain decimal number")
    return decimal


def sheet(rows: Iterable[Sequence[str]]) -> str:
    """Rows of finished cells as CSV with CRLF."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _first(value: str) -> str:
    """The first character that is not space or invisible, in its ordinary form."""
    for letter in unicodedata.normalize("NFKC", value):
        if not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf"):
            return letter
    return ""
