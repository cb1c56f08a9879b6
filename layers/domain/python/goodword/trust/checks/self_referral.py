"""An order that carries the advocate's own details looks like the advocate's own order.

Weights: the same e-mail address 100 (folded: dots, tags, letter case), the e-mail a payout goes to
100, the same card 70, the same device 70, who pays has the same full name 60 (in whatever order and
spelling of the same letters, also with an initial for one of its words), or has the own first name
and one letter of the surname wrong 60, delivered to the own address 30, the own browser on the own
network 20, the own network alone 10. A family has the surname and not the first name; it shares
address and network, often the model of its phones: 30 + 20 does not hold. Several different
customers at the own address add 10 each from `household_customers` on, at most 30.

A device stands in a home: where a relative (the own surname and another first name) has it
delivered to the own address and pays with another card than the own ones, the device that they
share weighs as the browser does, and one of the two counts. A card is nobody else's: it stays 70.
"""

from goodword.trust.model import Case, Figure, shown
from goodword.trust.signals import Trace
from goodword.trust.trails import Own, OwnKind

WEIGHTS: tuple[tuple[OwnKind, int], ...] = (
    ("card", 70),
    ("device", 70),
    ("name", 60),
    ("address", 30),
)
SAME_EMAIL, NEAR_NAME, SAME_BROWSER, SAME_NETWORK = 100, 60, 20, 10
MORE_AT_HOME, MORE_AT_HOME_MAX = 10, 30


def look(case: Case) -> tuple[Figure, ...]:
    """What of the order is the advocate's own."""
    own, trace = case.own, case.trace
    if own is None:
        return ()
    found = [
        Figure(name="same_email", points=SAME_EMAIL, mark=shown(mac))
        for mac in case.conversion.identities
        if own.has("email", mac)
    ][:1]
    if trace is None:
        return tuple(found)
    relative = _is_relative(own, trace)
    for kind, points in WEIGHTS:
        mac = trace.mac(kind)  # type: ignore[arg-type]  # both have these four
        if kind == "device" and relative:
            continue
        if own.has(kind, mac) or (kind == "name" and own.has("spelt", mac)):
            found.append(Figure(name=f"same_{kind}", points=points, mark=shown(mac)))
        elif kind == "name" and (near := [one for one in trace.near if own.has("near", one)]):
            found.append(Figure(name="near_name", points=NEAR_NAME, mark=shown(near[0])))
    if own.has("browser", mac := trace.mac("browser")):
        found.append(Figure(name="same_browser", points=SAME_BROWSER, mark=shown(mac)))
    elif relative and own.has("device", mac := trace.mac("device")):
        found.append(Figure(name="household_device", points=SAME_BROWSER, mark=shown(mac)))
    elif own.has("network", mac := trace.mac("network")):
        found.append(Figure(name="same_network", points=SAME_NETWORK, mark=shown(mac)))
    return (*found, *_at_home(case))


def _is_relative(own: Own, trace: Trace) -> bool:
    """Whether one of the advocate's family buys at home, with a card of their own."""
    name, card = trace.mac("name"), trace.mac("card")
    return (
        own.has("family", trace.family)
        and not (own.has("name", name) or own.has("spelt", name))
        and own.has("address", trace.mac("address"))
        and bool(card and own.marks.get("card"))
        and not own.has("card", card)
    )


def _at_home(case: Case) -> tuple[Figure, ...]:
    own, trace = case.own, case.trace
    trail = case.trails.get("address")
    if own is None or trace is None or trail is None or not own.has("address", trail.mac):
        return ()
    customers = len(trail.customers(case.advocate_id))
    more = customers + 1 - case.limits.household_customers
    if more <= 0:
        return ()
    points = min(more * MORE_AT_HOME, MORE_AT_HOME_MAX)
    return (Figure(name="customers_at_own_address", count=customers, points=points),)
