"""A conversion is given to an advocate by a person, with a touch that says so, and decided as ever.

The touch (kind `grant`) wins before all others; who may not earn (the own order, a banned person)
cannot be granted either. Rules, caps and approvals then apply as to any conversion. What is due or
paid to somebody else is not taken away for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.advocates.model import Known, known_key
from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.deciding import decide
from goodword.conversions.founding import merged
from goodword.conversions.model import Conversion, Identity, Source, conversion_key, identity_key
from goodword.conversions.numbers import OrderNumber, folded_number, number_key, numbered
from goodword.conversions.order import Space
from goodword.errors import Conflict, NotFound
from goodword.ids import derived_id
from goodword.limits import READ_KEYS_MAX
from goodword.paging import pages
from goodword.ports import Change, Desk, Store
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.records import Key, Record
from goodword.tracking.model import Touch


@dataclass(frozen=True)
class Wanted:
    """Which order, for whom, and on which dispute's account. A new order needs its figures."""

    program_id: str
    advocate_id: str
    dispute_id: str
    order_id: str
    action: str = "sale"
    net_minor: int | None = None
    occurred_ms: int | None = None
    conversion_id: str = ""
    source_id: str = ""


def find_orders(store: Store, program_id: str, order_id: str) -> tuple[Conversion, ...]:
    """The conversions known under an order's id, or under the number that the shopper reads.

    With or without a `#`, in every namespace: two shops of one programme may have an order 1001.
    """
    bare, number = order_id.removeprefix("#"), folded_number(order_id)
    names = (bare, f"#{bare}", f"lead:{bare}", f"lead:#{bare}")
    places: dict[Key, type[Record]] = {}
    for space in spaces_of(store, program_id):
        places |= {alias_key(space, name): OrderAlias for name in names}
        places |= {number_key(space, number): OrderNumber} if number else {}
    found: dict[str, None] = {}
    keys = list(places)
    for start in range(0, len(keys), READ_KEYS_MAX):
        part = {key: places[key] for key in keys[start : start + READ_KEYS_MAX]}
        for one in store.get_mixed(part).values():
            found |= dict.fromkeys(named_by(one))
    orders = [store.get(Conversion, conversion_key(one)) for one in found]
    return tuple(order for order in orders if order is not None)


def named_by(one: Record) -> tuple[str, ...]:
    """The conversions that a number or an outside id stands for."""
    if isinstance(one, OrderNumber):
        return one.conversion_ids
    return (one.conversion_id,) if isinstance(one, OrderAlias) else ()


def spaces_of(store: Store, program_id: str, source_id: str = "") -> tuple[Space, ...]:
    """The namespaces of a programme's sources, each once; of one source if asked."""
    listed = pages(lambda at: store.query_index(Source, "core", "SOURCES", cursor=at))
    own = [one for rows in listed for one in rows if one.program_id == program_id]
    return tuple(
        dict.fromkeys(one.space for one in own if not source_id or one.source_id == source_id)
    )


def grant(desk: Desk, change: Change, wanted: Wanted) -> Conversion:
    """Add to `change` the conversion as decided for the advocate, and answer it.

    Raises NotFound `unknown_order` for one that nobody reported and that has no figures, Conflict
    `conversion_locked` if somebody else's reward stands, `grant_earns_nothing` with the reason.
    """
    program = desk.store.get(Program, program_key(wanted.program_id))
    if program is None:
        raise NotFound("unknown_program", "there is no such programme")
    stored = _stored(desk.store, wanted)
    conversion = stored or _reported(desk, change, wanted, program)
    if any(
        one.kind == "grant" and one.advocate_id != wanted.advocate_id for one in conversion.touches
    ):
        raise Conflict("conversion_locked", "this order was granted to somebody else")
    identities = _identities(desk.store, conversion)
    touches = merged(conversion.touches, (_touch(wanted, conversion),), of=identities)
    decide(
        desk,
        change,
        conversion.but(touches=touches),
        stored=stored,
        program=program,
        versions=desk.store.query(ProgramVersion, "core", f"PROG#{wanted.program_id}", "V#").rows,
        identities=identities,
        buyer_advocate_id=_buyer(desk.store, conversion),
    )
    decided = next(one for one in _saved(change) if isinstance(one, Conversion))
    if decided.decisions == conversion.decisions and decided.advocate_id is not None:
        raise Conflict("conversion_locked", "a reward of this order stands already")
    if decided.advocate_id != wanted.advocate_id or not decided.reward_ids:
        raise Conflict("grant_earns_nothing", f"the order earns nothing: {decided.reason}")
    return decided


