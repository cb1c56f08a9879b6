"""Every letter as it would look, by language, with made-up data: nobody's, and it is sent nowhere.

The words are those that leave, composed by the same function; only what they are about is invented.
A value that no sample has stands as its own name, so a new letter shows where its values will be.
"""

import string
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from goodword.journeys.scoring import Motion
from goodword.languages import LANGUAGES
from goodword.times import DAY_MS

from goodword_aws.calls import Role
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View

READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
HERE = "/console/letters"
MOTIONS: tuple[Motion, ...] = get_args(Motion)
NAME, LINK = "Robin", "https://goodword.example/"


def add_letters(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=READERS)(_letters)


def _letters(view: View) -> Answer:
    """All letters of one language; requests are for what is chosen."""
    from goodword_aws.messages import catalogue_of  # noqa: PLC0415 - loads the way out for mail

    asked = view.query.get("in", view.reader.language)
    language = asked if asked in LANGUAGES else view.reader.language
    motion = next((one for one in MOTIONS if one == view.query.get("for")), MOTIONS[0])
    catalogue = catalogue_of(language)
    values = _values(view, language, motion)
    shown = []
    for type, words in catalogue.letters.items():
        places = _places(catalogue.closing, *words.model_dump().values())
        named = {name: values.get(name, f"[{name}]") for name in places}
        letter = catalogue.letter(type, NAME, LINK, named)
        shown.append((type, letter.subject, letter.text.strip().split("\n\n")))
    return Sheet(
        "console/letters.html",
        {"letters": shown, "language": language, "motion": motion, "motions": MOTIONS},
    )


def _values(view: View, language: str, motion: Motion) -> Mapping[str, str]:
    """What the made-up letters say; the sentences are in the words of the language."""
    from goodword.journeys.wording import ask_words  # noqa: PLC0415 - this page alone needs it

    from goodword_aws.messages import catalogue_of, money_of  # noqa: PLC0415 - as above

    reader, now_ms = replace(view.reader, locale=language), view.desk.clock.now_ms()
    catalogue = catalogue_of(language)
    said = {
        name: reader.text(f"letters.sample.{name}")
        for name in (
            *("brand", "program", "disclosure", "changes", "terms"),
            *("told_fact", "told_reason", "told_action"),
            *("level", "level_gives", "milestone", "milestone_gives"),
        )
    }
    today, later = (catalogue.date_of(now_ms + days * DAY_MS) for days in (0, 14))
    request = ask_words(language).values(
        motion, brand=said["brand"], site=None, disclosure=said["disclosure"]
    )
    return {
        **said,
        **request,
        "ask_until": later,
        "ask_stop": f"{LINK}asks/…/unsubscribe",
        "amount": money_of(language)(2_400, "EUR"),
        "date": today,
        "until": later,
        "spot_from": today,
        "effective": later,
        "effective_day": later,
        "link": f"{LINK}r/MAYA7",
        "payout": "pay_…",
        "reason": catalogue.sentence("wrong_details"),
        "outlook": catalogue.outlooks[""].format(next=later),
    }


def _places(*texts: str) -> set[str]:
    """The names of all values that a letter's words have places for."""
    parts = (part for text in texts for part in string.Formatter().parse(text))
    return {name for _, name, _, _ in parts if name}
