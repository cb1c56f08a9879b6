"""Planted mistakes about what friends get."""

from collections.abc import Iterable

from goodword.conversions import rewarded
from goodword.rewards import decision, ruling
from goodword.rewards.ruling import RuleLine

from tests.simulation.planting import Mistake, Swap, swap


def taken_back() -> Iterable[Swap]:
    real = rewarded.standing_share
    yield (
        rewarded,
        "standing_share",
        lambda reward, conversion: real(reward.but(kept=False), conversion),
    )


def of_what_caps_left() -> Iterable[Swap]:
    real = ruling.friend_line

    def capped(rule: object, basis: object, line: RuleLine) -> RuleLine | None:
        found = real(rule, basis, line)  # type: ignore[arg-type]
        return found if line.earned_minor else None

    yield decision, "friend_line", capped


GIFTS = (
    Mistake("what friends keep is taken back", taken_back),
    Mistake("friends get nothing where caps leave nothing", of_what_caps_left),
    Mistake("friends get nothing", swap(decision, "friend_line", lambda *_: None)),
)
