"""A reader has a language with a catalogue, a locale for figures and a zone for times.

Money keeps its own currency and gets the reader's signs: 1999 EUR is `€19.99` or `19,99 €`. A time
is always shown with its zone's name, so that nobody has to guess: `22 Nov 2025, 09:26 CET`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_group_symbol,
)
from goodword.languages import LANGUAGES, filled, isolated
from goodword.money import CREDIT, PIECES, Money, exponent
from goodword.times import as_datetime, is_plausible, ms_of

from goodword_aws.zones import is_zone

PLURALS = ("zero", "one", "two", "few", "many")  # as CLDR orders them; "other" is the last
DEFAULT_LOCALE, DEFAULT_ZONE = "en-GB", "UTC"
REMEMBERED_MAX = 256  # tags and zones; they come from outside
ASKED_MAX = 10  # languages of one Accept-Language header that are looked at
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Phrases = Mapping[str, "str | Mapping[str, str]"]


class UnknownPhrase(KeyError):
    """A page asked for words that no catalogue has."""


@cache
def phrases(language: str) -> Phrases:
    """All words of a language: `words/<language>/*.json`, flattened to `file.key.key`."""
    found: dict[str, str | Mapping[str, str]] = {}
    folder = resources.files("goodword_aws.pages").joinpath("words", language)
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            _flatten(file.name.removesuffix(".json"), json.loads(file.read_text("utf-8")), found)
    return found


def _flatten(path: str, node: object, into: dict[str, str | Mapping[str, str]]) -> None:
    """Mappings with the key `other` are the plural forms of one phrase; others are levels."""
    if isinstance(node, dict) and not isinstance(node.get("other"), str):
        for name, below in node.items():
            _flatten(f"{path}.{name}", below, into)
    elif isinstance(node, str | dict):
        into[path] = node


@dataclass(frozen=True)
class Reader:
    """Who reads the page. `zone_known` is False while the browser has not told its zone."""

    locale: str = DEFAULT_LOCALE
    zone: str = DEFAULT_ZONE
    zone_known: bool = False

    @property
    def language(self) -> str:
        """The language of the words."""
        return self.locale[:2].lower()

    @cached_property
    def _babel(self) -> Locale:
        return Locale.parse(self.locale, sep="-")

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def text(self, key: str, **values: object) -> str:
        """The phrase with its places filled; `n` chooses among plural forms. Raises UnknownPhrase.

        A phrase with forms is `{"one": "{n} click", "other": "{n} clicks"}`. Where it counts more
        than one thing, a place has forms: `in {days:# day|# days}` (`goodword.languages`).
        """
        phrase = phrases(self.language).get(key)
        if phrase is None:
            raise UnknownPhrase(key)
        if not isinstance(phrase, str):
            count = values["n"]
            if not isinstance(count, int):
                raise TypeError(f"{key} has plural forms: n is a whole number")
            phrase = phrase.get(self._babel.plural_form(count), phrase["other"])
            values = {**values, "n": self.number(count)}
        named = {
            name: isolated(said) if isinstance(said, str) else said for name, said in values.items()
        }
        return filled(phrase, named, self._form, self.number)

    def _form(self, count: int) -> int:
        """Which form of a place a number takes, in the order of the language's plurals."""
        plurals = [*(tag for tag in PLURALS if tag in self._babel.plural_form.tags), "other"]
        return plurals.index(self._babel.plural_form(count))

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase, for codes that may be newer than the catalogues."""
        return key in phrases(self.language)

    def money(self, amount: Money) -> str:
        """`€19.99`; the sign and the decimals of its own currency. `3 points`, `€5.00 credit`."""
        if amount.currency in PIECES:
            return self.text(f"ui.unit.{amount.currency}", n=amount.amount_minor)
        if amount.currency.endswith(CREDIT):
            plain = self.minor(amount.amount_minor, amount.currency.removesuffix(CREDIT))
            return self.text("ui.unit.CREDIT", amount=plain)
        return self._written(amount)

    def unit(self, currency: str) -> str:
        """What amounts are in: `EUR`; in words where it is no money."""
        if currency in PIECES:
            return self.text(f"handouts.unit.{currency}")
        plain = currency.removesuffix(CREDIT)
        return plain if plain == currency else f"{self.text('handouts.unit.CREDIT')}, {plain}"

    def minor(self, amount_minor: int, currency: str) -> str:
        """The same for an amount and its code."""
        return self.money(Money(amount_minor=amount_minor, currency=currency))

    def _written(self, amount: Money) -> str:
        """With the decimals of ISO 4217, which are not always those of the locale."""
        places = exponent(amount.currency)
        value = Decimal(amount.amount_minor).scaleb(-places)
        pattern = _pattern(self._babel, places)
        return _spaced(
            format_currency(
                value, amount.currency, pattern, locale=self._babel, currency_digits=False
            )
        )

    def number(self, value: int | Decimal) -> str:
        """`12,345`."""
        return format_decimal(value, locale=self._babel)

    @property
    def thousands(self) -> str:
        """The sign between thousands, as people of the language write it: `,` or `.`."""
        return get_group_symbol(Locale(self.language))

    def compact(self, value: int) -> str:
        """`1.25K`, for axes: their steps are 1, 2, 2.5 or 5, so two decimals are never rounded."""
        return format_compact_decimal(value, locale=self._babel, fraction_digits=2)

    def percent(self, basis_points: int) -> str:
        """1250 -> `12.5%`."""
        return format_percent(Decimal(basis_points) / 10_000, format=None, locale=self._babel,
                              decimal_quantization=False)  # fmt: skip

    def at(self, when: str | int) -> datetime:
        """An instant (RFC 3339 or ms) in the reader's zone."""
        try:
            return as_datetime(_ms(when)).astimezone(self._zone)
        except OverflowError:  # the first and the last day of the calendar, in another zone
            return as_datetime(_ms(when))

    def is_day(self, when: str | int) -> bool:
        """Whether people mean such an instant; of any other, words say that it is not known."""
        return is_plausible(_ms(when))

    def within(self, zone: str) -> "Reader":
        """The same reader in another zone: a payout's day is the programme's, wherever one is."""
        return replace(self, zone=zone)

    def day(self, when: str | int) -> str:
        """`22 Nov 2025`, the day in the reader's zone."""
        if not self.is_day(when):
            return self.text("ui.no_day")
        return format_date(self.at(when).date(), "medium", locale=self._babel)

    def day_short(self, when: str | int) -> str:
        """`22 Nov`, for charts of some weeks."""
        return format_skeleton("MMMd", self.at(when).date(), locale=self._babel)

    def time(self, when: str | int) -> str:
        """`22 Nov 2025, 09:26 CET`: with the zone, always."""
        if not self.is_day(when):
            return self.text("ui.no_day")
        moment = self.at(when)
        clock = format_time(moment.time(), "short", locale=self._babel)
        day = format_date(moment.date(), "medium", locale=self._babel)
        return f"{day}, {clock} {zone_word(moment)}"

    def month_name(self, year: int, month: int) -> str:
        """`Nov 2025`, of a calendar month."""
        return format_date(date(year, month, 1), "MMM y", locale=self._babel)

    def period(self, name: str) -> str:
        """A period as its reader calls it: `2026-12` is `Dec 2026`, `2026-W47` `Week 47, 2026`.

        A day is written as days are, a quarter and a week by words; what is none of these stays.
        """
        year, part = name[:4], name[5:]
        if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", name):
            return self.month_name(int(year), int(part))
        if re.fullmatch(r"\d{4}-[QW]\d{1,2}", name):
            return self.text(f"ui.period.{part[0]}", number=int(part[1:]), year=year)
        try:
            day = date.fromisoformat(name)
        except ValueError:
            return name
        return format_date(day, "medium", locale=self._babel)

    def month(self, when: str | int) -> str:
        """`Nov 2025`, for charts."""
        return format_date(self.at(when).date(), "MMM y", locale=self._babel)


