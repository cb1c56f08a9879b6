"""The languages that are spoken here, how a sentence counts, and marks that nobody sees.

A further language is a line here and a file beside each that there is for English; tests name the
files and phrases that are missing.

    filled("within {days:# day|# days}", {"days": 1})  ->  "within 1 day"

A place that counts has a form for one and for all other numbers, `#` being the number. Where a
language has more forms, whoever fills the sentence says which one a number takes.

A name may be written from right to left, or hold marks that turn round what stands beside it. Such
marks are never shown (`plain`), and in a sentence a name is by itself (`isolated`). A name, and
whatever stands in a letter, is one line of what can be seen (`written`). A text of such marks and
blanks alone says nothing (`is_blank`).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # embeddings, overrides and isolates
_LEFTWARD = re.compile("[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U0001efff]")
# Blanks, controls, joiners, fillers, selectors and tags: whatever leaves no mark on a page.
_UNSEEN = re.compile(
    "[\\s\\x00-\\x1f\\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]*"
)
# Invisible, but part of how names are written in Persian, Sinhala or Hindi, and of pictures.
_JOINERS = frozenset("\u200c\u200d")
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


def plain(text: str) -> str:
    """The text without the marks that turn round how it, and what is beside it, is read."""
    return _TURNING.sub("", text)


def isolated(text: str) -> str:
    """The text as it stands in a sentence: one that runs leftward moves nothing beside it."""
    found = plain(text)
    return f"\u2068{found}\u2069" if _LEFTWARD.search(found) else found


def written(text: str) -> str:
    """One line of what can be seen: no controls, no invisible marks but joiners between letters."""
    around = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    return " ".join("".join(_as_seen(*three) for three in around).split())


def is_written(before: str, letter: str, after: str) -> bool:
    """Whether a character can be part of a name: it can be seen, or joins those around it."""
    if letter not in _JOINERS:
        return letter.isprintable() and (letter == " " or not is_blank(letter))
    return unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] == "L"


def _as_seen(before: str, letter: str, after: str) -> str:
    picture = letter in _JOINERS and unicodedata.category(after) == "So"
    if picture or is_written(before, letter, after):
        return letter
    return "" if unicodedata.category(letter) in ("Cf", "Mn", "Lo", "So") else " "


def is_blank(text: str) -> bool:
    """Whether there is nothing in it that anybody could see."""
    return _UNSEEN.fullmatch(text) is not None
