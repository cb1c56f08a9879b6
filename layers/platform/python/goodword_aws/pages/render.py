"""Templates show text as text: autoescape is on, an unknown name is an error, nothing is `safe`.

Every template gets `t(key, **values)` (words of the reader's language), `money`, `day`, `moment`,
`number`, `percent`, `asset(name)`, and `page` (what the site knows of the request). Charts and
icons come as Markup from Python, made of numbers and escaped words only.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from goodword.errors import FieldError
from goodword.languages import LANGUAGES, plain
from goodword.money import Money
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from goodword_aws import wiring
from goodword_aws.pages.assets import asset_path
from goodword_aws.pages.charts import bars, lines, shares, steps
from goodword_aws.pages.icons import icon
from goodword_aws.pages.reader import Reader
from goodword_aws.pages.sums import sum_words
from goodword_aws.pages.tables import rows_of


@dataclass(frozen=True)
class Wrong:
    """Why a form was not taken."""

    code: str
    detail: str
    fields: Sequence[FieldError] = ()

    def about(self, name: str) -> FieldError | None:
        """What is wrong with a field, if anything is."""
        return next((one for one in self.fields if name in one.field.split(".")), None)

    def leads(self, one: FieldError, marked: Mapping[str, str]) -> str:
        """The id of the marked field that a mistake is about; of the document it is in, if any."""
        parts = one.field.split(".")
        return next((id for name, id in marked.items() if name in parts), marked.get("", ""))

    def elsewhere(self, sent: Mapping[str, str]) -> bool:
        """Whether something is wrong that is no field of the form: a place in a document."""
        return any(one.field not in sent for one in self.fields)


def _names() -> Callable[[str], str]:
    """The pool's names for one page; the pool is made when the first of them is wanted."""
    asked: list[Callable[[str], str]] = []

    def named(subject: str) -> str:
        if not asked:
            asked.append(wiring.pool().names())
        return asked[0](subject)

    return named


@dataclass(frozen=True)
class Frame:
    """What every page's frame shows. `groups` are the reader's staff groups.

    `here` is the path, `address` the page with what was asked of it, to come back to; of a form
    that was posted, the nearest page above it. `named` tells what somebody of staff is called, by
    the subject of their sign-in; "" where nobody knows.
    """

    face: str
    here: str
    address: str
    signed_in: bool
    token: str = field(repr=False)
    once: str = field(repr=False)
    note: str = ""
    groups: frozenset[str] = frozenset()
    embedded: bool = False
    name: str = field(default="", repr=False)
    wrong: Wrong | None = None
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    told_once: bool = False
    named: Callable[[str], str] = field(default_factory=_names, repr=False, compare=False)

    def refused(self, action: str, **named: str) -> bool:
        """Whether it was this form that was sent and not taken.

        `named` are the hidden fields that tell it from others with the same address.
        """
        mine = all(self.sent.get(name) == said for name, said in named.items())
        return self.wrong is not None and self.here == action and mine


_LEADING = re.compile(r'<a href="#wrong-(?P<number>\d+)">(?P<words>[^<]*)</a>')
_MARKED = re.compile(r'<(?:input|select|textarea)\b[^>]* aria-invalid="true"[^>]*>')
_NAMED = re.compile(r' (id|name)="([^"]*)"')
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z", re.ASCII)
_LINE = re.compile(r"line (?P<number>\d{1,6})(?:, )?(?P<path>.*)")


class _Sentence(str):
    """Words of ours that keep the names in them by themselves."""

    __slots__ = ()


def _shown(value: object) -> object:
    """What a page shows of a text: no mark of it turns round the rest of the page."""
    return plain(value) if type(value) is str else value


