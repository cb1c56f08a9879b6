"""Many customers from one device, one network or over one link in a day are looked at together.

Weights: from `device_customers_day` customers of one device 60, of one browser on one network 25
(alike machines behind one office network look the same); where a code was typed, a device weighs 30
until it has twice as many (a tablet on a counter takes what is said across it); from
`network_customers_day` customers of one network 20; more than `link_orders_day` orders over one
link 60 if the link had fewer than two clicks for each, else 10 (a popular post sells a lot, and is
clicked far more).
"""

from goodword.times import DAY_MS
from goodword.trust.model import Case, Figure, shown

DEVICE, BROWSER, NETWORK = 60, 25, 20
DEVICE_TYPED = 30
LINK_FEW_CLICKS, LINK = 60, 10
CLICKS_PER_ORDER = 2


def look(case: Case) -> tuple[Figure, ...]:
    """What came too often within a day."""
    limits = case.limits
    rows = (
        ("device", limits.device_customers_day, DEVICE),
        ("browser", limits.device_customers_day, BROWSER),
        ("network", limits.network_customers_day, NETWORK),
    )
    found = []
    for kind, most, points in rows:
        trail = case.trails.get(kind)
        customers = trail.customers(since_ms=_since(case)) if trail else set()
        if trail and len(customers) >= most:
            found.append(
                Figure(
                    name=f"customers_of_{kind}",
                    count=len(customers),
                    points=DEVICE_TYPED if _at_a_counter(case, kind, len(customers)) else points,
                    mark=shown(trail.mac),
                )
            )
    return (*found, *_over_the_link(case))


def _at_a_counter(case: Case, kind: str, customers: int) -> bool:
    typed = case.touch is not None and case.touch.kind == "code"
    return kind == "device" and typed and customers < 2 * case.limits.device_customers_day


def _over_the_link(case: Case) -> tuple[Figure, ...]:
    if case.pace is None or case.touch is None:
        return ()
    link = case.touch.link_id
    orders = sum(1 for one in case.pace.newest if one.link_id == link and one.at_ms >= _since(case))
    if orders <= case.limits.link_orders_day:
        return ()
    clicks = case.clicks.clicks if case.clicks else 0
    few = case.touch.kind == "click" and clicks < orders * CLICKS_PER_ORDER
    points = LINK_FEW_CLICKS if few else LINK
    return (Figure(name="orders_over_link", count=orders, points=points),)


def _since(case: Case) -> int:
    return case.conversion.occurred_ms - DAY_MS
