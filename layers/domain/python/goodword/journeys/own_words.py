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
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from goodword.errors import FieldError
from goodword.languages import LANGUAGES, written
from goodword.limits import OWN_TEXTS_MAX
from goodword.records import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
LANGUAGES_MAX = 10  # of one template: more than there are, so that one that is not is named
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"  # also marks that turn what is read
LINE = rf"^[^{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*$"
PLACES = frozenset({"brand"})
# Anything that a mail program would make a link of: a letter leads to one page.
LEADS = re.compile(r"://|\bwww\.|@|\w\.[^\W\d_]{2,}|\b\d+(?:\.\d+){3}\b", re.IGNORECASE)
# Parts of words, whole words and names, in small letters, that tell of a public review.
_BEGINS = ("review", "rating")  # "preview" and "integrating" are words of every day
_STEMS = ("bewert", "rezens", "bestnote")  # also in compounds
_WORDS = frozenset({"g2", "stars", "sterne", "sternen"})
_NAMES = ("trustpilot", "capterra", "provenexpert", "tripadvisor", "googlereview")
_RATES = re.compile(
    r"\brate[ds]? (?:us|me|it|our|your)\b|[\u2605\u2606\u2b50]|\byelp\b"
    r"|\b(?:[1-5]|one|two|three|four|five|ein|zwei|drei|vier|fünf)[ -]?(?:star|stern)\b"
)


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
    dict[Name, Annotated[dict[Language, OwnText], Field(min_length=1, max_length=LANGUAGES_MAX)]],
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
                continue
            for part, said in text.told():
                at = f"texts.{name}.{language}.{part}"
                if not _fits(said):
                    message = "the one place is {brand}; a brace is written twice"
                    yield FieldError(at, message, "no_such_place")
                elif LEADS.search(_seen(said)):
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


def about_reviews(text: OwnText) -> str:
    """The field that speaks of a public review, in English or German; empty where none does."""
    return next((part for part, said in text.told() if _reviewing(_seen(said).casefold())), "")


def _reviewing(said: str) -> bool:
    words = re.findall(r"[^\W_]+", said)
    told = any(word.startswith(_BEGINS) for word in words) or not _WORDS.isdisjoint(words)
    told = told or any(stem in word for word in words for stem in _STEMS)
    return told or any(name in "".join(words) for name in _NAMES) or bool(_RATES.search(said))


def _seen(said: str) -> str:
    """As whoever reads the letter sees it."""
    return written(unicodedata.normalize("NFKC", said))


def _fits(said: str) -> bool:
    try:
        parts = list(string.Formatter().parse(said))
    except ValueError:
        return False
    return all(
        name is None or (name in PLACES and not form and not turned)
        for _, name, form, turned in parts
    )