@cache
def environment() -> Environment:
    """The one environment of a process; templates are compiled on first use and kept."""
    made = Environment(
        loader=PackageLoader("goodword_aws.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset=asset_path, icon=icon, languages=LANGUAGES, rows_of=rows_of)
    return made


def render(template: str, data: Mapping[str, Any], frame: Frame, reader: Reader) -> str:
    """The page as HTML."""
    html = environment().get_template(template).render(
        **_words(reader), page=frame, reader=reader, **data
    )  # fmt: skip
    return html if frame.wrong is None else _led(html, frame.wrong)


def _led(html: str, wrong: Wrong) -> str:
    """What is wrong leads to the fields that are marked, which come behind it on the page."""
    marked: dict[str, str] = {}
    for tag in _MARKED.findall(html):
        named = dict(_NAMED.findall(tag))
        name = "" if 'class="document"' in tag else named["name"]
        marked.setdefault(name, named["id"])
        marked.setdefault(named["name"], named["id"])

    def led(link: re.Match[str]) -> str:
        place = wrong.leads(wrong.fields[int(link["number"])], marked)
        return f'<a href="#{place}">{link["words"]}</a>' if place else link["words"]

    return _LEADING.sub(led, html)


def wrong_words(one: FieldError, reader: Reader) -> str:
    """What is wrong with a field, in the reader's language, by the kind of the mistake.

    A refusal that is about one field has its own words (`error.<code>`). What no catalogue knows is
    told in English to whoever reads English, in general words otherwise.
    """
    last = one.kind.rpartition("_")[2]
    for key in (f"wrong.{one.kind}", f"error.{one.kind}", f"wrong.{last}"):
        if one.kind and reader.knows(key):
            return reader.text(key, **{name: _bound(said, reader) for name, said in one.bounds})
    return one.message if reader.language == "en" else reader.text("wrong.any")


def _bound(said: str, reader: Reader) -> str | int:
    """A bound as sentences say it: a number that they can count, a day or an instant, or a word."""
    if said.isascii() and said.isdigit():
        return int(said)
    if _INSTANT.fullmatch(said):
        return reader.time(said)
    return reader.period(said) if _DAY.fullmatch(said) else said


def field_name(path: str, reader: Reader) -> str:
    """A field as the form calls it, with its place if that is in a list.

    The path alone where no form has it, as of a document's parts; its line, where that is known.
    """
    if (found := _LINE.fullmatch(path)) is not None:
        return reader.text("ui.form.line", number=found["number"], path=found["path"]).strip(" :")
    name = next((one for one in reversed(path.split(".")) if not one.isdigit()), path)
    key = f"field.{name}"
    if not reader.knows(key):
        return path
    return f"{reader.text(key)} ({path})" if re.search(r"\.\d", path) else reader.text(key)


def _words(reader: Reader) -> dict[str, Any]:
    """What templates call; each speaks the reader's language."""

    def money(amount: Money) -> Markup:
        """Figures do not break over lines, and stand in columns."""
        return Markup('<span class="money">{}</span>').format(reader.money(amount))

    def money_minor(amount_minor: int, currency: str) -> Markup:
        """The same for minor units and their code."""
        return money(Money(amount_minor=amount_minor, currency=currency))

    def day(when: str | int) -> Markup:
        at = reader.at(when)
        return Markup('<time datetime="{}">{}</time>').format(
            at.isoformat(timespec="seconds"), reader.day(when)
        )

    def moment(when: str | int) -> Markup:
        at = reader.at(when)
        return Markup('<time datetime="{}" data-moment>{}</time>').format(
            at.isoformat(timespec="seconds"), reader.time(when)
        )

    def text(key: str, **values: object) -> str:
        """A sentence holds text: of what is marked up, such as a day, what people read of it."""
        plain = {
            name: said.striptags() if isinstance(said, Markup) else said
            for name, said in values.items()
        }
        return _Sentence(reader.text(key, **plain))

    return {
        "t": text,
        "said": lambda one: wrong_words(one, reader),
        "field_name": lambda one: field_name(one.field, reader),
        "knows": reader.knows,
        "money": money,
        "money_minor": money_minor,
        "day": day,
        "moment": moment,
        "number": reader.number,
        "percent": reader.percent,
        "period": reader.period,
        "sum_words": lambda said: sum_words(said, reader),
        "bars": lambda chart: bars(chart, reader),
        "lines": lambda chart: lines(chart, reader),
        "steps": lambda chart: steps(chart, reader),
        "shares": lambda chart: shares(chart, reader),
    }
