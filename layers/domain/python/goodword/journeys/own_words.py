"""A journey's own words for its requests: by the name of a template, in any of our languages.

They are part of the journey, so they are written by one person, published by another, and a request
keeps those of the version that made it. A language without them speaks with the words that ship.

What protects the person is never among them: why they are asked, until when, how to end it, and
beside a public review that good and bad are equally welcome. A review that is paid for, or marks
who wrote it, is asked for in the words that ship alone, because no list of what may not be said
there would be long enough (16 CFR 465.4).
"""

import re
import string
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from goodword.errors import FieldError
from goodword.languages import LANGUAGES
from goodword.limits import OWN_TEXTS_MAX
from goodword.records import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"  # also marks that turn what is read
LINE = rf"^[^{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*$"
PLACES = frozenset({"brand"})
# Anything that a mail program would make a link of: a letter leads to one page.
LEADS = re.compile(r"://|\bwww\.|@|\w\.[a-z]{2,}\b", re.IGNORECASE)


class OwnText(Value):
    """What is said instead; `{brand}` stands for the company's name. Without `action` ours is."""

    subject: Annotated[str, StringConstraints(pattern=LINE, max_length=120)]
    fact: Annotated[str, StringConstraints(pattern=LINE, max_length=600)]
    action: Annotated[str, StringConstraints(pattern=LINE, max_length=600)] | None = None

    def told(self) -> Iterator[tuple[str, str]]:
        """Each text with the name of its field."""
        given = (("subject", self.subject), ("fact", self.fact), ("action", self.action))
        return ((name, text) for name, text in given if text is not None)


Texts = Annotated[
    dict[Name, Annotated[dict[Language, OwnText], Field(min_length=1)]],
    Field(max_length=OWN_TEXTS_MAX),
]


def wrong_texts(texts: Mapping[str, Mapping[str, OwnText]]) -> Iterator[FieldError]:
    """What no text may be, whatever it is for: its language, its places, links."""
    for name, spoken in texts.items():
        for language, text in spoken.items():
            if language not in LANGUAGES:
                known = ", ".join(LANGUAGES)
                yield FieldError(
                    f"texts.{name}.{language}",
                    f"letters are written in {known}",
                    "no_such_language",
                    (("known", known),),
                )
            for part, said in text.told():
                at = f"texts.{name}.{language}.{part}"
                if not _fits(said):
                    message = "the one place is {brand}; a brace is written twice"
                    yield FieldError(at, message, "no_such_place")
                if LEADS.search(said):
                    yield FieldError(at, "a letter leads to one page: no addresses", "no_address")


def spoken_in_part(texts: Mapping[str, Mapping[str, OwnText]]) -> Iterator[FieldError]:
    """Templates that have own words in some of our languages alone."""
    for name, spoken in texts.items():
        lacks = [shown for language, shown in LANGUAGES.items() if language not in spoken]
        if lacks:
            named = ", ".join(lacks)
            yield FieldError(
                f"texts.{name}",
                f"the words that ship are said in {named}",
                "words_that_ship",
                (("known", named),),
            )


def has_word(text: OwnText, words: frozenset[str]) -> str:
    """The field in which one of these words (in small letters) is; empty where none is."""
    for part, said in text.told():
        if not words.isdisjoint(re.findall(r"[^\W_]+", said.casefold())):
            return part
    return ""


def _fits(said: str) -> bool:
    try:
        parts = list(string.Formatter().parse(said))
    except ValueError:
        return False
    return all(
        name is None or (name in PLACES and not form and not turned)
        for _, name, form, turned in parts
    )
