"""A click that no person made plants a cookie; one says little, an advocate's habit says a lot.

Pages that load a link as image, frame or script get no click id at all (`tracking.visit`). What is
left are pop-unders and scripts. Weights: the winning click was not opened by a person's act 25,
nine tenths of 50 or more clicks of this advocate were not 40, and fewer than one order in 1,000
clicks 20. Services that wrap links (t.co ...) open them by script and are not counted against
anybody.
"""

from goodword.trust.model import Case, Figure

WINNING, HABIT, HARDLY_ANY = 25, 40, 20
CLICKS_FROM, HABIT_TENTHS = 50, 9
ORDERS_IN = 1_000


def look(case: Case) -> tuple[Figure, ...]:
    """What speaks for planted clicks."""
    touch = case.touch
    if touch is None or touch.visited is None:
        return ()
    if touch.visited.opened != "unprompted" or touch.visited.referrer == "wrapper":
        return ()
    found = [Figure(name="unprompted_click", points=WINNING)]
    clicks = case.clicks
    if clicks and clicks.clicks >= CLICKS_FROM:
        if clicks.unprompted * 10 >= clicks.clicks * HABIT_TENTHS:
            count = clicks.unprompted
            found.append(Figure(name="unprompted_clicks", count=count, points=HABIT))
        orders = len(case.pace.newest) if case.pace else 0
        if clicks.clicks >= ORDERS_IN * max(1, orders):
            count = clicks.clicks
            found.append(Figure(name="clicks_hardly_buy", count=count, points=HARDLY_ANY))
    return tuple(found)
