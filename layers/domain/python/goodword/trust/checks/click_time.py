"""Nobody reads a page, chooses and pays within seconds, and nobody does it like clockwork.

Weights: a sale sooner than `fast_seconds` after its click 60 (a sign-up 30: forms fill themselves),
and 60 if five or more of the advocate's newest sales came within the same two seconds after their
clicks. A typed code has no click, and no time.
"""

from goodword.trust.model import Case, Figure

FAST = {"sale": 60, "lead": 30}
CLOCKWORK, CLOCKWORK_FROM, CLOCKWORK_SECONDS = 60, 5, 2
CLOCKWORK_GAP_MAX_S = 3_600  # seconds; equal days after a click are chance


def look(case: Case) -> tuple[Figure, ...]:
    """What is odd about the time between click and conversion."""
    gap = case.gap_s
    if gap is None:
        return ()
    found = []
    if gap < case.limits.fast_seconds:
        found.append(Figure(name="seconds_after_click", count=gap, points=FAST[case.reward.action]))
    others = [one.gap_s for one in case.pace.newest if one.gap_s is not None] if case.pace else []
    alike = sum(1 for one in others if abs(one - gap) <= CLOCKWORK_SECONDS // 2)
    if gap <= CLOCKWORK_GAP_MAX_S and alike >= CLOCKWORK_FROM:
        found.append(Figure(name="same_seconds_after_click", count=alike, points=CLOCKWORK))
    return tuple(found)