def _ms(when: str | int) -> int:
    return ms_of(when) if isinstance(when, str) else when


def _spaced(shown: str) -> str:
    """A code of letters neither sticks to nor breaks from its figure: `CHF 5`."""
    return re.sub(r"([A-Za-z])(?=\d)", "\\1\xa0", shown)


def _pattern(locale: Locale, places: int) -> str:
    """The locale's own money pattern with so many decimals."""
    pattern: str = locale.currency_formats["standard"].pattern
    return re.sub(r"0\.0+", f"0.{'0' * places}" if places else "0", pattern)


def zone_word(moment: datetime) -> str:
    """`CET`; where a zone has no name but its distance, `UTC+5:45`."""
    name = moment.tzname() or "UTC"
    if not (found := re.fullmatch(r"([+-])(\d\d)(\d\d)?", name)):
        return name
    sign, hours, minutes = found.groups()
    return f"UTC{sign}{int(hours)}{f':{minutes}' if minutes else ''}"


def reader_of(accepted: str, cookies: Mapping[str, str], asked: str = "") -> Reader:
    """The reader of a request: what was asked for, what was kept, what the browser accepts.

    Who chose a language chose no region: figures and dates are those of the browser's, if it names
    one of that language. Example: `en` was kept, and the browser accepts `en-GB`.
    """
    of_browser = accepted_languages(accepted)
    wanted = [asked, cookies.get("gw_lang", ""), *of_browser]
    chosen = next((tag for tag in wanted if speaks(tag)), DEFAULT_LOCALE)
    near = (tag for tag in of_browser if tag.lower().startswith(f"{chosen.lower()}-"))
    locale = next((tag for tag in near if speaks(tag)), chosen)
    zone = cookies.get("gw_zone", "")
    known = is_zone(zone)
    return Reader(locale, zone if known else DEFAULT_ZONE, known)


def accepted_languages(header: str) -> list[str]:
    """`de-AT,de;q=0.9,en;q=0.5` -> the tags, best first; nonsense is passed over."""
    found = []
    for number, part in enumerate(header.split(",")[:ASKED_MAX]):
        tag, _, rest = part.strip().partition(";")
        weight = re.search(r"q=([01](?:\.\d{0,3})?)", rest)
        quality = float(weight.group(1)) if weight else 1.0
        if quality > 0:
            found.append((-quality, number, tag.strip()))
    return [tag for _, _, tag in sorted(found)]


@lru_cache(REMEMBERED_MAX)
def speaks(tag: str) -> bool:
    """Whether there are words for it, and figures can be written its way."""
    if len(tag) > 20 or not _TAG.fullmatch(tag) or tag[:2].lower() not in LANGUAGES:
        return False
    if len(tag.split("-", maxsplit=1)[0]) != 2:
        return False
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True
