"""The languages that are spoken here, by their own names, and how a sentence counts.

A further language is a line here and a file beside each that there is for English; tests name the
files and phrases that are missing.

    filled("within {days:# day|# days}", {"days": 1})  ->  "within 1 day"

A place that counts has a form for one and for all other numbers, `#` being the number. Where a
language has more forms, whoever fills the sentence says which one a number takes.
"""

import re
from collections.abc import Callable, Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
_COUNTED = re.compile(r"\{(\w+):([^{}|]*(?:\|[^{}|]*)+)\}")


def one_or_other(count: int) -> int:
    """The form of a number in English and in German: one, or any other."""
    return 0 if count == 1 else 1


def filled(
    text: str,
    values: Mapping[str, object],
    form: Callable[[int], int] = one_or_other,
    written: Callable[[int], str] = str,
) -> str:
    """The sentence with its places filled. What is no number takes the last form.

    `form` chooses among the forms of a place, `written` is how numbers are written there.
    """

    def counted(place: re.Match[str]) -> str:
        value, forms = values[place[1]], place[2].split("|")
        if isinstance(value, int):
            return forms[form(value)].replace("#", written(value))
        return forms[-1].replace("#", str(value))

    if "|" not in text:
        return text.format(**values)
    parts = _COUNTED.split(text)
    found = [part.format(**values) for part in parts[::3]]
    told = [counted(place) for place in _COUNTED.finditer(text)]
    return "".join(one for pair in zip(found, [*told, ""], strict=True) for one in pair)
