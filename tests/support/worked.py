"""A worked case is played, its sums are compared, and what its advocate reads is looked at."""

from collections import Counter

from goodword.conversions.model import Conversion
from goodword.ledger.model import Balance, Entry
from goodword.money import decimal_text, format_minor
from goodword.programs.model import ProgramVersion
from goodword.rewards.explain import explain_conversion
from goodword.rewards.model import Reward

from tests.support.bookkeeping import Bookkeeping, Case
from tests.support.scene import MAYA, Scene
from tests.support.voices import story_of, voice

NAMES = {"CREDIT": "credit", "POINTS": "points", "GIFTS": "gifts", "CODES": "codes"}


def holds(case: Case, kind: type[Bookkeeping] = Bookkeeping) -> Bookkeeping:
    """Fail unless every step of the case changes what it says, and it is told in both languages."""
    books = kind(case)
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
    terms = books.scene.all(ProgramVersion)[0].terms
    texts = [
        one.text
        for conversion in books.scene.all(Conversion)
        for speaker in [voice(locale, terms.in_currency(conversion.currency).currency)]
        for one in explain_conversion(story_of(books.scene, conversion), MAYA, speaker)
    ]
    assert not any(set(text) & set("{}_") for text in texts)
    return " ".join(texts)


def holdings(scene: Scene) -> str:
    """Who has what of all rewards that are alive, in reading order."""
    has: Counter[tuple[str, str]] = Counter()
    for one in scene.all(Reward):
        if one.state not in ("rejected", "void"):
            has["maya" if one.advocate_id == MAYA else "friend", one.currency] += (
                one.remaining_minor
            )
    told = []
    for (who, unit), amount in sorted(
        has.items(), key=lambda each: (each[0][0] != "maya", each[0])
    ):
        name = NAMES.get(unit.rpartition(".")[2], "")
        if amount:
            told.append(f"{who} {decimal_text(amount, unit)} {name}".strip())
    return ", ".join(told) or "nothing"


def balanced(scene: Scene) -> None:
    """Balances are the journal's, and each unit sums to zero."""
    assert scene.ledger_differences() == []
    sums: Counter[str] = Counter()
    for entry in scene.all(Entry):
        sums[entry.currency] += sum(leg.amount_minor for leg in entry.legs)
    assert not any(sums.values())
    for balance in scene.all(Balance):
        own = [
            one
            for one in scene.all(Reward)
            if (one.advocate_id, one.currency) == (balance.advocate_id, balance.currency)
        ]
        alive = sum(one.remaining_minor for one in own if one.state not in ("rejected", "void"))
        assert balance.pending_minor + balance.on_hold_minor + balance.payable_minor == alive
