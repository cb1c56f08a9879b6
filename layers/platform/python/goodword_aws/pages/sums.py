"""The sum of a decision as the reader writes figures: what is stored is plain and in English.

    stored      49.90 EUR x 10 % = 4.99 EUR (rounding half_up)
    in German   49,90 € x 10 % = 4,99 €, gerundet; genau die Hälfte geht nach oben

Only amounts and the few words that `rewards.arithmetic` and its neighbours write are replaced; what
is not known stays as it is, so a sum that is newer than this module is still a sum.
"""

import re
from decimal import Decimal
from functools import partial

from goodword.errors import InvalidInput
from goodword.money import parse_decimal

from goodword_aws.pages.reader import Reader

_AMOUNT = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?) ([A-Z]{3,8}(?:\.CREDIT)?)(?![\w.])")
_PERCENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) %")
_ROUNDING = re.compile(r" \(rounding (half_even|half_up|down)(, each line)?\)")
_LIMIT = re.compile(
    r"(advocate|friend|programme|budget)-(order|day|week|month|quarter|year|lifetime)"
    r"-(?:money|rewards) leaves"
)
_PRODUCT = re.compile(
    r"(\d+(?:\.\d+)?) [A-Z.]+\)? x (\d+(?:\.\d+)?) % = (\d+(?:\.\d+)?) [A-Z.]+ \(rounding \w+\)"
)
_WORDS = re.compile(r"\b(flat|units|minimum|more)\b")


def sum_words(text: str, reader: Reader) -> str:
    """The sum for this reader. Where nothing had to be rounded, nothing is said of it."""
    text = _PRODUCT.sub(_exact, text)
    for pattern, write in (
        (_LIMIT, _limit),
        (_ROUNDING, _rounding),
        (_WORDS, _word),
        (_AMOUNT, _amount),
        (_PERCENT, _percent),
    ):
        text = pattern.sub(partial(write, reader), text)
    return text.replace(" x ", " \u00d7 ")


def _exact(found: re.Match[str]) -> str:
    of, percent, result = (Decimal(one) for one in found.groups())
    return found.group().partition(" (")[0] if of * percent == result * 100 else found.group()


def _amount(reader: Reader, found: re.Match[str]) -> str:
    number, currency = found.groups()
    try:
        return reader.minor(parse_decimal(number, currency), currency)
    except InvalidInput:
        return found.group()


def _percent(reader: Reader, found: re.Match[str]) -> str:
    return reader.percent(int(Decimal(found.group(1)) * 100))


def _rounding(reader: Reader, found: re.Match[str]) -> str:
    each = reader.text("sums.each_line") if found.group(2) else ""
    return f", {each}{reader.text(f'sums.rounding.{found.group(1)}')}"


def _limit(reader: Reader, found: re.Match[str]) -> str:
    scope, period = (reader.text(f"sums.limit.{one}") for one in found.groups())
    return reader.text("sums.leaves", scope=scope, period=period)


def _word(reader: Reader, found: re.Match[str]) -> str:
    return reader.text(f"sums.word.{found.group()}")