def _stored(store: Store, wanted: Wanted) -> Conversion | None:
    """The order that is meant. Conflict `order_ambiguous` if several have its number."""
    if wanted.conversion_id:
        found = store.get(Conversion, conversion_key(wanted.conversion_id))
        if found is None or found.program_id != wanted.program_id:
            raise NotFound("unknown_conversion", "there is no such conversion")
        return found
    orders = find_orders(store, wanted.program_id, wanted.order_id)
    if len(orders) > 1:
        raise Conflict("order_ambiguous", "several orders have this number: say conversion_id")
    return orders[0] if orders else None


def _reported(desk: Desk, change: Change, wanted: Wanted, program: Program) -> Conversion:
    """The conversion of an order that only staff has reported; its name is taken for good."""
    if wanted.occurred_ms is None or wanted.net_minor is None:
        raise NotFound("unknown_order", "nobody reported this order; say its figures to grant it")
    spaces = spaces_of(desk.store, wanted.program_id, wanted.source_id)
    if len(spaces) != 1:
        raise Conflict("source_not_named", "say source_id: which shop the order belongs to")
    space, now_ms = spaces[0], desk.clock.now_ms()
    name = f"lead:{wanted.order_id}" if wanted.action == "lead" else wanted.order_id
    occurred_ms = min(wanted.occurred_ms, now_ms)
    conversion = Conversion.model_validate(
        {
            "conversion_id": derived_id("cnv", occurred_ms, *space, name),
            "program_id": wanted.program_id,
            "namespace": space.namespace,
            "action": wanted.action,
            "order_id": wanted.order_id,
            "aliases": (name,),
            "occurred_ms": occurred_ms,
            "received_ms": now_ms,
            "currency": program.currency,
            "net_minor": wanted.net_minor,
            "gross_minor": wanted.net_minor,
            "state": "unattributed",
            "reason": "no_touch",
        }
    )
    change.create(
        OrderAlias(
            program_id=wanted.program_id,
            namespace=space.namespace,
            alias=name,
            conversion_id=conversion.conversion_id,
        )
    )
    if wanted.action == "sale" and (number := folded_number(wanted.order_id)):
        known = desk.store.get(OrderNumber, number_key(space, number))
        change.save(numbered(known, space, number).said(conversion.conversion_id))
    return conversion


def _touch(wanted: Wanted, conversion: Conversion) -> Touch:
    return Touch(
        touch_id=derived_id("tch", conversion.occurred_ms, "grant", wanted.dispute_id),
        kind="grant",
        at_ms=conversion.occurred_ms,
        advocate_id=wanted.advocate_id,
        program_id=wanted.program_id,
        link_id="",
        code="",
        source=wanted.dispute_id,
    )


def _identities(store: Store, conversion: Conversion) -> Sequence[Identity]:
    keys = [identity_key(conversion.program_id, mac) for mac in conversion.identities]
    return list(store.get_many(Identity, keys).values()) if keys else []


def _buyer(store: Store, conversion: Conversion) -> str | None:
    keys = [known_key(mac) for mac in conversion.identities]
    known = store.get_many(Known, keys).values() if keys else ()
    return next((one.advocate_id for one in known), None)


def _saved(change: Change) -> list[Record]:
    return [*change.created, *(record for record, _ in change.replaced)]
