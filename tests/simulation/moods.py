"""What a rail is like beside its faults: it has no money for hours, is busy, or is slow to take.

A call that was given up by its caller may still be on its way, for less than an hour; what was
said meanwhile was said of that moment only. In some stories the first payments stay unclear even
when nothing fails any more: their calls are lost, and a repeat is refused for want of money.
"""

from random import Random

from tests.support.desk import FakeClock

EMPTY, BUSY, LATE = 0.2, 0.4, 0.3  # of the stories
HOURS, NO_MONEY = 5, 0.4  # so long it has money or has none; of these times
MINUTES, TOO_MANY = 20, 0.35  # so long it is busy; of these times
ON_ITS_WAY_MS = 57 * 60_000  # less than an hour since it was asked first
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
DOUBTS = {"paypal": 0.75, "stripe": 0.4, "simulator": 0.12}  # of the stories by a rail
DOUBTFUL = 3  # payments of such a story
BEFORE, AFTER, BROKE = "rail_lost_before", "rail_lost_after", "no_money"
PLANS = (
    *((BEFORE,), (AFTER,), (AFTER,), (BEFORE, BROKE), (BEFORE, BROKE)),
    *((AFTER, BROKE), (AFTER, AFTER, BROKE), (BEFORE, BEFORE, AFTER), (BEFORE,) * 20),
)


class Moods:
    """Those of one story, by its clock."""

    def __init__(self, seed: int, rail: str, clock: FakeClock) -> None:
        chance = Random(f"moods {seed}")
        kinds = [chance.random() for _ in range(4)]
        self._seed, self._clock = seed, clock
        most = EMPTY, BUSY, LATE, DOUBTS.get(rail, 0)
        self._empty, self._busy, self._late, self.doubts = (
            kind < least for kind, least in zip(kinds, most, strict=True)
        )
        self._drawn: dict[tuple[str, int], bool] = {}
        self._luck = Random(f"late calls {seed}")
        self._plans: dict[str, list[str]] = {}

    def is_empty(self) -> bool:
        """Whether there is no money now."""
        return self._empty and self._is("empty", HOURS * HOUR_MS, NO_MONEY)

    def busy_seconds(self) -> int:
        """How long it wants no more calls; 0: it takes them."""
        length_ms = MINUTES * MINUTE_MS
        if not self._busy or not self._is("busy", length_ms, TOO_MANY):
            return 0
        return (length_ms - self._clock.at_ms % length_ms) // 1_000 + 1

    def late_ms(self, first_ms: int) -> int | None:
        """When a call arrives that its caller has given up; None: never."""
        if not (self._late or self.doubts) or self._luck.random() < 0.4:
            return None
        at_ms = first_ms + self._luck.randrange(1, ON_ITS_WAY_MS)
        return at_ms if at_ms > self._clock.at_ms else None

    def doubt(self, key: str) -> str:
        """What becomes of a call to pay, though nothing fails any more."""
        if not self.doubts:
            return ""
        if key not in self._plans and len(self._plans) < DOUBTFUL:
            self._plans[key] = list(self._luck.choice(PLANS))
        plan = self._plans.get(key)
        return plan.pop(0) if plan else ""

    def _is(self, what: str, length_ms: int, share: float) -> bool:
        place = what, self._clock.at_ms // length_ms
        if place not in self._drawn:
            self._drawn[place] = Random(f"{what} {self._seed} {place[1]}").random() < share
        return self._drawn[place]
