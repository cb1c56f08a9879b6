"""The words of a request, by what is asked for; data in one file per language.

A public review is asked for in words that say that good and bad are equally welcome, and that a
reward has to be disclosed where the review is. A journey may have words of its own (`own_words`).
"""

from functools import cache
from importlib import resources

from goodword.journeys.definition import PUBLIC
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.own_words import OwnText
from goodword.journeys.scoring import Motion
from goodword.languages import LANGUAGES
from goodword.ports import Store
from goodword.records import Value


class MotionWords(Value):
    """What is said about one kind of request. `{brand}`, `{site}`, `{disclosure}` are values."""

    title: str
    subject: str
    fact: str
    action: str
    thanks: str


class AskWords(Value):
    """All words of one language. `site` is put in where the request names a site."""

    locale: str
    reason: str
    site: str
    motions: dict[Motion, MotionWords]

    def values(
        self,
        motion: Motion,
        *,
        brand: str,
        site: str | None,
        disclosure: str,
        own: OwnText | None = None,
    ) -> dict[str, str]:
        """What letters and pages say of a request, with its values in place; `own` words first.

        Beside a public review what ships is always said too: good and bad are equally welcome.
        """
        words = self.motions[motion]
        on = self.site.format(site=site) if site else ""
        given = {"brand": brand, "site": on, "disclosure": disclosure}
        said = {name: text.format_map(given) for name, text in words.model_dump().items()}
        if own is not None:
            ours = {name: text.format(brand=brand) for name, text in own.told()}
            if motion in PUBLIC and "action" in ours:
                ours["action"] = f"{ours['action']} {said['action']}"
            said |= ours
        return {f"ask_{name}": text for name, text in said.items()} | {"ask_reason": self.reason}


@cache
def ask_words(locale: str) -> AskWords:
    """The words of a language, in English where there are none."""
    language = locale.partition("-")[0]
    name = f"asks.{language if language in LANGUAGES else 'en'}.json"
    text = resources.files("goodword.journeys").joinpath("catalogue", name).read_text("utf-8")
    return AskWords.model_validate_json(text)


def own_words(
    store: Store, journey_id: str, number: int, template: str, locale: str
) -> OwnText | None:
    """The own words of a template in a version, in this language; None where there are none.

    `number` 0 is no version: the request, or its reminder, was made with the words that ship.
    """
    if not number:
        return None
    version = store.get(JourneyVersion, version_key(journey_id, number))
    spoken = version.terms.texts.get(template, {}) if version is not None else {}
    return spoken.get(locale.partition("-")[0])
