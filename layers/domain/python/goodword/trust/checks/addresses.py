"""Customers made up for the occasion have throw-away or numbered addresses, or share one.

Weights: a disposable e-mail domain 40, an office address such as `info@` 5, three or more customers
of this advocate whose e-mail differs in its digits only 40, deliveries of this advocate's customers
to one address from `address_customers` customers on 20 (an office is such an address).
"""

from goodword.trust.model import Case, Figure, shown

KIND_POINTS = {"disposable": 40, "role": 5}
NUMBERED_FROM, NUMBERED = 3, 40
ONE_ADDRESS = 20


def look(case: Case) -> tuple[Figure, ...]:
    """What is odd about the customer's addresses."""
    if case.trace is None:
        return ()
    found = []
    kind = case.trace.email_kind
    if kind:
        found.append(Figure(name=f"{kind}_email", points=KIND_POINTS[kind]))
    numbered = _customers(case, "stem")
    if numbered >= NUMBERED_FROM:
        mark = shown(case.trace.mac("stem"))
        found.append(Figure(name="numbered_emails", count=numbered, points=NUMBERED, mark=mark))
    together = _customers(case, "address")
    if together >= case.limits.address_customers:
        mark = shown(case.trace.mac("address"))
        found.append(Figure(name="one_address", count=together, points=ONE_ADDRESS, mark=mark))
    return tuple(found)


def _customers(case: Case, kind: str) -> int:
    trail = case.trails.get(kind)
    return len(trail.customers(case.advocate_id)) if trail else 0
