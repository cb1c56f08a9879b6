"""Everything known about one order at the moment of deciding, gathered in one read; pure.

Touches come from three places: the delivery's own click ids and codes, earlier deliveries of the
same order, and the friend's identity (a sign-up remembers the click for the purchase a month
later). They form a set: the order of arrival does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from goodword.advocates.code import fold
from goodword.advocates.model import Known, Link, link_key
from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.founding import merged
from goodword.conversions.model import Conversion, ConversionFact, Identity, Settled
from goodword.conversions.numbers import OrderNumber, folded_number, number_key, numbered
from goodword.conversions.order import Space, merged_facts, reconciled
from goodword.errors import InvalidInput
from goodword.ids import derived_id
from goodword.limits import (
    BACKDATED_DAYS_MAX,
    CLOCK_SKEW_SECONDS,
    FRIEND_CONVERSIONS_MAX,
)
from goodword.ports import Change
from goodword.programs.model import Program, program_key
from goodword.records import Key, Record
from goodword.rewards.basis import CountedBy
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
        """The order's number as it is known with this order in it; None if it has none."""
        folded = folded_number(self.fact.number)
        if not folded or self.fact.action == "lead":
            return None
        known = _of(OrderNumber, self.found.get(number_key(self.space, folded)))
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


def friend_touches(identities: Sequence[Identity], before_ms: int) -> tuple[Touch, ...]:
    """What the friend's identities remember from before a conversion of this time.

    A later touch cannot win it, and none of the friend's later orders should have to tell it so.
    """
    if is_closed(identities) is not None:
        return ()
    latest_ms = before_ms + CLOCK_SKEW_SECONDS * SECOND_MS
    early = ([touch for touch in one.touches if touch.at_ms <= latest_ms] for one in identities)
    return merged(*early, of=identities)


def to_move(
    conversion: Conversion, before: Sequence[Identity], after: Sequence[Identity]
) -> list[str]:
    """Which of the friend's conversions a new one may move, in the order they happened.

    From the first that it may move itself, all of them: each may have had its advocate from the
    one before. It may move a later one, whose friend may have another first advocate by now, and
    an earlier one that lacks a touch from before it. `before` and `after` are the friend as the new
    one found and left them: a conversion has been decided on every touch that stood beside it.
    """
    this = (conversion.occurred_ms, conversion.conversion_id)
    settled = [(one.occurred_ms, one.conversion_id) for one in friend_conversions(after)]
    for place, (occurred_ms, name) in enumerate(settled):
        if name == conversion.conversion_id:
            continue
        known = _beside(name, before)
        told = friend_touches(after, occurred_ms)
        if (occurred_ms, name) > this or any(touch.touch_id not in known for touch in told):
            return list(dict.fromkeys(each for _, each in settled[place:]))
    return []


def _beside(conversion_id: str, identities: Sequence[Identity]) -> set[str]:
    """The touches under every identifier that the conversion is remembered under."""
    return {
        touch.touch_id
        for one in identities
        if any(settled.conversion_id == conversion_id for settled in one.conversions)
        for touch in one.touches
    }


def sticky_advocate(identities: Sequence[Identity], conversion: Conversion) -> str | None:
    """Whose friend this already was: the advocate of the friend's earliest attributed conversion.

    Earlier means by when it happened, not by when it was reported, so late reports change nothing.
    """
    if is_closed(identities) is not None:
        return None
    this = (conversion.occurred_ms, conversion.conversion_id)
    earlier = [
        settled
        for settled in friend_conversions(identities)
        if settled.advocate_id is not None and (settled.occurred_ms, settled.conversion_id) < this
    ]
    return earlier[0].advocate_id if earlier else None


def is_closed(identities: Sequence[Identity]) -> int | None:
    """Since when the friend objects to being remembered, under whichever identifier; or None."""
    return min((one.closed_ms for one in identities if one.closed_ms is not None), default=None)


def friend_conversions(identities: Sequence[Identity]) -> list[Settled]:
    """The friend's conversions over all identifiers, in the order in which they happened."""
    known = {settled for identity in identities for settled in identity.conversions}
    return sorted(known, key=_when)


