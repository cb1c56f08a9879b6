"""A ring is several advocates behind whom stand the same cards, devices or payout account.

Weights: one other advocate is paid to the same account 30 (couples do), two or more 70; a card
used by different customers of two advocates 45, of three or more 70; a device likewise 35 and 70;
a card of three different customers of this advocate 45, of four or more 70; a device or card that
one other advocate owns 25, that two or more do 60; a buyer who is an advocate whose own buyer this
advocate was 40. An order that shares a card or device with another advocate's customers adds 35 if
two of this advocate's newest customers do, and one in five: once is a family, again is not.
"""

from goodword.trust.model import Case, Figure, shown
from goodword.trust.trails import Trail

PAYEE = (30, 70)
ACROSS = {"card": (45, 70), "device": (35, 70)}
MANY_OF_CARD = (45, 70)
OWNED_ELSEWHERE = (25, 60)
EACH_OTHER = 40
AGAIN, AGAIN_FROM, AGAIN_ONE_IN = 35, 2, 5


def look(case: Case) -> tuple[Figure, ...]:
    """What this advocate shares with others."""
    return (*_payee(case), *_across(case), *_again(case), *_owned(case), *_each_other(case))


def _payee(case: Case) -> tuple[Figure, ...]:
    others = 0
    for (kind, _), trail in case.own_trails.items():
        if kind == "payee":
            others = max(others, len(set(trail.owners) - {case.advocate_id}))
    return _weighed("payout_account_shared", others, PAYEE)


def _across(case: Case) -> tuple[Figure, ...]:
    found: list[Figure] = []
    for kind, points in ACROSS.items():
        trail = case.trails.get(kind)
        if trail is None:
            continue
        advocates = trail.advocates() | {case.advocate_id}
        customers = len(trail.customers())
        others = len(advocates) - 1 if customers > 1 else 0
        found += _weighed(f"{kind}_of_other_advocates_customers", others, points, trail)
        if kind == "card":
            own = len(trail.customers(case.advocate_id))
            found += _weighed("card_of_many_customers", own - 2, MANY_OF_CARD, trail)
    return tuple(found)


def _again(case: Case) -> tuple[Figure, ...]:
    """How many of this advocate's customers share a card or device with others', if this one does.

    A family does once. Of whose customers at least two do, and one in AGAIN_ONE_IN, is no family.
    """
    newest = case.pace.newest if case.pace else ()
    shared = {one.customer for one in newest if one.partners}
    here = any(one.partners for one in newest if one.conversion_id == case.conversion.conversion_id)
    everybody = {one.customer for one in newest}
    if not here or len(shared) < AGAIN_FROM or len(shared) * AGAIN_ONE_IN < len(everybody):
        return ()
    return (Figure(name="customers_shared_with_others", count=len(shared), points=AGAIN),)


def _owned(case: Case) -> tuple[Figure, ...]:
    """Who else has this order's card or device, or one of this advocate's own, as an own one."""
    places = [case.trails.get("card"), case.trails.get("device")]
    places += [trail for (kind, _), trail in case.own_trails.items() if kind in ("card", "device")]
    owners = {owner for trail in places if trail for owner in trail.owners}
    return _weighed("owned_by_other_advocates", len(owners - {case.advocate_id}), OWNED_ELSEWHERE)


def _each_other(case: Case) -> tuple[Figure, ...]:
    if case.buyer_pace is None:
        return ()
    times = sum(1 for one in case.buyer_pace.newest if one.buyer == case.advocate_id)
    return (Figure(name="bought_from_each_other", count=times, points=EACH_OTHER),) if times else ()


def _weighed(
    name: str, others: int, points: tuple[int, int], trail: Trail | None = None
) -> tuple[Figure, ...]:
    """One other weighs the first number, two or more the second."""
    if others < 1:
        return ()
    mark = shown(trail.mac) if trail else ""
    return (Figure(name=name, count=others, points=points[min(others, 2) - 1], mark=mark),)
