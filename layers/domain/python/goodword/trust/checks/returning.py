"""A customer who has bought before is not a new one, whatever the new address says.

Weights: the shop knows earlier orders of the customer 70, we do (of the same identifiers) 70, the
same name with the same card or device has bought as another customer 70. Programmes that pay for
every order leave this check in shadow.
"""

from goodword.trust.model import Case, Figure, shown

IN_SHOP, KNOWN_HERE, AS_ANOTHER = 70, 70, 70


def look(case: Case) -> tuple[Figure, ...]:
    """What says that the customer has bought before."""
    found = []
    orders = case.trace.orders_before if case.trace else None
    if orders:
        found.append(Figure(name="orders_in_shop", count=orders, points=IN_SHOP))
    earlier = [
        one
        for one in case.earlier
        if one.occurred_ms < case.conversion.occurred_ms
        and one.conversion_id != case.conversion.conversion_id
        and one.advocate_id is None
    ]
    if earlier:
        found.append(Figure(name="orders_known_here", count=len(earlier), points=KNOWN_HERE))
    return (*found, *_as_another(case))


def _as_another(case: Case) -> tuple[Figure, ...]:
    name = case.trails.get("name")
    if name is None:
        return ()
    before = {
        one.conversion_id
        for one in name.sightings
        if one.customer != case.customer and one.at_ms < case.conversion.occurred_ms
    }
    for kind in ("card", "device"):
        trail = case.trails.get(kind)
        same = before & {one.conversion_id for one in trail.sightings} if trail else set()
        if trail and same:
            mark = shown(trail.mac)
            return (Figure(name=f"same_name_and_{kind}", points=AS_ANOTHER, mark=mark),)
    return ()
