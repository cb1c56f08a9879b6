"""A message says a fact, its reason, its date and what one can do; the words are in a catalogue.

The catalogue is data (`catalogue.en.json`), one file per language, so that words change without
code. `Message` is the delivery log: it names the event and the advocate by id and holds no personal
field, neither address nor text.
"""

import html
from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from goodword.events import Event
from goodword.languages import isolated, written
from goodword.limits import MESSAGE_DAYS
from goodword.records import IndexEntry, Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS, as_datetime

MessageChannel = Literal["email", "webhook"]
MessageState = Literal["waiting", "held", "sending", "sent", "skipped", "failed", "unknown"]
HELD = "LETTERS"  # the index of letters that wait for their hour
ENDS: frozenset[MessageState] = frozenset({"sent", "skipped", "failed", "unknown"})


class Message(Record):
    """One message about one event, made once for each of its channels.

    `sending` is claimed before the mail leaves; whoever finds an old one does not know whether it
    left, and says `unknown` rather than sending it again. `waiting` surely has not left. `held` is
    kept until `next_ms` with the event that it tells of, because at night nobody is written to. A
    webhook keeps its event for good: it may be sent again (`hooking`).
    """

    KIND: ClassVar[str] = "message"

    event_id: str
    channel: MessageChannel = "email"
    type: str
    subject: str = ""
    advocate_id: str
    state: MessageState
    reason: str = ""
    tries: int = Field(default=0, ge=0)
    begun_ms: int
    changed_ms: int
    provider_id: str = ""
    next_ms: int | None = None
    told: Event | None = None

    @property
    def key(self) -> Key:
        return message_key(self.event_id, self.channel)

    @property
    def index_entry(self) -> IndexEntry | None:
        if self.state != "held" or self.next_ms is None:
            return None
        return IndexEntry(HELD, f"{self.next_ms:015d}#{self.event_id}#{self.channel}")

    @property
    def expires_s(self) -> int:
        return (self.begun_ms + MESSAGE_DAYS * DAY_MS) // SECOND_MS


class MessageOfAdvocate(Record):
    """That a message is to a person, for the log of their letters."""

    KIND: ClassVar[str] = "advocate_message"

    advocate_id: str
    event_id: str
    channel: MessageChannel = "email"
    begun_ms: int

    @property
    def key(self) -> Key:
        name = self.event_id if self.channel == "email" else f"{self.event_id}#{self.channel}"
        return Key("core", f"ADV#{self.advocate_id}", f"M#{self.begun_ms:015d}#{name}")

    @property
    def expires_s(self) -> int:
        return (self.begun_ms + MESSAGE_DAYS * DAY_MS) // SECOND_MS


def message_key(event_id: str, channel: MessageChannel = "email") -> Key:
    """Where the message about an event is, by its channel."""
    return Key("core", f"MSG#{event_id}", "MESSAGE" if channel == "email" else "WEBHOOK")


class Unfit(NamedTuple):
    """Why a letter does not leave now; with `until_ms` it may later, without it never does."""

    reason: str
    until_ms: int | None = None


class Letter(Value):
    """What is sent: the same words as plain text and as HTML.

    `stop` is an address that ends letters of this kind by one click; empty where there is none.
    """

    subject: str = Field(repr=False)
    text: str = Field(repr=False)
    html: str = Field(repr=False)
    stop: str = Field(default="", repr=False)


class Words(Value):
    """The words about one type of event. `{name}`s stand for values. An own `closing` if said."""

    subject: str
    fact: str
    reason: str
    date: str
    action: str
    link_label: str
    closing: str = ""


class Catalogue(Value):
    """All words of one language. `reasons` maps reason codes to sentences; "" is for all others.

    `outlooks` says of what came back where it goes from here, by what keeps it back (`""`: nothing
    does), `advice` what to do, by the reason for which it came back (`""`: any other).
    """

    locale: str
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    date: str
    greeting: str
    greeting_unnamed: str
    closing: str
    reasons: dict[str, str]
    outlooks: dict[str, str]
    advice: dict[str, str]
    letters: dict[str, Words]

    def date_of(self, at_ms: int, zone: str = "") -> str:
        """A day in words, such as `22 November 2026`, in a zone; in UTC if none is known."""
        at = as_datetime(at_ms).astimezone(ZoneInfo(zone or "UTC"))
        return self.date.format(day=at.day, month=self.months[at.month - 1], year=at.year)

    def sentence(self, reason: str) -> str:
        """The sentence of a reason code; a code without one gets the general sentence."""
        return self.reasons.get(reason, self.reasons[""])

    def letter(self, type: str, name: str, link: str, values: Mapping[str, str]) -> Letter:
        """Compose. A value without a place is left out; a place without a value is a KeyError."""
        words = self.letters[type]
        plain = {key: in_sentence(value) for key, value in values.items()}
        greeting = self.greeting.format(name=in_sentence(name)) if name else self.greeting_unnamed
        said = [greeting, *(part.format_map(plain) for part in (words.fact, words.reason))]
        said += [words.date.format_map(plain), words.action.format_map(plain)]
        closing = (words.closing or self.closing).format_map(plain)
        text = "\n\n".join([*said, f"{words.link_label}: {link}", closing]) + "\n"
        return Letter(
            subject=words.subject.format_map(plain),
            text=text,
            html=self._html(said, words.link_label, link, closing),
        )

    def _html(self, said: list[str], label: str, link: str, closing: str) -> str:
        paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in said)
        anchor = f'<p><a href="{html.escape(link)}">{html.escape(label)}</a></p>'
        body = f"{paragraphs}{anchor}<p>{html.escape(closing)}</p>"
        return (
            f'<!doctype html><html lang="{html.escape(self.locale)}"><head>'
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"</head><body>{body}</body></html>"
        )


def in_sentence(value: str) -> str:
    """The value as it stands in a letter: one line, which starts no header and turns nothing."""
    return isolated(written(value))
