"""Nobody reads a page, chooses and pays within seconds, and nobody does it like clockwork.

Weights: a sale sooner than half of `fast_seconds` after its click 60 (a sign-up 30: forms fill
themselves); in the other half 40 (20), for a wallet may pay that soon, but as the first if another
of the advocate's newest sales was as fast; and 60 if five or more of the advocate's newest sales
came within the same two seconds after their clicks. A typed code has no click, and no time.
"""

from goodword.trust.model import Case, Figure

FAST, FAST_ONCE = {"sale": 60, "lead": 30}, {"sale": 40, "lead": 20}
CLOCKWORK, CLOCKWORK_FROM, CLOCKWORK_SECONDS = 60, 5, 2
CLOCKWORK_GAP_MAX_S = 3_600  # seconds; equal days after a click are chance


def look(case: Case) -> tuple[Figure, ...]:
    """What is odd about the time between click and conversion."""
    gap = case.gap_s
    if gap is None:
        return ()
    found = []
    if gap < case.limits.fast_seconds:
        points = FAST_ONCE if _once(case, gap) else FAST
        action = case.reward.action
        found.append(Figure(name="seconds_after_click", count=gap, points=points[action]))
    others = [one.gap_s for one in case.pace.newest if one.gap_s is not None] if case.pace else []
    alike = sum(1 for one in others if abs(one - gap) <= CLOCKWORK_SECONDS // 2)
    if gap <= CLOCKWORK_GAP_MAX_S and alike >= CLOCKWORK_FROM:
        found.append(Figure(name="same_seconds_after_click", count=alike, points=CLOCKWORK))
    return tuple(found)


def _once(case: Case, gap: int) -> bool:
    """Whether nobody else of this advocate's was so fast, and this one not as fast as a script."""
    fast = case.limits.fast_seconds
    others = [
        one
        for one in (case.pace.newest if case.pace else ())
        if one.conversion_id != case.conversion.conversion_id
        and one.gap_s is not None
        and one.gap_s < fast
    ]
    return 2 * gap >= fast and not others
