"""What a source says of the person who bought lives for one call; what is kept of it are MACs.

`Signals` is never part of a record. `marks_of` folds each value to one spelling and keys it by its
kind, so that equal values meet and nothing can be read back. Example: `12 Mill Road`, `12, mill
rd.` and `Mill Road 12` in 10115 DE are one address.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from itertools import permutations
from typing import ClassVar, Literal

from pydantic import Field

from goodword.limits import NEAR_NAMES_MAX, TRAIL_DAYS
from goodword.privacy.ports import Macs
from goodword.records import Key, Record, Value
from goodword.times import DAY_MS, SECOND_MS

MarkKind = Literal["card", "device", "name", "address", "browser", "network", "stem"]
EmailKind = Literal["", "disposable", "role"]

_JOINTS = re.compile(r"['\u2019\u2018`\u00b4\u02bc\u2010\u2011\u200c\u200d-]")
# Syllables of Korean (as NFKD parts them), kana, Chinese characters: two or more are a name.
_UNPARTED = re.compile("[\u1100-\u11ff\u3041-\u30ff\u3400-\u9fff]{2,}")
_UMLAUT, _TWICE = re.compile("([aou])e"), re.compile(r"(.)\1+")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "herr", "frau"})
NEAR_LEAST = 5  # letters of a surname that another may be near to; shorter ones are two surnames
NEAR_DIGITS = 16  # hex digits kept of what near names share
NAME_WORDS = 3  # words of an own name of which abbreviations are known
_TRAILING_DIGITS = re.compile(r"[0-9._-]+$")
# What people write in several ways, in the languages in which shops of the programmes deliver.
_STREETS = {
    "st": "street",
    "str": "street",
    "strasse": "street",
    "straße": "street",
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "ln": "lane",
    "dr": "drive",
    "pl": "place",
    "sq": "square",
    "ct": "court",
    "apt": "unit",
    "apartment": "unit",
    "flat": "unit",
    "suite": "unit",
    "ste": "unit",
    "no": "",
    "nr": "",
}


class Signals(Value):
    """The optional facts of an order about its buyer, as its source gives them; never stored.

    `card` is whatever names one card without being its number: a fingerprint, or brand, BIN and
    last digits. `device` is an id that the shop itself keeps on a device. `orders_before` counts
    the customer's earlier orders in the shop.
    """

    ip: str = Field(default="", max_length=64, repr=False)
    agent: str = Field(default="", max_length=512, repr=False)
    card: str = Field(default="", max_length=200, repr=False)
    device: str = Field(default="", max_length=200, repr=False)
    name: str = Field(default="", max_length=200, repr=False)
    address: tuple[str, ...] = Field(default=(), max_length=8, repr=False)
    postcode: str = Field(default="", max_length=20, repr=False)
    country: str = Field(default="", max_length=2)
    email_kind: EmailKind = ""
    orders_before: int | None = Field(default=None, ge=0, le=1_000_000)


class Mark(Value):
    """One folded value under its keyed digest."""

    kind: MarkKind
    mac: str


class Trace(Record):
    """What is kept of the buyer of one conversion: MACs and coarse words; expires.

    `family` is the MAC of the surname. It has no trail: who else bears a surname says nothing.
    `near` is what the name shares with those that have one letter of the surname wrong.
    """

    KIND: ClassVar[str] = "trace"

    conversion_id: str
    program_id: str
    marks: tuple[Mark, ...] = Field(default=(), max_length=12)
    family: str = ""
    near: tuple[str, ...] = Field(default=(), max_length=NEAR_NAMES_MAX)
    country: str = ""
    email_kind: EmailKind = ""
    orders_before: int | None = None
    keep_s: int

    @property
    def key(self) -> Key:
        return trace_key(self.conversion_id)

    @property
    def expires_s(self) -> int:
        return self.keep_s

    def mac(self, kind: MarkKind) -> str:
        """The mark of that kind, or nothing."""
        return next((mark.mac for mark in self.marks if mark.kind == kind), "")


def trace_key(conversion_id: str) -> Key:
    """Where the trace of a conversion is."""
    return Key("core", f"CNV#{conversion_id}", "TRACE")


def trace_of(
    before: Trace | None,
    signals: Signals,
    email: str | None,
    macs: Macs,
    *,
    conversion_id: str,
    program_id: str,
    now_ms: int,
) -> Trace | None:
    """The trace with what this delivery adds; what was known first stays. None: nothing is known.

    A source that repeats itself, or says less the second time, changes nothing.
    """
    marks = {mark.kind: mark for mark in marks_of(signals, email, macs)}
    marks |= {mark.kind: mark for mark in (before.marks if before else ())}
    if before is None:
        if not (marks or signals.country or signals.email_kind) and signals.orders_before is None:
            return None
        before = Trace(
            conversion_id=conversion_id,
            program_id=program_id,
            keep_s=(now_ms + TRAIL_DAYS * DAY_MS) // SECOND_MS,
        )
    orders = before.orders_before if before.orders_before is not None else signals.orders_before
    return before.but(
        marks=tuple(marks[kind] for kind in sorted(marks)),
        family=before.family or family_of(signals.name, macs),
        near=before.near or near_names(signals.name, macs),
        country=before.country or signals.country,
        email_kind=before.email_kind or signals.email_kind,
        orders_before=orders,
    )


def marks_of(signals: Signals, email: str | None, macs: Macs) -> tuple[Mark, ...]:
    """The keyed marks of what is there; what is missing or cannot be folded leaves none."""
    network = folded_network(signals.ip)
    found: dict[MarkKind, str] = {
        "card": " ".join(_words(signals.card)),
        "device": signals.device.strip(),
        "name": folded_name(signals.name),
        "address": folded_address(signals.address, signals.postcode, signals.country),
        "network": network,
        "browser": f"{network} {signals.agent.strip()}" if network and signals.agent else "",
        "stem": folded_stem(email or ""),
    }
    return tuple(
        Mark(kind=kind, mac=macs.mac(f"trust-{kind}", text)) for kind, text in found.items() if text
    )


def own_names(text: str, macs: Macs) -> list[tuple[str, str]]:
    """The marks (kind, MAC) of a name that is one's own, and of how else it might be written.

    `spelt` are its abbreviations, and turned letters that fold to something else than the name.
    """
    name = folded_name(text)
    if not name:
        return []
    short = [
        f"{first[0]}.{_letters(last)}"
        for first, last in permutations(_full(text)[:NAME_WORDS], 2)
        if first[0].isascii()
    ]
    turned = (f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}" for at in _pairs(text))
    spelt = [folded for folded in (*short, *map(folded_name, turned)) if folded not in ("", name)]
    found = [("name", name), *(("spelt", one) for one in dict.fromkeys(spelt))]
    marks = [(kind, macs.mac("trust-name", folded)) for kind, folded in found]
    marks += [("near", one) for one in near_names(text, macs)]
    family = family_of(text, macs)
    return [*marks, ("family", family)] if family else marks


def near_names(text: str, macs: Macs) -> tuple[str, ...]:
    """What a full name shares with one of the same first name and one letter wrong in the surname.

    The surname without its first letter, without its second and so on: of two that differ in one
    letter, one of these is the same. A family has the surname in common and not the first name, so
    that the first name must be the same.
    """
    before, comma, behind = text.partition(",")
    last, first = (_bare(before), _bare(behind)) if comma else (_bare(text)[1:], _bare(text)[:1])
    if not first or not last or len(last[-1]) < NEAR_LEAST:
        return ()
    head, surname = _letters(_once(_UMLAUT.sub(r"\1", _once(first[0])))), last[-1]
    forms = (f"{head} {surname[:at]}?{surname[at + 1 :]}" for at in range(len(surname)))
    marks = [macs.mac("trust-near", one)[-NEAR_DIGITS:] for one in forms]
    return tuple(marks[:NEAR_NAMES_MAX])


def family_of(text: str, macs: Macs) -> str:
    """The keyed surname of a full name: its last word, or the last one before a comma."""
    words = _full(text.partition(",")[0] if "," in text else text)
    return macs.mac("trust-family", words[-1]) if words and len(_full(text)) > 1 else ""


def _pairs(text: str) -> Iterator[int]:
    """Where two letters stand beside each other."""
    return (at for at in range(len(text) - 1) if text[at : at + 2].isalpha())


def folded_name(text: str) -> str:
    """The letters of a name: `Dr. Anna  MÜLLER`, `Mueller, Anna M.` and `Anna Mulelr` are one.

    Words may be parted or joined and stand in any order, letters change places, be doubled or not.
    One word is nobody's but with an initial before or behind it: `A. Müller`, apart from the full,
    or where full names are written without a space: `李小龍`, `김민준`.
    """
    words = _full(text)
    if len(words) > 1 or (words and _UNPARTED.fullmatch(words[0])):
        return _letters("".join(words))
    initials = [one for one in _words(_joined(text)) if len(one) == 1 and one.isascii()]
    return f"{initials[0]}.{_letters(words[0])}" if words and initials else ""


def _full(text: str) -> list[str]:
    """The words of a name as they are folded: umlauts in one letter, no letter twice."""
    return [_once(_UMLAUT.sub(r"\1", _once(word))) for word in _bare(text)]


def _bare(text: str) -> list[str]:
    """The words of a name in plain letters, without titles and initials."""
    return [
        word
        for word in _words(_joined(text))
        if word not in _TITLES and not (len(word) == 1 and word.isascii())
    ]


def _joined(text: str) -> str:
    """What apostrophes and hyphens part is one word, in letters that lose only their accents."""
    return _JOINTS.sub("", text.casefold().translate(_PLAIN))


def _once(word: str) -> str:
    return _TWICE.sub(r"\1", word)


def _letters(word: str) -> str:
    return "".join(sorted(word))


def folded_address(lines: tuple[str, ...], postcode: str, country: str) -> str:
    """Street, number and postcode in one spelling; a place without a number is no address.

    The words of the lines are a set: house numbers stand before or behind the street.
    """
    said = [_STREETS.get(word, word) for line in lines for word in _words(line)]
    words = sorted({_street(word) for word in said if word})
    place = "".join(_words(postcode))
    if not any(letter.isdigit() for word in words for letter in word) or not place:
        return ""
    return f"{' '.join(words)}|{place}|{country.upper()}"


def folded_network(text: str) -> str:
    """An IPv4 address, or the /64 that one IPv6 subscriber has; only of the public internet."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if not address.is_global:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))


def folded_stem(email: str) -> str:
    """What `anna1@x.example`, `anna.2@x.example` and so on share; short stems say nothing."""
    local, _, domain = email.rpartition("@")
    stem = _TRAILING_DIGITS.sub("", local)
    return f"{stem}@{domain}" if len(stem) >= 4 and stem != local else ""


def _words(text: str) -> list[str]:
    """Lower case without accents, letters and digits only, with the vowels that hang on letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = (letter for letter in plain if not unicodedata.combining(letter))
    kept = (one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in bare)
    return "".join(kept).split()


def _street(word: str) -> str:
    """`Hauptstrasse`, `Hauptstraße` and `Hauptstr.` are one street."""
    for ending in ("strasse", "str"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return f"{word.removesuffix(ending)}street"
    return word
