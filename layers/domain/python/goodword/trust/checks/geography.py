"""Clicks of one country and orders of another are travel once, and a click farm ten times.

Weights: the winning click came from another country than the order 15; eight or more of the
advocate's newest orders did, and eight in ten of those of which both are known, 40 more:
a whole office may reach the internet in another country, so this alone holds nothing.
"""

from goodword.trust.model import Case, Figure

APART, HABIT = 15, 40
HABIT_FROM, HABIT_TENTHS = 8, 8


def look(case: Case) -> tuple[Figure, ...]:
    """What does not fit between the places of click and order."""
    visited = case.touch.visited if case.touch else None
    ordered = case.trace.country if case.trace else ""
    if visited is None or not visited.country or not ordered or visited.country == ordered:
        return ()
    found = [Figure(name="click_from_another_country", points=APART)]
    newest = case.pace.newest if case.pace else ()
    known = [one for one in newest if one.visit_country and one.order_country]
    apart = sum(1 for one in known if one.visit_country != one.order_country)
    if apart >= HABIT_FROM and apart * 10 >= len(known) * HABIT_TENTHS:
        found.append(Figure(name="clicks_from_elsewhere", count=apart, points=HABIT))
    return tuple(found)
