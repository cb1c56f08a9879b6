"""Words and numbers of an order as rules compare them; what cannot be used is left out.

Nothing here refuses a delivery: money is read strictly elsewhere, and a shop that writes a strange
country is still paid for.
"""

from collections.abc import Iterable

from goodword.limits import ORDER_WORDS_MAX
from goodword.privacy.model import names_an_address

TERM_LENGTH_MAX = 100  # characters of a brand, a coupon, a product number
PIECES_MAX = 1_000_000  # of one line; more is a mistake, and would be paid per piece


def term(value: object) -> str | None:
    """The text without blanks around it; None for anything else, and for what names an address."""
    text = value.strip() if isinstance(value, str) else ""
    kept = 0 < len(text) <= TERM_LENGTH_MAX and text.isprintable() and not names_an_address(text)
    return text if kept else None


def terms(values: Iterable[object]) -> tuple[str, ...]:
    """The texts among the values, each once, as many as are kept."""
    found = dict.fromkeys(text for value in values if (text := term(value)))
    return tuple(found)[:ORDER_WORDS_MAX]


def country_code(*values: object) -> str | None:
    """The first of the values that is a code of two letters, in capitals."""
    for value in values:
        text = value.strip().upper() if isinstance(value, str) else ""
        if len(text) == 2 and text.isascii() and text.isalpha():
            return text
    return None


def pieces(value: object) -> int:
    """How many; 0 for what is no count."""
    counts = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if counts and 0 < value <= PIECES_MAX else 0  # type: ignore[call-overload, operator]
