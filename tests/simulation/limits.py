"""The most that may be earned: caps of a version, and the budget of a programme."""

from dataclasses import dataclass
from random import Random

PROGRAMME_CAPS_MAX = 2  # caps of the whole programme that terms may have


@dataclass(frozen=True)
class Limited:
    """The most in one period, in `amount_minor` or in a number of `rewards`."""

    scope: str
    period: str
    of: str
    size: int


def draw_caps(chance: Random) -> list[Limited]:
    """One to three caps; no two count the same."""
    found: dict[tuple[str, str, str], Limited] = {}
    for _ in range(chance.choice((1, 1, 2, 3))):
        scope = chance.choice(("advocate", "advocate", "friend", "programme"))
        period = chance.choice(("order", "day", "week", "month", "quarter", "year", "lifetime"))
        of = chance.choice(("amount_minor", "amount_minor", "rewards"))
        size = chance.choice((1, 2, 3) if of == "rewards" else (300, 900, 2_500))
        if scope != "programme" or sum(one[0] == scope for one in found) < PROGRAMME_CAPS_MAX:
            found[scope, period, of] = Limited(scope, period, of, size)
    return list(found.values())


def draw_budget(chance: Random) -> list[Limited]:
    """Nothing, or a limit of all time and perhaps of a shorter one."""
    sizes = {
        period: chance.choice((200, 700, 1_500, 4_000))
        for period in ("lifetime", chance.choice(("day", "week", "month")))
        if chance.random() < 0.5
    }
    return [Limited("budget", period, "amount_minor", size) for period, size in sizes.items()]
