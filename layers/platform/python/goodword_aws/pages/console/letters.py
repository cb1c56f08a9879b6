"""Every letter as it would look, by language, with made-up data: nobody's, and it is sent nowhere.

The words are those that leave, composed by the same function; only what they are about is invented.
A value that no sample has stands as its own name, so a new letter shows where its values will be.
"""

import string
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from goodword.journeys.scoring import Motion
from goodword.languages import LANGUAGES
from goodword.programs.effective import version_in_force
from goodword.times import DAY_MS

from goodword_aws.calls import Role
from goodword_aws.pages.console import WRITERS
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View

if TYPE_CHECKING:
    from goodword.journeys.definition import JourneyTerms
    from goodword.journeys.journey import Journey
    from goodword.journeys.own_words import OwnText
    from goodword.messages.model import Catalogue

READERS: frozenset[Role] = frozenset({"marketer", "analyst", "admin"})
HERE = "/console/letters"
MOTIONS: tuple[Motion, ...] = get_args(Motion)
NAME, LINK = "Robin", "https://goodword.example/"


def add_letters(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=READERS)(_letters)


def _letters(view: View) -> Answer:
    """All letters of one language; requests are for what is chosen, or those of one journey."""
    asked = view.query.get("in", view.reader.language)
    language = asked if asked in LANGUAGES else view.reader.language
    if journey_id := view.query.get("journey"):
        return _of_journey(view, journey_id, language)
    motion = next((one for one in MOTIONS if one == view.query.get("for")), MOTIONS[0])
    values, types = _values(view, language, motion), _catalogue(language).letters
    shown = [(_name(view, type), *_letter(language, type, values)) for type in types]
    data = {"letters": shown, "language": language, "motion": motion, "motions": MOTIONS}
    return Sheet("console/letters.html", {**data, "journey": None})


def _of_journey(view: View, journey_id: str, language: str) -> Answer:
    """What each request and reminder of a journey says: of its draft, or of what is in force."""
    journey, terms, drafted = _terms(view, journey_id)
    shown = []
    for _, step, ask in terms.requests():
        own = _said(terms, step.template, language)
        values = _values(view, language, ask.motion, ask.site, own, journey.program_id)
        type = "journey.asked" if step is ask else "journey.reminded"
        key = "letters.own" if own is not None else "letters.shipped"
        if own is None and language in terms.texts.get(step.template, {}):
            key = "letters.not_yet"
        title = view.text(key, name=step.name, template=step.template)
        shown.append((title, *_letter(language, type, values)))
    data = {"letters": shown, "language": language, "journey": journey, "drafted": drafted}
    return Sheet("console/letters.html", data)


def _terms(view: View, journey_id: str) -> "tuple[Journey, JourneyTerms, bool]":
    """The journey, what is looked at, and whether that is its draft, which only writers see."""
    from goodword.journeys.publishing import Journeys  # noqa: PLC0415 - for this view alone

    journeys, writes = Journeys(view.desk), bool(view.person.groups & WRITERS)
    journey = journeys.read(journey_id)
    if writes and (view.query.get("of") == "draft" or not journey.in_force):
        return journey, journeys.draft(journey_id).terms, True
    return journey, journeys.version(journey_id, journey.in_force).terms, False


def _said(terms: "JourneyTerms", template: str, language: str) -> "OwnText | None":
    """The own words, unless they are not yet as they may be."""
    from goodword.journeys.own_words import wrong_texts  # noqa: PLC0415 - for this view alone

    at = f"texts.{template}.{language}."
    if any(one.field.startswith(at) for one in wrong_texts(terms.texts)):
        return None
    return terms.texts.get(template, {}).get(language)


def _letter(language: str, type: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Subject and paragraphs. A value that no sample has stands as its own name."""
    catalogue = _catalogue(language)
    places = _places(catalogue.closing, *catalogue.letters[type].model_dump().values())
    named = {name: values.get(name, f"[{name}]") for name in places}
    letter = catalogue.letter(type, NAME, LINK, named)
    return letter.subject, letter.text.strip().split("\n\n")


def _name(view: View, type: str) -> str:
    key = f"people.letter.{type.replace('.', '_')}"
    return view.text(key) if view.reader.knows(key) else type


def _catalogue(language: str) -> "Catalogue":
    from goodword_aws.messages import catalogue_of  # noqa: PLC0415 - loads the way out for mail

    return catalogue_of(language)


def _values(
    view: View,
    language: str,
    motion: Motion,
    site: str | None = None,
    own: "OwnText | None" = None,
    program_id: str = "",
) -> Mapping[str, str]:
    """What the made-up letters say; the sentences are in the words of the language."""
    from goodword.journeys.wording import ask_words  # noqa: PLC0415 - this page alone needs it

    from goodword_aws.messages import money_of  # noqa: PLC0415 - as above

    reader, now_ms = replace(view.reader, locale=language), view.desk.clock.now_ms()
    catalogue = _catalogue(language)
    said = {
        name: reader.text(f"letters.sample.{name}")
        for name in (
            *("brand", "program", "disclosure", "changes", "terms"),
            *("told_fact", "told_reason", "told_action"),
            *("level", "level_gives", "milestone", "milestone_gives"),
        )
    }
    if program_id:
        terms = version_in_force(view.desk.store, program_id, now_ms).terms
        said |= {"brand": terms.brand, "program": terms.name, "disclosure": terms.disclosure}
    today, later = (catalogue.date_of(now_ms + days * DAY_MS) for days in (0, 14))
    request = ask_words(language).values(
        motion, brand=said["brand"], site=site, disclosure=said["disclosure"], own=own
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