def friend_order(
    identities: Sequence[Identity], conversion: Conversion
) -> tuple[int | None, CountedBy]:
    """Which order of this customer it is, and who says so; None for a customer nobody knows.

    Whoever knows of more orders is right: the shop has seen those that nobody referred, and we
    those of its sister shops. Orders count by when they happened.
    """
    this = (conversion.occurred_ms, conversion.conversion_id)
    known = friend_conversions(identities)
    before = {
        one.conversion_id
        for one in known
        if one.action == "sale" and (one.occurred_ms, one.conversion_id) < this
    }
    dropped = max((one.orders_dropped for one in identities), default=0)
    if dropped:  # they were before all that stay, but for the first ones
        firsts = _firsts(known)
        oldest = next((one for one in known if one not in firsts), None)
        if oldest is None or (oldest.occurred_ms, oldest.conversion_id) > this:
            dropped = 0
    ours = len(before) + dropped + 1 if conversion.identities else 0
    shops = conversion.order.nth or 0
    if shops > ours:
        return shops, "shop"
    return (ours, "identity") if ours else (None, "")


def friend_since(identities: Sequence[Identity], conversion: Conversion) -> int | None:
    """When the customer's first referred order was; this one's own time if it is the first.

    None for a customer nobody knows.
    """
    if not conversion.identities:
        return None
    referred = [
        one.occurred_ms
        for one in friend_conversions(identities)
        if one.action == "sale" and one.advocate_id is not None
    ]
    return min([conversion.occurred_ms, *referred])


def remembered(
    conversion: Conversion, identities: Sequence[Identity], won: str
) -> tuple[Identity, ...]:
    """The friend's identities after this conversion, which the touch `won` won; only those that
    changed or are new.
    """
    known = {identity.mac: identity for identity in identities}
    touches = tuple(one for one in conversion.touches if one.kind != "grant")  # of this order alone
    settled = Settled(
        conversion_id=conversion.conversion_id,
        occurred_ms=conversion.occurred_ms,
        advocate_id=conversion.advocate_id,
        action=conversion.action,
        won=won if any(one.touch_id == won for one in touches) else "",
    )
    after, closed_ms = [], is_closed(identities)
    for mac in conversion.identities:
        before = known.get(mac) or Identity(program_id=conversion.program_id, mac=mac)
        now = _with(before, settled)
        newest = merged(before.touches, touches, of=(now, *identities))
        identity = now.but(
            touches=() if closed_ms is not None else newest,
            closed_ms=closed_ms,
            friend_id=before.friend_id or conversion.friend_id,
        )
        if identity != before or before.version == 0:
            after.append(identity)
    return tuple(after)


def _with(before: Identity, settled: Settled) -> Identity:
    """Of too many the first attributed one and the first order stay, and the newest.

    An order that is dropped is counted; what is older than all that is kept stays out.
    """
    others = [one for one in before.conversions if one.conversion_id != settled.conversion_id]
    ordered = sorted([*others, settled], key=_when)
    over = len(ordered) - FRIEND_CONVERSIONS_MAX
    if over <= 0:
        return before.but(conversions=tuple(ordered))
    firsts = _firsts(ordered)
    dropped = [one for one in ordered if one not in firsts][:over]
    orders = sum(1 for one in dropped if one.action == "sale" and one in before.conversions)
    return before.but(
        conversions=tuple(one for one in ordered if one not in dropped),
        orders_dropped=before.orders_dropped + orders,
    )


def _firsts(ordered: Sequence[Settled]) -> list[Settled]:
    """Those that always stay, oldest first: the first attributed, the first order, that of both."""
    sales = [one for one in ordered if one.action == "sale"]
    attributed = [one for one in sales if one.advocate_id is not None]
    first = next((one for one in ordered if one.advocate_id is not None), ordered[0])
    return [first, *sales[:1], *attributed[:1]]


def _when(settled: Settled) -> tuple[int, str, str]:
    return settled.occurred_ms, settled.conversion_id, settled.advocate_id or ""


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
