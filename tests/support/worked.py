"""A worked case is played, its sums are compared, and what its advocate reads is looked at."""

from goodword.conversions.model import Conversion
from goodword.money import format_minor
from goodword.rewards.explain import explain_conversion
from goodword.rewards.model import Reward

from tests.support.bookkeeping import Bookkeeping, Case
from tests.support.scene import MAYA
from tests.support.voices import story_of, voice


def holds(case: Case) -> Bookkeeping:
    """Fail unless every step of the case changes what it says, and it is told in both languages."""
    books = Bookkeeping(case)
    for step in case.story.split("; "):
        happens, _, expected = step.rpartition(" ")
        changed = books.change_of(happens)
        wanted = books.minor(expected)
        told = f"{happens}: {format_minor(changed, case.currency)}, not {expected}"
        assert changed == wanted, told
    assert books.scene.ledger_differences() == []
    if books.scene.all(Reward):
        assert books.owned == books.left
    assert case.says.replace("*", "\N{MULTIPLICATION SIGN}") in said(books, "en")
    assert said(books, "de")
    return books


def said(books: Bookkeeping, locale: str) -> str:
    """What the advocate reads about all orders."""
    speaker = voice(locale, books.currency)
    texts = [
        one.text
        for conversion in books.scene.all(Conversion)
        for one in explain_conversion(story_of(books.scene, conversion), MAYA, speaker)
    ]
    assert not any(set(text) & set("{}_") for text in texts)
    return " ".join(texts)
