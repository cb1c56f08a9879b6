"""The words of a request, by what is asked for; data in one file per language.

A public review is asked for in words that say that good and bad are equally welcome, and that a
reward has to be disclosed where the review is.
"""

from functools import cache
from importlib import resources

from goodword.journeys.scoring import Motion
from goodword.languages import LANGUAGES
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
        self, motion: Motion, *, brand: str, site: str | None, disclosure: str
    ) -> dict[str, str]:
        """What letters and pages say of a request, with its values in place."""
        words = self.motions[motion]
        on = self.site.format(site=site) if site else ""
        given = {"brand": brand, "site": on, "disclosure": disclosure}
        said = {name: text.format_map(given) for name, text in words.model_dump().items()}
        return {f"ask_{name}": text for name, text in said.items()} | {"ask_reason": self.reason}


@cache
def ask_words(locale: str) -> AskWords:
    """The words of a language, in English where there are none."""
    language = locale.partition("-")[0]
    name = f"asks.{language if language in LANGUAGES else 'en'}.json"
    text = resources.files("goodword.journeys").joinpath("catalogue", name).read_text("utf-8")
    return AskWords.model_validate_json(text)
