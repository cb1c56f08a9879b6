"""Everything known about one order at the moment of deciding, gathered in one read; pure.

Touches come from three places: the delivery's own click ids and codes, earlier deliveries of the
same order, and the friend's identity (a sign-up remembers the click for the purchase a month
later). They form a set: the order of arrival does not matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from goodword.advocates.code import fold
from goodword.advocates.model import Known, Link, link_key
from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.model import Conversion, ConversionFact, Identity
from goodword.conversions.numbers import OrderNumber, folded_number, number_key, numbered
from goodword.conversions.order import Space, merged_facts, reconciled
from goodword.errors import InvalidInput
from goodword.ids import derived_id
from goodword.limits import (
    BACKDATED_DAYS_MAX,
    CLOCK_SKEW_SECONDS,
)
from goodword.ports import Change
from goodword.programs.model import Program, program_key
from goodword.records import Key, Record
from goodword.times import DAY_MS, SECOND_MS
from goodword.tracking.click import Click
from goodword.tracking.model import Touch, Visited

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Evidence:
    """One conversion fact with what the store knows about it. `found` may lack any of its keys."""

    space: Space
    received_ms: int
    fact: ConversionFact
    clicks: tuple[Click, ...]
    bad_click_ids: int
    macs: tuple[str, ...]
    buyer_key: Key | None
    identity_keys: tuple[Key, ...]
    found: Mapping[Key, Record]
    visits: Mapping[str, Visited] = field(default_factory=dict)

    @property
    def program_id(self) -> str:
        """The programme that it was sent to."""
        return self.space.program_id

    @property
    def program(self) -> Program | None:
        """The programme's head."""
        return _of(Program, self.found.get(program_key(self.program_id)))

    @property
    def aliases(self) -> dict[str, OrderAlias | None]:
        """Every outside id of the order, with what it is known as."""
        return {
            name: _of(OrderAlias, self.found.get(alias_key(self.space, name)))
            for name in names_of(self.fact)
        }

    @property
    def number(self) -> OrderNumber | None:
        """The order's number as it is known with this order in it; None if it has none.

        An id stands for a number that is not said, where an order was granted under it.
        """
        folded = number_of(self.fact)
        if not folded:
            return None
        known = _of(OrderNumber, self.found.get(number_key(self.space, folded)))
        if not self.fact.number:
            return known if known is not None and known.granted else None
        return numbered(known, self.space, folded)

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The friend, under each identifier that is known already."""
        found = (_of(Identity, self.found.get(key)) for key in self.identity_keys)
        return tuple(identity for identity in found if identity is not None)

    @property
    def buyer_advocate_id(self) -> str | None:
        """The advocate who is the customer, if the customer is one."""
        known = _of(Known, self.found.get(self.buyer_key)) if self.buyer_key else None
        return known.advocate_id if known else None

    @property
    def touches(self) -> tuple[Touch, ...]:
        """The touches that this delivery itself brings."""
        clicks = (
            _click_touch(click, self._link(click.code), self.visits.get(click.touch_id))
            for click in self.clicks
        )
        codes = (self._code_touch(code) for code in self.fact.codes)
        return tuple(touch for touch in (*clicks, *codes) if touch is not None)

    @property
    def unknown_codes(self) -> int:
        """How many codes belong to no link of this programme (a shop's own coupons, mostly)."""
        return sum(1 for code in self.fact.codes if self._link(code) is None)

    def _link(self, code: str) -> Link | None:
        key = code_key(code)
        link = _of(Link, self.found.get(key)) if key else None
        return link if link is not None and link.program_id == self.program_id else None

    def _code_touch(self, code: str) -> Touch | None:
        link, fact = self._link(code), self.fact
        if link is None:
            return None
        name = derived_id("tch", fact.occurred_ms, *self.space, fact.order_id, link.link_id)
        return _touch(name, "code", fact.occurred_ms, link)


def number_of(fact: ConversionFact) -> str:
    """The number under which staff may have granted the order, folded; "" for what has none."""
    return "" if fact.action == "lead" else folded_number(fact.number or fact.order_id)


def names_of(fact: ConversionFact) -> tuple[str, ...]:
    """The outside ids of the order, its own first. A lead's ids are kept apart from orders'.

    So are those of each other occasion without an order: one id may be signed up and qualified.
    """
    kept_apart = "lead" if fact.occasion == "plain" else fact.occasion
    prefix = f"{kept_apart}:" if fact.action == "lead" else ""
    return tuple(dict.fromkeys(f"{prefix}{name}" for name in (fact.order_id, *fact.aliases)))


def add_names(change: Change, evidence: Evidence, conversion_id: str) -> None:
    """Put the names of the order that are new, and its number."""
    space = evidence.space
    for name, known in evidence.aliases.items():
        if known is None:
            change.create(
                OrderAlias(
                    program_id=space.program_id,
                    namespace=space.namespace,
                    alias=name,
                    conversion_id=conversion_id,
                )
            )
    before = evidence.number
    if before is not None and (after := before.reported(conversion_id)) != before:
        change.save(after)


def code_key(code: str) -> Key | None:
    """Where the link of a typed code is; None for what cannot be a code."""
    try:
        return link_key(fold(code))
    except InvalidInput:
        return None


def too_old(fact: ConversionFact, program: Program, received_ms: int) -> str:
    """Why a new order lies too far back to be booked without a person; empty if it does not."""
    if fact.occurred_ms + CLOCK_SKEW_SECONDS * SECOND_MS < program.created_ms:
        return "before_programme"
    return "too_old" if received_ms - fact.occurred_ms > BACKDATED_DAYS_MAX * DAY_MS else ""


def new_conversion(evidence: Evidence) -> Conversion:
    """The conversion of an order seen for the first time, never dated after its receipt."""
    fact = evidence.fact
    occurred_ms = min(fact.occurred_ms, evidence.received_ms)
    return Conversion(
        conversion_id=derived_name(evidence.space, evidence.received_ms, fact),
        program_id=evidence.program_id,
        namespace=evidence.space.namespace,
        action=fact.action,
        order_id=fact.order_id,
        aliases=names_of(fact),
        occurred_ms=occurred_ms,
        received_ms=evidence.received_ms,
        currency=fact.currency,
        net_minor=fact.net_minor,
        gross_minor=max(fact.gross_minor, fact.net_minor),
        prices_include_tax=fact.prices_include_tax,
        provisional=fact.provisional,
        state="unattributed",
        reason="no_touch",
        identities=evidence.macs,
        event_name=fact.event_name,
        occasion=fact.occasion,
        order=fact.order.but(lines=reconciled(fact.order.lines, fact.net_minor)),
    )


def derived_name(space: Space, received_ms: int, fact: ConversionFact) -> str:
    """The id that the conversion of an order gets when it is seen for the first time."""
    occurred_ms = min(fact.occurred_ms, received_ms)
    return derived_id("cnv", occurred_ms, *space, *names_of(fact)[:1])


def also_told(conversion: Conversion, fact: ConversionFact) -> Conversion:
    """The conversion with what another delivery of the same order adds to its facts."""
    order = merged_facts(conversion.order, fact.order)
    lines = reconciled(order.lines, conversion.net_minor)
    name = conversion.event_name or fact.event_name
    plain = conversion.occasion == "plain"
    return conversion.but(
        order=order.but(lines=lines),
        event_name=name,
        occasion=fact.occasion if plain else conversion.occasion,
    )


def _click_touch(click: Click, link: Link | None, visit: Visited | None) -> Touch | None:
    if link is None:
        return None
    return _touch(click.touch_id, "click", click.at_ms, link).but(visited=visit)


def _touch(touch_id: str, kind: str, at_ms: int, link: Link) -> Touch:
    return Touch.model_validate(
        {
            "touch_id": touch_id,
            "kind": kind,
            "at_ms": at_ms,
            "advocate_id": link.advocate_id,
            "program_id": link.program_id,
            "link_id": link.link_id,
            "code": link.code,
            "source": "",
            "link_ms": link.created_ms,
        }
    )


def _of(kind: type[R], record: Record | None) -> R | None:
    return record if isinstance(record, kind) else None
